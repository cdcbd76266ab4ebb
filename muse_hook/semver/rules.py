"""What the rules of all languages share: a symbol's content, its bases, and members of a class that goes."""

from __future__ import annotations

from muse_hook.semver.public import is_underscored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.model.symbol import Symbol
    from muse_hook.semver.case import Case
    from muse_hook.semver.signature import ParameterChange

    Found = tuple[str, Symbol]
    """A symbol and the path of its file."""

CONSTRUCTORS = ("__init__", "__new__")
"""Methods that say how an object is made: one may stand in for another."""


class Rules:
    """Judges the symbols of one commit by the rules of their language."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def _content(self, before: Found, after: Found, parts: set[str]) -> None:
        """Judge what changed in a public symbol that kept its address or is still offered there."""
        (old_path, _), (path, new) = before, after
        address = f"{path}::{new.qualified_name}"
        known = len(self._case.verdicts)
        self._add(address, self._compare(before, after, parts))
        if "bases" in parts and not self._is_made_by_function(before, after):
            self._bases(old_path, self._gone_bases(before, after), path, new)
        if len(self._case.verdicts) == known and parts - {"docstring"}:
            self._case.add(address, "patch", "implementation_changed", ", ".join(sorted(parts)))

    def _add(self, address: str, changes: Iterable[ParameterChange]) -> None:
        for bump, reason, detail in changes:
            self._case.add(address, bump, reason, detail)

    def _compare(self, before: Found, after: Found, parts: set[str]) -> Iterable[ParameterChange]:
        """Return what changed for those who use a symbol, its bases left out."""
        raise NotImplementedError

    def _is_made_by_function(self, before: Found, after: Found) -> bool:  # noqa: ARG002 - not every language has it
        """Whether a class is a function now that makes the same, and nobody is seen who notices."""
        return False

    def _gone_bases(self, before: Found, after: Found) -> Sequence[str]:  # noqa: ARG002 - a language may hold both together
        """Return the bases that a class had which it may have no more."""
        from muse_hook.semver.bases import plain_bases

        return plain_bases(before[1].bases)

    def _bases(self, old_path: str, bases: Sequence[str], path: str, new: Symbol) -> None:
        """Judge those of the bases that a class had which it does not derive from any more."""
        from muse_hook.semver.bases import ROOTS, simple_base

        for base in bases:
            if simple_base(base) in ROOTS or base[:1] == "<":  # what the base before is given
                continue
            if is_underscored(simple_base(base)):
                self._lost_with_base(old_path, base, (path, new))
            elif not self._derives(path, new, base):
                self._case.add(f"{path}::{new.qualified_name}", "major", "base_removed", base)

    def _derives(self, path: str, owner: Symbol, base: str) -> bool:
        """Whether a class still derives from a base that it had."""
        return self._case.surface.derives(path, owner, base)

    def _lost_with_base(self, old_path: str, base: str, heir: Found) -> None:
        """Judge a base that is not public: what a class had from it, and has no more, is gone."""
        olds = self._case.former_surface
        for there, owner in olds.base(old_path, base):
            table = olds.table(there)
            for one in table.symbols.values() if table is not None else ():
                if one.parent != owner.qualified_name or is_underscored(one.name) or one.name in CONSTRUCTORS:
                    continue
                if self._case.surface.member_of(*heir, one.name) is None:
                    self._case.add(f"{heir[0]}::{heir[1].qualified_name}.{one.name}", "major", "public_removed")

    def _goes_with_its_class(self, path: str, symbol: Symbol) -> bool:
        """Whether the class that a member stood in was deleted or is none now, which is a verdict of its own."""
        table, after = self._case.old.get(path), self._case.new.get(path)
        owner = table.symbols.get(symbol.parent) if table is not None and symbol.parent else None
        if owner is None:
            return False
        now = after.symbols.get(owner.qualified_name) if after is not None else None
        surface = self._case.surface
        if now is not None:
            alias = surface.bound(path, owner.qualified_name)
            return now.kind != owner.kind and (alias is None or alias[1].kind != owner.kind)
        # one that is imported now from where nothing changed may have the member or not
        return not surface.offers(path, owner) or not surface.defines_class(owner.name)
