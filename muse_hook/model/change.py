"""What the door to Git hands on: a commit and the paths it changed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

REGULAR_MODES = (0o100644, 0o100755, 0o100664)
SYMLINK_MODE = 0o120000
GITLINK_MODE = 0o160000
TREE_MODE = 0o040000


class Commit:
    r"""One Git commit, as its raw object says it (replace refs and grafts are off).

    Ids are full hexadecimal. `author` is "Name <email>"; bytes that cannot be decoded stand as `\xNN`.
    `authored_at` and `committed_at` are ISO 8601 in UTC ("2026-11-22T14:33:00+00:00"). `summary` is the subject
    line, `co_authors` the `Co-authored-by` trailers; `actor`, `intent`, `reservation` are the trailers
    `Muse-Actor`, `Muse-Intent`, `Muse-Reservation` or "".
    """

    __slots__ = (
        "actor", "author", "authored_at", "co_authors", "committed_at", "id", "intent", "parents", "reservation",
        "summary", "tree",
    )  # fmt: skip

    def __init__(
        self,
        id: str,  # noqa: A002 - the word of the field
        tree: str,
        parents: Sequence[str],
        *,
        author: str,
        authored_at: str,
        committed_at: str,
        summary: str,
        co_authors: Sequence[str] = (),
        actor: str = "",
        intent: str = "",
        reservation: str = "",
    ) -> None:
        self.id = id
        self.tree = tree
        self.parents = tuple(parents)
        self.author = author
        self.authored_at = authored_at
        self.committed_at = committed_at
        self.summary = summary
        self.co_authors = tuple(co_authors)
        self.actor = actor
        self.intent = intent
        self.reservation = reservation

    def __repr__(self) -> str:
        return f"Commit({self.id[:10]} {self.summary!r})"


class Blob:
    """An entry of a tree that is no tree: its mode (an int such as 0o100644) and object id (hexadecimal)."""

    __slots__ = ("mode", "oid")

    def __init__(self, mode: int, oid: str) -> None:
        self.mode = mode
        self.oid = oid

    @property
    def is_file(self) -> bool:
        """A regular file: no symbolic link, no submodule."""
        return self.mode in REGULAR_MODES

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blob) and self.mode == other.mode and self.oid == other.oid

    def __hash__(self) -> int:
        return hash((self.mode, self.oid))

    def __repr__(self) -> str:
        return f"Blob({self.mode:o} {self.oid[:10]})"


class FileChange:
    r"""One path whose entry differs between two trees; `None` is "not there".

    `path` is text: bytes that are not UTF-8 stand as `\xNN`. `others` holds, for a merge, the entries of the same
    path in the second, third, ... parent.
    """

    __slots__ = ("new", "old", "others", "path")

    def __init__(self, path: str, old: Blob | None, new: Blob | None, others: Sequence[Blob | None] = ()) -> None:
        self.path = path
        self.old = old
        self.new = new
        self.others = tuple(others)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileChange) and (self.path, self.old, self.new, self.others) == (
            other.path, other.old, other.new, other.others,
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"FileChange({self.path!r} {self.old} -> {self.new})"
