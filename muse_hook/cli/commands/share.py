"""`muse-hook share`: push what no other clone can derive to a remote."""

from __future__ import annotations

from muse_hook.cli.failures import warn
from muse_hook.cli.options import add_json
from muse_hook.sharing.share import ORIGIN, share

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Push what no other clone can derive to a remote

What commits did is the same in every clone. Rewrite marks, claims, operations appended by hand and what was purged
stand in one clone's log alone: they go to the ref refs/muse/<id of this clone> of the remote, by git push, with your
keys and rights there. Nothing there is overwritten. muse-hook take brings what others have shared.
"""
EXAMPLES = """
muse-hook share                # to origin
muse-hook share upstream
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("remote", metavar="REMOTE", nargs="?", default=ORIGIN, help="Where to (default: origin)")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Record what is missing, rewrite marks perhaps among it, and push."""
    invocation.catch_up()
    done = share(invocation.repository, invocation.store, arguments.remote)
    if done.left_out:
        what = "1 line is" if done.left_out == 1 else f"{done.left_out:,} lines are"
        warn(invocation.messages, f"{what} of no form that other clones take, and not shared")
    if arguments.json:
        row = {"ref": done.ref, "lines": done.lines, "purged": done.purged, "left_out": done.left_out}
        invocation.out.json(
            {"version": 1, "command": "share", "remote": arguments.remote, **row, "pushed": done.is_new}
        )
        return 0
    what = f"{done.lines:,} line{'s' if done.lines != 1 else ''}"
    if done.purged:
        what += f" and {done.purged:,} purged commit{'s' if done.purged != 1 else ''}"
    if done.is_new:
        invocation.messages.line(f"shared {what} with {arguments.remote} as {done.ref}")
    elif done.lines or done.purged:
        invocation.messages.line(f"nothing new to share: {arguments.remote} has {what} as {done.ref}")
    else:
        invocation.messages.line("nothing to share: every other clone can derive what is in the logs")
    return 0
