"""What one side newly says, found by the files that know whom it says it of."""

from __future__ import annotations

import re

from muse_hook.match.pairs import IMPORT, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from muse_hook.concurrent.side import Side
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

_STAR = "*:"
_WORD = re.compile(r"\w+", re.ASCII)
_WORDS = re.compile(rb"\w+")


class Use:
    """A symbol that a side changed or added; its names are looked for when somebody asks."""

    __slots__ = ("_calls", "_words", "old", "place", "symbol")

    def __init__(self, place: SymbolKey, symbol: Symbol, old: Symbol | None) -> None:
        self.place = place
        self.symbol = symbol
        self.old = old
        self._calls: frozenset[str] | None = None
        self._words: frozenset[str] | None = None

    @property
    def calls(self) -> frozenset[str]:
        """The names that are newly called."""
        if self._calls is None:
            self._calls = self.symbol.calls - (self.old.calls if self.old is not None else frozenset())
        return self._calls

    @property
    def words(self) -> frozenset[str]:
        """The words that are new."""
        if self._words is None:
            self._words = frozenset(self.symbol.tokens).difference(self.old.tokens if self.old is not None else ())
        return self._words


class Uses:
    """What a side changed or added, imports aside, by those of `names` that may stand in the text.

    Beyond ASCII a name has several spellings, so such a text may say any of them.
    """

    def __init__(self, side: Side, names: Collection[str]) -> None:
        self._side = side
        self._saying: dict[str, list[Use]] = {}
        self._imports: dict[str, dict[str, list[Symbol]]] = {}
        words = {name.encode(): name for name in names if _WORD.fullmatch(name)}
        others = [name for name in names if not _WORD.fullmatch(name)]
        for place, symbol, old in _touched(side) if names else ():
            use = Use(place, symbol, old)
            for name in _said(symbol.texts(), names, words, others):
                self._saying.setdefault(name, []).append(use)

    def saying(self, name: str, place: SymbolKey, owner: Symbol) -> list[Use]:
        """Return what may say a name in files that have to do with its owner, which stood at `place` before."""
        known: dict[str, bool] = {}
        found = []
        for use in self._saying.get(name, ()):
            path = use.place[0]
            if path not in known:
                known[path] = self._knows(path, place, owner)
            if known[path]:
                found.append(use)
        return found

    def _knows(self, path: str, place: SymbolKey, owner: Symbol) -> bool:
        if self._side.before(path) == place[0]:
            return True
        if group_of(owner) == IMPORT:
            return False
        imports = self._imports.get(path)
        if imports is None:
            imports = self._imports[path] = _imports(self._side.symbols(path).values())
        wanted = {owner.name, _last(owner.parent)}
        near = (each for name in {*wanted, *_module(place[0])} for each in imports.get(name, ()))
        return any(_brings(each, wanted, place[0]) for each in (*near, *imports.get(_STAR, ())))


def _said(
    texts: Iterable[bytes], names: Collection[str], words: Mapping[bytes, str], others: Iterable[str]
) -> Collection[str]:
    """Return which of `names` may stand in the texts; those that are no plain words are `others`."""
    if not all(text.isascii() for text in texts):
        return names
    found = {words[word] for text in texts for word in words.keys() & _WORDS.findall(text)}
    found.update(name for name in others if any(name.encode() in text for text in texts))
    return found


def _touched(side: Side) -> Iterator[tuple[SymbolKey, Symbol, Symbol | None]]:
    """Yield (place, symbol, the symbol before) of what a side added or changed and is no import."""
    for place, symbol in side.added.items():
        if group_of(symbol) != IMPORT:
            yield place, symbol, None
    for touch in side.touched.values():
        if touch.new is not None and touch.place is not None and group_of(touch.new) != IMPORT:
            yield touch.place, touch.new, touch.old


def _brings(imported: Symbol, wanted: set[str], path: str) -> bool:
    """Say whether an import brings in one of the names, or the module at a path or all that is in it."""
    module = _module(path)
    if imported.name in module:
        return True
    if imported.name not in wanted and not imported.name.startswith(_STAR):
        return False
    origin = imported.tokens[0] if imported.tokens else ""
    return origin.startswith(".") or _last(origin) in {*path.split("/")[:-1], *module}


def _imports(symbols: Iterable[Symbol]) -> dict[str, list[Symbol]]:
    """Return the imports by the name that each binds, those of everything in a module by `*:`."""
    found: dict[str, list[Symbol]] = {}
    for each in symbols:
        if group_of(each) == IMPORT:
            found.setdefault(_STAR if each.name.startswith(_STAR) else each.name, []).append(each)
    return found


def _module(path: str) -> set[str]:
    """Return the names that a module at a path is imported by."""
    *folders, file = path.split("/")
    return {file.partition(".")[0], *folders[-1:]}


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
