"""Ops on symbols: one maker a shape, Muse's keys first, ours behind in a fixed order (their bytes are hashed)."""

from __future__ import annotations

from muse_hook.delta.changes import described

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import Pair
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.ops import DeleteOp, InsertOp, ReplaceOp
    from muse_hook.model.symbol import Symbol


def lines_of(symbol: Symbol) -> str:
    """Return Muse's range: two spaces, an en dash."""
    first, last = symbol.lines
    return f"  L{first}–{last}"


def insert_symbol(path: str, symbol: Symbol, extracted_from: SymbolKey | None = None) -> InsertOp:
    """Return the op of a new symbol; `extracted_from` is the body that its statements were taken out of."""
    op: InsertOp = {
        "op": "insert",
        "address": f"{path}::{symbol.qualified_name}",
        "position": None,
        "content_id": symbol.content_id,
        "content_summary": f"added {symbol.kind} {symbol.name}{lines_of(symbol)}",
        "kind": symbol.kind,
    }
    if extracted_from is not None:
        op["change"] = ["extracted_from"]
        op["body"] = "::".join(extracted_from)
    op["lines"] = list(symbol.lines)
    return op


def delete_symbol(path: str, symbol: Symbol, inlined_into: SymbolKey | None = None) -> DeleteOp:
    """Return the op of a symbol that is gone; `inlined_into` is the body that its statements went into."""
    op: DeleteOp = {
        "op": "delete",
        "address": f"{path}::{symbol.qualified_name}",
        "position": None,
        "content_id": symbol.content_id,
        "content_summary": f"removed {symbol.kind} {symbol.name}{lines_of(symbol)}",
        "kind": symbol.kind,
    }
    if inlined_into is not None:
        op["change"] = ["inlined_into"]
        op["body"] = "::".join(inlined_into)
    op["lines"] = list(symbol.lines)
    return op


def depart(pair: Pair, change: Sequence[str]) -> DeleteOp:
    """Return the old end of a move to another file."""
    old, new = pair.old, pair.new
    return {
        "op": "delete",
        "address": f"{pair.old_path}::{old.qualified_name}",
        "position": None,
        "content_id": old.content_id,
        "content_summary": f"removed {old.kind} {old.name}{lines_of(old)} → moved to {pair.new_path}",
        "kind": old.kind,
        "change": list(change),
        "new_address": f"{pair.new_path}::{new.qualified_name}",
        "confidence": pair.confidence,
        "lines": list(old.lines),
    }


def arrive(pair: Pair, change: Sequence[str]) -> InsertOp:
    """Return the new end of a move from another file."""
    old, new = pair.old, pair.new
    return {
        "op": "insert",
        "address": f"{pair.new_path}::{new.qualified_name}",
        "position": None,
        "content_id": new.content_id,
        "content_summary": f"added {new.kind} {new.name}{lines_of(new)} ← moved from {pair.old_path}",
        "kind": new.kind,
        "change": list(change),
        "from_address": f"{pair.old_path}::{old.qualified_name}",
        "confidence": pair.confidence,
        "lines": list(new.lines),
    }


def rename_symbol(path: str, old: Symbol, new: Symbol, change: Sequence[str], confidence: float) -> ReplaceOp:
    """Return the op of a symbol that has another qualified name in the same file."""
    return {
        "op": "replace",
        "address": f"{path}::{old.qualified_name}",
        "position": None,
        "old_content_id": old.content_id,
        "new_content_id": new.content_id,
        "old_summary": f"{old.kind} {old.name}",
        "new_summary": (f"moved to {new.qualified_name}" if old.name == new.name else f"renamed to {new.name}"),
        "kind": new.kind,
        "change": list(change),
        "new_address": f"{path}::{new.qualified_name}",
        "confidence": confidence,
        "lines": list(new.lines),
    }


def replace_symbol(path: str, old: Symbol, new: Symbol, change: Sequence[str], came_from: str = "") -> ReplaceOp:
    """Return the op of a symbol with other content; `came_from` is its old address where its class took it along."""
    before, after = described(change)
    op: ReplaceOp = {
        "op": "replace",
        "address": f"{path}::{new.qualified_name}",
        "position": None,
        "old_content_id": old.content_id,
        "new_content_id": new.content_id,
        "old_summary": f"{old.kind} {old.name}{before}",
        "new_summary": f"{new.kind} {new.name}{after}{lines_of(new)}",
        "kind": new.kind,
        "change": list(change),
    }
    if came_from:
        op["from_address"] = came_from
    op["lines"] = list(new.lines)
    return op


def restate_symbol(path: str, symbol: Symbol) -> ReplaceOp:
    """Return the op of a symbol whose former content is not known."""
    return {
        "op": "replace",
        "address": f"{path}::{symbol.qualified_name}",
        "position": None,
        "old_content_id": "",
        "new_content_id": symbol.content_id,
        "old_summary": f"{symbol.kind} {symbol.name}",
        "new_summary": f"{symbol.kind} {symbol.name} (modified){lines_of(symbol)}",
        "kind": symbol.kind,
        "change": ["reparsed"],
        "lines": list(symbol.lines),
    }
