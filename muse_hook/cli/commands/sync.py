"""`muse-hook sync`: record now whatever the hooks have not recorded."""

from __future__ import annotations

import time

from muse_hook.catchup.catchup import catch_up
from muse_hook.catchup.fetching import FETCHED, Fetching
from muse_hook.catchup.plan import read_ref_state
from muse_hook.cli.failures import Interrupted, warn
from muse_hook.cli.findings import draw_unreadable
from muse_hook.cli.options import duration
from muse_hook.cli.progress import Progress
from muse_hook.errors import RepositoryError, StoreBusyError, StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Record now whatever the hooks have not recorded

Every commit that a local branch or a work tree reaches, made since the hooks were installed, is in the log when
this returns. Commands that read do the same first, so it is seldom needed.

With --fetch all remotes are fetched first, and what their branches bring is recorded too: so a hub is kept that nobody
pushes into. A remote that fails is named, the others are fetched, and the exit status is 1. The setting muse.refs says
which refs count, as git for-each-ref has them: refs/pull/*/head, say.
"""
EXAMPLES = """
muse-hook sync
muse-hook sync --every 5s     # for tools that fire no hook: look every 5 seconds until Ctrl-C or SIGTERM
muse-hook sync --fetch --every 60s   # a mirror, as deploy/muse-hook-sync@.service runs it
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--fetch", action="store_true", help="Fetch all remotes first")
    parser.add_argument(
        "--every", metavar="TIME", type=duration, help="Go on, and look again so often (60s, 5m, 1h), until Ctrl-C"
    )


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Catch up in the foreground, waiting for whoever is writing; returns 1 where something could not be recorded."""
    fetching = Fetching(invocation.repository, invocation.store, arguments.every or 0.0) if arguments.fetch else None
    if arguments.every is None:
        return _sync(invocation, fetching)
    import signal

    # As Ctrl-C, which waits for the end of a commit that is being written.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    is_first = True
    try:
        while True:
            try:
                _sync(invocation, fetching, is_quiet=True, whole=is_first)
                is_first = False
            except (StoreError, RepositoryError) as failure:  # a full disk, a repository that is being moved: go on
                warn(invocation.messages, failure)
            time.sleep(arguments.every)
    except (KeyboardInterrupt, Interrupted):
        return 0


def _sync(invocation: Invocation, fetching: Fetching | None, *, is_quiet: bool = False, whole: bool = True) -> int:
    """Fetch and catch up once; `is_quiet` says nothing where there is nothing to do, `whole`: see `catch_up`."""
    failed = fetching.fetch() if fetching is not None else []
    for failure in failed:
        warn(invocation.messages, failure)
    ref_state = None if fetching is None else read_ref_state(invocation.repository, also=FETCHED)
    progress = Progress(invocation.messages, "recording")
    try:
        outcome = catch_up(
            invocation.repository,
            invocation.store,
            whole=whole,
            ref_state=ref_state,
            parallel=True,
            progress=progress.update,
        )
    except KeyboardInterrupt:
        raise progress.interrupted("recording", "muse-hook sync goes on") from None
    except StoreBusyError:
        if not is_quiet:
            raise
        return 1  # the next look has another chance
    finally:
        progress.end()
    draw_unreadable(invocation.messages, outcome.unreadable)
    for note in outcome.notes:
        warn(invocation.messages, note)
    if outcome.recorded or outcome.marks:
        marks = f", {outcome.marks:,} rewritten" if outcome.marks else ""
        invocation.messages.line(f"recorded {outcome.recorded:,} commit{'s' if outcome.recorded != 1 else ''}{marks}")
    elif not (outcome.unreadable or failed or is_quiet):
        invocation.messages.line("nothing to do: everything is recorded")
    return 1 if outcome.unreadable or failed else 0
