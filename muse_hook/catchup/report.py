"""What a catch-up did, as its caller needs it."""

from __future__ import annotations


class Report:
    """`recorded`: batches written; `left`: commits left unrecorded ({id: why}); `marks`: rewrite marks written.

    `busy`: somebody else was writing, the queue is theirs; `deferred`: too much for now, the background's; `baseline`:
    the baseline was missing and was made anew; `garbage`: files of the queue that were no events; `notes`: what to
    tell a person, a line each.
    """

    __slots__ = ("baseline", "busy", "deferred", "garbage", "left", "marks", "notes", "recorded")

    def __init__(self) -> None:
        self.recorded = 0
        self.left: dict[str, str] = {}
        self.marks = 0
        self.busy = False
        self.deferred = False
        self.baseline = False
        self.garbage = 0
        self.notes: list[str] = []

    def __repr__(self) -> str:
        return f"Report({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"
