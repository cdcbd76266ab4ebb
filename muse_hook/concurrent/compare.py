"""Two commits compared with where they parted.

The basis is the net change of each side, tree against tree, and not the ops in between: a change that was taken back
collides with nothing, one that both sides made (a cherry-pick) is the same on both, and nothing has to be recorded.
What the recorded history adds is identity: see `RecordedSymbols`.
"""

from __future__ import annotations

import gc
from weakref import WeakKeyDictionary

from muse_hook.concurrent.collide import collide
from muse_hook.concurrent.collision import BOTH_ADDED
from muse_hook.concurrent.footprint import Loose, loose_of
from muse_hook.concurrent.merge import LineMerge, TextCache
from muse_hook.concurrent.side import BranchChanges
from muse_hook.errors import RevisionError
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.change import FileChange
from muse_hook.record.delta import TableCache, TreeFiles, changed_file, recorded_between
from muse_hook.symbols.reader import set_cache_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Self

    from muse_hook.concurrent.collision import Collision
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.history.recorded import RecordedSymbols
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.change import Blob

    Contents = tuple[str, tuple[int, str] | None, tuple[int, str] | None, bool, bool]
    """A path, mode and id of both blobs, and which of them have symbols to tell."""

NORMAL_CACHE_SIZE = 4_000_000
"""Entries of normal forms that are kept: many more than for one commit, since each is asked for in several passes
(16,646 readings of 8,027 texts between two branches of ansible); 20 bytes each."""

CACHED_FILES = 3_000
"""Differing files whose changes a `ChangesCache` keeps."""

LISTED_PATHS = 200_000
"""Differing paths that are kept without their symbols: a hundred bytes each."""

PAIR_TABLES = 1 << 30
"""Bytes of source whose tables two sides share: both hold all of theirs to the end, so none is read twice, and what was
worked out of a symbol as it was before counts for both (sqlalchemy's main and rel_1_4: 13 MB at the base)."""

SHARES = 20
"""The part of them that the other side of a comparison may take: it must not push out the one compared with all."""


RULE_FILES = (".gitattributes", ".museignore")
"""How a path ends that may say what is recorded of other paths."""


class Comparison:
    """What was found between two commits (ids), and the merge bases that it was found from."""

    __slots__ = ("bases", "collisions", "ours", "theirs")

    def __init__(self, ours: str, theirs: str, bases: Sequence[str], collisions: Sequence[Collision]) -> None:
        self.ours = ours
        self.theirs = theirs
        self.bases = list(bases)
        self.collisions = list(collisions)

    @property
    def is_contained(self) -> bool:
        """Whether one of the two has all that the other has."""
        return self.ours in self.bases or self.theirs in self.bases

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as docs/json.md has it."""
        return {
            "ours": self.ours,
            "theirs": self.theirs,
            "bases": self.bases,
            "collisions": [collision.as_json() for collision in self.collisions],
        }


def compare(
    repository: Repository,
    objects: ObjectReader,
    ours: str,
    theirs: str,
    *,
    recorded: RecordedSymbols | None = None,
    tables: TableCache | None = None,
    cache: ChangesCache | None = None,
) -> Comparison:
    """Return what two commits (full ids) would collide on, sorted by address.

    Where they have several merge bases (criss-cross merges), it has to be found from each: what one side took from
    the other is then no change of its own. `cache` keeps what `ours` did, for those who compare it with many, of one
    repository and one state of its records. Raises RevisionError where they have no common history, ObjectMissingError.
    """
    bases = merge_bases(repository, ours, theirs)
    tables = tables or TableCache(PAIR_TABLES)
    with Comparer(objects, recorded=recorded, tables=tables, cache=cache or ChangesCache(0)) as comparer:
        return comparer.compare(ours, theirs, bases)


def merge_bases(repository: Repository, ours: str, theirs: str) -> list[str]:
    """Return where two commits (full ids) parted. RevisionError where they have no common history."""
    bases = repository.run("merge-base", "--all", ours, theirs)[1].decode("ascii").split()
    if not bases:
        what = f"comparing {ours[:12]} with {theirs[:12]}"
        if repository.is_shallow:
            why = "they have no common history in this clone, which is shallow"
            raise RevisionError(what, why, "git fetch --unshallow")
        raise RevisionError(what, "they have no common history", "muse-hook diff A B")
    return bases


class ChangesCache:
    """The sides that were asked for last, by merge base and tip: branches that parted from one commit share one."""

    def __init__(self, limit: int = CACHED_FILES) -> None:
        self._limit = limit
        self._changes: dict[tuple[str, str], BranchChanges] = {}
        self._files = 0

    def get(self, base: str, tip: str) -> BranchChanges | None:
        """Return a side that is kept."""
        side = self._changes.pop((base, tip), None)
        if side is not None:
            self._changes[base, tip] = side
        return side

    def add(self, base: str, tip: str, side: BranchChanges) -> None:
        """Keep a side; the one that was asked for longest ago goes first."""
        self._files += len(side.files)
        self._changes[base, tip] = side
        while self._files > self._limit and self._changes:
            self._files -= len(self._changes.pop(next(iter(self._changes))).files)


class Way:
    """How a tip came from where two branches parted: by way of the commit `via`, an ancestor of the tip.

    Where `is_apart`, neither stretch has anything to do with the other; see `Footprint.is_apart`.
    """

    __slots__ = ("is_apart", "via")

    def __init__(self, via: str, *, is_apart: bool) -> None:
        self.via = via
        self.is_apart = is_apart


class Difference:
    """A path that differs between two commits: the change, and which of its sides have symbols to tell."""

    __slots__ = ("change", "contents", "has_new", "has_old")

    def __init__(self, change: FileChange, has_old: bool, has_new: bool) -> None:  # noqa: FBT001 - as they are handed
        self.change = change
        self.has_old = has_old
        self.has_new = has_new
        self.contents: Contents = (change.path, _blob_key(change.old), _blob_key(change.new), has_old, has_new)

    def then(self, later: Difference) -> Difference | None:
        """Return how the path differs over two stretches, of which `later` is the second; None where it does not."""
        first, last = self.change, later.change
        if first.old == last.new:
            return None
        return Difference(FileChange(first.path, first.old, last.new), self.has_old, later.has_new)


class Listing:
    """What differs between two commits, by path. `is_ruled` where rules are among it: they may say something else of
    any path.
    """  # noqa: D205 - one sentence

    __slots__ = ("changes", "is_ruled")

    def __init__(self, changes: Mapping[str, Difference], *, is_ruled: bool) -> None:
        self.changes = changes
        self.is_ruled = is_ruled

    def then(self, later: Listing) -> Listing:
        """Return what differs over two stretches, of which the later one begins where this one ends."""
        changes = {**self.changes, **later.changes}
        for path in self.changes.keys() & later.changes.keys():
            both = self.changes[path].then(later.changes[path])
            if both is None:
                del changes[path]
            else:
                changes[path] = both
        return Listing(changes, is_ruled=self.is_ruled or later.is_ruled)


class Comparer:
    """Compares commits (full ids) with where they parted; a context manager, while many normal forms are kept.

    Its parts are shared by all of its comparisons: tables by blob, what a tip did since a merge base, the lines of
    texts. Of one repository and one state of its records. The other side of a comparison may take a part (1/`shares`)
    of what is kept of sides: all of it where comparisons come in the order of their sides.
    """

    def __init__(
        self,
        objects: ObjectReader,
        *,
        recorded: RecordedSymbols | None = None,
        tables: TableCache | None = None,
        cache: ChangesCache | None = None,
        shares: int = SHARES,
    ) -> None:
        self._objects = objects
        self._shares = shares
        self._recorded = recorded
        self._tables = tables or TableCache()
        self._cache = cache or ChangesCache()
        self._texts = TextCache(objects)
        self._symbol_ids: dict[tuple[str, str], str] = {}
        self._numbers: dict[tuple[str, SymbolKey], int | None] = {}
        self._files: dict[Contents, ChangedFile] = {}
        self._loose: WeakKeyDictionary[ChangedFile, Loose] = WeakKeyDictionary()
        self._listed_files = 0
        self._lists: dict[tuple[str, str], tuple[dict[str, ChangedFile], bool]] = {}
        self._listings: dict[tuple[str, str], Listing] = {}
        self._listing_paths = 0
        self._differing: dict[tuple[str, str], list[FileChange]] = {}
        self._differing_paths = 0
        self._before: tuple[int, bool] | None = None
        self.is_whole = False
        """Whether every commit on all ways that are asked about is recorded, set by whoever knows."""

    def __enter__(self) -> Self:
        self._before = set_cache_size(NORMAL_CACHE_SIZE), gc.isenabled()
        gc.disable()  # nothing here is made in circles, and the collector looks at everything again and again
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            set_cache_size(self._before[0])
            if self._before[1]:
                gc.enable()

    def compare(
        self, ours: str, theirs: str, bases: Sequence[str], ways: Mapping[str, Way] | None = None
    ) -> Comparison:
        """Return what two commits with these merge bases (one at least) collide on. ObjectMissingError.

        `ways` says how a tip came from the only merge base, where many came by the same commit.
        """
        if {ours, theirs}.intersection(bases):
            return Comparison(ours, theirs, bases, [])
        found: dict[tuple[str, str, str], Collision] = {}
        for number, base in enumerate(bases):
            here = {each.key: each for each in self._collisions(base, ours, theirs, ways or {})}
            found = here if not number else {key: each for key, each in found.items() if key in here}
        return Comparison(ours, theirs, bases, in_order(found.values()))

    def _collisions(self, base: str, ours: str, theirs: str, ways: Mapping[str, Way]) -> list[Collision]:
        """Return what two commits collide on, seen from one merge base."""
        mine = self.side(base, ours, way=ways.get(ours))
        other = self.side(base, theirs, shares=self._shares, way=ways.get(theirs))
        found = collide(mine, other, LineMerge(self._texts, mine, other))
        self.name_symbols(base, found)
        return found

    @property
    def texts(self) -> TextCache:
        """The lines of blobs."""
        return self._texts

    def name_symbols(self, base: str, collisions: Iterable[Collision]) -> None:
        """Say of collisions which symbols they are of, as these were at a merge base."""
        for collision in collisions:
            if collision.kind != BOTH_ADDED:
                collision.symbol_id = self.symbol_id(base, collision.address)

    def symbol_id(self, commit: str, address: str) -> str:
        """Return the stable id of what has an address at a commit; "" for a file, and where nothing is recorded."""
        path, _, name = address.partition("::")
        if self._recorded is None or not name:
            return ""
        known = self._symbol_ids.get((commit, address))
        if known is None:
            known = self._symbol_ids[commit, address] = self._recorded.symbol_id(commit, (path, name))
        return known

    def side(self, base: str, tip: str, *, shares: int = 1, way: Way | None = None) -> BranchChanges:
        """Return what a tip did since a merge base; kept unless it takes more than a part (1/`shares`) of the cache."""
        side = self._cache.get(base, tip)
        if side is None and way is not None and way.is_apart:
            return BranchChanges.joined(self.side(base, way.via), self.side(way.via, tip, shares=shares))
        if side is None:
            files = self.files(base, tip) if way is None else self._files_by(base, way.via, tip)
            side = BranchChanges(files, None if self._recorded is None else self._recorded.between(base, tip))
            side.rest = TreeFiles(self._objects, self._objects.commit(tip).tree, self._tables)
            if len(files) <= CACHED_FILES // shares:
                self._cache.add(base, tip, side)
        return side

    def has_same_symbols(self, base: str, via: str, tip: str) -> bool:
        """Whether the record knows what a tip changed since `via` as the same symbols at both commits before."""
        recorded = self._recorded
        if recorded is None:
            return True
        files = self._listed(via, tip)[0].values()
        keys = [
            (file.path, name)
            for file in files
            for name in (*file.changed, *(file.old_symbols.keys() - file.new_symbols.keys()))
        ]
        return recorded.has(via) and all(recorded.number(base, key) == recorded.number(via, key) for key in keys)

    def stays(self, base: str, tip: str) -> bool:
        """Whether the record says of no two symbols that kept their addresses that one is the other now."""
        recorded = self._recorded
        if recorded is None:
            return True
        keys = [(file.path, name) for file in self._listed(base, tip)[0].values() for name in file.changed]
        after = {key: recorded.number(tip, key) for key in keys}
        numbers = set(after.values()) - {None}
        return all(
            number is None or number == after[key] or number not in numbers
            for key in keys
            for number in [recorded.number(base, key)]
        )

    def paths_touched(self, commits: Iterable[str]) -> set[str]:
        """Return the paths that commits touched, each against its first parent, also what was taken back since."""
        found: set[str] = set()
        for commit in map(self._objects.commit, commits):
            before = self._objects.commit(commit.parents[0]).tree if commit.parents else None
            found.update(change.path for change in self._objects.diff_trees(before, commit.tree))
        return found

    def loose(self, base: str, tip: str) -> Loose:
        """Return what of a way may be taken for something of another one although it kept its address."""
        loose: set[str] = set()
        is_open: set[str] = set()
        has_open = has_open_file = False
        for file in self._listed(base, tip)[0].values():
            known = self.loose_of(file)
            loose |= known.loose
            is_open |= known.open
            has_open = has_open or known.has_open
            has_open_file = has_open_file or known.has_open_file
        return Loose(loose, is_open, has_open=has_open, has_open_file=has_open_file)

    def loose_of(self, file: ChangedFile) -> Loose:
        """Return what is loose in one file."""
        known = self._loose.get(file)
        if known is None:
            known = self._loose[file] = loose_of(file)
        return known

    def keeps_symbols(self, path: str, names: Sequence[str], base: str, tip: str) -> bool:
        """Whether the record knows names of a path as the same symbols at both commits, or knows none of them."""
        recorded = self._recorded
        if not names or recorded is None or not (recorded.has(base) or recorded.has(tip)):
            return True
        return all(self._number(base, (path, name)) == self._number(tip, (path, name)) for name in names)

    def settled(self, path: str, strangers: Iterable[str], gone: Iterable[str], base: str, tip: str) -> frozenset[str]:
        """Return which names of a path the record settles, whatever the texts look like.

        That is so of `strangers` that it knows as the same symbols at both commits: they are paired by that. And of
        what is `gone` that never stood elsewhere, where every commit in between is recorded: whatever is there now is
        known to be another symbol.
        """
        recorded = self._recorded
        if recorded is None or not (recorded.has(base) or recorded.has(tip)):
            return frozenset()
        found = set()
        for name in strangers:
            number = self._number(base, (path, name))
            if number is not None and number == self._number(tip, (path, name)):
                found.add(name)
        for name in gone if self.is_whole else ():
            number = self._number(base, (path, name))
            if number is not None and recorded.stood_only_at(number, (path, name)):
                found.add(name)
        return frozenset(found)

    def _number(self, commit: str, key: SymbolKey) -> int | None:
        if (commit, key) not in self._numbers and self._recorded is not None:
            self._numbers[commit, key] = self._recorded.number(commit, key)
        return self._numbers[commit, key]

    @property
    def is_recorded(self) -> bool:
        """Whether the record is asked who is who."""
        return self._recorded is not None

    def files(self, base: str, tip: str, changes: Sequence[FileChange] | None = None) -> list[ChangedFile]:
        """Return the paths that differ between two commits (or those of `changes`), with their symbols."""
        if changes is None:
            return [self.changed(each) for each in self.listing(base, tip).changes.values()]
        trees = [self._objects.commit(commit).tree for commit in (base, tip)]
        recorded = recorded_between(self._objects, trees, self._tables, changes)
        return [self.changed(Difference(*each)) for each in recorded]

    def differing(self, base: str, tip: str) -> list[FileChange]:
        """Return the paths that differ between two commits; the last ones are kept, since three parts of a map ask."""
        known = self._differing.pop((base, tip), None)
        if known is None:
            known = self._objects.diff_trees(*(self._objects.commit(commit).tree for commit in (base, tip)))
            self._differing_paths += len(known)
            while self._differing_paths > LISTED_PATHS and self._differing:
                self._differing_paths -= len(self._differing.pop(next(iter(self._differing))))
        self._differing[base, tip] = known
        return known

    def text(self, oid: str, languages: Iterable[str]) -> bytes:
        """Return the text of a blob: of a file of one of some languages that was read already as that reads it."""
        held = (self._tables.text(oid, language) for language in languages)
        return next((text for text in held if text is not None), None) or self._objects.blob(oid)

    def listing(self, base: str, tip: str) -> Listing:
        """Return what differs between two commits; nothing is parsed, and the last ones are kept."""
        known = self._listings.pop((base, tip), None)
        if known is None:
            trees = [self._objects.commit(commit).tree for commit in (base, tip)]
            found = recorded_between(self._objects, trees, self._tables, self.differing(base, tip))
            changes = {each[0].path: Difference(*each) for each in found}
            known = Listing(changes, is_ruled=any(path.endswith(RULE_FILES) for path in changes))
            self._listing_paths += len(changes)
            while self._listing_paths > LISTED_PATHS and self._listings:
                self._listing_paths -= len(self._listings.pop(next(iter(self._listings))).changes)
        self._listings[base, tip] = known
        return known

    def _files_by(self, base: str, via: str, tip: str) -> list[ChangedFile]:
        """Return `files` of a way of two stretches: no tree is read, nor rules asked, once more for each tip.

        Where a stretch changes rules, they may say something else of any path.
        """
        first, is_ruled = self._listed(base, via)
        then, is_ruled_then = self._listed(via, tip)
        if is_ruled or is_ruled_then:
            return self.files(base, tip)
        files = first | then
        again = []
        for path in first.keys() & then.keys():
            del files[path]
            old, new = first[path].change.old, then[path].change.new
            if old != new:
                again.append(FileChange(path, old, new))
        if again:
            files.update((file.path, file) for file in self.files(base, tip, again))
        return [files[path] for path in sorted(files)]

    def _listed(self, base: str, tip: str) -> tuple[dict[str, ChangedFile], bool]:
        """Return `files` by their paths, and whether rules are among them; the last ones are kept."""
        known = self._lists.pop((base, tip), None)
        if known is None:
            files = {file.path: file for file in self.files(base, tip)}
            known = files, any(path.endswith(RULE_FILES) for path in files)
            self._listed_files += len(files)
            while self._listed_files > CACHED_FILES and self._lists:
                self._listed_files -= len(self._lists.pop(next(iter(self._lists)))[0])
        self._lists[base, tip] = known
        return known

    def changed(self, difference: Difference) -> ChangedFile:
        """Return a path with its symbols; of two ways that differ in the same blobs of a path it is the same one."""
        key = difference.contents
        file = self._files.pop(key, None)
        if file is None:
            file = changed_file(
                self._objects,
                self._tables,
                difference.change,
                has_old=difference.has_old,
                has_new=difference.has_new,
            )
            while len(self._files) >= CACHED_FILES:
                del self._files[next(iter(self._files))]
        self._files[key] = file
        return file


def in_order(collisions: Iterable[Collision]) -> list[Collision]:
    """Return collisions by their addresses, each thing once."""
    return sorted({each.key: each for each in collisions}.values(), key=lambda each: (each.address, each.key))


def _blob_key(blob: Blob | None) -> tuple[int, str] | None:
    return None if blob is None else (blob.mode, blob.oid)
