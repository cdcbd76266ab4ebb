"""What both readers of Git's objects share: everything above the raw bytes of one object."""

from __future__ import annotations

from muse_hook.errors import InternalError, ObjectMissingError
from muse_hook.git.commits import parse_commit, raw_parents
from muse_hook.git.trees import changes, decode_path, files, parse_entry, split_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from muse_hook.git.trees import Entry
    from muse_hook.model.change import Blob, Commit, FileChange

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}  # Git's numbers (pack format)

# Bytes of raw trees that are kept, parsed, least recently used out first: walked oldest to newest, a commit's old trees
# are the new ones of the commit before. On texar, flask and git itself 4 MiB read as little again as 16 do.
_TREE_MEMORY = 4 << 20
# Commits that are kept: each is asked for as itself, and as a parent of the next ones.
_COMMITS = 256


class ObjectReader:
    """Reads Git objects by their full hexadecimal id; `ObjectMissingError` where one is absent or damaged.

    The two readers differ in `read`, `size` and `close` only, so that what they say of a commit is the same. A
    reader belongs to the process and thread that made it.
    """

    def __init__(self, id_size: int) -> None:
        self.id_size = id_size  # bytes of a raw id: 20 (SHA-1) or 32 (SHA-256)
        self._trees: dict[str, tuple[frozenset[bytes], bytes]] = {}
        self._tree_bytes = 0
        self._commits: dict[str, Commit] = {}

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object."""
        raise NotImplementedError

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, without reading it where the reader can."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what the reader holds; it may not be used afterwards."""

    def blob(self, oid: str) -> bytes:
        """Return the content of a blob."""
        return self._read_as("blob", oid)

    def commit(self, oid: str) -> Commit:
        """Return a commit as its raw object says it: no replace refs, no grafts, no shallow boundary."""
        kept = self._commits.get(oid)
        if kept is None:
            kept = self._commits[oid] = parse_commit(oid, self._read_as("commit", oid))
            if len(self._commits) > _COMMITS:
                del self._commits[next(iter(self._commits))]
        return kept

    def parents(self, oid: str) -> list[str]:
        """Return the parents of a commit, as its raw object names them."""
        return raw_parents(self._read_as("commit", oid))

    def diff(self, commit: Commit) -> list[FileChange]:
        """Return what a commit changed against its first parent (a root commit: against nothing), sorted by path.

        For a merge each change holds the other parents' entries. ObjectMissingError where a parent is absent, as
        at the boundary of a shallow clone.
        """
        return self.diff_within(commit, None) or []

    def diff_within(self, commit: Commit, limit: int | None) -> list[FileChange] | None:
        """Return what `diff` returns, `None` as soon as more than `limit` paths are seen to differ."""
        trees = [self.commit(parent).tree for parent in commit.parents]
        return changes(self, trees[0] if trees else None, commit.tree, trees[1:], limit)

    def diff_trees(self, old: str | None, new: str | None, others: Sequence[str | None] = ()) -> list[FileChange]:
        """Return the paths that differ between two trees (`None`: an empty one), sorted by the bytes of the path."""
        return changes(self, old, new, others) or []

    def files(self, tree: str | None, prefix: bytes = b"") -> Iterator[tuple[bytes, Blob]]:
        """Yield (path in bytes, entry) of everything below a tree that is no folder, in no promised order."""
        return files(self, tree, prefix)

    def tree(self, oid: str) -> dict[bytes, Entry]:
        """Return a tree's entries by name: (mode, id)."""
        return dict(parse_entry(entry, self.id_size) for entry in self.tree_entries(oid))

    def entry(self, tree: str, name: str) -> Entry | None:
        r"""Return the (mode, id) of one name in a tree, `None` where it is not there; a name may hold `\xNN`."""
        if "\\x" in name:
            return next((entry for found, entry in self.tree(tree).items() if decode_path(found) == name), None)
        wanted = name.encode("utf-8", "surrogateescape")
        needle = b" " + wanted + b"\0"
        entries, raw = self._tree(tree)
        at = raw.find(needle)
        while at >= 0:
            end = at + len(needle) + self.id_size
            for start in (at - 6, at - 5):  # the digits of a mode; an id may look like all the rest
                if raw[max(start, 0) : end] in entries:
                    return parse_entry(raw[max(start, 0) : end], self.id_size)[1]
            at = raw.find(needle, at + 1)
        return None

    def tree_entries(self, oid: str) -> frozenset[bytes]:
        """Return the entries of a tree, each as its bytes: what differs between two trees is a set difference."""
        return self._tree(oid)[0]

    def _tree(self, oid: str) -> tuple[frozenset[bytes], bytes]:
        kept = self._trees.pop(oid, None)
        if kept is None:
            raw = self._read_as("tree", oid)
            try:
                kept = frozenset(split_tree(raw, self.id_size)), raw
            except ValueError:
                raise ObjectMissingError(oid, "reading a damaged tree") from None
            self._tree_bytes += len(raw)
            while self._tree_bytes > _TREE_MEMORY and self._trees:
                self._tree_bytes -= len(self._trees.pop(next(iter(self._trees)))[1])
        self._trees[oid] = kept
        return kept

    def _read_as(self, kind: str, oid: str) -> bytes:
        found, content = self.read(oid)
        if found != kind:
            raise InternalError(f"reading a {kind}", f"{oid} is a {found}")
        return content

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
