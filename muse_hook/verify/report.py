"""What verify found, as data; the command line shows it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# More of a kind than anybody reads; what is wrong everywhere is counted on.
LIMIT = 1000


class Problem:
    """One thing that was found, wrong or worth knowing: in which session, on which line (from 1), of which commit.

    `kind` is one word of docs/json.md, `address` a symbol's or a file's; what does not apply is "" or 0.
    """

    __slots__ = ("address", "commit_id", "kind", "line", "message", "session")

    def __init__(
        self, kind: str, message: str, *, session: str = "", line: int = 0, commit_id: str = "", address: str = ""
    ) -> None:
        self.kind = kind
        self.message = message
        self.session = session
        self.line = line
        self.commit_id = commit_id
        self.address = address

    def as_json(self) -> dict[str, Any]:
        """Return the problem as docs/json.md documents it."""
        return {
            "kind": self.kind,
            "words": self.message,
            "session": self.session or None,
            "line": self.line or None,
            "commit": self.commit_id or None,
            "address": self.address or None,
        }

    def __repr__(self) -> str:
        where = f"{self.session}:{self.line} {self.commit_id[:10]} {self.address}"
        return f"Problem({self.kind} {where}: {self.message})"


class VerifyReport:
    """The outcome: counts, `problems` (the logs are not sound) and `notes` (worth knowing, nothing is wrong).

    `sessions`, `commits` (whole batches), `entries` (their lines, seals included), `marks`, `manual` (lines of no
    commit), `replayed` (commits whose replayed symbols were compared with their tree), of a sample in how many `files`,
    and how many were `files_left_out`. Beyond a thousand, problems and notes are only counted: `more_problems`,
    `more_notes`.
    """

    def __init__(self) -> None:
        self.sessions = self.commits = self.entries = self.marks = self.manual = self.replayed = 0
        self.files = self.files_left_out = 0
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.more_problems = self.more_notes = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add_problem(self, problem: Problem) -> None:
        """Add something that is wrong."""
        if len(self.problems) < LIMIT:
            self.problems.append(problem)
        else:
            self.more_problems += 1

    def add_note(self, note: Problem) -> None:
        """Add something that is worth knowing."""
        if len(self.notes) < LIMIT:
            self.notes.append(note)
        else:
            self.more_notes += 1

    def as_json(self) -> dict[str, Any]:
        """Return the report as docs/json.md documents it."""
        return {
            "sound": self.sound,
            "sessions": self.sessions,
            "commits": self.commits,
            "entries": self.entries,
            "marks": self.marks,
            "by_hand": self.manual,
            "replayed": self.replayed,
            "files": self.files,
            "files_left_out": self.files_left_out,
            "problems": [problem.as_json() for problem in self.problems],
            "notes": [note.as_json() for note in self.notes],
            "more_problems": self.more_problems,
            "more_notes": self.more_notes,
        }
