"""What differs between a symbol before and after, as reason codes, and Muse's words for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.symbol import Symbol

SIGNATURE = frozenset(("signature", "bases"))
IMPLEMENTATION = frozenset(("body", "docstring"))


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


def described(change: Sequence[str]) -> tuple[str, str]:
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
