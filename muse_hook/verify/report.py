"""What verify found, as data; the command line shows it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# More of a kind than anybody reads; what is wrong everywhere is counted on.
LIMIT = 1000


class Remark:
    """One thing that was found: in which session, on which line (from 1), of which commit or address.

    `kind` is one word of docs/json.md; what does not apply is "" or 0.
    """

    __slots__ = ("address", "commit_id", "kind", "line", "session", "words")

    def __init__(
        self, kind: str, words: str, *, session: str = "", line: int = 0, commit_id: str = "", address: str = ""
    ) -> None:
        self.kind = kind
        self.words = words
        self.session = session
        self.line = line
        self.commit_id = commit_id
        self.address = address

    def as_json(self) -> dict[str, Any]:
        """Return the remark as docs/json.md documents it."""
        return {
            "kind": self.kind,
            "words": self.words,
            "session": self.session or None,
            "line": self.line or None,
            "commit": self.commit_id or None,
            "address": self.address or None,
        }

    def __repr__(self) -> str:
        where = f"{self.session}:{self.line} {self.commit_id[:10]} {self.address}"
        return f"Remark({self.kind} {where}: {self.words})"


class Report:
    """The outcome: counts, `problems` (the logs are not sound) and `notes` (worth knowing, nothing is wrong).

    `sessions`, `commits` (whole batches), `entries` (their lines, seals included), `marks`, `by_hand` (lines of no
    commit), `replayed` (commits whose replayed symbols were held against their tree). Beyond a thousand, remarks are
    only counted: `more_problems`, `more_notes`.
    """

    def __init__(self) -> None:
        self.sessions = self.commits = self.entries = self.marks = self.by_hand = self.replayed = 0
        self.problems: list[Remark] = []
        self.notes: list[Remark] = []
        self.more_problems = self.more_notes = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def problem(self, remark: Remark) -> None:
        """Add something that is wrong."""
        if len(self.problems) < LIMIT:
            self.problems.append(remark)
        else:
            self.more_problems += 1

    def note(self, remark: Remark) -> None:
        """Add something that is worth knowing."""
        if len(self.notes) < LIMIT:
            self.notes.append(remark)
        else:
            self.more_notes += 1

    def as_json(self) -> dict[str, Any]:
        """Return the report as docs/json.md documents it."""
        counts = ("sessions", "commits", "entries", "marks", "by_hand", "replayed")
        return {
            "sound": self.sound,
            **{name: getattr(self, name) for name in counts},
            "problems": [remark.as_json() for remark in self.problems],
            "notes": [remark.as_json() for remark in self.notes],
            "more_problems": self.more_problems,
            "more_notes": self.more_notes,
        }
