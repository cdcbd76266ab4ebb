"""The way in: a file's bytes, decoded and parsed, become a symbol table, unless it is too large or too damaged."""

from __future__ import annotations

import codecs

from muse_hook.patterns import pattern
from muse_hook.symbols.damage import crosses, is_deeper
from muse_hook.symbols.outline import Outline
from muse_hook.symbols.reader import TooLargeError, reader_of, set_cache_size
from muse_hook.symbols.reuse import read_changed
from muse_hook.symbols.statement import cut, item_cuts, whole
from muse_hook.symbols.table import SegmentedTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.languages.languages import Language
    from muse_hook.model.symbol import SymbolTable
    from muse_hook.symbols.reader import Reader

# What is beyond any of these is `too_large`.
MAX_BYTES = 2 << 20
MAX_NODES = 500_000
# So are trees of more levels: what is taken from each of them grows with the square.
MAX_DEPTH = 50_000
# A longer text of classes whose members stand at their own column is read class by class where it is damaged: a
# recovery reads all that follows from each damaged place on.
LONG_TEXT = 100_000
# A file with so many NULs in the bytes in which Git looks for one (`buffer_is_binary`) is no text: video is `.ts`,
# too, and what git-crypt made of a source has its name. Noise has 31 of them there; a few damage the statement around.
BINARY_HEAD, BINARY_NULS = 8_000, 8

# A line of so many bytes must have no error: what a recovery takes for one grows with the square of its length (8 s of
# 100 kB of quotes in JavaScript), and what is damaged in minified code leaves it no symbols as it is.
LONG_LINE = 10_000

# Signs between two values as one, all else as another; what may stand between is left out: blanks, signs of one value.
_SIGNS = bytes(ord("*") if byte in b"*/%@&|^<>=!.,:" else ord("x") for byte in range(256))
_BETWEEN = b" \t\r\n\f\\+-~"


def extract(source: bytes, language: Language, previous: SymbolTable | None = None) -> SymbolTable:
    """Return the symbols of `source`, the bytes of a file in `language`.

    `previous`, the table of another version of the file, saves parsing what both have in common; the result is the same
    without it. Raises ImportError where the language's grammar cannot be loaded.
    """
    if len(source) > MAX_BYTES:
        return SegmentedTable(language, state="too_large")
    try:
        return _extract(source, language, previous)
    except TooLargeError:
        return SegmentedTable(language, state="too_large")


def _extract(source: bytes, language: Language, previous: SymbolTable | None) -> SymbolTable:
    reader = reader_of(language)
    text = decoded(source, language)
    if text.count(b"\0", 0, BINARY_HEAD) >= BINARY_NULS:
        return SegmentedTable(language, state="unparsed", damaged=True)
    longest = int(str(language.row.get("longest_line", MAX_BYTES)))
    if len(text) > longest and max(map(len, text.split(b"\n"))) > longest:
        return SegmentedTable(language, state="too_large")
    deepest = language.row.get("deepest_line")
    if deepest is not None and any(
        len(line) - len(line.lstrip(b" -?")) > int(str(deepest)) for line in text.split(b"\n")
    ):
        return SegmentedTable(language, state="too_large")
    signs = int(str(language.row.get("most_signs", MAX_BYTES)))
    if len(text) > signs and b"*" * signs in text.translate(_SIGNS, _BETWEEN):
        return SegmentedTable(language, state="too_large")
    lines = _long_lines(text)
    if lines and not reader.has_sound(text, lines):
        return SegmentedTable(language, state="unparsed", damaged=True)
    # what stands below a heading belongs to it, wherever it stood before: only a text that is whole is cut by them
    may_edit = reader.is_in_context and not reader.query.has_headings
    if may_edit and isinstance(previous, SegmentedTable) and previous.is_reusable(language):
        edited = _read_edited(text, language, previous, reader)
        if edited is not None:
            return edited
    has_sections = reader.is_whole and reader.query.has_headings
    is_parted = has_sections or not (reader.is_in_context or reader.is_whole or reader.is_hidden(text))
    if is_parted and isinstance(previous, SegmentedTable) and previous.is_reusable(language):
        if has_sections:
            from muse_hook.symbols.sections import read_changed_sections  # few commits change a text

            found = read_changed_sections(text, previous.segments, reader)
        else:
            found = read_changed(text, previous.segments, reader)
        # the nodes of both are more than the file can have: where that is few enough, so are its own
        if found is not None and previous.nodes + found[1] <= MAX_NODES:
            return SegmentedTable(language, found[0], nodes=previous.nodes + found[1])
    return _read(text, language, reader)


def read_alone(source: bytes, language: Language) -> tuple[SymbolTable, dict[str, str]]:
    """Return the symbols of a file, and their content ids by qualified name, of a file that nobody will ask more of.

    Trees and normal forms are let go at once: of a file of 500 kB they are 50 MB. Raises ImportError as `extract`.
    """
    before = set_cache_size(0)
    try:
        table = extract(source, language)
        return table, {name: symbol.content_id for name, symbol in table.symbols.items()}
    finally:
        set_cache_size(before)
        reader_of(language).drop_trees()


def too_large_table(language: Language) -> SymbolTable:
    """Return the table of a file of which too much would have to be told."""
    return SegmentedTable(language, state="too_large")


def unreadable_table(language: Language) -> SymbolTable:
    """Return the table of a file whose reading raised."""
    return SegmentedTable(language, state="unreadable", damaged=True)


def _read(text: bytes, language: Language, reader: Reader) -> SegmentedTable:
    """Return the table of a file of which no other version is known."""
    if reader.is_whole and reader.query.has_headings:
        from muse_hook.symbols.pieces import read_pieces  # few commits change a text

        found = read_pieces(text, reader)
        if found is not None:
            segments = cut(text, whole(item_cuts(text, found[0])), len(text))
            return SegmentedTable(language, segments, nodes=found[1])
    is_flush = language.row.get("blocks") == "flush" and len(text) > LONG_TEXT
    if reader.is_damage_apart or is_flush:
        from muse_hook.symbols.by_piece import classes_of, pieces_of, read_by_piece  # few languages need it

        pieces, unclosed = (classes_of(text), b"") if is_flush else pieces_of(text)
        if (len(pieces) > 1 or unclosed) and reader.parse_sound(text) is None:
            tables = read_by_piece(pieces, language, lambda piece: _read_whole(piece, language, reader, is_piece=True))
            return _joined(tables, language, unclosed)
    return _read_whole(text, language, reader)


def _joined(tables: Sequence[SegmentedTable], language: Language, unclosed: bytes) -> SegmentedTable:
    """Return the table of a file, given those of its pieces, and the blocks in it that nothing closes."""
    nodes = sum(one.nodes for one in tables)
    if nodes > MAX_NODES or any(one.state == "too_large" for one in tables):
        return SegmentedTable(language, state="too_large")
    swallowed = b"\n".join([one for one in (*(table.swallowed for table in tables), unclosed) if one])
    if swallowed and not any(one.symbols for one in tables):
        return SegmentedTable(language, state="unparsed", damaged=True)
    return SegmentedTable(
        language,
        [segment for one in tables for segment in one.segments],
        damaged=bool(unclosed) or any(one.damaged for one in tables),
        nodes=nodes,
        swallowed=swallowed,
        has_errors=bool(unclosed) or any(one.has_errors for one in tables),
    )


def _read_whole(text: bytes, language: Language, reader: Reader, *, is_piece: bool = False) -> SegmentedTable:
    """Return the table of a file, or of a piece of one, which may have nothing outside of its damage."""
    root, parsed = reader.parse_context(text)
    nodes = root.descendant_count
    if nodes > MAX_NODES or is_deeper(root, MAX_DEPTH):
        reader.drop_trees()  # a hundred MB
        return SegmentedTable(language, state="too_large")
    damaged = root.has_error
    swallowed: list[bytes] = []
    is_crossed = damaged and not reader.is_sound and crosses(root, reader.query, text)
    if not is_crossed:
        outline = Outline(reader, text, None if damaged else parsed)
        statements = outline.statements(root.children)
        # the grammar takes a line that is indented too far for one of the block that it follows
        if language.row.get("blocks") == "indented":
            is_crossed = outline.is_ragged or any(one.column for one in statements[:1])
    if is_crossed:
        from muse_hook.symbols.recover import recovered  # a hook has little use for it

        damaged = True
        text, statements, swallowed, is_lost = recovered(reader, text)
        if is_lost and not is_piece:
            return SegmentedTable(language, state="unparsed", damaged=True)
    segments = cut(text, whole(item_cuts(text, statements)), len(text))
    return SegmentedTable(
        language,
        segments,
        damaged=damaged and not reader.is_sound,
        nodes=nodes,
        swallowed=b"\n".join(swallowed),
        has_errors=damaged,
        context=text if reader.is_in_context and not damaged else None,
    )


def _long_lines(text: bytes) -> list[tuple[int, int]]:
    """Return where the lines of LONG_LINE bytes and more begin and end."""
    half = LONG_LINE // 2
    found: list[tuple[int, int]] = []
    for at in range(0, len(text) - half, half):
        if b"\n" not in text[at : at + half]:  # a long line has one of these at least
            line = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
            if line[1] - line[0] >= LONG_LINE and found[-1:] != [line]:
                found.append(line)
    return found


def _read_edited(text: bytes, language: Language, previous: SegmentedTable, reader: Reader) -> SegmentedTable | None:
    """Return the table of a file of which another version is known; None where it has to be parsed as a whole."""
    if previous.context is None or language.row.get("blocks") == "indented":
        return None
    from muse_hook.symbols.edited import EditedFile  # few languages need it

    edited = EditedFile(text, previous.segments, previous.context, reader)
    if edited.segments is None or edited.root is None:
        return None
    nodes = edited.root.descendant_count
    if nodes > MAX_NODES or is_deeper(edited.root, MAX_DEPTH):
        return None
    return SegmentedTable(language, edited.segments, nodes=nodes, context=text)


def decoded(source: bytes, language: Language) -> bytes:
    """Return the text of a file in UTF-8, with line feeds for line ends, the last line's too.

    A language whose row has `coding` lets a file say its encoding in the first two lines (PEP 263). In any other one
    UTF-16 begins with a mark, and what is not UTF-8 is Latin-1. What cannot be decoded, or is in UTF-8 already, is left
    as it is.
    """
    if "coding" not in language.row and not source.isascii():
        source = _unmarked(source)
    if source.startswith(codecs.BOM_UTF8):
        source = source[len(codecs.BOM_UTF8) :]
    elif not source.isascii() and (name := _declared(source, language)):
        try:  # noqa: SIM105 - contextlib costs a hook 0.4 ms
            source = source.decode(name).encode()
        except (LookupError, ValueError):
            pass
    if b"\r" in source:
        source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return source if source.endswith(b"\n") or not source else source + b"\n"


def _unmarked(source: bytes) -> bytes:
    """Return in UTF-8 a file that cannot say its encoding."""
    is_wide = source[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    try:
        return source.decode("utf-16" if is_wide else "utf-8").encode()
    except ValueError:
        return source if is_wide else source.decode("latin-1").encode()


def _declared(source: bytes, language: Language) -> str:
    coding = language.row.get("coding")
    found = pattern(coding).match(source[:1024].decode("latin-1")) if isinstance(coding, str) else None
    return found[1] if found else ""
