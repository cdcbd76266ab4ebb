"""Cherry-picks, reverts, mailed patches, and what makes no commit at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from room import Room


def side(room: Room, *subjects: str, path: str = "") -> None:
    """Make branch `side` with a commit for each subject; back on `main` then."""
    room.git("switch", "-q", "-c", "side")
    for subject in subjects:
        room.one(path or f"{subject}.txt", subject, message=subject, dead=True)
    room.git("switch", "-q", "main")
    room.sync()


def test_cherry_pick(room: Room) -> None:
    side(room, "A")
    room.one("main.txt")
    room.git("cherry-pick", "side")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}
    assert room.told() == []


def test_cherry_pick_of_a_range(room: Room) -> None:
    side(room, "A", "B", "C")
    room.one("main.txt")
    room.git("cherry-pick", "main..side")
    room.head_is_recorded()
    assert room.recorded() == {"main": 4, "side": 3}


@pytest.mark.parametrize("end", [["cherry-pick", "--continue"], ["commit", "-q", "--no-edit"]], ids=" ".join)
def test_cherry_pick_with_a_conflict(room: Room, end: list[str]) -> None:
    side(room, "A", path="both.txt")
    room.one("both.txt", "main")
    room.git("cherry-pick", "side", check=False)
    room.write("both.txt", "resolved\n")
    room.git("add", "both.txt")
    room.git(*end)
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}


@pytest.mark.parametrize("end", ["--abort", "--skip", "--quit"])
def test_cherry_pick_given_up(room: Room, end: str) -> None:
    side(room, "A", path="both.txt")
    room.one("both.txt", "main")
    room.git("cherry-pick", "side", check=False)
    room.git("cherry-pick", end)
    assert room.recorded() == {"main": 1, "side": 1}
    assert room.told() == []


def test_cherry_pick_without_a_commit(room: Room) -> None:
    side(room, "A", "B")
    room.git("cherry-pick", "-n", "main..side")
    room.git("commit", "-q", "-m", "both")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "side": 2}


def test_cherry_pick_fast_forward(room: Room) -> None:
    """No hook fires, and the commit is one that another branch has recorded."""
    side(room, "A")
    room.git("cherry-pick", "--ff", "side")
    room.head_is_recorded()
    assert room.recorded() == {"side": 1}


def test_cherry_pick_that_gives_the_very_same_commit(room: Room) -> None:
    """Same parent, tree, people and second: the id is the one that another branch recorded."""
    side(room, "A")
    date = room.git("log", "-1", "--format=%ct +0100", "side")
    room.git("cherry-pick", "side", GIT_COMMITTER_DATE=date)
    assert room.git("rev-parse", "HEAD") == room.git("rev-parse", "side")
    assert room.recorded() == {"side": 1}


def test_cherry_pick_of_an_empty_commit(room: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.git("commit", "-q", "--allow-empty", "-m", "empty")
    room.git("switch", "-q", "main")
    room.one()
    room.git("cherry-pick", "--allow-empty", "side")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}


def test_revert(room: Room) -> None:
    room.one("A.txt", message="A")
    room.one("B.txt", message="B")
    room.git("revert", "--no-edit", "HEAD~2..HEAD")
    room.head_is_recorded()
    assert room.recorded() == {"main": 4}


def test_revert_with_a_conflict(room: Room) -> None:
    room.one("both.txt", "A")
    room.one("both.txt", "B")
    room.git("revert", "--no-edit", "HEAD^", check=False)
    room.write("both.txt", "resolved\n")
    room.git("add", "both.txt")
    room.git("revert", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}


def mails(room: Room) -> list[str]:
    return sorted(str(path) for path in (room.path / ".git/mails").iterdir())


def test_am(room: Room) -> None:
    side(room, "A", "B")
    room.git("format-patch", "-q", "-o", ".git/mails", "main..side")
    room.git("am", "-q", *mails(room))
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 2}


def test_am_3way_with_a_conflict(room: Room) -> None:
    side(room, "A", "B", path="both.txt")
    room.git("format-patch", "-q", "-o", ".git/mails", "main..side")
    room.one("both.txt", "main")
    room.git("am", "-q", "-3", *mails(room), check=False)
    room.write("both.txt", "main\nA\n")
    room.git("add", "both.txt")
    room.git("am", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 3, "side": 2}


@pytest.mark.parametrize("end", ["--skip", "--abort", "--quit"])
def test_am_given_up(room: Room, end: str) -> None:
    side(room, "A", path="both.txt")
    room.git("format-patch", "-q", "-o", ".git/mails", "main..side")
    room.one("both.txt", "main")
    room.git("am", "-q", *mails(room), check=False)
    room.git("am", end)
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "side": 1}


def test_apply_index(room: Room) -> None:
    side(room, "A")
    patch = room.git("diff", "main", "side") + "\n"
    room.git("apply", "--index", stdin=patch)
    room.git("commit", "-q", "-m", "applied")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "side": 1}


def test_stash(room: Room) -> None:
    """The stash's commits are reached by no branch."""
    room.one()
    room.write("base.txt", "stashed\n")
    room.write("untracked.txt", "stashed too\n")
    room.git("stash", "-u")
    room.one()
    room.git("stash", "pop")
    room.git("stash")
    room.git("stash", "branch", "from-stash")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}


def test_notes_tags_and_replacements_are_no_commits_of_a_branch(room: Room) -> None:
    first = room.one()
    second = room.one()
    room.git("notes", "add", "-m", "note", first)
    room.git("tag", "-a", "-m", "tag", "v1")
    room.git("replace", second, first)
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}


def test_bisect(room: Room) -> None:
    made = [room.one() for _ in range(4)]
    room.git("bisect", "start", made[3], made[0])
    room.sync()
    room.git("bisect", "reset")
    room.head_is_recorded()
    assert room.recorded() == {"main": 4}


def test_gc_and_pack_refs(room: Room) -> None:
    room.one()
    room.git("switch", "-q", "-c", "packed")
    room.one()
    room.git("pack-refs", "--all")
    room.one()
    room.git("gc", "-q", "--prune=now")
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "packed": 3}


def test_gc_after_the_reflogs_expired(room: Room) -> None:
    """What was recorded stays recorded when Git has forgotten the commits."""
    room.one(message="old")
    room.git("commit", "-q", "--amend", "-m", "new")
    room.git("reflog", "expire", "--expire=now", "--all")
    room.git("gc", "-q", "--prune=now")
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}
    assert [why for why, *_ in room.marks()] == ["amend"]


@pytest.mark.parametrize("command", [["clean", "-fdxq"], ["stash", "-a"], ["reset", "-q", "--hard"]], ids=" ".join)
def test_cleaning_leaves_the_store_whole(room: Room, command: list[str]) -> None:
    room.write("untracked.txt", "u\n")
    room.one()
    room.git(*command)
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}


def test_superproject_and_submodule(room: Room, tmp_path: Path) -> None:
    """Each has a store of its own."""
    inner = room.clone(tmp_path / "inner")
    inner.commit("inner")
    room.git("-c", "protocol.file.allow=always", "submodule", "-q", "add", str(inner.path), "sub")
    room.git("commit", "-q", "-m", "submodule")
    sub = room.tree_of(room.path / "sub", before=set())
    sub.install()
    made = sub.one()
    assert sub.sessions() == {made: "main"}
    room.git("commit", "-q", "-a", "-m", "newer submodule")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}
    sub.agree()
