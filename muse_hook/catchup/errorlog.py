"""`error.log`: what went wrong where nobody was watching, capped so that it never grows into a problem of its own."""

from __future__ import annotations

import os
import time

from muse_hook.errors import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.oplog import Store

_NAME = "error.log"
_CAP = 256 << 10  # bytes; beyond it the older half goes
_KEPT = 128 << 10
_LONGEST = 16 << 10  # bytes of one text


def append_error(store: Store, text: str) -> None:
    """Add a text under the time of now; where even that cannot be written there is nobody left to tell."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    data = f"{stamp} {text.rstrip()}".encode("utf-8", "backslashreplace")[:_LONGEST] + b"\n"
    path = store.path(_NAME)
    try:
        _cap(store, path)
        descriptor = store.open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, data)  # in one piece: several processes may be writing
        finally:
            os.close(descriptor)
    except (OSError, StoreError):
        return


def _cap(store: Store, path: str) -> None:
    try:
        size = os.stat(path).st_size
    except FileNotFoundError:
        return
    if size >= _CAP:
        with open(store.open_file(path, os.O_RDONLY), "rb") as file:
            file.seek(size - _KEPT)
            kept = file.read().partition(b"\n")[2]
        store.replace_file(path, kept)
