"""How one hook stands."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal[
        "installed", "chained", "config", "called",
        "by hand", "missing", "blocked", "not executable", "no interpreter", "passed over",
    ]  # fmt: skip

FIRING = frozenset({"installed", "chained", "config", "called"})


class HookState:
    """One hook: `path` is the file that Git (or the manager's line) starts, `note` explains the state or is "".

    'installed': our file in Git's hooks folder; 'chained': the same, after the hooks that were there before;
    'config': through Git's configuration; 'called': by the hook of somebody else. The others do not fire: 'by hand'
    (a line has to be added), 'missing', 'blocked' (a folder stands in its place), 'not executable', 'no interpreter',
    'passed over' (configured, and this Git is too old to read it).
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
