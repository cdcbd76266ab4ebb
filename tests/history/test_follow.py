"""A whole history at once: the same tables in one transaction and in many, and one bad batch hides no other."""

from __future__ import annotations

import hashlib
import json
import resource
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.fixed_histories import made
from support.logs import Log, delete, insert, patch, replace
from support.repository import Repo

import muse_hook.history.link as linking
from muse_hook.catchup.backfill import backfill
from muse_hook.errors import StoreBusyError
from muse_hook.git.discovery import open_repository
from muse_hook.history.addresses import Addresses
from muse_hook.history.events import Filter, stream
from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.store import Store


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


def line_of_commits(log: Log, count: int) -> list[str]:
    """Make, without writing it, a straight history that adds, renames and deletes."""
    made: list[str] = []
    for number in range(count):
        ops = [insert(f"a.py::f{number}", f"{number}")]
        if number:
            ops.append(replace(f"a.py::f{number - 1}", f"{number - 1}", new_address=f"a.py::g{number}"))
        if number > 1:
            ops.append(delete(f"a.py::g{number - 1}", "2"))
        made.append(log.make(patch("a.py", *ops), parents=tuple(made[-1:]), name=f"c{number}"))
    return made


class Stages:
    """Takes down what a refresh tells; `at` is called in the middle of a stage."""

    def __init__(self, name: str = "", at: Any = None) -> None:
        self.told: dict[str, list[tuple[int, int]]] = {}
        self._name = name
        self._at = at

    def __call__(self, name: str) -> Any:
        told = self.told.setdefault(name, [])

        def progress(done: int, total: int) -> None:
            told.append((done, total))
            if name == self._name and done < total and self._at is not None:
                at, self._at = self._at, None
                at()

        return progress


@pytest.fixture
def whole(tmp_path: Path) -> list[Any]:
    """Return the tables of a history that was linked in one transaction."""
    log = Log(tmp_path / "whole")
    log.write(*line_of_commits(log, 40))
    return log.tables()


def test_a_fold_in_many_transactions_holds_the_same(
    log: Log, whole: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "_OPS_A_TRANSACTION", 7)
    log.write(*line_of_commits(log, 40))
    stages = Stages()
    with Index(log.store) as index:
        refresh(index, stages)
    assert log.tables() == whole
    assert len(stages.told["link"]) > 10
    for name in ("scan", "read", "link"):
        assert [done for done, _ in stages.told[name]] == sorted(done for done, _ in stages.told[name])
        assert stages.told[name][-1][0] == stages.told[name][-1][1] > 0


def test_a_long_transaction_tells_how_far_it_is(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_RECORDS_A_REPORT", 10)
    log.write(*line_of_commits(log, 40))
    stages = Stages()
    with Index(log.store) as index:
        refresh(index, stages)
    assert stages.told["link"] == [(10, 40), (20, 40), (30, 40), (40, 40), (40, 40)]


def test_an_interrupted_fold_goes_on(log: Log, whole: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_OPS_A_TRANSACTION", 7)
    log.write(*line_of_commits(log, 40))

    def interrupt() -> None:
        raise KeyboardInterrupt

    with Index(log.store) as index:
        with pytest.raises(KeyboardInterrupt):
            refresh(index, Stages("link", interrupt))
        linked = index.connection.execute("SELECT count(*) FROM records WHERE linked").fetchone()[0]
        assert 0 < linked < 40
        again = Stages()
        refresh(index, again)
    assert again.told["link"][-1][1] == 40 - linked
    assert log.tables() == whole


def test_two_that_fold_at_once_hold_the_same(log: Log, whole: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_OPS_A_TRANSACTION", 7)
    log.write(*line_of_commits(log, 40))

    def other() -> None:
        with Index(log.store) as index:
            refresh(index)

    with Index(log.store) as index:
        refresh(index, Stages("link", other))
    assert log.tables() == whole


def test_another_reader_waits_in_sight_for_the_one_who_reads(log: Log, whole: list[Any]) -> None:
    log.write(*line_of_commits(log, 40))
    waits = threading.Event()
    told: dict[str, list[tuple[int, int]]] = {}

    class Waiting(Stages):
        def __call__(self, name: str) -> Any:
            if name == "wait":
                waits.set()
            return super().__call__(name)

    def other() -> None:
        with Index(log.store) as index:
            stages = Waiting()
            refresh(index, stages)
            told.update(stages.told)

    second = threading.Thread(target=other)

    class Reading(Stages):
        def __call__(self, name: str) -> Any:
            if name == "read":
                second.start()
                assert waits.wait(10.0)
            return super().__call__(name)

    with Index(log.store) as index:
        refresh(index, Reading())
    second.join()
    assert list(told) == ["wait", "scan"]
    assert log.tables() == whole


def test_a_held_index_is_told_as_busy(log: Log) -> None:
    log.write(*line_of_commits(log, 3))
    with Index(log.store, timeout=0.1) as index, Index(log.store) as holder:
        refresh(index)
        log.commit(patch("b.py", insert("b.py::f")))
        with holder.transaction(), pytest.raises(StoreBusyError):
            index.transaction().__enter__()


def test_a_chain_of_renames_in_one_commit_leaves_each_name_to_its_new_owner(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f", "f"), insert("a.py::fx", "fx"), insert("a.py::g", "g")))
    renames = [
        replace("a.py::f", "f", "f", new_address="a.py::g", change=["renamed"]),
        replace("a.py::fx", "fx", "fx", new_address="a.py::fy", change=["renamed"]),
        replace("a.py::g", "g", "g", new_address="a.py::h", change=["renamed"]),
    ]
    b = log.commit(patch("a.py", *renames), parents=(a,))
    log.commit(patch("a.py", replace("a.py::g", "f", "f2")), parents=(b,))
    assert log.query("SELECT address, ops FROM symbols ORDER BY 1") == [("a.py::fy", 2), ("a.py::g", 3), ("a.py::h", 2)]


def test_renames_that_a_merge_only_brought_along_are_told_once(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::C"), insert("a.py::C.m"), insert("a.py::f")))
    b = log.commit(patch("a.py", replace("a.py::f", new_address="a.py::g", change=["renamed"])), parents=(a,))
    c = log.commit(patch("b.py", from_address="a.py"), parents=(b,))
    ours = log.commit(patch("a.py", replace("a.py::C", "1", "2")), parents=(a,))
    brought = replace("b.py::g", "1", "1", from_address="a.py::f", change=["renamed"], from_parent=2)
    del brought["from_address"]
    merge = log.commit(
        patch("b.py", {**brought, "address": "b.py::f", "new_address": "b.py::g"}, from_address="a.py"),
        parents=(ours, c),
    )
    rows = log.query("SELECT commit_id, old_address, new_address FROM renames ORDER BY 3, 1")
    assert sorted(rows) == sorted(
        [(b, "a.py::f", "a.py::g")] + [(c, f"a.py::{name}", f"b.py::{name}") for name in ("C", "C.m", "g")]
    )
    log.commit(patch("b.py", replace("b.py::C.m", "1", "3")), parents=(merge,))
    assert log.query("SELECT address, ops FROM symbols ORDER BY 1") == [
        ("b.py::C", 2), ("b.py::C.m", 2), ("b.py::g", 3),
    ]  # fmt: skip


def test_the_newest_of_a_long_history_are_there_at_once(log: Log) -> None:
    log.write(*line_of_commits(log, 300))
    with Index(log.store) as index:
        refresh(index)
        steps = [0]

        def step() -> int:
            steps[0] += 1
            return 0

        index.connection.set_progress_handler(step, 100)
        events = stream(index.connection, None, Filter(), None)
        newest = next(events)
        to_first = steps[0]
        rest = list(events)
    assert newest.subject == "c299"
    assert [event.subject for event in rest] == [f"c{number}" for number in range(298, -1, -1)]
    assert to_first * 20 < steps[0]


def test_one_more_commit_is_told_without_looking_at_all_others(log: Log) -> None:
    made = line_of_commits(log, 600)
    log.write(*made[:-1])
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    with Index(log.store) as index:
        index.connection.set_progress_handler(step, 10)
        refresh(index)
        whole, steps[0] = steps[0], 0
        log.write(made[-1])
        refresh(index)
    assert steps[0] * 100 < whole


def sealed(log: Log, oid: str, change: Any) -> None:
    """Change the lines of a made batch, and its seal so that it fits."""
    *lines, seal = log.batches[oid].data.splitlines()
    lines = change(lines)
    told = json.loads(seal)
    data = b"".join(line + b"\n" for line in lines)
    old = told["commit"]["sha256"].encode()
    log.batches[oid].data = data + seal.replace(old, hashlib.sha256(data).hexdigest().encode()) + b"\n"


def remade(line: bytes, change: Any) -> bytes:
    value = json.loads(line)
    change(value)
    return json.dumps(value, separators=(",", ":")).encode()


def test_each_of_many_logs_is_read_without_looking_at_the_seals_of_all_others(tmp_path: Path) -> None:
    steps = []
    for count in (100, 400):
        log = Log(tmp_path / str(count))
        for number in range(count):
            log.write(log.make(insert(f"a.py::f{number}", f"{number}")), session=f"b{number}")
        taken: list[None] = []
        with Index(log.store) as index:
            index.refresh()
            index.connection.set_progress_handler(partial(taken.append, None), 100)
            refresh(index)
        steps.append(len(taken))
    assert steps[1] < 6 * steps[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [b"no JSON", *lines[1:]],
        lambda lines: [remade(lines[0], lambda entry: entry.update(domain_op=7)), *lines[1:]],
        lambda lines: [lines[0], remade(lines[1], lambda entry: entry["domain_op"].pop("address"))],
        lambda lines: [lines[0], remade(lines[1], lambda entry: entry["domain_op"].update(new_address=["x"]))],
        lambda lines: [remade(lines[0], lambda entry: entry["domain_op"].update(confidence={})), *lines[1:]],
    ],
)
def test_a_batch_that_is_none_hides_no_other(log: Log, change: Any) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    bad = log.make(patch("a.py", insert("a.py::bad")), parents=(a,))
    sealed(log, bad, change)
    good = log.make(patch("a.py", insert("a.py::g")), parents=(bad,))
    log.write(bad, good)
    assert log.query("SELECT commit_id FROM commits ORDER BY lamport_ts") == [(a,), (good,)]
    assert log.query("SELECT address FROM symbols ORDER BY 1") == [("a.py::f",), ("a.py::g",)]


def test_half_of_a_surrogate_pair_is_written_as_it_is_shown(log: Log) -> None:
    oid = log.make(patch("a.py", insert("a.py::NAME")))
    sealed(log, oid, lambda lines: [line.replace(b"NAME", b"\\ud800x") for line in lines])
    log.write(oid)
    assert log.query("SELECT address FROM ops WHERE is_child") == [("a.py::\\ud800x",)]


def all_rows(store: Store) -> dict[str, list[str]]:
    """Return the rows of every table that is made from the logs alone, with the texts that numbers stand for.

    Which number a text has depends on what came first, linking or another batch.
    """
    with Index(store) as index:
        sql = index.connection
        names = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        names = [name for name in names if name not in ("meta", "logs") and not name.startswith("sqlite_")]
        texts: dict[str, Any] = {
            column: dict(sql.execute(f"SELECT number, {column} FROM {column}s")).get  # noqa: S608 - ours
            for column in ("path", "name")
        }
        forms = {number: form for number, *form in sql.execute("SELECT * FROM forms")}
        texts["form"] = forms.get
        for column in ("address", "new_address", "from_address", "old_address"):
            texts[column] = lambda number: None if number is None else Addresses(sql).text(number)
        found = {}
        for name in names:
            cursor = sql.execute(f"SELECT * FROM {name}")  # noqa: S608 - ours
            columns = [column for column, *_ in cursor.description]
            is_text = name in ("paths", "names", "forms")
            rows = [
                row[1:]
                if is_text
                else [texts.get(column, repr)(value) for column, value in zip(columns, row, strict=True)]
                for row in cursor
            ]
            found[name] = sorted(map(repr, rows))
        return found


def test_who_backfills_reads_nothing_of_what_it_wrote(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    made().write(repo)
    repository = open_repository(str(repo.path))
    store = Store(repository.common_dir)
    backfill(repository, store, range="main~8")
    reads: list[Any] = []
    monkeypatch.setattr(LogReader, "batch", lambda _, seal: reads.append(seal))
    with Index(store) as index:
        refresh(index)
    assert not reads
    monkeypatch.undo()
    assert backfill(repository, store).recorded  # behind what is linked by now
    with Index(store) as index:
        refresh(index)
    found = all_rows(store)
    for path in Path(store.muse_dir).rglob("index.sqlite*"):
        path.unlink()
    with Index(store) as index:
        refresh(index)
    assert found == all_rows(store)
    assert len(found["entries"]) > 100


def test_what_another_wrote_before_is_read_from_the_log(repo: Repo) -> None:
    made().write(repo)
    repository = open_repository(str(repo.path))
    store = Store(repository.common_dir)
    with Index(store) as index:
        refresh(index)
    backfill(repository, store, range="main~8")
    with Index(store) as index, index.transaction():
        index.connection.execute("DELETE FROM followed")
        for table in ("records", "parents", "entries"):
            index.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
    recorded = backfill(repository, store).recorded
    with Index(store) as index:
        assert index.connection.execute("SELECT count(*) FROM records").fetchone() == (0,)
        refresh(index)
        (read,) = index.connection.execute("SELECT count(*) FROM records").fetchone()
    assert read > recorded > 0


def test_on_a_full_disk_the_history_is_in_memory(log: Log) -> None:
    log.write(*line_of_commits(log, 300))
    asked, refused = [], []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (20_000, 60_000, 90_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        try:
            with Index(log.store) as index:
                refresh(index)
                asked.append(index.connection.execute("SELECT count(*) FROM ops").fetchone())
                refused.append(index.refused)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with Index(log.store) as index:  # there is room again
        refresh(index)
        asked.append(index.connection.execute("SELECT count(*) FROM ops").fetchone())
        assert not index.refused
    assert len(set(asked)) == 1
    assert any(refused)
