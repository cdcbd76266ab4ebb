"""The examination itself: read every log, make each batch again, replay, compare."""

from __future__ import annotations

import contextlib
from collections import Counter

from muse_hook.errors import DamagedLogError, MuseHookError, ObjectMissingError
from muse_hook.index.index import Index
from muse_hook.languages.languages import engine
from muse_hook.record.delta import TableCache, delta_of
from muse_hook.replay.batches import Batches
from muse_hook.replay.nodes import causal_order
from muse_hook.replay.replay import Walk
from muse_hook.replay.trees import Trees
from muse_hook.verify.ancestry import Generations
from muse_hook.verify.comparison import Comparison
from muse_hook.verify.logs import Logs
from muse_hook.verify.rebuilt import batch_differences, mark_differences
from muse_hook.verify.report import Remark, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from muse_hook.git import Repository
    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.change import Commit
    from muse_hook.model.ops import DomainOp
    from muse_hook.oplog.store import Store
    from muse_hook.replay.nodes import Node
    from muse_hook.replay.tables import Table

SAMPLE = 20
_NAMED = 3


def verify(
    repo: Repository,
    store: Store,
    *,
    sample: int = SAMPLE,
    everything: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Examine all logs of a store as they are; nothing is recorded first, nothing is mended.

    Every batch is made again from its commit and its ops and compared byte for byte: ids, order of keys, causes, stamps
    (the generation counted from Git's raw commits; not in a shallow history), what the seal says of the commit. Marks
    likewise. Then everything is replayed, and held against the symbols of the tree at the tips of branches and at
    `sample` other commits; with `everything` at each recorded commit, whose ops are told once more, too. Of what
    another engine recorded only the ops may differ. `progress` is called with (done, to do) commits.

    Raises StoreError where a log cannot be read.
    """
    report = Report()
    with Batches(store) as batches, repo.objects() as objects:
        logs = Logs(batches, report)
        with Index(store) as index:
            logs.compare_with(index)
        examination = _Examination(objects, batches, logs, report, thorough=everything)
        chosen = set(logs.nodes) if everything else _sample(repo, logs.nodes, sample)
        examination.replay(chosen, progress)
        examination.check_marks()
        examination.sum_up()
    return report


def _sample(repo: Repository, nodes: dict[str, Node], number: int) -> set[str]:
    """Return the recorded tips of branches and work trees, and evenly spaced commits with the last one among them."""
    tips = {*repo.branches().values(), *(tree.head.oid or "" for tree in repo.worktrees())}
    order = causal_order(nodes)[::-1]
    step = max(1, len(order) // number)
    return (tips & nodes.keys()) | set(order[::step][:number])


class _Examination:
    """Looks at every batch once, in causal order."""

    def __init__(self, objects: ObjectReader, batches: Batches, logs: Logs, report: Report, *, thorough: bool) -> None:
        self._objects = objects
        self._batches = batches
        self._logs = logs
        self._report = report
        self._cache = TableCache() if thorough else None
        self._engine = engine()
        self._generations = Generations(objects)
        self._trees = Trees(objects)
        self._comparison = Comparison(self._trees)
        self._foreign: set[str] = set()  # commits with another engine's batch among what they are replayed from
        self._engines: Counter[str] = Counter()
        self._gone: dict[str, None] = {}

    def replay(self, chosen: set[str], progress: Callable[[int, int], None] | None) -> None:
        """Check each batch, fold it, and compare the `chosen` commits with their trees."""
        nodes = self._logs.nodes
        walk = Walk(nodes, self._ops, lambda oid: self._trees.table(self._objects.commit(oid).tree), self._lost)
        for done, (node, table, ops) in enumerate(walk, 1):
            if progress is not None:
                progress(done, len(nodes))
            if node.engine != self._engine or not self._foreign.isdisjoint(node.parents):
                self._foreign.add(node.commit_id)
            if node.commit_id in chosen:
                self._compare(node, table, ops)
        for line, node in self._logs.again:
            try:
                self._check(node, line)
            except DamagedLogError as error:
                self._logs.problem("batch", error.wrong, node, line)

    def check_marks(self) -> None:
        """Make each rewrite mark again."""
        seen: set[bytes] = set()
        again = 0
        for session, line, raw in self._logs.marks():
            try:
                words = mark_differences(raw, self._commit, self._generations.of)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                words = [f"it is not of our shape ({type(error).__name__}: {error})"]
            again += raw in seen
            seen.add(raw)
            for text in words:
                self._report.problem(Remark("mark", f"the rewrite mark is wrong: {text}", session=session, line=line))
        if again:
            told = f"{again:,} rewrite mark{'s' if again != 1 else ''} in the logs twice, both the same"
            self._report.note(Remark("duplicate", told))

    def sum_up(self) -> None:
        """Note once what holds for many commits."""
        for name, count in sorted(self._engines.items()):
            self._report.note(Remark("engine", f"{_commits(count)} recorded by another engine: {name or '(no name)'}"))
        if self._gone:
            some = ", ".join(oid[:12] for oid in list(self._gone)[:_NAMED])
            more = f" and {len(self._gone) - _NAMED:,} more" if len(self._gone) > _NAMED else ""
            words = f"{_commits(len(self._gone))} recorded and no longer in Git: {some}{more}"
            self._report.note(Remark("gone", words))

    def _ops(self, node: Node) -> list[Any]:
        """Return a commit's ops, its batch being checked on the way."""
        if node.engine != self._engine:
            self._engines[node.engine] += 1
        return self._check(node, self._logs.lines[node.commit_id])

    def _check(self, node: Node, line: int) -> list[Any]:
        data = self._batches.read(node.session, node.start, node.end)
        commit = self._commit(node.commit_id)
        if commit is None:
            self._gone[node.commit_id] = None
        generation = self._generations.of(node.commit_id)
        delta = None
        if self._cache is not None and commit is not None and node.engine == self._engine:
            with contextlib.suppress(ObjectMissingError):
                delta = delta_of(self._objects, commit, self._cache)
        try:
            ops, found = batch_differences(data, commit, generation, engine=self._engine, delta=delta)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
            wrong = f"it is not of our shape ({type(error).__name__}: {error})"
            raise DamagedLogError("reading a batch", wrong) from error
        for difference in found:
            self._logs.problem("batch", difference.words, node, line + difference.line)
        return ops

    def _lost(self, node: Node, error: MuseHookError) -> None:
        if isinstance(error, ObjectMissingError):
            words = f"neither it nor what follows it is replayed: {error.oid} is neither recorded nor in Git"
            self._logs.note("absent", words, node)
        else:
            self._logs.problem("batch", error.wrong, node)

    def _compare(self, node: Node, table: Table, ops: Sequence[DomainOp]) -> None:
        """Compare all paths; where the first parent was compared, those that the commit can have changed."""
        try:
            if self._cache is None:
                found = list(self._comparison.whole(node, table))
            else:
                found = list(self._comparison.changed(node, table, self._tree_before(node), ops))
        except ObjectMissingError as error:
            self._logs.note("absent", f"not compared with its tree: {error.oid} is not in Git", node)
            return
        self._report.replayed += 1
        is_foreign = node.commit_id in self._foreign
        if is_foreign:
            found = [(address, f"{words} (another engine's ops are among those replayed)") for address, words in found]
        for address, words in found:
            line = self._logs.lines[node.commit_id]
            remark = Remark("replay", words, session=node.session, line=line, commit_id=node.commit_id, address=address)
            if is_foreign:
                self._report.note(remark)
            else:
                self._report.problem(remark)

    def _tree_before(self, node: Node) -> str | None:
        if not node.parents:
            return None
        first = node.parents[0]
        return self._logs.nodes[first].tree if first in self._logs.nodes else self._objects.commit(first).tree

    def _commit(self, oid: str) -> Commit | None:
        try:
            return self._objects.commit(oid)
        except MuseHookError:
            return None


def _commits(number: int) -> str:
    return f"{number:,} commit{'s' if number != 1 else ''}"
