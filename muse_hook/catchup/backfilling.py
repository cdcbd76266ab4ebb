"""Recording a range of existing history, oldest first; interrupted, it goes on where it was."""

from __future__ import annotations

import time

from muse_hook.catchup import events as queue
from muse_hook.catchup.baseline import NewBaseline, read_baseline
from muse_hook.catchup.chunks import Chunks
from muse_hook.catchup.interrupts import Interrupts
from muse_hook.catchup.left import keep_left
from muse_hook.catchup.recording import Recording
from muse_hook.catchup.run import WAIT, catch_up
from muse_hook.catchup.selection import select
from muse_hook.catchup.telling import Alone
from muse_hook.catchup.workers import BLOCK, Workers
from muse_hook.errors import StoreBusyError
from muse_hook.index import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muse_hook.git import Repository
    from muse_hook.oplog import Store
    from muse_hook.pipeline import Memory

_FEW = 20  # commits for which starting `git cat-file` is cheaper than importing pygit2


class BackfillReport:
    """`recorded` of `total` commits in the range, `already` sealed before, `left` {commit: why} unreadable ones.

    `cut_off` counts the commits at the boundary of a shallow clone, which are not in `total`. `seconds` is the time it
    took.
    """

    __slots__ = ("already", "cut_off", "left", "recorded", "seconds", "total")

    def __init__(self, total: int, cut_off: int) -> None:
        self.recorded = 0
        self.already = 0
        self.total = total
        self.cut_off = cut_off
        self.left: dict[str, str] = {}
        self.seconds = 0.0

    def __repr__(self) -> str:
        return f"BackfillReport({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


def backfill(
    repo: Repository,
    store: Store,
    *,
    range: str | None = None,  # noqa: A002 - the command's word
    count: int | None = None,
    all: bool = False,  # noqa: A002 - likewise
    session: str | None = None,
    jobs: int = 1,
    memory: Memory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BackfillReport:
    """Record what `range` ("A..B", a branch, any revision; None: HEAD), or `all` branches reach, and no log holds yet.

    `count` keeps the newest commits of it. First of all what catch-up finds is recorded, so that the range takes no
    commit out of the session of the branch that made it. `progress` is called with (done, to do) commits. Ctrl-C
    (KeyboardInterrupt) comes between two commits and leaves everything that was done; the next run goes on. The
    frontier stays where it is. `jobs` is how many processes may work, `memory` what keeps the symbols of the
    versions of files that were read. Neither changes what is recorded.

    Raises RevisionError (unknown revision, nothing in the range), SessionError, StoreBusyError and StoreError.
    """
    started = time.monotonic()
    try:
        report = _backfill(
            repo, store, range, count=count, everything=all, session=session, jobs=jobs, memory=memory,
            progress=progress,
        )  # fmt: skip
    finally:
        repo.generations.close()
    report.seconds = time.monotonic() - started
    return report


def _backfill(
    repo: Repository,
    store: Store,
    revisions: str | None,
    *,
    count: int | None,
    everything: bool,
    session: str | None,
    jobs: int,
    memory: Memory | None,
    progress: Callable[[int, int], None] | None,
) -> BackfillReport:
    chosen = select(repo, revisions, count=count, everything=everything, session=session)
    if session is not None:
        store.log_path(session)  # SessionError before anything is made
    baseline = None if store.exists() else NewBaseline(repo, store)
    if baseline is None:
        catch_up(repo, store, situation=chosen.situation)
    report = BackfillReport(len(chosen.commits), len(chosen.cut_off))
    with Index(store) as index:

        def begin() -> None:
            """Make the store, where there is none yet, before anything is written into it."""
            nonlocal baseline
            if baseline is not None:
                baseline.write()
                baseline = None
                catch_up(repo, store, situation=chosen.situation)
                index.reopen()

        def between() -> None:
            repo.generations.close()  # all that were needed are told by now, and there may be a million
            _look_at_queue(repo, store)

        index.refresh()
        sealed = index.sealed([oid for oid, _ in chosen.commits])
        todo = [oid for oid, _ in chosen.commits if oid not in sealed]
        report.already = len(sealed)
        if todo:
            prefer = "auto" if len(todo) > _FEW else "plumbing"
            with Recording(repo, store, index, read_baseline(store), prefer=prefer, memory=memory) as recording:
                recording.learn(chosen.commits)
                with Interrupts() as interrupts, _teller(recording, todo, jobs) as teller:
                    chunks = Chunks(store, index, teller, todo, chosen.sessions, progress=progress)
                    try:
                        chunks.run(WAIT, check=interrupts.check, first=begin, between=between)
                    finally:
                        report.recorded = chunks.recorded
                        report.left = chunks.left
        begin()
    keep_left(store, {oid: chosen.sessions[oid] for oid in report.left}, {oid for oid, _ in chosen.commits})
    _look_at_queue(repo, store)
    return report


def _teller(recording: Recording, todo: Sequence[str], jobs: int) -> Alone | Workers:
    """Return who tells the commits: more than one process where there are enough for all."""
    jobs = min(jobs, len(todo) // (4 * BLOCK))
    return Workers(recording, todo, jobs) if jobs > 1 else Alone(recording)


def _look_at_queue(repo: Repository, store: Store) -> None:
    """Do what hooks left behind while the lock was ours."""
    if queue.waiting(store):
        try:
            catch_up(repo, store, automatic=True, wait=0.0)
        except StoreBusyError:
            return  # its holder looks at the queue as well
