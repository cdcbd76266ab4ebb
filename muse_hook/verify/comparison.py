"""Replayed symbols against those of the tree, address by address."""

from __future__ import annotations

from muse_hook.pathrules.rules import ATTRIBUTES_FILE, IGNORE_FILE
from muse_hook.replay.trees import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.model.ops import DomainOp
    from muse_hook.replay.nodes import Node
    from muse_hook.replay.tables import Symbols, Table
    from muse_hook.replay.trees import Trees


class Comparison:
    """Holds replayed tables against Git's trees. What was told once of an address is not told of later commits."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._told: set[tuple[str, str, str]] = set()

    def whole(self, node: Node, table: Table) -> Iterator[tuple[str, str]]:
        """Yield (address, words) for each difference, over all paths. Raises ObjectMissingError."""
        expected = self._trees.table(node.tree)
        for path in sorted({*expected, *table}):
            yield from self._path(path, table.get(path, _NONE), expected.get(path, _NONE))

    def changed(
        self, node: Node, table: Table, before: str | None, ops: Sequence[DomainOp]
    ) -> Iterator[tuple[str, str]]:
        """Yield the differences that the commit itself can have made: in what it changed, and in what its ops name.

        `before` is the tree of the first parent, which was compared before. Raises ObjectMissingError.
        """
        entries = {change.path: change.new for change in self._trees.objects.diff_trees(before, node.tree)}
        if not entries.keys() >= set(_named(ops)) or any(_is_rule(path) for path in entries):
            yield from self.whole(node, table)
            return
        rules = self._trees.rules(node.tree)
        for path, blob in entries.items():
            expected = self._trees.of(path, blob, rules)
            yield from self._path(path, table.get(path, _NONE), _NONE if expected is None else expected)

    def _path(self, path: str, replayed: Symbols, expected: Symbols) -> Iterator[tuple[str, str]]:
        if replayed is expected:
            return
        mine, theirs = known(replayed), known(expected)
        if mine == theirs:
            return
        if theirs is None:
            yield from self._once(path, "", f"replay tells {_count(mine)} of it, and it cannot be parsed")
        elif mine is None:
            yield from self._once(path, "", f"replay does not know its symbols, and the tree has {_count(theirs)}")
        else:
            for name in sorted(mine.keys() | theirs.keys()):
                if mine.get(name) != theirs.get(name):
                    yield from self._once(path, f"::{name}", _words(mine.get(name), theirs.get(name)))

    def _once(self, path: str, name: str, words: str) -> Iterator[tuple[str, str]]:
        key = (path, name, words)
        if key not in self._told:
            self._told.add(key)
            yield path + name, words


_NONE: dict[str, str] = {}
_DIGITS = 12


def _words(mine: str | None, theirs: str | None) -> str:
    if mine is None:
        return f"the tree has it ({str(theirs)[:_DIGITS]}), replay does not"
    if theirs is None:
        return f"replay has it ({mine[:_DIGITS]}), the tree does not"
    return f"replay says {mine[:_DIGITS]}, the tree {theirs[:_DIGITS]}"


def _count(symbols: Symbols) -> str:
    number = len(symbols or ())
    return f"{number} symbol{'s' if number != 1 else ''}"


def _named(ops: Iterable[DomainOp]) -> Iterator[str]:
    for op in ops:
        yield op["address"]
        if "from_address" in op:
            yield op["from_address"]


def _is_rule(path: str) -> bool:
    return path.rpartition("/")[2] in (IGNORE_FILE, ATTRIBUTES_FILE)
