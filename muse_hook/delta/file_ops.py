"""Ops on whole files: Muse's keys first and ours behind them in a fixed order (their bytes are hashed)."""

from __future__ import annotations

from muse_hook.delta.summary import child_summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.change import Blob
    from muse_hook.model.ops import DeleteOp, InsertOp, PatchOp, ReplaceOp, SymbolOp

CHILD_DOMAIN = "code_symbols"
REFORMATTED = "reformatted — no semantic change"


def insert_file(path: str, blob: Blob, change: Sequence[str] = (), came_from: str = "") -> InsertOp:
    """Return the op of a new path; `came_from` is where the same blob was before."""
    op: InsertOp = {
        "op": "insert",
        "address": path,
        "position": None,
        "content_id": blob.oid,
        "content_summary": f"added {path} ← moved from {came_from}" if came_from else f"added {path}",
    }
    if change:
        op["change"] = list(change)
    if came_from:
        op["from_address"] = came_from
    return op


def delete_file(path: str, blob: Blob, change: Sequence[str] = (), went_to: str = "") -> DeleteOp:
    """Return the op of a path that is gone; `went_to` is where the same blob is now."""
    op: DeleteOp = {
        "op": "delete",
        "address": path,
        "position": None,
        "content_id": blob.oid,
        "content_summary": f"removed {path} → moved to {went_to}" if went_to else f"removed {path}",
    }
    if change:
        op["change"] = list(change)
    if went_to:
        op["new_address"] = went_to
    return op


def replace_file(
    path: str, old: Blob, new: Blob, change: Sequence[str] = (), *, reformatted: bool = False
) -> ReplaceOp:
    """Return the op of a path with another blob or mode and no symbol ops."""
    op: ReplaceOp = {
        "op": "replace",
        "address": path,
        "position": None,
        "old_content_id": old.oid,
        "new_content_id": new.oid,
        "old_summary": f"{path} (before)",
        "new_summary": f"{path} ({REFORMATTED})" if reformatted else f"{path} (after)",
    }
    if change:
        op["change"] = list(change)
    return op


def patch_file(path: str, children: list[SymbolOp], change: Sequence[str] = ()) -> PatchOp:
    """Return the op of a file whose symbols changed."""
    op: PatchOp = {
        "op": "patch",
        "address": path,
        "child_ops": children,
        "child_domain": CHILD_DOMAIN,
        "child_summary": child_summary(children),
    }
    if change:
        op["change"] = list(change)
    return op


def move_file(
    source: str, path: str, children: list[SymbolOp], change: Sequence[str] = (), confidence: float = 1.0
) -> PatchOp:
    """Return the op of a file that has another path, its symbols going along; `children` are what else changed."""
    op: PatchOp = {
        "op": "patch",
        "address": path,
        "from_address": source,
        "child_ops": children,
        "child_domain": CHILD_DOMAIN,
        "child_summary": child_summary(children, source),
    }
    if change:
        op["change"] = list(change)
    op["confidence"] = confidence
    return op
