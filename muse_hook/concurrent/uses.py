"""New users, on one side, of what the other side took away or gave other parameters."""

from __future__ import annotations

from muse_hook.concurrent.collision import ASYNC_AND_CALLER, GONE_AND_CALLER, SIGNATURE_AND_CALLER
from muse_hook.concurrent.said import STAR, imported_name
from muse_hook.languages.languages import language_named
from muse_hook.match.pairs import CALLABLE, IMPORT, VALUE, group_of
from muse_hook.semver.signature import compare_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from muse_hook.concurrent.said import NewUse
    from muse_hook.concurrent.side import BranchChange, BranchChanges
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

RECEIVERS = ("self", "cls")
"""What a method calls its object or class by."""

HANDING_ON = (("=",), (":=",), ("partial",))
"""What stands before a function that gets another name, or parameters."""

MAX_IMPORTED = 12
"""Tokens of an import inside a function that are looked at."""

_SUPER = "super"
_ASYNC = "async_"


def new_callers(
    changer: BranchChanges, caller: BranchChanges
) -> Iterator[tuple[str, SymbolKey, BranchChange, SymbolKey, Symbol]]:
    """Yield (kind, key before, what the changer did, key of the caller, the caller) of each broken expectation.

    A call is known by its simple name. So it counts only where the file of the caller has to do with the name's owner:
    it is the owner's own file, or imports the function, its class, or its module. What is broken is worked out once a
    side; then is asked which texts say a name of it, which of their files know the owner, and what they newly say.
    """
    expected = [each for part in changer.parts for each in part.once("broken", _all_broken)]
    uses = _Uses(caller, changer, {name for _, _, _, names in expected for name in names})
    for key, change, kind, names in expected:
        by_call = group_of(change.old) == CALLABLE
        is_value = group_of(change.old) == VALUE
        for name in names:
            for use, said in uses.of_name(name, key, change.old):
                is_said = said in (use.calls if by_call else use.identifiers) and not is_value
                if (is_said and _is_meant(caller, name, use, change.old)) or (
                    name == change.old.name
                    and said in use.identifiers
                    and uses.is_named(use, said, key, change.old, handed_on=kind != GONE_AND_CALLER)
                ):
                    yield kind, key, change, use.key, use.symbol
        if kind == GONE_AND_CALLER:
            for import_key, imported in uses.imports_of(key, change.old):
                yield kind, key, change, import_key, imported


def breaks(change: BranchChange) -> bool:
    """Say whether a call of the function as it was may fail now."""
    if change.new is None:
        return True
    verdicts = compare_parameters(change.old.parameters, change.new.parameters)
    return any(bump == "major" for bump, _, _ in verdicts)


class _Uses:
    """What a side changed or added, imports aside, by those of `names` that may stand in the text."""

    def __init__(self, side: BranchChanges, changer: BranchChanges, names: Collection[str]) -> None:
        self._side = side
        self._changer = changer
        self._uses_of_name: dict[str, list[NewUse]] = {}
        self._known_aliases: dict[str, set[str]] = {}
        for said in side.said() if names else ():
            for alias, originals in said.aliases_of(names).items():
                self._known_aliases.setdefault(alias, set()).update(originals)
        names = {*names, *self._known_aliases}
        for said in side.said() if names else ():
            for name, uses in said.uses_of(names).items():
                self._uses_of_name.setdefault(name, []).extend(uses)

    def of_name(self, name: str, key: SymbolKey, owner: Symbol) -> Iterator[tuple[NewUse, str]]:
        """Yield what may say a name, or an alias of it, in files that have to do with its owner; and what it may say.

        The owner stood at `key` before. A function may import for itself.
        """
        refers: dict[str, bool] = {}
        for use in self._uses_of_name.get(name, ()):
            path = use.key[0]
            if path not in refers:
                refers[path] = self._refers_to(path, key, owner)
            if refers[path] or _imports_inside(use.symbol.tokens, key[0]):
                yield use, name
        for alias, original in self._known_aliases.items():
            for use in self._uses_of_name.get(alias, ()) if name in original else ():
                imports = self._side.imports_of(use.key[0]).get(alias, ())
                if any(imported_name(each) == name and _is_of(each, key[0]) for each in imports):
                    yield use, alias

    def is_named(self, use: NewUse, said: str, key: SymbolKey, owner: Symbol, *, handed_on: bool) -> bool:
        """Whether a text names the very owner, which stood at `key`: by its module or class, or as what is imported.

        A name of the text's own (a parameter, what it assigns) is another one. With `handed_on` it counts only where
        another name is given to it, by which it may be called.
        """
        tokens, imports = use.symbol.tokens, self._side.imports_of(use.key[0])
        is_home = self._side.path_before(use.key[0]) == key[0]
        outer = _last(owner.parent)
        for at, token in enumerate(tokens):
            if token != said or tokens[at + 1 : at + 2] == ("=",):
                continue
            holder = tokens[at - 2] if at > 1 and tokens[at - 1] == "." else ""
            start = at - 2 if holder else at
            if handed_on and tokens[start - 1 : start] not in HANDING_ON:
                continue
            found = imports.get(holder or said, ())
            if not holder:
                is_own = any(one.name == said for one in use.symbol.parameters) or _assigns(tokens, said)
                is_brought = any(imported_name(one) == owner.name and _is_of(one, key[0]) for one in found)
                if not owner.parent and not is_own and (is_home or is_brought or _imports_inside(tokens, key[0], said)):
                    return True
            elif not owner.parent:
                names = self._names_in_module(key[0])
                if any(_is_module(one, key[0], names) or one.name in _module(key[0]) for one in found):
                    return True
            elif holder in RECEIVERS:
                around = self._side.symbols(use.key[0]).get(use.symbol.parent)
                if around is not None and (
                    (is_home and around.qualified_name == owner.parent) or outer in map(_last, around.bases)
                ):
                    return True
            elif holder == outer or any(imported_name(one) == outer and _is_of(one, key[0]) for one in found):
                return True
        return False

    def imports_of(self, key: SymbolKey, owner: Symbol) -> Iterator[tuple[SymbolKey, Symbol]]:
        """Yield the new imports of a module's own name, which stood at `key` before."""
        if owner.parent:
            return
        for import_key, imported in self._side.added.items():
            if group_of(imported) != IMPORT or self._side.path_before(import_key[0]) == key[0]:
                continue
            if imported_name(imported) == owner.name and _is_of(imported, key[0]):
                yield import_key, imported

    def _names_in_module(self, path: str) -> set[str]:
        """Return the names that a module (its path of before) has on either side, and had."""
        tables = [*self._changer.tables(path), *self._side.tables(path)]
        return {symbol.name for table in tables for symbol in table.values() if not symbol.parent}

    def _refers_to(self, path: str, key: SymbolKey, owner: Symbol) -> bool:
        if self._side.path_before(path) == key[0]:
            return True
        if group_of(owner) == IMPORT:
            return False
        imports = self._side.imports_of(path)
        wanted = {owner.name, _last(owner.parent)}
        near = (each for name in {*wanted, *_module(key[0])} for each in imports.get(name, ()))
        if any(_brings(each, wanted, key[0]) for each in (*near, *imports.get(STAR, ()))):
            return True
        # under another name: the module, or the class that owns it
        every = [each for found in imports.values() for each in found]
        names = self._names_in_module(key[0])
        return any(
            _is_module(each, key[0], names) or (imported_name(each) in wanted and _is_of(each, key[0]))
            for each in every
        )


def _imports_inside(tokens: Sequence[str], path: str, name: str = "") -> bool:
    """Whether a text imports from the module at a path, or that module: for itself, and there the name."""
    for at in range(1, len(tokens)):
        if tokens[at] != "import":
            continue
        of, module = tokens[at - 1], _module(path)
        if of in module and (not name or name in tokens[at : at + MAX_IMPORTED]):
            return True
        if not name and any(one in module for one in tokens[at + 1 : at + MAX_IMPORTED]):
            return True
    return False


def _assigns(tokens: Sequence[str], name: str) -> bool:
    """Whether a text gives a name a value of its own."""
    around = ("", *tokens, "")
    return any(
        around[at] == name and (around[at + 1] in {"=", ":=", "in"} or around[at - 1] == "as")
        for at in range(1, len(around) - 1)
    )


def names_of(symbol: Symbol, language_name: str) -> tuple[str, ...]:
    """Return what a user of a symbol may say: a constructor is called by its class's name, and by `super()`."""
    if symbol.parent and _is_constructor(language_name, symbol):
        return _last(symbol.parent), symbol.name, _SUPER
    return (symbol.name,)


def _all_broken(changer: BranchChanges) -> list[tuple[SymbolKey, BranchChange, str, tuple[str, ...]]]:
    """Return (key before, what was done, the kind of collision that a new user is, the names that it would use)."""
    found = []
    for key, change in changer.changed.items():
        kind, names = _expected(changer, key, change)
        if kind and _broken(changer, key, change):
            found.append((key, change, kind, names))
    return found


def _expected(changer: BranchChanges, key: SymbolKey, change: BranchChange) -> tuple[str, tuple[str, ...]]:
    """Return the kind of collision that a new user of the symbol may be, and the names that it would use."""
    old, new, group = change.old, change.new, group_of(change.old)
    if new is None or change.is_elsewhere:
        return GONE_AND_CALLER, (old.name,)
    if group != CALLABLE:
        return "", ()
    kind = ASYNC_AND_CALLER if is_async(old) != is_async(new) else SIGNATURE_AND_CALLER
    return kind, names_of(old, changer.language(key[0]))


def is_async(symbol: Symbol) -> bool:
    """Whether a function is a coroutine."""
    return symbol.kind.startswith(_ASYNC)


def _is_meant(side: BranchChanges, name: str, use: NewUse, owner: Symbol) -> bool:
    """Say whether a call of `name` by a use means the owner.

    Every class has a constructor of the same name: `super().__init__` is a base class's, `Base.__init__` says whose.
    """
    if name not in (owner.name, _SUPER) or not owner.parent or not _is_constructor(side.language(use.key[0]), owner):
        return True
    tokens = use.symbol.tokens
    if any(tokens[at : at + 3] == (_last(owner.parent), ".", owner.name) for at in range(len(tokens))):
        return True
    around = side.symbols(use.key[0]).get(use.symbol.parent)
    return around is not None and _SUPER in tokens and any(_last(base) == _last(owner.parent) for base in around.bases)


def _is_constructor(language_name: str, symbol: Symbol) -> bool:
    language = language_named(language_name)
    return language is not None and symbol.name in language.strings("constructors")


def _broken(changer: BranchChanges, key: SymbolKey, change: BranchChange) -> bool:
    """Say whether what a new user expects is no more."""
    old, new = change.old, change.new
    if new is None or change.is_elsewhere:
        if changer.still_binds(key[0], old):
            return False
        # A method that keeps its name went to a base class or a subclass: objects answer to it as before.
        return not (new is not None and old.parent and new.parent and new.name == old.name)
    return signature_of(old) != signature_of(new) or is_async(old) != is_async(new)


def signature_of(symbol: Symbol) -> list[tuple[str, str, str | None]]:
    """Return what a caller has to know: annotations change no call."""
    return [(parameter.name, parameter.kind, parameter.default) for parameter in symbol.parameters]


def _brings(imported: Symbol, wanted: set[str], path: str) -> bool:
    """Say whether an import brings in one of the names, or the module at a path or all that is in it."""
    module = _module(path)
    if imported.name in module:
        return True
    if imported.name not in wanted and not imported.name.startswith(STAR):
        return False
    origin = imported.tokens[0] if imported.tokens else ""
    return origin.startswith(".") or _last(origin) in {*path.split("/")[:-1], *module}


def _is_of(imported: Symbol, path: str) -> bool:
    """Say whether an import of a name is from the module at a path."""
    origin = imported.tokens[0] if imported.tokens else ""
    return _last(origin.rstrip("/").rpartition("/")[2].removesuffix(".js")) in _module(path)


def _is_module(imported: Symbol, path: str, names: Collection[str]) -> bool:
    """Say whether an import brings the module at a path, which has these `names`, under another name."""
    tokens = imported.tokens
    if len(tokens) < 2 or imported.name in names:  # noqa: PLR2004 - what, and as what
        return False
    is_whole = len(tokens) == 2 or tokens[1] == "*"  # noqa: PLR2004 - `import m as x`
    return _is_of(imported, path) if is_whole else tokens[1] in _module(path)


def _module(path: str) -> set[str]:
    """Return the names that a module at a path is imported by."""
    *folders, file = path.split("/")
    return {file.partition(".")[0], *folders[-1:]}


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
