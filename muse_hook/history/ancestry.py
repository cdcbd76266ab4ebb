"""Which recorded commit is an ancestor of which, from lines of first parents."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    Place = tuple[int, int, int]
    """Where a commit stands: on which chain, how many steps along it, and at which generation."""


_index = itemgetter(0)
BEFORE = (-1, 0, 0)
"""Before everything that is recorded: an ancestor of every commit."""


class Ancestry:
    """Commits as places on chains, a chain being a line of first parents.

    A commit that is the first child of the last of a chain goes on in it; every other link is an edge. Questions
    walk edges only, so a straight history is answered at once however long it is. A parent that is not recorded
    (None) is an edge into the unknown: what is older than it counts as reached.
    """

    def __init__(self) -> None:
        self._edges: list[list[tuple[int, int, Place | None]]] = []  # by chain: (index, generation there, parent)
        self._last: list[int] = []  # by chain: its last index
        self._grown: set[int] = set()  # chains, and edges, that are not in the tables yet
        self._new: list[tuple[int, int, int, Place | None]] = []

    @classmethod
    def load(cls, connection: sqlite3.Connection) -> Ancestry:
        """Return the ancestry that the tables of the history hold."""
        made = cls()
        for (last,) in connection.execute("SELECT last FROM chains ORDER BY chain"):
            made._last.append(last)
            made._edges.append([])
        edges = made._edges
        for chain, step, generation, parent, parent_step, parent_generation in connection.execute(
            "SELECT chain, place, generation, parent_chain, parent_place, parent_generation FROM edges"
            " ORDER BY chain, place"
        ):
            edges[chain].append(
                (step, generation, None if parent is None else (parent, parent_step, parent_generation))
            )
        return made

    def save(self, connection: sqlite3.Connection) -> None:
        """Write what was added since it was loaded or saved."""
        connection.executemany(
            "REPLACE INTO chains VALUES (?, ?)", ((chain, self._last[chain]) for chain in self._grown)
        )
        connection.executemany(
            "INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?)",
            (
                (chain, step, generation, *(parent or (None, None, None)))
                for chain, step, generation, parent in self._new
            ),
        )
        self._grown.clear()
        self._new.clear()

    def add(self, generation: int, parents: Sequence[Place | None]) -> Place:
        """Add a commit after its parents (None: one that is not recorded); its place."""
        first = parents[0] if parents else None
        if first is not None and self._last[first[0]] == first[1]:
            chain, index = first[0], first[1] + 1
            self._last[chain] = index
            others = parents[1:]
        else:
            chain, index = len(self._last), 0
            self._last.append(0)
            self._edges.append([])
            others = parents
        self._grown.add(chain)
        self._edges[chain].extend((index, generation, other) for other in others)
        self._new.extend((chain, index, generation, other) for other in others)
        return chain, index, generation

    def before(self, place: Place) -> Place | None:
        """Return the first parent's place, None for a root or where it is not recorded."""
        chain, step, generation = place
        if step:
            return chain, step - 1, generation - 1
        edges = self._edges[chain]
        return edges[0][2] if edges and edges[0][0] == 0 else None

    def reach(self, tips: Iterable[Place], base: Reach | None = None) -> Reach:
        """Return everything that the tips (and `base`, which is changed) reach."""
        found = base or Reach()
        furthest = found.furthest
        furthest.extend([-1] * (len(self._last) - len(furthest)))
        todo = list(tips)
        while todo:
            chain, step, _ = todo.pop()
            done = furthest[chain]
            if step <= done:
                continue
            furthest[chain] = step
            edges = self._edges[chain]
            for at in range(bisect_right(edges, step, key=_index) - 1, -1, -1):
                index, generation, parent = edges[at]
                if index <= done:
                    break
                if parent is not None:
                    todo.append(parent)
                else:
                    found.unknown = max(found.unknown, generation - 1)
        return found


class Reach:
    """What some commits reach: the `furthest` step by chain (-1: none of it), and `unknown`, the largest generation of
    an unrecorded parent. A chain that is newer than this is not reached.
    """  # noqa: D205 - the fields are the summary

    __slots__ = ("furthest", "unknown")

    def __init__(self, furthest: array[int] | None = None, unknown: int = 0) -> None:
        self.furthest = array("q") if furthest is None else furthest
        self.unknown = unknown

    def copy(self) -> Reach:
        """Return one that can grow by itself."""
        return Reach(self.furthest[:], self.unknown)

    def holds(self, place: Place) -> bool:
        """Whether the commit at that place is reached over recorded commits."""
        chain, step, _ = place
        return 0 <= chain < len(self.furthest) and step <= self.furthest[chain]

    def sees(self, place: Place) -> bool:
        """Whether the commit at that place is reached; what is older than an unrecorded parent counts as reached."""
        chain, step, generation = place
        if chain < 0 or generation < self.unknown:
            return True
        return chain < len(self.furthest) and step <= self.furthest[chain]
