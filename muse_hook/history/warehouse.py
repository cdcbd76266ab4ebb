"""The history as rows of four flat tables, by the month of the commit: what goes into a warehouse."""

from __future__ import annotations

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
_MONTH_OF = "CASE WHEN {0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-*' THEN substr({0}, 1, 7) ELSE 'other' END"
_FROM = {
    "operations": "ops WHERE {month} ORDER BY lamport_ts, op_id",
    "commits": "commits WHERE {month} ORDER BY lamport_ts, commit_id",
    "parents": (
        "(SELECT r.commit_id, r.lamport_ts, r.committed_at, p.number, p.parent"
        " FROM parents p JOIN records r USING (record) WHERE r.commit_id IS NOT NULL)"
        " WHERE {month} ORDER BY lamport_ts, commit_id, number"
    ),
    "symbols": "symbols ORDER BY symbol_id",
}
_TIME = {"operations": "created_at", "commits": "committed_at", "parents": "committed_at", "symbols": ""}


def months(connection: sqlite3.Connection) -> list[str]:
    """Return the months ("2026-11", UTC, or `OTHER`) in which anything was recorded, sorted."""
    query = f"SELECT DISTINCT {_MONTH_OF.format('committed_at')} FROM records ORDER BY 1"  # noqa: S608 - all ours
    return [month for (month,) in connection.execute(query)]


def rows(connection: sqlite3.Connection, table: str, month: str | None) -> Iterator[Row]:
    """Yield the rows of a table in one month, in an order that is the same on every machine; None for `symbols`."""
    source = _FROM[table].format(month=f"{_MONTH_OF.format(_TIME[table])} = ?")
    query = f"SELECT {', '.join(COLUMNS[table])} FROM {source}"  # noqa: S608 - all ours
    yield from connection.execute(query, () if month is None else (month,))
