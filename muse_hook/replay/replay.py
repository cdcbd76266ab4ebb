"""Folding recorded commits in causal order: the symbols at each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from muse_hook.errors import DamagedLogError, MuseHookError
from muse_hook.replay.fold import fold
from muse_hook.replay.nodes import causal_order
from muse_hook.replay.tables import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from muse_hook.model.ops import DomainOp
    from muse_hook.replay.nodes import Node


class Walk:
    """The tables of recorded commits, `nodes`, which are closed: a parent that is not among them is not recorded.

    `ops` reads a commit's top-level ops, `outside` gives the table of a parent that is not recorded. What one of them
    raises ends the walk, unless `lost` is given: that is told of it, and the commit and all its descendants are
    passed over.
    """

    def __init__(
        self,
        nodes: Mapping[str, Node],
        ops: Callable[[Node], list[DomainOp]],
        outside: Callable[[str], Table],
        lost: Callable[[Node, MuseHookError], None] | None = None,
    ) -> None:
        self._nodes = nodes
        self._ops = ops
        self._outside = outside
        self._lost = lost
        self._tables: dict[str, Table | None] = {}
        # How often a table will still be asked for: the last one who does may have it for its own.
        self._left = Counter(parent for node in nodes.values() for parent in node.parents)

    def __iter__(self) -> Iterator[tuple[Node, Table, Sequence[DomainOp]]]:
        """Yield each commit with its table, which is good until the next one is asked for, and its ops."""
        for oid in causal_order(self._nodes):
            node = self._nodes[oid]
            ops: list[DomainOp] = []
            try:
                ops = self._ops(node)
                table = self._folded(node, ops)
            except MuseHookError as error:
                if self._lost is None:
                    raise
                self._lost(node, error)
                table = None
            for parent in node.parents:
                self._left[parent] -= 1
                if not self._left[parent]:
                    self._tables.pop(parent, None)
            if self._left[oid]:
                self._tables[oid] = table
            if table is not None:
                yield node, table, ops

    def _folded(self, node: Node, ops: list[DomainOp]) -> Table | None:
        first: Table | None = Table()
        if node.parents:
            first = self._table(node.parents[0])
            if first is not None and self._left[node.parents[0]] > 1:
                first = first.copy()
        if first is None or any(self._table_is_lost(parent) for parent in node.parents[1:]):
            return None
        try:
            fold(first, {"domain": "code", "ops": ops, "summary": ""}, _Others(self, node.parents[1:]))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise DamagedLogError(
                f"replaying {node.commit_id}", f"its ops cannot be folded ({type(error).__name__}: {error})"
            ) from error
        return first

    def _table(self, parent: str) -> Table | None:
        if parent not in self._tables:
            self._tables[parent] = self._outside(parent)
        return self._tables[parent]

    def _table_is_lost(self, parent: str) -> bool:
        return self._tables.get(parent, self) is None


class _Others(Sequence[Table]):
    """The tables of a merge's further parents; one that is not recorded is read when it is asked for."""

    def __init__(self, walk: Walk, parents: Sequence[str]) -> None:
        self._walk = walk
        self._parents = parents

    def __getitem__(self, at: int) -> Table:  # type: ignore[override] # nobody slices it
        return self._walk._table(self._parents[at])  # type: ignore[return-value] # noqa: SLF001

    def __len__(self) -> int:
        return len(self._parents)
