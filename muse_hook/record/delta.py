"""A commit's delta: the paths that it changed, their symbols before and after, and what became of them."""

from __future__ import annotations

import os
import sys

from muse_hook.delta.build import build_delta
from muse_hook.errors import InstallationError, MuseHookError, ObjectMissingError, StoreError
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.symbol import is_too_much, path_width
from muse_hook.pathrules.rules import read_rules, recorded_changes, rule_changes
from muse_hook.quick_import import import_together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import OrderedDict
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeVar

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.languages.languages import Language
    from muse_hook.match.recorded import Identity
    from muse_hook.model.change import Blob, Commit, FileChange
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.model.symbol import SymbolTable
    from muse_hook.record.merge import MergeTrees

    T = TypeVar("T")
    CommitDelta = tuple[Commit, StructuredDelta, tuple[str, ...], dict[str, str]]
    """A commit, what it did to its parents, the names of the languages of the files that were read for it, and what
    reading some of them raised, by path ("": all of them together)."""
else:
    from _collections import OrderedDict  # the package costs a hook a thirtieth of its instructions

# Bytes of source whose tables are kept. A commit's old sides are the new sides of commits just before it: of the last
# 1,000 commits of flask 4 MiB hold all that is asked for again; 900 of ansible take as long with 8 as with 16.
TABLE_CACHE_SIZE = 8 << 20
# Fewer symbols of a shorter path are never too much to be told.
_FEW, _SHORT = 500, 1000
# Blobs without extension whose first lines are kept: a commit's old ones are the new ones of commits just before it.
_HEADS = 2048


def _told(table: SymbolTable, path: str, language: Language) -> SymbolTable:
    """Return a table, or that of a file that is too large where what is told of it at `path` may not fit a line."""
    is_little = len(table.symbols) < _FEW and len(path) < _SHORT  # a name has 4,096 characters at most
    if is_little or not is_too_much(table.symbols, path_width(path)):
        return table
    from muse_hook.symbols.extract import too_large_table

    return too_large_table(language)


class TableCache:
    """Symbol tables by blob and language, least recently used out first; one a run, never shared by threads.

    `size` is the bytes of source whose tables it may hold. With `reuse` a table takes over what its predecessor already
    knows of unchanged segments; the tables are the same without it.
    """

    def __init__(self, size: int = TABLE_CACHE_SIZE, *, reuse: bool = True) -> None:
        self.size = size
        self.reuse = reuse
        self.faults: dict[str, str] = {}  # by path, of what reading it raised
        self.is_careful = False  # everything a table can say is asked for at once, so that a fault shows here
        self.reads_nothing = False  # every file is `unreadable`
        self.rules: dict[object, Any] = {}  # parsed rule files, for `read_rules`
        self._tables: OrderedDict[tuple[str, str], tuple[SymbolTable, int]] = OrderedDict()
        self._last: dict[str, tuple[str, str]] = {}  # by path, the version asked for last
        self._bytes = 0
        self._heads: dict[str, bytes] = {}  # by blob, of files whose names do not say their language

    def table(
        self, objects: ObjectReader, blob: Blob | None, path: str, previous: SymbolTable | None = None
    ) -> SymbolTable | None:
        """Return the symbols of a file, None for what can have none: no regular file, no language known to us.

        `previous` is the table of a version that `blob` probably resembles; without it the path's last one is taken.
        Raises ObjectMissingError.
        """
        from muse_hook.languages.languages import language_for  # a commit without code pays for no grammar

        if blob is None or not blob.is_file:
            return None
        language = language_for(path, lambda: self._head(objects, blob.oid))
        if language is None:
            return None
        key = (blob.oid, language.name)
        cached = self._tables.get(key)
        last, self._last[path] = self._last.get(path), key
        if cached is not None:
            self._tables.move_to_end(key)
            return _told(cached[0], path, language)
        if "muse_hook.symbols.extract" not in sys.modules:
            import_together("symbols/extract")
        from muse_hook.symbols.extract import MAX_BYTES, extract, too_large_table, unreadable_table

        # Data may be of any size, and is not brought into memory to be told as a file; of code that would be one more
        # look into a pack for each version.
        is_large = language.is_asked_for and objects.size(blob.oid) > MAX_BYTES
        source = b"" if is_large else objects.blob(blob.oid)
        if previous is None and last is not None and last in self._tables:
            previous = self._tables[last][0]
        try:
            if self.reads_nothing:
                table = unreadable_table(language)
            elif is_large:
                table = too_large_table(language)
            else:
                table = extract(source, language, previous if self.reuse else None)
            if self.is_careful:
                table.work_out()
        except _MACHINE:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not cost the commit more than this file
            self.faults[path] = _details(error)
            table = unreadable_table(language)
        self._tables[key] = (table, len(source))
        self._bytes += len(source)
        while self._bytes > self.size and len(self._tables) > 1:
            self._bytes -= self._tables.popitem(last=False)[1][1]
        return _told(table, path, language)

    def text(self, oid: str, language: str) -> bytes | None:
        """Return the text that the table of a blob in a language was read from, None where that is not kept."""
        kept = self._tables.get((oid, language))
        return kept[0].text() if kept is not None else None

    def _head(self, objects: ObjectReader, blob: str) -> bytes:
        """Return what a blob begins with; each is read once."""
        found = self._heads.get(blob)
        if found is None:
            found = self._heads[blob] = objects.head(blob)
            if len(self._heads) > _HEADS:
                del self._heads[next(iter(self._heads))]
        return found


# What is no file's fault: another try may fare better.
_MACHINE = (ObjectMissingError, StoreError, OSError, MemoryError, ImportError, InstallationError)


class UnreadableError(Exception):
    """A commit that cannot be recorded; `why` is for people, `details` for error.log ("" where it is no fault)."""

    def __init__(self, why: str, details: str) -> None:
        super().__init__(why, details)
        self.why = why
        self.details = details


def unreadable(commit_id: str, error: Exception) -> UnreadableError:
    """Return what `error` means for a commit, which must not hold up all others.

    Raises StoreError, OSError and InstallationError as they are: then the machine is at fault, and the next commit
    would fare no better.
    """
    if isinstance(error, ObjectMissingError):
        return UnreadableError(f"{error.oid} is absent", "")
    if isinstance(error, (StoreError, OSError, InstallationError)):
        raise error
    if isinstance(error, MuseHookError):
        return UnreadableError(str(error), f"recording {commit_id}: {error}")
    return UnreadableError(f"{type(error).__name__}: {error}", f"recording {commit_id}: {_details(error)}")


def _details(error: Exception) -> str:
    from traceback import format_exception

    return "".join(format_exception(error))


def delta_of(
    objects: ObjectReader, commit: Commit, cache: TableCache | None = None, changes: Iterable[FileChange] | None = None
) -> StructuredDelta:
    """Return what `commit` did to its first parent (a root commit: to nothing), symbol by symbol.

    `changes` may be given where `objects.diff(commit)` has been asked for already. Raises ObjectMissingError.
    """
    return commit_delta(objects, commit, cache, changes)[1]


class TreeFiles:
    """The files of a tree (see `semver.surface.UnchangedFiles`), read when they are asked for."""

    def __init__(self, objects: ObjectReader, tree: str | None, tables: TableCache) -> None:
        self._objects = objects
        self._tree = tree
        self._tables = tables

    def source(self, path: str) -> bytes:
        """Return the bytes of a file, b"" where there is none. Raises ObjectMissingError."""
        blob = self._blob(path)
        return self._objects.blob(blob.oid) if blob is not None and blob.is_file else b""

    def table(self, path: str) -> SymbolTable | None:
        """Return the symbols of a file, None where there is none. Raises ObjectMissingError."""
        return self._tables.table(self._objects, self._blob(path), path)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted. Raises ObjectMissingError."""
        return self._objects.file_names(self._tree, folder) if self._tree is not None else []

    def _blob(self, path: str) -> Blob | None:
        return self._objects.blob_at(self._tree, path) if self._tree is not None else None


def commit_delta(
    objects: ObjectReader, commit: Commit, cache: TableCache | None = None, changes: Iterable[FileChange] | None = None
) -> CommitDelta:
    """Return the delta of `commit` with the languages that it rests on; see `delta_of`."""
    parents: list[str | None] = [objects.commit(parent).tree for parent in commit.parents]
    trees = [*(parents or [None]), commit.tree]
    changes = None if changes is None else list(changes)

    def make(tables: TableCache) -> tuple[StructuredDelta, tuple[str, ...]]:
        merge = None
        if len(parents) > 1 and not tables.reads_nothing:
            from muse_hook.record.merge import MergeTrees

            merge = MergeTrees(
                objects,
                commit,
                tables.rules,
                lambda blob, path: tables.table(objects, blob, path),
                lambda old, new, is_all_asked: files_between(objects, (old, new), tables, is_all_asked=is_all_asked),
            )
        files = files_between(objects, trees, tables, changes, merge)
        delta = build_delta(files, merge, unchanged=TreeFiles(objects, commit.tree, tables))
        found = [table for file in files for table in (file.old, file.new, *file.others) if table is not None]
        languages = {table.language_name: None for table in found}
        return delta, tuple(languages | dict.fromkeys(merge.languages if merge is not None else ()))

    (delta, languages), faults = _whatever_raises(make, cache or TableCache())
    return commit, delta, languages, faults


def _whatever_raises(make: Callable[[TableCache], T], cache: TableCache) -> tuple[T, dict[str, str]]:
    """Return what `make` makes of tables, and what reading some files raised, by path ("": all of them together).

    Where something raises that no file was caught with, each file is asked for everything that it may be asked for, and
    is `unreadable` where that raises; where it still does, all of them are. So a fault costs a commit the symbols of a
    file, and never its record.
    """
    tables = cache
    faults: dict[str, str] = {}
    while True:
        tables.faults = {}
        try:
            return make(tables), tables.faults | faults
        except _MACHINE:
            raise
        except Exception as error:
            if tables.reads_nothing:
                raise
            faults[""] = _details(error)
        is_careful = not tables.is_careful
        tables = TableCache(reuse=False)
        tables.is_careful, tables.reads_nothing = is_careful, not is_careful


def diff_commits(
    repo: Repository | str | os.PathLike[str], old: str | None, new: str, identity: Identity | None = None
) -> StructuredDelta:
    """Return the symbol-level delta between two revisions, `old` being None for nothing at all.

    `identity`, what a history knows of who is who in the two, goes before what the trees look like. `repo` is a
    repository, or the path of a work tree or git directory. Raises RepositoryError, RevisionError, ObjectMissingError.
    """
    from muse_hook.git.discovery import open_repository  # a hook has its repository open
    from muse_hook.git.repository import Repository

    repository = repo if isinstance(repo, Repository) else open_repository(os.fspath(repo))
    with repository.objects() as objects:
        trees = [None if rev is None else objects.commit(repository.resolve(rev)).tree for rev in (old, new)]
        return diff_trees(objects, trees[0], trees[1], identity)


def diff_trees(
    objects: ObjectReader, old: str | None, new: str | None, identity: Identity | None = None
) -> StructuredDelta:
    """Return the symbol-level delta between two trees (None: nothing); see `diff_commits`. ObjectMissingError."""

    def make(tables: TableCache) -> StructuredDelta:
        files = files_between(objects, (old, new), tables)
        return build_delta(files, identity=identity, unchanged=TreeFiles(objects, new, tables))

    return _whatever_raises(make, TableCache())[0]


def files_between(
    objects: ObjectReader,
    trees: Sequence[str | None],
    cache: TableCache,
    changes: Iterable[FileChange] | None = None,
    merge: MergeTrees | None = None,
    *,
    is_all_asked: bool = True,
) -> list[ChangedFile]:
    """Return the paths that differ between the first and the last of `trees` (None: nothing), with their symbols.

    The trees between are those of `merge`'s further parents. The rules of each tree say which of its own paths are
    recorded, and how. `changes` is what `objects.diff_trees` says, where that is known. What changed in each file is
    worked out while its trees are at hand, unless few of them will be asked. Raises ObjectMissingError.
    """
    recorded = recorded_between(objects, trees, cache, changes)
    whole = _without_tables([change for change, _, _ in recorded], merge) if merge is not None else ()
    return [
        ChangedFile(change, None, None)
        if change.path in whole
        else changed_file(objects, cache, change, has_old=before, has_new=after, is_asked=is_all_asked)
        for change, before, after in recorded
    ]


def recorded_between(
    objects: ObjectReader,
    trees: Sequence[str | None],
    cache: TableCache,
    changes: Iterable[FileChange] | None = None,
) -> list[tuple[FileChange, bool, bool]]:
    """Return the changes of `files_between`, each with whether its old and its new side can have symbols."""
    first, *others, last = trees
    found = list(objects.diff_trees(first, last, others) if changes is None else changes)
    old, *further, new = [read_rules(objects, tree, cache.rules) for tree in trees]
    found += rule_changes(objects, old, new, found, others)
    return recorded_changes(found, old, new, further)


def _without_tables(changes: Sequence[FileChange], merge: MergeTrees) -> set[str]:
    """Return the paths whose symbols say nothing: a merge has them whole from another parent, which may have none."""
    # A file that it has from nobody may be one that another parent moved, and so deleted where it was.
    is_any_new = any(change.old is None and change.new not in change.others for change in changes)
    return {
        change.path
        for change in changes
        if change.new in change.others
        and not (is_any_new and (change.old is None or change.new is None))
        and (change.new is not None or merge.deleted_by(change))
    }


def changed_file(
    objects: ObjectReader,
    cache: TableCache,
    change: FileChange,
    *,
    has_old: bool,
    has_new: bool,
    is_asked: bool = True,
) -> ChangedFile:
    """Return a changed path with its tables, `has_old` and `has_new` saying which sides can have symbols.

    What changed is worked out at once where it `is_asked` for.
    """
    old = cache.table(objects, change.old, change.path) if has_old else None
    new = cache.table(objects, change.new, change.path, old) if has_new else None
    others = [cache.table(objects, other, change.path, new) for other in change.others] if has_new else ()
    file = ChangedFile(change, old, new, others)
    if is_asked:
        _ = file.changed  # worked out while the trees are at hand
    return file
