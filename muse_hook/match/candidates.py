"""Who is worth comparing with whom, so that many open symbols do not mean all their pairs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.match.profile import Profile, Weights

ALL_PAIRS = 400
"""Up to so many pairs everything is compared with everything."""

RIVALS = 12
"""With more, each symbol meets those that share the most with it in rare tokens and statements."""

RARE = 24
"""A token or statement that more symbols than this have says nothing about who is whose."""


def candidates(olds: list[Profile], news: list[Profile], weights: Weights) -> Iterator[tuple[Profile, Profile]]:
    """Yield the pairs to compare; their number grows with that of the symbols."""
    if len(olds) * len(news) <= ALL_PAIRS:
        for old in olds:
            for new in news:
                yield old, new
        return
    holders: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    for number, new in enumerate(news):
        names.setdefault(new.symbol.name, []).append(number)
        for token in (*new.tokens, *new.statements):
            holders.setdefault(token, []).append(number)
    for old in olds:
        shared: dict[int, float] = {}
        for token in (*old.tokens, *old.statements):
            held = holders.get(token, ())
            if len(held) <= RARE:
                weight = weights.of(token)
                for number in held:
                    shared[number] = shared.get(number, 0.0) + weight
        best = sorted(shared, key=lambda number: (-shared[number], number))[:RIVALS]
        same = [n for n in names.get(old.symbol.name, ())[:RARE] if n not in best]
        for number in (*best, *same):
            yield old, news[number]
