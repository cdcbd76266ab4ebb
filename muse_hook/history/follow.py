"""Following the logs into the tables of the history."""

from __future__ import annotations

import gc
import os
import time

from muse_hook.errors import DamagedLogError, StoreBusyError, StoreError
from muse_hook.history import tables
from muse_hook.index import schema
from muse_hook.oplog.lock import StoreLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from typing import Self

    from muse_hook.index import Index

    Progress = Callable[[int, int], None]
    Stage = Callable[[str], Progress]
else:
    sqlite3 = schema.sqlite3

_LOCK = "index.lock"
_LOOK_SECONDS = 0.2
# Others look for a moment in which the database is free at most every tenth of a second.
_TURN_SECONDS, _PAUSE_SECONDS = 1.0, 0.06
_TRIES = 3  # a log that changes under our hands more often than that is left for the next command


def refresh(index: Index, stage: Stage | None = None) -> None:
    """Bring the history up to date with the logs, which `index` follows. Interrupted, the next run goes on.

    `stage` is told the name of each stage that has something to do, and returns what is told how far it is: "scan"
    and "read" in bytes, "fold" in commits. A log in which something is no more what it was is read anew.
    Raises StoreBusyError, StoreError.
    """
    stage = stage or _untold
    with _Alone(index, stage):
        for _ in range(_TRIES):
            damaged = _refresh(index, stage)
            if not damaged:
                return
            index.reread(damaged)


class _Alone:
    """Lets one process at a time read: another one waits, in sight, and finds it done. Hooks do not wait here."""

    def __init__(self, index: Index, stage: Stage) -> None:
        self._index = index
        self._stage = stage
        store = index.store
        path = store.path(_LOCK)
        self._lock = StoreLock(path, _LOOK_SECONDS, lambda: store.open_file(path, os.O_RDWR | os.O_CREAT))
        self._is_held = False

    def __enter__(self) -> Self:
        progress = None
        while not self._is_held:
            try:
                self._lock.__enter__()
            except StoreBusyError:
                progress = progress or self._stage("wait")
                progress(*_done(self._index.connection))
            except StoreError:  # a store that is not there, or cannot be written, has its index in memory
                break
            else:
                self._is_held = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_held:
            self._lock.__exit__()


class _Turns:
    """Lets hooks and other readers have the database now and then."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def pause(self) -> None:
        """Wait for a moment, if it is time."""
        if time.monotonic() - self._since > _TURN_SECONDS:
            time.sleep(_PAUSE_SECONDS)
            self._since = time.monotonic()


def _done(sql: sqlite3.Connection) -> tuple[int, int]:
    """Return how many bytes of how many the one who reads has read."""
    try:
        query = "SELECT total(f.offset), total(l.position) FROM logs l LEFT JOIN followed f ON f.log = l.id"
        done, total = sql.execute(query).fetchone()
    except sqlite3.DatabaseError:  # there is no such table yet, or it is being written
        return 0, 0
    return int(done), int(total)


def _untold(_: str) -> Progress:
    return lambda _done, _total: None


def _refresh(index: Index, stage: Stage) -> str:
    """Read what is new; the session whose log is not what the index takes it for, "" for none."""
    index.refresh(progress=stage("scan"))
    sql = index.connection
    if not _are_good(sql):
        with index.transaction():
            if not _are_good(sql):  # another process may have been first
                tables.make(sql)
    logs = sql.execute(
        "SELECT l.id, l.folder, l.position - coalesce(f.offset, 0) FROM logs l LEFT JOIN followed f ON f.log = l.id"
        " WHERE l.position > coalesce(f.offset, 0)"
    ).fetchall()
    if not logs and sql.execute("SELECT 1 FROM records WHERE NOT folded LIMIT 1").fetchone() is None:
        return ""
    from muse_hook.history.link import fold  # start-up time; mostly nothing is new
    from muse_hook.history.reading import read

    total = sum(unread for *_, unread in logs)
    index.expect(total)
    turns = _Turns()
    with _NoCollector():
        progress = stage("read")
        done = 0
        for log, folder, _ in logs:
            some = 1
            while some:
                try:
                    with index.transaction():
                        some = read(index, log, folder)
                except DamagedLogError:
                    return index.store.session_at(folder)
                done += some
                progress(done, total)
                turns.pause()
        fold(index, stage("fold"), turns.pause)
    return ""


class _NoCollector:
    """A context without Python's garbage collector: nothing here is made in circles, and it looks at everything."""

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_on:
            gc.enable()


def _are_good(sql: sqlite3.Connection) -> bool:
    """Whether the tables are there, and every log that was read is what it was: a changed one has another number."""
    query = "SELECT 1 FROM followed WHERE log NOT IN (SELECT id FROM logs) LIMIT 1"
    return tables.is_there(sql) and sql.execute(query).fetchone() is None
