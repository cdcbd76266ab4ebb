"""`muse-hook changelog`: the API changes of a range, as Markdown."""

from __future__ import annotations

import itertools

from muse_hook.cli.accepted import JudgedDelta, acceptances, add_accept, explain_unused
from muse_hook.cli.delta_rows import imported
from muse_hook.cli.deprecations import newly_deprecated
from muse_hook.cli.diff_ends import DiffEnds, commits_of_range, ends_since_parted
from muse_hook.cli.markdown import code_span, heading, phrase
from muse_hook.cli.options import add_json
from muse_hook.git.hosting import find_host
from muse_hook.model.address import split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen
    from muse_hook.git.hosting import Host
    from muse_hook.git.repository import Repository

    Verdict = Mapping[str, Any]

PAGED = True
DESCRIPTION = """
Write the API changes of a range as release notes

Tells what B did since it parted from A (RANGE is A..B; A alone is A..HEAD), that is from their merge base on, and
says in Markdown, in the shape of Keep a Changelog, what breaks callers, what is new, what else changed in what others
may rely on and what is deprecated (warnings.deprecated, or a DeprecationWarning), with the verdict that Semantic
Versioning gives. What was changed and taken back in between is not told; where the steps between are recorded, the log
says who became who. Names with an underscore, or not in a module's __all__, are nobody's business but with
--all-symbols, which lists changes of implementation and each member of a new class as well.

Where a remote is on GitHub, GitLab, Gitea or Bitbucket (muse.host says so of a host whose name does not), names lead
to their lines there. Breaks that somebody has accepted (see muse-hook diff --help) are told apart, with the reason.
"""
EXAMPLES = """
muse-hook changelog v1.0..v2.0
muse-hook changelog v2.0 --all-symbols
muse-hook changelog v1.0..HEAD --json | jq .sem_ver_bump
"""

_SECTIONS = {
    "breaking": "Breaking changes",
    "accepted": "Breaking changes that were accepted",
    "added": "Added",
    "changed": "Changed",
    "deprecated": "Deprecated",
    "inside": "Implementation",
    "private": "Private",
}
_OPEN = "Unreleased"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", help="The commits: A..B, or A for A..HEAD")
    parser.add_argument("--all-symbols", action="store_true", help="Tell of private symbols and implementation, too")
    parser.add_argument("--no-links", action="store_true", help="Lead to no lines on a host")
    add_accept(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write the changelog."""
    repository = invocation.repository
    old, new = ends_since_parted(repository, arguments.range)
    host = None if arguments.no_links else find_host(repository)
    with DiffEnds(invocation, old, new) as ends:
        delta = ends.delta()
        accepted = acceptances(arguments, repository, commits_of_range(repository, old, new))
        deprecated = list(newly_deprecated(ends, delta["ops"]))
        judged = JudgedDelta(delta, accepted, deprecated)
        chosen = [each for each in judged.verdicts if arguments.all_symbols or each["bump"] in {"major", "minor"}]
        if not arguments.all_symbols:
            chosen = _without_members_of_new_classes(chosen)
        verdicts = [*chosen, *judged.accepted, *deprecated]
        places = _places(delta["ops"], old, new)
    changes = [
        {**verdict, "section": _section(verdict), "url": _url(host, places, verdict["address"])}
        for verdict in sorted(verdicts, key=lambda each: str(each["address"]))
    ]
    explain_unused(invocation, judged, accepted)
    if arguments.json:
        result = {
            "from": old,
            "to": new,
            "sem_ver_bump": judged.bump,
            "breaking_changes": judged.breaking,
            "accepted": judged.accepted,
            "changes": changes,
        }
        invocation.out.json({"version": 1, "command": "changelog", **result})
        return 0
    _draw(invocation.out, _Title(repository, arguments.range, old, new), judged.bump, changes, host)
    return 0


class _Title:
    """What the heading says: the tag that B is and its day, `Unreleased` where it is none; and where A parted."""

    def __init__(self, repository: Repository, words: str, old: str, new: str) -> None:
        left, _, right = words.partition("..")
        self.old = _tag(repository, left) or old
        tag = _tag(repository, right.removeprefix("."))
        self.name = tag or _OPEN
        self.new = tag or new
        with repository.objects() as objects:
            self.day = objects.commit(new).committed_at[:10] if tag else ""


def _tag(repository: Repository, word: str) -> str:
    """Return the short name of a tag, "" for any other revision: a host may call something else a branch or HEAD."""
    name = word.removeprefix("refs/tags/").removeprefix("tags/")
    is_tag = bool(name) and repository.run("show-ref", "--verify", "--quiet", f"refs/tags/{name}")[0] == 0
    return name if is_tag else ""


def _without_members_of_new_classes(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Leave out what came with a class that is new itself: the class is told once."""
    new = {each["address"] for each in verdicts if each["reason"] == "public_added"}

    def is_member(verdict: Verdict) -> bool:
        address = verdict["address"]
        at = address.rfind(".", address.find("::") + 2)
        while at > 0:
            if address[:at] in new:
                return True
            at = address.rfind(".", address.find("::") + 2, at)
        return False

    return [each for each in verdicts if each["reason"] != "public_added" or not is_member(each)]


def _places(ops: Sequence[Mapping[str, Any]], old: str, new: str) -> dict[str, tuple[str, str, tuple[int, int] | None]]:
    """Return where each address of a delta is looked at: the commit (the old one if it was deleted), file and lines."""
    places: dict[str, tuple[str, str, tuple[int, int] | None]] = {}
    for file in ops:
        path, former = file["address"], file.get("from_address", file["address"])
        places[path] = (old if file["op"] == "delete" else new), path, None
        if former != path:
            places[former] = old, former, None
        for op in file.get("child_ops", ()):
            is_gone = op["op"] == "delete" and "new_address" not in op
            address = op.get("new_address") or op["address"]
            there = split_address(address, (path, former, address.partition("::")[0]))[0]
            lines = tuple(op["lines"]) if op.get("lines") else None
            for each in (op["address"], address):
                if not is_gone or each not in places:
                    places[each] = (old if is_gone else new), there, lines
    return places


def _url(host: Host | None, places: Mapping[str, tuple[str, str, tuple[int, int] | None]], address: str) -> str | None:
    if host is None or address not in places:
        return None
    return host.lines(*places[address])


def _draw(screen: Screen, title: _Title, bump: str, changes: Sequence[Verdict], host: Host | None) -> None:
    """Write a second-level heading, the verdict, and a section for each sort of change that there is."""
    sections: dict[str, list[Verdict]] = {name: [] for name in _SECTIONS}
    for change in changes:
        sections[change["section"]].append(change)
    day = f" - {title.day}" if title.day else ""
    screen.write(f"## [{heading(title.name)}]{day}\n\n")
    screen.write(f"SemVer: **{bump}** ({_counts(sections)})\n")
    for name, found in sections.items():
        if found:
            screen.write(f"\n### {_SECTIONS[name]}\n\n")
            _draw_section(screen, found)
    if host is not None:
        screen.write(f"\n[{heading(title.name)}]: {host.compare(title.old, title.new)}\n")


def _draw_section(screen: Screen, changes: Sequence[Verdict]) -> None:
    by_file = itertools.groupby(changes, lambda each: split_address(each["address"])[0])
    for path, found in by_file:
        by_symbol = [
            (split_address(address, (path,))[1], list(group))
            for address, group in itertools.groupby(found, lambda each: str(each["address"]))
        ]
        own = "; ".join(_told(each) for name, group in by_symbol if not name for each in group)
        screen.write(f"- {code_span(path)}{': ' + own if own else ''}\n")
        for name, group in by_symbol:
            if name:
                display = code_span(imported(name) if name.startswith("import::") else name)
                url = group[0]["url"]
                told = "; ".join(filter(None, map(_told, group)))
                screen.write(f"  - {f'[{display}]({url})' if url else display}{': ' + told if told else ''}\n")


def _told(verdict: Verdict) -> str:
    if verdict["reason"] == "deprecated":
        return heading(verdict["detail"])
    told = phrase(verdict)
    if "accepted" in verdict:
        told = f"{told} ({heading(verdict['accepted'] or 'no reason given')})"
    return told


def _section(verdict: Verdict) -> str:
    if verdict["reason"] == "deprecated":
        return "deprecated"
    if "accepted" in verdict:
        return "accepted"
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
    parts += [f"{numbers[name]} {name}" for name in ("deprecated", "accepted") if numbers[name]]
    return ", ".join(parts)
