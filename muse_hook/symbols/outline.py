"""Reads the statements of a syntax tree: what they define, under which conditions, and what no symbol holds."""

from __future__ import annotations

from muse_hook.symbols.definition import IMPLIED, ClassStatement, Definition, Import
from muse_hook.symbols.reader import TooLargeError
from muse_hook.symbols.source import SourceText
from muse_hook.symbols.statement import ClassParts, Context, KnownStatement, Statement, SymbolEntry
from muse_hook.symbols.tokens import CLOSE, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

    from muse_hook.symbols.query import Captures, Match, Pattern
    from muse_hook.symbols.reader import Parsed, Reader

    Heading = tuple[int, str]
    """A heading's level and name."""

# Blocks and classes inside each other that are looked into; what is deeper is part of what stands here.
MAX_DEPTH = 100

# Captures that are the body of what holds members, and what stands in it.
BODIES = {"container": "class", "module": "module", "object": "class", "tests": "test", "flat": "class"}

# What a definition is called that stands in a class.
_IN_CLASS = {"function": "method", "variable": "attribute"}


_HELD = frozenset(BODIES)

# Captures whose name is more than a word.
_WHOLE_NAMES = frozenset(
    ("title", "name.spelled", "name.until", "name.key", "name.path", "name.words", "name.selector")
)

# Imports that are remembered, by their text: most of a file's are another's, too.
REMEMBERED_IMPORTS = 5_000
_imports: dict[Reader, dict[bytes, KnownStatement]] = {}

# Of a class with a longer one every member's address would be as long.
MAX_NAME = 4096


class Outline:
    """Reads statements of one source.

    Captures of the query file: `@definition.<kind>` is what a symbol's content is, `@name` its name or `@names` a
    target with names in it; with `@container` it is a class, whose body that is. `@scope.<label>` is a block whose
    definitions count as if they stood outside, under the condition `@guard`. `@import.from`, `@import.of`,
    `@import.as`, `@import.all` are the parts of an import. `@async` says so, `@parent` names the class that a
    definition outside of it belongs to.

    More of them, which docs/languages.md explains: `@declaration` stands in a wrapper, `@part` is one of several in a
    statement, `@module` and `@object` are bodies beside `@container`, `@through` is a block without a condition,
    `@header` what it begins with, `@within` a name that is no symbol, `@name.before` the beginning of a
    name, `@title` the name of a test, `@import.tree` an import that nests. Of text: `@name.spelled` is a name as it is
    written, `@name.until` what it stands before, `@name.key` a name with white space, `@name.path` one behind those of
    its classes, `@unscoped` stands beside one that no class or namespace holds, `@flat` is a body whose members are
    named by themselves, `@heading.<level>` a heading, a class with all that stands below it, `@name.words` are words
    that dots join, `@name.selector` what ends in its colon of several.

    `is_ragged` tells whether the statements of any block looked into began at different columns, `is_dangling` whether
    something that belongs to the statement after it has none. What begins at `limit` or behind it, in the body of a
    class, is left out.
    """

    def __init__(self, reader: Reader, source: bytes, parsed: Parsed | None) -> None:
        self._reader = reader
        self._parsed = parsed
        self._query = reader.query
        self._name = reader.normaliser.name
        self._source = source
        in_file = reader.is_in_context or reader.is_whole
        self._is_own_tree = parsed is not None and not (parsed.is_respelled or in_file)
        self._is_plain = parsed is not None  # undamaged: what stands there is what the grammar says
        self._imports = _imports.setdefault(reader, {})
        self._space, self._begins, self._column = b"", True, 0  # before the last statement on its line
        self._headings: dict[int, Heading] = {}  # by where the statement begins
        self.is_ragged = self.is_dangling = False
        self.limit = len(source)

    def statements(self, nodes: Iterable[Node], context: Context | None = None) -> list[Statement]:
        """Return the statements among nodes that stand side by side; comments are none."""
        context = context or Context()
        found = self._flat(nodes, context)
        return self._sections(found, context) if self._query.has_headings else found

    def under_headings(self, nodes: Iterable[Node]) -> tuple[list[Statement], dict[int, Heading]]:
        """Return the statements of a text, those under headings beside these, and the headings by where they begin."""
        return self._flat(nodes, Context()), self._headings

    def sectioned(self, found: Sequence[Statement], headings: dict[int, Heading]) -> list[Statement]:
        """Return what `statements` returns, of what `under_headings` returned for the parts of the source."""
        self._headings = headings
        return self._sections(found, Context())

    def _flat(self, nodes: Iterable[Node], context: Context) -> list[Statement]:
        reader, statement_of = self._reader, self._statement
        attached, dropped, hollow, has_parts_below = (
            reader.attached, reader.dropped, reader.hollow, self._query.has_parts_below,
        )  # fmt: skip
        found: list[Statement] = []
        first: Node | None = None
        whole: tuple[Node, Node | None] = (None, None)  # type: ignore[assignment] # of the last one found
        outside = context
        above: list[tuple[int, Context]] = []  # the headings above: their levels, and where what follows them stands
        for node in self._unsectioned(nodes) if reader.sections else nodes:
            if not node.is_named or node.is_extra or (dropped and node.kind_id in dropped):
                if found and node.kind_id in reader.following:
                    found[-1] = statement_of(whole[0], context, whole[1], node)
                continue
            if hollow and node.kind_id in hollow and not any(not one.is_extra for one in node.named_children):
                continue
            if attached and node.kind_id in attached:
                first = first or node
                continue
            whole = (node, first)
            found.append(statement_of(node, context, first))
            first = None
            if has_parts_below and found[-1].start in self._headings:
                level, name = self._headings[found[-1].start]
                above = [one for one in above if one[0] < level]
                holder = above[-1][1] if above else outside
                context = holder.inside(f"{holder.parent}.{name}" if holder.parent else name)
                above.append((level, context))
        self.is_dangling = self.is_dangling or first is not None
        columns = [one.column for one in found if one.begins_line]
        if columns and columns.count(columns[0]) < len(columns):
            self.is_ragged = True
        return found

    def _unsectioned(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """Yield nodes, in the place of a section what stands in it: a grammar may see some of the headings only."""
        for node in nodes:
            if node.kind_id in self._reader.sections:
                yield from self._unsectioned(node.named_children)
            else:
                yield node

    def _sections(self, found: Sequence[Statement], context: Context) -> list[Statement]:
        """Return statements, each heading with what stands below it, up to the next one of its level, as a class."""
        out: list[Statement] = []
        index = 0
        while index < len(found):
            statement = found[index]
            index += 1
            level, name = self._headings.get(statement.start, (0, ""))
            first = index
            while name and index < len(found) and not 0 < self._headings.get(found[index].start, (0, ""))[0] <= level:
                index += 1
            out.append(self._section(statement, found[first:index], name, context) if name else statement)
        return out

    def _section(self, heading: Statement, below: Sequence[Statement], name: str, context: Context) -> Statement:
        """Return the class of a heading, with the lines up to that of the next one."""
        qualified = f"{context.parent}.{name}" if context.parent else name
        if len(qualified) > MAX_NAME:
            raise TooLargeError
        inner = self._sections(below, context.inside(qualified))
        for one in inner:
            one.close()
        end = _through_blank_lines(self._source, inner[-1].end if inner else heading.end)
        entry = SymbolEntry(qualified, name, "class", context.parent, (heading.start, end), None)
        section = Statement(heading.start, end, heading.column)
        section.begins_line = heading.begins_line
        header = heading.tree[0]
        if isinstance(header, SourceText):
            section.opened = ClassParts(entry, header, context.guards, inner)
        return section

    def _statement(self, node: Node, context: Context, first: Node | None, last: Node | None = None) -> Statement:
        """Return what a node is; `first` and `last` are what belongs to it before and behind it, None for nothing."""
        start = node.start_byte if first is None else first.start_byte
        source = self._source
        line = source.rfind(b"\n", 0, start) + 1
        begins_line, column = True, 0
        if line < start:
            space = source[line:start]
            if space != self._space:  # that of its siblings, mostly
                self._space, self._begins = space, space.isspace()
                self._column = indentation(space) if self._begins else start - line
            begins_line, column = self._begins, self._column
        end = self.end_of(node) if last is None else last.end_byte
        statement = Statement(start, end, column)
        statement.begins_line = begins_line
        imports = self._imports
        is_import = line == start and node.kind_id in self._query.imports and not last and self._is_alike(context)
        if is_import and (known := imports.get(source[start:end])) is not None:
            known.again(statement)
            return statement
        if self._is_plain and last is None and context.depth < MAX_DEPTH and context.role != "test":
            named = self._query.named(node)
            if named is not None:
                self._define_named(statement, line if begins_line else start, node, named, context)
                return statement
        matches = self._query.structure(node) if context.depth < MAX_DEPTH else []
        if context.role == "test":
            matches = [one for one in matches if one[0].defines == "test"]
        if self._query.has_whole_names:
            matches = self._with_whole_names(matches, start)
        # the white space before it belongs to a statement: what its text means hangs on it
        begins = line if begins_line else start
        text = self._source_text(begins, end, node.type)
        if self._parsed is not None:
            self._parsed.nodes[begins] = node
        is_looked_into = False
        if matches:
            scopes = [one for one in matches if one[0].scope] if len(matches) > 1 or matches[0][0].scope else ()
            is_looked_into = bool(scopes) and self._look_into(statement, scopes, context)
            if not is_looked_into and len(scopes) < len(matches):
                rest = [one for one in matches if not one[0].scope] if scopes else matches
                self._define(statement, text, rest, context)
        if statement.opened is None:
            statement.tree = (text,)
            if not statement.entries and (context.is_class_body or not is_looked_into):
                statement.plain = (ClassStatement(context.guards, text),)
                statement.unowned = statement.tree
                statement.is_docstring = context.is_class_body and bool(self._query.matches("docstring", node))
        if is_import and statement.opened is None:
            if len(imports) >= REMEMBERED_IMPORTS:
                imports.clear()
            imports[text.source] = KnownStatement(statement)
        return statement

    def _define_named(
        self, statement: Statement, begins: int, node: Node, named: tuple[Node, str, bool], context: Context
    ) -> None:
        """Note a definition with a name (see `Query.named`), as `_define` would."""
        node_name, kind, is_async = named
        text = self._source_text(begins, statement.end, node.type)
        if self._parsed is not None:
            self._parsed.nodes[begins] = node
        if context.is_class_body:
            kind = _IN_CLASS.get(kind, kind)
        if is_async:
            kind = f"async_{kind}"
        name, parent = self._name(node_name), context.parent
        qualified = f"{parent}.{name}" if parent else name
        if len(qualified) > MAX_NAME:
            raise TooLargeError
        definition = Definition(name, text, context.guards)
        rows = statement.start, statement.end
        statement.entries = [SymbolEntry(qualified, name, kind, parent, rows, definition)]
        statement.tree = (text,)

    def _is_alike(self, context: Context) -> bool:
        """Whether what stands there says the same in every file: undamaged, and under no condition."""
        return self._is_own_tree and not context.depth and context.role == "file" and not context.guards

    def _with_whole_names(self, matches: list[Match], start: int) -> list[Match]:
        """Return the matches that have a name; a heading, which begins at `start`, is noted."""
        matches = [one for one in matches if _WHOLE_NAMES.isdisjoint(one[1]) or self._whole_name(one[1])]
        if matches and matches[0][0].level:
            self._headings[start] = (matches[0][0].level, self._spelled(matches[0][1]))
            return []
        if any("name.key" in captures for _, captures in matches):  # a block that has a name is no mere block
            return [one for one in matches if not one[0].scope]
        return matches

    def _source_text(self, start: int, end: int, kind: str, *, is_header: bool = False) -> SourceText:
        """Return the text of a whole statement or header, which has the same tree here as when parsed alone."""
        source = self._source
        if is_header:
            return SourceText(self._reader, source[start:end], kind, "", self._parsed, start, source, is_header=True)
        return SourceText(self._reader, source[start:end], kind, "", self._parsed, start, source)

    def end_of(self, node: Node) -> int:
        """Return where a node ends, without comments that the grammar counts to its last block."""
        start, end = node.start_byte, node.end_byte
        if self._parsed is None or self._source[end - 1 : end] == b"\n":  # not closed, or a line of a preprocessor
            end = start + len(self._source[start:end].rstrip())
        while end > start:
            last = node.descendant_for_byte_range(end - 1, end)
            if last is None or not last.is_extra:
                break
            end = start + len(self._source[start : last.start_byte].rstrip())
        if self._reader.ends_lines:
            end = start + len(self._source[start:end].rstrip())
        return end

    def scope(self, pattern: Pattern, captures: Captures, context: Context) -> tuple[Context, str]:
        """Return where the statements of a block stand, and what it begins with: its label and conditions."""
        condition = self._reader.normaliser.write_list([*captures.get("guard", ()), *captures.get("header", ())])
        guard = "\0".join((pattern.scope, *condition))
        if "within" in captures:
            return context.within(self._joined(captures["within"])), guard
        return context.under(None if pattern.scope == "through" else guard), guard

    def _look_into(self, statement: Statement, scopes: Sequence[Match], context: Context) -> bool:
        """Take over what the blocks of a compound statement define, and what of them no symbol holds.

        Returns whether it is one: an object that defines nothing is a plain value.
        """
        entries: list[SymbolEntry] = []
        plain: list[ClassStatement] = []
        unowned: list[SourceText | str] = []
        for pattern, captures in scopes:
            block = captures[pattern.scope][0]
            inside, guard = self.scope(pattern, captures, context)
            said = {node.id for name in ("guard", "header") for node in captures.get(name, ())}
            nodes = [block] if "alone" in captures else [one for one in block.named_children if one.id not in said]
            inner = self.statements(nodes, inside)
            for one in inner:
                one.close()
            if "within" in captures and not any(one.entries for one in inner):
                return False
            left = [part for one in inner for part in one.unowned]
            if left or "header" in captures:
                unowned += (OPEN + guard, *left, CLOSE)
            for one in inner:
                entries += one.entries
                plain += one.plain
        statement.entries, statement.plain, statement.unowned = entries, plain, unowned
        return True

    def _define(self, statement: Statement, text: SourceText, matches: list[Match], context: Context) -> None:
        """Note what a simple statement or a definition defines; the first pattern that knows a name decides."""
        entries: dict[str, SymbolEntry] = {}
        members: list[SymbolEntry] = []
        whole = (statement.start, statement.end)
        parts: Sequence[int] = ()
        if self._query.has_parts:
            parts = sorted({captures["part"][0].start_byte for _, captures in matches if "part" in captures})
        for number, (pattern, captures) in enumerate(matches, 1):
            target = captures[pattern.definition][0]
            if not _HELD.isdisjoint(captures):
                body = next(key for key in BODIES if key in captures)
                if body == "tests" and number < len(matches) and not self._has_tests(captures[body][0]):
                    continue
                opened = self.open(captures, pattern.defines, (whole[0], target), context)
                # what holds none is plain: an object, a test that another pattern knows as well
                is_plain = body == "object" or (body == "tests" and number < len(matches))
                if not is_plain or any(one.entries for one in opened.statements):
                    if len(parts) <= 1:
                        statement.opened = opened
                        return
                    members += (entry for one in opened.statements for entry in one.entries)
                continue
            if context.is_class_body and (pattern.is_import or "outside" in captures):
                continue  # a plain statement of its class
            is_shared = len(matches) > 1 and "body" in captures
            is_target = target.type != text.kind
            part = parts.index(captures["part"][0].start_byte) if len(parts) > 1 and "part" in captures else -1
            rows = (target.start_byte, self.end_of(target)) if is_target else whole
            if pattern.is_import:
                found = self._imported(captures, pattern.defines, rows, context)
            else:
                own = captures["part"][0] if part >= 0 else None
                place = (own.start_byte, own.end_byte) if own is not None else rows
                found = self._named(captures, pattern.defines, place, context)
            for entry in found:
                if entries.setdefault(entry.qualified_name, entry) is entry and entry.definition is None:
                    shown = text
                    if is_shared or is_target or part >= 0:
                        start, end = rows
                        line = self._source.rfind(b"\n", 0, start) + 1
                        start = line if self._source[line:start].isspace() else start
                        name = entry.name if is_shared else ""
                        source = self._source
                        # a whole statement has the same tree here as when parsed alone
                        parsed = self._parsed if not is_target and part < 0 else None
                        shown = SourceText(
                            self._reader, source[start:end], target.type, name, parsed, start, source, part=part
                        )
                    entry.definition = Definition(entry.name, shown, context.guards)
        for entry in members:
            entries.setdefault(entry.qualified_name, entry)
        made = entries.values()
        statement.entries = sorted(made, key=lambda entry: entry.first) if len(made) > 1 else [*made]

    def _has_tests(self, body: Node) -> bool:
        """Whether tests stand in the body of one: reading the statements of one without takes three times as long."""
        words, text = self._query.test_words, body.text or b""
        return any(word in text for word in words) and any(
            pattern.defines == "test" for node in body.named_children for pattern, _ in self._query.structure(node)
        )

    def _named(self, captures: Captures, kind: str, rows: tuple[int, int], context: Context) -> list[SymbolEntry]:
        """Return the entries of the names that a match defines, their definitions still missing."""
        is_unscoped = "unscoped" in captures
        if context.is_class_body and not is_unscoped:
            kind = _IN_CLASS.get(kind, kind)
        if "async" in captures:
            kind = f"async_{kind}"
        parent = "" if is_unscoped else self._parent(captures, context)
        holders: Sequence[SymbolEntry] = ()
        if not _WHOLE_NAMES.isdisjoint(captures):
            path = self._whole_name(captures)
            holders = _holders(path[:-1], parent, rows)
            parent = holders[-1].qualified_name if holders else parent
            names: Iterable[str] = path[-1:]
        else:
            names = [self._name(one) for one in captures.get("name") or self._query.names(captures["names"][0])]
        first = "".join(map(self._name, captures["name.before"])) if "name.before" in captures else ""
        before = f"{parent}." if parent else ""
        entries = []
        for last in names:
            name = first + last
            qualified = before + name
            if len(qualified) > MAX_NAME:
                raise TooLargeError
            entries.append(SymbolEntry(qualified, name, kind, parent, rows, None))
        return [*holders, *entries] if holders else entries

    def _parent(self, captures: Captures, context: Context) -> str:
        """Return the class that a definition belongs to: the one around it, or `@parent` in that."""
        if "parent" not in captures:
            return context.parent
        parent = self._joined(captures["parent"])
        if not context.parent or (context.is_class_body and context.parent.rpartition(".")[2] == parent):
            return context.parent or parent
        return f"{context.parent}.{parent}"

    def open(self, captures: Captures, kind: str, where: tuple[int, Node], context: Context) -> ClassParts:
        """Return a class: its header, and the statements of its body; `where` it begins, and its node."""
        start, target = where
        parent = context.parent
        before: list[str] = []
        if _WHOLE_NAMES.isdisjoint(captures):
            name = self._joined(captures["name"])
        else:
            *before, name = self._whole_name(captures)
            parent = ".".join((parent, *before) if parent else before)
        qualified = f"{parent}.{name}" if parent else name
        if len(qualified) > MAX_NAME:
            raise TooLargeError
        role = next(key for key in BODIES if key in captures)
        body = captures[role][0]
        nodes = body.named_children
        last: Node | None
        if "header" in captures:  # the body begins with part of the header
            last = captures["header"][0]
            nodes = [one for one in nodes if one.start_byte >= captures["header"][0].end_byte]
        else:
            last = body.prev_sibling
        if self.limit < len(self._source):
            nodes = [one for one in nodes if one.start_byte < self.limit]
        while last is not None and last.is_extra:
            last = last.prev_sibling
        end = last.end_byte if last is not None else body.start_byte
        if role in {"object", "tests"}:
            # the statement may go on behind it (`as const`, a bracket): its header is all of it, the body empty
            source, last_byte = self._source, self.end_of(target)
            around = source[start : body.start_byte] + b"{}" + source[body.end_byte : last_byte]
            header = SourceText(self._reader, around, target.type)
        else:
            header = self._source_text(start, end, target.type, is_header=True)
        inside = (
            Context("", (), context.depth + 1, "class") if role == "flat" else context.inside(qualified, BODIES[role])
        )
        inner = self.statements(nodes, inside)
        rows = (start, self.end_of(target))
        for one in inner:
            if one.opened is not None:
                one.close()
        entry = SymbolEntry(qualified, name, kind, parent, rows, None)
        parts = ClassParts(entry, header, context.guards, inner, f"{role} {body.type}")
        if parent != context.parent:
            parts.holders = _holders(before, context.parent, rows)
        return parts

    def _title(self, captures: Captures) -> str:
        """Return what a test is called, in single spaces; what is no plain string is as it is written."""
        node = captures["title"][0]
        text = self._name(node) if not node.named_children or "string" in node.type.partition("_")[0] else ""
        if not text or node.type.startswith("template"):
            text = (node.text or b"").decode(errors="backslashreplace").strip("`\"'")
        return " ".join(text.split())

    def _whole_name(self, captures: Captures) -> list[str]:
        """Return a name that may have white space in it, behind the names of what it stands in; nothing for no name."""
        if "title" in captures:
            found = [self._title(captures)]
        elif "name.key" in captures:
            found = [self._name(captures["name.key"][0])]
        elif "name.words" in captures:
            found = [".".join(map(self._name, captures["name.words"]))]
        elif "name.selector" in captures:
            found = [self._selector(captures["name.selector"])]
        elif "name.path" in captures:
            found = [self._name(node) for node in _path(captures["name.path"][0])]
        else:
            found = [self._spelled(captures)]
        return found if found[-1] else []

    def _selector(self, nodes: list[Node]) -> str:
        """Return a name of several words (`insert:at:`); behind its last colon, or its only word, stand macros."""
        words = [self._selector_word(one) for one in nodes]
        whole = "".join(words)
        return whole[: whole.rfind(":") + 1] or words[0]

    def _selector_word(self, node: Node) -> str:
        word, colon, _ = (node.text or b"").partition(b":")
        word = word.strip()
        if word.isascii() and word.replace(b"_", b"").isalnum():  # else comments, or a macro's call
            return (word + colon).decode()
        return "".join("".join(self._name(node).partition(":")[:2]).split())

    def _spelled(self, captures: Captures) -> str:
        """Return a name as it is written, in single spaces: a node, or what stands before one in the definition."""
        spelled = self._reader.normaliser.spelled
        if "name.until" in captures:
            until = captures["name.until"][0]
            whole = next(nodes[0] for key, nodes in captures.items() if key.startswith("definition."))
            return spelled(whole, until.start_byte)
        return " ".join(map(spelled, captures.get("name.spelled", ())))

    def _joined(self, nodes: list[Node] | None) -> str:
        """Return the name that a capture is, without white space; "" where nothing was captured."""
        if not nodes:
            return ""
        name = self._name(nodes[0])
        return name if name.isidentifier() else "".join(name.split())

    def _path(self, nodes: list[Node] | None) -> str:
        """Return a path, whose parts may stand side by side; the grammar may count the last separator to it."""
        return "".join("".join(self._name(node).split()) for node in nodes or ()).rstrip(".")

    def _imported(self, captures: Captures, kind: str, rows: tuple[int, int], context: Context) -> list[SymbolEntry]:
        """Return the entries of the names that an import binds."""
        if "import.tree" in captures:
            bound = list(self._tree(captures["import.tree"][0], ""))
        else:
            module, of, alias = map(self._joined, map(captures.get, ("import.from", "import.of", "import.as")))
            bound = [(module, "*" if "import.all" in captures else of, alias)]
        entries = []
        for module, of, alias in bound:
            name = f"*:{module}" if of == "*" and not alias else alias or of
            definition = Import((module, of, alias), context.guards)
            entries.append(SymbolEntry(f"import::{name}", name, kind, "", rows, definition))
        return entries

    def _tree(self, node: Node, path: str) -> Iterator[tuple[str, str, str]]:
        """Yield module, name and alias of each name that an import binds whose parts nest."""
        separator = str(self._reader.language.row.get("separator", "."))

        def under(name: str) -> str:
            return separator.join(part for part in (path, name) if part)

        for captures in self._query.captures("tree", node)[:1]:
            module = under(self._path(captures.get("tree.from")))
            of, alias = self._joined(captures.get("tree.of")), self._joined(captures.get("tree.as"))
            for one in captures.get("tree.each", ()):
                yield from self._tree(one, module)
            if "tree.all" in captures:
                yield module, "*", ""
            elif "tree.self" in captures:
                yield (*_parted(module, separator), alias)
            elif "tree.path" in captures:  # a path whose last part is the name
                yield (*_parted(under(self._path(captures["tree.path"])), separator), alias)
            elif of:
                yield module, of, alias


def _parted(path: str, separator: str) -> tuple[str, str]:
    """Return a path up to its last part, and that part."""
    module, _, of = path.rpartition(separator)
    return module, of


def _holders(names: Sequence[str], parent: str, rows: tuple[int, int]) -> list[SymbolEntry]:
    """Return the classes that a path implies, in a class `parent` ("": none)."""
    found: list[SymbolEntry] = []
    for name in names:
        qualified = f"{parent}.{name}" if parent else name
        found.append(SymbolEntry(qualified, name, "class", parent, rows, IMPLIED))
        parent = qualified
    return found


def _path(node: Node) -> list[Node]:
    """Return the parts of a path, in whose first part others may stand."""
    found: list[Node] = []
    first: Node | None = node
    while first is not None and first.type == node.type and first.named_children:
        first, *rest = [one for one in first.named_children if not one.is_extra]
        found[:0] = rest
    return [first, *found] if first is not None else found


def _through_blank_lines(source: bytes, at: int) -> int:
    """Return where the lines end that have nothing in them behind the one that `at` stands in."""
    end = source.find(b"\n", at)
    while end >= 0 and (after := source.find(b"\n", end + 1)) >= 0 and not source[end + 1 : after].strip():
        end = after
    return max(end, at)


def indentation(space: bytes) -> int:
    """Return how far white space indents: tabs go to multiples of eight, a form feed back to nothing."""
    return len(space) if not space.strip(b" ") else len(space.rpartition(b"\f")[2].expandtabs(8))
