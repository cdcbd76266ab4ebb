"""One maker for each shape of op, Muse's keys first, ours behind in a fixed order (their bytes are hashed)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.match.pairs import Pair
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.change import Blob
    from muse_hook.model.ops import DeleteOp, DomainOp, InsertOp, PatchOp, ReplaceOp, SymbolOp
    from muse_hook.model.symbol import Symbol

CHILD_DOMAIN = "code_symbols"
REFORMATTED = "reformatted — no semantic change"

MAX_SIGNATURE = 500
"""Characters of a header that an op carries."""

SIGNATURE = frozenset(("signature", "bases"))
IMPLEMENTATION = frozenset(("body", "docstring"))

WORDS = {"insert": "added", "delete": "removed", "replace": "modified", "patch": "modified"}
"""Muse counts a patch among the modified files, an added or removed file of symbols too."""


def insert_file(path: str, blob: Blob, change: Sequence[str] = (), moved_from: str = "") -> InsertOp:
    """Return the op of a new path; `moved_from` is where the same blob was before."""
    op: InsertOp = {
        "op": "insert",
        "address": path,
        "position": None,
        "content_id": blob.oid,
        "content_summary": f"added {path} ← moved from {moved_from}" if moved_from else f"added {path}",
    }
    if change:
        op["change"] = list(change)
    if moved_from:
        op["from_address"] = moved_from
    return op


def delete_file(path: str, blob: Blob, change: Sequence[str] = (), moved_to: str = "") -> DeleteOp:
    """Return the op of a path that was deleted; `moved_to` is where the same blob is now."""
    op: DeleteOp = {
        "op": "delete",
        "address": path,
        "position": None,
        "content_id": blob.oid,
        "content_summary": f"removed {path} → moved to {moved_to}" if moved_to else f"removed {path}",
    }
    if change:
        op["change"] = list(change)
    if moved_to:
        op["new_address"] = moved_to
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
    """Return the op of a file that has another path and takes its symbols along; `children` are what else changed."""
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


def insert_symbol(path: str, symbol: Symbol, extracted_from: SymbolKey | None = None) -> InsertOp:
    """Return the op of a new symbol; `extracted_from` is the body that its statements were taken out of."""
    op: InsertOp = {
        "op": "insert",
        "address": f"{path}::{symbol.qualified_name}",
        "position": None,
        "content_id": symbol.content_id,
        "content_summary": f"added {symbol.kind} {symbol.name}{_lines(symbol)}",
        "kind": symbol.kind,
    }
    if extracted_from is not None:
        op["change"] = ["extracted_from"]
        op["body"] = "::".join(extracted_from)
    op["lines"] = list(symbol.lines)
    return op


def delete_symbol(path: str, symbol: Symbol, inlined_into: SymbolKey | None = None) -> DeleteOp:
    """Return the op of a symbol that was deleted; `inlined_into` is the body that its statements went into."""
    op: DeleteOp = {
        "op": "delete",
        "address": f"{path}::{symbol.qualified_name}",
        "position": None,
        "content_id": symbol.content_id,
        "content_summary": f"removed {symbol.kind} {symbol.name}{_lines(symbol)}",
        "kind": symbol.kind,
    }
    if inlined_into is not None:
        op["change"] = ["inlined_into"]
        op["body"] = "::".join(inlined_into)
    op["lines"] = list(symbol.lines)
    return op


def delete_moved_symbol(pair: Pair, change: Sequence[str]) -> DeleteOp:
    """Return the old end of a move to another file."""
    old, new = pair.old, pair.new
    return {
        "op": "delete",
        "address": f"{pair.old_path}::{old.qualified_name}",
        "position": None,
        "content_id": old.content_id,
        "content_summary": f"removed {old.kind} {old.name}{_lines(old)} → moved to {pair.new_path}",
        "kind": old.kind,
        "change": list(change),
        "new_address": f"{pair.new_path}::{new.qualified_name}",
        "confidence": pair.confidence,
        "lines": list(old.lines),
    }


def insert_moved_symbol(pair: Pair, change: Sequence[str]) -> InsertOp:
    """Return the new end of a move from another file."""
    old, new = pair.old, pair.new
    return {
        "op": "insert",
        "address": f"{pair.new_path}::{new.qualified_name}",
        "position": None,
        "content_id": new.content_id,
        "content_summary": f"added {new.kind} {new.name}{_lines(new)} ← moved from {pair.old_path}",
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


def replace_symbol(path: str, old: Symbol, new: Symbol, change: Sequence[str], carried_from: str = "") -> ReplaceOp:
    """Return the op of a symbol with other content; `carried_from` is its old address where its class took it along."""
    before, after = _muse_words(change)
    op: ReplaceOp = {
        "op": "replace",
        "address": f"{path}::{new.qualified_name}",
        "position": None,
        "old_content_id": old.content_id,
        "new_content_id": new.content_id,
        "old_summary": f"{old.kind} {old.name}{before}",
        "new_summary": f"{new.kind} {new.name}{after}{_lines(new)}",
        "kind": new.kind,
        "change": list(change),
    }
    if carried_from:
        op["from_address"] = carried_from
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
        "new_summary": f"{symbol.kind} {symbol.name} (modified){_lines(symbol)}",
        "kind": symbol.kind,
        "change": ["reparsed"],
        "lines": list(symbol.lines),
    }


def with_signature(op: SymbolOp, old: Symbol, new: Symbol) -> None:
    """Note the old and the new header on the op of a callable, where they differ."""
    if not old.signature_id or not new.signature_id or old.signature_id == new.signature_id:
        return
    if old.signature != new.signature:  # another definition of the name may differ
        op["signature"] = {"old": _capped(old.signature), "new": _capped(new.signature)}


def _capped(text: str) -> str:
    return text if len(text) <= MAX_SIGNATURE else text[: MAX_SIGNATURE - 1] + "…"


def _lines(symbol: Symbol) -> str:
    """Return Muse's range: two spaces, an en dash."""
    first, last = symbol.lines
    return f"  L{first}–{last}"


def changed_parts(old: Symbol, new: Symbol) -> list[str]:
    """Return the codes of the parts that differ, in a fixed order; empty where the content is the same.

    `kind`, `signature`, `bases`, `decorators`, `guard` (the conditions that it stands under), `docstring`, `body`;
    where only the order or number of several definitions of one name differs, `body`.
    """
    if old.content_id == new.content_id:
        return []
    parts = [
        code
        for code, before, after in (
            ("kind", old.kind, new.kind),
            ("signature", old.signature_id, new.signature_id),
            ("bases", old.bases_id, new.bases_id),
            ("decorators", old.decorators_id, new.decorators_id),
            ("guard", old.guard_id, new.guard_id),
            ("docstring", old.docstring_id, new.docstring_id),
            ("body", old.body_id, new.body_id),
        )
        if before != after
    ]
    if not parts and old.name == new.name:
        return ["body"]
    if "body" in parts and old.name != new.name and old.statements and old.statements == new.statements:
        # Its own name is masked in a body's id also where it means another's (`json.load` in `load`).
        parts.remove("body")
    return parts


def _muse_words(change: Sequence[str]) -> tuple[str, str]:
    """Return Muse's words for a change, for the old and for the new summary.

    Muse calls a change of anything outside the body "signature"; here that is said of parameters, annotations and
    bases only, and a decorator or a guard is "modified".
    """
    parts = set(change)
    if parts and parts <= SIGNATURE:
        return " (signature changed)", " (signature updated)"
    if parts and parts <= IMPLEMENTATION:
        return " (implementation)", " (implementation changed)"
    return "", " (modified)"


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
