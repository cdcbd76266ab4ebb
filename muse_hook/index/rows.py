"""What the index answers with."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.model.ops import OpEntry

# Of the table `seals`, in the order in which `Sealed` takes them.
COLUMNS = "number, commit_id, log, start, line, end, generation, shallow, engine"


class Sealed:
    """Where a commit's batch stands: in which session's log, from byte `start` to `end`, its seal from `line` on.

    `number` counts all batches of the store in the order in which this index came to know them, as `engine` does what
    told them.
    """

    __slots__ = ("commit_id", "end", "engine", "generation", "line", "number", "session", "shallow", "start")

    def __init__(self, row: tuple[Any, ...], session: str) -> None:
        self.number, self.commit_id, _, self.start, self.line, self.end, self.generation, shallow, self.engine = row
        self.shallow = bool(shallow)
        self.session = session

    def __repr__(self) -> str:
        return f"Sealed({self.commit_id[:10]} in {self.session!r} {self.start}-{self.end})"


class Damaged:
    """A batch that does not count: its commit, the session and the byte offset of its seal, and the reason."""

    __slots__ = ("commit_id", "line", "reason", "session")

    def __init__(self, commit_id: str, session: str, line: int, reason: str) -> None:
        self.commit_id = commit_id
        self.session = session
        self.line = line
        self.reason = reason

    def __repr__(self) -> str:
        return f"Damaged({self.commit_id[:10]} in {self.session!r} at {self.line}: {self.reason})"


class Recorded:
    """A commit's whole batch: the session that it stands in, and its entries, the seal last."""

    __slots__ = ("entries", "session")

    def __init__(self, session: str, entries: list[OpEntry]) -> None:
        self.session = session
        self.entries = entries


class SessionRow:
    """One session in figures: commits (whole batches), the entries in them, the bytes of its log, the last commit.

    `last_commit`, `last_at` (ISO 8601, UTC) and `last_subject` are "" in a log without a whole batch.
    """

    __slots__ = ("bytes", "commits", "entries", "id", "last_at", "last_commit", "last_subject")

    def __init__(self, session: str, commits: int, entries: int, size: int, seal: OpEntry | None) -> None:
        self.id = session
        self.commits = commits
        self.entries = entries
        self.bytes = size
        self.last_commit = seal["commit_id"] if seal else ""
        self.last_at = seal["created_at"] if seal else ""
        self.last_subject = str(seal["domain_op"]["content_summary"]) if seal else ""

    def as_json(self) -> dict[str, str | int]:
        """Return the row as a JSON object."""
        names = ("id", "commits", "entries", "bytes", "last_commit", "last_at", "last_subject")
        return {name: getattr(self, name) for name in names}
