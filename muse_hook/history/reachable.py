"""Which recorded commits the current branch has: from the tables, and from Git where they do not tell."""

from __future__ import annotations

from array import array
from functools import cached_property

from muse_hook.history.ancestry import Ancestry, Reach
from muse_hook.index import schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from muse_hook.git import Repository
    from muse_hook.history.ancestry import Place
else:
    sqlite3 = schema.sqlite3


class Reachable:
    """What some commits (full ids) reach.

    `view` is kept in the tables until the next commit is recorded: questions come in series.
    """

    def __init__(self, repository: Repository, connection: sqlite3.Connection, tips: Sequence[str]) -> None:
        self._repository = repository
        self._sql = connection
        self._tips = sorted(tips)
        places = [
            connection.execute(
                "SELECT chain, place, generation FROM records WHERE commit_id = ? AND folded", (tip,)
            ).fetchone()
            for tip in self._tips
        ]
        self._is_recorded = all(places)
        self.view = self._kept([place for place in places if place])

    @cached_property
    def ancestry(self) -> Ancestry:
        """Who descends from whom."""
        return Ancestry.load(self._sql)

    def has(self, commit_id: str, place: Place) -> bool:
        """Whether a recorded commit is among them."""
        if self.view.holds(place):
            return True
        if self._is_recorded and place[2] >= self.view.unknown:
            return False
        return commit_id in self._asked

    def _kept(self, places: list[Place]) -> Reach:
        key = " ".join(self._tips)
        row = self._sql.execute("SELECT unknown, furthest FROM reaches WHERE tips = ?", (key,)).fetchone()
        if row is not None:
            steps = array("q")
            steps.frombytes(row[1])
            return Reach(steps, row[0])
        found = self.ancestry.reach(places)
        try:  # noqa: SIM105 - start-up time
            self._sql.execute("REPLACE INTO reaches VALUES (?, ?, ?)", (key, found.unknown, found.furthest.tobytes()))
        except sqlite3.OperationalError:
            pass  # somebody is writing, or nobody may: next time, then
        return found

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(commit for commit, _ in self._repository.rev_list(self._tips))
