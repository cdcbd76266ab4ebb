"""Which recorded commit is an ancestor of which, by chains of first parents, and what a branch reaches."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import cached_property
from operator import itemgetter

from muse_hook.index import database

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from muse_hook.git.repository import Repository

    ChainPosition = tuple[int, int, int]
    """Where a commit stands: on which chain, how many steps along it, and at which generation."""
else:
    sqlite3 = database.sqlite3

BEFORE = (-1, 0, 0)
"""Before everything that is recorded: an ancestor of every commit."""
_step_of_edge = itemgetter(0)
# ReachableSets; more branches are seldom open at once, and one that is gone is made again. Each takes 8 bytes a branch.
_REACH_CACHE_SIZE = 1024


class Ancestry:
    """Commits as positions on chains, a chain being a line of first parents.

    A commit that is the first child of the last of a chain goes on in it; every other link is an edge. Questions
    walk edges only, so a straight history is answered at once however long it is. A parent that is not recorded
    (None) is an edge into the unknown: what is older than it counts as reached.
    """

    def __init__(self) -> None:
        # By chain: (step, generation there, parent).
        self._edges: list[list[tuple[int, int, ChainPosition | None]]] = []
        self._last: list[int] = []  # by chain: its last step
        self._grown: set[int] = set()  # chains, and edges, that are not in the tables yet
        self._new: list[tuple[int, int, int, ChainPosition | None]] = []

    @classmethod
    def load(cls, connection: sqlite3.Connection) -> Ancestry:
        """Return the ancestry that the tables of the history hold."""
        loaded = cls()
        for (last,) in connection.execute("SELECT last FROM chains ORDER BY chain"):
            loaded._last.append(last)
            loaded._edges.append([])
        edges = loaded._edges
        for chain, step, generation, parent, parent_step, parent_generation in connection.execute(
            "SELECT chain, step, generation, parent_chain, parent_step, parent_generation FROM edges"
            " ORDER BY chain, step"
        ):
            edges[chain].append(
                (step, generation, None if parent is None else (parent, parent_step, parent_generation))
            )
        return loaded

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

    def knows(self, positions: Iterable[ChainPosition]) -> bool:
        """Whether commits stand on its chains: they may have been linked since it was loaded."""
        return all(chain < len(self._last) and step <= self._last[chain] for chain, step, _ in positions)

    def add(self, generation: int, parents: Sequence[ChainPosition | None]) -> ChainPosition:
        """Add a commit after its parents (None: one that is not recorded); its position."""
        first = parents[0] if parents else None
        if first is not None and self._last[first[0]] == first[1]:
            chain, step = first[0], first[1] + 1
            self._last[chain] = step
            others = parents[1:]
        else:
            chain, step = len(self._last), 0
            self._last.append(0)
            self._edges.append([])
            others = parents
        self._grown.add(chain)
        self._edges[chain].extend((step, generation, other) for other in others)
        self._new.extend((chain, step, generation, other) for other in others)
        return chain, step, generation

    def first_parent(self, position: ChainPosition) -> ChainPosition | None:
        """Return the first parent's position, None for a root or where it is not recorded."""
        chain, step, generation = position
        if step:
            return chain, step - 1, generation - 1
        edges = self._edges[chain]
        return edges[0][2] if edges and edges[0][0] == 0 else None

    def reachable_from(self, tips: Iterable[ChainPosition], base: ReachableSet | None = None) -> ReachableSet:
        """Return everything that the tips (and `base`, which is changed) reach."""
        found = base or ReachableSet()
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
            for at in range(bisect_right(edges, step, key=_step_of_edge) - 1, -1, -1):
                edge_step, generation, parent = edges[at]
                if edge_step <= done:
                    break
                if parent is not None:
                    todo.append(parent)
                else:
                    found.unknown = max(found.unknown, generation - 1)
        return found


class ReachableSet:
    """What some commits reach: the `furthest` step by chain (-1: none of it), and `unknown`, the largest generation of
    an unrecorded parent. A chain that is newer than this is not reached.
    """  # noqa: D205 - the fields are the summary

    __slots__ = ("furthest", "unknown")

    def __init__(self, furthest: array[int] | None = None, unknown: int = 0) -> None:
        self.furthest = array("q") if furthest is None else furthest
        self.unknown = unknown

    def copy(self) -> ReachableSet:
        """Return one that can grow by itself."""
        return ReachableSet(self.furthest[:], self.unknown)

    def has(self, position: ChainPosition) -> bool:
        """Whether the commit at that position is reached over recorded commits."""
        chain, step, _ = position
        return 0 <= chain < len(self.furthest) and step <= self.furthest[chain]

    def may_have(self, position: ChainPosition) -> bool:
        """Whether the commit at that position is reached; what is older than an unrecorded parent counts as reached."""
        chain, step, generation = position
        if chain < 0 or generation < self.unknown:
            return True
        return chain < len(self.furthest) and step <= self.furthest[chain]


class ReachCache:
    """What each commit reaches, handed on from parents to children while a history is walked."""

    def __init__(self, ancestry: Ancestry) -> None:
        self._ancestry = ancestry
        self._cached: dict[ChainPosition, tuple[ReachableSet, int]] = {}  # with how many children are still to come

    def get(self, position: ChainPosition | None) -> ReachableSet | None:
        """Return what a commit reaches, for looking at; None for one that is not recorded."""
        if position is None:
            return None
        cached = self._cached.get(position)
        return cached[0] if cached is not None else self._ancestry.reachable_from([position])

    def take(self, position: ChainPosition | None) -> ReachableSet | None:
        """Return what a commit reaches, for a child to grow; the last child gets the very thing."""
        if position is None:
            return None
        reachable, children = self._cached.pop(position, (None, 0))
        if reachable is None:
            return self._ancestry.reachable_from([position])
        if children <= 1:
            return reachable
        self._cached[position] = reachable, children - 1
        return reachable.copy()

    def put(self, position: ChainPosition, reachable: ReachableSet, children: int) -> None:
        """Keep what a commit reaches for its children."""
        if children:
            self._cached[position] = reachable, children
            if len(self._cached) > _REACH_CACHE_SIZE:
                del self._cached[next(iter(self._cached))]


class BranchFilter:
    """Which recorded commits some tips (full ids) reach: by the tables, and by Git where they do not say.

    `reachable` stays in the tables, where it `is_kept`, until the next commit is linked: questions come in series. One
    that was made `beside` another one, of the same connection, has its ancestry from there: each takes 0.4 MB and 5 ms
    of 1,000 branches.
    """

    def __init__(
        self,
        repository: Repository,
        connection: sqlite3.Connection,
        tips: Sequence[str],
        beside: BranchFilter | None = None,
        *,
        is_kept: bool = True,
    ) -> None:
        self._beside = beside
        self._repository = repository
        self._sql = connection
        self._tips = sorted(tips)
        query = "SELECT chain, step, generation FROM records WHERE commit_id = ? AND linked"
        positions = [connection.execute(query, (tip,)).fetchone() for tip in self._tips]
        self._is_recorded = all(positions)
        known = [position for position in positions if position]
        self.reachable = self._stored(known) if is_kept else self._walked(known)

    @cached_property
    def ancestry(self) -> Ancestry:
        """Who descends from whom."""
        return Ancestry.load(self._sql) if self._beside is None else self._beside.ancestry

    def has(self, commit_id: str, position: ChainPosition) -> bool:
        """Whether a recorded commit is among them."""
        if self.reachable.has(position):
            return True
        if self._is_recorded and position[2] >= self.reachable.unknown:
            return False
        return commit_id in self._git_commits

    def _stored(self, positions: list[ChainPosition]) -> ReachableSet:
        key = " ".join(self._tips)
        row = self._sql.execute("SELECT unknown, furthest FROM reachable_sets WHERE tips = ?", (key,)).fetchone()
        if row is not None:
            steps = array("q")
            steps.frombytes(row[1])
            return ReachableSet(steps, row[0])
        found = self._walked(positions)
        row = key, found.unknown, found.furthest.tobytes()
        try:  # noqa: SIM105 - start-up time
            self._sql.execute("REPLACE INTO reachable_sets VALUES (?, ?, ?)", row)
        except sqlite3.OperationalError:
            pass  # somebody is writing, or nobody may: next time, then
        return found

    def _walked(self, positions: list[ChainPosition]) -> ReachableSet:
        ancestry = self.ancestry
        if not ancestry.knows(positions):
            ancestry = self.ancestry = Ancestry.load(self._sql)
        return ancestry.reachable_from(positions)

    @cached_property
    def _git_commits(self) -> frozenset[str]:
        return frozenset(commit for commit, _ in self._repository.rev_list(self._tips))


def is_recorded(connection: sqlite3.Connection, commit_id: str) -> bool:
    """Whether a commit is in the history."""
    query = "SELECT 1 FROM records WHERE commit_id = ? AND linked"
    return connection.execute(query, (commit_id,)).fetchone() is not None
