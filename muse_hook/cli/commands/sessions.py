"""`muse-hook sessions`: what logs there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muse_hook.cli.escape import printable, width
from muse_hook.cli.options import add_json

if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = True
DESCRIPTION = """
List the sessions of the log

A session is a branch's log: the commits that were first recorded on that branch, with their operations.
"""
EXAMPLES = """
muse-hook sessions
muse-hook sessions --json | jq -r '.sessions[].id'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """List the sessions by name."""
    invocation.catch_up()
    sessions = []
    if invocation.store.exists():
        invocation.index.refresh()
        sessions = sorted(invocation.index.sessions(), key=lambda session: session.id)
    out = invocation.out
    if arguments.json:
        out.json({"version": 1, "command": "sessions", "sessions": [session.as_json() for session in sessions]})
        return 0
    names = max((width(printable(session.id)) for session in sessions), default=0)
    for session in sessions:
        gap = " " * (names - width(printable(session.id)))
        commits = f"{session.commits:,} commit{'s' if session.commits != 1 else ' '}"
        out.line(
            (session.id, "bold"), gap, f"  {commits:>14}  {session.entries:>9,} entries",
            (f"  {session.last_at[:16].replace('T', ' ')}", "dim"), f"  {session.last_subject}",
        )  # fmt: skip
    if not sessions:
        invocation.messages.line("no session yet: nothing is recorded here")
    return 0
