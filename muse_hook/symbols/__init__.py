"""Which symbols a version of a file has, and what each of them says."""

from __future__ import annotations

from muse_hook.symbols.outline import Outline
from muse_hook.symbols.reader import reader_of
from muse_hook.symbols.source import MAX_BYTES, decoded
from muse_hook.symbols.stretch import stretches
from muse_hook.symbols.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.languages import Language
    from muse_hook.model.symbol import SymbolTable

__all__ = ["extract"]

MAX_NODES = 500_000


def extract(source: bytes, language: Language, previous: SymbolTable | None = None) -> SymbolTable:
    """Return the symbols of `source`, the bytes of a file in `language`.

    `previous`, the table of another version of the file, saves parsing what both have in common; the result is the same
    without it. Raises ImportError where the language's grammar cannot be loaded.
    """
    if len(source) > MAX_BYTES:
        return Table(language, state="too_large")
    reader = reader_of(language)
    text = decoded(source, language)
    root = reader.parser.parse(text).root_node
    nodes = root.descendant_count
    if nodes > MAX_NODES:
        return Table(language, state="too_large")
    damaged = root.has_error
    outline = Outline(reader, text)
    found = stretches(text, outline.statements(root.children))
    return Table(language, found, damaged=damaged, nodes=nodes)
