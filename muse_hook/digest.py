"""SHA-256: CPython's own for the little that a hook hashes, OpenSSL's from a size on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from hashlib import _Hash, sha256
else:
    try:
        from _sha2 import sha256  # CPython 3.12 and later; 0.1 ms, `hashlib` 3.4
    except ImportError:
        try:
            from _sha256 import sha256  # CPython 3.11
        except ImportError:
            from hashlib import sha256

# So many bytes in all are hashed before OpenSSL's speed (1.7 GB/s against 0.3) is worth its start.
LARGE = 1 << 20


_left = LARGE
_new = sha256


def hasher(size: int) -> _Hash:
    """Return an empty hash object for `size` bytes in all."""
    _count(size)
    return _new()


def hex_sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    _count(len(data))
    return _new(data).hexdigest()


def _count(size: int) -> None:
    """Take OpenSSL's implementation once so much is to be hashed."""
    global _left, _new  # noqa: PLW0603 - the process's
    _left -= size
    if _left < 0 and _new is sha256:
        from hashlib import sha256 as openssl

        _new = openssl


def digest(texts: Iterable[str]) -> str:
    r"""Return the SHA-256 of texts in their order, NUL between them (UTF-8, lone surrogates included)."""
    return hex_sha256("\0".join(texts).encode("utf-8", "surrogatepass"))


def digest_or_empty(texts: Sequence[str]) -> str:
    """Return the digest, "" where there are no texts."""
    return digest(texts) if texts else ""
