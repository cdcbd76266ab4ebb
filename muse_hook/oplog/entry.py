"""One line of a log: Muse's nine keys in Muse's order, then ours."""

from __future__ import annotations

import os
import time

from muse_hook.oplog.canonical import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from muse_hook.model.ops import OpEntry

KEYS = (
    "op_id", "actor_id", "lamport_ts", "parent_op_ids", "domain", "domain_op", "created_at", "intent_id",
    "reservation_id",
)  # fmt: skip


def make_op_entry(
    actor_id: str,
    domain: str,
    domain_op: Any,
    lamport_ts: int,
    *,
    parent_op_ids: Sequence[str] | None = None,
    intent_id: str = "",
    reservation_id: str = "",
) -> OpEntry:
    """Return an entry with a fresh random id and the time of now, as `muse.core.op_log.make_op_entry` does.

    `domain_op` is kept as it is; `parent_op_ids` is copied. For entries of a commit see `make_batch`.
    """
    return {
        "op_id": random_id(),
        "actor_id": actor_id,
        "lamport_ts": lamport_ts,
        "parent_op_ids": list(parent_op_ids or []),
        "domain": domain,
        "domain_op": domain_op,
        "created_at": now(),
        "intent_id": intent_id,
        "reservation_id": reservation_id,
    }


def now() -> str:
    """Return the time in UTC, ISO 8601 with microseconds and `+00:00`."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds // 1000:06d}+00:00"


def entry_line(
    op_id: str, lamport_ts: int, domain: str, *, actor_json: str, parents_json: str, op_json: str, tail_json: str
) -> str:
    """Return a line with its newline, equal to the canonical JSON of the entry.

    The pieces named `_json` are canonical JSON already: an op's is needed for its id, and the `tail` (`created_at`
    to the end, without braces) is the same in all lines of a batch.
    """
    return (
        f'{{"op_id":"{op_id}","actor_id":{actor_json},"lamport_ts":{lamport_ts},"parent_op_ids":{parents_json},'
        f'"domain":"{domain}","domain_op":{op_json},{tail_json}}}\n'
    )


def tail_json(created_at: str, intent_id: str = "", reservation_id: str = "", commit_id: str = "") -> str:
    """Return the members from `created_at` on; `commit_id` is left out where it is empty (a mark, a hand-made line)."""
    tail = {"created_at": created_at, "intent_id": intent_id, "reservation_id": reservation_id}
    if commit_id:
        tail["commit_id"] = commit_id
    return canonical(tail)[1:-1]


def random_id() -> str:
    """Return a UUID of version 4 (the module `uuid` would cost 6 ms to import)."""
    value = bytearray(os.urandom(16))
    value[6] = value[6] & 0x0F | 0x40
    value[8] = value[8] & 0x3F | 0x80
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
