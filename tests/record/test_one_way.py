"""Hook, sync, backfill and Muse's function record in one way: through the Recorder."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.batches import ENGINE, commit, delta, insert
from support.hooked import HookedRepo
from support.repository import Repo

from muse_hook import hook
from muse_hook.catchup.backfill import backfill
from muse_hook.index.index import Index
from muse_hook.oplog import writer
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, append_all
from muse_hook.record import recorder, workers
from muse_hook.record.recorder import Recorder, record_delta_ops

Calls = list[tuple[str, ...]]


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make a repository with the hooks in it, a commit old."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.one("base.txt", "base")
    made.install()
    return made


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Return a list that each write to a log adds its callers within the recorder to, the outermost first."""
    calls: Calls = []

    def noted(write: Callable[..., Any]) -> Callable[..., Any]:
        def write_noted(*args: Any, **named: Any) -> Any:
            stack = traceback.extract_stack()
            calls.append(tuple(frame.name for frame in stack if frame.filename == recorder.__file__))
            return write(*args, **named)

        return write_noted

    for write in (append, append_all):
        monkeypatch.setattr(recorder, write.__name__, noted(write))
    return calls


def fire(hooked: HookedRepo, name: str) -> Callable[[], object]:
    def run() -> None:
        before = Path.cwd()
        os.chdir(hooked.path)
        try:
            hook.main([name])
        finally:
            os.chdir(before)

    return run


def ways(hooked: HookedRepo) -> dict[str, Callable[[], object]]:
    return {
        "hook, the fast path": fire(hooked, "post-commit"),
        "hook, catch-up": fire(hooked, "post-merge"),
        "sync": hooked.sync,
        "reading command": hooked.read,
        "backfill": lambda: backfill(hooked.repository(), hooked.store()),
    }


@pytest.mark.parametrize("way", ["hook, the fast path", "hook, catch-up", "sync", "reading command", "backfill"])
def test_every_way_of_recording_goes_through_the_recorder(
    hooked: HookedRepo, writes: Calls, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for name, value in hooked.environment.items():
        monkeypatch.setenv(name, value)
    made = hooked.one("a.py", "a = 1", dead=True)
    ways(hooked)[way]()
    assert made in hooked.sessions()
    assert not hooked.queued()
    assert writes
    assert {call[0] for call in writes} == {"record"}
    assert {call[-1] for call in writes} == {"_append_runs"}


def test_several_processes_write_the_same_way(repo: Repo, writes: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BLOCK", 1)
    for number in range(9):
        repo.commit(str(number), a=f"a = {number}\n")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    assert backfill(hooked.repository(), hooked.store(), jobs=2).recorded == 9
    assert {(call[0], call[-1]) for call in writes} == {("record", "_append_runs")}


def test_a_commit_s_ops_go_the_same_way_and_those_of_no_commit_straight_to_the_writer(
    tmp_path: Path, writes: Calls
) -> None:
    options: dict[str, Any] = {"session_id": "main", "actor_id": "me"}
    record_delta_ops(tmp_path, delta(insert("a")), commit=commit(1), generation=1, engine=ENGINE, **options)
    record_delta_ops(tmp_path, delta(insert("b")), **options)
    assert writes == [("record_delta_ops", "_append_batch", "append", "_append_runs"), ("record_delta_ops",)]


def test_what_is_ready_is_written_at_once_and_each_session_s_log_synced_once(
    hooked: HookedRepo, writes: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = [hooked.one("a.py", f"a{number} = 1", dead=True) for number in range(5)]
    sessions = dict(zip(commits, ("x", "x", "y", "x", "x"), strict=True))
    generations = {oid: number for number, oid in enumerate(commits, 2)}
    syncs: list[int] = []
    sync = writer._sync_or_take_back

    def noted(fd: int, start: int, length: int) -> None:
        syncs.append(length)
        sync(fd, start, length)

    monkeypatch.setattr(writer, "_sync_or_take_back", noted)
    with Index(hooked.store()) as index, Recorder(hooked.repository(), hooked.store(), index, generations) as made:
        assert made.record(commits, sessions).written == 5
    assert len(writes) == 1
    assert sorted(syncs) == sorted(
        Path(hooked.store().path("op_log", one, "ops.jsonl")).stat().st_size for one in ("x", "y")
    )
    assert hooked.sessions() == sessions


def test_what_is_sealed_is_passed_over(hooked: HookedRepo) -> None:
    made = hooked.one("a.py", "a = 1")
    with Index(hooked.store()) as index, Recorder(hooked.repository(), hooked.store(), index, {made: 2}) as again:
        assert again.record([made], {made: "other"}).written == 0
    assert hooked.sessions() == {made: "main"}


def test_the_store_is_made_by_the_first_write_baseline_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    order: list[str] = []

    class Baseline:
        def write(self) -> bool:
            order.append(f"baseline, store: {store.exists()}")
            store.ensure("op_log")
            return True

    batch = make_batch(commit(1), delta(), 1, ENGINE)
    with Index(store) as index, store.lock():
        Recorder(None, store, index, {}, new_baseline=Baseline()).append("main", [batch])
        assert index.is_sealed(batch.commit_id)
    assert order == ["baseline, store: False"]
    with Index(store) as index:
        assert index.is_sealed(batch.commit_id)
