"""The commits that the logs know, with their parents: Git's graph without Git."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3


class GraphCommit:
    """A recorded commit: its `id`, `parents` (recorded or not), and the `session` that it is in."""

    __slots__ = ("id", "parents", "session")

    def __init__(self, id_: str, parents: tuple[str, ...], session: str) -> None:
        self.id = id_
        self.parents = parents
        self.session = session


def recorded_graph(connection: sqlite3.Connection) -> dict[str, GraphCommit]:
    """Return every recorded commit by its id, in causal order."""
    parents: dict[int, list[str]] = {}
    for record, parent in connection.execute(
        "SELECT p.record, coalesce(r.commit_id, CAST(p.parent AS TEXT)) FROM parents p"
        " LEFT JOIN records r ON r.record = p.parent ORDER BY p.record, p.number"
    ):
        parents.setdefault(record, []).append(parent)
    rows = connection.execute(
        "SELECT record, commit_id, session FROM records WHERE commit_id IS NOT NULL ORDER BY lamport_ts, commit_id"
    )
    return {oid: GraphCommit(oid, tuple(parents.get(record, ())), session) for record, oid, session in rows}
