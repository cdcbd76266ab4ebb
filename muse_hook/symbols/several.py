"""Several definitions of one name, which are one symbol: overloads, a property and its setter, both sides of an if."""

from __future__ import annotations

from muse_hook.digest import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from muse_hook.model.symbol import Content


class Several:
    """All definitions of one name, in source order; ids are of the list, parts one after the other."""

    __slots__ = ("definitions",)

    def __init__(self, definitions: list[Content]) -> None:
        self.definitions = definitions

    def same_as(self, other: Content) -> bool:
        """Whether all definitions are the same, one by one."""
        if not isinstance(other, Several):
            return False
        mine, theirs = self.definitions, other.definitions
        return len(mine) == len(theirs) and all(a.same_as(b) for a, b in zip(mine, theirs, strict=True))

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in one of them."""
        return any(definition.mentions(names) for definition in self.definitions)

    def texts(self) -> tuple[bytes, ...]:
        """Return the texts of all of them."""
        return tuple(text for definition in self.definitions for text in definition.texts())

    def __getattr__(self, name: str) -> object:
        """Put the parts of the definitions together."""
        values = [getattr(definition, name) for definition in self.definitions]
        if name.endswith("_id"):
            return digest(values) if any(values) else ""
        if name == "calls":
            return frozenset().union(*values)
        if name in {"tokens", "statements"}:
            return tuple(item for value in values for item in value)
        if name in {"parameters", "returns", "bases"}:
            return values[-1]  # what a caller meets: the last definition
        raise AttributeError(name)
