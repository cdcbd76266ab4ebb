"""What install and doctor have to say, as data; the command line shows it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Level = Literal["ok", "warn", "bad"]


class Finding:
    """One thing that was looked at.

    `level` is 'ok', 'warn' (commits are recorded, something is not as it should be) or 'bad' (commits are not
    recorded when they are made). `hint` is what to type, or "".
    """

    __slots__ = ("hint", "level", "name", "words")

    def __init__(self, name: str, level: Level, words: str, hint: str = "") -> None:
        self.name = name
        self.level = level
        self.words = words
        self.hint = hint

    def as_json(self) -> dict[str, str]:
        """Return the finding as a JSON object."""
        return {"name": self.name, "level": self.level, "words": self.words, "hint": self.hint}

    def __repr__(self) -> str:
        return f"Finding({self.name}: {self.level}, {self.words!r})"
