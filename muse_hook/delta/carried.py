"""Where a symbol is expected after the commit, because its file or its class went there."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.pairs import Matching, Pair
    from muse_hook.model.address import SymbolKey


class Carried:
    """Says which of a matching's pairs follow from others; readers of the ops apply the same rule.

    The file map comes first (a symbol of a moved file keeps its qualified name); else the outermost class above the
    symbol that an op takes elsewhere (it keeps what stands behind that class's name).
    """

    def __init__(self, found: Matching) -> None:
        self._files = found.renamed_files
        self._told: dict[SymbolKey, SymbolKey] = {}
        for pair in found.pairs:  # sorted by old place: an outer class comes before what stands in it
            if self.expected(pair.old_key) != pair.new_key:
                self._told[pair.old_key] = pair.new_key

    def expected(self, place: SymbolKey) -> SymbolKey:
        """Return where a symbol goes when no op names it."""
        path, name = place
        moved = self._files.get(path)
        if moved is not None:
            return moved.path, name
        if self._told and "." in name:
            dot = name.find(".")
            while dot > 0:
                goal = self._told.get((path, name[:dot]))
                if goal is not None:
                    return goal[0], goal[1] + name[dot:]
                dot = name.find(".", dot + 1)
        return place

    def is_carried(self, pair: Pair) -> bool:
        """Whether the pair's new place follows from its file's or its class's."""
        return self.expected(pair.old_key) == pair.new_key
