"""The one parser and the one walk of raw tree objects, whichever reader they come from."""

from __future__ import annotations

import re  # free here: tree_sitter, which every hook needs, has imported it

from muse_hook.model.change import Blob, FileChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.git.objects import ObjectReader

_ENTRY: dict[int, re.Pattern[bytes]] = {}  # by the bytes of a raw id; a hook pays for one of the two only
_FORMAT_MASK, _REGULAR, _TREE, _SYMLINK, _GITLINK = 0o170000, 0o100000, 0o040000, 0o120000, 0o160000
_OWNER_EXECUTES = 0o100

_MODES = {b"100644": 0o100644, b"100755": 0o100755, b"40000": _TREE}  # as Git writes them: nearly all there are

Entry = tuple[int, str]  # mode, id


def split_tree(raw: bytes, id_size: int) -> list[bytes]:
    """Return the entries of a raw tree, each as its bytes (`<mode> <name> NUL <id>`); ValueError on damage."""
    if id_size not in _ENTRY:
        _ENTRY[id_size] = re.compile(rb"[0-7]+ [^\0]+\0.{%d}" % id_size, re.DOTALL)
    entries: list[bytes] = _ENTRY[id_size].findall(raw)
    if sum(map(len, entries)) != len(raw):
        raise ValueError("a damaged tree")
    return entries


def parse_entry(entry: bytes, id_size: int) -> tuple[bytes, Entry]:
    """Return (name, (mode, id)), the mode as Git reads it."""
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


def changes(
    reader: ObjectReader, old: str | None, new: str | None, others: Sequence[str | None], limit: int | None = None
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
        olds, news = _differing(reader, old_tree, new_tree)
        sides = [reader.tree(tree) if tree else {} for tree in other_trees]
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


def files(reader: ObjectReader, tree: str | None, prefix: bytes = b"") -> Iterator[tuple[bytes, Blob]]:
    """Yield every file, link and submodule below a tree with its path, folder by folder, in no promised order."""
    pending = [(prefix, tree)] if tree else []
    while pending:
        folder, oid = pending.pop()
        for name, entry in reader.tree(oid).items():
            if entry[0] == _TREE:
                pending.append((folder + name + b"/", entry[1]))
            else:
                yield folder + name, Blob(*entry)


def _differing(reader: ObjectReader, old: str | None, new: str | None) -> tuple[dict[bytes, Entry], dict[bytes, Entry]]:
    """Return the entries that stand, as bytes, in one of two trees only."""
    old_entries = reader.tree_entries(old) if old else frozenset()
    new_entries = reader.tree_entries(new) if new else frozenset()
    size = reader.id_size
    return (
        dict([parse_entry(entry, size) for entry in old_entries - new_entries]),
        dict([parse_entry(entry, size) for entry in new_entries - old_entries]),
    )


def _folder(entry: Entry | None) -> str | None:
    return entry[1] if entry and entry[0] == _TREE else None


def _blob(entry: Entry | None) -> Blob | None:
    return Blob(*entry) if entry and entry[0] != _TREE else None


def _path_of(item: tuple[bytes, FileChange]) -> bytes:
    return item[0]
