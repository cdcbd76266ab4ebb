"""Reads a text with headings piece by piece: what was read before, in whatever text, is not parsed again.

A piece begins with a heading behind a blank line and ends before the next one, with the text's beginning for the first.
Where the parser, which has read a piece, takes the next heading for one, nothing in the piece says what stands behind
it, and nothing before it what stands in it. Where that is not so the text is parsed as a whole.
"""

from __future__ import annotations

from muse_hook.symbols.outline import Outline
from muse_hook.symbols.statement import Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

    from muse_hook.symbols.outline import Heading
    from muse_hook.symbols.reader import Reader

    # Text, whether it begins a text with metadata, whether it ends one.
    Piece = tuple[bytes, bool, bool]

# Trees of more nodes than so many are made of whole texts: what may be too large, or too deep, is seen there.
NODES_OF_PIECES = 40_000
# So many bytes of pieces are remembered.
REMEMBERED_BYTES = 1_000_000
METADATA = (b"---", b"+++")
_HEADING = b"\n\n#"
_SPACE = (b" ", b"\t")
_FENCES = (b"```", b"~~~")
_INDENTATION = 3  # what is indented further is no fence


class _Known:
    """What was read of pieces: statements from the piece's first byte on, headings, how many nodes at most."""

    def __init__(self) -> None:
        self._found: dict[tuple[Reader, Piece], tuple[list[Statement], dict[int, Heading], int]] = {}
        self._bytes = 0

    def find(self, reader: Reader, piece: Piece) -> tuple[list[Statement], dict[int, Heading], int] | None:
        """Return what was read of a piece, None where that is not known."""
        return self._found.get((reader, piece))

    def note(
        self, reader: Reader, piece: Piece, statements: list[Statement], headings: dict[int, Heading], nodes: int
    ) -> None:
        """Remember what was read; all that was remembered goes where it is too much."""
        self._bytes += len(piece[0])
        if self._bytes > REMEMBERED_BYTES:
            self.forget()
            self._bytes = len(piece[0])
        self._found[reader, piece] = statements, headings, nodes

    def forget(self) -> None:
        """Forget everything."""
        self._found.clear()
        self._bytes = 0


known = _Known()


def metadata_end(text: bytes) -> int:
    """Return where the metadata end that a text begins with, 0 where it has none, -1 where that is not sure."""
    mark = text[:3]
    if mark not in METADATA:
        return 0
    at = text.find(b"\n" + mark)
    while at >= 0:
        end = text.find(b"\n", at + 1)
        if not text[at + 4 : end].strip(b" \t"):
            return end + 1
        at = text.find(b"\n" + mark, end)
    return -1


def read_pieces(text: bytes, reader: Reader) -> tuple[list[Statement], int] | None:
    """Return the statements of a text, and a number of nodes that is not below its tree's.

    None where it has to be parsed as a whole: there is one piece only, an error, or any doubt.
    """
    starts = _starts(text)
    if len(starts) < 2:  # noqa: PLR2004 - that is the whole text
        return None
    ends = [*starts[1:], len(text)]
    is_metadata = text.startswith(METADATA)
    pieces = [
        (text[start:end], is_metadata and not start, end == len(text)) for start, end in zip(starts, ends, strict=True)
    ]
    missing = [number for number, piece in enumerate(pieces) if known.find(reader, piece) is None]
    for first, last in _runs(missing):
        if not _read_run(text, pieces[first:last], starts[first], reader):
            return None
    found: list[Statement] = []
    headings: dict[int, Heading] = {}
    nodes = 0
    for start, piece in zip(starts, pieces, strict=True):
        read = known.find(reader, piece)
        if read is None:
            return None
        found += (_moved(one, start) for one in read[0])
        headings.update((at + start, heading) for at, heading in read[1].items())
        nodes += read[2]
    if nodes > NODES_OF_PIECES:
        return None
    return Outline(reader, text, None).sectioned(found, headings), nodes


def _starts(text: bytes) -> list[int]:
    """Return where the pieces of a text begin: no heading in a fenced block begins one."""
    starts = [0]
    at = metadata_end(text)
    if at < 0:
        return starts
    fence = b""
    start = text.find(_HEADING, max(at - 1, 0)) + 2
    while start > 1:
        fence = _fence(text[at:start], fence)
        line = text[start : text.find(b"\n", start)]
        bare = line.lstrip(b"#")
        if not fence and bare[:1] in _SPACE and bare.strip(b" \t#"):
            starts.append(start)
        at = start
        start = text.find(_HEADING, at) + 2
    return starts


def _fence(text: bytes, fence: bytes) -> bytes:
    """Return the fence of the block that is open behind some lines; `fence` is that of the one before them."""
    if not any(mark in text for mark in _FENCES):
        return fence
    for line in text.split(b"\n"):
        bare = line.lstrip(b" ")
        if bare[:3] not in _FENCES or len(line) - len(bare) > _INDENTATION:
            continue
        rest = bare.lstrip(bare[:1])
        mark = bare[: len(bare) - len(rest)]
        if not fence:
            fence = b"" if b"`" in rest and mark[:1] == b"`" else mark
        elif mark.startswith(fence) and not rest.strip():
            fence = b""
    return fence


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first of each run of numbers, and the one after its last."""
    first = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield numbers[first], number + 1
            first = index + 1


def _read_run(text: bytes, pieces: Sequence[Piece], start: int, reader: Reader) -> bool:
    """Read pieces that follow each other, and the heading behind them; False where that says nothing of them."""
    end = start + sum(len(piece) for piece, _, _ in pieces)
    source = text[start:end]
    size = len(source)
    if end < len(text):
        source += text[end : text.find(b"\n", end) + 1] + b"\n"
    root, parsed = reader.parse(source)
    if root.has_error or root.descendant_count > NODES_OF_PIECES:
        return False  # what is parsed as a whole anyway is not looked through first
    statements, headings = Outline(reader, source, parsed).under_headings(root.children)
    if end < len(text) and (not statements or statements.pop().start != size or not headings.pop(size, None)):
        return False
    counts = [(node.start_byte, node.descendant_count) for node in _flat(root.children, reader)]
    places = sorted(headings)
    at = first = counted = passed = 0
    for piece in pieces:
        if at and at not in headings:
            return False
        after = at + len(piece[0])
        last = first
        while last < len(statements) and statements[last].start < after:
            one = statements[last]
            if one.end > after or one.opened is not None or one.entries:
                return False
            last += 1
        nodes = 1
        while counted < len(counts) and counts[counted][0] < after:
            nodes += counts[counted][1] + 1
            counted += 1
        own: dict[int, Heading] = {}
        while passed < len(places) and places[passed] < after:
            own[places[passed] - at] = headings[places[passed]]
            passed += 1
        known.note(reader, piece, [_moved(one, -at) for one in statements[first:last]], own, nodes)
        at, first = after, last
    return True


def _flat(nodes: Iterable[Node], reader: Reader) -> Iterator[Node]:
    for node in nodes:
        if node.kind_id in reader.sections:
            yield from _flat(node.children, reader)
        else:
            yield node


def _moved(statement: Statement, by: int) -> Statement:
    """Return a statement that no heading opens, so many bytes further on; what it says stays where it was read."""
    moved = Statement(statement.start + by, statement.end + by, statement.column)
    moved.begins_line = statement.begins_line
    moved.is_docstring = statement.is_docstring
    moved.plain, moved.unowned, moved.tree = statement.plain, statement.unowned, statement.tree
    return moved
