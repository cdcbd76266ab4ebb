"""What a log costs by its length: `python benchmarks/oplog.py [FOLDER]` (default: a temporary one)."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muse_hook.index.index import Index
from muse_hook.model.change import Commit
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.reader import LogReader, read_entries
from muse_hook.oplog.seal import Seal
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append
from muse_hook.record.recorder import record_delta_ops

OPS = 9  # with the seal, ten lines a commit


def op(number: int) -> dict[str, Any]:
    """Return an op of the usual size."""
    return {
        "op": "insert",
        "address": f"src/package/module_{number % 97}.py::Class.method_{number}",
        "position": None,
        "content_id": hashlib.sha256(str(number).encode()).hexdigest(),
        "content_summary": f"added method method_{number}  L{number % 500}–{number % 500 + 9}",
        "kind": "method",
        "lines": [number % 500, number % 500 + 9],
    }


def delta(first: int, count: int) -> Any:
    """Return a delta of `count` ops."""
    ops = [op(first + number) for number in range(count)]
    return {"domain": "code", "ops": ops, "summary": f"{count} added", "sem_ver_bump": "minor", "breaking_changes": []}


def commit(number: int) -> Commit:
    """Return a commit on a straight line of them."""
    now = "2026-01-01T10:00:00+00:00"
    parents = [f"{number - 1:040x}"] if number else []
    return Commit(
        f"{number:040x}",
        "7" * 40,
        parents,
        author="Ada Lovelace <ada@example.org>",
        authored_at=now,
        committed_at=now,
        summary="Change",
    )


def timed(what: str, do: Callable[[], object], repeat: int = 1) -> None:
    """Print the best of `repeat` runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        do()
        best = min(best, time.perf_counter() - start)
    print(f"{what:56} {best * 1000:10.2f} ms")


def fill(store: Store, lines: int) -> None:
    """Write batches of ten lines each."""
    with store.lock():
        for first in range(0, lines // (OPS + 1), 200):
            numbers = range(first, min(first + 200, lines // (OPS + 1)))
            batches = [make_batch(commit(n), delta(n * OPS, OPS), n + 1, engine="e") for n in numbers]
            append(store, "main", batches, sync=False)


def seals(path: str) -> int:
    """Return how many whole batches a log holds."""
    with open(path, "rb") as file:
        return sum(isinstance(found, Seal) and found.intact for found in LogReader(file.fileno()))


def measure(root: Path, lines: int) -> None:
    """Print what one more recording costs in a log of `lines` lines, and what reading all of it does."""
    store = Store(root)
    store.ensure("op_log")
    timed(f"{lines:9,} lines: make and append them", lambda: fill(store, lines))
    path = store.log_path("main")
    timed(f"{lines:9,} lines: scan, every digest checked", lambda: seals(path))
    with Index(store) as index:
        timed(f"{lines:9,} lines: index from nothing", index.refresh)
        timed(f"{lines:9,} lines: refresh, nothing new", lambda: index.refresh(fast=True), 20)
        number = [10**6]

        def one(*, sync: bool) -> None:
            number[0] += 1
            record_delta_ops(
                store,
                delta(0, 10),
                session_id="main",
                actor_id="me",
                commit=commit(number[0]),
                generation=1,
                engine="e",
                index=index,
                sync=sync,
            )

        timed(f"{lines:9,} lines: record a commit of 10 ops", lambda: one(sync=True), 20)
        timed(f"{lines:9,} lines: the same without its fsync", lambda: one(sync=False), 20)

    def by_hand() -> None:
        record_delta_ops(store, delta(0, 10), session_id="main", actor_id="me")

    timed(f"{lines:9,} lines: record 10 ops by hand", by_hand, 20)
    timed(f"{lines:9,} lines: read all entries", lambda: sum(1 for _ in read_entries(path)))


def main() -> None:
    """Measure an empty log, one of 100,000 lines and one of a million."""
    root = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    try:
        for lines in (0, 100_000, 1_000_000):
            folder = root / str(lines)
            folder.mkdir()
            measure(folder, lines)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
