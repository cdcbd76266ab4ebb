"""What a merge's delta asks beside the first parent's files: its other parents and the merge bases, read when asked."""

from __future__ import annotations

from muse_hook.errors import ObjectMissingError
from muse_hook.git.merge_bases import merge_bases
from muse_hook.pathrules.rules import SYMBOLS, read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.change import Blob, Commit, FileChange
    from muse_hook.model.symbol import SymbolTable

    ReadTable = Callable[[Blob, str], SymbolTable | None]
    FilesBetween = Callable[[str, str, bool], list[ChangedFile]]


class MergeTrees:
    """The trees of a merge (see `delta.parents.MergeSource`), of which most merges read nothing.

    `rules` keeps parsed rule files, `read_table` returns the symbols of a blob at a path, `files_between` what differs
    between two trees, of which all or a few will be asked what changed in them (the whole of it, once a merge of lines
    that parted long ago, was a tenth of a backfill of flask's last 20 commits); `languages` are those of all that was
    read. Everything raises ObjectMissingError.
    """

    def __init__(
        self,
        objects: ObjectReader,
        commit: Commit,
        rules: dict[object, Any],
        read_table: ReadTable,
        files_between: FilesBetween,
    ) -> None:
        self._objects = objects
        self._rules = rules
        self._read_table = read_table
        self._files_between = files_between
        self._tree = commit.tree
        self._parents = commit.parents
        self._trees = [objects.commit(parent).tree for parent in commit.parents]
        self._bases: dict[int, list[str]] = {}
        self.languages: dict[str, None] = {}

    def files(self, number: int) -> list[ChangedFile]:
        """Return what differs between a parent (2 for the second one) and the merge, with symbols."""
        return self._read(self._trees[number - 1], self._tree, is_all_asked=False)

    def files_from_bases(self, number: int) -> list[list[ChangedFile]]:
        """Return what differs between each merge base of the first and another parent, and the first parent."""
        return [self._read(base, self._trees[0], is_all_asked=True) for base in self._base_trees(number)]

    def vanished(self, number: int) -> dict[str, Blob]:
        """Return the paths of another parent that the merge has no longer."""
        changes = self._objects.diff_trees(self._trees[number - 1], self._tree)
        return {change.path: change.old for change in changes if change.old is not None and change.new is None}

    def recorded_alike(self, number: int, there: str, here: str) -> bool:
        """Whether a path of another parent is recorded as one of the merge is: both with symbols, or neither."""
        theirs = read_rules(self._objects, self._trees[number - 1], self._rules).of(there)
        return theirs == read_rules(self._objects, self._tree, self._rules).of(here)

    def has(self, number: int, path: str) -> bool:
        """Whether a parent (1 for the first one) has a path."""
        return self._objects.blob_at(self._trees[number - 1], path) is not None

    def deleted_by(self, change: FileChange) -> int:
        """Return the number of the parent that deleted a path of the first one, 0 where none did: the merge, then."""
        numbers = (n for n, entry in enumerate(change.others, 2) if entry is None and self.base_has(n, change.path))
        return next(numbers, 0)

    def base_has(self, number: int, path: str) -> bool:
        """Whether a merge base of the first and another parent has a path."""
        return any(self._objects.blob_at(tree, path) is not None for tree in self._base_trees(number))

    def base_tables(self, number: int, path: str) -> list[SymbolTable]:
        """Return the symbols of a path in each such base that has some."""
        found = [self._table(tree, path) for tree in self._base_trees(number)]
        return [table for table in found if table is not None]

    def table(self, number: int, path: str) -> SymbolTable | None:
        """Return the symbols of a path in another parent, None where it has none to tell."""
        return self._table(self._trees[number - 1], path)

    def _read(self, old: str, new: str, *, is_all_asked: bool) -> list[ChangedFile]:
        files = self._files_between(old, new, is_all_asked)
        tables = [table for file in files for table in (file.old, file.new) if table is not None]
        self.languages.update((table.language_name, None) for table in tables)
        return files

    def _table(self, tree: str, path: str) -> SymbolTable | None:
        blob = self._objects.blob_at(tree, path)
        if blob is None or read_rules(self._objects, tree, self._rules).of(path) != SYMBOLS:
            return None
        table = self._read_table(blob, path)
        if table is not None:
            self.languages[table.language_name] = None
        return table

    def _base_trees(self, number: int) -> list[str]:
        if number not in self._bases:
            bases = merge_bases(self._objects, self._parents[0], self._parents[number - 1])
            found = []
            for base in bases:
                try:
                    found.append(self._objects.commit(base).tree)
                except ObjectMissingError:  # behind the boundary of a shallow clone
                    continue
            self._bases[number] = found
        return self._bases[number]
