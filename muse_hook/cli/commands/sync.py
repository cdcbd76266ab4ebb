"""`muse-hook sync`: record now whatever the hooks have not recorded."""

from __future__ import annotations

from muse_hook.catchup.catchup import catch_up
from muse_hook.cli.failures import warn
from muse_hook.cli.findings import draw_unreadable
from muse_hook.cli.progress import Progress

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
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:  # noqa: ARG001 - every command has this shape
    """Catch up in the foreground, waiting for whoever is writing."""
    progress = Progress(invocation.messages, "recording")
    try:
        outcome = catch_up(invocation.repository, invocation.store, whole=True, progress=progress.update)
    except KeyboardInterrupt:
        raise progress.interrupted("recording", "muse-hook sync goes on") from None
    finally:
        progress.end()
    draw_unreadable(invocation.messages, outcome.unreadable)
    for note in outcome.notes:
        warn(invocation.messages, note)
    if outcome.recorded or outcome.marks:
        marks = f", {outcome.marks:,} rewritten" if outcome.marks else ""
        invocation.messages.line(f"recorded {outcome.recorded:,} commit{'s' if outcome.recorded != 1 else ''}{marks}")
    elif not outcome.unreadable:
        invocation.messages.line("nothing to do: everything is recorded")
    return 1 if outcome.unreadable else 0
