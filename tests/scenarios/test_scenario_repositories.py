"""Repositories of other kinds: bare, pushed into, SHA-256, reftable, shallow, partial; Git's newest commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from room import Room

from muse_hook.catchup.backfill import backfill

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Repo


@pytest.fixture
def bare(room: Room, tmp_path: Path) -> Room:
    """Return a bare repository with the hooks in it, from which `room` was cloned."""
    path = tmp_path / "bare.git"
    room.git("clone", "-q", "--bare", str(room.path), str(path))
    room.git("remote", "add", "origin", str(path))
    made = Room(path, room.environment, room.clock)
    made.install()
    room.shown = made
    return made


def test_push_into_a_bare_repository(room: Room, bare: Room) -> None:
    room.one()
    room.one()
    room.git("push", "-q", "origin", "main")
    bare.head_is_recorded()
    room.git("switch", "-q", "-c", "side")
    room.one()
    room.git("push", "-q", "origin", "side", "HEAD:refs/heads/twin", "HEAD:refs/tags/v1")
    assert bare.recorded() == {"main": 2, "side": 1}
    bare.agree()


def test_push_forced_and_deleting(room: Room, bare: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.one(message="old")
    room.git("push", "-q", "origin", "side")
    room.git("commit", "-q", "--amend", "-m", "new")
    room.git("push", "-q", "--force", "origin", "side")
    room.git("push", "-q", "origin", ":side")
    assert bare.recorded() == {"side": 2}
    assert bare.told() == []
    bare.agree()


def test_push_of_two_clones_gives_the_same_lines(room: Room, bare: Room) -> None:
    room.one()
    room.git("push", "-q", "origin", "main")
    (there,) = bare.muse.glob("op_log/main/ops.jsonl")
    (here,) = room.muse.glob("op_log/main/ops.jsonl")
    assert there.read_bytes() == here.read_bytes()


def test_push_that_updates_a_work_tree(room: Room, tmp_path: Path) -> None:
    there = Room(room.clone(tmp_path / "there").path, room.environment, room.clock)
    there.git("config", "receive.denyCurrentBranch", "updateInstead")
    room.shown = there
    there.install()
    room.one()
    room.git("push", "-q", str(there.path), "main")
    there.head_is_recorded()
    assert there.recorded() == {"main": 1}
    there.agree()


def test_worktree_of_a_bare_repository(bare: Room, tmp_path: Path) -> None:
    bare.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side")
    tree = bare.tree_of(tmp_path / "tree")
    tree.one()
    tree.head_is_recorded()
    assert bare.recorded() == {"side": 1}
    bare.agree()


def make(room: Room, path: Path, *options: str) -> Room:
    """`git init` with options that this Git may not know."""
    done = room.run("git", "init", "-q", "-b", "main", *options, str(path), check=False)
    if done.returncode:
        pytest.skip(f"this git knows no {options}")
    room.shown = Room(path, room.environment, room.clock)
    return room.shown


@pytest.mark.parametrize("option", ["--object-format=sha256", "--ref-format=reftable"])
def test_repository_that_libgit2_refuses(room: Room, tmp_path: Path, option: str) -> None:
    other = make(room, tmp_path / "other", option)
    other.one(message="before")
    other.install()
    other.git("switch", "-q", "-c", "topic")
    other.one(message="A")
    other.git("commit", "-q", "--amend", "-m", "B")
    other.git("switch", "-q", "main")
    other.one("main.txt", message="main")
    other.git("rebase", "-q", "main", "topic")
    other.head_is_recorded()
    other.one(dead=True)
    other.agree()
    assert other.recorded() == {"main": 1, "topic": 4}
    assert other.told() == ["amend: A -> B", "rebase: B -> B"]
    other.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    tree = other.tree_of(tmp_path / "tree")
    tree.one()
    tree.head_is_recorded()
    assert backfill(other.repository(), other.store(), all=True).recorded == 1


@pytest.fixture
def upstream(room: Room) -> Room:
    """Give `room` a history of five commits, and let it be fetched from by filter."""
    for number in range(5):
        room.one(f"{number}.txt", f"number {number}")
    room.git("config", "uploadpack.allowFilter", "true")
    room.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return room


def cloned(room: Room, path: Path, *options: str) -> Room:
    room.git("clone", "-q", *options, f"file://{room.path}", str(path))
    made = Room(path, room.environment, room.clock)
    made.install()
    room.shown = made
    return made


def test_shallow_clone(upstream: Room, tmp_path: Path) -> None:
    """The boundary is no root: its diff against nothing would be a lie."""
    shallow = cloned(upstream, tmp_path / "shallow", "--depth=2")
    shallow.one()
    shallow.head_is_recorded()
    (seal,) = shallow.seals()
    assert seal.entry["commit"]["shallow"] is True
    assert (shallow.pending().history, shallow.pending().beyond_boundary) == (1, 1)
    report = backfill(shallow.repository(), shallow.store())
    assert (report.recorded, report.beyond_boundary) == (1, 1)


def test_shallow_clone_that_fetches_a_new_boundary(upstream: Room, tmp_path: Path) -> None:
    shallow = cloned(upstream, tmp_path / "shallow", "--depth=1")
    upstream.one()
    upstream.one()
    shallow.git("fetch", "-q", "--depth=1")
    shallow.git("reset", "-q", "--hard", "origin/main")
    shallow.one()
    shallow.sync()
    assert shallow.recorded() == {"main": 1}
    assert shallow.pending().missing == []


def test_shallow_clone_made_whole(upstream: Room, tmp_path: Path) -> None:
    """What came before the baseline is history; a generation that was counted from the boundary is not believed."""
    shallow = cloned(upstream, tmp_path / "shallow", "--depth=2")
    shallow.one()
    shallow.git("fetch", "-q", "--unshallow")
    made = shallow.one()
    shallow.sync()
    assert shallow.recorded() == {"main": 2}
    assert next(seal.generation for seal in shallow.seals() if seal.commit == made) == 8
    assert backfill(shallow.repository(), shallow.store()).recorded == 6


def test_partial_clone(upstream: Room, tmp_path: Path) -> None:
    """No network in the hook: what its blobs are missing for is left, named, and recorded when they are there."""
    upstream.one("0.py", "A = 0")
    partial = cloned(upstream, tmp_path / "partial", "--filter=blob:none")
    other = Room(upstream.clone(tmp_path / "elsewhere").path, upstream.environment, upstream.clock)
    other.write("0.py", "A = 1\n")
    other.git("commit", "-q", "-a", "-m", "theirs")
    theirs = other.git("rev-parse", "HEAD")
    other.write("0.py", "A = 2\n")
    other.git("commit", "-q", "-a", "-m", "theirs too")
    upstream.dead("pull", "-q", str(other.path), "main")
    partial.git("fetch", "-q", "origin", "main:other")
    report = partial.sync()
    assert theirs in report.unreadable
    assert [oid for oid, _ in partial.pending().blobs_absent] == [oid for oid, _ in partial.pending().missing]
    made = partial.one("here.txt")
    assert partial.sessions() == {made: "main"}
    for oid in report.unreadable:
        partial.git("show", "-m", oid)  # Git fetches them now
    assert partial.sync().recorded == len(report.unreadable)
    assert partial.pending().missing == []
    assert partial.pending().blobs_absent == []


def test_backfill_of_a_partial_clone(upstream: Room, tmp_path: Path) -> None:
    """Backfill says what to type and fails; `status` counts what it left apart, until it is recorded."""
    upstream.one("0.py", "A = 0")
    upstream.one("0.py", "A = 1")
    partial = cloned(upstream, tmp_path / "partial", "--filter=blob:none")
    before = partial.pending().history

    def muse(*arguments: str) -> tuple[int, str, str]:
        done = partial.run(sys.executable, "-m", "muse_hook", *arguments, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    status, _, said = muse("backfill")
    assert status == 1
    assert "hint: git fetch --refetch --no-filter, then the same command again\n" in said
    recorded = len(partial.sessions())
    pending = partial.pending()
    assert pending.missing == []
    assert pending.blobs_absent
    assert len(pending.blobs_absent) + recorded == before
    assert pending.history == 0
    status, out, _ = muse("status")
    assert status == 0
    number = len(pending.blobs_absent)
    words = f"files absent: {number} commit{'s' if number != 1 else ''}"
    assert f"  {words}  git fetch --refetch --no-filter, then muse-hook backfill --all\n" in out
    assert muse("sync")[0] == 0
    assert partial.pending().blobs_absent == pending.blobs_absent  # nothing tries it again behind one's back
    partial.git("fetch", "-q", "--refetch", "--no-filter")
    assert muse("backfill", "--all")[0] == 0
    assert len(partial.sessions()) == before
    assert (partial.pending().blobs_absent, partial.pending().history) == ([], 0)


def test_pull_of_thousands(room: Room, tmp_path: Path) -> None:
    """The prompt returns, the rest is recorded behind it."""
    there = room.clone(tmp_path / "there")
    stream = _stream(there)
    there.git("fast-import", "--quiet", stdin=stream)
    room.git("pull", "-q", str(there.path), "main")
    assert len(room.seals()) < 1200
    room.settle()
    assert room.recorded() == {"main": 1200}


def _stream(there: Repo) -> str:
    base = there.git("rev-parse", "main")
    lines = []
    for mark in range(1, 1201):
        lines += [f"commit refs/heads/main\nmark :{mark}\ncommitter C <c@x> {1_700_000_000 + mark} +0000\ndata 1\nx\n"]
        lines += [f"from {base}\n"] if mark == 1 else []
        lines += [f"M 644 inline {mark % 7}.txt\ndata {len(str(mark))}\n{mark}\n"]
    return "".join(lines)


def knows(room: Room, command: str) -> bool:
    """Say whether this Git has a command."""
    return command in room.git("--list-cmds=builtins").split()


def test_git_replay(room: Room) -> None:
    """It runs no hook."""
    if not knows(room, "replay"):
        pytest.skip("this git has no replay")
    room.git("switch", "-q", "-c", "topic")
    room.one("A.txt", message="A")
    room.git("switch", "-q", "main")
    room.one("main.txt")
    updates = room.git("replay", "--ref-action=print", "--onto", "main", "main..topic", check=False)
    if updates:
        room.git("update-ref", "--stdin", stdin=updates + "\n")
    else:
        room.git("replay", "--onto", "main", "main..topic")
    room.sync()
    assert room.recorded() == {"main": 1, "topic": 2}
    assert room.told() == []


def test_git_history(room: Room) -> None:
    """It runs no hook."""
    if not knows(room, "history"):
        pytest.skip("this git has no history")
    room.one("A.txt", message="A")
    room.one("B.txt", message="B")
    room.git("history", "reword", "HEAD~1", GIT_EDITOR="sed -i s/A/AA/")
    room.sync()
    assert room.recorded() == {"main": 4}
