"""The places of a cursor as few bytes: names, flags, numbers and seals each together, since like packs with like."""

from __future__ import annotations

import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Row = tuple[str, str, int, int, int]
    """A session, the id of its seal, and `floor`, `beyond`, `inside` (see Place)."""

# Hexadecimal digits of a seal's id that are kept: of a million seals two are alike with one chance in ten thousand,
# and such a place is taken for lost.
KEPT = 8
_SEAL, _WORD, _BEYOND, _INSIDE = 1, 2, 4, 8


def pack(rows: Iterable[Row]) -> bytes:
    """Return the bytes of some rows; of a seal's id the first digits."""
    names, flags, numbers, seals = bytearray(), bytearray(), bytearray(), bytearray()
    for session, seal, floor, beyond, inside in rows:
        name = session.encode("utf-8", "surrogatepass")
        names += _natural(len(name)) + name
        key = _key(seal)
        word = b"" if key else seal[:KEPT].encode("utf-8", "surrogatepass")
        given = ((_SEAL, key), (_WORD, word), (_BEYOND, beyond), (_INSIDE, inside))
        flags.append(sum(flag for flag, value in given if value))
        numbers += _natural(floor) + b"".join(_natural(each) for each in (beyond, inside) if each)
        seals += key + (_natural(len(word)) + word if word else b"")
    return zlib.compress(_natural(len(flags)) + flags + names + numbers + seals, 9)


def unpack(packed: bytes) -> list[Row]:
    """Return the rows of bytes that `pack` gave; ValueError or zlib.error for others."""
    data = _Bytes(zlib.decompress(packed))
    flags = data.take(data.natural())
    names = [data.take(data.natural()).decode("utf-8", "surrogatepass") for _ in flags]
    numbers = [
        (data.natural(), data.natural() if flag & _BEYOND else 0, data.natural() if flag & _INSIDE else 0)
        for flag in flags
    ]
    seals = []
    for flag in flags:
        if flag & _WORD:
            seals.append(data.take(data.natural()).decode("utf-8", "surrogatepass"))
        else:
            seals.append(data.take(KEPT // 2).hex() if flag & _SEAL else "")
    if data.rest:
        raise ValueError("there is more")
    return [(name, seal, *each) for name, seal, each in zip(names, seals, numbers, strict=True)]


def _key(seal: str) -> bytes:
    """Return the first digits of an id as bytes, b"" for what is none."""
    digits = seal[:KEPT]
    if len(digits) < KEPT or not set(digits) <= set("0123456789abcdef"):
        return b""
    return bytes.fromhex(digits)


def _natural(number: int) -> bytes:
    """Write a number, seven bits a byte, the lowest first; the last byte is below 128."""
    made = bytearray()
    while number > 127:  # noqa: PLR2004 - seven bits
        made.append(number & 127 | 128)
        number >>= 7
    made.append(number)
    return bytes(made)


class _Bytes:
    """Bytes that are taken from the front; ValueError where there are no more."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def take(self, count: int) -> bytes:
        if count > len(self.rest):
            raise ValueError("it ends too soon")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def natural(self) -> int:
        number = at = 0
        while True:
            (byte,) = self.take(1)
            number |= (byte & 127) << at
            at += 7
            if byte < 128:  # noqa: PLR2004 - seven bits
                return number
