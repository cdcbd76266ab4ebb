"""The symbol ops of each file's patch, in Muse's order: renames and moves, deletes, inserts, modifications."""

from __future__ import annotations

from muse_hook.delta.changes import changed_parts
from muse_hook.delta.ops import (
    arrive,
    delete_symbol,
    depart,
    insert_symbol,
    rename_symbol,
    replace_symbol,
)
from muse_hook.delta.parents import Parents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.delta.carried import Carried
    from muse_hook.match.pairs import ChangedFile, Matching, Pair
    from muse_hook.model.ops import SymbolOp
    from muse_hook.semver.judge import Judge

RENAMED, DELETED, INSERTED, MODIFIED = range(4)
"""Muse's order of a patch's children."""


class Children:
    """Turns the pairs of a matching into ops, kept by the path of the patch they belong to.

    What a merge brings in whole from another parent is not judged again.
    """

    def __init__(self, files: Sequence[ChangedFile], found: Matching, carried: Carried, judge: Judge) -> None:
        self._found = found
        self._carried = carried
        self._judge = judge
        self._before = {file.path: file.old_symbols for file in files}
        self._arrived = {moved.path for moved in found.renamed_files.values()}
        self._rows: dict[str, list[tuple[int, str, SymbolOp]]] = {}
        self._parents = Parents(files)
        for pair in found.pairs:
            self._pair(pair)
        for (path, _), symbol in found.deleted.items():
            op = delete_symbol(path, symbol, found.inlined.get((path, symbol.qualified_name)))
            parent = self._parents.without(path, symbol)
            self._put(self._home(path), DELETED, op, parent)
            if not parent:
                judge.removed(path, symbol)
        for (path, _), symbol in found.inserted.items():
            new = insert_symbol(path, symbol, found.extracted.get((path, symbol.qualified_name)))
            parent = self._parents.having(path, symbol)
            self._put(path, INSERTED, new, parent)
            if not parent:
                judge.added(path, symbol)

    def of(self, path: str) -> list[SymbolOp]:
        """Return the ops of the patch of `path` (the new path of a moved file)."""
        return [op for _, _, op in sorted(self._rows.get(path, ()), key=lambda row: row[:2])]

    def _home(self, path: str) -> str:
        moved = self._found.renamed_files.get(path)
        return moved.path if moved else path

    def _put(self, path: str, rank: int, op: SymbolOp, parent: int = 0) -> None:
        if parent:
            op["from_parent"] = parent
        self._rows.setdefault(path, []).append((rank, op["address"], op))

    def _pair(self, pair: Pair) -> None:
        old, new = pair.old, pair.new
        home = self._home(pair.old_path)
        carried = self._carried.is_carried(pair)
        parts = changed_parts(old, new)
        having = self._parents.having(pair.new_path, new)
        if not having:
            self._judge.paired((pair.old_path, old), (pair.new_path, new), parts, carried=carried)
        if carried:
            if not parts:
                return
            if not self._ambiguous(pair):
                stayed = home == pair.new_path and old.qualified_name == new.qualified_name
                came_from = "" if stayed else f"{pair.old_path}::{old.qualified_name}"
                self._put(pair.new_path, MODIFIED, replace_symbol(pair.new_path, old, new, parts, came_from), having)
                return
        change = ["renamed"] if old.name != new.name else []
        crossing = home != pair.new_path
        if crossing or old.parent != new.parent:
            change.append("moved")
        if old.masked_id != new.masked_id:
            change += parts
            if not parts:
                pair.confidence = 1.0
        without = self._parents.without(pair.old_path, old)
        if crossing:
            self._put(home, DELETED, depart(pair, change), without)
            self._put(pair.new_path, INSERTED, arrive(pair, change), having)
        else:
            op = rename_symbol(home, old, new, change, pair.confidence)
            self._put(home, RENAMED, op, having if having == without else 0)

    def _ambiguous(self, pair: Pair) -> bool:
        """Whether an op at the new place alone could be taken for one on another symbol that was there before."""
        if pair.old_key == pair.new_key or pair.old_path in self._found.renamed_files:
            return False
        path, name = pair.new_key
        return name in self._before.get(path, ()) or path in self._arrived
