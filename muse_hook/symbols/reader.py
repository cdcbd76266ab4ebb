"""Everything one language needs to be read: its parser, query and normaliser, made once a process."""

from __future__ import annotations

from collections import OrderedDict

from muse_hook.languages.grammar import tree_sitter
from muse_hook.symbols.pattern import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node, Parser

    from muse_hook.languages import Language
    from muse_hook.symbols.normal import Normal, Normaliser
    from muse_hook.symbols.piece import Piece

# Normal forms that are kept, by their number of entries: a commit asks for the same ones again and again.
KEPT_ENTRIES = 250_000

_readers: dict[str, Reader] = {}


def reader_of(language: Language) -> Reader:
    """Return the reader of a language; raises ImportError where its grammar cannot be loaded."""
    found = _readers.get(language.name)
    if found is None or found.language is not language:
        found = _readers[language.name] = Reader(language)
    return found


class Reader:
    """One language at work."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.query = Query(language.query(), language.grammar)
        self.parser: Parser = tree_sitter().Parser(language.grammar)
        wraps = {kind: value for kind, value in language.table("alone").items() if isinstance(value, list)}
        self._wraps = {kind: (before.encode(), after.encode()) for kind, (before, after) in wraps.items()}
        self._normaliser: Normaliser | None = None
        self._kept: OrderedDict[Piece, int] = OrderedDict()
        self._entries = 0

    @property
    def normaliser(self) -> Normaliser:
        """The normaliser, made on first use: a commit that only adds a file needs none."""
        if self._normaliser is None:
            from muse_hook.symbols.normal import Normaliser  # noqa: PLC0415 - see above

            self._normaliser = Normaliser(self.language, self.query)
        return self._normaliser

    def alone(self, text: bytes, kind: str) -> tuple[Node, Node | None]:
        """Parse a piece of a file by itself: the root, and the node of `kind` that the text is (None in damaged text).

        What cannot stand alone is set in what it stands in (table `alone` of the language's row).
        """
        before, after = self._wraps.get(kind, (b"", b""))
        root = self.parser.parse(before + text + after + b"\n").root_node
        start = len(before) + len(text) - len(text.lstrip())
        node: Node | None = root
        while node is not None and (node.type != kind or node.start_byte != start):
            # not `first_child_for_byte`: the binding crashes where no child reaches that far
            node = next((c for c in node.children if c.start_byte <= start < c.end_byte), None)
        if root.has_error or node is None or node.end_byte != len(before) + len(text):
            return root, None
        return root, node

    def keep(self, piece: Piece, normal: Normal) -> None:
        """Note that a piece has its normal form now; the longest unused ones lose theirs."""
        self._kept[piece] = len(normal.entries)
        self._entries += len(normal.entries)
        while self._entries > KEPT_ENTRIES and len(self._kept) > 1:
            old, size = self._kept.popitem(last=False)
            old.forget()
            self._entries -= size
