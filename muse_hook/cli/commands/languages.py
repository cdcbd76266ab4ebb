"""`muse-hook languages`: what is known, what is installed, and how many files of the repository each covers."""

from __future__ import annotations

from muse_hook.cli.languages import INSTALL, coverage
from muse_hook.cli.options import add_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = True
DESCRIPTION = """
List the languages whose symbols can be recorded

Each with its files at HEAD, the package that holds its grammar and the version of it that is installed. Files of a
language without its grammar, and those of any other language, are recorded as files.
"""
EXAMPLES = """
muse-hook languages
muse-hook languages --json | jq -r '.languages[] | select(.files > 0) | .language'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """List them in the order of their rows."""
    rows = coverage(invocation.repository)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "languages", "languages": rows})
        return 0
    names = max(len(row["language"]) for row in rows)
    packages = max(len(row["package"]) for row in rows)
    for row in rows:
        files = f"{row['files']:,} file{'s' if row['files'] != 1 else ' '}"
        installed = (row["version"], "added") if row["installed"] else ("not installed", "changed")
        extensions = " ".join(row["extensions"]) + (", when asked for" if row["when_asked"] else "")
        out = (row["language"], "bold"), " " * (names - len(row["language"])), f"  {files:>13}  "
        invocation.out.line(
            *out, row["package"], " " * (packages - len(row["package"])), "  ", installed,
            (f"  {extensions}", "dim"),
        )  # fmt: skip
    if any(row["files"] and not row["installed"] for row in rows):
        invocation.messages.line(f"hint: {INSTALL}")
    return 0
