"""New users, on one side, of what the other side took away or gave other parameters."""

from __future__ import annotations

from muse_hook.concurrent.collision import GONE_AND_CALLER, SIGNATURE_AND_CALLER
from muse_hook.concurrent.uses import Uses
from muse_hook.languages.languages import language_for
from muse_hook.match.pairs import CALLABLE, VALUE, group_of
from muse_hook.semver.signature import compare_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.concurrent.side import Side, Touch
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol


def new_callers(changer: Side, caller: Side) -> Iterator[tuple[str, SymbolKey, Touch, SymbolKey, Symbol]]:
    """Yield (kind, place before, what the changer did, place of the caller, the caller) of each broken expectation.

    A call is known by its simple name. So it counts only where the file of the caller has to do with the name's owner:
    it is the owner's own file, or imports the function, its class, or its module. What costs least is asked first:
    which texts say the name, which of their files know the owner, and only then what differs between two versions.
    """
    expected = [(place, touch, *_expected(place, touch)) for place, touch in changer.touched.items()]
    uses = Uses(caller, {name for _, _, kind, name in expected if kind})
    for place, touch, kind, name in expected:
        saying = uses.saying(name, place, touch.old) if kind else []
        if not saying or not _broken(changer, place, touch):
            continue
        by_call = group_of(touch.old) == CALLABLE
        for use in saying:
            if name in (use.calls if by_call else use.words):
                yield kind, place, touch, use.place, use.symbol


def _expected(place: SymbolKey, touch: Touch) -> tuple[str, str]:
    """Return the kind of collision that a new user of the symbol may be, and the name that it would use."""
    old, group = touch.old, group_of(touch.old)
    if group == VALUE:
        return "", ""
    if touch.new is None or touch.is_elsewhere:
        return GONE_AND_CALLER, old.name
    if group != CALLABLE:
        return "", ""
    language = language_for(place[0])
    if old.parent and language is not None and old.name in language.strings("constructors"):
        return SIGNATURE_AND_CALLER, old.parent.rpartition(".")[2]
    return SIGNATURE_AND_CALLER, old.name


def _broken(changer: Side, place: SymbolKey, touch: Touch) -> bool:
    """Say whether what a new user expects is no more."""
    old, new = touch.old, touch.new
    if new is None or touch.is_elsewhere:
        if changer.still_binds(place[0], old):
            return False
        # A method that keeps its name went to a base class or a subclass: objects answer to it as before.
        return not (new is not None and old.parent and new.parent and new.name == old.name)
    return _signature(old) != _signature(new)


def _signature(symbol: Symbol) -> list[tuple[str, str, str | None]]:
    """Return what a caller has to know: annotations change no call."""
    return [(parameter.name, parameter.kind, parameter.default) for parameter in symbol.parameters]


def breaks(touch: Touch) -> bool:
    """Say whether a call of the function as it was may fail now."""
    if touch.new is None:
        return True
    verdicts = compare_parameters(touch.old.parameters, touch.new.parameters)
    return any(bump == "major" for bump, _, _ in verdicts)
