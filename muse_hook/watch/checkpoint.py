"""A checkpoint by name: how far every log had come when somebody wrote it down."""

from __future__ import annotations

import os

from muse_hook.errors import MuseHookError, shell_command
from muse_hook.oplog.entry import now
from muse_hook.oplog.log import list_named, read_named, write_named
from muse_hook.watch.cursor import Cursor, LogPosition
from muse_hook.watch.follower import Follower

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.refs import Head
    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store


class CheckpointError(MuseHookError):
    """There is no checkpoint of that name, or it is damaged."""


class Checkpoint:
    """`name`, `created_at` (ISO 8601, UTC), `branch` and `commit` ("" where there was none), and the `cursor`."""

    __slots__ = ("branch", "commit", "created_at", "cursor", "name")

    def __init__(self, name: str, value: dict[str, Any]) -> None:
        self.name = name
        self.created_at = str(value["created_at"])
        self.branch = str(value["branch"] or "")
        self.commit = str(value["commit"] or "")
        self.cursor = Cursor(
            {
                str(session): LogPosition(int(row["sealed"]), str(row["seal"] or ""), int(row["offset"]))
                for session, row in value["sessions"].items()
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as docs/json.md has it."""
        return {"name": self.name, **_value(self.created_at, self.branch, self.commit, self.cursor)} | {
            "cursor": str(self.cursor)
        }


def make_checkpoint(index: Index, name: str, head: Head) -> Checkpoint:
    """Write down how far the logs have come, in the place of an older one of that name. SessionError, StoreError.

    By arrival, not by stamp: a merge brings older stamps later. The index must have been refreshed.
    """
    cursor = Follower.now(index).cursor
    value = _value(now(), head.branch or "", head.oid or "", cursor)
    write_named(index.store, name, value)
    return Checkpoint(name, value)


def read_checkpoint(store: Store, name: str) -> Checkpoint:
    """Return the checkpoint of a name; CheckpointError where there is none, SessionError for what is no name."""
    value = read_named(store, name)
    try:
        if value is not None:
            return Checkpoint(name, value)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    there = os.path.lexists(store.path("checkpoints", f"{name}.json"))
    wrong = "it is damaged" if there else "there is none of that name"
    known = "\n".join(
        shell_command("muse-hook", "replay", "--since", each) for each in list_named(store)[:3] if each != name
    )
    raise CheckpointError(
        f"reading the checkpoint {name!r}", wrong, known or shell_command("muse-hook", "checkpoint", name)
    )


def _value(created_at: str, branch: str, commit: str, cursor: Cursor) -> dict[str, Any]:
    return {
        "created_at": created_at,
        "branch": branch or None,
        "commit": commit or None,
        "sessions": {
            session: {"offset": at.read, "sealed": at.floor, "seal": at.seal or None}
            for session, at in sorted(cursor.positions.items())
        },
    }
