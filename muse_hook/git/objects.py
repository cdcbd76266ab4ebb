"""Reading objects, whatever source their bytes come from: commits, trees, and what differs between two trees."""

from __future__ import annotations

from muse_hook.errors import InternalError, ObjectMissingError
from muse_hook.git.commits import parse_commit, raw_parents
from muse_hook.model.change import Blob, FileChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Protocol, Self

    from muse_hook.model.change import Commit

    class ObjectSource(Protocol):
        """Where the bytes of objects come from: `Libgit2`, `CatFile`."""

        def read(self, oid: str) -> tuple[str, bytes]:
            """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object; ObjectMissingError."""

        def size(self, oid: str) -> int:
            """Return the bytes of an object's content; ObjectMissingError."""

        def close(self) -> None:
            """Let go of what is held."""


# Bytes of raw trees that are kept, parsed, least recently used out first: walked oldest to newest, a commit's old trees
# are the new ones of the commit before. On texar, flask and git itself 4 MiB read as little again as 16 do.
_TREE_CACHE_SIZE = 4 << 20
# Commits that are kept: each is asked for as itself, and as a parent of the next ones.
_COMMIT_CACHE_SIZE = 256

# Bytes of a blob beyond which its symbols are not read, and of what it begins with: a licence, and the first imports.
_LONGEST_SCRIPT = 2 << 20
_LONGEST_HEAD = 4096

_FORMAT_MASK, _REGULAR, _TREE, _SYMLINK, _GITLINK = 0o170000, 0o100000, 0o040000, 0o120000, 0o160000
_OWNER_EXECUTES = 0o100

_MODES = {b"100644": 0o100644, b"100755": 0o100755, b"40000": _TREE}  # as Git writes them: nearly all there are

TreeEntry = tuple[int, str]  # mode, id


class ObjectReader:
    """Reads Git objects by their full hexadecimal id; `ObjectMissingError` where one is absent or damaged.

    `source` hands out the bytes. A reader belongs to the process and thread that made it; close it.
    """

    def __init__(self, source: ObjectSource, id_size: int) -> None:
        self.source = source
        self.id_size = id_size  # bytes of a raw id: 20 (SHA-1) or 32 (SHA-256)
        self._trees: dict[str, tuple[frozenset[bytes], bytes]] = {}
        self._tree_bytes = 0
        self._commits: dict[str, Commit] = {}

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object."""
        return self.source.read(oid)

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, without reading it where the source can."""
        return self.source.size(oid)

    def close(self) -> None:
        """Let go of what the source holds; the reader may not be used afterwards."""
        self.source.close()

    def blob(self, oid: str) -> bytes:
        """Return the content of a blob."""
        return self._read_as("blob", oid)

    def head(self, oid: str) -> bytes:
        """Return what a blob begins with, as far as its first lines can say its language; b"" of one that is no text.

        A large one is not read for it: no source file is that long.
        """
        if self.size(oid) > _LONGEST_SCRIPT:
            return b""
        return self.blob(oid)[:_LONGEST_HEAD]

    def commit(self, oid: str) -> Commit:
        """Return a commit as its raw object says it: no replace refs, no grafts, no shallow boundary."""
        kept = self._commits.get(oid)
        if kept is None:
            kept = self._commits[oid] = parse_commit(oid, self._read_as("commit", oid))
            if len(self._commits) > _COMMIT_CACHE_SIZE:
                del self._commits[next(iter(self._commits))]
        return kept

    def parents(self, oid: str) -> list[str]:
        """Return the parents of a commit, as its raw object names them."""
        return raw_parents(self._read_as("commit", oid))

    def diff(self, commit: Commit, limit: int | None = None) -> list[FileChange] | None:
        """Return what a commit changed against its first parent (a root commit: against nothing), sorted by path.

        For a merge each change holds the other parents' entries. `None` as soon as more than `limit` paths are seen to
        differ. ObjectMissingError where a parent is absent, as at the boundary of a shallow clone.
        """
        trees = [self.commit(parent).tree for parent in commit.parents]
        return self._changes(trees[0] if trees else None, commit.tree, trees[1:], limit)

    def diff_trees(self, old: str | None, new: str | None, others: Sequence[str | None] = ()) -> list[FileChange]:
        """Return the paths that differ between two trees (`None`: an empty one), sorted by the bytes of the path."""
        return self._changes(old, new, others) or []

    def files(self, tree: str | None, prefix: bytes = b"") -> Iterator[tuple[bytes, Blob]]:
        """Yield (path in bytes, entry) of every file, link and submodule below a tree, in no promised order."""
        pending = [(prefix, tree)] if tree else []
        while pending:
            folder, oid = pending.pop()
            for name, entry in self.tree(oid).items():
                if entry[0] == _TREE:
                    pending.append((folder + name + b"/", entry[1]))
                else:
                    yield folder + name, Blob(*entry)

    def tree(self, oid: str) -> dict[bytes, TreeEntry]:
        """Return a tree's entries by name: (mode, id)."""
        return self._parse(oid, self.tree_entries(oid))

    def entry(self, tree: str, name: str) -> TreeEntry | None:
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

    def blob_at(self, tree: str, path: str) -> Blob | None:
        r"""Return the entry of a path below a tree, `None` where no file is; a path may hold `\xNN`."""
        *folders, name = path.split("/")
        for folder in folders:
            entry = self.entry(tree, folder)
            if entry is None or entry[0] != _TREE:
                return None
            tree = entry[1]
        return _blob(self.entry(tree, name))

    def file_names(self, tree: str, folder: str) -> list[str]:
        r"""Return the names of the files, links and submodules in a folder ("": the tree itself), sorted."""
        for part in folder.split("/") if folder else ():
            entry = self.entry(tree, part)
            if entry is None or entry[0] != _TREE:
                return []
            tree = entry[1]
        return sorted(decode_path(name) for name, entry in self.tree(tree).items() if entry[0] != _TREE)

    def tree_entries(self, oid: str) -> frozenset[bytes]:
        """Return the entries of a tree, each as its bytes: what differs between two trees is a set difference."""
        return self._tree(oid)[0]

    def _changes(
        self, old: str | None, new: str | None, others: Sequence[str | None], limit: int | None = None
    ) -> list[FileChange] | None:
        """Return the paths whose entry differs between two trees, sorted by their bytes; unequal folders only are read.

        `others` are the trees of a merge's further parents: their entry at each path that differs. `None` as soon as
        more than `limit` paths differ.
        """
        found: list[tuple[bytes, FileChange]] = []
        pending: list[tuple[bytes, str | None, str | None, tuple[str | None, ...]]] = [(b"", old, new, tuple(others))]
        while pending:
            prefix, old_tree, new_tree, other_trees = pending.pop()
            if old_tree == new_tree:
                continue
            olds, news = self._differing(old_tree, new_tree)
            sides = [self.tree(tree) if tree else {} for tree in other_trees]
            for name in olds.keys() | news.keys():
                path = prefix + name
                old_entry, new_entry = olds.get(name), news.get(name)
                if old_entry == new_entry:
                    continue  # written with another mode of the same meaning
                further = [side.get(name) for side in sides]
                old_folder, new_folder = _folder(old_entry), _folder(new_entry)
                if old_folder or new_folder:
                    pending.append((path + b"/", old_folder, new_folder, tuple([_folder(entry) for entry in further])))
                old_blob, new_blob = _blob(old_entry), _blob(new_entry)
                if old_blob or new_blob:
                    other_blobs = [_blob(entry) for entry in further]
                    found.append((path, FileChange(decode_path(path), old_blob, new_blob, other_blobs)))
                    if limit is not None and len(found) > limit:
                        return None
        found.sort(key=_path_of)
        return [change for _, change in found]

    def _differing(self, old: str | None, new: str | None) -> tuple[dict[bytes, TreeEntry], dict[bytes, TreeEntry]]:
        """Return the entries that stand, as bytes, in one of two trees only."""
        old_entries = self.tree_entries(old) if old else frozenset()
        new_entries = self.tree_entries(new) if new else frozenset()
        return self._parse(old, old_entries - new_entries), self._parse(new, new_entries - old_entries)

    def _parse(self, tree: str | None, entries: frozenset[bytes]) -> dict[bytes, TreeEntry]:
        try:
            return dict([parse_entry(entry, self.id_size) for entry in entries])
        except ValueError:
            raise ObjectMissingError(str(tree), "reading a damaged tree") from None

    def _tree(self, oid: str) -> tuple[frozenset[bytes], bytes]:
        kept = self._trees.pop(oid, None)
        if kept is None:
            raw = self._read_as("tree", oid)
            try:
                kept = frozenset(split_tree(raw, self.id_size)), raw
            except ValueError:
                raise ObjectMissingError(oid, "reading a damaged tree") from None
            self._tree_bytes += len(raw)
            while self._tree_bytes > _TREE_CACHE_SIZE and self._trees:
                self._tree_bytes -= len(self._trees.pop(next(iter(self._trees)))[1])
        self._trees[oid] = kept
        return kept

    def _read_as(self, kind: str, oid: str) -> bytes:
        found, content = self.source.read(oid)
        if found != kind:
            raise InternalError(f"reading a {kind}", f"{oid} is a {found}")
        return content

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def split_tree(raw: bytes, id_size: int) -> list[bytes]:
    """Return the entries of a raw tree, each as its bytes (`<mode> <name> NUL <id>`); ValueError on damage.

    A regular expression takes half as long, but a commit without code would load `re` for it alone: 7 ms.
    """
    entries: list[bytes] = []
    start, rest = 0, id_size + 1
    while start < len(raw):
        end = raw.index(b"\0", start) + rest
        entries += [raw[start:end]]
        start = end
    if start != len(raw):
        raise ValueError("a damaged tree")
    return entries


def parse_entry(entry: bytes, id_size: int) -> tuple[bytes, TreeEntry]:
    """Return (name, (mode, id)), the mode as Git reads it; ValueError on damage."""
    space = entry.index(b" ")
    digits = entry[:space]
    mode = _MODES.get(digits) or _mode(digits)
    return entry[space + 1 : -id_size - 1], (mode, entry[-id_size:].hex())


def _mode(digits: bytes) -> int:
    """Return a mode as Git reads it (tree-walk.c, canon_mode)."""
    mode = int(digits, 8)
    kind = mode & _FORMAT_MASK
    if kind == _REGULAR:
        mode = 0o100755 if mode & _OWNER_EXECUTES else 0o100644
    elif kind in (_TREE, _SYMLINK):
        mode = kind
    else:
        mode = _GITLINK
    return mode


def decode_path(path: bytes) -> str:
    r"""Return a path as text; bytes that are not UTF-8 stand as `\xNN`."""
    return path.decode("utf-8", "backslashreplace")


def _folder(entry: TreeEntry | None) -> str | None:
    return entry[1] if entry and entry[0] == _TREE else None


def _blob(entry: TreeEntry | None) -> Blob | None:
    return Blob(*entry) if entry and entry[0] != _TREE else None


def _path_of(item: tuple[bytes, FileChange]) -> bytes:
    return item[0]
