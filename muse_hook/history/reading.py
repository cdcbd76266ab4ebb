"""Reading a stretch of a log into the tables of the history: each whole batch once, hand-written entries too."""

from __future__ import annotations

import os

from muse_hook.digest import hasher
from muse_hook.errors import DamagedLogError
from muse_hook.history import tables
from muse_hook.history.batch_lines import parsed
from muse_hook.history.rows import ENTRY, PARENT, RECORD, Rows
from muse_hook.index import schema
from muse_hook.oplog.engines import engine_of, rank
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
        self._engines: dict[str, str] = {}  # of the commits among them

    def batch(self, data: bytes, start: int) -> None:
        """Take a whole batch; of a commit's the newer engine's counts, of those of one engine the first."""
        entries = parsed(data)
        try:
            seal: Mapping[str, Any] = entries[-1]  # type: ignore[assignment] # a TypeError, then
            commit_id, engine = seal["commit_id"], engine_of(seal["commit"])
            known = self._engine_of(commit_id)
            if known is None or (known != engine and rank(engine) > rank(known)):
                self._add(entries, start)  # type: ignore[arg-type] # likewise
                self._rows[-1].supersedes = known is not None
                self._engines[commit_id] = engine
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

    def _engine_of(self, commit_id: str) -> str | None:
        """Return the engine of the batch that was taken of a commit, None where none was."""
        if commit_id in self._engines:
            return self._engines[commit_id]
        found = self._sql.execute("SELECT engine FROM records WHERE commit_id = ?", (commit_id,)).fetchone()
        return None if found is None else found[0] or ""

    def write(self) -> None:
        """Write it: all at once, and where that is refused, one by one."""
        if not any(rows.supersedes for rows in self._rows) and self._is_written(self._rows):
            return
        for rows in self._rows:
            if not self._is_written([rows]):
                rows.spell()
                self._is_written([rows])

    def _make_room(self, commit_id: str) -> None:
        """Take back what an older engine told of a commit, and every story, since any may have begun with it."""
        sql = self._sql
        for record, folded in sql.execute(
            "SELECT record, folded FROM records WHERE commit_id = ?", (commit_id,)
        ).fetchall():
            if folded:
                tables.unfold(sql)
            for table in ("records", "parents", "entries"):
                sql.execute(f"DELETE FROM {table} WHERE record = ?", (record,))  # noqa: S608 - names of ours

    def _is_written(self, some: Sequence[Rows]) -> bool:
        """Write rows, or none of them where SQLite refuses a value; whether it took them."""
        sql = self._sql
        sql.execute("SAVEPOINT taken")
        try:
            for each in some:
                if each.supersedes:
                    self._make_room(each.record[1])
            sql.executemany(RECORD, [each.record for each in some])
            sql.executemany(PARENT, [row for each in some for row in each.parents])
            sql.executemany(ENTRY, [row for each in some for row in each.entries])
        except _NO_VALUE:
            sql.execute("ROLLBACK TO taken")
            return False
        finally:
            sql.execute("RELEASE taken")
        return True
