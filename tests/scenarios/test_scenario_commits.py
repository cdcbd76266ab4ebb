"""Ways to make and to amend a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from room import Room


def test_first_commit(new_room: Room) -> None:
    new_room.one()
    new_room.head_is_recorded()
    assert new_room.recorded() == {"main": 1}


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
def test_commit(room: Room, options: list[str]) -> None:
    room.write("base.txt", "changed\n")
    room.git("commit", "-q", "-m", "changed", *options)
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


def test_commit_allow_empty(room: Room) -> None:
    room.git("commit", "-q", "--allow-empty", "-m", "empty")
    room.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}


def test_commit_from_a_subfolder(room: Room) -> None:
    room.change("deep/er/a.txt", "a")
    room.git("-C", "deep/er", "commit", "-q", "-m", "from below")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


def test_commit_from_elsewhere(room: Room, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    room.change("a.txt", "a")
    room.run("git", "-C", str(room.path), "commit", "-q", "-m", "-C")
    room.change("a.txt", "b")
    where = ["--git-dir", str(room.path / ".git"), "--work-tree", str(room.path)]
    room.run(
        "sh", "-c", 'cd "$1" && shift && exec git "$@"', "sh", str(outside), *where, "commit", "-q", "-m", "--git-dir"
    )
    room.change("a.txt", "c")
    room.git("commit", "-q", "-m", "variables", GIT_DIR=str(room.path / ".git"), GIT_WORK_TREE=str(room.path))
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}


def test_commit_with_an_index_of_its_own(room: Room, tmp_path: Path) -> None:
    index = str(tmp_path / "index")
    room.git("read-tree", "HEAD", GIT_INDEX_FILE=index)
    room.write("a.txt", "a\n")
    room.git("add", "a.txt", GIT_INDEX_FILE=index)
    room.git("commit", "-q", "-m", "by another index", GIT_INDEX_FILE=index)
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


@pytest.mark.parametrize(
    "options",
    [["-m", "new"], ["--no-edit"], ["--no-edit", "--reset-author"], ["-m", "new", "--date", "2001-01-01T00:00:00"]],
    ids=" ".join,
)
def test_amend(room: Room, options: list[str]) -> None:
    room.one(message="old")
    room.change("a.txt", "more")
    room.git("commit", "-q", "--amend", *options)
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}
    assert room.told() == [f"amend: old -> {'new' if '-m' in options else 'old'}"]


def test_amend_of_what_was_there_before(room: Room) -> None:
    room.git("commit", "-q", "--amend", "-m", "base again")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}
    assert room.told() == ["amend: base -> base again"]


def test_amend_twice(room: Room) -> None:
    room.one(message="one")
    room.git("commit", "-q", "--amend", "-m", "two")
    room.git("commit", "-q", "--amend", "-m", "three")
    assert room.recorded() == {"main": 3}
    assert room.told() == ["amend: one -> two", "amend: two -> three"]


def test_amend_of_a_merge(room: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.one("side.txt")
    room.git("switch", "-q", "main")
    room.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    room.git("commit", "-q", "--amend", "-m", "merge again")
    room.head_is_recorded()
    assert room.recorded() == {"side": 1, "main": 2}
    assert room.told() == ["amend: merge -> merge again"]


def test_amend_of_a_commit_whose_hook_was_dead(room: Room) -> None:
    room.one(message="unseen", dead=True)
    room.git("commit", "-q", "--amend", "-m", "seen")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}
    assert room.told() == ["amend: unseen -> seen"]


def test_amend_detached(room: Room) -> None:
    room.git("switch", "-q", "--detach")
    room.one(message="old")
    room.git("commit", "-q", "--amend", "-m", "new")
    room.head_is_recorded()
    assert room.recorded() == {"HEAD": 2}
    assert room.told() == ["amend: old -> new"]


def test_fixup_and_squash_commits_are_commits(room: Room) -> None:
    room.one(message="A")
    for kind in ("--fixup", "--squash"):
        room.change("a.txt", kind)
        room.git("commit", "-q", kind, "HEAD")
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}


def test_reset_then_commit(room: Room) -> None:
    room.one(message="hard")
    room.git("reset", "-q", "--hard", "HEAD^")
    room.one(message="after hard")
    room.git("reset", "-q", "--soft", "HEAD^")
    room.git("commit", "-q", "-m", "after soft")
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}
    assert room.told() == []


def test_commit_with_a_message_that_is_no_utf8(room: Room) -> None:
    room.change("a.txt", "a")
    room.run("git", "commit", "-q", "-F", "-", stdin=b"caf\xe9 \x1b[31m\n")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


def test_interactive_patch_commit(room: Room) -> None:
    room.write("base.txt", "base\nand more\n")
    room.git("commit", "-q", "-p", "-m", "patch", stdin="y\n")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


def test_failing_commits_record_nothing(room: Room) -> None:
    (room.path / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (room.path / ".git/hooks/pre-commit").chmod(0o755)
    room.change("a.txt", "a")
    room.git("commit", "-q", "-m", "refused", check=False)
    room.git("commit", "-q", "-m", "taken", "--no-verify")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}
