"""The file `index.sqlite`: its tables, transactions, and a new file for a broken one, since it is a cache."""

from __future__ import annotations

import os
import stat

from muse_hook.errors import StoreBusyError, StoreError, shell_command
from muse_hook.quick_import import with_stand_ins


def _lru_cache(size: int) -> Callable[..., Any]:
    """Return `functools.lru_cache(size)`, of the compiled module alone."""
    from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]

    return lambda function: _lru_cache_wrapper(function, size, False, tuple)  # noqa: FBT003 - as functools has it


def _sqlite3() -> Any:
    """Return SQLite's module without its package's `datetime` (1 ms of every hook)."""
    try:
        import _sqlite3
    except ImportError:  # not CPython
        import sqlite3

        return sqlite3
    return _sqlite3


TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import Any, Concatenate, ParamSpec, Self, TypeVar

    from muse_hook.oplog.store import Store

    P = ParamSpec("P")
    T = TypeVar("T")
    D = TypeVar("D", bound="Database")
else:
    sqlite3 = with_stand_ins({"functools": {"lru_cache": _lru_cache}}, _sqlite3)

FILE = "index.sqlite"
# Raised with every change of the tables below: an older file is thrown away.
VERSION = 6
BUSY_SECONDS = 10.0
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_MOUNTS = "/proc/self/mountinfo"
# The row of `meta` that says that all logs were read (`Index`). After a power cut the disk may have kept more of a log
# than of this file and of the folder's time, by which that is known.
COMPLETE = "complete"
# What SQLite keeps beside the file.
_BESIDE = ("-wal", "-shm", "-journal")
# A header's length, and where it says that there is a WAL (https://www.sqlite.org/fileformat.html).
_HEADER, _MODES = 100, slice(18, 20)
# A WAL needs memory that all who read share (https://www.sqlite.org/wal.html), which no network file system has.
_LOCAL = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "f2fs", "zfs", "overlay", "bcachefs"})

# `logs.folder` is the session's folder below op_log, `position`, `floor` and `pending` are where the scanner goes on,
# `seal_line` and `seal_commit` the last seal before it. A log that is read again gets a new id, its seals new numbers.
# `seals.engine` is a row of `engines`. Of a search by a `name` (`searched.py`): the `setting`, how far each log was
# `searched`, what it `finds` there.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder TEXT NOT NULL UNIQUE,
    inode INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    position INTEGER NOT NULL, floor INTEGER NOT NULL, pending INTEGER NOT NULL,
    seal_line INTEGER NOT NULL, seal_commit TEXT NOT NULL, seals INTEGER NOT NULL, entries INTEGER NOT NULL
);
CREATE TABLE seals (
    number INTEGER PRIMARY KEY AUTOINCREMENT, commit_id TEXT NOT NULL, log INTEGER NOT NULL,
    start INTEGER NOT NULL, line INTEGER NOT NULL, end INTEGER NOT NULL,
    generation INTEGER NOT NULL, shallow INTEGER NOT NULL, engine INTEGER NOT NULL
);
CREATE TABLE engines (id INTEGER PRIMARY KEY, engine TEXT NOT NULL UNIQUE);
CREATE INDEX seals_by_commit ON seals (commit_id);
CREATE INDEX seals_by_log ON seals (log, end);
CREATE TABLE damaged (
    log INTEGER NOT NULL, line INTEGER NOT NULL, end INTEGER NOT NULL, commit_id TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (log, line)
) WITHOUT ROWID;
CREATE TABLE marks (op_id TEXT NOT NULL, log INTEGER NOT NULL, PRIMARY KEY (op_id, log)) WITHOUT ROWID;
CREATE TABLE claims (
    op_id TEXT NOT NULL, log INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (op_id, log)
) WITHOUT ROWID;
CREATE TABLE searches (name TEXT PRIMARY KEY, setting TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE searched (
    name TEXT NOT NULL, log INTEGER NOT NULL, end INTEGER NOT NULL, PRIMARY KEY (name, log)
) WITHOUT ROWID;
CREATE TABLE finds (
    name TEXT NOT NULL, log INTEGER NOT NULL, row TEXT NOT NULL, PRIMARY KEY (name, log, row)
) WITHOUT ROWID;
"""
# As SQLite keeps them: {name: text}.
_OWN = {text.split(" ", 3)[2]: text for text in map(str.strip, _TABLES.split(";")) if text}

# SQLite's own limit on `?` was 999 for long.
_IDS_A_QUERY = 500
_MUCH = 1 << 24
_CACHE_KIB = 1 << 17


class Database:
    """An open index: `store`, and `connection`, in autocommit mode, for those who keep tables of their own in it.

    `refused` says why the file could not be written any more (a full disk), so that it goes on in memory; else "".

    With `waits` another process that holds the file for `timeout` seconds is a StoreBusyError. Without, what would be
    written is kept in memory from then on: whoever comes next reads it from the logs.
    """

    def __init__(self, store: Store, timeout: float, *, waits: bool) -> None:
        self.store = store
        self.timeout = timeout
        self.waits = waits
        self.is_own = False
        self.refused = ""
        self.connection = self._connect()

    def reopen(self) -> None:
        """Take the store's file, where there was no store yet when this was opened."""
        self.connection.close()
        self.connection = self._connect()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @property
    def is_in_memory(self) -> bool:
        """Whether what it learns is gone with it: the store cannot be written, or somebody holds its file."""
        return self.is_own or not self.connection.execute("PRAGMA database_list").fetchone()[2]

    def reserve_cache(self, size: int) -> None:
        """Take memory for reading `size` bytes of logs, where that is much: pages are then written once."""
        if size > _MUCH:
            self.connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self.connection.execute(f"PRAGMA journal_size_limit = {_MUCH}")  # or it stays as large as the index

    def compact(self) -> None:
        """Write the file anew without gaps, where nobody holds it."""
        try:
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            if not (is_busy(error) or cannot_write(error)):
                raise

    def transaction(self) -> _Transaction:
        """Return a write transaction as a context manager."""
        return _Transaction(self)

    def rows_of(self, query: str, values: list[str]) -> Iterator[Any]:
        """Yield the rows of a query whose `%s` stands for the places of any number of values."""
        for at in range(0, len(values), _IDS_A_QUERY):
            some = values[at : at + _IDS_A_QUERY]
            yield from self.connection.execute(query % ", ".join("?" * len(some)), some).fetchall()

    def fill(self) -> None:
        """Read the logs into a new database."""
        raise NotImplementedError

    def set_aside(self) -> bool:
        """Go on in memory, another process being in the way, unless this index waits; whether it does now."""
        if self.waits or self.is_own:
            return False
        from muse_hook.index.overlay import lay_over  # hardly ever

        self.is_own = True
        try:
            lay_over(self.connection, _OWN)
        except sqlite3.DatabaseError:  # it cannot even be read
            self.connection.close()
            self.connection = in_memory()
        return True

    def _connect(self) -> sqlite3.Connection:
        self.is_own = False
        try:
            return connect(self.store, self.timeout)
        except StoreBusyError:
            if self.waits:
                raise
        self.is_own = True
        return in_memory()

    def rebuild(self, error: sqlite3.DatabaseError) -> None:
        """Take another database after `error`: a new file for a broken one, memory where it cannot be written."""
        self.connection.close()
        unwritable = cannot_write(error)
        try:
            if not unwritable:
                remove(self.store)
        except StoreError:
            unwritable = True
        if unwritable:
            self.refused = self.refused or str(error)
        self.connection = copy_of(self.store) if unwritable else self._connect()


class _Transaction:
    """BEGIN IMMEDIATE (a plain one in memory of our own), then COMMIT, or ROLLBACK after an exception."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        try:
            self._database.connection.execute("BEGIN" if self._database.is_own else "BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise StoreBusyError("writing the index", str(error)) from error
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        connection = self._database.connection
        if kind is None:
            try:
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:  # without a WAL it waits for whoever reads
                if connection.in_transaction:  # a full disk has ended it
                    connection.execute("ROLLBACK")
                if is_busy(error):
                    raise StoreBusyError("writing the index", str(error)) from error
                raise
        elif connection.in_transaction:
            connection.execute("ROLLBACK")


def rebuilds_on_error(method: Callable[Concatenate[D, P], T]) -> Callable[Concatenate[D, P], T]:
    """Make a method try once more, with another database filled from the logs, after the index broke."""

    def safe(self: D, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise  # our own fault
        except StoreBusyError:
            if not self.set_aside():
                raise
            return method(self, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            if is_busy(error):
                if self.set_aside():
                    return method(self, *args, **kwargs)
                raise StoreBusyError("reading the index", str(error)) from error
            self.rebuild(error)
        self.fill()
        return method(self, *args, **kwargs)

    safe.__name__ = method.__name__
    safe.__doc__ = method.__doc__
    return safe


# Opening the file


def connect(store: Store, timeout: float) -> sqlite3.Connection:
    """Return a connection to the store's index, its tables made where they are not there.

    In a store that is not there, or cannot be written, it is a copy in memory. Raises StoreBusyError where another
    process keeps it locked for `timeout` seconds.
    """
    path = store.path(FILE)
    if not store.exists():
        return in_memory()
    try:
        _make_file(store, path)
        if any(os.path.islink(path + suffix) for suffix in _BESIDE):
            remove(store)  # SQLite would write through it
            _make_file(store, path)
    except StoreError:
        return copy_of(store)
    for _ in range(3):
        connection = None
        try:
            connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
            return _prepared(connection, _boot(), path)
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            if is_busy(error):
                raise StoreBusyError(f"opening {path}", str(error)) from error
            if cannot_write(error):
                return copy_of(store)
            remove(store)  # damaged, or of another version
    raise StoreError(f"opening {path}", "it is damaged again and again", shell_command("rm", path))


def files() -> list[str]:
    """Return the names of the index's files."""
    return [FILE + suffix for suffix in (*_BESIDE, "")]


def _make_file(store: Store, path: str) -> None:
    """See to it that the file is there, no link, ours to write, with the store's mode bits. StoreError.

    One that is there is not opened for it: whoever closes a file loses all locks that this process has on it, and with
    them those of another connection (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        is_plain = stat.S_ISREG(os.lstat(path).st_mode) and os.access(path, os.R_OK | os.W_OK)
    except OSError:
        is_plain = False
    if not is_plain:
        os.close(store.open_file(path, os.O_RDWR | os.O_CREAT))


def remove(store: Store) -> None:
    """Delete the index."""
    for name in files():  # the file last: a new one must not find what belongs to the old
        path = store.path(name)
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreError(f"deleting {path}", error.strerror or str(error)) from error


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Say whether another process holds the index."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def cannot_write(error: sqlite3.DatabaseError) -> bool:
    """Say whether the disk is full, or the file or its folder not ours to write."""
    return _code(error) in (
        sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    )  # fmt: skip


def _code(error: sqlite3.DatabaseError) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # not there in an error that we made


def _prepared(connection: sqlite3.Connection, boot: str, path: str = "") -> sqlite3.Connection:
    """Return the connection ready for use; raises DatabaseError where the file must go."""
    # The log has been synced; the index can be made again, so it pays for no sync of its own. What a power cut may
    # leave of it is found by `_survived`.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA trusted_schema = OFF")  # whoever packed or shares the store may have written the file
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        _make(connection, boot)
    elif version != VERSION:
        raise sqlite3.DatabaseError(f"version {version}")
    else:
        others(connection)
    if path:
        known = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('boot', 'journal')"))
        is_here = not boot or known.get("boot") == boot
        if version and not is_here and not _survived(connection):
            raise sqlite3.DatabaseError("rows are missing")
        if not is_here or "journal" not in known:
            known["journal"] = _choose_journal(connection, path, boot)
        if known["journal"] != "wal":
            connection.execute("PRAGMA journal_mode = PERSIST")
    return connection


def _choose_journal(connection: sqlite3.Connection, path: str, boot: str) -> str:
    """Return how the file is written: "wal" where it can be, so that nobody who reads is in the way of a writer.

    Chosen once and after each boot, which another machine's is too.
    """
    mode = "wal" if _is_local(path) else "persist"
    patience = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout = 0")  # whoever is reading now need not be waited for: next time
    try:
        mode = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0]
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("REPLACE INTO meta VALUES ('boot', ?), ('journal', ?)", (boot, mode))
        connection.execute("DELETE FROM meta WHERE key = ?", (COMPLETE,))
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if not is_busy(error):
            raise
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return str(mode)


def _is_local(path: str) -> bool:
    """Say whether a file's file system is known to be this machine's alone."""
    try:
        with open(_MOUNTS, "rb") as file:
            lines = file.read().split(b"\n")
        device = os.stat(path).st_dev
    except OSError:
        return False
    number = f"{os.major(device)}:{os.minor(device)}".encode()
    for line in lines:
        mount, _, more = line.partition(b" - ")
        if more and mount.split(b" ", 3)[2] == number:
            return more.split(b" ", 1)[0].decode("utf-8", "replace") in _LOCAL
    return False


def others(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return what followers keep in the file beside the index: (type, name, text) as in `sqlite_master`.

    Raises DatabaseError where the index's own is not as we make it, or anything is attached to it: a trigger or an
    index of somebody else's can hide what is written.
    """
    missing = dict(_OWN)
    found = []
    for kind, name, table, text in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if name in _OWN and missing.pop(name, None) == text:
            continue
        if text is None or name == "sqlite_sequence":  # made by SQLite for UNIQUE, PRIMARY KEY, AUTOINCREMENT
            continue
        if kind == "trigger" or name in _OWN or table in _OWN:
            raise sqlite3.DatabaseError(f"{kind} {name} is not ours")
        found.append((kind, name, text.strip()))
    if missing:
        raise sqlite3.DatabaseError(f"{', '.join(missing)} is missing")
    return found


def _make(connection: sqlite3.Connection, boot: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # another process may have been first
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('boot', ?)", (boot,))
            connection.execute(f"PRAGMA user_version = {VERSION}")
    finally:
        connection.execute("COMMIT")


def _survived(connection: sqlite3.Connection) -> bool:
    """Say whether the seals that the logs' rows count are there: pages reach the disk in any order."""
    there = dict(connection.execute("SELECT log, count(*) FROM seals GROUP BY log"))
    counted = {log: seals for log, seals in connection.execute("SELECT id, seals FROM logs") if seals}
    return there == counted and connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"


def in_memory() -> sqlite3.Connection:
    """Return an empty index in memory."""
    return _prepared(sqlite3.connect(":memory:", isolation_level=None), "")


def copy_of(store: Store) -> sqlite3.Connection:
    """Return a copy of the store's index in memory; an empty one where it cannot be read."""
    path = store.path(FILE)
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        if _is_empty(path + "-wal"):
            with open(path, "rb") as file:
                data = bytearray(file.read())
            if len(data) < _HEADER:  # SQLite would take none for a lack of memory
                raise sqlite3.DatabaseError("empty")
            data[_MODES] = b"\1\1"  # memory has no WAL
            memory.deserialize(data)
        else:
            from urllib.parse import quote  # hardly ever

            source = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None)
            try:
                source.backup(memory)
            finally:
                source.close()
        memory.execute("SELECT count(*) FROM logs").fetchone()
        if memory.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            memory.execute("PRAGMA trusted_schema = OFF")
            others(memory)
            return memory
    except (OSError, sqlite3.Error):
        pass
    memory.close()
    return in_memory()


def _is_empty(path: str) -> bool:
    try:
        return os.stat(path).st_size == 0
    except FileNotFoundError:
        return True


def _boot() -> str:
    try:
        with open(_BOOT_ID, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""
