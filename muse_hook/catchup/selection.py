"""What a backfill is asked to record: a range of revisions as commits, and the session each goes to."""

from __future__ import annotations

from muse_hook.catchup.session import Claims, branch_order, session_of_head
from muse_hook.catchup.situation import look
from muse_hook.errors import RevisionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.catchup.situation import Situation
    from muse_hook.git import Head, Repository

_BRANCHES = "refs/heads/"
_DOING = "choosing the commits to record"


class Selection:
    """`commits`: (commit, parents), parents first; `sessions`: theirs; `cut_off`: commits at the boundary of a shallow
    clone, which cannot be recorded: their diff against nothing would be a lie. `situation`: what was seen meanwhile; it
    knows every branch that makes one of the commits its own.
    """  # noqa: D205 - the fields are the summary

    __slots__ = ("commits", "cut_off", "sessions", "situation")

    def __init__(
        self,
        commits: Sequence[tuple[str, Sequence[str]]],
        sessions: dict[str, str],
        cut_off: Sequence[str],
        situation: Situation,
    ) -> None:
        self.commits = commits
        self.sessions = sessions
        self.cut_off = cut_off
        self.situation = situation


def select(
    repo: Repository, revisions: str | None, *, count: int | None, everything: bool, session: str | None
) -> Selection:
    """Return what `revisions` ("A..B", "A...B", a branch, any revision; None: HEAD) or `everything` names.

    `everything` is what the local branches and the work trees' HEADs reach; `count` keeps the newest ones. The session
    is `session`, else the branch that the range names, else the current one; with `everything` the default branch
    claims first, then the others by name. RevisionError where Git does not know a revision, or nothing is in the range.
    """
    if count is not None and count < 1:
        raise RevisionError(_DOING, f"-n {count} asks for none", "muse-hook backfill -n 200")
    options = () if count is None else (f"-n{count}",)
    head = repo.head()
    tips = [] if everything else [_resolved(repo, revisions or "HEAD", head)]
    situation = look(repo, head)  # after the range is fixed: what is in it was made before
    branches, heads = situation.branches, situation.heads
    if everything:
        tips = [*branches.values(), *(head.oid for head in heads if head.oid is not None)]
    rows = list(repo.rev_list(tips, options=options))
    if not rows:
        what = "there is no commit yet" if everything else f"{revisions or 'HEAD'} holds no commit"
        raise RevisionError(_DOING, what, "git log --oneline --all")
    shallow = repo.shallow()
    commits = [(oid, parents) for oid, parents in rows if oid not in shallow]
    claims = Claims(commits)
    if session is not None:
        claims.sessions = dict.fromkeys((oid for oid, _ in commits), session)
    elif everything:
        for branch in branch_order(branches, [], repo.default_branch()):
            claims.take_all(branches[branch], branch)
        for head in heads:
            if head.oid is not None:
                claims.take_all(head.oid, session_of_head(head))
    else:
        named = _last(revisions or "HEAD").removeprefix(_BRANCHES)
        target = named if named in branches else session_of_head(heads[0])
        claims.sessions = dict.fromkeys((oid for oid, _ in commits), target)
    return Selection(commits, claims.sessions, [oid for oid, _ in rows if oid in shallow], situation)


def _resolved(repo: Repository, revisions: str, head: Head) -> str:
    """Return a range or revision with every name in it resolved; for HEAD Git need not be asked again."""
    return head.oid if revisions == "HEAD" and head.oid is not None else repo.resolve_range(revisions)


def _last(revisions: str) -> str:
    return revisions.rpartition("..")[2] or "HEAD"
