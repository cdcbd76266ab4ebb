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
else:
    sqlite3 = database.sqlite3


@rebuilds_on_error
def search(index: Index, name: str, setting: str, look: Look) -> set[tuple[str, ...]]:
    """Return what `look` finds in the whole batches of all logs; it is asked for what no search has seen yet.

    A search is known by its `name`. Under another `setting` (what it searches for) all is looked at anew, and so is a
    log that is another one than before. Where the index cannot be written nothing is kept.
    """
    from json import dumps  # no hook searches

    connection = index.connection
    row = connection.execute("SELECT setting FROM searches WHERE name = ?", (name,)).fetchone()
    kept = _kept(connection, name) if row is not None and row[0] == setting else None
    # Of 5,000 logs hardly one has something new: no others are taken in hand.
    query = (
        "SELECT id, folder, coalesce(end, 0), floor FROM logs LEFT JOIN searched ON log = id AND name = ?"
        " WHERE floor > coalesce(end, 0)"
    )
    new = connection.execute(query, (None if kept is None else name,)).fetchall()
    found = [(log, each) for log, folder, at, floor in new for each in look(index.store.session_at(folder), at, floor)]
    if new or kept is None:
        gone = "" if kept is None else " AND log NOT IN (SELECT id FROM logs)"
        try:
            with index.transaction():
                connection.execute("REPLACE INTO searches VALUES (?, ?)", (name, setting))
                for table in ("searched", "finds"):
                    connection.execute(f"DELETE FROM {table} WHERE name = ?{gone}", (name,))  # noqa: S608 - constants
                ends = ((name, log, floor) for log, _, _, floor in new)
                connection.executemany("REPLACE INTO searched VALUES (?, ?, ?)", ends)
                rows = ((name, log, dumps(each)) for log, each in found)
                connection.executemany("REPLACE INTO finds VALUES (?, ?, ?)", rows)
        except (StoreBusyError, sqlite3.OperationalError):  # next time then
            pass
    return {*(kept or ()), *(each for _, each in found)}


def _kept(connection: sqlite3.Connection, name: str) -> set[tuple[str, ...]] | None:
    """Return what a search found before; None where there is something else, whoever wrote it."""
    from json import loads

    query = "SELECT row FROM finds WHERE name = ? AND log IN (SELECT id FROM logs)"
    try:
        return {tuple(map(str, loads(text))) for (text,) in connection.execute(query, (name,)).fetchall()}
    except (ValueError, TypeError, RecursionError):
        return None
