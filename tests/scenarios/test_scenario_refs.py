"""Branches made, renamed, moved and deleted; commits that no porcelain made."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from room import Room

if TYPE_CHECKING:
    from pathlib import Path


def test_branch_renamed(room: Room) -> None:
    room.git("switch", "-q", "-c", "old")
    room.one()
    room.git("branch", "-m", "new")
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"old": 1, "new": 1}


def test_branch_forced_elsewhere(room: Room) -> None:
    room.one()
    room.git("switch", "-q", "-c", "side")
    room.one()
    room.git("switch", "-q", "main")
    room.git("branch", "-f", "side", "main")
    room.one()
    assert room.recorded() == {"main": 2, "side": 1}


def test_branch_deleted_after_a_commit_that_no_hook_saw(room: Room) -> None:
    """Nothing reaches it any more: it is not missed."""
    room.git("switch", "-q", "-c", "side")
    room.one(dead=True)
    room.git("switch", "-q", "main")
    room.git("branch", "-q", "-D", "side")
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 1}


def test_branch_deleted_and_made_again_goes_on_in_its_session(room: Room) -> None:
    for _ in range(2):
        room.git("switch", "-q", "-c", "side")
        room.one()
        room.git("switch", "-q", "main")
        room.git("branch", "-q", "-D", "side")
    assert room.recorded() == {"side": 2}


def test_switch_orphan(room: Room) -> None:
    room.one()
    room.git("switch", "-q", "--orphan", "orphan")
    room.one("o.txt")
    room.one("o.txt")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "orphan": 2}


def test_detached_commits_then_a_branch_from_there(room: Room) -> None:
    room.git("switch", "-q", "--detach")
    room.one()
    room.one(dead=True)
    room.git("switch", "-q", "-c", "kept")
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"HEAD": 1, "kept": 2}


def test_detached_commits_left_behind(room: Room) -> None:
    room.git("switch", "-q", "--detach")
    room.one()
    room.git("switch", "-q", "main")
    room.one()
    assert room.recorded() == {"HEAD": 1, "main": 1}


def test_branch_off_an_old_commit_of_before(bare_room: Room) -> None:
    """What the baseline reaches is not recorded by checking it out, nor by merging it."""
    for number in range(4):
        bare_room.change("a.txt", str(number))
        bare_room.git("commit", "-q", "-m", str(number))
    bare_room.git("branch", "long-ago", "HEAD~2")
    bare_room.git("tag", "v1", "HEAD~3")
    bare_room.install()
    bare_room.git("switch", "-q", "--detach", "v1")
    bare_room.git("switch", "-q", "-c", "fix")
    bare_room.one("fix.txt")
    bare_room.head_is_recorded()
    bare_room.git("merge", "-q", "-m", "merge", "long-ago")
    bare_room.head_is_recorded()
    assert bare_room.recorded() == {"fix": 2}
    assert bare_room.pending().history == 4
    bare_room.agree()


def test_commit_tree_and_update_ref(room: Room) -> None:
    tree = room.git("rev-parse", "HEAD^{tree}")
    made = room.git("commit-tree", tree, "-p", "HEAD", "-m", "plumbing")
    room.git("update-ref", "refs/heads/main", made)
    made = room.git("commit-tree", tree, "-p", "HEAD", "-m", "plumbing too")
    room.git("update-ref", "refs/heads/other", made)
    room.one()
    room.head_is_recorded()
    room.sync()
    assert room.recorded() == {"main": 2, "other": 1}


def test_fast_import(room: Room) -> None:
    stream = "".join(
        f"commit refs/heads/imported\nmark :{mark}\ncommitter C <c@x> {1_700_000_000 + mark} +0000\ndata 1\n{mark}\n"
        f"M 644 inline {mark}.txt\ndata 1\n{mark}\n"
        for mark in range(1, 4)
    )
    room.git("fast-import", "--quiet", stdin=stream)
    room.sync()
    assert room.recorded() == {"imported": 3}


def test_filter_branch(room: Room) -> None:
    room.one("A.txt", message="A")
    room.one("B.txt", message="B")
    room.git("filter-branch", "-f", "--msg-filter", "sed s/^/x/", "HEAD~2..HEAD", FILTER_BRANCH_SQUELCH_WARNING="1")
    room.sync()
    assert room.recorded() == {"main": 4}
    assert room.told() == []


def test_commits_by_pygit2(room: Room) -> None:
    script = (
        "import pygit2\n"
        "repo = pygit2.Repository('.')\n"
        "who = pygit2.Signature('P', 'p@x', 1700000000, 0)\n"
        "head = repo.head.target\n"
        "for n in range(2):\n"
        "    head = repo.create_commit('HEAD', who, who, f'{n}', repo[head].tree.id, [head])\n"
    )
    room.run(sys.executable, "-c", script)
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}


def test_commits_by_dulwich(room: Room) -> None:
    pytest.importorskip("dulwich")
    room.write("d.txt", "d\n")
    script = (
        "from dulwich import porcelain\n"
        "porcelain.add('.', paths=['d.txt'])\n"
        "porcelain.commit('.', message=b'dulwich', author=b'D <d@x>', committer=b'D <d@x>')\n"
    )
    room.run(sys.executable, "-W", "ignore", "-c", script)
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"main": 2}


@pytest.mark.parametrize(
    "name", ["a/b", "ops.jsonl", "deep/checkpoint.json", "%41", "ü/ß", "x" * 240, "-dash", "HEAD-1"]
)
def test_branch_names(room: Room, name: str) -> None:
    room.git("update-ref", f"refs/heads/{name}", "HEAD")
    room.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
    made = room.one()
    assert room.sessions() == {made: name}


def test_branch_names_that_differ_by_case(room: Room) -> None:
    for name in ("Foo", "foo"):
        room.git("switch", "-q", "-c", name, "main")
        room.one(f"{name}.txt")
    assert room.recorded() == {"Foo": 1, "foo": 1}


def test_branch_name_below_one_that_is_gone(room: Room) -> None:
    """`a` and `a/b` cannot be there together, their sessions can."""
    room.git("switch", "-q", "-c", "a")
    room.one()
    room.git("branch", "-q", "-m", "a/b")
    room.one()
    assert room.recorded() == {"a": 1, "a/b": 1}


def test_branch_name_that_is_no_utf8(room: Room) -> None:
    name = os.fsdecode(b"caf\xe9")
    room.git("switch", "-q", "-c", name)
    made = room.one()
    assert room.sessions() == {made: name}


def test_years_old_repository(bare_room: Room) -> None:
    stream = "".join(
        f"commit refs/heads/main\nmark :{mark}\ncommitter C <c@x> {1_500_000_000 + mark} +0000\ndata 1\nx\n"
        f"M 644 inline {mark % 7}.txt\ndata {len(str(mark))}\n{mark}\n"
        for mark in range(1, 3001)
    )
    bare_room.git("fast-import", "--quiet", stdin=stream)
    bare_room.git("reset", "-q", "--hard")
    bare_room.install()
    bare_room.one()
    bare_room.head_is_recorded()
    bare_room.git("switch", "-q", "-c", "old", "HEAD~2000")
    bare_room.one()
    bare_room.head_is_recorded()
    assert bare_room.recorded() == {"main": 1, "old": 1}
    bare_room.agree()


def test_head_moved_by_symbolic_ref(room: Room) -> None:
    room.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    room.one()
    room.head_is_recorded()
    assert room.recorded() == {"unborn": 1}


def test_without_reflogs(room: Room) -> None:
    room.git("config", "core.logAllRefUpdates", "false")
    room.git("switch", "-q", "-c", "side")
    room.one(dead=True)
    room.one()
    room.git("commit", "-q", "--amend", "-m", "new")
    room.head_is_recorded()
    assert room.recorded() == {"side": 3}


def test_linked_worktrees(room: Room, tmp_path: Path) -> None:
    for name in ("x", "y"):
        room.git("worktree", "add", "-q", "-b", name, str(tmp_path / name))
    x, y = room.tree_of(tmp_path / "x"), room.tree_of(tmp_path / "y")
    x.one("x.txt")
    y.one("y.txt")
    y.git("switch", "-q", "--detach")
    y.one("z.txt")
    room.one()
    room.git("merge", "-q", "-m", "merge", "x", "y")
    room.head_is_recorded()
    assert room.recorded() == {"x": 1, "y": 1, "worktrees/y/HEAD": 1, "main": 2}


def test_worktree_removed(room: Room, tmp_path: Path) -> None:
    room.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = room.tree_of(tmp_path / "side")
    side.one()
    side.one(dead=True)
    room.git("worktree", "remove", "--force", str(tmp_path / "side"))
    room.sync()
    assert room.recorded() == {"side": 2}


def test_worktree_whose_folder_is_gone(room: Room, tmp_path: Path) -> None:
    room.git("worktree", "add", "-q", "--detach", str(tmp_path / "side"))
    side = room.tree_of(tmp_path / "side")
    side.one(dead=True)
    for path in sorted((tmp_path / "side").rglob("*"), reverse=True):
        path.unlink()
    (tmp_path / "side").rmdir()
    room.one()
    room.sync()
    assert room.recorded() == {"worktrees/side/HEAD": 1, "main": 1}
