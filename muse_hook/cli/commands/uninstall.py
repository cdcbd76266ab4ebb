"""`muse-hook uninstall`: take the hooks out again and keep the log."""

from __future__ import annotations

import os

from muse_hook.cli.findings import draw_findings, has_fault
from muse_hook.install.install import uninstall

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Take the hooks out again and keep the log

Hooks that were there before come back byte for byte. The log stays in the Git directory, and a later install
goes on with it.
"""
EXAMPLES = """
muse-hook uninstall
muse-hook uninstall ~/src/project
muse-hook uninstall --global
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--global", dest="everywhere", action="store_true", help="Put back what install --global has set up"
    )
    parser.add_argument("repository", metavar="REPO", nargs="?", help="The repository (default: the current one)")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Uninstall; returns 1 where something could not be put back."""
    if arguments.everywhere:
        from muse_hook.install.everywhere import uninstall_everywhere

        findings = uninstall_everywhere(os.environ)
        draw_findings(invocation.out, findings)
        return int(has_fault(findings))
    if arguments.repository is not None:
        invocation.enter(arguments.repository)
    findings = uninstall(invocation.repository)
    draw_findings(invocation.out, findings)
    return int(has_fault(findings))
