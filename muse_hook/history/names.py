"""Resolving what a person may call a symbol: an address, a glob, a bare name, a path, a stable id."""

from __future__ import annotations

from muse_hook.errors import MuseHookError, shell_command
from muse_hook.history.addresses import NAME_MASK, Addresses, address_in_sql
from muse_hook.history.identity import AddressHistory, addresses_of
from muse_hook.history.packed import unpack_digits
from muse_hook.model.address import simple_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from muse_hook.history.ancestry import BranchFilter

_ID_DIGITS = 16
_CANDIDATES_IN_A_HINT = 50
_NEAR = 3
_ALIKE, _LEAST_ALIKE = 0.6, 0.599  # the least ratio, of which floats may fall short
# One whose ops made room for a newer engine's is recorded no more.
_ADDRESS = address_in_sql("address")
_RECORDED_PATHS = (
    "SELECT p.path FROM paths p WHERE p.path <> '' AND EXISTS (SELECT 1 FROM entries e WHERE e.path = p.number)"
)


class AddressError(MuseHookError):
    """No symbol, or more than one, is called that."""


class SymbolQuery:
    """What was meant: `symbols` (numbers, rows of `identities`), or `paths`, the names that a file has had."""

    __slots__ = ("paths", "symbols")

    def __init__(self, symbols: list[int], paths: list[str]) -> None:
        self.symbols = symbols
        self.paths = paths


def is_recorded_path(connection: sqlite3.Connection, path: str) -> bool:
    """Whether anything was recorded of a file."""
    query = "SELECT 1 FROM paths p JOIN entries e ON e.path = p.number WHERE p.path = ? LIMIT 1"
    return connection.execute(query, (path,)).fetchone() is not None


def recorded_words(connection: sqlite3.Connection, column: str) -> set[str]:
    """Return every word of the column kind, change or path of the log's ops."""
    query = (
        f"SELECT DISTINCT {column} FROM forms f WHERE {column} <> ''"  # noqa: S608 - two names
        " AND EXISTS (SELECT 1 FROM entries WHERE form = f.number)"
    )
    rows = {each for (each,) in connection.execute(_RECORDED_PATHS if column == "path" else query)}
    return {word for each in rows for word in each.split(",")} if column == "change" else rows


class SymbolNames:
    """Resolves what a word means for somebody who stands at the tips of `branch`."""

    def __init__(self, connection: sqlite3.Connection, branch: BranchFilter) -> None:
        self._sql = connection
        self._reachable = branch.reachable
        self._numbered = Addresses(connection)
        self._addresses = AddressHistory(connection, lambda: branch.ancestry, self._numbered)

    def resolve(self, word: str) -> SymbolQuery:
        """Return what `word` means; AddressError with the candidates where that is not one thing."""
        if len(word) == _ID_DIGITS:
            rows = self._sql.execute("SELECT symbol FROM identities WHERE id = ?", (word,)).fetchall()
            if rows:
                return SymbolQuery([symbol for (symbol,) in rows], [])
        path = word.removeprefix("./")
        if is_recorded_path(self._sql, path):
            return SymbolQuery([], self._file_names(path))
        if set("*?[").intersection(word):
            if "::" in word and self._addresses.latest(path) is not None:  # a path may have such letters
                return self._exact(path)
            return self._glob(word if "::" in word else f"*::{word}", path)
        if "::" in word:
            return self._exact(path)
        return self._bare(word)

    def symbol_at(self, address: str) -> int | None:
        """Return the number of the symbol that has an address at the tips, None where none has."""
        return self._addresses.find(self._reachable, address)[0]

    def symbols_at(self, addresses: Sequence[str]) -> list[int | None]:
        """Return the same of many addresses, which are read together."""
        self._addresses.preload(addresses)
        return [self.symbol_at(address) for address in addresses]

    def address_of(self, symbol: int) -> str:
        """Return where a symbol is for whoever stands at the tips; where it is not there, where it was last."""
        (number,) = self._sql.execute("SELECT address FROM identities WHERE symbol = ?", (symbol,)).fetchone()
        last = self._numbered.text(number)
        if self._lives(symbol, last):
            return last
        return next((each for each in addresses_of(self._sql, symbol) if self._lives(symbol, each)), last)

    def addresses_of(self, symbols: Sequence[int]) -> set[str]:
        """Return every address that symbols ever had by themselves."""
        return {address for symbol in symbols for address in addresses_of(self._sql, symbol)}

    def contents_of(self, symbol: int) -> set[str]:
        """Return the content ids that a symbol has had, by the ops that are recorded of it."""
        query = (
            "SELECT e.new_content_id FROM links k JOIN entries e USING (record, position)"
            " WHERE k.symbol = ? AND e.new_content_id IS NOT NULL"
        )
        return {str(unpack_digits(content_id)) for (content_id,) in self._sql.execute(query, (symbol,))}

    def former_paths(self, path: str) -> list[str]:
        """Return the names that a file has had, its own first."""
        return self._file_names(path)

    def _exact(self, address: str) -> SymbolQuery:
        symbol = self._addresses.living(self._reachable, address)
        if symbol is None:
            symbol = self._addresses.find(self._reachable, address)[0] or self._addresses.latest(address)
        if symbol is not None:
            return SymbolQuery([symbol], [])
        query = (
            f"SELECT symbol, {_ADDRESS} AS text FROM identities"  # noqa: S608 - an expression of ours
            " WHERE name = (SELECT number FROM names WHERE name = ?) AND text GLOB ? ORDER BY text"
        )
        rows = self._sql.execute(query, (simple_name(address), f"*/{address}"))
        return self._only(rows.fetchall(), address)

    def _glob(self, pattern: str, word: str) -> SymbolQuery:
        # What stands behind the last `::` of the pattern says which names may do.
        name = pattern.rpartition("::")[2]
        rows = self._sql.execute(
            f"SELECT DISTINCT symbol FROM addresses WHERE address & {NAME_MASK} IN"  # noqa: S608 - ours
            " (SELECT number FROM names WHERE name GLOB ?1 OR name GLOB '*::' || ?1)"
            f" AND symbol IS NOT NULL AND {_ADDRESS} GLOB ?2",
            (name, pattern),
        ).fetchall()
        if not rows:
            files = self._sql.execute(_RECORDED_PATHS + " AND p.path GLOB ?", (word,)).fetchall()
            if not files:
                raise self._nothing(word)
            return SymbolQuery([], [path for (path,) in files])
        return SymbolQuery([symbol for (symbol,) in rows], [])

    def _bare(self, name: str) -> SymbolQuery:
        rows = [
            (symbol, address)
            for symbol, address in self._sql.execute(
                f"SELECT symbol, {_ADDRESS} AS text FROM identities"  # noqa: S608 - an expression of ours
                " WHERE name = (SELECT number FROM names WHERE name = ?) ORDER BY text",
                (simple_name("::" + name),),
            )
            if address.endswith(("::" + name, "." + name))
        ]
        if not any(self._lives(*row) for row in rows):
            former = self._former(name)
            here = [row for row in former if self._lives(*row)]
            rows = here or rows or list(dict(former).items())
        return self._only(rows, name)

    def _former(self, name: str) -> list[tuple[int, str]]:
        """Return who ever had a name, newest first: another branch may have renamed what is still called that here."""
        return self._sql.execute(
            f"SELECT a.symbol, {_ADDRESS} AS text FROM addresses a LEFT JOIN records r USING (record)"  # noqa: S608 - ours
            f" WHERE a.symbol IS NOT NULL AND a.address & {NAME_MASK} IN"
            " (SELECT number FROM names"
            " WHERE name = ?1 OR substr(name, ?2) = '::' || ?1 OR substr(name, ?3) = '.' || ?1)"
            " ORDER BY r.generation DESC, text",
            (name, -len(name) - 2, -len(name) - 1),
        ).fetchall()

    def _lives(self, symbol: int, address: str) -> bool:
        return self._addresses.living(self._reachable, address) == symbol

    def _only(self, rows: list[tuple[int, str]], word: str) -> SymbolQuery:
        """Return the one of several symbols (number, address) that is meant: one that lives goes before the others."""
        living = [row for row in rows if self._lives(*row)]
        found = living or rows
        found = [row for row in found if "::import::" not in row[1]] or found
        if not found:
            raise self._nothing(word)
        if len(found) > 1:
            names = [address for _, address in found]
            hint = "\n".join(map(_typed, names[:_CANDIDATES_IN_A_HINT]))
            if len(names) > _CANDIDATES_IN_A_HINT:
                more = f"and {len(names) - _CANDIDATES_IN_A_HINT} more; a glob takes them all"
                hint += f"\n{more}: {shell_command(f'*{word}')}"
            raise AddressError(f"looking for {word!r}", f"{len(names)} symbols are called that", hint)
        return SymbolQuery([found[0][0]], [])

    def _file_names(self, path: str) -> list[str]:
        names, todo = [path], [path]
        while todo:
            for (old,) in self._sql.execute("SELECT old FROM prefixes WHERE new = ?", (todo.pop() + "::",)):
                if old.endswith("::") and old[:-2] not in names:
                    names.append(old[:-2])
                    todo.append(old[:-2])
        return names

    def _nothing(self, word: str) -> AddressError:
        folder = word.removeprefix("./").rstrip("/") + "/"
        query = _RECORDED_PATHS + " AND substr(p.path, 1, ?) = ? LIMIT 1"
        within = self._sql.execute(query, (len(folder), folder))
        if within.fetchone():
            hint = shell_command("muse-hook", "log", "--path", folder + "*")
            return AddressError(f"looking for {word!r}", "that is a folder", hint)
        hint = "\n".join(map(_typed, self._near(word))) or "muse-hook backfill --all, if it is older"
        return AddressError(f"looking for {word!r}", "no recorded symbol is called that", hint)

    def _near(self, word: str) -> list[str]:
        """Return the living addresses, definitions first, or the paths that a word was probably meant to be."""
        if "::" not in word and "/" in word:
            paths = _close(word.removeprefix("./"), recorded_words(self._sql, "path"))
            if paths:
                return paths
        name = simple_name("::" + word.rpartition("::")[2])
        query = "SELECT name FROM names WHERE number IN (SELECT name FROM identities WHERE alive)"
        known = [each for (each,) in self._sql.execute(query)]
        close = _close(name, known)
        query = (
            f"SELECT {_ADDRESS} AS text FROM identities"  # noqa: S608 - an expression of ours
            " WHERE name = (SELECT number FROM names WHERE name = ?) AND alive ORDER BY text"
        )
        found = [address for each in close for (address,) in self._sql.execute(query, (each,))]

        from difflib import SequenceMatcher

        def distance(address: str) -> tuple[bool, int, float]:
            likeness = SequenceMatcher(None, word, address).ratio() if "::" in word else 0.0
            return "::import::" in address, close.index(simple_name(address)), -likeness

        return sorted(found, key=distance)[:_NEAR]


def _close(word: str, known: Iterable[str]) -> list[str]:
    """Return what `difflib.get_close_matches` finds; it is asked of what has enough letters of the word alone.

    Of ansible's 26,000 names that takes .02 s instead of .15.
    """
    import difflib

    others = dict.fromkeys(map(ord, word))  # `translate` leaves what the word has not
    length = len(word)
    chances = [
        each
        for each in known
        if min(length, len(each) - len(each.translate(others))) >= _LEAST_ALIKE * (length + len(each)) / 2
    ]
    return difflib.get_close_matches(word, chances, n=_NEAR, cutoff=_ALIKE)


def _typed(address: str) -> str:
    return shell_command("muse-hook", "log", "./" + address if address.startswith("-") else address)
