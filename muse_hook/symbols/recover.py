"""Reads a file with syntax errors: what stands outside of them as ever, and which text they swallow."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from muse_hook.patterns import pattern as expression
from muse_hook.symbols.damage import crosses
from muse_hook.symbols.outline import BODIES, MAX_DEPTH, Outline, indentation
from muse_hook.symbols.source import damaged_text
from muse_hook.symbols.statement import Context, Statement
from muse_hook.symbols.tokens import CLOSE, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

    from muse_hook.symbols.reader import Reader

_NOTHING = r"(?!)"
# Lines behind the damage that are tried as the place where it ends.
CANDIDATES = 8
# Lines of a class's header.
HEADER_LINES = 12
# So many times the length of a file is parsed for it at most, so many bytes of a small one, and no more of a large one:
# some ten seconds; what is left then is swallowed.
PARSES = 40
PARSED_BYTES = 4_000_000
MOST_BYTES = 8_000_000
# Bytes before a border in which what stands before it ends.
MOST_GAP = 400
# So many blanks are parsed in the time of one byte.
BLANKS = 8

# Bytes of a namespace's header.
MOST_HEADER = 400

BRACES = expression(
    rb"""(?m)//[^\n]*|/\*(?s:.*?)\*/|"(?:[^"\\\n]|\\(?s:.))*"|'(?:[^'\\\n]|\\.)*'|^[ \t]*\#[^\n]*|[{}]"""
)
"""Braces, and what they are none in."""

# What stands before the body of a function of C.
_FUNCTION = b"void f() "

_HOLDS = frozenset(BODIES)

CONFLICT_MARKS = (b"<<<<<<< ", b"||||||| ", b"=======\n", b">>>>>>> ")
"""How lines begin that Git puts into a file where two sides of a merge differ."""

# What stands between statements and is none.
_SEPARATORS = (b"", b";", b",")
# How a line may begin that begins a statement: nothing that closes a block or goes on with an expression.
_BEGINNINGS = b"_@#$~*[\"'`"

# Turns all but line ends into spaces.
_BLANK = bytes(byte if byte == 10 else 32 for byte in range(256))  # noqa: PLR2004 - the line feed, the space


def recovered(reader: Reader, text: bytes) -> tuple[bytes, list[Statement], list[bytes], bool]:
    """Return what is read of a damaged text, its statements, what is swallowed, and whether that is all there is.

    Where the layout says which functions there are, blanks stand for damaged ones, if that leaves more to be told.
    """
    if not reader.is_damage_apart:
        recovery = Recovery(reader, text)
        return text, recovery.statements, recovery.swallowed, recovery.is_lost
    from muse_hook.symbols.layout import without_functions  # few languages need it

    def tree_of(body: bytes) -> tuple[Node, bytes]:
        source = _FUNCTION + body + b"\n"
        return reader.parse(source)[0], source

    def is_open(body: bytes) -> bool:
        root, source = tree_of(body)
        return root.has_error and crosses(root, reader.query, source)

    def is_faulty(body: bytes) -> bool:
        return tree_of(body)[0].has_error

    def is_sound(source: bytes) -> bool:
        root, _ = reader.parse_context(source)
        return not (root.has_error and crosses(root, reader.query, source))

    def statements(source: bytes) -> list[Statement]:
        return Outline(reader, source, None).statements(reader.parse_context(source)[0].children)

    rest, left_out = without_functions(text, is_open)
    if left_out and is_sound(rest):
        return rest, statements(rest), left_out, False
    recovery = Recovery(reader, text)
    rest, left_out = without_functions(text, is_faulty)
    if left_out:
        other = None if is_sound(rest) else Recovery(reader, rest)
        found = statements(rest) if other is None else other.statements
        if _count(found) > _count(recovery.statements):
            return rest, found, left_out + (other.swallowed if other is not None else []), False
    return text, recovery.statements, recovery.swallowed, recovery.is_lost


def _count(statements: Iterable[Statement]) -> int:
    """Return how many definitions there are in statements."""
    found = 0
    for one in statements:
        found += len(one.entries) + (1 + _count(one.opened.statements) if one.opened is not None else 0)
    return found


class Frame:
    """Where statements stand: the headers of the classes around them (ranges of the text), and what closes these.

    `column` is where their lines begin, `container` the kind of node that they stand in (0: the file), `around` how
    many of that kind are around them.
    """

    __slots__ = ("around", "closing", "column", "container", "containers", "context", "openings")

    def __init__(
        self,
        context: Context,
        openings: Sequence[tuple[int, int]] = (),
        closing: bytes = b"",
        column: int = 0,
        containers: Sequence[int] = (),
    ) -> None:
        self.context = context
        self.containers = containers
        self.container = containers[-1] if containers else 0
        self.around = containers.count(self.container)
        self.openings = openings
        self.closing = closing
        self.column = column


class _Run:
    """What was read from one place on: nodes without errors, in `source`, and where they end (`end`)."""

    __slots__ = ("end", "nodes", "siblings", "source")

    def __init__(self, source: bytes, siblings: list[Node], nodes: list[Node], end: int) -> None:
        self.source = source
        self.siblings = siblings
        self.nodes = nodes
        self.end = end


class Recovery:
    """The statements of a damaged text, in `statements`, and in `swallowed` the pieces whose symbols are not known.

    A piece ends where a line begins at the column of its siblings from which the rest parses the furthest: damage
    inside a definition costs that definition. A class that is damaged is read in the same way, statement by statement.
    Everything is parsed at its own place, with the headers of its classes, and blanks for what else stands before.
    `is_lost` tells that nothing outside of the damage defines anything.
    """

    def __init__(self, reader: Reader, text: bytes) -> None:
        self._reader = reader
        self._text = text
        self._left = max(min(PARSES * len(text), MOST_BYTES), PARSED_BYTES)
        self._is_indented = reader.language.row.get("blocks") == "indented"
        self._is_flush = reader.language.row.get("blocks") == "flush"
        self._beginnings = _BEGINNINGS + str(reader.language.row.get("beginnings", "")).encode()
        self._closing = str(reader.language.row.get("closing", "")).encode()
        self._filler = str(reader.language.row.get("filler", "")).encode()
        self._conditionals = tuple(word.encode() for word in reader.language.strings("conditionals"))
        self._label = expression(str(reader.language.row.get("access_lines", _NOTHING)).encode())
        self._joined = frozenset[int]() if self._is_indented else reader.joined_lines(text)
        self.swallowed: list[bytes] = []
        self.is_lost = True
        self.statements = self._read(0, len(text), Frame(Context()))

    def _read(self, start: int, limit: int, frame: Frame) -> list[Statement]:
        """Return the statements from `start` to `limit`."""
        found: list[Statement] = []
        runs: dict[int, _Run] = {}
        at = start
        while at < limit:
            run = runs.get(at) or self._run(at, limit, frame)
            statements, at = self._accepted(run, frame)
            found += statements
            if at < limit:
                find = self._flush if self._is_flush else self._beside
                beside = find(at, limit, frame) or self._condition(at, limit, frame) or self._level(at, limit, frame)
                if beside is not None:
                    found.append(beside)
                    at = beside.end
                    runs.clear()
                    continue
                whole, reached = self._alone(at, limit, frame)
                if reached > at:
                    found += whole
                    at = reached
                    continue
                following = self._next(at, limit, frame, runs)
                found += self._cut_short(found, at, following, frame) or self._damaged(at, following, frame)
                at = following
                for border in [one for one in runs if one < at]:
                    del runs[border]  # each holds a tree
        return found

    def _run(self, at: int, limit: int, frame: Frame) -> _Run:
        """Parse what stands from `at` to `limit`, and find how far it is without errors."""
        source = self._source(at, limit, frame)
        self._left -= len(source) if self._is_indented else len(source) - at + at // BLANKS
        if self._left < 0:
            return _Run(source, [], [], at)
        if len(source) > limit:
            root, _ = self._reader.parse(source, is_kept=False)
        else:
            root, _ = self._reader.parse_context(source)
        source = source[:limit]
        siblings = self._unsectioned(
            [node for node in _siblings(root, at, frame) if node.start_byte < limit], at, limit
        )
        nodes, stop = self._whole_nodes(siblings, frame)
        if stop < 0 and frame.container:
            stop = _start_outside(siblings, limit)
        if not nodes and stop >= 0 and siblings[0].is_error and siblings[0].children:
            # an error may begin with whole statements; whether they are shows without what follows
            inner = [node for node in _siblings(siblings[0], at, frame) if node.start_byte < limit]
            _, first = self._whole_nodes(inner, frame)
            line = self._text.rfind(b"\n", 0, first) + 1
            if at < line < limit:
                run = self._run(at, line, frame)
                if run.end == line:
                    return run
        if stop < 0 and root.has_error:
            # something is not closed, and the last one may have taken in what does not belong to it
            stop = nodes[-1].start_byte if nodes else at
        if stop < 0:
            return _Run(source, siblings, nodes, limit)
        line = self._text.rfind(b"\n", 0, stop) + 1
        while nodes and (nodes[-1].end_byte > line or line in self._joined):
            line = min(line, self._text.rfind(b"\n", 0, nodes.pop().start_byte) + 1)
        return _Run(source, siblings, nodes, max(line, at))

    def _unsectioned(self, nodes: list[Node], at: int, limit: int) -> list[Node]:
        """Return nodes, in the place of a section what stands in it between `at` and `limit`."""
        sections = self._reader.sections
        if not sections or not any(node.kind_id in sections for node in nodes):
            return nodes
        parts = [node.children if node.kind_id in sections else [node] for node in nodes]
        return [one for part in parts for one in part if one.end_byte > at and one.start_byte < limit]

    def _whole_nodes(self, siblings: Sequence[Node], frame: Frame) -> tuple[list[Node], int]:
        """Return the nodes before the first that is not whole or not in its place, and where this begins (-1: none)."""
        nodes: list[Node] = []
        for node in siblings:
            if node.is_error or node.is_missing:
                return nodes, node.start_byte
            if node.is_extra or (not node.is_named and (node.text or b"").strip() in _SEPARATORS):
                continue
            if not node.is_named or node.has_error or not self._is_in_place(node, nodes, frame):
                return nodes, node.start_byte
            nodes.append(node)
        return nodes, -1

    def _source(self, at: int, limit: int, frame: Frame) -> bytes:
        """Return what is parsed for the text from `at` to `limit`, all of it at its own place."""
        parts: list[bytes] = []
        end = 0
        for first, last in frame.openings:
            parts += (self._text[end:first].translate(_BLANK), self._text[first:last])
            end = last
        return b"".join((*parts, self._text[end:at].translate(_BLANK), self._text[at:limit], frame.closing))

    def _is_in_place(self, node: Node, before: list[Node], frame: Frame) -> bool:
        """Whether a statement begins at the column of its siblings, or on a line of theirs.

        Where columns mean nothing to the language, what begins deeper is out of place: a block that ends too soon
        leaves its statements there, and they would look like definitions. So may those under a condition.
        """
        line = self._text.rfind(b"\n", 0, node.start_byte) + 1
        space = self._text[line : node.start_byte]
        if not self._is_indented:
            if not self._is_in_place_under(line, node.end_byte, frame):
                return False
            return bool(space.strip()) or indentation(space) <= frame.column
        if space.strip():
            return bool(before) and before[-1].end_byte > line
        return indentation(space) == frame.column

    def _is_in_place_under(self, line: int, end: int, frame: Frame) -> bool:
        """Whether what stands under the condition that begins at a line is at its column, or braces say where it is."""
        if not self._conditionals or not self._bare(line).startswith(self._conditionals[0]) or self._is_paired:
            return True
        return self._belonging(line, end) <= frame.column

    def _accepted(self, run: _Run, frame: Frame) -> tuple[list[Statement], int]:
        """Return the statements of a run, and where they end: at one whose blocks are indented in two ways."""
        found: list[Statement] = []
        attached: list[Node] = []  # attributes, which belong to what follows them
        for node in run.nodes:
            attached.append(node)
            if node.kind_id in self._reader.attached and node != run.nodes[-1]:
                continue
            outline = Outline(self._reader, run.source, None)
            statements = outline.statements(attached, frame.context)
            if outline.is_ragged and self._is_indented:
                return found, self._text.rfind(b"\n", 0, attached[0].start_byte) + 1
            attached = []
            found += statements
            self.is_lost = self.is_lost and not any(one.entries or one.opened for one in statements)
        return found, run.end

    def _alone(self, at: int, limit: int, frame: Frame) -> tuple[list[Statement], int]:
        """Return the statements from `at` on that are whole without what follows them, and where they end.

        Where columns mean nothing to a language a brace that is missing may leave nothing whole in all of its file.
        """
        found: list[Statement] = []
        border = limit if self._is_indented else at
        while border < limit:
            for border in self._likely(at, limit, frame.column):
                run = self._run(at, border, frame)
                # an attribute belongs to what follows it
                if run.end >= border and run.nodes and run.nodes[-1].kind_id not in self._reader.attached:
                    statements, reached = self._accepted(run, frame)
                    if reached >= border:
                        break
            else:
                break
            found += statements
            at = border
        return found, at

    def _next(self, at: int, limit: int, frame: Frame, runs: dict[int, _Run]) -> int:
        """Return where the damage that begins at `at` ends: the border from which the most is without errors.

        Where a preprocessor leaves damage in many places, it is the first one that a definition begins at.
        """
        best, reached = limit, 0
        for border in self._likely(at, limit, frame.column):
            run = runs.get(border)
            if run is None:
                run = runs[border] = self._run(border, limit, frame)
            if run.end >= limit or (self._conditionals and (self._defines(run) or self._opens(border, limit, frame))):
                return border
            if run.nodes and run.end > reached:
                best, reached = border, run.end
        return best

    def _likely(self, at: int, limit: int, column: int) -> Iterator[int]:
        """Yield the first borders behind `at`, and then the first of the others that stand behind a gap.

        A text of several lines may have more borders in it than are tried, few of them behind a gap: behind a line that
        closes a block at `column`, or ends a statement.
        """
        borders = self._borders(at, limit, column)
        yield from islice(borders, CANDIDATES)
        if not self._is_indented:
            yield from islice((border for border in borders if self._is_behind_gap(border, column)), CANDIDATES)

    def _is_behind_gap(self, border: int, column: int) -> bool:
        before = self._text[max(0, border - MOST_GAP) : border].rstrip()
        line = before[before.rfind(b"\n") + 1 :]
        bare = line.lstrip(b" \t")
        closes = bare[:1] in b"})]" or (self._closing and bare.startswith(self._closing.rstrip(b";")))
        return bare.endswith(b";") or (bool(closes) and indentation(line[: len(line) - len(bare)]) == column)

    def _defines(self, run: _Run) -> bool:
        """Whether the first statement of a run defines something that has a body, or holds what does."""
        matches = self._reader.query.structure(run.nodes[0]) if run.nodes else ()
        return any("body" in captures or not _HOLDS.isdisjoint(captures) or one.scope for one, captures in matches)

    def _borders(self, at: int, limit: int, column: int) -> Iterator[int]:
        """Yield where lines begin, after the one at `at`, that look like statements of a block at `column`."""
        text = self._text
        while (at := text.find(b"\n", at, limit) + 1) and at < limit:
            if self._is_border(at, limit, column):
                yield at

    def _is_border(self, at: int, limit: int, column: int) -> bool:
        if at in self._joined:
            return False
        end = self._text.find(b"\n", at, limit)
        line = self._text[at : end if end >= 0 else limit]
        bare = line.lstrip(b" \t")
        is_beginning = bare[:1].isalpha() or bare[:1] in self._beginnings
        own = indentation(line[: len(line) - len(bare)])
        if bare and self._conditionals and bare.startswith(self._conditionals[1]):
            return False
        own = self._belonging(at, limit)
        if not bare or not is_beginning or own != column:
            return False
        if self._is_indented or bare[:1] not in b"[#" or bare.lstrip(b"#")[:1] != b"[" or bare.rstrip()[-1:] != b"]":
            return True
        # an attribute stands where what it belongs to does, which its column alone does not tell
        behind = next((one for one in _lines(self._text, end + 1, limit) if self._bare(one)[:1] not in b"\n"), at)
        return self._column(behind) <= column

    def _belonging(self, line: int, limit: int) -> int:
        """Return the column of a line; of a condition or a label, which may stand anywhere, of what is behind it."""
        if not self._is_anywhere(self._bare(line)):
            return self._column(line)
        at = line
        while at < limit and (self._bare(at)[:1] in b"#/\n" or self._label.match(self._bare(at))):
            bare = at + len(self._text[at : at + 400]) - len(self._bare(at))
            at = self._text.find(b"*/", at) if self._text.startswith(b"/*", bare) else at
            at = (self._text.find(b"\n", at, limit) if at >= 0 else -1) + 1 or limit
        return self._column(at if at < limit else line)

    def _is_anywhere(self, bare: bytes) -> bool:
        """Whether a line is a condition, or a label that stands among the members of a class."""
        return bare.startswith(self._conditionals) or self._label.match(bare) is not None

    def _bare(self, line: int) -> bytes:
        return self._text[line : line + 400].lstrip(b" \t")

    def _damaged(self, at: int, end: int, frame: Frame) -> list[Statement]:
        """Return the statements of a damaged piece: one with damage of its own, a class, or what is swallowed."""
        run = self._run(at, end, frame)
        found, first = self._accepted(run, frame)
        if first >= end:
            return found
        if first > at:
            return found + self._damaged(first, end, frame)
        for count, border in enumerate(self._borders(at, end, frame.column)):
            if count == CANDIDATES:
                break
            whole = self._run(at, border, frame)  # what the grammar reads only without what follows it
            statements, reached = self._accepted(whole, frame) if whole.end >= border else ([], at)
            if reached >= border:
                return statements + self._damaged(border, end, frame)
        owner = run.siblings[0].parent if run.siblings else None
        if owner is not None and not owner.is_error and not crosses(owner, self._reader.query, run.source):
            if not owner.has_error and frame.context.depth < MAX_DEPTH:
                # what is not closed is missing outside: a class may have taken in what belongs there
                opened = self._block(at, end, frame)
                if opened:
                    return opened
            nodes = [node for node in run.siblings if node.is_named and not node.is_extra]
            if all(self._is_in_place(node, nodes[:index], frame) for index, node in enumerate(nodes)):
                self.is_lost = False
                return Outline(self._reader, run.source, None).statements(nodes, frame.context)
        opened = self._block(at, end, frame) if frame.context.depth < MAX_DEPTH else []
        return opened or [self._swallow(at, end)]

    def _cut_short(self, before: list[Statement], at: int, end: int, frame: Frame) -> list[Statement]:
        """Return the class that ends too soon, taken off those before, with what follows it at `at` and begins nothing.

        Nothing where there is none.
        """
        if not before or before[-1].opened is None or self._is_border(at, end, frame.column):
            return []
        if self._text.startswith(CONFLICT_MARKS, at):
            following = self._text[self._text.find(b"\n", at, end) + 1 : end].lstrip(b"\n")
            if indentation(following[: len(following) - len(following.lstrip(b" \t"))]) <= frame.column:
                return []  # one side of a conflict begins, beside the class
        opened = self._block(self._text.rfind(b"\n", 0, before[-1].start) + 1, end, frame)
        if opened:
            before.pop()
        return opened

    def _block(self, at: int, end: int, frame: Frame) -> list[Statement]:
        """Return the class that a damaged piece is, or what stands under its condition; nothing where it is neither."""
        text = self._text
        starts = [start for start in _lines(text, at, end) if self._bare(start)[:1] not in b"\n"]
        if self._closing == b"}":
            hidden = _in_comments(text, at, end)
            starts = [start for start in starts if start not in hidden]
        deeper = [start for start in starts[1:] if self._belonging(start, end) > frame.column]
        for start in deeper[:HEADER_LINES]:
            header = self._header(at, start, frame)
            if header is not None:
                break
        else:
            return []
        if header[0].opened is None and not self._is_in_place_under(starts[0], end, frame):
            return []
        statement, guard, inside = header[:3]
        parts = statement.opened
        inner = end
        if parts is None and not self._closing:
            outside = (one for one in starts if one > start and self._column(one) <= frame.column)
            inner = next(outside, end)
        elif self._closing:
            closers = [one for one in starts if one > start and self._column(one) <= frame.column]
            closers = [one for one in closers if text[one:end].lstrip(b" \t").startswith(self._closing.rstrip(b";"))]
            inner = closers[-1] if closers else end
        statements = self._read(start, inner, inside)
        self.is_lost = False
        if parts is None and not self._closing:
            statement.entries, statement.plain = [], ()
            statement.tree = statement.unowned = (damaged_text(self._reader, text[at:start].rstrip()),)
            rest = self._damaged(inner, end, frame) if text[inner:end].strip() else []
            return [statement, *statements, *rest]
        self._close(statement, statements, guard, at + len(text[at:end].rstrip()))
        return [statement]

    def _close(self, statement: Statement, statements: list[Statement], guard: str, end: int) -> None:
        """Put what stands in a class, or under a condition, into the statement that it is, which ends at `end`."""
        self.is_lost = False
        for one in statements:
            one.close()
        statement.end = end
        if statement.opened is not None:
            statement.opened.statements = statements
            statement.opened.entry.last = end
            return
        statement.entries = [entry for one in statements for entry in one.entries]
        statement.plain = [part for one in statements for part in one.plain]
        statement.unowned = (OPEN + guard, *(part for one in statements for part in one.unowned), CLOSE)
        statement.tree = (*statement.tree, *(part for one in statements for part in one.tree))

    def _condition(self, at: int, limit: int, frame: Frame) -> Statement | None:
        """Return what stands under the condition that begins at `at`, whose lines may stand at its own column.

        It ends where it says so, whatever is damaged in it; None for none.
        """
        text = self._text
        if not self._conditionals or frame.context.depth >= MAX_DEPTH:
            return None
        at = limit - len(text[at:limit].lstrip(b"\n"))
        opening, closing = self._conditionals
        start = depth = 0
        for line in _lines(text, at, limit) if self._bare(at).startswith(opening) else ():
            start = start or (line if line > at else 0)
            bare = self._bare(line)
            depth += bare.startswith(opening) - bare.startswith(closing)
            if not depth:
                break
        header = self._header(at, start, frame, b"\n" + closing + b"\n") if start and not depth else None
        if header is None or header[0].opened is not None:
            return None
        statement, guard, inside, _ = header
        inside.column = frame.column
        end = text.find(b"\n", line, limit) + 1 or limit
        self._close(statement, self._read(start, line, inside), guard, at + len(text[at:end].rstrip()))
        return statement

    def _beside(self, at: int, limit: int, frame: Frame) -> Statement | None:
        """Return the damaged namespace that begins at `at`, whose statements stand at its own column; None for none."""
        opened = self._opens(at, limit, frame)
        if opened is None:
            return None
        end, start, (statement, _, inside, _) = opened
        parts = statement.opened
        if parts is None:
            return None
        inner, last = self._closed(end, limit, frame.column)
        self._close(statement, self._read(start, inner, inside), "", last)
        return statement

    def _level(self, at: int, limit: int, frame: Frame) -> Statement | None:
        """Return the damaged block at `at` that a word ends, with statements at its own column; None for none.

        It ends with the first such word at its column that no statement there has opened: one that ends nothing, too,
        has ended where the next one begins.
        """
        if not self._closing[:1].isalpha() or frame.context.depth >= MAX_DEPTH:
            return None
        lines = (one for one in _lines(self._text, at, limit) if self._bare(one)[:1] not in b"\n")
        at = next(lines, limit)
        start, word = next(lines, limit), self._closing.rstrip(b";")
        if self._column(at) != frame.column or self._column(start) != frame.column:
            return None
        header = self._header(at, start, frame)
        if header is None or header[0].opened is not None:
            return None
        is_open, before = False, limit
        for line in (start, *lines):
            column = self._column(line)
            if column == frame.column and self._is_word(line, word):
                if not is_open:
                    break
                is_open = False
            elif column > frame.column and self._column(before) == frame.column:
                is_open = True
            before = line
        else:
            return None
        statement, guard, inside, _ = header
        inside.column = frame.column
        self._close(statement, self._read(start, line, inside), guard, line + len(word) + frame.column)
        return statement

    def _is_word(self, line: int, word: bytes) -> bool:
        """Whether a line begins with a word."""
        bare = self._bare(line)
        return bare.startswith(word) and not bare[len(word) : len(word) + 1].isalnum()

    def _flush(self, at: int, limit: int, frame: Frame) -> Statement | None:
        """Return the damaged class that begins at `at`, up to the first line that closes one; None for none."""
        text = self._text
        if frame.container or self._left < 0:
            return None
        closing = next((one for one in _lines(text, at, limit) if self._bare(one).startswith(self._closing)), limit)
        self._left -= closing - at
        if closing >= limit:
            return None
        for start in [one for one in _lines(text, at, closing + 1) if one > at][:HEADER_LINES]:
            header = self._header(at, start, frame)
            if header is None or header[0].opened is None:
                continue
            statement, _, inside, _ = header
            first = header[0].opened.statements  # what stands in its header: instance variables
            last = closing + len(self._bare(closing).partition(b"\n")[0].rstrip())
            self._close(statement, [*first, *self._read(start, closing, inside)], "", last)
            return statement
        return None

    def _opens(self, at: int, limit: int, frame: Frame) -> tuple[int, int, tuple[Statement, str, Frame, str]] | None:
        """Return where the braces and the statements of a namespace begin that begins at `at`, and its header.

        None where none begins whose statements stand at its own column.
        """
        text = self._text
        end = text.find(b"{", at, min(limit, at + MOST_HEADER)) + 1
        start = text.find(b"\n", end, limit) + 1
        if not self._closing or not end or not start or text[end : start - 1].strip() or b"(" in text[at:end]:
            return None
        first = next((one for one in _lines(text, start, limit) if text[one : one + 1] not in b"\n"), limit)
        if first >= limit or self._column(first) != frame.column or frame.context.depth >= MAX_DEPTH:
            return None
        header = self._header(at, start, frame)
        return (end, start, header) if header is not None and header[3] == "module" else None

    def _closed(self, at: int, limit: int, column: int) -> tuple[int, int]:
        """Return the beginning of the line that closes what is opened before `at`, and where that closing ends.

        Where braces are not paired it is the one that closes it by the columns of lines, else the last that stands at
        `column`, and where there is none `limit`.
        """
        depth = 1
        if not self._is_paired:
            from muse_hook.symbols.closed_parts import closing_of  # a hook has little use for it

            end = closing_of(self._text, at, limit)
            if end >= 0:
                return self._text.rfind(b"\n", 0, end) + 1, end + 1
        for found in BRACES.finditer(self._text, at, limit):
            depth += {b"{": 1, b"}": -1}.get(found[0], 0)
            if not depth:
                line = self._text.rfind(b"\n", 0, found.start()) + 1
                if line >= at and self._column(line) == column:
                    return line, found.end()
                break
        lines = [one for one in _lines(self._text, at, limit) if self._text.startswith(b"}", one)]
        lines = [] if column else lines
        return (lines[-1], lines[-1] + 1) if lines else (limit, limit)

    @cached_property
    def _is_paired(self) -> bool:
        """Whether each brace of the text closes one, or is closed."""
        depth = 0
        for found in BRACES.finditer(self._text):
            depth += {b"{": 1, b"}": -1}.get(found[0], 0)
            if depth < 0:
                return False
        return not depth

    def _header(
        self, at: int, start: int, frame: Frame, closing: bytes = b""
    ) -> tuple[Statement, str, Frame, str] | None:
        """Return the class or the block whose header the text from `at` to `start` is; `closing` is what ends it.

        With what a block begins with, the frame of what stands in it and the capture that it is; None where it is no
        header.
        """
        closing = (closing or self._closing) + frame.closing
        openings = (*frame.openings, (at, start))
        source = self._source(start, start, Frame(frame.context, openings, self._filler + closing))
        self._left -= len(source)
        root, _ = self._reader.parse(source, is_kept=False)
        # behind it stands what closes it, of which a grammar may make a statement
        nodes = self._unsectioned(_siblings(root, at, frame), at, start)
        nodes = [node for node in nodes if node.is_named and not node.is_extra and node.start_byte < start]
        if root.has_error or len([node for node in nodes if node.kind_id not in self._reader.attached]) != 1:
            return None
        outline = Outline(self._reader, source, None)
        statement = outline.statements(nodes, frame.context)[0]
        found = self._reader.query.structure(nodes[-1])
        for pattern, captures in found:
            key = next((key for key in BODIES if key in captures), pattern.scope)
            if not key or (pattern.scope and not self._closing and len(found) > 1):
                continue
            containers = (*frame.containers, captures[key][0].kind_id)
            guard = ""
            if pattern.scope:
                context, guard = outline.scope(pattern, captures, frame.context)
            else:
                target = captures[pattern.definition][0]
                opened = statement.opened or outline.open(
                    captures, pattern.defines, (statement.start, target), frame.context
                )
                statement.opened, statement.entries = opened, ()
                context = frame.context.inside(opened.entry.qualified_name, BODIES[key])
            column = self._belonging(start, len(self._text))
            return statement, guard, Frame(context, openings, closing, column, containers), key
        return None

    def _column(self, start: int) -> int:
        line = self._text[start : start + 400].partition(b"\n")[0]
        return indentation(line[: len(line) - len(line.lstrip(b" \t"))])

    def _swallow(self, at: int, end: int) -> Statement:
        piece = self._text[at:end].rstrip()
        self.swallowed.append(piece)
        start = at + len(piece) - len(piece.lstrip())
        statement = Statement(start, at + len(piece), self._column(at))
        statement.tree = (damaged_text(self._reader, piece),)
        return statement


def _siblings(root: Node, start: int, frame: Frame) -> list[Node]:
    """Return the nodes beside each other the first of which is the outermost statement from `start` on."""
    nodes = root.children
    container, around = frame.container, frame.around
    while True:
        nodes = [node for node in nodes if node.end_byte > start]
        block = next((node for node in nodes if node.is_error or not node.is_extra), None)
        if block is None or block.start_byte < start or block.kind_id != container:
            if not nodes or (nodes[0].start_byte >= start and nodes[0].kind_id != container):
                return nodes
            block = nodes[0]
            if not block.children:
                return nodes[1:]
        # else comments before its first statement stand outside of a block
        if block.kind_id == container:
            around -= 1
            if not around:  # it is entered: what stands in it may be of its kind (a condition in another)
                container = 0
        nodes = block.children


def _start_outside(siblings: Sequence[Node], limit: int) -> int:
    """Return where something stands behind the block of some nodes, before `limit`; -1 where the block goes on."""
    node = siblings[-1].parent if siblings else None
    while node is not None:
        after = node.next_sibling
        if after is not None:
            return after.start_byte if after.start_byte < limit else -1
        node = node.parent
    return -1


def _in_comments(text: bytes, at: int, end: int) -> set[int]:
    """Return where lines begin that stand in a comment of several lines."""
    found: set[int] = set()
    for one in BRACES.finditer(text, at, end) if text.find(b"/*", at, end) >= 0 else ():
        if one[0].startswith(b"/*"):
            found.update(line for line in _lines(text, one.start(), one.end()) if line > one.start())
    return found


def _lines(text: bytes, at: int, end: int) -> Iterator[int]:
    """Yield where each line begins."""
    while at < end:
        yield at
        at = text.find(b"\n", at, end) + 1 or end
