"""Checkpoints: how far a log was read, by arrival."""

from __future__ import annotations

import os
from json import JSONEncoder, loads

from muse_hook.errors import SessionError, StoreError
from muse_hook.oplog.sessions import CHECKPOINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.model.ops import OpLogCheckpoint
    from muse_hook.oplog.store import Store

_ENCODER = JSONEncoder(indent=2)
_NAMED = "checkpoints"
_MAX_NAME = 200


def write_checkpoint(store: Store, folder: str, checkpoint: OpLogCheckpoint) -> None:
    """Put a session's `checkpoint.json` in its folder, whole or not at all; raises StoreError."""
    store.replace_file(os.path.join(folder, CHECKPOINT), _ENCODER.encode(checkpoint).encode() + b"\n")


def read_checkpoint(folder: str) -> OpLogCheckpoint | None:
    """Return a session's checkpoint, None where there is none or where it is damaged."""
    value = _read(os.path.join(folder, CHECKPOINT))
    return value if value is not None and type(value.get("lamport_ts")) is int else None


def write_named(store: Store, name: str, value: dict[str, Any]) -> str:
    """Keep `value` (JSON) as the checkpoint `name` of the whole store; its path. Raises SessionError, StoreError."""
    path = _named_path(store, name)
    store.ensure(_NAMED)
    store.replace_file(path, _ENCODER.encode(value).encode() + b"\n")
    return path


def read_named(store: Store, name: str) -> dict[str, Any] | None:
    """Return the checkpoint `name`, None where there is none or where it is damaged. Raises SessionError."""
    value: dict[str, Any] | None = _read(_named_path(store, name))
    return value


def list_named(store: Store) -> list[str]:
    """Return the names of the checkpoints of the store, sorted."""
    try:
        found = os.listdir(store.path(_NAMED))
    except OSError:
        return []
    return sorted(name[: -len(".json")] for name in found if name.endswith(".json") and not name.startswith("."))


def _named_path(store: Store, name: str) -> str:
    is_plain = name and not name.startswith(".") and not any(char in "/\\\x7f" or char < " " for char in name)
    if not is_plain or len(name.encode("utf-8", "surrogatepass")) > _MAX_NAME:
        raise SessionError(
            f"opening checkpoint {name!a}", "it is no plain name", "use letters, digits and dashes, such as v1"
        )
    return store.path(_NAMED, f"{name}.json")


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            value = loads(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"reading {path}", error.strerror or str(error)) from error
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
