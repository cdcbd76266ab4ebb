"""Tells damage inside one symbol from damage that crosses the borders of symbols."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from muse_hook.symbols.query import Captures, Match, Pattern, Query


_NAMES = ("name", "title", "name.spelled", "name.key", "name.path", "name.words", "name.selector")


def crosses(root: Node, query: Query, source: bytes) -> bool:
    """Whether a syntax error may have hidden a symbol, made one up, or put one in another's place.

    An error is its symbol's own where it stands in a definition whose name is whole and which has swallowed no line
    that begins at the definition's own column or before. Any other error may hide what it stands in for. So may a
    block whose statements begin at different columns: some of them belong elsewhere.
    """
    if root.is_error:
        return True
    blocks = [(root, False)]
    while blocks:
        block, is_open = blocks.pop()
        statements = [node for node in block.named_children if node.is_error or not node.is_extra]
        if _ragged(statements, source):
            return True
        is_missing = any(child.is_missing for child in block.children)
        if block != root and any(node.is_missing for node in block.children[-1:]):
            return True  # what closes it closed something inside: a function has taken in its siblings
        # what is missing behind a block may be what closes the last one in it, or the last one in that
        is_open = is_open or is_missing
        if statements and is_open and _takes_in(statements[-1], source):
            return True  # the one before what is missing has ended with what belongs to the block
        for node in statements:
            matches = query.structure(node)
            inner = [n for pattern, captures in matches for n in _blocks(pattern, captures)]
            blocks += [(one, is_open and node == statements[-1]) for one in inner]
            if not node.has_error:
                continue
            if inner:
                # damage between the blocks (a condition, a header) is nobody's own
                ids = {n.id for n in inner}
                if node.is_error or any(_errors(node, ids)):
                    return True
            elif node.is_error or not _is_own(node, matches, query, source):
                return True
    return False


def _blocks(pattern: Pattern, captures: Captures) -> list[Node]:
    """Return the blocks of a match that are looked into."""
    keys = (pattern.scope,) if pattern.scope else ("container", "module", "object", "tests", "flat")
    return [block for key in keys for block in captures.get(key, ())]


def _ragged(statements: Sequence[Node], source: bytes) -> bool:
    """Whether statements that begin their lines begin at different columns."""
    columns = set()
    for node in statements:
        line = source.rfind(b"\n", 0, node.start_byte) + 1
        if not source[line : node.start_byte].strip():
            columns.add(node.start_byte - line)
    return len(columns) > 1


def is_deeper(root: Node, levels: int) -> bool:
    """Whether a tree has more than so many levels; what is too small for that is not looked into."""
    stack = [(root, levels)] if root.descendant_count > levels else []
    while stack:
        node, left = stack.pop()
        if not left:
            return True
        stack += [(child, left - 1) for child in node.children if child.descendant_count >= left]
    return False


def missing_kinds(root: Node) -> list[str]:
    """Return the kinds of the nodes that the parser put in where the text has nothing."""
    return [error.type for error in _errors(root, set()) if error.is_missing]


def _errors(node: Node, leave_out: set[int]) -> Iterator[Node]:
    """Yield the topmost errors under `node`, leaving some nodes out."""
    stack = [node]
    while stack:
        for child in stack.pop().children:
            if child.id in leave_out:
                continue
            if child.is_error or child.is_missing:
                yield child
            elif child.has_error:
                stack.append(child)


def _is_own(node: Node, matches: list[Match], query: Query, source: bytes) -> bool:
    """Whether the damage in a statement belongs to the one definition in it."""
    if not matches or any(pattern.is_import for pattern, _ in matches):
        return False
    for _, captures in matches:
        if "name.until" in captures:
            continue  # its name is a text, which no error changes
        names = next((nodes for key, nodes in captures.items() if key in _NAMES), None)
        names = names or query.names(captures["names"][0])
        if not names:
            return False
        parts = {n.id for key in ("body", "parameters") for n in captures.get(key, ())}
        if "body" in captures and any(_errors(node, parts)):
            return False
        last = max(name.end_byte for name in names)
        if any(error.start_byte <= last for error in _errors(node, parts)):
            return False
    return not _takes_in(node, source)


def _takes_in(node: Node, source: bytes) -> bool:
    """Whether a statement has taken in a line that begins at its own column or before."""
    start = node.start_byte
    before = source[source.rfind(b"\n", 0, start) + 1 : start]
    column = len(before) - len(before.lstrip())  # of its line: a macro may stand before it
    # a decorated definition begins at its decorator, and again below it
    allowed = {child.start_byte for child in node.children if not child.is_error}
    at = source.find(b"\n", start, node.end_byte) + 1
    while at:
        line_end = source.find(b"\n", at, node.end_byte)
        line = source[at : line_end if line_end >= 0 else node.end_byte]
        text = line.lstrip()
        first = len(line) - len(text)
        if text and first <= column and at + first not in allowed and (text[:1].isalnum() or text[:1] in b"_@\"'"):
            return True
        at = line_end + 1
    return False
