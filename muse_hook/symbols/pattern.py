"""Reads query files and finds their captures in single nodes: the part of tree-sitter's query language that we use.

tree-sitter's own engine compiles a query by analysing the grammar's parse table, about 0.4 ms a pattern, which a hook
would pay at each commit. Here a pattern is looked up by the kind of its node and held against that one node, so nothing
is compiled and nothing is searched. A test compiles every query file with tree-sitter's engine too and holds both
engines' captures against each other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node

    Captures = dict[str, list[Node]]
    Pairs = tuple[tuple[str, Node], ...]


class Pattern:
    """One node of a pattern: `kind` None is `_`, `alternatives` is `[a b]`, `field` and `quantifier` may be "".

    Kinds and fields are compared by the grammar's numbers, which `bind` looks up.
    """

    __slots__ = (
        "alternatives", "captures", "children", "field", "field_id", "first", "kind", "kind_id", "named", "quantifier",
    )  # fmt: skip

    def __init__(self, kind: str | None, *, named: bool, field: str, first: bool) -> None:
        self.kind = kind
        self.named = named
        self.field = field
        self.first = first
        self.quantifier = ""
        self.captures: list[str] = []
        self.kind_id = self.field_id = 0
        self.children: list[Pattern] = []
        self.alternatives: list[Pattern] = []

    def all_captures(self) -> Iterator[str]:
        """Yield the capture names of this node and everything under it."""
        yield from self.captures
        for child in (*self.children, *self.alternatives):
            yield from child.all_captures()

    def bind(self, grammar: Language) -> None:
        """Look up the numbers of kinds and fields; raises ValueError for one that the grammar does not have."""
        self.kind_id = grammar.id_for_node_kind(self.kind, self.named) or 0 if self.kind else 0
        self.field_id = grammar.field_id_for_name(self.field) or 0 if self.field else 0
        if (self.kind and not self.kind_id) or (self.field and not self.field_id):
            raise ValueError(f"a query file has {self.field} {self.kind}, which its grammar has not")
        for child in (*self.children, *self.alternatives):
            child.bind(grammar)

    def matches(self, node: Node) -> list[Pairs]:
        """Return each way in which this pattern fits `node`, as (capture, node) pairs in the pattern's order."""
        if self.alternatives:
            found = [pairs for one in self.alternatives for pairs in one.matches(node)]
        elif not self.kind_id or node.kind_id == self.kind_id:
            found = [()]
            for child in self.children:
                fits = child.fits(node)
                if child.quantifier:
                    if not fits and child.quantifier == "+":
                        return []
                    together = tuple(pair for pairs in fits for pair in pairs)
                    found = [pairs + together for pairs in found]
                elif not fits:
                    return []
                elif len(fits) == 1:
                    found = [pairs + fits[0] for pairs in found]
                else:
                    found = [pairs + one for pairs in found for one in fits]
        else:
            return []
        if self.captures:
            own = tuple([(capture, node) for capture in self.captures])
            return [own + pairs for pairs in found]
        return found

    def fits(self, parent: Node) -> list[Pairs]:
        """Return each way in which this pattern fits a child of `parent`."""
        candidates = self.candidates(parent)
        if self.children or self.alternatives:
            return [pairs for candidate in candidates for pairs in self.matches(candidate)]
        kind, captures = self.kind_id, self.captures
        if kind:
            candidates = [candidate for candidate in candidates if candidate.kind_id == kind]
        return [tuple([(capture, candidate) for capture in captures]) for candidate in candidates]

    def candidates(self, parent: Node) -> list[Node]:
        """Return the children of `parent` that this pattern may stand for."""
        if self.first:
            child = next((child for child in parent.named_children if not child.is_extra), None)
            fits = child is not None and (not self.field_id or parent.child_by_field_id(self.field_id) == child)
            return [child] if child is not None and fits else []
        if self.field_id:
            return parent.children_by_field_id(self.field_id)
        return parent.named_children if self.named else parent.children


def read_patterns(text: str) -> list[Pattern]:
    """Return the patterns of a query file; raises ValueError for syntax that is not supported here."""
    words = _words(text)[::-1]
    patterns = []
    while words:
        patterns.append(_read(words))
    return patterns


def _words(text: str) -> list[str]:
    """Return brackets, quoted tokens, signs and names, without the lines that are comments."""
    words = []
    lines = (line for line in text.splitlines() if not line.lstrip().startswith(";"))
    for index, part in enumerate("\n".join(lines).split('"')):
        if index % 2:
            words.append(f'"{part}"')
            continue
        for sign in "()[]*+?":
            part = part.replace(sign, f" {sign} ")  # noqa: PLW2901 - the same part, spaced
        words += part.split()
    return words


def _read(words: list[str]) -> Pattern:
    first, field, word = False, "", words.pop()
    if word == ".":
        first, word = True, words.pop()
    if word[-1] == ":":
        field, word = word[:-1], words.pop()
    if word == "(":
        kind = words.pop()
        if not kind.isidentifier():
            raise ValueError(f"a query file has ({kind}")
        pattern = Pattern(None if kind == "_" else kind, named=True, field=field, first=first)
        while words[-1] != ")":
            pattern.children.append(_read(words))
        words.pop()
    elif word == "[":
        pattern = Pattern(None, named=True, field=field, first=first)
        while words[-1] != "]":
            pattern.alternatives.append(_read(words))
        words.pop()
        pattern.named = all(one.named for one in pattern.alternatives)
    elif word[0] == '"':
        pattern = Pattern(word[1:-1], named=False, field=field, first=first)
    else:
        raise ValueError(f"a query file has {word}")
    while words and (words[-1] in "*+?" or words[-1][0] == "@"):
        word = words.pop()
        if word[0] == "@":
            pattern.captures.append(word[1:])
        else:
            pattern.quantifier = word
    return pattern


# A family is what a pattern is for, told by its captures; a node is asked for one family at a time.
_FAMILIES = (
    ("definition.", "structure"),
    ("scope.", "structure"),
    ("parameter.", "parameter"),
    ("call", "call"),
    ("docstring", "docstring"),
)


class Query:
    """The patterns of one language, by family and by the kind of node that they fit."""

    def __init__(self, text: str, grammar: Language) -> None:
        self._families: dict[str, dict[int, list[Pattern]]] = {}
        for pattern in read_patterns(text):
            captures = list(pattern.all_captures())
            family = next((f for start, f in _FAMILIES for c in captures if c.startswith(start)), "name")
            if pattern.kind is None:
                raise ValueError("a query file has a pattern without a kind")
            pattern.bind(grammar)
            self._families.setdefault(family, {}).setdefault(pattern.kind_id, []).append(pattern)

    def kinds(self, family: str) -> frozenset[int]:
        """Return the kinds of node, by number, that any pattern of a family fits."""
        return frozenset(self._families.get(family, ()))

    def matches(self, family: str, node: Node) -> list[Captures]:
        """Return the captures of every fitting pattern of a family, patterns in the file's order."""
        found: list[Captures] = []
        for pattern in self._families.get(family, {}).get(node.kind_id, ()):
            for pairs in pattern.matches(node):
                captures: Captures = {}
                for name, captured in pairs:
                    captures.setdefault(name, []).append(captured)
                found.append(captures)
        return found

    def names(self, node: Node) -> list[Node]:
        """Return the nodes that are names in a target, in source order: `@names` is looked into again."""
        found: list[Node] = []
        stack = [node]
        while stack:
            node = stack.pop()
            inner: list[Node] = []
            for captures in self.matches("name", node):
                found += captures.get("name", ())
                inner += captures.get("names", ())
            stack += reversed(inner)
        return found
