"""Reading a stretch of a log into the tables of the history: each whole batch once, hand-written entries too."""

from __future__ import annotations

import os
from json import dumps, loads
from sqlite3 import IntegrityError, InterfaceError, ProgrammingError

from muse_hook.errors import DamagedLogError
from muse_hook.history.fold import Fold
from muse_hook.oplog import POSITIONS
from muse_hook.oplog.digest import sha256
from muse_hook.oplog.lines import hand_entry, read_lines
from muse_hook.oplog.sessions import LOG, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from muse_hook.index import Index

    Entries = Sequence[Mapping[str, Any]]
    Note = Callable[[sqlite3.Connection, Entries, str, tuple[int, int]], None]

_HINT = "muse-hook verify"
# What comes of a line with keys missing, or with values of other types than they should have.
_NO_ENTRY = (
    LookupError, TypeError, AttributeError, ValueError, OverflowError,
    IntegrityError, InterfaceError, ProgrammingError,
)  # fmt: skip
# Batches a transaction: a hook that wants to note its own commit in the index waits for at most one of them.
_BATCHES = 200


def read(index: Index, log: int, folder: str) -> int:
    """Read some more batches of one log, inside the caller's transaction; the bytes that were read, 0 at the end."""
    sql = index.connection
    (end, start) = sql.execute(
        "SELECT l.position, coalesce(f.offset, 0) FROM logs l LEFT JOIN followed f ON f.log = l.id WHERE l.id = ?",
        (log,),
    ).fetchone() or (0, 0)
    if start >= end:
        return 0
    seals = sql.execute(
        "SELECT start, line, end FROM seals WHERE log = ? AND end > ? AND end <= ? ORDER BY end LIMIT ?",
        (log, start, end, _BATCHES),
    ).fetchall()
    session = shown(index.store.session_at(folder))
    fd = index.store.open_file(index.store.path("op_log", folder, LOG), os.O_RDONLY)
    try:
        at = start
        for first, line, after in seals:
            _hand(sql, fd, (at, first), session, log)
            entries = [loads(line) for line in read_lines(fd, first, after)]
            if sha256(os.pread(fd, line - first, first)).hexdigest() != entries[-1]["commit"]["sha256"]:
                raise DamagedLogError(f"reading the log of {session}", f"a batch at byte {first} changed", _HINT)
            _take(_batch, sql, entries, session, (log, first))
            at = after
        if len(seals) < _BATCHES:
            _hand(sql, fd, (at, end), session, log)
            at = end
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedLogError(f"reading the log of {session}", str(error), _HINT) from error
    finally:
        os.close(fd)
    sql.execute("REPLACE INTO followed VALUES (?, ?)", (log, at))
    return at - start


def _hand(sql: sqlite3.Connection, fd: int, span: tuple[int, int], session: str, log: int) -> None:
    """Note the entries that were appended by hand between two batches; marks are among them."""
    for number, line in enumerate(read_lines(fd, *span)):
        entry = hand_entry(line)
        if entry is not None:
            at = (log, span[0] + number)
            _take(_one_by_hand, sql, [entry], session, at)


def _one_by_hand(sql: sqlite3.Connection, entries: Entries, session: str, at: tuple[int, int]) -> None:
    (entry,) = entries
    op = entry["domain_op"]
    if entry["domain"] == "git":
        if "old_content_id" in op or op.get("op") == "delete":
            sql.execute(
                "INSERT OR IGNORE INTO marks_read VALUES (?, ?, ?)",
                (op["address"], op.get("new_content_id", ""), op.get("new_summary") or op.get("content_summary", "")),
            )
        return
    record = _record(sql, entry, session, at)
    if record is not None:
        _entries(sql, record, [entry])


def _take(note: Note, sql: sqlite3.Connection, entries: Entries, session: str, at: tuple[int, int]) -> None:
    """Note entries, or none of them where they are not what entries are: one bad line must not hide all the others.

    A log can be merged from anywhere and appended to by anyone. `verify` names what is passed over here.
    """
    sql.execute("SAVEPOINT entries")
    try:
        try:
            note(sql, entries, session, at)
        except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and SQLite cannot
            sql.execute("ROLLBACK TO entries")
            note(sql, [_spelled(entry) for entry in entries], session, at)
    except _NO_ENTRY:
        sql.execute("ROLLBACK TO entries")
    sql.execute("RELEASE entries")


def _spelled(value: Any) -> Any:
    """Return a value of JSON with what no UTF-8 can write as it is shown."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_spelled(key): _spelled(each) for key, each in value.items()}
    return [_spelled(each) for each in value] if isinstance(value, list) else value


def _batch(sql: sqlite3.Connection, entries: Entries, session: str, at: tuple[int, int]) -> None:
    seal = entries[-1]
    told = seal["commit"]
    record = _record(sql, seal, session, at)
    if record is None:
        return  # the commit's first batch counts
    sql.executemany(
        "INSERT INTO parents VALUES (?, ?, ?)", ((record, number, each) for number, each in enumerate(told["parents"]))
    )
    _entries(sql, record, entries[:-1])


def _record(sql: sqlite3.Connection, entry: Mapping[str, Any], session: str, at: tuple[int, int]) -> int | None:
    """Make the row of a batch, or of an entry by hand; its number, None where the commit has one already."""
    told: Mapping[str, Any] = entry.get("commit", {})
    generation = told.get("generation", entry["lamport_ts"] // POSITIONS)
    op = entry["domain_op"] if told else {}
    done = sql.execute(
        "INSERT OR IGNORE INTO records (commit_id, session, generation, lamport_ts, tree, author, co_authors, actor,"
        " authored_at, committed_at, subject, summary, sem_ver_bump, breaking_changes, engine, intent, reservation,"
        " parents, log, start) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry["commit_id"] if told else None,
            session,
            generation,
            generation * POSITIONS if told else entry["lamport_ts"],
            op.get("content_id"),
            told.get("author"),
            dumps(told.get("co_authors", [])),
            entry["actor_id"],
            told.get("authored_at"),
            entry["created_at"],
            op.get("content_summary"),
            told.get("summary"),
            told.get("sem_ver_bump"),
            dumps(told.get("breaking_changes", [])),
            told.get("engine"),
            entry.get("intent_id", ""),
            entry.get("reservation_id", ""),
            dumps(told.get("parents", [])),
            *at,
        ),
    )
    return done.lastrowid if done.rowcount else None


def _entries(sql: sqlite3.Connection, record: int, entries: Entries) -> None:
    rows: list[tuple[Any, ...]] = []
    inside: int | None = None
    children, path = 0, ""
    for position, entry in enumerate(entries):
        op = entry["domain_op"]
        if children:
            children -= 1
        else:
            inside, children = None, len(op.get("child_ops", ()))
            path = op["address"] if children or op["op"] == "patch" else op["address"].partition("::")[0]
        lines = op.get("lines") or (None, None)
        rows.append(
            (
                record,
                position,
                inside,
                entry["op_id"],
                op["op"],
                op["address"],
                path,
                op.get("kind"),
                ",".join(op.get("change", ())),
                op.get("new_address"),
                op.get("from_address"),
                op.get("from_parent"),
                op.get("confidence"),
                lines[0],
                lines[1],
                op.get("content_id") if op["op"] == "delete" else op.get("old_content_id"),
                op.get("content_id") if op["op"] == "insert" else op.get("new_content_id"),
                op.get("new_summary") or op.get("content_summary") or op.get("child_summary") or "",
            )
        )
        if inside is None and children:
            inside = position
    sql.executemany(
        "INSERT INTO entries (record, position, inside, op_id, op, address, path, kind, change, new_address,"
        " from_address, from_parent, confidence, first_line, last_line, old_content_id, new_content_id, summary)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def fold(sql: sqlite3.Connection) -> None:
    """Give the new ops their stories; all ops anew where older history came in behind what was folded."""
    late = sql.execute(
        "SELECT 1 FROM records r JOIN parents p ON p.parent = r.commit_id JOIN records child ON child.record = p.record"
        " WHERE NOT r.folded AND child.folded LIMIT 1"
    ).fetchone()
    if late is not None:
        for table in ("stories", "places", "moves", "carriers", "chains", "edges"):
            sql.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        sql.execute("UPDATE entries SET symbol = NULL")
        sql.execute("UPDATE records SET folded = 0, chain = NULL, place = NULL")
    sql.execute("DELETE FROM reaches")
    records = sql.execute(
        "SELECT record, commit_id, generation FROM records WHERE NOT folded"
        " ORDER BY commit_id IS NULL, generation, commit_id"
    ).fetchall()
    Fold(sql).run(records)
