"""One log, line by line: whole batches, marks, lines by hand, and what does not count."""

from __future__ import annotations

import os
import re

from muse_hook.oplog.entry import canonical, entry_id
from muse_hook.oplog.lines import manual_entry, parse, read_lines
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Mark, Seal, git_line
from muse_hook.replay.nodes import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Leftover:
    """Lines of a commit that are no whole batch, `first` to `last` (from 1).

    `reason` is the seal's fault, "" where there is no seal; `altered` the first line that is not as it was written, 0
    where no line shows that by itself.
    """

    __slots__ = ("altered", "commit_id", "first", "last", "reason")

    def __init__(self, commit_id: str, first: int, last: int, reason: str, altered: int) -> None:
        self.commit_id = commit_id
        self.first = first
        self.last = last
        self.reason = reason
        self.altered = altered


class Line:
    """A line that is in no whole batch: its number, its entry (None where it cannot be read), the commit it names."""

    __slots__ = ("commit_id", "entry", "number")

    def __init__(self, number: int, raw: bytes) -> None:
        self.number = number
        self.entry = parse(raw)
        if self.entry is not None:
            self.commit_id = str(self.entry.get("commit_id", ""))
        else:  # a damaged line still names its commit, most of the time
            found = _NAMED.search(raw)
            self.commit_id = found[1].decode() if found else ""


class LogScan:
    """What stands in one session's log: each batch and mark with the number of its first line.

    `garbage` are the lines that are no entry of anything, `torn` the number of a last line without a newline (0: none).
    """

    def __init__(self, session: str, fd: int) -> None:
        self.session = session
        self.batches: list[tuple[int, Node, int]] = []  # line, commit, entries
        self.marks: list[tuple[int, bytes]] = []
        self.leftovers: list[Leftover] = []
        self.garbage: list[int] = []
        self.by_hand = 0
        self.torn = 0
        self._fd = fd
        self._size = os.fstat(fd).st_size
        self._scan()

    def has_grown(self) -> bool:
        """Whether somebody has written to the log meanwhile."""
        return os.fstat(self._fd).st_size != self._size

    def _scan(self) -> None:
        at = 0
        line = 1
        faults: dict[int, Seal] = {}
        for found in LogReader(self._fd, 0, end=self._size):
            if isinstance(found, Mark):
                continue
            if not found.intact:
                faults[found.line] = found
                continue
            line = self._gap(at, found.start, line, faults)
            faults.clear()
            self.batches.append((line, Node(self.session, found, found.start), found.entries))
            line += found.entries + 1
            at = found.end
        line = self._gap(at, self._size, line, faults)
        if self._size and os.pread(self._fd, 1, self._size - 1) != b"\n":
            self.torn = line - 1

    def _gap(self, start: int, end: int, first: int, faults: dict[int, Seal]) -> int:
        """Sort the lines between two whole batches, the first of which has the number `first`; the next number."""
        number = first - 1
        offset = start
        strays: list[Line] = []
        for number, raw in enumerate(read_lines(self._fd, start, end), first):
            fault = faults.get(offset)
            offset += len(raw) + 1
            if fault is not None:
                self._damaged(strays, number, fault)
            elif manual_entry(raw) is None:
                strays.append(Line(number, raw))
            elif isinstance(git_line(raw, 0), Mark):
                self.marks.append((number, raw))
            else:
                self.by_hand += 1
        self._halves(strays)
        return number + 1

    def _damaged(self, strays: list[Line], number: int, seal: Seal) -> None:
        """Take those of the strays that belong to a damaged seal: its commit's, and what stands among them."""
        at = len(strays)
        while at > max(0, len(strays) - seal.entries) and strays[at - 1].commit_id in (seal.commit_id, ""):
            at -= 1
        own = strays[at:]
        del strays[at:]
        first = own[0].number if own else number
        self.leftovers.append(Leftover(seal.commit_id, first, number, seal.reason, _altered(own, seal.commit_id)))

    def _halves(self, strays: Sequence[Line]) -> None:
        """Put together what has no seal: lines of one commit that follow each other; garbage stands alone."""
        group: list[Line] = []
        for line in strays:
            if group and (group[-1].commit_id, group[-1].number) != (line.commit_id, line.number - 1):
                self._half(group)
                group = []
            group.append(line)
        if group:
            self._half(group)

    def _half(self, group: Sequence[Line]) -> None:
        commit_id = group[0].commit_id
        if commit_id:
            altered = _altered(group, commit_id)
            self.leftovers.append(Leftover(commit_id, group[0].number, group[-1].number, "", altered))
        else:
            self.garbage += [line.number for line in group]


# The commit of an entry, or the address of a seal.
_NAMED = re.compile(rb'"(?:commit_id|address)":"([0-9a-f]{40}|[0-9a-f]{64})"')


def _altered(lines: Sequence[Line], commit_id: str) -> int:
    """Return the number of the first line that does not fit its own id, 0 where all do."""
    for position, line in enumerate(lines):
        entry = line.entry
        if entry is None:
            return line.number
        if "commit" in entry:
            continue
        if entry.get("op_id") != entry_id(commit_id, position, canonical(entry.get("domain_op"))):
            return line.number
    return 0
