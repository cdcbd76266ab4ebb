"""Reads a file with syntax errors by its pieces, each as if it were a file: an error is that of the piece it stands in.

So what an error means hangs on few lines, and nothing but these is read again in another version of the file.
"""

from __future__ import annotations

from itertools import accumulate

from muse_hook.patterns import pattern
from muse_hook.symbols.closed_parts import closed_parts
from muse_hook.symbols.layout import closed_by_layout, without_strays
from muse_hook.symbols.preprocessor import unguarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.table import SegmentedTable

_CLASS_ENDS = pattern(rb"(?<=\n@end\n)")

# So many bytes of pieces are remembered.
REMEMBERED_BYTES = 2_000_000


class _Pieces:
    """The tables of pieces, by language and text."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bytes], SegmentedTable] = {}
        self._bytes = 0

    def find(self, language: Language, piece: bytes, read: Callable[[bytes], SegmentedTable]) -> SegmentedTable:
        """Return the table of a piece, which `read` makes where it is not known."""
        key = language.name, piece
        found = self._found.get(key)
        if found is None or found.language is not language:
            found = read(piece)
            self._bytes += len(piece)
            if self._bytes > REMEMBERED_BYTES:
                self._found.clear()
                self._bytes = len(piece)
            self._found[key] = found
        return found


_known = _Pieces()


def pieces_of(text: bytes) -> tuple[list[bytes], bytes]:
    """Return the pieces of a file, in their order, without what goes around all of it; one where it has no parts.

    With the blocks in it that nothing closes: in the pieces a brace does, where the layout says that they end.
    """
    text = unguarded(text)
    parts, is_paired = closed_parts(text)
    if not is_paired and (closed := closed_by_layout(text)) is not None:
        return closed_parts(closed[0])[0], closed[1]
    if not is_paired and (paired := without_strays(text)) != text:
        ends = list(accumulate(map(len, closed_parts(paired)[0])))
        return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)], b""
    return parts, b""


def classes_of(text: bytes) -> list[bytes]:
    """Return the pieces of a file of Objective-C, each up to the line that ends a class, whatever is open there."""
    return [one for one in _CLASS_ENDS.split(unguarded(text)) if one]


def read_by_piece(
    pieces: Sequence[bytes], language: Language, read: Callable[[bytes], SegmentedTable]
) -> list[SegmentedTable]:
    """Return the tables of the pieces of a file; `read` makes one of a piece."""
    return [_known.find(language, piece, read) for piece in pieces]
