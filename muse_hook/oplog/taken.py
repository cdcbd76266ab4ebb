"""Whose entries stand in the logs: this clone's id, and the ids of entries that were taken from other clones."""

from __future__ import annotations

import os
import re

from muse_hook.oplog import files
from muse_hook.oplog.lock import LOCK_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from muse_hook.oplog.store import Store

_CLONE = "clone"
_TAKEN = "taken"
_ID = re.compile(r"[0-9a-f]{32}")


def clone_id(store: Store) -> str:
    """Return this clone's id, 32 hexadecimal digits by chance; it is made when it is first asked for. StoreError."""
    path = store.path(_CLONE)
    with store.lock(LOCK_SECONDS):
        found = _read(path).strip()
        if not _ID.fullmatch(found):
            found = os.urandom(16).hex()
            store.replace_file(path, f"{found}\n".encode("ascii"))
    return found


def taken(store: Store) -> dict[str, str]:
    """Return {op_id: the clone that shared it} of every entry that was taken from another clone. StoreError."""
    rows = (line.partition(" ") for line in _read(store.path(_TAKEN)).split("\n"))
    return {op_id: clone for clone, space, op_id in rows if space}


def add_taken(store: Store, clones: Mapping[str, str]) -> None:
    """Note {op_id: clone} of entries that are about to be appended, durably, under the lock. StoreError."""
    path = store.path(_TAKEN)
    fd = store.open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        lines = "".join(f"{clone} {op_id}\n" for op_id, clone in clones.items())
        files.write_whole(fd, f"\n{lines}".encode("utf-8", "surrogateescape"))  # a line that a crash cut short is ended
        files.sync(fd)
    except OSError as error:
        raise files.refused(path, error, "writing") from error
    finally:
        os.close(fd)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise files.refused(path, error, "reading") from error
