"""Rewrite marks: lines that say which commit took another one's place, or that one was dropped."""

from __future__ import annotations

from muse_hook.oplog.canonical import canonical
from muse_hook.oplog.entry import entry_line, tail_json
from muse_hook.oplog.ids import mark_id, mark_stamp, seal_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.model.change import Commit


class MarkLine:
    """A mark ready to be appended: its line, its id (the same for the same commits) and its stamp."""

    __slots__ = ("highest", "lines", "op_id")

    def __init__(self, op_id: str, lines: bytes, highest: int) -> None:
        self.op_id = op_id
        self.lines = lines
        self.highest = highest


def make_superseded(old: str, new: Commit, reason: str, generation: int) -> MarkLine:
    """Return the mark that `new` took the place of the commit `old`; `reason` is "amend" or "rebase".

    `generation` is the larger one of the two commits. The mark belongs in the session of `new`.
    """
    op = {
        "op": "replace",
        "address": old,
        "position": None,
        "old_content_id": old,
        "new_content_id": new.id,
        "old_summary": "superseded",
        "new_summary": reason,
    }
    return _make(mark_id("superseded", old, new.id), op, [old, new.id], new, generation)


def make_dropped(old: Commit, generation: int, reason: str = "dropped by rebase") -> MarkLine:
    """Return the mark that the commit `old`, of this `generation`, was left out of a rewrite; for its own session."""
    op = {"op": "delete", "address": old.id, "position": None, "content_id": old.id, "content_summary": reason}
    return _make(mark_id("dropped", old.id), op, [old.id], old, generation)


def _make(op_id: str, op: dict[str, Any], named: list[str], by: Commit, generation: int) -> MarkLine:
    lamport_ts = mark_stamp(generation)
    line = entry_line(
        op_id,
        lamport_ts,
        "git",
        actor_json=canonical(by.actor or by.author),
        parents_json=canonical([seal_id(commit_id) for commit_id in named]),
        op_json=canonical(op),
        tail_json=tail_json(by.committed_at),
    )
    return MarkLine(op_id, line.encode("ascii"), lamport_ts)
