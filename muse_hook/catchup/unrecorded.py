"""What is reachable and not recorded, and why: the answer of `status`."""

from __future__ import annotations

from muse_hook.catchup import events as queue
from muse_hook.catchup.baseline import read_baseline
from muse_hook.catchup.frontier import read_frontier
from muse_hook.catchup.left import read_left
from muse_hook.catchup.session import assign
from muse_hook.catchup.situation import look
from muse_hook.index import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository
    from muse_hook.index.rows import Damaged
    from muse_hook.oplog import Store


class Pending:
    """`missing`: (commit, branch) that hooks or `sync` should have recorded, oldest first; `history`: how many commits
    of before install only a backfill records; `blobs_absent`: those of `missing`, and others of before install, that an
    earlier run could not read, as (commit, branch); `damaged`: batches that do not count, of commits that no other
    batch holds; `cut_off`: commits at the boundary of a shallow clone; `events`: files waiting in the queue;
    `baseline`: "" (there is none), "install", or "anew" (made after the first one was lost).
    """  # noqa: D205 - the fields are the summary

    __slots__ = ("baseline", "blobs_absent", "cut_off", "damaged", "events", "history", "missing")

    def __init__(self) -> None:
        self.missing: list[tuple[str, str]] = []
        self.history = 0
        self.blobs_absent: list[tuple[str, str]] = []
        self.damaged: list[Damaged] = []
        self.cut_off = 0
        self.events = 0
        self.baseline = ""


def pending(repo: Repository, store: Store) -> Pending:
    """Compare Git with the logs, walking everything that branches and work trees reach; nothing is written.

    Looks at no frontier: a hole is found wherever it is.
    """
    found = Pending()
    situation = look(repo)
    tips = {*situation.branches.values(), *(head.oid for head in situation.heads if head.oid is not None)}
    rows = list(repo.rev_list(tips, ignore_missing=True))
    baseline = read_baseline(store)
    shallow = repo.shallow()
    found.events = len(queue.waiting(store))
    if baseline is None:
        hidden = {oid for oid, _ in rows}
    else:
        found.baseline = "anew" if baseline.anew else "install"
        beyond = {oid for oid, _ in repo.rev_list(tips, [*baseline.tips(), *shallow], ignore_missing=True)}
        hidden = {oid for oid, _ in rows if oid not in beyond}
    with Index(store) as index:
        index.refresh()
        sealed = index.sealed([oid for oid, _ in rows])
        found.damaged = index.damaged()
    open_rows = [(oid, parents) for oid, parents in rows if oid not in sealed]
    found.cut_off = sum(oid in shallow for oid, _ in open_rows)
    history = [oid for oid, _ in open_rows if oid in hidden and oid not in shallow]
    unread = read_left(store) if history else {}
    found.blobs_absent = [(oid, unread[oid]) for oid in history if oid in unread]
    found.history = len(history) - len(found.blobs_absent)
    missing = [oid for oid, _ in open_rows if oid not in hidden and oid not in shallow]
    if missing:
        sessions = assign(
            rows,
            events=[],
            reflogs=situation.reflogs,
            branches=situation.branches,
            order=situation.order(repo),
            heads=situation.heads,
        )
        left = read_frontier(store).left
        found.missing = [(oid, sessions[oid]) for oid in missing]
        found.blobs_absent += [(oid, sessions[oid]) for oid in missing if oid in left]
    return found
