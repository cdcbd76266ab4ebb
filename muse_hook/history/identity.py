"""Who is who: the story that each op of the log belongs to, through renames, moves and merges."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from muse_hook.history.ancestry import BEFORE, Ancestry, Place

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

_FLUSH = 20_000
_OPS = (
    "SELECT position, inside, op, address, path, kind, change, new_address, from_address, from_parent, confidence,"
    " old_content_id, new_content_id FROM entries WHERE record = ? ORDER BY position"
)


class Op(NamedTuple):
    """A row of `entries`, as far as identity asks."""

    position: int
    inside: int | None
    op: str
    address: str
    path: str
    kind: str | None
    change: str
    new_address: str | None
    from_address: str | None
    from_parent: int | None
    confidence: float | None
    old_content_id: str | None
    new_content_id: str | None


def story_id(address: str, content_id: str) -> str:
    """Return the stable id of a symbol from its first appearance: where, and as what.

    The same on every machine and in every copy of a commit (amended, rebased, cherry-picked); a symbol that is
    deleted and restored as it was first goes on with its story.
    """
    return hashlib.sha256(f"{address}\0{content_id}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Fold:
    """Gives every op of unfolded records its story, parents before children; what it learns goes to the tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        self._ancestry = Ancestry.load(connection)
        self._old_chains = self._ancestry.chains
        self._fresh = connection.execute("SELECT 1 FROM places LIMIT 1").fetchone() is None
        self._records: dict[str, tuple[int, Place]] = {}  # commit id -> its record and place
        self._places: dict[str, list[tuple[Place, int | None]]] = {}  # address -> whose it became, and where
        self._carriers: dict[str, list[tuple[Place, str]]] = {}
        self._has_carriers: set[str] = {new for (new,) in connection.execute("SELECT DISTINCT new FROM carriers")}
        self._ids: dict[str, int] = {}
        self._stories: dict[int, list[Any]] = {}  # symbol -> kind, address, first, last, alive, ops
        self._next = 1 + (connection.execute("SELECT max(symbol) FROM stories").fetchone()[0] or 0)
        self._new_places: dict[tuple[str, int], int | None] = {}
        self._new_moves: list[tuple[Any, ...]] = []
        self._new_carriers: list[tuple[Any, ...]] = []
        self._assigned: list[tuple[int, int, int]] = []
        self._done: list[tuple[int, int, int]] = []

    def run(
        self, records: Sequence[tuple[int, str | None, int]], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Fold records (record, commit id, generation), which stand in causal order."""
        for number, (record, commit_id, generation) in enumerate(records):
            self._fold(record, commit_id, generation)
            if len(self._assigned) > _FLUSH:
                self._flush()
            if progress is not None:
                progress(number + 1, len(records))
        self._flush()
        self._ancestry.save(self._sql, self._old_chains)

    def _fold(self, record: int, commit_id: str | None, generation: int) -> None:
        if commit_id is None:
            self._fold_hand(record)
            return
        parents = [
            self._place_of(parent)
            for (parent,) in self._sql.execute(
                "SELECT parent FROM parents WHERE record = ? ORDER BY number", (record,)
            ).fetchall()
        ]
        place = self._ancestry.add(generation, parents)
        self._records[commit_id] = (record, place)
        self._done.append((place.chain, place.step, record))
        ops = [Op(*row) for row in self._sql.execute(_OPS, (record,))]
        if ops:
            _Commit(self, record, place, parents, ops).fold()

    def _fold_hand(self, record: int) -> None:
        """Give an op that was appended by hand, and so has no ancestors, the story that had its address last."""
        self._done.append((-1, 0, record))
        for position, address in self._sql.execute(
            "SELECT position, address FROM entries WHERE record = ?", (record,)
        ).fetchall():
            symbol = next((symbol for _, symbol in self._at(address) if symbol is not None), None)
            if symbol is not None:
                self._assigned.append((symbol, record, position))

    def _place_of(self, commit_id: str) -> Place | None:
        known = self._records.get(commit_id)
        if known is None:
            row = self._sql.execute(
                "SELECT record, chain, place, generation FROM records WHERE commit_id = ? AND folded", (commit_id,)
            ).fetchone()
            if row is None:
                return None
            known = self._records[commit_id] = (row[0], Place(*row[1:]))
        return known[1]

    # What stood where

    def lookup(self, at: Place | None, address: str, content_id: str) -> int:
        """Return the story that an address belonged to at a commit; one that begins before the log where none is."""
        found = self.living(at, address)
        if found is not None:
            return found
        origin = self._origin(at, address)
        if origin is not None:
            return self.lookup(origin[0], origin[1], content_id)
        symbol = self.story(address, content_id, None)
        self._put(address, BEFORE, 0, symbol)
        return symbol

    def living(self, at: Place | None, address: str, *, dead: bool = True) -> int | None:
        """Return the last story that had the address among a commit's ancestors.

        One that has ended counts only if `dead`.
        """
        if at is None:
            return None
        for place, symbol in self._at(address):
            if (symbol is not None or not dead) and self._ancestry.reaches(at, place):
                return symbol
        return None

    def _origin(self, at: Place | None, address: str) -> tuple[Place | None, str] | None:
        """Return where an address was before the last move that carried it there, None where there was no move."""
        if at is None or not self._has_carriers:
            return None
        for prefix in _prefixes(address):
            if prefix not in self._has_carriers:
                continue
            for place, old in self._carried(prefix):
                if self._ancestry.reaches(at, place):
                    return self._ancestry.before(place), old + address[len(prefix) :]
        return None

    def _at(self, address: str) -> list[tuple[Place, int | None]]:
        """Return who had the address, the youngest first."""
        known = self._places.get(address)
        if known is None:
            known = []
            if not self._fresh:
                known = [
                    (BEFORE if row[1] is None else Place(*row[1:]), row[0])
                    for row in self._sql.execute(
                        "SELECT p.symbol, r.chain, r.place, r.generation FROM places p"
                        " LEFT JOIN records r USING (record) WHERE p.address = ? ORDER BY r.generation DESC",
                        (address,),
                    )
                ]
            self._places[address] = known
        return known

    def _carried(self, prefix: str) -> list[tuple[Place, str]]:
        known = self._carriers.get(prefix)
        if known is None:
            known = self._carriers[prefix] = [
                (Place(*row[1:]), row[0])
                for row in self._sql.execute(
                    "SELECT c.old, r.chain, r.place, r.generation FROM carriers c JOIN records r USING (record)"
                    " WHERE c.new = ? ORDER BY r.generation DESC",
                    (prefix,),
                )
            ]
        return known

    def under(self, prefix: str) -> Iterator[str]:
        """Return every address that begins with a prefix."""
        self._flush_places()
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        yield from [
            address
            for (address,) in self._sql.execute(
                "SELECT DISTINCT address FROM places WHERE address >= ? AND address < ?", (prefix, after)
            )
        ]

    # What is learnt

    def story(self, address: str, content_id: str, record: int | None) -> int:
        """Return the story that begins at an address with a content, a new one where it is not known."""
        key = story_id(address, content_id)
        symbol = self._ids.get(key)
        if symbol is None:
            row = None
            if not self._fresh:
                row = self._sql.execute("SELECT symbol FROM stories WHERE id = ?", (key,)).fetchone()
            if row is not None:
                symbol = self._ids[key] = int(row[0])
            else:
                symbol = self._ids[key] = self._next
                self._next += 1
                self._stories[symbol] = [key, "symbol", address, record, record, 1, 0]
        return symbol

    def tell(self, symbol: int, record: int, op: Op, address: str, *, alive: bool) -> None:
        """Note an op of a story, and where the story stands after it."""
        self._assigned.append((symbol, record, op.position))
        facts = self._facts(symbol)
        facts[1] = op.kind or facts[1]
        facts[2], facts[4], facts[5] = address, record, int(alive)
        facts[6] += 1

    def _facts(self, symbol: int) -> list[Any]:
        facts = self._stories.get(symbol)
        if facts is None:
            facts = self._stories[symbol] = list(
                self._sql.execute(
                    "SELECT id, kind, address, first_record, last_record, alive, ops FROM stories WHERE symbol = ?",
                    (symbol,),
                ).fetchone()
            )
        return facts

    def begin(self, address: str, place: Place, record: int, symbol: int) -> None:
        """Say that an address belongs to a story from a record on."""
        self._put(address, place, record, symbol)

    def end(self, address: str, place: Place, record: int) -> None:
        """Say that an address belongs to no story from a record on; where the record gave it to one, that holds."""
        if self._new_places.get((address, record)) is None:
            self._put(address, place, record, None)

    def _put(self, address: str, place: Place, record: int, symbol: int | None) -> None:
        known = self._at(address)
        known[:] = [each for each in known if each[0] != place]
        known.append((place, symbol))
        known.sort(key=lambda each: -each[0].generation)
        self._new_places[address, record] = symbol

    def move(self, symbol: int, record: int, way: tuple[str, str], how: str, confidence: float | None) -> None:
        """Note a rename or move (old, new address), one's own or that of a file or class that carried it along."""
        old, new = way
        self._new_moves.append((record, symbol, old, new, how, confidence))
        facts = self._facts(symbol)
        facts[2], facts[4] = new, record

    def carry(self, old: str, new: str, place: Place, record: int) -> None:
        """Note that everything under `old` went to `new`."""
        known = self._carried(new)
        known.insert(0, (place, old))
        known.sort(key=lambda each: -each[0].generation)
        self._has_carriers.add(new)
        self._new_carriers.append((new, record, old))

    def _flush_places(self) -> None:
        self._sql.executemany(
            "REPLACE INTO places VALUES (?, ?, ?)",
            ((address, record, symbol) for (address, record), symbol in self._new_places.items()),
        )
        self._new_places.clear()

    def _flush(self) -> None:
        self._flush_places()
        self._sql.executemany("REPLACE INTO moves VALUES (?, ?, ?, ?, ?, ?)", self._new_moves)
        self._sql.executemany("REPLACE INTO carriers VALUES (?, ?, ?)", self._new_carriers)
        self._sql.executemany("UPDATE entries SET symbol = ? WHERE record = ? AND position = ?", self._assigned)
        self._sql.executemany("UPDATE records SET folded = 1, chain = ?, place = ? WHERE record = ?", self._done)
        self._sql.executemany(
            "REPLACE INTO stories (symbol, id, kind, address, name, first_record, last_record, alive, ops)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (symbol, key, kind, address, simple_name(address), first, last, alive, ops)
                for symbol, (key, kind, address, first, last, alive, ops) in self._stories.items()
            ),
        )
        for pending in (self._new_moves, self._new_carriers, self._assigned, self._done):
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
        symbol = self._fold.lookup(self._first, op.address, op.old_content_id or "")
        self._fold.end(op.address, self._place, self._record)
        if op.new_address:
            self._moved[op.new_address] = symbol
            self._fold.move(symbol, self._record, (op.address, op.new_address), _how(op), op.confidence)
            self._carry(op.address + ".", op.new_address + ".", "class moved", op.confidence)
        self._fold.tell(symbol, self._record, op, op.new_address or op.address, alive=bool(op.new_address))

    def _insert(self, op: Op) -> None:
        symbol = self._moved.get(op.address)
        if symbol is None and op.from_address:
            symbol = self._fold.lookup(self._first, op.from_address, op.new_content_id or "")
        if symbol is None:
            symbol = self._elsewhere(op)
        if symbol is None:
            symbol = self._fold.story(op.address, op.new_content_id or "", self._record)
        self._fold.begin(op.address, self._place, self._record, symbol)
        self._fold.tell(symbol, self._record, op, op.address, alive=True)

    def _elsewhere(self, op: Op) -> int | None:
        """Return the story of a symbol that a merge's other parents have at the address."""
        number = op.from_parent or 0
        others = self._parents[number - 1 : number] if number else self._parents[1:]
        for parent in others:
            symbol = self._fold.living(parent, op.address, dead=False)
            if symbol is not None:
                return symbol
        return None

    def _replace(self, op: Op, before: str) -> None:
        after = op.new_address or op.address
        symbol = None
        if op.from_parent and op.from_parent <= len(self._parents):
            symbol = self._fold.living(self._parents[op.from_parent - 1], after, dead=False)
        if symbol is None:
            symbol = self._fold.lookup(self._first, before, op.old_content_id or op.new_content_id or "")
        if op.new_address:
            self._fold.end(before, self._place, self._record)
            self._fold.move(symbol, self._record, (before, after), _how(op), op.confidence)
            self._carry(before + ".", after + ".", "class renamed", op.confidence)
        if after != before:
            self._fold.begin(after, self._place, self._record, symbol)
        self._fold.tell(symbol, self._record, op, after, alive=True)

    def _carry(self, old: str, new: str, how: str, confidence: float | None) -> None:
        """Take along whatever lived under the old place and has no op that says where it went."""
        carried = list(self._carried)
        self._carried.append(old)
        found = [
            address
            for address in self._fold.under(old)
            if address not in self._told and not any(address.startswith(prefix) for prefix in carried)
        ]
        if found or old.endswith("::"):
            self._fold.carry(old, new, self._place, self._record)
        for address in found:
            symbol = self._fold.living(self._first, address, dead=False)
            if symbol is None:
                continue
            after = new + address[len(old) :]
            self._fold.end(address, self._place, self._record)
            self._fold.begin(after, self._place, self._record, symbol)
            self._fold.move(symbol, self._record, (address, after), how, confidence)


def _how(op: Op) -> str:
    codes = op.change.split(",")
    return "renamed" if "renamed" in codes else "moved"


def _prefixes(address: str) -> Iterable[str]:
    """Return the places that could have carried an address along, the nearest first: its classes, then its file."""
    at = len(address)
    start = address.find("::")
    while (at := address.rfind(".", start, at)) > start >= 0:
        yield address[: at + 1]
    while start >= 0:
        yield address[: start + 2]
        start = address.find("::", start + 2)


def simple_name(address: str) -> str:
    """Return the last part of a symbol's name: "save" of "a.py::Model.save", "os" of "a.py::import::os"."""
    name = address.rpartition("::")[2]
    return name if name.startswith("*") else name.rpartition(".")[2]
