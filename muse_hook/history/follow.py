"""Following the logs into the tables of the history."""

from __future__ import annotations

from muse_hook.errors import DamagedLogError
from muse_hook.history import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from muse_hook.index import Index

    Progress = Callable[[int, int], None]

_TRIES = 3  # a log that changes under our hands more often than that is left for the next command


def refresh(index: Index, progress: Progress | None = None) -> None:
    """Bring the history up to date with the logs, which `index` follows. Interrupted, the next run goes on.

    `progress` is told (read, to read) in bytes. A log in which something is no more what it was is read anew.
    Raises StoreBusyError, StoreError.
    """
    for _ in range(_TRIES):
        damaged = _refresh(index, progress)
        if not damaged:
            return
        index.reread(damaged)


def _refresh(index: Index, progress: Progress | None) -> str:
    """Read what is new; the session whose log is not what the index takes it for, "" for none."""
    index.refresh()
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
    from muse_hook.history.reading import fold, read  # noqa: PLC0415 - start-up time; mostly nothing is new

    total = sum(unread for *_, unread in logs)
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
            if progress is not None:
                progress(done, total)
    with index.transaction():
        fold(sql)
    return ""


def _are_good(sql: sqlite3.Connection) -> bool:
    """Whether the tables are there, and every log that was read is what it was: a changed one has another number."""
    query = "SELECT 1 FROM followed WHERE log NOT IN (SELECT id FROM logs) LIMIT 1"
    return tables.is_there(sql) and sql.execute(query).fetchone() is None
