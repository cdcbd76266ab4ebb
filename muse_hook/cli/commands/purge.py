"""`muse-hook purge`: take commits out of the logs for good."""

from __future__ import annotations

from muse_hook.cli.options import add_json
from muse_hook.errors import StoreError
from muse_hook.record.purge import purge

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.record.purge import PurgedCommit

PAGED = False
DESCRIPTION = """
Take commits out of the logs for good, after a secret got in

Takes what was recorded of each COMMIT out of every log of the store and makes the index and the history anew. It
asks nothing, and nothing records these commits again. Git's own copy is not touched: git filter-repo rewrites that,
and other clones have logs of their own. A COMMIT is an id, or the beginning of one, that a log holds.
"""
EXAMPLES = """
muse-hook purge 3f2a1bc
muse-hook purge --json 3f2a1bc 9d01e77
"""

_SHORT = 12  # digits of a commit id


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("commits", metavar="COMMIT", nargs="+", help="What to take out")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Purge, and say what that took."""
    store = invocation.store
    if not store.exists():
        raise StoreError("purging commits", "nothing is recorded here yet", "muse-hook status")
    found = purge(store, arguments.commits)
    if arguments.json:
        rows = [
            {"commit": each.commit_id, "sessions": each.sessions, "lines": each.lines, "already": each.already}
            for each in found
        ]
        invocation.out.json({"version": 1, "command": "purge", "purged": rows})
        return 0
    for each in found:
        invocation.out.line("purged ", (each.commit_id[:_SHORT], "commit"), f": {_told(each)}")
    return 0


def _told(purged: PurgedCommit) -> str:
    if not purged.lines:
        return "no log holds it any more" if purged.already else "it is not recorded from now on"
    lines = f"{purged.lines:,} line{'s' if purged.lines != 1 else ''}"
    return f"{lines} out of {', '.join(purged.sessions)}"
