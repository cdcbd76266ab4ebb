"""The statements of a file, what each defines and what no symbol holds, and the segments of whole lines with them."""

from __future__ import annotations

from muse_hook.symbols.definition import ClassDefinition, Definition
from muse_hook.symbols.source import SourceText
from muse_hook.symbols.tokens import CLOSE, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import Symbol
    from muse_hook.symbols.definition import ClassStatement, Guards, Implied, Import
    from muse_hook.symbols.reader import Parsed

    # Start, role, statements, class, end of the last statement (of the last one of a class: of the class).
    Cut = tuple[int, str, Sequence["Statement"], "ClassParts | None", int]

ITEM, HEADER, MEMBER = "item", "header", "member"


class Context:
    """Where statements stand: in which class ("" for none) at which depth, and under which conditions in it.

    `role` is "file", "class", "module" (a class whose functions are no methods, and whose imports are imports) or
    "test" (a test that only tests are looked for in); `is_class_body` tells whether what stands there are members.
    """

    __slots__ = ("depth", "guards", "is_class_body", "parent", "role")

    def __init__(self, parent: str = "", guards: Guards = (), depth: int = 0, role: str = "") -> None:
        self.parent = parent
        self.guards = guards
        self.depth = depth
        self.role = role or ("class" if parent else "file")
        self.is_class_body = self.role == "class"

    def under(self, guard: str | None) -> Context:
        """Return the context of a block under a condition, None for no condition."""
        guards = self.guards if guard is None else (*self.guards, guard)
        return Context(self.parent, guards, self.depth + 1, self.role)

    def inside(self, name: str, role: str = "class") -> Context:
        """Return the context of the body of a class; the class's own conditions stay outside."""
        return Context(name, (), self.depth + 1, role)

    def within(self, name: str) -> Context:
        """Return the context of what stands behind a name that is no symbol: an object that is a value."""
        return Context(f"{self.parent}.{name}" if self.parent else name, self.guards, self.depth + 1, "class")


class SymbolEntry:
    """One definition: its address, its kind, where it stands (rows from the start of its segment), what it says.

    `symbol` is the one last made of it, which will do again where it stands on the same lines.
    """

    __slots__ = ("definition", "first", "kind", "last", "name", "parent", "qualified_name", "symbol")

    def __init__(  # noqa: PLR0917 - thousands are made, and Python passes by position in fewer steps than by name
        self,
        qualified_name: str,
        name: str,
        kind: str,
        parent: str,
        rows: tuple[int, int],
        definition: Definition | Import | ClassDefinition | Implied | None,
    ) -> None:
        self.qualified_name = qualified_name
        self.name = name
        self.kind = kind
        self.parent = parent
        self.first, self.last = rows
        self.definition = definition
        self.symbol: Symbol | None = None


class ClassParts:
    """A class before its parts are put together: its entry has no definition yet; inner classes have theirs.

    `holders` are the classes that its name implies, `body` says which sort of body it has: what its members are.
    """

    __slots__ = ("_made", "body", "entry", "guards", "header", "holders", "statements")

    def __init__(
        self, entry: SymbolEntry, header: SourceText, guards: Guards, statements: list[Statement], body: str = ""
    ) -> None:
        self.entry = entry
        self.header = header
        self.guards = guards
        self.statements = statements
        self.body = body
        self.holders: Sequence[SymbolEntry] = ()
        self._made: tuple[list[Segment], ClassDefinition] | None = None

    def definition(self, statements: Sequence[Statement]) -> ClassDefinition:
        """Return what the class says when these are the statements of its body."""
        inside = (e for s in statements for e in s.entries if e.parent == self.entry.qualified_name)
        members = [e.definition for e in inside if isinstance(e.definition, (Definition, ClassDefinition))]
        plain = [one for s in statements for one in s.plain]
        has_docstring = bool(statements) and statements[0].is_docstring
        return ClassDefinition(
            self.entry.name, self.header, self.guards, plain=plain, has_docstring=has_docstring, members=members
        )

    def definition_of(self, members: list[Segment]) -> ClassDefinition:
        """Return what the class says that has these segments in its body; the same object as long as they are."""
        if self._made is None or self._made[0] != members:
            self._made = (members, self.definition([statement for one in members for statement in one.statements]))
        return self._made[1]


class Statement:
    """The facts of one statement, whose bytes are `start` to `end`.

    `entries` are its definitions; `plain` what it is to a class that it stands in directly; `unowned` what of it no
    symbol holds (entries that open and close conditions, texts); `tree` its part of the whole tree. Of a class all that
    comes with `close`, until then it is in `opened`. `column` is where it begins, its indentation where it
    `begins_line`. `is_docstring` tells whether it would document a class whose first statement it is.
    """

    __slots__ = (
        "begins_line", "column", "end", "entries", "is_docstring", "opened", "plain", "start", "tree", "unowned",
    )  # fmt: skip

    def __init__(self, start: int, end: int, column: int) -> None:
        self.start = start
        self.end = end
        self.column = column
        self.begins_line = True
        self.is_docstring = False
        self.entries: Sequence[SymbolEntry] = ()
        self.plain: Sequence[ClassStatement] = ()
        self.unowned: Sequence[SourceText | str] = ()
        self.tree: Sequence[SourceText | str] = ()
        self.opened: ClassParts | None = None

    def close(self) -> None:
        """Put the parts of a class together, where this is one."""
        opened = self.opened
        if opened is None:
            return
        self.opened = None
        opened.entry.definition = opened.definition(opened.statements)
        self.entries = [*opened.holders, opened.entry, *(entry for s in opened.statements for entry in s.entries)]
        self.tree = [OPEN, opened.header, *(part for s in opened.statements for part in s.tree), CLOSE]


class KnownStatement:
    """What a statement of a file defines, for others with the same text that stand under no condition."""

    __slots__ = ("_entries", "_parts", "_start")

    def __init__(self, statement: Statement) -> None:
        self._start = statement.start
        self._parts = statement.plain, statement.unowned, statement.tree
        self._entries = [_copy(entry, 0) for entry in statement.entries]

    def again(self, statement: Statement) -> None:
        """Say of another one, of which only the place is known, what this one says."""
        by = statement.start - self._start
        statement.plain, statement.unowned, statement.tree = self._parts
        statement.entries = [_copy(entry, by) for entry in self._entries]


def _copy(entry: SymbolEntry, by: int) -> SymbolEntry:
    rows = entry.first + by, entry.last + by
    return SymbolEntry(entry.qualified_name, entry.name, entry.kind, entry.parent, rows, entry.definition)


# Entries of one segment whose rows are counted one from the other: each may have thousands of lines before it.
_MANY = 16


class Segment:
    """Whole lines of a file, up to where the next segment begins.

    `role` is "item" (statements of the file), "header" (the first lines of a class, `opened`, whose statements follow)
    or "member" (statements of the class before). `column` is where its first statement begins, `last` the row where its
    last one ends (in the last segment of a class: the class). Rows count from the segment's first line. It stands at
    `start` in the file that its texts are read in.
    """

    __slots__ = ("column", "last", "opened", "role", "rows", "size", "start", "statements", "text")

    def __init__(self, source: bytes, cut: Cut, end: int) -> None:
        start, self.role, statements, self.opened, last = cut
        self.start = start
        self.text = source[start:end]
        self.size = len(self.text)
        self.rows = self.text.count(b"\n")
        self.last = self.rows - source.count(b"\n", last, end)
        self.column = statements[0].column if statements else 0
        first = statements[0].start if statements else -1  # on the first line, as what is defined there is
        if self.opened is not None:
            self.statements: tuple[Statement, ...] = ()
            entries: Sequence[SymbolEntry] = (self.opened.entry,)
            self.opened.statements = []  # those are in the member segments from here on
        else:
            self.statements = tuple(statements)
            entries = statements[0].entries if len(statements) == 1 else [e for one in statements for e in one.entries]
        if len(entries) > _MANY:
            _set_rows(source, start, entries, (last, self.last))
            return
        for entry in entries:
            row = 0 if entry.first == first else source.count(b"\n", start, entry.first)
            entry.last = self.last if entry.last == last else row + source.count(b"\n", entry.first, entry.last)
            entry.first = row

    def move(self, start: int, context: bytes, parsed: Parsed) -> None:
        """Read the texts in another file from here on, in which the segment is the same, at `start`."""
        shift, self.start = start - self.start, start
        texts = [self.opened.header] if self.opened is not None else []
        for one in self.statements:
            texts += (part for part in (*one.tree, *one.unowned) if isinstance(part, SourceText))
            texts += (plain.text for plain in one.plain)
            for entry in one.entries:
                if isinstance(entry.definition, Definition):
                    texts.append(entry.definition.text)
                elif isinstance(entry.definition, ClassDefinition):
                    texts += (entry.definition.header, *(plain.text for plain in entry.definition.plain))
        for text in texts:
            text.move(shift, context, parsed)


def _set_rows(source: bytes, start: int, entries: Sequence[SymbolEntry], end: tuple[int, int]) -> None:
    """Set the rows of entries in place of their bytes; `end` is where the last statement ends, as a byte and a row."""
    at, row = start, 0
    for entry in entries:
        first = entry.first
        row = row + source.count(b"\n", at, first) if first >= at else source.count(b"\n", start, first)
        entry.last = end[1] if entry.last == end[0] else row + source.count(b"\n", first, entry.last)
        entry.first, at = row, first


def cut(source: bytes, cuts: Sequence[Cut], end: int) -> list[Segment]:
    """Return the segments that begin at cuts, the last one ending at `end`."""
    ends = [following[0] for following in cuts[1:]]
    return [Segment(source, one, until) for one, until in zip(cuts, [*ends, end], strict=True)]


def item_cuts(source: bytes, statements: Sequence[Statement]) -> list[Cut]:
    """Return where the segments of a file's statements begin; classes on lines of their own are opened."""
    cuts: list[Cut] = []
    for group in _lines(source, statements):
        opened = group[0].opened if len(group) == 1 else None
        first = _line_start(source, group[0].start)
        if opened is not None and opened.statements and group[0].begins_line:
            members = member_cuts(source, opened.statements, opened.entry.last)
            if first < members[0][0]:
                cuts += ((first, HEADER, group, opened, first), *members)
                continue
        for one in group:
            if one.opened is not None:
                one.close()
        cuts.append((first, ITEM, group, None, group[-1].end))
    return cuts


def member_cuts(source: bytes, statements: Sequence[Statement], end: int) -> list[Cut]:
    """Return where the segments of a class's statements begin, up to the last of them; the class ends at `end`."""
    groups = _lines(source, statements)
    ends = [*(group[-1].end for group in groups[:-1]), end]
    return [
        (_line_start(source, group[0].start), MEMBER, group, None, end)
        for group, end in zip(groups, ends, strict=bool(groups))
    ]


def header_cuts(source: bytes, statement: Statement) -> list[Cut] | None:
    """Return where the segments of a class's header and of its first statements begin; None where it is not opened."""
    opened, first = statement.opened, _line_start(source, statement.start)
    if opened is None or not statement.begins_line:
        return None
    members = inner_cuts(source, opened.statements)
    return None if members and first >= members[0][0] else [(first, HEADER, (statement,), opened, first), *members]


def inner_cuts(source: bytes, statements: Sequence[Statement]) -> list[Cut]:
    """Return where the segments of some of a class's statements begin, none of them its last."""
    groups = _lines(source, statements)
    return [(_line_start(source, group[0].start), MEMBER, group, None, group[-1].end) for group in groups]


def whole(cuts: list[Cut]) -> list[Cut]:
    """Return the cuts of a whole file, with what stands before the first statement as a segment of its own."""
    return cuts if cuts and cuts[0][0] == 0 else [(0, ITEM, (), None, 0), *cuts]


def _lines(source: bytes, statements: Sequence[Statement]) -> list[list[Statement]]:
    """Group statements that share a line."""
    groups: list[list[Statement]] = []
    end = -1
    for one in statements:
        if groups and source.find(b"\n", end, one.start) < 0:
            groups[-1].append(one)
        else:
            groups.append([one])
        end = one.end
    return groups


def _line_start(source: bytes, position: int) -> int:
    return source.rfind(b"\n", 0, position) + 1


def walk(segments: Sequence[Segment]) -> Iterator[tuple[Segment, int, list[Segment]]]:
    """Yield each item and header with its first row and, for a header, the segments of its members."""
    row = 0
    index = 0
    while index < len(segments):
        segment = segments[index]
        index += 1
        members: list[Segment] = []
        while index < len(segments) and segments[index].role == MEMBER:
            members.append(segments[index])
            index += 1
        yield segment, row, members
        row += segment.rows + sum(m.rows for m in members)
