"""Repositories of other kinds: bare, pushed into, SHA-256, reftable, shallow, partial; Git's newest commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support.hooked import HookedRepo

from muse_hook.catchup.backfill import backfill

if TYPE_CHECKING:
    from pathlib import Path

    from support.repository import Repo


@pytest.fixture
def bare(hooked: HookedRepo, tmp_path: Path) -> HookedRepo:
    """Return a bare repository with the hooks in it, from which `hooked` was cloned."""
    path = tmp_path / "bare.git"
    hooked.git("clone", "-q", "--bare", str(hooked.path), str(path))
    hooked.git("remote", "add", "origin", str(path))
    made = HookedRepo(path, hooked.environment, hooked.clock)
    made.install()
    hooked.shown = made
    return made


def test_push_into_a_bare_repository(hooked: HookedRepo, bare: HookedRepo) -> None:
    hooked.one()
    hooked.one()
    hooked.git("push", "-q", "origin", "main")
    bare.head_is_recorded()
    hooked.git("switch", "-q", "-c", "side")
    hooked.one()
    hooked.git("push", "-q", "origin", "side", "HEAD:refs/heads/twin", "HEAD:refs/tags/v1")
    assert bare.recorded() == {"main": 2, "side": 1}
    bare.agree()


def test_push_forced_and_deleting(hooked: HookedRepo, bare: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.one(message="old")
    hooked.git("push", "-q", "origin", "side")
    hooked.git("commit", "-q", "--amend", "-m", "new")
    hooked.git("push", "-q", "--force", "origin", "side")
    hooked.git("push", "-q", "origin", ":side")
    assert bare.recorded() == {"side": 2}
    assert bare.mark_texts() == []
    bare.agree()


def test_push_of_two_clones_gives_the_same_lines(hooked: HookedRepo, bare: HookedRepo) -> None:
    hooked.one()
    hooked.git("push", "-q", "origin", "main")
    (there,) = bare.muse.glob("op_log/main/ops.jsonl")
    (here,) = hooked.muse.glob("op_log/main/ops.jsonl")
    assert there.read_bytes() == here.read_bytes()


def test_push_that_updates_a_work_tree(hooked: HookedRepo, tmp_path: Path) -> None:
    there = HookedRepo(hooked.clone(tmp_path / "there").path, hooked.environment, hooked.clock)
    there.git("config", "receive.denyCurrentBranch", "updateInstead")
    hooked.shown = there
    there.install()
    hooked.one()
    hooked.git("push", "-q", str(there.path), "main")
    there.head_is_recorded()
    assert there.recorded() == {"main": 1}
    there.agree()


def test_worktree_of_a_bare_repository(bare: HookedRepo, tmp_path: Path) -> None:
    bare.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side")
    tree = bare.tree_of(tmp_path / "tree")
    tree.one()
    tree.head_is_recorded()
    assert bare.recorded() == {"side": 1}
    bare.agree()


def make(hooked: HookedRepo, path: Path, *options: str) -> HookedRepo:
    """`git init` with options that this Git may not know."""
    done = hooked.run("git", "init", "-q", "-b", "main", *options, str(path), check=False)
    if done.returncode:
        pytest.skip(f"this git knows no {options}")
    hooked.shown = HookedRepo(path, hooked.environment, hooked.clock)
    return hooked.shown


@pytest.mark.parametrize("option", ["--object-format=sha256", "--ref-format=reftable"])
def test_repository_that_libgit2_refuses(hooked: HookedRepo, tmp_path: Path, option: str) -> None:
    other = make(hooked, tmp_path / "other", option)
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
    assert other.mark_texts() == ["amend: A -> B", "rebase: B -> B"]
    other.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    tree = other.tree_of(tmp_path / "tree")
    tree.one()
    tree.head_is_recorded()
    assert backfill(other.repository(), other.store(), all=True).recorded == 1


@pytest.fixture
def upstream(hooked: HookedRepo) -> HookedRepo:
    """Give `hooked` a history of five commits, and let it be fetched from by filter."""
    for number in range(5):
        hooked.one(f"{number}.txt", f"number {number}")
    hooked.git("config", "uploadpack.allowFilter", "true")
    hooked.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return hooked


def cloned(hooked: HookedRepo, path: Path, *options: str) -> HookedRepo:
    hooked.git("clone", "-q", *options, f"file://{hooked.path}", str(path))
    made = HookedRepo(path, hooked.environment, hooked.clock)
    made.install()
    hooked.shown = made
    return made


def test_shallow_clone(upstream: HookedRepo, tmp_path: Path) -> None:
    """The boundary is no root: its diff against nothing would be a lie."""
    shallow = cloned(upstream, tmp_path / "shallow", "--depth=2")
    shallow.one()
    shallow.head_is_recorded()
    (seal,) = shallow.seals()
    assert seal.entry["commit"]["shallow"] is True
    assert (shallow.pending().history, shallow.pending().beyond_boundary) == (1, 1)
    report = backfill(shallow.repository(), shallow.store())
    assert (report.recorded, report.beyond_boundary) == (1, 1)


def test_shallow_clone_that_fetches_a_new_boundary(upstream: HookedRepo, tmp_path: Path) -> None:
    shallow = cloned(upstream, tmp_path / "shallow", "--depth=1")
    upstream.one()
    upstream.one()
    shallow.git("fetch", "-q", "--depth=1")
    shallow.git("reset", "-q", "--hard", "origin/main")
    shallow.one()
    shallow.sync()
    assert shallow.recorded() == {"main": 1}
    assert shallow.pending().missing == []


def test_shallow_clone_made_whole(upstream: HookedRepo, tmp_path: Path) -> None:
    """What came before the baseline is history; a generation that was counted from the boundary is not believed."""
    shallow = cloned(upstream, tmp_path / "shallow", "--depth=2")
    shallow.one()
    shallow.git("fetch", "-q", "--unshallow")
    made = shallow.one()
    shallow.sync()
    assert shallow.recorded() == {"main": 2}
    assert next(seal.generation for seal in shallow.seals() if seal.commit == made) == 8
    assert backfill(shallow.repository(), shallow.store()).recorded == 6


def test_partial_clone(upstream: HookedRepo, tmp_path: Path) -> None:
    """No network in the hook: what its blobs are missing for is left, named, and recorded when they are there."""
    upstream.one("0.py", "A = 0")
    partial = cloned(upstream, tmp_path / "partial", "--filter=blob:none")
    other = HookedRepo(upstream.clone(tmp_path / "elsewhere").path, upstream.environment, upstream.clock)
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


def test_backfill_of_a_partial_clone(upstream: HookedRepo, tmp_path: Path) -> None:
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


def test_pull_of_thousands(hooked: HookedRepo, tmp_path: Path) -> None:
    """The prompt returns, the rest is recorded behind it."""
    there = hooked.clone(tmp_path / "there")
    stream = _stream(there)
    there.git("fast-import", "--quiet", stdin=stream)
    hooked.git("pull", "-q", str(there.path), "main")
    assert len(hooked.seals()) < 1200
    hooked.settle()
    assert hooked.recorded() == {"main": 1200}


def _stream(there: Repo) -> str:
    base = there.git("rev-parse", "main")
    lines = []
    for mark in range(1, 1201):
        lines += [f"commit refs/heads/main\nmark :{mark}\ncommitter C <c@x> {1_700_000_000 + mark} +0000\ndata 1\nx\n"]
        lines += [f"from {base}\n"] if mark == 1 else []
        lines += [f"M 644 inline {mark % 7}.txt\ndata {len(str(mark))}\n{mark}\n"]
    return "".join(lines)


def knows(hooked: HookedRepo, command: str) -> bool:
    """Say whether this Git has a command."""
    return command in hooked.git("--list-cmds=builtins").split()


def test_git_replay(hooked: HookedRepo) -> None:
    """It runs no hook."""
    if not knows(hooked, "replay"):
        pytest.skip("this git has no replay")
    hooked.git("switch", "-q", "-c", "topic")
    hooked.one("A.txt", message="A")
    hooked.git("switch", "-q", "main")
    hooked.one("main.txt")
    updates = hooked.git("replay", "--ref-action=print", "--onto", "main", "main..topic", check=False)
    if updates:
        hooked.git("update-ref", "--stdin", stdin=updates + "\n")
    else:
        hooked.git("replay", "--onto", "main", "main..topic")
    hooked.sync()
    assert hooked.recorded() == {"main": 1, "topic": 2}
    assert hooked.mark_texts() == []


def test_git_history(hooked: HookedRepo) -> None:
    """It runs no hook."""
    if not knows(hooked, "history"):
        pytest.skip("this git has no history")
    hooked.one("A.txt", message="A")
    hooked.one("B.txt", message="B")
    hooked.git("history", "reword", "HEAD~1", GIT_EDITOR="sed -i s/A/AA/")
    hooked.sync()
    assert hooked.recorded() == {"main": 4}
