"""Following the logs live from a cursor on: each whole batch once, in the order in which it arrives."""

from __future__ import annotations

import os
from functools import cached_property, partial

from muse_hook.catchup.state import read_baseline
from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import engine_of, supersedes
from muse_hook.oplog.sessions import LOG
from muse_hook.watch.cursor import Cursor, CursorError, LogPosition
from muse_hook.watch.tail import Tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from muse_hook.catchup.state import Baseline
    from muse_hook.git.repository import Repository
    from muse_hook.index.index import Index, IndexedBatch
    from muse_hook.oplog.store import Store


class LogEvent:
    """A commit's batch (`commit_id`, its seal last among `entries`), or one manual entry (`commit_id` None).

    The first `seen` entries were yielded before the cursor was given. `cursor_after(n)` is the text of the cursor of
    somebody who has seen n entries of it.
    """

    __slots__ = ("commit_id", "cursor_after", "entries", "seen", "session")

    def __init__(
        self,
        session: str,
        commit_id: str | None,
        entries: list[Any],
        seen: int,
        cursor_after: Callable[[int], str],
    ) -> None:
        self.session = session
        self.commit_id = commit_id
        self.entries = entries
        self.seen = seen
        self.cursor_after = cursor_after


class Follower:
    """Reads each session's log from its position on.

    A commit that has a second batch, in the same log or another one (logs of two clones put together), is yielded once:
    as the newer engine has it, where the index knows of both by then.
    Where a log is cut or replaced (a backup that was restored, a repaired log), it goes on where its position is
    found again, and yields nothing twice.
    """

    def __init__(
        self,
        store: Store,
        positions: dict[str, LogPosition],
        index: Index | None = None,
        on_change: Callable[[str, str], None] | None = None,
    ) -> None:
        """Begin at `positions`; in sessions that are not among them at the beginning of the log.

        The `index` says which commits were seen before: those with a batch that ends before one of the positions.
        `on_change` is called with the session and what became of its position (see tail) where a log was replaced.
        """
        self._store = store
        self._index = index
        self._on_change = on_change
        self._logs: dict[str, Tail] = {}
        self._cursor = Cursor(positions)
        self._before = {session: position.floor for session, position in positions.items()}
        self._seen: set[str] = set()
        self._purged: frozenset[str] = frozenset()

    @classmethod
    def since(
        cls,
        store: Store,
        cursor: Cursor,
        index: Index | None = None,
        on_change: Callable[[str, str], None] | None = None,
    ) -> Follower:
        """Return a follower that begins after a cursor; CursorError where a log has its position no more."""
        follower = cls(store, cursor.positions, index, on_change)
        for session in cursor.positions:
            if not follower._tail(session, store.folder(session)).is_found():
                hint = "begin anew, without --since; muse-hook log tells what is there"
                raise CursorError(f"following the log of {session}", "it is no more what the cursor saw", hint)
        return follower

    @classmethod
    def now(cls, index: Index, on_change: Callable[[str, str], None] | None = None) -> Follower:
        """Return a follower that begins with what arrives after the index was refreshed."""
        positions = {}
        for session, floor, commit_id, position in index.positions():
            positions[session] = LogPosition(floor, seal_id(commit_id) if commit_id else "", position)
        return cls(index.store, positions, index, on_change)

    @property
    def cursor(self) -> Cursor:
        """How far everything that was yielded goes."""
        return self._cursor

    def poll(self) -> Iterator[LogEvent]:
        """Yield what was appended since the last time: in each session in the order of its log."""
        self._purged = self._store.purged()
        for session, folder in self._store.sessions():
            for commit_id, entries, before, after in self._tail(session, folder).poll():
                if commit_id is None or not self._is_repeat(commit_id, entries[-1], is_begun=before.inside > 0):
                    yield self._event(session, commit_id, entries, before, after)
                self._cursor = self._cursor.at(session, after)

    def _tail(self, session: str, folder: str) -> Tail:
        log = self._logs.get(session)
        if log is None:
            position = self._cursor.positions.get(session, LogPosition())
            seen, changed = partial(self._seen_in, session), partial(self._replaced, session)
            log = self._logs[session] = Tail(os.path.join(folder, LOG), position, seen, changed)
        return log

    def _seen_in(self, session: str, found: os.stat_result) -> set[str]:
        """Return the commits that were seen, with those before a session's position in a log that is no more.

        The index knows these as long as it has not read the new log, which `found` is.
        """
        position = self._cursor.positions.get(session, LogPosition())
        if self._index is not None:
            end = max(position.floor, self._before.get(session, 0))
            self._seen |= self._index.commits_before(session, end, found)
        return self._seen

    def _replaced(self, session: str, how: str) -> None:
        """Take the new position in a log that was replaced."""
        position = self._logs[session].position
        self._before[session] = position.floor
        self._cursor = self._cursor.at(session, position)
        if self._on_change is not None:
            self._on_change(session, how)

    def _is_repeat(self, commit_id: str, seal: Any, *, is_begun: bool) -> bool:
        """Say whether a commit's batch was seen before, here or in another log, or a newer engine's is to be.

        One that `is_begun` is yielded to its end.
        """
        if commit_id in self._seen or commit_id in self._purged:
            return True
        others = [] if self._index is None else self._index.all_batches(commit_id)
        if any(other.end <= self._before.get(other.session, 0) for other in others):
            self._seen.add(commit_id)
            return True
        if not is_begun and any(self._is_newer(other, seal) for other in others):
            return True
        self._seen.add(commit_id)
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

    def _event(
        self, session: str, commit_id: str | None, entries: list[Any], before: LogPosition, after: LogPosition
    ) -> LogEvent:
        cursor = self._cursor
        within: list[Callable[[int], str]] = []  # made when it is asked for: with many sessions it is some work

        def cursor_after(number: int) -> str:
            if number >= len(entries):
                return str(cursor.at(session, after))
            if not within:
                within.append(cursor.texts_within(session))
            return within[0](number)

        return LogEvent(session, commit_id, entries, before.inside if commit_id else 0, cursor_after)


class BackfilledCommits:
    """What the baseline reaches is recorded by a backfill alone: the log itself does not say who wrote a batch."""

    def __init__(self, repository: Repository, store: Store) -> None:
        self._repository = repository
        self._store = store
        self._new: set[str] = set()

    def has(self, event: LogEvent) -> bool:
        """Say whether a commit is history from before the hooks.

        What comes live is known without Git: it is younger than every tip of the baseline, or the child of something
        that came live. So a commit is shown at once, however long the history is.
        """
        commit, baseline = event.commit_id, self._baseline
        if commit is None or baseline is None:
            return False
        record = event.entries[-1]["commit"]
        is_young = not baseline.shallow and record["generation"] > self._highest
        if is_young or not self._new.isdisjoint(record["parents"]):
            self._new.add(commit)
            return False
        return commit in self._history

    @cached_property
    def _baseline(self) -> Baseline | None:
        return read_baseline(self._store)

    @cached_property
    def _highest(self) -> int:
        """The largest generation among the baseline's tips."""
        baseline = self._baseline
        if baseline is None:
            return 0
        return max((baseline.generation(oid) or 0 for oid in baseline.heads()), default=0)

    @cached_property
    def _history(self) -> frozenset[str]:
        baseline = self._baseline
        tips = list(baseline.tips()) if baseline is not None else []
        return frozenset(oid for oid, _ in self._repository.rev_list(tips, ignore_missing=True))
