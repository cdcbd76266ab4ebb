"""Commits, deltas and logs made by hand: what the tests of the log, the recorder and the index stand on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from muse_hook.model.change import Commit
from muse_hook.oplog.batch import Batch, make_batch
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Seal
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append

ENGINE = "muse_hook 0; a grammar 0"


def oid(number: int) -> str:
    """Return a commit id that tells its number."""
    return f"{number:040x}"


def commit(number: int, *parents: int, **changed: Any) -> Commit:
    """Return commit `number` with parents by their numbers."""
    told: dict[str, Any] = {
        "author": "Ada Lovelace <ada@example.org>",
        "authored_at": "2026-01-01T10:00:00+00:00",
        "committed_at": "2026-01-01T11:00:00+00:00",
        "summary": f"Commit {number}",
    }
    return Commit(oid(number), "7" * 40, [oid(parent) for parent in parents], **told | changed)


def insert(address: str) -> dict[str, Any]:
    """Return an op that adds a symbol or a file."""
    return {"op": "insert", "address": address, "position": None, "content_id": "1" * 40, "content_summary": "added é"}


def patch(path: str, *names: str) -> dict[str, Any]:
    """Return an op that adds symbols to a file."""
    return {
        "op": "patch",
        "address": path,
        "child_ops": [insert(f"{path}::{name}") for name in names],
        "child_domain": "code_symbols",
        "child_summary": f"{len(names)} added",
    }


def delta(*ops: dict[str, Any]) -> Any:
    """Return a delta of these ops."""
    return {"domain": "code", "ops": list(ops), "summary": "added", "sem_ver_bump": "minor", "breaking_changes": []}


def batch(number: int, *names: str, parents: tuple[int, ...] = (), generation: int = 1) -> Batch:
    """Return a batch whose commit adds functions `names` to one file; nothing where there are none."""
    ops = [patch(f"src/m{number}.py", *names)] if names else []
    return make_batch(commit(number, *parents), delta(*ops), generation, engine=ENGINE)


def write(store: Store, session: str, *pieces: Any) -> None:
    """Append batches or marks to a session."""
    with store.lock():
        append(store, session, pieces)


def log_of(store: Store, session: str = "main") -> Path:
    """Return the path of a session's log."""
    return Path(store.log_path(session))


def scan(path: str, offset: int = 0) -> list[Seal]:
    """Return the seals of the log at `path` from the byte `offset`, the end of a batch (or 0), on."""
    if not Path(path).exists():
        return []
    with Path(path).open("rb") as file:
        return [found for found in LogReader(file.fileno(), offset) if isinstance(found, Seal)]


def read_batch(store: Store, session: str, seal: Any) -> list[Any]:
    """Return the entries of the batch of a seal (or an indexed batch), the seal last."""
    with log_of(store, session).open("rb") as file:
        return LogReader(file.fileno()).batch(seal).entries()


def entries(data: bytes) -> list[dict[str, Any]]:
    """Return the JSON objects of lines."""
    return [json.loads(line) for line in data.splitlines()]
