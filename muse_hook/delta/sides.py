"""What a changed path has to say, sorted out before anything is matched: compared, restated, moved as a blob."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.symbol import SymbolTable

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
    return file.change.new.is_file or not is_known(file.old) or bool(file.old.swallowed)


def is_comparable(file: ChangedFile) -> bool:
    """Whether the symbols of both sides can be held against each other."""
    if file.old is None and file.new is None:
        return False
    if file.old is not None and file.old.swallowed and file.new is None:
        return False  # the file goes with symbols that are not known
    return is_known(file.old) and is_known(file.new) and not is_restated(file) and not is_unrecorded(file)


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
