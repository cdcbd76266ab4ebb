"""The rows that a batch, or an entry by hand, becomes in the tables of the history."""

from __future__ import annotations

from json import dumps

from muse_hook.oplog import POSITIONS
from muse_hook.oplog.engines import engine_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Entry = Mapping[str, Any]
    Row = tuple[Any, ...]

RECORD = (
    "INSERT INTO records (record, commit_id, session, generation, lamport_ts, tree, author, co_authors, actor,"
    " authored_at, committed_at, subject, summary, sem_ver_bump, breaking_changes, engine, intent, reservation,"
    " parents, log, start) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PARENT = "INSERT INTO parents VALUES (?, ?, ?)"
ENTRY = (
    "INSERT INTO entries (record, position, inside, op_id, op, address, path, kind, change, new_address,"
    " from_address, from_parent, confidence, first_line, last_line, old_content_id, new_content_id, summary)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NO_LINES = (None, None)


class Rows:
    """What record number `number` becomes: a row of RECORD, and rows of PARENT and ENTRY.

    `supersedes` says that a batch by an older engine, which is taken already, makes room.
    LookupError, TypeError, ValueError, AttributeError where entries are not what entries are.
    """

    __slots__ = ("entries", "parents", "record", "supersedes")

    def __init__(self, number: int, entries: Sequence[Entry], session: str, at: tuple[int, int]) -> None:
        self.supersedes = False
        last = entries[-1]
        told: Mapping[str, Any] = last.get("commit", {})
        self.record = _record(number, last, told, session, at)
        self.parents: list[Row] = [(number, place, each) for place, each in enumerate(told.get("parents", ()))]
        self.entries = _entries(number, entries[:-1] if told else entries)

    def spell(self) -> None:
        """Write what no UTF-8 can write as it is shown: half of a surrogate pair, which JSON can write."""
        self.record = _spelled(self.record)
        self.parents = [_spelled(row) for row in self.parents]
        self.entries = [_spelled(row) for row in self.entries]


def _record(number: int, entry: Entry, told: Mapping[str, Any], session: str, at: tuple[int, int]) -> Row:
    """Return the row of a batch with this seal, or of an entry by hand (`told` is empty)."""
    generation = told.get("generation", entry["lamport_ts"] // POSITIONS)
    op = entry["domain_op"] if told else {}
    return (
        number,
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
        engine_of(told) if "engine" in told else None,
        entry.get("intent_id", ""),
        entry.get("reservation_id", ""),
        dumps(told.get("parents", [])),
        *at,
    )


def _entries(record: int, entries: Sequence[Entry]) -> list[Row]:
    rows: list[Row] = []
    inside: int | None = None
    children, path = 0, ""
    for position, entry in enumerate(entries):
        op = entry["domain_op"]
        get = op.get
        kind, address = op["op"], op["address"]
        if children:
            children -= 1
        else:
            inside, children = None, len(get("child_ops", ()))
            path = address if children or kind == "patch" else address.partition("::")[0]
        lines = get("lines") or _NO_LINES
        rows.append(
            (
                record,
                position,
                inside,
                entry["op_id"],
                kind,
                address,
                path,
                get("kind"),
                ",".join(get("change", ())),
                get("new_address"),
                get("from_address"),
                get("from_parent"),
                get("confidence"),
                lines[0],
                lines[1],
                get("content_id") if kind == "delete" else get("old_content_id"),
                get("content_id") if kind == "insert" else get("new_content_id"),
                get("new_summary") or get("content_summary") or get("child_summary") or "",
            )
        )
        if inside is None and children:
            inside = position
    return rows


def _spelled(row: Row) -> Row:
    return tuple(each.encode("utf-8", "backslashreplace").decode() if isinstance(each, str) else each for each in row)
