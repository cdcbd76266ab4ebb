"""`muse-hook watch`: the stream of operations, live."""

from __future__ import annotations

import select

from muse_hook.cli.failures import INTERRUPTED, Interrupted
from muse_hook.cli.options import add_filters, add_json, as_recorded, count
from muse_hook.cli.terminal import ClosedStreamError
from muse_hook.cli.watch_view import Teller
from muse_hook.errors import StoreError
from muse_hook.watch import Cursor, Follower, Notice
from muse_hook.watch.backfilled import Backfilled
from muse_hook.watch.checkpoint import read_checkpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Follow the operations live, as commits are recorded

A commit's operations come together, as soon as it is recorded. With --json each is an object on a line of its own
with a cursor: --since CURSOR goes on after it, with no gap and no repeat, whatever happened in between. Only what is
new is shown, from now on; with --history what a backfill records as well, and without --since everything that is there.
"""
EXAMPLES = """
muse-hook watch
muse-hook watch --symbol 'src/*.py::Model.*' --change signature
muse-hook watch --json --since "$CURSOR" --no-wait
"""

_CLOSED_SECONDS = 0.5  # how soon a reader that has gone is noticed where nothing happens


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--since", metavar="CURSOR", help="Begin after this cursor, or checkpoint (default: now)")
    parser.add_argument(
        "--history", action="store_true", help="Show what a backfill records, too, and begin with what is there"
    )
    parser.add_argument("--no-wait", action="store_true", help="End when everything that is there was shown")
    parser.add_argument("-n", "--max-count", metavar="N", type=count, help="End after N commits")
    group = add_filters(parser)
    group.add_argument("--symbol", metavar="GLOB", default="", help="Only symbols whose address, or name, fits")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Follow the stream until nobody reads it."""
    repository, store = invocation.repository, invocation.store
    invocation.catch_up()
    if not store.exists():
        raise StoreError("following the log", "nothing is recorded here yet", "muse-hook install")
    follower = _follower(arguments.since, invocation, begin=arguments.history)
    backfilled = None if arguments.history else Backfilled(repository, store)
    for name in ("author", "path", "kind", "change", "symbol"):
        setattr(arguments, name, as_recorded(getattr(arguments, name)))
    teller = Teller(arguments, invocation.out)
    try:
        teller.begin(follower.cursor)
        with Notice(store.path("op_log")) as notice:
            while True:
                for arrival in follower.poll():
                    if (backfilled is None or not backfilled.holds(arrival)) and teller.tell(arrival):
                        return 0
                if arguments.no_wait:
                    return 0
                notice.wait(_CLOSED_SECONDS)
                _look_for_reader(invocation)
    except KeyboardInterrupt:
        if invocation.messages.width is None:  # no terminal: whoever reads has the cursors
            return INTERRUPTED
        raise Interrupted("following the log", "stopped", f"go on with --since {follower.cursor}") from None


def _follower(since: str | None, invocation: Invocation, *, begin: bool) -> Follower:
    """Return what follows the logs: from a cursor or checkpoint on, from the beginning, or from now on."""
    invocation.index.refresh()
    if since is None:
        return Follower(invocation.store, {}) if begin else Follower.now(invocation.index)
    cursor = Cursor.parse(since) if Cursor.looks_like(since) else read_checkpoint(invocation.store, since).cursor
    return Follower.since(invocation.store, cursor, invocation.index)


def _look_for_reader(invocation: Invocation) -> None:
    """End where the reader of a pipe has gone: nothing else tells as long as there is nothing to write."""
    poll = select.poll()
    try:
        poll.register(invocation.out.stream.fileno(), 0)
    except (OSError, ValueError):
        return
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
        raise ClosedStreamError
