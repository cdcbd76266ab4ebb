"""Hooks that were there before, or that another tool writes later: what keeps running, what comes back."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.fake_interpreter import FakeInterpreter
from support.installs import PRE_COMMIT, hook, installed, listing, opened, put_hook
from support.repository import Repo

from muse_hook.install.install import hook_states, uninstall

if TYPE_CHECKING:
    from collections.abc import Callable


def early_exit(repo: Repo) -> None:
    put_hook(hook(repo), "#!/bin/sh\necho ran >&2\nexit 0\necho never\n")


def in_python(repo: Repo) -> None:
    put_hook(hook(repo), f"#!{sys.executable}\nimport sys\nsys.stderr.write('ran\\n')\n", 0o700)


def without_first_line(repo: Repo) -> None:
    put_hook(hook(repo), "echo ran >&2\n")


def relative_link(repo: Repo) -> None:
    put_hook(repo.path / "tools/hook", '#!/bin/sh\n[ -h "$0" ] && echo ran >&2\n')
    hook(repo).symlink_to("../../tools/hook")


def link_to_a_neighbour(repo: Repo) -> None:
    put_hook(hook(repo, "all-hooks"), '#!/bin/sh\n. "$(dirname "$0")/words"\n')
    put_hook(hook(repo, "words"), "echo ran >&2\n", 0o644)
    hook(repo).symlink_to("all-hooks")


def absolute_link(repo: Repo) -> None:
    hook(repo).symlink_to(put_hook(repo.path.parent / "hook elsewhere", "#!/bin/sh\necho ran >&2\n"))


@pytest.mark.parametrize(
    "before",
    [early_exit, in_python, without_first_line, relative_link, link_to_a_neighbour, absolute_link],
    ids=lambda function: function.__name__,
)
def test_an_earlier_hook_runs_first_and_comes_back(
    repo: Repo, fake_interpreter: FakeInterpreter, before: Callable[[Repo], None]
) -> None:
    before(repo)
    original = listing(repo.path / ".git/hooks")
    done = installed(repo)
    assert done.hooks[0].state == "chained"
    repo.write("a.py", "x = 1\n")
    repo.git("add", "a.py")
    assert repo.run("git", "commit", "-q", "-m", "one").stderr == b"ran\n"
    assert fake_interpreter.events() == ["post-commit"]
    uninstall(opened(repo))
    assert listing(repo.path / ".git/hooks") == original


def test_an_earlier_hook_that_git_passed_over_stays_passed_over(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    put_hook(hook(repo), "#!/bin/sh\necho ran >&2\n", 0o644)
    original = listing(repo.path / ".git/hooks")
    installed(repo)
    repo.write("a.py", "x = 1\n")
    repo.git("add", "a.py")
    assert repo.run("git", "commit", "-q", "-m", "one").stderr == b""
    assert fake_interpreter.events() == ["post-commit"]
    uninstall(opened(repo))
    assert listing(repo.path / ".git/hooks") == original


def test_a_dangling_link_comes_back(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    hook(repo).symlink_to("nowhere")
    installed(repo)
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    uninstall(opened(repo))
    assert os.readlink(hook(repo)) == "nowhere"


def test_a_newer_hook_of_another_tool_is_chained(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    put_hook(hook(repo), "#!/bin/sh\necho first >&2\n")
    installed(repo)
    put_hook(hook(repo), "#!/bin/sh\necho newer >&2\n")
    assert not hook_states(opened(repo))[0].ok
    installed(repo)
    repo.write("a.py", "x = 1\n")
    repo.git("add", "a.py")
    assert repo.run("git", "commit", "-q", "-m", "one").stderr == b"first\nnewer\n"
    assert fake_interpreter.events() == ["post-commit"]
    found = uninstall(opened(repo))
    assert hook(repo).read_text() == "#!/bin/sh\necho newer >&2\n"
    assert [finding.name for finding in found if finding.level == "warn"] == ["post-commit"]


def test_a_hook_that_another_tool_wrote_over_ours_is_not_thrown_away_by_uninstall(repo: Repo) -> None:
    put_hook(hook(repo), "#!/bin/sh\necho first >&2\n")
    installed(repo)
    put_hook(hook(repo), "#!/bin/sh\necho newer >&2\n")
    found = uninstall(opened(repo))
    assert hook(repo).read_text() == "#!/bin/sh\necho newer >&2\n"
    assert any("before-muse-hook" in finding.message for finding in found)


def test_lines_that_a_tool_appended_to_ours_stay(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    installed(repo)
    appended = "echo appended >&2\n"
    hook(repo).write_text(hook(repo).read_text() + appended)
    installed(repo)
    repo.write("a.py", "x = 1\n")
    repo.git("add", "a.py")
    assert repo.run("git", "commit", "-q", "-m", "one").stderr == appended[5:-5].encode() + b"\n"
    assert fake_interpreter.events() == ["post-commit"]
    uninstall(opened(repo))
    assert hook(repo).read_text() == "#!/bin/sh\n" + appended


def test_ours_moved_by_pre_commit_is_still_called_and_taken_out(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    installed(repo)
    hook(repo).rename(hook(repo, "post-commit.legacy"))
    text = PRE_COMMIT.replace("exit 0", '"$0.legacy" "$@"')
    put_hook(hook(repo), text)
    assert hook_states(opened(repo))[0].state == "called"
    first = listing(repo.path / ".git")
    assert installed(repo).hooks[0].state == "called"
    assert {name: entry for name, entry in listing(repo.path / ".git").items() if "muse-hook" not in name} == first
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    uninstall(opened(repo))
    assert sorted(path.name for path in hook(repo).parent.glob("post-*") if path.suffix != ".sample") == ["post-commit"]
    assert hook(repo).read_text() == text


def test_hooks_from_a_template_folder_are_chained(
    repo: Repo, tmp_path: Path, fake_interpreter: FakeInterpreter
) -> None:
    put_hook(tmp_path / "template/hooks/post-commit", "#!/bin/sh\necho from the template >&2\n")
    repo.git("config", "--global", "init.templateDir", str(tmp_path / "template"))
    repo.git("init", "-q", "-b", "main", str(tmp_path / "templated"))
    other = Repo(tmp_path / "templated", repo.environment, repo.clock)
    assert installed(other).hooks[0].state == "chained"
    other.write("a.py", "x = 1\n")
    other.git("add", "a.py")
    assert other.run("git", "commit", "-q", "-m", "one").stderr == b"from the template\n"
    assert fake_interpreter.events() == ["post-commit"]


@pytest.mark.parametrize("later", ["echo first", "echo other"])
def test_a_hook_that_its_program_writes_anew_over_ours_runs_once(repo: Repo, later: str) -> None:
    generated = '#!/bin/sh\nif [ "$SKIP_SIMPLE_GIT_HOOKS" = "1" ]; then\n    exit 0\nfi\n{}\n'
    put_hook(hook(repo), generated.format("echo first"))
    installed(repo)
    put_hook(hook(repo), generated.format(later))  # over ours
    for _ in range(2):
        installed(repo)
        names = [path.name for path in hook(repo).parent.iterdir() if "before" in path.name]
        assert names == ["post-commit.before-muse-hook"]
        assert hook(repo, names[0]).read_text() == generated.format(later)
    uninstall(opened(repo))
    assert hook(repo).read_text() == generated.format(later)


def test_a_hook_of_somebody_else_over_ours_runs_with_the_one_before(repo: Repo) -> None:
    put_hook(hook(repo), "#!/bin/sh\necho first >> said\n")
    installed(repo)
    put_hook(hook(repo), "#!/bin/sh\necho second >> said\n")
    installed(repo)
    repo.commit("one", a="x = 1\n")
    assert (repo.path / "said").read_text() == "first\nsecond\n"
