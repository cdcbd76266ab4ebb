"""What the tests of match, delta and semver share: trees as dictionaries of sources, and their delta."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from muse_hook.delta.build import build_delta
from muse_hook.languages.languages import language_for
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.change import Blob, FileChange
from muse_hook.symbols.extract import extract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.model.ops import PatchOp, StructuredDelta, SymbolOp
    from muse_hook.model.symbol import SymbolTable
    from muse_hook.replay.tables import Symbols

Tree = dict[str, str]


def blob(source: str | None, mode: int = 0o100644) -> Blob | None:
    """Return a blob with Git's own id."""
    if source is None:
        return None
    data = source.encode()
    return Blob(mode, hashlib.sha1(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest())


def table(path: str, source: str | None) -> SymbolTable | None:
    """Return the symbols of one file."""
    language = language_for(path)
    return None if source is None or language is None else extract(source.encode(), language)


def changed(old: Mapping[str, str], new: Mapping[str, str], *others: Mapping[str, str]) -> list[ChangedFile]:
    """Return what differs between a first parent's tree and a commit's; `others` are the other parents' trees."""
    files = []
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path), new.get(path)
        if before == after:
            continue
        theirs = [tree.get(path) for tree in others]
        change = FileChange(path, blob(before), blob(after), [blob(t) for t in theirs])
        files.append(ChangedFile(change, table(path, before), table(path, after), [table(path, t) for t in theirs]))
    return files


class Files:
    """The files of a tree (`UnchangedFiles`)."""

    def __init__(self, tree: Mapping[str, str]) -> None:
        self.tree = tree

    def source(self, path: str) -> bytes:
        return self.tree.get(path, "").encode()

    def table(self, path: str) -> SymbolTable | None:
        return table(path, self.tree.get(path))

    def names(self, folder: str) -> list[str]:
        return sorted(path.rpartition("/")[2] for path in self.tree if path.rpartition("/")[0] == folder)


class Merge:
    """A merge's trees (`MergeSource`), parents first; each pair of parents has the same merge `bases`."""

    def __init__(self, trees: Sequence[Mapping[str, str]], bases: Sequence[Mapping[str, str]]) -> None:
        self.trees = trees
        self.bases = bases

    def files(self, number: int) -> list[ChangedFile]:
        return changed(self.trees[number - 1], self.trees[-1])

    def files_from_bases(self, _: int) -> list[list[ChangedFile]]:
        return [changed(base, self.trees[0]) for base in self.bases]

    def vanished(self, number: int) -> dict[str, Blob]:
        changes = (file.change for file in self.files(number))
        return {change.path: change.old for change in changes if change.old is not None and change.new is None}

    def recorded_alike(self, *_: object) -> bool:
        return True

    def has(self, number: int, path: str) -> bool:
        return path in self.trees[number - 1]

    def deleted_by(self, change: FileChange) -> int:
        if not any(change.path in base for base in self.bases):
            return 0
        return next((n for n, entry in enumerate(change.others, 2) if entry is None), 0)

    def base_tables(self, _: int, path: str) -> list[SymbolTable]:
        found = [table(path, base.get(path)) for base in self.bases]
        return [each for each in found if each is not None]

    def table(self, number: int, path: str) -> SymbolTable | None:
        return table(path, self.trees[number - 1].get(path))


def delta_of(
    old: Mapping[str, str],
    new: Mapping[str, str],
    *others: Mapping[str, str],
    bases: Sequence[Mapping[str, str]] | None = None,
) -> StructuredDelta:
    """Return the delta between two trees, or of a merge: unless given, its `bases` are like its first parent."""
    merge = Merge([old, *others, new], [old] if bases is None else bases) if others else None
    return build_delta(changed(old, new, *others), merge, unchanged=Files(new))


def symbols_of(tree: Mapping[str, str]) -> dict[str, Symbols]:
    """Return the table that replaying must give for a tree: None for a file that could not be parsed."""
    found: dict[str, Symbols] = {}
    for path, source in tree.items():
        symbols = table(path, source)
        if symbols is None:
            continue
        if symbols.state != "parsed":
            found[path] = None
        elif symbols.symbols:
            found[path] = {name: s.content_id for name, s in symbols.symbols.items()}
    return found


def without_swallowed(found: Mapping[str, Symbols], tree: Mapping[str, str]) -> dict[str, Symbols]:
    """Return what was replayed without what it alone knows: the symbols that damage has swallowed since."""
    told = symbols_of(tree)
    out: dict[str, Symbols] = {}
    for path, names in found.items():
        symbols = table(path, tree[path]) if path in tree else None
        known = names
        if symbols is not None and symbols.swallowed and names is not None:
            known = {name: content_id for name, content_id in names.items() if name in (told.get(path) or {})}
        if known is None or known:
            out[path] = known
    return out


def children(delta: StructuredDelta) -> list[SymbolOp]:
    """Return all symbol ops of a delta, in order."""
    return [child for op in delta["ops"] if op["op"] == "patch" for child in op["child_ops"]]


def patch_of(delta: StructuredDelta, path: str) -> PatchOp:
    """Return the patch of one path."""
    (found,) = [op for op in delta["ops"] if op["op"] == "patch" and op["address"] == path]
    return found


def summaries(ops: Sequence[SymbolOp]) -> list[str]:
    """Return ops as one line each, for asserts that read as a story."""
    rows = []
    for op in ops:
        if op["op"] == "replace":
            rows.append(f"{op['address']}: {op['old_summary']} -> {op['new_summary']}")
        else:
            rows.append(f"{op['address']}: {op['content_summary']}")
    return rows
