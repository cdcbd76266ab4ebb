"""The symbol ops of each file's patch, in Muse's order: renames and moves, deletes, inserts, modifications."""

from __future__ import annotations

from muse_hook.delta.ops import (
    changed_parts,
    delete_moved_symbol,
    delete_symbol,
    insert_moved_symbol,
    insert_symbol,
    rename_symbol,
    replace_symbol,
    restate_symbol,
    with_signature,
)
from muse_hook.match.pairs import CONTAINER, Pair, group_of
from muse_hook.model.address import carried_along

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.delta.parents import Origin, OtherParents
    from muse_hook.match.pairs import ChangedFile, Matching
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.ops import SymbolOp
    from muse_hook.model.symbol import Symbol
    from muse_hook.semver.judge import Judge

RENAMED, DELETED, INSERTED, MODIFIED = range(4)
"""Muse's order of a patch's children."""


class Carried:
    """Says which pairs of a matching follow from others, by `carried_along`: readers of the ops apply the same rule."""

    def __init__(self, matching: Matching) -> None:
        self._new_paths = {old: new.path for old, new in matching.renamed_files.items()}
        self._new_keys: dict[SymbolKey, SymbolKey] = {}
        for pair in matching.pairs:  # sorted by the old key: an outer class comes before what stands in it
            if not self.is_carried(pair):
                self._new_keys[pair.old_key] = pair.new_key

    def is_carried(self, pair: Pair) -> bool:
        """Whether the pair's new address follows from its file's or its class's."""
        return carried_along(pair.old_key, self._new_paths, self._new_keys) == pair.new_key


class Children:
    """Turns the pairs of a matching into ops, kept by the path of the patch they belong to.

    `parents` are a merge's others: what it brings in whole from one of them is not judged again.
    """

    def __init__(
        self, files: Sequence[ChangedFile], matching: Matching, judge: Judge, parents: OtherParents | None = None
    ) -> None:
        self._matching = matching
        self._old_paths = {renamed.path: old for old, renamed in matching.renamed_files.items()}
        self._carried = Carried(matching)
        self._judge = judge
        self._before = {file.path: file.old_symbols for file in files}
        self._parents = parents
        self._rows: dict[str, list[tuple[int, str, SymbolOp]]] = {}
        for pair in matching.pairs:
            if pair.old_key != pair.new_key and not self._carried.is_carried(pair):
                judge.arrived(pair.new_key)
        for pair in matching.pairs:
            self._add_pair(pair)
        for (path, name), symbol in matching.deleted.items():
            parent = parents.of_deleted((path, name), matching.new_path(path)) if parents is not None else 0
            inlined = None if parent else matching.inlined.get((path, name))
            self._add(matching.new_path(path), DELETED, delete_symbol(path, symbol, inlined), parent)
            if not parent:
                judge.deleted(path, symbol)
        for (path, name), symbol in matching.inserted.items():
            origin = parents.of_inserted((path, name), symbol) if parents is not None else None
            if origin is not None:
                self._add_brought(origin, path, symbol)
                continue
            self._add(path, INSERTED, insert_symbol(path, symbol, matching.extracted.get((path, name))))
            judge.inserted(path, symbol)

        for file in files:
            for symbol in file.uncovered:
                self._add(file.path, MODIFIED, restate_symbol(file.path, symbol))

    def of(self, path: str) -> list[SymbolOp]:
        """Return the ops of the patch of `path` (the new path of a renamed file)."""
        return [op for _, _, op in sorted(self._rows.get(path, ()), key=lambda row: row[:2])]

    def _add(self, path: str, rank: int, op: SymbolOp, parent: int = 0) -> None:
        if parent:
            op["from_parent"] = parent
        self._rows.setdefault(path, []).append((rank, op["address"], op))

    def _add_brought(self, origin: Origin, path: str, new: Symbol) -> None:
        """Add the op of a symbol that the first parent has not and another one has."""
        old = origin.symbol
        elsewhere = "" if (origin.path, old.qualified_name) == (path, new.qualified_name) else origin.path
        address = f"{elsewhere}::{old.qualified_name}" if elsewhere else ""
        if origin.is_whole:
            brought = insert_symbol(path, new)
            if address:
                brought["from_address"] = address
            self._add(path, INSERTED, brought, origin.number)
            return
        change = ["renamed"] if old.name != new.name else []
        if not origin.is_in_place and (old.parent != new.parent or not change):
            change.append("moved")
        if old.name == new.name or old.masked_id != new.masked_id:
            change += changed_parts(old, new)
        changed = replace_symbol(path, old, new, change, address)
        if address:
            changed["confidence"] = origin.confidence
        self._judge.paired((origin.path, old), (path, new), change, carried=origin.is_in_place)
        self._add(path, MODIFIED, changed)

    def _add_pair(self, pair: Pair) -> None:
        old, new = pair.old, pair.new
        old_file = self._matching.new_path(pair.old_path)
        is_carried = self._carried.is_carried(pair)
        parts = changed_parts(old, new)
        parent = self._parents.of_pair(pair, parts, is_carried=is_carried) if self._parents is not None else 0
        if self._parents is not None and parts and not parent and not is_carried and not self._stood(pair.new_key):
            origin = self._parents.of_move(pair)
            if origin is not None:
                self._add_edited(pair, origin)
                return
        if not parent:
            self._judge.paired((pair.old_path, old), (pair.new_path, new), parts, carried=is_carried)
        if is_carried:
            if not parts:
                return
            if not self._is_ambiguous(pair):
                same_address = old_file == pair.new_path and old.qualified_name == new.qualified_name
                carried_from = "" if same_address else f"{pair.old_path}::{old.qualified_name}"
                op = replace_symbol(pair.new_path, old, new, parts, carried_from)
                with_signature(op, old, new)
                self._add(pair.new_path, MODIFIED, op, parent)
                return
        self._add_moved(pair, old_file, parts, parent)

    def _add_edited(self, pair: Pair, origin: Origin) -> None:
        """Add the ops of a symbol that another parent renamed or moved, and the merger edited where it is now."""
        theirs, new = origin.symbol, pair.new
        moved = Pair(pair.old_path, pair.old, pair.new_path, theirs, pair.confidence)
        self._add_moved(moved, self._matching.new_path(pair.old_path), changed_parts(pair.old, theirs), origin.number)
        parts = changed_parts(theirs, new)
        op = replace_symbol(pair.new_path, theirs, new, parts)
        with_signature(op, theirs, new)
        self._judge.paired((origin.path, theirs), (pair.new_path, new), parts, carried=True)
        self._add(pair.new_path, MODIFIED, op)

    def _add_moved(self, pair: Pair, old_file: str, parts: list[str], parent: int) -> None:
        """Add the ops of a symbol that has another address, for which nothing else is the reason."""
        old, new = pair.old, pair.new
        change = ["renamed"] if old.name != new.name else []
        other_file = old_file != pair.new_path
        if other_file or old.parent != new.parent:
            change.append("moved")
        if old.masked_id != new.masked_id:
            change += parts
            if not parts and group_of(old) != CONTAINER:  # of a class its members are no part, and they differ
                pair.confidence = 1.0
        if other_file:
            deleted, inserted = delete_moved_symbol(pair, change), insert_moved_symbol(pair, change)
            with_signature(deleted, old, new)
            with_signature(inserted, old, new)
            self._add(old_file, DELETED, deleted, parent)
            self._add(pair.new_path, INSERTED, inserted, parent)
        else:
            op = rename_symbol(old_file, old, new, change, pair.confidence)
            with_signature(op, old, new)
            self._add(old_file, RENAMED, op, parent)

    def _stood(self, key: SymbolKey) -> bool:
        """Whether the first parent has some symbol at an address, a renamed file followed."""
        path, name = key
        return name in self._before.get(self._old_paths.get(path, path), ())

    def _is_ambiguous(self, pair: Pair) -> bool:
        """Whether an op at the new address alone could be taken for one on another symbol that was there before."""
        if pair.old_key == pair.new_key or pair.old_path in self._matching.renamed_files:
            return False
        path, name = pair.new_key
        return name in self._before.get(path, ()) or path in self._old_paths
