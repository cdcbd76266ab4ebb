"""Reading what arrived in the logs since a cursor."""

from __future__ import annotations

import os
from functools import partial

from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import engine_of, supersedes
from muse_hook.oplog.sessions import LOG
from muse_hook.watch.cursor import Cursor, CursorError, Place
from muse_hook.watch.tail import Tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from muse_hook.index.index import Index, IndexedBatch
    from muse_hook.oplog.store import Store


class Arrival:
    """A commit's batch (`commit_id`, its seal last among `entries`), or one entry by hand (`commit_id` None).

    The first `told` entries were told before the cursor was given. `cursor_after(n)` is the text of the cursor of
    somebody who has seen n entries of it.
    """

    __slots__ = ("commit_id", "cursor_after", "entries", "session", "told")

    def __init__(
        self,
        session: str,
        commit_id: str | None,
        entries: list[Any],
        told: int,
        cursor_after: Callable[[int], str],
    ) -> None:
        self.session = session
        self.commit_id = commit_id
        self.entries = entries
        self.told = told
        self.cursor_after = cursor_after


class Follower:
    """Reads each session's log from its place on.

    A commit that has a second batch, in the same log or another one (logs of two clones put together), is told once:
    as the newer engine tells it, where the index knows of both by then.
    Where a log is cut or replaced (a backup that was restored, a repaired log), it goes on where its place is found
    again, and tells nothing twice that it has told.
    """

    def __init__(
        self,
        store: Store,
        places: dict[str, Place],
        index: Index | None = None,
        on_change: Callable[[str, str], None] | None = None,
    ) -> None:
        """Begin at `places`; in sessions that are not among them at the beginning of the log.

        The `index` says which commits were told before: those with a batch that ends before one of the places.
        `on_change` is called with the session and what became of its place (see tail) where a log was replaced.
        """
        self._store = store
        self._index = index
        self._on_change = on_change
        self._logs: dict[str, Tail] = {}
        self._cursor = Cursor(places)
        self._before = {session: place.floor for session, place in places.items()}
        self._told: set[str] = set()

    @classmethod
    def since(
        cls,
        store: Store,
        cursor: Cursor,
        index: Index | None = None,
        on_change: Callable[[str, str], None] | None = None,
    ) -> Follower:
        """Return a follower that begins after a cursor; CursorError where a log has its place no more."""
        follower = cls(store, cursor.places, index, on_change)
        for session in cursor.places:
            if not follower._tail(session, store.folder(session)).settle():
                hint = "begin anew, without --since; muse-hook log tells what is there"
                raise CursorError(f"following the log of {session}", "it is no more what the cursor saw", hint)
        return follower

    @classmethod
    def now(cls, index: Index, on_change: Callable[[str, str], None] | None = None) -> Follower:
        """Return a follower that begins with what arrives after the index was refreshed."""
        places = {}
        for session, floor, commit_id, position in index.positions():
            places[session] = Place(floor, seal_id(commit_id) if commit_id else "", position)
        return cls(index.store, places, index, on_change)

    @property
    def cursor(self) -> Cursor:
        """How far everything that was yielded goes."""
        return self._cursor

    def poll(self) -> Iterator[Arrival]:
        """Yield what arrived since the last time: in each session in the order of its log."""
        for session, folder in self._store.sessions():
            for commit_id, entries, before, after in self._tail(session, folder).poll():
                if commit_id is None or not self._is_repeat(commit_id, entries[-1], is_begun=before.inside > 0):
                    yield self._arrival(session, commit_id, entries, before, after)
                self._cursor = self._cursor.at(session, after)

    def _tail(self, session: str, folder: str) -> Tail:
        log = self._logs.get(session)
        if log is None:
            place = self._cursor.places.get(session, Place())
            told, changed = partial(self._told_of, session), partial(self._replaced, session)
            log = self._logs[session] = Tail(os.path.join(folder, LOG), place, told, changed)
        return log

    def _told_of(self, session: str, found: os.stat_result) -> set[str]:
        """Return the commits that were told, with those that stood before a session's place in a log that is no more.

        The index knows these as long as it has not read the new log, which `found` is.
        """
        place = self._cursor.places.get(session, Place())
        if self._index is not None:
            end = max(place.floor, self._before.get(session, 0))
            self._told |= self._index.commits_before(session, end, found)
        return self._told

    def _replaced(self, session: str, how: str) -> None:
        """Take the new place in a log that was replaced."""
        place = self._logs[session].place
        self._before[session] = place.floor
        self._cursor = self._cursor.at(session, place)
        if self._on_change is not None:
            self._on_change(session, how)

    def _is_repeat(self, commit_id: str, seal: Any, *, is_begun: bool) -> bool:
        """Say whether a commit's batch was told before, from here or from another log, or a newer engine's is to be.

        One that `is_begun` is told to its end.
        """
        if commit_id in self._told:
            return True
        others = [] if self._index is None else self._index.all_batches(commit_id)
        if any(other.end <= self._before.get(other.session, 0) for other in others):
            self._told.add(commit_id)
            return True
        if not is_begun and any(self._is_newer(other, seal) for other in others):
            return True
        self._told.add(commit_id)
        return False

    def _is_newer(self, other: IndexedBatch, seal: Any) -> bool:
        """Say whether a batch of the same commit by a newer engine still stands where the index has it."""
        mine = engine_of(seal["commit"])
        if not supersedes(other.engine, mine):
            return False
        fd = self._store.open_file(self._store.log_path(other.session), os.O_RDONLY)
        try:
            there = LogReader(fd).seal(other.line, other.end)
        finally:
            os.close(fd)
        return there is not None and there.commit_id == seal["commit_id"] and supersedes(there.engine, mine)

    def _arrival(self, session: str, commit_id: str | None, entries: list[Any], before: Place, after: Place) -> Arrival:
        cursor = self._cursor
        within: list[Callable[[int], str]] = []  # made when it is asked for: with many sessions it is some work

        def cursor_after(number: int) -> str:
            if number >= len(entries):
                return str(cursor.at(session, after))
            if not within:
                within.append(cursor.within(session))
            return within[0](number)

        return Arrival(session, commit_id, entries, before.inside if commit_id else 0, cursor_after)
