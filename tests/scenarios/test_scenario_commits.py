"""Ways to make and to amend a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muse_hook.index.index import Index

if TYPE_CHECKING:
    from pathlib import Path

    from support.hooked import HookedRepo


def test_first_commit(unborn: HookedRepo) -> None:
    unborn.one()
    unborn.head_is_recorded()
    assert unborn.recorded() == {"main": 1}


@pytest.mark.parametrize(
    "options",
    [
        ["-a"],
        ["--", "base.txt"],
        ["--only", "base.txt"],
        ["--include", "base.txt"],
        ["-a", "--no-verify"],
        ["-a", "-s"],
    ],
    ids=" ".join,
)
def test_commit(hooked: HookedRepo, options: list[str]) -> None:
    hooked.write("base.txt", "changed\n")
    hooked.git("commit", "-q", "-m", "changed", *options)
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


def test_commit_allow_empty(hooked: HookedRepo) -> None:
    hooked.git("commit", "-q", "--allow-empty", "-m", "empty")
    hooked.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}


def test_commit_from_a_subfolder(hooked: HookedRepo) -> None:
    hooked.change("deep/er/a.txt", "a")
    hooked.git("-C", "deep/er", "commit", "-q", "-m", "from below")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


def test_commit_from_elsewhere(hooked: HookedRepo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    hooked.change("a.txt", "a")
    hooked.run("git", "-C", str(hooked.path), "commit", "-q", "-m", "-C")
    hooked.change("a.txt", "b")
    where = ["--git-dir", str(hooked.path / ".git"), "--work-tree", str(hooked.path)]
    hooked.run(
        "sh", "-c", 'cd "$1" && shift && exec git "$@"', "sh", str(outside), *where, "commit", "-q", "-m", "--git-dir"
    )
    hooked.change("a.txt", "c")
    hooked.git("commit", "-q", "-m", "variables", GIT_DIR=str(hooked.path / ".git"), GIT_WORK_TREE=str(hooked.path))
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}


def test_commit_with_an_index_of_its_own(hooked: HookedRepo, tmp_path: Path) -> None:
    index = str(tmp_path / "index")
    hooked.git("read-tree", "HEAD", GIT_INDEX_FILE=index)
    hooked.write("a.txt", "a\n")
    hooked.git("add", "a.txt", GIT_INDEX_FILE=index)
    hooked.git("commit", "-q", "-m", "by another index", GIT_INDEX_FILE=index)
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


@pytest.mark.parametrize(
    "options",
    [["-m", "new"], ["--no-edit"], ["--no-edit", "--reset-author"], ["-m", "new", "--date", "2001-01-01T00:00:00"]],
    ids=" ".join,
)
def test_amend(hooked: HookedRepo, options: list[str]) -> None:
    hooked.one(message="old")
    hooked.change("a.txt", "more")
    hooked.git("commit", "-q", "--amend", *options)
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}
    assert hooked.mark_texts() == [f"amend: old -> {'new' if '-m' in options else 'old'}"]


def test_amend_of_what_was_there_before(hooked: HookedRepo) -> None:
    hooked.git("commit", "-q", "--amend", "-m", "base again")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}
    assert hooked.mark_texts() == ["amend: base -> base again"]


def test_amend_twice(hooked: HookedRepo) -> None:
    hooked.one(message="one")
    hooked.git("commit", "-q", "--amend", "-m", "two")
    hooked.git("commit", "-q", "--amend", "-m", "three")
    assert hooked.recorded() == {"main": 3}
    assert hooked.mark_texts() == ["amend: one -> two", "amend: two -> three"]


def test_amend_of_a_merge(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.one("side.txt")
    hooked.git("switch", "-q", "main")
    hooked.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    hooked.git("commit", "-q", "--amend", "-m", "merge again")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 1, "main": 2}
    assert hooked.mark_texts() == ["amend: merge -> merge again"]


def test_amend_of_a_commit_whose_hook_was_dead(hooked: HookedRepo) -> None:
    hooked.one(message="unseen", dead=True)
    hooked.git("commit", "-q", "--amend", "-m", "seen")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}
    assert hooked.mark_texts() == ["amend: unseen -> seen"]


def test_amend_detached(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "--detach")
    hooked.one(message="old")
    hooked.git("commit", "-q", "--amend", "-m", "new")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"HEAD": 2}
    assert hooked.mark_texts() == ["amend: old -> new"]


def test_fixup_and_squash_commits_are_commits(hooked: HookedRepo) -> None:
    hooked.one(message="A")
    for kind in ("--fixup", "--squash"):
        hooked.change("a.txt", kind)
        hooked.git("commit", "-q", kind, "HEAD")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}


def test_reset_then_commit(hooked: HookedRepo) -> None:
    hooked.one(message="hard")
    hooked.git("reset", "-q", "--hard", "HEAD^")
    hooked.one(message="after hard")
    hooked.git("reset", "-q", "--soft", "HEAD^")
    hooked.git("commit", "-q", "-m", "after soft")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}
    assert hooked.mark_texts() == []


def test_commit_with_a_message_that_is_no_utf8(hooked: HookedRepo) -> None:
    hooked.change("a.txt", "a")
    hooked.run("git", "commit", "-q", "-F", "-", stdin=b"caf\xe9 \x1b[31m\n")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


def test_interactive_patch_commit(hooked: HookedRepo) -> None:
    hooked.write("base.txt", "base\nand more\n")
    hooked.git("commit", "-q", "-p", "-m", "patch", stdin="y\n")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


def test_failing_commits_record_nothing(hooked: HookedRepo) -> None:
    (hooked.path / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooked.path / ".git/hooks/pre-commit").chmod(0o755)
    hooked.change("a.txt", "a")
    hooked.git("commit", "-q", "-m", "refused", check=False)
    hooked.git("commit", "-q", "-m", "taken", "--no-verify")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


@pytest.mark.parametrize("way", ["commit", "amend", "elsewhere"])
def test_a_commit_without_a_hook_that_was_reset_away_comes_with_the_next(hooked: HookedRepo, way: str) -> None:
    hooked.one(message="A")
    hooked.git("branch", "other")
    lost = hooked.one(message="lost", dead=True)
    if way == "amend":
        hooked.change("a.txt", "more")
        hooked.git("commit", "-q", "--amend", "-m", "B")
    else:
        hooked.git("reset", "-q", "--hard", "HEAD~1")
        if way == "elsewhere":
            hooked.git("switch", "-q", "other")
        hooked.one(message="B")
    assert hooked.recorded() == ({"main": 2, "other": 1} if way == "elsewhere" else {"main": 3})
    with Index(hooked.store()) as index:
        index.refresh()
        assert index.is_sealed(lost)
