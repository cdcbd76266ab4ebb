"""The index: it says what the logs say, whatever happens to it or to them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.batches import ENGINE, batch, commit, log_of, oid, scan, write

from muse_hook.errors import DamagedLogError, StoreBusyError, StoreError
from muse_hook.index import database, follow
from muse_hook.index.index import Index
from muse_hook.index.searched import search
from muse_hook.oplog.batch import Batch, delta_of_entries, make_batch, make_superseded
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, end_torn_line

TESTS = Path(__file__).parent.parent


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path)
    write(made, "main", batch(1, "f", generation=1), batch(2, "g", "h", parents=(1,), generation=2))
    write(made, "feature/x", batch(3, parents=(1,), generation=2))
    return made


def known(store: Store) -> dict[str, tuple[str, int]]:
    """Return what a refreshed index says: (session, generation) by commit."""
    with Index(store) as index:
        index.refresh()
        assert index.behind() == 0
        found = index.find(oid(number) for number in range(50))
        assert index.count() >= len(found)
    return {commit_id: (sealed.session, sealed.generation) for commit_id, sealed in found.items()}


WHOLE = {oid(1): ("main", 1), oid(2): ("main", 2), oid(3): ("feature/x", 2)}


# Asking


def test_it_tells_where_each_commit_is_sealed(store: Store) -> None:
    assert known(store) == WHOLE
    with Index(store) as index:
        sealed = index.find([oid(2)])[oid(2)]
        assert log_of(store).read_bytes()[sealed.start : sealed.end] == (
            batch(2, "g", "h", parents=(1,), generation=2).data
        )
        assert (index.find([oid(9)]), index.is_sealed(oid(9)), index.is_sealed(oid(3))) == ({}, False, True)
        assert index.find([]) == {}


def test_a_batch_is_read_and_becomes_its_delta_again(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        found = index.read(oid(2))
        assert found is not None
        there, read = found
        assert (there.session, len(read.entries()), index.read(oid(9))) == ("main", 4, None)
    made = delta_of_entries(read.entries())
    assert (made["summary"], made["sem_ver_bump"], made["breaking_changes"]) == ("added", "minor", [])
    assert [[child["address"] for child in op["child_ops"]] for op in made["ops"] if op["op"] == "patch"] == [
        ["src/m2.py::g", "src/m2.py::h"]
    ]


def test_a_batch_that_changed_since_is_not_read(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        there = index.find([oid(2)])[oid(2)]
        log = log_of(store)
        log.write_bytes(log.read_bytes().replace(b"src/m2.py::g", b"src/m2.py::G"))
        with pytest.raises(DamagedLogError, match=f"no whole batch stands at byte {there.start}"):
            index.batch(there)
        assert index.read(oid(2)) is None
        assert [damaged.commit_id for damaged in index.damaged()] == [oid(2)]
        assert index.read(oid(1)) is not None


def test_a_batch_that_saw_a_shallow_history_says_so(store: Store) -> None:
    write(
        store, "main", make_batch(commit(4), {"domain": "code", "ops": [], "summary": ""}, 7, shallow=True, engine="x")
    )
    with Index(store) as index:
        index.refresh()
        found = index.find([oid(3), oid(4)])
    assert [(each.shallow, each.generation, each.engine) for each in found.values()] == [
        (False, 2, ENGINE), (True, 7, "x"),
    ]  # fmt: skip


def test_marks_are_known(store: Store) -> None:
    mark = make_superseded(oid(1), commit(2), "amend", 2)
    with Index(store) as index:
        assert not index.has_mark(mark.op_id)
        write(store, "main", mark)
        index.follow("main")
        assert index.has_mark(mark.op_id)


def test_sessions_are_told_in_figures(store: Store) -> None:
    write(store, "empty")
    with Index(store) as index:
        index.refresh()
        rows = index.sessions()
    assert [(row.id, row.commits, row.entries, row.last_commit, row.last_subject) for row in rows] == [
        ("empty", 0, 0, "", ""),
        ("feature/x", 1, 1, oid(3), "Commit 3"),
        ("main", 2, 7, oid(2), "Commit 2"),
    ]
    assert rows[2].as_json() == {
        "id": "main",
        "commits": 2,
        "entries": 7,
        "bytes": log_of(store).stat().st_size,
        "last_commit": oid(2),
        "last_at": "2026-01-01T11:00:00+00:00",
        "last_subject": "Commit 2",
    }


def test_any_number_of_commits_is_asked_for_at_once(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        assert len(index.find(oid(number) for number in range(5000))) == 3


def test_the_first_batch_of_a_commit_is_the_one_that_counts(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        write(store, "other", batch(1, "f", generation=1))
        index.refresh()
        assert index.count() == 4
    assert known(store)[oid(1)] == ("main", 1)


def test_names_that_are_encoded_on_disk_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    names = ["caf\udce9", "x" * 250, "100%", "ops.jsonl"]
    for number, name in enumerate(names):
        write(store, name, batch(number))
    assert {session for session, _ in known(store).values()} == set(names)


# Following


def test_it_reads_only_what_is_new(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index(store) as index:
        assert index.behind() == sum(log_of(store, session).stat().st_size for session in ("main", "feature/x"))
        index.refresh()
        assert index.behind() == 0
        size = log_of(store).stat().st_size
        write(store, "main", batch(4, "i"))
        assert index.behind() == len(batch(4, "i").data)
        offsets = []
        real = os.pread
        monkeypatch.setattr(os, "pread", lambda fd, n, at: offsets.append((n, at)) or real(fd, n, at))  # type: ignore[func-returns-value]
        index.refresh()
        assert [at for n, at in offsets if n > 100 and at < size] == []
        assert index.is_sealed(oid(4))
        offsets.clear()
        index.refresh()
        assert offsets == []


def test_a_torn_last_line_waits_for_its_newline(store: Store) -> None:
    log = log_of(store)
    log.write_bytes(log.read_bytes() + batch(4, "i").data[:-1])
    with Index(store) as index:
        index.refresh()
        assert not index.is_sealed(oid(4))
        index.refresh()
        with store.lock():
            index.refresh(end_torn=True)
        assert index.is_sealed(oid(4))
    assert log.read_bytes().endswith(batch(4, "i").data)


def test_mending_ends_every_torn_log_and_touches_no_other(store: Store) -> None:
    whole, torn = log_of(store, "feature/x"), log_of(store)
    before = whole.stat().st_mtime_ns
    torn.write_bytes(torn.read_bytes() + b"{")
    with store.lock(), Index(store) as index:
        index.refresh(end_torn=True)
    assert torn.read_bytes().endswith(b"{\n")
    assert whole.stat().st_mtime_ns == before
    assert not end_torn_line(store, "main")


def test_a_long_log_is_read_in_parts_and_a_stop_between_them_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_SEALS_A_TRANSACTION", 3)
    write(store, "main", *(batch(number, "f") for number in range(10, 17)))
    real = Index.transaction
    parts = []

    def stop(index: Index) -> Any:
        parts.append(1)
        if len(parts) == 3:
            raise KeyboardInterrupt
        return real(index)

    with Index(store) as index:
        monkeypatch.setattr(Index, "transaction", stop)
        with pytest.raises(KeyboardInterrupt):
            index.refresh()
    monkeypatch.setattr(Index, "transaction", real)
    assert len(known(store)) == 10
    with Index(store) as index:
        assert index.count() == 10


def changed_in_place(log: Path) -> None:
    data = log.read_bytes()
    log.write_bytes(data.replace(b"src/m2.py", b"src/m9.py"))
    os.utime(log, ns=(0, log.stat().st_mtime_ns + 1_000_000))


def shortened(log: Path) -> None:
    log.write_bytes(batch(1, "f", generation=1).data)


def replaced_by_another(log: Path) -> None:
    other = log.with_name("other")
    other.write_bytes(batch(7).data * 9 + b"{}\n" * 999)
    other.replace(log)


def deleted(log: Path) -> None:
    log.unlink()


def emptied(log: Path) -> None:
    log.write_bytes(b"")


def rewritten_and_grown(log: Path) -> None:
    log.write_bytes(batch(8).data + batch(1, "f", generation=1).data + b"x" * log.stat().st_size + b"\n")


def test_a_search_looks_at_what_no_search_has_seen(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int, int]] = []

    def look(session: str, start: int, end: int) -> list[tuple[str, str]]:
        seen.append((session, start, end))
        data = log_of(store, session).read_bytes()[start:end]
        return [(session, number) for number in "12345" if f"src/m{number}.py".encode() in data]

    def found(setting: str = "a") -> set[tuple[str, ...]]:
        seen.clear()
        with Index(store) as index:
            index.refresh()
            return search(index, "paths", setting, look)

    size = log_of(store).stat().st_size
    assert found() == {("main", "1"), ("main", "2")}
    assert sorted(seen) == [("feature/x", 0, len(batch(3, parents=(1,), generation=2).data)), ("main", 0, size)]
    assert found() == {("main", "1"), ("main", "2")}
    assert seen == []
    write(store, "main", batch(4, "i"))
    with log_of(store).open("ab") as file:
        file.write(batch(5, "k").data[:-20])  # not sealed yet
    assert found() == {("main", "1"), ("main", "2"), ("main", "4")}
    assert seen == [("main", size, size + len(batch(4, "i").data))]
    assert found("b") == {("main", "1"), ("main", "2"), ("main", "4")}
    assert len(seen) == 2
    log_of(store).write_bytes(batch(5, "k").data * 2)  # another log
    assert found("b") == {("main", "5")}
    with sqlite3.connect(store.path(database.FILE)) as connection:
        connection.execute("UPDATE finds SET row = '{'")
    assert found("b") == {("main", "5")}
    assert len(seen) == 2
    monkeypatch.setattr(database.Database, "transaction", busy)
    assert found("c") == {("main", "5")}


def busy(_: object) -> None:
    raise StoreBusyError("writing the index", "another process is in the way")


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (changed_in_place, {oid(1)}),
        (shortened, {oid(1)}),
        (replaced_by_another, {oid(7)}),
        (deleted, set()),
        (emptied, set()),
        (rewritten_and_grown, {oid(1), oid(8)}),
    ],
)
def test_a_log_that_is_not_the_one_that_was_read_is_read_anew(
    change: Callable[[Path], None], left: set[str], store: Store
) -> None:
    assert known(store) == WHOLE
    change(log_of(store))
    assert set(known(store)) == left | {oid(3)}


def test_a_damaged_batch_is_named_until_its_commit_is_whole_somewhere(store: Store) -> None:
    log = log_of(store)
    changed_in_place(log)
    with Index(store) as index:
        index.refresh()
        (damaged,) = index.damaged()
        assert (damaged.commit_id, damaged.session) == (oid(2), "main")
        assert damaged.line == log.read_bytes().rindex(b"\n", 0, -1) + 1
        assert "digest" in damaged.reason
        write(store, "feature/x", batch(2, "g", "h", parents=(1,), generation=2))
        index.refresh()
        assert index.damaged() == []


def test_a_quick_refresh_sees_what_our_writer_did(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        write(store, "main", batch(4))
        write(store, "feature/y", batch(5))
        index.refresh(fast=True)
        assert index.find([oid(4), oid(5)]).keys() == {oid(4), oid(5)}
        log_of(store, "feature/y").unlink()
        index.refresh(fast=True)
        assert not index.is_sealed(oid(5))


def test_a_quick_refresh_looks_for_no_logs_where_none_was_made(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index(store) as index:
        index.refresh()
        monkeypatch.setattr(Store, "sessions", None)
        write(store, "main", batch(4))
        assert index.behind(fast=True) == len(batch(4).data)
        index.refresh(fast=True)
        assert index.is_sealed(oid(4))


def refresh_to_write(store: Store, session: str) -> set[str]:
    """Refresh an index as a hook does that will write to one session; the commits that it knows."""
    with store.lock(), Index(store) as index:
        index.refresh(end_torn=True, fast=True, sessions=[session])
        return set(index.find(map(oid, range(1, 10))))


def test_who_writes_to_one_log_looks_at_no_other_where_the_index_has_read_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = refresh_to_write(store, "main")
    with store.lock(), Index(store) as index:
        index.refresh(end_torn=True)
        start, _ = append(store, "feature/y", [batch(4)])
        index.add([("feature/y", start, [batch(4)])])
    with Index(store) as index:
        index.refresh()  # whoever reads changes nothing about it
    monkeypatch.setattr(follow.LogRow, "read_all", None)
    assert refresh_to_write(store, "main") == refresh_to_write(store, "new") == before | {oid(4)}
    log_of(store, "main").unlink()
    assert refresh_to_write(store, "main") == {oid(3), oid(4)}


@pytest.mark.parametrize("is_read_between", [False, True])
def test_what_a_killed_writer_left_in_another_log_is_read_by_the_next_one(
    store: Store, *, is_read_between: bool
) -> None:
    before = refresh_to_write(store, "main")
    with store.lock():
        store.touch_lock()
        if is_read_between:  # by who has no lock, before anything is written
            with Index(store) as index:
                index.refresh()
        with log_of(store).open("ab") as log:
            log.write(batch(4).data[:-1])
    assert refresh_to_write(store, "feature/x") == before | {oid(4)}
    assert log_of(store).read_bytes().endswith(batch(4).data)


def test_after_a_power_cut_the_next_writer_looks_at_all_logs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = refresh_to_write(store, "main")
    lock = os.stat(store.path("lock"))
    write(store, "feature/x", batch(4))
    os.utime(store.path("lock"), ns=(lock.st_mtime_ns, lock.st_mtime_ns))  # which the disk did not keep
    assert refresh_to_write(store, "main") == before
    monkeypatch.setattr(database, "_boot", lambda: "another")
    assert refresh_to_write(store, "main") == before | {oid(4)}


def test_where_the_lock_is_another_user_s_a_writer_looks_at_all_logs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = refresh_to_write(store, "main")
    with store.lock():
        store.touch_lock()
    lock = os.stat(store.path("lock"))
    monkeypatch.setattr(Store, "is_lock_ours", False)
    assert refresh_to_write(store, "main") == before
    write(store, "feature/x", batch(4))
    os.utime(store.path("lock"), ns=(lock.st_mtime_ns, lock.st_mtime_ns))  # in one tick of the clock
    assert refresh_to_write(store, "main") == before | {oid(4)}


def test_beyond_its_limit_a_refresh_reads_nothing_and_says_so(store: Store) -> None:
    with Index(store) as index:
        size = index.behind()
        assert not index.refresh(limit=size - 1)
        assert index.count() == 0
        assert index.behind(fast=True) == size
        assert index.refresh(limit=size, fast=True)
        assert index.count() == 3


# Adding what was just written


def content(index: Index) -> list[Any]:
    """Return everything that an index holds, but for the order in which it came to know the logs' batches."""
    seals = "commit_id, log, start, line, end, generation, shallow, engine"
    tables = (("logs", "*"), ("seals", seals), ("engines", "*"), ("damaged", "*"), ("marks", "*"))
    queries = [f"SELECT {what} FROM {table}" for table, what in tables]  # noqa: S608 - constants
    return [sorted(index.connection.execute(query).fetchall()) for query in queries]


def made_again(store: Store) -> list[Any]:
    """Return what an index holds that is made from nothing."""
    database.remove(store)
    with Index(store) as index:
        for session in ("main", "feature/x", "new"):
            if log_of(store, session).exists():
                index.follow(session)
        return content(index)


def add(store: Store, index: Index, session: str, *batches: Batch) -> None:
    """Append and add batches as the recorder does."""
    with store.lock():
        start, _ = append(store, session, batches)
        index.add([(session, start, batches)])


def test_an_index_that_was_added_to_equals_one_made_from_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shallow = make_batch(
        commit(8), {"domain": "code", "ops": [], "summary": ""}, 9, "muse_hook 2; \ud800", shallow=True
    )
    with Index(store) as index:
        index.follow("main")
        index.follow("feature/x")
        monkeypatch.setattr("muse_hook.oplog.reader.LogReader", None)  # nothing is read
        add(store, index, "main", batch(4, "i", "j", generation=2), batch(5))
        add(store, index, "main", shallow)
        add(store, index, "new", batch(6, "f"))
        add(store, index, "main", batch(1, "again"))
        add(store, index, "main")
        monkeypatch.undo()
        assert index.behind() == 0
        assert index.find([oid(1)])[oid(1)].start == 0
        there, read = index.read(oid(5)) or pytest.fail("it is sealed")
        assert (read.data, there.engine) == (batch(5).data, ENGINE)
        added = content(index)
    assert added == made_again(store)


def torn(log: Path) -> None:
    log.write_bytes(log.read_bytes() + b'{"op_id":')


def longer(log: Path) -> None:
    log.write_bytes(log.read_bytes() + batch(7, "g").data + b"garbage\n")


@pytest.mark.parametrize("change", [torn, longer, "shortened", "replaced", "deleted"])
def test_where_the_log_is_not_as_it_was_known_it_is_followed(change: Any, store: Store) -> None:
    changes = {
        "shortened": shortened, "replaced": replaced_by_another, "deleted": deleted,
    }  # fmt: skip
    with Index(store) as index:
        index.follow("main")
        index.follow("feature/x")
        changes.get(change, change)(log_of(store))
        add(store, index, "main", batch(4, "i"))
        index.refresh()
        found = {each: (at.session, at.start, at.end) for each, at in index.find(map(oid, range(9))).items()}
    database.remove(store)
    with Index(store) as index:
        index.refresh()
        assert found == {each: (at.session, at.start, at.end) for each, at in index.find(map(oid, range(9))).items()}
    assert oid(4) in found


def test_a_seal_that_makes_no_sense_is_damaged_at_once(store: Store) -> None:
    with Index(store) as index:
        add(store, index, "new", batch(4, generation=0))
        assert (index.is_sealed(oid(4)), [each.commit_id for each in index.damaged()]) == (False, [oid(4)])


# The file itself


@pytest.mark.parametrize("number", range(6))
def test_a_broken_index_is_made_anew(number: int, store: Store) -> None:
    assert known(store) == WHOLE
    path = Path(store.path("index.sqlite"))
    data = path.read_bytes()
    match number:
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(b"garbage" * 999)
        case 2:
            path.write_bytes(data[: len(data) // 2])
        case 3:
            path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
        case 4:
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA user_version = 99")
            connection.close()
        case 5:
            with sqlite3.connect(path) as connection:
                connection.execute("DROP TABLE seals")
            connection.close()
    assert known(store) == WHOLE
    assert known(store) == WHOLE


PLANTED = [
    "CREATE TRIGGER t AFTER INSERT ON seals BEGIN DELETE FROM seals; END",
    "CREATE TRIGGER t AFTER INSERT ON logs BEGIN UPDATE logs SET position = size; END",
    "CREATE TABLE other (x); CREATE TRIGGER t AFTER INSERT ON other BEGIN SELECT 1; END",
    "CREATE VIEW v AS SELECT * FROM seals; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
    "CREATE UNIQUE INDEX one ON seals (log) WHERE generation > 2",
    "CREATE INDEX broken ON SEALS (length(commit_id))",
    "ALTER TABLE seals ADD COLUMN hidden GENERATED ALWAYS AS (abs(-9223372036854775808)) VIRTUAL",
    "DROP INDEX seals_by_commit",
    "DROP TABLE marks; CREATE VIEW marks AS SELECT commit_id AS op_id, log FROM seals",
    "DROP TABLE marks; CREATE TABLE marks (op_id TEXT, log INTEGER CHECK (log < 0))",
]


@pytest.mark.parametrize("statements", PLANTED)
def test_an_index_that_holds_what_is_not_ours_is_made_anew(store: Store, statements: str) -> None:
    assert known(store) == WHOLE
    made = schema_of(store)
    connection = sqlite3.connect(store.path("index.sqlite"))
    connection.executescript(statements)
    connection.close()
    write(store, "main", batch(4, "i", parents=(2,), generation=3))
    assert known(store) == WHOLE | {oid(4): ("main", 3)}
    assert schema_of(store) == made


def schema_of(store: Store) -> set[tuple[str, str]]:
    connection = sqlite3.connect(store.path("index.sqlite"))
    found = set(connection.execute("SELECT name, sql FROM sqlite_master"))
    connection.close()
    return found


def test_a_copy_in_memory_is_not_taken_from_what_is_not_ours(store: Store) -> None:
    assert known(store) == WHOLE
    connection = sqlite3.connect(store.path("index.sqlite"))
    connection.executescript(PLANTED[0])
    connection.close()
    assert database.copy_of(store).execute("SELECT count(*) FROM logs").fetchone() == (0,)


def test_an_index_that_breaks_while_it_is_open_is_made_anew(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        path = Path(store.path("index.sqlite"))
        path.write_bytes(b"\xff" * path.stat().st_size)
        assert index.is_sealed(oid(1))
        assert index.count() == 3


def test_after_a_power_cut_that_lost_rows_it_is_made_anew(store: Store) -> None:
    assert known(store) == WHOLE
    connection = sqlite3.connect(store.path("index.sqlite"))
    connection.execute("DELETE FROM seals WHERE commit_id = ?", (oid(1),))
    connection.execute("REPLACE INTO meta VALUES ('boot', 'the one before')")
    connection.commit()
    connection.close()
    assert known(store) == WHOLE


def test_after_a_new_start_that_lost_nothing_it_is_kept(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        index.connection.execute("REPLACE INTO meta VALUES ('boot', 'the one before')")
        index.connection.execute("REPLACE INTO meta VALUES ('kept', 'yes')")
    with Index(store) as index:
        assert index.connection.execute("SELECT value FROM meta WHERE key = 'kept'").fetchone() == ("yes",)
        assert index.connection.execute("SELECT value FROM meta WHERE key = 'boot'").fetchone()[0] == database._boot()


def test_no_store_is_made_for_an_index(tmp_path: Path) -> None:
    assert known(Store(tmp_path)) == {}
    assert not (tmp_path / ".muse").exists()


def test_a_link_in_the_index_s_place_is_not_followed(store: Store, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    Path(store.path("index.sqlite")).symlink_to(victim)
    assert known(store) == WHOLE
    assert victim.read_bytes() == b""


def test_where_the_disk_is_full_it_goes_on_in_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    monkeypatch.setattr(error, "sqlite_errorcode", sqlite3.SQLITE_FULL, raising=False)
    real = follow.LogRow.write
    failed: list[int] = []

    def fail_once(row: follow.LogRow, connection: sqlite3.Connection) -> None:
        if not failed:
            failed.append(1)
            raise error
        real(row, connection)

    monkeypatch.setattr(follow.LogRow, "write", fail_once)
    with Index(store) as index:
        index.refresh()
        assert index.count() == 3
        assert index.connection.execute("PRAGMA database_list").fetchone()[2] != store.path("index.sqlite")


def test_a_locked_index_is_busy_and_says_so(store: Store) -> None:
    assert known(store) == WHOLE
    write(store, "main", batch(4))
    with Index(store) as holder:
        holder.connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError), Index(store, timeout=0.01) as index:
            index.refresh()
        holder.connection.execute("ROLLBACK")
    assert oid(4) in known(store)


def test_our_own_fault_is_not_taken_for_a_broken_file(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        with pytest.raises(sqlite3.ProgrammingError):
            index.find([object()])  # type: ignore[list-item]
    assert known(store) == WHOLE


def test_a_log_that_cannot_be_read_is_an_error(store: Store) -> None:
    log = log_of(store)
    log.unlink()
    log.mkdir()
    with Index(store) as index, pytest.raises(StoreError):
        index.refresh()


def test_several_processes_fill_one_index(store: Store) -> None:
    for number in range(10, 40):
        write(store, f"b{number}", batch(number, "f"))
    code = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from muse_hook.index.index import Index; from muse_hook.oplog.store import Store\n"
        "with Index(Store(sys.argv[2])) as index: index.refresh(); print(index.count())"
    )
    readers = [
        subprocess.Popen([sys.executable, "-c", code, TESTS.parent, store.root], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [reader.communicate()[0] for reader in readers] == [b"33\n"] * 4
    with Index(store) as index:
        assert (index.behind(), index.count()) == (0, 33)


def test_followers_keep_tables_of_their_own(store: Store) -> None:
    with Index(store) as index:
        index.refresh()
        with index.transaction():
            index.connection.execute("CREATE TABLE mine (number INTEGER)")
            index.connection.execute("INSERT INTO mine VALUES (7)")
        with pytest.raises(sqlite3.Error), index.transaction():
            index.connection.execute("DELETE FROM mine").execute("no SQL")
    with Index(store) as index:
        assert index.connection.execute("SELECT number FROM mine").fetchall() == [(7,)]


# Whatever happens


class Logs(RuleBasedStateMachine):
    """Anything that can happen to logs and index; a refreshed index says what a scan of all logs says."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile  # noqa: PLC0415 - a state machine has no fixtures

        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(self.folder.name)
        self.clock = 1

    def teardown(self) -> None:
        self.folder.cleanup()

    def touch(self, log: Path) -> None:
        self.clock += 1
        os.utime(log, ns=(self.clock, self.clock))

    @rule(number=st.integers(0, 5), session=st.sampled_from(["a", "a/b", "c"]))
    def record(self, number: int, session: str) -> None:
        write(self.store, session, batch(number, "f"))
        self.touch(log_of(self.store, session))

    @rule(number=st.integers(0, 5), session=st.sampled_from(["a", "a/b", "c"]))
    def add(self, number: int, session: str) -> None:
        self.store.ensure("op_log")
        with Index(self.store) as index:
            add(self.store, index, session, batch(number, "f"))

    @rule(session=st.sampled_from(["a", "a/b", "c"]), size=st.integers(1, 3000))
    def cut(self, session: str, size: int) -> None:
        log = log_of(self.store, session)
        if log.exists():
            log.write_bytes(log.read_bytes()[:-size])
            self.touch(log)

    @rule(session=st.sampled_from(["a", "a/b", "c"]), at=st.integers(0, 5000))
    def flip(self, session: str, at: int) -> None:
        log = log_of(self.store, session)
        if log.exists() and (data := bytearray(log.read_bytes())):
            data[at % len(data)] ^= 2
            log.write_bytes(data)
            self.touch(log)

    @rule(session=st.sampled_from(["a", "a/b", "c"]))
    def delete(self, session: str) -> None:
        log_of(self.store, session).unlink(missing_ok=True)

    @rule()
    def lose_the_index(self) -> None:
        if self.store.exists():
            database.remove(self.store)

    @invariant()
    def it_says_what_the_logs_say(self) -> None:
        wanted: dict[str, set[tuple[str, int]]] = {}
        for session in ("a", "a/b", "c"):
            for seal in scan(self.store.log_path(session)):
                if seal.intact:
                    wanted.setdefault(seal.commit_id, set()).add((session, seal.start))
        with Index(self.store) as index:
            index.refresh()
            found = index.find(oid(number) for number in range(6))
            assert index.count() == sum(map(len, wanted.values()))
        assert found.keys() == wanted.keys()
        assert all((sealed.session, sealed.start) in wanted[oid_] for oid_, sealed in found.items())


Logs.TestCase.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLogs = Logs.TestCase


def test_another_index_of_this_process_takes_no_lock_away(store: Store) -> None:
    """What is closed takes all locks of its process along: an index that is opened anew must not close the file."""
    write(store, "main", batch(1, "a"))
    with Index(store) as first:
        first.refresh()
        query = first.connection.execute("SELECT * FROM seals")  # a reader, whose lock says that it is there
        query.fetchone()
        Index(store).close()
        code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM seals').fetchone()"
        subprocess.run([sys.executable, "-c", code, store.path("index.sqlite")], check=True)
        assert os.path.exists(store.path("index.sqlite-wal"))  # the last one who closes it would have deleted it
        query.fetchall()
