"""Queries in SQL over the views of the history: reading only, nothing but the database itself."""

from __future__ import annotations

import sqlite3

from muse_hook.errors import MuseHookError
from muse_hook.history.tables import VIEWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# What a query may do (https://www.sqlite.org/c3ref/c_alter_table.html): no ATTACH, no PRAGMA, nothing that writes.
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# Steps of SQLite's machine between two looks for Ctrl-C, a few milliseconds.
_STEPS = 1_000_000
_REFUSED_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}


class QueryError(MuseHookError):
    """A query that SQLite does not understand, or that does more than read."""


def run_query(connection: sqlite3.Connection, query: str) -> tuple[list[str], sqlite3.Cursor]:
    """Return the names of the columns and a cursor over the rows of one SELECT.

    The connection can do nothing else from then on. QueryError where the query is no good.
    """
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(lambda: 0, _STEPS)
    try:
        cursor = connection.execute(query)
    except sqlite3.Error as error:
        raise _query_error(error) from None
    if cursor.description is None:
        raise QueryError("asking in SQL", "that asks for nothing", 'muse-hook sql "SELECT ..."')
    return [column[0] for column in cursor.description], cursor


def fetch_rows(cursor: sqlite3.Cursor, many: int = 1000) -> Sequence[tuple[Any, ...]]:
    """Return the next rows of a cursor; QueryError where the query breaks on the way."""
    try:
        return cursor.fetchmany(many)
    except sqlite3.Error as error:
        raise _query_error(error) from None


def _authorize(action: int, _first: str | None, second: str | None, *_: str | None) -> int:
    if action not in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and second in _REFUSED_FUNCTIONS):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _query_error(error: sqlite3.Error) -> QueryError:
    wrong = str(error)
    if wrong == "interrupted":
        raise KeyboardInterrupt
    if any(word in wrong for word in ("not authorized", "prohibited", "authorization denied", "readonly")):
        wrong = "only reading is allowed"
    hint = f"there are the views {', '.join(VIEWS)}; docs/sql.md has their columns"
    return QueryError("asking in SQL", wrong, hint)
