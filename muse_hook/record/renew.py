"""Recording anew what an older engine recorded, each batch in the place of the old one."""

from __future__ import annotations

import os
import time

from muse_hook.errors import ObjectMissingError
from muse_hook.git.revisions import Generations
from muse_hook.index.index import Index
from muse_hook.languages.languages import engine
from muse_hook.oplog.batch import Batch
from muse_hook.oplog.cut import cut_log
from muse_hook.oplog.files import write_whole
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.seal import grammars_of, supersedes
from muse_hook.record.lacking import find_lacking
from muse_hook.record.recorder import Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Self

    from muse_hook.git.repository import Repository
    from muse_hook.index.index import IndexedBatch
    from muse_hook.oplog.seal import Seal
    from muse_hook.oplog.store import Store
    from muse_hook.record.delta import TableCache

_SPOOL = ".renewed"
GONE = "Git has it no longer"


class RenewReport:
    """`renewed` commits, `kept` {commit: why} of those that cannot be read any more, `seconds` that it took."""

    __slots__ = ("kept", "renewed", "seconds")

    def __init__(self) -> None:
        self.renewed = 0
        self.kept: dict[str, str] = {}
        self.seconds = 0.0


def is_older(name: str) -> bool:
    """Say whether an engine is older than the one at work here would be on the same files."""
    return supersedes(engine(grammars_of(name)), name)


def count_older(repo: Repository, store: Store, batches: Iterable[IndexedBatch], index: Index) -> int:
    """Return how many batches, one a commit, an older engine recorded, or one that lacked a grammar that is here."""
    batches = list(batches)
    older = {engine: is_older(engine) for engine in {batch.engine for batch in batches}}
    rest = {batch.commit_id: batch.engine for batch in batches if not older[batch.engine]}
    return len(batches) - len(rest) + len(find_lacking(repo, store, rest, index))


def renew(
    repo: Repository,
    store: Store,
    *,
    jobs: int = 1,
    cache: TableCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RenewReport:
    """Record anew what older engines recorded; the new batches stand where the old ones stood, which are gone.

    The batches are made first, without the lock; then each session's log is replaced in one atomic step, after it was
    read and found to hold the same commits. Interrupted before that (KeyboardInterrupt), nothing has changed. What Git
    has no longer stays as it is. `progress` is called with (done, to do) commits. Raises StoreBusyError, StoreError.
    """
    started = time.monotonic()
    report = RenewReport()
    with Index(store) as index:
        index.refresh()
        old = _old_batches(repo, store, index)
        if old:
            generations = Generations(repo)
            try:
                with Recorder(repo, store, index, generations, cache=cache) as recorder, _Spool(store) as spool:
                    commits = _readable(recorder, list(old), report)
                    known = {
                        oid: old[oid][0].generation for oid in commits if repo.is_shallow or not old[oid][0].shallow
                    }
                    generations.expect([(oid, recorder.objects.parents(oid)) for oid in commits], known)
                    for oid, made in recorder.make(commits, jobs=jobs, progress=progress):
                        if isinstance(made, Batch):
                            spool.add(made)
                        else:
                            report.kept[oid] = made.why
                    sessions = sorted({each.session for oid in commits for each in old[oid]})
                    with store.lock(LOCK_SECONDS):
                        for session in sessions:
                            cut_log(store, session, spool.in_place_of)
                    report.renewed = len(spool.replaced)
            finally:
                generations.close()
            index.refresh()
    report.seconds = time.monotonic() - started
    return report


def _old_batches(repo: Repository, store: Store, index: Index) -> dict[str, list[IndexedBatch]]:
    """Return the batches by older engines, and those that lack a grammar, by commit; parents before children."""
    batches = sorted(index.every_batch(), key=lambda batch: batch.generation)
    older = {engine: is_older(engine) for engine in {batch.engine for batch in batches}}
    counts = index.find({batch.commit_id for batch in batches})
    rest = {oid: each.engine for oid, each in counts.items() if not older[each.engine]}
    lacking = find_lacking(repo, store, rest, index)
    found: dict[str, list[IndexedBatch]] = {}
    for each in batches:
        if older[each.engine] or each.commit_id in lacking:
            found.setdefault(each.commit_id, []).append(each)
    return found


def _readable(recorder: Recorder, commits: Sequence[str], report: RenewReport) -> list[str]:
    """Return the commits that Git still has; the others are kept as they are."""
    found = []
    for oid in commits:
        try:
            recorder.objects.parents(oid)
        except ObjectMissingError:
            report.kept[oid] = GONE
        else:
            found.append(oid)
    return found


class _Spool:
    """New batches by commit, in a file without a name; a context manager. `replaced`: the commits of those used."""

    def __init__(self, store: Store) -> None:
        path = store.path(_SPOOL)
        self._fd = store.open_file(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.unlink(path)
        self._size = 0
        self._places: dict[str, tuple[int, int, str, int]] = {}
        self.replaced: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def add(self, batch: Batch) -> None:
        """Keep a batch."""
        write_whole(self._fd, batch.data)
        self._places[batch.commit_id] = (self._size, len(batch.data), batch.engine, batch.generation)
        self._size += len(batch.data)

    def in_place_of(self, seal: Seal) -> Batch | None:
        """Return the batch that takes another one's place, None where that stays."""
        place = self._places.get(seal.commit_id)
        if place is None or not supersedes(place[2], seal.engine):
            return None
        self.replaced.add(seal.commit_id)
        start, size, name, generation = place
        return Batch(seal.commit_id, generation, os.pread(self._fd, size, start), engine=name)
