"""One writer at a time: an advisory lock that the kernel frees when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from _thread import RLock

from muse_hook.errors import StoreBusyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# For a person's single call: longer than any hook or pause of a backfill; it rather says so than hangs.
LOCK_SECONDS = 30.0

# Short enough that a hook gets in when a backfill lets go for a moment.
_POLL_SECONDS = 0.003


class _Held:
    """What this process holds of one lock file: threads take turns, one thread may enter again."""

    __slots__ = ("depth", "fd", "turn")

    def __init__(self) -> None:
        self.turn = RLock()
        self.depth = 0
        self.fd = -1


# By path: `flock` does not know that two descriptors of one process belong together, and the recorder opens the
# store anew below a catch-up that holds it.
_HELD: dict[str, _Held] = {}


class StoreLock:
    """The lock of a store as a context manager; `timeout` in seconds, None waits for ever."""

    __slots__ = ("_open", "_path", "_timeout")

    def __init__(self, path: str, timeout: float | None, open_file: Callable[[], int]) -> None:
        self._path = path
        self._timeout = timeout
        self._open = open_file

    def __enter__(self) -> bool:
        """Take the lock; whether this thread did not hold it already."""
        held = _HELD.setdefault(self._path, _Held())
        end = None if self._timeout is None else time.monotonic() + self._timeout
        if not held.turn.acquire(timeout=-1 if self._timeout is None else self._timeout):
            raise self._busy()
        try:
            is_outermost = held.depth == 0
            if is_outermost:
                held.fd = self._take(end)
            held.depth += 1
        except BaseException:
            held.turn.release()
            raise
        return is_outermost

    def __exit__(self, *_: object) -> None:
        held = _HELD[self._path]
        held.depth -= 1
        if held.depth == 0:
            os.close(held.fd)
            held.fd = -1
        held.turn.release()

    def _take(self, end: float | None) -> int:
        """Return a descriptor that holds the lock of the file that is at the path now."""
        while True:
            fd = self._open()
            try:
                self._wait(fd, end)
                if _is_at(fd, self._path):
                    return fd
            except BaseException:
                os.close(fd)
                raise
            os.close(fd)  # the store was deleted and made again while we waited

    def _wait(self, fd: int, end: float | None) -> None:
        if end is None:
            fcntl.flock(fd, fcntl.LOCK_EX)
            return
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise self._busy() from None
                time.sleep(_POLL_SECONDS)
            else:
                return

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(
            f"locking {self._path}", f"another writer held it for {self._timeout} s", "try again, or wait for it to end"
        )


def _is_at(fd: int, path: str) -> bool:
    try:
        there = os.stat(path)
    except OSError:
        return False
    return os.path.samestat(os.fstat(fd), there)


def _forget_in_child() -> None:
    """Close the parent's descriptors in a forked child, or the lock would live as long as the child."""
    for held in _HELD.values():
        if held.fd >= 0:
            os.close(held.fd)
    _HELD.clear()


os.register_at_fork(after_in_child=_forget_in_child)
