"""Appending to a log: the one place that writes one."""

from __future__ import annotations

import os

from muse_hook.oplog import clock
from muse_hook.oplog.files import refused, sync_folder, touch
from muse_hook.oplog.ids import seal_id
from muse_hook.oplog.sessions import LOG
from muse_hook.oplog.store import OP_LOG

# Bytes of a log that hold its last batches: some dozen of usual ones, and a line begins with its id.
_LAST = 1 << 18
_START = len('{"op_id":"01234567-89ab-cdef-0123-456789abcdef"')

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from muse_hook.oplog.store import Store

    class Lines(Protocol):
        """What is appended in one piece: a `Batch`, a `MarkLine`, a `Hand`."""

        @property
        def lines(self) -> bytes:
            """The bytes, each line with its newline."""

        @property
        def highest(self) -> int:
            """The largest stamp in them."""


def append(store: Store, session_id: str, pieces: Sequence[Lines], *, sync: bool = True) -> tuple[int, int]:
    """Append `pieces` to a session's log in one write; (offset of the first byte, offset after the last).

    The store's lock must be held. A last byte that is no newline is ended first. `sync` makes it durable before it
    returns. Raises SessionError, and StoreError with the log as it was: of pieces that did not go onto the disk whole,
    this call takes back what it wrote itself, still under the lock.
    """
    folder = store.ensure_session(session_id)
    path = os.path.join(folder, LOG)
    fd = store.open_file(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        size = os.fstat(fd).st_size
        tail = os.pread(fd, clock.TAIL, max(0, size - clock.TAIL))
        torn = b"" if not tail or tail.endswith(b"\n") else b"\n"
        data = torn + b"".join(piece.lines for piece in pieces)
        _write_all(fd, data, size)
        if sync:
            os.fsync(fd)
        if size == 0:
            sync_folder(folder)
            touch(store.path(OP_LOG))
        end = size + len(data)
        stamped = max((piece.highest for piece in pieces), default=-1)
        clock.advance(store, folder, fd, start=size, before=tail, end=end, stamped=stamped)
    except OSError as error:
        raise refused(path, error, "writing") from error
    finally:
        os.close(fd)
    return size + len(torn), end


def end_torn_line(store: Store, session_id: str) -> bool:
    """End the last line of a session's log where it has no newline; whether it had none. Under the store's lock.

    The line may be a whole seal: it counts from here on. Must come before anybody asks what is sealed.
    """
    path = store.log_path(session_id)
    if not os.path.lexists(path):
        return False
    fd = store.open_file(path, os.O_RDWR | os.O_APPEND)
    try:
        size = os.fstat(fd).st_size
        if not size or os.pread(fd, 1, size - 1) == b"\n":
            return False
        os.write(fd, b"\n")
        os.fsync(fd)
    except OSError as error:
        raise refused(path, error, "writing") from error
    finally:
        os.close(fd)
    return True


def stand_at_end(store: Store, session_id: str, commit_ids: Sequence[str]) -> bool:
    """Say whether one of these commits has a seal among a log's last batches, whole or not.

    For whoever is about to append their batches because the index, a cache, knows of none: it may have been written by
    somebody else. 0.1 ms for one commit.
    """
    path = store.log_path(session_id)
    if not os.path.lexists(path):
        return False
    fd = store.open_file(path, os.O_RDONLY)
    try:
        tail = os.pread(fd, _LAST, max(0, os.fstat(fd).st_size - _LAST))
    except OSError as error:
        raise refused(path, error, "reading") from error
    finally:
        os.close(fd)
    if len(commit_ids) == 1:
        return _seal_start(commit_ids[0]) in tail
    starts = {line[:_START] for line in tail.split(b"\n")}
    return not starts.isdisjoint(map(_seal_start, commit_ids))


def _seal_start(commit_id: str) -> bytes:
    return f'{{"op_id":"{seal_id(commit_id)}"'.encode()


def sync(store: Store, session_id: str) -> None:
    """Make durable what was appended to a session's log with `sync=False`; raises StoreError."""
    path = store.log_path(session_id)
    fd = store.open_file(path, os.O_RDWR)
    try:
        os.fsync(fd)
    except OSError as error:
        raise refused(path, error, "writing") from error
    finally:
        os.close(fd)


def _write_all(fd: int, data: bytes, start: int) -> None:
    """Write `data` at the end of a log whose size is `start`; where it does not go in whole, take it back.

    Lines of no commit have no seal to say that half of them are missing. Only our own bytes are cut, and only while
    nobody's stand behind them.
    """
    written = 0
    try:
        while written < len(data):  # the kernel may take less than it is given
            written += os.write(fd, data[written:] if written else data)
    except OSError:
        if written and os.fstat(fd).st_size == start + written:
            os.ftruncate(fd, start)
        raise
