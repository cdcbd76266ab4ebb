"""What the record says of who became who goes before what two trees look like."""

from __future__ import annotations

from muse_hook.match.pairs import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from muse_hook.match.pairs import Matching
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

    class Identity(Protocol):
        """Which symbol is which in two trees, by the numbers that a history gave them."""

        def before(self, key: SymbolKey) -> int | None:
            """Return the number of the symbol that has a key in the old tree, None where that is not recorded."""

        def after(self, key: SymbolKey) -> int | None:
            """Return the same for the new tree."""

        def confidence(self, number: int) -> float:
            """Return how surely the steps between the two trees are steps of this one symbol."""


def pair_recorded(matching: Matching, identity: Identity) -> None:
    """Put the pairs of `identity` in the place of what was guessed, or not seen, between two trees.

    Steps that were recorded one by one go further than one look at both ends: each may be a small edit, and together
    nothing is left that is alike. The other way round two symbols that the record knows to be different are no pair,
    however alike they are; but what stands at one address stays one replacement where neither end is found elsewhere.
    """
    if not (matching.deleted or matching.inserted or any(_is_elsewhere(matching, pair) for pair in matching.pairs)):
        return
    found = {pair.old_key: pair for pair in matching.pairs}
    olds: dict[SymbolKey, Symbol] = matching.deleted | {key: pair.old for key, pair in found.items()}
    news: dict[SymbolKey, Symbol] = matching.inserted | {pair.new_key: pair.new for pair in matching.pairs}
    number_after = {key: number for key in news if (number := identity.after(key)) is not None}
    key_of_symbol = {number: key for key, number in number_after.items()}
    wanted: dict[SymbolKey, tuple[SymbolKey, int]] = {}
    different: set[SymbolKey] = set()
    taken: set[SymbolKey] = set()
    for old in sorted(olds):
        number = identity.before(old)
        if number is None:
            continue
        new = key_of_symbol.get(number)
        pair = found.get(old)
        if new is not None and new not in taken and _may_pair(olds[old], news[new]):
            taken.add(new)
            if pair is None or pair.new_key != new:
                wanted[old] = new, number
        elif pair is not None and _is_elsewhere(matching, pair) and number_after.get(pair.new_key, number) != number:
            different.add(old)
    if not wanted and not different:
        return
    goals = {new for new, _ in wanted.values()}
    kept = []
    for pair in matching.pairs:
        if pair.old_key in wanted or pair.old_key in different or pair.new_key in goals:
            matching.deleted[pair.old_key], matching.inserted[pair.new_key] = pair.old, pair.new
        else:
            kept.append(pair)
    for old, (new, number) in wanted.items():
        sure = identity.confidence(number)
        kept.append(Pair(old[0], matching.deleted.pop(old), new[0], matching.inserted.pop(new), sure))
    matching.pairs = sorted(kept, key=lambda pair: pair.old_key)


def _is_elsewhere(matching: Matching, pair: Pair) -> bool:
    """Whether a pair says more than that one name, in a file that may have moved, means something else now."""
    stayed = matching.new_path(pair.old_path) == pair.new_path
    return not stayed or pair.old.qualified_name != pair.new.qualified_name


def _may_pair(old: Symbol, new: Symbol) -> bool:
    """Whether both are imports, or neither is."""
    return (old.kind == "import") == (new.kind == "import")
