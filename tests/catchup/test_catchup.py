"""Catch-up end to end: from `git commit` to the log, and what happens where no hook fired."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from room import Room

from muse_hook.catchup.backfill import backfill
from muse_hook.errors import DeltaError, RevisionError
from muse_hook.git.repository import Repository
from muse_hook.oplog.batch import make_batch


@pytest.fixture
def room(repo: Repo) -> Room:
    """Make an empty repository with the hooks in it."""
    made = Room(repo.path, repo.environment, repo.clock)
    made.install()
    return made


def test_commit_is_sealed_when_git_returns(room: Room) -> None:
    first = room.one()
    assert room.sessions() == {first: "main"}
    assert not (room.muse / "queue").exists()
    second = room.one()
    assert room.sessions() == {first: "main", second: "main"}
    room.agree()


def test_session_is_the_branch(room: Room) -> None:
    room.one()
    room.git("switch", "-q", "-c", "feature/x")
    made = room.one()
    assert room.sessions()[made] == "feature/x"
    room.agree()


def test_detached_head_has_a_session_of_its_own(room: Room) -> None:
    room.one()
    room.git("switch", "-q", "--detach")
    made = room.one()
    assert room.sessions()[made] == "HEAD"
    room.agree()


def test_linked_worktree_records_into_the_same_store(room: Room, tmp_path: Path) -> None:
    room.one()
    room.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = room.tree_of(tmp_path / "side")
    on_branch = side.one()
    side.git("switch", "-q", "--detach")
    detached = side.one()
    assert room.sessions()[on_branch] == "side"
    assert room.sessions()[detached] == "worktrees/side/HEAD"
    room.agree()


def test_commits_without_a_hook_are_found_by_the_next_one(room: Room) -> None:
    room.one()
    dead = [room.one(dead=True), room.one(dead=True)]
    made = room.one()
    assert room.sessions().keys() >= {*dead, made}
    room.agree()


def test_commit_made_on_another_branch_stays_in_its_session(room: Room) -> None:
    room.one()
    dead = room.one(dead=True)
    room.git("switch", "-q", "-c", "topic")
    made = room.one()
    assert (room.sessions()[dead], room.sessions()[made]) == ("main", "topic")
    room.agree()


def test_history_of_before_install_waits_for_a_backfill(repo: Repo) -> None:
    old = [repo.commit("one"), repo.commit("two")]
    room = Room(repo.path, repo.environment, repo.clock)
    room.install()
    made = room.one()
    assert room.sessions() == {made: "main"}
    assert room.pending().history == 2
    room.agree()
    report = backfill(room.repository(), room.store(), range="main")
    assert (report.recorded, report.already, report.total) == (2, 1, 3)
    assert set(room.sessions()) == {*old, made}


def test_second_backfill_adds_no_byte(repo: Repo) -> None:
    for number in range(5):
        repo.commit(str(number), a=f"A = {number}\n")
    room = Room(repo.path, repo.environment, repo.clock)
    backfill(room.repository(), room.store(), all=True)
    size = (room.muse / "op_log/main/ops.jsonl").stat().st_size
    again = backfill(room.repository(), room.store(), all=True)
    assert (again.recorded, again.already) == (0, 5)
    assert (room.muse / "op_log/main/ops.jsonl").stat().st_size == size


def test_backfill_in_halves_later_half_first_gives_the_same_lines(repo: Repo, tmp_path: Path) -> None:
    for number in range(6):
        repo.commit(str(number), a=f"A = {number}\n")
    other = repo.clone(tmp_path / "other")
    halves = Room(repo.path, repo.environment, repo.clock)
    backfill(halves.repository(), halves.store(), count=3)
    backfill(halves.repository(), halves.store(), range="main~3")
    whole = Room(other.path, repo.environment, repo.clock)
    backfill(whole.repository(), whole.store())
    lines = (whole.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()
    assert sorted((halves.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()) == sorted(lines)


def test_backfill_of_a_part_waits_for_the_generations_of_the_rest(repo: Repo, tmp_path: Path) -> None:
    for number in range(6):
        repo.commit(str(number), a=f"A = {number}\n")
    other = repo.clone(tmp_path / "other")
    whole = Room(other.path, repo.environment, repo.clock)
    backfill(whole.repository(), whole.store())
    lines = (whole.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()
    room = Room(repo.path, repo.environment, repo.clock)
    assert backfill(room.repository(), room.store(), count=4).recorded == 4
    ours = (room.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()
    assert set(ours) <= set(lines)
    assert len(room.sessions()) == 4
    assert b"baseline" in (room.muse / "baseline").read_bytes()


def test_commit_whose_batch_cannot_be_made_is_left(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        repo.commit(str(number), a=f"A = {number}\n")
    bad = repo.git("rev-parse", "HEAD~1")
    room = Room(repo.path, repo.environment, repo.clock)
    original = make_batch

    def fails(*args: object, **named: object) -> object:
        if args[0].id == bad:  # type: ignore[attr-defined]
            raise DeltaError("making a batch", "a bug of ours")
        return original(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("muse_hook.record.recorder.make_batch", fails)
        report = backfill(room.repository(), room.store(), count=3)
    assert report.unreadable == {bad: "making a batch: a bug of ours"}
    assert report.recorded == 2
    assert backfill(room.repository(), room.store()).recorded == 2


def test_backfill_asks_git_nothing_twice(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        repo.commit(str(number))
    room = Room(repo.path, repo.environment, repo.clock)
    started: list[str] = []
    start = Repository.start

    def note(self: Repository, *arguments: str, **named: Any) -> object:
        started.append(" ".join(arguments))
        return start(self, *arguments, **named)

    monkeypatch.setattr(Repository, "start", note)
    assert backfill(room.repository(), room.store(), count=25).recorded == 25
    # The branches, the range, what is named now, and the walk of it all.
    assert [command.split()[0] for command in started] == ["for-each-ref", "rev-list", "rev-list", "rev-list"]
    assert len(set(started)) == 4


@pytest.mark.parametrize("revisions", ["nothing", "main..nothing", "HEAD..HEAD", "--output=x", "main@{99}"])
def test_backfill_of_nothing_says_so(repo: Repo, revisions: str) -> None:
    repo.commit("one")
    room = Room(repo.path, repo.environment, repo.clock)
    with pytest.raises(RevisionError):
        backfill(room.repository(), room.store(), range=revisions)
    assert not room.muse.exists()


def test_backfill_without_commits_says_so(repo: Repo) -> None:
    room = Room(repo.path, repo.environment, repo.clock)
    for everything in (False, True):
        with pytest.raises(RevisionError, match="there is no commit yet"):
            backfill(room.repository(), room.store(), all=everything)


@pytest.mark.parametrize(
    ("revisions", "session"), [(None, "topic"), ("main", "main"), ("main~2..main", "main"), ("HEAD~1", "topic")]
)
def test_backfill_goes_to_the_branch_that_the_range_names(repo: Repo, revisions: str | None, session: str) -> None:
    for number in range(4):
        repo.commit(str(number))
    repo.git("switch", "-q", "-c", "topic")
    room = Room(repo.path, repo.environment, repo.clock)
    backfill(room.repository(), room.store(), range=revisions)
    assert set(room.sessions().values()) == {session}


def test_backfill_of_all_asks_the_default_branch_first(repo: Repo) -> None:
    base = repo.commit("base")
    repo.git("switch", "-q", "-c", "apart")
    apart = repo.commit("apart")
    repo.git("switch", "-q", "main")
    room = Room(repo.path, repo.environment, repo.clock)
    backfill(room.repository(), room.store(), all=True)
    assert room.sessions() == {base: "main", apart: "apart"}
