"""Going on over an index that another process does not let us write: what is new is kept in memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

# Unqualified names mean TEMP tables first. Copied: what is small. Of the rest the file's rows are seen through a view
# as long as their log is still the one that was read; new rows go into tables of our own, what is deleted is forgotten
# with its log's id. Numbers go on behind the file's, so that later still means later.
_COPIED = ("meta", "logs", "engines")
_SEEN = ("seals", "damaged", "marks", "claims")


def lay_over(connection: sqlite3.Connection, tables: dict[str, str]) -> None:
    """Make a connection in autocommit mode write to memory alone, above what its file holds.

    `tables` are the file's as they were made: {name: CREATE TABLE}. 0.5 ms, whatever the file's size. Raises
    sqlite3.DatabaseError where the file cannot even be read.
    """
    connection.execute("PRAGMA temp_store = MEMORY")
    for name in _COPIED:
        connection.execute(_temporary(tables[name], name))
        connection.execute(f"INSERT INTO temp.{name} SELECT * FROM main.{name}")  # noqa: S608 - constants
    for name in _SEEN:
        connection.execute(_temporary(tables[name], f"own_{name}"))
        connection.execute(
            f"CREATE TEMP VIEW {name} AS SELECT * FROM main.{name}"  # noqa: S608 - constants
            f" WHERE log IN (SELECT id FROM temp.logs) UNION ALL SELECT * FROM temp.own_{name}"
        )
        columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({name})")]
        new = ", ".join(f"new.{column}" for column in columns)
        connection.execute(
            f"CREATE TEMP TRIGGER add_{name} INSTEAD OF INSERT ON {name}"  # noqa: S608 - constants
            f" BEGIN INSERT OR REPLACE INTO own_{name} VALUES ({new}); END"
        )
        connection.execute(
            f"CREATE TEMP TRIGGER delete_{name} INSTEAD OF DELETE ON {name}"  # noqa: S608 - constants
            f" BEGIN DELETE FROM own_{name} WHERE log = old.log; END"
        )
    for name in ("logs", "seals"):
        own = name if name in _COPIED else f"own_{name}"
        connection.execute("DELETE FROM temp.sqlite_sequence WHERE name = ?", (own,))
        connection.execute(
            "INSERT INTO temp.sqlite_sequence SELECT ?, seq FROM main.sqlite_sequence WHERE name = ?", (own, name)
        )


def _temporary(statement: str, name: str) -> str:
    """Return the statement that makes a table of the file in memory, under another name."""
    return f"CREATE TEMP TABLE {name} {statement[statement.index('(') :]}"
