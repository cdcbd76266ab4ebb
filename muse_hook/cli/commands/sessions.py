"""`muse-hook sessions`: what logs there are."""

from __future__ import annotations

from muse_hook.cli.options import add_json
from muse_hook.cli.terminal import printable, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen

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
    invocation.say_what_is_missing()
    rows: list[dict[str, Any]] = []
    if invocation.store.exists():
        invocation.index.refresh()
        rows = [row.as_json() for row in invocation.index.sessions()]
    if arguments.json:
        invocation.out.json({"version": 1, "command": "sessions", "sessions": rows})
    elif rows:
        _draw(invocation.out, rows)
    else:
        invocation.messages.line("no session yet: nothing is recorded here")
    return 0


def _draw(out: Screen, rows: Sequence[Mapping[str, Any]]) -> None:
    names = max(width(printable(row["id"])) for row in rows)
    for row in rows:
        commits = f"{row['commits']:,} commit{'s' if row['commits'] != 1 else ' '}"
        out.line(
            (row["id"], "bold"),
            " " * (names - width(printable(row["id"]))),
            f"  {commits:>14}  {row['entries']:>9,} entries",
            (f"  {row['last_at'][:16].replace('T', ' ')}", "dim"),
            f"  {row['last_subject']}",
        )
