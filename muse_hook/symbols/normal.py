"""Writes syntax trees in their normal form, which formatting does not change."""

from __future__ import annotations

from muse_hook.languages.grammar import tree_sitter
from muse_hook.symbols.literals import text_of
from muse_hook.symbols.marks import CLOSE, NAME, joined, leaves
from muse_hook.symbols.rules import Rules
from muse_hook.symbols.shapes import ordinary, transparent
from muse_hook.symbols.shown import repr_of, spaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tree_sitter import Node

    from muse_hook.languages import Language
    from muse_hook.symbols.pattern import Query
    from muse_hook.symbols.shapes import Entry
else:
    Node = tree_sitter().Node



class Normal:
    """A normalised tree: its entries, and where in them its parts, statements and calls are.

    `roles` has ranges (start, end) by the name of a capture, `statements` a range for each statement in preorder,
    `calls` the simple names called.
    """

    __slots__ = ("calls", "entries", "roles", "statements")

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.roles: dict[str, list[tuple[int, int]]] = {}
        self.statements: list[tuple[int, int]] = []
        self.calls: set[str] = set()

    def part(self, role: str) -> list[str]:
        """Return the entries of every node captured as `role`."""
        return [entry for start, end in self.roles.get(role, ()) for entry in self.entries[start:end]]


class Normaliser:
    """Walks trees of one language."""

    def __init__(self, language: Language, query: Query) -> None:
        self._query = query
        self._rules = Rules(language)
        calls = (i for kind in query.kinds("call") for i in self._rules.ids.get(kind, ()))
        self._noted = self._rules.statements.union(calls)

    def name(self, node: Node) -> str:
        """Return a name as addresses have it: its leaves without white space, a string's meaning."""
        text = node.text or b""
        if text.isascii() and text.replace(b"_", b"").replace(b".", b"").isalnum():
            return text.decode()
        return joined(self.write([node]).entries)

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
            elif callable(action):
                words += leaves(self.write([node]).entries)
            else:
                words.append(text_of(node))
        return spaced(words)

    def write(self, nodes: Sequence[Node], roles: Mapping[int, str] | None = None) -> Normal:
        """Return the normal form of nodes that follow each other.

        `roles` names nodes by their id; role "" leaves a node out.
        """
        rules = self._rules
        action_of, opens, noted = rules.actions.get, rules.opens, self._noted
        normal = Normal()
        out = normal.entries
        stack: list[Entry] = list(reversed(nodes))
        pending = dict(roles) if roles else None
        while stack:
            entry = stack.pop()
            if isinstance(entry, str):
                out.append(entry)
                continue
            if not isinstance(entry, Node):
                self._end(entry, normal)
                continue
            if pending:
                role = pending.pop(entry.id, None)
                if role == "":
                    continue
                if role is not None:
                    ranges = normal.roles.setdefault(role, [])
                    stack.append((role, len(ranges)))
                    ranges.append((len(out), -1))
            kind = entry.kind_id
            action = action_of(kind, ordinary)
            if action is None:
                continue
            if kind in noted:
                self._note(entry, normal, stack)
            if action is ordinary:
                children = entry.children
                if children:
                    out.append(opens[kind])
                    stack.append(CLOSE)
                    for child in reversed(children):
                        # tokens need no turn of their own
                        token = action_of(child.kind_id, ordinary)
                        if token is not None:
                            stack.append(token if isinstance(token, str) else child)
                elif text := text_of(entry):
                    out.append(NAME + text)
                else:
                    out += (opens[kind], CLOSE)
            elif isinstance(action, str):
                out.append(action)
            else:
                action(entry, out, stack)
        return normal

    @staticmethod
    def _end(mark: int | tuple[str, int], normal: Normal) -> None:
        """Note where a statement or a node with a role ends."""
        if isinstance(mark, int):
            normal.statements[mark] = (normal.statements[mark][0], len(normal.entries))
        else:
            role, index = mark
            normal.roles[role][index] = (normal.roles[role][index][0], len(normal.entries))

    def _note(self, node: Node, normal: Normal, stack: list[Entry]) -> None:
        """Note where a statement begins, or what a call calls."""
        if node.kind_id in self._rules.statements:
            stack.append(len(normal.statements))
            normal.statements.append((len(normal.entries), -1))
        else:
            for captures in self._query.matches("call", node):
                normal.calls.update(text_of(name) for name in captures["call"])
