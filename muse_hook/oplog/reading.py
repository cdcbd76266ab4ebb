"""The entries of a log that count."""

from __future__ import annotations

import os

from muse_hook.errors import StoreError
from muse_hook.oplog.lines import hand_entry, parse, read_lines
from muse_hook.oplog.scan import Scanner, Seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.model.ops import OpEntry


def read_entries(path: str, offset: int = 0) -> Iterator[OpEntry]:
    """Yield the entries of the log at `path` from the byte `offset` on, in the order of the log.

    Those are whole batches, each commit's first one only, and lines that were appended by hand; marks are among
    these. Half-written and damaged batches and garbage are passed over. No log: no entries. Raises StoreError where
    it cannot be read.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"reading {path}", error.strerror or str(error)) from error
    try:
        size = os.fstat(fd).st_size
        seen: set[str] = set()
        at = offset
        for found in Scanner(fd, offset, end=size):
            if isinstance(found, Seal) and found.intact:
                yield from _hand(fd, at, found.start)
                if found.commit_id not in seen:
                    seen.add(found.commit_id)
                    yield from _batch(fd, found)
                at = found.end
        yield from _hand(fd, at, size)
    finally:
        os.close(fd)


def _batch(fd: int, seal: Seal) -> Iterator[OpEntry]:
    for line in read_lines(fd, seal.start, seal.end):
        entry = parse(line)
        if entry is not None:  # its digest fits, so it is as it was written
            yield entry  # type: ignore[misc] # JSON is Any


def _hand(fd: int, start: int, end: int) -> Iterator[OpEntry]:
    for line in read_lines(fd, start, end):
        entry = hand_entry(line)
        if entry is not None:
            yield entry
