"""Cuts a file into stretches of whole lines, each with the statements that begin in it: the unit of reuse."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.symbols.container import Container
    from muse_hook.symbols.statement import Class, Entry, Statement

    # Start, role, statements, class, end of the last statement (of the last one of a class: of the class).
    Cut = tuple[int, str, Sequence[Statement], Class | None, int]

ITEM, HEADER, MEMBER = "item", "header", "member"


class Stretch:
    """Whole lines of a file, up to where the next stretch begins.

    `role` is "item" (statements of the file), "header" (the first lines of a class, `opened`, whose statements follow)
    or "member" (statements of the class before). `column` is where its first statement begins, `last` the row where its
    last one ends (in the last stretch of a class: the class). Rows count from the stretch's first line.
    """

    __slots__ = ("column", "last", "opened", "role", "rows", "size", "statements", "text")

    def __init__(self, source: bytes, cut: Cut, end: int) -> None:
        start, self.role, statements, self.opened, last = cut
        self.text = source[start:end]
        self.size = len(self.text)
        self.rows = self.text.count(b"\n")
        self.last = self.rows - source.count(b"\n", last, end)
        self.column = statements[0].column if statements else 0
        if self.opened is not None:
            self.statements: tuple[Statement, ...] = ()
            entries: Sequence[Entry] = (self.opened.entry,)
            self.opened.statements = []  # those are in the member stretches from here on
        else:
            self.statements = tuple(statements)
            entries = [entry for statement in statements for entry in statement.entries]
        for entry in entries:
            row = source.count(b"\n", start, entry.first)
            entry.last = self.last if entry.last == last else row + source.count(b"\n", entry.first, entry.last)
            entry.first = row


def cut(source: bytes, cuts: Sequence[Cut], end: int) -> list[Stretch]:
    """Return the stretches that begin at cuts, the last one ending at `end`."""
    ends = [following[0] for following in cuts[1:]]
    return [Stretch(source, one, until) for one, until in zip(cuts, [*ends, end], strict=True)]


def item_cuts(source: bytes, statements: Sequence[Statement]) -> list[Cut]:
    """Return where the stretches of a file's statements begin; classes on lines of their own are opened."""
    cuts: list[Cut] = []
    for group in _lines(source, statements):
        opened = group[0].opened if len(group) == 1 else None
        first = _line_start(source, group[0].start)
        if opened is not None and opened.statements and group[0].begins_line:
            members = member_cuts(source, opened)
            if first < members[0][0]:
                cuts += ((first, HEADER, group, opened, first), *members)
                continue
        for one in group:
            one.close()
        cuts.append((first, ITEM, group, None, group[-1].end))
    return cuts


def member_cuts(source: bytes, opened: Class) -> list[Cut]:
    """Return where the stretches of a class's statements begin."""
    groups = _lines(source, opened.statements)
    ends = [*(group[-1].end for group in groups[:-1]), opened.entry.last]
    return [
        (_line_start(source, group[0].start), MEMBER, group, None, end)
        for group, end in zip(groups, ends, strict=bool(groups))
    ]


def head(cuts: list[Cut]) -> list[Cut]:
    """Return the cuts of a whole file, with what stands before the first statement as a stretch of its own."""
    return cuts if cuts and cuts[0][0] == 0 else [(0, ITEM, (), None, 0), *cuts]


def _lines(source: bytes, statements: Sequence[Statement]) -> list[list[Statement]]:
    """Group statements that share a line."""
    groups: list[list[Statement]] = []
    end = -1
    for one in statements:
        if groups and source.find(b"\n", end, one.start) < 0:
            groups[-1].append(one)
        else:
            groups.append([one])
        end = one.end
    return groups


def _line_start(source: bytes, position: int) -> int:
    return source.rfind(b"\n", 0, position) + 1


def walk(stretches: Sequence[Stretch]) -> Iterator[tuple[Stretch, int, list[Stretch]]]:
    """Yield each item and header with its first row and, for a header, the stretches of its members."""
    row = 0
    index = 0
    while index < len(stretches):
        stretch = stretches[index]
        index += 1
        members: list[Stretch] = []
        while index < len(stretches) and stretches[index].role == MEMBER:
            members.append(stretches[index])
            index += 1
        yield stretch, row, members
        row += stretch.rows + sum(m.rows for m in members)


def container_of(opened: Class, members: list[Stretch]) -> Container:
    """Return what a class says that has these stretches in its body; the same as long as they are."""
    if opened.made is None or opened.made[0] != members:
        opened.made = (members, opened.container([statement for member in members for statement in member.statements]))
    return opened.made[1]
