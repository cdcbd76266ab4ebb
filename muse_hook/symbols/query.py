"""Asks the patterns of a language's query file, by what they are for and by the kind of the node at hand."""

from __future__ import annotations

from muse_hook.symbols.pattern import read_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Language, Node

    from muse_hook.symbols.compiled import Compiled
    from muse_hook.symbols.pattern import Captures, Match, Pattern

# So many nodes are asked about before the compiled engine is worth its start.
ENOUGH = 6_000

# A family is what a pattern is for, told by its captures; a node is asked for one family at a time.
_FAMILIES = (
    ("definition.", "structure"),
    ("scope.", "structure"),
    ("parameter.", "parameter"),
    ("call", "call"),
    ("docstring", "docstring"),
)
# The family that every statement is asked for.
_FREQUENT = "structure"


class Query:
    """The patterns of one language, by family and by the kind of node that they fit."""

    def __init__(self, text: str, grammar: Language) -> None:
        self._grammar = grammar
        self._asked = 0
        self._compiled: Compiled | None = None
        self._families: dict[str, dict[int, list[Pattern]]] = {}
        for pattern in read_patterns(text):
            captures = list(pattern.all_captures())
            family = next((f for start, f in _FAMILIES for c in captures if c.startswith(start)), "name")
            if pattern.kind is None:
                raise ValueError("a query file has a pattern without a kind")
            pattern.bind(grammar)
            pattern.definition = next((c for c in captures if c.startswith("definition.")), "")
            pattern.defines = pattern.definition.removeprefix("definition.")
            pattern.scope = next((c for c in captures if c.startswith("scope.")), "")
            pattern.is_import = any(c.startswith("import.") for c in captures)
            pattern.is_class = "container" in captures
            self._families.setdefault(family, {}).setdefault(pattern.kind_id, []).append(pattern)

    def kinds(self, family: str) -> frozenset[int]:
        """Return the kinds of node, by number, that any pattern of a family fits."""
        return frozenset(self._families.get(family, ()))

    def matches(self, family: str, node: Node) -> list[Match]:
        """Return every fitting pattern of a family with what it captures, in the file's order."""
        kind = node.kind_id
        patterns = self._families.get(family, {}).get(kind)
        if patterns is None:
            return []
        if family == _FREQUENT:
            self._asked += 1
            if self._asked > ENOUGH and kind in (engine := self.compiled).kinds:
                return engine.matches(node)
        return [(pattern, way) for pattern in patterns for way in pattern.matches(node)]

    @property
    def compiled(self) -> Compiled:
        """The compiled engine, made on first use."""
        if self._compiled is None:
            from muse_hook.symbols.compiled import Compiled  # a hook never gets here

            self._compiled = Compiled(self._families[_FREQUENT].values(), self._grammar)
        return self._compiled

    def captures(self, family: str, node: Node) -> list[Captures]:
        """Return likewise the captures alone."""
        return [way for _, way in self.matches(family, node)]

    def names(self, node: Node) -> list[Node]:
        """Return the nodes that are names in a target, in source order: `@names` is looked into again."""
        found: list[Node] = []
        stack = [node]
        while stack:
            node = stack.pop()
            inner: list[Node] = []
            for _, captures in self.matches("name", node):
                found += captures.get("name", ())
                inner += captures.get("names", ())
            stack += reversed(inner)
        return found
