"""The ops of a delta in the order of the log: each patch is followed by its children."""

from __future__ import annotations

from muse_hook.errors import DeltaError
from muse_hook.oplog.canonical import canonical, canonical_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_DOING = "recording a delta"


def walk_ops(delta: object) -> Iterator[tuple[str, bool]]:
    """Yield (canonical JSON, is a child) of every op of `delta`, a mapping with a list `ops` (none: no ops).

    Raises DeltaError where the delta is no mapping, its ops or a patch's `child_ops` no list, an op no mapping with
    texts `op` and `address`, or a value cannot be JSON.
    """
    if not isinstance(delta, dict):
        raise DeltaError(_DOING, f"a delta is a mapping with a list of ops, not {_kind(delta)}")
    for op in _list(delta.get("ops", []), "the delta's ops"):
        yield _checked(op), False
        if op["op"] == "patch":
            for child in _list(op.get("child_ops"), f"the child_ops of {op['address']!a:.80}"):
                yield _checked(child), True


def _list(value: object, what: str) -> list[dict[str, object]]:
    if not isinstance(value, (list, tuple)):
        raise DeltaError(_DOING, f"{what} must be a list, not {_kind(value)}")
    return list(value)


def _checked(op: object) -> str:
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
