"""The names that a tree offers after a commit, as far as its changed files tell."""

from __future__ import annotations

from muse_hook.semver.public import module_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muse_hook.model.symbol import Symbol, SymbolTable


STAR = "import::*:"
DYNAMIC = "__getattr__"
"""A module's function of this name offers what its text mentions (PEP 562)."""


class Surface:
    """Looks up what can still be had under an old name."""

    def __init__(self, tables: Mapping[str, SymbolTable | None]) -> None:
        self._modules: dict[str, list[Mapping[str, Symbol]]] = {}
        for path, table in tables.items():
            if table is not None and table.symbols:
                self._modules.setdefault(module_name(path), []).append(table.symbols)
        self._classes: dict[str, list[tuple[Mapping[str, Symbol], Symbol]]] | None = None

    def offers(self, path: str, symbol: Symbol, went_to: str = "") -> bool:
        """Whether `symbol` can still be had where it was: defined, imported, or inherited there.

        `went_to` is the file where it is now: a star import from there offers it too.
        """
        name = symbol.name if symbol.kind == "import" else symbol.qualified_name
        for symbols in self._modules.get(module_name(path), ()):
            if name in symbols or f"import::{name}" in symbols:
                return True
            if went_to and any(q.startswith(STAR) and _tail(q) == _tail(module_name(went_to)) for q in symbols):
                return True
            dynamic = symbols.get(DYNAMIC)
            if dynamic is not None and any(token.strip("'") == name for token in dynamic.tokens if token[0] == "'"):
                return True
            owner = symbols.get(symbol.parent) if symbol.parent else None
            if owner is not None and self._has(symbols, owner, symbol.name):
                return True
        return False

    def derives(self, path: str, owner: Symbol, base: str) -> bool:
        """Whether a class still derives from `base`, as far as the changed files tell."""
        wanted = plain(base)
        for symbols in self._modules.get(module_name(path), ()):
            for _, found in self._ancestry(symbols, owner):
                if wanted in {plain(text) for text in found.bases}:
                    return True
        return False

    def _has(self, symbols: Mapping[str, Symbol], owner: Symbol, member: str) -> bool:
        """Whether a class or one that it derives from has a member."""
        return any(f"{cls.qualified_name}.{member}" in table for table, cls in self._ancestry(symbols, owner))

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
                name = plain(base)
                imported = table.get(f"import::{name}")
                if imported is not None and len(imported.tokens) > 1:
                    name = imported.tokens[1]  # module, name, alias
                for found in self._classes.get(name, ()):
                    if id(found[1]) not in seen:
                        seen.add(id(found[1]))
                        waiting.append(found)


def plain(base: str) -> str:
    """Return the simple name of a base: `t.Generic[T]` -> Generic."""
    return base.partition("[")[0].rpartition(".")[2].strip()


def _tail(name: str) -> str:
    """Return the last part of a module's name, however it is separated."""
    return name.replace("/", ".").rpartition(".")[2].rpartition(":")[2]
