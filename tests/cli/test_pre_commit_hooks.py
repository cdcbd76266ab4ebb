"""`.pre-commit-hooks.yaml`: what pre-commit runs for whoever names this repository in a configuration."""

from __future__ import annotations

import re
from pathlib import Path

from support.repository import Repo
from support.shell import Shell

FILE = Path(__file__).parent.parent.parent / ".pre-commit-hooks.yaml"


def entries() -> list[list[str]]:
    text = FILE.read_text(encoding="utf-8")
    found = [line.split() for line in re.findall(r"(?m)^  entry: (.*)$", text)]
    assert len(found) == len(re.findall(r"(?m)^- id: ", text))
    assert text.count("pass_filenames: false") == text.count("always_run: true") == len(found)
    return found


def test_the_first_hook_fails_and_names_what_breaks_without_a_log(repo: Repo, shell: Shell) -> None:
    repo.commit("Begin", a="def one(path):\n    return path\n")
    program, *arguments = entries()[0]
    assert program == "muse-hook"
    assert shell.run(*arguments)[0] == 0
    repo.write("a.py", "def one(path, mode):\n    return path\n")
    assert shell.run(*arguments)[0] == 0  # nothing of it is staged
    repo.git("add", "a.py")
    repo.write("a.py", "def one(path):\n    return path\n")
    status, out, err = shell.run(*arguments)
    assert (status, err) == (1, "")
    assert "a.py::one  parameter added required: mode" in out
    repo.git("rm", "-qf", "a.py")
    status, out, _ = shell.run(*arguments)
    assert (status, "a.py::one  public removed" in out) == (1, True)
    assert not (repo.path / ".git/.muse").exists()


def test_every_hook_runs_where_nothing_is_wrong(repo: Repo, shell: Shell) -> None:
    repo.commit("Begin", a="def one(path):\n    return path\n")
    repo.git("branch", "other")
    repo.write("b.py", "def two(path):\n    return path\n")
    repo.git("add", "b.py")
    for _, *arguments in entries():
        assert shell.run(*arguments)[0] == 0
