"""Batches of the logs, read where they are known to stand."""

from __future__ import annotations

import os
from json import loads

from muse_hook.digest import hex_sha256
from muse_hook.errors import DamagedLogError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from muse_hook.model.ops import DomainOp
    from muse_hook.oplog.store import Store
    from muse_hook.replay.tables import RecordedCommit


class Batches:
    """The logs of a store, each opened once; a context manager."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._open: dict[str, int] = {}

    def log(self, session: str) -> int:
        """Return the descriptor of a session's log; it stays ours. Raises StoreError."""
        if session not in self._open:
            self._open[session] = self.store.open_file(self.store.log_path(session), os.O_RDONLY)
        return self._open[session]

    def read(self, session: str, start: int, end: int) -> bytes:
        """Return the bytes of a session's log from `start` to `end`."""
        return os.pread(self.log(session), end - start, start)

    def ops(self, node: RecordedCommit) -> list[DomainOp]:
        """Return a commit's top-level ops, children inside their patches. Raises DamagedLogError, StoreError."""
        data = self.read(node.session, node.start, node.end)
        at = node.line - node.start
        try:
            if loads(data[at:])["commit"]["sha256"] == hex_sha256(data[:at]):
                return top_ops(data[:at])
            wrong = "the entries do not fit their seal"
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            wrong = f"it cannot be read ({type(error).__name__})"
        raise DamagedLogError(
            f"reading the batch of {node.commit_id} in {node.session}", wrong, "muse-hook verify, then muse-hook sync"
        )

    def close(self) -> None:
        """Close the logs."""
        while self._open:
            os.close(self._open.popitem()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def top_ops(data: bytes) -> list[Any]:
    """Return the ops of a batch's lines that are no child's; the lines of a patch's children, right behind it, are
    passed over unread.
    """  # noqa: D205 - one thought
    found = []
    lines = iter(data.split(b"\n")[:-1])
    for line in lines:
        op = loads(line)["domain_op"]
        found.append(op)
        if op["op"] == "patch":
            for _ in op["child_ops"]:
                next(lines, None)
    return found
