"""Finds what two versions of a file have in common, and reads only the gaps between.

A segment of the older version that stands in the newer one, byte for byte, keeps its symbols. That is right where what
lies before it ends, and it begins, at a border that the parser would find as well. Gaps are parsed by themselves, so
a gap without errors is a row of whole statements; what remains to be made sure of is that no statement goes across
a border. So a segment begins with a letter at the column of its siblings, a gap likewise (else the segment before
is read again with it), and anything out of the ordinary gives up: the file is parsed as a whole.
"""

from __future__ import annotations

from muse_hook.symbols.outline import Outline, indentation
from muse_hook.symbols.statement import HEADER, ITEM, MEMBER, Segment, cut, item_cuts, member_cuts, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.symbols.reader import Reader
    from muse_hook.symbols.statement import Cut

    # Of old segments: the first, the one after the last, where they stand in the new text.
    SegmentRun = tuple[int, int, int]

# A gap of this size is looked through for segments in its middle (one edit at the top of a file, one at its end).
SEARCHED_GAP = 1500
# A segment that is looked for is so long; shorter ones stand in many places.
SOUGHT_LENGTH = 64
# So many times the length of a gap is searched in vain before that stops paying.
SEARCHES = 24
# A gap in doubt is read once more with a segment on either side.
ATTEMPTS = 2


def read_changed(text: bytes, old: Sequence[Segment], reader: Reader) -> tuple[list[Segment], int] | None:
    """Return the segments of `text` and the number of nodes parsed for them, given those of another version.

    None where there is any doubt.
    """
    runs = common_runs(text, old)
    for _ in range(ATTEMPTS):
        if not runs:
            return None
        found = _read_gaps(text, old, runs, reader)
        if not isinstance(found, int):
            is_indented = reader.language.row.get("blocks") == "indented"
            return found if _fits(found[0], is_indented=is_indented) else None
        # what is in the gap may belong to what is beside it (a decorator, an else)
        runs = _widened(text, old, runs, found)
    return None


def _read_gaps(
    text: bytes, old: Sequence[Segment], runs: Sequence[SegmentRun], reader: Reader
) -> tuple[list[Segment], int] | int:
    """Return the segments of the runs and of the gaps before, between and after them, or the gap that is in doubt."""
    out: list[Segment] = []
    nodes = at = known = 0
    for number, (first, last, start) in enumerate([*runs, (len(old), len(old), len(text))]):
        if start > at:
            # the class that a gap begins in went on in the older version
            is_open = 0 < known < len(old) and old[known].role == MEMBER
            after = old[first] if first < len(old) else None
            gap = _read_gap(text, (at, start), out, after, reader, is_open=is_open)
            if gap is None:
                return number
            out += gap[0]
            nodes += gap[1]
        out += old[first:last]
        at = start + sum(segment.size for segment in old[first:last])
        known = last
    return out, nodes


def _widened(text: bytes, old: Sequence[Segment], runs: Sequence[SegmentRun], gap: int) -> list[SegmentRun]:
    """Return the runs with a gap that reaches one segment further to either side."""
    before, after = list(runs[:gap]), list(runs[gap:])
    if before:
        first, last, start = before.pop()
        at = start + sum(segment.size for segment in old[first:last])
        while last > first:
            last -= 1
            at -= old[last].size
            if last > first and _border_after(text, at, old, last):
                before.append((first, last, start))
                break
    known = before[-1][1] if before else 0
    if after:
        first, last, start = after.pop(0)
        while first < last:
            start += old[first].size
            first += 1
            if first < last and _border_before(text, start, old, known, first):
                after.insert(0, (first, last, start))
                break
    return before + after


def common_runs(text: bytes, old: Sequence[Segment], *, is_alone: bool = True) -> list[SegmentRun]:
    """Return the runs of old segments that stand in `text`, in order on both sides.

    Of members that are read `is_alone` only behind what of their class stands there, too.
    """
    count = len(old)
    first, at = 0, 0
    while first < count and text.startswith(old[first].text, at):
        at += old[first].size
        first += 1
    while first and not _border_after(text, at, old, first):
        first -= 1
        at -= old[first].size
    last, end = count, len(text)
    while (
        last > first
        and end - old[last - 1].size >= at
        and text.startswith(old[last - 1].text, end - old[last - 1].size)
    ):
        last -= 1
        end -= old[last].size
    runs = [(0, first, 0)] if first else []
    if end - at >= SEARCHED_GAP:
        runs += _anchors(text, old, (first, last), (at, end), is_alone=is_alone)
    known = runs[-1][1] if runs else 0
    while last < count and not _border_before(text, end, old, known if is_alone else last, last):
        end += old[last].size
        last += 1
    return [*runs, (last, count, end)] if last < count else runs


def _anchors(
    text: bytes, old: Sequence[Segment], indices: tuple[int, int], span: tuple[int, int], *, is_alone: bool
) -> list[SegmentRun]:
    """Return the runs of segments that stand between two positions, found one after the other."""
    runs: list[SegmentRun] = []
    index, last = indices
    at, end = span
    known = index
    budget = SEARCHES * (end - at)
    while index < last and budget > 0:
        wanted = old[index].text
        first = index
        index += 1
        # what a short header is in the middle of a file its first members say
        while old[first].role == HEADER and len(wanted) < SOUGHT_LENGTH and index < last:
            wanted += old[index].text
            index += 1
        if len(wanted) < SOUGHT_LENGTH:
            continue
        start = text.find(wanted, at, end)
        if start < 0 or not _border_before(text, start, old, known if is_alone else first, first):
            budget -= end - at
            index = first + 1
            continue
        after = start + len(wanted)
        while index < last and text.startswith(old[index].text, after) and after + old[index].size <= end:
            after += old[index].size
            index += 1
        while index > first and not _border_after(text, after, old, index):
            index -= 1
            after -= old[index].size
        if index > first:
            runs.append((first, index, start))
            known, at = index, after
        else:
            index = first + 1
    return runs


def _border_after(text: bytes, at: int, old: Sequence[Segment], index: int) -> bool:
    """Whether what begins at `at` cannot belong to the segment before `index`: no deeper than that one's siblings."""
    segment = old[index - 1]
    if at == len(text):
        return True
    if not segment.text.endswith(b"\n") or segment.text.endswith(b"\\\n"):
        return False
    line = text[at : at + 200]
    bare = line.lstrip(b" \t")
    column = old[index].column if segment.role == HEADER and index < len(old) else segment.column
    return indentation(line[: len(line) - len(bare)]) <= column and _begins(bare)


def _border_before(text: bytes, at: int, old: Sequence[Segment], known: int, index: int) -> bool:
    """Whether the old segment `index` may stand at `at`; the one before `known` is the last that stands before it.

    Where that is `index` itself, a member may stand there without the rest of its class.
    """
    if at and not text.endswith(b"\n", 0, at):
        return False
    segment = old[index]
    if not segment.statements and segment.opened is None:
        return False
    if segment.role == MEMBER and known < index and (not known or any(s.role != MEMBER for s in old[known:index])):
        return False
    return _begins(segment.text.lstrip(b" \t"))


def _begins(bare: bytes) -> bool:
    """Whether a line is a statement of its own by how it begins: nothing that would go on with the one before."""
    first = bare[:1]
    return first.isalpha() or first in {b"_", b"@", b'"', b"'"}


def _read_gap(
    text: bytes,
    span: tuple[int, int],
    before: Sequence[Segment],
    after: Segment | None,
    reader: Reader,
    *,
    is_open: bool,
) -> tuple[list[Segment], int] | None:
    """Parse a gap by itself, in the class that it stands in; its segments and the number of nodes, None in doubt."""
    gap = text[span[0] : span[1]]
    if gap.endswith(b"\\\n") or (after is not None and not gap.endswith(b"\n")):
        return None
    closing = str(reader.language.row.get("closing", "")).encode()
    context = class_of(before)
    if context is not None and closing and (after is None or after.role != MEMBER):
        # members end with the class where something closes it
        context = context if is_open or before[-1].role == HEADER else None
    opening = context.text if context is not None else b""
    source = opening + gap + (closing if context is not None and after is not None and after.role == MEMBER else b"")
    root, parsed = reader.parse(source, is_tried=True)
    if root.has_error:
        return None
    outline = Outline(reader, source, parsed)
    statements = outline.statements(root.children)
    if outline.is_ragged or outline.is_dangling:
        return None
    cuts: list[Cut] = []
    if context is not None:
        opened = statements[0].opened if statements else None
        if opened is None or statements[0].start >= len(opening):
            return None
        cuts = member_cuts(source, opened.statements, opened.entry.last)
        statements = statements[1:]
    if after is not None and after.role == MEMBER and statements:
        return None
    cuts += item_cuts(source, statements)
    if before:
        if not cuts or cuts[0][0] != len(opening):
            return None
    else:
        cuts = whole(cuts)
    return cut(source[: len(opening) + len(gap)], cuts, len(opening) + len(gap)), root.descendant_count


def class_of(before: Sequence[Segment]) -> Segment | None:
    """Return the header of the class that the last segment belongs to."""
    for segment in reversed(before):
        if segment.role == HEADER:
            return segment
        if segment.role == ITEM:
            return None
    return None


def _fits(segments: Sequence[Segment], *, is_indented: bool) -> bool:
    """Whether siblings begin at the same column (those of a file that `is_indented` at the first), no member alone."""
    columns: dict[str, int] = {ITEM: 0} if is_indented else {}
    role = ITEM
    for segment in segments:
        if segment.role == MEMBER:
            if role == ITEM or columns.setdefault(MEMBER, segment.column) != segment.column:
                return False
        else:
            columns.pop(MEMBER, None)
            if role == HEADER:
                return False
            if (segment.statements or segment.opened) and columns.setdefault(ITEM, segment.column) != segment.column:
                return False
        role = segment.role
    return role != HEADER
