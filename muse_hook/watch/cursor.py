"""How far somebody has read, in every log, as a text that can be handed in again."""

from __future__ import annotations

import base64
import json
import zlib

from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Row = tuple[str, str, int, int, int]
    """A session, the id of its seal, and `floor`, `beyond`, `inside` (see LogPosition)."""

_VERSION = "2"
_FIRST_VERSION = "1"  # JSON with whole ids; still read
_DISPLAYED = 60  # characters of what is no cursor
# Hexadecimal digits of a seal's id that are kept: of a million seals two are alike with one chance in ten thousand,
# and such a position is taken for lost.
SEAL_DIGITS = 8
_SEAL, _WORD, _BEYOND, _INSIDE = 1, 2, 4, 8


class CursorError(MuseHookError):
    """A cursor that this store never gave, or whose log is no more what it was."""


class LogPosition:
    """How far one session's log was read.

    Everything was read up to the byte `floor`, the end of a whole batch whose seal has the id `seal` ("" before the
    first one); beyond it manual entries up to `read`, and `inside` entries of the next batch.
    """

    __slots__ = ("floor", "inside", "read", "seal")

    def __init__(self, floor: int = 0, seal: str = "", read: int = 0, inside: int = 0) -> None:
        self.floor = floor
        self.seal = seal
        self.read = max(read, floor)
        self.inside = inside

    def row(self) -> tuple[str, int, int, int]:
        """Return what a cursor keeps: of the seal's id the first digits."""
        return self.seal[:SEAL_DIGITS], self.floor, self.read - self.floor, self.inside

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LogPosition) and self.row() == other.row()

    def __hash__(self) -> int:
        return hash(self.row())

    def __repr__(self) -> str:
        return f"LogPosition{self.row()}"


class Cursor:
    """The positions in all sessions' logs; a session that is not there was not read at all."""

    __slots__ = ("positions",)

    def __init__(self, positions: Mapping[str, LogPosition]) -> None:
        self.positions = dict(positions)

    def at(self, session: str, position: LogPosition) -> Cursor:
        """Return this cursor with another position in one session."""
        return Cursor(self.positions | {session: position})

    def texts_within(self, session: str) -> Callable[[int], str]:
        """Return what gives the text for somebody who has seen n entries of a session's next batch.

        A large batch asks for thousands: what they have in common is packed once.
        """
        position = self.positions.get(session, LogPosition())
        text = str(self.at(session, LogPosition(position.floor, position.seal, position.read)))
        number = sorted({*self.positions, session}).index(session)
        return lambda inside: f"{text}.{number}.{inside}"

    def __str__(self) -> str:
        """Return the text: letters, digits, `.`, `-` and `_` only."""
        packed = _pack((session, *position.row()) for session, position in sorted(self.positions.items()))
        return f"{_VERSION}.{base64.urlsafe_b64encode(packed).decode('ascii').rstrip('=')}"

    @staticmethod
    def looks_like(text: str) -> bool:
        """Say whether a text is rather a cursor than a name."""
        return text.startswith((f"{_VERSION}.e", f"{_FIRST_VERSION}.e"))  # what zlib begins with

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Return the cursor of a text; CursorError for what is none."""
        version, _, rest = text.partition(".")
        packed, _, beyond_packed = rest.partition(".")
        packed = packed if version in {_VERSION, _FIRST_VERSION} else "?"
        try:
            data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            positions = {
                session: LogPosition(floor, seal, floor + beyond, inside)
                for session, seal, floor, beyond, inside in (
                    _unpack(data) if version == _VERSION else _unpack_first(data)
                )
            }
            if beyond_packed:
                number, _, inside = beyond_packed.partition(".")
                positions[sorted(positions)[_parse_natural(number)]].inside = _parse_natural(inside)
        except (ValueError, TypeError, AttributeError, IndexError, zlib.error):
            hint = "use one that muse-hook watch --json gave, or the name of a checkpoint"
            raise CursorError("reading the cursor", f"{text[:_DISPLAYED]!r} is none", hint) from None
        return cls(positions)


def _unpack_first(data: bytes) -> Iterator[Row]:
    for session, (floor, seal, beyond, inside) in json.loads(zlib.decompress(data)).items():
        yield session, str(seal), int(floor), int(beyond), int(inside)


def _parse_natural(text: str) -> int:
    """Read a number without a sign; ValueError."""
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _pack(rows: Iterable[Row]) -> bytes:
    """Return the bytes of some rows; of a seal's id the first digits.

    Names, flags, numbers and seals each together, since like packs with like.
    """
    names, flags, numbers, seals = bytearray(), bytearray(), bytearray(), bytearray()
    for session, seal, floor, beyond, inside in rows:
        name = session.encode("utf-8", "surrogatepass")
        names += _natural(len(name)) + name
        key = _key(seal)
        word = b"" if key else seal[:SEAL_DIGITS].encode("utf-8", "surrogatepass")
        given = ((_SEAL, key), (_WORD, word), (_BEYOND, beyond), (_INSIDE, inside))
        flags.append(sum(flag for flag, value in given if value))
        numbers += _natural(floor) + b"".join(_natural(each) for each in (beyond, inside) if each)
        seals += key + (_natural(len(word)) + word if word else b"")
    return zlib.compress(_natural(len(flags)) + flags + names + numbers + seals, 9)


def _unpack(packed: bytes) -> list[Row]:
    """Return the rows of bytes that `_pack` gave; ValueError or zlib.error for others."""
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
            seals.append(data.take(SEAL_DIGITS // 2).hex() if flag & _SEAL else "")
    if data.rest:
        raise ValueError("there is more")
    return [(name, seal, *each) for name, seal, each in zip(names, seals, numbers, strict=True)]


def _key(seal: str) -> bytes:
    """Return the first digits of an id as bytes, b"" for what is none."""
    digits = seal[:SEAL_DIGITS]
    if len(digits) < SEAL_DIGITS or not set(digits) <= set("0123456789abcdef"):
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
