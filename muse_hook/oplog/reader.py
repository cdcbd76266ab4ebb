"""Finding what counts in a log, whole batches and entries of no commit, and reading it."""

from __future__ import annotations

import os

from muse_hook.digest import hasher
from muse_hook.errors import DamagedLogError
from muse_hook.oplog.batch import Batch
from muse_hook.oplog.lines import (
    BLOCK,
    WrongLineError,
    batch_entries,
    end_of_line,
    is_no_line,
    manual_entry,
    next_block,
    open_log,
    read_line_ends,
    read_lines,
    start_of_last,
)
from muse_hook.oplog.seal import Mark, Seal, git_line, supersedes
from muse_hook.oplog.shape import MAX_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol, Self

    from muse_hook.model.ops import OpEntry
    from muse_hook.oplog.store import Store

    class BatchRange(Protocol):
        """Where a commit's batch stands in a log, in bytes: a `Seal`, an `IndexedBatch`."""

        @property
        def commit_id(self) -> str:
            """Whose batch it is."""

        @property
        def start(self) -> int:
            """Where its first line begins."""

        @property
        def line(self) -> int:
            """Where its seal's line begins."""

        @property
        def end(self) -> int:
            """Where it ends."""


# Inside a JSON text its quotes would be escaped: only seals, marks and oddities hold these bytes.
_GIT_LINE = b'"domain":"git"'


class LogReader:
    """The one reader of logs: an iterator over the seals and marks of an open log, in order, and their batches.

    Reads whole lines only: a last line without its newline waits for it. `position` (offset of the first line not
    read), `floor` (end of the last intact batch) and `lines` (lines between the two that may begin a batch) are where
    another reader can go on. Iterating never raises on what it reads; damaged seals are yielded like others. A line
    that is too long to be ours is passed over block by block, and no batch reaches over it or over another seal.
    """

    __slots__ = ("_end", "_fd", "_is_cut", "floor", "lines", "position")

    def __init__(
        self, fd: int, start: int = 0, *, floor: int | None = None, lines: int = 0, end: int | None = None
    ) -> None:
        self._fd = fd
        self._end = end
        self.position = start
        self.floor = start if floor is None else floor
        self.lines = lines
        # Whether lines after the floor may be counted no more; who goes on between two batches does not know.
        self._is_cut = lines > 0 or start != self.floor

    def __iter__(self) -> Iterator[Seal | Mark]:
        base = self.position  # the offset of data[0], a line's start
        data = b""
        while block := self._read(base + len(data), next_block(data)):
            data += block
            del block
            whole = data.rfind(b"\n") + 1
            at = 0
            while (hit := data.find(_GIT_LINE, at, whole)) >= 0:
                start = data.rfind(b"\n", at, hit) + 1 or at
                stop = data.index(b"\n", hit) + 1
                self.lines += data.count(b"\n", at, start)
                found = git_line(data[start:stop], base + start) if stop - start <= MAX_LINE else None
                self.position = base + stop
                if isinstance(found, Seal):
                    self._find_batch(found)
                    self._pass(found)
                else:
                    self.lines += 1
                at = stop
                if found is not None:
                    yield found
            self.lines += data.count(b"\n", at, whole)
            base += whole
            self.position = base
            data = data[whole:]
            if is_no_line(data):
                end = self._end if self._end is not None else os.fstat(self._fd).st_size
                after = end_of_line(self._fd, base + len(data), end)
                if os.pread(self._fd, 1, after - 1) != b"\n":
                    return  # it waits for its newline
                base, data = after, b""
                self.position, self.lines, self._is_cut = base, 0, True

    def _pass(self, seal: Seal) -> None:
        """Take note that nothing up to the end of a seal can be part of a later batch."""
        self.lines, self._is_cut = 0, not seal.intact
        if seal.intact:
            self.floor = seal.end

    def batch(self, seal: BatchRange) -> Batch:
        """Return the batch of a seal, or of whatever says where one stands; it fits its seal's digest.

        Raises DamagedLogError where no whole batch of that commit stands there.
        """
        data = os.pread(self._fd, seal.end - seal.start, seal.start)
        at = seal.line - seal.start
        found = _seal(data[at:], seal.line, seal.end)
        if found is None or found.commit_id != seal.commit_id:
            raise DamagedLogError("reading a batch", f"no seal of {seal.commit_id} stands at byte {seal.line}")
        digest = hasher(at)
        digest.update(memoryview(data)[:at])
        if not found.intact or found.entry["commit"].get("sha256") != digest.hexdigest():
            raise DamagedLogError("reading a batch", "the entries do not fit their seal")
        return Batch(
            found.commit_id, found.generation, data, engine=found.engine, shallow=found.shallow, seal=found.entry
        )

    def seal(self, line: int, end: int) -> Seal | None:
        """Return the seal whose line stands from byte `line` to `end`, None where none does; its batch is not read."""
        return _seal(os.pread(self._fd, end - line, line), line, end)

    def manual(self, start: int, end: int) -> Iterator[OpEntry]:
        """Yield the entries of no commit among the lines from byte `start` to `end`; marks are among them."""
        return (entry for entry, _ in self.manual_ends(start, end))

    def manual_ends(self, start: int, end: int) -> Iterator[tuple[OpEntry, int]]:
        """Yield the same entries, each with the offset where its line ends."""
        for line, at in read_line_ends(self._fd, start, end):
            entry = manual_entry(line)
            if entry is not None:
                yield entry, at

    def _read(self, at: int, size: int) -> bytes:
        if self._end is not None:
            size = min(size, self._end - at)
        return os.pread(self._fd, size, at) if size > 0 else b""

    def _find_batch(self, seal: Seal) -> None:
        """Set where the seal's batch starts, or why it is not there."""
        if not seal.intact:
            return
        if seal.entries > self.lines:
            seal.reason = f"{seal.entries} entries should stand before the seal, {self.lines} do"
            return
        is_next = seal.entries == self.lines and not self._is_cut
        seal.start = self.floor if is_next else start_of_last(self._fd, seal.line, seal.entries)
        made = hasher(seal.line - seal.start)
        lines = self._hashed(seal, made)
        try:
            for _ in batch_entries(lines, seal.commit_id):
                pass
        except WrongLineError as error:
            seal.reason, seal.wrong_entry = error.wrong, error.number
            for _ in lines:  # the digest is over all of them
                pass
        if made.hexdigest() != seal.entry["commit"]["sha256"]:
            seal.reason, seal.wrong_entry = "the entries before the seal do not fit its digest", None

    def _hashed(self, seal: Seal, made: Any) -> Iterator[bytes]:
        if seal.line - seal.start <= BLOCK:
            data = os.pread(self._fd, seal.line - seal.start, seal.start)
            made.update(data)
            yield from data.split(b"\n")[:-1]
            return
        for line in read_lines(self._fd, seal.start, seal.line):
            made.update(line)
            made.update(b"\n")
            yield line


class OpenLogs:
    """The logs of a store, each opened once; a context manager."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._fds: dict[str, int] = {}

    def fd(self, session: str) -> int:
        """Return the descriptor of a session's log, which stays ours. Raises StoreError."""
        if session not in self._fds:
            self._fds[session] = self._store.open_file(self._store.log_path(session), os.O_RDONLY)
        return self._fds[session]

    def reader(self, session: str) -> LogReader:
        """Return a reader of a session's log. Raises StoreError."""
        return LogReader(self.fd(session))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._fds:
            os.close(self._fds.popitem()[1])


def _seal(data: bytes, line: int, end: int) -> Seal | None:
    """Return the seal that `data`, the bytes from `line` to `end`, is; None for anything but its whole line."""
    found = git_line(data, line) if data.find(b"\n") == len(data) - 1 else None
    return found if isinstance(found, Seal) and found.end == end else None


def read_entries(path: str, offset: int = 0) -> Iterator[OpEntry]:
    """Yield the entries of the log at `path` from the byte `offset` on, in the order of the log.

    Those are whole batches, one of each commit, and entries of no commit; marks are among these. Of a commit's batches
    by two engines the newer one's counts, of those by one engine the first. Half-written and damaged batches and
    garbage are passed over. No log: no entries. Raises StoreError where it cannot be read.
    """
    fd = open_log(path)
    if fd is None:
        return
    try:
        size = os.fstat(fd).st_size
        reader = LogReader(fd, offset, end=size)
        found = [_Found(seal) for seal in reader if isinstance(seal, Seal) and seal.intact]
        counts: dict[str, _Found] = {}  # by commit
        for each in found:
            first = counts.setdefault(each.commit_id, each)
            if supersedes(each.engine, first.engine):
                counts[each.commit_id] = each
        at = offset
        for each in found:
            yield from reader.manual(at, each.start)
            if counts[each.commit_id] is each:
                try:
                    entries = reader.batch(each).entries()
                except DamagedLogError:  # it was changed in place a moment ago
                    entries = []
                yield from entries
            at = each.end
        yield from reader.manual(at, size)
    finally:
        os.close(fd)


class _Found:
    """What is kept of a seal: its entry can be long."""

    __slots__ = ("commit_id", "end", "engine", "line", "start")

    def __init__(self, seal: Seal) -> None:
        self.commit_id = seal.commit_id
        self.engine = seal.engine
        self.start = seal.start
        self.line = seal.line
        self.end = seal.end
