"""What a class says: its header and the plain statements of its body; what it defines are symbols of their own."""

from __future__ import annotations

from muse_hook.digest import digest, digest_or_empty
from muse_hook.symbols.marks import leaves, masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from muse_hook.model.symbol import Content, Parameter
    from muse_hook.symbols.definition import Definition, Guards
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


class Container:
    """One class. Attributes are those of `Symbol`, worked out at each asking.

    `header` is the class up to its body, `own` are the plain statements of its body, the first of which is its
    docstring where it is `documented`; `members`, what is defined in it, count for its masked id only.
    """

    __slots__ = ("documented", "guards", "header", "members", "name", "own")

    signature_id = returns = ""
    parameters: tuple[Parameter, ...] = ()

    def __init__(
        self,
        name: str,
        header: Piece,
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
            and self.header.same_as(other.header)
            and len(self.own) == len(other.own)
            and all(a.same_as(b) for a, b in zip(self.own, other.own, strict=True))
        )

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the plain statements."""
        return any(one.piece.mentions(names) for one in self.own)

    def texts(self) -> tuple[bytes, ...]:
        """Return the texts of the header and of the plain statements."""
        return (self.header.text, *(one.piece.text for one in self.own))

    @property
    def content_id(self) -> str:
        """Of guards, header and plain statements."""
        own = (part for one in self.own for part in (*one.guards, one.piece.id))
        return digest((*self.guards, self.header.id, *own))

    @property
    def masked_id(self) -> str:
        """Of everything, members included, without the own name."""
        return digest(self.masked_for(self.name))

    def masked_for(self, name: str) -> list[str]:
        """Return the entries of the class and all its members with a name masked."""
        out = [*self.guards, *masked(self.header.normal.entries, name)]
        for one in self.own:
            out += (*one.guards, *masked(one.piece.normal.entries, name))
        for member in self.members:
            out += member.masked_for(name)
        return out

    @property
    def guard_id(self) -> str:
        """Of the conditions that it stands under."""
        return digest_or_empty(self.guards)

    @property
    def body_id(self) -> str:
        """Of the plain statements, without the docstring and the own name."""
        own = self.own[self.documented :]
        return digest(part for one in own for part in (*one.guards, *masked(one.piece.normal.entries, self.name)))

    @property
    def decorators_id(self) -> str:
        """Of the decorators, in their order."""
        return digest_or_empty(self.header.normal.part("decorator"))

    @property
    def bases_id(self) -> str:
        """Of the header without decorators and name: bases, keywords, type parameters."""
        roles = self.header.normal.roles
        start = roles["decorator"][-1][1] if "decorator" in roles else 0
        return digest(masked(self.header.normal.entries[start:], self.name))

    @property
    def docstring_id(self) -> str:
        """Of the docstring."""
        return self.own[0].piece.id if self.documented else ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The leaf texts of header and plain statements."""
        own = (leaf for one in self.own for leaf in leaves(one.piece.normal.entries))
        return (*leaves(self.header.normal.entries), *own)

    @property
    def statements(self) -> tuple[str, ...]:
        """Digests of the plain statements."""
        return tuple(digest for one in self.own[self.documented :] for digest in one.piece.statements)

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called in the plain statements."""
        return frozenset().union(*(one.piece.calls for one in self.own))

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases and keywords as people read them."""
        shown = self.header.reader.normaliser.shown
        return tuple(shown(base) for base in self.header.captures().get("base", ()))
