"""Who is who where one comparison of two trees cannot tell: asked of the recorded history, which saw each step."""

from __future__ import annotations

from muse_hook.history.ancestry import BranchFilter, is_recorded
from muse_hook.history.identity import symbol_id_of
from muse_hook.history.names import SymbolNames
from muse_hook.match.pairs import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from muse_hook.git import Repository
    from muse_hook.match.pairs import Matching
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

    Story = Callable[[SymbolKey], int | None]
    """The number of the story that a place (path, qualified name) belongs to, None where that is not recorded."""


class Identity:
    """The stable ids of symbols, as some commits see them; `connection` holds the history, brought up to date."""

    def __init__(self, repository: Repository, connection: sqlite3.Connection) -> None:
        self._repository = repository
        self._sql = connection
        self._known: dict[str, SymbolNames] = {}

    def knows(self, commit: str) -> bool:
        """Whether a commit is recorded."""
        return is_recorded(self._sql, commit)

    def at(self, commit: str) -> Story:
        """Return what tells the story of a place at a commit."""
        naming = self._known.get(commit)
        if naming is None:
            naming = self._known[commit] = SymbolNames(self._sql, BranchFilter(self._repository, self._sql, [commit]))
        return lambda place: naming.symbol_at(f"{place[0]}::{place[1]}")

    def symbol_id(self, story: int | None) -> str:
        """Return a story's stable id; "" for None."""
        return symbol_id_of(self._sql, story)


def settle(found: Matching, before: Story, after: Story) -> None:
    """Put pairs by story in the place of what was guessed, or not seen, between two trees.

    Steps that were recorded one by one go further than one look at both ends: each may be a small edit, and together
    nothing is left that is alike.
    """
    guessed = {pair.old_key: pair for pair in found.pairs if pair.confidence < 1.0}
    open_old: dict[SymbolKey, Symbol] = found.deleted | {place: pair.old for place, pair in guessed.items()}
    open_new: dict[SymbolKey, Symbol] = found.inserted | {pair.new_key: pair.new for pair in guessed.values()}
    by_story = {story: place for place in open_new if (story := after(place)) is not None}
    wanted: dict[SymbolKey, SymbolKey] = {}
    goals: set[SymbolKey] = set()
    for place in open_old:
        goal = by_story.get(before(place) or 0)
        if goal is not None and goal not in goals:
            wanted[place] = goal
            goals.add(goal)
    if not wanted:
        return
    kept = []
    for pair in found.pairs:
        old, new = pair.old_key, pair.new_key
        if old in guessed and (old in wanted or new in goals):
            found.deleted[old], found.inserted[new] = pair.old, pair.new
        else:
            kept.append(pair)
    for old, new in wanted.items():
        kept.append(Pair(old[0], found.deleted.pop(old), new[0], found.inserted.pop(new)))
    kept.sort(key=lambda pair: pair.old_key)
    found.pairs = kept
