"""Finding the batches of a log: what stands before a seal whose digest fits."""

from __future__ import annotations

import os

from muse_hook.errors import StoreError
from muse_hook.oplog.digest import fast_sha256
from muse_hook.oplog.ids import MAX_GENERATION, POSITIONS, seal_id, stamp
from muse_hook.oplog.lines import BLOCK, parse, start_of_last

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Inside a JSON text its quotes would be escaped: only seals, marks and oddities hold these bytes.
_GIT_LINE = b'"domain":"git"'
_DIGEST_BLOCK = 1 << 24


class Seal:
    """A seal that was found, and whether its batch is whole.

    Offsets in bytes: the batch is `start` to `end`, its seal's line starts at `line`. `reason` says why it is not
    `intact`. `entry` is the whole line as a dict; `generation` and `entries` are 0 where the line does not say.
    """

    __slots__ = ("commit_id", "end", "entries", "entry", "generation", "line", "reason", "start")

    def __init__(self, entry: dict[str, Any], line: int, end: int) -> None:
        commit = entry["commit"]
        self.entry = entry
        self.commit_id: str = entry["commit_id"]
        self.generation = _natural(commit.get("generation"))
        self.entries = _natural(commit.get("entries"))
        self.start = line
        self.line = line
        self.end = end
        self.reason = _altered(entry, self.generation, self.entries)

    @property
    def intact(self) -> bool:
        """Whether the batch counts."""
        return not self.reason

    @property
    def tree(self) -> str:
        """The commit's tree id."""
        return str(self.entry["domain_op"]["content_id"])

    @property
    def parents(self) -> tuple[str, ...]:
        """The commit's parents."""
        return tuple(self.entry["commit"]["parents"])

    @property
    def shallow(self) -> bool:
        """Whether the commit stood at, or above, the boundary of a shallow clone when it was recorded."""
        return self.entry["commit"].get("shallow") is True

    def __repr__(self) -> str:
        return f"Seal({self.commit_id[:10]} {self.start}-{self.end} {self.reason or 'intact'})"


class Mark:
    """A rewrite mark that was found: `op_id`, and `end`, the offset after its line."""

    __slots__ = ("end", "entry", "op_id")

    def __init__(self, entry: dict[str, Any], end: int) -> None:
        self.entry = entry
        self.op_id: str = entry["op_id"]
        self.end = end

    def __repr__(self) -> str:
        return f"Mark({self.op_id})"


class Scanner:
    """An iterator over the seals and marks of an open log, in order; damaged seals are among them.

    Reads whole lines only: a last line without its newline waits for it. `position` (offset of the first line not
    read), `floor` (end of the last intact batch) and `lines` (lines between the two) are where another scanner can go
    on. Never raises on what it reads.
    """

    __slots__ = ("_end", "_fd", "floor", "lines", "position")

    def __init__(
        self, fd: int, position: int = 0, *, floor: int | None = None, lines: int = 0, end: int | None = None
    ) -> None:
        self._fd = fd
        self._end = end
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
                found = self._judged(data[start:stop], base + start)
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

    def _judged(self, line: bytes, start: int) -> Seal | Mark | None:
        """Return what the line is, None for an ordinary one."""
        entry = parse(line)
        if entry is None or entry.get("domain") != "git" or not _is_id(entry.get("op_id")):
            return None
        if "commit_id" not in entry:
            return Mark(entry, start + len(line))
        if not _is_id(entry["commit_id"]) or not isinstance(entry.get("commit"), dict):
            return None
        seal = Seal(entry, start, start + len(line))
        if not seal.reason:
            self._find_batch(seal)
        return seal

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
        digest = fast_sha256()
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
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"reading {path}", error.strerror or str(error)) from error
    try:
        for found in Scanner(fd, offset):
            if isinstance(found, Seal):
                yield found
    finally:
        os.close(fd)


def _altered(entry: dict[str, Any], generation: int, entries: int) -> str:
    """Say in what a seal contradicts itself; "" for nothing."""
    commit, op, commit_id = entry["commit"], entry.get("domain_op"), entry["commit_id"]
    parents = commit.get("parents")
    fits = (
        entry["op_id"] == seal_id(commit_id)
        and isinstance(op, dict)
        and op.get("address") == commit_id
        and isinstance(op.get("content_id"), str)
        and isinstance(parents, list)
        and all(isinstance(parent, str) for parent in parents)
        and 0 < generation < MAX_GENERATION
        and entries < POSITIONS
        and entry.get("lamport_ts") == stamp(generation, entries)
        and entry.get("created_at") == commit.get("committed_at")
        and (entries > 0 or entry.get("parent_op_ids") == [seal_id(parent) for parent in parents])
    )
    return "" if fits else "the seal contradicts itself"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii()


def _natural(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0
