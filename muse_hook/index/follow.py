"""Following one log: from where the index left off to the log's last whole line."""

from __future__ import annotations

import os

from muse_hook.oplog.entry import MAX_GENERATION, canonical, seal_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Sequence
    from typing import Any

    from muse_hook.oplog.batch import Batch

# A reader that waits for a first reading to end gets in between two of these.
_SEALS_A_TRANSACTION = 5000


class LogRow:
    """What the index knows of one log; see the table `logs`."""

    __slots__ = (
        "entries", "floor", "folder", "id", "inode", "mtime", "pending", "position", "seal_commit", "seal_line",
        "seals", "size",
    )  # fmt: skip

    COLUMNS = "id, folder, inode, size, mtime, position, floor, pending, seal_line, seal_commit, seals, entries"

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.clear()

    def clear(self) -> None:
        """Make this the row of a log that was never read."""
        self.values = (0, self.folder, 0, 0, 0, 0, 0, 0, 0, "", 0, 0)

    @property
    def values(self) -> tuple[Any, ...]:
        """The row in the order of `COLUMNS`."""
        return (
            self.id, self.folder, self.inode, self.size, self.mtime, self.position, self.floor, self.pending,
            self.seal_line, self.seal_commit, self.seals, self.entries,
        )  # fmt: skip

    @values.setter
    def values(self, values: tuple[Any, ...]) -> None:
        (
            self.id, self.folder, self.inode, self.size, self.mtime, self.position, self.floor, self.pending,
            self.seal_line, self.seal_commit, self.seals, self.entries,
        ) = values  # fmt: skip

    @classmethod
    def read(cls, connection: sqlite3.Connection, folder: str) -> LogRow:
        """Return the row of one folder, a new one where there is none."""
        row = cls(folder)
        query = f"SELECT {cls.COLUMNS} FROM logs WHERE folder = ?"  # noqa: S608 - a constant
        row.values = connection.execute(query, (folder,)).fetchone() or row.values
        return row

    @classmethod
    def read_all(cls, connection: sqlite3.Connection) -> dict[str, LogRow]:
        """Return all rows by folder."""
        rows = {}
        for values in connection.execute(f"SELECT {cls.COLUMNS} FROM logs"):  # noqa: S608 - a constant
            rows[values[1]] = row = cls.__new__(cls)
            row.values = values
        return rows

    def write(self, connection: sqlite3.Connection) -> None:
        """Put this row in the table; a new one gets its id."""
        marks = ", ".join("?" * len(self.values))
        done = connection.execute(
            f"REPLACE INTO logs ({self.COLUMNS}) VALUES ({marks})",  # noqa: S608 - constants
            (self.id or None, *self.values[1:]),
        )
        self.id = self.id or done.lastrowid or 0

    def is_unchanged(self, found: os.stat_result) -> bool:
        """Say whether the file is as it was when it was read."""
        return (found.st_ino, found.st_size, found.st_mtime_ns) == (self.inode, self.size, self.mtime)

    def is_continued(self, found: os.stat_result) -> bool:
        """Say whether the file has only grown, as far as its size and number tell.

        One that was written to and has not grown was changed in place, by whatever.
        """
        if found.st_ino != self.inode:
            return False
        is_half_read = self.mtime == 0 and found.st_size >= self.size
        return is_half_read or found.st_size > self.size or self.is_unchanged(found)

    def unread(self, found: os.stat_result) -> int:
        """Return how many bytes have to be read to know the file."""
        return found.st_size - (self.position if self.is_continued(found) else 0)

    def holds(self, fd: int) -> bool:
        """Say whether the last seal is where it was."""
        start = f'{{"op_id":"{seal_id(self.seal_commit)}"'.encode()
        return not self.seal_commit or os.pread(fd, len(start), self.seal_line) == start


def follow(connection: sqlite3.Connection, row: LogRow, fd: int, purged: Container[str] = ()) -> bool:
    """Read what is new in the log `fd` into the tables, in the transaction that read the row; whether that was all.

    Where the log is not the one that was read before, it is read from its start. Batches of commits that were `purged`
    (a log of another clone may have brought them back) do not count.
    """
    from muse_hook.oplog.claim import is_claim
    from muse_hook.oplog.reader import LogReader  # start-up time of the hook, which mostly adds what it has written
    from muse_hook.oplog.seal import Mark

    found = os.fstat(fd)
    if not (row.is_continued(found) and row.holds(fd)):
        forget(connection, row)
        row.write(connection)
    row.inode = found.st_ino
    reader = LogReader(fd, row.position, floor=row.floor, lines=row.pending, end=found.st_size)
    is_whole = True
    engines: dict[str, int] = {}
    for count, item in enumerate(reader, 1):
        if isinstance(item, Mark):
            connection.execute("INSERT OR IGNORE INTO marks VALUES (?, ?)", (item.op_id, row.id))
            if is_claim(item.entry):
                try:
                    values = (item.op_id, row.id, canonical(item.entry))
                except (ValueError, RecursionError):
                    pass  # anybody may have appended it
                else:
                    connection.execute("INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", values)
        elif item.intact and item.commit_id in purged:
            row.seal_commit, row.seal_line = item.commit_id, item.line
        elif item.intact:
            batch = (item.commit_id, row.id, item.start, item.line, item.end, item.generation, item.shallow)
            _insert(connection, row, batch, item.entries, _engine(connection, engines, item.engine))
        else:
            connection.execute(
                "REPLACE INTO damaged VALUES (?, ?, ?, ?, ?)",
                (row.id, item.line, item.end, item.commit_id, item.reason),
            )
        if count == _SEALS_A_TRANSACTION:
            is_whole = False
            break
    row.position, row.floor, row.pending = reader.position, reader.floor, reader.lines
    row.size, row.mtime = (found.st_size, found.st_mtime_ns) if is_whole else (reader.position, 0)  # 0: half read
    row.write(connection)
    return is_whole


def add(connection: sqlite3.Connection, row: LogRow, fd: int, start: int, batches: Sequence[Batch]) -> bool:
    """Take in batches that were appended to the log `fd` from byte `start` on, in the transaction that read the row.

    False, and nothing is written, where `follow` might see something else: in a log that had more in it than the row
    knows of, or is another one.
    """
    found = os.fstat(fd)
    end = start + sum(len(batch.data) for batch in batches)
    is_known = row.inode == found.st_ino and row.size == start if row.id else start == 0
    makes_sense = all(0 < batch.generation < MAX_GENERATION for batch in batches)  # a seal that is not would be damaged
    if not (is_known and row.position == start and found.st_size == end and makes_sense and row.holds(fd)):
        return False
    if not row.id:
        row.write(connection)
    engines: dict[str, int] = {}
    for batch in batches:
        at, start = start, start + len(batch.data)
        values = (batch.commit_id, row.id, at, at + batch.seal_start, start, batch.generation, batch.shallow)
        _insert(connection, row, values, len(batch.op_ids), _engine(connection, engines, batch.engine))
    row.position = row.floor = end
    row.pending = 0
    row.inode, row.size, row.mtime = found.st_ino, found.st_size, found.st_mtime_ns
    row.write(connection)
    return True


def forget(connection: sqlite3.Connection, row: LogRow) -> None:
    """Delete all that is known of a log; the row is as new."""
    if row.id:
        for table in ("seals", "damaged", "marks", "claims"):
            connection.execute(f"DELETE FROM {table} WHERE log = ?", (row.id,))  # noqa: S608 - constants
        connection.execute("DELETE FROM logs WHERE id = ?", (row.id,))
    row.clear()


def _engine(connection: sqlite3.Connection, known: dict[str, int], engine: str) -> int:
    """Return the number of an engine, a new one where it has none; `known` are those that were asked for."""
    if engine not in known:
        text = engine.encode("utf-8", "backslashreplace").decode()  # JSON can write what UTF-8 cannot
        connection.execute("INSERT OR IGNORE INTO engines (engine) VALUES (?)", (text,))
        known[engine] = connection.execute("SELECT id FROM engines WHERE engine = ?", (text,)).fetchone()[0]
    return known[engine]


def _insert(connection: sqlite3.Connection, row: LogRow, batch: tuple[Any, ...], entries: int, engine: int) -> None:
    connection.execute(
        "INSERT INTO seals (commit_id, log, start, line, end, generation, shallow, engine)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*batch, engine),
    )
    row.seals += 1
    row.entries += entries + 1
    row.seal_commit, _, _, row.seal_line, *_ = batch
