"""What a side newly makes or derives from by way of files that nobody changed, and what heirs newly have to write."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE, CONTAINER, group_of
from muse_hook.semver.bases import plain_bases, simple_base
from muse_hook.semver.public import NAMED
from muse_hook.semver.surface import Surface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol, SymbolTable

    Made = tuple[SymbolKey, Symbol, bool]
    """Who makes objects of a class, or derives from it: its key, it, and whether it derives."""

CONSTRUCTORS = ("__init__", "__new__")
ABSTRACT = ("abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod")

MAX_READ = 200
"""So many names that are newly said are followed into files that nobody changed."""


def new_heirs(side: BranchChanges) -> dict[str, list[tuple[SymbolKey, Symbol]]]:
    """Return the new or changed classes by the simple names of their bases."""
    found: dict[str, list[tuple[SymbolKey, Symbol]]] = {}
    changed = ((each.key, each.new) for each in side.changed.values() if each.key is not None)
    for key, symbol in (*side.added.items(), *changed):
        if symbol is not None and group_of(symbol) == CONTAINER:
            for base in plain_bases(symbol.bases):
                found.setdefault(simple_base(base), []).append((key, symbol))
    return found


def members_of(side: BranchChanges, key: SymbolKey) -> set[str]:
    """Return the names of what stands in a class of now."""
    return {each.name for each in side.symbols(key[0]).values() if each.parent == key[1]}


def made_by_way_of_others(side: BranchChanges, classes: Collection[SymbolKey]) -> Mapping[SymbolKey, Sequence[Made]]:
    """Return who newly makes objects of some classes through one that has their constructor and did not change.

    The classes are named by their keys of before. Such a class stands in a file that this side did not touch; files are
    read only where a class is derived from, or a name is called, that is imported.
    """
    found: dict[SymbolKey, list[Made]] = {}
    if side.rest is None or not classes:
        return found
    surface = Surface({path: file.new for path, file in side.files.items()}, side.rest)
    known: dict[tuple[str, str], SymbolKey | None] = {}
    for path, name, made in _said_of_classes(side):
        if (path, name) not in known:
            if len(known) >= MAX_READ:
                break
            known[path, name] = _constructed_by(side, surface, path, name)
        maker = known[path, name]
        if maker in classes and maker is not None:
            found.setdefault(maker, []).append(made)
    return found


def _said_of_classes(side: BranchChanges) -> Iterator[tuple[str, str, Made]]:
    """Yield path, name and user of what is newly derived from, or called, and imported."""
    for base, heirs in new_heirs(side).items():
        for key, heir in heirs:
            if base in side.imports_of(key[0]) and members_of(side, key).isdisjoint(CONSTRUCTORS):
                yield key[0], base, (key, heir, True)
    for said in side.said():
        for use in said.uses:
            if group_of(use.symbol) == CALLABLE:
                for name in sorted(use.calls & side.imports_of(use.key[0]).keys()):
                    yield use.key[0], name, (use.key, use.symbol, False)


def _constructed_by(side: BranchChanges, surface: Surface, path: str, name: str) -> SymbolKey | None:
    """Return the key before of the class whose constructor makes what a name of a file makes; None where it is its own.

    None as well where that is not found, or the class that the name stands for is in a file that was touched.
    """
    found = surface.bound(path, name)
    if found is None or found[1].kind != "class" or found[0] in side.files:
        return None
    for there, owner in surface.ancestry(*found):
        table = surface.table(there)
        if table is not None and any(f"{owner.qualified_name}.{each}" in table.symbols for each in CONSTRUCTORS):
            return None if owner is found[1] else (side.path_before(there), owner.qualified_name)
    return None


def new_abstracts(file: ChangedFile) -> Iterator[tuple[Symbol, Symbol, Symbol]]:
    """Yield a class of a file before and after, and a method that whoever derives from it has to write since."""
    if file.old is None or file.new is None:
        return
    olds, news = file.old_symbols, file.new_symbols
    touched = {*file.changed, *(news.keys() - olds.keys())}
    for name in sorted(touched):
        new, old = news.get(name), olds.get(name)
        if new is None or not new.parent or group_of(new) != CALLABLE:
            continue
        owner, before = news.get(new.parent), olds.get(new.parent)
        if owner is None or before is None or group_of(before) != CONTAINER:
            continue
        if is_abstract(new, owner, file.new) and (old is None or not is_abstract(old, before, file.old)):
            yield before, owner, new


def is_abstract(symbol: Symbol, owner: Symbol, table: SymbolTable) -> bool:
    """Whether those who derive from a class have to write one of its methods."""
    if NAMED in table.says("public"):
        if not any(b"abstract" in text for text in symbol.texts()):
            return False  # nothing is parsed
        decorators = (one for each in symbol.definitions or (symbol,) for one in each.decorators)
        return any(one.lstrip("@").partition("(")[0].rpartition(".")[2] in ABSTRACT for one in decorators)
    if not table.says("public"):
        return False
    from muse_hook.semver.typed import is_contract_member  # most repositories have one language

    return is_contract_member(symbol, owner)


def newly_unlisted(file: ChangedFile) -> list[str]:
    """Return the names that a star import of a file brought before, does not bring now, and that are there still."""
    old, new = file.old, file.new
    if old is None or new is None or old.exports == new.exports:
        return []
    before, after = ({"": table} for table in (old, new))
    return [
        name for name in Surface(before).listed("") if name in new.symbols and name not in Surface(after).listed("")
    ]
