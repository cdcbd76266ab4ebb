"""`muse-hook changelog`: the API changes of a range, as Markdown."""

from __future__ import annotations

import itertools
import re

from muse_hook.cli.commands.diff import delta_between, ends
from muse_hook.cli.delta_rows import imported
from muse_hook.cli.options import add_json
from muse_hook.cli.terminal import printable
from muse_hook.model.address import split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen

    Verdict = Mapping[str, str]

PAGED = True
DESCRIPTION = """
Write the API changes of a range as release notes

Tells what B did since it parted from A (RANGE is A..B; A alone is A..HEAD), that is from their merge base on, and
says in Markdown what breaks callers, what is new and what else changed in what others may rely on, with the verdict
that Semantic Versioning gives. What was changed and taken back in between is not told; where the steps between are
recorded, the log says who became who. Names with an underscore, or not in a module's __all__, are nobody's business
but with --all-symbols, which lists changes of implementation as well.
"""
EXAMPLES = """
muse-hook changelog v1.0..v2.0
muse-hook changelog v2.0 --all-symbols
muse-hook changelog v1.0..HEAD --json | jq .sem_ver_bump
"""

_SECTIONS = {
    "breaking": "Breaking changes",
    "added": "Added",
    "changed": "Changed",
    "inside": "Implementation",
    "private": "Private",
}
_PHRASES = {
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


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", help="The commits: A..B, or A for A..HEAD")
    parser.add_argument("--all-symbols", action="store_true", help="Tell of private symbols and implementation, too")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write the changelog."""
    repository = invocation.repository
    left, dots, right = arguments.range.partition("..")
    if not arguments.range:
        repository.resolve("")  # an empty word is no missing one: it names nothing
    # What A did since B parted from it was not taken back by B.
    since_parted = f"{left}...{right.removeprefix('.')}" if dots else f"{left}...HEAD"
    old, new = ends(invocation, since_parted, None)
    delta = delta_between(invocation, old, new)
    verdicts = [
        each for each in delta.get("verdicts", []) if arguments.all_symbols or each["bump"] in {"major", "minor"}
    ]
    if arguments.json:
        result = {
            "from": old,
            "to": new,
            "sem_ver_bump": delta.get("sem_ver_bump", "none"),
            "breaking_changes": delta.get("breaking_changes", []),
            "changes": verdicts,
        }
        invocation.out.json({"version": 1, "command": "changelog", **result})
        return 0
    with repository.objects() as objects:
        date = objects.commit(new).committed_at[:10]
    title = arguments.range.rpartition("..")[2] if ".." in arguments.range else "HEAD"
    _draw_changelog(invocation.out, f"{title or 'HEAD'} ({date})", str(delta.get("sem_ver_bump", "none")), verdicts)
    return 0


def _draw_changelog(screen: Screen, title: str, bump: str, verdicts: Sequence[Verdict]) -> None:
    """Write a second-level heading, the verdict, and a section for each sort of change that there is."""
    sections: dict[str, list[Verdict]] = {name: [] for name in _SECTIONS}
    for verdict in verdicts:
        sections[_section(verdict)].append(verdict)
    heading = _MARKUP.sub(r"\\\1", printable(title))
    screen.write(f"## {heading}\n\n")
    screen.write(f"SemVer: **{bump}** ({_counts(sections)})\n")
    for name, found in sections.items():
        if found:
            screen.write(f"\n### {_SECTIONS[name]}\n\n")
            _draw_section(screen, found)


def _draw_section(screen: Screen, verdicts: Sequence[Verdict]) -> None:
    by_file = itertools.groupby(verdicts, lambda each: split_address(each["address"])[0])
    for path, found in by_file:
        by_symbol = [
            (split_address(address, (path,))[1], list(group))
            for address, group in itertools.groupby(found, lambda each: each["address"])
        ]
        own = "; ".join(_phrase(each) for name, group in by_symbol if not name for each in group)
        screen.write(f"- {code_span(path)}{': ' + own if own else ''}\n")
        for name, group in by_symbol:
            if name:
                display = imported(name) if name.startswith("import::") else name
                phrase = "; ".join(filter(None, map(_phrase, group)))
                screen.write(f"  - {code_span(display)}{': ' + phrase if phrase else ''}\n")


def _section(verdict: Verdict) -> str:
    if verdict["bump"] == "major":
        return "breaking"
    if verdict["reason"].startswith("internal_"):
        return "private"
    if verdict["bump"] == "minor":
        return "added" if verdict["reason"] == "public_added" else "changed"
    return "inside"


def _counts(sections: Mapping[str, Sequence[Verdict]]) -> str:
    numbers = {name: len({each["address"] for each in found}) for name, found in sections.items()}
    parts = [
        f"{numbers['breaking']} breaking change{'s' if numbers['breaking'] != 1 else ''}",
        f"{numbers['added']} added",
        f"{numbers['changed']} changed",
    ]
    return ", ".join(parts)


def _phrase(verdict: Verdict) -> str:
    phrase = _PHRASES.get(verdict["reason"], verdict["reason"].replace("_", " "))
    detail = verdict["detail"]
    return f"{phrase} {code_span(detail)}" if detail else phrase.removesuffix(":").removesuffix(", from")


def code_span(text: str) -> str:
    """Return a text as a code span: fenced by more backticks than it holds, safe on a terminal, too."""
    safe = printable(text)
    fence = "`" * (1 + max(map(len, _TICKS.findall(safe)), default=0))
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"
