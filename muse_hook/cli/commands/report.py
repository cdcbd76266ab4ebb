"""`muse-hook report`: the history as a page to look at."""

from __future__ import annotations

import os

from muse_hook.cli.escape import printable
from muse_hook.history import Reachable
from muse_hook.report import collect, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Write the history as a page to look at

One HTML file that loads nothing from anywhere: what happened when, the most changed symbols, who changes what,
renames, and a search that tells each symbol's story. It is written into the store, or to FILE, and its path is
printed.
"""
EXAMPLES = """
muse-hook report --open
muse-hook report -o history.html
muse-hook report --all -o - | gzip > history.html.gz
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("-o", "--output", metavar="FILE", help="Write the page there (-: stdout; default: the store)")
    parser.add_argument("--open", action="store_true", help="Show it in the browser")
    parser.add_argument("--all", action="store_true", help="Take in commits that HEAD does not reach")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Write the page."""
    repository = invocation.repository
    database = invocation.history()
    head = repository.head().oid
    reachable = None if arguments.all else Reachable(repository, database, [head] if head else [])
    top = repository.work_tree or repository.common_dir
    page = render(collect(database, reachable), os.path.basename(top), printable)
    if arguments.output == "-":
        invocation.out.write(page)
        return 0
    data = page.encode("utf-8")
    if arguments.output:
        path = os.path.abspath(arguments.output)
        with open(path, "wb") as file:
            file.write(data)
    else:
        path = invocation.store.path("report.html")
        invocation.store.replace_file(path, data)
    invocation.out.line(path)
    if arguments.open:
        import webbrowser  # noqa: PLC0415 - start-up time
        from pathlib import Path  # noqa: PLC0415 - likewise

        webbrowser.open(Path(path).as_uri())
    return 0
