"""Ids of normal forms."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from hashlib import sha256
elif "hashlib" in sys.modules:  # where much is to be done: OpenSSL's takes a fifth of the time for a kilobyte
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256  # CPython 3.12 and later; `hashlib` costs a hook 3 ms
    except ImportError:
        try:
            from _sha256 import sha256  # CPython 3.11
        except ImportError:
            from hashlib import sha256


def digest(entries: Iterable[str]) -> str:
    """Return the SHA-256 of entries in their order, in hexadecimal (lone surrogates of string literals included)."""
    return sha256("\0".join(entries).encode("utf-8", "surrogatepass")).hexdigest()


def digest_or_empty(entries: Sequence[str]) -> str:
    """Return the digest, "" where there are no entries."""
    return digest(entries) if entries else ""
