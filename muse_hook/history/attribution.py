"""Which agents took part in each recorded commit: a table beside the history, filled when somebody asks."""

from __future__ import annotations

from muse_hook.agents.table import agent_table, table_version
from muse_hook.errors import ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from muse_hook.git.objects import ObjectReader
    from muse_hook.index.index import Index

_COMMITS = 2000  # a transaction: hooks get in between two


def attribute(index: Index, objects: ObjectReader) -> None:
    """Say of every commit of the history, which is up to date, which agents took part; once for each commit.

    By author, co-authors and actor as the log has them, and by the message, which Git has; where the commit is gone,
    without it. A table that has changed says it anew. StoreBusyError.
    """
    from json import loads

    sql, table = index.connection, agent_table()
    known = sql.execute("SELECT value FROM meta WHERE key = 'agents'").fetchone()
    if known is None or known[0] != table_version():
        with index.transaction():
            sql.execute("DELETE FROM attributions")
            sql.execute("REPLACE INTO meta VALUES ('agents', ?)", (table_version(),))
    rows = sql.execute(
        "SELECT commit_id, a.text, co_authors, c.text FROM records r LEFT JOIN words a ON a.word = r.author"
        " JOIN words c ON c.word = r.actor WHERE commit_id IS NOT NULL"
        " AND commit_id NOT IN (SELECT commit_id FROM attributions)"
    ).fetchall()
    for at in range(0, len(rows), _COMMITS):
        found = []
        for commit_id, author, co_authors, actor in rows[at : at + _COMMITS]:
            message = _message(objects, commit_id)
            agents = table.find(author or "", loads(co_authors or "[]"), actor, message)
            found.append((commit_id, ",".join(agents)))
        with index.transaction():
            sql.executemany("INSERT OR REPLACE INTO attributions VALUES (?, ?)", found)


def agents_of(connection: sqlite3.Connection, commit_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of the agents that took part in commits, by commit; of those alone in which one did."""
    query = "SELECT agents FROM attributions WHERE commit_id = ? AND agents <> ''"
    rows = ((each, connection.execute(query, (each,)).fetchone()) for each in commit_ids)
    return {each: row[0].split(",") for each, row in rows if row is not None}


def commits_of(connection: sqlite3.Connection, agents: Iterable[str]) -> frozenset[str]:
    """Return the commits in which any of some agents, by id, took part."""
    wanted = set(agents)
    rows = connection.execute("SELECT commit_id, agents FROM attributions WHERE agents <> ''")
    return frozenset(commit_id for commit_id, found in rows if not wanted.isdisjoint(found.split(",")))


def named_agents(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what people call the agents that took part in each commit, of those alone in which one did."""
    table = agent_table()
    rows = connection.execute("SELECT commit_id, agents FROM attributions WHERE agents <> ''")
    return {commit_id: ", ".join(map(table.name, agents.split(","))) for commit_id, agents in rows}


def attributed_agents(connection: sqlite3.Connection) -> dict[str, int]:
    """Return in how many commits each agent took part, the most first."""
    counts: dict[str, int] = {}
    for (agents,) in connection.execute("SELECT agents FROM attributions WHERE agents <> ''"):
        for each in agents.split(","):
            counts[each] = counts.get(each, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _message(objects: ObjectReader, commit_id: str) -> str:
    try:
        return objects.read(commit_id)[1].partition(b"\n\n")[2].decode("utf-8", "backslashreplace")
    except ObjectMissingError:
        return ""
