"""The last change that meant something, symbol by symbol: who is to be asked about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from muse_hook.history.reachable import Reachable

# Codes of changes that leave a symbol what it was: it went elsewhere, or its file can be read again.
_IDLE = {"moved", "reparsed"}
_MANY = 500  # symbols a query: SQLite's own limit on `?` was 999 for long


class LastChange:
    """One symbol's last change: the commit and who made it, `change` its reason codes ("added" for a new symbol)."""

    __slots__ = ("actor", "author", "change", "co_authors", "commit_id", "created_at", "subject", "symbol_id")

    def __init__(self, symbol_id: str, facts: tuple[str, ...], change: list[str]) -> None:
        self.symbol_id = symbol_id
        self.commit_id, self.actor, self.author, co_authors, self.created_at, self.subject = facts
        self.co_authors: list[str] = _listed(co_authors)
        self.change = change


def last_changes(connection: sqlite3.Connection, reachable: Reachable, symbols: Iterable[int]) -> dict[int, LastChange]:
    """Return the last change of each story that has one among the commits of `reachable`.

    Moves alone do not count, nor does what a merge brought along: it is told by the commit that did it. Formatting
    has no op. A story of which only moves are recorded has its first op.
    """
    wanted = sorted(set(symbols))
    found: dict[int, LastChange] = {}
    idle: dict[int, LastChange] = {}
    for at in range(0, len(wanted), _MANY):
        some = wanted[at : at + _MANY]
        for symbol, symbol_id, op, change, from_address, commit_id, *facts in connection.execute(
            "SELECT t.symbol, s.id, e.op, e.change, e.from_address, r.commit_id, r.actor, r.author, r.co_authors,"  # noqa: S608 - constants
            " r.committed_at, r.subject, r.chain, r.place, r.generation"
            " FROM told t JOIN entries e USING (record, position) JOIN records r USING (record)"
            f" JOIN stories s USING (symbol) WHERE t.symbol IN ({', '.join('?' * len(some))})"
            " AND e.from_parent IS NULL AND e.op IN ('insert', 'replace') AND r.commit_id IS NOT NULL"
            " ORDER BY r.generation DESC, r.commit_id DESC, e.position",
            some,
        ):
            place = tuple(facts[-3:])
            if symbol in found or not reachable.has(commit_id, place):
                continue
            codes = change.split(",") if change else []
            told = LastChange(symbol_id, (commit_id, *facts[:-3]), codes or (["added"] if op == "insert" else []))
            if (op == "insert" and not from_address) or set(codes) - _IDLE:
                found[symbol] = told
            else:
                idle[symbol] = told
    return idle | found


def _listed(text: str) -> list[str]:
    from json import loads  # start-up time of those who only import this

    listed: list[str] = loads(text)
    return listed
