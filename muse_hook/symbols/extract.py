"""Which symbols a version of a file has, and what each of them says."""

from __future__ import annotations

from muse_hook.symbols.damage import crosses
from muse_hook.symbols.outline import Outline
from muse_hook.symbols.reader import reader_of
from muse_hook.symbols.reuse import read_changed
from muse_hook.symbols.source import MAX_BYTES, decoded
from muse_hook.symbols.stretch import cut, head, item_cuts
from muse_hook.symbols.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.languages.languages import Language
    from muse_hook.model.symbol import SymbolTable
    from muse_hook.symbols.reader import Reader


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
    if isinstance(previous, Table) and previous.language is language and previous.stretches and not previous.damaged:
        found = read_changed(text, previous.stretches, reader)
        # the nodes of both are more than the file can have: where that is few enough, so are its own
        if found is not None and previous.nodes + found[1] <= MAX_NODES:
            return Table(language, found[0], nodes=previous.nodes + found[1])
    return _read(text, language, reader)


def _read(text: bytes, language: Language, reader: Reader) -> Table:
    """Return the table of a file that is parsed as a whole."""
    root, parsed = reader.parse(text)
    nodes = root.descendant_count
    if nodes > MAX_NODES:
        return Table(language, state="too_large")
    damaged = root.has_error
    if damaged and crosses(root, reader.query, text):
        return Table(language, state="unparsed", damaged=True)
    outline = Outline(reader, text, None if damaged else parsed)
    statements = outline.statements(root.children)
    if outline.ragged and language.row.get("blocks") == "indented":
        # the grammar takes a line that is indented too far for one of the block that it follows
        return Table(language, state="unparsed", damaged=True)
    return Table(language, cut(text, head(item_cuts(text, statements)), len(text)), damaged=damaged, nodes=nodes)
