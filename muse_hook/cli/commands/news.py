"""`muse-hook news`: what changed under one's own work."""

from __future__ import annotations

from muse_hook.cli.answers import LIMIT
from muse_hook.cli.claims import draw_claims
from muse_hook.cli.news import News
from muse_hook.cli.options import add_json, as_recorded
from muse_hook.cli.terminal import printable
from muse_hook.errors import RevisionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.news import Change
    from muse_hook.oplog.claim import Claim

PAGED = False
RESERVATIONS = 5
"""So many reservations are told at most, the oldest first: `muse-hook reservations` has all."""
DESCRIPTION = """
Tell what others changed that your work touches

Since CURSOR (default: what other branches have and yours has not), on any branch but your own: the symbols that your
branch has changed itself, and those that what it changed calls or inherits from, by name; and what of these somebody
has reserved. Made for a prompt: a few
lines, and the next cursor in the last one. Where there is nothing, nothing is printed. --for says whose work: branches,
or symbols.
"""
EXAMPLES = """
muse-hook news
muse-hook news --since "$CURSOR"
muse-hook news --for topic src/app.py::Model.save --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--since", metavar="CURSOR", default="", help="Since this cursor, of news, watch or changes_since"
    )
    parser.add_argument(
        "--for", dest="work", metavar="WHAT", nargs="+", default=[], help="For a branch's work, or for symbols"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Tell them; 0 whether there is anything or not."""
    database = invocation.history()
    branches, symbols = _parted([as_recorded(word) for word in arguments.work], invocation)
    news = News(invocation, database, symbols)
    only_symbols = bool(symbols) and not branches
    changes, cursor = news.touching(branches, arguments.since, only_symbols=only_symbols)
    reserved = news.reserved(branches, arguments.since, only_symbols=only_symbols)[:RESERVATIONS]
    shown = _that_fit(changes, reserved)
    if arguments.json:
        rows = [change.as_json() for change in shown]
        told = [claim.as_json() for claim in reserved]
        result = {"news": rows, "more": len(changes) - len(shown), "reservations": told, "cursor": cursor}
        invocation.out.json({"version": 1, "command": "news", **result})
        return 0
    if not changes and not reserved:
        return 0
    if reserved:
        invocation.out.line("Others have reserved what this work touches:")
        draw_claims(invocation.out, reserved, "- ")
    if changes:
        many = f"{len(changes)} symbols" if len(changes) > 1 else "a symbol"
        invocation.out.line(f"Others changed {many} that this work touches:")
    for change in shown:
        invocation.out.line("- ", change.line())
    if len(changes) > len(shown):
        invocation.out.line(f"and {len(changes) - len(shown)} more: muse-hook news --json")
    invocation.out.line(f"next: muse-hook news --since {cursor}")
    return 0


def _parted(words: Sequence[str], invocation: Invocation) -> tuple[list[str], list[str]]:
    """Return the branches and the addresses of symbols among the words."""
    branches, symbols = [], []
    repository = invocation.repository
    known = repository.branches()
    for word in words:
        if word in known:
            branches.append(word)
            continue
        head = repository.head().oid
        if head is None:
            raise RevisionError(f"looking for {word!r}", "there is no commit yet", "git commit")
        from muse_hook.briefing.tree import CommitTree  # mostly branches are asked for
        from muse_hook.cli.briefing import resolve_address

        with repository.objects() as objects:
            symbols.append(resolve_address(CommitTree(repository, objects, head), word, repository, "uses"))
    return branches, symbols


def _that_fit(changes: Sequence[Change], reserved: Sequence[Claim]) -> list[Change]:
    size = 400 + sum(len(str(claim.as_json())) + 2 for claim in reserved)
    shown: list[Change] = []
    for change in changes:
        size += max(len(printable(change.line())) + 3, len(str(change.as_json())) + 2)
        if size > LIMIT and shown:
            break
        shown.append(change)
    return shown
