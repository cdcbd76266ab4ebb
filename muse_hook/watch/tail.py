"""One session's log from a position on: what was appended, and the position found again in a log that was replaced."""

from __future__ import annotations

import os
import time

from muse_hook.errors import DamagedLogError
from muse_hook.oplog.lines import start_of_last
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Mark, Seal, is_cut
from muse_hook.watch.cursor import SEAL_DIGITS, LogPosition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from typing import Any

    Appended = tuple[str | None, list[Any], LogPosition, LogPosition]
    """A commit's id (None: a manual entry), its entries, the position before and the position after."""

_MOMENT = 0.1  # seconds
_LONGEST = 1 << 26  # bytes; no seal is as long
FOUND, OLDER, LOST = "found", "older", "lost"
"""What became of a position in a log that was replaced: its seal stands elsewhere; the log ends before it, with
something that was seen; nothing that was seen last is there, and it goes on with what arrives from now on."""


class Tail:
    """A log and how far it was read.

    Where the log was cut or replaced, `seen` is called, with the file's status, for the ids of the commits that were
    seen, and `on_change` is called with FOUND, OLDER or LOST.
    """

    def __init__(
        self,
        path: str,
        position: LogPosition,
        seen: Callable[[os.stat_result], Container[str]],
        on_change: Callable[[str], None],
    ) -> None:
        self.position = position
        self._began = position.seal[:SEAL_DIGITS]
        self._seen_commits = seen
        self._path = path
        self._on_change = on_change
        self._read_to = position.floor
        self._lines = 0  # whole lines between the floor and the byte that was read to
        self._line = -1  # where the seal before the floor begins, as far as that is known
        self._now = self._known = (0, 0, 0)  # the file: inode, size, time
        self._other = (self._known, 0.0)
        self._manual: set[str] = set()

    def poll(self) -> Iterator[Appended]:
        """Yield what is new."""
        fd = self._open()
        if fd is None:
            return
        try:
            found = os.fstat(fd)
            if self._is_other(fd, found):
                if not self._is_at_rest():
                    return
                self._find_again(fd, found)
            if found.st_size > self._read_to:
                yield from self._read(fd, found.st_size)
        finally:
            os.close(fd)

    def is_found(self) -> bool:
        """Say whether the log is what it was when the position was noted, or has the position elsewhere now."""
        fd = self._open()
        if fd is None:
            return not self.position.read
        try:
            found = os.fstat(fd)
            return not self._is_other(fd, found) or self._find_again(fd, found) == FOUND
        finally:
            os.close(fd)

    def _open(self) -> int | None:
        try:
            return os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None

    def _is_other(self, fd: int, found: os.stat_result) -> bool:
        """Say whether the log is another one than that which was read."""
        self._now = (found.st_ino, found.st_size, found.st_mtime_ns)
        if self._now == self._known or self._holds(fd, found.st_size):
            if self._now[0] != self._known[0]:  # cut, behind the position: lines that do not count may be gone
                self._read_to, self._lines = self.position.floor, 0
            self._known = self._now
            return False
        return True

    def _is_at_rest(self) -> bool:
        """Say whether a log that is another one has not changed for a moment: it may be in the middle of a copy."""
        now = time.monotonic()
        if self._other[0] != self._now:
            self._other = (self._now, now)
        return now - self._other[1] >= _MOMENT

    def _holds(self, fd: int, size: int) -> bool:
        """Say whether the last seal is where it was."""
        if size < max(self._read_to, self.position.read):
            return False
        if not self.position.seal:
            return True
        start = self._line if self._line >= 0 else start_of_last(fd, self.position.floor, 1)
        length = self.position.floor - start
        line = os.pread(fd, length, start) if length < _LONGEST else b""
        is_line = line.find(b"\n") == len(line) - 1
        holds = is_line and f'"op_id":"{self.position.seal[:SEAL_DIGITS]}'.encode() in line
        self._line = start if holds else -1  # in the middle of a copy a line may begin anywhere
        return holds

    def _find_again(self, fd: int, found: os.stat_result) -> str:
        """Take the position by the id of its seal in a log that was replaced; what became of it."""
        wanted, seen = self.position.seal, self._seen_commits(found)
        positions: dict[str, LogPosition] = {}  # by the id of a seal that may be the position's
        older, last = None, ""
        reader = LogReader(fd, end=found.st_size)
        for each in reader:
            if isinstance(each, Mark) and is_cut(each.entry) and wanted and each.op_id.startswith(wanted[:SEAL_DIGITS]):
                positions.setdefault(each.op_id, LogPosition(each.end, each.op_id))
            if not isinstance(each, Seal) or not each.intact:
                continue
            last = each.entry["op_id"]
            if wanted and last.startswith(wanted[:SEAL_DIGITS]):
                positions.setdefault(last, LogPosition(each.end, last))
            if each.commit_id in seen or last[:SEAL_DIGITS] == self._began:
                older = LogPosition(each.end, last)
        same = positions.get(wanted) or (next(iter(positions.values())) if len(positions) == 1 else None)
        if same is not None:
            beyond = same.floor + self.position.read - self.position.floor
            is_line = beyond <= found.st_size and os.pread(fd, 1, beyond - 1) == b"\n"
            how, self.position = (
                FOUND,
                LogPosition(same.floor, same.seal, beyond if is_line else 0, self.position.inside),
            )
        elif older is not None or not wanted:
            how, self.position = OLDER, older or LogPosition()
        else:
            how, self.position = LOST, LogPosition(reader.floor, last, reader.position)
        self._read_to, self._lines, self._line = self.position.floor, 0, -1
        self._on_change(how)
        return how

    def _read(self, fd: int, size: int) -> Iterator[Appended]:
        reader = LogReader(fd, self._read_to, floor=self.position.floor, lines=self._lines, end=size)
        for found in reader:
            if isinstance(found, Seal) and found.intact:
                yield from self._read_manual(reader, found.start)
                try:
                    entries: list[Any] = reader.batch(found).entries()
                except DamagedLogError:  # it was changed in place a moment ago: the next poll looks for the position
                    return
                before, self.position = self.position, LogPosition(found.end, found.entry["op_id"])
                self._line = found.line
                if entries and "commit" in entries[-1]:  # a seal can be whole, and be no entry as others are
                    yield found.commit_id, entries, before, self.position
        self._read_to, self._lines = reader.position, reader.lines
        yield from self._read_manual(reader, reader.position)

    def _read_manual(self, reader: LogReader, end: int) -> Iterator[Appended]:
        """Yield the manual entries up to `end` that were not yielded yet; lines of half a batch are passed over.

        So is what stands for a purged batch: the position goes on behind it as if it had been told.
        """
        for entry, at in reader.manual_ends(self.position.read, end):
            if is_cut(entry):
                self.position, self._line = LogPosition(at, entry["op_id"]), -1
            elif entry["op_id"] not in self._manual:
                self._manual.add(entry["op_id"])
                before = self.position
                self.position = LogPosition(before.floor, before.seal, at, before.inside)
                yield None, [entry], before, self.position
