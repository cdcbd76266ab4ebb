"""What could be recorded but for a store that cannot be written: worked out anew, for whoever reads."""

from __future__ import annotations

from contextlib import suppress

from muse_hook.catchup.plan import make_plan
from muse_hook.catchup.sessions import session_of_head
from muse_hook.catchup.state import known_generations, parents_outside, read_baseline
from muse_hook.git.revisions import Generations
from muse_hook.record.delta import UnreadableError
from muse_hook.record.recorder import Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muse_hook.catchup.plan import CommitRow
    from muse_hook.git.repository import Repository
    from muse_hook.index.index import Index
    from muse_hook.oplog.batch import Batch

# Commits that are worked out for one command; of more the oldest are, which the others build upon.
_MOST = 1000
# Where there is no store at all, and with that no word of where recording begins: the newest that HEAD reaches.
_NEWEST = 200


def unwritten_batches(repo: Repository, index: Index, progress: Callable[[int, int], None]) -> list[tuple[str, Batch]]:
    """Return (session, batch) of each commit that a catch-up would record now, parents first; nothing is written.

    `index` is up to date with the logs. What cannot be read is left out. `progress` is called with (done, to do).
    """
    found = []
    generations = Generations(repo)
    with Recorder(repo, index.store, index, generations) as recorder:
        try:
            todo, session_of_commit, known = _todo(repo, index, recorder)
            generations.expect(todo, known)
            for number, (oid, _) in enumerate(todo, 1):
                with suppress(UnreadableError):
                    found.append((session_of_commit[oid], recorder.batch(oid)))
                progress(number, len(todo))
        finally:
            generations.close()
    return found


def _todo(
    repo: Repository, index: Index, recorder: Recorder
) -> tuple[Sequence[CommitRow], Mapping[str, str], dict[str, int]]:
    """Return the commits with their parents, {commit: session}, and the generations that are known."""
    store = index.store
    baseline = read_baseline(store)
    if baseline is None:
        head = repo.head()
        rows = list(repo.rev_list([head.oid], options=[f"-n{_NEWEST}"])) if head.oid else []
        return rows, dict.fromkeys((oid for oid, _ in rows), session_of_head(head)), {}
    plan = make_plan(
        repo,
        store,
        index,
        baseline,
        lambda oid: recorder.objects.commit(oid).parents,
        automatic=False,
        whole=False,
        limit=None,
        ref_state=None,
    )
    todo = plan.todo[:_MOST]
    return todo, plan.sessions, known_generations(index, baseline, parents_outside(todo), is_shallow=repo.is_shallow)
