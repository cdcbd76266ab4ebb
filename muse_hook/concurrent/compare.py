"""Two commits compared with where they parted.

The basis is the net change of each side, tree against tree, and not the ops in between: a change that was taken back
collides with nothing, one that both sides made (a cherry-pick) is the same on both, and nothing has to be recorded.
What the recorded history adds is identity: see `RecordedSymbols`.
"""

from __future__ import annotations

import gc

from muse_hook.concurrent.collide import collide
from muse_hook.concurrent.collision import BOTH_ADDED
from muse_hook.concurrent.merge import LineMerge, TextCache
from muse_hook.concurrent.side import BranchChanges
from muse_hook.errors import RevisionError
from muse_hook.record.delta import TableCache, files_between
from muse_hook.symbols.source import set_cache_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Self

    from muse_hook.concurrent.collision import Collision
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.history.recorded import RecordedSymbols
    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.change import FileChange

NORMAL_CACHE_SIZE = 4_000_000
"""Entries of normal forms that are kept: many more than for one commit, since each is asked for in several passes
(16,646 readings of 8,027 texts between two branches of ansible); 20 bytes each."""

CACHED_FILES = 3_000
"""Differing files whose changes a `ChangesCache` keeps."""

SHARES = 20
"""The part of them that the other side of a comparison may take: it must not push out the one compared with all."""


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
    bases = repository.run("merge-base", "--all", ours, theirs)[1].decode("ascii").split()
    if not bases:
        raise RevisionError(f"comparing {ours} with {theirs}", "they have no common history", "muse-hook diff A B")
    with Comparer(objects, recorded=recorded, tables=tables, cache=cache or ChangesCache(0)) as comparer:
        return comparer.compare(ours, theirs, bases)


class ChangesCache:
    """The sides that were asked for last, by merge base and tip: branches that parted from one commit share one."""

    def __init__(self, limit: int = CACHED_FILES) -> None:
        self._limit = limit
        self._changes: dict[tuple[str, str], BranchChanges] = {}

    def get(self, base: str, tip: str) -> BranchChanges | None:
        """Return a side that is kept."""
        side = self._changes.pop((base, tip), None)
        if side is not None:
            self._changes[base, tip] = side
        return side

    def add(self, base: str, tip: str, side: BranchChanges) -> None:
        """Keep a side; the one that was asked for longest ago goes first."""
        self._changes[base, tip] = side
        while self._changes and sum(len(each.files) for each in self._changes.values()) > self._limit:
            del self._changes[next(iter(self._changes))]


class Comparer:
    """Compares commits (full ids) with where they parted; a context manager, while many normal forms are kept.

    Its parts are shared by all of its comparisons: tables by blob, what a tip did since a merge base, the lines of
    texts. Of one repository and one state of its records.
    """

    def __init__(
        self,
        objects: ObjectReader,
        *,
        recorded: RecordedSymbols | None = None,
        tables: TableCache | None = None,
        cache: ChangesCache | None = None,
    ) -> None:
        self._objects = objects
        self._recorded = recorded
        self._tables = tables or TableCache()
        self._cache = cache or ChangesCache()
        self._texts = TextCache(objects)
        self._symbol_ids: dict[tuple[str, str], str] = {}
        self._before: tuple[int, bool] | None = None

    def __enter__(self) -> Self:
        self._before = set_cache_size(NORMAL_CACHE_SIZE), gc.isenabled()
        gc.disable()  # nothing here is made in circles, and the collector looks at everything again and again
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            set_cache_size(self._before[0])
            if self._before[1]:
                gc.enable()

    def compare(self, ours: str, theirs: str, bases: Sequence[str]) -> Comparison:
        """Return what two commits with these merge bases (one at least) collide on. ObjectMissingError."""
        if {ours, theirs}.intersection(bases):
            return Comparison(ours, theirs, bases, [])
        found: dict[tuple[str, str, str], Collision] = {}
        for number, base in enumerate(bases):
            here = {each.key: each for each in self._collisions(base, ours, theirs)}
            found = here if not number else {key: each for key, each in found.items() if key in here}
        return Comparison(ours, theirs, bases, sorted(found.values(), key=lambda each: (each.address, each.key)))

    def _collisions(self, base: str, ours: str, theirs: str) -> list[Collision]:
        """Return what two commits collide on, seen from one merge base."""
        mine, other = self.side(base, ours), self.side(base, theirs, shares=SHARES)
        found = collide(mine, other, LineMerge(self._texts, mine, other))
        for collision in found:
            if collision.kind != BOTH_ADDED:
                collision.symbol_id = self.symbol_id(base, collision.address)
        return found

    def symbol_id(self, commit: str, address: str) -> str:
        """Return the stable id of what has an address at a commit; "" for a file, and where nothing is recorded."""
        path, _, name = address.partition("::")
        if self._recorded is None or not name:
            return ""
        known = self._symbol_ids.get((commit, address))
        if known is None:
            known = self._symbol_ids[commit, address] = self._recorded.symbol_id(commit, (path, name))
        return known

    def side(self, base: str, tip: str, *, shares: int = 1) -> BranchChanges:
        """Return what a tip did since a merge base; kept unless it takes more than a part (1/`shares`) of the cache."""
        side = self._cache.get(base, tip)
        if side is None:
            files = self.files(base, tip)
            side = BranchChanges(files, None if self._recorded is None else self._recorded.between(base, tip))
            if len(files) <= CACHED_FILES // shares:
                self._cache.add(base, tip, side)
        return side

    def files(self, base: str, tip: str, changes: Sequence[FileChange] | None = None) -> list[ChangedFile]:
        """Return the paths that differ between two commits (or those of `changes`), with their symbols."""
        trees = [self._objects.commit(commit).tree for commit in (base, tip)]
        return files_between(self._objects, trees, self._tables, changes)
