"""Giving every op of the log the story that it belongs to, parents before children."""

from __future__ import annotations

from typing import NamedTuple

from muse_hook.history.ancestry import BEFORE, Ancestry
from muse_hook.history.commit_fold import OPS, CommitFold, Op
from muse_hook.history.places import Places
from muse_hook.history.stories import Stories
from muse_hook.history.views import Views

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from muse_hook.history.ancestry import Place, Reach

_FLUSH = 20_000  # ops


class Node(NamedTuple):
    """A folded commit: its record, its place, its parents' ids."""

    record: int
    place: Place
    parents: list[str]


class Fold:
    """One run over records that have no stories yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        self._ancestry = Ancestry.load(connection)
        self._old_chains = self._ancestry.chains
        self._nodes: dict[str, Node] = {}
        self._assigned: list[tuple[int, int, int]] = []
        self._done: list[tuple[int, int, int]] = []
        self._moves: list[tuple[Any, ...]] = []
        self.places = Places(connection, lambda: self._ancestry)
        self.stories = Stories(connection)
        self._views = Views(self._ancestry)

    def run(self, records: Iterable[tuple[int, str | None, int]]) -> None:
        """Fold records (record, commit id, generation), which stand in causal order; those by hand come last."""
        for record, commit_id, generation in records:
            if commit_id is None:
                self._by_hand(record)
            else:
                self._commit(record, commit_id, generation)
            if len(self._assigned) > _FLUSH:
                self._write()
        self._write()
        self._ancestry.save(self._sql, self._old_chains)

    def _commit(self, record: int, commit_id: str, generation: int) -> None:
        names = self._parents_of(record)
        parents = [node and node.place for node in map(self.node, names)]
        place = self._ancestry.add(generation, parents)
        node = self._nodes[commit_id] = Node(record, place, names)
        self._done.append((place[0], place[1], record))
        ops = [Op(*row) for row in self._sql.execute(OPS, (record,))]
        views = [
            self._views.hand_on(parent) if not number else self._views.of(parent)
            for number, parent in enumerate(parents)
        ]
        if ops or len(parents) > 1:
            CommitFold(self, node, views, ops).fold()
        reach = self._ancestry.reach([place], views[0] if views else None)
        children = self._sql.execute("SELECT count(*) FROM parents WHERE parent = ?", (commit_id,)).fetchone()[0]
        self._views.keep(place, reach, children)

    def _by_hand(self, record: int) -> None:
        """Give an op that was appended by hand, and so has no ancestors, the story that had its address last."""
        self._done.append((-1, 0, record))
        for position, address in self._sql.execute(
            "SELECT position, address FROM entries WHERE record = ?", (record,)
        ).fetchall():
            symbol = self.places.latest(address)
            if symbol is not None:
                self._assigned.append((symbol, record, position))

    def node(self, commit_id: str) -> Node | None:
        """Return a folded commit, None for one that is not recorded."""
        known = self._nodes.get(commit_id)
        if known is None:
            row = self._sql.execute(
                "SELECT record, chain, place, generation FROM records WHERE commit_id = ? AND folded", (commit_id,)
            ).fetchone()
            if row is None:
                return None
            known = self._nodes[commit_id] = Node(row[0], row[1:], self._parents_of(row[0]))
        return known

    def _parents_of(self, record: int) -> list[str]:
        query = "SELECT parent FROM parents WHERE record = ? ORDER BY number"
        return [parent for (parent,) in self._sql.execute(query, (record,))]

    def brought(self, others: Sequence[str], first: Reach) -> Iterator[Node]:
        """Yield what the other parents of a merge reach and its first parent does not."""
        todo, seen = list(others), set(others)
        while todo:
            node = self.node(todo.pop())
            if node is None or first.holds(node.place):
                continue
            yield node
            fresh = [parent for parent in node.parents if parent not in seen]
            seen.update(fresh)
            todo += fresh

    def together(self, view: Reach, others: Iterable[Reach | None]) -> Reach:
        """Return what several commits reach."""
        whole = view.copy()
        for other in others:
            if other is not None:
                whole.unknown = max(whole.unknown, other.unknown)
                for chain, step in other.furthest.items():
                    if step > whole.furthest.get(chain, -1):
                        whole.furthest[chain] = step
        return whole

    def lookup(self, view: Reach | None, address: str, content_id: str) -> int:
        """Return the story that an address belonged to at a commit: one that begins before the log where none is."""
        symbol, origin = self.places.find(view, address)
        if symbol is None:
            symbol = self.stories.begin(origin, content_id, None)
            self.places.begin(origin, BEFORE, 0, symbol)
        return symbol

    def tell(self, symbol: int, record: int, op: Op, address: str, *, alive: bool) -> None:
        """Note an op of a story, and where the story stands after it."""
        self._assigned.append((symbol, record, op.position))
        self.stories.tell(symbol, record, address, op.kind, alive=alive)

    def move(self, symbol: int, record: int, way: tuple[str, str], how: str, confidence: float | None) -> None:
        """Note a rename or move (old, new address), one's own or that of a file or class that carried it along."""
        self._moves.append((record, symbol, *way, how, confidence))
        self.stories.place(symbol, record, way[1])

    def _write(self) -> None:
        self.places.write()
        self.stories.write()
        self._sql.executemany("REPLACE INTO moves VALUES (?, ?, ?, ?, ?, ?)", self._moves)
        self._sql.executemany("UPDATE entries SET symbol = ? WHERE record = ? AND position = ?", self._assigned)
        self._sql.executemany("UPDATE records SET folded = 1, chain = ?, place = ? WHERE record = ?", self._done)
        for pending in (self._moves, self._assigned, self._done):
            pending.clear()
