"""`muse-hook checkpoint`: write down how far the logs have come, under a name."""

from __future__ import annotations

from muse_hook.cli.options import add_json
from muse_hook.errors import StoreError
from muse_hook.oplog.log import list_named
from muse_hook.watch.checkpoint import CheckpointError, make_checkpoint, read_checkpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.watch.checkpoint import Checkpoint

PAGED = False
DESCRIPTION = """
Write down how far the logs have come, under a name

What arrives later, in whatever branch, is then shown by replay --since NAME and by watch --since NAME. A checkpoint
of the same name is replaced. Without NAME the checkpoints are listed.
"""
EXAMPLES = """
muse-hook checkpoint before-review
muse-hook replay --since before-review
muse-hook checkpoint --json
"""

_SHORT = 10  # digits of a commit id


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="What to call it (default: list what there is)")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Make one, or list them."""
    if arguments.name is not None:
        made = _make(invocation, arguments.name)
        if not arguments.json:
            return 0
        found = [made]
    else:
        found = _all(invocation)
    if arguments.json:
        rows = [each.as_json() for each in found]
        invocation.out.json({"version": 1, "command": "checkpoint", "checkpoints": rows})
        return 0
    for each in found:
        place = f"{each.branch or 'HEAD'} at {each.commit[:_SHORT]}" if each.commit else each.branch
        when = each.created_at[:16].replace("T", " ")
        invocation.out.line((each.name, "bold"), "  ", (when, "dim"), f"  {place}")
    if not found:
        invocation.messages.line("no checkpoint yet")
    return 0


def _make(invocation: Invocation, name: str) -> Checkpoint:
    invocation.catch_up()
    if not invocation.store.exists():
        raise StoreError("making a checkpoint", "nothing is recorded here yet", "muse-hook install")
    invocation.index.refresh()
    return make_checkpoint(invocation.index, name, invocation.repository.head())


def _all(invocation: Invocation) -> list[Checkpoint]:
    """Return those that can be read."""
    found = []
    for name in list_named(invocation.store):
        try:
            found.append(read_checkpoint(invocation.store, name))
        except CheckpointError as damaged:
            invocation.messages.line(("warning: ", "warning"), f"{damaged.doing}: {damaged.wrong}")
    return found
