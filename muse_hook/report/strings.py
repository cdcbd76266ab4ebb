"""Texts that are told many times, each kept once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 500  # characters; a subject line of a megabyte is somebody's joke


class Strings:
    """A table of texts; `number` gives a text's place in it, `texts` all of them, as they may be `shown`."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._shown = shown
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the place of a text, which is put in where it is new."""
        return self._numbers.setdefault(text, len(self._numbers))

    def texts(self) -> list[str]:
        """Return every text in its place; what is too long for a page ends in an ellipsis."""
        return [
            self._shown(text) if len(text) <= _LONGEST else self._shown(text[:_LONGEST]) + "\N{HORIZONTAL ELLIPSIS}"
            for text in self._numbers
        ]
