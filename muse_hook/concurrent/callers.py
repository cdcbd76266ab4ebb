"""New users, on one side, of what the other side took away or gave other parameters."""

from __future__ import annotations

from muse_hook.concurrent.collision import GONE_AND_CALLER, SIGNATURE_AND_CALLER
from muse_hook.languages import language_for
from muse_hook.match.kinds import CALLABLE, IMPORT, VALUE, group_of
from muse_hook.semver.parameters import compare_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.concurrent.side import Side, Touch
    from muse_hook.match.pairs import Place
    from muse_hook.model.symbol import Symbol


def new_callers(changer: Side, caller: Side) -> Iterator[tuple[str, Place, Touch, Place, Symbol]]:
    """Yield (kind, place before, what the changer did, place of the caller, the caller) of each broken expectation.

    A call is known by its simple name. So it counts only where the file of the caller has to do with the name's owner:
    it is the owner's own file, or imports the function, its class, or its module.
    """
    uses = list(_new_uses(caller))
    for place, touch in changer.touched.items() if uses else ():
        kind, name = _broken(changer, place, touch)
        if not kind:
            continue
        by_call = group_of(touch.old) == CALLABLE
        for user_place, user, calls, words in uses:
            if name in (calls if by_call else words) and _knows(caller, user_place[0], place, touch.old):
                yield kind, place, touch, user_place, user


def _broken(changer: Side, place: Place, touch: Touch) -> tuple[str, str]:
    """Return the kind of collision that a new user of the symbol would be, and the name that it would use."""
    old, group = touch.old, group_of(touch.old)
    if group == VALUE:
        return "", ""
    if touch.new is None or touch.is_elsewhere:
        if changer.still_binds(place[0], old):
            return "", ""
        # A method that keeps its name went to a base class or a subclass: objects answer to it as before.
        inherited = touch.new is not None and old.parent and touch.new.parent and touch.new.name == old.name
        return ("", "") if inherited else (GONE_AND_CALLER, old.name)
    if group == CALLABLE and _signature(old) != _signature(touch.new):
        language = language_for(place[0])
        if old.parent and language is not None and old.name in language.strings("constructors"):
            return SIGNATURE_AND_CALLER, _last(old.parent)
        return SIGNATURE_AND_CALLER, old.name
    return "", ""


def _signature(symbol: Symbol) -> list[tuple[str, str, str | None]]:
    """Return what a caller has to know: annotations change no call."""
    return [(parameter.name, parameter.kind, parameter.default) for parameter in symbol.parameters]


def breaks(touch: Touch) -> bool:
    """Say whether a call of the function as it was may fail now."""
    if touch.new is None:
        return True
    verdicts = compare_parameters(touch.old.parameters, touch.new.parameters)
    return any(bump == "major" for bump, _, _ in verdicts)


def _new_uses(side: Side) -> Iterator[tuple[Place, Symbol, frozenset[str], frozenset[str]]]:
    """Yield (place, symbol, newly called names, new words) of what a side changed or added."""
    for place, symbol in side.added.items():
        if group_of(symbol) != IMPORT:
            yield place, symbol, symbol.calls, frozenset(symbol.tokens)
    for touch in side.touched.values():
        if touch.new is not None and touch.place is not None and group_of(touch.new) != IMPORT:
            calls = touch.new.calls - touch.old.calls
            yield touch.place, touch.new, calls, frozenset(touch.new.tokens).difference(touch.old.tokens)


def _knows(side: Side, path: str, place: Place, symbol: Symbol) -> bool:
    """Say whether a file of a side has to do with the owner of a name, which stood at `place` before."""
    if side.before(path) == place[0]:
        return True
    if group_of(symbol) == IMPORT:
        return False
    wanted = {symbol.name, _last(symbol.parent)}
    return any(_brings(each, wanted, place[0]) for each in side.symbols(path).values() if group_of(each) == IMPORT)


def _brings(imported: Symbol, wanted: set[str], path: str) -> bool:
    """Say whether an import brings in one of the names, or the module at a path or all that is in it."""
    *folders, file = path.split("/")
    module = {file.partition(".")[0], *folders[-1:]}
    if imported.name in module:
        return True
    origin = imported.tokens[0] if imported.tokens else ""
    if imported.name not in wanted and not imported.name.startswith("*:"):
        return False
    return origin.startswith(".") or _last(origin) in {*folders, *module}


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
