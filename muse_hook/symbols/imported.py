"""What an import says of one name."""

from __future__ import annotations

from muse_hook.digest import digest, digest_or_empty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from muse_hook.model.symbol import Content, Parameter
    from muse_hook.symbols.definition import Guards


class Import:
    """One imported name: where from, what, and as what (each "" where it is not said)."""

    __slots__ = ("guards", "parts")

    signature_id = decorators_id = bases_id = docstring_id = returns = ""
    statements: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()
    bases: tuple[str, ...] = ()

    def __init__(self, parts: tuple[str, str, str], guards: Guards) -> None:
        self.parts = parts
        self.guards = guards

    def same_as(self, other: Content) -> bool:
        """Whether the same is imported from the same place under the same name and conditions."""
        return isinstance(other, Import) and self.parts == other.parts and self.guards == other.guards

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` is said."""
        return not {name for part in self.parts for name in part.split(".")}.isdisjoint(names)

    def texts(self) -> tuple[bytes, ...]:
        """Return what is said, as bytes."""
        return tuple(part.encode() for part in self.parts if part)

    @property
    def content_id(self) -> str:
        """Of the guards and all three parts."""
        return digest((*self.guards, "import", *self.parts))

    @property
    def masked_id(self) -> str:
        """Likewise, whatever the name that it is given here."""
        return digest((*self.guards, "import", *self.parts[:2]))

    @property
    def guard_id(self) -> str:
        """Of the conditions that it stands under."""
        return digest_or_empty(self.guards)

    @property
    def body_id(self) -> str:
        """Of where it comes from."""
        return digest(("import", *self.parts[:2]))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The parts that are said."""
        return tuple(part for part in self.parts if part)
