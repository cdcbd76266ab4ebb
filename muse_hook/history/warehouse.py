"""The history as rows of four flat tables, by the month of the commit: what goes into a warehouse."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any

    Row = tuple[Any, ...]

COLUMNS = {
    "operations": (
        "op_id", "commit_id", "lamport_ts", "session", "actor", "created_at", "op", "address", "path", "kind", "change",
        "new_address", "from_address", "from_parent", "confidence", "first_line", "last_line", "old_content_id",
        "new_content_id", "summary", "symbol_id", "is_child",
    ),
    "commits": (
        "commit_id", "session", "generation", "lamport_ts", "tree", "author", "co_authors", "actor", "authored_at",
        "committed_at", "subject", "summary", "sem_ver_bump", "breaking_changes", "engine", "intent_id",
        "reservation_id", "superseded",
    ),
    "parents": ("commit_id", "number", "parent"),
    "symbols": (
        "symbol_id", "kind", "name", "address", "alive", "ops", "first_commit", "first_at", "last_commit", "last_at",
    ),
}  # fmt: skip
"""The tables and the names of their columns, which mean what they mean in the views (docs/sql.md)."""

OTHER = "other"
"""The month of what an operation by hand says and is no time."""
BY_MONTH = {"operations": "created_at", "commits": "committed_at", "parents": "committed_at"}
"""The tables that are parted by the month of a time."""

_MONTH_OF = f"CASE WHEN {{0}} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-*' THEN substr({{0}}, 1, 7) ELSE '{OTHER}' END"
_FROM = {
    "operations": "ops ORDER BY month, lamport_ts, op_id",
    "commits": "commits ORDER BY month, lamport_ts, commit_id",
    "parents": (
        "(SELECT r.commit_id, r.lamport_ts, r.committed_at, p.number,"
        " coalesce(x.commit_id, CAST(p.parent AS TEXT)) AS parent FROM parents p JOIN records r USING (record)"
        " LEFT JOIN records x ON x.record = p.parent WHERE r.commit_id IS NOT NULL)"
        " ORDER BY month, lamport_ts, commit_id, number"
    ),
    "symbols": "symbols ORDER BY symbol_id",
}


def size(connection: sqlite3.Connection) -> int:
    """Return about how many rows there are in all tables, without making them."""
    tables = ("entries", "records", "parents", "identities")
    return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)  # noqa: S608 - all ours


def partitions(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str | None, list[Row]]]:
    """Yield (month, rows) of a table, in an order that is the same on every machine; the month is None for `symbols`.

    A month is "2026-11" in UTC, or `OTHER`. The table is read once, and one month of it is in memory.
    """
    month = _MONTH_OF.format(BY_MONTH[table]) if table in BY_MONTH else "NULL"
    query = f"SELECT {month} AS month, {', '.join(COLUMNS[table])} FROM {_FROM[table]}"  # noqa: S608 - all ours
    for name, rows in groupby(connection.execute(query), key=itemgetter(0)):
        yield name, [row[1:] for row in rows]
