"""Reads the statements of a syntax tree: what they define, under which conditions, and what no symbol holds."""

from __future__ import annotations

from muse_hook.symbols.definition import ClassStatement, Definition, Import
from muse_hook.symbols.source import SourceText
from muse_hook.symbols.statement import ClassParts, Context, Statement, SymbolEntry
from muse_hook.symbols.tokens import CLOSE, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from muse_hook.symbols.query import Captures, Match
    from muse_hook.symbols.source import Parsed, Reader

# Blocks and classes inside each other that are looked into; what is deeper is part of what stands here.
MAX_DEPTH = 100

# What a definition is called that stands in a class.
_IN_CLASS = {"function": "method", "variable": "attribute"}


class Outline:
    """Reads statements of one source.

    Captures of the query file: `@definition.<kind>` is what a symbol's content is, `@name` its name or `@names` a
    target with names in it; with `@container` it is a class, whose body that is. `@scope.<label>` is a block whose
    definitions count as if they stood outside, under the condition `@guard`. `@import.from`, `@import.of`,
    `@import.as`, `@import.all` are the parts of an import. `@async` says so, `@parent` names the class that a
    definition outside of it belongs to.

    `is_ragged` tells whether the statements of any block looked into began at different columns.
    """

    def __init__(self, reader: Reader, source: bytes, parsed: Parsed | None) -> None:
        self._reader = reader
        self._parsed = parsed
        self._query = reader.query
        self._name = reader.normaliser.name
        self._source = source
        self.is_ragged = False

    def statements(self, nodes: Iterable[Node], context: Context | None = None) -> list[Statement]:
        """Return the statements among nodes that stand side by side; comments are none."""
        context = context or Context()
        found = [self._statement(node, context) for node in nodes if node.is_named and not node.is_extra]
        columns = [one.column for one in found if one.begins_line]
        if columns and columns.count(columns[0]) < len(columns):
            self.is_ragged = True
        return found

    def _statement(self, node: Node, context: Context) -> Statement:
        start = node.start_byte
        line = self._source.rfind(b"\n", 0, start) + 1
        space = self._source[line:start]
        begins_line = not space or space.isspace()
        column = indentation(space) if begins_line else start - line
        end = self._end(node)
        statement = Statement(start, end, column, begins_line=begins_line)
        matches = self._query.matches("structure", node) if context.depth < MAX_DEPTH else []
        # the white space before it belongs to a statement: what its text means hangs on it
        begins = line if begins_line else start
        text = self._source_text(begins, end, node.type)
        if self._parsed is not None:
            self._parsed.nodes[begins] = node
        scopes = [(pattern.scope, captures) for pattern, captures in matches if pattern.scope]
        if scopes:
            self._look_into(statement, scopes, context)
        elif matches:
            self._define(statement, text, matches, context)
        if statement.opened is None:
            statement.tree = (text,)
            if not statement.entries and (context.is_class_body or not scopes):
                statement.plain = (ClassStatement(context.guards, text),)
                statement.unowned = statement.tree
                statement.is_docstring = context.is_class_body and bool(self._query.matches("docstring", node))
        return statement

    def _source_text(self, start: int, end: int, kind: str, *, is_header: bool = False) -> SourceText:
        """Return the text of a whole statement or header, which has the same tree here as when parsed alone."""
        source = self._source[start:end]
        return SourceText(
            self._reader, source, kind, is_header=is_header, parsed=self._parsed, at=start, context=self._source
        )

    def _end(self, node: Node) -> int:
        """Return where a node ends, without comments that the grammar counts to its last block."""
        start, end = node.start_byte, node.end_byte
        if self._parsed is None:  # what is not closed may end with white space
            end = start + len(self._source[start:end].rstrip())
        while end > start:
            last = node.descendant_for_byte_range(end - 1, end)
            if last is None or not last.is_extra:
                break
            end = start + len(self._source[start : last.start_byte].rstrip())
        return end

    def _look_into(self, statement: Statement, scopes: list[tuple[str, Captures]], context: Context) -> None:
        """Take over what the blocks of a compound statement define, and what of them no symbol holds."""
        entries: list[SymbolEntry] = []
        plain: list[ClassStatement] = []
        unowned: list[SourceText | str] = []
        for key, captures in scopes:
            condition = self._reader.normaliser.write_list(captures.get("guard", []))
            guard = "\0".join((key, *condition))
            inner = self.statements(captures[key][0].named_children, context.under(guard))
            left = [part for one in inner for part in one.unowned]
            if left:
                unowned += (OPEN + guard, *left, CLOSE)
            for one in inner:
                one.close()
                entries += one.entries
                plain += one.plain
        statement.entries, statement.plain, statement.unowned = entries, plain, unowned

    def _define(self, statement: Statement, text: SourceText, matches: list[Match], context: Context) -> None:
        """Note what a simple statement or a definition defines; the first pattern that knows a name decides."""
        entries: dict[str, SymbolEntry] = {}
        whole = (statement.start, statement.end)
        for pattern, captures in matches:
            target = captures[pattern.definition][0]
            if pattern.is_class:
                statement.opened = self._open(captures, pattern.defines, target, context)
                return
            if context.is_class_body and pattern.is_import:
                continue  # a plain statement of its class
            is_shared = len(matches) > 1 and "body" in captures
            is_part = target.type != text.kind
            rows = (target.start_byte, self._end(target)) if is_part else whole
            if pattern.is_import:
                found = [self._imported(captures, pattern.defines, rows, context)]
            else:
                found = self._named(captures, pattern.defines, rows, context)
            for entry in found:
                if entries.setdefault(entry.qualified_name, entry) is entry and entry.definition is None:
                    part = text
                    if is_shared or is_part:
                        start, end = rows
                        line = self._source.rfind(b"\n", 0, start) + 1
                        start = line if self._source[line:start].isspace() else start
                        name = entry.name if is_shared else ""
                        source = self._source
                        part = SourceText(self._reader, source[start:end], target.type, name, at=start, context=source)
                    entry.definition = Definition(entry.name, part, context.guards)
        made = entries.values()
        statement.entries = sorted(made, key=lambda entry: entry.first) if len(made) > 1 else [*made]

    def _named(self, captures: Captures, kind: str, rows: tuple[int, int], context: Context) -> list[SymbolEntry]:
        """Return the entries of the names that a match defines, their definitions still missing."""
        if context.is_class_body:
            kind = _IN_CLASS.get(kind, kind)
        if "async" in captures:
            kind = f"async_{kind}"
        parent = self._name(captures["parent"][0]) if "parent" in captures else context.parent
        names = map(self._name, captures.get("name") or self._query.names(captures["names"][0]))
        before = f"{parent}." if parent else ""
        return [SymbolEntry(before + name, name, kind, parent=parent, rows=rows, definition=None) for name in names]

    def _open(self, captures: Captures, kind: str, target: Node, context: Context) -> ClassParts:
        """Return a class: its header, and the statements of its body."""
        name = self._name(captures["name"][0])
        qualified = f"{context.parent}.{name}" if context.parent else name
        body = captures["container"][0]
        last = body.prev_sibling
        while last is not None and last.is_extra:
            last = last.prev_sibling
        end = last.end_byte if last is not None else body.start_byte
        header = self._source_text(target.start_byte, end, target.type, is_header=True)
        inner = self.statements(body.named_children, context.inside(qualified))
        for one in inner:
            one.close()
        rows = (target.start_byte, self._end(target))
        entry = SymbolEntry(qualified, name, kind, parent=context.parent, rows=rows, definition=None)
        return ClassParts(entry, header, context.guards, inner)

    def _joined(self, nodes: list[Node] | None) -> str:
        """Return the name that a capture is, without white space; "" where nothing was captured."""
        return "".join(self._name(nodes[0]).split()) if nodes else ""

    def _imported(self, captures: Captures, kind: str, rows: tuple[int, int], context: Context) -> SymbolEntry:
        """Return the entry of the name that an import binds."""
        module, of, alias = map(self._joined, map(captures.get, ("import.from", "import.of", "import.as")))
        if "import.all" in captures:
            name, definition = f"*:{module}", Import((module, "*", ""), context.guards)
        else:
            name, definition = alias or of, Import((module, of, alias), context.guards)
        return SymbolEntry(f"import::{name}", name, kind, parent="", rows=rows, definition=definition)


def indentation(space: bytes) -> int:
    """Return how far white space indents: tabs go to multiples of eight, a form feed back to nothing."""
    return len(space) if not space.strip(b" ") else len(space.rpartition(b"\f")[2].expandtabs(8))
