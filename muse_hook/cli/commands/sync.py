"""`muse-hook sync`: record now whatever the hooks have not recorded."""

from __future__ import annotations

import time

from muse_hook.catchup.catchup import catch_up
from muse_hook.cli.failures import Interrupted, warn
from muse_hook.cli.findings import draw_unreadable
from muse_hook.cli.options import count
from muse_hook.cli.progress import Progress
from muse_hook.errors import StoreBusyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Record now whatever the hooks have not recorded

Every commit that a local branch or a work tree reaches, made since the hooks were installed, is in the log when
this returns. Commands that read do the same first, so it is seldom needed.
"""
EXAMPLES = """
muse-hook sync
muse-hook sync --every 5      # for tools that fire no hook: look every 5 seconds until Ctrl-C
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--every", metavar="SECONDS", type=count, help="Go on, and look again so often, until Ctrl-C")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Catch up in the foreground, waiting for whoever is writing; returns 1 where something could not be recorded."""
    if arguments.every is None:
        return _sync(invocation)
    try:
        while True:
            _sync(invocation, is_quiet=True)
            time.sleep(arguments.every)
    except (KeyboardInterrupt, Interrupted):
        return 0


def _sync(invocation: Invocation, *, is_quiet: bool = False) -> int:
    """Catch up once; `is_quiet` says nothing where there is nothing to do."""
    progress = Progress(invocation.messages, "recording")
    try:
        outcome = catch_up(invocation.repository, invocation.store, whole=True, progress=progress.update)
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
    elif not (outcome.unreadable or is_quiet):
        invocation.messages.line("nothing to do: everything is recorded")
    return 1 if outcome.unreadable else 0
