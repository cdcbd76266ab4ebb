"""Catch-up end to end: from `git commit` to the log, and what happens where no hook fired."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from support.hooked import HookedRepo
from support.reading_of_git import logs
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.catchup.catchup import catch_up
from muse_hook.errors import DeltaError, RevisionError
from muse_hook.git.repository import Repository
from muse_hook.oplog.batch import make_batch
from muse_hook.record import workers


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make an empty repository with the hooks in it."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.install()
    return made


def test_commit_is_sealed_when_git_returns(hooked: HookedRepo) -> None:
    first = hooked.one()
    assert hooked.sessions() == {first: "main"}
    assert not (hooked.muse / "queue").exists()
    second = hooked.one()
    assert hooked.sessions() == {first: "main", second: "main"}
    hooked.agree()


def test_session_is_the_branch(hooked: HookedRepo) -> None:
    hooked.one()
    hooked.git("switch", "-q", "-c", "feature/x")
    made = hooked.one()
    assert hooked.sessions()[made] == "feature/x"
    hooked.agree()


def test_detached_head_has_a_session_of_its_own(hooked: HookedRepo) -> None:
    hooked.one()
    hooked.git("switch", "-q", "--detach")
    made = hooked.one()
    assert hooked.sessions()[made] == "HEAD"
    hooked.agree()


def test_linked_worktree_records_into_the_same_store(hooked: HookedRepo, tmp_path: Path) -> None:
    hooked.one()
    hooked.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = hooked.tree_of(tmp_path / "side")
    on_branch = side.one()
    side.git("switch", "-q", "--detach")
    detached = side.one()
    assert hooked.sessions()[on_branch] == "side"
    assert hooked.sessions()[detached] == "worktrees/side/HEAD"
    hooked.agree()


def test_commits_without_a_hook_are_found_by_the_next_one(hooked: HookedRepo) -> None:
    hooked.one()
    dead = [hooked.one(dead=True), hooked.one(dead=True)]
    made = hooked.one()
    assert hooked.sessions().keys() >= {*dead, made}
    hooked.agree()


def test_commit_made_on_another_branch_stays_in_its_session(hooked: HookedRepo) -> None:
    hooked.one()
    dead = hooked.one(dead=True)
    hooked.git("switch", "-q", "-c", "topic")
    made = hooked.one()
    assert (hooked.sessions()[dead], hooked.sessions()[made]) == ("main", "topic")
    hooked.agree()


def test_who_waits_has_many_branches_recorded_by_several_processes(
    hooked: HookedRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hooked.one()
    for number in range(40):
        hooked.git("switch", "-q", "-c", f"b{number}", first)
        hooked.one(dead=True)
    shutil.copytree(hooked.path, tmp_path / "other", symlinks=True)
    alone = HookedRepo(tmp_path / "other", hooked.environment, hooked.clock)
    worked: list[int] = []
    real = workers.Workers

    def started(make: Any, commits: Any, jobs: int) -> workers.Workers:
        worked.append(jobs)
        return real(make, commits, jobs)

    monkeypatch.setattr(workers, "Workers", started)
    monkeypatch.setattr(workers, "processors", lambda: 2)
    assert catch_up(alone.repository(), alone.store()).recorded == 40
    assert worked == []
    assert catch_up(hooked.repository(), hooked.store(), parallel=True).recorded == 40
    assert worked == [2]
    hooked.agree()
    assert logs(hooked.muse) == logs(alone.muse)


def test_history_of_before_install_waits_for_a_backfill(repo: Repo) -> None:
    old = [repo.commit("one"), repo.commit("two")]
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install()
    made = hooked.one()
    assert hooked.sessions() == {made: "main"}
    assert hooked.pending().history == 2
    hooked.agree()
    report = backfill(hooked.repository(), hooked.store(), range="main")
    assert (report.recorded, report.already, report.total) == (2, 1, 3)
    assert set(hooked.sessions()) == {*old, made}


def test_second_backfill_adds_no_byte(repo: Repo) -> None:
    for number in range(5):
        repo.commit(str(number), a=f"A = {number}\n")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    backfill(hooked.repository(), hooked.store(), all=True)
    size = (hooked.muse / "op_log/main/ops.jsonl").stat().st_size
    again = backfill(hooked.repository(), hooked.store(), all=True)
    assert (again.recorded, again.already) == (0, 5)
    assert (hooked.muse / "op_log/main/ops.jsonl").stat().st_size == size


def test_backfill_in_halves_later_half_first_gives_the_same_lines(repo: Repo, tmp_path: Path) -> None:
    for number in range(6):
        repo.commit(str(number), a=f"A = {number}\n")
    other = repo.clone(tmp_path / "other")
    halves = HookedRepo(repo.path, repo.environment, repo.clock)
    backfill(halves.repository(), halves.store(), count=3)
    backfill(halves.repository(), halves.store(), range="main~3")
    whole = HookedRepo(other.path, repo.environment, repo.clock)
    backfill(whole.repository(), whole.store())
    lines = (whole.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()
    assert sorted((halves.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()) == sorted(lines)


def test_backfill_of_a_part_waits_for_the_generations_of_the_rest(repo: Repo, tmp_path: Path) -> None:
    for number in range(6):
        repo.commit(str(number), a=f"A = {number}\n")
    other = repo.clone(tmp_path / "other")
    whole = HookedRepo(other.path, repo.environment, repo.clock)
    backfill(whole.repository(), whole.store())
    lines = (whole.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    assert backfill(hooked.repository(), hooked.store(), count=4).recorded == 4
    ours = (hooked.muse / "op_log/main/ops.jsonl").read_bytes().splitlines()
    assert set(ours) <= set(lines)
    assert len(hooked.sessions()) == 4
    assert b"baseline" in (hooked.muse / "baseline").read_bytes()


def test_commit_whose_batch_cannot_be_made_is_left(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        repo.commit(str(number), a=f"A = {number}\n")
    bad = repo.git("rev-parse", "HEAD~1")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    original = make_batch

    def fails(*args: object, **named: object) -> object:
        if args[0].id == bad:  # type: ignore[attr-defined]
            raise DeltaError("making a batch", "a bug of ours")
        return original(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("muse_hook.record.recorder.make_batch", fails)
        report = backfill(hooked.repository(), hooked.store(), count=3)
    assert report.unreadable == {bad: "making a batch: a bug of ours"}
    assert report.recorded == 2
    assert backfill(hooked.repository(), hooked.store()).recorded == 2


def test_backfill_asks_git_nothing_twice(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        repo.commit(str(number))
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    started: list[str] = []
    start = Repository.start

    def note(self: Repository, *arguments: str, **named: Any) -> object:
        started.append(" ".join(arguments))
        return start(self, *arguments, **named)

    monkeypatch.setattr(Repository, "start", note)
    assert backfill(hooked.repository(), hooked.store(), count=25).recorded == 25
    # The branches, the range, what is named now, and the walk of it all.
    assert [command.split()[0] for command in started] == ["for-each-ref", "rev-list", "rev-list", "rev-list"]
    assert len(set(started)) == 4


@pytest.mark.parametrize("revisions", ["nothing", "main..nothing", "HEAD..HEAD", "--output=x", "main@{99}"])
def test_backfill_of_nothing_says_so(repo: Repo, revisions: str) -> None:
    repo.commit("one")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    with pytest.raises(RevisionError):
        backfill(hooked.repository(), hooked.store(), range=revisions)
    assert not hooked.muse.exists()


def test_backfill_without_commits_says_so(repo: Repo) -> None:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    for everything in (False, True):
        with pytest.raises(RevisionError, match="there is no commit yet"):
            backfill(hooked.repository(), hooked.store(), all=everything)


@pytest.mark.parametrize(
    ("revisions", "session"), [(None, "topic"), ("main", "main"), ("main~2..main", "main"), ("HEAD~1", "topic")]
)
def test_backfill_goes_to_the_branch_that_the_range_names(repo: Repo, revisions: str | None, session: str) -> None:
    for number in range(4):
        repo.commit(str(number))
    repo.git("switch", "-q", "-c", "topic")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    backfill(hooked.repository(), hooked.store(), range=revisions)
    assert set(hooked.sessions().values()) == {session}


def test_backfill_of_all_asks_the_default_branch_first(repo: Repo) -> None:
    base = repo.commit("base")
    repo.git("switch", "-q", "-c", "apart")
    apart = repo.commit("apart")
    repo.git("switch", "-q", "main")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    backfill(hooked.repository(), hooked.store(), all=True)
    assert hooked.sessions() == {base: "main", apart: "apart"}
