"""tree-sitter's own query engine, for those who read many files: its queries cost a few ms to compile, and then half.

Only patterns in which nothing repeats, and which name the field of every node but one, are given to it: there it
finds what `Pattern.matches` finds, way by way (a test holds both against each other), so nothing hangs on which engine
was asked.
"""

from __future__ import annotations

from muse_hook.languages.grammar import tree_sitter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tree_sitter import Language, Node, QueryCursor

    from muse_hook.symbols.pattern import Match, Pattern


class Compiled:
    """Patterns of kinds of node that the compiled engine may be asked about; `kinds` are their numbers.

    There are none where this version of the grammar rules a pattern out: compiling it is refused then.
    """

    def __init__(self, families: Iterable[Sequence[Pattern]], grammar: Language) -> None:
        self._patterns = [one for family in families if all(map(_is_plain, family)) for one in family]
        self.kinds = frozenset(one.kind_id for one in self._patterns)
        module = tree_sitter()
        try:
            query = module.Query(grammar, "\n".join(one.source for one in self._patterns))
        except ValueError:
            self.kinds = frozenset()
            return
        self._cursor: QueryCursor = module.QueryCursor(query)
        self._cursor.set_max_start_depth(0)

    def matches(self, node: Node) -> list[Match]:
        """Return every pattern that fits `node` with what it captures, in the file's order."""
        found = self._cursor.matches(node)
        if len(found) > 1:
            found.sort(key=lambda match: match[0])
        return [(self._patterns[index], captures) for index, captures in found]


def _is_plain(pattern: Pattern) -> bool:
    """Whether nothing in a pattern repeats, and at most one leaf under each node may be any of that node's children."""
    loose = [child for child in pattern.children if child.named and not child.field]
    return (
        not any(child.first or child.quantifier in {"*", "+"} for child in pattern.children)
        and len(loose) <= 1
        and all(child.is_leaf for child in loose)
        and all(map(_is_plain, (*pattern.children, *pattern.alternatives)))
    )
