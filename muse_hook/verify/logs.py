"""All logs of a store, line by line: which batch of a commit counts, and the lines that do not."""

from __future__ import annotations

import os
import re

from muse_hook.errors import InternalError, StoreError
from muse_hook.oplog.claim import is_claim
from muse_hook.oplog.entry import canonical, entry_id
from muse_hook.oplog.lines import is_altered, manual_entry, parse, read_line_ends
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Mark, Seal, git_line, supersedes
from muse_hook.record.workers import Workers, processors
from muse_hook.replay.tables import RecordedCommit
from muse_hook.verify.report import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.index.index import Index, IndexedBatch
    from muse_hook.oplog.reader import OpenLogs
    from muse_hook.oplog.store import Store
    from muse_hook.verify.report import VerifyReport

# Bytes of a log of which another process reads the second half: 2.2 of 17.5 s of pytest's 173 MB.
_LARGE = 8 << 20
# The commit of an entry, or the address of a seal.
_COMMIT_OF_LINE = re.compile(rb'"(?:commit_id|address)":"([0-9a-f]{40}|[0-9a-f]{64})"')


class Logs:
    """The logs, each read once.

    `commits` has each commit's batch that counts (the newer engine's, of one engine the first), `line_of` the line on
    which it begins, `others` the other batches of these commits, each with its line.
    """

    def __init__(self, store: Store, open_logs: OpenLogs, report: VerifyReport) -> None:
        self.commits: dict[str, RecordedCommit] = {}
        self.line_of: dict[str, int] = {}
        self.others: list[tuple[int, RecordedCommit]] = []
        self._report = report
        self._purged = store.purged()
        self._scans = scan_logs([(session, open_logs.fd(session)) for session, _ in sorted(store.sessions())])
        for scan in self._scans:
            self._add(scan)
        self._report_others(open_logs)
        for scan in self._scans:
            for lines in scan.uncounted:
                self._report_uncounted(scan.session, lines)

    def marks(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield every rewrite mark: its session, its line's number and bytes."""
        for scan in self._scans:
            for line, raw in scan.marks:
                yield scan.session, line, raw

    def add_problem(self, kind: str, message: str, commit: RecordedCommit, line: int = 0) -> None:
        """Report something wrong with a commit's batch."""
        self._report.add_problem(self.problem(kind, message, commit, line))

    def add_note(self, kind: str, message: str, commit: RecordedCommit, line: int = 0) -> None:
        """Report something worth knowing of a commit's batch."""
        self._report.add_note(self.problem(kind, message, commit, line))

    def compare_with(self, index: Index) -> None:
        """Hold the index, which says what need not be recorded, against the logs."""
        index.refresh()
        known = index.find(self.commits)
        wrong = False
        for oid, commit in self.commits.items():
            if not self._stands_where(known.get(oid), commit):
                self.add_problem("index", "the index does not know where the batch stands", commit)
                wrong = True
        beyond = index.count() - len(self.commits) - len(self.others)
        if beyond > 0 and not wrong and not any(scan.has_grown() for scan in self._scans):
            self._report.add_problem(Problem("index", f"the index counts {beyond} batches that stand in no log"))

    def _add(self, scan: LogScan) -> None:
        report = self._report
        report.sessions += 1
        report.commits += len(scan.batches)
        report.entries += sum(entries + 1 for _, _, entries in scan.batches)
        report.marks += len(scan.marks)
        report.manual += scan.manual
        for line, commit, _ in scan.batches:
            if commit.commit_id in self._purged:
                message = "it was purged, and a batch of it stands here again"
                report.add_problem(
                    Problem("purged", message, session=scan.session, line=line, commit_id=commit.commit_id)
                )
                continue
            known = self.commits.get(commit.commit_id)
            if known is not None and not supersedes(commit.engine, known.engine):
                self.others.append((line, commit))
                continue
            if known is not None:
                self.others.append((self.line_of[commit.commit_id], known))
            self.commits[commit.commit_id] = commit
            self.line_of[commit.commit_id] = line
        for line in scan.altered:
            message = "the line, a mark's or a reservation's, is not as it was written"
            report.add_problem(Problem("altered", message, session=scan.session, line=line))
        for line in scan.garbage:
            report.add_note(Problem("garbage", "the line is no entry of a log", session=scan.session, line=line))
        if scan.torn:
            report.add_note(Problem("torn", "the last line has no end", session=scan.session, line=scan.torn))

    def _report_others(self, open_logs: OpenLogs) -> None:
        """Report further batches; once for all that are the same, as in logs of clones that were put together."""
        same: list[tuple[int, RecordedCommit]] = []
        firsts: dict[tuple[str, str], RecordedCommit] = {}  # by commit and engine: the first batch
        for commit in self.commits.values():
            firsts[commit.commit_id, commit.engine] = commit
        for line, commit in self.others:
            counts = self.commits[commit.commit_id]
            where = f"{counts.session}, line {self.line_of[commit.commit_id]}"
            first = firsts.setdefault((commit.commit_id, commit.engine), commit)
            if first is commit:
                self.add_note(
                    "duplicate", f"the commit is recorded by two engines, the newer one's in {where}", commit, line
                )
            elif _bytes(open_logs, commit) == _bytes(open_logs, first):
                same.append((line, commit))
            else:
                self.add_problem("duplicate", f"the commit is recorded twice, first in {where}", commit, line)
        if same:
            line, commit = same[0]
            more = f"; so are {len(same) - 1:,} more batches" if len(same) > 1 else ""
            self.add_note(
                "duplicate", f"the commit's batch stands in the logs twice, both the same{more}", commit, line
            )

    def _report_uncounted(self, session: str, found: UncountedLines) -> None:
        """Lines that do not count are a problem where their commit has no whole batch."""
        lines = f"lines {found.first} to {found.last}" if found.last > found.first else f"line {found.first}"
        kind = "damaged" if found.reason else "half"
        what = (
            f"a damaged batch, {lines}: {found.reason}" if found.reason else f"half of a batch, {lines}, without a seal"
        )
        if found.altered:
            what += f"; line {found.altered} is not as it was written"
        whole = self.commits.get(found.commit_id)
        if whole is not None:
            what += f" (whole in {whole.session}, line {self.line_of[found.commit_id]})"
        problem = Problem(kind, what, session=session, line=found.first, commit_id=found.commit_id)
        if whole is None:
            self._report.add_problem(problem)
        else:
            self._report.add_note(problem)

    def _stands_where(self, indexed: IndexedBatch | None, commit: RecordedCommit) -> bool:
        """Whether the index has a commit's batch where it stands, or another one by the same engine."""
        if indexed is None:
            return False
        if (indexed.session, indexed.start, indexed.end) == (commit.session, commit.start, commit.end):
            return True
        others = (other for _, other in self.others if other.commit_id == commit.commit_id)
        same = [other for other in others if other.engine == commit.engine]
        return any((indexed.session, indexed.start, indexed.end) == (at.session, at.start, at.end) for at in same)

    def problem(self, kind: str, message: str, commit: RecordedCommit, line: int = 0) -> Problem:
        """Return something to say of a commit's batch, at its first line if no `line` is given."""
        line = line or self.line_of[commit.commit_id]
        return Problem(kind, message, session=commit.session, line=line, commit_id=commit.commit_id)


def _bytes(open_logs: OpenLogs, commit: RecordedCommit) -> bytes:
    return os.pread(open_logs.fd(commit.session), commit.end - commit.start, commit.start)


class UncountedLines:
    """Lines of a commit that do not count since they are no whole batch, `first` to `last` (from 1).

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


class _LooseLine:
    """A line that is in no whole batch: its number, its entry (None where it cannot be read), the commit it names."""

    __slots__ = ("commit_id", "entry", "number")

    def __init__(self, number: int, raw: bytes) -> None:
        self.number = number
        self.entry = parse(raw)
        if self.entry is not None:
            self.commit_id = str(self.entry.get("commit_id", ""))
        else:  # a damaged line still names its commit, most of the time
            found = _COMMIT_OF_LINE.search(raw)
            self.commit_id = found[1].decode() if found else ""


def scan_logs(logs: Sequence[tuple[str, int]]) -> list[LogScan]:
    """Return what stands in logs (session, descriptor), in their order; of large ones another process reads the end."""
    parts = {session: part for session, fd in logs if (part := _second_part(fd))} if processors() > 1 else {}
    if not parts:
        return [LogScan(session, fd) for session, fd in logs]
    fds = dict(logs)

    def read_second(session: str) -> LogScan:
        start, end = parts[session]
        return LogScan(session, fds[session], start, end)

    found = []
    with Workers(read_second, list(parts), 1) as workers:
        for session, fd in logs:
            if session not in parts:
                found.append(LogScan(session, fd))
                continue
            start, end = parts[session]
            scan = LogScan(session, fd, 0, start)
            try:
                second = workers.answer(session) if scan.whole_until == start else None
            except (InternalError, StoreError):  # it was killed, or the machine failed it: here that shows, or does not
                second = None
            if second is None:
                scan = LogScan(session, fd, 0, end)
            else:
                scan.add(second)
            found.append(scan)
    return found


def _second_part(fd: int) -> tuple[int, int] | None:
    """Return from where to where a log's second half may be read by itself, None where that is not worth a process.

    It begins behind a seal. Where that seal's batch is whole, a reader that comes from the start stands there as one
    that begins there does.
    """
    end = os.fstat(fd).st_size
    if end < _LARGE:
        return None
    seal = next((found for found in LogReader(fd, end // 2, end=end) if isinstance(found, Seal)), None)
    return None if seal is None else (seal.end, end)


class LogScan:
    """What stands in one session's log: each batch and mark with the number of its first line.

    Of a part of it, from byte `start` to `end`, where these are given: its first line is number 1 then. `lines` is how
    many there are, `whole_until` the offset where the last whole batch ends. `garbage` are the lines that are no entry
    of anything, `altered` those that were a mark or a claim, `torn` the number of a last line without a newline (0:
    none).
    """

    def __init__(self, session: str, fd: int, start: int = 0, end: int | None = None) -> None:
        self.session = session
        self.lines = 0
        self.whole_until = start
        self.batches: list[tuple[int, RecordedCommit, int]] = []  # line, commit, entries
        self.marks: list[tuple[int, bytes]] = []
        self.uncounted: list[UncountedLines] = []
        self.garbage: list[int] = []
        self.altered: list[int] = []
        self.manual = 0
        self.torn = 0
        self._fd = fd
        self._size = os.fstat(fd).st_size if end is None else end
        self._scan()

    def add(self, second: LogScan) -> None:
        """Take in what stands in the part that follows this one."""
        before = self.lines
        self.batches += [(line + before, commit, entries) for line, commit, entries in second.batches]
        self.marks += [(line + before, raw) for line, raw in second.marks]
        for lines in second.uncounted:
            lines.first += before
            lines.last += before
            lines.altered += before if lines.altered else 0
            self.uncounted.append(lines)
        self.garbage += [line + before for line in second.garbage]
        self.altered += [line + before for line in second.altered]
        self.manual += second.manual
        self.torn = second.torn + before if second.torn else 0
        self.lines += second.lines
        self.whole_until = second.whole_until
        self._size = second._size

    def has_grown(self) -> bool:
        """Whether somebody has written to the log meanwhile."""
        return os.fstat(self._fd).st_size != self._size

    def _scan(self) -> None:
        at = self.whole_until
        line = 1
        faults: dict[int, Seal] = {}
        for found in LogReader(self._fd, at, end=self._size):
            if isinstance(found, Mark):
                continue
            if not found.intact:
                faults[found.line] = found
                continue
            line = self._gap(at, found.start, line, faults)
            faults.clear()
            self.batches.append((line, RecordedCommit(self.session, found, found.start), found.entries))
            line += found.entries + 1
            at = found.end
        line = self._gap(at, self._size, line, faults)
        self.whole_until, self.lines = at, line - 1
        if self._size and os.pread(self._fd, 1, self._size - 1) != b"\n":
            self.torn = line - 1

    def _gap(self, start: int, end: int, first: int, faults: dict[int, Seal]) -> int:
        """Sort the lines between two whole batches, the first of which has the number `first`; the next number."""
        number = first - 1
        offset = start
        loose: list[_LooseLine] = []
        for number, (raw, after) in enumerate(read_line_ends(self._fd, start, end), first):
            fault = faults.get(offset)
            offset = after
            if fault is not None:
                self._with_bad_seal(loose, number, fault)
            elif manual_entry(raw) is None and is_altered(raw):
                self.altered.append(number)
            elif manual_entry(raw) is None:
                loose.append(_LooseLine(number, raw))
            elif isinstance(found := git_line(raw, 0), Mark) and not is_claim(found.entry):
                self.marks.append((number, raw))
            else:
                self.manual += 1
        self._group(loose)
        return number + 1

    def _with_bad_seal(self, loose: list[_LooseLine], number: int, seal: Seal) -> None:
        """Take the loose lines that belong to a damaged seal: its commit's, and what stands among them."""
        at = len(loose)
        while at > max(0, len(loose) - seal.entries) and loose[at - 1].commit_id in (seal.commit_id, ""):
            at -= 1
        own = loose[at:]
        del loose[at:]
        first = own[0].number if own else number
        if seal.wrong_entry is None:
            altered = _altered(own, seal.commit_id)
        else:
            altered = number - seal.entries + seal.wrong_entry
            first = min(first, number - seal.entries)
        self.uncounted.append(UncountedLines(seal.commit_id, first, number, seal.reason, altered))

    def _group(self, loose: Sequence[_LooseLine]) -> None:
        """Put together what has no seal: lines of one commit that follow each other; garbage stands alone."""
        group: list[_LooseLine] = []
        for line in loose:
            if group and (group[-1].commit_id, group[-1].number) != (line.commit_id, line.number - 1):
                self._without_seal(group)
                group = []
            group.append(line)
        if group:
            self._without_seal(group)

    def _without_seal(self, group: Sequence[_LooseLine]) -> None:
        commit_id = group[0].commit_id
        if commit_id:
            altered = _altered(group, commit_id)
            self.uncounted.append(UncountedLines(commit_id, group[0].number, group[-1].number, "", altered))
        else:
            self.garbage += [line.number for line in group]


def _altered(lines: Sequence[_LooseLine], commit_id: str) -> int:
    """Return the number of the first line that does not fit its own id, 0 where all do."""
    for position, line in enumerate(lines):
        entry = line.entry
        if entry is None:
            return line.number
        if "commit" in entry:
            continue
        try:
            op_json = canonical(entry.get("domain_op"))
        except (ValueError, RecursionError):  # nested too deep, infinite numbers
            return line.number
        if entry.get("op_id") != entry_id(commit_id, position, op_json):
            return line.number
    return 0
