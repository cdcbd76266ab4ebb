"""What a definition says, as ids and parts: of a function or variable, an import, or several of one name."""

from __future__ import annotations

from muse_hook.symbols.digest import digest, digest_or_empty
from muse_hook.symbols.marks import NAME, leaves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muse_hook.model.symbol import Content, Parameter
    from muse_hook.symbols.piece import Piece

    Guards = tuple[str, ...]


def masked(entries: list[str], name: str) -> list[str]:
    """Return entries in which the names equal to `name` are blank."""
    own = NAME + name
    return [NAME if entry == own else entry for entry in entries]


class Definition:
    """One definition that stands in one piece of text: a function, a method, a variable."""

    __slots__ = ("guards", "name", "piece")

    def __init__(self, name: str, piece: Piece, guards: Guards) -> None:
        self.name = name
        self.piece = piece
        self.guards = guards

    def same_as(self, other: Content) -> bool:
        """Whether the content id is equal; equal text is enough."""
        if isinstance(other, Definition):
            return self is other or (self.guards == other.guards and self.piece.same_as(other.piece))
        return self.content_id == str(other.content_id)

    @property
    def content_id(self) -> str:
        return digest((*self.guards, self.piece.id)) if self.guards else self.piece.id

    @property
    def masked_id(self) -> str:
        return digest((*self.guards, *masked(self.piece.normal.entries, self.name)))

    def masked_for(self, name: str) -> list[str]:
        """Return the entries with another name masked: that of the class that the definition stands in."""
        return [*self.guards, *masked(self.piece.normal.entries, name)]

    @property
    def guard_id(self) -> str:
        return digest_or_empty(list(self.guards))

    @property
    def body_id(self) -> str:
        """Of the body without its docstring; of what has no body, everything."""
        normal = self.piece.normal
        if "body" not in normal.roles:
            return digest(masked(normal.entries, self.name))
        ((start, end),) = normal.roles["body"]
        skip = normal.roles.get("docstring", [(end, end)])[0]
        return digest(masked(normal.entries[start : skip[0]] + normal.entries[skip[1] : end], self.name))

    @property
    def signature_id(self) -> str:
        """Of everything before the body (parameters, result, type parameters), without decorators and its own name."""
        normal = self.piece.normal
        if "parameters" not in normal.roles:
            return ""
        start = normal.roles["decorator"][-1][1] if "decorator" in normal.roles else 0
        end = normal.roles["body"][0][0] if "body" in normal.roles else len(normal.entries)
        return digest(masked(normal.entries[start:end], self.name))

    @property
    def decorators_id(self) -> str:
        return digest_or_empty(self.piece.normal.part("decorator"))

    @property
    def bases_id(self) -> str:
        return ""

    @property
    def docstring_id(self) -> str:
        return digest_or_empty(self.piece.normal.part("docstring"))

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(leaves(self.piece.normal.entries))

    @property
    def statements(self) -> tuple[str, ...]:
        return statements_of(self.piece)

    @property
    def calls(self) -> frozenset[str]:
        return frozenset(self.piece.normal.calls)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        from muse_hook.symbols.signature import parameters_of  # noqa: PLC0415 - most commits do not ask

        return parameters_of(self.piece)

    @property
    def returns(self) -> str:
        from muse_hook.symbols.signature import returns_of  # noqa: PLC0415 - likewise

        return returns_of(self.piece)

    @property
    def bases(self) -> tuple[str, ...]:
        return ()


def statements_of(piece: Piece) -> tuple[str, ...]:
    """Return a digest for each statement of a piece, in preorder; what stands in an inner one is left out of the outer.

    The definition itself and its docstring are no statements of it.
    """
    normal = piece.normal
    out: list[str] = []
    ranges = normal.statements
    docstrings = set(normal.roles.get("docstring", ()))
    for index, (start, end) in enumerate(ranges):
        if start < _body_start(piece) or (start, end) in docstrings:
            continue
        own: list[str] = []
        at = start
        for inner_start, inner_end in ranges[index + 1 :]:
            if inner_start >= end:
                break
            if inner_start >= at:
                own += normal.entries[at:inner_start]
                at = inner_end
        own += normal.entries[at:end]
        out.append(digest(own))
    return tuple(out)


def _body_start(piece: Piece) -> int:
    bodies = piece.normal.roles.get("body")
    return bodies[0][0] if bodies else 0


class Import:
    """One imported name: where from, what, and as what (each "" where it is not said)."""

    __slots__ = ("guards", "parts")

    def __init__(self, parts: tuple[str, str, str], guards: Guards) -> None:
        self.parts = parts
        self.guards = guards

    def same_as(self, other: Content) -> bool:
        """Whether the same name is imported from the same place."""
        if isinstance(other, Import):
            return self.parts == other.parts and self.guards == other.guards
        return self.content_id == str(other.content_id)

    @property
    def content_id(self) -> str:
        return digest((*self.guards, "import", *self.parts))

    @property
    def masked_id(self) -> str:
        return digest((*self.guards, "import", *self.parts[:-1]))

    @property
    def guard_id(self) -> str:
        return digest_or_empty(list(self.guards))

    @property
    def body_id(self) -> str:
        return digest(("import", *self.parts[:-1]))

    signature_id = decorators_id = bases_id = docstring_id = returns = ""
    statements: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()
    bases: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(part for part in self.parts if part)
