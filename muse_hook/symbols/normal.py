"""Writes syntax trees in their normal form, which formatting does not change."""

from __future__ import annotations

from muse_hook.symbols.literals import Leaves, text_of
from muse_hook.symbols.marks import CLOSE, NAME, joined, leaves
from muse_hook.symbols.rules import Rules
from muse_hook.symbols.shapes import ordinary, transparent
from muse_hook.symbols.shown import repr_of, spaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tree_sitter import Node

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.query import Query
    from muse_hook.symbols.shapes import Act, Entries

# Names that are remembered; statements that are, and their length in bytes.
REMEMBERED_NAMES = 20_000
REMEMBERED_STATEMENTS = 5_000
REMEMBERED_LENGTH = 400


class Normal:
    """A normalised tree: its entries, and where in them its parts and statements are.

    `roles` has ranges (start, end) by the name of a capture, `statements` a range for each statement in preorder.
    """

    __slots__ = ("entries", "roles", "statements")

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.roles: dict[str, list[tuple[int, int]]] = {}
        self.statements: list[tuple[int, int]] = []

    def part(self, role: str) -> list[str]:
        """Return the entries of every node captured as `role`."""
        return [entry for start, end in self.roles.get(role, ()) for entry in self.entries[start:end]]


class Normaliser:
    """Walks trees of one language."""

    def __init__(self, language: Language, query: Query) -> None:
        self._query = query
        self._rules = Rules(language)
        self._calls = query.kinds("call")
        self._known: dict[bytes, list[str]] = {}
        self._names: dict[bytes, str] = {}

    def name(self, node: Node) -> str:
        """Return a name as addresses have it: its leaves without white space, a string's meaning."""
        text = node.text or b""
        found = self._names.get(text)
        if found is None:
            if not (text.isascii() and text.replace(b"_", b"").replace(b".", b"").isalnum()):
                return joined(self.write([node]).entries)
            if len(self._names) >= REMEMBERED_NAMES:
                self._names.clear()
            found = self._names[text] = text.decode()
        return found

    def shown(self, node: Node) -> str:
        """Return a node as people read it, the same however it is laid out, quoted or put in parentheses."""
        rules = self._rules
        while rules.actions.get(node.kind_id) is transparent:
            inner = [c for c in node.named_children if rules.actions.get(c.kind_id, "") is not None]
            if len(inner) != 1:
                break
            node = inner[0]
        words: list[str] = []
        stack = [node]
        while stack:
            node = stack.pop()
            if node.is_extra:
                continue
            action = rules.actions.get(node.kind_id)
            if node.kind_id in rules.literals:
                words.append(repr_of(self.write([node]).entries) or text_of(node))
            elif node.children:
                stack.extend(reversed(node.children))
            elif callable(action) or isinstance(action, Leaves):
                words += leaves(self.write([node]).entries)
            else:
                words.append(text_of(node))
        return spaced(words)

    def write(self, nodes: Sequence[Node], roles: Mapping[int, str] | None = None, *, whole: bool = False) -> Normal:
        """Return the normal form of nodes that follow each other.

        `roles` names nodes by their id; role "" leaves a node out. In a `whole` tree, one without errors, a statement
        is written as the last one with the same text was: most of a changed function has not changed.
        """
        rules = self._rules
        action_of, opens, statements = rules.actions.get, rules.opens, rules.statements
        normal = Normal()
        out = normal.entries
        pending = dict(roles) if roles else None
        rows: list[Iterator[Node | str]] = [iter(nodes)]  # what is still to be written at each depth
        ends: list[str | list[str | int | bytes]] = [""]  # what to write, or to note, when a row is through
        while rows:
            for entry in rows[-1]:
                if isinstance(entry, str):
                    out.append(entry)
                    continue
                kind = entry.kind_id
                action = action_of(kind, ordinary)
                if action is None:
                    continue
                if isinstance(action, str):
                    out.append(action)
                    continue
                role = None
                if pending:
                    role = pending.pop(entry.id, None)
                    if role == "":
                        continue
                    if role is not None:
                        normal.roles.setdefault(role, []).append((len(out), -1))
                if isinstance(action, Leaves):
                    out.append(action[entry.text or b""])
                    if role is not None:
                        self._end([role], normal)
                    continue
                marks: list[str | int | bytes] | None = None if role is None else [role]
                if kind in statements:
                    marks = marks or []
                    if whole and not pending:
                        source = entry.text or b""
                        known = self._known.get(source)
                        if known is not None:
                            normal.statements.append((len(out), len(out) + len(known)))
                            out += known
                            self._end(marks, normal)
                            continue
                        if len(source) <= REMEMBERED_LENGTH:
                            marks.append(source)
                    marks.append(len(normal.statements))
                    normal.statements.append((len(out), -1))
                close = ""
                if action is not ordinary:
                    following: Entries = action(entry, out)
                elif following := entry.children:
                    out.append(opens[kind])
                    close = CLOSE
                elif text := text_of(entry):
                    out.append(NAME + text)
                else:
                    out += (opens[kind], CLOSE)
                if following:
                    rows.append(iter(following))
                    ends.append([close, *marks] if marks else close)
                    break
                if marks:
                    self._end(marks, normal)
            else:
                rows.pop()
                end = ends.pop()
                if isinstance(end, str):
                    if end:
                        out.append(end)
                else:
                    if end[0]:
                        out.append(CLOSE)
                    self._end(end[1:], normal)
        return normal

    def alike(self, mine: Node, theirs: Node) -> bool:
        """Whether two nodes of whole trees are written the same, as far as that shows without writing all of them.

        What has the same text is passed over; where children are written one after the other they are held against
        each other one by one, and only what is left of two trees then is written.
        """
        rules = self._rules
        stack = [(mine, theirs)]
        while stack:
            one, other = stack.pop()
            kind = one.kind_id
            if kind != other.kind_id:
                return False
            text = one.text or b""
            # how far lines are indented is seen from where their node begins
            if text == other.text and (b"\n" not in text or one.start_point.column == other.start_point.column):
                continue
            action = rules.actions.get(kind, ordinary)
            if action is ordinary or action is transparent or kind in rules.ladders:
                parts, others = one.children, other.children
                if len(parts) != len(others):  # perhaps by comments alone
                    parts, others = rules.kept(one), rules.kept(other)
                if not parts or len(parts) != len(others):
                    return False
                stack += zip(parts, others, strict=True)
            elif isinstance(action, Leaves):
                if action[text] != action[other.text or b""]:
                    return False
            elif kind in rules.single and one.child_count == other.child_count == 1:
                stack.append((one.children[0], other.children[0]))
            elif callable(action) and not self._same(action, one, other):
                return False
        return True

    def _same(self, action: Act, mine: Node, theirs: Node) -> bool:
        """Whether two nodes that a rule writes are written the same; of most literals the rule says all at once."""
        first: list[str] = []
        second: list[str] = []
        if mine.kind_id in self._rules.literals and not action(mine, first) and not action(theirs, second):
            return first == second
        return self.write([mine], whole=True).entries == self.write([theirs], whole=True).entries

    def calls(self, node: Node) -> frozenset[str]:
        """Return the simple names that are called anywhere under a node."""
        found: set[str] = set()
        stack = [node]
        while stack:
            node = stack.pop()
            if node.kind_id in self._calls:
                found.update(
                    text_of(name) for captures in self._query.captures("call", node) for name in captures["call"]
                )
            stack += node.named_children
        return frozenset(found)

    def _end(self, marks: Sequence[str | int | bytes], normal: Normal) -> None:
        """Note where a statement (by its number) or the latest open node of a role ends; remember statements."""
        end = len(normal.entries)
        source = None
        for mark in marks:
            if isinstance(mark, bytes):
                source = mark
            elif isinstance(mark, int):
                start, _ = normal.statements[mark]
                normal.statements[mark] = (start, end)
                if source is not None and mark == len(normal.statements) - 1:  # no statement inside
                    if len(self._known) >= REMEMBERED_STATEMENTS:
                        self._known.clear()
                    self._known[source] = normal.entries[start:]
            else:
                ranges = normal.roles[mark]
                index = max(i for i, (_, last) in enumerate(ranges) if last < 0)
                ranges[index] = (ranges[index][0], end)
