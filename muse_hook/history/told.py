"""Which symbols the ops of a commit were told of."""

from __future__ import annotations

from muse_hook.index import schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = schema.sqlite3


def symbol_ids(connection: sqlite3.Connection, commit_id: str | None) -> dict[str, str]:
    """Return the stable ids of symbols by the ids of the ops of a commit (None: of those that stand by hand).

    Empty where the commit is not in the history yet, or has no symbols' ops; ops on files have none.
    """
    try:
        return dict(
            connection.execute(
                "SELECT e.op_id, s.id FROM records r JOIN told t USING (record) JOIN entries e USING (record, position)"
                " JOIN stories s USING (symbol) WHERE r.commit_id IS ?",
                (commit_id,),
            )
        )
    except sqlite3.DatabaseError:  # no history was made yet, or somebody deleted it
        return {}
