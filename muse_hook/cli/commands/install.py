"""`muse-hook install`: record every commit of a repository from now on."""

from __future__ import annotations

import os
import sys

from muse_hook.catchup.whole_history import leave_out, stop
from muse_hook.cli.commands.backfill import record_range
from muse_hook.cli.failures import reject
from muse_hook.cli.findings import draw_findings, draw_hooks, has_fault
from muse_hook.cli.first_day import record_history
from muse_hook.cli.options import count
from muse_hook.cli.shared_files import link_shared_files
from muse_hook.install.findings import Finding
from muse_hook.install.install import install

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.install.install import Installation

PAGED = False
DESCRIPTION = """
Record every commit of a repository from now on

Puts small hooks beside whatever hooks are there, makes the store in the Git directory and links it as .muse
at the top of the work tree. Then history is recorded: the newest commits at once, the rest while one waits where that
takes less than 20 seconds, else in the background, which stops after 10 minutes or 1 GB at most and says how to go on.
Running it again changes nothing.
"""
EXAMPLES = """
muse-hook install
muse-hook install --global              # every repository of yours; git config muse.enabled false leaves one out
muse-hook install --no-history          # from now on only
muse-hook install --share                # and fetch what other clones share, see muse-hook share
muse-hook install --backfill 200        # the last 200 commits and no more
git config muse.background true && muse-hook install   # record behind the prompt, always
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("repository", metavar="REPO", nargs="?", help="The repository (default: the current one)")
    parser.add_argument(
        "--global",
        dest="everywhere",
        action="store_true",
        help="Install for every repository of yours, once for all",
    )
    parser.add_argument(
        "--share",
        action="store_true",
        help="Have git fetch bring what other clones share, for muse-hook take",
    )
    history = parser.add_mutually_exclusive_group()
    history.add_argument(
        "--backfill", metavar="N", type=count, default=0, help="Record the last N commits of the current branch only"
    )
    history.add_argument("--no-history", action="store_true", help="Record nothing of what was there before the hooks")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Install; returns 1 where something stands in the way of recording."""
    if arguments.everywhere:
        if arguments.repository is not None or arguments.backfill or arguments.share:
            reject("reading the command line", "--global is for all repositories", "muse-hook install --help")
        from muse_hook.install.everywhere import install_everywhere

        draw_findings(invocation.out, install_everywhere(os.environ))
        return 0
    for path in link_shared_files(os.environ, sys.prefix):
        invocation.messages.line("linked ", (path, "dim"))
    if arguments.repository is not None:
        invocation.enter(arguments.repository)
    if arguments.share:
        from muse_hook.sharing.share import configure as configure_sharing

        for remote in configure_sharing(invocation.repository):
            message = f"git fetch {remote} brings what other clones share; muse-hook take puts it into the logs"
            draw_findings(invocation.out, [Finding("share", "ok", message)])
    done = install(invocation.repository)
    draw_hooks(invocation.out, done.hooks)
    draw_findings(invocation.out, done.findings)
    _draw_lines(invocation, done.lines)
    invocation.out.flush()
    is_whole = True
    if arguments.no_history:
        stop(invocation.store)
        leave_out(invocation.store)
    elif arguments.backfill:
        stop(invocation.store)
        leave_out(invocation.store)
        if invocation.repository.head().oid is None:
            invocation.messages.line("nothing to backfill: there is no commit yet")
        else:
            is_whole = record_range(invocation, count=arguments.backfill)
    else:
        is_whole = record_history(invocation.messages, invocation.repository, invocation.store)
    invocation.messages.line(("next: ", "hint"), _next(invocation, done))
    return int(has_fault(done.findings) or not is_whole)


def _next(invocation: Invocation, done: Installation) -> str:
    """Return what to do now; what would fail, or record nothing, is not it."""
    if done.lines:
        return "add the lines above, then muse-hook doctor, which tries each hook"
    if has_fault(done.findings):
        return "mend what is marked bad above; until then muse-hook sync records"
    head = invocation.repository.head().oid
    if head is None or head in invocation.repository.shallow():  # nothing to show yet
        return "git commit, then muse-hook show"
    return "muse-hook show, muse-hook status, or just git commit"


def _draw_lines(invocation: Invocation, lines: Sequence[tuple[str, str]]) -> None:
    for file in dict.fromkeys(file for file, _ in lines):
        invocation.out.line(("add by hand", "warning"), f" to {file}:")
        for line in (line for there, line in lines if there == file):
            invocation.out.line(f"    {line}")
