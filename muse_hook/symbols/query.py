"""Reads query files and finds their captures in single nodes: the part of tree-sitter's query language that we use.

tree-sitter's own engine compiles a query by analysing the grammar's parse table, 0.4 ms a pattern and 10 for a
language, which a hook would pay at each commit; here it takes 0.5 ms. A pattern is looked up by the kind of its node
and held against that one node, so nothing is compiled and nothing is searched. A test holds both engines' captures
against each other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node

    Captures = dict[str, list[Node]]
    Match = tuple["Pattern", Captures]

# A family is what a pattern is for, which its captures show; a node is asked for one family at a time.
_FAMILIES = (
    ("definition.", "structure"),
    ("scope.", "structure"),
    ("parameter.", "parameter"),
    ("call", "call"),
    ("docstring", "docstring"),
    ("value.", "value"),
    ("export.", "export"),
)


class Query:
    """The patterns of one language, by family and by the kind of node that they fit."""

    def __init__(self, text: str, grammar: Language) -> None:
        self._families: dict[str, dict[int, list[Pattern]]] = {}
        for pattern in parse_patterns(text):
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
        patterns = self._families.get(family, {}).get(node.kind_id, ())
        return [(pattern, way) for pattern in patterns for way in pattern.matches(node)]

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


class Pattern:
    """One node of a pattern: `kind` None is `_`, `alternatives` is `[a b]`, `field` and `quantifier` may be "".

    Kinds and fields are compared by the grammar's numbers, which `bind` looks up. Of a whole pattern, `definition` and
    `scope` are the captures of that name, `defines` is the kind of symbol, `is_import` and `is_class` say more of it.
    """

    __slots__ = (
        "alternatives", "captures", "children", "defines", "definition", "field", "field_id", "is_class",
        "is_first", "is_import", "is_leaf", "is_named", "is_optional", "kind", "kind_id", "quantifier", "scope",
    )  # fmt: skip

    def __init__(self, kind: str | None, *, is_named: bool, field: str, is_first: bool) -> None:
        self.kind = kind
        self.is_named = is_named
        self.field = field
        self.is_first = is_first
        self.quantifier = ""
        self.captures: list[str] = []
        self.kind_id = self.field_id = 0
        self.is_leaf = self.is_optional = False
        self.definition = self.scope = self.defines = ""
        self.is_import = self.is_class = False
        self.children: list[Pattern] = []
        self.alternatives: list[Pattern] = []

    def all_captures(self) -> Iterator[str]:
        """Yield the capture names of this node and everything under it."""
        yield from self.captures
        for child in (*self.children, *self.alternatives):
            yield from child.all_captures()

    def bind(self, grammar: Language) -> None:
        """Look up the numbers of kinds and fields; raises ValueError for one that the grammar does not have."""
        self.kind_id = grammar.id_for_node_kind(self.kind, self.is_named) or 0 if self.kind else 0
        self.field_id = grammar.field_id_for_name(self.field) or 0 if self.field else 0
        if (self.kind and not self.kind_id) or (self.field and not self.field_id):
            raise ValueError(f"a query file has {self.field} {self.kind}, which its grammar has not")
        self.is_leaf = not (self.children or self.alternatives)
        self.is_optional = self.quantifier in {"*", "?"}
        for child in (*self.children, *self.alternatives):
            child.bind(grammar)

    def matches(self, node: Node) -> list[Captures]:
        """Return each way in which this pattern fits `node`: the nodes of each capture, in the pattern's order."""
        if self.alternatives:
            kind = node.kind_id
            ways = [way for one in self.alternatives if one.kind_id in {0, kind} for way in one.matches(node)]
            for way in ways:
                way.update({capture: [node, *way.get(capture, ())] for capture in self.captures})
            return ways
        if self.kind_id and node.kind_id != self.kind_id:
            return []
        ways = [{capture: [node] for capture in self.captures}]
        for child in self.children:
            if child.field_id and not child.is_first:
                nodes = node.children_by_field_id(child.field_id)
            else:
                nodes = child.candidates(node)
            if child.is_leaf:
                if kind := child.kind_id:
                    nodes = [one for one in nodes if one.kind_id == kind]
                if not nodes:
                    if child.is_optional:
                        continue
                    return []
                if len(nodes) == 1 or child.quantifier:
                    for capture in child.captures:
                        for way in ways:
                            way[capture] = [*way[capture], *nodes] if capture in way else nodes
                    continue
                fits = [{capture: [one] for capture in child.captures} for one in nodes]
            else:
                fits = [way for one in nodes for way in child.matches(one)]
                if not fits and not child.is_optional:
                    return []
            if child.quantifier:
                for fit in fits:
                    ways = [_with(way, fit) for way in ways]
            else:
                ways = [_with(way, fit) for way in ways for fit in fits]
        return ways

    def candidates(self, parent: Node) -> list[Node]:
        """Return the children of `parent` that this pattern may stand for."""
        if self.is_first:
            child = next((child for child in parent.named_children if not child.is_extra), None)
            fits = child is not None and (not self.field_id or parent.child_by_field_id(self.field_id) == child)
            return [child] if child is not None and fits else []
        if self.field_id:
            return parent.children_by_field_id(self.field_id)
        return parent.named_children if self.is_named else parent.children


def _with(way: Captures, fit: Captures) -> Captures:
    """Return a way with what the fit of one more child captures."""
    if way.keys().isdisjoint(fit):
        return {**way, **fit}
    return {**way, **{capture: [*way.get(capture, ()), *nodes] for capture, nodes in fit.items()}}


def parse_patterns(text: str) -> list[Pattern]:
    """Return the patterns of a query file; raises ValueError for syntax that is not supported here."""
    words = _words(text)[::-1]
    patterns = []
    while words:
        patterns.append(_parse(words))
    return patterns


def _words(text: str) -> list[str]:
    """Return brackets, quoted tokens, punctuation and names, without the lines that are comments."""
    words = []
    lines = (line for line in text.split("\n") if not line.lstrip().startswith(";"))
    for index, part in enumerate("\n".join(lines).split('"')):
        if index % 2:
            words.append(f'"{part}"')
            continue
        for mark in "()[]*+?":
            part = part.replace(mark, f" {mark} ")  # noqa: PLW2901 - the same part, spaced
        words += part.split()
    return words


def _parse(words: list[str]) -> Pattern:
    is_first, field, word = False, "", words.pop()
    if word == ".":
        is_first, word = True, words.pop()
    if word[-1] == ":":
        field, word = word[:-1], words.pop()
    if word == "(":
        kind = words.pop()
        if not kind.isidentifier():
            raise ValueError(f"a query file has ({kind}")
        pattern = Pattern(None if kind == "_" else kind, is_named=True, field=field, is_first=is_first)
        while words[-1] != ")":
            pattern.children.append(_parse(words))
        words.pop()
    elif word == "[":
        pattern = Pattern(None, is_named=True, field=field, is_first=is_first)
        while words[-1] != "]":
            pattern.alternatives.append(_parse(words))
        words.pop()
        pattern.is_named = all(one.is_named for one in pattern.alternatives)
    elif word[0] == '"':
        pattern = Pattern(word[1:-1], is_named=False, field=field, is_first=is_first)
    else:
        raise ValueError(f"a query file has {word}")
    while words and (words[-1] in "*+?" or words[-1][0] == "@"):
        word = words.pop()
        if word[0] == "@":
            pattern.captures.append(word[1:])
        else:
            pattern.quantifier = word
    return pattern
