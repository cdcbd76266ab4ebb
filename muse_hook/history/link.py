"""Linking every op of the log to the symbol that it belongs to, parents before children."""

from __future__ import annotations

from muse_hook.history import tables
from muse_hook.history.addresses import Addresses
from muse_hook.history.ancestry import BEFORE, Ancestry, ReachCache
from muse_hook.history.identity import AddressHistory, SymbolHistory
from muse_hook.history.packed import unpack_digits
from muse_hook.model.address import prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from muse_hook.history.ancestry import ChainPosition, ReachableSet
    from muse_hook.index.index import Index

    Progress = Callable[[int, int], None]
    MoveRow = tuple[int, int, str, str, str, float | None, int | None]
    """A row of `moves`: record, symbol, old and new address, how, confidence, and the parent (1 for the first one) that
    the symbol had gone there in already."""

_UNLINKED = (
    "SELECT record, commit_id, generation FROM records"
    " WHERE NOT linked ORDER BY commit_id IS NULL, generation, commit_id"
)
_BELOW_PARENTS = (
    "SELECT r.generation, r.record FROM records r INDEXED BY records_to_link"
    " CROSS JOIN parents p ON p.record = r.record CROSS JOIN records parent ON parent.record = p.parent"
    " WHERE NOT r.linked AND parent.generation >= r.generation"
)
_LEAST_GENERATION = (
    "SELECT r.generation, max(parent.generation) + 1 FROM records r JOIN parents p ON p.record = r.record"
    " JOIN records parent ON parent.record = p.parent WHERE r.record = ?"
)
_CHILDREN = (
    "SELECT child.generation, child.record FROM records r JOIN parents p ON p.parent = r.record"
    " JOIN records child ON child.record = p.record WHERE r.record = ? AND NOT child.linked AND child.generation <= ?"
)
_OPS_A_TRANSACTION = 100_000
_RECORDS_A_REPORT = 500  # of progress
_OPS = (
    "SELECT e.position, e.inside, f.op, e.address, f.kind, f.change, e.new_address, e.from_address, e.from_parent,"
    " e.confidence, coalesce(e.old_content_id, e.new_content_id, '') FROM entries e JOIN forms f ON f.number = e.form"
    " WHERE e.record = ? ORDER BY e.position"
)


class EntryRow:
    """A row of `entries`, as far as identity asks; `content_id` is the old one where the op has one."""

    # no NamedTuple: `typing` is a tenth of what a command loads
    __slots__ = (
        "address", "change", "confidence", "content_id", "from_address", "from_parent", "inside", "kind", "new_address",
        "op", "position",
    )  # fmt: skip

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

    def __init__(self, row: tuple[Any, ...], address_of: Callable[[int], str]) -> None:
        (
            self.position, self.inside, self.op, address, self.kind, self.change, new_address, from_address,
            self.from_parent, self.confidence, content_id,
        ) = row  # fmt: skip
        self.address = address_of(address)
        self.new_address = None if new_address is None else address_of(new_address)
        self.from_address = None if from_address is None else address_of(from_address)
        self.content_id = unpack_digits(content_id) or ""


class CommitNode:
    """A linked commit: its record, its position on a chain, its parents' ids."""

    __slots__ = ("parents", "position", "record")

    def __init__(self, record: int, position: ChainPosition, parents: list[str]) -> None:
        self.record = record
        self.position = position
        self.parents = parents


def link(index: Index, progress: Progress, pause: Callable[[], None], *, late: bool = True) -> None:
    """Link the new ops to their symbols; all ops again where older history came in behind what was linked.

    Without `late` only what stands on linked commits is linked. In several transactions, with a `pause` between them;
    `progress` is called with (done, to do) records.
    """
    sql = index.connection
    linker: Linker | None = None
    while linker is None or not linker.is_done:
        with index.transaction():
            if linker is None or not linker.is_current():
                linker = Linker(sql, _to_link(sql, late=late))
            linker.link_some(progress)
            if linker.is_done:
                tables.index_to_read(sql)
        progress(linker.done, linker.total)
        pause()


def _to_link(sql: sqlite3.Connection, *, late: bool) -> list[tuple[int, str | None, int]]:
    """Return (record, commit id, generation) of what is not linked yet, in causal order, manual entries last.

    Where some of it is older than what is linked, all links go; without `late` only what stands on linked commits is
    returned, once there are any.
    """
    tables.index_to_link(sql)
    tables.number_parents(sql)
    if not late and sql.execute("SELECT 1 FROM records WHERE linked LIMIT 1").fetchone() is not None:
        return _on_linked(sql)
    is_behind = sql.execute(
        "SELECT 1 FROM records r INDEXED BY records_to_link CROSS JOIN parents p ON p.parent = r.record"
        " CROSS JOIN records child ON child.record = p.record WHERE NOT r.linked AND child.linked LIMIT 1"
    ).fetchone()
    if is_behind is not None:
        tables.unlink(sql)
    _raise_generations(sql)
    return sql.execute(_UNLINKED).fetchall()


def _raise_generations(sql: sqlite3.Connection) -> None:
    """Put what is not linked above its parents.

    A shallow clone counts generations from its boundary: what came behind that later on stands as high, or higher.
    """
    low = sql.execute(_BELOW_PARENTS).fetchall()
    if not low:
        return
    from heapq import heapify, heappop, heappush  # seldom needed

    # More than every commit on one line is a circle, which no history has and a log of another's may claim.
    (most,) = sql.execute("SELECT max(generation) + count(*) FROM records").fetchone()
    heapify(low)
    while low:
        _, record = heappop(low)
        own, least = sql.execute(_LEAST_GENERATION, (record,)).fetchone()
        if least is None or own >= least or least > most:
            continue
        sql.execute("UPDATE records SET generation = ? WHERE record = ?", (least, record))
        for child in sql.execute(_CHILDREN, (record, least)):
            heappush(low, child)


def _on_linked(sql: sqlite3.Connection) -> list[tuple[int, str | None, int]]:
    """Return, of what is not linked, what stands on linked commits and on nothing else, and the manual entries."""
    found = {
        record
        for (record,) in sql.execute(
            "SELECT r.record FROM records r INDEXED BY records_to_link CROSS JOIN parents p ON p.record = r.record"
            " CROSS JOIN records parent ON parent.record = p.parent WHERE NOT r.linked AND parent.linked"
        )
    }
    rows = sql.execute(_UNLINKED).fetchall() if found else []
    unlinked = {record for record, _, _ in rows}
    added: set[int] = set()
    chosen = []
    for record, commit_id, generation in rows:
        if commit_id is None:
            continue
        parents = {parent for (parent,) in sql.execute("SELECT parent FROM parents WHERE record = ?", (record,))}
        if unlinked.isdisjoint(parents) and (record in found or parents & added):
            chosen.append((record, commit_id, generation))
            unlinked.discard(record)
            added.add(record)
    manual = sql.execute("SELECT record, NULL, generation FROM records WHERE commit_id IS NULL AND NOT linked")
    return [*chosen, *manual.fetchall()]


class Linker:
    """Links `records`, in several transactions: `done` of `total` are linked."""

    def __init__(self, connection: sqlite3.Connection, records: Sequence[tuple[int, str | None, int]]) -> None:
        self._sql = connection
        self._records = records
        self.done, self.total = 0, len(records)
        self._revision = -1
        self._ancestry = Ancestry.load(connection)
        self._nodes: dict[str, CommitNode] = {}
        self._links: list[tuple[int, int, int]] = []
        self._linked: list[tuple[int, int, int]] = []
        self._moves: list[MoveRow] = []
        self._places: dict[int, set[str]] = {}  # of this run's moves
        self._is_first = connection.execute("SELECT 1 FROM moves LIMIT 1").fetchone() is None
        self._numbered = Addresses(connection)
        self.addresses = AddressHistory(connection, lambda: self._ancestry, self._numbered)
        self.symbols = SymbolHistory(connection, self._numbered)
        self._reach_cache = ReachCache(self._ancestry)

    @property
    def is_done(self) -> bool:
        """Whether no record is left."""
        return self.done == self.total

    def add(self, records: Sequence[tuple[int, str | None, int]]) -> None:
        """Take further records, in causal order, where this one is done."""
        self._records = records
        self.done, self.total = 0, len(records)

    def is_current(self) -> bool:
        """Whether nobody else has linked anything since: what this one knows of the tables is still true."""
        return self._revision == _revision(self._sql)

    def link_some(self, progress: Progress) -> None:
        """Link some records, inside the caller's transaction; `progress` is called on the way."""
        while self.done < self.total and len(self._links) < _OPS_A_TRANSACTION:
            record, commit_id, generation = self._records[self.done]
            if commit_id is None:
                self._link_manual(record)
            else:
                self._link_commit(record, commit_id, generation)
            self.done += 1
            if self.done % _RECORDS_A_REPORT == 0:
                progress(self.done, self.total)
        self._write()
        self._revision = _revision(self._sql) + 1
        self._sql.execute("REPLACE INTO meta VALUES ('links', ?)", (str(self._revision),))

    def _link_commit(self, record: int, commit_id: str, generation: int) -> None:
        names = self._parents_of(record)
        parents = [None if node is None else node.position for node in map(self.node, names)]
        position = self._ancestry.add(generation, parents)
        node = self._nodes[commit_id] = CommitNode(record, position, names)
        self._linked.append((position[0], position[1], record))
        self.symbols.begin(record, generation, commit_id)
        address_of = self._numbered.text
        ops = [EntryRow(row, address_of) for row in self._sql.execute(_OPS, (record,))]
        cache = self._reach_cache
        reachable = [cache.get(parent) if number else cache.take(parent) for number, parent in enumerate(parents)]
        if ops or len(parents) > 1:
            CommitLinker(self, node, reachable, ops).link()
        own = self._ancestry.reachable_from([position], reachable[0] if reachable else None)
        children = self._sql.execute("SELECT count(*) FROM parents WHERE parent = ?", (record,)).fetchone()[0]
        cache.put(position, own, children)

    def _link_manual(self, record: int) -> None:
        """Link a manual entry, which has no ancestors, to the symbol that had its address last."""
        self._linked.append((-1, 0, record))
        query = "SELECT position, address FROM entries WHERE record = ?"
        for position, address in self._sql.execute(query, (record,)).fetchall():
            symbol = self.addresses.latest(self._numbered.text(address))
            if symbol is not None:
                self._links.append((record, position, symbol))

    def node(self, commit_id: str) -> CommitNode | None:
        """Return a linked commit, None for one that is not recorded."""
        known = self._nodes.get(commit_id)
        if known is None:
            row = self._sql.execute(
                "SELECT record, chain, step, generation FROM records WHERE commit_id = ? AND linked", (commit_id,)
            ).fetchone()
            if row is None:
                return None
            known = self._nodes[commit_id] = CommitNode(row[0], row[1:], self._parents_of(row[0]))
        return known

    def _parents_of(self, record: int) -> list[str]:
        query = (
            "SELECT coalesce(r.commit_id, CAST(p.parent AS TEXT)) FROM parents p"
            " LEFT JOIN records r ON r.record = p.parent WHERE p.record = ? ORDER BY p.number"
        )
        return [parent for (parent,) in self._sql.execute(query, (record,))]

    def brought_in(self, others: Sequence[str], first: ReachableSet) -> Iterator[CommitNode]:
        """Yield what the other parents of a merge reach and its first parent does not."""
        todo, seen = list(others), set(others)
        while todo:
            node = self.node(todo.pop())
            if node is None or first.has(node.position):
                continue
            yield node
            fresh = [parent for parent in node.parents if parent not in seen]
            seen.update(fresh)
            todo += fresh

    def union(self, reachable: ReachableSet, others: Iterable[str]) -> ReachableSet:
        """Return what a commit (`reachable` is what it reaches) and others reach."""
        nodes = map(self.node, others)
        return self._ancestry.reachable_from([node.position for node in nodes if node is not None], reachable.copy())

    def places(self, symbol: int) -> set[str]:
        """Return every address that a symbol which has moved at all ever had, anywhere."""
        found = set(self._places.get(symbol, ()))
        if self._is_first:
            return found
        for row in self._sql.execute("SELECT old_address, new_address FROM moves WHERE symbol = ?", (symbol,)):
            found.update(map(self._numbered.text, row))
        return found

    def relink(self, record: int, position: int, symbol: int, new: int) -> None:
        """Link an op of this record to another symbol."""
        row = record, position, symbol
        at = next(at for at in range(len(self._links) - 1, -1, -1) if self._links[at] == row)
        self._links[at] = record, position, new
        self.symbols.take_op(symbol, new)

    def link_op(self, symbol: int, record: int, op: EntryRow, address: str, *, alive: bool) -> None:
        """Link an op to its symbol, which stands at `address` after it."""
        self._links.append((record, op.position, symbol))
        self.symbols.add_op(symbol, record, address, op.kind, alive=alive)

    def add_move(self, move: MoveRow) -> None:
        """Add a rename or move, a symbol's own or that of a file or class that carried it along."""
        record, symbol, old, new, *_ = move
        self._moves.append(move)
        self._places.setdefault(symbol, set()).update((old, new))
        self.symbols.set_address(symbol, record, new)

    def _write(self) -> None:
        self.addresses.write()
        self.symbols.write()
        self._ancestry.save(self._sql)
        sql = self._sql
        numbers = self._numbered.add(address for move in self._moves for address in move[2:4])
        moves = [(*move[:2], numbers[move[2]], numbers[move[3]], *move[4:]) for move in self._moves]
        sql.executemany("REPLACE INTO moves VALUES (?, ?, ?, ?, ?, ?, ?)", moves)
        sql.executemany("REPLACE INTO links VALUES (?, ?, ?)", sorted(self._links))
        sql.executemany("UPDATE records SET linked = 1, chain = ?, step = ? WHERE record = ?", self._linked)
        sql.execute("DELETE FROM reachable_sets")
        for pending in (self._moves, self._links, self._linked):
            pending.clear()


def _revision(sql: sqlite3.Connection) -> int:
    """Return a number that changes whenever anybody writes links."""
    row = sql.execute("SELECT value FROM meta WHERE key = 'links'").fetchone()
    return int(row[0]) if row is not None else 0


class CommitLinker:
    """Links one commit's ops, from what its parents reach."""

    def __init__(
        self, linker: Linker, node: CommitNode, reachable: list[ReachableSet | None], ops: Sequence[EntryRow]
    ) -> None:
        self._linker = linker
        self._record = node.record
        self._position = node.position
        self._parents = node.parents
        self._reachable = reachable  # by parent
        self._first = reachable[0] if reachable else None
        self._files = {op.position: op for op in ops if op.inside is None}
        self._ops = [(op, self._before(op)) for op in ops if op.inside is not None]
        # What has an op that says where it went is not carried along by its file or class.
        self._named = {before for op, before in self._ops if op.op == "delete" or op.new_address}
        self._moved: dict[str, int] = {}
        self._carried: set[str] = set()
        self._reached = self._first
        self._own: set[str] = set()  # addresses that the first parent's symbols have now
        self._linked: dict[str, tuple[int, int]] = {}  # by address, the op that put a symbol there

    def link(self) -> None:
        """Link each op; deletes and renames first, since an insert may be where one of them went."""
        is_merge = len(self._reachable) > 1 and self._first is not None
        if is_merge:
            self._reached = self._linker.union(self._first, self._parents[1:])  # type: ignore[arg-type] # not None
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
        if is_merge:
            self._separate(self._link_merge())

    def _link_merge(self) -> set[str]:
        """Say who has which address where a merge's parents do not agree and no op says; return these addresses.

        A file that came in whole is as in that parent, every other one as in the first.
        """
        addresses = self._linker.addresses
        whole = {
            op.address: (op.from_parent or 1, op.from_address or op.address)
            for op in self._files.values()
            if op.op != "patch" and op.from_parent
        }
        first: ReachableSet = self._first  # type: ignore[assignment] # not None
        brought_in = self._linker.brought_in(self._parents[1:], first)
        disputed = {address for node in brought_in for address in addresses.touched(node.record)}
        for path, (_, there) in whole.items():
            disputed.update(addresses.under(path + "::"))
            if there != path:
                disputed.update(path + each[len(there) :] for each in addresses.under(there + "::"))
        for address in sorted(disputed.difference(addresses.touched(self._record))):
            path = next((path for path in (each[:-2] for each in prefixes(address)) if path in whole), "")
            number, there = whole.get(path, (1, path))
            origin = there + address[len(path) :]
            truth = addresses.living(self._reachable[number - 1], origin) if number <= len(self._reachable) else None
            if addresses.living(self._reached, address) == truth:
                continue
            if truth is None:
                addresses.end(address, self._position, self._record)
                continue
            addresses.start(address, self._position, self._record, truth)
            if origin != address and addresses.living(self._first, address) != truth:
                self._linker.add_move((self._record, truth, origin, address, "file moved", None, number))
        return disputed.union(addresses.touched(self._record))

    def _separate(self, addresses: Iterable[str]) -> None:
        """Give a symbol that a merge has brought to life at several of these addresses an id for each of them.

        It stays who it is where the first parent's holder is, else where the first of the other parents has it.
        """
        for address in sorted(addresses):
            symbol = self._now(address)
            holders = {address} if symbol is None else {address, *self._others(symbol, address)}
            if symbol is None or len(holders) == 1:
                continue
            kept, *rest = sorted(holders, key=lambda each: (self._claim(each, symbol), each))
            for other in rest:
                new = self._start(other, self._linker.symbols.id_of(symbol))
                self._linker.addresses.start(other, self._position, self._record, new)
                self._linker.symbols.separate(symbol, new, self._record, other, kept)
                position, linked = self._linked.get(other, (0, 0))
                if linked == symbol:
                    self._linker.relink(self._record, position, symbol, new)

    def _claim(self, address: str, symbol: int) -> int:
        """Return the first parent's number that has the symbol at an address; 0 for one of the first that moved."""
        if address in self._own:
            return 0
        living = self._linker.addresses.living
        numbers = enumerate(self._reachable, 1)
        return next((n for n, reachable in numbers if living(reachable, address) == symbol), len(self._reachable) + 1)

    def _now(self, address: str) -> int | None:
        return self._linker.addresses.now(self._position, self._reached, address)

    def _others(self, symbol: int, address: str) -> list[str]:
        """Return the other addresses that a symbol is alive at."""
        return [each for each in self._linker.places(symbol) if each != address and self._now(each) == symbol]

    def _start(self, address: str, content_id: str, *, is_before: bool = False) -> int:
        """Return the symbol that begins at an address with a content: none that is alive elsewhere."""
        content, again = content_id, 0
        while True:
            symbol = self._linker.symbols.start(address, content, None if is_before else self._record)
            if not self._others(symbol, address):
                return symbol
            again += 1
            content = f"{content_id}\0{again}"

    def _find(self, address: str, content_id: str) -> int:
        """Return the symbol that an address belonged to in the first parent.

        Where none did, one that begins before the log; where that symbol lives on elsewhere, a new one.
        """
        addresses = self._linker.addresses
        symbol, origin = addresses.find(self._first, address)
        if symbol is None:
            symbol = self._start(origin, content_id, is_before=True)
            addresses.start(origin, BEFORE, 0, symbol)
            if origin != address:  # something took it along before anybody knew of it: it is there no more
                addresses.end(origin, self._position, self._record)
                self._linker.add_move((self._record, symbol, origin, address, "file moved", None, 1))
        elif addresses.living(self._first, address) != symbol and self._others(symbol, address):
            symbol = self._start(address, content_id)
            addresses.start(address, self._position, self._record, symbol)
        return symbol

    def _before(self, op: EntryRow) -> str:
        """Return where the op's symbol was in the first parent; in a moved file ops (but deletes) name the new path."""
        if op.from_address:
            return op.from_address
        file = self._files[op.inside or 0]
        if file.from_address and op.op != "delete" and op.address.startswith(file.address + "::"):
            return file.from_address + op.address[len(file.address) :]
        return op.address

    def _delete(self, op: EntryRow) -> None:
        symbol = self._find(op.address, op.content_id)
        self._linker.addresses.end(op.address, self._position, self._record)
        if op.new_address:
            self._moved[op.new_address] = symbol
            self._move(symbol, op.address, op.new_address, _how(op), op.confidence)
            self._carry(op.address + ".", op.new_address + ".", "class moved", op.confidence)
        self._linker.link_op(symbol, self._record, op, op.new_address or op.address, alive=bool(op.new_address))

    def _insert(self, op: EntryRow) -> None:
        symbol = self._elsewhere(op) if op.from_parent else None
        moved = self._moved.get(op.address)
        if symbol is None:
            symbol = moved
        elif moved is not None and moved != symbol:
            self._linker.symbols.end(moved, self._record)
        if symbol is None and op.from_address and not op.from_parent:
            symbol = self._find(op.from_address, op.content_id)
        if symbol is None and not op.from_parent:
            symbol = self._elsewhere(op)
        if symbol is None:
            symbol = self._start(op.address, op.content_id)
        self._put(op, op.address, symbol, is_own=symbol == moved or op.from_parent == 1)

    def _elsewhere(self, op: EntryRow) -> int | None:
        """Return the symbol that a merge's other parents have where the op says, or at its address.

        The first parent is asked where the op names it.
        """
        number = op.from_parent or 0
        before = op.from_address or op.address
        for n, reachable in enumerate(self._reachable, 1):
            is_asked = number == n or (not number and n > 1)
            symbol = self._linker.addresses.living(reachable, before) if is_asked else None
            if symbol is not None:
                if before != op.address:
                    how = _how(op) if op.change else "file moved"
                    self._linker.add_move((self._record, symbol, before, op.address, how, op.confidence, n))
                return symbol
        return None

    def _replace(self, op: EntryRow, before: str) -> None:
        after = op.new_address or op.address
        living = self._linker.addresses.living
        own = living(self._first, before)
        symbol = None
        if op.from_parent and op.from_parent <= len(self._reachable):
            symbol = living(self._reachable[op.from_parent - 1], after)
            if symbol is not None and own is not None and symbol != own:
                self._linker.symbols.end(own, self._record)
        elif own is None and not op.new_address:
            symbol = self._elsewhere(op)
        if symbol is None:
            symbol = self._find(before, op.content_id)
        if op.new_address:
            self._linker.addresses.end(before, self._position, self._record)
            self._move(symbol, before, after, _how(op), op.confidence)
            self._carry(before + ".", after + ".", "class renamed", op.confidence)
        elif after != before and self._now(before) == symbol:  # its class took it along before anybody knew of it
            self._linker.addresses.end(before, self._position, self._record)
            self._move(symbol, before, after, "class renamed", None)
        if after != before or living(self._first, after) != symbol:
            self._put(op, after, symbol, is_own=symbol == own)
        else:
            self._link(op, after, symbol)

    def _put(self, op: EntryRow, address: str, symbol: int, *, is_own: bool) -> None:
        """Give an address to the symbol of an op; `is_own`: it is one of the first parent's."""
        self._linker.addresses.start(address, self._position, self._record, symbol)
        if is_own:
            self._own.add(address)
        self._link(op, address, symbol)

    def _link(self, op: EntryRow, address: str, symbol: int) -> None:
        self._linked[address] = op.position, symbol
        self._linker.link_op(symbol, self._record, op, address, alive=True)

    def _carry(self, old: str, new: str, how: str, confidence: float | None) -> None:
        """Take along whatever lived under the old prefix and has no op that says where it went."""
        found = [
            address
            for address in self._linker.addresses.under(old)
            if address not in self._named and self._carried.isdisjoint(prefixes(address))
        ]
        self._carried.add(old)
        if found or old.endswith("::"):
            self._linker.addresses.carry(old, new, self._position, self._record)
        for address in found:
            symbol = self._linker.addresses.living(self._first, address)
            if symbol is None:
                continue
            after = new + address[len(old) :]
            self._linker.addresses.end(address, self._position, self._record)
            self._linker.addresses.start(after, self._position, self._record, symbol)
            self._own.add(after)
            self._move(symbol, address, after, how, confidence)

    def _move(self, symbol: int, old: str, new: str, how: str, confidence: float | None) -> None:
        living = self._linker.addresses.living
        others = range(1, len(self._reachable))
        brought = next((number + 1 for number in others if living(self._reachable[number], new) == symbol), None)
        self._linker.add_move((self._record, symbol, old, new, how, confidence, brought))


def _how(op: EntryRow) -> str:
    codes = op.change.split(",")
    return "renamed" if "renamed" in codes else "moved"
