"""One session's log, from a place on: what was appended, and finding the place again in a log that was replaced."""

from __future__ import annotations

import os
import time
from json import loads

from muse_hook.oplog.lines import manual_entry, read_lines, start_of_last
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Seal
from muse_hook.watch.cursor import Place
from muse_hook.watch.packing import KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from typing import Any

    News = tuple[str | None, list[Any], Place, Place]
    """A commit's id (None: an entry by hand), its entries, the place before and the place after."""

_MOMENT = 0.1  # seconds
_LONGEST = 1 << 26  # bytes; no seal is as long
FOUND, OLDER, LOST = "found", "older", "lost"
"""What became of a place in a log that was replaced: its seal stands elsewhere; the log ends before it, with something
that was told; nothing that was told last is there, and it goes on with what arrives from now on."""


class Tail:
    """A log and how far it was read.

    Where the log was cut or replaced, `told` is asked, with the file's status, for the ids of the commits that were
    told, and `on_change` is called with FOUND, OLDER or LOST.
    """

    def __init__(
        self,
        path: str,
        place: Place,
        told: Callable[[os.stat_result], Container[str]],
        on_change: Callable[[str], None],
    ) -> None:
        self.place = place
        self._began = place.seal[:KEPT]
        self._told = told
        self._path = path
        self._on_change = on_change
        self._position = place.floor
        self._lines = 0  # whole lines between the floor and the position
        self._line = -1  # where the seal before the floor begins, as far as that is known
        self._now = self._seen = (0, 0, 0)
        self._other = (self._seen, 0.0)
        self._by_hand: set[str] = set()

    def poll(self) -> Iterator[News]:
        """Yield what is new."""
        fd = self._open()
        if fd is None:
            return
        try:
            found = os.fstat(fd)
            if self._is_other(fd, found):
                if not self._is_settled():
                    return
                self._find_again(fd, found)
            if found.st_size > self._position:
                yield from self._read(fd, found.st_size)
        finally:
            os.close(fd)

    def settle(self) -> bool:
        """Look whether the log is what it was when the place was noted, or has the place elsewhere now."""
        fd = self._open()
        if fd is None:
            return not self.place.read
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
        if self._now == self._seen or self._holds(fd, found.st_size):
            self._seen = self._now
            return False
        return True

    def _is_settled(self) -> bool:
        """Say whether a log that is another one has not changed for a moment: it may be in the middle of a copy."""
        now = time.monotonic()
        if self._other[0] != self._now:
            self._other = (self._now, now)
        return now - self._other[1] >= _MOMENT

    def _holds(self, fd: int, size: int) -> bool:
        """Say whether the last seal is where it was."""
        if size < max(self._position, self.place.read):
            return False
        if not self.place.seal:
            return True
        start = self._line if self._line >= 0 else start_of_last(fd, self.place.floor, 1)
        length = self.place.floor - start
        line = os.pread(fd, length, start) if length < _LONGEST else b""
        is_line = line.find(b"\n") == len(line) - 1
        holds = is_line and f'"op_id":"{self.place.seal[:KEPT]}'.encode() in line
        self._line = start if holds else -1  # in the middle of a copy a line may begin anywhere
        return holds

    def _find_again(self, fd: int, found: os.stat_result) -> str:
        """Take the place by the id of its seal in a log that was replaced; what became of it."""
        wanted, told = self.place.seal, self._told(found)
        places: dict[str, Place] = {}  # by the id of a seal that may be the place's
        older, last = None, ""
        scanner = LogReader(fd, end=found.st_size)
        for each in scanner:
            if not isinstance(each, Seal) or not each.intact:
                continue
            last = each.entry["op_id"]
            if wanted and last.startswith(wanted[:KEPT]):
                places.setdefault(last, Place(each.end, last))
            if each.commit_id in told or last[:KEPT] == self._began:
                older = Place(each.end, last)
        same = places.get(wanted) or (next(iter(places.values())) if len(places) == 1 else None)
        if same is not None:
            beyond = same.floor + self.place.read - self.place.floor
            is_line = beyond <= found.st_size and os.pread(fd, 1, beyond - 1) == b"\n"
            how, self.place = FOUND, Place(same.floor, same.seal, beyond if is_line else 0, self.place.inside)
        elif older is not None or not wanted:
            how, self.place = OLDER, older or Place()
        else:
            how, self.place = LOST, Place(scanner.floor, last, scanner.position)
        self._position, self._lines, self._line = self.place.floor, 0, -1
        self._on_change(how)
        return how

    def _read(self, fd: int, size: int) -> Iterator[News]:
        scanner = LogReader(fd, self._position, floor=self.place.floor, lines=self._lines, end=size)
        for found in scanner:
            if isinstance(found, Seal) and found.intact:
                yield from self._read_by_hand(fd, found.start)
                before, self.place = self.place, Place(found.end, found.entry["op_id"])
                self._line = found.line
                entries = [loads(line) for line in read_lines(fd, found.start, found.end)]
                yield found.commit_id, entries, before, self.place
        self._position, self._lines = scanner.position, scanner.lines
        yield from self._read_by_hand(fd, scanner.position)

    def _read_by_hand(self, fd: int, end: int) -> Iterator[News]:
        """Yield the entries by hand up to `end` that were not told yet; lines of half a batch are passed over."""
        at = self.place.read
        for line in read_lines(fd, at, end):
            at += len(line) + 1
            entry = manual_entry(line)
            if entry is not None and entry["op_id"] not in self._by_hand:
                self._by_hand.add(entry["op_id"])
                before = self.place
                self.place = Place(before.floor, before.seal, at, before.inside)
                yield None, [entry], before, self.place
