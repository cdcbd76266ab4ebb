"""Everything one language needs to be read: its parser, query and normaliser, made once a process."""

from __future__ import annotations

from collections import deque

from muse_hook.languages.grammar import tree_sitter
from muse_hook.symbols.query import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node, Parser

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.normal import Normal, Normaliser
    from muse_hook.symbols.piece import Piece

# Normal forms are kept, the latest ones, by their number of entries: a commit asks for the same ones again and again.
KEPT_NORMALS = 200_000
# Trees likewise, by the bytes of their sources; a byte of source makes 24 of tree.
KEPT_SOURCES = 1_000_000

_readers: dict[str, Reader] = {}


class _Room:
    """How many entries of normal forms every reader keeps."""

    normals = KEPT_NORMALS


def keep_normals(entries: int) -> int:
    """Keep so many entries of normal forms from now on; returns how many it was before."""
    before, _Room.normals = _Room.normals, entries
    return before


def reader_of(language: Language) -> Reader:
    """Return the reader of a language; raises ImportError where its grammar cannot be loaded."""
    found = _readers.get(language.name)
    if found is None or found.language is not language:
        found = _readers[language.name] = Reader(language)
    return found


class Parsed:
    """A tree, for the pieces of its source to share until the reader lets it go: then `root` is None.

    `nodes` are those of its statements, by where their pieces begin.
    """

    __slots__ = ("nodes", "root")

    def __init__(self, root: Node) -> None:
        self.root: Node | None = root
        self.nodes: dict[int, Node] = {}

    def drop(self) -> None:
        """Let the tree go."""
        self.root = None
        self.nodes = {}


class Reader:
    """One language at work."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.query = Query(language.query(), language.grammar)
        self.parser: Parser = tree_sitter().Parser(language.grammar)
        wraps = {kind: value for kind, value in language.table("alone").items() if isinstance(value, list)}
        self._wraps = {kind: (before.encode(), after.encode()) for kind, (before, after) in wraps.items()}
        self._body = str(language.row.get("body", "")).encode()
        self._normaliser: Normaliser | None = None
        self._normals: deque[tuple[Piece, int]] = deque()
        self._parsed: deque[tuple[Parsed, int]] = deque()
        self._normal_size = self._parsed_size = 0

    @property
    def normaliser(self) -> Normaliser:
        """The normaliser, made on first use: a commit that only adds a file needs none."""
        if self._normaliser is None:
            from muse_hook.symbols.normal import Normaliser

            self._normaliser = Normaliser(self.language, self.query)
        return self._normaliser

    def parse(self, source: bytes) -> tuple[Node, Parsed]:
        """Parse a source: the root of its tree, and that in a form which later sources take the room of."""
        root = self.parser.parse(source).root_node
        parsed = Parsed(root)
        self._parsed.append((parsed, len(source)))
        self._parsed_size += len(source)
        while self._parsed_size > KEPT_SOURCES and len(self._parsed) > 1:
            old, size = self._parsed.popleft()
            old.drop()
            self._parsed_size -= size
        return root, parsed

    def alone(self, text: bytes, kind: str, *, is_header: bool = False) -> tuple[Node, Parsed, int]:
        """Parse a piece of a file by itself: the tree (see `parse`), and where in its source the text begins.

        What cannot stand alone is set in what it stands in (table `alone` of the language's row); a header gets a body.
        """
        before, after = self._wraps.get(kind, (b"", b""))
        if is_header:
            after = self._body + after
        root, parsed = self.parse(before + text + after + b"\n")
        return root, parsed, len(before)

    def keep(self, piece: Piece, normal: Normal) -> None:
        """Note that a piece has its normal form now; the oldest ones lose theirs."""
        size = len(normal.entries)
        self._normals.append((piece, size))
        self._normal_size += size
        while self._normal_size > _Room.normals:
            old, size = self._normals.popleft()
            old.forget_normal()
            self._normal_size -= size


def node_at(root: Node, kind: str, span: tuple[int, int]) -> Node | None:
    """Return the node of `kind` that begins and ends where `span` says, white space aside; None where there is none."""
    start, end = span
    if not root.start_byte <= start < end <= root.end_byte:
        return None
    node = root.descendant_for_byte_range(start, end)
    while node is not None and node.type != kind:
        node = node.parent
    return node if node is not None and node.start_byte == start else None
