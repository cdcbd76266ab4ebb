"""Objects that are a file of their own, as those of a commit just made are: no process has to be asked for them."""

from __future__ import annotations

import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KINDS = {b"commit": "commit", b"tree": "tree", b"blob": "blob", b"tag": "tag"}
_LONGEST_HEADER = 32  # as Git's (object-file.c, MAX_HEADER_LEN)
_FIRST_BYTES = 128  # they inflate to a header and more


def read_loose(folder: str, oid: str) -> tuple[str, bytes] | None:
    """Return the kind and the content of an object below `folder`.

    `None` where it is no file there, or not a whole one: Git knows where else to look, and what to say.
    """
    try:
        with open(f"{folder}/{oid[:2]}/{oid[2:]}", "rb", buffering=0) as file:
            inflater, kind, size, start = _begun(file.read())
        content = start + inflater.decompress(inflater.unconsumed_tail, size - len(start) + 1)
    except (OSError, ValueError, zlib.error):
        return None
    return (kind, content) if len(content) == size and inflater.eof else None


def loose_size(folder: str, oid: str) -> int | None:
    """Return the bytes of an object's content, from its header; `None` as in `read_loose`."""
    try:
        with open(f"{folder}/{oid[:2]}/{oid[2:]}", "rb", buffering=0) as file:
            return _begun(file.read(_FIRST_BYTES))[2]
    except (OSError, ValueError, zlib.error):
        return None


def _begun(data: bytes) -> tuple[Any, str, int, bytes]:
    """Return the inflater of a loose object, its kind, its size and the first bytes of its content; ValueError."""
    inflater = zlib.decompressobj()
    header, nul, start = inflater.decompress(data, _LONGEST_HEADER).partition(b"\0")
    word, _, digits = header.partition(b" ")
    if not nul or word not in _KINDS or not digits.isdigit():
        raise ValueError("no loose object")
    return inflater, _KINDS[word], int(digits), start
