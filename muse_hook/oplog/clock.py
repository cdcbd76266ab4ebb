"""A log's highest stamp without reading the log: a note beside it, believed only where it fits."""

from __future__ import annotations

import os

from muse_hook.errors import StoreError
from muse_hook.oplog.ids import stamp
from muse_hook.oplog.lines import hand_entry, read_lines
from muse_hook.oplog.reader import Scanner
from muse_hook.oplog.seal import Seal
from muse_hook.oplog.sessions import CLOCK, LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.oplog.store import Store

# The note keeps the log's bytes just before its offset: where they differ, the log is another one.
TAIL = 48
_NOTE_BYTES = 256
# A longer stretch that nobody of ours wrote is judged by its end (see `highest`).
_WINDOW = 1 << 20


def advance(store: Store, folder: str, fd: int, *, start: int, before: bytes, end: int, stamped: int) -> None:
    """Note that the log `fd` grew from `start`, where `before` were its last bytes, to `end` by lines up to `stamped`.

    A note that is behind stays as it is: the next reader of it goes on from there.
    """
    offset, known = (0, -1) if start == 0 else _read(folder, start, before)
    if offset != start:
        return
    _note(store, folder, fd, end, max(known, stamped))


def highest(store: Store, session_id: str, *, locked: bool = False) -> int:
    """Return the highest stamp of the lines that count in a session's log, -1 for none; raises StoreError.

    Reads what came after the note. More than a megabyte of it comes from no writer of ours, which keeps the note, but
    perhaps from Muse's, whose stamps only rise: where the end of the log holds lines without a commit alone, in order,
    its last stamp is believed. Who has the store `locked` leaves a note of it (else a batch could be half-written).
    """
    folder = store.folder(session_id)
    path = os.path.join(folder, LOG)
    if not os.path.lexists(path):
        return -1
    fd = store.open_file(path, os.O_RDONLY)
    try:
        size = os.fstat(fd).st_size
        offset, known = _read(folder, size, None, fd)
        if offset < size:
            known = _beyond(fd, offset, known, size)
            if locked and os.pread(fd, 1, size - 1) == b"\n":
                _note(store, folder, fd, size, known)
    finally:
        os.close(fd)
    return known


def _beyond(fd: int, offset: int, known: int, size: int) -> int:
    """Return the highest stamp, `known` being the highest before `offset`."""
    if size - offset > _WINDOW:
        last = _rising(fd, size)
        if last is not None:
            return max(known, last)
    scanner = Scanner(fd, offset, end=size)
    at = offset
    for found in scanner:
        if isinstance(found, Seal) and found.intact:
            known = max(known, _hand_highest(fd, at, found.start), stamp(found.generation, found.entries))
            at = found.end
    return max(known, _hand_highest(fd, at, size))


def _hand_highest(fd: int, start: int, end: int) -> int:
    found = -1
    for line in read_lines(fd, start, end):
        entry = hand_entry(line)
        if entry is not None:
            found = max(found, entry["lamport_ts"])
    return found


def _rising(fd: int, size: int) -> int | None:
    """Return the last stamp of the log's end where all of its lines are hand-made and in order, else None."""
    start = size - _WINDOW // 16
    lines = list(read_lines(fd, start, size))[1:]  # the first is cut
    stamps = [entry["lamport_ts"] if (entry := hand_entry(line)) else None for line in lines]
    known = [value for value in stamps if value is not None]
    if not known or len(known) < len(stamps) or known != sorted(known):
        return None
    return int(known[-1])


def _note(store: Store, folder: str, fd: int, offset: int, known: int) -> None:
    tail = os.pread(fd, TAIL, max(0, offset - TAIL))
    note = f"{offset} {known} {tail.hex()}\n".encode().ljust(_NOTE_BYTES)
    try:
        note_fd = store.open_file(os.path.join(folder, CLOCK), os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(note_fd, note, 0)
        finally:
            os.close(note_fd)
    except (OSError, StoreError):
        pass  # a full disk, a store that is read only: the next one reads a little more


def _read(folder: str, size: int, before: bytes | None, fd: int = -1) -> tuple[int, int]:
    """Return (offset, highest stamp up to there) of the note; (0, -1) where it does not fit the log.

    `before` are the log's last bytes up to `size`; where it is None they are read from `fd`, at the note's offset.
    """
    try:
        with open(os.path.join(folder, CLOCK), "rb") as file:
            offset_text, known_text, tail_text = file.read(_NOTE_BYTES).split()
        offset, known, tail = int(offset_text), int(known_text), bytes.fromhex(tail_text.decode())
    except (OSError, ValueError):
        return 0, -1
    if not 0 <= offset <= size or (before is not None and offset != size):
        return 0, -1
    there = os.pread(fd, TAIL, max(0, offset - TAIL)) if before is None else before
    return (offset, known) if there[: min(TAIL, offset)] == tail else (0, -1)
