"""Verdicts as Markdown: every text of the repository stands in a code span, where it can mean nothing else."""

from __future__ import annotations

import itertools
import re

from muse_hook.cli.delta_rows import imported
from muse_hook.cli.escape import printable
from muse_hook.model.address import split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.cli.terminal import Screen

    Told = Mapping[str, str]

_SECTIONS = {
    "breaking": "Breaking changes",
    "added": "Added",
    "changed": "Changed",
    "inside": "Implementation",
    "private": "Private",
}
_WORDS = {
    "public_removed": "removed",
    "public_added": "",  # the section says it
    "public_renamed": "renamed to",
    "public_moved": "moved to",
    "module_moved": "module moved to",
    "base_removed": "no longer derives from",
    "kind_changed": "is something else now:",
    "return_annotation_changed": "result changed:",
    "unlisted": "no longer listed as public",
    "still_offered": "still offered, from",
    "parameter_added_required": "new required parameter",
    "parameter_added": "new parameter",
    "parameter_swallowed": "parameter now goes into the catch-all:",
    "implementation_changed": "changed:",
    "internal_added": "added",
    "internal_removed": "removed",
    "internal_changed": "changed",
}
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&])")
_TICKS = re.compile(r"`+")


def draw_changelog(screen: Screen, title: str, bump: str, verdicts: Sequence[Told]) -> None:
    """Write a second-level heading, the verdict, and a section for each sort of change that there is."""
    sections: dict[str, list[Told]] = {name: [] for name in _SECTIONS}
    for verdict in verdicts:
        sections[_section(verdict)].append(verdict)
    heading = _MARKUP.sub(r"\\\1", printable(title))
    screen.write(f"## {heading}\n\n")
    screen.write(f"SemVer: **{bump}** ({_counts(sections)})\n")
    for name, found in sections.items():
        if found:
            screen.write(f"\n### {_SECTIONS[name]}\n\n")
            _draw_section(screen, found)


def _draw_section(screen: Screen, verdicts: Sequence[Told]) -> None:
    by_file = itertools.groupby(verdicts, lambda each: split_address(each["address"])[0])
    for path, found in by_file:
        by_symbol = [
            (split_address(address, (path,))[1], list(group))
            for address, group in itertools.groupby(found, lambda each: each["address"])
        ]
        own = "; ".join(_words(each) for name, group in by_symbol if not name for each in group)
        screen.write(f"- {code(path)}{': ' + own if own else ''}\n")
        for name, group in by_symbol:
            if name:
                shown = imported(name) if name.startswith("import::") else name
                words = "; ".join(filter(None, map(_words, group)))
                screen.write(f"  - {code(shown)}{': ' + words if words else ''}\n")


def _section(verdict: Told) -> str:
    if verdict["bump"] == "major":
        return "breaking"
    if verdict["reason"].startswith("internal_"):
        return "private"
    if verdict["bump"] == "minor":
        return "added" if verdict["reason"] == "public_added" else "changed"
    return "inside"


def _counts(sections: Mapping[str, Sequence[Told]]) -> str:
    numbers = {name: len({each["address"] for each in found}) for name, found in sections.items()}
    parts = [
        f"{numbers['breaking']} breaking change{'s' if numbers['breaking'] != 1 else ''}",
        f"{numbers['added']} added",
        f"{numbers['changed']} changed",
    ]
    return ", ".join(parts)


def _words(verdict: Told) -> str:
    words = _WORDS.get(verdict["reason"], verdict["reason"].replace("_", " "))
    detail = verdict["detail"]
    return f"{words} {code(detail)}" if detail else words.removesuffix(":").removesuffix(", from")


def code(text: str) -> str:
    """Return a text as a code span: fenced by more backticks than it holds, safe on a terminal, too."""
    safe = printable(text)
    fence = "`" * (1 + max(map(len, _TICKS.findall(safe)), default=0))
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"
