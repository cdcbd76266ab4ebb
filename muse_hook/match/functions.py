"""Functions and methods that were renamed or moved and edited, by likeness, best first."""

from __future__ import annotations

from muse_hook.match.candidates import candidates
from muse_hook.match.kinds import CALLABLE
from muse_hook.match.similarity import most_alike, name_likeness, parameter_likeness, text_likeness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.profile import Profile
    from muse_hook.match.unmatched import Open
    from muse_hook.model.address import SymbolKey

TEXT, NAME, PARAMETERS, SCOPE, CALLS = 0.62, 0.20, 0.08, 0.06, 0.12
"""The weights of the evidence."""

ACCEPTED = 0.42
"""The least score."""

OTHER_FILE = 0.03
"""What a pair across files needs more."""

SMALL, SMALL_NEEDS = 20, 0.15
"""Bodies of fewer tokens need up to so much more."""

TINY, TINY_NEEDS = 8, 0.25
"""And those that say next to nothing (`pass`, `return None`) a name or a caller that speaks for them."""

LEAST_TEXT = 0.28
"""Names and scope alone make no pair."""

GROWN, GROWN_SIZE, GROWN_NAME = 0.8, 16, 0.5
"""A body that only grew counts by the share of the old one in it (squared, times GROWN), if the name stays near."""

TIE, TIE_NAME = 0.015, 0.4
"""Rivals nearer than TIE leave it open who is whose."""


def match_callables(open_: Open) -> None:
    """Pair open functions and methods by likeness; a tie without a word in common stays open."""
    olds = [open_.gone.profile(place) for place in open_.gone.of_group(CALLABLE)]
    news = [open_.come.profile(place) for place in open_.come.of_group(CALLABLE)]
    rivals = _Rivals(open_)
    rows: list[tuple[float, Profile, Profile]] = []
    for old, new in candidates(olds, news, open_.weights):
        if not open_.allowed(old.place, new.place):
            continue
        scored = _score(open_, old, new)
        if scored is not None:
            score, needed = scored
            rivals.add(score, old, new)
            if score >= needed:
                rows.append((score, old, new))
    # An equal one further down comes first: a line diff, too, shows what was put before it as the new one.
    rows.sort(key=lambda row: (-row[0], row[1].place, row[2].place[0], -row[2].symbol.lines[0]))
    for score, old, new in rows:
        if old.place not in open_.gone.symbols or new.place not in open_.come.symbols:
            continue
        if old.symbol.name == new.symbol.name or not rivals.tie(score, old, new):
            open_.take(old.place, new.place, round(min(0.99, score), 2))


def _score(open_: Open, old: Profile, new: Profile) -> tuple[float, float] | None:
    """Return the score and what it has to reach; None where it cannot."""
    same_scope = open_.same_scope(old.place, new.place)
    name = name_likeness(old, new)
    beside = NAME * name + SCOPE * same_scope + CALLS * open_.callers.renamed(old.symbol.name, new.symbol.name)
    needed = ACCEPTED
    if open_.home(old.place[0]) != new.place[0]:
        needed += OTHER_FILE
    size = min(old.size + old.prose_size, new.size + new.prose_size)
    if size < SMALL:
        needed += SMALL_NEEDS * (1 - size / SMALL)
        if size < TINY:
            needed += TINY_NEEDS
    grown = same_scope and name >= GROWN_NAME and min(old.size, new.size) >= GROWN_SIZE
    if not grown:
        bound = most_alike(old, new, open_.weights)
        if bound < LEAST_TEXT or TEXT * bound + beside + PARAMETERS < needed - TIE:
            return None
    text, inside = text_likeness(old, new, open_.weights)
    if grown:
        text = max(text, GROWN * inside * inside)
    if text < LEAST_TEXT:
        return None
    return round(TEXT * text + beside + PARAMETERS * parameter_likeness(old, new), 6), needed


class _Rivals:
    """The scores of all pairs that were compared, to see whether another partner would do as well."""

    def __init__(self, open_: Open) -> None:
        self._open = open_
        self._of_old: dict[SymbolKey, list[tuple[float, SymbolKey]]] = {}
        self._of_new: dict[SymbolKey, list[tuple[float, SymbolKey]]] = {}

    def add(self, score: float, old: Profile, new: Profile) -> None:
        """Note a score."""
        self._of_old.setdefault(old.place, []).append((score, new.place))
        self._of_new.setdefault(new.place, []).append((score, old.place))

    def tie(self, score: float, old: Profile, new: Profile) -> bool:
        """Whether another open symbol would do as well for either end.

        Equal ones in the same class are no tie where the names have words in common: one of them it is.
        """
        near = name_likeness(old, new) >= TIE_NAME
        for profile, scores, side in (
            (new, self._of_old[old.place], self._open.come),
            (old, self._of_new[new.place], self._open.gone),
        ):
            for rival_score, place in scores:
                if rival_score <= score - TIE or place == profile.place or place not in side.symbols:
                    continue
                sibling = place[0] == profile.place[0] and side.symbols[place].parent == profile.symbol.parent
                if not (near and sibling and rival_score == score):
                    return True
        return False
