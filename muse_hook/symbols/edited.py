"""Reads another version of a file whose pieces say something in it alone: by the grammar's own knowledge of an edit.

The parser is told what differs, and tells where its tree is another one. Segments outside of that are taken over; their
texts are read in the newer version from then on. What lies between is read where it stands, in the whole tree.
"""

from __future__ import annotations

from muse_hook.symbols.outline import BODIES, Outline
from muse_hook.symbols.reuse import class_of, common_runs
from muse_hook.symbols.statement import (
    HEADER,
    MEMBER,
    Context,
    cut,
    header_cuts,
    inner_cuts,
    item_cuts,
    member_cuts,
    whole,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from muse_hook.symbols.reader import Edit, Reader
    from muse_hook.symbols.reuse import SegmentRun
    from muse_hook.symbols.statement import ClassParts, Cut, Segment

    # The number of a segment that may be taken over, it, where it stands in the newer version, and a member's class.
    Kept = tuple[int, Segment, int, ClassParts | None]


class EditedFile:
    """A newer version of a file: its `segments`, None where it has to be read as a whole, and its tree."""

    def __init__(self, text: bytes, previous: Sequence[Segment], context: bytes, reader: Reader) -> None:
        self.segments: list[Segment] | None = None
        self.root: Node | None = None
        self._text = text
        self._reader = reader
        runs = common_runs(text, previous, is_alone=False)
        _, old = reader.parse_context(context)
        found = reader.parse_edited(text, old, _edits(previous, runs, len(context), len(text))) if runs else None
        if found is None:
            return
        self.root, self._parsed, changed = found
        self._outline = Outline(reader, text, self._parsed)
        self._children = self.root.named_children
        self._put_together(_kept(previous, runs, changed))

    def _put_together(self, kept: Sequence[Kept]) -> None:
        """Find the segments taken over, and those of the gaps between them; none in doubt.

        A member whose class is another one now is read again.
        """
        out: list[Segment] = []
        taken: list[tuple[Segment, int]] = []
        at, last = 0, -1
        for number, segment, start, owner in kept:
            if start > at or number != last + 1:
                around = self._around(start) if owner is not None else None
                if owner is not None and around is None:
                    continue
                cuts = self._gap(out, at, start, around)
                if cuts is None:
                    return
                if owner is not None and not _is_same(owner, _open_class(out, cuts)):
                    continue
                out += cut(self._text, cuts, start) if cuts else ()
            out.append(segment)
            taken.append((segment, start))
            at, last = start + segment.size, number
        cuts = self._gap(out, at, len(self._text), None)
        if cuts is None or not taken:
            return
        self.segments = out + (cut(self._text, cuts, len(self._text)) if cuts else [])
        for segment, start in taken:
            segment.move(start, self._text, self._parsed)

    def _around(self, at: int) -> Node | None:
        """Return the statement of the file that goes on at `at`."""
        return next((one for one in self._children if one.start_byte < at < one.end_byte), None)

    def _gap(self, before: Sequence[Segment], at: int, end: int, around: Node | None) -> list[Cut] | None:
        """Return where segments begin from `at` to `end`, behind those `before`; None in doubt.

        What follows stands in the class `around` (None: in the file).
        """
        header, opened = class_of(before), self._around(at)
        if (opened is not None and header is None) or (opened is None and before and before[-1].role == HEADER):
            return None
        if header is not None and opened is not None and opened == around:
            cuts = self._members(at, end, opened, header)
        else:
            cuts = [] if opened is None or header is None else self._members(at, opened.end_byte, opened, header)
            if cuts is None or (opened is not None and not cuts):
                return None
            rest = self._items(at if opened is None else opened.end_byte, end, around, is_behind=opened is not None)
            if rest is None:
                return None
            cuts += rest
            cuts = cuts if at or not end else whole(cuts)
        return cuts if cuts is not None and (cuts[0][0] if cuts else end) == at else None

    def _items(self, start: int, end: int, around: Node | None, *, is_behind: bool) -> list[Cut] | None:
        """Return where segments begin among the file's statements, the last one the class `around` up to `end`.

        Where it `is_behind` a statement none of them may stand on that one's line.
        """
        nodes = _between(self._children, start, end if around is None else around.start_byte)
        if nodes is None:
            return None
        if around is not None:
            body = self._body(around)
            if body is None or _between(body[0], around.start_byte, end) is None:
                return None
            nodes.append(around)
            self._outline.limit = end
        statements = self._outline.statements(nodes)
        self._outline.limit = len(self._text)
        if self._outline.is_dangling:
            return None
        if is_behind and statements and self._text.find(b"\n", start, statements[0].start) < 0:
            return None
        if around is None:
            return item_cuts(self._text, statements)
        *before, last = statements
        if before and self._text.find(b"\n", before[-1].end, last.start) < 0:
            return None
        opening = header_cuts(self._text, last)
        return None if opening is None else [*item_cuts(self._text, before), *opening]

    def _members(self, start: int, end: int, around: Node, header: Segment) -> list[Cut] | None:
        """Return where segments begin among the statements of a class, up to its last one where `end` is its end."""
        body = self._body(around)
        if body is None or header.opened is None:
            return None
        nodes = _between(body[0], start, end)
        if nodes is None:
            return None
        inside = Context().inside(header.opened.entry.qualified_name, BODIES[body[1]])
        statements = self._outline.statements(nodes, inside)
        if self._outline.is_dangling:
            return None
        for one in statements:
            one.close()
        is_end = end == around.end_byte
        return member_cuts(self._text, statements, body[2]) if is_end else inner_cuts(self._text, statements)

    def _body(self, around: Node) -> tuple[list[Node], str, int] | None:
        """Return what stands in the body of a class, which capture that is, and where the class ends; None in doubt."""
        for pattern, captures in self._reader.query.structure(around):
            key = next((key for key in BODIES if key in captures), "")
            if key:
                if key == "flat" or "header" in captures:
                    return None
                target = captures[pattern.definition][0]
                return captures[key][0].named_children, key, self._outline.end_of(target)
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
    """Return the segments outside of what has changed."""
    starts: dict[int, int] = {}
    for first, last, start in runs:
        at = start
        for index in range(first, last):
            end = at + old[index].size
            if all(end <= one or at >= other for one, other in changed):
                starts[index] = at
            at = end
    kept: list[Kept] = []
    owner: ClassParts | None = None
    for index, segment in enumerate(old):
        owner = segment.opened if segment.role != MEMBER else owner
        if index in starts:
            kept.append((index, segment, starts[index], owner if segment.role == MEMBER else None))
    return kept


def _open_class(before: Sequence[Segment], cuts: Sequence[Cut]) -> ClassParts | None:
    """Return the class that is open behind some segments and cuts."""
    header = next((one for one in reversed(cuts) if one[1] == HEADER), None)
    if header is not None:
        return header[3]
    segment = class_of(before)
    return segment.opened if segment is not None else None


def _is_same(mine: ClassParts, theirs: ClassParts | None) -> bool:
    """Whether members of one class are the same in another one."""
    return theirs is mine or (
        theirs is not None
        and mine.entry.qualified_name == theirs.entry.qualified_name
        and (mine.header.kind, mine.body, mine.guards) == (theirs.header.kind, theirs.body, theirs.guards)
    )


def _between(nodes: Sequence[Node], start: int, end: int) -> list[Node] | None:
    """Return the nodes from `start` to `end`; None where one goes across either."""
    found = [one for one in nodes if one.end_byte > start and one.start_byte < end]
    if found and (found[0].start_byte < start or found[-1].end_byte > end):
        return None
    return found
