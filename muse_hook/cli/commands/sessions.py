"""`muse-hook sessions`: what logs there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muse_hook.cli.escape import printable, width
from muse_hook.cli.options import add_json
from muse_hook.oplog import read_batch

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen
    from muse_hook.index import SessionRow

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
    rows = []
    if invocation.store.exists():
        invocation.index.refresh()
        rows = [_facts(invocation, row) for row in invocation.index.sessions()]
    if arguments.json:
        invocation.out.json({"version": 1, "command": "sessions", "sessions": rows})
    elif rows:
        _draw(invocation.out, rows)
    else:
        invocation.messages.line("no session yet: nothing is recorded here")
    return 0


def _facts(invocation: Invocation, row: SessionRow) -> dict[str, Any]:
    """Return one session's part of docs/json.md."""
    last = row.last and read_batch(invocation.store, row.session, row.last.start, row.last.end)[-1]
    return {
        "id": row.session,
        "commits": row.seals,
        "entries": row.entries,
        "bytes": row.bytes,
        "last_commit": last["commit_id"] if last else None,
        "last_at": last["created_at"] if last else None,
        "last_subject": last["domain_op"]["content_summary"] if last else None,
    }


def _draw(out: Screen, rows: Sequence[Mapping[str, Any]]) -> None:
    names = max(width(printable(row["id"])) for row in rows)
    for row in rows:
        commits = f"{row['commits']:,} commit{'s' if row['commits'] != 1 else ' '}"
        out.line(
            (row["id"], "bold"),
            " " * (names - width(printable(row["id"]))),
            f"  {commits:>14}  {row['entries']:>9,} ops",
            (f"  {(row['last_at'] or '')[:16].replace('T', ' ')}", "dim"),
            f"  {row['last_subject'] or ''}",
        )
