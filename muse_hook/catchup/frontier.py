"""The frontier: the tips of the last catch-up that completed, so that the next one does not walk from the baseline."""

from __future__ import annotations

from muse_hook.errors import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muse_hook.oplog import Store

_NAME = "frontier"
_HEADER = "muse_hook frontier 1"


class Frontier:
    """What was reached: `tips` (commit ids), `left` ({commit id: session} that could not be recorded: its blobs were
    absent), `seen` (rewrites of branches, "<old> <new>", that marks were derived from), `seals` (how many commits were
    sealed then: fewer now, and something was lost, so it is not believed).
    """  # noqa: D205 - the fields are the summary

    __slots__ = ("left", "seals", "seen", "tips")

    def __init__(
        self,
        tips: Iterable[str] = (),
        left: Mapping[str, str] | None = None,
        seen: Iterable[str] = (),
        seals: int = 0,
    ) -> None:
        self.tips = frozenset(tips)
        self.left = dict(left or {})
        self.seen = frozenset(seen)
        self.seals = seals

    def is_news_to(self, last: Frontier) -> bool:
        """Say whether this frontier has to take the place of the `last` one; more seals alone are no news."""
        return (self.tips, self.left, self.seen) != (last.tips, last.left, last.seen) or self.seals < last.seals


def read_frontier(store: Store) -> Frontier:
    """Return the store's frontier; an empty one where there is none or it cannot be read: then more is walked."""
    try:
        with open(store.path(_NAME), encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except OSError:
        return Frontier()
    if lines[0] != _HEADER or lines[-2:] != ["end", ""]:
        return Frontier()
    words = [line.split(" ", 2) for line in lines[1:-2]]
    try:
        return Frontier(
            (word[1] for word in words if word[0] == "tip"),
            {word[1]: word[2] for word in words if word[0] == "left"},
            (f"{word[1]} {word[2]}" for word in words if word[0] == "seen"),
            next((int(word[1]) for word in words if word[0] == "seals"), 0),
        )
    except (IndexError, ValueError):
        return Frontier()


def write_frontier(store: Store, frontier: Frontier) -> None:
    """Replace the frontier, whole or not at all; a failure is no loss (the next run walks further), so none is told."""
    data = "\n".join([_HEADER, *_lines(frontier), "end", ""]).encode("utf-8", "surrogateescape")
    try:
        store.replace_file(store.path(_NAME), data)
    except StoreError:
        return


def _lines(frontier: Frontier) -> list[str]:
    return [
        f"seals {frontier.seals}",
        *(f"left {oid} {session}" for oid, session in sorted(frontier.left.items())),
        *(f"seen {rewrite}" for rewrite in sorted(frontier.seen)),
        *(f"tip {oid}" for oid in sorted(frontier.tips)),
    ]
