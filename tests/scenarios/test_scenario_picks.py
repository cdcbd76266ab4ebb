"""Cherry-picks, reverts, mailed patches, and what makes no commit at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.hooked import HookedRepo


def side(hooked: HookedRepo, *subjects: str, path: str = "") -> None:
    """Make branch `side` with a commit for each subject; back on `main` then."""
    hooked.git("switch", "-q", "-c", "side")
    for subject in subjects:
        hooked.one(path or f"{subject}.txt", subject, message=subject, dead=True)
    hooked.git("switch", "-q", "main")
    hooked.sync()


def test_cherry_pick(hooked: HookedRepo) -> None:
    side(hooked, "A")
    hooked.one("main.txt")
    hooked.git("cherry-pick", "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}
    assert hooked.mark_texts() == []


def test_cherry_pick_of_a_range(hooked: HookedRepo) -> None:
    side(hooked, "A", "B", "C")
    hooked.one("main.txt")
    hooked.git("cherry-pick", "main..side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 4, "side": 3}


@pytest.mark.parametrize("end", [["cherry-pick", "--continue"], ["commit", "-q", "--no-edit"]], ids=" ".join)
def test_cherry_pick_with_a_conflict(hooked: HookedRepo, end: list[str]) -> None:
    side(hooked, "A", path="both.txt")
    hooked.one("both.txt", "main")
    hooked.git("cherry-pick", "side", check=False)
    hooked.write("both.txt", "resolved\n")
    hooked.git("add", "both.txt")
    hooked.git(*end)
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}


@pytest.mark.parametrize("end", ["--abort", "--skip", "--quit"])
def test_cherry_pick_given_up(hooked: HookedRepo, end: str) -> None:
    side(hooked, "A", path="both.txt")
    hooked.one("both.txt", "main")
    hooked.git("cherry-pick", "side", check=False)
    hooked.git("cherry-pick", end)
    assert hooked.recorded() == {"main": 1, "side": 1}
    assert hooked.mark_texts() == []


def test_cherry_pick_without_a_commit(hooked: HookedRepo) -> None:
    side(hooked, "A", "B")
    hooked.git("cherry-pick", "-n", "main..side")
    hooked.git("commit", "-q", "-m", "both")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "side": 2}


def test_cherry_pick_fast_forward(hooked: HookedRepo) -> None:
    """No hook fires, and the commit is one that another branch has recorded."""
    side(hooked, "A")
    hooked.git("cherry-pick", "--ff", "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 1}


def test_cherry_pick_that_gives_the_very_same_commit(hooked: HookedRepo) -> None:
    """Same parent, tree, people and second: the id is the one that another branch recorded."""
    side(hooked, "A")
    date = hooked.git("log", "-1", "--format=%ct +0100", "side")
    hooked.git("cherry-pick", "side", GIT_COMMITTER_DATE=date)
    assert hooked.git("rev-parse", "HEAD") == hooked.git("rev-parse", "side")
    assert hooked.recorded() == {"side": 1}


def test_cherry_pick_of_an_empty_commit(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.git("commit", "-q", "--allow-empty", "-m", "empty")
    hooked.git("switch", "-q", "main")
    hooked.one()
    hooked.git("cherry-pick", "--allow-empty", "side")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 1}


def test_revert(hooked: HookedRepo) -> None:
    hooked.one("A.txt", message="A")
    hooked.one("B.txt", message="B")
    hooked.git("revert", "--no-edit", "HEAD~2..HEAD")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 4}


def test_revert_with_a_conflict(hooked: HookedRepo) -> None:
    hooked.one("both.txt", "A")
    hooked.one("both.txt", "B")
    hooked.git("revert", "--no-edit", "HEAD^", check=False)
    hooked.write("both.txt", "resolved\n")
    hooked.git("add", "both.txt")
    hooked.git("revert", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}


def mails(hooked: HookedRepo) -> list[str]:
    return sorted(str(path) for path in (hooked.path / ".git/mails").iterdir())


def test_am(hooked: HookedRepo) -> None:
    side(hooked, "A", "B")
    hooked.git("format-patch", "-q", "-o", ".git/mails", "main..side")
    hooked.git("am", "-q", *mails(hooked))
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "side": 2}


def test_am_3way_with_a_conflict(hooked: HookedRepo) -> None:
    side(hooked, "A", "B", path="both.txt")
    hooked.git("format-patch", "-q", "-o", ".git/mails", "main..side")
    hooked.one("both.txt", "main")
    hooked.git("am", "-q", "-3", *mails(hooked), check=False)
    hooked.write("both.txt", "main\nA\n")
    hooked.git("add", "both.txt")
    hooked.git("am", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3, "side": 2}


@pytest.mark.parametrize("end", ["--skip", "--abort", "--quit"])
def test_am_given_up(hooked: HookedRepo, end: str) -> None:
    side(hooked, "A", path="both.txt")
    hooked.git("format-patch", "-q", "-o", ".git/mails", "main..side")
    hooked.one("both.txt", "main")
    hooked.git("am", "-q", *mails(hooked), check=False)
    hooked.git("am", end)
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "side": 1}


def test_apply_index(hooked: HookedRepo) -> None:
    side(hooked, "A")
    patch = hooked.git("diff", "main", "side") + "\n"
    hooked.git("apply", "--index", stdin=patch)
    hooked.git("commit", "-q", "-m", "applied")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "side": 1}


def test_stash(hooked: HookedRepo) -> None:
    """The stash's commits are reached by no branch."""
    hooked.one()
    hooked.write("base.txt", "stashed\n")
    hooked.write("untracked.txt", "stashed too\n")
    hooked.git("stash", "-u")
    hooked.one()
    hooked.git("stash", "pop")
    hooked.git("stash")
    hooked.git("stash", "branch", "from-stash")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}


def test_notes_tags_and_replacements_are_no_commits_of_a_branch(hooked: HookedRepo) -> None:
    first = hooked.one()
    second = hooked.one()
    hooked.git("notes", "add", "-m", "note", first)
    hooked.git("tag", "-a", "-m", "tag", "v1")
    hooked.git("replace", second, first)
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}


def test_bisect(hooked: HookedRepo) -> None:
    made = [hooked.one() for _ in range(4)]
    hooked.git("bisect", "start", made[3], made[0])
    hooked.sync()
    hooked.git("bisect", "reset")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 4}


def test_gc_and_pack_refs(hooked: HookedRepo) -> None:
    hooked.one()
    hooked.git("switch", "-q", "-c", "packed")
    hooked.one()
    hooked.git("pack-refs", "--all")
    hooked.one()
    hooked.git("gc", "-q", "--prune=now")
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "packed": 3}


def test_gc_after_the_reflogs_expired(hooked: HookedRepo) -> None:
    """What was recorded stays recorded when Git has forgotten the commits."""
    hooked.one(message="old")
    hooked.git("commit", "-q", "--amend", "-m", "new")
    hooked.git("reflog", "expire", "--expire=now", "--all")
    hooked.git("gc", "-q", "--prune=now")
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}
    assert [why for why, *_ in hooked.marks()] == ["amend"]


@pytest.mark.parametrize("command", [["clean", "-fdxq"], ["stash", "-a"], ["reset", "-q", "--hard"]], ids=" ".join)
def test_cleaning_leaves_the_store_whole(hooked: HookedRepo, command: list[str]) -> None:
    hooked.write("untracked.txt", "u\n")
    hooked.one()
    hooked.git(*command)
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}


def test_superproject_and_submodule(hooked: HookedRepo, tmp_path: Path) -> None:
    """Each has a store of its own."""
    inner = hooked.clone(tmp_path / "inner")
    inner.commit("inner")
    hooked.git("-c", "protocol.file.allow=always", "submodule", "-q", "add", str(inner.path), "sub")
    hooked.git("commit", "-q", "-m", "submodule")
    sub = hooked.tree_of(hooked.path / "sub", before=set())
    sub.install()
    made = sub.one()
    assert sub.sessions() == {made: "main"}
    hooked.git("commit", "-q", "-a", "-m", "newer submodule")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}
    sub.agree()
