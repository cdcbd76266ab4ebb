"""What was committed at a detached HEAD, or in a rebase that was given up, and left: HEAD's reflog alone names it."""

from __future__ import annotations

import os

from muse_hook.catchup.sessions import detached_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from muse_hook.git.reflogs import ReflogEntry
    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository
    from muse_hook.index.index import Index

    Reflogs = Mapping[str, Sequence[ReflogEntry]]  # of the branches that are there, by name

MADE = ("commit: ", "commit (", "cherry-pick: ", "revert: ", "am: ", "merge ", "pull: Merge made", "pull: merge")
"""How Git's messages of moves begin that made a commit. What a rebase picks has been made before."""

_CHECKOUT = "checkout: moving from "
_NO_BRANCH = frozenset("~^:@{")  # a revision that HEAD was detached at, as it was typed
_HEX = frozenset("0123456789abcdef")
_ABBREVIATED = 7  # digits of a commit id that Git may write at least


def find_left_behind(
    repo: Repository, heads: Sequence[Head], reflogs: Reflogs, index: Index, passed: Container[str]
) -> list[tuple[str, str]]:
    """Return (session, commit) of what HEADs made and no branch's reflog names, unless it is sealed or in `passed`.

    What was made on a branch that is gone is not missed. Only where there is a commit of which nothing is known, a
    reflog is parsed.
    """
    known = {entry.new for entries in reflogs.values() for entry in entries}
    found: list[tuple[str, str]] = []
    for head in heads:
        linked = () if head.worktree is None else ("worktrees", head.worktree)
        git_dir = os.path.join(repo.common_dir, *linked)
        made = {oid for oid in repo.made_by_head(git_dir, MADE) if oid not in known and oid not in passed}
        made -= index.find(made).keys() if made else set()
        if made:
            found += _left(repo, repo.reflog("HEAD", git_dir), head, made, reflogs)
    return found


def _left(
    repo: Repository, moves: Sequence[ReflogEntry], head: Head, made: Container[str], reflogs: Reflogs
) -> list[tuple[str, str]]:
    """Return (session, commit) of those `made` by HEAD's `moves` that belong to no branch of now or once."""
    detached = detached_session(head.worktree)
    found: list[tuple[str, str]] = []
    in_rebase: list[str] | None = None  # what was committed since one began
    place = next((_place(move)[0] for move in moves if move.message.startswith(_CHECKOUT)), head.branch)
    for move in moves:
        action, _, rest = move.message.partition(": ")
        if action.endswith("(start)"):
            if in_rebase:  # it was quit, and HEAD left where it was
                found += ((detached, oid) for oid in in_rebase)
            in_rebase = []
        elif action.endswith(("(finish)", "(abort)")):
            if in_rebase and action.endswith("(abort)"):
                branch = rest.removeprefix("returning to refs/heads/")
                found += ((detached if branch == rest else branch, oid) for oid in in_rebase)
            in_rebase = None
        elif move.message.startswith(_CHECKOUT):
            place = _place(move)[1]
        elif move.new in made and move.message.startswith(MADE):
            if in_rebase is not None:
                in_rebase.append(move.new)
            elif _is_detached(repo, place, move, reflogs):
                found.append((detached, move.new))
    return found


def _place(move: ReflogEntry) -> tuple[str, str]:
    """Return from where to where a checkout went, branches by their names."""
    before, _, after = move.message[len(_CHECKOUT) :].partition(" to ")
    return before, after


def _is_detached(repo: Repository, place: str | None, move: ReflogEntry, reflogs: Reflogs) -> bool:
    """Whether HEAD was on no branch when it stood at a place and made a move that no branch's reflog has."""
    if place is None or not _NO_BRANCH.isdisjoint(place):
        return True
    if len(place) >= _ABBREVIATED and _HEX.issuperset(place):
        return True
    if place in reflogs:
        return reflogs[place][0].time <= move.time  # else it was on a branch of this name that is gone
    return bool(repo.matching_refs(f"refs/tags/{place}", f"refs/remotes/{place}"))  # else on a branch that is gone
