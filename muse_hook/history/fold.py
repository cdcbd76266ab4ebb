"""Giving every op of the log the story that it belongs to, parents before children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from muse_hook.history.ancestry import BEFORE, Ancestry, Place
from muse_hook.history.places import Places
from muse_hook.history.stories import Stories

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

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


class Fold:
    """One run over records that have no stories yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        self._ancestry = Ancestry.load(connection)
        self._old_chains = self._ancestry.chains
        self._commits: dict[str, Place] = {}
        self._assigned: list[tuple[int, int, int]] = []
        self._done: list[tuple[int, int, int]] = []
        self._moves: list[tuple[Any, ...]] = []
        self.places = Places(connection, self._ancestry)
        self.stories = Stories(connection)

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
        parents = [
            self._place_of(parent)
            for (parent,) in self._sql.execute(
                "SELECT parent FROM parents WHERE record = ? ORDER BY number", (record,)
            ).fetchall()
        ]
        place = self._commits[commit_id] = self._ancestry.add(generation, parents)
        self._done.append((place.chain, place.step, record))
        ops = [Op(*row) for row in self._sql.execute(_OPS, (record,))]
        if ops:
            _Commit(self, record, place, parents, ops).fold()

    def _by_hand(self, record: int) -> None:
        """Give an op that was appended by hand, and so has no ancestors, the story that had its address last."""
        self._done.append((-1, 0, record))
        for position, address in self._sql.execute(
            "SELECT position, address FROM entries WHERE record = ?", (record,)
        ).fetchall():
            symbol = self.places.latest(address)
            if symbol is not None:
                self._assigned.append((symbol, record, position))

    def _place_of(self, commit_id: str) -> Place | None:
        known = self._commits.get(commit_id)
        if known is None:
            row = self._sql.execute(
                "SELECT chain, place, generation FROM records WHERE commit_id = ? AND folded", (commit_id,)
            ).fetchone()
            if row is None:
                return None
            known = self._commits[commit_id] = Place(*row)
        return known

    def lookup(self, at: Place | None, address: str, content_id: str) -> int:
        """Return the story that an address belonged to at a commit: one that begins before the log where none is."""
        symbol, origin = self.places.find(at, address)
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

    def __init__(
        self, fold: Fold, record: int, place: Place, parents: Sequence[Place | None], ops: Sequence[Op]
    ) -> None:
        self._fold = fold
        self._record = record
        self._place = place
        self._parents = parents
        self._first = parents[0] if parents else None
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
        others = self._parents[number - 1 : number] if number else self._parents[1:]
        for parent in others:
            symbol = self._fold.places.living(parent, op.address)
            if symbol is not None:
                return symbol
        return None

    def _replace(self, op: Op, before: str) -> None:
        after = op.new_address or op.address
        symbol = None
        if op.from_parent and op.from_parent <= len(self._parents):
            symbol = self._fold.places.living(self._parents[op.from_parent - 1], after)
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
