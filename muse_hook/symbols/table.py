"""Puts the stretches of a file together: its symbols by name, and what no symbol holds."""

from __future__ import annotations

from muse_hook.digest import digest
from muse_hook.model.symbol import Symbol, SymbolTable
from muse_hook.symbols.definition import Definition
from muse_hook.symbols.marks import CLOSE, OPEN, STRING
from muse_hook.symbols.piece import Piece
from muse_hook.symbols.several import Several
from muse_hook.symbols.stretch import HEADER, MEMBER, container_of, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.languages.languages import Language
    from muse_hook.model.symbol import Content
    from muse_hook.symbols.statement import Entry
    from muse_hook.symbols.stretch import Stretch


class Table(SymbolTable):
    """A symbol table that knows the stretches it was made from."""

    __slots__ = ("language", "nodes", "stretches")

    def __init__(
        self,
        language: Language,
        stretches: Sequence[Stretch] = (),
        *,
        state: str = "parsed",
        damaged: bool = False,
        nodes: int = 0,
    ) -> None:
        self.language = language
        self.stretches = tuple(stretches)
        self.state = state
        self.damaged = damaged
        self.nodes = nodes
        self.symbols = _symbols(self.stretches)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Work out what nobody has asked for before."""
            if name == "module_id":
                value = digest(_ids(_residue(self.stretches)))
            elif name == "tree_id":
                value = digest(_ids(self._tree()))
            elif name == "exports":
                value = self._exports()
            else:
                raise AttributeError(name)
            setattr(self, name, value)
            return value

    def same_module(self, other: SymbolTable) -> bool:
        """Whether `module_id` is equal; stretches with equal text are not normalised."""
        return isinstance(other, Table) and _same(*map(_residue, _middles(self.stretches, other.stretches)))

    def same_tree(self, other: SymbolTable) -> bool:
        """Whether `tree_id` is equal; stretches with equal text are not normalised."""
        return _same(self._tree(), other._tree()) if isinstance(other, Table) else False  # noqa: SLF001 - a sibling

    def _tree(self) -> list[Piece | str]:
        parts: list[Piece | str] = []
        for stretch, _, members in walk(self.stretches):
            if stretch.role == HEADER and stretch.opened is not None:
                parts += (OPEN, stretch.opened.header)
                parts += (part for m in members for statement in m.statements for part in statement.tree)
                parts.append(CLOSE)
            else:
                parts += (part for statement in stretch.statements for part in statement.tree)
        return parts

    def _exports(self) -> tuple[str, ...] | None:
        listed = self.symbols.get(str(self.language.row.get("exports", "")))
        if listed is None:
            return None
        contents = listed.content.definitions if isinstance(listed.content, Several) else [listed.content]
        pieces = (content.piece for content in contents if isinstance(content, Definition))
        strings = (entry for piece in pieces for entry in piece.normal.entries if entry.startswith(STRING))
        return tuple(string.partition("'")[2] for string in strings) or None


def _middles(mine: Sequence[Stretch], theirs: Sequence[Stretch]) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
    """Return two files without the very stretches that both begin and end with."""
    least = min(len(mine), len(theirs))
    first = next((i for i in range(least) if mine[i] is not theirs[i]), least)
    last = next((i for i in range(least - first) if mine[-1 - i] is not theirs[-1 - i]), least - first)
    return mine[first : len(mine) - last], theirs[first : len(theirs) - last]


def _residue(stretches: Sequence[Stretch]) -> list[Piece | str]:
    items = (s for s in stretches if s.role != MEMBER)
    return [part for stretch in items for statement in stretch.statements for part in statement.residue]


def _same(mine: list[Piece | str], theirs: list[Piece | str]) -> bool:
    if len(mine) != len(theirs):
        return False
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a is not b]
    if any(a != b for a, b in pairs if isinstance(a, str) or isinstance(b, str)):
        return False
    return all(a.same_as(b) for a, b in pairs if isinstance(a, Piece) and isinstance(b, Piece))


def _ids(parts: list[Piece | str]) -> list[str]:
    return [part.id if isinstance(part, Piece) else part for part in parts]


def _symbols(stretches: Sequence[Stretch]) -> dict[str, Symbol]:
    """Return the symbols by qualified name; several definitions of one name are one symbol."""
    found: dict[str, Symbol] = {}

    def note(entry: Entry, content: Content, first: int, last: int) -> None:
        symbol = entry.symbol
        # the one of an older version, where nothing before it has changed
        if symbol is None or symbol.content is not content or symbol.lines != (first, last):
            symbol = entry.symbol = Symbol(
                entry.qualified_name, entry.name, entry.kind, parent=entry.parent, lines=(first, last), content=content
            )
        before = found.setdefault(entry.qualified_name, symbol)
        if before is not symbol:
            found[entry.qualified_name] = _both(before, symbol)

    for stretch, row, members in walk(stretches):
        opened = stretch.opened
        at = row + 1
        if opened is not None:
            end = at + stretch.rows + sum(member.rows for member in members[:-1]) + members[-1].last
            note(opened.entry, container_of(opened, members), at + opened.entry.first, end)
            at += stretch.rows
        for one in (stretch, *members) if opened is None else members:
            for statement in one.statements:
                for entry in statement.entries:
                    if entry.definition is not None:
                        note(entry, entry.definition, at + entry.first, at + entry.last)
            at += one.rows
    return found


def _both(before: Symbol, after: Symbol) -> Symbol:
    """Return the symbol of all definitions of a name, the latest one being `after`."""
    lines = (min(before.lines[0], after.lines[0]), max(before.lines[1], after.lines[1]))
    content = before.content
    if isinstance(content, Several):
        content.definitions.append(after.content)
    else:
        content = Several([content, after.content])
    return Symbol(after.qualified_name, after.name, after.kind, parent=after.parent, lines=lines, content=content)
