"""What the branch map says: of each live branch, of every two that collide on something, and what it does not say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from muse_hook.concurrent.branches import Branch, Unseen
    from muse_hook.concurrent.collision import Collision
    from muse_hook.concurrent.compare import Comparison
    from muse_hook.concurrent.order import MergeStep


class LiveBranch:
    """A branch that is not merged into the base, with what is said of it.

    `behind` and `ahead` count commits against the base, `actors` made those that the base has not, as they were
    recorded ("Name <email>", or a `Muse-Actor`). `symbols` is how many it changed, added or deleted. `on_base` says how
    much of what it changed stands on the base in the same words: "all", "some" or "none".
    """

    __slots__ = ("actors", "ahead", "behind", "branch", "moved_at", "on_base", "symbols")

    def __init__(
        self,
        branch: Branch,
        *,
        behind: int,
        ahead: int,
        actors: Sequence[str],
        symbols: int,
        on_base: str,
        moved_at: str,
    ) -> None:
        self.branch = branch
        self.behind = behind
        self.ahead = ahead
        self.actors = list(actors)
        self.symbols = symbols
        self.on_base = on_base
        self.moved_at = moved_at

    @property
    def name(self) -> str:
        """The name of the branch."""
        return self.branch.name

    def as_json(self) -> dict[str, Any]:
        """Return the branch as docs/json.md has it."""
        return {
            "name": self.name,
            "head": self.branch.head,
            "behind": self.behind,
            "ahead": self.ahead,
            "actors": self.actors,
            "symbols": self.symbols,
            "on_base": self.on_base,
        }


class BranchMap:
    """What was found: the live branches by name, the pairs that were looked at closely, and what was not.

    A pair is (names of both sides, their comparison); those with the base come first, and of two branches the one that
    comes first by name is ours. Every pair that is in neither list collides on nothing. `is_recorded` says whether the
    history was asked who is who; without one trees are compared.
    """

    def __init__(
        self,
        base: str,
        branches: Sequence[LiveBranch],
        pairs: Sequence[tuple[tuple[str, str], Comparison]],
        unseen: Sequence[Unseen],
        order: Sequence[MergeStep],
        *,
        is_recorded: bool = False,
    ) -> None:
        self.base = base
        self.is_recorded = is_recorded
        self.branches = list(branches)
        self.pairs = list(pairs)
        self.unseen = list(unseen)
        self.order = list(order)

    def collisions(self) -> Iterator[tuple[tuple[str, str], Collision]]:
        """Yield (names of both sides, one thing that they collide on)."""
        for names, comparison in self.pairs:
            for collision in comparison.collisions:
                yield names, collision

    def as_json(self) -> dict[str, Any]:
        """Return the map as docs/json.md has it."""
        return {
            "branches": [branch.as_json() for branch in self.branches],
            "collisions": [{**each.as_json(), "branches": list(names)} for names, each in self.collisions()],
            "order": [step.as_json() for step in self.order],
            "not_compared": [each.as_json() for each in self.unseen],
            "recorded": self.is_recorded,
            "comparisons": [{"names": list(names), **comparison.as_json()} for names, comparison in self.pairs],
        }
