"""`muse-hook doctor`: prove that the hooks fire."""

from __future__ import annotations

from muse_hook.cli.findings import draw_findings, has_fault
from muse_hook.cli.languages import INSTALL, unread
from muse_hook.cli.options import add_json
from muse_hook.doctor import examine
from muse_hook.install.findings import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Prove that the hooks fire, and say how to mend what does not

Fires each installed hook with a probe that makes no commit, and looks at everything a record depends on.
The exit status is 1 where something keeps commits from being recorded.
"""
EXAMPLES = """
muse-hook doctor
muse-hook doctor --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Examine the repository; returns 1 where a finding is bad."""
    findings = examine(invocation.repository, invocation.store)
    for row in unread(invocation.repository):
        files = f"{row['files']:,} file{'s are' if row['files'] != 1 else ' is'}"
        message = f"{files} recorded without symbols: {row['package']} is not installed"
        findings.append(Finding(row["language"], "warn", message, INSTALL))
    if arguments.json:
        healthy = not has_fault(findings)
        rows = [finding.as_json() for finding in findings]
        invocation.out.json({"version": 1, "command": "doctor", "healthy": healthy, "findings": rows})
    else:
        draw_findings(invocation.out, findings)
    return int(has_fault(findings))
