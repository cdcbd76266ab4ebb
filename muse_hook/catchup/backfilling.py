"""Recording a range of existing history, oldest first; interrupted, it goes on where it was."""

from __future__ import annotations

import time

from muse_hook.catchup import events as queue
from muse_hook.catchup.baseline import make_baseline, read_baseline
from muse_hook.catchup.chunks import Chunks
from muse_hook.catchup.interrupts import Interrupts
from muse_hook.catchup.recording import Recording
from muse_hook.catchup.run import WAIT, catch_up
from muse_hook.catchup.selection import select
from muse_hook.catchup.telling import Alone
from muse_hook.errors import StoreBusyError
from muse_hook.index import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from muse_hook.git import Repository
    from muse_hook.oplog import Store

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
    progress: Callable[[int, int], None] | None = None,
) -> BackfillReport:
    """Record what `range` ("A..B", a branch, any revision; None: HEAD), or `all` branches reach, and no log holds yet.

    `count` keeps the newest commits of it. First of all what catch-up finds is recorded, so that the range takes no
    commit out of the session of the branch that made it. `progress` is called with (done, to do) commits. Ctrl-C
    (KeyboardInterrupt) comes between two commits and leaves everything that was done; the next run goes on. The
    frontier stays where it is. `jobs` is how many processes may work (one, for now).

    Raises RevisionError (unknown revision, nothing in the range), SessionError, StoreBusyError and StoreError.
    """
    del jobs
    started = time.monotonic()
    chosen = select(repo, range, count=count, everything=all, session=session)
    if session is not None:
        store.log_path(session)  # SessionError before anything is made
    if not store.exists():
        make_baseline(repo, store)
    catch_up(repo, store)
    report = BackfillReport(len(chosen.commits), len(chosen.cut_off))
    with Index(store) as index:
        index.refresh()
        sealed = index.sealed([oid for oid, _ in chosen.commits])
        todo = [oid for oid, _ in chosen.commits if oid not in sealed]
        report.already = len(sealed)
        if todo:
            prefer = "auto" if len(todo) > _FEW else "plumbing"
            with Recording(repo, store, index, read_baseline(store), prefer=prefer) as recording:
                recording.learn(chosen.commits)
                chunks = Chunks(store, index, Alone(recording), todo, chosen.sessions, progress=progress)
                try:
                    with Interrupts() as interrupts:
                        chunks.run(WAIT, check=interrupts.check, between=lambda: _look_at_queue(repo, store))
                finally:
                    report.recorded = chunks.recorded
                    report.left = chunks.left
    _look_at_queue(repo, store)
    report.seconds = time.monotonic() - started
    return report


def _look_at_queue(repo: Repository, store: Store) -> None:
    """Do what hooks left behind while the lock was ours."""
    if queue.waiting(store):
        try:
            catch_up(repo, store, automatic=True, wait=0.0)
        except StoreBusyError:
            return  # its holder looks at the queue as well
