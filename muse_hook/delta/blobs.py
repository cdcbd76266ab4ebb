"""Files without symbols that only changed their path."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import ChangedFile

EMPTY = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The empty blob of either object format: every empty file has it, so it says nothing."""


def moved_blobs(files: Sequence[ChangedFile]) -> tuple[dict[str, str], dict[str, str]]:
    """Pair vanished and new paths of the same blob; returns old -> new path and new -> old path.

    Only one to one, or by equal file name where several paths share a blob.
    """
    vanished: dict[str, list[str]] = {}
    appeared: dict[str, list[str]] = {}
    for file in files:
        old, new = file.change.old, file.change.new
        if old is not None and new is None and old.oid not in EMPTY:
            vanished.setdefault(old.oid, []).append(file.path)
        elif new is not None and old is None:
            appeared.setdefault(new.oid, []).append(file.path)
    goes: dict[str, str] = {}
    for oid, sources in vanished.items():
        targets = appeared.get(oid, [])
        if len(sources) == 1 and len(targets) == 1:
            goes[sources[0]] = targets[0]
            continue
        by_name: dict[str, list[str]] = {}
        for path in targets:
            by_name.setdefault(path.rpartition("/")[2], []).append(path)
        for path in sources:
            same = by_name.get(path.rpartition("/")[2], [])
            if same:
                goes[path] = same.pop(0)
    return goes, {new: old for old, new in goes.items()}
