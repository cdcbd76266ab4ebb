"""What happened to some symbols, to a file, or to everything: commit by commit, newest first; and the last change."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from muse_hook.history.addresses import NAME_BITS, address_in_sql, summary_in_sql
from muse_hook.history.packed import unpack_digits, unpack_op_id
from muse_hook.index import database
from muse_hook.oplog.entry import canonical
from muse_hook.oplog.sessions import display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import Any

    from muse_hook.history.ancestry import BranchFilter, ChainPosition
    from muse_hook.history.names import SymbolQuery

    PlainRecord = tuple[Any, ...]
    """Commit id (None: a manual entry), time, session, subject (or None), actor and author (or None) of a record."""

    PlainOp = tuple[Any, ...]
    """Record, form, address, new and old address (numbers), confidence, first and last line, number of the symbol,
    whether it is a child, and of a summary that fits no form whether it tells of a reformatted file (else None)."""

    Form = tuple[str, str | None, list[str], str]
    """Op, kind, reason codes and summary, with marks in it."""

    OpOfRecord = tuple[tuple[Any, ...], dict[str, Any]]
    """What is known of a record (_RECORD), and an op of it."""
else:
    sqlite3 = database.sqlite3

_ACTOR, _AUTHOR = (f"(SELECT text FROM words WHERE word = r.{column})" for column in ("actor", "author"))  # noqa: S608 - constants
_RECORD = (
    f"r.record, r.commit_id, r.session, r.lamport_ts, {_ACTOR}, {_AUTHOR}, r.committed_at, r.subject, r.chain, r.step,"
    " r.generation"
)
_ENTRY = (
    f"e.op_id, f.op, {address_in_sql('e.address')}, f.kind, f.change, {address_in_sql('e.new_address')},"
    f" {address_in_sql('e.from_address')}, e.from_parent, e.confidence, e.first_line, e.last_line, e.old_content_id,"
    f" e.new_content_id, {summary_in_sql('e', 'f')}, s.id, e.inside IS NOT NULL"
)
_PATH = f"m.new_address >> {NAME_BITS}"
_RECORD_COLUMNS = 11
_PLAIN = (
    "e.form, e.address, e.new_address, e.from_address, e.confidence, e.first_line, e.last_line, k.symbol,"
    " e.inside IS NOT NULL, instr(e.summary, 'reformatted') > 0"
)
_HAS_CODE = "instr(',' || f.change || ',', ',' || ? || ',')"
# What the op itself says; the other end of a move is neither.
_OF_OPS = {
    "added": "(f.op = 'insert' AND e.from_address IS NULL AND NOT instr(',' || f.change || ',', ',moved,'))",
    "removed": "(f.op = 'delete' AND e.new_address IS NULL)",
}
_BY = (
    "(r.author IN (SELECT word FROM words WHERE instr(lower(text), lower(?)))"
    " OR r.actor IN (SELECT word FROM words WHERE instr(lower(text), lower(?)))"
    " OR EXISTS (SELECT 1 FROM json_each(r.co_authors) WHERE instr(lower(value), lower(?))))"
)
_OF_PATHS = "e.path IN (SELECT number FROM paths WHERE path IN (SELECT value FROM json_each(?)))"
_OF_COMMITS = "r.commit_id IN (SELECT value FROM json_each(?))"
# Codes of changes that leave a symbol what it was: it went elsewhere, or its file can be read again.
_IDLE = {"moved", "reparsed"}
_SYMBOLS_A_QUERY = 500  # SQLite's own limit on `?` was 999 for long


class Filter:
    """What of the stream is asked for; an empty value asks for nothing in particular.

    `author` is part of the name of an author, a co-author or an actor, `since` and `until` are ISO times in UTC, `path`
    is a glob. Of several kinds, or reason codes of changes, any will do; "added" and "removed" are those of symbols and
    files that came and went. `paths` and `commits` are the only ones that are wanted, where they are not None.
    """

    __slots__ = ("author", "change", "commits", "kind", "path", "paths", "session", "since", "until")

    def __init__(
        self,
        *,
        session: str = "",
        author: str = "",
        since: str = "",
        until: str = "",
        kind: Sequence[str] = (),
        change: Sequence[str] = (),
        path: str = "",
    ) -> None:
        self.session = session
        self.author = author
        self.since = since
        self.until = until
        self.kind = kind
        self.change = change
        self.path = path
        self.paths: Collection[str] | None = None
        self.commits: Collection[str] | None = None

    def where(self) -> tuple[str, list[Any]]:
        """Return the condition on records `r`, entries `e` and their forms `f`, and its values."""
        parts: list[str] = ["1"]
        values: list[Any] = []
        for condition, value in (
            ("r.session = ?", display_name(self.session)),
            ("r.committed_at >= ?", self.since),
            ("r.committed_at <= ?", self.until),
            ("e.path IN (SELECT number FROM paths WHERE path GLOB ?)", self.path),
        ):
            if value:
                parts.append(condition)
                values.append(value)
        if self.kind:
            parts.append(f"f.kind IN ({', '.join('?' * len(self.kind))})")
            values += self.kind
        if self.change:
            any_of = [_OF_OPS.get(code, "0") + f" OR {_HAS_CODE}" for code in self.change]
            parts.append(f"({' OR '.join(any_of)})")
            values += self.change
        if self.author:
            parts.append(_BY)
            values += [self.author] * 3
        for condition, chosen in ((_OF_PATHS, self.paths), (_OF_COMMITS, self.commits)):
            if chosen is not None:
                parts.append(condition)
                values.append(canonical(list(chosen)))
        return " AND ".join(parts), values


class CommitEvent:
    """One commit (`commit_id` None: a manual entry) and what it did, each op with the keys of docs/json.md.

    `superseded` is what `rewrites.superseded` says of it; whoever wants to know that sets it.
    """

    __slots__ = ("actor", "author", "commit_id", "created_at", "lamport_ts", "ops", "session", "subject", "superseded")

    def __init__(self, record: Sequence[Any], ops: list[dict[str, Any]]) -> None:
        _, self.commit_id, self.session, self.lamport_ts, self.actor, self.author, self.created_at, subject, *_ = record
        self.subject: str = subject or ""
        self.ops = ops
        self.superseded: str | None = None

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
            "superseded": self.superseded,
            "ops": self.ops,
        }


def stream(
    connection: sqlite3.Connection, query: SymbolQuery | None, wanted: Filter, branch: BranchFilter | None
) -> Iterator[CommitEvent]:
    """Yield what happened to `query` (None: to everything), newest first; only what `branch` has unless None.

    What a merge only brought along (`from_parent`) is an event of the commit that did it.
    """
    rows = _entries(connection, query, wanted, branch)
    if query is not None and query.symbols and not (wanted.kind or wanted.change):
        carried = list(_carried(connection, query, wanted))
        rows = iter(sorted([*rows, *carried], key=_youngest_first)) if carried else rows
    for _, group in groupby(rows, key=lambda row: row[0][0]):
        record, op = next(group)
        if _has(branch, record):
            yield CommitEvent(record, [op, *(each for _, each in group)])


class LastChange:
    """One symbol's last change: the commit and who made it, `change` its reason codes ("added" for a new symbol)."""

    __slots__ = ("actor", "author", "change", "co_authors", "commit_id", "created_at", "subject", "symbol_id")

    def __init__(self, symbol_id: str, record: tuple[str, ...], change: list[str]) -> None:
        self.symbol_id = symbol_id
        self.commit_id, self.actor, self.author, co_authors, self.created_at, self.subject = record
        self.co_authors: list[str] = _texts(co_authors)
        self.change = change


def last_changes(connection: sqlite3.Connection, branch: BranchFilter, symbols: Iterable[int]) -> dict[int, LastChange]:
    """Return the last change of each symbol (its number) that has one among the commits of `branch`.

    Moves alone do not count, nor does what a merge brought along: it is a change of the commit that did it. Formatting
    has no op. A symbol of which only moves are recorded has its first op.
    """
    wanted = sorted(set(symbols))
    found: dict[int, LastChange] = {}
    idle: dict[int, LastChange] = {}
    for at in range(0, len(wanted), _SYMBOLS_A_QUERY):
        some = wanted[at : at + _SYMBOLS_A_QUERY]
        for symbol, symbol_id, op, change, from_address, commit_id, *values in connection.execute(
            f"SELECT k.symbol, s.id, f.op, f.change, e.from_address, r.commit_id, {_ACTOR}, {_AUTHOR}, r.co_authors,"  # noqa: S608 - constants
            " r.committed_at, r.subject, r.chain, r.step, r.generation"
            " FROM links k JOIN entries e USING (record, position) JOIN records r USING (record)"
            " JOIN identities s USING (symbol) JOIN forms f ON f.number = e.form"
            f" WHERE k.symbol IN ({', '.join('?' * len(some))})"
            " AND e.from_parent IS NULL AND f.op IN ('insert', 'replace') AND r.commit_id IS NOT NULL"
            " ORDER BY r.generation DESC, r.commit_id DESC, e.position",
            some,
        ):
            if symbol in found or not branch.has(commit_id, (values[-3], values[-2], values[-1])):
                continue
            codes = change.split(",") if change else []
            last = LastChange(symbol_id, (commit_id, *values[:-3]), codes or (["added"] if op == "insert" else []))
            if (op == "insert" and not from_address) or set(codes) - _IDLE:
                found[symbol] = last
            else:
                idle[symbol] = last
    found = idle | found
    missing = [symbol for symbol in wanted if symbol not in found]
    return found | _of_origins(connection, branch, missing) if missing else found


def _of_origins(connection: sqlite3.Connection, branch: BranchFilter, symbols: list[int]) -> dict[int, LastChange]:
    """Return the last changes of symbols that were others' until a merge, where they have none of their own."""
    rows: list[tuple[int, str, int]] = []
    for at in range(0, len(symbols), _SYMBOLS_A_QUERY):
        some = symbols[at : at + _SYMBOLS_A_QUERY]
        query = "SELECT symbol, id, origin FROM identities WHERE origin IS NOT NULL AND symbol IN"
        rows += connection.execute(f"{query} ({', '.join('?' * len(some))})", some)
    changes = last_changes(connection, branch, {origin for _, _, origin in rows}) if rows else {}
    found = {}
    for symbol, symbol_id, origin in rows:
        last = changes.get(origin)
        if last is not None:
            record = last.commit_id, last.actor, last.author, canonical(last.co_authors), last.created_at, last.subject
            found[symbol] = LastChange(symbol_id, record, last.change)
    return found


def symbol_ids(connection: sqlite3.Connection, commit_id: str | None) -> dict[str, str]:
    """Return the stable ids of symbols by the ids of the ops of a commit (None: of manual entries).

    Empty where the commit is not in the history yet, or has no ops on symbols; ops on files have none.
    """
    try:
        rows = connection.execute(
            "SELECT e.op_id, s.id FROM records r JOIN links k USING (record)"
            " JOIN entries e USING (record, position) JOIN identities s USING (symbol) WHERE r.commit_id IS ?",
            (commit_id,),
        )
        return {unpack_op_id(op_id): symbol_id for op_id, symbol_id in rows}
    except sqlite3.DatabaseError:  # no history was made yet, or somebody deleted it
        return {}


def has_records(connection: sqlite3.Connection) -> bool:
    """Say whether anything is recorded."""
    return connection.execute("SELECT 1 FROM records LIMIT 1").fetchone() is not None


def author_and_stamp(connection: sqlite3.Connection, commit_id: str) -> tuple[str, int] | None:
    """Return the author of a recorded commit and the stamp of its batch, None of one that is not recorded."""
    query = "SELECT w.text, lamport_ts FROM records r LEFT JOIN words w ON w.word = r.author WHERE commit_id = ?"
    row = connection.execute(query, (commit_id,)).fetchone()
    return None if row is None else (row[0] or "", int(row[1]))


def renames(connection: sqlite3.Connection, wanted: Filter) -> Iterator[tuple[Any, ...]]:
    """Yield every rename and move of a symbol, newest first.

    Each is (commit id, numbers of the symbol, its old and its new address, how, confidence or None, kind, whether
    `wanted` has it).
    """
    return connection.execute(
        "SELECT r.commit_id, m.symbol, m.old_address, m.new_address, m.how,"  # noqa: S608 - ours
        f" m.confidence, s.kind, (?1 = '' OR (SELECT path FROM paths WHERE number = {_PATH}) GLOB ?1)"
        " AND (?2 = '' OR instr(?2, ',' || s.kind || ',')) AND (?3 = '' OR instr(?3, ',' || m.how || ','))"
        " FROM moves m JOIN records r USING (record) JOIN identities s USING (symbol) WHERE m.from_parent IS NULL"
        f" ORDER BY r.lamport_ts DESC, r.commit_id DESC, {address_in_sql('m.old_address')}",
        (wanted.path, *("".join(f",{word}," for word in words) for words in (wanted.kind, wanted.change))),
    )


def forms(connection: sqlite3.Connection) -> dict[int, Form]:
    """Return what ops have in common, by the numbers of their forms."""
    rows = connection.execute("SELECT number, op, kind, change, summary FROM forms")
    return {
        number: (op, kind, change.split(",") if change else [], summary or "")
        for number, op, kind, change, summary in rows
    }


def plain_ops(
    connection: sqlite3.Connection, wanted: Filter, has: Callable[[str | None, ChainPosition], bool]
) -> Iterator[tuple[PlainRecord, Iterator[PlainOp]]]:
    """Yield each record of which `has` (by its commit id and position) says so, newest first, and its ops, in order.

    What `stream` says of everything, for those who look at each op once and keep little of it: no dict is made of one,
    and no text of what repeats. The ops have to be taken before the next record is.
    """
    where, values = wanted.where()
    form = " CROSS JOIN forms f ON f.number = e.form" if wanted.kind or wanted.change else ""
    rows: Iterator[PlainOp] = connection.execute(
        f"SELECT r.record, {_PLAIN} FROM records r CROSS JOIN entries e ON e.record = r.record{form}"  # noqa: S608 - ours
        " LEFT JOIN links k ON k.record = e.record AND k.position = e.position"
        f" WHERE {where} AND e.from_parent IS NULL ORDER BY r.generation DESC, r.commit_id DESC, e.position",
        values,
    )
    query = (
        "SELECT r.commit_id, r.chain, r.step, r.generation, r.committed_at, r.session, r.subject,"  # noqa: S608 - ours
        f" {_ACTOR}, {_AUTHOR} FROM records r WHERE r.record = ?"
    )
    for record, ops in groupby(rows, key=itemgetter(0)):
        commit_id, chain, step, generation, *said = connection.execute(query, (record,)).fetchone()
        if has(commit_id, (chain, step, generation)):
            yield (commit_id, *said), ops


def recorded_commits(connection: sqlite3.Connection, wanted: Filter) -> Iterator[tuple[str, ChainPosition]]:
    """Yield each recorded commit of the session and time that `wanted` asks for, and its position."""
    rows = connection.execute(
        "SELECT commit_id, chain, step, generation FROM records WHERE commit_id IS NOT NULL"
        " AND ? IN ('', session) AND committed_at >= ? AND (committed_at <= ? OR ? = '')",
        (wanted.session, wanted.since, wanted.until, wanted.until),
    )
    return ((commit_id, (chain, step, generation)) for commit_id, chain, step, generation in rows)


def is_by_anybody(connection: sqlite3.Connection, author: str) -> bool:
    """Whether anything that is recorded fits `Filter.author`."""
    return connection.execute(f"SELECT 1 FROM records r WHERE {_BY} LIMIT 1", [author] * 3).fetchone() is not None  # noqa: S608 - a constant


def people(connection: sqlite3.Connection) -> set[str]:
    """Return every recorded author, actor and co-author."""
    rows = connection.execute(
        "SELECT text FROM words WHERE word IN (SELECT author FROM records UNION SELECT actor FROM records)"
        " UNION SELECT value FROM records, json_each(records.co_authors)"
    )
    return {name for (name,) in rows if name}


def _has(branch: BranchFilter | None, record: tuple[Any, ...]) -> bool:
    return branch is None or record[1] is None or branch.has(record[1], (record[8], record[9], record[10]))


def _entries(
    connection: sqlite3.Connection, query: SymbolQuery | None, wanted: Filter, branch: BranchFilter | None
) -> Iterator[OpOfRecord]:
    where, values = wanted.where()
    forms = "JOIN forms f ON f.number = e.form"
    links = "LEFT JOIN links k ON k.record = e.record AND k.position = e.position"
    if query is None:
        # Record by record in the order that is asked for, so that the newest are there at once.
        tables = f"records r CROSS JOIN entries e ON e.record = r.record CROSS {forms} {links}"
    elif query.symbols:
        tables = (
            "links k JOIN entries e ON e.record = k.record AND e.position = k.position JOIN records r USING (record)"
            f" {forms}"
        )
    else:
        tables = f"entries e JOIN records r USING (record) {forms} {links}"
    if query is not None:
        chosen: Sequence[Any] = query.symbols or query.paths
        column, those = ("k.symbol", "?") if query.symbols else ("e.path", "(SELECT number FROM paths WHERE path = ?)")
        where, values = f"{column} IN ({', '.join([those] * len(chosen))}) AND {where}", [*chosen, *values]
    statement = (
        f"SELECT {_RECORD}, {_ENTRY} FROM {tables} LEFT JOIN identities s ON s.symbol = k.symbol"  # noqa: S608 - ours
        f" WHERE {where} AND e.from_parent IS NULL ORDER BY r.generation DESC, r.commit_id DESC, e.position"
    )
    known, is_had = None, False
    for row in connection.execute(statement, values):
        if row[0] != known:
            known, is_had = row[0], _has(branch, row)
        if is_had:  # else no op is made of it: what other branches have can be most of the log
            yield row[:_RECORD_COLUMNS], _op(row[_RECORD_COLUMNS:])


def _carried(connection: sqlite3.Connection, query: SymbolQuery, wanted: Filter) -> Iterator[OpOfRecord]:
    """Yield where symbols went with their file or class, in commits that had no op of their own for them."""
    where, values = wanted.where()
    statement = (
        f"SELECT {_RECORD}, {address_in_sql('m.old_address')}, {address_in_sql('m.new_address')}, m.how, m.confidence,"  # noqa: S608 - likewise
        " s.id, s.kind"
        " FROM moves m JOIN records r USING (record) JOIN identities s USING (symbol)"
        f" WHERE m.symbol IN ({', '.join('?' * len(query.symbols))}) AND m.how NOT IN ('renamed', 'moved')"
        f" AND m.from_parent IS NULL AND {where.replace('e.path', _PATH)}"
        " ORDER BY r.generation DESC, r.commit_id DESC, 12"
    )
    for row in connection.execute(statement, [*query.symbols, *values]):
        old, new, how, confidence, symbol_id, kind = row[_RECORD_COLUMNS:]
        op: dict[str, Any] = {
            "op": "carried",
            "address": old,
            "new_address": new,
            "symbol_id": symbol_id,
            "is_child": True,
            "kind": kind,
            "change": [how],
        }
        yield row[:_RECORD_COLUMNS], op if confidence is None else op | {"confidence": confidence}


def _youngest_first(row: OpOfRecord) -> tuple[int, _Reversed]:
    record = row[0]
    return -record[10], _Reversed(record[1] or "")


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
    found = {
        "op_id": unpack_op_id(op_id),
        "op": op,
        "address": address,
        "symbol_id": symbol_id,
        "is_child": bool(is_child),
        "kind": kind,
        "change": change.split(",") if change else [],
        "summary": summary,
        "old_content_id": unpack_digits(old_id),
        "new_content_id": unpack_digits(new_id),
    }
    optional = {
        "lines": None if first is None else [first, last],
        "new_address": new_address,
        "from_address": from_address,
        "confidence": confidence,
    }
    return found | {key: value for key, value in optional.items() if value is not None}


def _texts(column: str) -> list[str]:
    """Return a list of texts of the tables; of most commits it is empty, and nothing that reads JSON is loaded."""
    if column == "[]":
        return []
    from json import loads

    found: list[str] = loads(column)
    return found
