"""Reads a changed text with headings: sections that are as they were keep their symbols, the gap between is parsed.

What a text's blocks are is decided line by line: nothing that follows a heading, which stands behind a blank line,
changes what stands before it, and where a parser that has read the gap sees the next heading as one, all that follows
is as it was. Which heading stands below which is seen from a gap that is parsed below the headings before it.
"""

from __future__ import annotations

from muse_hook.symbols.outline import Outline
from muse_hook.symbols.pieces import metadata_end, read_pieces
from muse_hook.symbols.reuse import class_of
from muse_hook.symbols.statement import HEADER, MEMBER, cut, item_cuts, member_cuts
from muse_hook.symbols.tokens import OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.symbols.reader import Reader
    from muse_hook.symbols.statement import Cut, Segment, Statement

_BLANK = b"\n\n"
# A gap in doubt is read once more with the section before it: of 31 changed texts of requests 3 took that.
ATTEMPTS = 2


def read_changed_sections(text: bytes, old: Sequence[Segment], reader: Reader) -> tuple[list[Segment], int] | None:
    """Return the segments of `text` and the number of nodes parsed for them, given those of another version.

    None where there is any doubt. That version was parsed without errors. A quarter of a backfill of requests.
    """
    count = len(old)
    first = at = 0
    while first < count and text.startswith(old[first].text, at):
        at += old[first].size
        first += 1
    last, end = count, len(text)
    while (
        last > first
        and end - old[last - 1].size >= at
        and text.startswith(old[last - 1].text, end - old[last - 1].size)
    ):
        last -= 1
        end -= old[last].size
    if not 0 <= metadata_end(text) <= at:
        return None  # what is new may end the metadata that the text begins with
    for _ in range(ATTEMPTS):
        while first and not _is_border(old, first):
            first -= 1
            at -= old[first].size
        while last < count and not (_is_section(old[last]) and text.endswith(_BLANK, 0, end)):
            end += old[last].size
            last += 1
        if not first:
            break
        found = _read_gap(text[at:end], old, first, last, reader)
        if found is not None:
            return [*old[:first], *found[0], *old[last:]], found[1]
        first -= 1  # what is in the gap may belong to what stands before it
        at -= old[first].size
    return None


def _is_border(old: Sequence[Segment], first: int) -> bool:
    """Whether a gap may begin in the place of the segment `first`: where it ends the one before is sure."""
    if first == len(old):
        return False
    before, after = old[first - 1], old[first]
    if before.role == HEADER:
        return True
    is_alike = (before.role == MEMBER) == (after.role == MEMBER)  # else it was the last one of its class
    return is_alike and _is_section(after) and before.text.endswith(_BLANK)


def _read_gap(
    gap: bytes, old: Sequence[Segment], first: int, last: int, reader: Reader
) -> tuple[list[Segment], int] | None:
    """Parse a gap below the headings before it, and with the one behind it; its segments and the number of nodes."""
    before, after = old[first - 1], old[last] if last < len(old) else None
    owner = class_of(old[:first])
    if after is not None and after.role == MEMBER and any(one.role != MEMBER for one in old[first:last]):
        return None  # it was another class's
    opening = owner.text if owner is not None else b""
    neighbour = _heading(before.text) if before.role != HEADER and _is_section(before) else b""
    start = len(opening) + len(neighbour)
    stop = start + len(gap)
    source = opening + neighbour + gap + (_heading(after.text) if after is not None else b"")
    read = read_pieces(source, reader) or _read(source, reader)
    if read is None:
        return None
    tops, nodes = read
    opened = None
    if owner is not None:
        opened = tops[0].opened if tops and tops[0].start < len(opening) else None
        if opened is None:
            return None
        del tops[0]
    body = tops if opened is None else opened.statements
    if after is not None:
        row = body if after.role == MEMBER else tops
        if not row or row[-1].start != stop or not _is_heading(row[-1]):
            return None
        del row[-1]
    if neighbour:
        if not body or body[0].start != len(opening) or not _is_heading(body[0]) or body[0].end > start:
            return None
        del body[0]
    if before.role != HEADER and body and not _is_heading(body[0]):
        return None  # it may belong to what stands before it
    is_followed = after is not None and after.role == MEMBER
    if opened is not None and not body and not is_followed:
        return None  # what stands before it is now the last one of its class
    cuts: list[Cut]
    if opened is None:
        cuts = item_cuts(source, body)
    else:
        if is_followed and body:
            opened.entry.last = body[-1].end
        cuts = [*member_cuts(source, opened.statements, opened.entry.last), *item_cuts(source, tops)]
    if (cuts[0][0] if cuts else stop) != start:
        return None
    return cut(source[:stop], cuts, stop) if cuts else [], nodes


def _read(source: bytes, reader: Reader) -> tuple[list[Statement], int] | None:
    """Return the statements of a source and the number of nodes of its tree, None where it has errors."""
    root, parsed = reader.parse(source)
    return (
        None if root.has_error else (Outline(reader, source, parsed).statements(root.children), root.descendant_count)
    )


def _heading(text: bytes) -> bytes:
    """Return the heading that a section begins with, and a blank line."""
    lines = text.split(b"\n", 2)
    return b"\n".join(lines[: 1 if text.startswith(b"#") else 2]) + _BLANK


def _is_section(segment: Segment) -> bool:
    """Whether a segment is a section, or begins one."""
    return segment.role == HEADER or (bool(segment.statements) and _is_heading(segment.statements[0]))


def _is_heading(statement: Statement) -> bool:
    return statement.opened is not None or statement.tree[:1] in ([OPEN], (OPEN,))
