"""What the page knows: commits, symbols and ops as short rows that refer to each other by number."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import Any

    from muse_hook.history import Reachable

ADDED, CHANGED, MOVED, REMOVED = range(4)
"""What an op did, as the page draws it; a rename is a move."""


def collect(connection: sqlite3.Connection, reachable: Reachable | None) -> dict[str, Any]:
    """Return the facts of the page, oldest first in causal order.

    `commits` [id, time, actor's number, subject], `actors` names, `symbols` [stable id, kind, address, alive],
    `changes` lists of codes as text, `ops` [commit, symbol, what, change] by number, `moves` [symbol, commit, old
    address, new address, how]. What a merge only brought along is not among them.
    """
    facts = _Facts()
    rows = connection.execute(
        "SELECT r.record, r.commit_id, r.committed_at, r.actor, r.subject, r.chain, r.place, r.generation"
        " FROM records r ORDER BY r.generation, r.commit_id"
    )
    for record, commit_id, at, actor, subject, *place in rows:
        if reachable is None or commit_id is None or reachable.has(commit_id, tuple(place)):
            facts.commit(record, commit_id or "", at, actor, subject or "")
    facts.take_symbols(
        connection.execute("SELECT symbol, id, kind, address, alive FROM stories ORDER BY address, symbol")
    )
    facts.take_ops(
        connection.execute(
            "SELECT e.record, e.symbol, e.op, e.change, e.new_address, e.from_address FROM entries e"
            " JOIN records r USING (record) WHERE e.symbol IS NOT NULL AND e.from_parent IS NULL"
            " ORDER BY r.generation, r.commit_id, e.position"
        )
    )
    facts.take_moves(
        connection.execute(
            "SELECT m.symbol, m.record, m.old_address, m.new_address, m.how FROM moves m JOIN records r USING (record)"
            " ORDER BY r.generation, r.commit_id, m.old_address"
        )
    )
    return facts.page()


class _Facts:
    def __init__(self) -> None:
        self._commits: list[list[Any]] = []
        self._numbers: dict[int, int] = {}  # record -> number of its commit
        self._actors: dict[str, int] = {}
        self._symbols: dict[int, tuple[Any, ...]] = {}
        self._used: dict[int, int] = {}  # symbol -> its number on the page
        self._changes: dict[str, int] = {}
        self._ops: list[list[int]] = []
        self._moves: list[list[Any]] = []

    def commit(self, record: int, commit_id: str, at: str, actor: str, subject: str) -> None:
        self._numbers[record] = len(self._commits)
        actor_number = self._actors.setdefault(actor.partition(" <")[0] or actor, len(self._actors))
        self._commits.append([commit_id, at, actor_number, subject])

    def take_symbols(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for symbol, *row in rows:
            self._symbols[symbol] = tuple(row)

    def take_ops(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for record, symbol, op, change, new_address, from_address in rows:
            commit = self._numbers.get(record)
            if commit is None or (op == "insert" and from_address):  # a move is told where it began
                continue
            what = CHANGED
            if op == "insert":
                what = ADDED
            elif new_address:
                what = MOVED
            elif op == "delete":
                what = REMOVED
            self._ops.append([commit, self._number(symbol), what, self._changes.setdefault(change, len(self._changes))])

    def take_moves(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for symbol, record, old, new, how in rows:
            commit = self._numbers.get(record)
            if commit is not None:
                self._moves.append([self._number(symbol), commit, old, new, how])

    def _number(self, symbol: int) -> int:
        return self._used.setdefault(symbol, len(self._used))

    def page(self) -> dict[str, Any]:
        return {
            "commits": self._commits,
            "actors": list(self._actors),
            "symbols": [list(self._symbols[symbol]) for symbol in self._used],
            "changes": list(self._changes),
            "ops": self._ops,
            "moves": self._moves,
        }
