"""Pairs of one address whose bodies have nothing in common: swapped names, a name that another body took."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE, Pair, group_of
from muse_hook.match.similarity import Features, Weights, text_similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey

LEAST_SHARED = 0.4
"""Two bodies without a common statement that share less of their tokens than this may be swapped ones: half of it any
two functions of one module have in common."""

FITS, FAR_BETTER = 0.6, 0.35
"""A body is paired with another than that of its own address where the two share so much, and so much more than it
shares with that one."""

LEAST_STATEMENTS = 2
"""One statement is soon another one."""


def separate_swapped(unmatched: Unmatched) -> None:
    """Separate pairs of which either end, or one of them, is found elsewhere; what is left over becomes unmatched."""
    before, after = unmatched.before, unmatched.after
    suspects = [pair for pair in unmatched.matching.pairs if _is_suspect(pair)]
    if not suspects:
        return
    weights = Weights(())
    olds = {pair.old_key: Features(pair.old_key, pair.old) for pair in suspects}
    news = {pair.new_key: Features(pair.new_key, pair.new) for pair in suspects}
    shared = {pair.old_key: text_similarity(olds[pair.old_key], news[pair.new_key], weights)[0] for pair in suspects}
    suspects = [pair for pair in suspects if shared[pair.old_key] < LEAST_SHARED]
    if not suspects:
        return
    new_key = {pair.old_key: pair.new_key for pair in suspects}
    old_key = {pair.new_key: pair.old_key for pair in suspects}
    rows = []
    for old, new in _sharing(
        (*(olds[key] for key in new_key), *(before.features(key) for key in before.of_group(CALLABLE))),
        (*(news[key] for key in sorted(old_key)), *(after.features(key) for key in after.of_group(CALLABLE))),
    ):
        if (old.key not in new_key and new.key not in old_key) or new_key.get(old.key) == new.key:
            continue
        if old.key in new_key and _calls(news[new_key[old.key]], new):
            continue  # the old body only moved out and is called from where it was: that name stays whose it is
        fit = text_similarity(old, new, weights)[0]
        so_far = max(shared.get(old.key, 0.0), shared.get(old_key.get(new.key, old.key), 0.0))
        if fit >= max(FITS, so_far + FAR_BETTER):
            rows.append((-round(fit, 6), old.key, new.key, old, new))
    _pair_anew(unmatched, suspects, rows)


def _is_suspect(pair: Pair) -> bool:
    """Whether two bodies have no statement in common; cheaper than their similarity."""
    if group_of(pair.old) != CALLABLE or group_of(pair.new) != CALLABLE:
        return False
    before, after = pair.old.statements, pair.new.statements
    return min(len(before), len(after)) >= LEAST_STATEMENTS and set(before).isdisjoint(after)


def _sharing(olds: Iterable[Features], news: Iterable[Features]) -> Iterable[tuple[Features, Features]]:
    """Yield the pairs that have a statement in common, each once."""
    holders: dict[str, list[Features]] = {}
    for new in news:
        for digest in new.statements:
            holders.setdefault(digest, []).append(new)
    for old in olds:
        met: dict[SymbolKey, Features] = {}
        for digest in old.statements:
            for new in holders.get(digest, ()):
                met[new.key] = new
        for new in met.values():
            yield old, new


def _calls(caller: Features, called: Features) -> bool:
    """Whether a body names a function or the class that it stands in."""
    owner = called.symbol.parent.rpartition(".")[2]
    return called.symbol.name in caller.tokens or (owner != "" and owner in caller.tokens)


def _pair_anew(
    unmatched: Unmatched, suspects: list[Pair], rows: list[tuple[float, SymbolKey, SymbolKey, Features, Features]]
) -> None:
    """Make the pairs of `rows`, the best first, in the place of those of the suspects."""
    pairs = unmatched.matching.pairs
    used_old: set[SymbolKey] = set()
    used_new: set[SymbolKey] = set()
    for fit, before, after, old, new in sorted(rows, key=lambda row: row[:3]):
        if (
            before in used_old
            or after in used_new
            or not (before[0] == after[0] or unmatched.is_sound(before[0], after[0]))
        ):
            continue
        used_old.add(before)
        used_new.add(after)
        confidence = 1.0 if old.symbol.masked_id == new.symbol.masked_id else round(min(0.99, -fit), 2)
        pairs.append(Pair(before[0], old.symbol, after[0], new.symbol, confidence))
        unmatched.before.symbols.pop(before, None)
        unmatched.after.symbols.pop(after, None)
    for pair in suspects:
        if pair.old_key not in used_old and pair.new_key not in used_new:
            continue
        pairs.remove(pair)
        if pair.old_key not in used_old:
            unmatched.before.put_back(pair.old_key, pair.old)
        if pair.new_key not in used_new:
            unmatched.after.put_back(pair.new_key, pair.new)
