"""Which commits were amended, rebased or dropped: the marks of the logs, as long as no branch has the old commit."""

from __future__ import annotations

from muse_hook.history.ancestry import BranchFilter
from muse_hook.index import database
from muse_hook.oplog.seal import is_cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from typing import Any

    from muse_hook.git.repository import Repository
else:
    sqlite3 = database.sqlite3

DROPPED = "dropped"
"""What stands in the place of the new commit's id where there is none."""


def add(connection: sqlite3.Connection, entry: Mapping[str, Any]) -> None:
    """Keep an entry of domain "git" if it is a rewrite mark (docs/log.md); claims and purges are none.

    LookupError, TypeError where it is no entry at all.
    """
    op = entry["domain_op"]
    if op["op"] == "replace" and op["old_summary"] == "superseded":
        new = op["new_content_id"]
    elif op["op"] == "delete" and not is_cut(entry):
        new = None
    else:
        return
    row = entry["op_id"], op["address"], new, entry["lamport_ts"]
    if all(isinstance(each, str) for each in row[:2]) and isinstance(row[3], int):
        connection.execute("INSERT OR REPLACE INTO rewrites VALUES (?, ?, ?, ?)", row)


def superseded(connection: sqlite3.Connection, repository: Repository) -> dict[str, str]:
    """Return what came in the place of each rewritten commit that no branch or work tree has: an id, or `DROPPED`.

    A commit can come back (`git reset` by the reflog, another branch), so refs are asked each time; the table
    `superseded`, for people who ask in SQL, has the same. Of several marks the last one in causal order counts.
    """
    rows = connection.execute("SELECT old, new FROM rewrites ORDER BY lamport_ts, op_id").fetchall()
    found = {old: new or DROPPED for old, new in rows}
    if found:
        heads = [tree.head.oid for tree in repository.worktrees()]
        tips = {oid for oid in [*repository.branches().values(), *heads] if oid}
        branches = BranchFilter(repository, connection, sorted(tips))
        query = "SELECT commit_id, chain, step, generation FROM records WHERE commit_id = ?"
        for old in list(found):
            row = connection.execute(query, (old,)).fetchone()
            if row is None or row[1] is None or branches.has(row[0], row[1:]):
                del found[old]
    if dict(connection.execute("SELECT commit_id, new FROM superseded")) != found:
        _store(connection, found)
    return found


def _store(connection: sqlite3.Connection, found: Mapping[str, str]) -> None:
    try:
        connection.execute("SAVEPOINT superseded")
        try:
            connection.execute("DELETE FROM superseded")
            connection.executemany("INSERT INTO superseded VALUES (?, ?)", found.items())
        finally:
            connection.execute("RELEASE superseded")
    except sqlite3.OperationalError:  # somebody is writing, or nobody may: next time, then
        pass
