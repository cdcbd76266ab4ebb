"""What two branches collide on, on a screen: each symbol once, with what either side did to it."""

from __future__ import annotations

import itertools

from muse_hook.cli.delta_rows import DASH
from muse_hook.cli.escape import printable, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.concurrent.collision import Collision, CollisionSide
    from muse_hook.concurrent.compare import Comparison

_WORDS = {
    "both_changed": "both changed",
    "changed_and_deleted": "changed and deleted",
    "both_renamed": "both renamed",
    "both_added": "both added",
    "signature_and_caller": "parameters changed, new caller",
    "gone_and_caller": "gone, new caller",
    "lines": "lines only",
}
_SHORT = 10  # digits of a commit id


def draw_comparison(screen: Screen, names: tuple[str, str], comparison: Comparison) -> None:
    """Write where the two parted, then every collision; those of one symbol that are alike under one heading."""
    lead: list[Span] = [(names[0], "bold"), " and ", (names[1], "bold")]
    if comparison.is_contained:
        screen.line(*lead, (": one has all of the other, nothing to settle", "dim"))
        return
    bases = ", ".join(base[:_SHORT] for base in comparison.bases)
    screen.line(*lead, " parted at ", (bases, "commit"))
    cells = max(width(printable(name)) for name in names)
    for (_, address), group in itertools.groupby(comparison.collisions, lambda each: (each.kind, each.address)):
        found = list(group)
        _draw_heading(screen, address, found[0])
        told: set[tuple[int, str]] = set()
        for collision in found:
            for number, end in enumerate((collision.ours, collision.theirs)):
                if (number, end.address) not in told:
                    told.add((number, end.address))
                    name = names[number]
                    _draw_end(screen, name + " " * (cells - width(printable(name))), end, address)


def draw_total(screen: Screen, found: int) -> None:
    """Write how much was found in all."""
    screen.line((f"{found} collision{'s' if found != 1 else ''}", "bold") if found else ("nothing collides", "added"))


def _draw_heading(screen: Screen, address: str, collision: Collision) -> None:
    kind = collision.symbol_kind.replace("_", " ")
    spans: list[Span] = ["  ", (kind, "kind"), " ", (address, "path"), f"  {_WORDS[collision.kind]}"]
    if collision.text is not None:
        spans.append((f"  git {collision.text}", "error" if collision.text == "conflicts" else "dim"))
    if collision.breaks is False:
        spans.append(("  calls as they were still fit", "dim"))
    screen.line(*spans)


def _draw_end(screen: Screen, name: str, end: CollisionSide, address: str) -> None:
    spans: list[Span] = ["      ", (name, "dim"), "  ", (", ".join(_words(end.change)), "changed")]
    if end.address and end.address != address:
        spans.append((f" {screen.sign('→', '->') if _has_moved(end.change) else 'in'} {end.address}", "renamed"))
    if end.lines is not None:
        first, last = end.lines
        where = f"L{first}" if first >= last else f"L{first}{screen.sign(DASH, '-')}{last}"
        spans.append((f"  {where}", "dim"))
    screen.line(*spans)


def _has_moved(change: Sequence[str]) -> bool:
    return "renamed" in change or "moved" in change


def _words(change: Sequence[str]) -> list[str]:
    return [{"module": "module code", "unparsed": "cannot be parsed"}.get(code, code) for code in change]
