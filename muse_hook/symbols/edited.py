"""Reads another version of a file whose pieces say something in it alone: by the grammar's own knowledge of an edit.

The parser is told what differs, and tells where its tree is another one. Segments outside of that are taken over; their
texts are read in the newer version from then on. What lies between is read where it stands, in the whole tree.
"""

from __future__ import annotations

from muse_hook.symbols.outline import BODIES, Outline
from muse_hook.symbols.reuse import common_runs
from muse_hook.symbols.statement import HEADER, MEMBER, Context, cut, inner_cuts, item_cuts, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from muse_hook.symbols.reader import Edit, Reader
    from muse_hook.symbols.reuse import SegmentRun
    from muse_hook.symbols.statement import Segment

    # A segment that is taken over, and where it stands in the newer version.
    Kept = tuple[Segment, int]


class EditedFile:
    """A newer version of a file: its `segments`, None where it has to be read as a whole, and its tree."""

    def __init__(self, text: bytes, previous: Sequence[Segment], context: bytes, reader: Reader) -> None:
        self.segments: list[Segment] | None = None
        self.root: Node | None = None
        self._text = text
        self._reader = reader
        runs = common_runs(text, previous)
        _, old = reader.parse_context(context)
        found = reader.parse_edited(text, old, _edits(previous, runs, len(context), len(text))) if runs else None
        if found is None:
            return
        self.root, self._parsed, changed = found
        self._outline = Outline(reader, text, self._parsed)
        self._children = self.root.named_children
        kept = _kept(previous, runs, changed)
        self.segments = self._put_together(kept) if kept else None
        if self.segments is not None:
            for segment, start in kept:
                segment.move(start, text, self._parsed)

    def _put_together(self, kept: Sequence[Kept]) -> list[Segment] | None:
        """Return the segments taken over, and those of the gaps between them; None in doubt."""
        out: list[Segment] = []
        header: Segment | None = None
        at = 0
        for segment, start in [*kept, (None, len(self._text))]:
            if start > at:
                is_inside = segment is not None and segment.role == MEMBER
                gap = self._members(at, start, header) if is_inside else self._items(at, start)
                if gap is None:
                    return None
                out += gap
            if segment is not None:
                out.append(segment)
                header = segment if segment.role == HEADER else header
                at = start + segment.size
        return out

    def _items(self, start: int, end: int) -> list[Segment] | None:
        """Return the segments of a gap between the file's statements."""
        nodes = _between(self._children, start, end)
        if nodes is None:
            return None
        statements = self._outline.statements(nodes)
        if self._outline.is_dangling:
            return None
        cuts = item_cuts(self._text, statements)
        if not start:
            cuts = whole(cuts)
        return cut(self._text, cuts, end) if cuts and cuts[0][0] == start else None

    def _members(self, start: int, end: int, header: Segment | None) -> list[Segment] | None:
        """Return the segments of a gap between the statements of a class."""
        around = next((one for one in self._children if one.start_byte < start and one.end_byte > end), None)
        if around is None or header is None or header.opened is None:
            return None
        for _, captures in self._reader.query.structure(around):
            key = next((key for key in BODIES if key in captures), "")
            if not key:
                continue
            if key == "flat" or "header" in captures:
                return None
            nodes = _between(captures[key][0].named_children, start, end)
            if nodes is None:
                return None
            inside = Context().inside(header.opened.entry.qualified_name, BODIES[key])
            statements = self._outline.statements(nodes, inside)
            if self._outline.is_dangling:
                return None
            for one in statements:
                one.close()
            cuts = inner_cuts(self._text, statements)
            return cut(self._text, cuts, end) if cuts and cuts[0][0] == start else None
        return None


def _edits(old: Sequence[Segment], runs: Sequence[SegmentRun], old_length: int, length: int) -> list[Edit]:
    """Return what lies between runs of segments, in both versions."""
    edits: list[Edit] = []
    index = old_at = at = 0
    for first, last, start in [*runs, (len(old), len(old), length)]:
        old_start = old_at + sum(one.size for one in old[index:first])
        if first == len(old):
            old_start = old_length
        if old_start > old_at or start > at:
            edits.append((old_at, old_start, at, start))
        size = sum(one.size for one in old[first:last])
        index, old_at, at = last, old_start + size, start + size
    return edits


def _kept(old: Sequence[Segment], runs: Sequence[SegmentRun], changed: Sequence[tuple[int, int]]) -> list[Kept]:
    """Return the segments outside of what has changed: of a class all, or all but some members between two."""
    starts: dict[int, int] = {}
    for first, last, start in runs:
        at = start
        for index in range(first, last):
            end = at + old[index].size
            if all(end <= one or at >= other for one, other in changed):
                starts[index] = at
            at = end
    kept: list[Kept] = []
    index = 0
    while index < len(old):
        after = index + 1
        while after < len(old) and old[after].role == MEMBER:
            after += 1
        if index in starts and after - 1 in starts:
            kept += ((old[one], starts[one]) for one in range(index, after) if one in starts)
        index = after
    return kept


def _between(nodes: Sequence[Node], start: int, end: int) -> list[Node] | None:
    """Return the nodes from `start` to `end`; None where one goes across either."""
    found = [one for one in nodes if one.end_byte > start and one.start_byte < end]
    if found and (found[0].start_byte < start or found[-1].end_byte > end):
        return None
    return found
