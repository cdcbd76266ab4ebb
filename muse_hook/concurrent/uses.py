"""New users, on one side, of what the other side took away or gave other parameters."""

from __future__ import annotations

import re

from muse_hook.concurrent.collision import GONE_AND_CALLER, SIGNATURE_AND_CALLER
from muse_hook.languages.languages import language_for
from muse_hook.match.pairs import CALLABLE, IMPORT, VALUE, group_of
from muse_hook.semver.signature import compare_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from muse_hook.concurrent.side import BranchChange, BranchChanges
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

_STAR = "*:"
_WORD = re.compile(r"\w+", re.ASCII)
_WORDS = re.compile(rb"\w+")


def new_callers(
    changer: BranchChanges, caller: BranchChanges
) -> Iterator[tuple[str, SymbolKey, BranchChange, SymbolKey, Symbol]]:
    """Yield (kind, key before, what the changer did, key of the caller, the caller) of each broken expectation.

    A call is known by its simple name. So it counts only where the file of the caller has to do with the name's owner:
    it is the owner's own file, or imports the function, its class, or its module. What costs least is asked first:
    which texts say the name, which of their files know the owner, and only then what differs between two versions.
    """
    expected = [(key, change, *_expected(key, change)) for key, change in changer.changed.items()]
    uses = _Uses(caller, {name for _, _, kind, name in expected if kind})
    for key, change, kind, name in expected:
        found = uses.of_name(name, key, change.old) if kind else []
        if not found or not _broken(changer, key, change):
            continue
        by_call = group_of(change.old) == CALLABLE
        for use in found:
            if name in (use.calls if by_call else use.identifiers):
                yield kind, key, change, use.key, use.symbol


def breaks(change: BranchChange) -> bool:
    """Say whether a call of the function as it was may fail now."""
    if change.new is None:
        return True
    verdicts = compare_parameters(change.old.parameters, change.new.parameters)
    return any(bump == "major" for bump, _, _ in verdicts)


class _Use:
    """A symbol that a side changed or added; its names are looked for when somebody asks."""

    __slots__ = ("_calls", "_identifiers", "key", "old", "symbol")

    def __init__(self, key: SymbolKey, symbol: Symbol, old: Symbol | None) -> None:
        self.key = key
        self.symbol = symbol
        self.old = old
        self._calls: frozenset[str] | None = None
        self._identifiers: frozenset[str] | None = None

    @property
    def calls(self) -> frozenset[str]:
        """The names that are newly called."""
        if self._calls is None:
            self._calls = self.symbol.calls - (self.old.calls if self.old is not None else frozenset())
        return self._calls

    @property
    def identifiers(self) -> frozenset[str]:
        """The identifiers that are new."""
        if self._identifiers is None:
            self._identifiers = frozenset(self.symbol.tokens).difference(
                self.old.tokens if self.old is not None else ()
            )
        return self._identifiers


class _Uses:
    """What a side changed or added, imports aside, by those of `names` that may stand in the text.

    Beyond ASCII a name has several spellings, so such a text may say any of them.
    """

    def __init__(self, side: BranchChanges, names: Collection[str]) -> None:
        self._side = side
        self._uses_of_name: dict[str, list[_Use]] = {}
        self._imports: dict[str, dict[str, list[Symbol]]] = {}
        words = {name.encode(): name for name in names if _WORD.fullmatch(name)}
        others = [name for name in names if not _WORD.fullmatch(name)]
        for key, symbol, old in _changed(side) if names else ():
            use = _Use(key, symbol, old)
            for name in _names_in(symbol.texts(), names, words, others):
                self._uses_of_name.setdefault(name, []).append(use)

    def of_name(self, name: str, key: SymbolKey, owner: Symbol) -> list[_Use]:
        """Return what may say a name in files that have to do with its owner, which stood at `key` before."""
        refers: dict[str, bool] = {}
        found = []
        for use in self._uses_of_name.get(name, ()):
            path = use.key[0]
            if path not in refers:
                refers[path] = self._refers_to(path, key, owner)
            if refers[path]:
                found.append(use)
        return found

    def _refers_to(self, path: str, key: SymbolKey, owner: Symbol) -> bool:
        if self._side.path_before(path) == key[0]:
            return True
        if group_of(owner) == IMPORT:
            return False
        imports = self._imports.get(path)
        if imports is None:
            imports = self._imports[path] = _imports(self._side.symbols(path).values())
        wanted = {owner.name, _last(owner.parent)}
        near = (each for name in {*wanted, *_module(key[0])} for each in imports.get(name, ()))
        return any(_brings(each, wanted, key[0]) for each in (*near, *imports.get(_STAR, ())))


def _expected(key: SymbolKey, change: BranchChange) -> tuple[str, str]:
    """Return the kind of collision that a new user of the symbol may be, and the name that it would use."""
    old, group = change.old, group_of(change.old)
    if group == VALUE:
        return "", ""
    if change.new is None or change.is_elsewhere:
        return GONE_AND_CALLER, old.name
    if group != CALLABLE:
        return "", ""
    language = language_for(key[0])
    if old.parent and language is not None and old.name in language.strings("constructors"):
        return SIGNATURE_AND_CALLER, old.parent.rpartition(".")[2]
    return SIGNATURE_AND_CALLER, old.name


def _broken(changer: BranchChanges, key: SymbolKey, change: BranchChange) -> bool:
    """Say whether what a new user expects is no more."""
    old, new = change.old, change.new
    if new is None or change.is_elsewhere:
        if changer.still_binds(key[0], old):
            return False
        # A method that keeps its name went to a base class or a subclass: objects answer to it as before.
        return not (new is not None and old.parent and new.parent and new.name == old.name)
    return _signature(old) != _signature(new)


def _signature(symbol: Symbol) -> list[tuple[str, str, str | None]]:
    """Return what a caller has to know: annotations change no call."""
    return [(parameter.name, parameter.kind, parameter.default) for parameter in symbol.parameters]


def _names_in(
    texts: Iterable[bytes], names: Collection[str], words: Mapping[bytes, str], others: Iterable[str]
) -> Collection[str]:
    """Return which of `names` may stand in the texts; those that are no plain words are `others`."""
    if not all(text.isascii() for text in texts):
        return names
    found = {words[word] for text in texts for word in words.keys() & _WORDS.findall(text)}
    found.update(name for name in others if any(name.encode() in text for text in texts))
    return found


def _changed(side: BranchChanges) -> Iterator[tuple[SymbolKey, Symbol, Symbol | None]]:
    """Yield (key, symbol, the symbol before) of what a side added or changed and is no import."""
    for key, symbol in side.added.items():
        if group_of(symbol) != IMPORT:
            yield key, symbol, None
    for change in side.changed.values():
        if change.new is not None and change.key is not None and group_of(change.new) != IMPORT:
            yield change.key, change.new, change.old


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
