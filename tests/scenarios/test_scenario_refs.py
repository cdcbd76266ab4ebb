"""Branches made, renamed, moved and deleted; commits that no porcelain made."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from support.hooked import HookedRepo

if TYPE_CHECKING:
    from pathlib import Path


def test_branch_renamed(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "old")
    hooked.one()
    hooked.git("branch", "-m", "new")
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"old": 1, "new": 1}


def test_branch_forced_elsewhere(hooked: HookedRepo) -> None:
    hooked.one()
    hooked.git("switch", "-q", "-c", "side")
    hooked.one()
    hooked.git("switch", "-q", "main")
    hooked.git("branch", "-f", "side", "main")
    hooked.one()
    assert hooked.recorded() == {"main": 2, "side": 1}


def test_branch_deleted_after_a_commit_that_no_hook_saw(hooked: HookedRepo) -> None:
    """Nothing reaches it any more: it is not missed."""
    hooked.git("switch", "-q", "-c", "side")
    hooked.one(dead=True)
    hooked.git("switch", "-q", "main")
    hooked.git("branch", "-q", "-D", "side")
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1}


def test_branch_deleted_and_made_again_goes_on_in_its_session(hooked: HookedRepo) -> None:
    for _ in range(2):
        hooked.git("switch", "-q", "-c", "side")
        hooked.one()
        hooked.git("switch", "-q", "main")
        hooked.git("branch", "-q", "-D", "side")
    assert hooked.recorded() == {"side": 2}


def test_switch_orphan(hooked: HookedRepo) -> None:
    hooked.one()
    hooked.git("switch", "-q", "--orphan", "orphan")
    hooked.one("o.txt")
    hooked.one("o.txt")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "orphan": 2}


def test_detached_commits_then_a_branch_from_there(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "--detach")
    hooked.one()
    hooked.one(dead=True)
    hooked.git("switch", "-q", "-c", "kept")
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"HEAD": 1, "kept": 2}


def test_detached_commits_left_behind(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "--detach")
    hooked.one()
    hooked.git("switch", "-q", "main")
    hooked.one()
    assert hooked.recorded() == {"HEAD": 1, "main": 1}


def test_detached_commits_that_no_hook_saw_left_behind(hooked: HookedRepo, tmp_path: Path) -> None:
    """HEAD's reflog names them, and the next trigger records them. What a stash is made of is nobody's commit."""
    hooked.git("tag", "v1")
    for place in ("main", "v1", "HEAD~0"):
        hooked.git("switch", "-q", "--detach", place)
        hooked.one(message=f"at {place}", dead=True)
        if place == "v1":
            hooked.dead("commit", "-q", "--amend", "-m", "amended")
            hooked.git("reset", "-q", "--hard", "HEAD~1")
    hooked.change("a.txt", "stashed")
    hooked.git("stash", "-q")
    hooked.git("stash", "drop", "-q")
    hooked.git("switch", "-q", "main")
    hooked.one()
    assert hooked.recorded() == {"HEAD": 4, "main": 1}
    linked = hooked.tree_of(tmp_path / "y")
    hooked.git("worktree", "add", "-q", "--detach", str(linked.path))
    linked.one(dead=True)
    linked.git("reset", "-q", "--hard", "HEAD~1")
    hooked.sync()
    assert hooked.recorded() == {"HEAD": 4, "main": 1, "worktrees/y/HEAD": 1}


def test_branch_off_an_old_commit_of_before(unhooked: HookedRepo) -> None:
    """What the baseline reaches is not recorded by checking it out, nor by merging it."""
    for number in range(4):
        unhooked.change("a.txt", str(number))
        unhooked.git("commit", "-q", "-m", str(number))
    unhooked.git("branch", "long-ago", "HEAD~2")
    unhooked.git("tag", "v1", "HEAD~3")
    unhooked.install()
    unhooked.git("switch", "-q", "--detach", "v1")
    unhooked.git("switch", "-q", "-c", "fix")
    unhooked.one("fix.txt")
    unhooked.head_is_recorded()
    unhooked.git("merge", "-q", "-m", "merge", "long-ago")
    unhooked.head_is_recorded()
    assert unhooked.recorded() == {"fix": 2}
    assert unhooked.pending().history == 4
    unhooked.agree()


def test_commit_tree_and_update_ref(hooked: HookedRepo) -> None:
    tree = hooked.git("rev-parse", "HEAD^{tree}")
    made = hooked.git("commit-tree", tree, "-p", "HEAD", "-m", "plumbing")
    hooked.git("update-ref", "refs/heads/main", made)
    made = hooked.git("commit-tree", tree, "-p", "HEAD", "-m", "plumbing too")
    hooked.git("update-ref", "refs/heads/other", made)
    hooked.one()
    hooked.head_is_recorded()
    hooked.sync()
    assert hooked.recorded() == {"main": 2, "other": 1}


def test_fast_import(hooked: HookedRepo) -> None:
    stream = "".join(
        f"commit refs/heads/imported\nmark :{mark}\ncommitter C <c@x> {1_700_000_000 + mark} +0000\ndata 1\n{mark}\n"
        f"M 644 inline {mark}.txt\ndata 1\n{mark}\n"
        for mark in range(1, 4)
    )
    hooked.git("fast-import", "--quiet", stdin=stream)
    hooked.sync()
    assert hooked.recorded() == {"imported": 3}


def test_filter_branch(hooked: HookedRepo) -> None:
    hooked.one("A.txt", message="A")
    hooked.one("B.txt", message="B")
    hooked.git("filter-branch", "-f", "--msg-filter", "sed s/^/x/", "HEAD~2..HEAD", FILTER_BRANCH_SQUELCH_WARNING="1")
    hooked.sync()
    assert hooked.recorded() == {"main": 4}
    assert hooked.mark_texts() == []


def test_commits_by_pygit2(hooked: HookedRepo) -> None:
    script = (
        "import pygit2\n"
        "repo = pygit2.Repository('.')\n"
        "who = pygit2.Signature('P', 'p@x', 1700000000, 0)\n"
        "head = repo.head.target\n"
        "for n in range(2):\n"
        "    head = repo.create_commit('HEAD', who, who, f'{n}', repo[head].tree.id, [head])\n"
    )
    hooked.run(sys.executable, "-c", script)
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}


def test_commits_by_dulwich(hooked: HookedRepo) -> None:
    pytest.importorskip("dulwich")
    hooked.write("d.txt", "d\n")
    script = (
        "from dulwich import porcelain\n"
        "porcelain.add('.', paths=['d.txt'])\n"
        "porcelain.commit('.', message=b'dulwich', author=b'D <d@x>', committer=b'D <d@x>')\n"
    )
    hooked.run(sys.executable, "-W", "ignore", "-c", script)
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2}


@pytest.mark.parametrize(
    "name", ["a/b", "ops.jsonl", "deep/checkpoint.json", "%41", "ü/ß", "x" * 240, "-dash", "HEAD-1"]
)
def test_branch_names(hooked: HookedRepo, name: str) -> None:
    hooked.git("update-ref", f"refs/heads/{name}", "HEAD")
    hooked.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
    made = hooked.one()
    assert hooked.sessions() == {made: name}


def test_branch_names_that_differ_by_case(hooked: HookedRepo) -> None:
    for name in ("Foo", "foo"):
        hooked.git("switch", "-q", "-c", name, "main")
        hooked.one(f"{name}.txt")
    assert hooked.recorded() == {"Foo": 1, "foo": 1}


def test_branch_name_below_one_that_is_gone(hooked: HookedRepo) -> None:
    """`a` and `a/b` cannot be there together, their sessions can."""
    hooked.git("switch", "-q", "-c", "a")
    hooked.one()
    hooked.git("branch", "-q", "-m", "a/b")
    hooked.one()
    assert hooked.recorded() == {"a": 1, "a/b": 1}


def test_branch_name_that_is_no_utf8(hooked: HookedRepo) -> None:
    name = os.fsdecode(b"caf\xe9")
    hooked.git("switch", "-q", "-c", name)
    made = hooked.one()
    assert hooked.sessions() == {made: name}


def test_years_old_repository(unhooked: HookedRepo) -> None:
    stream = "".join(
        f"commit refs/heads/main\nmark :{mark}\ncommitter C <c@x> {1_500_000_000 + mark} +0000\ndata 1\nx\n"
        f"M 644 inline {mark % 7}.txt\ndata {len(str(mark))}\n{mark}\n"
        for mark in range(1, 3001)
    )
    unhooked.git("fast-import", "--quiet", stdin=stream)
    unhooked.git("reset", "-q", "--hard")
    unhooked.install()
    unhooked.one()
    unhooked.head_is_recorded()
    unhooked.git("switch", "-q", "-c", "old", "HEAD~2000")
    unhooked.one()
    unhooked.head_is_recorded()
    assert unhooked.recorded() == {"main": 1, "old": 1}
    unhooked.agree()


def test_head_moved_by_symbolic_ref(hooked: HookedRepo) -> None:
    hooked.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    hooked.one()
    hooked.head_is_recorded()
    assert hooked.recorded() == {"unborn": 1}


def test_without_reflogs(hooked: HookedRepo) -> None:
    hooked.git("config", "core.logAllRefUpdates", "false")
    hooked.git("switch", "-q", "-c", "side")
    hooked.one(dead=True)
    hooked.one()
    hooked.git("commit", "-q", "--amend", "-m", "new")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 3}


def test_linked_worktrees(hooked: HookedRepo, tmp_path: Path) -> None:
    for name in ("x", "y"):
        hooked.git("worktree", "add", "-q", "-b", name, str(tmp_path / name))
    x, y = hooked.tree_of(tmp_path / "x"), hooked.tree_of(tmp_path / "y")
    x.one("x.txt")
    y.one("y.txt")
    y.git("switch", "-q", "--detach")
    y.one("z.txt")
    hooked.one()
    hooked.git("merge", "-q", "-m", "merge", "x", "y")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"x": 1, "y": 1, "worktrees/y/HEAD": 1, "main": 2}


def test_worktree_removed(hooked: HookedRepo, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = hooked.tree_of(tmp_path / "side")
    side.one()
    side.one(dead=True)
    hooked.git("worktree", "remove", "--force", str(tmp_path / "side"))
    hooked.sync()
    assert hooked.recorded() == {"side": 2}


def test_worktree_whose_folder_is_gone(hooked: HookedRepo, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", "--detach", str(tmp_path / "side"))
    side = hooked.tree_of(tmp_path / "side")
    side.one(dead=True)
    for path in sorted((tmp_path / "side").rglob("*"), reverse=True):
        path.unlink()
    (tmp_path / "side").rmdir()
    hooked.one()
    hooked.sync()
    assert hooked.recorded() == {"worktrees/side/HEAD": 1, "main": 1}
