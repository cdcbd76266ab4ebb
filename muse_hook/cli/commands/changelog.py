"""`muse-hook changelog`: the API changes of a range, as Markdown."""

from __future__ import annotations

from muse_hook.cli.changelog_view import draw_changelog
from muse_hook.cli.commands.diff import ends
from muse_hook.cli.options import add_json
from muse_hook.record.delta import diff_commits

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = True
DESCRIPTION = """
Write the API changes of a range as release notes

Compares the two ends of RANGE (A..B; A alone is A..HEAD) and says in Markdown what breaks callers, what is new and
what else changed in what others may rely on, with the verdict that Semantic Versioning gives. What was changed and
taken back in between is not told. Names with an underscore, or not in a module's __all__, are nobody's business
but with --all-symbols, which lists changes of implementation as well.
"""
EXAMPLES = """
muse-hook changelog v1.0..v2.0
muse-hook changelog v2.0 --all-symbols
muse-hook changelog v1.0..HEAD --json | jq .sem_ver_bump
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", help="The commits: A..B, or A for A..HEAD")
    parser.add_argument("--all-symbols", action="store_true", help="Tell of private symbols and implementation, too")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write the changelog."""
    repository = invocation.repository
    old, new = ends(invocation, arguments.range, None)
    delta = diff_commits(repository, old, new)
    verdicts = [
        each for each in delta.get("verdicts", []) if arguments.all_symbols or each["bump"] in {"major", "minor"}
    ]
    if arguments.json:
        told = {
            "from": old,
            "to": new,
            "sem_ver_bump": delta.get("sem_ver_bump", "none"),
            "breaking_changes": delta.get("breaking_changes", []),
            "changes": verdicts,
        }
        invocation.out.json({"version": 1, "command": "changelog", **told})
        return 0
    with repository.objects() as objects:
        date = objects.commit(new).committed_at[:10]
    title = arguments.range.rpartition("..")[2] if ".." in arguments.range else "HEAD"
    draw_changelog(invocation.out, f"{title or 'HEAD'} ({date})", str(delta.get("sem_ver_bump", "none")), verdicts)
    return 0
