"""What install, doctor and status saw, as data; the command line shows it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Level = Literal["ok", "warn", "bad"]
    State = Literal[
        "installed", "chained", "config", "called",
        "by hand", "missing", "blocked", "not executable", "no interpreter", "passed over", "off",
    ]  # fmt: skip

FIRING = frozenset({"installed", "chained", "config", "called"})


class Finding:
    """One thing that was looked at.

    `level` is 'ok', 'warn' (commits are recorded, something is not as it should be) or 'bad' (commits are not
    recorded when they are made). `hint` is what to type, or "".
    """

    __slots__ = ("hint", "level", "message", "name")

    def __init__(self, name: str, level: Level, message: str, hint: str = "") -> None:
        self.name = name
        self.level = level
        self.message = message
        self.hint = hint

    def as_json(self) -> dict[str, str]:
        """Return the finding as a JSON object."""
        return {"name": self.name, "level": self.level, "words": self.message, "hint": self.hint}

    def __repr__(self) -> str:
        return f"Finding({self.name}: {self.level}, {self.message!r})"


class HookState:
    """One hook: `path` is the file that Git (or the manager's line) starts, `note` explains the state or is "".

    'installed': our file in Git's hooks folder; 'chained': the same, after the hooks that were there before;
    'config': through Git's configuration; 'called': by the hook of somebody else. The others do not fire: 'by hand'
    (a line has to be added), 'missing', 'blocked' (a folder stands in its place), 'not executable', 'no interpreter',
    'passed over' (configured, and this Git is too old to read it), 'off' (core.hooksPath names no folder).
    """

    __slots__ = ("name", "note", "path", "state")

    def __init__(self, name: str, path: str, state: State, note: str = "") -> None:
        self.name = name
        self.path = path
        self.state = state
        self.note = note

    @property
    def ok(self) -> bool:
        """Whether Git's event reaches us."""
        return self.state in FIRING

    def as_json(self) -> dict[str, str | bool]:
        """Return the state as a JSON object."""
        return {"name": self.name, "path": self.path, "state": self.state, "note": self.note, "ok": self.ok}

    def __repr__(self) -> str:
        return f"HookState({self.name}: {self.state} {self.path})"
