"""The branch map for people: a table, what collides, an order and a matrix, on a terminal or as Markdown."""

from __future__ import annotations

from muse_hook.cli.terminal import printable, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.concurrent.collision import Collision
    from muse_hook.concurrent.live import BranchMap

LABELS = {
    "both_changed": "both changed",
    "changed_and_deleted": "changed and deleted",
    "both_renamed": "both renamed",
    "both_added": "both added",
    "signature_and_caller": "parameters changed, new caller",
    "async_and_caller": "coroutine or not, new caller",
    "gone_and_caller": "gone, new caller",
    "lines": "lines only",
}
"""What the kinds of collisions are called."""

CONFLICTS = "conflicts"
_HEADS = ("#", "branch", "behind", "ahead", "symbols", "collisions", "on {base}", "by")
_UNRECORDED = "nothing is recorded here: trees were compared, and symbols are known by name and likeness"
_MARKS = "&<>|\\`*_[]#~@"  # that mean something in Markdown or HTML; `@` calls people
_WIDEST = 40  # branches of a matrix on a terminal
_ACTORS = 2
_SAID = {"all": "all", "some": "some", "none": ""}


class Meeting:
    """One thing that several branches do: its kind and address, who does, and whether Git's merge stops at any two."""

    def __init__(self, kind: str, address: str, symbol_kind: str) -> None:
        self.kind = kind
        self.address = address
        self.symbol_kind = symbol_kind
        self.branches: dict[str, None] = {}
        self.texts: set[str | None] = set()

    def add(self, names: Sequence[str], collision: Collision) -> None:
        """Count a collision in."""
        self.branches |= dict.fromkeys(names)
        self.texts.add(collision.text)

    @property
    def verdict(self) -> str:
        """What Git makes of it: "git conflicts", "git merges", of some pairs the one and of some the other, or ""."""
        said = sorted(text for text in self.texts if text is not None)
        return f"git {' or '.join(said)}" if said else ""


def meetings(found: BranchMap) -> list[Meeting]:
    """Return what collides, one entry a kind and address, the ones with most branches first."""
    by_key: dict[tuple[str, str], Meeting] = {}
    for names, collision in found.collisions():
        key = (collision.kind, collision.address)
        if key not in by_key:
            by_key[key] = Meeting(collision.kind, collision.address, collision.symbol_kind)
        by_key[key].add(names, collision)
    return sorted(by_key.values(), key=lambda each: (CONFLICTS not in each.texts, -len(each.branches), each.address))


def draw(screen: Screen, found: BranchMap) -> None:
    """Write the map on a terminal, or where a terminal's text goes."""
    if not found.branches:
        screen.line("no live branch beside ", (found.base, "bold"))
        _draw_unseen(screen, found)
        return
    rows = _rows(found)
    cells = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        parts = [
            _aligned(text, cell, left=column in (1, 6, 7))
            for column, (text, cell) in enumerate(zip(row, cells, strict=True))
        ]
        screen.line(("  ".join(parts), "bold" if not number else ""))
    told = meetings(found)
    if told:
        screen.line()
    for each in told:
        spans: list[Span] = [(each.symbol_kind.replace("_", " "), "kind"), " ", (each.address, "path")]
        spans.append(f"  {LABELS[each.kind]}")
        if each.verdict:
            spans.append((f"  {each.verdict}", "error" if CONFLICTS in each.texts else "dim"))
        screen.line(*spans)
        screen.line("    ", (", ".join(each.branches), "changed"))
    _draw_matrix(screen, found)
    screen.line()
    screen.line(("order to merge in", "bold"))
    cells_of_name = max(width(printable(step.branch)) for step in found.order)
    for number, step in enumerate(found.order, 1):
        name = printable(step.branch)
        screen.line(f"{number:4}  ", name + " " * (cells_of_name - width(name)), "  ", (step.reason, "dim"))
    _draw_unseen(screen, found)
    if not found.is_recorded:
        screen.line((_UNRECORDED, "dim"))
    screen.line()
    draw_total(screen, len(told), is_whole=not found.unseen)


def draw_total(screen: Screen, count: int, *, is_whole: bool = True) -> None:
    """Write how much was found in all; of what was not compared nothing is said to be well."""
    if count:
        screen.line((f"{count} collision{'s' if count != 1 else ''}", "bold"))
    elif is_whole:
        screen.line(("nothing collides", "added"))
    else:
        screen.line(("nothing collides in what was compared", "warning"))


def markdown(found: BranchMap) -> str:
    """Return the map as GitHub's Markdown, for a comment or a summary."""
    base = _code(found.base)
    count = len(found.branches)
    lines = [f"### {count} live branch{'es' if count != 1 else ''} beside {base}", ""]
    if found.branches:
        heads = [head.format(base=found.base) for head in _HEADS]
        lines += [
            f"| {' | '.join(_text(head) for head in heads)} |",
            "| --: | :-- | --: | --: | --: | --: | :-- | :-- |",
        ]
        for row in _rows(found)[1:]:
            lines.append(f"| {' | '.join([row[0], _code(row[1]), *map(_text, row[2:])])} |")
        lines.append("")
    told = meetings(found)
    if told:
        lines += ["| what collides | how | branches |", "| :-- | :-- | :-- |"]
        lines += [
            f"| {_code(each.address)} | {LABELS[each.kind]}{', ' + each.verdict if each.verdict else ''} |"
            f" {', '.join(map(_code, each.branches))} |"
            for each in told
        ]
    else:
        lines.append("Nothing collides in what was compared." if found.unseen else "Nothing collides.")
    if found.order:
        lines += ["", "Order to merge in:", ""]
        lines += [f"{number}. {_code(step.branch)}: {_text(step.reason)}" for number, step in enumerate(found.order, 1)]
    if found.unseen:
        lines += ["", "Not compared:", ""]
        lines += [f"- {', '.join(map(_code, each.branches))}: {_text(each.reason)}" for each in found.unseen]
    if not found.is_recorded:
        lines += ["", _text(_UNRECORDED)]
    return "\n".join(lines) + "\n"


def _rows(found: BranchMap) -> list[list[str]]:
    """Return the table, heads first, as printable texts."""
    collisions = dict.fromkeys((branch.name for branch in found.branches), 0)
    for names, _ in found.collisions():
        for name in names:
            if name in collisions:
                collisions[name] += 1
    rows = [[head.format(base=printable(found.base)) for head in _HEADS]]
    for number, each in enumerate(found.branches, 1):
        actors = [actor.partition(" <")[0] for actor in each.actors]
        by = ", ".join(actors[:_ACTORS]) + (f" and {len(actors) - _ACTORS} more" if len(actors) > _ACTORS else "")
        figures = [each.behind, each.ahead, each.symbols, collisions[each.name]]
        rows.append([str(number), printable(each.name), *map(str, figures), _SAID[each.on_base], printable(by)])
    return rows


def _draw_matrix(screen: Screen, found: BranchMap) -> None:
    """Write who collides with whom, where there is room: `x` Git's merge stops, `o` it goes through, `.` nothing.

    What was not compared has a `?`.
    """
    names = [found.base, *(branch.name for branch in found.branches)]
    signs: dict[tuple[str, str], str] = {}
    for (ours, theirs), collision in found.collisions():
        sign = "x" if collision.text == CONFLICTS else "o"
        for pair in ((ours, theirs), (theirs, ours)):
            signs[pair] = "x" if "x" in (sign, signs.get(pair)) else sign
    for each in found.unseen:
        for one in each.branches:
            for other in each.branches if len(each.branches) > 1 else names:
                signs.setdefault((one, other), "?")
                signs.setdefault((other, one), "?")
    if not signs or len(names) > _WIDEST or (screen.width is not None and 3 * len(names) + 6 > screen.width):
        return
    screen.line()
    screen.line(("      " + "".join(f"{number:3}" for number in range(len(names))), "dim"))
    for number, name in enumerate(names):
        row = "".join(f"{'' if name == other else signs.get((name, other), '.'):>3}" for other in names)
        screen.line((f"{number:4}  ", "dim"), row, "  ", (name, "bold" if not number else ""))


def _draw_unseen(screen: Screen, found: BranchMap) -> None:
    for each in found.unseen:
        screen.line(("not compared: ", "warning"), f"{', '.join(each.branches)}: {each.reason}")


def _aligned(text: str, cells: int, *, left: bool) -> str:
    room = " " * (cells - width(text))
    return text + room if left else room + text


def _text(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"&#{ord(sign)};" if sign in _MARKS else sign for sign in printable(text))


def _code(text: str) -> str:
    """Return text in a typewriter's letters; no code span, in which nothing can be escaped."""
    return f"<code>{_text(text)}</code>"
