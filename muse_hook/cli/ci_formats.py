"""What a machine that builds shows of a comparison: annotations of GitHub Actions, and a summary in Markdown."""

from __future__ import annotations

from muse_hook.cli.accepted import message
from muse_hook.cli.markdown import code_span, heading, phrase
from muse_hook.cli.terminal import printable
from muse_hook.model.address import split_address
from muse_hook.semver.case import BUMPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.accepted import JudgedDelta
    from muse_hook.cli.terminal import Screen

_SECTIONS = {"major": "Breaking", "minor": "Added or widened"}


def draw_annotations(screen: Screen, ops: Sequence[Mapping[str, Any]], judged: JudgedDelta, level: str) -> None:
    """Write `::error file=...,line=...::ADDRESS reason` for each verdict of `level` or more.

    Accepted breaks are a `::notice`. The line is where the symbol is now, or was. See GitHub's "workflow commands".
    """
    places = _places(ops)
    levels = BUMPS[[str(bump) for bump in BUMPS].index(level) :]
    for verdict in judged.verdicts:
        if verdict["bump"] in levels:
            screen.write(_annotation("error", places, verdict, ""))
    for verdict in judged.accepted:
        screen.write(_annotation("notice", places, verdict, f" (accepted: {verdict['accepted']})"))


def _annotation(kind: str, places: Mapping[str, tuple[str, int]], verdict: Mapping[str, str], more: str) -> str:
    address = verdict["address"]
    path, line = places.get(address) or (split_address(address)[0], 1)
    text = message(verdict).replace(": ", " ", 1) if message(verdict).startswith(address + ": ") else message(verdict)
    return f"::{kind} file={_property(path)},line={line}::{_data(text + more)}\n"


def _data(text: str) -> str:
    r"""Return a text as the data of a workflow command: what ends a line is %0A and %0D there, not `\x0a`."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _places(ops: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, int]]:
    """Return the file and the first line of each address that an op names."""
    places: dict[str, tuple[str, int]] = {}
    for file in ops:
        path = file["address"]
        places.setdefault(path, (path, 1))
        for op in file.get("child_ops", ()):
            address = op.get("new_address") or op["address"]
            known = (path, file.get("from_address", path), address.partition("::")[0])
            there = split_address(address, known)[0]
            place = there, (op.get("lines") or (1,))[0]
            for each in (op["address"], address):
                if op["op"] != "delete" or each not in places:
                    places[each] = place
    return places


def draw_summary(screen: Screen, judged: JudgedDelta, title: str) -> None:
    """Write a summary in Markdown, for a page of a build or a comment: the verdict, what breaks, what is new."""
    screen.write(f"### API changes: {heading(title)}\n\nSemVer: **{judged.bump}**\n")
    for bump, name in _SECTIONS.items():
        _draw_table(screen, name, [each for each in judged.verdicts if each["bump"] == bump], "Change")
    _draw_table(screen, "Accepted breaks", judged.accepted, "Reason")


def _draw_table(screen: Screen, name: str, verdicts: Sequence[Mapping[str, str]], last: str) -> None:
    if not verdicts:
        return
    screen.write(f"\n#### {name}\n\n| Symbol | {last} |\n| --- | --- |\n")
    for line in _rows(verdicts):
        screen.write(line)


def _rows(verdicts: Sequence[Mapping[str, str]]) -> Iterator[str]:
    for verdict in verdicts:
        told = phrase(verdict) or "new"
        if "accepted" in verdict:
            told = f"{told}; {heading(verdict['accepted'] or 'no reason given')}"
        # A bar ends a cell, in a code span as well.
        cells = [code_span(verdict["address"]), told]
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\\\\|", "\\|") for cell in cells) + " |\n"
