"""One session's log as Muse's `OpLog`: append by hand, read, checkpoint, collapse to a delta."""

from __future__ import annotations

import os

from muse_hook.errors import DeltaError
from muse_hook.oplog import clock
from muse_hook.oplog.canonical import canonical_of
from muse_hook.oplog.checkpoint import read_checkpoint, write_checkpoint
from muse_hook.oplog.entry import KEYS, now
from muse_hook.oplog.lines import wrong_type
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.reading import read_entries, top_entries
from muse_hook.oplog.sessions import LOG, check
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, end_torn_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from muse_hook.model.ops import OpEntry, OpLogCheckpoint, StructuredDelta


class Hand:
    """Entries that belong to no commit, as lines ready to be appended."""

    __slots__ = ("highest", "lines")

    def __init__(self, entries: Sequence[OpEntry]) -> None:
        self.lines = "".join(f"{_line(entry)}\n" for entry in entries).encode("ascii")
        self.highest = max((entry["lamport_ts"] for entry in entries), default=-1)


class OpLog:
    """The log of `session_id` in the store of `repo_root`, a repository's top or a plain folder.

    Nothing is searched upward. The folder is made by the first `append`. Raises SessionError for an id that would
    escape the store.
    """

    def __init__(self, repo_root: str | os.PathLike[str] | Store, session_id: str) -> None:
        self._store = repo_root if isinstance(repo_root, Store) else Store.of(repo_root)
        self._session_id = check(session_id)
        self._folder = self._store.folder(session_id)
        self._path = os.path.join(self._folder, LOG)
        self._lamport: int | None = None

    def __repr__(self) -> str:
        return f"OpLog({self._store.root!r}, {self._session_id!r})"

    def session_id(self) -> str:
        """Return the session id of this log."""
        return self._session_id

    def next_lamport_ts(self) -> int:
        """Return the next stamp: on the first call the log's highest + 1 (1 in an empty log), then one more each.

        The cost does not grow with the log.
        """
        if self._lamport is None:
            self._lamport = max(0, clock.highest(self._store, self._session_id))
        self._lamport += 1
        return self._lamport

    def append(self, entry: OpEntry) -> None:
        """Append `entry` (see `make_op_entry`) and make it durable.

        Raises DeltaError for what is no entry or cannot be JSON, StoreError where the log cannot be written.
        """
        hand = Hand([entry])
        with self._store.lock(LOCK_SECONDS):
            clock.highest(self._store, self._session_id, locked=True)  # so that the note of it goes on
            append(self._store, self._session_id, [hand])

    def read_all(self) -> list[OpEntry]:
        """Return the entries that count, in the order of the log; see `read_entries`."""
        return list(read_entries(self._path))

    def replay_since_checkpoint(self) -> list[OpEntry]:
        """Return the entries that arrived after the checkpoint, all of them where there is none.

        Muse's own checkpoint has no `offset`, and that of a longer log none that fits: then those with a higher stamp.
        """
        checkpoint = self.read_checkpoint()
        if checkpoint is None:
            return self.read_all()
        offset = checkpoint.get("offset")
        if type(offset) is int and 0 <= offset <= self._size():
            return list(read_entries(self._path, offset))
        return [entry for entry in self.read_all() if entry["lamport_ts"] > checkpoint["lamport_ts"]]

    def to_structured_delta(self, domain: str) -> StructuredDelta:
        """Return the ops of `domain` since the checkpoint in the order of their stamps, and a count by kind.

        A patch's children, which stand in the log on their own as well, are told inside their patch alone.
        """
        entries = [entry for entry in self.replay_since_checkpoint() if entry["domain"] == domain]
        entries.sort(key=lambda entry: (entry["lamport_ts"], entry.get("commit_id", "")))
        ops = [entry["domain_op"] for entry in top_entries(entries)]
        counts: dict[str, int] = {}
        for op in ops:
            kind = str(op.get("op", "unknown"))
            counts[kind] = counts.get(kind, 0) + 1
        summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        return {"domain": domain, "ops": ops, "summary": summary or "no ops"}

    def checkpoint(self, snapshot_id: str) -> OpLogCheckpoint:
        """Write down that all that has arrived so far is in `snapshot_id`; the checkpoint. Raises StoreError."""
        with self._store.lock(LOCK_SECONDS):
            folder = self._store.ensure_session(self._session_id)
            end_torn_line(self._store, self._session_id)
            stamps = [entry["lamport_ts"] for entry in read_entries(self._path)]
            made: OpLogCheckpoint = {
                "session_id": self._session_id,
                "snapshot_id": snapshot_id,
                "lamport_ts": max(stamps, default=0),
                "op_count": len(stamps),
                "created_at": now(),
                "offset": self._size(),
            }
            write_checkpoint(self._store, folder, made)
        return made

    def read_checkpoint(self) -> OpLogCheckpoint | None:
        """Return the checkpoint, None where there is none or where it is damaged."""
        return read_checkpoint(self._folder)

    def _size(self) -> int:
        return os.path.getsize(self._path) if os.path.exists(self._path) else 0


def list_sessions(repo_root: str | os.PathLike[str]) -> list[str]:
    """Return the ids of all sessions in the store of `repo_root` that have a log or a checkpoint, sorted."""
    return sorted(session_id for session_id, _ in Store.of(repo_root).sessions())


def _line(entry: OpEntry) -> str:
    missing = [key for key in KEYS if key not in entry] if isinstance(entry, dict) else list(KEYS)
    if missing:
        raise DeltaError("appending an entry", f"it has no {', '.join(missing)}", "make it with make_op_entry")
    given: dict[str, Any] = dict(entry)
    wrong = wrong_type(given)
    if wrong:
        raise DeltaError("appending an entry", f"its {wrong} is {given[wrong]!a:.80}", "make it with make_op_entry")
    return canonical_of({key: given[key] for key in KEYS} | given, "an entry")
