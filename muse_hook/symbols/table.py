"""Puts the segments of a file together: its symbols by name, and what no symbol holds."""

from __future__ import annotations

from muse_hook.digest import digest
from muse_hook.model.symbol import Symbol, SymbolTable
from muse_hook.patterns import pattern
from muse_hook.symbols.definition import IMPLIED, Definition, Implied
from muse_hook.symbols.source import SourceText
from muse_hook.symbols.statement import HEADER, ITEM, MEMBER, walk
from muse_hook.symbols.tokens import CLOSE, OPEN, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from muse_hook.languages.languages import Language
    from muse_hook.model.symbol import Content
    from muse_hook.symbols.statement import Segment, SymbolEntry


# What is not a symbol's is held together entry by entry from so many bytes on; shorter ones are written as fast.
LONG = 2_000

_BOUND = pattern(r"(?<![\w.])(\w+)[\s\0]*:=")
_DELETES = (b"del ", b"del(", b"del\t")


class SegmentedTable(SymbolTable):
    """A symbol table that knows the segments it was made from, and the text where that is read as a whole."""

    __slots__ = ("_deleted", "context", "has_errors", "language", "nodes", "segments")

    def __init__(
        self,
        language: Language,
        segments: Sequence[Segment] = (),
        *,
        state: str = "parsed",
        damaged: bool = False,
        nodes: int = 0,
        swallowed: bytes = b"",
        has_errors: bool = False,
        context: bytes | None = None,
    ) -> None:
        self._deleted: frozenset[str] | None = None
        self.has_errors = has_errors  # which a language may do without calling it damage
        self.language = language
        self.language_name = language.name
        self.segments = tuple(segments)
        self.state = state
        self.damaged = damaged
        self.nodes = nodes
        self.context = context
        self.swallowed = swallowed
        is_first = language.row.get("kind") == "of the first"
        self.symbols = _symbols(self.segments, str(language.row.get("blank", "")), is_first=is_first)
        if language.row.get("holders") == "implied":
            self.symbols = _without_listed(self.symbols)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Work out what nobody has asked for before."""
            if name == "module_id":
                value = digest(_ids(_unowned(self.segments)))
            elif name == "tree_id":
                value = digest(_ids(self.tree()))
            elif name == "exports":
                value = self._exports()
            else:
                raise AttributeError(name)
            setattr(self, name, value)
            return value

    def is_reusable(self, language: Language) -> bool:
        """Whether another version's table, in `language`, may take over segments of this one."""
        return self.language is language and bool(self.segments) and not (self.damaged or self.has_errors)

    def same_module(self, other: SymbolTable) -> bool:
        """Whether `module_id` is equal; segments with equal text are not normalised."""
        return isinstance(other, SegmentedTable) and _same(*map(_unowned, _between(self.segments, other.segments)))

    def same_tree(self, other: SymbolTable) -> bool:
        """Whether `tree_id` is equal; segments with equal text are not normalised."""
        return isinstance(other, SegmentedTable) and _same(self.tree(), other.tree())

    def tree(self) -> list[SourceText | str]:
        """Return the whole normalised tree: texts, and the entries that open and close classes."""
        parts: list[SourceText | str] = []
        for segment, _, members in walk(self.segments):
            if segment.role == HEADER and segment.opened is not None:
                parts += (OPEN, segment.opened.header)
                parts += (part for m in members for statement in m.statements for part in statement.tree)
                parts.append(CLOSE)
            else:
                parts += (part for statement in segment.statements for part in statement.tree)
        return parts

    def _exports(self) -> tuple[str, ...] | None:
        name = str(self.language.row.get("exports", ""))
        if name not in self.symbols:
            return None
        from muse_hook.symbols.exports import exported  # few modules of a commit have a list

        return exported(self._statements_of, name)

    def _statements_of(self, name: str) -> Iterator[tuple[SourceText, bool]]:
        """Yield the module's statements that define `name`, begin with it or delete of it, in their order.

        And whether a definition stands under a condition.
        """
        starts = (name.encode(), b"del " + name.encode())
        for segment, _, _ in walk(self.segments):
            for statement in segment.statements:
                for entry in statement.entries:
                    if entry.qualified_name == name and isinstance(entry.definition, Definition):
                        yield entry.definition.text, bool(entry.definition.guards)
                for part in statement.unowned:
                    if isinstance(part, SourceText) and part.source.lstrip().startswith(starts):
                        yield part, False

    @property
    def deleted(self) -> frozenset[str]:
        """See `SymbolTable.deleted`; what is deleted under a condition may be there."""
        if self._deleted is None:
            is_likely = self.language.row.get("exports") and any(
                b"del" in segment.text for segment in self.segments if segment.role == ITEM
            )
            self._deleted = self._find_deleted() if is_likely else frozenset()
        return self._deleted

    def _find_deleted(self) -> frozenset[str]:
        found: set[str] = set()
        for segment, _, _ in walk(self.segments):
            for statement in segment.statements:
                if found:
                    found.difference_update(entry.name for entry in statement.entries if not entry.parent)
                for part in statement.unowned if len(statement.unowned) == 1 else ():
                    if isinstance(part, SourceText) and part.source.lstrip().startswith(_DELETES):
                        node = part.node()
                        for captures in part.reader.query.captures("export", node) if node is not None else ():
                            if "export.delete" in captures and "export.at" not in captures:
                                found.update(map(part.reader.normaliser.name, captures["export.list"]))
            if segment.opened is not None:
                found.discard(segment.opened.entry.qualified_name)
        return frozenset(found)

    def binds_inside(self, name: str) -> bool:
        """See `SymbolTable.binds_inside`; values and conditions count as well."""
        texts = [
            part.source.decode(errors="replace") if isinstance(part, SourceText) else part
            for part in _unowned(self.segments)
        ]
        for symbol in self.symbols.values():
            for one in symbol.definitions or (symbol,):
                texts += one.guards
                if one.kind == "variable":
                    texts += (text.decode(errors="replace") for text in one.texts())
        return any(name in _BOUND.findall(text) for text in texts if ":=" in text)

    def is_hidden(self, symbol: Symbol) -> bool:
        """See `SymbolTable.is_hidden`."""
        if symbol.name in self.deleted and not symbol.parent:
            return True
        if not symbol.definitions and not symbol.guards:  # nearly all, and all of a file may be asked for
            return False
        hidden = self.language.strings("hidden")
        return bool(hidden) and all(
            any(_is_condition(guard, hidden) for guard in one.guards) for one in symbol.definitions or (symbol,)
        )

    def says(self, key: str) -> list[str]:
        """See `SymbolTable.says`."""
        value = self.language.row.get(key, [])
        return [value] if isinstance(value, str) else value if isinstance(value, list) else []

    def text(self) -> bytes | None:
        """See `SymbolTable.text`."""
        return None if self.damaged or not self.segments else b"".join([one.text for one in self.segments])

    def unowned_text(self) -> str:
        """See `SymbolTable.unowned_text`."""
        texts = [part.source for part in _unowned(self.segments) if isinstance(part, SourceText)]
        return b"\n".join(texts).decode(errors="replace")

    @property
    def has_receivers(self) -> bool:
        """See `SymbolTable.has_receivers`."""
        return self.language.row.get("receiver") == "first"


def _is_condition(guard: str, conditions: Sequence[str]) -> bool:
    """Whether a guard is one of these conditions, whatever module its name is taken from."""
    scope, _, condition = guard.partition("\0")
    if scope.endswith("else"):
        return False
    texts = [joined(part) for part in _all_of(condition.split("\0"))]
    return any(text == one or text.endswith("." + one) for text in texts for one in conditions)


def _all_of(entries: list[str]) -> list[list[str]]:
    """Return the parts of a condition that all have to hold (`a and b`); any other condition is one part."""
    if len(entries) < 4 or not entries[0].startswith(OPEN) or entries[1] != "and":  # noqa: PLR2004
        return [entries]
    parts: list[list[str]] = []
    depth, start = 0, 2
    for at in range(2, len(entries) - 1):
        depth += entries[at].startswith(OPEN) - (entries[at] == CLOSE)
        if not depth:
            parts.append(entries[start : at + 1])
            start = at + 1
    return parts


def _between(mine: Sequence[Segment], theirs: Sequence[Segment]) -> tuple[Sequence[Segment], Sequence[Segment]]:
    """Return two files without the very segments that both begin with, and that both end with."""
    least = min(len(mine), len(theirs))
    first = next((i for i in range(least) if mine[i] is not theirs[i]), least)
    last = next((i for i in range(least - first) if mine[-1 - i] is not theirs[-1 - i]), least - first)
    return mine[first : len(mine) - last], theirs[first : len(theirs) - last]


def _unowned(segments: Sequence[Segment]) -> list[SourceText | str]:
    items = (s for s in segments if s.role != MEMBER)
    return [part for segment in items for statement in segment.statements for part in statement.unowned]


def _same(mine: list[SourceText | str], theirs: list[SourceText | str]) -> bool:
    if len(mine) != len(theirs):
        return False
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a is not b]
    if any(a != b for a, b in pairs if isinstance(a, str) or isinstance(b, str)):
        return False
    texts = [(a, b) for a, b in pairs if isinstance(a, SourceText) and isinstance(b, SourceText)]
    long = [(a, b) for a, b in texts if len(a.source) > LONG and a.source != b.source]
    return not any(a.differs(b) for a, b in long) and all(a.same_as(b) for a, b in texts)


def _ids(parts: list[SourceText | str]) -> list[str]:
    return [part.id if isinstance(part, SourceText) else part for part in parts]


def _numbered(name: str, taken: Collection[str]) -> Iterator[str]:
    """Yield what is free of `_`, `_#2`, `_#3`, ...: each is a symbol of its own."""
    names = (name if number == 1 else f"{name}#{number}" for number in range(1, len(taken) + 2))
    return (one for one in names if one not in taken)


def _symbols(segments: Sequence[Segment], blank: str, *, is_first: bool) -> dict[str, Symbol]:
    """Return the symbols by qualified name; several definitions of one name are one symbol, but of the name `blank`.

    Such a symbol is of the last one's kind, or of the first one's (`is_first`).
    """
    found: dict[str, Symbol] = {}

    def note(entry: SymbolEntry, content: Content, first: int, last: int) -> None:
        symbol, qualified = entry.symbol, entry.qualified_name
        if entry.name == blank:
            qualified = next(_numbered(qualified, found))
        # the one of an older version, where nothing before it has changed
        if (
            symbol is None
            or symbol.content is not content
            or symbol.lines != (first, last)
            or symbol.qualified_name != qualified
        ):
            symbol = entry.symbol = Symbol(qualified, entry.name, entry.kind, entry.parent, (first, last), content)
        before = found.setdefault(qualified, symbol)
        if before is not symbol:
            is_said = not isinstance(content, Implied)
            if is_said and not isinstance(before.content, Implied):
                found[qualified] = _merged(before, symbol, is_first=is_first)
            else:
                found[qualified] = _holding(before, symbol)

    for segment, row, members in walk(segments):
        opened = segment.opened
        at = row + 1
        if opened is not None:
            end = at + segment.rows + sum(member.rows for member in members[:-1]) + members[-1].last
            for holder in opened.holders:
                note(holder, IMPLIED, at + opened.entry.first, end)
            note(opened.entry, opened.definition_of(members), at + opened.entry.first, end)
            at += segment.rows
        for one in (segment, *members) if opened is None else members:
            for statement in one.statements:
                for entry in statement.entries:
                    if entry.definition is not None:
                        note(entry, entry.definition, at + entry.first, at + entry.last)
            at += one.rows
    return found


def _without_listed(symbols: dict[str, Symbol]) -> dict[str, Symbol]:
    """Return symbols without those that stand in a list, which holds their content: it is no class."""
    found: dict[str, Symbol] = {}
    lists: dict[str, str] = {}  # by the name of what stands in one
    for name, symbol in symbols.items():
        holder = lists.get(symbol.parent, symbol.parent)
        if holder and (holder != symbol.parent or found[holder].kind != "class"):
            lists[name] = holder
            one = found[holder]
            whole = _merged(one, symbol)
            found[holder] = Symbol(
                holder, one.name, one.kind, parent=one.parent, lines=whole.lines, content=whole.content
            )
        else:
            found[name] = symbol
    return found


def _holding(before: Symbol, after: Symbol) -> Symbol:
    """Return the symbol of a class that its members imply, at least once, and that something may define besides."""
    said = after if isinstance(before.content, Implied) else before
    lines = (min(before.lines[0], after.lines[0]), max(before.lines[1], after.lines[1]))
    return Symbol(said.qualified_name, said.name, said.kind, parent=said.parent, lines=lines, content=said.content)


def _merged(before: Symbol, after: Symbol, *, is_first: bool = False) -> Symbol:
    """Return the symbol of all definitions of a name, the latest one being `after`.

    It is of the last one's kind that is no test: one with the title of what it tries stands beside that. Or of the
    first one's: what is written behind `#define a b` as `a` has another name.
    """
    lines = (min(before.lines[0], after.lines[0]), max(before.lines[1], after.lines[1]))
    content = before.content
    if isinstance(content, MergedDefinitions):
        content.add(after)
    else:
        content = MergedDefinitions(before, after)
    kind = before.kind if is_first or after.kind == "test" else after.kind
    return Symbol(after.qualified_name, after.name, kind, parent=after.parent, lines=lines, content=content)


class MergedDefinitions:
    """All definitions of one name, in source order; ids are of the list, parts one after the other."""

    __slots__ = ("contents", "definitions")

    value = None

    def __init__(self, *definitions: Symbol) -> None:
        self.definitions = list(definitions)
        self.contents = [definition.content for definition in definitions]

    def add(self, definition: Symbol) -> None:
        """Note a later definition."""
        self.definitions.append(definition)
        self.contents.append(definition.content)

    def same_as(self, other: Content) -> bool:
        """Whether all definitions are the same, one by one."""
        if not isinstance(other, MergedDefinitions):
            return False
        mine, theirs = self.contents, other.contents
        return len(mine) == len(theirs) and all(a.same_as(b) for a, b in zip(mine, theirs, strict=True))

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in one of them."""
        return any(content.mentions(names) for content in self.contents)

    def texts(self) -> tuple[bytes, ...]:
        """Return the texts of all of them."""
        return tuple(text for content in self.contents for text in content.texts())

    def __getattr__(self, name: str) -> object:
        """Put the parts of the definitions together."""
        values = [getattr(content, name) for content in self.contents]
        if name.endswith("_id"):
            return digest(values) if any(values) else ""
        if name == "calls":
            return frozenset().union(*values)
        if name in {"tokens", "words", "statements"}:
            return tuple(item for value in values for item in value)
        if name == "statement_leaves":
            found: list[tuple[int, tuple[str, ...]]] = []
            for value in values:
                first = len(found)
                found += ((outer + first if outer >= 0 else -1, own) for outer, own in value)
            return tuple(found)
        if name == "signature":
            return "; ".join(value for value in values if value)
        if name in {"parameters", "returns", "bases", "decorators", "guards", "imported"}:
            return values[-1]  # what a caller meets: the last definition
        raise AttributeError(name)
