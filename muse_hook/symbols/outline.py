"""Reads the statements of a syntax tree: which symbols they define, under which conditions, and what is left over."""

from __future__ import annotations

from muse_hook.symbols.container import Header, Own
from muse_hook.symbols.definition import Definition, Import
from muse_hook.symbols.marks import CLOSE, OPEN
from muse_hook.symbols.piece import Piece
from muse_hook.symbols.statement import Class, Entry, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from muse_hook.symbols.definition import Guards
    from muse_hook.symbols.pattern import Captures
    from muse_hook.symbols.reader import Reader


class Outline:
    """Reads statements of one source.

    Captures of the query file: `@definition.<kind>` is what a symbol's content is, `@name` its name or `@names` a target
    with names in it; with `@container` it is a class, whose body that is. `@scope.<label>` is a block whose definitions
    count as if they stood outside, under the condition `@guard`. `@import.from`, `@import.of`, `@import.as`, `@import.all`
    are the parts of an import. `@async` says so, `@parent` names the class that a definition outside of it belongs to.

    `ragged` tells whether the statements of any block looked into began at different columns.
    """

    def __init__(self, reader: Reader, source: bytes) -> None:
        self._reader = reader
        self._query = reader.query
        self._source = source
        self.ragged = False

    def statements(
        self, nodes: Iterable[Node], parent: str = "", guards: Guards = (), *, inside: bool = False
    ) -> list[Statement]:
        """Return the statements among nodes (comments and the like are none); `inside` a class, whose name is `parent`."""
        found = [
            self.statement(node, parent, guards, inside=inside) for node in nodes if node.is_named and not node.is_extra
        ]
        if len({one.column for one in found if one.begins_line}) > 1:
            self.ragged = True
        return found

    def statement(self, node: Node, parent: str, guards: Guards, *, inside: bool) -> Statement:
        """Return the facts of one statement node."""
        start = node.start_byte
        line = self._source.rfind(b"\n", 0, start) + 1
        begins_line = start == line or self._source[line:start].isspace()
        column = _width(self._source[line:start]) if begins_line else start - line
        statement = Statement(start, self._end(node), column, begins_line=begins_line)
        matches = self._query.matches("structure", node)
        scopes = [(key, captures) for captures in matches for key in captures if key.startswith("scope.")]
        piece = self._piece(node)
        statement.is_docstring = bool(self._query.matches("docstring", node))
        if scopes:
            self._scoped(statement, scopes, parent, guards, inside=inside)
        else:
            self._defined(statement, node, piece, matches, parent=parent, guards=guards, inside=inside)
        if statement.opened is None and not statement.tree:
            statement.tree = [piece]
            if not statement.entries and (inside or not scopes):
                statement.own = [Own(guards, piece)]
                statement.residue = [piece]
        return statement

    def _piece(self, node: Node) -> Piece:
        """Return a node's text, with the white space before it on its line: what the text means hangs on it."""
        start, source = node.start_byte, self._source
        line = source.rfind(b"\n", 0, start) + 1
        if source[line:start].isspace():
            start = line
        return Piece(self._reader, source[start : self._end(node)], node.type)

    def _end(self, node: Node) -> int:
        """Return where a node ends, without comments that the grammar counts to its last block."""
        start, end = node.start_byte, node.end_byte
        while end > start:
            last = node.descendant_for_byte_range(end - 1, end)
            if last is None or not last.is_extra:
                break
            end = start + len(self._source[start : last.start_byte].rstrip())
        return end

    def _scoped(
        self,
        statement: Statement,
        scopes: list[tuple[str, Captures]],
        parent: str,
        guards: Guards,
        *,
        inside: bool,
    ) -> None:
        """Look into the blocks of a compound statement."""
        for key, captures in scopes:
            condition = self._reader.normaliser.write(captures.get("guard", [])).entries
            guard = "\0".join((key, *condition))
            inner = self.statements(captures[key][0].named_children, parent, (*guards, guard), inside=inside)
            residue = [part for one in inner for part in one.residue]
            if residue:
                statement.residue += (OPEN + guard, *residue, CLOSE)
            for one in inner:
                one.close()
                statement.entries += one.entries
                statement.own += one.own

    def _defined(
        self,
        statement: Statement,
        node: Node,
        piece: Piece,
        matches: list[Captures],
        *,
        parent: str,
        guards: Guards,
        inside: bool,
    ) -> None:
        """Note what a simple statement or a definition defines."""
        seen = set()
        for captures in matches:
            key = next(key for key in captures if key.startswith("definition."))
            kind, target = key[11:], captures[key][0]
            if "container" in captures:
                self._opened(statement, captures, target, parent=parent, guards=guards)
                return
            if inside and "body" not in captures:
                continue
            if any(part.startswith("import.") for part in captures):
                name, imported = self._imported(captures, guards)
                qualified = f"import::{name}"
                if qualified not in seen:
                    seen.add(qualified)
                    statement.entries.append(self._entry(qualified, name, kind, "", target, imported))
                continue
            if inside and kind == "function":
                kind = "method"
            if "async" in captures:
                kind = f"async_{kind}"
            owner = self._text(captures["parent"][0]) if "parent" in captures else parent
            own_piece = piece if target == node else self._piece(target)
            names = captures.get("name") or self._query.names(captures["names"][0])
            for name in map(self._text, names):
                if name not in seen:
                    seen.add(name)
                    qualified = f"{owner}.{name}" if owner else name
                    definition = Definition(name, own_piece, guards)
                    statement.entries.append(self._entry(qualified, name, kind, owner, target, definition))

    def _opened(self, statement: Statement, captures: Captures, target: Node, *, parent: str, guards: Guards) -> None:
        """Note a class: its header, and the statements of its body."""
        key = next(key for key in captures if key.startswith("definition."))
        name = self._text(captures["name"][0])
        qualified = f"{parent}.{name}" if parent else name
        body = captures["container"][0]
        roles = {node.id: role for role in ("decorator", "base", "name") for node in captures.get(role, ())}
        normal = self._reader.normaliser.write([target], {**roles, body.id: ""})
        header = Header(normal, tuple(map(self._reader.normaliser.shown, captures.get("base", ()))))
        inner = self.statements(body.named_children, qualified, inside=True)
        for one in inner:
            one.close()
        entry = self._entry(qualified, name, key[11:], parent, target, None)
        statement.opened = Class(entry, header, guards, inner)

    def _imported(self, captures: Captures, guards: Guards) -> tuple[str, Import]:
        """Return the name that an import binds, and what it says."""
        module, of, alias = (
            "".join(self._text(captures[key][0]).split()) if key in captures else ""
            for key in ("import.from", "import.of", "import.as")
        )
        if "import.all" in captures:
            return f"*:{module}", Import((module, "*", ""), guards)
        return alias or of, Import((module, of, alias), guards)

    def _text(self, node: Node) -> str:
        return self._reader.normaliser.name(node)

    def _entry(
        self, qualified: str, name: str, kind: str, parent: str, node: Node, definition: Definition | Import | None
    ) -> Entry:
        rows = (node.start_byte, self._end(node))
        return Entry(qualified, name, kind, parent=parent, rows=rows, definition=definition)


def _width(space: bytes) -> int:
    """Return how far white space indents: tabs go to multiples of eight, a form feed to nothing."""
    return len(space) if space.isspace() and not space.strip(b" ") else len(space.rpartition(b"\f")[2].expandtabs(8))
