"""Giving every op of the log the story that it belongs to, parents before children."""

from __future__ import annotations

from typing import NamedTuple

from muse_hook.history.addresses import carriers
from muse_hook.history.ancestry import BEFORE, Ancestry
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
_OPS = (
    "SELECT position, inside, op, address, kind, change, new_address, from_address, from_parent, confidence,"
    " coalesce(old_content_id, new_content_id, '') FROM entries WHERE record = ? ORDER BY position"
)


class Op(NamedTuple):
    """A row of `entries`, as far as identity asks; `content_id` is the old one where the op has one."""

    position: int
    inside: int | None
    op: str
    address: str
    kind: str | None
    change: str
    new_address: str | None
    from_address: str | None
    from_parent: int | None
    confidence: float | None
    content_id: str


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
        ops = [Op(*row) for row in self._sql.execute(_OPS, (record,))]
        views = [
            self._views.hand_on(parent) if not number else self._views.of(parent)
            for number, parent in enumerate(parents)
        ]
        if ops or len(parents) > 1:
            _Commit(self, node, views, ops).fold()
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


class _Commit:
    """One commit's ops, from what its parents knew."""

    def __init__(self, fold: Fold, node: Node, views: list[Reach | None], ops: Sequence[Op]) -> None:
        self._fold = fold
        self._record = node.record
        self._place = node.place
        self._parents = node.parents
        self._views = views  # what each parent reaches
        self._first = views[0] if views else None
        self._files = {op.position: op for op in ops if op.inside is None}
        self._ops = [(op, self._before(op)) for op in ops if op.inside is not None]
        # What has an op that says where it went is not carried along by its file or class.
        self._told = {before for op, before in self._ops if op.op == "delete" or op.new_address}
        self._moved: dict[str, int] = {}
        self._carried: list[str] = []

    def fold(self) -> None:
        """Give each op its story; deletes and renames first, since an insert may be where one of them went."""
        for op, before in self._ops:
            if op.op == "delete":
                self._delete(op)
            elif op.op != "insert":
                self._replace(op, before)
        for op, _ in self._ops:
            if op.op == "insert":
                self._insert(op)
        for op in self._files.values():
            if op.from_address and op.op == "patch":
                self._carry(op.from_address + "::", op.address + "::", "file moved", op.confidence)
        if self._first is not None and len(self._views) > 1:
            self._settle(self._first)

    def _settle(self, first: Reach) -> None:
        """Say who has which address where a merge's parents do not agree and no op tells.

        A file that came in whole is as in that parent, every other one as in the first.
        """
        places = self._fold.places
        whole = {op.address: op.from_parent or 1 for op in self._files.values() if op.op != "patch" and op.from_parent}
        open_addresses = {
            address for node in self._fold.brought(self._parents[1:], first) for address in places.touched(node.record)
        }
        for path in whole:
            open_addresses.update(places.under(path + "::"))
        merged = self._fold.together(first, self._views[1:])
        for address in sorted(open_addresses.difference(places.touched(self._record))):
            number = next((whole[path] for path in (each[:-2] for each in carriers(address)) if path in whole), 1)
            truth = places.living(self._views[number - 1], address) if number <= len(self._views) else None
            if places.living(merged, address) == truth:
                continue
            if truth is None:
                places.end(address, self._place, self._record)
            else:
                places.begin(address, self._place, self._record, truth)

    def _before(self, op: Op) -> str:
        """Return where the op's symbol was in the first parent; in a moved file ops (but deletes) tell the new path."""
        if op.from_address:
            return op.from_address
        file = self._files[op.inside or 0]
        if file.from_address and op.op != "delete" and op.address.startswith(file.address + "::"):
            return file.from_address + op.address[len(file.address) :]
        return op.address

    def _delete(self, op: Op) -> None:
        symbol = self._fold.lookup(self._first, op.address, op.content_id)
        self._fold.places.end(op.address, self._place, self._record)
        if op.new_address:
            self._moved[op.new_address] = symbol
            self._fold.move(symbol, self._record, (op.address, op.new_address), _how(op), op.confidence)
            self._carry(op.address + ".", op.new_address + ".", "class moved", op.confidence)
        self._fold.tell(symbol, self._record, op, op.new_address or op.address, alive=bool(op.new_address))

    def _insert(self, op: Op) -> None:
        symbol = self._moved.get(op.address)
        if symbol is None and op.from_address:
            symbol = self._fold.lookup(self._first, op.from_address, op.content_id)
        if symbol is None:
            symbol = self._elsewhere(op)
        if symbol is None:
            symbol = self._fold.stories.begin(op.address, op.content_id, self._record)
        self._fold.places.begin(op.address, self._place, self._record, symbol)
        self._fold.tell(symbol, self._record, op, op.address, alive=True)

    def _elsewhere(self, op: Op) -> int | None:
        """Return the story of a symbol that a merge's other parents have at the address."""
        number = op.from_parent or 0
        others = self._views[number - 1 : number] if number else self._views[1:]
        for view in others:
            symbol = self._fold.places.living(view, op.address)
            if symbol is not None:
                return symbol
        return None

    def _replace(self, op: Op, before: str) -> None:
        after = op.new_address or op.address
        symbol = None
        if op.from_parent and op.from_parent <= len(self._views):
            symbol = self._fold.places.living(self._views[op.from_parent - 1], after)
        if symbol is None:
            symbol = self._fold.lookup(self._first, before, op.content_id)
        if op.new_address:
            self._fold.places.end(before, self._place, self._record)
            self._fold.move(symbol, self._record, (before, after), _how(op), op.confidence)
            self._carry(before + ".", after + ".", "class renamed", op.confidence)
        if after != before:
            self._fold.places.begin(after, self._place, self._record, symbol)
        self._fold.tell(symbol, self._record, op, after, alive=True)

    def _carry(self, old: str, new: str, how: str, confidence: float | None) -> None:
        """Take along whatever lived under the old place and has no op that says where it went."""
        carried = list(self._carried)
        self._carried.append(old)
        found = [
            address
            for address in self._fold.places.under(old)
            if address not in self._told and not any(address.startswith(prefix) for prefix in carried)
        ]
        if found or old.endswith("::"):
            self._fold.places.carry(old, new, self._place, self._record)
        for address in found:
            symbol = self._fold.places.living(self._first, address)
            if symbol is None:
                continue
            after = new + address[len(old) :]
            self._fold.places.end(address, self._place, self._record)
            self._fold.places.begin(after, self._place, self._record, symbol)
            self._fold.move(symbol, self._record, (address, after), how, confidence)


def _how(op: Op) -> str:
    codes = op.change.split(",")
    return "renamed" if "renamed" in codes else "moved"
