"""`muse-hook semver`: which number of the version a range asks to raise, alone on a line."""

from __future__ import annotations

from muse_hook.cli.accepted import JudgedDelta, acceptances, add_accept, explain_unused
from muse_hook.cli.deprecations import newly_deprecated
from muse_hook.cli.diff_ends import DiffEnds, commits_of_range, ends_since_parted
from muse_hook.cli.options import add_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.parser import Parser

PAGED = False
DESCRIPTION = """
Print which number of the version a range asks to raise

Prints major, minor, patch or none, alone, for what B did since it parted from A (RANGE is A..B; A alone is A..HEAD).
A newly deprecated public symbol asks for minor at least. Breaks that somebody has accepted, by a trailer
"Muse-Accepts: ADDRESS reason" in a commit of the range or by a line of --accept FILE, do not count.
"""
EXAMPLES = """
muse-hook semver v1.0..HEAD
muse-hook semver v1.0 --accept accepted-breaks.txt
test "$(muse-hook semver origin/main..HEAD)" != major
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", help="The commits: A..B, or A for A..HEAD")
    add_accept(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Print the verdict."""
    repository = invocation.repository
    old, new = ends_since_parted(repository, arguments.range)
    with DiffEnds(invocation, old, new) as ends:
        delta = ends.delta()
        deprecated = list(newly_deprecated(ends, delta["ops"]))
    accepted = acceptances(arguments, repository, commits_of_range(repository, old, new))
    judged = JudgedDelta(delta, accepted, deprecated)
    if arguments.json:
        result = {"from": old, "to": new, "sem_ver_bump": judged.bump, "breaking_changes": judged.breaking}
        invocation.out.json({"version": 1, "command": "semver", **result, "accepted": judged.accepted})
    else:
        invocation.out.line(judged.bump)
    explain_unused(invocation, judged, accepted)
    return 0
