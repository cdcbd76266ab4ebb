"""A stretch of source that stands for itself: one statement or definition, normalised when it is asked for."""

from __future__ import annotations

from muse_hook.digest import digest
from muse_hook.symbols.damage import missing_kinds
from muse_hook.symbols.marks import RAW
from muse_hook.symbols.reader import node_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from tree_sitter import Node

    from muse_hook.symbols.normal import Normal
    from muse_hook.symbols.pattern import Captures
    from muse_hook.symbols.reader import Parsed, Reader

# Captures whose ranges in the normal form are noted.
_ROLES = ("body", "decorator", "name", "parameters", "returns", "base", "value")


class Piece:
    """Source text (whole, with the white space before it on its line) and the kind of node that it is.

    Where several functions stand in one text (`const f = () => 1, g = () => 2`), `name` says whose parts are meant. The
    text of a class that `is_header` ends before its body.

    Its normal form is that of the text parsed alone, so it depends on nothing else: not on where the text stands, nor
    on how the file around it was read.
    """

    __slots__ = ("_at", "_id", "_kin", "_normal", "_parsed", "is_header", "kind", "name", "reader", "text")

    def __init__(
        self,
        reader: Reader,
        text: bytes,
        kind: str,
        name: str = "",
        *,
        parsed: Parsed | None = None,
        at: int = 0,
        is_header: bool = False,
    ) -> None:
        self.reader = reader
        self.text = text
        self.kind = kind
        self.name = name
        self.is_header = is_header
        self._id = ""
        self._kin: object = None  # what it shares with pieces found to have the same normal form
        self._normal: Normal | None = None
        self._parsed = parsed
        self._at = at

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

    def forget_normal(self) -> None:
        """Let the normal form go."""
        self._normal = None

    def same_as(self, other: Piece) -> bool:
        """Whether both have the same normal form."""
        if self is other or (self.text == other.text and self.kind == other.kind):
            return True
        if self._kin is not None and self._kin is other._kin:
            return True
        if (self._id and other._id) or not self._alike(other):
            return self.id == other.id
        self._kin = other._kin = self._kin or other._kin or object()
        return True

    def _alike(self, other: Piece) -> bool:
        """Whether the trees at hand say that the normal forms are equal, without writing all of these."""
        if self.is_header or other.is_header or self._is_only_known() or other._is_only_known():
            return False
        mine, theirs = self._nodes()[1], other._nodes()[1]
        return mine is not None and theirs is not None and self.reader.normaliser.alike(mine, theirs)

    def _is_only_known(self) -> bool:
        """Whether the id is known, but the tree is gone."""
        return bool(self._id) and (self._parsed is None or self._parsed.root is None)

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the text; beyond ASCII a name has several spellings."""
        return not self.text.isascii() or any(name.encode() in self.text for name in names)

    def _nodes(self) -> tuple[Node, Node | None]:
        """Return the root of the tree, and the node that the text is; None in damaged text."""
        parsed = self._parsed
        root = parsed.root if parsed is not None else None
        if parsed is None or root is None:
            root, parsed, self._at = self.reader.alone(self.text, self.kind, is_header=self.is_header)
            self._parsed = parsed
        if root.has_error:
            return root, None
        node = parsed.nodes.get(self._at)
        if node is not None and node.type == self.kind:
            return root, node
        start = self._at + len(self.text) - len(self.text.lstrip())
        return root, node_at(root, self.kind, (start, self._at + len(self.text)))

    def _read(self) -> Normal:
        root, node = self._nodes()
        if node is None:
            normal = self.reader.normaliser.write(root.children)
            # what the parser put in for what is missing makes damaged text look whole
            normal.entries += (f"{RAW}missing {kind}" for kind in missing_kinds(root))
            return normal
        captures = self._captures(node)
        roles = {captured.id: role for role in _ROLES for captured in captures.get(role, ())}
        if self.is_header:
            roles.update((body.id, "") for body in captures.get("container", ()))
        for body in captures.get("body", ()):
            first = next((child for child in body.named_children if not child.is_extra), None)
            if first is not None and self.reader.query.matches("docstring", first):
                roles[first.id] = "docstring"
        return self.reader.normaliser.write([node], roles, whole=True)

    def captures(self) -> Captures:
        """Return what the query file captures in the definition; nothing in damaged text."""
        return self._captures(self._nodes()[1])

    def _captures(self, node: Node | None) -> Captures:
        # a part of a statement (one of several constants) is told by the statement
        for one in (node, node.parent if node is not None else None):
            for captures in self.reader.query.captures("structure", one) if one is not None else ():
                if not self.name or self.name in map(self.reader.normaliser.name, captures.get("name", ())):
                    return captures
        return {}

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called."""
        root, node = self._nodes()
        return self.reader.normaliser.calls(node or root)

    @property
    def statements(self) -> tuple[str, ...]:
        """A digest for each statement of the body, in preorder; what stands in an inner one is left out of the outer.

        The definition itself and its docstring are no statements of it. What has no body is all body.
        """
        normal = self.normal
        entries, ranges = normal.entries, normal.statements
        bodies = normal.roles.get("body")
        first = bodies[0][0] if bodies else 0
        docstrings = normal.roles.get("docstring", ())
        out: list[str] = []
        for index, (start, end) in enumerate(ranges):
            if start < first or (start, end) in docstrings:
                continue
            own: list[str] = []
            at = start
            following = index + 1
            while following < len(ranges) and ranges[following][0] < end:
                inner_start, inner_end = ranges[following]
                if inner_start >= at:
                    own += entries[at:inner_start]
                    at = inner_end
                following += 1
            out.append(digest(own + entries[at:end]))
        return tuple(out)
