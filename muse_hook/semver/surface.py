"""The names that a tree offers after a commit, as far as its changed files tell."""

from __future__ import annotations

from muse_hook.semver.public import module_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from muse_hook.model.symbol import Symbol, SymbolTable


STAR = "import::*:"


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
            owner = symbols.get(symbol.parent) if symbol.parent else None
            if owner is not None and self._inherits(owner, symbol.name, set()):
                return True
        return False

    def _inherits(self, owner: Symbol, member: str, seen: set[str]) -> bool:
        """Whether a class of the changed files that `owner` derives from has the member."""
        if self._classes is None:
            self._classes = {}
            for symbols in (table for tables in self._modules.values() for table in tables):
                for symbol in symbols.values():
                    if symbol.kind == "class":
                        self._classes.setdefault(symbol.name, []).append((symbols, symbol))
        for base in owner.bases:
            name = base.rpartition(".")[2].partition("[")[0].strip()
            if name in seen:
                continue
            seen.add(name)
            for symbols, found in self._classes.get(name, ()):
                if f"{found.qualified_name}.{member}" in symbols or self._inherits(found, member, seen):
                    return True
        return False


def _tail(name: str) -> str:
    """Return the last part of a module's name, however it is separated."""
    return name.replace("/", ".").rpartition(".")[2].rpartition(":")[2]
