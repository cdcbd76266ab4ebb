"""The commits that the logs know, with their parents: Git's graph without Git."""

from __future__ import annotations

from json import loads

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
    rows = connection.execute(
        "SELECT commit_id, parents, session FROM records WHERE commit_id IS NOT NULL ORDER BY lamport_ts, commit_id"
    )
    return {oid: GraphCommit(oid, tuple(loads(parents)), session) for oid, parents, session in rows}
