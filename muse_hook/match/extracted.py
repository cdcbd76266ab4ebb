"""Functions that were taken out of a body that stayed, and functions whose body went into one."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE
from muse_hook.match.similarity import overlap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.match.unmatched import Unmatched, UnmatchedSymbols
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

LEAST_STATEMENTS, LEAST_SHARE = 3, 0.6
"""So many of a function's statements, and so much of it, have to be the very ones that the other body lost or got."""


def find_extracted(unmatched: Unmatched) -> None:
    """Say of inserted functions whose statements they have, of deleted ones which function has theirs now.

    The body on the other side has to call the function on that side only: a copy is neither.
    """
    inserted, deleted = _by_name(unmatched.after), _by_name(unmatched.before)
    if not inserted and not deleted:
        return
    extracted: dict[SymbolKey, tuple[int, SymbolKey]] = {}
    inlined: dict[SymbolKey, tuple[int, SymbolKey]] = {}
    names = inserted.keys() | deleted.keys()
    for pair in unmatched.matching.pairs:
        if not (pair.old.mentions(names) or pair.new.mentions(names)):
            continue  # and nothing is looked through for calls
        called, dropped = pair.new.calls - pair.old.calls, pair.old.calls - pair.new.calls
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


def _by_name(side: UnmatchedSymbols) -> dict[str, list[SymbolKey]]:
    """Return the unmatched functions by their simple names."""
    keys: dict[str, list[SymbolKey]] = {}
    for key in side.of_group(CALLABLE):
        keys.setdefault(side.symbols[key].name, []).append(key)
    return keys


def _without(one: Symbol, other: Symbol) -> dict[str, int]:
    """Return the statements of one body that the other does not have."""
    rest: dict[str, int] = {}
    for digest in one.statements:
        rest[digest] = rest.get(digest, 0) + 1
    for digest in other.statements:
        if digest in rest:
            rest[digest] -= 1
    return {digest: count for digest, count in rest.items() if count > 0}


def _add(
    side: UnmatchedSymbols,
    named: Iterable[list[SymbolKey]],
    statements: dict[str, int],
    body: SymbolKey,
    found: dict[SymbolKey, tuple[int, SymbolKey]],
) -> None:
    """Add the body to those functions of `named` that it has, or had, enough statements of, if no other has more."""
    for keys in named:
        for key in keys:
            if len(keys) > 1 and key[0] != body[0]:
                continue  # which of them is called is not known
            own = side.features(key).statements
            common = overlap(own, statements)
            if common < LEAST_STATEMENTS or common < LEAST_SHARE * sum(own.values()):
                continue
            if key not in found or found[key][0] < common:
                found[key] = common, body
