"""A structured delta on a screen: files, their symbols in columns, the verdict."""

from __future__ import annotations

from collections import Counter

from muse_hook.cli.accepted import message
from muse_hook.cli.delta_rows import DASH, SIGNS, FileRow, SymbolRow, file_rows
from muse_hook.cli.terminal import printable, spans_width, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.follows import OldAddresses
    from muse_hook.cli.symbol_patches import SymbolPatches
    from muse_hook.cli.terminal import Screen, Span

_INDENT = 4
_GAP = 2
_NAME_CELLS = 48  # a longer name pushes its own row only, not the whole column of remarks
_LAST = 10**9
_STAT_CELLS = 80

_COLOURS = {"added": "added", "removed": "removed", "changed": "changed", "renamed": "renamed", "arrived": "renamed"}
_COUNTED = {"added": "added", "removed": "removed", "changed": "changed", "renamed": "renamed or moved"}
_VERDICTS = ("major", "minor", "patch", "none")


class DeltaPatches:
    """Draws each symbol's own diff between two trees, under its line."""

    def __init__(self, patches: SymbolPatches, old_tree: str | None, new_tree: str, olds: OldAddresses) -> None:
        self._patches = patches
        self._trees = old_tree, new_tree
        self._olds = olds

    def draw(self, screen: Screen, op: Mapping[str, Any], path: str) -> None:
        """Write the diff of a symbol's op in the patch of a file."""
        self._patches.draw_between(screen, *self._trees, op, self._olds.of(op, path))


def draw_delta(
    screen: Screen,
    delta: Mapping[str, Any],
    patches: DeltaPatches | None = None,
    accepted: Sequence[Mapping[str, str]] = (),
) -> None:
    """Write a delta: each file with its symbols, then one line of counts with the SemVer verdict, then what breaks.

    `patches` draw each symbol's own diff. `accepted` are breaks that are told apart, see `JudgedDelta`.
    """
    rows = file_rows(delta.get("ops", ()))
    kinds = max((width(printable(_kind(row))) for file in rows for row in file.symbols), default=0)
    before: FileRow | None = None
    for file in rows:
        if before is not None and (file.symbols or before.symbols):
            screen.line()
        _draw_file(screen, file, kinds, patches)
        before = file
    if rows:
        screen.line()
    _draw_verdict(screen, delta, rows)
    draw_accepted(screen, accepted)


def draw_accepted(screen: Screen, accepted: Sequence[Mapping[str, str]]) -> None:
    """Write the breaks that somebody has accepted, each with the reason."""
    for verdict in accepted:
        _, reason = breaking_text(message(verdict))
        why = f"  accepted: {verdict['accepted'] or 'without a reason'}"
        screen.line("  ", ("-", "dim"), f" {verdict['address']}", (f"  {reason}", "dim"), (why, "hint"))


def draw_stat(screen: Screen, delta: Mapping[str, Any]) -> None:
    """Write a line a file: how many of its symbols changed, and a sign for each (`SIGNS`), as in `git diff --stat`."""
    rows = file_rows(delta.get("ops", ()))
    paths = {id(file): f"{file.old_path} => {file.path}" if file.old_path else file.path for file in rows}
    longest = max((width(printable(path)) for path in paths.values()), default=0)
    most = max((len(str(len(file.symbols))) for file in rows), default=0)
    room = max((screen.width or _STAT_CELLS) - longest - most - len("  |  "), 1)
    largest = max((len(file.symbols) for file in rows), default=0)
    for file in rows:
        path = paths[id(file)]
        spans: list[Span] = [
            f" {path}",
            " " * (longest - width(printable(path))),
            " | ",
            (str(len(file.symbols)) if file.symbols else "").rjust(most),
            " ",
        ]
        counts = Counter(row.style for row in file.symbols)
        for style, count in ((style, counts[style]) for style in SIGNS if counts[style]):
            signs = count if largest <= room else max(round(count * room / largest), 1)
            spans.append((SIGNS[style] * signs, _COLOURS[style]))
        if not file.symbols:
            spans.append((", ".join(file.notes) or "file " + file.style, "dim"))
        screen.line(*spans)
    _draw_verdict(screen, {**delta, "breaking_changes": (), "verdicts": ()}, rows)


def changed_paths(delta: Mapping[str, Any]) -> list[str]:
    """Return the path of each file that a delta tells of, where it is now, or was last."""
    return sorted({file.path for file in file_rows(delta.get("ops", ()))})


def _draw_file(screen: Screen, file: FileRow, kinds: int, patches: DeltaPatches | None) -> None:
    spans: list[Span] = [(SIGNS[file.style], _COLOURS[file.style]), " "]
    if file.old_path:
        spans += [(file.old_path, "dim"), f" {screen.sign('→', '->')} "]
    spans.append((file.path, "path"))
    if file.notes:
        spans.append((f"  ({', '.join(file.notes)})", "dim"))
    screen.line(*spans)
    rows = list(_merged_imports(file.symbols)) if patches is None else sorted(file.symbols, key=_line_of)
    titles = [_title(screen, row) for row in rows]
    ends = max((len(_line_range(screen, row)) for row in rows), default=0)
    names = min(max((spans_width(*title) for title in titles), default=0), _NAME_CELLS)
    for row, title in zip(rows, titles, strict=True):
        lead: list[Span] = [
            " " * _INDENT,
            (SIGNS[row.style], _COLOURS[row.style]),
            " ",
            (_kind(row), "kind"),
            " " * (kinds - width(printable(_kind(row))) + _GAP),
            (_line_range(screen, row).rjust(ends) + " " * (_GAP if ends else 0), "dim"),
        ]
        _draw_symbol(screen, lead, title, ", ".join(row.notes), names)
        if patches is not None:
            patches.draw(screen, row.op, file.path)
        elif row.signature is not None:
            for sign, header, style in zip("-+", row.signature, ("removed", "added"), strict=True):
                screen.line(" " * spans_width(*lead), (f"{sign} {header}", style))


def _draw_symbol(screen: Screen, lead: list[Span], title: list[Span], what: str, names: int) -> None:
    used = spans_width(*title)
    tail: list[Span] = [" " * (max(names - used, 0) + _GAP), (what, "dim")] if what else []
    limit = screen.width
    if limit is None or spans_width(*lead, *title, *tail) <= limit:
        screen.line(*lead, *title, *tail)
        return
    if what and spans_width(*lead, *title) + _GAP + width(printable(what)) <= limit:
        screen.line(*lead, *title, " " * _GAP, (what, "dim"))
        return
    for line in _wrapped(lead, title, limit):
        screen.line(*line)
    if what:
        screen.line(" " * spans_width(*lead), (what, "dim"))


def _wrapped(lead: list[Span], title: list[Span], limit: int) -> Iterator[list[Span]]:
    """Break the title at its spans where it does not fit; a single long name is left to the terminal."""
    start = spans_width(*lead)
    line, used = list(lead), start
    for span in title:
        cells = spans_width(span)
        if used > start and used + cells > limit:
            yield line
            line, used = [" " * start], start
        line.append(span)
        used += cells
    yield line


def _kind(row: SymbolRow) -> str:
    return row.kind.replace("_", " ")


def _title(screen: Screen, row: SymbolRow) -> list[Span]:
    name: list[Span] = []
    for index, part in enumerate(row.name.split(", ") if row.kind == "import" else [row.name]):
        name.append((", " if index else "") + part)
    if row.to:
        name.append((f" {screen.sign('→', '->')} {row.to}", "renamed"))
    return name


def _merged_imports(rows: Sequence[SymbolRow]) -> Iterator[SymbolRow]:
    """Put imports that came, went or changed in the same way on one row: one by one they drown the rest."""
    groups: dict[tuple[str, tuple[str, ...]], SymbolRow] = {}
    rest = []
    for row in rows:
        if row.kind != "import" or row.to:
            rest.append(row)
            continue
        key = (row.style, tuple(row.notes))
        if key in groups:
            groups[key].name += f", {row.name}"
        else:
            groups[key] = SymbolRow("", row.style, row.kind, row.name, notes=row.notes)
    yield from groups.values()
    yield from sorted(rest, key=_line_of)


def _line_of(row: SymbolRow) -> tuple[int, int]:
    return row.lines or (_LAST, _LAST)


def _line_range(screen: Screen, row: SymbolRow) -> str:
    if row.lines is None:
        return ""
    first, last = row.lines
    return f"L{first}" if first == last else f"L{first}{screen.sign(DASH, '-')}{last}"


def _draw_verdict(screen: Screen, delta: Mapping[str, Any], rows: Sequence[FileRow]) -> None:
    if not rows:
        screen.line(("no changes", "dim"))
        return
    bump = str(delta.get("sem_ver_bump") or "")
    spans: list[Span] = [("; ".join(_counts(rows)), "bold")]
    if bump:
        spans += ["; SemVer: ", (bump, bump if bump in _VERDICTS else "bold")]
    screen.line(*spans)
    for breaking in delta.get("breaking_changes") or ():
        where, reason = breaking_text(breaking)
        screen.line("  ", ("!", "major"), f" {where}", ("  " + reason if reason else "", "dim"))
    if bump == "minor":
        _draw_reasons(screen, [each for each in delta.get("verdicts") or () if each.get("bump") == bump])


def _draw_reasons(screen: Screen, verdicts: Sequence[Mapping[str, str]]) -> None:
    for verdict in verdicts:
        reason = verdict["reason"].replace("_", " ")
        detail = f": {verdict['detail']}" if verdict.get("detail") else ""
        screen.line("  ", ("+", "minor"), f" {verdict['address']}", (f"  {reason}{detail}", "dim"))


def breaking_text(breaking: object) -> tuple[str, str]:
    """Return what a breaking change names and its reason in words, of "ADDRESS: reason_code detail"."""
    where, _, reason = str(breaking).partition(": ")
    code, _, detail = reason.partition(" ")
    phrase = code.replace("_", " ")
    return where, f"{phrase}: {detail}" if detail else phrase


def _counts(rows: Sequence[FileRow]) -> Iterator[str]:
    yield f"{len(rows):,} file{'s' if len(rows) != 1 else ''}"
    styles = Counter(row.style for file in rows for row in file.symbols if row.style != "arrived")
    parts = [f"{styles[style]:,} {word}" for style, word in _COUNTED.items() if styles[style]]
    if parts:
        yield f"{sum(styles.values()):,} symbol{'s' if sum(styles.values()) != 1 else ''} ({', '.join(parts)})"
