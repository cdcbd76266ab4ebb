"""What is found: one thing that both sides touched, and what each of them did to it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

BOTH_CHANGED = "both_changed"
CHANGED_AND_DELETED = "changed_and_deleted"
BOTH_RENAMED = "both_renamed"
BOTH_ADDED = "both_added"
SIGNATURE_AND_CALLER = "signature_and_caller"
ASYNC_AND_CALLER = "async_and_caller"
GONE_AND_CALLER = "gone_and_caller"
LINES = "lines"
KINDS = (
    BOTH_CHANGED, CHANGED_AND_DELETED, BOTH_RENAMED, BOTH_ADDED,
    SIGNATURE_AND_CALLER, ASYNC_AND_CALLER, GONE_AND_CALLER, LINES,
)  # fmt: skip
"""`both_changed` is also a rename on one side and an edit on the other; `both_renamed` is to different places;
`signature_and_caller`, `async_and_caller`, `gone_and_caller`: what one side gave other parameters, made a coroutine (or
none any more), or renamed, moved or deleted, has a new user on the other; `lines`: no symbol was touched twice, and a
line-based merge stops in the file all the same."""


class CollisionSide:
    """One side's part: where the symbol is there ("" where it is gone), what was done (`change`, reason codes as in
    an op, or `added`, `deleted`, `calls`, `imports`), and its lines there, or None.
    """  # noqa: D205 - the fields are the summary

    __slots__ = ("address", "change", "lines")

    def __init__(self, address: str, change: Sequence[str], lines: tuple[int, int] | None = None) -> None:
        self.address = address
        self.change = list(change)
        self.lines = lines

    def as_json(self) -> dict[str, Any]:
        """Return the side as docs/json.md has it."""
        return {
            "address": self.address or None,
            "change": self.change,
            "lines": None if self.lines is None else list(self.lines),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> CollisionSide:
        """Return the side that `as_json` made a row of."""
        lines = row["lines"]
        return cls(row["address"] or "", row["change"], None if lines is None else (lines[0], lines[1]))


class Collision:
    """Something that both sides touched.

    `address` is where it was when they parted (of what both added: where it is now), `kind` one of `KINDS`,
    `symbol_kind` "function", "class", ... or "file". `text` says what a line-based merge makes
    of it: "conflicts", "merges", or None where the two stand in different files. `breaks` says of changed parameters
    whether calls as they were fail now, and is None of everything else. `symbol_id` is the stable id, "" where
    the history is not recorded.
    """

    __slots__ = ("address", "breaks", "kind", "ours", "symbol_id", "symbol_kind", "text", "theirs")

    def __init__(
        self,
        kind: str,
        address: str,
        symbol_kind: str,
        ours: CollisionSide,
        theirs: CollisionSide,
        *,
        text: str | None = None,
    ) -> None:
        self.kind = kind
        self.address = address
        self.symbol_kind = symbol_kind
        self.ours = ours
        self.theirs = theirs
        self.text = text
        self.breaks: bool | None = None
        self.symbol_id = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same collision when it is found from another merge base."""
        return (self.kind, self.ours.address or self.address, self.theirs.address or self.address)

    def as_json(self) -> dict[str, Any]:
        """Return the collision as docs/json.md has it."""
        return {
            "kind": self.kind,
            "address": self.address,
            "symbol_id": self.symbol_id or None,
            "symbol_kind": self.symbol_kind,
            "ours": self.ours.as_json(),
            "theirs": self.theirs.as_json(),
            "text": self.text,
            "breaks": self.breaks,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Collision:
        """Return the collision that `as_json` made a row of."""
        sides = (CollisionSide.from_json(row["ours"]), CollisionSide.from_json(row["theirs"]))
        found = cls(row["kind"], row["address"], row["symbol_kind"], *sides, text=row["text"])
        found.breaks = row["breaks"]
        found.symbol_id = row["symbol_id"] or ""
        return found

    def __repr__(self) -> str:
        return f"Collision({self.kind} {self.address} {self.ours.change} {self.theirs.change} {self.text})"
