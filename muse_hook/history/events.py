"""What happened, commit by commit, newest first in causal order: to some symbols, to a file, or to everything."""

from __future__ import annotations

from itertools import groupby

from muse_hook.oplog.sessions import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from typing import Any

    from muse_hook.history.names import Named
    from muse_hook.history.reachable import Reachable

    Row = tuple[tuple[Any, ...], dict[str, Any]]
    """What is known of a record (_RECORD), and an op of it."""

_RECORD = (
    "r.record, r.commit_id, r.session, r.lamport_ts, r.actor, r.author, r.committed_at, r.subject, r.chain, r.place,"
    " r.generation"
)
_ENTRY = (
    "e.op_id, e.op, e.address, e.kind, e.change, e.new_address, e.from_address, e.from_parent, e.confidence,"
    " e.first_line, e.last_line, e.old_content_id, e.new_content_id, e.summary, s.id, e.inside IS NOT NULL"
)
_PATH = "substr(m.new_address, 1, instr(m.new_address, '::') - 1)"
_FACTS = 11  # columns of _RECORD


class Filter:
    """What of the stream is asked for; an empty value asks for nothing in particular.

    `author` is part of an author's or actor's name, `since` an ISO time in UTC, `path` a glob.
    """

    __slots__ = ("author", "change", "kind", "path", "session", "since")

    def __init__(
        self, *, session: str = "", author: str = "", since: str = "", kind: str = "", change: str = "", path: str = ""
    ) -> None:
        self.session = session
        self.author = author
        self.since = since
        self.kind = kind
        self.change = change
        self.path = path

    def where(self) -> tuple[str, list[Any]]:
        """Return the condition on records `r` and entries `e`, and its values."""
        parts: list[str] = ["1"]
        values: list[Any] = []
        for condition, value in (
            ("r.session = ?", shown(self.session)),
            ("r.committed_at >= ?", self.since),
            ("e.kind = ?", self.kind),
            ("',' || e.change || ',' LIKE '%,' || ? || ',%'", self.change),
            ("e.path GLOB ?", self.path),
        ):
            if value:
                parts.append(condition)
                values.append(value)
        if self.author:
            parts.append("(instr(lower(r.author), lower(?)) OR instr(lower(r.actor), lower(?)))")
            values += [self.author, self.author]
        return " AND ".join(parts), values


class Event:
    """One commit (`commit_id` None: an op appended by hand) and what it did, each op with the keys of docs/json.md."""

    __slots__ = ("actor", "author", "commit_id", "created_at", "lamport_ts", "ops", "session", "subject")

    def __init__(self, facts: Sequence[Any], ops: list[dict[str, Any]]) -> None:
        _, self.commit_id, self.session, self.lamport_ts, self.actor, self.author, self.created_at, subject, *_ = facts
        self.subject: str = subject or ""
        self.ops = ops

    def as_json(self) -> dict[str, Any]:
        """Return the event as docs/json.md documents it."""
        return {
            "commit": self.commit_id,
            "session": self.session,
            "lamport_ts": self.lamport_ts,
            "actor": self.actor,
            "author": self.author,
            "created_at": self.created_at,
            "subject": self.subject,
            "ops": self.ops,
        }


def stream(
    connection: sqlite3.Connection, named: Named | None, wanted: Filter, reachable: Reachable | None
) -> Iterator[Event]:
    """Yield what happened to `named` (None: to everything), newest first; only what is `reachable` unless None.

    What a merge only brought along (`from_parent`) is told by the commit that did it.
    """
    rows = _entries(connection, named, wanted)
    if named is not None and named.symbols and not (wanted.kind or wanted.change):
        carried = list(_carried(connection, named, wanted))
        rows = iter(sorted([*rows, *carried], key=_youngest_first)) if carried else rows
    for _, group in groupby(rows, key=lambda row: row[0][0]):
        facts, op = next(group)
        if reachable is None or facts[1] is None or reachable.has(facts[1], facts[8:]):
            yield Event(facts, [op, *(each for _, each in group)])


def _entries(connection: sqlite3.Connection, named: Named | None, wanted: Filter) -> Iterator[Row]:
    where, values = wanted.where()
    told = "LEFT JOIN told t ON t.record = e.record AND t.position = e.position"
    if named is None:
        # Record by record in the order that is asked for, so that the newest are there at once.
        tables = f"records r CROSS JOIN entries e ON e.record = r.record {told}"
    elif named.symbols:
        tables = (
            "told t JOIN entries e ON e.record = t.record AND e.position = t.position JOIN records r USING (record)"
        )
    else:
        tables = f"entries e JOIN records r USING (record) {told}"
    if named is not None:
        column, chosen = ("t.symbol", named.symbols) if named.symbols else ("e.path", named.paths)
        where, values = f"{column} IN ({', '.join('?' * len(chosen))}) AND {where}", [*chosen, *values]
    query = (
        f"SELECT {_RECORD}, {_ENTRY} FROM {tables} LEFT JOIN stories s ON s.symbol = t.symbol"  # noqa: S608 - ours
        f" WHERE {where} AND e.from_parent IS NULL ORDER BY r.generation DESC, r.commit_id DESC, e.position"
    )
    for row in connection.execute(query, values):
        yield row[:_FACTS], _op(row[_FACTS:])


def _carried(connection: sqlite3.Connection, named: Named, wanted: Filter) -> Iterator[Row]:
    """Yield where symbols went with their file or class, in commits that had no op of their own for them."""
    where, values = wanted.where()
    query = (
        f"SELECT {_RECORD}, m.old_address, m.new_address, m.how, m.confidence, s.id, s.kind"  # noqa: S608 - likewise
        " FROM moves m JOIN records r USING (record) JOIN stories s USING (symbol)"
        f" WHERE m.symbol IN ({', '.join('?' * len(named.symbols))}) AND m.how NOT IN ('renamed', 'moved')"
        f" AND m.from_parent IS NULL AND {where.replace('e.path', _PATH)}"
        " ORDER BY r.generation DESC, r.commit_id DESC, m.old_address"
    )
    for row in connection.execute(query, [*named.symbols, *values]):
        old, new, how, confidence, symbol_id, kind = row[_FACTS:]
        op: dict[str, Any] = {
            "op": "carried",
            "address": old,
            "new_address": new,
            "symbol_id": symbol_id,
            "is_child": True,
            "kind": kind,
            "change": [how],
        }
        yield row[:_FACTS], op if confidence is None else op | {"confidence": confidence}


def _youngest_first(row: Row) -> tuple[int, _Reversed]:
    facts = row[0]
    return -facts[10], _Reversed(facts[1] or "")


class _Reversed(str):
    """A text that sorts the other way round."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _op(row: Sequence[Any]) -> dict[str, Any]:
    (
        op_id, op, address, kind, change, new_address, from_address, _, confidence, first, last, old_id, new_id,
        summary, symbol_id, is_child,
    ) = row  # fmt: skip
    told = {
        "op_id": op_id,
        "op": op,
        "address": address,
        "symbol_id": symbol_id,
        "is_child": bool(is_child),
        "kind": kind,
        "change": change.split(",") if change else [],
        "summary": summary,
        "old_content_id": old_id,
        "new_content_id": new_id,
    }
    extra = {
        "lines": None if first is None else [first, last],
        "new_address": new_address,
        "from_address": from_address,
        "confidence": confidence,
    }
    return told | {key: value for key, value in extra.items() if value is not None}
