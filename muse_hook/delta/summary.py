"""The one-line summaries of a delta and of a patch, in the words of Muse's `symbol_diff`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.model.ops import DomainOp, SymbolOp

WORDS = {"insert": "added", "delete": "removed", "replace": "modified", "patch": "modified"}
"""Muse counts a patch among the modified files, an added or removed file of symbols too."""


def delta_summary(ops: Sequence[DomainOp]) -> str:
    """Return for example "1 added, 2 modified files, 4 added, 1 removed symbols", or "no changes"."""
    parts = [
        _counted([op["op"] for op in ops], "file"),
        _counted([child["op"] for op in ops if op["op"] == "patch" for child in op["child_ops"]], "symbol"),
    ]
    return ", ".join(part for part in parts if part) or "no changes"


def _counted(kinds: Iterable[str], noun: str) -> str:
    counts = _counts(kinds)
    total = sum(counts.values())
    words = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{words} {noun}{'s' if total != 1 else ''}" if words else ""


def child_summary(children: Sequence[SymbolOp], moved_from: str = "") -> str:
    """Return a patch's summary: "1 symbol added, 2 symbols modified", or "moved from a.py; 1 added"."""
    counts = _counts(child["op"] for child in children)
    if moved_from:
        words = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        return f"moved from {moved_from}; {words}" if words else f"moved from {moved_from}"
    words = ", ".join(f"{count} symbol{'s' if count > 1 else ''} {word}" for word, count in counts.items() if count)
    return words or "no symbol changes"


def _counts(kinds: Iterable[str]) -> dict[str, int]:
    counts = {"added": 0, "removed": 0, "modified": 0}
    for kind in kinds:
        counts[WORDS[kind]] += 1
    return counts
