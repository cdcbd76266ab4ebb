"""The choice of one catch-up: which commits are new, in which session, and what the queue asked for."""

from __future__ import annotations

from muse_hook.catchup import events as queue
from muse_hook.catchup.frontier import Frontier, read_frontier
from muse_hook.catchup.rebase import in_rebase
from muse_hook.catchup.session import assign, session_of_head
from muse_hook.catchup.situation import look
from muse_hook.errors import ObjectMissingError, RepositoryError, RevisionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from muse_hook.catchup.baseline import Baseline
    from muse_hook.catchup.events import Event
    from muse_hook.catchup.situation import Situation
    from muse_hook.git import Repository
    from muse_hook.git.reflogs import ReflogEntry
    from muse_hook.index import Index
    from muse_hook.oplog import Store

    Row = tuple[str, Sequence[str]]

_BRANCHES = "refs/heads/"
_FINISH = "rebase (finish)"
# So many tips are hidden one by one, which also holds where some were pruned; of more only those that cover the rest.
_MANY_TIPS = 5000


class Plan:
    """`todo`: (commit, parents) to record, parents first; `sessions`: theirs; `events`: what to do with them done.

    `tips` is what the repository reached, the next frontier; `frontier` the last one. `garbage` are files of the queue
    that are no events. `ends`: (branch, reflog entry) of rebases that nobody has looked at yet, `seen` the names of all
    that there are. `cut`: there was more than was asked for.
    """

    __slots__ = ("cut", "ends", "events", "frontier", "garbage", "seen", "sessions", "tips", "todo")

    def __init__(self, events: Sequence[Event], garbage: Sequence[str], frontier: Frontier) -> None:
        self.events = events
        self.garbage = garbage
        self.frontier = frontier
        self.tips: frozenset[str] = frozenset()
        self.todo: list[Row] = []
        self.sessions: Mapping[str, str] = {}
        self.ends: list[tuple[str, ReflogEntry]] = []
        self.seen: frozenset[str] = frozenset()
        self.cut = False


def make_plan(
    repo: Repository,
    store: Store,
    index: Index,
    baseline: Baseline,
    parents_of: Callable[[str], Sequence[str]],
    *,
    automatic: bool,
    whole: bool,
    limit: int | None,
    situation: Situation | None,
) -> Plan:
    """Look at the queue, the refs and the logs; see `catch_up` for the switches and the `situation`.

    `parents_of` reads a commit (ObjectMissingError), `limit` bounds the commits listed.
    """
    events, garbage = queue.read_events(store)
    if situation is None or events:  # what an event tells of is not to be seen in a look before it
        situation = look(repo)
    events = [event for event in events if _is_ready(event, situation)]
    frontier = read_frontier(store)
    plan = Plan(events, garbage, frontier)
    plan.ends, plan.seen = _ends(situation, frontier)
    believed = frontier if not whole and index.count() >= frontier.seals else Frontier(left=frontier.left)
    plan.tips = frozenset(situation.tips(automatic=automatic) | _tips_of(events))
    fresh = plan.tips - believed.tips
    fresh -= frozenset(baseline.tips())
    again = _again(parents_of, index, believed.left)
    rows: list[Row] = []
    if fresh:
        hide = [*_hidden(baseline), *believed.tips, *repo.shallow()]
        rows = _new(repo, fresh, hide, situation, limit)
        plan.cut = limit is not None and len(rows) >= limit
    rows = [*((oid, parents) for oid, parents, _ in again), *rows]
    sealed = index.sealed([oid for oid, _ in rows])
    plan.todo = list({oid: (oid, parents) for oid, parents in rows if oid not in sealed}.values())
    if plan.todo:
        current = session_of_head(situation.heads[0])
        sessions = dict.fromkeys((oid for oid, _ in plan.todo), current)
        sessions |= assign(
            rows,
            events=events,
            reflogs=situation.reflogs,
            branches=situation.branches,
            order=situation.order(repo),
            heads=situation.heads,
        )
        plan.sessions = sessions | {oid: session for oid, _, session in again if session}
    return plan


def _is_ready(event: Event, situation: Situation) -> bool:
    """Find the branch of a rebase whose hook could not tell it; False while the rebase still goes on."""
    if event.rebase is None or not event.rebase.get("unsure") or event.branch is not None:
        return True
    for branch, entries in situation.reflogs.items():
        if any(entry.new == event.head and entry.message.startswith(_FINISH) for entry in entries):
            event.branch = branch
            return True
    return not any(in_rebase(head) and head.oid == event.head for head in situation.heads)


def _ends(situation: Situation, frontier: Frontier) -> tuple[list[tuple[str, ReflogEntry]], frozenset[str]]:
    found = {
        f"{entry.old} {entry.new}": (branch, entry)
        for branch, entries in situation.reflogs.items()
        for entry in entries
        if entry.message.startswith(_FINISH) and entry.old.strip("0")
    }
    return [end for name, end in found.items() if name not in frontier.seen], frozenset(found)


def _tips_of(events: Iterable[Event]) -> set[str]:
    tips = {event.head for event in events if event.head is not None}
    for event in events:
        tips.update(new for _, new, ref in event.updates if ref.startswith(_BRANCHES) and new.strip("0"))
    return tips


def _hidden(baseline: Baseline) -> list[str]:
    tips = list(baseline.tips())
    return tips if len(tips) <= _MANY_TIPS else baseline.heads()


def _again(
    parents_of: Callable[[str], Sequence[str]], index: Index, left: Mapping[str, str]
) -> list[tuple[str, Sequence[str], str]]:
    """Return (commit, parents, session) of what earlier runs could not record, and of batches found damaged."""
    wanted = {**{damage.commit_id: damage.session for damage in index.damaged()}, **left}
    rows: list[tuple[str, Sequence[str], str]] = []
    for oid, session in wanted.items():
        try:
            rows.append((oid, parents_of(oid), session))
        except ObjectMissingError:
            continue  # the commit itself is gone: nothing reaches it any more
    return rows


def _new(
    repo: Repository, fresh: Iterable[str], hide: Iterable[str], situation: Situation, limit: int | None
) -> list[Row]:
    options = () if limit is None else (f"-n{limit}",)
    try:
        return list(repo.rev_list(fresh, hide, options=options, ignore_missing=True))
    except (RepositoryError, RevisionError):
        # A reflog may remember a commit whose ancestors were pruned: what branches reach must not wait for it.
        tips = {*situation.branches.values(), *(head.oid for head in situation.heads if head.oid is not None)}
        return list(repo.rev_list(tips, hide, options=options, ignore_missing=True))
