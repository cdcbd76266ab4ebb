"""What arrived in the logs after a checkpoint, shown once: `replay --since`."""

from __future__ import annotations

from types import SimpleNamespace

from muse_hook.cli.watch_view import Teller
from muse_hook.errors import StoreError
from muse_hook.watch.checkpoint import read_checkpoint
from muse_hook.watch.follower import BackfilledCommits, Follower

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.cli.invocation import Invocation

_EVERYTHING = {
    "session": "", "author": "", "symbol": "", "path": "", "kind": "", "change": "", "max_count": None, "json": False,
}  # fmt: skip


def tell_since(invocation: Invocation, name: str, *, json: bool) -> int:
    """Show what arrived after the checkpoint `name`, commit by commit; returns the exit status.

    What a backfill recorded since is counted and not shown: it happened before. CheckpointError, CursorError.
    """
    invocation.catch_up()
    store = invocation.store
    if not store.exists():
        raise StoreError("replaying the log", "nothing is recorded here yet", "muse-hook install")
    checkpoint = read_checkpoint(store, name)
    invocation.index.refresh()
    follower = Follower.since(store, checkpoint.cursor, invocation.index)
    backfilled = BackfilledCommits(invocation.repository, store)
    teller = Teller(SimpleNamespace(**_EVERYTHING), invocation.out)
    entries = []
    passed = shown = 0
    for event in follower.poll():
        if backfilled.has(event):
            passed += 1
        elif json:
            entries += event.entries
        else:
            shown += 1
            teller.tell(event)
    if json:
        told = {"since": checkpoint.as_json(), "entries": entries, "backfilled": passed}
        invocation.out.json({"version": 1, "command": "replay", **told})
        return 0
    if not shown:
        invocation.messages.line("nothing has arrived since")
    if passed:
        invocation.messages.line(f"not shown: {passed:,} commits of before that a backfill recorded")
    return 0
