"""Where a line-based merge of two versions of a file would stop."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.git import Repository

    Span = tuple[int, int]
    """Lines from 0, the last one not included; empty for a place between two lines."""
    Change = tuple[int, int, int, int]
    """A span of the base, and the span that stands in its place."""

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)

# As Git's own merge finds them by default, whatever is configured.
_DIFF = (
    "diff", "-U0", "--inter-hunk-context=0", "--diff-algorithm=myers", "--no-indent-heuristic", "--text",
    "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative",
)  # fmt: skip


class Conflict:
    """What both sides changed differently: the spans of the base, of ours and of theirs."""

    __slots__ = ("base", "ours", "theirs")

    def __init__(self, base: Span, ours: Span, theirs: Span) -> None:
        self.base = base
        self.ours = ours
        self.theirs = theirs

    def __repr__(self) -> str:
        return f"Conflict({self.base} {self.ours} {self.theirs})"


def changes(repository: Repository, old: str, new: str) -> list[Change]:
    """Return what differs between two blobs (ids), line by line, in order."""
    found = []
    for numbers in _HUNK.findall(repository.run(*_DIFF, old, new)):
        start, count, there, lines = (int(number) if number else 1 for number in numbers)
        start -= count > 0  # of nothing it is the line before
        there -= lines > 0
        found.append((start, start + count, there, there + lines))
    return found


def conflicts(
    ours: Sequence[bytes], mine: Sequence[Change], theirs: Sequence[bytes], other: Sequence[Change]
) -> list[Conflict]:
    """Return where a merge would stop, of the lines of both sides and what each changed.

    The rule is Git's (`xdl_do_merge`): changes that overlap or touch are one, and no conflict where both sides made
    the same of it.
    """
    marked = sorted([(*change, 0) for change in mine] + [(*change, 1) for change in other])
    found = []
    at = 0
    while at < len(marked):
        start, end = marked[at][:2]
        run = [marked[at]]
        at += 1
        while at < len(marked) and marked[at][0] <= end:
            run.append(marked[at])
            end = max(end, marked[at][1])
            at += 1
        if {side for *_, side in run} == {0, 1}:
            one, two = _there(run, 0, (start, end)), _there(run, 1, (start, end))
            if ours[slice(*one)] != theirs[slice(*two)]:
                found.append(Conflict((start, end), one, two))
    return found


def _there(run: Sequence[tuple[int, int, int, int, int]], side: int, base: Span) -> Span:
    """Return which lines of a side stand in the place of a span of the base."""
    own = [change for change in run if change[4] == side]
    first, last = own[0], own[-1]
    return first[2] - (first[0] - base[0]), last[3] + (base[1] - last[1])
