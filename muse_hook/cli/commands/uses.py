"""`muse-hook uses`: who calls or imports a symbol."""

from __future__ import annotations

from muse_hook.briefing.tree import CommitTree
from muse_hook.cli.briefing import resolve_address
from muse_hook.cli.options import add_json, as_recorded

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from muse_hook.briefing.tree import SymbolUse
    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen

PAGED = True
DESCRIPTION = """
Show who calls or imports a symbol at HEAD

By name: whatever calls, imports or mentions something of the same simple name is told, so a method may have users
that mean another class's. Files come with the lines where the name stands, tests last. SYMBOL is an address
or a name that only one symbol has; nothing has to be recorded.
"""
EXAMPLES = """
muse-hook uses src/app.py::Model.save
muse-hook uses save --rev topic
muse-hook uses Model.save --json | jq -r '.uses[] | select(.test) | .address'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("symbol", metavar="SYMBOL", help="Whose users")
    parser.add_argument("--rev", metavar="REV", default="HEAD", help="At which commit (default: HEAD)")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """List them."""
    repository = invocation.repository
    commit_id = repository.resolve(arguments.rev)
    with repository.objects() as objects:
        tree = CommitTree(repository, objects, commit_id)
        address = resolve_address(tree, as_recorded(arguments.symbol), repository, "uses")
        uses = tree.uses(address)
    if arguments.json:
        rows = [use.as_json() for use in uses]
        result = {"commit": commit_id, "address": address, "by_name": True, "uses": rows}
        invocation.out.json({"version": 1, "command": "uses", **result})
        return 0
    _draw(invocation.out, uses)
    if not uses:
        invocation.messages.line(f"nothing uses the name of {address}")
    return 0


def _draw(out: Screen, uses: Sequence[SymbolUse]) -> None:
    for use in uses:
        lines = ", ".join(f"L{number}" for number in use.lines)
        kind = use.kind.replace("_", " ")
        test = ("  test", "dim") if use.is_test else ""
        out.line((f"{use.how:<9}", "changed"), (kind, "kind"), " ", (use.address, "path"), (f"  {lines}", "dim"), test)
