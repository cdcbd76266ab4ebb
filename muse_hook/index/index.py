"""What is sealed, where, and at which generation: a cache over the logs, looked up by commit."""

from __future__ import annotations

import os

from muse_hook.errors import DamagedLogError
from muse_hook.index.database import Database, mended
from muse_hook.index.follow import LogRow, follow, forget
from muse_hook.index.rows import COLUMNS, Damaged, Recorded, Sealed, SessionRow
from muse_hook.index.schema import BUSY_SECONDS
from muse_hook.oplog.engines import rank
from muse_hook.oplog.files import refused
from muse_hook.oplog.sessions import LOG
from muse_hook.oplog.store import OP_LOG
from muse_hook.oplog.writer import end_torn_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, Self

    from muse_hook.model.ops import OpEntry
    from muse_hook.oplog.engines import Rank
    from muse_hook.oplog.store import Store

_PAGE = 500


class Index(Database):
    """The index of a store; a context manager. What it says is as old as its last `refresh` or `follow`.

    Where the store cannot be written, or is not there, it lives in memory; a damaged file is made anew on the way.
    Every method raises StoreBusyError where another process keeps the file locked for `patience` seconds.
    """

    def __init__(self, store: Store, patience: float = BUSY_SECONDS) -> None:
        super().__init__(store, patience)
        self._names: dict[int, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @mended
    def behind(self, *, quick: bool = False) -> int:
        """Return how many bytes of the logs a refresh would read; it reads none itself. For `quick` see `refresh`."""
        known = LogRow.read_all(self.connection)
        found = self._logs(known, quick=quick)
        return sum((known.get(folder) or LogRow(folder)).unread(stat) for folder, stat in found.items())

    @mended
    def refresh(
        self,
        *,
        mend: bool = False,
        quick: bool = False,
        limit: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> bool:
        """Read what is new in all logs; False, and nothing is read, where that is more than `limit` bytes.

        With `mend`, under the store's lock, torn last lines are ended before. `quick` does not look for logs that
        somebody else than our writer brought into the store: a look costs 20 us a session, 3 us for one that is known.
        `progress` is told (read, to read) in bytes.
        """
        token = _token(self.store.path(OP_LOG))
        known = LogRow.read_all(self.connection)
        found = self._logs(known, quick=quick)
        rows = {folder: known.pop(folder) if folder in known else LogRow(folder) for folder in found}
        unread = sum(row.unread(found[folder]) for folder, row in rows.items())
        if limit is not None and unread > limit:
            return False
        reading = _Reading(progress, unread)
        for folder, row in rows.items():
            if row.is_unchanged(found[folder]) and not (mend and row.position < row.size):
                continue
            if mend:
                end_torn_line(self.store, self.store.session_at(folder))
            self._follow(folder, reading)
        for row in known.values():  # their logs were deleted
            with self.transaction():
                forget(self.connection, row)
        if token and not self._is_noted(token):
            self.connection.execute("REPLACE INTO meta VALUES ('folders', ?)", (token,))
        return True

    @mended
    def follow(self, session: str) -> None:
        """Read what is new in one session's log: for those who have just appended to it."""
        self._follow(self._below(self.store.folder(session)))

    def sealed(self, commit_ids: Iterable[str]) -> dict[str, Sealed]:
        """Return where those of `commit_ids` that are sealed stand."""
        return self._sealed(list(commit_ids))

    @mended
    def _sealed(self, commit_ids: list[str]) -> dict[str, Sealed]:
        # The newer engine's batch of a commit is the one that counts, of those of one engine the first.
        query = f"SELECT {COLUMNS} FROM seals WHERE commit_id IN (%s) ORDER BY number"  # noqa: S608 - a constant
        found: dict[str, Any] = {}
        for row in self.rows_of(query, commit_ids):
            other = found.setdefault(row[1], row)
            if other[-1] != row[-1] and self._rank(row[-1]) > self._rank(other[-1]):
                found[row[1]] = row
        return {commit_id: Sealed(row, self._name(row[2])) for commit_id, row in found.items()}

    def _rank(self, number: int) -> Rank:
        found = self.connection.execute("SELECT engine FROM engines WHERE id = ?", (number,)).fetchone()
        return rank(found[0] if found else "")

    def find(self, commit_id: str) -> Sealed | None:
        """Return where a commit's batch stands, None where it is not sealed."""
        return self.sealed([commit_id]).get(commit_id)

    def is_sealed(self, commit_id: str) -> bool:
        """Say whether a commit has a whole batch in any log."""
        return self.find(commit_id) is not None

    @mended
    def count(self) -> int:
        """Return the number of whole batches."""
        return int(self.connection.execute("SELECT total(seals) FROM logs").fetchone()[0])

    @mended
    def has_mark(self, op_id: str) -> bool:
        """Say whether a rewrite mark stands in any log."""
        return self.connection.execute("SELECT 1 FROM marks WHERE op_id = ?", (op_id,)).fetchone() is not None

    @mended
    def damaged(self) -> list[Damaged]:
        """Return the batches that do not count, of commits that have no whole one elsewhere."""
        query = (
            "SELECT commit_id, log, line, reason FROM damaged "
            "WHERE NOT EXISTS (SELECT 1 FROM seals WHERE seals.commit_id = damaged.commit_id) ORDER BY log, line"
        )
        return [Damaged(row[0], self._name(row[1]), row[2], row[3]) for row in self.connection.execute(query)]

    @mended
    def sessions(self) -> list[SessionRow]:
        """Return the sessions that have a log, sorted by their ids."""
        from muse_hook.oplog.reading import read_line  # no hook asks this

        query = "SELECT end FROM seals WHERE commit_id = ? AND log = ? AND line = ?"
        found = []
        for row in LogRow.read_all(self.connection).values():
            name = self._name(row.id)
            last = self.connection.execute(query, (row.seal_commit, row.id, row.seal_line)).fetchone()
            seal = read_line(self.store, name, row.seal_line, last[0]) if last else None
            found.append(SessionRow(name, row.seals, row.entries, row.size, seal))
        return sorted(found, key=lambda row: row.id)

    def read(self, commit_id: str) -> Recorded | None:
        """Return a commit's batch, None where it is not sealed.

        Where the batch is no more what it was, its log is read anew, and with that the commit may be sealed no more.
        Raises DamagedLogError where it changes all the time.
        """
        there = self.find(commit_id)
        try:
            return None if there is None else Recorded(there.session, self._entries(there))
        except DamagedLogError:
            self.reread(there.session if there else "")
        there = self.find(commit_id)
        return None if there is None else Recorded(there.session, self._entries(there))

    def reread(self, session: str) -> None:
        """Read a session's log anew: something in it is no more what it was."""
        folder = self._below(self.store.folder(session))
        self._forget(folder)
        self._follow(folder)

    @mended
    def _forget(self, folder: str) -> None:
        with self.transaction():
            row = LogRow.read(self.connection, folder)
            forget(self.connection, row)
            row.write(self.connection)

    def batches(self, since: int = 0) -> Iterator[tuple[Sealed, list[OpEntry]]]:
        """Yield every whole batch whose number is above `since`, and its entries, the seal last.

        In the order in which they came to be known, which is that of each log. A log that was changed in place is read
        anew and its batches come again, under new numbers. Raises DamagedLogError where one changed since the refresh.
        """
        while page := self._page(since):
            for sealed in page:
                yield sealed, self._entries(sealed)
                since = sealed.number

    def generation(self, commit_id: str) -> int | None:
        """Return a commit's generation, of a seal (none that saw a shallow history) or of those stored."""
        return self.generations([commit_id]).get(commit_id)

    def generations(self, commit_ids: Iterable[str]) -> dict[str, int]:
        """Return those generations that are known."""
        return self._generations(list(commit_ids))

    @mended
    def _generations(self, commit_ids: list[str]) -> dict[str, int]:
        query = "SELECT commit_id, generation FROM generations WHERE commit_id IN (%s)"
        found = dict(self.rows_of(query, commit_ids))
        query = "SELECT commit_id, generation FROM seals WHERE NOT shallow AND commit_id IN (%s)"
        return found | dict(self.rows_of(query, commit_ids))

    @mended
    def store_generations(self, generations: Mapping[str, int]) -> None:
        """Keep generations of commits that are in no log."""
        with self.transaction():
            self.connection.executemany("REPLACE INTO generations VALUES (?, ?)", generations.items())

    @mended
    def _page(self, since: int) -> list[Sealed]:
        query = f"SELECT {COLUMNS} FROM seals WHERE number > ? ORDER BY number LIMIT {_PAGE}"  # noqa: S608 - constants
        return [Sealed(row, self._name(row[2])) for row in self.connection.execute(query, (since,)).fetchall()]

    def _entries(self, sealed: Sealed) -> list[OpEntry]:
        from muse_hook.oplog.reading import read_batch  # no hook reads what it wrote

        return read_batch(self.store, sealed.session, sealed.start, sealed.end)

    def _follow(self, folder: str, reading: _Reading | None = None) -> None:
        """Read one log, whose folder below op_log is `folder`; a long one in several transactions."""
        fd = self.store.open_file(self.store.path(OP_LOG, folder, LOG), os.O_RDONLY)
        try:
            is_whole = False
            while not is_whole:
                with self.transaction():
                    row = LogRow.read(self.connection, folder)
                    before = row.position
                    is_whole = follow(self.connection, row, fd)
                if reading is not None:
                    reading.add(row.position - before)
        finally:
            os.close(fd)

    def _logs(self, known: Iterable[str], *, quick: bool) -> dict[str, os.stat_result]:
        """Return what the file system says of every log, by its folder below op_log."""
        top = self.store.path(OP_LOG)
        if quick and self._is_noted(_token(top)):
            folders = list(known)
        else:
            folders = [self._below(folder) for _, folder in self.store.sessions()]
        found = {}
        for folder in folders:
            path = f"{top}/{folder}/{LOG}"
            try:
                found[folder] = os.stat(path, follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise refused(path, error, "reading") from error
        return found

    def _is_noted(self, token: str) -> bool:
        """Say whether the last refresh saw `op_log` as it is now: our writer touches it with each log that it makes."""
        noted = self.connection.execute("SELECT value FROM meta WHERE key = 'folders'").fetchone()
        return noted is not None and noted[0] == token

    def _below(self, path: str) -> str:
        return path[len(self.store.path(OP_LOG, "")) :]

    def _name(self, log: int) -> str:
        if log not in self._names:
            row = self.connection.execute("SELECT folder FROM logs WHERE id = ?", (log,)).fetchone()
            self._names[log] = self.store.session_at(row[0]) if row else ""
        return self._names[log]


class _Reading:
    """How far a refresh is, told in bytes to whoever wants to know."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self._progress = progress
        self._done, self._total = 0, total

    def add(self, size: int) -> None:
        self._done += size
        if self._progress is not None:
            self._progress(self._done, self._total)


def _token(folder: str) -> str:
    """Return what changes with every entry of a folder and with every touch; "" where it is not there."""
    try:
        found = os.stat(folder)
    except FileNotFoundError:
        return ""
    return f"{found.st_ino} {found.st_mtime_ns}"
