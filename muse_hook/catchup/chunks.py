"""Recording many commits a chunk at a time, so that nobody waits long for the lock."""

from __future__ import annotations

import time

from muse_hook.catchup.errorlog import append_error
from muse_hook.errors import MuseHookError, ObjectMissingError, StoreError
from muse_hook.oplog import sync

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muse_hook.catchup.budget import Budget
    from muse_hook.catchup.recording import Recording
    from muse_hook.index import Index

SECONDS = 0.4  # with the lock held; a hook waits for it at most a second
COMMITS = 300  # ... and one fsync for each session
BREATH = 0.008  # seconds of letting the lock go; a waiting hook looks every 3 ms


class Chunks:
    """Records `commits` (ids, parents first) in their `sessions`, passing over what somebody else sealed meanwhile.

    `recorded` counts the batches written, `left` says of what could not be read why: {commit: words}. `spent`: the
    budget was used up before the end.
    """

    def __init__(
        self,
        recording: Recording,
        index: Index,
        commits: Sequence[str],
        sessions: Mapping[str, str],
        *,
        budget: Budget | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._recording = recording
        self._index = index
        self._commits = commits
        self._sessions = sessions
        self._budget = budget
        self._progress = progress
        self._check: Callable[[], None] | None = None
        self._store = recording.store
        self._at = 0
        self.recorded = 0
        self.spent = False
        self.left: dict[str, str] = {}

    def run(
        self,
        wait: float | None,
        *,
        check: Callable[[], None] | None = None,
        between: Callable[[], None] | None = None,
    ) -> None:
        """Record all; the first lock may take `wait` seconds.

        `check` is called before each commit and may raise; `between` is called between two chunks, unlocked.

        Raises StoreBusyError, StoreError; what was recorded until then stays.
        """
        self._check = check
        while self._at < len(self._commits):
            with self._store.lock(wait):
                self._chunk()
            wait = None
            if self.spent:
                return
            if between is not None:
                between()
            if self._at < len(self._commits):
                time.sleep(BREATH)

    def _chunk(self) -> None:
        """Record until the lock has been held long enough."""
        end = time.monotonic() + SECONDS
        some = self._commits[self._at : self._at + COMMITS]
        self._index.refresh(mend=True)
        sealed = self._index.sealed(some)
        written: set[str] = set()
        try:
            for oid in some:
                if self._check is not None:
                    self._check()
                if oid not in sealed:
                    if not self._one(oid):
                        self.spent = True
                        return
                    if oid not in self.left:
                        written.add(self._sessions[oid])
                self._at += 1
                if self._progress is not None:
                    self._progress(self._at, len(self._commits))
                if time.monotonic() > end:
                    return
        finally:
            for session in written:
                sync(self._store, session)

    def _one(self, oid: str) -> bool:
        """Record one commit, or note why it is left; False where the budget is used up."""
        try:
            if not self._recording.record(oid, self._sessions[oid], sync=False, budget=self._budget):
                return False
            self.recorded += 1
        except ObjectMissingError as error:
            self.left[oid] = f"{error.oid} is absent"
        except (StoreError, OSError):
            raise
        except MuseHookError as error:
            self.left[oid] = str(error)
            append_error(self._store, f"recording {oid}: {error}")
        except Exception as error:  # noqa: BLE001 - one commit that we cannot tell must not hold up all others
            from traceback import format_exc  # noqa: PLC0415 - start-up time

            self.left[oid] = f"{type(error).__name__}: {error}"
            append_error(self._store, f"recording {oid}: {format_exc()}")
        return True
