"""One commit's way: changed paths, their symbols, the delta, the log."""

from __future__ import annotations

import os
from collections import OrderedDict

from muse_hook.delta.build import build_delta
from muse_hook.match.pairs import ChangedFile
from muse_hook.pathrules.rules import read_rules, recorded_changes, rule_changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from muse_hook.git import Repository
    from muse_hook.git.objects import ObjectReader
    from muse_hook.index.index import Index
    from muse_hook.model.change import Blob, Commit, FileChange
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.model.symbol import SymbolTable
    from muse_hook.oplog.batch import Batch
    from muse_hook.oplog.store import Store

# Bytes of source whose tables are kept. A commit's old sides are the new sides of commits just before it: of the last
# 1,000 commits of flask 4 MiB hold all that is asked for again.
MEMORY_BYTES = 16 << 20


class Memory:
    """Symbol tables by blob and language, least recently used out first; one a run, never shared by threads.

    `reuse` lets a table take over what its predecessor already knows of unchanged stretches; the tables are the same
    without it.
    """

    def __init__(self, limit: int = MEMORY_BYTES, *, reuse: bool = True) -> None:
        self.limit = limit
        self.reuse = reuse
        self.rules: dict[object, Any] = {}  # parsed rule files, for `read_rules`
        self._tables: OrderedDict[tuple[str, str], tuple[SymbolTable, int]] = OrderedDict()
        self._last: dict[str, tuple[str, str]] = {}  # by path, the version asked for last
        self._bytes = 0

    def table(
        self, objects: ObjectReader, blob: Blob | None, path: str, previous: SymbolTable | None = None
    ) -> SymbolTable | None:
        """Return the symbols of a file, None for what has none to tell: no regular file, no language known to us.

        `previous` is the table of a version that `blob` probably resembles; without it the path's last one is taken.
        Raises ObjectMissingError.
        """
        from muse_hook.languages.languages import language_for  # a commit without code pays for no grammar

        if blob is None or not blob.is_file:
            return None
        language = language_for(path)
        if language is None:
            return None
        key = (blob.oid, language.name)
        kept = self._tables.get(key)
        last, self._last[path] = self._last.get(path), key
        if kept is not None:
            self._tables.move_to_end(key)
            return kept[0]
        from muse_hook.symbols.extract import extract

        source = objects.blob(blob.oid)
        if previous is None and last is not None and last in self._tables:
            previous = self._tables[last][0]
        table = extract(source, language, previous if self.reuse else None)
        self._tables[key] = (table, len(source))
        self._bytes += len(source)
        while self._bytes > self.limit and len(self._tables) > 1:
            self._bytes -= self._tables.popitem(last=False)[1][1]
        return table


def delta_of(
    objects: ObjectReader, commit: Commit, memory: Memory | None = None, changes: Iterable[FileChange] | None = None
) -> StructuredDelta:
    """Return what `commit` did to its first parent (a root commit: to nothing), symbol by symbol.

    `changes` may be given where `objects.diff(commit)` has been asked for already. Raises ObjectMissingError.
    """
    parents: list[str | None] = [objects.commit(parent).tree for parent in commit.parents]
    return _delta(objects, [*(parents or [None]), commit.tree], memory or Memory(), changes)


def diff_commits(repo: Repository | str | os.PathLike[str], old: str | None, new: str) -> StructuredDelta:
    """Return the symbol-level delta between two revisions, `old` being None for nothing at all.

    `repo` is a repository, or the path of a work tree or git directory. Raises RepositoryError, RevisionError,
    ObjectMissingError.
    """
    from muse_hook.git import Repository, open_repository  # a hook has its repository open

    repository = repo if isinstance(repo, Repository) else open_repository(os.fspath(repo))
    with repository.objects() as objects:
        trees = [None if rev is None else objects.commit(repository.resolve(rev)).tree for rev in (old, new)]
        return _delta(objects, trees, Memory())


def batch_of(
    objects: ObjectReader,
    commit: Commit,
    *,
    generation: int,
    shallow: bool = False,
    memory: Memory | None = None,
    changes: Iterable[FileChange] | None = None,
) -> Batch:
    """Return the lines that `record_commit` would write, for those who write many at a time.

    Raises ObjectMissingError.
    """
    from muse_hook.languages.languages import engine  # diff_commits writes nothing
    from muse_hook.oplog.batch import make_batch

    return make_batch(commit, delta_of(objects, commit, memory, changes), generation, str(engine()), shallow=shallow)


def record_commit(
    store: Store,
    objects: ObjectReader,
    commit: Commit,
    *,
    session: str,
    generation: int,
    shallow: bool = False,
    memory: Memory | None = None,
    changes: Iterable[FileChange] | None = None,
    index: Index | None = None,
    sync: bool = True,
) -> list[str]:
    """Record one commit: its delta goes to the op log's recorder; the ids of its entries.

    The store's lock must be held, and the commit must not be sealed yet. Raises ObjectMissingError (nothing is
    written), StoreError, SessionError.
    """
    from muse_hook.record.recorder import record_delta_ops  # diff_commits writes nothing

    return record_delta_ops(
        store,
        delta_of(objects, commit, memory, changes),
        session_id=session,
        actor_id=commit.actor or commit.author,
        commit=commit,
        generation=generation,
        shallow=shallow,
        index=index,
        sync=sync,
    )


def files_between(
    objects: ObjectReader,
    trees: Sequence[str | None],
    memory: Memory,
    changes: Iterable[FileChange] | None = None,
) -> list[ChangedFile]:
    """Return the paths that differ between the first and the last of `trees` (None: nothing), with their symbols.

    The trees between are those of a merge's further parents. The rules of each tree say which of its own paths are
    recorded, and how. `changes` is what `objects.diff_trees` says, where that is known. Raises ObjectMissingError.
    """
    first, *others, last = trees
    found = list(objects.diff_trees(first, last, others) if changes is None else changes)
    old, *further, new = [read_rules(objects, tree, memory.rules) for tree in trees]
    found += rule_changes(objects, old, new, found)
    return [
        _file_symbols(objects, memory, change, told=(before, after))
        for change, before, after in recorded_changes(found, old, new, further)
    ]


def _delta(
    objects: ObjectReader,
    trees: Sequence[str | None],
    memory: Memory,
    changes: Iterable[FileChange] | None = None,
) -> StructuredDelta:
    """Return the delta to the last of `trees` from the first, those between being a merge's further parents."""
    return build_delta(files_between(objects, trees, memory, changes))


def _file_symbols(objects: ObjectReader, memory: Memory, change: FileChange, told: tuple[bool, bool]) -> ChangedFile:
    """Return a changed path with its tables; `told` says of the old and the new side whether it has symbols to tell.

    A path that a merge took whole from another parent needs none.
    """
    if change.new in change.others:
        return ChangedFile(change, None, None)
    old = memory.table(objects, change.old, change.path) if told[0] else None
    new = memory.table(objects, change.new, change.path, old) if told[1] else None
    others = [memory.table(objects, other, change.path, new) for other in change.others] if told[1] else ()
    file = ChangedFile(change, old, new, others)
    _ = file.changed  # worked out while the trees are at hand
    return file
