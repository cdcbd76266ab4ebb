"""Pairs of one address whose bodies are strangers to each other: swapped names, a name taken over by another body."""

from __future__ import annotations

from muse_hook.match.kinds import CALLABLE, group_of
from muse_hook.match.pairs import Pair
from muse_hook.match.profile import Profile, Weights
from muse_hook.match.similarity import text_likeness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.match.unmatched import Open
    from muse_hook.model.address import SymbolKey

LEAST_SHARED = 0.4
"""Two bodies without a common statement that share less of their tokens than this may be strangers: half of it any two
functions of one module have in common."""

FITS, FAR_BETTER = 0.6, 0.35
"""What takes the place of a stranger has to share so much with the body that it continues, and so much more than the
stranger does."""

LEAST_STATEMENTS = 2
"""One statement is soon another one."""


def part_strangers(open_: Open) -> None:
    """Part pairs of strangers where each end, or one of them, is found elsewhere; what is left over becomes open."""
    suspects = [pair for pair in open_.found.pairs if _is_suspect(pair)]
    if not suspects:
        return
    weights = Weights(())
    olds = {pair.old_key: Profile(pair.old_key, pair.old) for pair in suspects}
    news = {pair.new_key: Profile(pair.new_key, pair.new) for pair in suspects}
    shared = {pair.old_key: text_likeness(olds[pair.old_key], news[pair.new_key], weights)[0] for pair in suspects}
    suspects = [pair for pair in suspects if shared[pair.old_key] < LEAST_SHARED]
    own = {pair.old_key: pair.new_key for pair in suspects}
    mine = {pair.new_key: pair.old_key for pair in suspects}
    gone = [open_.gone.profile(place) for place in open_.gone.of_group(CALLABLE)] if suspects else []
    come = [open_.come.profile(place) for place in open_.come.of_group(CALLABLE)] if suspects else []
    rows = []
    for old, new in _sharing(
        (*(olds[place] for place in own), *gone), (*(news[place] for place in sorted(mine)), *come)
    ):
        if (old.place not in own and new.place not in mine) or own.get(old.place) == new.place:
            continue
        if _delegates(own, news, old, new):
            continue
        fit = text_likeness(old, new, weights)[0]
        rival = max(shared.get(old.place, 0.0), shared.get(mine.get(new.place, old.place), 0.0))
        if fit >= max(FITS, rival + FAR_BETTER):
            rows.append((-round(fit, 6), old.place, new.place, old, new))
    _reassign(open_, suspects, rows)


def _is_suspect(pair: Pair) -> bool:
    """Whether two bodies have no statement in common; cheaper than their likeness."""
    if group_of(pair.old) != CALLABLE or group_of(pair.new) != CALLABLE:
        return False
    before, after = pair.old.statements, pair.new.statements
    return min(len(before), len(after)) >= LEAST_STATEMENTS and set(before).isdisjoint(after)


def _sharing(olds: Iterable[Profile], news: Iterable[Profile]) -> Iterable[tuple[Profile, Profile]]:
    """Yield the pairs that have a statement in common, each once."""
    holders: dict[str, list[Profile]] = {}
    for new in news:
        for digest in new.statements:
            holders.setdefault(digest, []).append(new)
    for old in olds:
        met: dict[SymbolKey, Profile] = {}
        for digest in old.statements:
            for new in holders.get(digest, ()):
                met[new.place] = new
        for new in met.values():
            yield old, new


def _delegates(own: dict[SymbolKey, SymbolKey], news: dict[SymbolKey, Profile], old: Profile, new: Profile) -> bool:
    """Whether the old body only moved out and is called from where it was: that name stays whose it is."""
    if old.place not in own:
        return False
    here = news[own[old.place]].tokens
    return new.symbol.name in here or bool(new.symbol.parent and new.symbol.parent.rpartition(".")[2] in here)


def _reassign(
    open_: Open, suspects: list[Pair], rows: list[tuple[float, SymbolKey, SymbolKey, Profile, Profile]]
) -> None:
    used_old: set[SymbolKey] = set()
    used_new: set[SymbolKey] = set()
    for fit, before, after, old, new in sorted(rows, key=lambda row: row[:3]):
        if (
            before in used_old
            or after in used_new
            or not (before[0] == after[0] or open_.is_sound(before[0], after[0]))
        ):
            continue
        used_old.add(before)
        used_new.add(after)
        confidence = 1.0 if old.symbol.masked_id == new.symbol.masked_id else round(min(0.99, -fit), 2)
        open_.found.pairs.append(Pair(before[0], old.symbol, after[0], new.symbol, confidence))
        open_.gone.symbols.pop(before, None)
        open_.come.symbols.pop(after, None)
    for pair in suspects:
        if pair.old_key not in used_old and pair.new_key not in used_new:
            continue
        open_.found.pairs.remove(pair)
        if pair.old_key not in used_old:
            open_.gone.reopen(pair.old_key, pair.old)
        if pair.new_key not in used_new:
            open_.come.reopen(pair.new_key, pair.new)
