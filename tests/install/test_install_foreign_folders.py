"""Hook folders that belong to somebody else, and the way around them through Git's configuration."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.fake_interpreter import FakeInterpreter
from support.installs import HUSKY, LEFTHOOK, PRE_COMMIT, hook, installed, listing, opened, put_hook, states
from support.repository import Repo

from muse_hook.doctor import examine
from muse_hook.git.repository import Repository
from muse_hook.install.hook_file import EVENTS
from muse_hook.install.install import hook_states, uninstall
from muse_hook.oplog.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable


# Folders that belong to somebody else


def test_a_configured_folder_inside_the_git_directory_is_used(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    repo.git("config", "core.hooksPath", ".git/mine")
    installed(repo)
    assert sorted(path.name for path in (repo.path / ".git/mine").iterdir()) == sorted(EVENTS)
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    uninstall(opened(repo))
    assert list((repo.path / ".git/mine").iterdir()) == []


def in_the_work_tree(repo: Repo) -> Path:
    repo.git("config", "core.hooksPath", ".githooks")
    put_hook(repo.path / ".githooks/post-commit", "#!/bin/sh\n")
    return repo.path / ".githooks"


def of_husky(repo: Repo) -> Path:
    repo.git("config", "core.hooksPath", ".husky/_")
    for event in EVENTS:
        put_hook(repo.path / ".husky/_" / event, HUSKY)
    runs = '[ ! -f "${0%/*}/../${0##*/}" ] || sh -e "${0%/*}/../${0##*/}" "$@"\n'
    put_hook(repo.path / ".husky/_/h", f"#!/usr/bin/env sh\n{runs}")
    return repo.path / ".husky"


def of_all_repositories(repo: Repo) -> Path:
    folder = repo.path.parent / "home/all hooks"
    put_hook(folder / "post-commit", "#!/bin/sh\n")
    repo.git("config", "--global", "core.hooksPath", "~/all hooks")
    return folder


def behind_a_link(repo: Repo) -> Path:
    put_hook(repo.path / "tools/post-commit", "#!/bin/sh\n")
    shutil.rmtree(repo.path / ".git/hooks")
    (repo.path / ".git/hooks").symlink_to("../tools")
    return repo.path / "tools"


@pytest.mark.usefixtures("old_git")
@pytest.mark.parametrize(
    "foreign", [in_the_work_tree, of_husky, of_all_repositories, behind_a_link], ids=lambda function: function.__name__
)
def test_a_foreign_folder_is_not_written_and_the_line_to_add_works(
    repo: Repo, fake_interpreter: FakeInterpreter, foreign: Callable[[Repo], Path]
) -> None:
    folder = foreign(repo)
    before = listing(folder)
    done = installed(repo)
    assert listing(folder) == before
    assert {state.state for state in done.hooks} == {"by hand"}
    assert [Path(file).name for file, _ in done.lines] == list(EVENTS[:4])
    file, line = done.lines[0]
    assert Path(file).resolve() == folder / "post-commit"
    with Path(file).open("a") as script:
        script.write(line + "\n")
    Path(file).chmod(0o755)
    assert hook_states(opened(repo))[0].state == "called"
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    found = uninstall(opened(repo))
    assert any(file in finding.message for finding in found)
    assert not (repo.path / ".git/muse-hook").exists()
    repo.commit("two", a="x = 2\n")  # the line that is still there is quiet


@pytest.mark.usefixtures("old_git")
@pytest.mark.parametrize(
    ("text", "file"),
    [(LEFTHOOK, "lefthook-local.yml"), (PRE_COMMIT, ".pre-commit-config.yaml")],
    ids=["lefthook", "pre-commit"],
)
def test_a_managers_hook_in_gits_own_folder_is_left_alone(
    repo: Repo, text: str, file: str, fake_interpreter: FakeInterpreter
) -> None:
    put_hook(hook(repo), text)
    put_hook(hook(repo, "pre-push"), text)
    done = installed(repo)
    assert hook(repo).read_text() == text
    assert [Path(where).name for where, _ in done.lines] == [file]
    assert done.hooks[0].state == "by hand"
    repo.commit("one", a="x = 1\n")
    repo.git("switch", "-qc", "side")
    repo.commit("two", a="x = 2\n")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "side")
    assert fake_interpreter.events() == ["post-merge"]


@pytest.mark.usefixtures("old_git")
def test_a_folder_that_becomes_foreign_is_told_and_ours_leave_gits_own(repo: Repo) -> None:
    put_hook(hook(repo), "#!/bin/sh\nexit 7\n")
    installed(repo)
    of_husky(repo)
    assert states(repo) == {"missing"}
    done = installed(repo)
    assert {state.state for state in done.hooks} == {"by hand"}
    assert hook(repo).read_text() == "#!/bin/sh\nexit 7\n"
    repo.git("config", "--unset", "core.hooksPath")
    assert [state.state for state in installed(repo).hooks] == ["chained", *["installed"] * 4]
    assert not (repo.path / ".git/muse-hook").exists()


# Hooks from Git's configuration (Git 2.54)


@pytest.mark.usefixtures("new_git")
@pytest.mark.parametrize(
    "foreign", [in_the_work_tree, of_husky, of_all_repositories, behind_a_link], ids=lambda function: function.__name__
)
def test_configuration_goes_around_a_foreign_folder(
    repo: Repo, fake_interpreter: FakeInterpreter, foreign: Callable[[Repo], Path]
) -> None:
    folder = foreign(repo)
    theirs = listing(folder)
    before = listing(repo.path)
    done = installed(repo)
    assert {state.state for state in done.hooks} == {"config"}
    assert done.lines == []
    repo.commit("one", a="x = 1\n")
    repo.commit("two", a="x = 2\n")
    assert fake_interpreter.events(2) == ["post-commit", "post-commit"]
    repo.git("commit", "-q", "--amend", "-m", "again")
    calls = fake_interpreter.calls(2)
    assert calls[1]["argv"] == ["post-rewrite", "amend"]
    assert calls[1]["stdin"].count("\n") == 1
    first = listing(repo.path)
    installed(repo)
    assert listing(repo.path) == first
    uninstall(opened(repo))
    after = listing(repo.path)
    assert {name: after[name] for name in before if not name.endswith(("HEAD", "index"))} == {
        name: entry for name, entry in before.items() if not name.endswith(("HEAD", "index"))
    }
    assert {name: entry for name, entry in listing(folder).items() if name in theirs} == theirs
    assert not (repo.path / ".git/muse-hook").exists()


@pytest.mark.usefixtures("new_git")
def test_no_event_is_both_in_the_folder_and_in_the_configuration(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    put_hook(hook(repo), LEFTHOOK.replace('lefthook "$@"', ":"))
    done = installed(repo)
    assert [state.state for state in done.hooks] == ["config", *["installed"] * 4]
    hook(repo).unlink()
    assert {state.state for state in installed(repo).hooks} == {"installed"}
    assert repo.git("config", "--get-regexp", "^hook", check=False) == ""
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]


@pytest.mark.usefixtures("new_git")
def test_an_older_git_passes_over_the_configuration_and_the_states_say_so(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_husky(repo)
    installed(repo)
    monkeypatch.setattr(Repository, "version", (2, 39, 5))
    assert states(repo) == {"passed over"}


# Hooks that are switched off


@pytest.mark.usefixtures("old_git")
@pytest.mark.parametrize(
    ("scope", "hint"), [("--local", "git config --unset core.hooksPath"), ("--global", "git config core.hooksPath ")]
)
def test_hooks_that_are_switched_off_are_named_and_the_hint_brings_them_back(repo: Repo, scope: str, hint: str) -> None:
    repo.git("config", scope, "core.hooksPath", "/dev/null")
    done = installed(repo)
    assert {state.state for state in done.hooks} == {"off"}
    assert done.lines == []
    (finding,) = [each for each in done.findings if each.level == "bad"]
    assert f"core.hooksPath is /dev/null ({scope[2:]} configuration)" in finding.message
    assert finding.hint.startswith(hint)
    assert all(
        each.level == "bad" for each in examine(opened(repo), Store(opened(repo).common_dir)) if "post" in each.name
    )
    repo.run("sh", "-c", finding.hint.partition(", then ")[0])
    assert {state.state for state in installed(repo).hooks} == {"installed"}


@pytest.mark.usefixtures("new_git")
def test_configuration_goes_around_hooks_that_are_switched_off(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    repo.git("config", "core.hooksPath", "/dev/null")
    assert {state.state for state in installed(repo).hooks} == {"config"}
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]


# What must be added by hand


def added_by_hand(repo: Repo) -> set[Path]:
    """Add what install says to where it says; the files."""
    files = set()
    for file, line in installed(repo).lines:
        path = Path(file)
        path.write_text((path.read_text() if path.exists() else "") + line + "\n")
        files.add(path)
    return files


@pytest.mark.usefixtures("old_git")
def test_a_line_for_lefthook_repeats_no_key_and_is_asked_for_once(repo: Repo) -> None:
    put_hook(hook(repo), LEFTHOOK)
    repo.write("lefthook.yml", "post-commit:\n  commands:\n    a:\n      run: echo\n")
    assert added_by_hand(repo) == {repo.path / "lefthook-local.yml"}
    again = installed(repo)
    assert (again.lines, again.hooks[0].state) == ([], "called")
    (repo.path / "lefthook-local.yml").write_text("post-commit:\n  parallel: true\n")
    repo.write("lefthook.yml", "pre-push: {}\n")
    assert added_by_hand(repo) == {repo.path / "lefthook.yml"}
    assert installed(repo).lines == []


@pytest.mark.usefixtures("old_git")
@pytest.mark.parametrize("margin", ["", "  "])
def test_a_line_for_pre_commit_has_the_margin_of_the_others(repo: Repo, margin: str) -> None:
    put_hook(hook(repo), PRE_COMMIT)
    repo.write(".pre-commit-config.yaml", f"repos:\n{margin}- repo: local\n{margin}  hooks: []\n")
    ((_, line),) = installed(repo).lines
    assert line.startswith(f"{margin}- {{repo: local, ")
    added_by_hand(repo)
    assert installed(repo).lines == []


def moved_by_pre_commit(repo: Repo) -> None:
    """Do what `pre-commit install --hook-type post-rewrite` does to our hook."""
    ours = hook(repo, "post-rewrite")
    ours.rename(ours.with_name("post-rewrite.legacy"))
    put_hook(ours, PRE_COMMIT)


@pytest.mark.usefixtures("old_git")
def test_pre_commit_that_takes_the_input_of_post_rewrite_is_named(repo: Repo) -> None:
    installed(repo)
    moved_by_pre_commit(repo)
    found = [each for each in installed(repo).findings if each.level == "warn"]
    assert [each.name for each in found] == ["post-rewrite"]
    assert "without its input" in found[0].message
    examined = examine(opened(repo), Store(opened(repo).common_dir))
    assert found[0].message in [each.message for each in examined]


@pytest.mark.usefixtures("new_git")
def test_configuration_brings_the_input_that_pre_commit_takes(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    repo.commit("one", a="x = 1\n")
    installed(repo)
    moved_by_pre_commit(repo)
    done = installed(repo)
    assert [state.state for state in done.hooks if state.name == "post-rewrite"] == ["config"]
    assert not hook(repo, "post-rewrite.legacy").exists()
    repo.git("commit", "-q", "--amend", "-m", "again")
    calls = [call for call in fake_interpreter.calls(2) if call["argv"][0] == "post-rewrite"]
    assert [call["stdin"].count("\n") for call in calls] == [1]
