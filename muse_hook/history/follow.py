"""Following the logs into the tables of the history: each whole batch once, manual entries too."""

from __future__ import annotations

import gc
import os
import time
from contextlib import suppress

from muse_hook.errors import DamagedLogError, StoreBusyError, StoreError
from muse_hook.history import rewrites, tables
from muse_hook.index import database
from muse_hook.oplog.lock import StoreLock
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import supersedes
from muse_hook.oplog.sessions import LOG, display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Self

    from muse_hook.history.link import Linker
    from muse_hook.index.index import Index
    from muse_hook.model.ops import OpEntry
    from muse_hook.oplog.batch import Batch

    Progress = Callable[[int, int], None]
    Stage = Callable[[str], Progress]
else:
    sqlite3 = database.sqlite3

_LOCK = "index.lock"
_LOCK_SECONDS = 0.2
# Others look for a moment in which the database is free at most every tenth of a second.
_TURN_SECONDS, _PAUSE_SECONDS = 1.0, 0.06
_TRIES = 3  # a log that changes under our hands more often than that is left for the next command
# Batches a transaction: a hook that wants to note its own commit in the index waits for at most one of them.
_BATCHES = 500
# What comes of a line with keys missing, or with values of other types than they should have.
_NO_ENTRY = (LookupError, TypeError, AttributeError, ValueError, OverflowError)
_NO_VALUE = (
    sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError, OverflowError,
    UnicodeEncodeError,
)  # fmt: skip


def refresh(index: Index, stage: Stage | None = None, *, late: bool = True) -> None:
    """Bring the history up to date with the logs, which `index` follows. Interrupted, the next run goes on.

    `stage` is called with the name of each stage that has something to do and returns what is called with its progress:
    "scan" and "read" in bytes, "link" in commits. A log in which something is no more what it was is read again.
    Without `late` older history that came in behind what was linked is read and not linked yet: whoever records it
    links it with the rest. Where the disk is full it goes on in memory (`index.refused`). Raises StoreBusyError,
    StoreError.
    """
    stage = stage or _no_progress
    with _ReaderLock(index, stage):
        for _ in range(_TRIES):
            try:
                damaged = _refresh(index, stage, late=late)
            except sqlite3.OperationalError as error:
                if index.refused or not database.cannot_write(error):
                    raise
                index.rebuild(error)
                index.refresh()
                continue
            if not damaged:
                return
            index.reread(damaged)


def is_there(index: Index) -> bool:
    """Say whether the index has a history."""
    return tables.is_there(index.connection)


def compact(index: Index, *, with_history: bool, stage: Stage | None = None) -> None:
    """Bring the index's file, and the history in it where that is wanted, into as few bytes as they need."""
    if with_history:
        refresh(index, stage)
    index.compact()


def add_unwritten(index: Index, batches: Iterable[tuple[str, Batch]]) -> None:
    """Take in batches, each of a session, that stand in no log, in an index that is in memory (`Index.detach`)."""
    from muse_hook.history.link import link

    with index.transaction():
        for session, batch in batches:
            records = _NewRecords(index.connection, display_name(session))
            records.add_batch(batch)
            records.write()
    link(index, _no_progress("link"), lambda: None)


class Intake:
    """Takes in batches that were just appended to a session's log, from a byte on; `refresh` links them.

    As reading them there would, without parsing what was just written: 4 of the 10 % that the history is of a backfill
    of flask. Nothing is done where the history had not read all that stands before them, or somebody is at it: then
    they are read like others.

    Where nothing was recorded before, what `in_order` says (all the commits to come, by generation and id, as `refresh`
    links them; None: nobody is to) is linked as far as it is there: so other processes' waiting time is used, and
    little is left when they are done (7 % of a backfill of flask).
    """

    def __init__(self, index: Index, in_order: Callable[[], Sequence[str]] | None = None) -> None:
        self._index = index
        self._in_order = in_order
        self._to_link: Iterator[str] | None = None
        self._next: str | None = None
        self._linker: Linker | None = None

    def __call__(self, session: str, start: int, batches: Sequence[Batch]) -> None:
        """Take in what was appended."""
        try:
            with _reader_lock(self._index, 0.0):
                with self._index.transaction():
                    is_new = self._take_in(session, start, batches)
                if is_new and self._in_order is not None:
                    with self._index.transaction():
                        self._link(self._in_order)
        except (StoreError, sqlite3.DatabaseError, *_NO_ENTRY):  # all of it is rolled back
            self._in_order = None

    def _take_in(self, session: str, start: int, batches: Sequence[Batch]) -> bool:
        """Take in what was appended, inside the caller's transaction; whether it was."""
        sql = self._index.connection
        if not _are_current(sql):
            tables.make(sql)
        row = sql.execute(
            "SELECT l.id, l.position, coalesce(f.offset, 0) FROM logs l LEFT JOIN followed f ON f.log = l.id"
            " WHERE l.folder = ?",
            (self._index.folder_of(session),),
        ).fetchone()
        end = start + sum(len(batch.data) for batch in batches)
        if row is None or row[1] < end or row[2] != start:
            return False
        if self._to_link is None and sql.execute("SELECT 1 FROM records LIMIT 1").fetchone() is not None:
            self._in_order = None
        records = _NewRecords(sql, display_name(session))
        for batch in batches:
            records.add_new(batch)
        records.write()
        sql.execute("REPLACE INTO followed VALUES (?, ?)", (row[0], end))
        return True

    def _link(self, in_order: Callable[[], Sequence[str]]) -> None:
        """Link what is there, up to the first commit that is to come, inside the caller's transaction."""
        from muse_hook.history.link import Linker  # start-up time

        if self._to_link is None:
            self._to_link = iter(in_order())
            self._next = next(self._to_link, None)
        if self._linker is not None and not self._linker.is_current():
            self._in_order = None  # somebody else does it
            return
        sql = self._index.connection
        query = "SELECT record, commit_id, generation FROM records WHERE commit_id = ?"
        there = []
        while self._next is not None and (row := sql.execute(query, (self._next,)).fetchone()) is not None:
            there.append(row)
            self._next = next(self._to_link, None)
        if not there:
            return
        with _NoCollector():
            tables.index_to_link(sql)
            tables.number_parents(sql)
            if self._linker is None:
                self._linker = Linker(sql, there)
            else:
                self._linker.add(there)
            while not self._linker.is_done:
                self._linker.link_some(_no_progress("link"))


def _reader_lock(index: Index, seconds: float) -> StoreLock:
    store = index.store
    path = store.path(_LOCK)
    return StoreLock(path, seconds, lambda: store.open_file(path, os.O_RDWR | os.O_CREAT))


class _ReaderLock:
    """Lets one process at a time read: another one waits, in sight, and finds it done. Hooks do not wait here."""

    def __init__(self, index: Index, stage: Stage) -> None:
        self._index = index
        self._stage = stage
        self._lock = _reader_lock(index, _LOCK_SECONDS)
        self._is_held = False

    def __enter__(self) -> Self:
        progress = None
        while not self._is_held:
            try:
                self._lock.__enter__()
            except StoreBusyError:
                progress = progress or self._stage("wait")
                progress(*_bytes_read(self._index.connection))
            except StoreError:  # a store that is not there, or cannot be written, has its index in memory
                break
            else:
                self._is_held = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_held:
            self._lock.__exit__()


class _Pauses:
    """Lets hooks and other readers have the database now and then."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def pause(self) -> None:
        """Wait for a moment, if it is time."""
        if time.monotonic() - self._since > _TURN_SECONDS:
            time.sleep(_PAUSE_SECONDS)
            self._since = time.monotonic()


def _bytes_read(sql: sqlite3.Connection) -> tuple[int, int]:
    """Return how many bytes of how many the one who reads has read."""
    try:
        query = "SELECT total(f.offset), total(l.position) FROM logs l LEFT JOIN followed f ON f.log = l.id"
        done, total = sql.execute(query).fetchone()
    except sqlite3.DatabaseError:  # there is no such table yet, or it is being written
        return 0, 0
    return int(done), int(total)


def _no_progress(_: str) -> Progress:
    return lambda _done, _total: None


def _refresh(index: Index, stage: Stage, *, late: bool) -> str:
    """Read what is new; the session whose log is not what the index takes it for, "" for none."""
    index.refresh(progress=stage("scan"))
    sql = index.connection
    if not _are_current(sql):
        with index.transaction():
            if not _are_current(sql):  # another process may have been first
                tables.make(sql)
    logs = sql.execute(
        "SELECT l.id, l.folder, l.position - coalesce(f.offset, 0) FROM logs l LEFT JOIN followed f ON f.log = l.id"
        " WHERE l.position > coalesce(f.offset, 0)"
    ).fetchall()
    if not logs and sql.execute("SELECT 1 FROM records WHERE NOT linked LIMIT 1").fetchone() is None:
        if sql.execute("SELECT 1 FROM records LIMIT 1").fetchone() is not None and not tables.is_indexed(sql):
            with index.transaction():
                tables.index_to_read(sql)
        return ""
    from muse_hook.history.link import link  # start-up time; mostly nothing is new

    total = sum(unread for *_, unread in logs)
    index.reserve_cache(total)
    pauses = _Pauses()
    with _NoCollector():
        progress = stage("read")
        done = 0
        for log, folder, _ in logs:
            some = 1
            while some:
                try:
                    with index.transaction():
                        some = _read(index, log, folder)
                except DamagedLogError:
                    return index.store.session_at(folder)
                done += some
                progress(done, total)
                pauses.pause()
        link(index, stage("link"), pauses.pause, late=late)
    return ""


class _NoCollector:
    """A context without Python's garbage collector: nothing here is made in circles, and it looks at everything."""

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_on:
            gc.enable()


def _are_current(sql: sqlite3.Connection) -> bool:
    """Whether the tables are there, and every log that was read is what it was: a changed one has another number."""
    query = "SELECT 1 FROM followed WHERE log NOT IN (SELECT id FROM logs) LIMIT 1"
    return tables.is_there(sql) and sql.execute(query).fetchone() is None


def _read(index: Index, log: int, folder: str) -> int:
    """Read some more batches of one log, inside the caller's transaction; the bytes that were read, 0 at the end."""
    sql = index.connection
    (end, start) = sql.execute(
        "SELECT l.position, coalesce(f.offset, 0) FROM logs l LEFT JOIN followed f ON f.log = l.id WHERE l.id = ?",
        (log,),
    ).fetchone() or (0, 0)
    if start >= end:
        return 0
    seals = sql.execute(
        "SELECT commit_id, start, line, end FROM seals WHERE log = ? AND end > ? AND end <= ? ORDER BY end LIMIT ?",
        (log, start, end, _BATCHES),
    ).fetchall()
    records = _NewRecords(sql, display_name(index.store.session_at(folder)))
    fd = index.store.open_file(index.store.path("op_log", folder, LOG), os.O_RDONLY)
    try:
        reader = LogReader(fd)
        at = start
        for seal in (_SealRow(*row) for row in seals):
            records.add_manual(reader.manual(at, seal.start))
            records.add_batch(reader.batch(seal))
            at = seal.end
        if len(seals) < _BATCHES:
            records.add_manual(reader.manual(at, end))
            at = end
    finally:
        os.close(fd)
    records.write()
    sql.execute("REPLACE INTO followed VALUES (?, ?)", (log, at))
    return at - start


class _SealRow:
    """A row of the index's `seals`: where a batch stands."""

    __slots__ = ("commit_id", "end", "line", "start")

    def __init__(self, commit_id: str, start: int, line: int, end: int) -> None:
        self.commit_id = commit_id
        self.start = start
        self.line = line
        self.end = end


class _NewRecords:
    """What was read of one log and is to be written.

    A log can be merged from anywhere and appended to by anyone: a batch or an entry that is not what it should be is
    passed over alone, and hides none of the others. `verify` names it.
    """

    def __init__(self, sql: sqlite3.Connection, session: str) -> None:
        self._sql = sql
        self._session = session
        self._number = sql.execute("SELECT coalesce(max(record), 0) FROM records").fetchone()[0]
        self._rows: list[tables.BatchRows] = []
        self._engines: dict[str, str] = {}  # of the commits among them

    def add_batch(self, batch: Batch) -> None:
        """Add a whole batch; of a commit's the newer engine's counts, of those of one engine the first."""
        known = self._engine_of(batch.commit_id)
        if known is None or supersedes(batch.engine, known):
            try:
                entries = batch.entries()
                if len(entries) <= entries[-1]["commit"]["entries"]:  # a line is no entry of the commit
                    return
                self._add(entries)
            except _NO_ENTRY:
                return
            self._rows[-1].supersedes = known is not None
            self._engines[batch.commit_id] = batch.engine

    def add_new(self, batch: Batch) -> None:
        """Add a batch as its maker has it; ValueError where one of its commit is known, LookupError and the like."""
        if self._engine_of(batch.commit_id) is not None:
            raise ValueError(f"{batch.commit_id} is known")
        self._add(batch.told())
        self._engines[batch.commit_id] = batch.engine

    def add_manual(self, entries: Iterable[OpEntry]) -> None:
        """Add entries of no commit: operations that were appended by hand, and which commits were rewritten."""
        for entry in entries:
            with suppress(*_NO_ENTRY):
                if entry["domain"] == "git":
                    rewrites.add(self._sql, entry)
                else:
                    self._add([entry])

    def _add(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._rows.append(tables.BatchRows(self._number + 1, entries, self._session))
        self._number += 1

    def _engine_of(self, commit_id: str) -> str | None:
        """Return the engine of the batch that is known of a commit, None where none is."""
        if commit_id in self._engines:
            return self._engines[commit_id]
        query = "SELECT w.text FROM records r LEFT JOIN words w ON w.word = r.engine WHERE r.commit_id = ?"
        found = self._sql.execute(query, (commit_id,)).fetchone()
        return None if found is None else found[0] or ""

    def write(self) -> None:
        """Write it: all at once, and where that is refused, one by one."""
        if not any(rows.supersedes for rows in self._rows) and self._write_rows(self._rows):
            return
        for rows in self._rows:
            if not self._write_rows([rows]):
                rows.escape()
                self._write_rows([rows])

    def _make_room(self, commit_id: str) -> None:
        """Delete what an older engine recorded of a commit, and every link, since any symbol may have begun with it."""
        sql = self._sql
        for record, linked in sql.execute(
            "SELECT record, linked FROM records WHERE commit_id = ?", (commit_id,)
        ).fetchall():
            if linked:
                tables.unlink(sql)
            tables.delete(sql, record)

    def _write_rows(self, some: Sequence[tables.BatchRows]) -> bool:
        """Write rows, or none of them where SQLite refuses a value; whether it took them."""
        sql = self._sql
        sql.execute("SAVEPOINT batches")
        try:
            for each in some:
                if each.supersedes:
                    self._make_room(each.record[1])
            tables.insert(sql, some)
        except _NO_VALUE:
            sql.execute("ROLLBACK TO batches")
            return False
        finally:
            sql.execute("RELEASE batches")
        return True
