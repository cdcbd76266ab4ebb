"""One line of a log: Muse's nine keys in Muse's order, then ours; its JSON, its id and its stamp."""

from __future__ import annotations

import os
import time

from muse_hook.digest import digest, hex_sha256
from muse_hook.errors import DeltaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, NoReturn

    from muse_hook.model.ops import OpEntry

try:
    # What the package json encodes with; the package costs a hook 1 ms, most of it for decoding.
    import _json
except ImportError:  # not CPython
    _json = None  # type: ignore[assignment] # None tells so

KEYS = (
    "op_id", "actor_id", "lamport_ts", "parent_op_ids", "domain", "domain_op", "created_at", "intent_id",
    "reservation_id",
)  # fmt: skip

DOMAIN = "code"

# A stamp is a generation above a position, and below 2**53: exact in JSON readers that know doubles only.
POSITIONS = 1 << 24
MAX_GENERATION = 1 << 29

_DOING = "recording a delta"

# JSON as the log holds it: compact, ASCII, in the order of the keys; one encoder for hook and backfill.


def canonical(value: object) -> str:
    """Return the compact JSON text of `value`, all of it ASCII.

    Equal to json.dumps(value, separators=(",", ":")), Muse's own call. Raises ValueError (NaN and infinities, which are
    no JSON; a circle), TypeError (no JSON type) or RecursionError (nested too deep).
    """
    if _json is None:
        from json import dumps  # see above

        return dumps(value, separators=(",", ":"), allow_nan=False)
    if isinstance(value, str):
        return _json.encode_basestring_ascii(value)
    markers, encode = _encoders.pop() if _encoders else _new_encoder()
    parts = encode(value, 0)
    if not markers:
        _encoders.append((markers, encode))
    return "".join(parts)


def _new_encoder() -> tuple[dict[int, object], Callable[[object, int], tuple[str, ...]]]:
    """Return an encoder, and what it keeps of the value in hand, by which a circle is noticed."""
    markers: dict[int, object] = {}
    return markers, _json.make_encoder(
        markers=markers,
        default=_refuse,
        encoder=_json.encode_basestring_ascii,
        indent=None,
        key_separator=":",
        item_separator=",",
        sort_keys=False,
        skipkeys=False,
        allow_nan=False,
    )


# Those that are not at work and did not fail: making one takes longer than most values do.
_encoders: list[tuple[dict[int, object], Callable[[object, int], tuple[str, ...]]]] = []


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def canonical_of(value: object, what: str) -> str:
    """Return the compact JSON text of what a caller gave; raises DeltaError, which names it as `what`."""
    try:
        return canonical(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise DeltaError(_DOING, f"{what} cannot be JSON: {error}") from error


def text_json(value: object, what: str) -> str:
    """Return the JSON of a text; raises DeltaError for anything else."""
    if not isinstance(value, str):
        raise DeltaError(_DOING, f"{what} is no text: {value!a:.80}")
    return canonical(value)


def texts_json(values: object, what: str) -> str:
    """Return the JSON of a list of texts; raises DeltaError for anything else."""
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
        raise DeltaError(_DOING, f"{what} is no list of texts: {values!a:.80}")
    return canonical(values)


# Ids and stamps that derive from a commit: the same commit has the same ones on every machine.


def derived_id(*parts: str) -> str:
    """Return a UUID-shaped id (RFC 9562's version 8, "custom") of the texts `parts`."""
    digits = digest(parts)
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def entry_id(commit_id: str, position: int, op_json: str) -> str:
    """Return the id of the entry at `position` (from 0) of the commit's batch; `op_json` is its canonical JSON."""
    return derived_id("muse_hook entry", commit_id, str(position), op_json)


def seal_id(commit_id: str) -> str:
    """Return the id of a commit's seal, from the commit id alone: a child names it without a look-up."""
    return derived_id("muse_hook seal", commit_id)


def mark_id(kind: str, old: str, new: str = "") -> str:
    """Return the id of a rewrite mark: `kind` is "superseded" or "dropped", `new` the commit in the old one's place."""
    return derived_id("muse_hook mark", kind, old, new)


def stamp(generation: int, position: int) -> int:
    """Return `lamport_ts`: every stamp of an ancestor is below every stamp of its descendants."""
    return generation * POSITIONS + position


def mark_stamp(generation: int) -> int:
    """Return a mark's stamp, the last of the largest `generation` of the commits that it names."""
    return generation * POSITIONS + POSITIONS - 1


def random_id() -> str:
    """Return a UUID of version 4 (the module `uuid` would cost 6 ms to import)."""
    value = bytearray(os.urandom(16))
    value[6] = value[6] & 0x0F | 0x40
    value[8] = value[8] & 0x3F | 0x80
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


# Entries and their lines


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
    """Return the members from `created_at` on; `commit_id` is left out where it is empty (an entry of no commit)."""
    tail = {"created_at": created_at, "intent_id": intent_id, "reservation_id": reservation_id}
    if commit_id:
        tail["commit_id"] = commit_id
    return canonical(tail)[1:-1]


# A line's own digest, its last key: of seals, marks and claims. The first digits of the SHA-256 of the line's bytes
# before its last `,"check"`.

CHECK = b',"check"'
CHECK_DIGITS = 16


def with_check(line: bytes) -> bytes:
    """Return a line (a JSON object and a newline) with its digest as the last key."""
    head = line[: line.rindex(b"}")]
    return head + CHECK + f':"{check_of(head)}"}}\n'.encode("ascii")


def check_of(head: bytes) -> str:
    """Return the digest of what stands before it."""
    return hex_sha256(head)[:CHECK_DIGITS]


# A delta's ops in the order of the log: each patch is followed by its children.


def walk_ops(delta: object) -> Iterator[tuple[str, bool]]:
    """Yield (canonical JSON, is a child) of every op of `delta`, a mapping with a list `ops` (none: no ops).

    Raises DeltaError where the delta is no mapping, its ops or a patch's `child_ops` no list, an op no mapping with
    texts `op` and `address`, or a value cannot be JSON.
    """
    if not isinstance(delta, dict):
        raise DeltaError(_DOING, f"a delta is a mapping with a list of ops, not {_kind(delta)}")
    for op in _list(delta.get("ops", []), "the delta's ops"):
        yield _op_json(op), False
        if op["op"] == "patch":
            for child in _list(op.get("child_ops"), f"the child_ops of {op['address']!a:.80}"):
                yield _op_json(child), True


def _list(value: object, what: str) -> list[dict[str, object]]:
    if not isinstance(value, (list, tuple)):
        raise DeltaError(_DOING, f"{what} must be a list, not {_kind(value)}")
    return list(value)


def _op_json(op: object) -> str:
    if not isinstance(op, dict):
        raise DeltaError(_DOING, f"an op is a mapping, not {_kind(op)}")
    for key in ("op", "address"):
        if not isinstance(op.get(key), str):
            raise DeltaError(_DOING, f"an op has no text {key!r}: {op!a:.80}")
    try:
        return canonical(op)
    except (TypeError, ValueError, RecursionError):
        return canonical_of(op, f"the op of {op['address']!a:.80}")  # which says so


def _kind(value: object) -> str:
    return type(value).__name__
