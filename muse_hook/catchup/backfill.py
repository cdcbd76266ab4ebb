"""Recording a range of existing history, oldest first; interrupted, it goes on where it was."""

from __future__ import annotations

import time

from muse_hook.catchup import queue
from muse_hook.catchup.catchup import LOCK_SECONDS, catch_up
from muse_hook.catchup.plan import read_ref_state
from muse_hook.catchup.sessions import SessionAssignment, branch_order, session_of_head
from muse_hook.catchup.state import NewBaseline, keep_unreadable, known_generations, parents_outside, read_baseline
from muse_hook.errors import RevisionError, StoreBusyError
from muse_hook.git.revisions import Generations
from muse_hook.history.follow import Intake
from muse_hook.index.index import Index
from muse_hook.record.recorder import Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muse_hook.catchup.plan import RefState
    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store
    from muse_hook.record.delta import TableCache

_BRANCHES = "refs/heads/"
_CHOOSING = "choosing the commits to record"


class BackfillReport:
    """`recorded` of `total` commits in the range, `already` sealed before, `purged`, `unreadable` {commit: why}.

    `beyond_boundary` counts the commits at the boundary of a shallow clone, which are not in `total`. `seconds` is the
    time it took.
    """

    __slots__ = ("already", "beyond_boundary", "purged", "recorded", "seconds", "total", "unreadable")

    def __init__(self, total: int, beyond_boundary: int) -> None:
        self.recorded = 0
        self.already = 0
        self.purged = 0
        self.total = total
        self.beyond_boundary = beyond_boundary
        self.unreadable: dict[str, str] = {}
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
    cache: TableCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BackfillReport:
    """Record what `range` ("A..B", a branch, any revision; None: HEAD), or `all` branches reach, and no log holds yet.

    `count` keeps the newest commits of it. First of all what catch-up finds is recorded, so that the range takes no
    commit out of the session of the branch that made it. `progress` is called with (done, to do) commits. Ctrl-C
    (KeyboardInterrupt) comes between two commits and leaves everything that was done; the next run goes on. The
    frontier stays where it is. `jobs` is how many processes may work, `cache` holds the symbols of the versions of
    files that were read. Neither changes what is recorded.

    Raises RevisionError (unknown revision, nothing in the range), SessionError, StoreBusyError and StoreError.
    """
    chosen = select(repo, range, count=count, everything=all, session=session)
    if session is not None:
        store.log_path(session)  # SessionError before anything is made
    return record_selection(repo, store, chosen, jobs=jobs, cache=cache, progress=progress)


def record_selection(
    repo: Repository,
    store: Store,
    chosen: Selection,
    *,
    jobs: int = 1,
    cache: TableCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BackfillReport:
    """Record what was selected and no log holds yet, as `backfill` does."""
    started = time.monotonic()
    generations = Generations(repo)
    try:
        report = _record(repo, store, chosen, generations, jobs=jobs, cache=cache, progress=progress)
    finally:
        generations.close()
    tried = {oid for oid, _ in chosen.commits}
    keep_unreadable(store, {oid: chosen.sessions[oid] for oid in report.unreadable}, tried)
    _look_at_queue(repo, store)
    report.seconds = time.monotonic() - started
    return report


def _record(
    repo: Repository,
    store: Store,
    chosen: Selection,
    generations: Generations,
    *,
    jobs: int,
    cache: TableCache | None,
    progress: Callable[[int, int], None] | None,
) -> BackfillReport:
    report = BackfillReport(len(chosen.commits), len(chosen.beyond_boundary))
    new_baseline = None if store.exists() else NewBaseline(repo, store, generations)
    if new_baseline is None:
        catch_up(repo, store, ref_state=chosen.ref_state, parallel=jobs > 1)
    with Index(store) as index:
        index.refresh()
        sealed = index.find([oid for oid, _ in chosen.commits])
        purged = store.purged()
        todo = [oid for oid, _ in chosen.commits if oid not in sealed and oid not in purged]
        report.already = len(sealed)
        report.purged = sum(oid in purged for oid, _ in chosen.commits)
        if todo:
            below = parents_outside(chosen.commits)
            known = known_generations(index, read_baseline(store), below, is_shallow=repo.is_shallow)
            generations.expect(chosen.commits, known)
            is_linked = jobs > 1 and not repo.is_shallow  # where generations count from a boundary they may rise
            take_in = Intake(
                index, (lambda: sorted(todo, key=lambda oid: (generations[oid], oid))) if is_linked else None
            )
            with Recorder(
                repo, store, index, generations, cache=cache, new_baseline=new_baseline, take_in=take_in
            ) as recorder:
                outcome = recorder.record(
                    todo, chosen.sessions, jobs=jobs, lock_timeout=LOCK_SECONDS, progress=progress
                )
            report.recorded = outcome.written
            report.unreadable = outcome.unreadable
    if new_baseline is not None:
        new_baseline.write()
        catch_up(repo, store, ref_state=chosen.ref_state, parallel=jobs > 1)
    return report


def _look_at_queue(repo: Repository, store: Store) -> None:
    """Do what hooks left behind while the lock was ours."""
    if queue.event_paths(store):
        try:
            catch_up(repo, store, automatic=True, lock_timeout=0.0)
        except StoreBusyError:
            return  # its holder looks at the queue as well


class Selection:
    """What a backfill is asked to record: `commits`, (commit, parents), parents first; `sessions`, {commit: session}.

    `beyond_boundary`: commits at the boundary of a shallow clone, which cannot be recorded: their diff against nothing
    would be a lie. `ref_state`: what was seen meanwhile; it knows every branch that makes one of the commits its own.
    """

    __slots__ = ("beyond_boundary", "commits", "ref_state", "sessions")

    def __init__(
        self,
        commits: Sequence[tuple[str, Sequence[str]]],
        sessions: dict[str, str],
        beyond_boundary: Sequence[str],
        ref_state: RefState,
    ) -> None:
        self.commits = commits
        self.sessions = sessions
        self.beyond_boundary = beyond_boundary
        self.ref_state = ref_state

    def only(self, commits: Sequence[tuple[str, Sequence[str]]]) -> Selection:
        """Return the part of it that these are, which no boundary cuts."""
        return Selection(commits, self.sessions, (), self.ref_state)


def select(
    repo: Repository, revisions: str | None, *, count: int | None, everything: bool, session: str | None
) -> Selection:
    """Return what `revisions` ("A..B", "A...B", a branch, any revision; None: HEAD) or `everything` names.

    `everything` is what the local branches and the work trees' HEADs reach; `count` keeps the newest ones. The session
    is `session`, else the branch that the range names, else the current one; with `everything` the default branch
    takes its own first, then the others by name. RevisionError where Git does not know a revision, or nothing is in the
    range.
    """
    if count is not None and count < 1:
        raise RevisionError(_CHOOSING, f"-n {count} asks for none", "muse-hook backfill -n 200")
    options = () if count is None else (f"-n{count}",)
    head = repo.head()
    tips = [] if everything else [_resolved(repo, revisions or "HEAD", head)]
    ref_state = read_ref_state(repo, head)  # after the range is fixed: what is in it was made before
    branches, heads = ref_state.branches, ref_state.heads
    if everything:
        tips = [*branches.values(), *(head.oid for head in heads if head.oid is not None)]
        tips += [oid for _, oid in ref_state.others]
    rows = list(repo.rev_list(tips, options=options))
    if not rows:
        what = "there is no commit yet" if everything else f"{revisions or 'HEAD'} holds no commit"
        raise RevisionError(_CHOOSING, what, "git log --oneline --all")
    shallow = repo.shallow()
    commits = [(oid, parents) for oid, parents in rows if oid not in shallow]
    assignment = SessionAssignment(commits)
    if session is not None:
        assignment.session_of_commit = dict.fromkeys((oid for oid, _ in commits), session)
    elif everything:
        for branch in branch_order(branches, [], repo.default_branch()):
            assignment.assign_history(branches[branch], branch)
        for head in heads:
            if head.oid is not None:
                assignment.assign_history(head.oid, session_of_head(head))
        for name, oid in ref_state.others:
            assignment.assign_history(oid, name)
    else:
        named = _last(revisions or "HEAD").removeprefix(_BRANCHES)
        target = named if named in branches else session_of_head(heads[0])
        assignment.session_of_commit = dict.fromkeys((oid for oid, _ in commits), target)
    return Selection(commits, assignment.session_of_commit, [oid for oid, _ in rows if oid in shallow], ref_state)


def _resolved(repo: Repository, revisions: str, head: Head) -> str:
    """Return a range or revision with every name in it resolved; for HEAD Git need not be asked again."""
    return head.oid if revisions == "HEAD" and head.oid is not None else repo.resolve_range(revisions)


def _last(revisions: str) -> str:
    return revisions.rpartition("..")[2] or "HEAD"
