"""Symbols that went elsewhere with the very same content, their own name aside."""

from __future__ import annotations

from muse_hook.match.members import match_members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.pairs import Matching, Open, Place

LEAST_TOKENS = 12
"""Below this many tokens equal content says nothing about identity (`pass`, `return None`, `x = 1`)."""

UNMATCHED = ("import",)
"""An import that is gone here and new there did not move."""


def match_exact(left: Open, found: Matching) -> None:
    """Pair open symbols of equal masked content, classes first; members follow their class."""
    for classes in (True, False):
        by_content: dict[str, list[Place]] = {}
        for place, symbol in left.come.items():
            if (symbol.kind == "class") == classes and symbol.kind not in UNMATCHED:
                by_content.setdefault(symbol.masked_id, []).append(place)
        if not by_content:
            continue
        for old in sorted(left.gone):
            gone = left.gone.get(old)
            if gone is None or (gone.kind == "class") != classes or gone.kind in UNMATCHED:
                continue
            places = [p for p in by_content.get(gone.masked_id, ()) if p in left.come]
            if not places or len(gone.tokens) < LEAST_TOKENS:
                continue
            name = gone.name
            home = left.home(old[0])
            new = min(places, key=lambda p: (p[1] != old[1], left.come[p].name != name, p[0] != home, p))
            pair = left.close(old, new)
            found.pairs.append(pair)
            match_members(pair, left, found)
