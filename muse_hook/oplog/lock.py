"""One writer at a time: an advisory lock that the kernel frees when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from _thread import RLock

from muse_hook.errors import StoreBusyError, shell_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# For a person's single call: longer than any hook or pause of a backfill; it rather says so than hangs.
LOCK_SECONDS = 30.0

# Short enough that a hook gets in when a backfill lets go for a moment.
_POLL_SECONDS = 0.003


# What `flock` says on a file system that has none (an old NFS, some FUSE and 9p mounts).
_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL})
_NAMED = ".holder"


class _Held:
    """What this process holds of one lock file: threads take turns, one thread may enter again."""

    __slots__ = ("depth", "fd", "named", "turn")

    def __init__(self) -> None:
        self.turn = RLock()
        self.depth = 0
        self.fd = -1
        self.named = ""  # the file that holds our name, where the file system has no locks


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
            if held.named:
                _remove(held.named)
                held.named = ""
        held.turn.release()

    @property
    def is_by_name(self) -> bool:
        """Whether it is held, and by a file with our name, the file system having no locks."""
        return bool(_HELD[self._path].named)

    def _take(self, end: float | None) -> int:
        """Return a descriptor that holds the lock of the file that is at the path now."""
        while True:
            fd = self._open()
            try:
                try:
                    self._wait(fd, end)
                except OSError as error:
                    if error.errno not in _NO_LOCKS:
                        raise
                    _HELD[self._path].named = self._wait_for_name(end)
                    return fd
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

    def _wait_for_name(self, end: float | None) -> str:
        """Take the lock on a file system without locks: whoever makes the file that holds its maker's name has it.

        One whose maker, a process of this machine, is gone is taken away. Returns the file's path.
        """
        path = self._path + _NAMED
        name = f"{os.uname().nodename} {os.getpid()}"
        while True:
            try:
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            except FileExistsError:
                holder = _read(path)
                if _is_gone(holder):
                    _take_away(path, holder)
                    continue
                if end is not None and time.monotonic() >= end:
                    raise StoreBusyError(
                        f"locking {self._path}",
                        f"this file system has no locks, and {holder or 'somebody'} (machine, process) made {path}",
                        shell_command("rm", path) + "  once that process is gone",
                    ) from None
                time.sleep(_POLL_SECONDS)
                continue
            try:
                os.write(fd, name.encode())
            finally:
                os.close(fd)
            return path

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(
            f"locking {self._path}", f"another writer held it for {self._timeout} s", "try again, or wait for it to end"
        )


def _is_gone(holder: str) -> bool:
    """Say whether a holder's name is that of a process of this machine that has ended."""
    machine, _, number = holder.partition(" ")
    if machine != os.uname().nodename or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return int(number) == os.getpid()  # this process's lock would be in _HELD


def _take_away(path: str, holder: str) -> None:
    """Remove the file of a holder that is gone; one that somebody else has made meanwhile goes back."""
    aside = f"{path}.{os.getpid()}"
    try:
        os.rename(path, aside)
        if _read(aside) != holder:
            os.link(aside, path)
    except OSError:
        pass
    _remove(aside)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(256).decode("utf-8", "replace")
    except OSError:
        return ""


def _remove(path: str) -> None:
    try:  # noqa: SIM105 - start-up time
        os.unlink(path)
    except FileNotFoundError:
        pass


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
