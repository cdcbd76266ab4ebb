"""Which session each commit belongs to: who made it, else who brought it, else who reaches it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muse_hook.catchup.queue import HookEvent
    from muse_hook.git.reflogs import ReflogEntry
    from muse_hook.git.refs import Head

_BRANCHES = "refs/heads/"

# What Git writes in front of a reflog entry that only moves a branch to a commit which was there before.
_MOVES = (
    "branch:",
    "Branch:",
    "reset:",
    "checkout:",
    "fetch",
    "clone:",
    "push",
    "update by push",
    "rebase",
    "initial pull",
)
_FAST_FORWARD = "fast-forward"
# ... and of one that says nothing about where the commits came from.
_CREATIONS = ("branch:", "Branch:", "reset:", "checkout:")


def detached_session(worktree: str | None) -> str:
    """Return the session of a detached HEAD, as Git names it: `HEAD`, in a linked work tree `worktrees/<name>/HEAD`."""
    return "HEAD" if worktree is None else f"worktrees/{worktree}/HEAD"


def session_of_head(head: Head) -> str:
    """Return the session that a commit made at `head` belongs to; during a rebase that of the branch being rebased."""
    if head.branch is not None:
        return head.branch
    if head.rebasing is not None and head.rebasing not in {"", "HEAD"}:
        return head.rebasing
    return detached_session(head.worktree)


def session_of_event(event: HookEvent) -> str:
    """Return the session of what a hook saw."""
    return event.branch if event.branch is not None else detached_session(event.worktree)


class SessionAssignment:
    """Gives every new commit to the first session that asks for it: `session_of_commit`.

    `new` is (commit, parents) in any order. Asked for is one commit (`assign`), or a tip with all of its ancestors that
    have no session yet (`assign_history`); both cost only what they assign.
    """

    def __init__(self, new: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._parents = dict(new)
        self.session_of_commit: dict[str, str] = {}

    def assign(self, oid: str, session: str) -> None:
        """Assign one commit."""
        if oid in self._parents:
            self.session_of_commit.setdefault(oid, session)

    def assign_history(self, tip: str, session: str) -> None:
        """Assign a tip, unless it has another session, and what it reaches, down to what has one or is not new."""
        stack = [*self._parents[tip]] if self.session_of_commit.get(tip) == session else [tip]
        while stack:
            oid = stack.pop()
            if oid in self._parents and oid not in self.session_of_commit:
                self.session_of_commit[oid] = session
                stack += self._parents[oid]


def assign_sessions(
    new: Iterable[tuple[str, Sequence[str]]],
    *,
    events: Sequence[HookEvent],
    reflogs: Mapping[str, Sequence[ReflogEntry]],
    branches: Mapping[str, str],
    order: Sequence[str],
    heads: Sequence[Head],
    others: Sequence[tuple[str, str]] = (),
    left: Sequence[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return the session of each of the `new` commits that anything names: {commit: session}.

    `order` lists the branches as rule 3 asks them (`branch_order`), `heads` the work trees' HEADs, `others`
    (session, commit) of refs that count beside branches and come after them, `left` the same of what only HEAD's reflog
    names. A commit is first of all its maker's: the event's whose hook fired for it, the branch's in whose reflog it
    was made, HEAD's. What nobody made here (a pull, a push, a rebase's picks) belongs to the event that brought it,
    then to the reflog, then to the first branch that reaches it.
    """
    assignment = SessionAssignment(new)
    for event in events:
        for oid in _made(event):
            assignment.assign(oid, session_of_event(event))
    place_of_branch = {branch: index for index, branch in enumerate(order)}
    entries = sorted(
        (
            (time, place_of_branch.get(branch, len(place_of_branch)), index, branch, entry)
            for branch, entries in reflogs.items()
            for index, (time, entry) in enumerate(_rising(entries))
        ),
        key=lambda row: row[:3],
    )
    for *_, branch, entry in entries:
        if _is_maker(entry.message):
            assignment.assign(entry.new, branch)
    for session, oid in left:
        assignment.assign(oid, session)
    for event in events:
        _assign_brought(assignment, event)
    for head in heads:
        if head.branch is None and head.rebasing is not None and head.oid is not None:
            assignment.assign_history(head.oid, session_of_head(head))
    for *_, branch, entry in entries:
        if not entry.message.startswith(_CREATIONS):
            assignment.assign_history(entry.new, branch)
    for branch in order:
        assignment.assign_history(branches[branch], branch)
    for head in heads:
        if head.oid is not None:
            assignment.assign_history(head.oid, session_of_head(head))
    for session, oid in others:
        assignment.assign_history(oid, session)
    for *_, branch, entry in entries:
        assignment.assign_history(entry.new, branch)
    return assignment.session_of_commit


def branch_order(branches: Iterable[str], heads: Sequence[Head], default: str | None) -> list[str]:
    """Return the branches in the order of rule 3: the current one, other work trees', the default one, then by name.

    `heads` are the work trees' HEADs, that of the current one first.
    """
    names = sorted(branches)
    first = [head.branch for head in heads] + [default]
    order = [name for name in first if name is not None and name in set(names)]
    return list(dict.fromkeys([*order, *names]))


def _made(event: HookEvent) -> list[str]:
    """Return the commits that came to be where the hook fired."""
    if event.hook == "post-rewrite":
        return [new for _, new in event.pairs] if event.branch is not None or event.kind == "amend" else []
    if event.hook in {"post-commit", "post-applypatch"} and event.head is not None:
        return [event.head]
    return []


def _assign_brought(assignment: SessionAssignment, event: HookEvent) -> None:
    for _, new, ref in event.updates:
        if ref.startswith(_BRANCHES):
            assignment.assign_history(new, ref[len(_BRANCHES) :])
    # The branch of a rebase may be unknown to its hook (`rebase.py`): then its reflog says it.
    if event.head is not None and (event.branch is not None or event.rebase is None):
        assignment.assign_history(event.head, session_of_event(event))


def _is_maker(message: str) -> bool:
    """Say whether a reflog entry's commit was made by it; update-ref's entries without a message say nothing."""
    return bool(message) and not message.startswith(_MOVES) and _FAST_FORWARD not in message.lower()


def _rising(entries: Sequence[ReflogEntry]) -> list[tuple[int, ReflogEntry]]:
    """Return a reflog's entries with times that never fall: a later entry is later, whatever a clock said."""
    rising = []
    latest = 0
    for entry in entries:
        latest = max(latest, entry.time)
        rising.append((latest, entry))
    return rising
