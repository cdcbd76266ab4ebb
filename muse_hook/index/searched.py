"""What was found in the logs by searching them, kept in the index: each byte is looked at once."""

from __future__ import annotations

from muse_hook.errors import StoreBusyError
from muse_hook.index import database
from muse_hook.index.database import rebuilds_on_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from muse_hook.index.index import Index

    Look = Callable[[str, int, int], Iterable[tuple[str, ...]]]
    """Yields rows of texts that stand in a session's log from one byte to another."""
    Kept = dict[int, tuple[int, set[tuple[str, ...]]]]
    """By the number of a log how far it was searched, and what was found."""
else:
    sqlite3 = database.sqlite3

# A row of the index's `meta`: its value says what was searched for, how far each log, and what was found.
_KEY = "searched "


@rebuilds_on_error
def search(index: Index, name: str, setting: str, look: Look) -> set[tuple[str, ...]]:
    """Return what `look` finds in the whole batches of all logs; it is asked for what no search has seen yet.

    A search is known by its `name`. Under another `setting` (what it searches for) all is looked at anew, and so is a
    log that is another one than before. Where the index cannot be written nothing is kept.
    """
    from json import dumps  # no hook searches

    connection = index.connection
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY + name,)).fetchone()
    kept = _kept(row[0], setting) if row is not None else None
    found: Kept = {}
    for log, folder, floor in connection.execute("SELECT id, folder, floor FROM logs").fetchall():
        at, rows = kept.get(log, (0, set())) if kept is not None else (0, set())
        if at < floor:
            rows = {*rows, *look(index.store.session_at(folder), at, floor)}
        found[log] = max(at, floor), rows
    if found != kept:
        logs = {str(log): (end, sorted(rows)) for log, (end, rows) in found.items()}
        try:
            with index.transaction():
                value = dumps({"setting": setting, "logs": logs}, separators=(",", ":"))
                connection.execute("REPLACE INTO meta VALUES (?, ?)", (_KEY + name, value))
        except (StoreBusyError, sqlite3.OperationalError):  # next time then
            pass
    return {row for _, rows in found.values() for row in rows}


def _kept(value: str, setting: str) -> Kept | None:
    """Return what is kept of a search under a setting; None where there is nothing of the kind, whoever wrote it."""
    from json import loads

    try:
        said = loads(value)
        if said["setting"] != setting:
            return None
        return {
            int(log): (int(end), {tuple(map(str, row)) for row in rows}) for log, (end, rows) in said["logs"].items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
