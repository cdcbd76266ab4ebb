"""Catch-up itself: drain the queue, find what is new, record each commit once, mark the rewritten ones."""

from __future__ import annotations

import os

from muse_hook.catchup import queue
from muse_hook.catchup.plan import make_plan
from muse_hook.catchup.state import (
    Frontier,
    known_generations,
    make_baseline,
    parents_outside,
    read_baseline,
    write_frontier,
)
from muse_hook.errors import StoreBusyError, StoreError
from muse_hook.index.index import Index
from muse_hook.record.budget import is_small

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Self

    from muse_hook.catchup.plan import Plan, RefState
    from muse_hook.catchup.state import Baseline
    from muse_hook.git.repository import Repository
    from muse_hook.git.revisions import Generations
    from muse_hook.oplog.batch import RewriteMark
    from muse_hook.oplog.store import Store
    from muse_hook.record.budget import Budget
    from muse_hook.record.recorder import Recorder

LOCK_SECONDS = 60.0  # seconds for the lock, where a person has asked for it
_INDEX_SECONDS = 0.02  # seconds that a hook waits for the index, whose record is the log
_FAR_BEHIND = 4 << 20  # bytes of log that a hook reads at most before it can tell what is sealed
_MANY = 32  # commits from which on it is worth to ask whether other processes can help
_LISTED = 1000  # commits that a hook lists at most before it leaves them to the background

_MADE_ANEW = "the baseline was missing and was made anew: backfill records what came before it"


class CatchUpReport:
    """What a catch-up did, as its caller needs it.

    `recorded`: batches written; `unreadable`: {commit id: why} of those that could not be; `marks`: rewrite marks
    written; `deferred`: too much for now, the background's; `baseline`:
    the baseline was missing and was made anew; `garbage`: files of the queue that were no events; `notes`: what to
    tell a person, a line each.
    """

    __slots__ = ("baseline", "deferred", "garbage", "marks", "notes", "recorded", "unreadable")

    def __init__(self) -> None:
        self.recorded = 0
        self.unreadable: dict[str, str] = {}
        self.marks = 0
        self.deferred = False
        self.baseline = False
        self.garbage = 0
        self.notes: list[str] = []

    def __repr__(self) -> str:
        return f"CatchUpReport({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


def catch_up(
    repo: Repository,
    store: Store,
    *,
    automatic: bool = False,
    whole: bool = False,
    lock_timeout: float | None = LOCK_SECONDS,
    budget: Budget | None = None,
    ref_state: RefState | None = None,
    parallel: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> CatchUpReport:
    """Record what branches and work trees reach beyond the baseline and no log holds yet.

    `automatic` (hooks) passes over a HEAD in rebase; `whole` (sync) looks at everything since the baseline, not just
    beyond the last completed catch-up; `budget` (hooks) bounds the work, what does not fit is left for the background
    (`CatchUpReport.deferred`). `lock_timeout` is how many seconds the lock may take, None for ever. `ref_state` is
    where the caller has just seen everything stand. Where somebody waits (`parallel`) each processor may have a
    process, if many commits are to be recorded. `progress` is called with (done, total) commits.

    Raises StoreBusyError where the lock is not free in time, StoreError where the store cannot be read or written; what
    was recorded until then stays, and the next run goes on.
    """
    report = CatchUpReport()
    seen: set[str] = set()
    is_first = True
    # A hook that found the lock taken has left its event, perhaps after we looked: look once more, unlocked.
    while is_first or not (report.deferred or seen.issuperset(queue.event_paths(store))):
        try:
            with _CatchUp(repo, store, report, budget) as run:
                run.ref_state = ref_state if is_first else None
                run.is_parallel = parallel
                run.go(lock_timeout if is_first else 0.0, automatic=automatic, whole=whole, progress=progress)
                seen.update(run.looked_at)
        except StoreBusyError:
            if is_first:
                raise
            break  # that holder looks at the queue after us
        is_first = False
    return report


class _CatchUp:
    """One turn of catch-up; `looked_at` are the files of the queue that it saw.

    A reading command that finds nothing new takes no lock and loads nothing that writes.
    """

    def __init__(self, repo: Repository, store: Store, report: CatchUpReport, budget: Budget | None) -> None:
        self.repo = repo
        self.store = store
        self.report = report
        self.budget = budget
        self.index = Index(store) if budget is None else Index(store, timeout=_INDEX_SECONDS, waits=False)
        self.ref_state: RefState | None = None
        self.is_parallel = False
        self.looked_at: list[str] = []
        self._baseline: Baseline | None = None
        self._generations: Generations | None = None
        self._recorder: Recorder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._recorder is not None:
            self._recorder.close()
        if self._generations is not None:
            self._generations.close()
        self.index.close()

    def go(
        self, lock_timeout: float | None, *, automatic: bool, whole: bool, progress: Callable[[int, int], None] | None
    ) -> None:
        if self.budget is None:
            self._go(lock_timeout, automatic=automatic, whole=whole, progress=progress)
            return
        # A hook that cannot write now must not even look: somebody else will do its work.
        with self.store.lock(lock_timeout):
            self._go(lock_timeout, automatic=automatic, whole=whole, progress=progress)

    def _go(
        self, lock_timeout: float | None, *, automatic: bool, whole: bool, progress: Callable[[int, int], None] | None
    ) -> None:
        plan = self._plan(lock_timeout, automatic=automatic, whole=whole)
        if plan is None:
            self.report.deferred = True
            return
        unreadable = self._record(plan, lock_timeout, progress) if plan.todo else {}
        if not self.report.deferred:
            self._finish(plan, lock_timeout, unreadable)

    def _plan(self, lock_timeout: float | None, *, automatic: bool, whole: bool) -> Plan | None:
        """Return what is to be done; None where finding it out is too much for a hook's foreground."""
        fast = self.budget is not None
        if not self.index.refresh(end_torn=fast, limit=_FAR_BEHIND if fast else None):
            return None
        self._baseline = read_baseline(self.store)
        if self._baseline is None:
            if fast and not is_small(self.repo):
                return None
            with self.store.lock(lock_timeout):
                self._baseline = self._baseline_anew()
        self.looked_at = queue.event_paths(self.store)
        plan = make_plan(
            self.repo,
            self.store,
            self.index,
            self._baseline,
            self._parents,
            automatic=automatic,
            whole=whole,
            limit=_LISTED if fast else None,
            ref_state=self.ref_state,
        )
        if self.budget is not None and plan.todo:
            below = parents_outside(plan.todo)
            needs_walk = len(self._known(below)) < len(below)
            is_much = plan.is_cut or (needs_walk and not is_small(self.repo))
            if is_much or not self.budget.allows(len(plan.todo)):
                return None
        return plan

    def _baseline_anew(self) -> Baseline:
        events, _ = queue.read_events(self.store)
        woken_by = {event.head for event in events if event.head is not None}
        if not self.store.exists() and not self._was_installed():  # hooks of `install --global`, at the first event
            make_baseline(self.repo, self.store, without=woken_by)
        elif make_baseline(self.repo, self.store, without=woken_by, anew=True):
            self.report.baseline = True
            self.report.notes.append(_MADE_ANEW)
            self.store.append_error(_MADE_ANEW)
        baseline = read_baseline(self.store)
        if baseline is None:
            raise StoreError("writing the baseline", "it cannot be read back")
        return baseline

    def _was_installed(self) -> bool:
        """Whether an `install` in this very repository has left its line in `info/exclude`: the store is lost then."""
        try:
            with open(os.path.join(self.repo.common_dir, "info", "exclude"), "rb") as file:
                return b"/.muse" in file.read().split(b"\n")
        except OSError:
            return False

    def _known(self, commit_ids: Iterable[str]) -> dict[str, int]:
        return known_generations(self.index, self._baseline, commit_ids, is_shallow=self.repo.is_shallow)

    def _open(self) -> tuple[Recorder, Generations]:
        """Return what reads commits and records them; loaded on demand, with the whole pipeline behind it."""
        if self._recorder is None or self._generations is None:
            from muse_hook.git.revisions import Generations  # start-up time of reading commands, likewise
            from muse_hook.record.recorder import Recorder

            self._generations = Generations(self.repo)
            self._recorder = Recorder(self.repo, self.store, self.index, self._generations)
        return self._recorder, self._generations

    def _parents(self, oid: str) -> Sequence[str]:
        return self._open()[0].objects.commit(oid).parents

    def _record(
        self, plan: Plan, lock_timeout: float | None, progress: Callable[[int, int], None] | None
    ) -> dict[str, str]:
        """Record the plan's commits; {commit: session} of those that cannot be read."""
        recorder, generations = self._open()
        generations.expect(plan.todo, self._known(parents_outside(plan.todo)))
        outcome = recorder.record(
            [oid for oid, _ in plan.todo],
            plan.sessions,
            budget=self.budget,
            jobs=self._jobs(len(plan.todo)),
            lock_timeout=lock_timeout,
            progress=progress,
        )
        self.report.recorded += outcome.written
        self.report.unreadable |= outcome.unreadable
        self.report.deferred = outcome.over_budget
        return {oid: plan.sessions[oid] for oid in outcome.unreadable}

    def _jobs(self, commits: int) -> int:
        """Return how many processes may work on so many commits."""
        if not self.is_parallel or commits < _MANY:
            return 1
        from muse_hook.record.workers import processors  # most reading commands record nothing

        return processors()

    def _finish(self, plan: Plan, lock_timeout: float | None, unreadable: dict[str, str]) -> None:
        """Write the marks, move the frontier, take the events out of the queue.

        In this order, so that a kill between two of them leaves work to do again and none undone.
        """
        frontier = Frontier(plan.tips, unreadable, plan.seen, self.index.count())
        if not (plan.events or plan.garbage or plan.ended_rebases or frontier.is_news_to(plan.frontier)):
            return
        with self.store.lock(lock_timeout) as is_outermost:
            if plan.events or plan.ended_rebases:
                if is_outermost:
                    self.index.refresh(end_torn=True)
                self._mark(plan)
            if frontier.is_news_to(plan.frontier):
                write_frontier(self.store, frontier)
            queue.remove([event.path for event in plan.events])
            for path in queue.remove(plan.garbage):
                self.report.garbage += 1
                self.store.append_error(f"{path} was no event of ours and was removed")

    def _mark(self, plan: Plan) -> None:
        from muse_hook.catchup.rewrites import find_marks  # start-up time of reading commands
        from muse_hook.oplog.writer import append

        recorder, generations = self._open()
        marks = find_marks(
            plan,
            self.repo,
            recorder.objects,
            index=self.index,
            baseline=self._baseline,
            generations=generations,
        )
        by_session: dict[str, list[RewriteMark]] = {}
        for session, mark in marks:
            if not self.index.has_mark(mark.op_id):
                by_session.setdefault(session, []).append(mark)
        for session, new in by_session.items():
            append(self.store, session, new)
            self.report.marks += len(new)
