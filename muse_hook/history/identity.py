"""Which story an address belonged to, at any commit."""

from __future__ import annotations

from muse_hook.history.ancestry import BEFORE
from muse_hook.model.address import after_all, prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from muse_hook.history.ancestry import Ancestry, Place, Reach


_MANY = 500  # addresses a query: SQLite's own limit on `?` was 999 for long


class Places:
    """The table of places, read as far as it is asked for, and what is put in before it is written.

    `ancestry` is asked for only where something was carried here from elsewhere.

    An address is a story's from the commit that gave it on, until another one ends it or gives it away.
    """

    def __init__(self, connection: sqlite3.Connection, ancestry: Callable[[], Ancestry]) -> None:
        self._sql = connection
        self._ancestry = ancestry
        self._is_empty = connection.execute("SELECT 1 FROM places LIMIT 1").fetchone() is None
        self._known: dict[str, list[tuple[Place, int | None]]] = {}
        self._carried: dict[str, list[tuple[Place, str]]] = {}
        self._carriers = {new for (new,) in connection.execute("SELECT DISTINCT new FROM carriers")}
        self._touched: dict[int, list[str]] = {}
        self._put_here: dict[str, set[str]] = {}  # by file, the addresses that were put in by this run
        self._new: dict[tuple[str, int], int | None] = {}
        self._new_carriers: list[tuple[str, int, str]] = []

    def find(self, view: Reach | None, address: str) -> tuple[int | None, str]:
        """Return the last story that had the address within `view`, what a commit reaches; alive or not.

        Where none had it, None and the address that it had before whatever carried it there.
        """
        while True:
            symbol = self.last(view, address)
            origin = self._origin(view, address) if symbol is None else None
            if origin is None:
                return symbol, address
            view, address = origin

    def last(self, view: Reach | None, address: str) -> int | None:
        """Return the last story that had exactly this address within `view`, alive or not."""
        for place, symbol in self._at(address) if view is not None else ():
            if symbol is not None and view.sees(place):  # type: ignore[union-attr] # not None here
                return symbol
        return None

    def living(self, view: Reach | None, address: str) -> int | None:
        """Return the story that has exactly this address at the tip of `view`, None where it ended or never began."""
        for place, symbol in self._at(address) if view is not None else ():
            if view.sees(place):  # type: ignore[union-attr] # likewise
                return symbol
        return None

    def latest(self, address: str) -> int | None:
        """Return the last story that had exactly this address anywhere."""
        return next((symbol for _, symbol in self._at(address) if symbol is not None), None)

    def _origin(self, view: Reach | None, address: str) -> tuple[Reach | None, str] | None:
        """Return where an address was before the last move that carried it there, None where there was no move."""
        if view is None or not self._carriers:
            return None
        for prefix in prefixes(address):
            for place, old in self._carried_to(prefix) if prefix in self._carriers else ():
                if view.sees(place):
                    before = self._ancestry().before(place)
                    return before and self._ancestry().reach([before]), old + address[len(prefix) :]
        return None

    def _at(self, address: str) -> list[tuple[Place, int | None]]:
        """Return who had the address, the youngest first."""
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = []
            if not self._is_empty:
                known += [
                    (BEFORE if row[1] is None else row[1:], row[0])
                    for row in self._sql.execute(
                        "SELECT p.symbol, r.chain, r.place, r.generation FROM places p"
                        " LEFT JOIN records r USING (record) WHERE p.address = ? ORDER BY r.generation DESC",
                        (address,),
                    )
                ]
        return known

    def know(self, addresses: Iterable[str]) -> None:
        """Read who had each of many addresses, for those who will ask for them one by one."""
        wanted = sorted({each for each in addresses if each not in self._known})
        self._known.update((each, []) for each in wanted)
        for at in range(0, len(wanted), _MANY):
            some = wanted[at : at + _MANY]
            for row in self._sql.execute(
                "SELECT p.address, p.symbol, r.chain, r.place, r.generation FROM places p"  # noqa: S608 - constants
                f" LEFT JOIN records r USING (record) WHERE p.address IN ({', '.join('?' * len(some))})"
                " ORDER BY r.generation DESC",
                some,
            ):
                self._known[row[0]].append((BEFORE if row[2] is None else row[2:], row[1]))

    def _carried_to(self, prefix: str) -> list[tuple[Place, str]]:
        known = self._carried.get(prefix)
        if known is None:
            known = self._carried[prefix] = [
                (row[1:], row[0])
                for row in self._sql.execute(
                    "SELECT c.old, r.chain, r.place, r.generation FROM carriers c JOIN records r USING (record)"
                    " WHERE c.new = ? ORDER BY r.generation DESC",
                    (prefix,),
                )
            ]
        return known

    def under(self, prefix: str) -> list[str]:
        """Return every address that begins with a prefix (a file's path and `::`, or more) and ever was a story's."""
        found = {each for each in self._put_here.get(prefix.partition("::")[0], ()) if each.startswith(prefix)}
        if not self._is_empty:
            query = "SELECT DISTINCT address FROM places WHERE address >= ? AND address < ?"
            found.update(address for (address,) in self._sql.execute(query, (prefix, after_all(prefix))))
        return sorted(found)

    def touched(self, record: int) -> Iterable[str]:
        """Return the addresses that a record gave or ended."""
        known = self._touched.get(record)
        if known is None and not self._is_empty:
            known = [
                address for (address,) in self._sql.execute("SELECT address FROM places WHERE record = ?", (record,))
            ]
        return known or ()

    def begin(self, address: str, place: Place, record: int, symbol: int) -> None:
        """Say that an address belongs to a story from a record on (record 0: before the log)."""
        self._put(address, place, record, symbol)

    def end(self, address: str, place: Place, record: int) -> None:
        """Say that an address belongs to no story from a record on; where the record gave it to one, that holds."""
        if self._new.get((address, record)) is None:
            self._put(address, place, record, None)

    def _put(self, address: str, place: Place, record: int, symbol: int | None) -> None:
        known, generation, at = self._at(address), place[2], 0
        while at < len(known) and known[at][0][2] >= generation:
            if known[at][0] == place:
                del known[at]
            else:
                at += 1
        known.insert(at, (place, symbol))
        self._new[address, record] = symbol
        self._put_here.setdefault(address.partition("::")[0], set()).add(address)
        self._touched.setdefault(record, []).append(address)

    def carry(self, old: str, new: str, place: Place, record: int) -> None:
        """Say that everything under the prefix `old` went to `new` in a record."""
        known = self._carried_to(new)
        known.append((place, old))
        known.sort(key=lambda each: -each[0][2])
        self._carriers.add(new)
        self._new_carriers.append((new, record, old))

    def write(self) -> None:
        """Put what is new into the tables."""
        self._sql.executemany(
            "REPLACE INTO places VALUES (?, ?, ?)",
            sorted((address, record, symbol) for (address, record), symbol in self._new.items()),
        )
        self._sql.executemany("REPLACE INTO carriers VALUES (?, ?, ?)", self._new_carriers)
        self._new.clear()
        self._new_carriers.clear()
