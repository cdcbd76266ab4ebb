"""What a person may call a symbol: an address, a glob, a bare name, a path, a stable id; and what that means."""

from __future__ import annotations

from muse_hook.errors import MuseHookError, typed
from muse_hook.history.identity import Places
from muse_hook.model.address import simple_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from muse_hook.history.reachable import Reachable

_ID_DIGITS = 16
_SHOWN = 8  # candidates in a hint


class AddressError(MuseHookError):
    """No symbol, or more than one, is called that."""


class Named:
    """What was meant: `symbols` (numbers of stories), or `paths`, the names that a file has had."""

    __slots__ = ("paths", "symbols")

    def __init__(self, symbols: list[int], paths: list[str]) -> None:
        self.symbols = symbols
        self.paths = paths


class Naming:
    """Finds what a word means for somebody who stands at the commits of `reachable`."""

    def __init__(self, connection: sqlite3.Connection, reachable: Reachable) -> None:
        self._sql = connection
        self._view = reachable.view
        self._places = Places(connection, lambda: reachable.ancestry)

    def find(self, word: str) -> Named:
        """Return what `word` means; AddressError with the candidates where that is not one thing."""
        if len(word) == _ID_DIGITS:
            rows = self._sql.execute("SELECT symbol FROM stories WHERE id = ?", (word,)).fetchall()
            if rows:
                return Named([symbol for (symbol,) in rows], [])
        path = word.removeprefix("./")
        if self._sql.execute("SELECT 1 FROM entries WHERE path = ? LIMIT 1", (path,)).fetchone():
            return Named([], self._file_names(path))
        if set("*?[").intersection(word):
            return self._glob(word if "::" in word else f"*::{word}", word)
        if "::" in word:
            return self._exact(path)
        return self._bare(word)

    def at(self, address: str) -> int | None:
        """Return the story of an address as the commits see it, None where it has none there."""
        return self._places.find(self._view, address)[0]

    def _exact(self, address: str) -> Named:
        symbol = self._places.living(self._view, address)
        if symbol is None:
            symbol = self._places.find(self._view, address)[0] or self._places.latest(address)
        if symbol is not None:
            return Named([symbol], [])
        rows = self._sql.execute("SELECT symbol, address FROM stories WHERE address GLOB ?", (f"*/{address}",))
        return self._only(rows.fetchall(), address)

    def _glob(self, pattern: str, word: str) -> Named:
        rows = self._sql.execute(
            "SELECT DISTINCT symbol FROM places WHERE address GLOB ? AND symbol IS NOT NULL", (pattern,)
        ).fetchall()
        if not rows:
            raise self._nothing(word)
        return Named([symbol for (symbol,) in rows], [])

    def _bare(self, name: str) -> Named:
        rows = [
            (symbol, address)
            for symbol, address in self._sql.execute(
                "SELECT symbol, address FROM stories WHERE name = ? ORDER BY address", (simple_name("::" + name),)
            )
            if address.endswith(("::" + name, "." + name))
        ]
        return self._only(rows, name)

    def _only(self, rows: list[tuple[int, str]], word: str) -> Named:
        """Return the one of several stories (number, address) that is meant: what lives goes before what is gone."""
        living = [row for row in rows if self._places.living(self._view, row[1]) == row[0]]
        found = living or rows
        found = [row for row in found if "::import::" not in row[1]] or found
        if not found:
            raise self._nothing(word)
        if len(found) > 1:
            names = [address for _, address in found]
            hint = "\n".join(map(_typed, names[:_SHOWN]))
            if len(names) > _SHOWN:
                hint += f"\nand {len(names) - _SHOWN} more; a glob takes them all: {typed(f'*{word}')}"
            raise AddressError(f"looking for {word!r}", f"{len(names)} symbols are called that", hint)
        return Named([found[0][0]], [])

    def _file_names(self, path: str) -> list[str]:
        names, todo = [path], [path]
        while todo:
            for (old,) in self._sql.execute("SELECT old FROM carriers WHERE new = ?", (todo.pop() + "::",)):
                if old.endswith("::") and old[:-2] not in names:
                    names.append(old[:-2])
                    todo.append(old[:-2])
        return names

    def _nothing(self, word: str) -> AddressError:
        import difflib

        folder = word.removeprefix("./").rstrip("/") + "/"
        within = self._sql.execute("SELECT 1 FROM entries WHERE substr(path, 1, ?) = ? LIMIT 1", (len(folder), folder))
        if within.fetchone():
            hint = typed("muse-hook", "log", "--path", folder + "*")
            return AddressError(f"looking for {word!r}", "that is a folder", hint)
        name = simple_name("::" + word.rpartition("::")[2])
        known = [each for (each,) in self._sql.execute("SELECT DISTINCT name FROM stories WHERE alive")]
        close = difflib.get_close_matches(name, known, n=3)
        hints = [
            address
            for each in close
            for (address,) in self._sql.execute(
                "SELECT address FROM stories WHERE name = ? AND alive ORDER BY address LIMIT 2", (each,)
            )
        ]
        hint = "\n".join(map(_typed, hints)) or "muse-hook backfill --all, if it is older"
        return AddressError(f"looking for {word!r}", "no recorded symbol is called that", hint)


def _typed(address: str) -> str:
    return typed("muse-hook", "log", "./" + address if address.startswith("-") else address)
