"""Verifying the logs: each batch made again from Git, everything replayed and compared with the trees."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from json import loads

from muse_hook.errors import DamagedLogError, InternalError, MuseHookError, ObjectMissingError, StoreError
from muse_hook.index.index import Index
from muse_hook.languages.languages import engine
from muse_hook.oplog.batch import Batch
from muse_hook.oplog.reader import OpenLogs
from muse_hook.oplog.seal import grammars_of, is_cut
from muse_hook.pathrules.rules import ATTRIBUTES_FILE, IGNORE_FILE
from muse_hook.record.delta import TableCache, commit_delta
from muse_hook.record.lacking import find_lacking
from muse_hook.record.workers import Workers, processors
from muse_hook.replay.replay import Walk
from muse_hook.replay.tables import causal_order
from muse_hook.replay.trees import BlobSymbols, PartialSymbols, Trees, read_symbols
from muse_hook.verify.logs import Logs
from muse_hook.verify.rebuilt import batch_differences, mark_differences
from muse_hook.verify.report import Problem, VerifyReport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.model.change import Commit
    from muse_hook.model.ops import DomainOp, StructuredDelta
    from muse_hook.oplog.store import Store
    from muse_hook.replay.tables import RecordedCommit, Symbols, TreeSymbols
    from muse_hook.verify.rebuilt import Difference

SAMPLE = 20
FILES = 12
"""So many files are read a commit of the sample, on the average: reading takes a hundred times as long as replay."""
APART = 2_000
"""From so many commits on another process makes batches again, while this one replays and reads files."""
_COMMITS_IN_A_NOTE = 3
_NONE: dict[str, str] = {}
_DIGITS = 12


def verify(
    repo: Repository,
    store: Store,
    *,
    sample: int = SAMPLE,
    everything: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyReport:
    """Verify all logs of a store as they are; nothing is recorded or repaired first.

    Every batch is made again from its commit and its ops and compared byte for byte: ids, order of keys, causes, stamps
    (the generation counted from Git's raw commits; not in a shallow history), what the seal says of the commit. Marks
    likewise. Then everything is replayed, and compared with the symbols of the tree at the tips of branches and at
    `sample` other commits, of which `FILES` files each are read where there are more that nobody has looked at yet;
    with `everything` in each file of each recorded commit, whose ops are made again, too. Of what another engine
    recorded only the ops may differ. `progress` is called with (done, to do) commits.

    Raises StoreError where a log cannot be read.
    """
    report = VerifyReport()
    with OpenLogs(store) as open_logs, repo.objects() as objects:
        logs = Logs(store, open_logs, report)
        verification = _Verification(repo, objects, open_logs, logs, report, thorough=everything, files=FILES * sample)
        with verification.apart():
            with Index(store) as index:
                logs.compare_with(index)
            ours = {oid: commit.engine for oid, commit in logs.commits.items() if _is_ours(commit.engine)}
            verification.lacking = frozenset() if everything else frozenset(find_lacking(repo, store, ours))
            chosen = set(logs.commits) if everything else _sample(repo, logs.commits, sample)
            verification.replay(chosen, progress)
        verification.check_marks()
        verification.sum_up()
    return report


def _sample(repo: Repository, commits: dict[str, RecordedCommit], number: int) -> set[str]:
    """Return the recorded tips of branches and work trees, and evenly spaced commits with the last one among them."""
    tips = {*repo.branches().values(), *(tree.head.oid or "" for tree in repo.worktrees())}
    order = causal_order(commits)[::-1]
    step = max(1, len(order) // number)
    return (tips & commits.keys()) | set(order[::step][:number])


class _Verification:
    """Looks at every batch once, in causal order."""

    def __init__(
        self,
        repo: Repository,
        objects: ObjectReader,
        open_logs: OpenLogs,
        logs: Logs,
        report: VerifyReport,
        *,
        thorough: bool,
        files: int,
    ) -> None:
        self.repo = repo
        self._objects = objects
        self._open_logs = open_logs
        self._workers: Workers | None = None  # another process, which makes batches again
        self.logs = logs
        self._report = report
        self._table_cache = TableCache() if thorough else None
        self._generations = RawGenerations(objects)
        self._trees = Trees(objects)
        self._comparison = TreeComparison(self._trees)
        self._files_left = files  # to be read
        self._commits_left = 0  # to be compared
        # Commits with another engine's batch among what they are replayed from.
        self._by_other_engines: set[str] = set()
        self.lacking: frozenset[str] = frozenset()  # commits whose recorder lacked a grammar; a thorough look finds out
        self._engines: Counter[str] = Counter()
        self._gone: dict[str, None] = {}

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Have another process make batches again meanwhile, where that is worth one."""
        order = causal_order(self.logs.commits)
        if self._table_cache is not None or len(order) < APART or processors() == 1:
            yield
            return
        with Workers(_Apart(self).difference, order, 1) as self._workers:
            yield
        self._workers = None

    def replay(self, chosen: set[str], progress: Callable[[int, int], None] | None) -> None:
        """Check each batch, replay it, and compare the `chosen` commits with their trees."""
        commits = self.logs.commits
        walk = Walk(commits, self._ops, lambda oid: self._trees.symbols(self._objects.commit(oid).tree), self._on_error)
        done = 0
        self._commits_left = len(chosen)
        for commit, symbols, ops in walk:
            done += 1  # noqa: SIM113 - `enumerate` would keep the last one's ops
            if progress is not None:
                progress(done, len(commits))
            if commit.commit_id in self.lacking:
                self._engines[commit.engine] += 1
                self._by_other_engines.add(commit.commit_id)
            if not _is_ours(commit.engine) or not self._by_other_engines.isdisjoint(commit.parents):
                self._by_other_engines.add(commit.commit_id)
            if commit.commit_id in chosen:
                self._compare(commit, symbols, ops)
            del ops  # those of 50,000 functions are 40 MB beside the next commit's
        for line, commit in self.logs.others:
            try:
                self._check(commit, line)
            except DamagedLogError as error:
                self.logs.add_problem("batch", error.wrong, commit, line)

    def check_marks(self) -> None:
        """Make each rewrite mark again."""
        seen: set[bytes] = set()
        again = 0
        for session, line, raw in self.logs.marks():
            try:
                messages = mark_differences(raw, self._commit, self._generations.of)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                messages = [f"it is not of our shape ({type(error).__name__}: {error})"]
            again += raw in seen and not is_cut(loads(raw))  # two copies of one commit's batch leave two
            seen.add(raw)
            for message in messages:
                self._report.add_problem(
                    Problem("mark", f"the rewrite mark is wrong: {message}", session=session, line=line)
                )
        if again:
            message = f"{again:,} rewrite mark{'s' if again != 1 else ''} in the logs twice, both the same"
            self._report.add_note(Problem("duplicate", message))

    def sum_up(self) -> None:
        """Note once what holds for many commits."""
        for name, count in sorted(self._engines.items()):
            self._report.add_note(
                Problem("engine", f"{_commits(count)} recorded by another engine: {name or '(no name)'}")
            )
        if self._gone:
            some = ", ".join(oid[:12] for oid in list(self._gone)[:_COMMITS_IN_A_NOTE])
            more = f" and {len(self._gone) - _COMMITS_IN_A_NOTE:,} more" if len(self._gone) > _COMMITS_IN_A_NOTE else ""
            message = f"{_commits(len(self._gone))} recorded and no longer in Git: {some}{more}"
            self._report.add_note(Problem("gone", message))

    def _ops(self, commit: RecordedCommit) -> list[Any]:
        """Return a commit's ops, its batch being checked on the way."""
        if not _is_ours(commit.engine):
            self._engines[commit.engine] += 1
        line = self.logs.line_of[commit.commit_id]
        if self._workers is None:
            return self._check(commit, line)
        try:
            is_gone, wrong, found = self._workers.answer(commit.commit_id)
        except (InternalError, StoreError):  # it was killed, or the machine failed it: here that shows, or does not
            self._workers = None
            return self._check(commit, line)
        if is_gone:
            self._gone[commit.commit_id] = None
        if wrong:
            raise DamagedLogError("reading a batch", wrong)
        self._add(commit, line, found)
        # what the other process found to be whole
        data = os.pread(self._open_logs.fd(commit.session), commit.end - commit.start, commit.start)
        ops: list[Any] = Batch(commit.commit_id, 0, data, engine=commit.engine).ops()
        return ops

    def _check(self, recorded: RecordedCommit, line: int) -> list[Any]:
        commit = self._commit(recorded.commit_id)
        if commit is None:
            self._gone[recorded.commit_id] = None
        delta = None
        ours = recorded.engine if _is_ours(recorded.engine) else ""
        if self._table_cache is not None and commit is not None and _is_ours(recorded.engine):
            with contextlib.suppress(ObjectMissingError):
                _, made, languages, _ = commit_delta(self._objects, commit, self._table_cache)
                ours = engine(languages)
                if ours == recorded.engine:
                    delta = made
                else:  # a grammar that its files need was not there
                    self._engines[recorded.engine] += 1
                    self._by_other_engines.add(recorded.commit_id)
        ops, found = self.differences(recorded, commit, self._generations, engine=ours, delta=delta)
        self._add(recorded, line, found)
        return ops

    def _add(self, recorded: RecordedCommit, line: int, found: Sequence[Difference]) -> None:
        for number, message in found:
            self.logs.add_problem("batch", message, recorded, line + number)

    def differences(
        self,
        recorded: RecordedCommit,
        commit: Commit | None,
        generations: RawGenerations,
        *,
        engine: str,
        delta: StructuredDelta | None = None,
    ) -> tuple[list[Any], list[Difference]]:
        """Return the ops of a batch, and in what it differs from the one made again. Raises DamagedLogError."""
        generation = generations.of(recorded.commit_id)
        try:
            batch = self._open_logs.reader(recorded.session).batch(recorded)
            return batch_differences(batch, commit, generation, engine=engine, delta=delta)
        except DamagedLogError as error:
            raise _bad_shape(error.__cause__) if error.__cause__ is not None else error from error
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise _bad_shape(error) from error

    def _on_error(self, commit: RecordedCommit, error: MuseHookError) -> None:
        if isinstance(error, ObjectMissingError):
            message = f"neither it nor what follows it is replayed: {error.oid} is neither recorded nor in Git"
            self.logs.add_note("absent", message, commit)
        else:
            self.logs.add_problem("batch", error.wrong, commit)

    def _compare(self, commit: RecordedCommit, symbols: TreeSymbols, ops: Sequence[DomainOp]) -> None:
        """Compare all paths; where the first parent was compared, those that the commit can have changed."""
        try:
            if self._table_cache is None:
                found = self._sampled(commit, symbols)
            else:
                found = list(self._comparison.changed(commit, symbols, self._tree_before(commit), ops))
        except ObjectMissingError as error:
            self.logs.add_note("absent", f"not compared with its tree: {error.oid} is not in Git", commit)
            return
        self._report.replayed += 1
        is_by_another = commit.commit_id in self._by_other_engines
        if is_by_another:
            found = [(address, f"{each} (another engine's ops are among those replayed)") for address, each in found]
        for address, message in found:
            problem = self.logs.problem("replay", message, commit)
            problem.address = address
            if is_by_another:
                self._report.add_note(problem)
            else:
                self._report.add_problem(problem)

    def _sampled(self, commit: RecordedCommit, symbols: TreeSymbols) -> list[tuple[str, str]]:
        """Compare a commit with its tree; of the files to be read, as many as are its share of those that are left."""
        share = self._files_left // max(1, self._commits_left)
        self._commits_left -= 1
        found = list(self._comparison.whole(commit, symbols, share))
        self._files_left -= self._comparison.read
        self._report.files += self._comparison.compared
        self._report.files_left_out += self._comparison.left_out
        return found

    def _tree_before(self, commit: RecordedCommit) -> str | None:
        if not commit.parents:
            return None
        first = commit.parents[0]
        return self.logs.commits[first].tree if first in self.logs.commits else self._objects.commit(first).tree

    def _commit(self, oid: str) -> Commit | None:
        return _commit_of(self._objects, oid)


class _Apart:
    """What another process does for a verification: it reads Git's objects by itself, which do not survive a fork."""

    def __init__(self, verification: _Verification) -> None:
        self._verification = verification
        self._objects: ObjectReader | None = None

    def difference(self, oid: str) -> tuple[bool, str, list[Difference]]:
        """Return of a commit whether Git has lost it, why its batch cannot be read, and in what it differs."""
        if self._objects is None:
            self._objects = self._verification.repo.objects()
            self._generations = RawGenerations(self._objects)
        recorded = self._verification.logs.commits[oid]
        commit = _commit_of(self._objects, oid)
        ours = recorded.engine if _is_ours(recorded.engine) else ""
        try:
            found = self._verification.differences(recorded, commit, self._generations, engine=ours)[1]
        except DamagedLogError as error:
            return commit is None, error.wrong, []
        return commit is None, "", found


def _commit_of(objects: ObjectReader, oid: str) -> Commit | None:
    try:
        return objects.commit(oid)
    except MuseHookError:
        return None


def _is_ours(name: str) -> bool:
    """Say whether what is at work here made a batch, as far as its engine's name can say."""
    return name == engine(grammars_of(name))


def _bad_shape(error: BaseException) -> DamagedLogError:
    return DamagedLogError("reading a batch", f"it is not of our shape ({type(error).__name__}: {error})")


def _commits(number: int) -> str:
    return f"{number:,} commit{'s' if number != 1 else ''}"


class TreeComparison:
    """Compares replayed symbols with Git's trees. What was yielded once of an address is not of later commits.

    Of the last `whole`: how many paths were `compared` and `left_out`, how many blobs `read`.
    """

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._yielded: set[tuple[str, str, str]] = set()
        self.compared = self.left_out = self.read = 0

    def whole(self, commit: RecordedCommit, symbols: TreeSymbols, most: int | None = None) -> Iterator[tuple[str, str]]:
        """Yield (address, message) for each difference, over all paths. Raises ObjectMissingError.

        Where more than `most` blobs would have to be read, those with the least ids are: any of them, and the same ones
        whoever asks. A path that the tree does not have, or whose symbols are known, is compared all the same.
        """
        expected = self._trees.symbols(commit.tree)
        unread = {
            there.key
            for path, there in expected.items()
            if isinstance(there, BlobSymbols) and there is not symbols.get(path) and not there.is_at_hand
        }
        chosen = unread if most is None else set(sorted(unread)[:most])
        self.read, self.compared, self.left_out = len(chosen), 0, 0
        unread -= chosen
        for path in sorted({*expected, *symbols}):
            there = expected.get(path, _NONE)
            if unread and isinstance(there, BlobSymbols) and there.key in unread:
                self.left_out += 1
                continue
            self.compared += 1
            yield from self._path(path, symbols.get(path, _NONE), there)

    def changed(
        self, commit: RecordedCommit, symbols: TreeSymbols, before: str | None, ops: Sequence[DomainOp]
    ) -> Iterator[tuple[str, str]]:
        """Yield the differences that the commit itself can have made: in what it changed, and in what its ops name.

        `before` is the tree of the first parent, which was compared before. Raises ObjectMissingError.
        """
        entries = {change.path: change.new for change in self._trees.objects.diff_trees(before, commit.tree)}
        if not entries.keys() >= set(_paths(ops)) or any(_is_rule_file(path) for path in entries):
            yield from self.whole(commit, symbols)
            return
        rules = self._trees.rules(commit.tree)
        for path, blob in entries.items():
            expected = self._trees.of(path, blob, rules)
            yield from self._path(path, symbols.get(path, _NONE), _NONE if expected is None else expected)

    def _path(self, path: str, replayed: Symbols, expected: Symbols) -> Iterator[tuple[str, str]]:
        if replayed is expected:
            return
        mine, theirs = read_symbols(replayed), read_symbols(expected)
        if mine == theirs:
            return
        if theirs is None:
            yield from self._once(path, "", f"replay tells {_count(mine)} of it, and it cannot be parsed")
        elif mine is None:
            yield from self._once(path, "", f"replay does not know its symbols, and the tree has {_count(theirs)}")
        else:
            names = theirs.keys() if isinstance(theirs, PartialSymbols) else mine.keys() | theirs.keys()
            for name in sorted(names):
                if mine.get(name) != theirs.get(name):
                    yield from self._once(path, f"::{name}", _difference(mine.get(name), theirs.get(name)))

    def _once(self, path: str, name: str, message: str) -> Iterator[tuple[str, str]]:
        key = (path, name, message)
        if key not in self._yielded:
            self._yielded.add(key)
            yield path + name, message


def _difference(mine: str | None, theirs: str | None) -> str:
    if mine is None:
        return f"the tree has it ({str(theirs)[:_DIGITS]}), replay does not"
    if theirs is None:
        return f"replay has it ({mine[:_DIGITS]}), the tree does not"
    return f"replay says {mine[:_DIGITS]}, the tree {theirs[:_DIGITS]}"


def _count(symbols: Symbols) -> str:
    number = len(symbols or ())
    return f"{number} symbol{'s' if number != 1 else ''}"


def _paths(ops: Iterable[DomainOp]) -> Iterator[str]:
    for op in ops:
        yield op["address"]
        if "from_address" in op:
            yield op["from_address"]


def _is_rule_file(path: str) -> bool:
    return path.rpartition("/")[2] in (IGNORE_FILE, ATTRIBUTES_FILE)


class RawGenerations:
    """Generations counted from Git's raw commits, not from what any seal says.

    1 for a root, else 1 + the largest of the parents'; None where history is cut off (shallow, pruned).
    """

    def __init__(self, objects: ObjectReader) -> None:
        self._objects = objects
        self._known: dict[str, int | None] = {}

    def of(self, oid: str) -> int | None:
        """Return a commit's generation; walks what it does not know yet."""
        known = self._known
        pending: list[tuple[str, list[str] | None]] = [(oid, None)]
        while pending:
            at, parents = pending.pop()
            if at in known:
                continue
            if parents is None:
                try:
                    parents = self._objects.parents(at)
                except ObjectMissingError:
                    known[at] = None
                    continue
                missing = [parent for parent in parents if parent not in known]
                if missing:
                    pending.append((at, parents))
                    pending += ((parent, None) for parent in missing)
                    continue
            found = [known[parent] for parent in parents]
            known[at] = None if None in found else 1 + max((number or 0 for number in found), default=0)
        return known[oid]
