"""Cutting a log: batches out of it, or others into their place, in one atomic step. Nothing else rewrites one."""

from __future__ import annotations

import os
import stat

from muse_hook.errors import StoreError
from muse_hook.oplog.batch import Batch
from muse_hook.oplog.files import refused, sync, sync_folder
from muse_hook.oplog.lines import BLOCK, manual_entry, read_line_ends
from muse_hook.oplog.log import checkpoint_offset, moved_checkpoint, read_checkpoint, write_checkpoint
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Seal
from muse_hook.oplog.sessions import HIGHEST_STAMP, LOG
from muse_hook.oplog.writer import end_torn_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from muse_hook.oplog.batch import RewriteMark
    from muse_hook.oplog.store import Store

    InPlaceOf = Callable[[Seal], "Batch | RewriteMark | None"]
    """What is to stand in the place of a whole batch, None where it stays."""

WORKED_OUT = ("branch_map.json", "comparisons.json", "touched")
"""Files of the store in which what the logs say of symbols is worked out further: the branch map, comparisons of two
branches, what tips touched."""

_NEW = ".ops.jsonl.new"  # a name that no session's component has


def cut_log(
    store: Store,
    session: str,
    in_place_of: InPlaceOf,
    gone: Collection[str] = (),
    is_left_out: Callable[[bytes], bool] | None = None,
) -> int:
    """Put what `in_place_of` says into the place of a session's batches; how many batches and loose lines that were.

    Of the lines of damaged and half-written batches those of the commits `gone` are left out, and those that
    `is_left_out` says, which is asked in their order; all others stay. The store's lock must be held. The new log is
    written beside the old one, read again and compared, made durable, and takes its name: whoever reads sees one or the
    other, whenever the machine stops. Raises StoreError with the log as it was.
    """
    folder = store.folder(session)
    path = os.path.join(folder, LOG)
    if not os.path.lexists(path):
        return 0
    end_torn_line(store, session)
    new_path = os.path.join(folder, _NEW)
    old = store.open_file(path, os.O_RDONLY)
    try:
        fd = store.open_file(new_path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            checkpoint = read_checkpoint(folder)
            before = None if checkpoint is None else checkpoint_offset(checkpoint, path)
            copy = _Copy(old, fd, -1 if before is None else before)
            changed = copy.run(in_place_of, _left_out(gone, is_left_out))
            if changed:
                os.fchmod(fd, stat.S_IMODE(os.fstat(old).st_mode))
                copy.check(session)
                sync(fd)
                moved = None
                if checkpoint is not None and before is not None and copy.offset >= 0:
                    moved = moved_checkpoint(checkpoint, before, os.fstat(fd).st_ino, copy.offset)
                    write_checkpoint(store, folder, moved[0])
                _unlink(os.path.join(folder, HIGHEST_STAMP))  # holds the last bytes of the log
                copy.follow()
                store.touch_lock()
                for name in WORKED_OUT:  # of batches that are another's now, or nobody's
                    _unlink(store.path(name))
                os.replace(new_path, path)
                sync_folder(folder)
                if moved is not None:
                    write_checkpoint(store, folder, moved[1])
        except OSError as error:
            raise refused(path, error, "writing") from error
        finally:
            os.close(fd)
            _unlink(new_path)
    finally:
        os.close(old)
    return changed


def _left_out(gone: Collection[str], is_left_out: Callable[[bytes], bool] | None) -> Callable[[bytes], bool] | None:
    """Return what says of a line between two whole batches whether it is left out; None where none is."""
    ids = [commit_id.encode("ascii") for commit_id in gone]
    if not ids and is_left_out is None:
        return None

    def is_one(line: bytes) -> bool:
        is_named = any(each in line for each in ids) or (is_left_out is not None and is_left_out(line))
        return is_named and manual_entry(line) is None

    return is_one


def _unlink(path: str) -> None:
    if os.path.lexists(path):
        os.unlink(path)


class _Copy:
    """A log that is copied from one descriptor to another; `offset` is where in the copy a byte of the log stands."""

    def __init__(self, old: int, new: int, offset: int) -> None:
        self._old = old
        self._new = new
        self._size = os.fstat(old).st_size
        self._wanted = offset  # in the old log
        self._expected: list[str] = []  # the commits of the copy's batches
        self._at = 0  # in the copy
        self.offset = -1

    def run(self, in_place_of: InPlaceOf, is_left_out: Callable[[bytes], bool] | None) -> int:
        """Copy all but what is replaced or left out; how many batches and lines that were."""
        changed = at = 0
        for found in LogReader(self._old, end=self._size):
            if not isinstance(found, Seal) or not found.intact:
                continue
            changed += self._between(at, found.start, is_left_out)
            made = in_place_of(found)
            if made is None:
                self._range(found.start, found.end)
            else:
                self._write(made.data)
                self._passed(found.start, found.end)
                changed += 1
            if made is None or isinstance(made, Batch):
                self._expected.append(found.commit_id)
            at = found.end
        return changed + self._between(at, self._size, is_left_out)

    def follow(self) -> None:
        """Copy what somebody appended meanwhile without our lock, as Muse's own tools do."""
        while (size := os.fstat(self._old).st_size) > self._size:
            start, self._size = self._size, size
            self._range(start, size)
            sync(self._new)

    def check(self, session: str) -> None:
        """Read the copy: it must hold the batches that it should, in their order. StoreError."""
        found = [each for each in LogReader(self._new, end=self._at) if isinstance(each, Seal) and each.intact]
        if [each.commit_id for each in found] != self._expected:
            raise StoreError(f"cutting the log of {session}", "the new one does not hold what it should")

    def _between(self, start: int, end: int, is_left_out: Callable[[bytes], bool] | None) -> int:
        """Copy lines that are in no whole batch; how many were left out."""
        if is_left_out is None:
            self._range(start, end)
            return 0
        left = 0
        at = start
        for line, after in read_line_ends(self._old, start, end):
            if is_left_out(line):
                self._passed(at, after)
                left += 1
            else:
                self._range(at, after)
            at = after
        return left

    def _range(self, start: int, end: int) -> None:
        if start <= self._wanted <= end:
            self.offset = self._at + self._wanted - start
        while start < end:
            block = os.pread(self._old, min(BLOCK, end - start), start)
            if not block:
                raise OSError("the log became shorter")
            self._write(block)
            start += len(block)

    def _passed(self, start: int, end: int) -> None:
        if start < self._wanted <= end:
            self.offset = self._at

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.write(self._new, view)
            self._at += written
            view = view[written:]
