"""Recording many commits a chunk at a time: told without the lock, written under it."""

from __future__ import annotations

import time

from muse_hook.catchup.telling import Unreadable
from muse_hook.oplog.batch import Batch
from muse_hook.oplog.writer import sync
from muse_hook.record.recorder import record_batches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muse_hook.catchup.recording import Draft
    from muse_hook.catchup.telling import Teller
    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store

# What a chunk holds at most: what a kill loses, and (the bytes) what is kept in memory.
SECONDS = 1.0
COMMITS = 500
BYTES = 4 << 20


class Chunks:
    """Records `commits` (ids, parents first) in their `sessions`, passing over what somebody else sealed meanwhile.

    `recorded` counts the batches written, `unreadable` says of what could not be read why: {commit: words}. `spent`:
    the budget was used up before the end.
    """

    def __init__(
        self,
        store: Store,
        index: Index,
        teller: Teller,
        commits: Sequence[str],
        sessions: Mapping[str, str],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._teller = teller
        self._commits = commits
        self._sessions = sessions
        self._progress = progress
        self._check: Callable[[], None] | None = None
        self._first: Callable[[], None] | None = None
        self._at = 0
        self.recorded = 0
        self.spent = False
        self.unreadable: dict[str, str] = {}

    def run(
        self,
        wait: float | None,
        *,
        check: Callable[[], None] | None = None,
        first: Callable[[], None] | None = None,
        between: Callable[[], None] | None = None,
    ) -> None:
        """Record all; the first lock may take `wait` seconds.

        `check` is called before each commit and may raise; `first` before anything is written, and `between` between
        two chunks, both unlocked.

        Raises StoreBusyError, StoreError; what was recorded until then stays.
        """
        self._check = check
        self._first = first
        while self._at < len(self._commits) and not self.spent:
            told: list[tuple[str, Batch | Draft]] = []
            try:
                self._tell(told)
            finally:  # what is told is kept, whatever made us stop
                self._write(told, wait)
            wait = None
            if between is not None and not self.spent:
                between()

    def _tell(self, told: list[tuple[str, Batch | Draft]]) -> None:
        """Fill `told` with the sessions and batches of the next chunk."""
        end = time.monotonic() + SECONDS
        size = 0
        some = self._commits[self._at : self._at + COMMITS]
        self._index.refresh()
        sealed = self._index.find(some)
        for oid in some:
            if self._check is not None:
                self._check()
            if oid not in sealed:
                batch = self._teller.tell(oid)
                if batch is None:
                    self.spent = True
                    return
                if isinstance(batch, Unreadable):
                    self._leave(oid, batch)
                else:
                    told.append((self._sessions[oid], batch))
                    size += len(batch.data) if isinstance(batch, Batch) else 0  # drafts: of the first second only
            self._at += 1
            if self._progress is not None:
                self._progress(self._at, len(self._commits))
            if size > BYTES or time.monotonic() > end:
                return

    def _leave(self, oid: str, told: Unreadable) -> None:
        self.unreadable[oid] = told.words
        if told.details:
            self._store.append_error(told.details)

    def _finished(self, drafts: list[tuple[str, Batch | Draft]]) -> list[tuple[str, Batch]]:
        """Return a chunk with nothing in it but batches."""
        finished = []
        for session, told in drafts:
            batch = told if isinstance(told, Batch) else self._teller.finish(told)
            if isinstance(batch, Batch):
                finished.append((session, batch))
            elif not isinstance(told, Batch):
                self._leave(told.commit.id, batch)
        return finished

    def _write(self, drafts: list[tuple[str, Batch | Draft]], wait: float | None) -> None:
        """Append a chunk, in the order in which it was told; one write and one sync for each run of one session."""
        first, self._first = (self._first, None) if drafts else (None, self._first)
        if first is not None:
            first()
        told = self._finished(drafts)
        if not told:
            return
        with self._store.lock(wait):
            self._index.refresh(end_torn=True)
            at = 0
            while at < len(told):
                session = told[at][0]
                after = next((i for i in range(at, len(told)) if told[i][0] != session), len(told))
                batches = [batch for _, batch in told[at:after]]
                self.recorded += record_batches(self._store, session, batches, index=self._index, sync=False)
                at = after
            for session in dict(told):
                sync(self._store, session)
