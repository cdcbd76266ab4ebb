"""Which symbol an address belonged to at any commit, and the symbols' stable ids."""

from __future__ import annotations

from muse_hook.digest import hex_sha256
from muse_hook.history.addresses import NAME_BITS, NAME_MASK, Addresses, add_texts
from muse_hook.history.ancestry import BEFORE
from muse_hook.model.address import after_all, prefixes, simple_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from typing import Any

    from muse_hook.history.ancestry import Ancestry, ChainPosition, ReachableSet

_MANY = 20_000
# The names that ever were symbols of a file: all, and those in a range, which are fewer than the file has.
_OF_FILE = (
    "SELECT DISTINCT n.name FROM paths p"  # noqa: S608 - constants
    f" JOIN addresses a ON a.address > p.number << {NAME_BITS} AND a.address < p.number + 1 << {NAME_BITS}"
    f" JOIN names n ON n.number = a.address & {NAME_MASK} WHERE p.path = ?"
)
_UNDER = (
    "SELECT n.name FROM paths p CROSS JOIN names n WHERE p.path = ? AND n.name >= ? AND n.name < ?"  # noqa: S608 - likewise
    f" AND EXISTS (SELECT 1 FROM addresses a WHERE a.address = p.number << {NAME_BITS} | n.number)"
)
_ADDRESSES_A_QUERY = 500  # SQLite's own limit on `?` was 999 for long


def symbol_id(address: str, content_id: str) -> str:
    """Return the stable id of a symbol from its first appearance: where, and as what.

    The same on every machine and in every copy of a commit (amended, rebased, cherry-picked); a symbol that is
    deleted and restored as it was first keeps it.
    """
    return hex_sha256(f"{address}\0{content_id}".encode("utf-8", "surrogatepass"))[:16]


class AddressHistory:
    """Which symbol had an address: the table `addresses`, read as far as it is asked for, and what is to be written.

    An address is a symbol's from the commit that gave it on, until another one ends it or gives it away. A symbol is
    a number, a row of the table `identities`. `ancestry` is asked for only where something was carried along.
    """

    def __init__(
        self, connection: sqlite3.Connection, ancestry: Callable[[], Ancestry], numbered: Addresses | None = None
    ) -> None:
        self._sql = connection
        self._numbered = numbered or Addresses(connection)
        self._ancestry = ancestry
        self._is_empty = connection.execute("SELECT 1 FROM addresses LIMIT 1").fetchone() is None
        self._known: dict[str, list[tuple[ChainPosition, int | None]]] = {}
        self._carried: dict[str, list[tuple[ChainPosition, str]]] = {}
        self._prefixes = {new for (new,) in connection.execute("SELECT DISTINCT new FROM prefixes")}
        self._touched: dict[int, list[str]] = {}
        self._put_here: dict[str, set[str]] = {}  # by file, the addresses that were put in by this run
        self._new: dict[tuple[str, int], int | None] = {}
        self._new_prefixes: list[tuple[str, int, str]] = []

    def find(self, reachable: ReachableSet | None, address: str) -> tuple[int | None, str]:
        """Return the last symbol that had the address within `reachable`, what a commit reaches; alive or not.

        Where none had it, None and the address that it had before whatever carried it there.
        """
        while True:
            symbol = self.last(reachable, address)
            origin = self._origin(reachable, address) if symbol is None else None
            if origin is None:
                return symbol, address
            reachable, address = origin

    def last(self, reachable: ReachableSet | None, address: str) -> int | None:
        """Return the last symbol that had exactly this address within `reachable`, alive or not."""
        for position, symbol in self._at(address) if reachable is not None else ():
            if symbol is not None and reachable.may_have(position):  # type: ignore[union-attr] # not None here
                return symbol
        return None

    def living(self, reachable: ReachableSet | None, address: str) -> int | None:
        """Return the symbol that has exactly this address at the tip of `reachable`, None where none has."""
        for position, symbol in self._at(address) if reachable is not None else ():
            if reachable.may_have(position):  # type: ignore[union-attr] # likewise
                return symbol
        return None

    def now(self, position: ChainPosition, reachable: ReachableSet | None, address: str) -> int | None:
        """Return the symbol that has exactly this address at a commit that is being linked, so far.

        `reachable` is what its parents reach.
        """
        for at, symbol in self._at(address):
            if at in (position, BEFORE) or (reachable is not None and reachable.may_have(at)):
                return symbol
        return None

    def latest(self, address: str) -> int | None:
        """Return the last symbol that had exactly this address anywhere."""
        return next((symbol for _, symbol in self._at(address) if symbol is not None), None)

    def _origin(self, reachable: ReachableSet | None, address: str) -> tuple[ReachableSet | None, str] | None:
        """Return where an address was before the last move that carried it there, None where there was no move."""
        if reachable is None or not self._prefixes:
            return None
        for prefix in prefixes(address):
            for position, old in self._carried_to(prefix) if prefix in self._prefixes else ():
                if reachable.may_have(position):
                    before = self._ancestry().first_parent(position)
                    return before and self._ancestry().reachable_from([before]), old + address[len(prefix) :]
        return None

    def _at(self, address: str) -> list[tuple[ChainPosition, int | None]]:
        """Return who had the address, the youngest first."""
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = []
            number = None if self._is_empty else self._numbered.find(address)
            if number is not None:
                known += [
                    (BEFORE if row[1] is None else row[1:], row[0])
                    for row in self._sql.execute(
                        "SELECT a.symbol, r.chain, r.step, r.generation FROM addresses a"
                        " LEFT JOIN records r USING (record) WHERE a.address = ?"
                        " ORDER BY r.generation DESC, r.commit_id",
                        (number,),
                    )
                ]
        return known

    def preload(self, addresses: Iterable[str]) -> None:
        """Read who had each of many addresses, for those who will ask for them one by one."""
        fresh = sorted({each for each in addresses if each not in self._known})
        self._known.update((each, []) for each in fresh)
        numbers = self._numbered.find_all(fresh)
        wanted = sorted(numbers)
        for at in range(0, len(wanted), _ADDRESSES_A_QUERY):
            some = wanted[at : at + _ADDRESSES_A_QUERY]
            for row in self._sql.execute(
                "SELECT a.address, a.symbol, r.chain, r.step, r.generation FROM addresses a"  # noqa: S608 - constants
                f" LEFT JOIN records r USING (record) WHERE a.address IN ({', '.join('?' * len(some))})"
                " ORDER BY r.generation DESC, r.commit_id",
                some,
            ):
                self._known[numbers[row[0]]].append((BEFORE if row[2] is None else row[2:], row[1]))

    def living_at(self, reachable: ReachableSet, number_of_address: Mapping[int, int]) -> dict[int, int]:
        """Return who has each of many addresses (numbers) at the tip of `reachable`, by what is given for the address.

        Of more than `_MANY` the whole table is read once: that takes 1 us an address of it.
        """
        generations = {
            record: generation if chain is None or reachable.may_have((chain, step, generation)) else -1
            for record, chain, step, generation in self._sql.execute(
                "SELECT record, chain, step, generation FROM records"
            )
        }
        found: dict[int, int | None] = {}
        last, best = -1, -1
        for address, symbol, record in self._rows_of(number_of_address):
            number = number_of_address.get(address)
            if number is None:
                continue
            if number != last:
                last, best = number, -1
            generation = generations.get(record, 0)  # what was there before the log is the oldest
            if generation > best:
                best = generation
                found[number] = symbol
        return {number: symbol for number, symbol in found.items() if symbol is not None}

    def _rows_of(self, addresses: Collection[int]) -> Iterator[tuple[int, int | None, int]]:
        """Yield address, symbol and record of each row of the table that is of some addresses, of many of all."""
        query = "SELECT address, symbol, record FROM addresses"
        if len(addresses) >= _MANY:
            yield from self._sql.execute(f"{query} ORDER BY address, record")
            return
        wanted = sorted(addresses)
        for at in range(0, len(wanted), _ADDRESSES_A_QUERY):
            some = wanted[at : at + _ADDRESSES_A_QUERY]
            marks = ", ".join("?" * len(some))
            yield from self._sql.execute(f"{query} WHERE address IN ({marks}) ORDER BY address, record", some)

    def _carried_to(self, prefix: str) -> list[tuple[ChainPosition, str]]:
        known = self._carried.get(prefix)
        if known is None:
            known = self._carried[prefix] = [
                (row[1:], row[0])
                for row in self._sql.execute(
                    "SELECT c.old, r.chain, r.step, r.generation FROM prefixes c JOIN records r USING (record)"
                    " WHERE c.new = ? ORDER BY r.generation DESC",
                    (prefix,),
                )
            ]
        return known

    def under(self, prefix: str) -> list[str]:
        """Return every address that begins with a prefix (a file's path and `::`, or more) and ever was a symbol's."""
        path, _, start = prefix.partition("::")
        found = {each for each in self._put_here.get(path, ()) if each.startswith(prefix)}
        if not self._is_empty:
            query, values = (_UNDER, (path, start, after_all(start))) if start else (_OF_FILE, (path,))
            found.update(f"{path}::{name}" for (name,) in self._sql.execute(query, values))
        return sorted(found)

    def touched(self, record: int) -> Iterable[str]:
        """Return the addresses that a record gave or ended."""
        known = self._touched.get(record)
        if known is None and not self._is_empty:
            rows = self._sql.execute("SELECT address FROM addresses WHERE record = ? ORDER BY address", (record,))
            known = [self._numbered.text(number) for (number,) in rows]
        return known or ()

    def start(self, address: str, position: ChainPosition, record: int, symbol: int) -> None:
        """Say that an address belongs to a symbol from a record on (record 0: before the log)."""
        self._put(address, position, record, symbol)

    def end(self, address: str, position: ChainPosition, record: int) -> None:
        """Say that an address belongs to no symbol from a record on; where the record gave it to one, that stands."""
        if self._new.get((address, record)) is None:
            self._put(address, position, record, None)

    def _put(self, address: str, position: ChainPosition, record: int, symbol: int | None) -> None:
        known, generation, at = self._at(address), position[2], 0
        while at < len(known) and known[at][0][2] >= generation:
            if known[at][0] == position:
                del known[at]
            else:
                at += 1
        known.insert(at, (position, symbol))
        self._new[address, record] = symbol
        self._put_here.setdefault(address.partition("::")[0], set()).add(address)
        self._touched.setdefault(record, []).append(address)

    def carry(self, old: str, new: str, position: ChainPosition, record: int) -> None:
        """Say that everything under the prefix `old` went to `new` in a record."""
        known = self._carried_to(new)
        known.append((position, old))
        known.sort(key=lambda each: -each[0][2])
        self._prefixes.add(new)
        self._new_prefixes.append((new, record, old))

    def write(self) -> None:
        """Put what is new into the tables."""
        numbers = self._numbered.add(address for address, _ in self._new)
        self._sql.executemany(
            "REPLACE INTO addresses VALUES (?, ?, ?)",
            sorted((numbers[address], record, symbol) for (address, record), symbol in self._new.items()),
        )
        self._sql.executemany("REPLACE INTO prefixes VALUES (?, ?, ?)", self._new_prefixes)
        self._new.clear()
        self._new_prefixes.clear()


class _Identity:
    __slots__ = ("address", "alive", "first", "id", "kind", "last", "ops", "origin")

    first: int | None
    last: int | None

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.id, self.kind, self.address, self.first, self.last, self.alive, self.ops, self.origin = row


class SymbolHistory:
    """The table `identities`, read as far as it is asked for, and what changes before it is written.

    On branches side by side commits are linked as they come. What is kept of a symbol is what its youngest commit says,
    by generation and id, and its oldest one, so that an index made anew holds the same.
    """

    def __init__(self, connection: sqlite3.Connection, numbered: Addresses) -> None:
        self._sql = connection
        self._numbered = numbered
        highest = connection.execute("SELECT max(symbol) FROM identities").fetchone()[0]
        self._is_empty = highest is None
        self._next = 1 + (highest or 0)
        self._numbers: dict[str, int] = {}
        self._identities: dict[int, _Identity] = {}
        self._changed: set[int] = set()
        self._ages: dict[int, tuple[int, str]] = {}  # of records
        self._age = (0, "")

    def begin(self, record: int, generation: int, commit_id: str) -> None:
        """Take which commit all that follows is of."""
        self._age = self._ages[record] = (generation, commit_id)

    def start(self, address: str, content_id: str, record: int | None) -> int:
        """Return the symbol that begins at an address with a content, before the log for None; a known one goes on."""
        key = symbol_id(address, content_id)
        symbol = self._numbers.get(key)
        if symbol is None and not self._is_empty:
            row = self._sql.execute("SELECT symbol FROM identities WHERE id = ?", (key,)).fetchone()
            symbol = row and int(row[0])
        if symbol is None:
            symbol, self._next = self._next, self._next + 1
            self._identities[symbol] = _Identity((key, "symbol", address, record, record, 1, 0, None))
        else:
            identity = self._get(symbol)
            if identity.first is not None and (record is None or self._age < self._age_of(identity.first)):
                self._changing(symbol).first = record
        self._numbers[key] = symbol
        return symbol

    def add_op(self, symbol: int, record: int, address: str, kind: str | None, *, alive: bool) -> None:
        """Take one more op of a symbol, and where it stands after that."""
        identity = self._changing(symbol)
        identity.ops += 1
        if self._is_younger(identity):
            identity.kind = kind if kind and identity.kind == "symbol" else identity.kind
            return
        identity.kind = kind or identity.kind
        identity.address, identity.last, identity.alive = address, record, int(alive)

    def set_address(self, symbol: int, record: int, address: str) -> None:
        """Take where a symbol went without an op of its own."""
        identity = self._changing(symbol)
        if not self._is_younger(identity):
            identity.address, identity.last, identity.alive = address, record, 1

    def separate(self, symbol: int, new: int, record: int, address: str, kept: str) -> None:
        """Say that `symbol`, which is at `kept`, and `new`, which is at `address`, were one until this record."""
        identity, other = self._changing(symbol), self._changing(new)
        other.origin = symbol
        if not self._is_younger(other):
            other.kind, other.address, other.last, other.alive = identity.kind, address, record, 1
        if not self._is_younger(identity):
            identity.address, identity.last, identity.alive = kept, record, 1

    def end(self, symbol: int, record: int) -> None:
        """Say that a symbol is no more, though no op says so: another one has taken its place."""
        identity = self._changing(symbol)
        if not self._is_younger(identity):
            identity.last, identity.alive = record, 0

    def _is_younger(self, identity: _Identity) -> bool:
        """Say whether a younger commit than this one has said where a symbol is."""
        return identity.last is not None and self._age_of(identity.last) > self._age

    def _age_of(self, record: int) -> tuple[int, str]:
        age = self._ages.get(record)
        if age is None:
            row = self._sql.execute("SELECT generation, commit_id FROM records WHERE record = ?", (record,)).fetchone()
            age = self._ages[record] = row
        return age

    def take_op(self, symbol: int, new: int) -> None:
        """Say that an op that was added to `symbol` is one of `new`."""
        self._changing(symbol).ops -= 1
        self._changing(new).ops += 1

    def id_of(self, symbol: int) -> str:
        """Return the stable id of a symbol."""
        return str(self._get(symbol).id)

    def _changing(self, symbol: int) -> _Identity:
        self._changed.add(symbol)
        return self._get(symbol)

    def _get(self, symbol: int) -> _Identity:
        identity = self._identities.get(symbol)
        if identity is None:
            row = self._sql.execute(
                "SELECT id, kind, address, first_record, last_record, alive, ops, origin FROM identities"
                " WHERE symbol = ?",
                (symbol,),
            ).fetchone()
            identity = self._identities[symbol] = _Identity((*row[:2], self._numbered.text(row[2]), *row[3:]))
        return identity

    def write(self) -> None:
        """Put what changed into the table."""
        changed = [(symbol, self._identities[symbol]) for symbol in sorted(self._changed)]
        numbers = self._numbered.add(identity.address for _, identity in changed)
        names = add_texts(self._sql, "name", (simple_name(identity.address) for _, identity in changed))
        self._sql.executemany(
            "REPLACE INTO identities (symbol, id, kind, address, name, first_record, last_record, alive, ops, origin)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    symbol,
                    s.id,
                    s.kind,
                    numbers[s.address],
                    names[simple_name(s.address)],
                    s.first,
                    s.last,
                    s.alive,
                    s.ops,
                    s.origin,
                )
                for symbol, s in changed
            ],
        )
        self._changed.clear()


# Whatever gave a symbol an address says so in one of these: asking `addresses` itself would read all of it.
_ADDRESSES_OF = (
    "SELECT a.address FROM (SELECT address FROM identities WHERE symbol = ?1"  # noqa: S608 - names of ours
    " UNION SELECT old_address FROM moves WHERE symbol = ?1 UNION SELECT new_address FROM moves WHERE symbol = ?1"
    + "".join(
        f" UNION SELECT e.{column} FROM links k JOIN entries e USING (record, position) WHERE k.symbol = ?1"  # noqa: S608 - likewise
        for column in ("address", "new_address", "from_address")
    )
    + ") c JOIN addresses a USING (address) LEFT JOIN records r ON r.record = a.record WHERE a.symbol = ?1"
    " GROUP BY a.address ORDER BY max(printf('%012d', r.generation) || r.commit_id) DESC, a.address"
)


def addresses_of(connection: sqlite3.Connection, symbol: int) -> list[str]:
    """Return every address that a symbol ever had by itself, the one that it came to last first."""
    text = Addresses(connection).text
    return [text(number) for (number,) in connection.execute(_ADDRESSES_OF, (symbol,))]


def symbol_numbers(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of every symbol by its stable id."""
    return dict(connection.execute("SELECT id, symbol FROM identities"))


def symbol_ids_of_numbers(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield the number and the stable id of every symbol."""
    return connection.execute("SELECT symbol, id FROM identities")


def symbol_id_of(connection: sqlite3.Connection, symbol: int | None) -> str:
    """Return the stable id of a symbol's number; "" for None."""
    row = connection.execute("SELECT id FROM identities WHERE symbol = ?", (symbol,)).fetchone()
    return str(row[0]) if row is not None else ""
