"""Merges, pulls and fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.hooked import HookedRepo
    from support.repository import Repo


def fork(hooked: HookedRepo, *, conflict: bool = False) -> None:
    """Make branch `side` beside `main`, a commit each."""
    hooked.git("switch", "-q", "-c", "side")
    hooked.one("both.txt" if conflict else "side.txt", "side", message="side", dead=True)
    hooked.git("switch", "-q", "main")
    hooked.one("both.txt" if conflict else "main.txt", "main", message="main", dead=True)
    hooked.sync()


def test_merge_fast_forward(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.one()
    hooked.git("switch", "-q", "main")
    hooked.git("merge", "-q", "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 1}


def test_merge_fast_forward_of_what_no_hook_saw(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.one(dead=True)
    hooked.one(dead=True)
    hooked.git("switch", "-q", "main")
    hooked.git("merge", "-q", "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 2}


@pytest.mark.parametrize("options", [["--no-ff"], ["--no-ff", "--log"], ["-s", "ours"], ["-X", "theirs"]], ids=" ".join)
def test_merge(hooked: HookedRepo, options: list[str]) -> None:
    fork(hooked)
    hooked.git("merge", "-q", "-m", "merge", *options, "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}


def test_merge_octopus(hooked: HookedRepo) -> None:
    for name in ("x", "y", "z"):
        hooked.git("switch", "-q", "-c", name, "main")
        hooked.one(f"{name}.txt")
    hooked.git("switch", "-q", "main")
    hooked.one("main.txt")
    hooked.git("merge", "-q", "-m", "octopus", "x", "y", "z")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "x": 1, "y": 1, "z": 1}


@pytest.mark.parametrize("end", [["commit", "-q", "--no-edit"], ["merge", "--continue"]], ids=" ".join)
def test_merge_with_a_conflict(hooked: HookedRepo, end: list[str]) -> None:
    fork(hooked, conflict=True)
    hooked.git("merge", "-q", "side", check=False)
    hooked.write("both.txt", "both\n")
    hooked.git("add", "both.txt")
    hooked.git(*end)
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}


def test_merge_abort(hooked: HookedRepo) -> None:
    fork(hooked, conflict=True)
    hooked.git("merge", "-q", "side", check=False)
    hooked.git("merge", "--abort")
    hooked.one("later.txt")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}


def test_merge_squash(hooked: HookedRepo) -> None:
    fork(hooked)
    hooked.git("merge", "-q", "--squash", "side")
    hooked.git("commit", "-q", "-m", "squashed")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}
    assert hooked.mark_texts() == []


def test_merge_no_commit(hooked: HookedRepo) -> None:
    fork(hooked)
    hooked.git("merge", "-q", "--no-commit", "side")
    hooked.git("commit", "-q", "-m", "merge")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}


def test_merge_of_unrelated_histories(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "--orphan", "other")
    hooked.one("other.txt")
    hooked.git("switch", "-q", "main")
    hooked.git("merge", "-q", "-m", "merge", "--allow-unrelated-histories", "other")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "other": 1}


def test_merge_into_a_detached_head(hooked: HookedRepo) -> None:
    fork(hooked)
    hooked.git("switch", "-q", "--detach", "main")
    hooked.git("merge", "-q", "-m", "merge", "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "side": 1, "HEAD": 1}


def upstream(hooked: HookedRepo, path: Path) -> Repo:
    """Make the repository that `hooked` is from then on a clone of."""
    there = hooked.clone(path)
    hooked.git("remote", "add", "origin", str(path))
    hooked.git("fetch", "-q", "origin")
    hooked.git("branch", "-q", "--set-upstream-to", "origin/main")
    return there


def test_pull_fast_forward(hooked: HookedRepo, tmp_path: Path) -> None:
    there = upstream(hooked, tmp_path / "there")
    there.commit("one")
    there.commit("two")
    hooked.git("pull", "-q")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}


def test_pull_merge(hooked: HookedRepo, tmp_path: Path) -> None:
    there = upstream(hooked, tmp_path / "there")
    there.commit("theirs")
    hooked.one(message="ours")
    hooked.git("pull", "-q", "--no-rebase", "--no-edit")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}


def test_pull_rebase(hooked: HookedRepo, tmp_path: Path) -> None:
    there = upstream(hooked, tmp_path / "there")
    there.commit("theirs")
    hooked.one(message="ours")
    hooked.git("pull", "-q", "--rebase")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}
    assert hooked.mark_texts() == ["rebase: ours -> ours"]


def test_pull_rebase_that_only_fast_forwards(hooked: HookedRepo, tmp_path: Path) -> None:
    there = upstream(hooked, tmp_path / "there")
    there.commit("theirs")
    hooked.git("pull", "-q", "--rebase")
    assert hooked.sync().recorded in {0, 1}  # some versions of Git fire no hook here
    assert hooked.recorded() == {"main": 1}


def test_fetch_records_nothing_before_a_branch_has_it(hooked: HookedRepo, tmp_path: Path) -> None:
    there = upstream(hooked, tmp_path / "there")
    there.commit("theirs")
    hooked.git("fetch", "-q")
    hooked.sync()
    assert hooked.recorded() == {}
    hooked.git("merge", "-q")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


def test_fetch_into_a_branch(hooked: HookedRepo, tmp_path: Path) -> None:
    """No hook fires: the next trigger finds it."""
    there = upstream(hooked, tmp_path / "there")
    there.commit("theirs")
    hooked.git("fetch", "-q", "origin", "main:other")
    hooked.sync()
    assert hooked.recorded() == {"other": 1}


def test_fetch_forced_over_a_branch(hooked: HookedRepo, tmp_path: Path) -> None:
    there = upstream(hooked, tmp_path / "there")
    hooked.git("branch", "other")
    there.commit("theirs")
    hooked.git("fetch", "-q", "origin", "main:other")
    there.git("commit", "-q", "--amend", "--allow-empty", "-m", "theirs again")
    hooked.git("fetch", "-q", "origin", "+main:other")
    hooked.sync()
    assert hooked.recorded() == {"other": 2}
