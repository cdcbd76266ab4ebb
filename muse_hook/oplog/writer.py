"""Appending to a log, the one place that writes one, and the log's highest stamp without reading it."""

from __future__ import annotations

import os

from muse_hook.errors import StoreError
from muse_hook.oplog.entry import seal_id, stamp
from muse_hook.oplog.files import refused, sync_folder, touch
from muse_hook.oplog.files import sync as sync_file
from muse_hook.oplog.sessions import HIGHEST_STAMP, LOG
from muse_hook.oplog.store import OP_LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor
    from typing import Protocol, Self

    from muse_hook.oplog.reader import LogReader
    from muse_hook.oplog.store import Store

    class Lines(Protocol):
        """What is appended in one piece: a `Batch`, a `RewriteMark`, `ManualEntries`."""

        @property
        def data(self) -> bytes:
            """The bytes, each line with its newline."""

        @property
        def highest_stamp(self) -> int:
            """The largest stamp in them."""


# The file beside the log keeps the log's bytes just before its offset: where they differ, the log is another one.
_TAIL = 48
_FILE_BYTES = 256
# What nobody of ours wrote and is longer is judged by its end (see `highest_stamp`).
_WINDOW = 1 << 20
# Logs that are open at once, and how many of them the disk is asked to keep at once: 8 to 64 take the same time.
_OPEN_LOGS = 64
_SYNCS_AT_ONCE = 16
# Bytes of a log that hold its last batches: some dozen of usual ones, and a line begins with its id.
_LAST = 1 << 18
_START = len('{"op_id":"01234567-89ab-cdef-0123-456789abcdef"')


def append(store: Store, session_id: str, pieces: Sequence[Lines], *, sync: bool = True) -> tuple[int, int]:
    """Append `pieces` to a session's log in one write; (offset of the first byte, offset after the last).

    The store's lock must be held. A last byte that is no newline is ended first. `sync` makes it durable before it
    returns. Raises SessionError, and StoreError with the log as it was: of pieces that did not go onto the disk whole,
    this call takes back what it wrote itself, still under the lock.
    """
    return append_all(store, [(session_id, pieces)], sync=sync)[0]


def append_all(
    store: Store, runs: Sequence[tuple[str, Sequence[Lines]]], *, sync: bool = True
) -> list[tuple[int, int]]:
    """Append to several logs, (session id, pieces) in their order, in one write each; what `append` returns of each.

    A log that is named more than once is made durable once. A disk waits for itself at each sync, and many at once
    share that: of 5,000 new logs they take 1.3 s in the place of 25. Raises as `append`; the logs before the one at
    fault keep what they were given, durably.
    """
    spans: list[tuple[int, int]] = []
    with _Threads() as threads:
        for at in range(0, len(runs), _OPEN_LOGS):
            opened: dict[str, _OpenLog] = {}
            try:
                try:
                    for session_id, pieces in runs[at : at + _OPEN_LOGS]:
                        if session_id not in opened:
                            opened[session_id] = _OpenLog(store, session_id)
                        spans.append(opened[session_id].append(pieces))
                finally:  # of those before the one at fault, too
                    threads.finish(list(opened.values()), sync=sync)
            finally:
                for log in opened.values():
                    log.close()
    return spans


class _Threads:
    """Threads that finish logs, all at once; started where there is more than one log, which no hook has."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def finish(self, logs: Sequence[_OpenLog], *, sync: bool) -> None:
        """Finish logs; the first one's fault is raised when all are done."""
        if len(logs) <= 1:
            for log in logs:
                log.finish(sync=sync)
            return
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(_SYNCS_AT_ONCE)

        def work(first: int) -> list[StoreError]:
            return [fault for log in logs[first::_SYNCS_AT_ONCE] if (fault := log.fault_in_finishing(sync=sync))]

        faults = [fault for some in self._pool.map(work, range(min(_SYNCS_AT_ONCE, len(logs)))) for fault in some]
        if faults:
            raise faults[0]


class _OpenLog:
    """A log that is being appended to, under the store's lock; its errors are StoreErrors."""

    __slots__ = ("_before", "_end", "_fd", "_folder", "_highest", "_path", "_start", "_store")

    def __init__(self, store: Store, session_id: str) -> None:
        self._store = store
        self._folder = store.ensure_session(session_id)
        self._path = os.path.join(self._folder, LOG)
        self._fd = store.open_file(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            self._start = self._end = os.fstat(self._fd).st_size
            self._before = os.pread(self._fd, _TAIL, max(0, self._start - _TAIL))
        except OSError as error:
            self.close()
            raise refused(self._path, error, "writing") from error
        self._highest = -1

    def append(self, pieces: Sequence[Lines]) -> tuple[int, int]:
        """Write pieces in one piece; (offset of the first byte, offset after the last)."""
        is_torn = self._end == self._start and self._before and not self._before.endswith(b"\n")
        torn = b"\n" if is_torn else b""
        # A single large batch is not copied.
        data = pieces[0].data if len(pieces) == 1 and not torn else torn + b"".join(piece.data for piece in pieces)
        start = self._end
        try:
            self._store.touch_lock()  # first: where we are killed, the next writer looks at all logs
            _write_all(self._fd, data, start)
        except OSError as error:
            raise refused(self._path, error, "writing") from error
        self._end += len(data)
        self._highest = max([self._highest, *(piece.highest_stamp for piece in pieces)])
        return start + len(torn), self._end

    def finish(self, *, sync: bool) -> None:
        """Make durable what was written, or take it back where the disk refuses; say that there is a new log."""
        if self._end == self._start:
            return
        try:
            if sync:
                _sync_or_take_back(self._fd, self._start, self._end - self._start)
            if self._start == 0:
                sync_folder(self._folder)
                touch(self._store.path(OP_LOG))
            _keep_grown(
                self._store,
                self._folder,
                self._fd,
                start=self._start,
                before=self._before,
                end=self._end,
                highest=self._highest,
            )
        except OSError as error:
            raise refused(self._path, error, "writing") from error

    def fault_in_finishing(self, *, sync: bool) -> StoreError | None:
        """Finish it; what `finish` raises of it."""
        try:
            self.finish(sync=sync)
        except StoreError as error:
            return error
        return None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


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
        store.touch_lock()
        os.write(fd, b"\n")
        sync_file(fd)
    except OSError as error:
        raise refused(path, error, "writing") from error
    finally:
        os.close(fd)
    return True


def stand_at_end(store: Store, session_id: str, commit_ids: Sequence[str], *, known_end: int = 0) -> bool:
    """Say whether one of these commits has a seal among a log's last batches, whole or not.

    For whoever is about to append their batches because the index, a cache, knows of none: it may have been written by
    somebody else. A log that still ends at `known_end` was not. 0.1 ms for one commit.
    """
    path = store.log_path(session_id)
    if not os.path.lexists(path):
        return False
    fd = store.open_file(path, os.O_RDONLY)
    try:
        size = os.fstat(fd).st_size
        if size == known_end:
            return False
        tail = os.pread(fd, _LAST, max(0, size - _LAST))
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
        sync_file(fd)
    except OSError as error:
        raise refused(path, error, "writing") from error
    finally:
        os.close(fd)


def highest_stamp(store: Store, session_id: str, *, locked: bool = False) -> int:
    """Return the highest stamp of the lines that count in a session's log, -1 for none; raises StoreError.

    Reads what came after the stamp that is kept beside the log. More than a megabyte of it comes from no writer of
    ours, which keeps the stamp, but perhaps from Muse's, whose stamps only rise: where the end of the log holds entries
    of no commit alone, in order, its last stamp is believed. Who has the store `locked` keeps what was found (else a
    batch could be half-written).
    """
    folder = store.folder(session_id)
    path = os.path.join(folder, LOG)
    if not os.path.lexists(path):
        return -1
    fd = store.open_file(path, os.O_RDONLY)
    try:
        size = os.fstat(fd).st_size
        offset, known = _kept(folder, size, None, fd)
        if offset < size:
            known = _highest_beyond(fd, offset, known, size)
            if locked and os.pread(fd, 1, size - 1) == b"\n":
                _keep(store, folder, fd, size, known)
    finally:
        os.close(fd)
    return known


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


def _sync_or_take_back(fd: int, start: int, length: int) -> None:
    """Make durable what was written from `start` on; where the disk refuses, take it back: one thing is true."""
    try:
        sync_file(fd)
    except OSError:
        if os.fstat(fd).st_size == start + length:
            os.ftruncate(fd, start)
        raise


def _highest_beyond(fd: int, offset: int, known: int, size: int) -> int:
    """Return the highest stamp, `known` being the highest before `offset`."""
    from muse_hook.oplog.reader import LogReader  # start-up time of the hook
    from muse_hook.oplog.seal import Seal

    if size - offset > _WINDOW:
        last = _rising(fd, size)
        if last is not None:
            return max(known, last)
    reader = LogReader(fd, offset, end=size)
    at = offset
    for found in reader:
        if isinstance(found, Seal) and found.intact:
            known = max(known, _highest_manual(reader, at, found.start), stamp(found.generation, found.entries))
            at = found.end
    return max(known, _highest_manual(reader, at, size))


def _highest_manual(reader: LogReader, start: int, end: int) -> int:
    return max((entry["lamport_ts"] for entry in reader.manual(start, end)), default=-1)


def _rising(fd: int, size: int) -> int | None:
    """Return the last stamp of the log's end where all of its lines are entries of no commit, in order, else None."""
    from muse_hook.oplog.lines import manual_entry, read_lines

    start = size - _WINDOW // 16
    lines = list(read_lines(fd, start, size))[1:]  # the first is cut
    stamps = [entry["lamport_ts"] if (entry := manual_entry(line)) else None for line in lines]
    known = [value for value in stamps if value is not None]
    if not known or len(known) < len(stamps) or known != sorted(known):
        return None
    return int(known[-1])


def _keep_grown(store: Store, folder: str, fd: int, *, start: int, before: bytes, end: int, highest: int) -> None:
    """Keep that the log `fd` grew from `start`, with `before` just before it, to `end` by lines up to that stamp.

    What is kept and is behind stays as it is: the next reader of it goes on from there.
    """
    offset, known = (0, -1) if start == 0 else _kept(folder, start, before)
    if offset != start:
        return
    _keep(store, folder, fd, end, max(known, highest))


def _keep(store: Store, folder: str, fd: int, offset: int, known: int) -> None:
    tail = os.pread(fd, _TAIL, max(0, offset - _TAIL))
    text = f"{offset} {known} {tail.hex()}\n".encode().ljust(_FILE_BYTES)
    try:
        kept_fd = store.open_file(os.path.join(folder, HIGHEST_STAMP), os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(kept_fd, text, 0)
        finally:
            os.close(kept_fd)
    except (OSError, StoreError):
        pass  # a full disk, a store that is read only: the next one reads a little more


def _kept(folder: str, size: int, before: bytes | None, fd: int = -1) -> tuple[int, int]:
    """Return (offset, highest stamp up to there) that is kept; (0, -1) where it does not fit the log.

    `before` are the log's last bytes up to `size`; where it is None they are read from `fd`, at the kept offset.
    """
    try:
        with open(os.path.join(folder, HIGHEST_STAMP), "rb") as file:
            offset_text, known_text, tail_text = file.read(_FILE_BYTES).split()
        offset, known, tail = int(offset_text), int(known_text), bytes.fromhex(tail_text.decode())
    except (OSError, ValueError):
        return 0, -1
    if not 0 <= offset <= size or (before is not None and offset != size):
        return 0, -1
    there = os.pread(fd, _TAIL, max(0, offset - _TAIL)) if before is None else before
    return (offset, known) if there[: min(_TAIL, offset)] == tail else (0, -1)
