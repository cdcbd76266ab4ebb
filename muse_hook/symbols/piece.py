"""A stretch of source that stands for itself: one statement or definition, normalised when it is asked for."""

from __future__ import annotations

from muse_hook.symbols.digest import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.symbols.normal import Normal
    from muse_hook.symbols.reader import Reader

# Captures whose ranges in the normal form are noted.
_ROLES = ("body", "decorator", "name", "parameters", "returns", "base", "value")


class Piece:
    """Source text (whole, with the white space before it on its line) and the kind of node that it is.

    Its normal form is that of the text parsed alone, so it depends on nothing else: not on where the text stands, nor on
    how the file around it was read.
    """

    __slots__ = ("_id", "_normal", "kind", "reader", "text")

    def __init__(self, reader: Reader, text: bytes, kind: str) -> None:
        self.reader = reader
        self.text = text
        self.kind = kind
        self._id = ""
        self._normal: Normal | None = None

    @property
    def id(self) -> str:
        """SHA-256 of the normal form."""
        if not self._id:
            self._id = digest(self.normal.entries)
        return self._id

    @property
    def normal(self) -> Normal:
        """The normal form; worked out again where it was forgotten."""
        if self._normal is None:
            self._normal = self._read()
            self.reader.keep(self, self._normal)
        return self._normal

    def forget(self) -> None:
        """Let the normal form go."""
        self._normal = None

    def same_as(self, other: Piece) -> bool:
        """Whether both have the same normal form."""
        return self is other or (self.text == other.text and self.kind == other.kind) or self.id == other.id

    def _read(self) -> Normal:
        root, node = self.reader.alone(self.text, self.kind)
        if node is None:
            return self.reader.normaliser.write(root.children)
        roles: dict[int, str] = {}
        for captures in self.reader.query.matches("structure", node)[:1]:
            roles = {captured.id: role for role in _ROLES for captured in captures.get(role, ())}
            for body in captures.get("body", ()):
                first = next((child for child in body.named_children if not child.is_extra), None)
                if first is not None and self.reader.query.matches("docstring", first):
                    roles[first.id] = "docstring"
        return self.reader.normaliser.write([node], roles)
