"""The entries of a log that count."""

from __future__ import annotations

import os

from muse_hook.errors import DamagedLogError
from muse_hook.oplog.engines import rank
from muse_hook.oplog.lines import hand_entry, open_log, parse, read_lines, wrong_type
from muse_hook.oplog.reader import Scanner
from muse_hook.oplog.seal import Seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from muse_hook.model.ops import OpEntry, StructuredDelta
    from muse_hook.oplog.store import Store


def read_entries(path: str, offset: int = 0) -> Iterator[OpEntry]:
    """Yield the entries of the log at `path` from the byte `offset` on, in the order of the log.

    Those are whole batches, one of each commit, and lines that were appended by hand; marks are among these. Of a
    commit's batches by two engines the newer one's counts, of those by one engine the first. Half-written and damaged
    batches and garbage are passed over. No log: no entries. Raises StoreError where it cannot be read.
    """
    fd = open_log(path)
    if fd is None:
        return
    try:
        size = os.fstat(fd).st_size
        batches: list[tuple[str, int, int]] = []  # (commit, start, end)
        counts: dict[str, tuple[int, str]] = {}  # by commit (start, engine) of the batch that counts
        for found in Scanner(fd, offset, end=size):
            if isinstance(found, Seal) and found.intact:
                batches.append((found.commit_id, found.start, found.end))
                first = counts.setdefault(found.commit_id, (found.start, found.engine))
                if first[1] != found.engine and rank(found.engine) > rank(first[1]):
                    counts[found.commit_id] = (found.start, found.engine)
        at = offset
        for commit_id, start, end in batches:
            yield from _hand(fd, at, start)
            if counts[commit_id][0] == start:
                yield from _batch(fd, commit_id, start, end)
            at = end
        yield from _hand(fd, at, size)
    finally:
        os.close(fd)


def read_batch(store: Store, session_id: str, start: int, end: int) -> list[OpEntry]:
    """Return the entries of the batch that stands in a session's log from byte `start` to `end`, the seal last.

    Raises DamagedLogError where no whole batch stands there, StoreError where the log cannot be read.
    """
    fd = store.open_file(store.log_path(session_id), os.O_RDONLY)
    try:
        seals = [found for found in Scanner(fd, start, end=end) if isinstance(found, Seal) and found.intact]
        if len(seals) != 1 or (seals[0].start, seals[0].end) != (start, end):
            raise DamagedLogError(
                f"reading the log of {session_id}",
                f"no whole batch stands at byte {start}",
                "muse-hook verify, then muse-hook sync",
            )
        return list(_batch(fd, seals[0].commit_id, start, end))
    finally:
        os.close(fd)


def read_line(store: Store, session_id: str, start: int, end: int) -> Any:
    """Return the JSON object of a line of a session's log, from byte `start` to `end`; None where none stands there."""
    fd = store.open_file(store.log_path(session_id), os.O_RDONLY)
    try:
        return parse(os.pread(fd, end - start, start))
    finally:
        os.close(fd)


def delta_of_entries(batch: Sequence[OpEntry]) -> StructuredDelta:
    """Return the delta that a batch (see `read_batch`) was made of; no child op is told twice."""
    seal = batch[-1]
    told = seal["commit"]
    return {
        "domain": "code",
        "ops": [entry["domain_op"] for entry in top_entries(batch[:-1])],
        "summary": told["summary"],
        "sem_ver_bump": told["sem_ver_bump"],
        "breaking_changes": told["breaking_changes"],
    }


def top_entries(entries: Sequence[OpEntry]) -> list[OpEntry]:
    """Return those entries that are not told by a patch among them already: its children, in order, follow it."""
    found = []
    told: dict[str, list[Any]] = {}  # by patch, the children that are still to come, the next one last
    for entry in entries:
        causes = entry["parent_op_ids"]
        children = told.get(str(causes[0])) if len(causes) == 1 else None
        if children and children[-1] == entry["domain_op"]:
            children.pop()
            continue
        found.append(entry)
        if entry["domain_op"].get("op") == "patch":
            children = entry["domain_op"].get("child_ops")
            told[entry["op_id"]] = children[::-1] if isinstance(children, list) else []
    return found


def _batch(fd: int, commit_id: str, start: int, end: int) -> Iterator[OpEntry]:
    for line in read_lines(fd, start, end):
        entry = parse(line)
        # Its digest fits, so it is as it was written, by whomever: a log may come from another clone.
        if entry is not None and entry.get("commit_id") == commit_id and not wrong_type(entry):
            yield entry  # type: ignore[misc] # JSON is Any


def _hand(fd: int, start: int, end: int) -> Iterator[OpEntry]:
    for line in read_lines(fd, start, end):
        entry = hand_entry(line)
        if entry is not None:
            yield entry
