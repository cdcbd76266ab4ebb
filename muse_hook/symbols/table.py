"""Puts the stretches of a file together: its symbols by name, and what no symbol holds."""

from __future__ import annotations

from muse_hook.model.symbol import Symbol, SymbolTable
from muse_hook.symbols.definition import Definition
from muse_hook.symbols.digest import digest
from muse_hook.symbols.marks import CLOSE, OPEN, STRING
from muse_hook.symbols.piece import Piece
from muse_hook.symbols.several import Several
from muse_hook.symbols.stretch import HEADER, container_of, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.languages import Language
    from muse_hook.model.symbol import Content
    from muse_hook.symbols.statement import Entry, Statement
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
                value = digest(_ids(self._residue()))
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
        return _same(self._residue(), other._residue()) if isinstance(other, Table) else False  # noqa: SLF001 - a sibling

    def same_tree(self, other: SymbolTable) -> bool:
        """Whether `tree_id` is equal; stretches with equal text are not normalised."""
        return _same(self._tree(), other._tree()) if isinstance(other, Table) else False  # noqa: SLF001 - a sibling

    def _residue(self) -> list[Piece | str]:
        items = (s for s in self.stretches if s.role != "member")
        return [part for stretch in items for statement in stretch.statements for part in statement.residue]

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
        lines = (first + 1, last + 1)
        symbol = entry.symbol
        name = entry.qualified_name
        if symbol is None or symbol.lines != lines or symbol.content is not content:
            symbol = Symbol(name, entry.name, entry.kind, parent=entry.parent, lines=lines, content=content)
            entry.symbol = symbol
        before = found.setdefault(name, symbol)
        if before is not symbol:
            found[name] = _both(before, symbol)

    def note_all(statements: Iterable[Statement], row: int) -> None:
        for statement in statements:
            for entry in statement.entries:
                if entry.definition is not None:
                    note(entry, entry.definition, row + entry.first, row + entry.last)

    for stretch, row, members in walk(stretches):
        opened = stretch.opened
        if opened is None:
            note_all(stretch.statements, row)
            continue
        at = row + stretch.rows
        end = at + sum(member.rows for member in members[:-1]) + members[-1].last
        note(opened.entry, container_of(opened, members), row + opened.entry.first, end)
        for member in members:
            note_all(member.statements, at)
            at += member.rows
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
