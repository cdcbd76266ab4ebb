"""Which changes of a body do nothing but follow the renames of others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.model.symbol import Symbol


def followed_renames(old: Symbol, new: Symbol, new_names: Mapping[str, str]) -> frozenset[str]:
    """Return the old simple names whose renames (old -> new) are all that two versions of a symbol differ in.

    Empty where anything else differs: another text, or the nesting of statements.
    """
    found = _differences(old.tokens, new.tokens, new_names)
    if not found or len(old.definitions) != len(new.definitions):
        return frozenset()
    olds, news = old.definitions or (old,), new.definitions or (new,)
    for before, after in zip(olds, news, strict=True):
        if before.signature_id and not _is_nested_alike(before, after):
            return frozenset()
    return found


def _differences(old: Sequence[str], new: Sequence[str], new_names: Mapping[str, str]) -> frozenset[str]:
    if len(old) != len(new):
        return frozenset()
    differing = {(before, after) for before, after in zip(old, new, strict=True) if before != after}
    if any(new_names.get(before) != after for before, after in differing):
        return frozenset()
    return frozenset(before for before, _ in differing)


def _is_nested_alike(old: Symbol, new: Symbol) -> bool:
    """Whether the statements of two functions, each with as many words, stand in one another in the same way."""
    shapes = [[(parent, len(leaves)) for parent, leaves in each.statement_leaves] for each in (old, new)]
    return shapes[0] == shapes[1]
