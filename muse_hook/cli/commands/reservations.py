"""`muse-hook reservations`: who is about to change what."""

from __future__ import annotations

from muse_hook.cli.claims import claims_now, draw_claims
from muse_hook.cli.options import add_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = True
DESCRIPTION = """
List who is about to change what

What has been reserved on any branch and is neither released nor over, the oldest first (see muse-hook reserve).
"""
EXAMPLES = """
muse-hook reservations
muse-hook reservations --json | jq '.reservations[].symbols[]'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """List them."""
    claims = claims_now(invocation)
    if arguments.json:
        rows = [claim.as_json() for claim in claims]
        invocation.out.json({"version": 1, "command": "reservations", "reservations": rows})
        return 0
    draw_claims(invocation.out, claims)
    if not claims:
        invocation.messages.line("nothing is reserved")
    return 0
