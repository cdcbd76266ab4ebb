"""Catch-up itself: drain the queue, find what is new, record each commit once, mark the rewritten ones."""

from __future__ import annotations

from muse_hook.catchup import events as queue
from muse_hook.catchup.baseline import make_baseline, read_baseline
from muse_hook.catchup.chunks import Chunks
from muse_hook.catchup.errorlog import append_error
from muse_hook.catchup.frontier import Frontier, write_frontier
from muse_hook.catchup.marks import find_marks
from muse_hook.catchup.plan import make_plan
from muse_hook.catchup.recording import Recording, is_small
from muse_hook.catchup.report import Report
from muse_hook.catchup.telling import Alone
from muse_hook.errors import StoreBusyError, StoreError
from muse_hook.index import Index
from muse_hook.oplog import append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from muse_hook.catchup.baseline import Baseline
    from muse_hook.catchup.budget import Budget
    from muse_hook.catchup.plan import Plan
    from muse_hook.git import Repository
    from muse_hook.oplog import Store

WAIT = 60.0  # seconds for the lock, where a person has asked for it
FAR_BEHIND = 4 << 20  # bytes of log that a hook reads at most before it can tell what is sealed
_LISTED = 1000  # commits that a hook lists at most before it leaves them to the background
_FEW = 40  # commits for which starting `git cat-file` is cheaper than importing pygit2


def catch_up(
    repo: Repository,
    store: Store,
    *,
    automatic: bool = False,
    whole: bool = False,
    wait: float | None = WAIT,
    budget: Budget | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Record what branches and work trees reach beyond the baseline and no log holds yet.

    `automatic` (hooks) passes over a HEAD in rebase; `whole` (sync) looks at everything since the baseline, not just
    beyond the last completed catch-up; `budget` (hooks) bounds the work, what does not fit is left for the background
    (`Report.deferred`). `wait` is how many seconds the lock may take, None for ever. `progress` is called with (done,
    total) commits.

    Raises StoreBusyError where the lock is not free in time, StoreError where the store cannot be read or written; what
    was recorded until then stays, and the next run goes on.
    """
    report = Report()
    seen: set[str] = set()
    while True:
        with _Run(repo, store, report, budget) as run:
            run.go(wait, automatic=automatic, whole=whole, progress=progress)
            seen.update(run.looked_at)
        # A hook that found the lock taken has left its event, perhaps after we looked: look once more, unlocked.
        if report.deferred or seen.issuperset(queue.waiting(store)):
            return report
        wait = 0.0
        try:
            with store.lock(wait):
                pass
        except StoreBusyError:
            return report  # that holder looks at the queue after us


class _Run:
    """One turn of catch-up; `looked_at` are the files of the queue that it saw."""

    def __init__(self, repo: Repository, store: Store, report: Report, budget: Budget | None) -> None:
        self.repo = repo
        self.store = store
        self.report = report
        self.budget = budget
        self.index = Index(store)
        self.looked_at: list[str] = []
        self._recording: Recording | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._recording is not None:
            self._recording.close()
        self.index.close()

    def go(
        self, wait: float | None, *, automatic: bool, whole: bool, progress: Callable[[int, int], None] | None
    ) -> None:
        with self.store.lock(wait):
            plan = self._plan(automatic=automatic, whole=whole)
        if plan is None or self._recording is None:
            self.report.deferred = True
            return
        chunks = Chunks(
            self.store,
            self.index,
            Alone(self._recording, self.budget),
            [oid for oid, _ in plan.todo],
            plan.sessions,
            progress=progress,
        )
        try:
            if self.budget is not None:
                chunks.run(wait)
            else:
                from muse_hook.catchup.interrupts import Interrupts  # noqa: PLC0415 - a hook has no use for it

                with Interrupts() as interrupts:
                    chunks.run(wait, check=interrupts.check)
        finally:
            self.report.recorded += chunks.recorded
            self.report.left |= chunks.left
        if chunks.spent:
            self.report.deferred = True
            return
        with self.store.lock(wait):
            self._finish(plan, self._recording, {oid: plan.sessions[oid] for oid in chunks.left})

    def _plan(self, *, automatic: bool, whole: bool) -> Plan | None:
        """Return what is to be done; None where finding it out is too much for a hook's foreground."""
        hurried = self.budget is not None
        if hurried and self.index.behind() > FAR_BEHIND:
            return None
        self.index.refresh(mend=True)
        baseline = read_baseline(self.store)
        if baseline is None:
            if hurried and not is_small(self.repo):
                return None
            baseline = self._baseline_anew()
        recording = self._recording = Recording(self.repo, self.store, self.index, baseline, prefer="plumbing")
        plan = make_plan(
            self.repo,
            self.store,
            self.index,
            baseline,
            recording,
            automatic=automatic,
            whole=whole,
            limit=_LISTED if hurried else None,
        )
        self.looked_at = [*plan.garbage, *(event.path for event in plan.events)]
        if self.budget is not None and (plan.cut or not self.budget.allows(len(plan.todo))):
            return None
        if hurried and not recording.knows_below(plan.todo) and not is_small(self.repo):
            return None
        if len(plan.todo) > _FEW:
            recording.close()
            recording.prefer = "auto"
        recording.learn(plan.todo)
        return plan

    def _baseline_anew(self) -> Baseline:
        events, _ = queue.read_events(self.store)
        woken_by = {event.head for event in events if event.head is not None}
        make_baseline(self.repo, self.store, without=woken_by, anew=True)
        self.report.baseline = True
        self.report.notes.append("the baseline was missing and was made anew: backfill records what came before it")
        append_error(self.store, self.report.notes[-1])
        baseline = read_baseline(self.store)
        if baseline is None:
            raise StoreError("writing the baseline", "it cannot be read back")
        return baseline

    def _finish(self, plan: Plan, recording: Recording, left: dict[str, str]) -> None:
        """Write the marks, move the frontier, take the events out of the queue; in this order, so that a kill between
        two of them leaves work to do again and none undone.
        """  # noqa: D205 - one thought
        self.index.refresh(mend=True)
        marks, seen = find_marks(plan, self.repo, self.index, recording)
        by_session: dict[str, list[object]] = {}
        for session, mark in marks:
            if not self.index.has_mark(mark.op_id):
                by_session.setdefault(session, []).append(mark)
        for session, lines in by_session.items():
            append(self.store, session, lines)  # type: ignore[arg-type]
            self.report.marks += len(lines)
        self.report.garbage += len(plan.garbage)
        frontier = Frontier(plan.tips, left, seen, self.index.count())
        if frontier != plan.frontier:
            write_frontier(self.store, frontier)
        queue.remove([event.path for event in plan.events])
        for path in queue.remove(plan.garbage):
            append_error(self.store, f"{path} was no event of ours and was removed")
        queue.remove_abandoned(self.store)
