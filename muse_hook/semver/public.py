"""What other code may rely on: public names in public files, and what a tree still offers of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable

EXCLUDED = frozenset(("tests", "docs"))
"""Folders, anywhere, whose code nobody depends on."""

EXCLUDED_ON_TOP = frozenset(("test", "doc", "examples", "example", "benchmarks", "scripts"))
"""Likewise, but only at the top of the repository: deeper down they may be packages (`django/test`)."""

INTERNAL_ON_TOP = frozenset(("setup", "conftest", "noxfile", "tasks", "fabfile"))
"""Files at the top that serve the repository and not those who install it."""

SOURCE_ROOTS = ("src/", "lib/", "python/")
"""Folders that are no part of a module's name."""

PACKAGE = "__init__"
"""The file that is the package itself: what it imports is the package's too."""

STAR = "import::*:"
DYNAMIC = "__getattr__"
"""A module's function of this name offers what its text mentions (PEP 562)."""


def is_excluded(path: str) -> bool:
    """Whether a file is a test or documentation: no change of it asks for a new version."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if any(folder in EXCLUDED or folder.startswith(".") for folder in folders):
        return True
    if folders and folders[0] in EXCLUDED_ON_TOP:
        return True
    return stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"


def is_public_path(path: str) -> bool:
    """Whether a file can be imported by name: neither excluded nor underscored, nor a tool of the repository."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if is_excluded(path) or any(_underscored(part) for part in (*folders, stem)):
        return False
    return bool(folders) or stem not in INTERNAL_ON_TOP


def module_name(path: str) -> str:
    """Return what a file is imported as: `src/a/__init__.py` and `a.py` are both `a`."""
    for root in SOURCE_ROOTS:
        if path.startswith(root):
            path = path[len(root) :]
            break
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if stem == PACKAGE:
        return folder
    return f"{folder}/{stem}" if folder else stem


def is_public(path: str, table: SymbolTable | None, symbol: Symbol) -> bool:
    """Whether a symbol is public: no part of its name underscored, and listed where its module has a list.

    Names with two underscores on both sides are the language's own, and public. An import is public where it is listed,
    where it says so (`from .m import x as x`), or where it brings a module's name into its own package.
    """
    if not is_public_path(path):
        return False
    exports = table.exports if table is not None else None
    outermost = table.symbols.get(symbol.qualified_name.partition(".")[0], symbol) if table is not None else symbol
    if table is not None and (table.is_hidden(symbol) or table.is_hidden(outermost)):
        return False
    if symbol.kind == "import":
        name = symbol.name
        if exports is not None:
            return name in exports or _is_listed_elsewhere(exports, symbol)
        return not _underscored(name) and _is_reexport(path, symbol)
    if table is not None and f"import::{symbol.qualified_name}" in table.symbols:
        return exports is not None and symbol.name in exports  # what stands in for an import that failed
    outer, *inner = symbol.qualified_name.split(".")
    if outer not in exports if exports is not None else _underscored(outer):
        return False
    return not any(_underscored(part) for part in inner)


def _is_listed_elsewhere(exports: Sequence[str], symbol: Symbol) -> bool:
    """Whether an import comes from a module whose whole list its module repeats (`__all__ = [*a.__all__]`)."""
    if _underscored(symbol.name) or symbol.name.startswith("*"):
        return False
    modules = {_tail(one[1:]) for one in exports if one.startswith("*")}
    return bool(modules) and _tail(symbol.tokens[0]) in modules


def _underscored(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _is_reexport(path: str, symbol: Symbol) -> bool:
    """Whether an import is there for others: renamed to itself, or from the package that this file is."""
    tokens = symbol.tokens
    if len(tokens) > 2 and tokens[-1] == tokens[-2]:  # noqa: PLR2004 - module, name, alias
        return True
    folder, _, name = path.rpartition("/")
    if name.partition(".")[0] != PACKAGE or len(tokens) < 2:  # noqa: PLR2004 - `import x` has no module
        return False
    module = tokens[0]
    if module.startswith("."):
        return not module.startswith("..")
    return module.partition(".")[0] == folder.rpartition("/")[2]


class Surface:
    """The names that a tree offers after a commit, as far as the tables of its changed files (by path) tell."""

    def __init__(self, tables: Mapping[str, SymbolTable | None]) -> None:
        self._modules: dict[str, list[Mapping[str, Symbol]]] = {}
        for path, table in tables.items():
            if table is not None and table.symbols:
                self._modules.setdefault(module_name(path), []).append(table.symbols)
        self._classes: dict[str, list[tuple[Mapping[str, Symbol], Symbol]]] | None = None

    def offers(self, path: str, symbol: Symbol, new_path: str = "") -> bool:
        """Whether `symbol` can still be had where it was: defined, imported, or inherited there.

        `new_path` is the file where it is now: a star import from there offers it too.
        """
        name = symbol.name if symbol.kind == "import" else symbol.qualified_name
        for symbols in self._modules.get(module_name(path), ()):
            if name in symbols or f"import::{name}" in symbols:
                return True
            if new_path and any(q.startswith(STAR) and _tail(q) == _tail(module_name(new_path)) for q in symbols):
                return True
            dynamic = symbols.get(DYNAMIC)
            if dynamic is not None and any(token.strip("'") == name for token in dynamic.tokens if token[0] == "'"):
                return True
            owner = symbols.get(symbol.parent) if symbol.parent else None
            if owner is not None and self._has(symbols, owner, symbol.name):
                return True
            if owner is not None and symbol.kind == "attribute" and self._sets(symbols, owner, symbol.name):
                return True
        return False

    def derives(self, path: str, owner: Symbol, base: str) -> bool:
        """Whether a class still derives from `base`, as far as the changed files tell."""
        wanted = simple_base(base)
        for symbols in self._modules.get(module_name(path), ()):
            for _, found in self._ancestry(symbols, owner):
                if wanted in {simple_base(text) for text in found.bases}:
                    return True
        return False

    def _has(self, symbols: Mapping[str, Symbol], owner: Symbol, member: str) -> bool:
        """Whether a class or one that it derives from has a member."""
        return any(f"{cls.qualified_name}.{member}" in table for table, cls in self._ancestry(symbols, owner))

    def _sets(self, symbols: Mapping[str, Symbol], owner: Symbol, attribute: str) -> bool:
        """Whether a method of a class, or of one that it derives from, sets an attribute of its object."""
        for table, cls in self._ancestry(symbols, owner):
            for method in table.values():
                if (
                    method.parent == cls.qualified_name
                    and method.kind.endswith("method")
                    and method.mentions((attribute,))
                ):
                    tokens = method.tokens
                    for at in range(2, len(tokens) - 1):
                        if tokens[at] == attribute and tokens[at - 1] == "." and tokens[at + 1] in {"=", ":"}:
                            return True
        return False

    def defines_class(self, name: str) -> bool:
        """Whether a changed file has a class of this name."""
        tables = (table for modules in self._modules.values() for table in modules)
        return any(symbol.kind == "class" and symbol.name == name for table in tables for symbol in table.values())

    def inherits(self, path: str, owner: Symbol, ancestor: Symbol) -> bool:
        """Whether a class derives from the very symbol `ancestor`."""
        modules = self._modules.get(module_name(path), ())
        return any(found is ancestor for symbols in modules for _, found in self._ancestry(symbols, owner))

    def _ancestry(self, symbols: Mapping[str, Symbol], owner: Symbol) -> Iterator[tuple[Mapping[str, Symbol], Symbol]]:
        """Yield a class and those it derives from, found by name in the changed files, each with its file's symbols."""
        if self._classes is None:
            self._classes = {}
            for table in (table for tables in self._modules.values() for table in tables):
                for symbol in table.values():
                    if symbol.kind == "class":
                        self._classes.setdefault(symbol.name, []).append((table, symbol))
        waiting, seen = [(symbols, owner)], {id(owner)}
        while waiting:
            table, cls = waiting.pop()
            yield table, cls
            for base in cls.bases:
                name = simple_base(base)
                imported = table.get(f"import::{name}")
                if imported is not None and len(imported.tokens) > 1:
                    name = imported.tokens[1]  # module, name, alias
                for found in self._classes.get(name, ()):
                    if id(found[1]) not in seen:
                        seen.add(id(found[1]))
                        waiting.append(found)


def simple_base(base: str) -> str:
    """Return the simple name of a base: `t.Generic[T]` -> Generic."""
    return base.partition("[")[0].rpartition(".")[2].strip()


def _tail(name: str) -> str:
    """Return the last part of a module's name, however it is separated."""
    return name.replace("/", ".").rpartition(".")[2].rpartition(":")[2]
