"""New users, on one side, of what the other side took away or gave other parameters."""

from __future__ import annotations

import re
from functools import lru_cache

from muse_hook.concurrent.collision import SIGNATURE_AND_CALLER
from muse_hook.concurrent.expected import SUPER, Broken, Expectation, is_async, is_constructor, passed
from muse_hook.concurrent.inherited import CONSTRUCTORS, made_by_way_of_others, members_of, new_abstracts, new_heirs
from muse_hook.concurrent.said import STAR, imported_name
from muse_hook.concurrent.side import BranchChange
from muse_hook.match.pairs import CALLABLE, IMPORT, VALUE, group_of
from muse_hook.semver.bases import plain_bases, simple_base
from muse_hook.semver.public import module_name
from muse_hook.semver.surface import files_of_module, is_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from muse_hook.concurrent.said import NewUse
    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

    Heirs = Mapping[str, Sequence[tuple[SymbolKey, Symbol]]]
    """Classes by the simple names of their bases."""

_WORDS = re.compile(r"\w+")

RECEIVERS = ("self", "cls")
"""What a method calls its object or class by."""

HANDING_ON = (("=",), (":=",), ("partial",), ("@",))
"""What stands before a function that gets another name, or parameters, or decorates."""

MAX_IMPORTED = 12
"""Tokens of an import inside a function that are looked at."""

CALLS, IMPORTS, INHERITS, OVERRIDES, READS = "calls", "imports", "inherits", "overrides", "reads"
"""What a new user does with what the other side broke."""


def new_users(changer: BranchChanges, user: BranchChanges) -> Iterator[tuple[Expectation, SymbolKey, Symbol, str]]:
    """Yield (what the changer broke, key of the new user, the user, what it does) of each broken expectation.

    A call is known by its simple name. So it counts only where the file of the caller has to do with the name's owner:
    it is the owner's own file, or imports the function, its class, or its module. What is broken is worked out once a
    side; then is asked which texts say a name of it, which of their files know the owner, and what they newly say.
    """
    added = user.once("added names", _added_names)

    def may_say(names: Sequence[str]) -> bool:
        return not added.isdisjoint(names) or any(said.may_say(names) for said in user.said())

    expected = [each for part in changer.parts for each in part.once("broken", Broken).said_by(may_say)]
    every_heir = user.once("heirs", new_heirs)
    heirs = _made_by_base(every_heir, user) if any(each.makes for each in expected) else {}
    names = {name for each in expected for name in each.names}
    names.update(heir.name for each in expected for _, heir in heirs.get(each.makes, ()))
    uses = _Uses(user, changer, names)
    overrides = _new_members(user) if expected else {}
    yield from _without_abstracts(changer, uses, every_heir, user)
    made = {(each.key[0], _class_of(each)): each for each in expected if each.makes}
    for owner, users in made_by_way_of_others(user, made.keys()).items():
        for key, symbol, is_heir in users:
            yield made[owner], key, symbol, INHERITS if is_heir else CALLS
    for each in expected:
        if each.is_unlisted:
            for use, said in uses.of_name(each.change.old.name, each.key, each.change.old):
                if said in use.identifiers and uses.is_starred(use, said, each.key):
                    yield each, use.key, use.symbol, CALLS
            continue
        yield from _users_of(each, user, uses)
        if each.makes:
            for (path, name), heir in heirs.get(each.makes, ()):
                if uses.refers_to(path, each.key, each.change.old):
                    if (path, name) in user.added:
                        yield each, (path, name), heir, INHERITS
                    for use, said in uses.of_name(heir.name, (path, heir.qualified_name), heir):
                        # in another file nothing says whose heir it is: see `Footprint`
                        if use.key[0] == path and use.newly_calls(said):
                            yield each, use.key, use.symbol, CALLS
        elif each.change.old.parent and group_of(each.change.old) == CALLABLE:
            for key, member in overrides.get(each.change.old.name, ()):
                if uses.is_override(key, member, each):
                    yield each, key, member, OVERRIDES
        if each.is_gone:
            for import_key, imported in uses.imports_of(each.key, each.change.old):
                yield each, import_key, imported, IMPORTS


def _class_of(expected: Expectation) -> str:
    """Return the qualified name of the class that a constructor makes objects of."""
    old = expected.change.old
    return old.parent if group_of(old) == CALLABLE else old.qualified_name


def _users_of(
    expected: Expectation, user: BranchChanges, uses: _Uses
) -> Iterator[tuple[Expectation, SymbolKey, Symbol, str]]:
    key, old = expected.key, expected.change.old
    for name in expected.names:
        for use, said in uses.of_name(name, key, old):
            if expected.is_read:
                is_met = said in use.identifiers and _reads(use.symbol.tokens, said)
            else:
                is_said = use.newly_calls(said) if expected.is_called else said in use.identifiers
                is_met = is_said and group_of(old) != VALUE and _is_meant(user, name, use, old)
            if not is_met and name == old.name and said in use.identifiers:
                is_met = uses.is_named(use, said, key, old, handed_on=not expected.is_gone)
            if is_met:
                yield expected, use.key, use.symbol, READS if expected.is_read else CALLS


def new_imports_of_moved(changer: BranchChanges, user: BranchChanges) -> Iterator[tuple[str, SymbolKey, Symbol]]:
    """Yield (path before, key of the import, the import) of new imports of, or from, a module that is elsewhere now."""
    gone = {path for path, now in changer.renamed.items() if module_name(path) != module_name(now)}
    gone.update(path for path in changer.files if changer.has_deleted(path))
    if not gone:
        return
    for key, imported in user.added.items():
        parts = imported.imported if group_of(imported) == IMPORT else None
        if parts is None or user.path_before(key[0]) in changer.renamed:
            continue
        modules = [parts[0], f"{parts[0]}{'' if parts[0].endswith('.') or not parts[0] else '.'}{parts[1]}"]
        paths = [path for module in modules if module for path in files_of_module(key[0], module)]
        path = next((path for path in paths if path in gone), None)
        is_told = path is not None and changer.has_deleted(path) and parts[0] and parts[1] in _top_names(changer, path)
        if path is not None and not is_told:
            yield path, key, imported


def _top_names(side: BranchChanges, path: str) -> set[str]:
    return {symbol.name for symbol in side.files[path].old_symbols.values() if not symbol.parent}


def _made_by_base(heirs: Heirs, side: BranchChanges) -> Heirs:
    """Return the heirs that say nothing of how they are made."""
    return {
        base: [(key, heir) for key, heir in found if members_of(side, key).isdisjoint(CONSTRUCTORS)]
        for base, found in heirs.items()
    }


def _without_abstracts(
    changer: BranchChanges, uses: _Uses, heirs: Heirs, side: BranchChanges
) -> Iterator[tuple[Expectation, SymbolKey, Symbol, str]]:
    """Yield the heirs of a class that newly asks for a method, and that do not have it."""
    for path, file in changer.files.items():
        source = changer.path_before(path)
        for before, _, method in new_abstracts(file) if heirs else ():
            change = BranchChange(before, method, (path, method.qualified_name), (), ["abstract"])
            key = (source, before.qualified_name)
            expected = Expectation(SIGNATURE_AND_CALLER, key, change, (before.name,), breaks=True)
            for heir_key, heir in heirs.get(before.name, ()):
                if method.name not in members_of(side, heir_key) and uses.refers_to(heir_key[0], key, before):
                    yield expected, heir_key, heir, INHERITS


def _new_members(side: BranchChanges) -> dict[str, list[tuple[SymbolKey, Symbol]]]:
    """Return the new methods by their names."""
    found: dict[str, list[tuple[SymbolKey, Symbol]]] = {}
    for key, symbol in side.added.items():
        if symbol.parent and group_of(symbol) == CALLABLE:
            found.setdefault(symbol.name, []).append((key, symbol))
    return found


def _added_imports(side: BranchChanges) -> dict[str, list[tuple[SymbolKey, Symbol]]]:
    """Return the new imports by what they bring in."""
    found: dict[str, list[tuple[SymbolKey, Symbol]]] = {}
    for key, symbol in side.added.items():
        if group_of(symbol) == IMPORT:
            found.setdefault(imported_name(symbol), []).append((key, symbol))
    return found


def _added_names(side: BranchChanges) -> frozenset[str]:
    """Return the names of what is new, and what new imports bring in."""
    return frozenset(each.name for each in side.added.values()).union(side.once("imported", _added_imports))


def _reads(tokens: Sequence[str], name: str) -> bool:
    """Whether a text has a member of something by a name without calling it."""
    return any(
        tokens[at] == name and tokens[at - 1] == "." and tokens[at + 1 : at + 2] != ("(",)
        for at in range(1, len(tokens))
    )


class _Uses:
    """What a side changed or added, imports aside, by those of `names` that may stand in the text."""

    def __init__(self, side: BranchChanges, changer: BranchChanges, names: Collection[str]) -> None:
        self._side = side
        self._changer = changer
        self._uses_of_name: dict[str, list[NewUse]] = {}
        self._known_aliases: dict[str, set[str]] = {}
        self._names_of_module: dict[str, set[str]] = {}
        self._sources_of_path: dict[str, set[str]] = {}
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
                refers[path] = self.refers_to(path, key, owner)
            if refers[path] or (use.may_import and _imports_inside(use.symbol.tokens, key[0])):
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
            elif (
                holder == outer
                or _is_typed(use.symbol, holder, outer)
                or any(imported_name(one) == outer and _is_of(one, key[0]) for one in found)
            ):
                return True
        return False

    def is_override(self, key: SymbolKey, member: Symbol, expected: Expectation) -> bool:
        """Whether a new method takes the place of one that the other side gave another form, and has the old one."""
        owner, new = expected.change.old, expected.change.new
        around = self._side.symbols(key[0]).get(member.parent)
        if around is None or (self._side.path_before(key[0]), around.qualified_name) == (expected.key[0], owner.parent):
            return False
        if _last(owner.parent) not in map(simple_base, plain_bases(around.bases)):
            return False
        if not expected.is_gone and new is not None:
            is_same = is_async(member) == is_async(new) and passed(member.parameters) == passed(new.parameters)
            if is_same and (not expected.is_read or is_read(member) == is_read(new)):
                return False
        return self.refers_to(key[0], expected.key, owner)

    def is_starred(self, use: NewUse, said: str, key: SymbolKey) -> bool:
        """Whether a text has a name by an import of all that the module of `key` lists, and by nothing else."""
        path, tokens = use.key[0], use.symbol.tokens
        imports = self._side.imports_of(path)
        if said in imports or said in self._side.symbols(path) or self._side.path_before(path) == key[0]:
            return False
        if _assigns(tokens, said) or any(one.name == said for one in use.symbol.parameters):
            return False
        is_alone = any(token == said and tokens[at - 1 : at] != (".",) for at, token in enumerate(tokens))
        return is_alone and any(_is_of(each, key[0]) for each in imports.get(STAR, ()))

    def imports_of(self, key: SymbolKey, owner: Symbol) -> Iterator[tuple[SymbolKey, Symbol]]:
        """Yield the new imports of a module's own name, which stood at `key` before."""
        if owner.parent:
            return
        for import_key, imported in self._side.once("imported", _added_imports).get(owner.name, ()):
            if self._side.path_before(import_key[0]) != key[0] and _is_of(imported, key[0]):
                yield import_key, imported

    def _names_in_module(self, path: str) -> set[str]:
        """Return the names that a module (its path of before) has on either side, and had."""
        names = self._names_of_module.get(path)
        if names is None:
            tables = [*self._changer.tables(path), *self._side.tables(path)]
            names = {symbol.name for table in tables for symbol in table.values() if not symbol.parent}
            self._names_of_module[path] = names
        return names

    def _sources(self, path: str) -> set[str]:
        """Return what a file of now imports, and from where, by simple names."""
        sources = self._sources_of_path.get(path)
        if sources is None:
            every = (each for found in self._side.imports_of(path).values() for each in found)
            sources = self._sources_of_path[path] = {
                name for each in every for name in (_origin(each), *each.tokens[1:2])
            }
        return sources

    def refers_to(self, path: str, key: SymbolKey, owner: Symbol) -> bool:
        """Whether a file of now has to do with the owner of a name, which stood at `key` before."""
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
        if self._sources(path).isdisjoint(_module(key[0])):
            return False
        every = [each for found in imports.values() for each in found]
        names = self._names_in_module(key[0])
        return any(
            _is_module(each, key[0], names) or (imported_name(each) in wanted and _is_of(each, key[0]))
            for each in every
        )


def _imports_inside(tokens: Sequence[str], path: str, name: str = "") -> bool:
    """Whether a text imports from the module at a path, or that module: for itself, and there the name."""
    if "import" not in tokens:
        return False
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


def _is_meant(side: BranchChanges, name: str, use: NewUse, owner: Symbol) -> bool:
    """Say whether a call of `name` by a use means the owner.

    Every class has a constructor of the same name: `super().__init__` is a base class's, `Base.__init__` says whose.
    """
    if name not in (owner.name, SUPER) or not owner.parent or not is_constructor(side.language(use.key[0]), owner):
        return True
    tokens = use.symbol.tokens
    if any(tokens[at : at + 3] == (_last(owner.parent), ".", owner.name) for at in range(len(tokens))):
        return True
    around = side.symbols(use.key[0]).get(use.symbol.parent)
    return around is not None and SUPER in tokens and any(_last(base) == _last(owner.parent) for base in around.bases)


def _is_typed(symbol: Symbol, holder: str, owner: str) -> bool:
    """Whether a name in a text is said to be of a class: a parameter's type, or what it is made by."""
    if any(one.name == holder and owner in _WORDS.findall(one.annotation or "") for one in symbol.parameters):
        return True
    tokens = symbol.tokens
    for at in range(len(tokens) - 2):
        if tokens[at] == holder and tokens[at + 1] in {"=", ":"}:
            made = next((one for one in tokens[at + 2 : at + 5] if one == owner), None)
            if made is not None:
                return True
    return False


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
    return _origin(imported) in _module(path)


def _origin(imported: Symbol) -> str:
    """Return the simple name of the module that an import of a name is from."""
    origin = imported.tokens[0] if imported.tokens else ""
    return _last(origin.rstrip("/").rpartition("/")[2].removesuffix(".js"))


def _is_module(imported: Symbol, path: str, names: Collection[str]) -> bool:
    """Say whether an import brings the module at a path, which has these `names`, under another name."""
    tokens = imported.tokens
    if len(tokens) < 2 or imported.name in names:  # noqa: PLR2004 - what, and as what
        return False
    is_whole = len(tokens) == 2 or tokens[1] == "*"  # noqa: PLR2004 - `import m as x`
    return _is_of(imported, path) if is_whole else tokens[1] in _module(path)


@lru_cache(maxsize=1024)
def _module(path: str) -> frozenset[str]:
    """Return the names that a module at a path is imported by."""
    *folders, file = path.split("/")
    return frozenset((file.partition(".")[0], *folders[-1:]))


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
