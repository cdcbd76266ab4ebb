"""How far somebody has read, as a text that can be handed in again."""

from __future__ import annotations

import base64
import json
import zlib

from muse_hook.errors import MuseHookError
from muse_hook.watch.packing import KEPT, pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from muse_hook.watch.packing import Row

_VERSION = "2"
_FIRST_VERSION = "1"  # JSON with whole ids; still read
_SHOWN = 60  # characters of what is no cursor


class CursorError(MuseHookError):
    """A cursor that this store never gave, or whose log is no more what it was."""


class Place:
    """How far one session's log was read.

    Everything was told up to the byte `floor`, the end of a whole batch whose seal has the id `seal` ("" before the
    first one); beyond it entries by hand up to `read`, and `inside` entries of the next batch.
    """

    __slots__ = ("floor", "inside", "read", "seal")

    def __init__(self, floor: int = 0, seal: str = "", read: int = 0, inside: int = 0) -> None:
        self.floor = floor
        self.seal = seal
        self.read = max(read, floor)
        self.inside = inside

    def row(self) -> tuple[str, int, int, int]:
        """Return what a cursor keeps: of the seal's id the first digits."""
        return self.seal[:KEPT], self.floor, self.read - self.floor, self.inside

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and self.row() == other.row()

    def __hash__(self) -> int:
        return hash(self.row())

    def __repr__(self) -> str:
        return f"Place{self.row()}"


class Cursor:
    """The places in all sessions' logs; a session that is not there was not read at all."""

    __slots__ = ("places",)

    def __init__(self, places: Mapping[str, Place]) -> None:
        self.places = dict(places)

    def at(self, session: str, place: Place) -> Cursor:
        """Return this cursor with another place in one session."""
        return Cursor(self.places | {session: place})

    def within(self, session: str) -> Callable[[int], str]:
        """Return what gives the text for somebody who has seen n entries of a session's next batch.

        A large batch asks for thousands: what they have in common is packed once.
        """
        place = self.places.get(session, Place())
        text = str(self.at(session, Place(place.floor, place.seal, place.read)))
        number = sorted({*self.places, session}).index(session)
        return lambda inside: f"{text}.{number}.{inside}"

    def __str__(self) -> str:
        """Return the text: letters, digits, `.`, `-` and `_` only."""
        packed = pack((session, *place.row()) for session, place in sorted(self.places.items()))
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
            places = {
                session: Place(floor, seal, floor + beyond, inside)
                for session, seal, floor, beyond, inside in (unpack(data) if version == _VERSION else _first(data))
            }
            if beyond_packed:
                number, _, inside = beyond_packed.partition(".")
                places[sorted(places)[_natural(number)]].inside = _natural(inside)
        except (ValueError, TypeError, AttributeError, IndexError, zlib.error):
            hint = "use one that muse-hook watch --json gave, or the name of a checkpoint"
            raise CursorError("reading the cursor", f"{text[:_SHOWN]!r} is none", hint) from None
        return cls(places)


def _first(data: bytes) -> Iterator[Row]:
    for session, (floor, seal, beyond, inside) in json.loads(zlib.decompress(data)).items():
        yield session, str(seal), int(floor), int(beyond), int(inside)


def _natural(text: str) -> int:
    """Read a number without a sign; ValueError."""
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)
