"""Functions that were taken out of a body that stayed, and functions whose body went into one."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE
from muse_hook.match.similarity import Weights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.match.unmatched import Unmatched, UnmatchedSymbols
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

    Leaves = tuple[str, ...]
    """The own leaf texts of one statement."""

LEAST_STATEMENTS, LEAST_SHARE = 3, 0.6
"""So many of a function's statements, and so much of its text, have to be found among those that the other body lost
or got."""

EDITED = 0.6
"""A statement is found that has so much in common with one of them (Dice): a variable is a parameter now."""

LEAST_IDENTICAL = 2
"""So many have to be the very same ones, since edited ones alone may be written anew."""


def find_extracted(unmatched: Unmatched) -> None:
    """Say of inserted functions whose statements they have, of deleted ones which function has theirs now.

    The body on the other side has to name the function on that side only: a copy is neither.
    """
    inserted, deleted = _by_name(unmatched.after), _by_name(unmatched.before)
    if not inserted and not deleted:
        return
    extracted: dict[SymbolKey, tuple[float, SymbolKey]] = {}
    inlined: dict[SymbolKey, tuple[float, SymbolKey]] = {}
    names = inserted.keys() | deleted.keys()
    for pair in unmatched.matching.pairs:
        if not (pair.old.mentions(names) or pair.new.mentions(names)):
            continue  # and nothing is looked through for calls
        before, after = set(pair.old.tokens), set(pair.new.tokens)  # called, or handed on
        called, dropped = after - before, before - after
        if not inserted.keys().isdisjoint(called):
            lost = _without(pair.old, pair.new)
            named = [inserted[name] for name in sorted(called & inserted.keys())]
            _add(unmatched.after, named, lost, pair.new_key, extracted)
        if not deleted.keys().isdisjoint(dropped):
            got = _without(pair.new, pair.old)
            named = [deleted[name] for name in sorted(dropped & deleted.keys())]
            _add(unmatched.before, named, got, pair.new_key, inlined)
    unmatched.matching.extracted = {key: body for key, (_, body) in extracted.items()}
    unmatched.matching.inlined = {key: body for key, (_, body) in inlined.items()}


def is_part_of_another(unmatched: Unmatched, old: SymbolKey, new: SymbolKey) -> bool:
    """Whether an unmatched new function was taken out of a body that stayed, or the old one was put into one.

    By the same rule as what `find_extracted` says: the two are no pair then.
    """
    one, other = unmatched.before.symbols[old], unmatched.after.symbols[new]
    lost, gained = frozenset((one.name,)), frozenset((other.name,))
    for pair in unmatched.matching.pairs:
        if pair.new_path == new[0] and pair.new.mentions(gained) and not pair.old.mentions(gained):
            own = [leaves for _, leaves in other.statement_leaves if leaves]
            if _share_in(own, _without(pair.old, pair.new)) >= LEAST_SHARE:
                return True
        if pair.old_path == old[0] and pair.old.mentions(lost) and not pair.new.mentions(lost):
            own = [leaves for _, leaves in one.statement_leaves if leaves]
            if _share_in(own, _without(pair.new, pair.old)) >= LEAST_SHARE:
                return True
    return False


def _by_name(side: UnmatchedSymbols) -> dict[str, list[SymbolKey]]:
    """Return the unmatched functions by their simple names."""
    keys: dict[str, list[SymbolKey]] = {}
    for key in side.of_group(CALLABLE):
        keys.setdefault(side.symbols[key].name, []).append(key)
    return keys


def _without(one: Symbol, other: Symbol) -> list[Leaves]:
    """Return the statements of one body that the other does not have."""
    there: dict[Leaves, int] = {}
    for _, leaves in other.statement_leaves:
        there[leaves] = there.get(leaves, 0) + 1
    rest = []
    for _, leaves in one.statement_leaves:
        if there.get(leaves, 0):
            there[leaves] -= 1
        elif leaves:
            rest.append(leaves)
    return rest


def _add(
    side: UnmatchedSymbols,
    named: Iterable[list[SymbolKey]],
    statements: Sequence[Leaves],
    body: SymbolKey,
    found: dict[SymbolKey, tuple[float, SymbolKey]],
) -> None:
    """Add the body to those functions of `named` that it has, or had, enough statements of, if no other has more."""
    if len(statements) < LEAST_STATEMENTS:
        return
    for keys in named:
        for key in keys:
            if len(keys) > 1 and key[0] != body[0]:
                continue  # which of them is called is not known
            own = [leaves for _, leaves in side.symbols[key].statement_leaves if leaves]
            share = _share_in(own, statements)
            if share >= LEAST_SHARE and (key not in found or found[key][0] < share):
                found[key] = share, body


def _share_in(own: Sequence[Leaves], statements: Sequence[Leaves]) -> float:
    """Return how much of a function's text is found in statements, each in one of them; 0 where too few are."""
    if len(own) < LEAST_STATEMENTS:
        return 0.0
    free: dict[Leaves, int] = {}
    for leaves in statements:
        free[leaves] = free.get(leaves, 0) + 1
    from muse_hook.match.statements import ALL_PAIRS, bag_of  # few commits have a part that may have been taken out

    weights = Weights(())
    kept, count, rest = 0.0, 0, []
    for leaves in own:
        if free.get(leaves, 0):
            free[leaves] -= 1
            kept += weights.of_all(bag_of(leaves))
            count += 1
        else:
            rest.append(bag_of(leaves))
    if count < LEAST_IDENTICAL:
        return 0.0
    left = [bag_of(leaves) for leaves, times in free.items() for _ in range(times)]
    rows = []
    for i, bag in enumerate(rest) if len(rest) * len(left) <= ALL_PAIRS else ():
        for j, other in enumerate(left):
            shared = weights.shared(bag, other)
            both = weights.of_all(bag) + weights.of_all(other)
            if shared and 2 * shared >= EDITED * both:
                rows.append((-round(2 * shared / both, 6), i, j, shared))
    olds: set[int] = set()
    news: set[int] = set()
    for _, i, j, shared in sorted(rows):
        if i not in olds and j not in news:
            olds.add(i)
            news.add(j)
            kept += shared
            count += 1
    whole = sum([weights.of_all(bag_of(leaves)) for leaves in own])
    return round(kept / whole, 6) if count >= LEAST_STATEMENTS and whole else 0.0
