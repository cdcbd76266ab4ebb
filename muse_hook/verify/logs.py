"""All logs of a store: which batch of a commit counts, and what is to be said of the lines that do not."""

from __future__ import annotations

from muse_hook.oplog.seal import supersedes
from muse_hook.verify.report import Remark
from muse_hook.verify.scan import LogScan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.index.index import Index, IndexedBatch
    from muse_hook.replay.batches import Batches
    from muse_hook.replay.nodes import Node
    from muse_hook.verify.report import Report
    from muse_hook.verify.scan import Leftover


class Logs:
    """The logs, each read once.

    `nodes` has each commit's batch that counts (the newer engine's, of one engine the first), `lines` the line on which
    it begins, `again` the other batches of these commits, each with its line; `marks` yields (session, line, bytes).
    """

    def __init__(self, batches: Batches, report: Report) -> None:
        self.nodes: dict[str, Node] = {}
        self.lines: dict[str, int] = {}
        self.again: list[tuple[int, Node]] = []
        self._report = report
        self._scans = [LogScan(session, batches.log(session)) for session, _ in sorted(batches.store.sessions())]
        for scan in self._scans:
            self._take(scan)
        self._tell_of_others(batches)
        for scan in self._scans:
            for left in scan.leftovers:
                self._tell_of_leftover(scan.session, left)

    def marks(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield every rewrite mark: its session, its line's number and bytes."""
        for scan in self._scans:
            for line, raw in scan.marks:
                yield scan.session, line, raw

    def problem(self, kind: str, words: str, node: Node, line: int = 0) -> None:
        """Tell of something wrong with a commit's batch."""
        self._report.problem(self._remark(kind, words, node, line))

    def note(self, kind: str, words: str, node: Node, line: int = 0) -> None:
        """Tell of something worth knowing of a commit's batch."""
        self._report.note(self._remark(kind, words, node, line))

    def compare_with(self, index: Index) -> None:
        """Hold the index, which says what need not be recorded, against the logs."""
        index.refresh()
        known = index.find(self.nodes)
        wrong = False
        for oid, node in self.nodes.items():
            if not self._stands_where(known.get(oid), node):
                self.problem("index", "the index does not know where the batch stands", node)
                wrong = True
        beyond = index.count() - len(self.nodes) - len(self.again)
        if beyond > 0 and not wrong and not any(scan.has_grown() for scan in self._scans):
            self._report.problem(Remark("index", f"the index counts {beyond} batches that stand in no log"))

    def _take(self, scan: LogScan) -> None:
        report = self._report
        report.sessions += 1
        report.commits += len(scan.batches)
        report.entries += sum(entries + 1 for _, _, entries in scan.batches)
        report.marks += len(scan.marks)
        report.by_hand += scan.by_hand
        for line, node, _ in scan.batches:
            known = self.nodes.get(node.commit_id)
            if known is not None and not supersedes(node.engine, known.engine):
                self.again.append((line, node))
                continue
            if known is not None:
                self.again.append((self.lines[node.commit_id], known))
            self.nodes[node.commit_id] = node
            self.lines[node.commit_id] = line
        for line in scan.garbage:
            report.note(Remark("garbage", "the line is no entry of a log", session=scan.session, line=line))
        if scan.torn:
            report.note(Remark("torn", "the last line has no end", session=scan.session, line=scan.torn))

    def _tell_of_others(self, batches: Batches) -> None:
        """Tell of further batches; once of all that are the same, as in logs of clones that were put together."""
        same: list[tuple[int, Node]] = []
        there: dict[tuple[str, str], Node] = {}  # by commit and engine: the first batch
        for node in self.nodes.values():
            there[node.commit_id, node.engine] = node
        for line, node in self.again:
            counts = self.nodes[node.commit_id]
            where = f"{counts.session}, line {self.lines[node.commit_id]}"
            first = there.setdefault((node.commit_id, node.engine), node)
            if first is node:
                self.note("duplicate", f"the commit is recorded by two engines, the newer one's in {where}", node, line)
            elif _bytes(batches, node) == _bytes(batches, first):
                same.append((line, node))
            else:
                self.problem("duplicate", f"the commit is recorded twice, first in {where}", node, line)
        if same:
            line, node = same[0]
            more = f"; so are {len(same) - 1:,} more batches" if len(same) > 1 else ""
            self.note("duplicate", f"the commit's batch stands in the logs twice, both the same{more}", node, line)

    def _tell_of_leftover(self, session: str, left: Leftover) -> None:
        """Lines that do not count are a problem where their commit has no whole batch."""
        lines = f"lines {left.first} to {left.last}" if left.last > left.first else f"line {left.first}"
        kind = "damaged" if left.reason else "half"
        what = (
            f"a damaged batch, {lines}: {left.reason}" if left.reason else f"half of a batch, {lines}, without a seal"
        )
        if left.altered:
            what += f"; line {left.altered} is not as it was written"
        whole = self.nodes.get(left.commit_id)
        if whole is not None:
            what += f" (whole in {whole.session}, line {self.lines[left.commit_id]})"
        remark = Remark(kind, what, session=session, line=left.first, commit_id=left.commit_id)
        if whole is None:
            self._report.problem(remark)
        else:
            self._report.note(remark)

    def _stands_where(self, sealed: IndexedBatch | None, node: Node) -> bool:
        """Whether the index has a commit's batch where it stands, or another one by the same engine."""
        if sealed is None:
            return False
        if (sealed.session, sealed.start, sealed.end) == (node.session, node.start, node.end):
            return True
        others = (other for _, other in self.again if other.commit_id == node.commit_id)
        places = [other for other in others if other.engine == node.engine]
        return any((sealed.session, sealed.start, sealed.end) == (at.session, at.start, at.end) for at in places)

    def _remark(self, kind: str, words: str, node: Node, line: int) -> Remark:
        line = line or self.lines[node.commit_id]
        return Remark(kind, words, session=node.session, line=line, commit_id=node.commit_id)


def _bytes(batches: Batches, node: Node) -> bytes:
    return batches.read(node.session, node.start, node.end)
