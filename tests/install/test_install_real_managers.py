"""Real hook managers, as their registries have them: they and ours both run, and doctor says what is the case."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from support.repository import Repo

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

NPM_PACKAGES = ("husky", "lefthook", "simple-git-hooks")
THEIRS = "echo theirs >> .git/theirs"
OURS = ".git/muse-hook/post-commit"  # where a manager is in charge: a line to add, as install says


def got(command: list[str], where: Path) -> None:
    """Run a package manager with the machine's own configuration; without a network the tests are skipped."""
    done = subprocess.run(command, cwd=where, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{command[0]} could not get the packages: {(done.stderr or done.stdout)[-500:]}")


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the programs that npm installs."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")
    folder = tmp_path_factory.mktemp("npm")
    got(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), *NPM_PACKAGES], folder)
    return folder / "node_modules/.bin"


@pytest.fixture(scope="session")
def pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the programs that pip installs."""
    folder = tmp_path_factory.mktemp("pip")
    got([sys.executable, "-m", "venv", str(folder)], folder)
    got([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "pre-commit"], folder)
    return folder / "bin"


def husky(repo: Repo, programs: Path, commands: Sequence[str]) -> None:
    repo.write(".husky/post-commit", "\n".join(commands) + "\n")
    repo.run(str(programs / "husky"))


def lefthook(repo: Repo, programs: Path, commands: Sequence[str]) -> None:
    rows = {f"c{number}": {"run": command} for number, command in enumerate(commands)}
    repo.write("lefthook.yml", f"post-commit:\n  commands: {json.dumps(rows)}\n")
    repo.run(str(programs / "lefthook"), "install", "--force")


def simple_git_hooks(repo: Repo, programs: Path, commands: Sequence[str]) -> None:
    repo.write("package.json", json.dumps({"name": "x", "simple-git-hooks": {"post-commit": "; ".join(commands)}}))
    repo.run(str(programs / "simple-git-hooks"))


def pre_commit(repo: Repo, programs: Path, commands: Sequence[str]) -> None:
    common = {"language": "system", "stages": ["post-commit"], "always_run": True, "pass_filenames": False}
    rows = [{"id": f"c{n}", "name": c, "entry": f"sh -c '{c}'", **common} for n, c in enumerate(commands)]
    repo.write(".pre-commit-config.yaml", f"repos:\n  - repo: local\n    hooks: {json.dumps(rows)}\n")
    repo.git("add", "-A")
    repo.run(str(programs / "pre-commit"), "install", "--hook-type", "post-commit")


Manager: TypeAlias = "Callable[[Sequence[str]], None]"
MANAGERS = (husky, lefthook, simple_git_hooks, pre_commit)


@pytest.fixture(params=MANAGERS, ids=lambda manager: manager.__name__)
def manager(request: pytest.FixtureRequest, repo: Repo) -> Manager:
    """Return what has a manager run commands after each commit."""
    programs = request.getfixturevalue("pip" if request.param is pre_commit else "npm")
    # node, and what a manager's own hooks look for by name
    repo.environment["PATH"] = f"{programs}{os.pathsep}{repo.environment['PATH']}"
    repo.commit("Begin", a="def a():\n    return 1\n")
    return lambda commands: request.param(repo, programs, commands)


def muse(repo: Repo, *arguments: str) -> tuple[int, str]:
    done = repo.run(sys.executable, "-m", "muse_hook", *arguments, check=False)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def runs_of_theirs(repo: Repo) -> int:
    path = repo.path / ".git/theirs"
    return path.read_text().count("theirs") if path.exists() else 0


def recorded(repo: Repo, commit_id: str) -> bool:
    """Say whether a hook has recorded it: nothing that records by itself has run since."""
    return any(commit_id in path.read_text() for path in (repo.path / ".git/.muse/op_log").rglob("ops.jsonl"))


def both_run_as_doctor_says(repo: Repo) -> bool:
    """Hold that a commit runs the manager's hook once, and ours if and only if doctor says so; whether ours ran."""
    _, said = muse(repo, "doctor")
    is_called = re.search(r"^ok +post-commit", said, re.MULTILINE) is not None
    before = runs_of_theirs(repo)
    commit_id = repo.commit("More", a=f"def a():\n    return {repo.clock[0]}\n")
    assert runs_of_theirs(repo) == before + 1
    assert recorded(repo, commit_id) == is_called, said
    return is_called


def test_ours_beside_a_manager_that_was_there(repo: Repo, manager: Manager) -> None:
    manager([THEIRS])
    _, said = muse(repo, "install")
    if not both_run_as_doctor_says(repo):
        assert OURS in said
        manager([THEIRS, OURS])
        assert both_run_as_doctor_says(repo)
        manager([THEIRS])
    assert muse(repo, "sync")[0] == 0
    assert muse(repo, "verify")[0] == 0
    muse(repo, "uninstall")
    before = runs_of_theirs(repo)
    commit_id = repo.commit("Ours is gone")
    assert runs_of_theirs(repo) == before + 1
    assert not recorded(repo, commit_id)


def test_what_install_says_to_add_is_right_as_it_is_printed(repo: Repo, manager: Manager) -> None:
    manager([THEIRS])
    _, said = muse(repo, "install")
    file = None
    for line in said.split("\n"):
        if line.startswith("add by hand to "):
            file = Path(line.removeprefix("add by hand to ").removesuffix(":"))
        elif file is not None and line.startswith("    "):
            with file.open("a") as script:
                script.write(line[4:] + "\n")
        else:
            file = None
    _, again = muse(repo, "install")
    assert "add by hand" not in again
    repo.git("add", "-A")
    assert both_run_as_doctor_says(repo)
    seals = [path.read_text() for path in (repo.path / ".git/.muse/op_log").rglob("ops.jsonl")]
    commit_id = repo.git("rev-parse", "HEAD")
    assert sum(text.count(f'"commit_id":"{commit_id}","commit":') for text in seals) == 1


def test_a_hook_that_a_manager_writes_anew_over_ours_runs_once(repo: Repo, manager: Manager) -> None:
    for _ in range(2):
        manager([THEIRS])
        muse(repo, "install")
        before = runs_of_theirs(repo)
        repo.commit("More", a=f"def a():\n    return {repo.clock[0]}\n")
        assert runs_of_theirs(repo) == before + 1


def test_a_manager_that_comes_after_ours(repo: Repo, manager: Manager) -> None:
    muse(repo, "install")
    manager([THEIRS])
    both_run_as_doctor_says(repo)
    muse(repo, "install")
    both_run_as_doctor_says(repo)
    assert muse(repo, "sync")[0] == 0
    assert muse(repo, "verify")[0] == 0
