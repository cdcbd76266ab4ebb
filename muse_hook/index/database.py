"""The connection to the index, and what happens when it breaks."""

from __future__ import annotations

from muse_hook.errors import StoreBusyError, StoreError
from muse_hook.index import schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import Any, Concatenate, ParamSpec, Self, TypeVar

    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store

    P = ParamSpec("P")
    T = TypeVar("T")
else:
    sqlite3 = schema.sqlite3

# SQLite's own limit on `?` was 999 for long.
_IDS_A_QUERY = 500
_MUCH = 1 << 24
_CACHE_KIB = 1 << 17


class Database:
    """An open index: `store`, and `connection`, in autocommit mode, for those who keep tables of their own in it."""

    def __init__(self, store: Store, timeout: float) -> None:
        self.store = store
        self.timeout = timeout
        self.connection = schema.connect(store, timeout)

    def reopen(self) -> None:
        """Take the store's file, where there was no store yet when this was opened."""
        self.connection.close()
        self.connection = schema.connect(self.store, self.timeout)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def expect(self, size: int) -> None:
        """Take memory for reading `size` bytes of logs, where that is much: pages are then written once."""
        if size > _MUCH:
            self.connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self.connection.execute(f"PRAGMA journal_size_limit = {_MUCH}")  # or it stays as large as the index

    def transaction(self) -> _Transaction:
        """Return a write transaction as a context manager."""
        return _Transaction(self)

    def rows_of(self, query: str, values: list[str]) -> Iterator[Any]:
        """Yield the rows of a query whose `%s` stands for the places of any number of values."""
        for at in range(0, len(values), _IDS_A_QUERY):
            some = values[at : at + _IDS_A_QUERY]
            yield from self.connection.execute(query % ", ".join("?" * len(some)), some).fetchall()

    def rebuild(self, error: sqlite3.DatabaseError) -> None:
        """Take another database after `error`: a new file for a broken one, memory where it cannot be written."""
        self.connection.close()
        unwritable = schema.cannot_write(error)
        try:
            if not unwritable:
                schema.remove(self.store)
        except StoreError:
            unwritable = True
        self.connection = schema.in_memory(self.store) if unwritable else schema.connect(self.store, self.timeout)


class _Transaction:
    """BEGIN IMMEDIATE, then COMMIT, or ROLLBACK after an exception."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        try:
            self._database.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if schema.is_busy(error):
                raise StoreBusyError("writing the index", str(error)) from error
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        connection = self._database.connection
        if kind is None:
            connection.execute("COMMIT")
        elif connection.in_transaction:
            connection.execute("ROLLBACK")


def rebuilds_on_error(method: Callable[Concatenate[Index, P], T]) -> Callable[Concatenate[Index, P], T]:
    """Make a method try once more, with another database filled from the logs, after the index broke."""

    def safe(self: Index, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise  # our own fault
        except sqlite3.DatabaseError as error:
            if schema.is_busy(error):
                raise StoreBusyError("reading the index", str(error)) from error
            self.rebuild(error)
        self.refresh()
        return method(self, *args, **kwargs)

    safe.__name__ = method.__name__
    safe.__doc__ = method.__doc__
    return safe
