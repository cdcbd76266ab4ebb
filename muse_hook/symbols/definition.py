"""What a definition says, as ids and parts: a function, a variable."""

from __future__ import annotations

from muse_hook.digest import digest, digest_or_empty
from muse_hook.symbols.marks import leaves, masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from muse_hook.model.symbol import Content, Parameter
    from muse_hook.symbols.piece import Piece

    Guards = tuple[str, ...]


class Definition:
    """One definition that stands in one piece of text. Attributes are those of `Symbol`, worked out at each asking."""

    __slots__ = ("guards", "name", "piece")

    bases_id = ""
    bases: tuple[str, ...] = ()

    def __init__(self, name: str, piece: Piece, guards: Guards) -> None:
        self.name = name
        self.piece = piece
        self.guards = guards

    def same_as(self, other: Content) -> bool:
        """Whether the content id is equal; equal text is enough."""
        if self is other:
            return True
        return isinstance(other, Definition) and self.guards == other.guards and self.piece.same_as(other.piece)

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the text."""
        return self.piece.mentions(names)

    def texts(self) -> tuple[bytes, ...]:
        """Return the text."""
        return (self.piece.text,)

    @property
    def content_id(self) -> str:
        """Of the guards and the whole text."""
        return digest((*self.guards, self.piece.id)) if self.guards else self.piece.id

    @property
    def masked_id(self) -> str:
        """Likewise, without the own name."""
        return digest(self.masked_for(self.name))

    def masked_for(self, name: str) -> list[str]:
        """Return the entries with a name masked: the own one, or that of the class that the definition stands in."""
        return [*self.guards, *masked(self.piece.normal.entries, name)]

    @property
    def guard_id(self) -> str:
        """Of the conditions that it stands under."""
        return digest_or_empty(self.guards)

    @property
    def body_id(self) -> str:
        """Of the body without its docstring; of what has no body, everything."""
        normal = self.piece.normal
        if "body" not in normal.roles:
            return digest(masked(normal.entries, self.name))
        start, end = normal.roles["body"][0]
        left_out = normal.roles.get("docstring", [(end, end)])[0]
        return digest(masked(normal.entries[start : left_out[0]] + normal.entries[left_out[1] : end], self.name))

    @property
    def signature_id(self) -> str:
        """Of what stands before the body, without decorators and the own name; "" for what has no parameters."""
        normal = self.piece.normal
        if "parameters" not in normal.roles:
            return ""
        start = normal.roles["decorator"][-1][1] if "decorator" in normal.roles else 0
        end = normal.roles["body"][0][0] if "body" in normal.roles else len(normal.entries)
        return digest(masked(normal.entries[start:end], self.name))

    @property
    def decorators_id(self) -> str:
        """Of the decorators, in their order."""
        return digest_or_empty(self.piece.normal.part("decorator"))

    @property
    def docstring_id(self) -> str:
        """Of the docstring."""
        return digest_or_empty(self.piece.normal.part("docstring"))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The leaf texts."""
        return tuple(leaves(self.piece.normal.entries))

    @property
    def statements(self) -> tuple[str, ...]:
        """Digests of the statements of the body."""
        return self.piece.statements

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called."""
        return self.piece.calls

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in their order."""
        from muse_hook.symbols.signature import parameters_of  # most commits do not ask

        return parameters_of(self.piece)

    @property
    def returns(self) -> str:
        """The annotated result."""
        from muse_hook.symbols.signature import returns_of

        return returns_of(self.piece)
