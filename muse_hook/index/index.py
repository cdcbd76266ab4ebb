"""Which batch of a commit counts, and where it stands: a cache over the logs, looked up by commit."""

from __future__ import annotations

import os

from muse_hook.errors import DamagedLogError
from muse_hook.index import database
from muse_hook.index.database import BUSY_SECONDS, Database, rebuilds_on_error
from muse_hook.index.follow import LogRow, add, follow, forget
from muse_hook.oplog.files import refused
from muse_hook.oplog.seal import supersedes
from muse_hook.oplog.sessions import LOG
from muse_hook.oplog.store import LOCK, OP_LOG
from muse_hook.oplog.writer import end_torn_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Self

    from muse_hook.model.ops import OpEntry
    from muse_hook.oplog.batch import Batch
    from muse_hook.oplog.store import Store
else:
    sqlite3 = database.sqlite3


# Of the table `seals`, in the order in which `IndexedBatch` takes them, then its log and engine.
_BATCH = "commit_id, start, line, end, generation, shallow, log, engine"
# Rows of `meta`: how `op_log`, which our writer touches with each log that it makes, stood when all logs were looked
# for; how the store's lock stood, which it touches before it writes to any log, when its holder had read them all.
_FOLDERS = "folders"
_COMPLETE = database.COMPLETE


class IndexedBatch:
    """Where a commit's batch stands: in which session's log, from byte `start` to `end`, its seal from `line` on.

    `engine` is what made it, `shallow` says that it saw a history that was cut off.
    """

    __slots__ = ("commit_id", "end", "engine", "generation", "line", "session", "shallow", "start")

    def __init__(self, row: Sequence[Any], session: str, engine: str) -> None:
        self.commit_id, self.start, self.line, self.end, self.generation, shallow = row
        self.shallow = bool(shallow)
        self.session = session
        self.engine = engine

    def __repr__(self) -> str:
        return f"IndexedBatch({self.commit_id[:10]} in {self.session!r} {self.start}-{self.end})"


class DamagedBatch:
    """A batch that does not count: its commit, the session and the byte offset of its seal, and the reason."""

    __slots__ = ("commit_id", "line", "reason", "session")

    def __init__(self, commit_id: str, session: str, line: int, reason: str) -> None:
        self.commit_id = commit_id
        self.session = session
        self.line = line
        self.reason = reason

    def __repr__(self) -> str:
        return f"DamagedBatch({self.commit_id[:10]} in {self.session!r} at {self.line}: {self.reason})"


class SessionRow:
    """One session in figures: commits (whole batches), the entries in them, the bytes of its log, the last commit.

    `last_commit`, `last_at` (ISO 8601, UTC) and `last_subject` are "" in a log without a whole batch.
    """

    __slots__ = ("bytes", "commits", "entries", "id", "last_at", "last_commit", "last_subject")

    def __init__(self, session: str, commits: int, entries: int, size: int, seal: OpEntry | None) -> None:
        self.id = session
        self.commits = commits
        self.entries = entries
        self.bytes = size
        self.last_commit = seal["commit_id"] if seal else ""
        self.last_at = seal["created_at"] if seal else ""
        self.last_subject = str(seal["domain_op"]["content_summary"]) if seal else ""

    def as_json(self) -> dict[str, str | int]:
        """Return the row as a JSON object."""
        return {
            "id": self.id,
            "commits": self.commits,
            "entries": self.entries,
            "bytes": self.bytes,
            "last_commit": self.last_commit,
            "last_at": self.last_at,
            "last_subject": self.last_subject,
        }


class Index(Database):
    """The index of a store; a context manager. What it says is as old as its last `refresh`, `follow` or `add`.

    Where the store cannot be written, or is not there, it lives in memory; a damaged file is rebuilt on the way.
    Every method raises StoreBusyError where another process keeps the file locked for `timeout` seconds, unless it
    `waits` for none (see `Database`).
    """

    def __init__(self, store: Store, timeout: float = BUSY_SECONDS, *, waits: bool = True) -> None:
        super().__init__(store, timeout, waits=waits)
        self._names: dict[int, str] = {}
        self._engines: dict[int, str] = {}
        self._sessions: dict[str, str] = {}  # by folder, of all that were looked for
        self._own_token = ""  # of the logs' folder, as this one left it under the store's lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Keeping up with the logs

    @rebuilds_on_error
    def behind(self, *, fast: bool = False) -> int:
        """Return how many bytes of the logs a refresh would read; it reads none itself. For `fast` see `refresh`."""
        known = LogRow.read_all(self.connection)
        found = self._logs(known, fast=fast)
        return sum((known.get(folder) or LogRow(folder)).unread(stat) for folder, stat in found.items())

    @rebuilds_on_error
    def refresh(
        self,
        *,
        end_torn: bool = False,
        fast: bool = False,
        limit: int | None = None,
        sessions: Iterable[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> bool:
        """Read what is new in all logs; False, and nothing is read, where that is more than `limit` bytes.

        With `end_torn`, under the store's lock, torn last lines are ended before. `fast` does not look for logs that
        somebody else than our writer brought into the store: a look costs 20 us a session, 3 us for one that is known.
        Who will write to some `sessions` alone looks at their logs alone, where no writer of ours has touched any log
        that the index does not know: 99 million instructions in the place of 267 of a hook beside 5,000 branches.
        `progress` is called with (read, to read) in bytes.
        """
        token = _token(self.store.path(OP_LOG))
        lock = _token(self.store.path(LOCK)) if end_torn else ""
        is_partial = sessions is not None and fast and lock != "" and self._is_noted(lock, _COMPLETE)
        if is_partial and sessions is not None:
            asked = (LogRow.read(self.connection, self.folder_of(session)) for session in sessions)
            known = {row.folder: row for row in asked if row.id}
        else:
            known = LogRow.read_all(self.connection)
        found = self._logs(known, fast=fast)
        rows = {folder: known.pop(folder) if folder in known else LogRow(folder) for folder in found}
        unread = sum(row.unread(found[folder]) for folder, row in rows.items())
        if limit is not None and unread > limit:
            return False
        read = _BytesRead(progress, unread)
        for folder, row in rows.items():
            if row.is_unchanged(found[folder]) and not (end_torn and row.position < row.size):
                continue
            if end_torn:
                end_torn_line(self.store, self.store.session_at(folder))
            self._follow(folder, read)
        if known:
            self._names.clear()  # a number may be another log's
        for row in known.values():  # their logs were deleted
            with self.transaction():
                forget(self.connection, row)
        if token and not is_partial:
            if not (fast and token == self._own_token) and not self._is_noted(token, _FOLDERS):
                self._note(token, _FOLDERS)
            if lock and self.store.is_lock_ours and not self._is_noted(lock, _COMPLETE):
                self._note(lock, _COMPLETE)
        return True

    def detach(self) -> None:
        """Go on in memory with a copy: for what is to be seen in it and stands in no log."""
        self.connection.close()
        self.connection = database.copy_of(self.store)
        self.refresh()

    def fill(self) -> None:
        """Read all logs into a new database."""
        self._names.clear()
        self._engines.clear()
        self.refresh()

    @rebuilds_on_error
    def follow(self, session: str) -> None:
        """Read what is new in one session's log: for those who have just appended to it."""
        self._follow(self.folder_of(session))

    @rebuilds_on_error
    def add(self, appended: Sequence[tuple[str, int, Sequence[Batch]]]) -> None:
        """Take in what was just appended under the store's lock: (session, first byte, batches) of each run, in order.

        As `follow` would, without reading and hashing what was written; a log that is not as it was known before is
        followed.
        """
        others = []
        with self.transaction():
            for session, start, batches in appended:
                folder = self.folder_of(session)
                fd = self.store.open_file(self.store.path(OP_LOG, folder, LOG), os.O_RDONLY)
                try:
                    is_added = add(self.connection, LogRow.read(self.connection, folder), fd, start, batches)
                finally:
                    os.close(fd)
                if not is_added:
                    others.append(folder)
            if not others and self.store.is_lock_ours:  # its holder has refreshed this, so nothing else is new
                self._note(_token(self.store.path(LOCK)), _COMPLETE)
        for folder in others:
            self._follow(folder)
        self._own_token = _token(self.store.path(OP_LOG))

    @rebuilds_on_error
    def reread(self, session: str) -> None:
        """Read a session's log again from its start: something in it is no more what it was."""
        folder = self.folder_of(session)
        with self.transaction():
            row = LogRow.read(self.connection, folder)
            forget(self.connection, row)
            row.write(self.connection)
        self._follow(folder)

    # Questions

    def find(self, commit_ids: Iterable[str]) -> dict[str, IndexedBatch]:
        """Return where those of `commit_ids` that are sealed stand, of several batches the one that counts."""
        return self._find(list(commit_ids))

    @rebuilds_on_error
    def _find(self, commit_ids: list[str]) -> dict[str, IndexedBatch]:
        # The newer engine's batch of a commit is the one that counts, of those of one engine the first.
        query = f"SELECT {_BATCH} FROM seals WHERE commit_id IN (%s) ORDER BY number"  # noqa: S608 - a constant
        found: dict[str, IndexedBatch] = {}
        for row in self.rows_of(query, commit_ids):
            each = self._indexed(row)
            other = found.get(each.commit_id)
            if other is None or supersedes(each.engine, other.engine):
                found[each.commit_id] = each
        return found

    def is_sealed(self, commit_id: str) -> bool:
        """Say whether a commit has a whole batch in any log."""
        return bool(self.find([commit_id]))

    def all_batches(self, commit_id: str) -> list[IndexedBatch]:
        """Return every batch of a commit in the order in which they came; none where the index cannot be asked."""
        query = f"SELECT {_BATCH} FROM seals WHERE commit_id = ? ORDER BY number"  # noqa: S608 - a constant
        try:
            return [self._indexed(row) for row in self.connection.execute(query, (commit_id,)).fetchall()]
        except sqlite3.DatabaseError:  # somebody deleted it, or holds it
            return []

    @rebuilds_on_error
    def every_batch(self) -> list[IndexedBatch]:
        """Return every whole batch in the order in which they came."""
        query = f"SELECT {_BATCH} FROM seals ORDER BY number"  # noqa: S608 - a constant
        return [self._indexed(row) for row in self.connection.execute(query).fetchall()]

    @rebuilds_on_error
    def commits_from(self, digits: str) -> list[str]:
        """Return the ids, of commits with a whole batch, that begin with some hexadecimal digits."""
        if not digits or not set(digits) <= set("0123456789abcdef"):
            return []
        query = "SELECT DISTINCT commit_id FROM seals WHERE commit_id >= ? AND commit_id < ?"
        return [oid for (oid,) in self.connection.execute(query, (digits, digits + "g"))]

    def commits_before(self, session: str, end: int, unless: os.stat_result) -> set[str]:
        """Return the commits with a batch that ends at byte `end` of a session's log, or before.

        None where the log that was read is the file `unless`, or where the index cannot be asked.
        """
        query = (
            "SELECT s.commit_id FROM seals s JOIN logs l ON l.id = s.log"
            " WHERE l.folder = ? AND s.end <= ? AND (l.inode, l.size) <> (?, ?)"
        )
        values = (self.folder_of(session), end, unless.st_ino, unless.st_size)
        try:
            return {commit_id for (commit_id,) in self.connection.execute(query, values)}
        except sqlite3.DatabaseError:
            return set()

    @rebuilds_on_error
    def positions(self) -> list[tuple[str, int, str, int]]:
        """Return how far each log was read: its session, where its last whole batch ends, whose it is, the position."""
        rows = LogRow.read_all(self.connection).values()
        return [(self._name(row.id), row.floor, row.seal_commit, row.position) for row in rows]

    def read(self, commit_id: str) -> tuple[IndexedBatch, Batch] | None:
        """Return where a commit's batch stands, and the batch; None where it is not sealed.

        Where the batch is no more what it was, its log is read again, and with that the commit may be sealed no more.
        Raises DamagedLogError where it changes all the time.
        """
        there = self.find([commit_id]).get(commit_id)
        try:
            return None if there is None else (there, self.batch(there))
        except DamagedLogError:
            self.reread(there.session if there else "")
        there = self.find([commit_id]).get(commit_id)
        return None if there is None else (there, self.batch(there))

    def batch(self, there: IndexedBatch) -> Batch:
        """Return the batch that stands where `find` said; DamagedLogError where none does any more."""
        from muse_hook.oplog.reader import LogReader  # no hook reads what it wrote

        fd = self.store.open_file(self.store.log_path(there.session), os.O_RDONLY)
        try:
            return LogReader(fd).batch(there)
        except DamagedLogError as error:
            raise DamagedLogError(
                f"reading the log of {there.session}",
                f"no whole batch stands at byte {there.start}",
                "muse-hook verify, then muse-hook sync",
            ) from error
        finally:
            os.close(fd)

    @rebuilds_on_error
    def count(self) -> int:
        """Return the number of whole batches."""
        return int(self.connection.execute("SELECT total(seals) FROM logs").fetchone()[0])

    @rebuilds_on_error
    def has_mark(self, op_id: str) -> bool:
        """Say whether a rewrite mark stands in any log."""
        return self.connection.execute("SELECT 1 FROM marks WHERE op_id = ?", (op_id,)).fetchone() is not None

    @rebuilds_on_error
    def claims(self) -> list[tuple[str, Any]]:
        """Return every entry of a log that reserves or releases symbols, with its session; see `oplog.claim`."""
        rows = self.connection.execute("SELECT log, entry FROM claims ORDER BY log, op_id").fetchall()
        if not rows:
            return []
        from json import loads  # 6 ms of a hook's word (muse.notice): only where something is claimed

        from muse_hook.oplog.sessions import display_name

        return [(display_name(self._name(log)), loads(entry)) for log, entry in rows]

    @rebuilds_on_error
    def damaged(self) -> list[DamagedBatch]:
        """Return the batches that do not count, of commits that have no whole one elsewhere."""
        query = (
            "SELECT commit_id, log, line, reason FROM damaged "
            "WHERE NOT EXISTS (SELECT 1 FROM seals WHERE seals.commit_id = damaged.commit_id) ORDER BY log, line"
        )
        return [DamagedBatch(row[0], self._name(row[1]), row[2], row[3]) for row in self.connection.execute(query)]

    @rebuilds_on_error
    def has_marks(self) -> bool:
        """Say whether any log has a rewrite mark."""
        return self.connection.execute("SELECT 1 FROM marks LIMIT 1").fetchone() is not None

    @rebuilds_on_error
    def sessions(self) -> list[SessionRow]:
        """Return the sessions that have a log, sorted by their ids."""
        from muse_hook.oplog.reader import LogReader  # no hook asks this

        query = "SELECT end FROM seals WHERE commit_id = ? AND log = ? AND line = ?"
        found = []
        for row in LogRow.read_all(self.connection).values():
            name = self._name(row.id)
            last = self.connection.execute(query, (row.seal_commit, row.id, row.seal_line)).fetchone()
            seal = None
            if last:
                fd = self.store.open_file(self.store.log_path(name), os.O_RDONLY)
                try:
                    seal = LogReader(fd).seal(row.seal_line, last[0])
                finally:
                    os.close(fd)
            entry: Any = None if seal is None else seal.entry
            found.append(SessionRow(name, row.seals, row.entries, row.size, entry))
        return sorted(found, key=lambda row: row.id)

    # Logs and their folders

    def _follow(self, folder: str, read: _BytesRead | None = None) -> None:
        """Read one log, whose folder below op_log is `folder`; a long one in several transactions."""
        fd = self.store.open_file(self.store.path(OP_LOG, folder, LOG), os.O_RDONLY)
        try:
            is_whole = False
            purged = self.store.purged()
            while not is_whole:
                with self.transaction():
                    row = LogRow.read(self.connection, folder)
                    before = row.position
                    is_whole = follow(self.connection, row, fd, purged)
                if read is not None:
                    read.add(row.position - before)
        finally:
            os.close(fd)

    def _logs(self, known: Iterable[str], *, fast: bool) -> dict[str, os.stat_result]:
        """Return what the file system says of every log, by its folder below op_log."""
        top = self.store.path(OP_LOG)
        token = _token(top)
        if fast and (token == self._own_token or self._is_noted(token, _FOLDERS)):
            folders = list(known)
        else:
            start = len(self.store.path(OP_LOG, ""))
            self._sessions = {folder[start:]: session for session, folder in self.store.sessions()}
            folders = list(self._sessions)
        found = {}
        for folder in folders:
            path = f"{top}/{folder}/{LOG}"
            try:
                found[folder] = os.stat(path, follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise refused(path, error, "reading") from error
        return found

    def _is_noted(self, token: str, key: str) -> bool:
        """Say whether what `key` is about is as it was when it was noted (see `_FOLDERS`, `_COMPLETE`)."""
        noted = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return noted is not None and noted[0] == token

    def _note(self, token: str, key: str) -> None:
        self.connection.execute("REPLACE INTO meta VALUES (?, ?)", (key, token))

    def folder_of(self, session: str) -> str:
        """Return a session's folder below op_log, as the table `logs` has it."""
        return self._below(self.store.folder(session))

    def _below(self, path: str) -> str:
        return path[len(self.store.path(OP_LOG, "")) :]

    def _name(self, log: int) -> str:
        """Return the session of a log's number."""
        if log not in self._names:
            # The second one that is asked for is not the last: 5,000 questions take longer than one for all.
            which = " WHERE id = ?" if not self._names else ""
            for each, folder in self.connection.execute(
                f"SELECT id, folder FROM logs{which}",  # noqa: S608 - constants
                (log,) if which else (),
            ).fetchall():
                self._names[each] = self._sessions.get(folder) or self.store.session_at(folder)
        return self._names.setdefault(log, "")

    def _indexed(self, row: tuple[Any, ...]) -> IndexedBatch:
        """Return what a row of `_BATCH` says."""
        *values, log, engine = row
        return IndexedBatch(values, self._name(log), self._engine(engine))

    def _engine(self, number: int) -> str:
        if number not in self._engines:
            row = self.connection.execute("SELECT engine FROM engines WHERE id = ?", (number,)).fetchone()
            self._engines[number] = row[0] if row else ""
        return self._engines[number]


class _BytesRead:
    """How far a refresh is, in bytes, for whoever wants to know."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self._progress = progress
        self._done, self._total = 0, total

    def add(self, size: int) -> None:
        self._done += size
        if self._progress is not None:
            self._progress(self._done, self._total)


def _token(path: str) -> str:
    """Return what changes with every touch, and of a folder with every entry; "" where nothing is there."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return f"{found.st_ino} {found.st_mtime_ns}"
