"""A statement's text, with its normal form on demand."""

from __future__ import annotations

from sys import intern

from muse_hook.digest import digest
from muse_hook.symbols.damage import missing_kinds
from muse_hook.symbols.normal import Normal
from muse_hook.symbols.reader import TooLargeError
from muse_hook.symbols.tokens import RAW, leaves, without_nul

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node

    from muse_hook.symbols.query import Captures
    from muse_hook.symbols.reader import Parsed, Reader

# Captures whose ranges in the normal form are noted.
_ROLES = ("body", "decorator", "name", "title", "name.key", "parameters", "returns", "base", "value")

MODIFIERS = "modifiers"
"""What grammars call the node that holds them, decorators among them."""

# What is laid out anew differs in these. Where more does, it is rarely comments alone, and the trees are not compared:
# a backfill writes 3 % fewer entries on flask, 12 on ansible.
_LAYOUT = b" \t\n\f\\,;()'\""


class SourceText:
    """The text of one statement or definition, with the white space before it on its line, and its kind of node.

    Where several functions stand in one text (`const f = () => 1, g = () => 2`), `name` says whose parts are meant;
    where it has several parts, `part` which of them (-1: no matter). The text of a class that `is_header` ends before
    its body. It begins with what is attached to the node (attributes that stand before it), in `_lead`.

    Its normal form is that of the text parsed alone, so it depends on nothing else: not on where the text stands, nor
    on how the file around it was read, nor on whether the file's tree is still at hand. What was respelled since the
    file has errors elsewhere is parsed alone, too. In a language whose row says that this does not hold (`pieces`), it
    is that of the text in its file, the `context`.
    """

    __slots__ = (
        "_at",
        "_context",
        "_equals",
        "_id",
        "_is_alone",
        "_normal",
        "_parsed",
        "_shaped",
        "is_header",
        "kind",
        "name",
        "part",
        "reader",
        "source",
    )

    def __init__(  # noqa: PLR0917 - thousands are made, and Python passes by position in fewer steps than by name
        self,
        reader: Reader,
        source: bytes,
        kind: str,
        name: str = "",
        parsed: Parsed | None = None,
        at: int = 0,
        context: bytes | None = None,
        *,
        part: int = -1,
        is_header: bool = False,
    ) -> None:
        if parsed is not None and parsed.is_respelled and not reader.is_in_context:
            parsed = parsed if parsed.given[at : at + len(source)] == source else None
        self.reader = reader
        self._context = context if reader.is_in_context else None
        self.source = source
        self.kind = kind
        self.name = name
        self.part = part
        self.is_header = is_header
        self._id = ""
        self._equals: object = None  # what it shares with texts found to have the same normal form
        self._normal: Normal | None = None
        self._shaped: str | None = None
        self._is_alone = parsed is None
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
        normal = self._normal
        if normal is None:
            normal = self._normal = self._write()
            self.reader.keep_normal(self, normal)
        return normal

    def move(self, shift: int, context: bytes, parsed: Parsed) -> None:
        """Read the text in another file from here on, where it is the same, so many bytes further on."""
        if self._context is not None and self._context is not context:
            self._context, self._parsed = context, parsed
            self._at += shift

    def forget_normal(self) -> None:
        """Let the normal form go."""
        self._normal = None

    def same_as(self, other: SourceText) -> bool:
        """Whether both have the same normal form; equal text is enough, and nothing is parsed then."""
        if self is other:
            return True
        if self.source == other.source and self.kind == other.kind:
            if not self.reader.is_in_context:
                is_read_alike = self._is_alone == other._is_alone or not self.reader.is_whole
                return (is_read_alike and self.part == other.part) or self.id == other.id
            mine = (self.part, self.name, self.is_header, self._shape)
            if mine == (other.part, other.name, other.is_header, other._shape):
                return True
        if self._equals is not None and self._equals is other._equals:
            return True
        if (self._id and other._id) or not self._has_equal_tree(other):
            return self.id == other.id
        self._equals = other._equals = self._equals or other._equals or object()
        return True

    @property
    def _shape(self) -> str:
        """The digest of what the grammar makes of the text in its file, "" of damaged text, which is read by itself.

        Texts that are equal and whose shapes are have the same normal form, which takes twenty times as long.
        """
        if self._shaped is None:
            found = self._in_context(self._context) if self._context is not None else None
            if found is None:
                self._read_alone()
            self._shaped = "" if found is None else digest(self._shape_of(found[1]))
        return self._shaped

    def _read_alone(self) -> None:
        """Read the text by itself from here on: of damage in its file that says more."""
        if self._context is not None:
            self._context = self._parsed = None

    def _shape_of(self, node: Node) -> Iterator[str]:
        around = node.parent
        while around is not None:
            yield around.type
            around = around.parent
        for one in (*self._lead(node), node, *self._tail(node)):
            yield f"{one.start_point.column} {one.descendant_count} {one}"
            yield (one.text or b"").decode("latin-1")

    def _has_equal_tree(self, other: SourceText) -> bool:
        """Whether the trees at hand say that the normal forms are equal; only where either is not known yet."""
        if (
            self.reader.is_in_context
            or self.reader.following
            or self.is_header
            or other.is_header
            or self.part >= 0
            or other.part >= 0
            or self._has_only_id()
            or other._has_only_id()
            or self.source.translate(None, _LAYOUT) != other.source.translate(None, _LAYOUT)
        ):
            return False
        mine, theirs = self._nodes()[1], other._nodes()[1]
        if mine is None or theirs is None:
            return False
        pairs = zip((*self._lead(mine), mine), (*other._lead(theirs), theirs), strict=False)
        return len(self._lead(mine)) == len(other._lead(theirs)) and all(
            self.reader.normaliser.is_equal(one, another) for one, another in pairs
        )

    def differs(self, other: SourceText) -> bool:
        """Whether the trees at hand say that the normal forms are surely not equal; False says nothing."""
        if self._equals is not None and self._equals is other._equals:
            return False  # 1.6 of the 14.2 MB that ansible's last 200 commits parse were parsed again for this
        if (
            self.reader.is_in_context
            or self.reader.is_whole
            or self.kind != other.kind
            or self.is_header
            or other.is_header
            or self.part >= 0
            or other.part >= 0
            or (self._id and other._id)
            or self._has_only_id()
            or other._has_only_id()
        ):
            return False
        mine, theirs = self._nodes()[1], other._nodes()[1]
        if mine is None or theirs is None or self._lead(mine) or other._lead(theirs):
            return False
        return self.reader.normaliser.differs(mine, theirs)

    def _has_only_id(self) -> bool:
        """Whether the id is known, but the tree is gone."""
        return bool(self._id) and (self._parsed is None or self._parsed.root is None)

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the text; beyond ASCII a name has several spellings."""
        return not self.source.isascii() or any(name.encode() in self.source for name in names)

    def _nodes(self) -> tuple[Node | None, Node | None]:
        """Return the root of the tree, and the node that the text is; None in damaged text.

        There is no tree either where that takes the parser more steps alone than the whole file did.
        """
        if self._context is not None:
            found = self._in_context(self._context)
            if found is not None:
                return found
            self._read_alone()
        parsed = self._parsed
        root = parsed.root if parsed is not None else None
        if parsed is None or root is None:
            try:
                root, parsed, self._at = self.reader.parse_alone(self.source, self.kind, is_header=self.is_header)
            except TooLargeError:
                return None, None
            self._parsed = parsed
        if root.has_error:
            return root, None
        node = parsed.nodes.get(self._at)
        if node is not None and node.type == self.kind:
            return root, node
        start = self._at + len(self.source) - len(self.source.lstrip())
        if self.reader.following:
            end = root.end_byte if self.is_header else self._at + len(self.source)
            return root, _node_from(root, self.kind, (start, end))
        return root, _node_at(root, self.kind, (start, self._at + len(self.source)), self.reader.attached)

    def _in_context(self, context: bytes) -> tuple[Node, Node] | None:
        """Return the root of the file's tree, and the node that the text is; None where that is damaged."""
        parsed = self._parsed
        if parsed is None or parsed.root is None:
            _, parsed = self.reader.parse_context(context)
            self._parsed = parsed
        root, node = parsed.root, parsed.nodes.get(self._at)
        if root is None:
            return None
        if node is None or node.type != self.kind:
            start = self._at + len(self.source) - len(self.source.lstrip())
            node = _node_at(root, self.kind, (start, self._at + len(self.source)), self.reader.attached)
        return None if node is None or node.has_error else (root, node)

    def _lead(self, node: Node) -> list[Node]:
        """Return what is attached to a node: what stands before it in the text."""
        found: list[Node] = []
        before = node.prev_named_sibling if self.reader.attached else None
        while before is not None and before.start_byte >= self._at:
            if before.kind_id in self.reader.attached:
                found.append(before)
            elif not before.is_extra:
                break
            before = before.prev_named_sibling
        return found[::-1]

    def _decorators(self, node: Node, captures: Captures) -> list[Node]:
        """Return what the row calls decorators and stands in a definition before its name, among its modifiers too."""
        if not self.reader.decorators or "name" not in captures:
            return []
        start = captures["name"][0].start_byte
        found: list[Node] = []
        waiting = [node]
        while waiting:
            for child in waiting.pop().named_children:
                if child.start_byte >= start:
                    break
                if child.kind_id in self.reader.decorators and child.start_byte >= self._at:
                    found.append(child)
                elif child.end_byte > start or child.type == MODIFIERS:
                    waiting.append(child)
        return sorted(found, key=lambda one: one.start_byte)

    def _tail(self, node: Node) -> list[Node]:
        """Return what belongs to a node and stands behind it in the text: the body of a here-document."""
        found: list[Node] = []
        after = node.next_named_sibling if self.reader.following else None
        while after is not None and after.kind_id in self.reader.following:
            if after.start_byte >= self._at + len(self.source):
                break
            found.append(after)
            after = after.next_named_sibling
        return found

    def _write(self) -> Normal:
        root, node = self._nodes()
        if root is None:
            normal = Normal()
            normal.entries.append(RAW + without_nul(" ".join(self.source.decode("utf-8", "replace").split())))
            return normal
        if node is None:
            normal = self.reader.normaliser.write(root.children)
            # what the parser put in for what is missing makes damaged text look whole
            normal.entries += (f"{RAW}missing {kind}" for kind in missing_kinds(root))
            return normal
        captures = self._captures(node)
        roles = {captured.id: role for role in _ROLES for captured in captures.get(role, ())}
        if self.is_header:
            roles.update(
                (body.id, "")
                for key in ("container", "module", "object", "tests", "flat")
                for body in captures.get(key, ())
            )
            if "header" in captures:  # the body begins with part of it
                end = captures["header"][0].end_byte
                for body in (one for key in ("container", "module", "flat") for one in captures.get(key, ())):
                    roles.pop(body.id, None)
                    roles.update((child.id, "") for child in body.children if child.start_byte >= end)
        if self.part >= 0:
            held = [one["part"][0] for one in self.reader.query.ways(node) if "part" in one]
            parts = sorted({one.start_byte for one in held})
            roles.update((one.id, "") for one in held if parts.index(one.start_byte) != self.part)
        for body in captures.get("body", ()):
            first = next((child for child in body.named_children if not child.is_extra), None)
            if first is not None and self.reader.query.matches("docstring", first):
                roles[first.id] = "docstring"
        nodes = [*self._lead(node), node, *self._tail(node)]
        is_in_context = self.reader.is_in_context
        return self.reader.normaliser.write(nodes, roles, is_whole=not is_in_context, is_in_context=is_in_context)

    def node(self) -> Node | None:
        """Return the node that the text is; None in damaged text."""
        return self._nodes()[1]

    def written(self, node: Node) -> bytes:
        """Return the text of a node in it as it stands in the file, whatever the parser was given for it."""
        return self.source[node.start_byte - self._at : node.end_byte - self._at]

    def captures(self) -> Captures:
        """Return what the query file captures in the definition; nothing in damaged text."""
        return self._captures(self._nodes()[1])

    def _captures(self, node: Node | None) -> Captures:
        if node is None or self._parsed is None:
            return {}
        key = self._at, len(self.source), self.kind, self.name
        found = self._parsed.captures.get(key)
        if found is None:
            found = self._parsed.captures[key] = self._captured(node)
        return found

    def _captured(self, node: Node) -> Captures:
        # what a part of a statement is (one of several constants) the statement says
        around = node.parent
        for one in (node, around, around.parent if around is not None else None):
            for captures in self.reader.query.ways(one) if one is not None else ():
                if one is not node and not any(node == part for parts in captures.values() for part in parts):
                    continue  # another part's
                if not self.name or self.name in map(self.reader.normaliser.name, captures.get("name", ())):
                    lead = self._lead(node)
                    lead += (each for each in self._decorators(one or node, captures) if each not in lead)
                    return {**captures, "decorator": [*lead, *captures.get("decorator", ())]} if lead else captures
        return {}

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called."""
        root, node = self._nodes()
        return self.reader.normaliser.calls(node or root) if root is not None else frozenset()

    @property
    def statements(self) -> tuple[str, ...]:
        """A digest for each statement of the body, in preorder; what stands in an inner one is left out of the outer.

        The definition itself and its docstring are no statements of it. What has no body is all body.
        """
        return tuple([intern(digest(own)) for _, own in self._statements()])

    @property
    def statement_leaves(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """For each of `statements` the number of the one around it (-1: none) and its own leaf texts."""
        return tuple((outer, tuple(leaves(own))) for outer, own in self._statements())

    def _statements(self) -> Iterator[tuple[int, list[str]]]:
        """Yield for each statement of the body the number of the one around it (-1: none) and its own entries."""
        normal = self.normal
        entries, ranges = normal.entries, normal.statements
        bodies = normal.roles.get("body")
        first = bodies[0][0] if bodies else 0
        docstrings = normal.roles.get("docstring", ())
        around: list[tuple[int, int]] = []  # number and end of the statements that are still open
        number = 0
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
            while around and around[-1][1] <= start:
                around.pop()
            yield around[-1][0] if around else -1, own + entries[at:end]
            around.append((number, end))
            number += 1


def damaged_text(reader: Reader, source: bytes) -> SourceText:
    """Return text that no statement is."""
    return SourceText(reader, source, "ERROR")


def _node_at(root: Node, kind: str, span: tuple[int, int], attached: frozenset[int]) -> Node | None:
    """Return the node of `kind` that begins and ends where `span` says; None where there is none.

    White space aside, and what is attached to it.
    """
    start, end = span
    if not root.start_byte <= start < end <= root.end_byte:
        return None
    if attached:
        first = root.descendant_for_byte_range(start, start + 1)
        while first is not None and first.parent is not None and first.parent.parent is not None:
            if first.parent.start_byte < start:
                break
            first = first.parent
        while first is not None and (first.kind_id in attached or first.is_extra) and first.next_named_sibling:
            first = first.next_named_sibling
            start = first.start_byte
    node = root.descendant_for_byte_range(start, end)
    while node is not None and node.type != kind:
        node = node.parent
    if node is None or node.start_byte == start:
        return node
    return None if (node.text or b"")[: start - node.start_byte].strip() else node  # some begin with white space


def _node_from(root: Node, kind: str, span: tuple[int, int]) -> Node | None:
    """Return the outermost node of `kind` that begins where `span` says and does not go beyond it."""
    start, end = span
    node = root.descendant_for_byte_range(start, start + 1)
    found = None
    while node is not None and node.start_byte == start and node.end_byte <= end:
        found = node if node.type == kind else found
        node = node.parent
    return found
