"""One session's log as Muse's `OpLog`: append by hand, read, checkpoint, collapse to a delta; named checkpoints."""

from __future__ import annotations

import os
from json import JSONEncoder, loads

from muse_hook.errors import SessionError, StoreError
from muse_hook.oplog.batch import ManualEntries, top_entries
from muse_hook.oplog.entry import now
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.reader import read_entries
from muse_hook.oplog.sessions import CHECKPOINT, LOG, check
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, end_torn_line, highest_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.model.ops import OpEntry, OpLogCheckpoint, StructuredDelta

_ENCODER = JSONEncoder(indent=2)
_NAMED = "checkpoints"
_MAX_NAME = 200


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
            self._lamport = max(0, highest_stamp(self._store, self._session_id))
        self._lamport += 1
        return self._lamport

    def append(self, entry: OpEntry) -> None:
        """Append `entry` (see `make_op_entry`) and make it durable.

        Raises DeltaError for what is no entry or cannot be JSON, StoreError where the log cannot be written.
        """
        line = ManualEntries.of_entry(entry)
        with self._store.lock(LOCK_SECONDS):
            highest_stamp(self._store, self._session_id, locked=True)  # so that what is kept of it goes on
            append(self._store, self._session_id, [line])

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
        offset = checkpoint_offset(checkpoint, self._path)
        if offset is not None and 0 <= offset <= self._size():
            return list(read_entries(self._path, offset))
        return [entry for entry in self.read_all() if entry["lamport_ts"] > checkpoint["lamport_ts"]]

    def to_structured_delta(self, domain: str) -> StructuredDelta:
        """Return the ops of `domain` since the checkpoint in the order of their stamps, and a count by kind.

        A patch's children, which stand in the log on their own as well, are inside their patch alone.
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


# Checkpoints: how far logs were read, by arrival


def write_checkpoint(store: Store, folder: str, checkpoint: OpLogCheckpoint) -> None:
    """Put a session's `checkpoint.json` in its folder, whole or not at all; raises StoreError."""
    store.replace_file(os.path.join(folder, CHECKPOINT), _ENCODER.encode(checkpoint).encode() + b"\n")


def read_checkpoint(folder: str) -> OpLogCheckpoint | None:
    """Return a session's checkpoint, None where there is none or where it is damaged."""
    value = _read(os.path.join(folder, CHECKPOINT))
    return value if value is not None and type(value.get("lamport_ts")) is int else None


def checkpoint_offset(checkpoint: OpLogCheckpoint, path: str) -> int | None:
    """Return where a checkpoint stands in the log at `path` as it is now, None for one of Muse's own.

    Whoever replaced the log may have been stopped before the checkpoint followed, see `moved_checkpoint`.
    """
    offset = checkpoint.get("offset")
    cut = checkpoint.get("cut")
    if isinstance(cut, dict) and os.path.exists(path) and os.stat(path).st_ino == cut.get("inode"):
        offset = cut.get("offset")
    return offset if type(offset) is int else None


def moved_checkpoint(
    checkpoint: OpLogCheckpoint, before: int, inode: int, after: int
) -> tuple[OpLogCheckpoint, OpLogCheckpoint]:
    """Return what a checkpoint is while its log is replaced by the file `inode`, and when that is done.

    It stands at the byte `before` of the old log and at `after` of the new one.
    """
    during = checkpoint.copy()
    during["offset"] = before
    during["cut"] = {"inode": inode, "offset": after}
    done = checkpoint.copy()
    done["offset"] = after
    done.pop("cut", None)
    return during, done


def write_named(store: Store, name: str, value: dict[str, Any]) -> str:
    """Keep `value` (JSON) as the checkpoint `name` of the whole store; its path. Raises SessionError, StoreError."""
    path = _named_path(store, name)
    store.ensure(_NAMED)
    store.replace_file(path, _ENCODER.encode(value).encode() + b"\n")
    return path


def read_named(store: Store, name: str) -> dict[str, Any] | None:
    """Return the checkpoint `name`, None where there is none or where it is damaged. Raises SessionError."""
    value: dict[str, Any] | None = _read(_named_path(store, name))
    return value


def list_named(store: Store) -> list[str]:
    """Return the names of the checkpoints of the store, sorted."""
    try:
        found = os.listdir(store.path(_NAMED))
    except OSError:
        return []
    return sorted(name[: -len(".json")] for name in found if name.endswith(".json") and not name.startswith("."))


def _named_path(store: Store, name: str) -> str:
    is_plain = name and not name.startswith(".") and not any(char in "/\\\x7f" or char < " " for char in name)
    if not is_plain or len(name.encode("utf-8", "surrogatepass")) > _MAX_NAME:
        raise SessionError(
            f"opening checkpoint {name!a}", "it is no plain name", "use letters, digits and dashes, such as v1"
        )
    return store.path(_NAMED, f"{name}.json")


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            value = loads(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"reading {path}", error.strerror or str(error)) from error
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
