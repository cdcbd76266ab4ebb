"""Merges, pulls and fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Repo
    from room import Room


def fork(room: Room, *, conflict: bool = False) -> None:
    """Make branch `side` beside `main`, a commit each."""
    room.git("switch", "-q", "-c", "side")
    room.one("both.txt" if conflict else "side.txt", "side", message="side", dead=True)
    room.git("switch", "-q", "main")
    room.one("both.txt" if conflict else "main.txt", "main", message="main", dead=True)
    room.sync()


def test_merge_fast_forward(room: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.one()
    room.git("switch", "-q", "main")
    room.git("merge", "-q", "side")
    room.head_is_recorded()
    assert room.recorded() == {"side": 1}


def test_merge_fast_forward_of_what_no_hook_saw(room: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.one(dead=True)
    room.one(dead=True)
    room.git("switch", "-q", "main")
    room.git("merge", "-q", "side")
    room.head_is_recorded()
    assert room.recorded() == {"side": 2}


@pytest.mark.parametrize("options", [["--no-ff"], ["--no-ff", "--log"], ["-s", "ours"], ["-X", "theirs"]], ids=" ".join)
def test_merge(room: Room, options: list[str]) -> None:
    fork(room)
    room.git("merge", "-q", "-m", "merge", *options, "side")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}


def test_merge_octopus(room: Room) -> None:
    for name in ("x", "y", "z"):
        room.git("switch", "-q", "-c", name, "main")
        room.one(f"{name}.txt")
    room.git("switch", "-q", "main")
    room.one("main.txt")
    room.git("merge", "-q", "-m", "octopus", "x", "y", "z")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "x": 1, "y": 1, "z": 1}


@pytest.mark.parametrize("end", [["commit", "-q", "--no-edit"], ["merge", "--continue"]], ids=" ".join)
def test_merge_with_a_conflict(room: Room, end: list[str]) -> None:
    fork(room, conflict=True)
    room.git("merge", "-q", "side", check=False)
    room.write("both.txt", "both\n")
    room.git("add", "both.txt")
    room.git(*end)
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}


def test_merge_abort(room: Room) -> None:
    fork(room, conflict=True)
    room.git("merge", "-q", "side", check=False)
    room.git("merge", "--abort")
    room.one("later.txt")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}


def test_merge_squash(room: Room) -> None:
    fork(room)
    room.git("merge", "-q", "--squash", "side")
    room.git("commit", "-q", "-m", "squashed")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}
    assert room.told() == []


def test_merge_no_commit(room: Room) -> None:
    fork(room)
    room.git("merge", "-q", "--no-commit", "side")
    room.git("commit", "-q", "-m", "merge")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "side": 1}


def test_merge_of_unrelated_histories(room: Room) -> None:
    room.git("switch", "-q", "--orphan", "other")
    room.one("other.txt")
    room.git("switch", "-q", "main")
    room.git("merge", "-q", "-m", "merge", "--allow-unrelated-histories", "other")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "other": 1}


def test_merge_into_a_detached_head(room: Room) -> None:
    fork(room)
    room.git("switch", "-q", "--detach", "main")
    room.git("merge", "-q", "-m", "merge", "side")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "side": 1, "HEAD": 1}


def upstream(room: Room, path: Path) -> Repo:
    """Make the repository that `room` is from then on a clone of."""
    there = room.clone(path)
    room.git("remote", "add", "origin", str(path))
    room.git("fetch", "-q", "origin")
    room.git("branch", "-q", "--set-upstream-to", "origin/main")
    return there


def test_pull_fast_forward(room: Room, tmp_path: Path) -> None:
    there = upstream(room, tmp_path / "there")
    there.commit("one")
    there.commit("two")
    room.git("pull", "-q")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}


def test_pull_merge(room: Room, tmp_path: Path) -> None:
    there = upstream(room, tmp_path / "there")
    there.commit("theirs")
    room.one(message="ours")
    room.git("pull", "-q", "--no-rebase", "--no-edit")
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}


def test_pull_rebase(room: Room, tmp_path: Path) -> None:
    there = upstream(room, tmp_path / "there")
    there.commit("theirs")
    room.one(message="ours")
    room.git("pull", "-q", "--rebase")
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}
    assert room.told() == ["rebase: ours -> ours"]


def test_pull_rebase_that_only_fast_forwards(room: Room, tmp_path: Path) -> None:
    there = upstream(room, tmp_path / "there")
    there.commit("theirs")
    room.git("pull", "-q", "--rebase")
    assert room.sync().recorded in {0, 1}  # some versions of Git fire no hook here
    assert room.recorded() == {"main": 1}


def test_fetch_records_nothing_before_a_branch_has_it(room: Room, tmp_path: Path) -> None:
    there = upstream(room, tmp_path / "there")
    there.commit("theirs")
    room.git("fetch", "-q")
    room.sync()
    assert room.recorded() == {}
    room.git("merge", "-q")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


def test_fetch_into_a_branch(room: Room, tmp_path: Path) -> None:
    """No hook fires: the next trigger finds it."""
    there = upstream(room, tmp_path / "there")
    there.commit("theirs")
    room.git("fetch", "-q", "origin", "main:other")
    room.sync()
    assert room.recorded() == {"other": 1}


def test_fetch_forced_over_a_branch(room: Room, tmp_path: Path) -> None:
    there = upstream(room, tmp_path / "there")
    room.git("branch", "other")
    there.commit("theirs")
    room.git("fetch", "-q", "origin", "main:other")
    there.git("commit", "-q", "--amend", "--allow-empty", "-m", "theirs again")
    room.git("fetch", "-q", "origin", "+main:other")
    room.sync()
    assert room.recorded() == {"other": 2}
