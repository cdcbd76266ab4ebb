"""Finding the batches of a log: what stands before a seal whose digest fits."""

from __future__ import annotations

import os

from muse_hook.digest import hasher
from muse_hook.oplog.lines import BLOCK, open_log, start_of_last
from muse_hook.oplog.seal import Mark, Seal, git_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Inside a JSON text its quotes would be escaped: only seals, marks and oddities hold these bytes.
_GIT_LINE = b'"domain":"git"'
_DIGEST_BLOCK = 1 << 24


class Scanner:
    """An iterator over the seals and marks of an open log, in order; damaged seals are among them.

    Reads whole lines only: a last line without its newline waits for it. `position` (offset of the first line not
    read), `floor` (end of the last intact batch) and `lines` (lines between the two) are where another scanner can go
    on. Never raises on what it reads.
    """

    __slots__ = ("_end", "_fd", "_hashed", "floor", "lines", "position")

    def __init__(
        self, fd: int, position: int = 0, *, floor: int | None = None, lines: int = 0, end: int | None = None
    ) -> None:
        self._fd = fd
        self._end = end
        self._hashed = 0
        self.position = position
        self.floor = position if floor is None else floor
        self.lines = lines

    def __iter__(self) -> Iterator[Seal | Mark]:
        base = self.position  # the offset of data[0], a line's start
        data = b""
        while block := self._read(base + len(data), max(BLOCK, len(data))):
            data += block
            whole = data.rfind(b"\n") + 1
            at = 0
            while (hit := data.find(_GIT_LINE, at, whole)) >= 0:
                start = data.rfind(b"\n", at, hit) + 1 or at
                stop = data.index(b"\n", hit) + 1
                self.lines += data.count(b"\n", at, start)
                found = git_line(data[start:stop], base + start)
                if isinstance(found, Seal) and found.intact:
                    self._find_batch(found)
                self.position = base + stop
                if isinstance(found, Seal) and found.intact:
                    self.floor, self.lines = self.position, 0
                else:
                    self.lines += 1
                at = stop
                if found is not None:
                    yield found
            self.lines += data.count(b"\n", at, whole)
            base += whole
            self.position = base
            data = data[whole:]

    def _read(self, at: int, size: int) -> bytes:
        if self._end is not None:
            size = min(size, self._end - at)
        return os.pread(self._fd, size, at) if size > 0 else b""

    def _find_batch(self, seal: Seal) -> None:
        """Set where the seal's batch starts, or why it is not there."""
        if seal.entries > self.lines:
            seal.reason = f"{seal.entries} entries should stand before the seal, {self.lines} do"
            return
        whole = seal.entries == self.lines
        seal.start = self.floor if whole else start_of_last(self._fd, seal.line, seal.entries)
        if self._digest(seal.start, seal.line) != seal.entry["commit"].get("sha256"):
            seal.reason = "the entries before the seal do not fit its digest"

    def _digest(self, start: int, end: int) -> str:
        self._hashed += end - start
        digest = hasher(self._hashed)
        while start < end:
            block = os.pread(self._fd, min(_DIGEST_BLOCK, end - start), start)
            if not block:
                break
            digest.update(block)
            start += len(block)
        return digest.hexdigest()


def scan(path: str, offset: int = 0) -> Iterator[Seal]:
    """Yield the seals of the log at `path` from the byte `offset`, the end of a batch (or 0), on.

    None where there is no log; raises StoreError where it cannot be read.
    """
    fd = open_log(path)
    if fd is None:
        return
    try:
        for found in Scanner(fd, offset):
            if isinstance(found, Seal):
                yield found
    finally:
        os.close(fd)
