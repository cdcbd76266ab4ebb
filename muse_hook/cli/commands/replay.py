"""`muse-hook replay`: the symbols at any recorded commit, from the log alone."""

from __future__ import annotations

from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json
from muse_hook.cli.progress import Progress
from muse_hook.cli.terminal import printable, width
from muse_hook.errors import StoreError
from muse_hook.replay.replay import replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen

PAGED = True
DESCRIPTION = """
Show every symbol at a commit, as the log tells it

Folds the recorded operations of the commit and all that it reaches, through merges, into one table: each file's
symbols with their content ids. Where a parent is not recorded, its symbols come from its tree in Git.

With --since NAME the operations that arrived after a checkpoint are shown instead, in every branch, commit by commit.
"""
EXAMPLES = """
muse-hook replay
muse-hook replay v1.0
muse-hook replay HEAD~20 --json | jq '.files["src/app.py"]'
muse-hook replay --since before-review
"""

_DIGITS = 12
_PATIENCE = 1.0  # seconds before a bar says why nothing is shown yet


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("commit", metavar="COMMIT", nargs="?", help="The commit (default: HEAD)")
    parser.add_argument("--since", metavar="NAME", help="Show what arrived after this checkpoint")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Replay the log up to the commit, or what arrived after a checkpoint."""
    if arguments.since is not None:
        if arguments.commit is not None:
            reject("reading the command line", "--since leaves no place for COMMIT", "muse-hook replay --help")
        from muse_hook.cli.watch_view import print_since  # most replays follow nothing

        return print_since(invocation, arguments.since, json=arguments.json)
    commit_id = invocation.repository.resolve("HEAD" if arguments.commit is None else arguments.commit)
    invocation.catch_up()
    invocation.say_what_is_missing()
    if not invocation.store.exists():
        raise StoreError("replaying the log", "nothing is recorded here yet", "muse-hook install")
    invocation.index.refresh()
    progress = Progress(invocation.messages, "replaying", patience=_PATIENCE)
    try:
        files = replay(invocation.repository, invocation.index, commit_id, progress.update)
    finally:
        progress.end()
    if arguments.json:
        invocation.out.json({"version": 1, "command": "replay", "commit": commit_id, "files": files})
    else:
        _draw(invocation.out, files)
    return 0


def _draw(out: Screen, files: Mapping[str, Mapping[str, str] | None]) -> None:
    names = [printable(name) for symbols in files.values() for name in symbols or ()]
    column = max(map(width, names), default=0)
    for path, symbols in files.items():
        out.line((path, "path"))
        if symbols is None:
            out.line("  ", ("not known: it could not be parsed", "dim"))
        for name, content_id in (symbols or {}).items():
            gap = " " * (column - width(printable(name)) + 2)
            out.line("  ", name, gap, (content_id[:_DIGITS], "dim"))
