"""Following the logs into the tables of the history."""

from __future__ import annotations

import gc

from muse_hook.errors import DamagedLogError
from muse_hook.history import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from muse_hook.index import Index

    Progress = Callable[[int, int], None]
    Stage = Callable[[str], Progress]

_TRIES = 3  # a log that changes under our hands more often than that is left for the next command


def refresh(index: Index, stage: Stage | None = None) -> None:
    """Bring the history up to date with the logs, which `index` follows. Interrupted, the next run goes on.

    `stage` is told the name of each stage that has something to do, and returns what is told how far it is: "scan"
    and "read" in bytes, "fold" in commits. A log in which something is no more what it was is read anew.
    Raises StoreBusyError, StoreError.
    """
    for _ in range(_TRIES):
        damaged = _refresh(index, stage or _untold)
        if not damaged:
            return
        index.reread(damaged)


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
    from muse_hook.history.fold import fold  # noqa: PLC0415 - start-up time; mostly nothing is new
    from muse_hook.history.reading import read  # noqa: PLC0415 - likewise

    total = sum(unread for *_, unread in logs)
    index.expect(total)
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
        fold(index, stage("fold"))
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
