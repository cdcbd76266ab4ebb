"""What a changed path has to say, sorted out before anything is matched: compared, restated, taken from a parent."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.symbol import Symbol, SymbolTable

PARSED = "parsed"

EMPTY = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The empty blob of either object format: every empty file has it, so it says nothing."""


def is_known(table: SymbolTable | None) -> bool:
    """Whether the symbols of this side are what its tree holds; false for a file that could not be parsed."""
    return table is None or table.state == PARSED


def is_restated(file: ChangedFile) -> bool:
    """Whether only the symbols after are known: a damaged file was made whole, or a rule has changed."""
    if file.new is None or not is_known(file.new) or file.change.old is None:
        return False
    if file.old is None:
        return file.change.old.is_file
    return not is_known(file.old) or bool(file.old.swallowed and not file.new.swallowed)


def is_unrecorded(file: ChangedFile) -> bool:
    """Whether the file is there and its symbols are no longer: a rule has changed, or an unparsed file is none now."""
    if file.old is None or file.new is not None or file.change.new is None:
        return False
    return file.change.new.is_file or not is_known(file.old)


def is_comparable(file: ChangedFile) -> bool:
    """Whether the symbols of both sides can be held against each other."""
    if file.old is None and file.new is None:
        return False
    if file.old is not None and file.old.swallowed and file.new is None:
        return False  # the file goes with symbols that are not known
    return is_known(file.old) and is_known(file.new) and not is_restated(file) and not is_unrecorded(file)


def whole_parent(file: ChangedFile) -> int:
    """Return the number (2, 3, ...) of the merge's parent whose entry this path has, 0 where there is none.

    A rule that differs between that parent and the merge (one has symbols, the other has none) makes it 0.
    """
    for n, entry in enumerate(file.change.others):
        if entry != file.change.new:
            continue
        theirs = file.others[n] if n < len(file.others) else file.new
        if entry is None or (theirs is None) == (file.new is None):
            return n + 2
    return 0


class OtherParents:
    """The symbols of a merge's paths in its second, third, ... parent; everything is 0 for an ordinary commit."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        self._files = {file.path: file for file in files if file.change.others}

    def first_with(self, path: str, symbol: Symbol) -> int:
        """Return the number of the first one that has `symbol` at `path` with the same content, or 0."""
        for n, symbols in self._symbols(path):
            there = symbols.get(symbol.qualified_name)
            if there is not None and there.same_as(symbol):
                return n
        return 0

    def first_without(self, path: str, symbol: Symbol) -> int:
        """Return the number of the first one in which `path` has no such symbol, or 0."""
        for n, symbols in self._symbols(path):
            if symbol.qualified_name not in symbols:
                return n
        return 0

    def _symbols(self, path: str) -> list[tuple[int, Mapping[str, Symbol]]]:
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


def moved_blobs(files: Sequence[ChangedFile]) -> tuple[dict[str, str], dict[str, str]]:
    """Pair deleted and new paths of the same blob, for files without symbols: old -> new path and new -> old path.

    Only one to one, or by equal file name where several paths share a blob.
    """
    deleted: dict[str, list[str]] = {}
    inserted: dict[str, list[str]] = {}
    for file in files:
        old, new = file.change.old, file.change.new
        if old is not None and new is None and old.oid not in EMPTY:
            deleted.setdefault(old.oid, []).append(file.path)
        elif new is not None and old is None:
            inserted.setdefault(new.oid, []).append(file.path)
    new_paths: dict[str, str] = {}
    for oid, sources in deleted.items():
        targets = inserted.get(oid, [])
        if len(sources) == 1 and len(targets) == 1:
            new_paths[sources[0]] = targets[0]
            continue
        by_name: dict[str, list[str]] = {}
        for path in targets:
            by_name.setdefault(path.rpartition("/")[2], []).append(path)
        for path in sources:
            same = by_name.get(path.rpartition("/")[2], [])
            if same:
                new_paths[path] = same.pop(0)
    return new_paths, {new: old for old, new in new_paths.items()}
