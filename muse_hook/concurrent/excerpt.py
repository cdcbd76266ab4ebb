"""The files of two sides in which a comparison can find anything, held against each other by themselves.

What two branches did meets in few files, also where one of them comes by a way of a thousand, and in few symbols. Where
none of these came or went, nor is a body that may be another's, matching their files alone pairs them as matching all
files does: each with the one of its address. Then no other file is parsed or matched, and who meets in the same
contents is told the same.
"""

from __future__ import annotations

from copy import copy

from muse_hook.concurrent.collide import collide
from muse_hook.concurrent.merge import LineMerge
from muse_hook.concurrent.side import BranchChanges
from muse_hook.delta.sides import is_comparable
from muse_hook.match.pairs import group_of
from muse_hook.match.parted_classes import may_be_other_class
from muse_hook.match.parted_functions import may_be_parted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from muse_hook.concurrent.collision import Collision
    from muse_hook.concurrent.compare import Comparer, Contents, Difference, Listing
    from muse_hook.concurrent.footprint import Footprint
    from muse_hook.match.pairs import ChangedFile

    Key = tuple[Contents, frozenset[str]]
    """A difference by its contents, and of which of its names the record says who is who."""

    K = TypeVar("K")
    V = TypeVar("V")

SIDES, FOUND, KNOWN = 200, 4_000, 20_000
"""How many sides are kept, which hold the symbols of a few files each, comparisons of two, and files without them."""

JOINED = 200_000
"""Paths of ways of several stretches that are kept."""

_NONE: frozenset[str] = frozenset()


class Stretch:
    """A part of a way, from one commit (full id) to another, and what it touches."""

    __slots__ = ("base", "footprint", "tip")

    def __init__(self, base: str, tip: str, footprint: Footprint) -> None:
        self.base = base
        self.tip = tip
        self.footprint = footprint


class Excerpts:
    """Compares ways by the files in which they meet; of one comparer, whose tables and records these are."""

    def __init__(self, comparer: Comparer) -> None:
        self._comparer = comparer
        self._joined: dict[tuple[str, str], Listing] = {}
        self._joined_paths = 0
        self._sides: dict[tuple[Key, ...], BranchChanges] = {}
        self._found: dict[tuple[str, tuple[Key, ...], tuple[Key, ...]], list[Collision]] = {}
        self._known: dict[Contents, _Movable] = {}

    def collisions(self, ours: Sequence[Stretch], theirs: Sequence[Stretch]) -> list[Collision] | None:
        """Return what two ways (stretch by stretch) from one commit collide on; None where that cannot be told so.

        The symbols that it names are those of the commit where the ways begin. ObjectMissingError.
        """
        if any(one.footprint.meets_by_heirs(other.footprint) for one in ours for other in theirs):
            return None  # what stands between the two is in files that neither touched
        mine, other = self._listings(ours), self._listings(theirs)
        if any(each.is_ruled for each in (*mine, *other)):
            return None
        met = {path for one in mine for there in other for path in one.changes.keys() & there.changes.keys()}
        sides, moved = list[dict[str, _Movable]](), set[str]()
        for way, listings, named in zip((ours, theirs), (mine, other), _by_name(ours, theirs), strict=True):
            files = {path: known for path in met | named if (known := self._movable(listings, path)) is not None}
            if not all(
                self._comparer.keeps_symbols(path, files[path].changed, *_ends(way)) for path in named & files.keys()
            ):
                return None
            sides.append(files)
        if not all(sides):
            return []
        for path in sides[0].keys() & sides[1].keys():
            one, two = sides[0][path], sides[1][path]
            if not self._is_settled(path, one, two, ours):
                one = sides[0][path] = one.without(self._by_record(path, one, ours))
            if not self._is_settled(path, two, one, theirs):
                two = sides[1][path] = two.without(self._by_record(path, two, theirs))
            if not self._is_settled(path, one, two, ours) or not self._is_settled(path, two, one, theirs):
                return None
        for files in sides:
            moved.update(f"{path}::{name}" for path, known in files.items() for name in known.names)
            moved.update(path for path, known in files.items() if known.vanished)  # matching may find where it is now
        found = self._compared(ours[0].base, *([files[path] for path in sorted(files)] for files in sides))
        # A caller of what is gone, newly there or a stranger: matching may say that it came from elsewhere, and calls
        # nothing new; it finds no other ones.
        if any(at in moved for each in found for at in (each.address, each.ours.address, each.theirs.address)):
            return None
        return found

    def _compared(self, base: str, ours: Sequence[_Movable], theirs: Sequence[_Movable]) -> list[Collision]:
        key = base, tuple(each.key for each in ours), tuple(each.key for each in theirs)
        found = self._found.get(key)
        if found is None:
            mine, other = self._side(key[1], ours), self._side(key[2], theirs)
            found = collide(mine, other, LineMerge(self._comparer.texts, mine, other))
            self._comparer.name_symbols(base, found)
            _keep(self._found, key, found, FOUND)
        return found

    def _side(self, key: tuple[Key, ...], files: Sequence[_Movable]) -> BranchChanges:
        side = self._sides.pop(key, None)
        if side is None:
            strangers = {each.difference.change.path: each.strangers for each in files}
            side = BranchChanges([self._comparer.changed(each.difference) for each in files], strangers=strangers)
        _keep(self._sides, key, side, SIDES)
        return side

    def _is_settled(self, path: str, file: _Movable, other: _Movable, way: Sequence[Stretch]) -> bool:
        """Whether those of a file's symbols that the other side touched, too, are paired by their addresses.

        Also those that something stands in that came or went on the other side.
        """
        if not file.is_comparable:
            return True
        if not file.stays or not (file.names.isdisjoint(other.touched) and file.names.isdisjoint(other.scopes)):
            return False
        both = [name for name in file.changed if name in other.touched or name in other.scopes]
        return self._comparer.keeps_symbols(path, both, *_ends(way))

    def _by_record(self, path: str, file: _Movable, way: Sequence[Stretch]) -> frozenset[str]:
        """Return of which of a file's names the record says what became of them."""
        names = file.strangers & file.names
        return self._comparer.settled(path, names - file.others, file.gone & file.names, *_ends(way))

    def _movable(self, listings: Sequence[Listing], path: str) -> _Movable | None:
        """Return a path as it differs between both ends of a way; None where it is the same again."""
        entries = [listing.changes[path] for listing in listings if path in listing.changes]
        if not entries:
            return None
        difference = entries[0] if len(entries) == 1 else entries[0].then(entries[1])
        if difference is None:
            return None
        known = self._known.get(difference.contents)
        if known is None:
            known = _Movable(difference, self._comparer.changed(difference))
            _keep(self._known, difference.contents, known, KNOWN)
        return known

    def _listings(self, way: Sequence[Stretch]) -> list[Listing]:
        """Return what differs on a way in two parts at most: the last stretch, and all before it."""
        if len(way) <= 2:  # noqa: PLR2004 - as it says
            return [self._comparer.listing(each.base, each.tip) for each in way]
        first, last = way[0].base, way[-1]
        joined = self._joined.pop((first, last.base), None)
        if joined is None:
            joined = self._comparer.listing(first, way[0].tip)
            for each in way[1:-1]:
                joined = joined.then(self._comparer.listing(each.base, each.tip))
            self._joined_paths += len(joined.changes)
            while self._joined_paths > JOINED and self._joined:
                self._joined_paths -= len(self._joined.pop(next(iter(self._joined))).changes)
        self._joined[first, last.base] = joined
        return [joined, self._comparer.listing(last.base, last.tip)]


class _Movable:
    """What of a differing file's symbols (qualified names) matching may take for something else than has the address.

    `names` came or went, are of another kind, or changed so much that they may be `strangers`, with what stands in such
    a class; `touched` are these and whatever `changed`; in `scopes` any of `names` stands. The file `stays` where both
    sides have symbols. Of the `strangers` the `others` are of another kind; what is `gone` stood in nothing that is.
    It holds no table, so that many can be kept. `settled` are names of which the record says who they are.
    """

    __slots__ = (
        "_parents",
        "changed",
        "difference",
        "gone",
        "is_comparable",
        "names",
        "others",
        "scopes",
        "settled",
        "stays",
        "strangers",
        "touched",
        "vanished",
    )

    def __init__(self, difference: Difference, file: ChangedFile) -> None:
        self.difference = difference
        self.is_comparable = is_comparable(file)
        self.stays = file.old is not None and file.new is not None
        self.vanished = file.vanished
        self.changed = tuple(file.changed)
        old_symbols, new_symbols = file.old_symbols, file.new_symbols
        names = set(old_symbols.keys() ^ new_symbols.keys())
        owners = {(old_symbols.get(name) or new_symbols[name]).parent for name in names}
        for name in self.changed:
            old, new = old_symbols.get(name), new_symbols.get(name)
            if old is None or new is None or group_of(old) != group_of(new) or may_be_parted(old, new):
                names.add(name)
            owners.update(each.parent for each in (old, new) if each is not None)
        for owner in owners - {""}:
            if owner in old_symbols and owner in new_symbols and may_be_other_class(file, owner):
                inside = owner + "."
                names.add(owner)
                names.update(each for table in (old_symbols, new_symbols) for each in table if each.startswith(inside))
        self.names = frozenset(names)
        self.strangers = frozenset(name for name in names if name in old_symbols and name in new_symbols)
        self.others = frozenset(
            name for name in self.strangers if group_of(old_symbols[name]) != group_of(new_symbols[name])
        )
        self.touched = self.names.union(self.changed)
        self._parents = {
            name: {table[name].parent for table in (old_symbols, new_symbols) if name in table} for name in names
        }
        self.gone = frozenset(
            name
            for name in names
            if self.stays and name not in new_symbols and names.isdisjoint({old_symbols[name].parent})
        )
        self.scopes = _NONE.union(*self._parents.values())
        self.settled = _NONE

    def without(self, settled: frozenset[str]) -> _Movable:
        """Return the same, but that some of its names are what the record says, and are no others'."""
        if not settled:
            return self
        made = copy(self)
        made.names = self.names - settled
        made.strangers = self.strangers - settled
        made.scopes = _NONE.union(*(self._parents[name] for name in made.names))
        made.settled = self.settled | settled
        return made

    @property
    def key(self) -> Key:
        """What tells the difference from others of the path."""
        return self.difference.contents, self.settled


def _by_name(ours: Sequence[Stretch], theirs: Sequence[Stretch]) -> tuple[set[str], set[str]]:
    """Return the paths of either way in which one breaks a name that the other may newly say."""
    found: tuple[set[str], set[str]] = (set(), set())
    for one, two, at, there in ((ours, theirs, 0, 1), (theirs, ours, 1, 0)):
        names = _broken(one)
        if not any(each.footprint.says_any for each in two):
            names = names & _used(two)
        if names:
            found[at].update(path for each in one for path in each.footprint.breaking(names))
            found[there].update(path for each in two for path in each.footprint.using(names))
    return found


def _ends(way: Sequence[Stretch]) -> tuple[str, str]:
    return way[0].base, way[-1].tip


def _keep(kept: dict[K, V], key: K, value: V, limit: int) -> None:
    """Keep a value; the oldest go."""
    while len(kept) >= limit:
        del kept[next(iter(kept))]
    kept[key] = value


def _broken(way: Sequence[Stretch]) -> frozenset[str]:
    return _NONE.union(*(each.footprint.breaks for each in way))


def _used(way: Sequence[Stretch]) -> frozenset[str]:
    return _NONE.union(*(each.footprint.uses for each in way))
