"""The files of two sides in which a comparison can find anything, held against each other by themselves.

What two branches did meets in few files, also where one of them comes by a way of a thousand, and in few symbols. Where
none of these came or went, nor is a body that may be another's, matching their files alone pairs them as matching all
files does: each with the one of its address. Then no other file is parsed or matched, and who meets in the same
contents is told the same.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from muse_hook.concurrent.collide import collide
from muse_hook.concurrent.merge import LineMerge
from muse_hook.concurrent.side import BranchChanges
from muse_hook.delta.sides import is_comparable
from muse_hook.match.pairs import group_of
from muse_hook.match.parted_classes import may_be_other_class
from muse_hook.match.parted_functions import may_be_parted
from muse_hook.model.change import FileChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.concurrent.collision import Collision
    from muse_hook.concurrent.compare import Comparer, Listing
    from muse_hook.concurrent.footprint import Footprint
    from muse_hook.match.pairs import ChangedFile

MADE = 4_000
"""Sides, and comparisons of two, that are kept: a few files each."""

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
        self._sides: dict[tuple[ChangedFile, ...], BranchChanges] = {}
        self._found: dict[tuple[object, ...], list[Collision]] = {}
        self._known: WeakKeyDictionary[ChangedFile, _Movable] = WeakKeyDictionary()

    def collisions(self, ours: Sequence[Stretch], theirs: Sequence[Stretch]) -> list[Collision] | None:
        """Return what two ways (stretch by stretch) from one commit collide on; None where that cannot be told so.

        The symbols that it names are those of the commit where the ways begin. ObjectMissingError.
        """
        mine, other = self._listings(ours), self._listings(theirs)
        if any(each.is_ruled for each in (*mine, *other)):
            return None
        met = {path for one in mine for there in other for path in one.changes.keys() & there.changes.keys()}
        sides, moved = [], set[str]()
        for way, listings, named in zip((ours, theirs), (mine, other), _by_name(ours, theirs), strict=True):
            files = {path: file for path in met | named if (file := self._file(listings, path)) is not None}
            for path in named & files.keys():
                if not self._comparer.keeps_symbols(path, files[path].changed, way[0].base, way[-1].tip):
                    return None
                known = self._movable(files[path])
                if known.may_be_strangers:
                    return None
                moved.update(f"{path}::{name}" for name in known.names)
                if files[path].vanished:  # matching may find where it is now
                    moved.add(path)
            sides.append(files)
        if not all(sides):
            return []
        for path in sides[0].keys() & sides[1].keys():
            one, two = sides[0][path], sides[1][path]
            if not self._is_settled(one, two, ours) or not self._is_settled(two, one, theirs):
                return None
        found = self._compared(ours[0].base, *(tuple(files[path] for path in sorted(files)) for files in sides))
        # A caller of what is gone, or newly there: matching may say that it came from elsewhere, and calls nothing new.
        if any(at in moved for each in found for at in (each.address, each.ours.address, each.theirs.address)):
            return None
        return found

    def _compared(self, base: str, ours: tuple[ChangedFile, ...], theirs: tuple[ChangedFile, ...]) -> list[Collision]:
        key = (base, ours, theirs)
        found = self._found.get(key)
        if found is None:
            mine, other = self._side(ours), self._side(theirs)
            found = collide(mine, other, LineMerge(self._comparer.texts, mine, other))
            self._comparer.name_symbols(base, found)
            while len(self._found) >= MADE:
                del self._found[next(iter(self._found))]
            self._found[key] = found
        return found

    def _side(self, files: tuple[ChangedFile, ...]) -> BranchChanges:
        side = self._sides.pop(files, None)
        if side is None:
            side = BranchChanges(files, by_address=True)
            while len(self._sides) >= MADE:
                del self._sides[next(iter(self._sides))]
        self._sides[files] = side
        return side

    def _is_settled(self, file: ChangedFile, other: ChangedFile, way: Sequence[Stretch]) -> bool:
        """Whether those of a file's symbols that the other side touched, too, are paired by their addresses.

        Also those that something stands in that came or went on the other side.
        """
        if not is_comparable(file):
            return True
        if file.old is None or file.new is None:
            return False
        mine, there = self._movable(file), self._movable(other)
        if not (mine.names.isdisjoint(there.touched) and mine.names.isdisjoint(there.scopes)):
            return False
        both = [name for name in file.changed if name in there.touched or name in there.scopes]
        return self._comparer.keeps_symbols(file.path, both, way[0].base, way[-1].tip)

    def _movable(self, file: ChangedFile) -> _Movable:
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = _Movable(file)
        return known

    def _file(self, listings: Sequence[Listing], path: str) -> ChangedFile | None:
        """Return a path as it differs between both ends of a way; None where it is the same again."""
        entries = [listing.changes[path] for listing in listings if path in listing.changes]
        if not entries:
            return None
        change, has_old, has_new = entries[0]
        if len(entries) > 1:
            last, _, has_new = entries[-1]
            if change.old == last.new:
                return None
            change = FileChange(path, change.old, last.new)
        return self._comparer.changed(change, has_old=has_old, has_new=has_new)

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
    """What of a file's symbols (qualified names) matching may take for something else than what has the address.

    `names` came or went, are of another kind, or changed so much that they may be strangers, with what stands in such
    a class; `touched` are these and whatever changed; in `scopes` any of `names` stands.
    """

    __slots__ = ("may_be_strangers", "names", "scopes", "touched")

    def __init__(self, file: ChangedFile) -> None:
        old_symbols, new_symbols = file.old_symbols, file.new_symbols
        names = set(old_symbols.keys() ^ new_symbols.keys())
        come_or_gone = len(names)
        owners = {(old_symbols.get(name) or new_symbols[name]).parent for name in names}
        if file.old is not None and file.new is not None:
            for name in file.changed:
                old, new = old_symbols.get(name), new_symbols.get(name)
                if old is None or new is None or group_of(old) != group_of(new) or may_be_parted(old, new):
                    names.add(name)
                owners.add((old or new_symbols[name]).parent)
        for owner in owners - {""}:
            if owner in old_symbols and owner in new_symbols and may_be_other_class(file, owner):
                inside = owner + "."
                names.add(owner)
                names.update(each for table in (old_symbols, new_symbols) for each in table if each.startswith(inside))
        self.names = frozenset(names)
        self.may_be_strangers = len(names) > come_or_gone
        self.touched = self.names.union(file.changed)
        self.scopes = frozenset(
            table[name].parent for table in (old_symbols, new_symbols) for name in names if name in table
        )


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


def _broken(way: Sequence[Stretch]) -> frozenset[str]:
    return _NONE.union(*(each.footprint.breaks for each in way))


def _used(way: Sequence[Stretch]) -> frozenset[str]:
    return _NONE.union(*(each.footprint.uses for each in way))
