"""Reading a stretch of a log into the tables of the history: each whole batch once, hand-written entries too."""

from __future__ import annotations

import os

from muse_hook.errors import DamagedLogError
from muse_hook.history.batch_lines import parsed
from muse_hook.history.rows import ENTRY, PARENT, RECORD, Rows
from muse_hook.index import schema
from muse_hook.oplog.digest import hasher
from muse_hook.oplog.lines import hand_entry, parse, read_lines
from muse_hook.oplog.sessions import LOG, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.index import Index
else:
    sqlite3 = schema.sqlite3

_HINT = "muse-hook verify"
# Batches a transaction: a hook that wants to note its own commit in the index waits for at most one of them.
_BATCHES = 500
# What comes of a line with keys missing, or with values of other types than they should have.
_NO_ENTRY = (LookupError, TypeError, AttributeError, ValueError, OverflowError)
_NO_VALUE = (
    sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError, OverflowError,
    UnicodeEncodeError,
)  # fmt: skip


def read(index: Index, log: int, folder: str) -> int:
    """Read some more batches of one log, inside the caller's transaction; the bytes that were read, 0 at the end."""
    sql = index.connection
    (end, start) = sql.execute(
        "SELECT l.position, coalesce(f.offset, 0) FROM logs l LEFT JOIN followed f ON f.log = l.id WHERE l.id = ?",
        (log,),
    ).fetchone() or (0, 0)
    if start >= end:
        return 0
    seals = sql.execute(
        "SELECT start, line, end FROM seals WHERE log = ? AND end > ? AND end <= ? ORDER BY end LIMIT ?",
        (log, start, end, _BATCHES),
    ).fetchall()
    taken = _Taken(sql, shown(index.store.session_at(folder)), log)
    fd = index.store.open_file(index.store.path("op_log", folder, LOG), os.O_RDONLY)
    try:
        at = start
        for first, line, after in seals:
            taken.by_hand(fd, at, first)
            data = os.pread(fd, after - first, first)
            if not _is_whole(data, line - first, end - start):
                raise DamagedLogError(f"reading the log of {taken.session}", f"a batch at byte {first} changed", _HINT)
            taken.batch(data, first)
            at = after
        if len(seals) < _BATCHES:
            taken.by_hand(fd, at, end)
            at = end
    finally:
        os.close(fd)
    taken.write()
    sql.execute("REPLACE INTO followed VALUES (?, ?)", (log, at))
    return at - start


def _is_whole(data: bytes, line: int, size: int) -> bool:
    """Say whether a batch, whose seal begins at `line`, fits its seal's digest; `size` bytes are to be read in all."""
    seal = parse(data[line:])
    commit = seal.get("commit") if seal is not None else None
    digest = hasher(size)
    digest.update(memoryview(data)[:line])
    return isinstance(commit, dict) and commit.get("sha256") == digest.hexdigest()


class _Taken:
    """What was read of one log and is to be written.

    A log can be merged from anywhere and appended to by anyone: a batch or an entry that is not what it should be is
    passed over alone, and hides none of the others. `verify` names it.
    """

    def __init__(self, sql: sqlite3.Connection, session: str, log: int) -> None:
        self.session = session
        self._sql = sql
        self._log = log
        self._number = sql.execute("SELECT coalesce(max(record), 0) FROM records").fetchone()[0]
        self._rows: list[Rows] = []
        self._commits: set[str] = set()

    def batch(self, data: bytes, start: int) -> None:
        """Take a whole batch; a commit's first one counts."""
        entries = parsed(data)
        try:
            commit_id = entries[-1]["commit_id"]  # type: ignore[index] # a TypeError, then
            if commit_id not in self._commits and not self._is_there(commit_id):
                self._add(entries, start)  # type: ignore[arg-type] # likewise
                self._commits.add(commit_id)
        except _NO_ENTRY:
            pass

    def by_hand(self, fd: int, start: int, end: int) -> None:
        """Take the entries that were appended by hand between two batches; marks are among them."""
        for number, line in enumerate(read_lines(fd, start, end)):
            entry = hand_entry(line)
            if entry is None:
                continue
            try:
                if entry["domain"] == "git":
                    self._mark(entry["domain_op"])
                else:
                    self._add([entry], start + number)
            except (*_NO_ENTRY, *_NO_VALUE):
                pass

    def _add(self, entries: Sequence[Mapping[str, Any]], start: int) -> None:
        self._rows.append(Rows(self._number + 1, entries, self.session, (self._log, start)))
        self._number += 1

    def _mark(self, op: Mapping[str, Any]) -> None:
        if "old_content_id" in op or op.get("op") == "delete":
            self._sql.execute(
                "INSERT OR IGNORE INTO marks_read VALUES (?, ?, ?)",
                (op["address"], op.get("new_content_id", ""), op.get("new_summary") or op.get("content_summary", "")),
            )

    def _is_there(self, commit_id: str) -> bool:
        return self._sql.execute("SELECT 1 FROM records WHERE commit_id = ?", (commit_id,)).fetchone() is not None

    def write(self) -> None:
        """Write it: all at once, and where that is refused, one by one."""
        if self._is_written(self._rows):
            return
        for rows in self._rows:
            if not self._is_written([rows]):
                rows.spell()
                self._is_written([rows])

    def _is_written(self, some: Sequence[Rows]) -> bool:
        """Write rows, or none of them where SQLite refuses a value; whether it took them."""
        sql = self._sql
        sql.execute("SAVEPOINT taken")
        try:
            sql.executemany(RECORD, [each.record for each in some])
            sql.executemany(PARENT, [row for each in some for row in each.parents])
            sql.executemany(ENTRY, [row for each in some for row in each.entries])
        except _NO_VALUE:
            sql.execute("ROLLBACK TO taken")
            return False
        finally:
            sql.execute("RELEASE taken")
        return True
