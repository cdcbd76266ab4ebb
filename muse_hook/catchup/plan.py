"""The choice of one catch-up: which commits are new, in which session, and what the queue asked for."""

from __future__ import annotations

from muse_hook.catchup import queue
from muse_hook.catchup.left_behind import find_left_behind
from muse_hook.catchup.rebase import in_rebase
from muse_hook.catchup.sessions import assign_sessions, branch_order, session_of_head
from muse_hook.catchup.state import Frontier, read_frontier
from muse_hook.errors import ObjectMissingError, RepositoryError, RevisionError
from muse_hook.git.settings import setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from muse_hook.catchup.queue import HookEvent
    from muse_hook.catchup.state import Baseline
    from muse_hook.git.reflogs import ReflogEntry
    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository
    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store

    CommitRow = tuple[str, Sequence[str]]  # a commit and its parents

_BRANCHES = "refs/heads/"
_FINISH = "rebase (finish)"
# So many tips are hidden one by one, which also holds where some were pruned; of more only those that cover the rest.
_MANY_TIPS = 5000


class RefState:
    """Where the repository's branches and work trees stand now, and stood by its reflogs.

    `branches` {name: commit}, `heads` the work trees' HEADs (the current one first), `others` [(session, commit)] the
    refs beside branches that count, `also` the patterns that were asked for. `reflogs` {branch: entries} are read when
    they are asked for: of 5,000 branches they are most of what a status takes.
    """

    __slots__ = ("_read_reflogs", "_reflogs", "also", "branches", "heads", "others")

    def __init__(
        self,
        branches: Mapping[str, str],
        heads: Sequence[Head],
        read_reflogs: Callable[[], Mapping[str, Sequence[ReflogEntry]]],
        others: Sequence[tuple[str, str]] = (),
        also: Sequence[str] = (),
    ) -> None:
        self.branches = branches
        self.others = others
        self.also = also
        self.heads = heads
        self._read_reflogs = read_reflogs
        self._reflogs: Mapping[str, Sequence[ReflogEntry]] | None = None

    @property
    def reflogs(self) -> Mapping[str, Sequence[ReflogEntry]]:
        """The moves of the branches, oldest first, by branch."""
        if self._reflogs is None:
            self._reflogs = self._read_reflogs()
        return self._reflogs

    def order(self, repo: Repository) -> list[str]:
        """Return the branches as session rule 3 asks them; asking Git for the default one costs, so only on demand."""
        default = repo.default_branch() if len(self.branches) > 1 else None
        return branch_order(self.branches, self.heads, default)

    def tips(self, *, automatic: bool) -> set[str]:
        """Return the commits to start from; `automatic` passes over a HEAD that a rebase has in hand."""
        tips = {*self.branches.values(), *(oid for _, oid in self.others)}
        tips.update(head.oid for head in self.heads if head.oid is not None and not (automatic and in_rebase(head)))
        for entries in self.reflogs.values():
            for entry in entries:
                tips.add(entry.old)
                tips.add(entry.new)
        return {tip for tip in tips if tip.strip("0")}  # the null id: a ref that was not there


def read_ref_state(repo: Repository, current: Head | None = None, also: Sequence[str] = ()) -> RefState:
    """Ask Git where everything stands; `current` is the HEAD here, where that is known already.

    `muse.refs` says which refs count, in patterns of `git for-each-ref`: those beside branches as well, and of branches
    those alone that it names, if it names any. `also` are more patterns.
    """
    if current is None:
        current = repo.head()
    others = [tree.head for tree in repo.worktrees() if tree.name != current.worktree]
    branches = repo.branches()
    patterns = [*_counting(repo), *also]
    if not patterns:
        return RefState(branches, [current, *others], repo.branch_reflogs)
    found = {name: oid for name, oid in repo.matching_refs(*patterns).items() if not name.endswith("/HEAD")}
    counting: Container[str] | None = None
    if any(pattern.startswith(_BRANCHES[:-1]) for pattern in patterns):
        branches = {name: oid for name, oid in branches.items() if _BRANCHES + name in found}
        counting = branches
    chosen = [(_session_of_ref(name), oid) for name, oid in found.items() if not name.startswith(_BRANCHES)]

    def reflogs() -> dict[str, list[ReflogEntry]]:
        moves = repo.branch_reflogs()
        return moves if counting is None else {name: moves[name] for name in moves if name in counting}

    return RefState(branches, [current, *others], reflogs, chosen, also)


def _counting(repo: Repository) -> list[str]:
    """Return the patterns of `muse.refs`, all of its values, parted by white space."""
    if setting(repo, "muse", "refs") is None:  # Git itself need not be asked
        return []
    status, output, _ = repo.run("config", "--null", "--get-all", "muse.refs")
    words = output.replace(b"\0", b" ").decode("utf-8", "surrogateescape").split() if status == 0 else []
    return [word for word in words if word.startswith("refs/")]


def _session_of_ref(ref: str) -> str:
    """Return the session of what a ref that is no branch brings: a remote's branch is called as it is there."""
    kind, _, rest = ref.removeprefix("refs/").partition("/")
    return rest.partition("/")[2] or rest if kind == "remotes" else f"{kind}/{rest}"


class Plan:
    """`todo`: (commit, parents) to record, parents first; `sessions`: {commit: its session}.

    `events`: what to do with them done; `garbage`: files of the queue that are no events. `tips` is what the repository
    reached, the next frontier; `frontier` the last one. `ended_rebases`: (branch, reflog entry) of those that nobody
    has looked at yet, `seen` the names of all that there are. `is_cut`: there was more than was asked for.
    """

    __slots__ = ("ended_rebases", "events", "frontier", "garbage", "is_cut", "seen", "sessions", "tips", "todo")

    def __init__(self, events: Sequence[HookEvent], garbage: Sequence[str], frontier: Frontier) -> None:
        self.events = events
        self.garbage = garbage
        self.frontier = frontier
        self.tips: frozenset[str] = frozenset()
        self.todo: list[CommitRow] = []
        self.sessions: Mapping[str, str] = {}
        self.ended_rebases: list[tuple[str, ReflogEntry]] = []
        self.seen: frozenset[str] = frozenset()
        self.is_cut = False


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
    ref_state: RefState | None,
) -> Plan:
    """Look at the queue, the refs and the logs; see `catch_up` for the switches and the `ref_state`.

    `parents_of` reads a commit (ObjectMissingError), `limit` bounds the commits listed.
    """
    events, garbage = queue.read_events(store)
    if ref_state is None or events:  # what an event brings is not in what was read before it
        ref_state = read_ref_state(repo, also=() if ref_state is None else ref_state.also)
    events = [event for event in events if _is_ready(event, ref_state)]
    frontier = read_frontier(store)
    plan = Plan(events, garbage, frontier)
    plan.ended_rebases, plan.seen = _ended_rebases(ref_state, frontier)
    believed = frontier if not whole and index.count() >= frontier.seals else Frontier(unreadable=frontier.unreadable)
    tips = ref_state.tips(automatic=automatic) | _tips_of(events)
    before = frozenset(baseline.tips())
    left = find_left_behind(repo, ref_state.heads, ref_state.reflogs, index, before | tips)
    plan.tips = frozenset(tips.union(oid for _, oid in left))
    fresh = plan.tips - believed.tips - before
    again = _to_try_again(parents_of, index, believed.unreadable)
    rows: list[CommitRow] = []
    if fresh:
        hide = [*_hidden(baseline), *believed.tips, *repo.shallow()]
        rows = _new(repo, fresh, hide, ref_state, limit)
        plan.is_cut = limit is not None and len(rows) >= limit
    rows = [*((oid, parents) for oid, parents, _ in again), *rows]
    sealed = index.find([oid for oid, _ in rows])
    passed = sealed.keys() | index.store.purged()
    plan.todo = list({oid: (oid, parents) for oid, parents in rows if oid not in passed}.values())
    if plan.todo:
        current = session_of_head(ref_state.heads[0])
        sessions = dict.fromkeys((oid for oid, _ in plan.todo), current)
        sessions |= assign_sessions(
            rows,
            events=events,
            reflogs=ref_state.reflogs,
            branches=ref_state.branches,
            order=ref_state.order(repo),
            heads=ref_state.heads,
            others=ref_state.others,
            left=left,
        )
        plan.sessions = sessions | {oid: session for oid, _, session in again if session}
    return plan


def _is_ready(event: HookEvent, ref_state: RefState) -> bool:
    """Find the branch of a rebase whose hook could not see it; False while the rebase still goes on."""
    if event.rebase is None or not event.rebase.get("unsure") or event.branch is not None:
        return True
    for branch, entries in ref_state.reflogs.items():
        if any(entry.new == event.head and entry.message.startswith(_FINISH) for entry in entries):
            event.branch = branch
            return True
    return not any(in_rebase(head) and head.oid == event.head for head in ref_state.heads)


def _ended_rebases(ref_state: RefState, frontier: Frontier) -> tuple[list[tuple[str, ReflogEntry]], frozenset[str]]:
    """Return the (branch, reflog entry) of rebases that the frontier does not know, and the names of all."""
    found = {
        f"{entry.old} {entry.new}": (branch, entry)
        for branch, entries in ref_state.reflogs.items()
        for entry in entries
        if entry.message.startswith(_FINISH) and entry.old.strip("0")
    }
    return [end for name, end in found.items() if name not in frontier.seen], frozenset(found)


def _tips_of(events: Iterable[HookEvent]) -> set[str]:
    tips = {event.head for event in events if event.head is not None}
    for event in events:
        tips.update(new for _, new, ref in event.updates if ref.startswith(_BRANCHES) and new.strip("0"))
    return tips


def _hidden(baseline: Baseline) -> list[str]:
    tips = list(baseline.tips())
    return tips if len(tips) <= _MANY_TIPS else baseline.heads()


def _to_try_again(
    parents_of: Callable[[str], Sequence[str]], index: Index, unreadable: Mapping[str, str]
) -> list[tuple[str, Sequence[str], str]]:
    """Return (commit, parents, session) of what earlier runs could not record, and of batches found damaged."""
    session_of_commit = {**{damage.commit_id: damage.session for damage in index.damaged()}, **unreadable}
    rows: list[tuple[str, Sequence[str], str]] = []
    for oid, session in session_of_commit.items():
        try:
            rows.append((oid, parents_of(oid), session))
        except ObjectMissingError:
            continue  # the commit itself is gone: nothing reaches it any more
    return rows


def _new(
    repo: Repository, fresh: Iterable[str], hide: Iterable[str], ref_state: RefState, limit: int | None
) -> list[CommitRow]:
    options = () if limit is None else (f"-n{limit}",)
    try:
        return list(repo.rev_list(fresh, hide, options=options, ignore_missing=True))
    except (RepositoryError, RevisionError):
        # A reflog may remember a commit whose ancestors were pruned: what branches reach must not wait for it.
        tips = {*ref_state.branches.values(), *(head.oid for head in ref_state.heads if head.oid is not None)}
        return list(repo.rev_list(tips, hide, options=options, ignore_missing=True))
