"""Reading what arrived in the logs since a cursor."""

from __future__ import annotations

import os
from json import loads
from sqlite3 import DatabaseError

from muse_hook.oplog import Scanner, Seal, seal_id
from muse_hook.oplog.lines import hand_entry, read_lines, start_of_last
from muse_hook.oplog.sessions import LOG
from muse_hook.watch.cursor import Cursor, CursorError, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from muse_hook.index import Index
    from muse_hook.oplog import Store


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

    A commit that has a second batch, in the same log or another one (logs of two clones put together), is told once.
    """

    def __init__(self, store: Store, places: dict[str, Place], index: Index | None = None) -> None:
        """Begin at `places`; in sessions that are not among them at the beginning of the log.

        The `index` says which commits were told before: those with a batch that ends before one of the places.
        """
        self._store = store
        self._index = index
        self._logs: dict[str, _Log] = {}
        self._cursor = Cursor(places)
        self._before = {
            os.path.relpath(store.folder(each), store.path("op_log")): places[each].floor for each in places
        }
        self._told: set[str] = set()

    @classmethod
    def since(cls, store: Store, cursor: Cursor, index: Index | None = None) -> Follower:
        """Return a follower that begins after a cursor; CursorError where a log is no more what the cursor saw."""
        for session, place in cursor.places.items():
            _check(store, session, place)
        return cls(store, cursor.places, index)

    @classmethod
    def now(cls, index: Index) -> Follower:
        """Return a follower that begins with what arrives after the index was refreshed."""
        places = {}
        query = "SELECT folder, floor, position, seal_commit FROM logs"
        for folder, floor, position, commit_id in index.connection.execute(query):
            seal = seal_id(commit_id) if commit_id else ""
            places[index.store.session_at(folder)] = Place(floor, seal, position)
        return cls(index.store, places, index)

    @property
    def cursor(self) -> Cursor:
        """How far everything that was yielded goes."""
        return self._cursor

    def poll(self) -> Iterator[Arrival]:
        """Yield what arrived since the last time: in each session in the order of its log."""
        for session, folder in self._store.sessions():
            log = self._logs.get(session)
            if log is None:
                place = self._cursor.places.get(session, Place())
                log = self._logs[session] = _Log(os.path.join(folder, LOG), place)
            for commit_id, entries, before, after in log.poll():
                if commit_id is None or not self._is_repeat(commit_id):
                    yield self._arrival(session, commit_id, entries, before, after)
                self._cursor = self._cursor.at(session, after)

    def _is_repeat(self, commit_id: str) -> bool:
        """Say whether a commit's batch was told before, from here or from another log."""
        if commit_id in self._told:
            return True
        self._told.add(commit_id)
        if self._index is None:
            return False
        query = "SELECT l.folder, s.end FROM seals s JOIN logs l ON l.id = s.log WHERE s.commit_id = ?"
        try:
            rows = self._index.connection.execute(query, (commit_id,)).fetchall()
        except DatabaseError:  # somebody deleted the index, or holds it
            return False
        return any(end <= self._before.get(folder, 0) for folder, end in rows)

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


class _Log:
    """One session's log and how far it was read."""

    def __init__(self, path: str, place: Place) -> None:
        self._path = path
        self._place = place
        self._position = place.floor
        self._lines = 0  # whole lines between the floor and the position

    def poll(self) -> Iterator[tuple[str | None, list[Any], Place, Place]]:
        """Yield (commit, entries, place before, place after) of what is new."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        except FileNotFoundError:
            return
        try:
            size = os.fstat(fd).st_size
            if size < self._position:
                raise CursorError(f"following {self._path}", "it became shorter", "begin anew, without --since")
            if size > self._position:
                yield from self._read(fd, size)
        finally:
            os.close(fd)

    def _read(self, fd: int, size: int) -> Iterator[tuple[str | None, list[Any], Place, Place]]:
        scanner = Scanner(fd, self._position, floor=self._place.floor, lines=self._lines, end=size)
        for found in scanner:
            if isinstance(found, Seal) and found.intact:
                yield from self._by_hand(fd, found.start)
                before, self._place = self._place, Place(found.end, found.entry["op_id"])
                entries = [loads(line) for line in read_lines(fd, found.start, found.end)]
                yield found.commit_id, entries, before, self._place
        self._position, self._lines = scanner.position, scanner.lines
        yield from self._by_hand(fd, scanner.position)

    def _by_hand(self, fd: int, end: int) -> Iterator[tuple[str | None, list[Any], Place, Place]]:
        """Yield the entries by hand up to `end` that were not told yet; lines of half a batch are passed over."""
        at = self._place.read
        for line in read_lines(fd, at, end):
            at += len(line) + 1
            entry = hand_entry(line)
            if entry is not None:
                before = self._place
                self._place = Place(before.floor, before.seal, at, before.inside)
                yield None, [entry], before, self._place


def _check(store: Store, session: str, place: Place) -> None:
    """Make sure that the log is what it was when the place was noted."""
    fits = not place.floor
    path = store.log_path(session)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        fits = fits and not place.read
    else:
        try:
            size = os.fstat(fd).st_size
            if place.floor and size >= place.read:
                lines = read_lines(fd, start_of_last(fd, place.floor, 1), place.floor)
                fits = any(f'"op_id":"{place.seal}"'.encode() in line for line in lines)
        finally:
            os.close(fd)
    if not fits:
        hint = "begin anew, without --since; muse-hook log tells what is there"
        raise CursorError(f"following the log of {session}", "it is no more what the cursor saw", hint)
