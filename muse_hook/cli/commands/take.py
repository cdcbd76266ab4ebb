"""`muse-hook take`: bring in what other clones have shared with a remote."""

from __future__ import annotations

from muse_hook.cli.failures import warn
from muse_hook.cli.options import add_json
from muse_hook.sharing.share import ORIGIN, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Bring in what other clones have shared with a remote

Fetches refs/muse/* of the remote and appends what the logs do not hold, each entry once; claims of others are shown
as theirs. What others have purged is purged here, too. Everything is held against limits and its form first: a ref
that is not what muse-hook share makes is named and passed over, the others are taken, and the exit status is 1.
"""
EXAMPLES = """
muse-hook take                 # from origin
muse-hook take --no-purge      # keep what others have purged
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("remote", metavar="REMOTE", nargs="?", default=ORIGIN, help="Where from (default: origin)")
    parser.add_argument("--no-purge", action="store_true", help="Purge nothing that others have purged")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Take; returns 1 where a ref was not what it should be."""
    done = take(invocation.repository, invocation.store, arguments.remote, purges=not arguments.no_purge)
    for ref, why in done.hostile:
        warn(invocation.messages, f"passed over {ref} of {arguments.remote}: {why}")
    lines = sum(done.lines.values())
    if arguments.json:
        row = {
            "refs": done.refs,
            "lines": done.lines,
            "purged": done.purged,
            "passed_over": [{"ref": ref, "reason": why} for ref, why in done.hostile],
        }
        invocation.out.json({"version": 1, "command": "take", "remote": arguments.remote, **row})
        return 1 if done.hostile else 0
    for oid in done.purged:
        invocation.messages.line("purged ", (oid[:12], "commit"), ", as another clone did")
    clones = f"{done.refs:,} clone{'s' if done.refs != 1 else ''}"
    if lines:
        invocation.messages.line(f"took {lines:,} line{'s' if lines != 1 else ''} of {clones}")
    elif not done.purged:
        invocation.messages.line(f"nothing new of {clones}")
    return 1 if done.hostile else 0
