"""Giving every op of the log the story that it belongs to, parents before children."""

from __future__ import annotations

from typing import NamedTuple

from muse_hook.history import tables
from muse_hook.history.ancestry import BEFORE, Ancestry
from muse_hook.history.commit_fold import OPS, CommitFold, Op
from muse_hook.history.identity import Places
from muse_hook.history.stories import Stories
from muse_hook.history.views import Views

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from muse_hook.history.ancestry import Place, Reach
    from muse_hook.history.commit_fold import Move
    from muse_hook.index import Index

    Progress = Callable[[int, int], None]

_FLUSH = 100_000  # ops a transaction
_TELL = 500  # records between two words on how far it is


class Node(NamedTuple):
    """A folded commit: its record, its place, its parents' ids."""

    record: int
    place: Place
    parents: list[str]


def fold(index: Index, progress: Progress, pause: Callable[[], None]) -> None:
    """Give the new ops their stories; all ops anew where older history came in behind what was folded.

    In several transactions, with a `pause` between them; `progress` is told (done, to do) in records.
    """
    sql = index.connection
    run: Fold | None = None
    while run is None or not run.is_done:
        with index.transaction():
            if run is None or not run.is_alone():
                run = Fold(sql, _to_fold(sql))
            run.some(progress)
            if run.is_done:
                tables.index_to_read(sql)
        progress(run.done, run.total)
        pause()


def _to_fold(sql: sqlite3.Connection) -> list[tuple[int, str | None, int]]:
    """Return (record, commit id, generation) of what has no stories yet, in causal order, those by hand last."""
    tables.index_to_fold(sql)
    late = sql.execute(
        "SELECT 1 FROM records r INDEXED BY records_to_fold CROSS JOIN parents p ON p.parent = r.commit_id"
        " CROSS JOIN records child ON child.record = p.record WHERE NOT r.folded AND child.folded LIMIT 1"
    ).fetchone()
    if late is not None:
        tables.unfold(sql)
    return sql.execute(
        "SELECT record, commit_id, generation FROM records WHERE NOT folded"
        " ORDER BY commit_id IS NULL, generation, commit_id"
    ).fetchall()


class Fold:
    """One run over `records` that have no stories yet, in several transactions: `done` of `total` are folded."""

    def __init__(self, connection: sqlite3.Connection, records: Sequence[tuple[int, str | None, int]]) -> None:
        self._sql = connection
        self._records = records
        self.done, self.total = 0, len(records)
        self._turn = -1
        self._ancestry = Ancestry.load(connection)
        self._nodes: dict[str, Node] = {}
        self._assigned: list[tuple[int, int, int]] = []
        self._folded: list[tuple[int, int, int]] = []
        self._moves: list[tuple[Any, ...]] = []
        self.places = Places(connection, lambda: self._ancestry)
        self.stories = Stories(connection)
        self._views = Views(self._ancestry)

    @property
    def is_done(self) -> bool:
        """Whether no record is left."""
        return self.done == self.total

    def is_alone(self) -> bool:
        """Whether nobody else has folded anything since: what this run knows of the tables still holds."""
        return self._turn == _turn(self._sql)

    def some(self, progress: Progress) -> None:
        """Fold some records, inside the caller's transaction; `progress` is told on the way."""
        while self.done < self.total and len(self._assigned) < _FLUSH:
            record, commit_id, generation = self._records[self.done]
            if commit_id is None:
                self._by_hand(record)
            else:
                self._commit(record, commit_id, generation)
            self.done += 1
            if self.done % _TELL == 0:
                progress(self.done, self.total)
        self._write()
        self._turn = _turn(self._sql) + 1
        self._sql.execute("REPLACE INTO meta VALUES ('folds', ?)", (str(self._turn),))

    def _commit(self, record: int, commit_id: str, generation: int) -> None:
        names = self._parents_of(record)
        parents = [node and node.place for node in map(self.node, names)]
        place = self._ancestry.add(generation, parents)
        node = self._nodes[commit_id] = Node(record, place, names)
        self._folded.append((place[0], place[1], record))
        ops = list(map(Op._make, self._sql.execute(OPS, (record,))))
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
        self._folded.append((-1, 0, record))
        for position, address in self._sql.execute(
            "SELECT position, address FROM entries WHERE record = ?", (record,)
        ).fetchall():
            symbol = self.places.latest(address)
            if symbol is not None:
                self._assigned.append((record, position, symbol))

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

    def together(self, view: Reach, others: Iterable[str]) -> Reach:
        """Return what a commit (`view` is what it reaches) and others reach."""
        nodes = map(self.node, others)
        return self._ancestry.reach([node.place for node in nodes if node is not None], view.copy())

    def lookup(self, view: Reach | None, address: str, content_id: str) -> int:
        """Return the story that an address belonged to at a commit: one that begins before the log where none is."""
        symbol, origin = self.places.find(view, address)
        if symbol is None:
            symbol = self.stories.begin(origin, content_id, None)
            self.places.begin(origin, BEFORE, 0, symbol)
        return symbol

    def tell(self, symbol: int, record: int, op: Op, address: str, *, alive: bool) -> None:
        """Note an op of a story, and where the story stands after it."""
        self._assigned.append((record, op.position, symbol))
        self.stories.tell(symbol, record, address, op.kind, alive=alive)

    def move(self, symbol: int, move: Move) -> None:
        """Note a rename or move, a symbol's own or that of a file or class that carried it along."""
        self._moves.append((move.record, symbol, move.old, move.new, move.how, move.confidence, move.from_parent))
        self.stories.place(symbol, move.record, move.new)

    def _write(self) -> None:
        self.places.write()
        self.stories.write()
        self._ancestry.save(self._sql)
        sql = self._sql
        sql.executemany("REPLACE INTO moves VALUES (?, ?, ?, ?, ?, ?, ?)", self._moves)
        sql.executemany("REPLACE INTO told VALUES (?, ?, ?)", sorted(self._assigned))
        sql.executemany("UPDATE records SET folded = 1, chain = ?, place = ? WHERE record = ?", self._folded)
        sql.execute("DELETE FROM reaches")
        for pending in (self._moves, self._assigned, self._folded):
            pending.clear()


def _turn(sql: sqlite3.Connection) -> int:
    """Return how often anybody has written what was folded."""
    row = sql.execute("SELECT value FROM meta WHERE key = 'folds'").fetchone()
    return int(row[0]) if row is not None else 0
