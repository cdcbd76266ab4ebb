"""What one statement of a file holds: the definitions in it, and what of it belongs to no definition."""

from __future__ import annotations

from muse_hook.symbols.container import Container
from muse_hook.symbols.definition import Definition
from muse_hook.symbols.marks import CLOSE, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.symbol import Symbol
    from muse_hook.symbols.container import Own
    from muse_hook.symbols.definition import Guards
    from muse_hook.symbols.imported import Import
    from muse_hook.symbols.piece import Piece
    from muse_hook.symbols.stretch import Stretch


class Place:
    """Where statements stand: in which class ("" for none) at which depth, and under which conditions in it.

    `in_class` tells whether they are those of a class body.
    """

    __slots__ = ("depth", "guards", "in_class", "parent")

    def __init__(self, parent: str = "", guards: Guards = (), depth: int = 0) -> None:
        self.parent = parent
        self.guards = guards
        self.depth = depth
        self.in_class = bool(parent)

    def under(self, guard: str) -> Place:
        """Return the place of a block under a condition."""
        return Place(self.parent, (*self.guards, guard), self.depth + 1)

    def inside(self, name: str) -> Place:
        """Return the place of the body of a class; the class's own conditions stay outside."""
        return Place(name, (), self.depth + 1)


class Entry:
    """One definition: its address, its kind, where it stands (rows from the start of its stretch), what it says.

    `symbol` is the one last made of it, which will do again where it stands on the same lines.
    """

    __slots__ = ("definition", "first", "kind", "last", "name", "parent", "qualified_name", "symbol")

    def __init__(
        self,
        qualified_name: str,
        name: str,
        kind: str,
        *,
        parent: str,
        rows: tuple[int, int],
        definition: Definition | Import | Container | None,
    ) -> None:
        self.qualified_name = qualified_name
        self.name = name
        self.kind = kind
        self.parent = parent
        self.first, self.last = rows
        self.definition = definition
        self.symbol: Symbol | None = None


class Class:
    """A class before its parts are put together: its entry has no definition yet; inner classes have theirs."""

    __slots__ = ("entry", "guards", "header", "made", "statements")

    def __init__(self, entry: Entry, header: Piece, guards: Guards, statements: list[Statement]) -> None:
        self.entry = entry
        self.header = header
        self.guards = guards
        self.statements = statements
        self.made: tuple[list[Stretch], Container] | None = None

    def container(self, statements: Sequence[Statement]) -> Container:
        """Return what the class says when these are the statements of its body."""
        name = self.entry.qualified_name + "."
        inside = (e for s in statements for e in s.entries if "." not in e.qualified_name[len(name) :])
        members = [e.definition for e in inside if isinstance(e.definition, (Definition, Container))]
        own = [one for s in statements for one in s.own]
        documented = bool(statements) and statements[0].is_docstring
        return Container(self.entry.name, self.header, self.guards, own=own, documented=documented, members=members)


class Statement:
    """The facts of one statement, whose bytes are `start` to `end`.

    `entries` are its definitions; `own` what it is to a class that it stands in directly; `residue` what of it no
    symbol holds (texts that open and close conditions, pieces); `tree` its part of the whole tree. Of a class all that
    comes with `close`, until then it is in `opened`. `column` is where it begins, its indentation where it
    `begins_line`. `is_docstring` tells whether it would document a class whose first statement it is.
    """

    __slots__ = ("begins_line", "column", "end", "entries", "is_docstring", "opened", "own", "residue", "start", "tree")

    def __init__(self, start: int, end: int, column: int, *, begins_line: bool) -> None:
        self.start = start
        self.end = end
        self.column = column
        self.begins_line = begins_line
        self.is_docstring = False
        self.entries: Sequence[Entry] = ()
        self.own: Sequence[Own] = ()
        self.residue: Sequence[Piece | str] = ()
        self.tree: Sequence[Piece | str] = ()
        self.opened: Class | None = None

    def close(self) -> None:
        """Put the parts of a class together, where this is one."""
        opened = self.opened
        if opened is None:
            return
        self.opened = None
        opened.entry.definition = opened.container(opened.statements)
        self.entries = [opened.entry, *(entry for s in opened.statements for entry in s.entries)]
        self.tree = [OPEN, opened.header, *(part for s in opened.statements for part in s.tree), CLOSE]
