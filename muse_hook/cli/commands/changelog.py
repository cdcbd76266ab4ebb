"""`muse-hook changelog`: the API changes of a range, as Markdown."""

from __future__ import annotations

import itertools

from muse_hook.cli.delta_rows import imported
from muse_hook.cli.diff_ends import DiffEnds, ends_since_parted
from muse_hook.cli.markdown import code_span, heading, phrase
from muse_hook.cli.options import add_json
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


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", help="The commits: A..B, or A for A..HEAD")
    parser.add_argument("--all-symbols", action="store_true", help="Tell of private symbols and implementation, too")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write the changelog."""
    repository = invocation.repository
    old, new = ends_since_parted(repository, arguments.range)
    with DiffEnds(invocation, old, new) as ends:
        delta = ends.delta()
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
    screen.write(f"## {heading(title)}\n\n")
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
        own = "; ".join(phrase(each) for name, group in by_symbol if not name for each in group)
        screen.write(f"- {code_span(path)}{': ' + own if own else ''}\n")
        for name, group in by_symbol:
            if name:
                display = imported(name) if name.startswith("import::") else name
                told = "; ".join(filter(None, map(phrase, group)))
                screen.write(f"  - {code_span(display)}{': ' + told if told else ''}\n")


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
