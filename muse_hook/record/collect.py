"""Taking out of the logs what they hold in vain, and making the index anew: what nobody needs, and nobody misses."""

from __future__ import annotations

import os

from muse_hook.index import database
from muse_hook.index.index import Index
from muse_hook.oplog.batch import make_cut
from muse_hook.oplog.cut import cut_log
from muse_hook.oplog.lines import is_altered, manual_entry, parse, read_lines
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.reader import OpenLogs
from muse_hook.oplog.seal import COLLECTED, supersedes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from muse_hook.index.index import IndexedBatch
    from muse_hook.oplog.batch import RewriteMark
    from muse_hook.oplog.seal import Seal
    from muse_hook.oplog.store import Store

_ENTRY = b'{"op_id":"'


class CollectReport:
    """What was taken out, or would be: further `copies` of a commit's batch, loose `lines`, `unreachable` commits.

    `logs` and `index` are bytes before and after; where nothing was done only those before.
    """

    __slots__ = ("copies", "index", "lines", "logs", "unreachable")

    def __init__(self) -> None:
        self.copies = 0
        self.lines = 0
        self.unreachable: list[str] = []
        self.logs: list[int] = []
        self.index: list[int] = []


def collect(
    store: Store,
    reachable: Callable[[], Iterable[str]] | None = None,
    before: str = "",
    *,
    is_trial: bool = False,
) -> CollectReport:
    """Take out of the logs what counts for nothing, and make the index anew; with `is_trial` only say what that is.

    That is a further batch of one commit, by an older engine or the same bytes again, and the lines of half-written and
    damaged batches whose commit has a whole one. `reachable`, where it is given, says the commits of all refs and
    reflogs: then so are the batches of others that were committed before the time `before` (ISO 8601, UTC), but for
    those that a batch which stays follows from. They leave their place to a mark, so that cursors go on, and are
    recorded again should they come back. Each log is replaced in one atomic step, after its copy was read. What Git
    says is asked first: where that fails nothing is done. Raises StoreBusyError, StoreError.
    """
    report = CollectReport()
    with store.lock(LOCK_SECONDS):
        known = None if reachable is None else set(reachable())
        with Index(store) as index:
            index.refresh(end_torn=not is_trial)
            batches = index.every_batch()
        report.logs.append(_size_of_logs(store))
        report.index.append(size_of_index(store))
        with OpenLogs(store) as logs:
            plan = _Plan(logs, batches)
            plan.find_copies()
            if known is not None:
                plan.find_unreachable(known, before)
            report.copies, report.unreachable = len(plan.copies), sorted(plan.unreachable)
            loose = {session: plan.loose_lines(session, logs.fd(session)) for session in plan.sessions()}
        report.lines = sum(loose.values())
        if is_trial:
            return report
        for session in plan.sessions():
            if loose[session] or plan.takes_from(session):
                cut_log(store, session, plan.in_place_of(session), is_left_out=plan.is_loose())
        database.remove(store)
        with Index(store) as index:
            index.refresh()
        report.logs.append(_size_of_logs(store))
    return report


def size_of_index(store: Store) -> int:
    """Return how many bytes the index takes on the disk."""
    return sum(map(_size, map(store.path, database.files())))


def _size_of_logs(store: Store) -> int:
    return sum(_size(store.log_path(session)) for session, _ in store.sessions())


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


class _Plan:
    """What is to go: `copies`, the places (session, start) of batches that do not count, and `unreachable` commits."""

    def __init__(self, logs: OpenLogs, batches: Iterable[IndexedBatch]) -> None:
        self._logs = logs
        self._by_commit: dict[str, list[IndexedBatch]] = {}
        self._by_session: dict[str, list[IndexedBatch]] = {}
        for each in batches:
            self._by_commit.setdefault(each.commit_id, []).append(each)
            self._by_session.setdefault(each.session, []).append(each)
        self.copies: set[tuple[str, int]] = set()
        self.unreachable: set[str] = set()

    def sessions(self) -> list[str]:
        """Return the sessions whose logs have batches."""
        return sorted(self._by_session)

    def find_copies(self) -> None:
        """Find the batches beside the one of their commit that counts; what one engine wrote in two ways stays."""
        for several in self._by_commit.values():
            if len(several) == 1:
                continue
            counts = several[0]
            for other in several[1:]:
                if supersedes(other.engine, counts.engine):
                    counts = other
            for each in several:
                if each is not counts and (each.engine != counts.engine or self._bytes(each) == self._bytes(counts)):
                    self.copies.add((each.session, each.start))

    def find_unreachable(self, reachable: set[str], before: str) -> None:
        """Find the commits that are not `reachable`, are older than `before`, and that nothing follows from."""
        parents: dict[str, tuple[str, ...]] = {}
        young = []
        for oid, (each, *_) in self._by_commit.items():
            if oid in reachable:
                continue
            seal = self._logs.reader(each.session).seal(each.line, each.end)
            parents[oid] = seal.parents if seal is not None else ()
            if seal is None or seal.entry["created_at"] >= before:
                young.append(oid)
        stays = set(young)
        while young:
            for parent in parents[young.pop()]:
                if parent in parents and parent not in stays:
                    stays.add(parent)
                    young.append(parent)
        self.unreachable = parents.keys() - stays

    def takes_from(self, session: str) -> bool:
        """Say whether a batch of a session goes."""
        return any(self._goes(session, each.commit_id, each.start) for each in self._by_session[session])

    def in_place_of(self, session: str) -> Callable[[Seal], RewriteMark | None]:
        """Return what says what stands for a batch of a session that goes."""

        def stands(seal: Seal) -> RewriteMark | None:
            if not self._goes(session, seal.commit_id, seal.start):
                return None
            return make_cut(seal.commit_id, seal.entry["created_at"], seal.generation, COLLECTED)

        return stands

    def is_loose(self) -> Callable[[bytes], bool]:
        """Return what says of lines in no whole batch, in their order, whether they go: altered marks and claims, too.

        The last line of a half-written batch is half a line, and goes with those before it.
        """
        was_loose = False

        def goes(line: bytes) -> bool:
            nonlocal was_loose
            if is_altered(line) and manual_entry(line) is None:
                return True
            entry = parse(line)
            if entry is None:
                was_loose = was_loose and line.startswith(_ENTRY[: len(line)])
            else:
                was_loose = entry.get("commit_id") in self._by_commit and manual_entry(line) is None
            return was_loose

        return goes

    def loose_lines(self, session: str, fd: int) -> int:
        """Return how many lines between the batches of a session's log go."""
        goes, at, count = self.is_loose(), 0, 0
        spans = sorted((each.start, each.end) for each in self._by_session[session])
        for start, end in (*spans, (os.fstat(fd).st_size, 0)):
            if start > at:
                count += sum(map(goes, read_lines(fd, at, start)))
            at = end
        return count

    def _goes(self, session: str, commit_id: str, start: int) -> bool:
        return commit_id in self.unreachable or (session, start) in self.copies

    def _bytes(self, batch: IndexedBatch) -> bytes:
        return os.pread(self._logs.fd(batch.session), batch.end - batch.start, batch.start)
