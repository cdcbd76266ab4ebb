"""What a class says: its header and the plain statements of its body; what is defined in it are symbols of their own."""

from __future__ import annotations

from muse_hook.symbols.definition import masked, statements_of
from muse_hook.symbols.digest import digest, digest_or_empty
from muse_hook.symbols.marks import leaves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.symbol import Content, Parameter
    from muse_hook.symbols.definition import Definition, Guards
    from muse_hook.symbols.normal import Normal
    from muse_hook.symbols.piece import Piece


class Own:
    """A plain statement of a class body, and the conditions in the class that it stands under."""

    __slots__ = ("guards", "piece")

    def __init__(self, guards: Guards, piece: Piece) -> None:
        self.guards = guards
        self.piece = piece

    def same_as(self, other: Own) -> bool:
        """Whether both mean the same under the same conditions."""
        return self is other or (self.guards == other.guards and self.piece.same_as(other.piece))


class Header:
    """A class up to its body: the entries of its normal form, and where in them decorators and bases are."""

    __slots__ = ("bases", "entries", "normal")

    def __init__(self, normal: Normal, bases: tuple[str, ...]) -> None:
        self.normal = normal
        self.entries = normal.entries
        self.bases = bases


class Container:
    """One class: `own` are the plain statements of its body (the first may be `documented`, its docstring).

    `members` are what is defined in it, in source order, for its masked id only.
    """

    __slots__ = ("documented", "guards", "header", "members", "name", "own")

    def __init__(
        self,
        name: str,
        header: Header,
        guards: Guards,
        *,
        own: Sequence[Own],
        documented: bool,
        members: Sequence[Definition | Container],
    ) -> None:
        self.name = name
        self.header = header
        self.guards = guards
        self.own = own
        self.documented = documented
        self.members = members

    def same_as(self, other: Content) -> bool:
        """Whether header, guards and plain statements are the same; members do not count."""
        if not isinstance(other, Container):
            return False
        return self is other or (
            self.guards == other.guards
            and self.header.entries == other.header.entries
            and len(self.own) == len(other.own)
            and all(a.same_as(b) for a, b in zip(self.own, other.own, strict=True))
        )

    @property
    def content_id(self) -> str:
        own = (part for o in self.own for part in (*o.guards, o.piece.id))
        return digest((*self.guards, *self.header.entries, *own))

    @property
    def masked_id(self) -> str:
        return digest(self.masked_for(self.name))

    def masked_for(self, name: str) -> list[str]:
        """Return the entries of the class and all its members with one name masked."""
        out = [*self.guards, *masked(self.header.entries, name)]
        for own in self.own:
            out += (*own.guards, *masked(own.piece.normal.entries, name))
        for member in self.members:
            out += member.masked_for(name)
        return out

    @property
    def guard_id(self) -> str:
        return digest_or_empty(list(self.guards))

    @property
    def body_id(self) -> str:
        """Of the plain statements, without the docstring."""
        return digest(
            part
            for o in self.own[self.documented :]
            for part in (*o.guards, *masked(o.piece.normal.entries, self.name))
        )

    @property
    def signature_id(self) -> str:
        return ""

    @property
    def decorators_id(self) -> str:
        return digest_or_empty(self.header.normal.part("decorator"))

    @property
    def bases_id(self) -> str:
        """Of the header without decorators and name: bases, keywords, type parameters."""
        roles = self.header.normal.roles
        start = roles["decorator"][-1][1] if "decorator" in roles else 0
        return digest(masked(self.header.entries[start:], self.name))

    @property
    def docstring_id(self) -> str:
        return self.own[0].piece.id if self.documented else ""

    @property
    def tokens(self) -> tuple[str, ...]:
        own = (leaf for o in self.own for leaf in leaves(o.piece.normal.entries))
        return (*leaves(self.header.entries), *own)

    @property
    def statements(self) -> tuple[str, ...]:
        return tuple(s for o in self.own[self.documented :] for s in statements_of(o.piece))

    @property
    def calls(self) -> frozenset[str]:
        return frozenset(self.header.normal.calls.union(*(o.piece.normal.calls for o in self.own)))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return ()

    @property
    def returns(self) -> str:
        return ""

    @property
    def bases(self) -> tuple[str, ...]:
        return self.header.bases
