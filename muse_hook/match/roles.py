"""Functions that were renamed and written anew: whoever called the old one calls the new one now."""

from __future__ import annotations

from muse_hook.match.evidence import Callers
from muse_hook.match.kinds import CALLABLE
from muse_hook.match.similarity import name_likeness, parameter_likeness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.unmatched import Open
    from muse_hook.model.address import SymbolKey

NAME, PARAMETERS = 0.3, 0.9
"""How alike the names and the parameters have to be, since the bodies say nothing."""

CONFIDENCE = 0.5


def match_roles(open_: Open) -> None:
    """Pair open functions of one scope of which the one took the other's place in every body that called it."""
    gone, come = open_.gone.of_group(CALLABLE), open_.come.of_group(CALLABLE)
    if not gone or not come:
        return
    callers = Callers(open_.gone.symbols, open_.come.symbols, open_.found.pairs)
    by_callers: dict[frozenset[object], list[SymbolKey]] = {}
    for new in come:
        bodies = callers.gained(open_.come.symbols[new].name)
        if bodies:
            by_callers.setdefault(bodies, []).append(new)
    olds: dict[frozenset[object], list[SymbolKey]] = {}
    for old in gone:
        bodies = callers.lost(open_.gone.symbols[old].name)
        if bodies in by_callers:
            olds.setdefault(bodies, []).append(old)
    for bodies, places in olds.items():
        news = by_callers[bodies]
        if len(places) == len(news) == 1 and _same_role(open_, places[0], news[0]):
            open_.take(places[0], news[0], CONFIDENCE)


def _same_role(open_: Open, old: SymbolKey, new: SymbolKey) -> bool:
    one, other = open_.gone.profile(old), open_.come.profile(new)
    return (
        open_.same_scope(old, new)
        and one.symbol.name != other.symbol.name
        and name_likeness(one, other) >= NAME
        and parameter_likeness(one, other) >= PARAMETERS
    )
