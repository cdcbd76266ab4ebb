"""Cuts a file into stretches of whole lines, each with the statements that begin in it: the unit of reuse."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.symbols.statement import Class, Statement

ITEM, HEADER, MEMBER = "item", "header", "member"


class Stretch:
    """Whole lines of a file, up to where the next stretch begins.

    `role` is "item" (statements of the file), "header" (the first lines of a class, `opened`, whose statements follow) or
    "member" (statements of the class before). `column` is where its first statement begins. Rows of the entries count
    from the stretch's first line.
    """

    __slots__ = ("column", "opened", "role", "rows", "statements", "text")

    def __init__(
        self, text: bytes, role: str, column: int, statements: Sequence[Statement], opened: Class | None = None
    ) -> None:
        self.text = text
        self.rows = text.count(b"\n")
        self.role = role
        self.column = column
        self.statements = tuple(statements)
        self.opened = opened


def stretches(source: bytes, statements: Sequence[Statement], start: int = 0, end: int | None = None) -> list[Stretch]:
    """Cut `source` from `start` to `end` into stretches, given the statements that stand there, in order."""
    end = len(source) if end is None else end
    cuts: list[tuple[int, str, list[Statement], Class | None]] = []
    for group in _lines(source, statements):
        opened = group[0].opened if len(group) == 1 else None
        members = _lines(source, opened.statements) if opened is not None else []
        first = _line_start(source, group[0].start)
        if opened is None or not members or not _on_own_lines(source, group[0], members):
            for one in group:
                one.close()
            cuts.append((first, ITEM, group, None))
            continue
        cuts.append((first, HEADER, group, opened))
        cuts += ((_line_start(source, m[0].start), MEMBER, m, None) for m in members)
    if not cuts or cuts[0][0] > start:
        cuts.insert(0, (start, ITEM, [], None))
    out = []
    for index, (first, role, group, opened) in enumerate(cuts):
        last = cuts[index + 1][0] if index + 1 < len(cuts) else end
        column = group[0].column if group else 0
        out.append(_stretch(source, first, last, Stretch(source[first:last], role, column, group, opened)))
    return out


def _stretch(source: bytes, first: int, last: int, stretch: Stretch) -> Stretch:
    """Turn the entries' byte positions into rows of their stretch."""
    if stretch.opened is not None:
        entries = [stretch.opened.entry]
    else:
        entries = [entry for statement in stretch.statements for entry in statement.entries]
    for entry in entries:
        row = source.count(b"\n", first, entry.first)
        entry.last = row + source.count(b"\n", entry.first, entry.last)
        entry.first = row
    del last
    return stretch


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


def _on_own_lines(source: bytes, statement: Statement, members: list[list[Statement]]) -> bool:
    """Whether a class's members begin on a line after its header, and nothing stands before it on its line."""
    first = _line_start(source, members[0][0].start)
    return statement.start < first and not source[_line_start(source, statement.start) : statement.start].strip()


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
