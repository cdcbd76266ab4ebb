"""Where the repository's branches and work trees stand now, and stood by its reflogs."""

from __future__ import annotations

from muse_hook.catchup.rebase import in_rebase
from muse_hook.catchup.session import branch_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.git import Head, Repository
    from muse_hook.git.reflogs import ReflogEntry


class Situation:
    """`branches` {name: commit}, `heads` the work trees' HEADs (the current one first), `reflogs` {branch: entries}."""

    __slots__ = ("branches", "heads", "reflogs")

    def __init__(
        self,
        branches: Mapping[str, str],
        heads: Sequence[Head],
        reflogs: Mapping[str, Sequence[ReflogEntry]],
    ) -> None:
        self.branches = branches
        self.heads = heads
        self.reflogs = reflogs

    def order(self, repo: Repository) -> list[str]:
        """Return the branches as session rule 3 asks them; asking Git for the default one costs, so only on demand."""
        default = repo.default_branch() if len(self.branches) > 1 else None
        return branch_order(self.branches, self.heads, default)

    def tips(self, *, automatic: bool) -> set[str]:
        """Return the commits to start from; `automatic` passes over a HEAD that a rebase has in hand."""
        tips = set(self.branches.values())
        tips.update(head.oid for head in self.heads if head.oid is not None and not (automatic and in_rebase(head)))
        for entries in self.reflogs.values():
            for entry in entries:
                tips.add(entry.old)
                tips.add(entry.new)
        return {tip for tip in tips if tip.strip("0")}  # the null id: a ref that was not there


def look(repo: Repository, current: Head | None = None) -> Situation:
    """Ask Git where everything stands; `current` is the HEAD here, where that is known already."""
    if current is None:
        current = repo.head()
    others = [tree.head for tree in repo.worktrees() if tree.name != current.worktree]
    return Situation(repo.branches(), [current, *others], repo.branch_reflogs())
