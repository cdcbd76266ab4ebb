"""Which other parent of a merge a symbol came from."""

from __future__ import annotations

from muse_hook.delta.sides import PARSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.symbol import Symbol


class Parents:
    """The symbols of a merge's paths in its second, third, ... parent; everything is 0 for an ordinary commit."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        self._files = {file.path: file for file in files if file.change.others}

    def having(self, path: str, symbol: Symbol) -> int:
        """Return the first of the other parents that has `symbol` at `path` with the same content, or 0."""
        for n, theirs in self._tables(path):
            there = theirs.get(symbol.qualified_name)
            if there is not None and there.same_as(symbol):
                return n
        return 0

    def without(self, path: str, symbol: Symbol) -> int:
        """Return the first of the other parents in which `path` has no such symbol, or 0."""
        for n, theirs in self._tables(path):
            if symbol.qualified_name not in theirs:
                return n
        return 0

    def _tables(self, path: str) -> list[tuple[int, Mapping[str, Symbol]]]:
        file = self._files.get(path)
        if file is None:
            return []
        found: list[tuple[int, Mapping[str, Symbol]]] = []
        for n, table in enumerate(file.others):
            if table is not None and table.state == PARSED:
                found.append((n + 2, table.symbols))
            elif table is None and file.change.others[n] is None:
                found.append((n + 2, {}))
        return found
