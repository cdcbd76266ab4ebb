"""The stories of symbols: their stable ids, and where each stands."""

from __future__ import annotations

from muse_hook.digest import digest
from muse_hook.model.address import simple_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from typing import Any


def story_id(address: str, content_id: str) -> str:
    """Return the stable id of a symbol from its first appearance: where, and as what.

    The same on every machine and in every copy of a commit (amended, rebased, cherry-picked); a symbol that is
    deleted and restored as it was first goes on with its story.
    """
    return digest((address, content_id))[:16]


class _Story:
    __slots__ = ("address", "alive", "first", "id", "kind", "last", "ops")

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.id, self.kind, self.address, self.first, self.last, self.alive, self.ops = row


class Stories:
    """The table of stories, read as far as it is asked for, and what changes before it is written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        highest = connection.execute("SELECT max(symbol) FROM stories").fetchone()[0]
        self._is_empty = highest is None
        self._next = 1 + (highest or 0)
        self._numbers: dict[str, int] = {}
        self._stories: dict[int, _Story] = {}
        self._changed: set[int] = set()

    def begin(self, address: str, content_id: str, record: int | None) -> int:
        """Return the story that begins at an address with a content; a known one goes on."""
        key = story_id(address, content_id)
        symbol = self._numbers.get(key)
        if symbol is None and not self._is_empty:
            row = self._sql.execute("SELECT symbol FROM stories WHERE id = ?", (key,)).fetchone()
            symbol = row and int(row[0])
        if symbol is None:
            symbol, self._next = self._next, self._next + 1
            self._stories[symbol] = _Story((key, "symbol", address, record, record, 1, 0))
        self._numbers[key] = symbol
        return symbol

    def tell(self, symbol: int, record: int, address: str, kind: str | None, *, alive: bool) -> None:
        """Note one more op of a story, and where it stands after that."""
        story = self._changing(symbol)
        story.kind = kind or story.kind
        story.address, story.last, story.alive = address, record, int(alive)
        story.ops += 1

    def place(self, symbol: int, record: int, address: str) -> None:
        """Note where a story went without an op of its own."""
        story = self._changing(symbol)
        story.address, story.last = address, record

    def _changing(self, symbol: int) -> _Story:
        self._changed.add(symbol)
        story = self._stories.get(symbol)
        if story is None:
            story = self._stories[symbol] = _Story(
                self._sql.execute(
                    "SELECT id, kind, address, first_record, last_record, alive, ops FROM stories WHERE symbol = ?",
                    (symbol,),
                ).fetchone()
            )
        return story

    def write(self) -> None:
        """Put what changed into the table."""
        self._sql.executemany(
            "REPLACE INTO stories (symbol, id, kind, address, name, first_record, last_record, alive, ops)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (symbol, s.id, s.kind, s.address, simple_name(s.address), s.first, s.last, s.alive, s.ops)
                for symbol, s in ((symbol, self._stories[symbol]) for symbol in sorted(self._changed))
            ),
        )
        self._changed.clear()
