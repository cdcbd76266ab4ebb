"""Which vanished file became which new file."""

from __future__ import annotations

from muse_hook.match.pairs import MovedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.files import FileSymbols
    from muse_hook.model.change import Blob

LEAST_OVERLAP = 0.5
"""Muse's: the share of the smaller file's symbols that have to be the same."""


def map_files(files: Sequence[FileSymbols]) -> dict[str, MovedFile]:
    """Pair vanished with new files: the same blob first, then the share of equal symbols, best first."""
    vanished = [f for f in files if f.vanished and f.old_symbols]
    appeared = [f for f in files if f.appeared and f.new_symbols]
    if not vanished or not appeared:
        return {}
    bodies_old = {f.path: {s.masked_id for s in f.old_symbols.values()} for f in vanished}
    bodies_new = {f.path: {s.masked_id for s in f.new_symbols.values()} for f in appeared}
    found: list[tuple[float, str, str]] = []
    for old in vanished:
        for new in appeared:
            same = _blob(old.change.old) == _blob(new.change.new)
            before, after = bodies_old[old.path], bodies_new[new.path]
            overlap = 2.0 if same else len(before & after) / min(len(before), len(after))
            if overlap >= LEAST_OVERLAP:
                found.append((-overlap, old.path, new.path))
    moves: dict[str, MovedFile] = {}
    taken: set[str] = set()
    for overlap, before_path, after_path in sorted(found):
        if before_path not in moves and after_path not in taken:
            moves[before_path] = MovedFile(after_path, min(1.0, -overlap))
            taken.add(after_path)
    return moves


def _blob(entry: Blob | None) -> str:
    return entry.oid if entry is not None else ""
