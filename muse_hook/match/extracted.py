"""Functions that were taken out of a body that stayed, and functions whose body went into one."""

from __future__ import annotations

from muse_hook.match.kinds import CALLABLE
from muse_hook.match.profile import overlap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.match.unmatched import Open, Side
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

LEAST_STATEMENTS, LEAST_SHARE = 3, 0.6
"""So many of a function's statements, and so much of it, have to be the very ones that the other body lost or got."""


def trace_origins(open_: Open) -> None:
    """Note for inserted functions whose statements they are, for deleted ones where theirs are now.

    The body on the other side has to call the function on that side only: a copy is neither.
    """
    come, gone = _named(open_.come), _named(open_.gone)
    if not come and not gone:
        return
    extracted: dict[SymbolKey, tuple[int, SymbolKey]] = {}
    inlined: dict[SymbolKey, tuple[int, SymbolKey]] = {}
    names = come.keys() | gone.keys()
    for pair in open_.found.pairs:
        if not (pair.old.mentions(names) or pair.new.mentions(names)):
            continue  # and nothing is looked through for calls
        called, dropped = pair.new.calls - pair.old.calls, pair.old.calls - pair.new.calls
        if not come.keys().isdisjoint(called):
            lost = _less(pair.old, pair.new)
            _note(open_.come, (come[name] for name in sorted(called & come.keys())), lost, pair.new_key, extracted)
        if not gone.keys().isdisjoint(dropped):
            got = _less(pair.new, pair.old)
            _note(open_.gone, (gone[name] for name in sorted(dropped & gone.keys())), got, pair.new_key, inlined)
    open_.found.extracted = {place: body for place, (_, body) in extracted.items()}
    open_.found.inlined = {place: body for place, (_, body) in inlined.items()}


def _named(side: Side) -> dict[str, list[SymbolKey]]:
    """Return the open functions by their simple names."""
    named: dict[str, list[SymbolKey]] = {}
    for place in side.of_group(CALLABLE):
        named.setdefault(side.symbols[place].name, []).append(place)
    return named


def _less(one: Symbol, other: Symbol) -> dict[str, int]:
    """Return the statements of one body that the other does not have."""
    left: dict[str, int] = {}
    for digest in one.statements:
        left[digest] = left.get(digest, 0) + 1
    for digest in other.statements:
        if digest in left:
            left[digest] -= 1
    return {digest: count for digest, count in left.items() if count > 0}


def _note(
    side: Side,
    named: Iterable[list[SymbolKey]],
    statements: dict[str, int],
    body: SymbolKey,
    noted: dict[SymbolKey, tuple[int, SymbolKey]],
) -> None:
    for places in named:
        for place in places:
            if len(places) > 1 and place[0] != body[0]:
                continue  # which of them is called is not known
            own = side.profile(place).statements
            common = overlap(own, statements)
            if common < LEAST_STATEMENTS or common < LEAST_SHARE * sum(own.values()):
                continue
            if place not in noted or noted[place][0] < common:
                noted[place] = common, body
