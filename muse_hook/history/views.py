"""What each commit reaches, handed on from parents to children while a history is walked."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.history.ancestry import Ancestry, Place, Reach

# Views; more branches are seldom open at once, and one that is gone is made again. Each takes 8 bytes a branch.
_KEPT = 1024


class Views:
    """The reach of the commits whose children are still to come."""

    def __init__(self, ancestry: Ancestry) -> None:
        self._ancestry = ancestry
        self._kept: dict[Place, tuple[Reach, int]] = {}

    def of(self, place: Place | None) -> Reach | None:
        """Return what a commit reaches, for looking at; None for one that is not recorded."""
        if place is None:
            return None
        kept = self._kept.get(place)
        return kept[0] if kept is not None else self._ancestry.reach([place])

    def hand_on(self, place: Place | None) -> Reach | None:
        """Return what a commit reaches, for a child to grow; the last child gets the very thing."""
        if place is None:
            return None
        reach, children = self._kept.pop(place, (None, 0))
        if reach is None:
            return self._ancestry.reach([place])
        if children <= 1:
            return reach
        self._kept[place] = reach, children - 1
        return reach.copy()

    def keep(self, place: Place, reach: Reach, children: int) -> None:
        """Keep what a commit reaches for its children."""
        if children:
            self._kept[place] = reach, children
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
