"""`muse-hook diff`: how the symbols of two commits differ."""

from __future__ import annotations

from muse_hook.cli.delta_view import draw_delta
from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json
from muse_hook.errors import RevisionError, shell_command
from muse_hook.record.delta import diff_commits

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.model.ops import StructuredDelta

PAGED = True
DESCRIPTION = """
Show how the symbols of two commits differ

Compares the trees of A and B (default: HEAD), with the verdict that Semantic Versioning gives and every change
that breaks callers. Where the steps between are recorded, the log says which symbol became which. A..B is the same as
A B; A...B compares B with where it parted from A.
"""
EXAMPLES = """
muse-hook diff HEAD~10
muse-hook diff v1.0 v2.0
muse-hook diff main...topic --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("a", metavar="A", help="The older commit, or a range A..B or A...B")
    parser.add_argument("b", metavar="B", nargs="?", help="The newer commit (default: HEAD)")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Compare two commits."""
    old, new = ends(invocation, arguments.a, arguments.b)
    delta = delta_between(invocation, old, new)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "diff", "from": old, "to": new, "delta": delta})
    else:
        draw_delta(invocation.out, delta)
    return 0


def delta_between(invocation: Invocation, old: str, new: str) -> StructuredDelta:
    """Return how two commits (full ids) differ; where both are recorded, the log says which symbol became which."""
    recorded = invocation.recorded_symbols()
    identity = None if recorded is None else recorded.between(old, new)
    return diff_commits(invocation.repository, old, new, identity)


def ends(invocation: Invocation, a: str, b: str | None) -> tuple[str, str]:
    """Return the ids of the older and the newer commit that A and B, A..B or A...B name; RevisionError."""
    repository = invocation.repository
    if b is not None:
        if ".." in a or ".." in b:
            reject(
                "reading the command line", "a range is one argument, not two", shell_command("muse-hook", "diff", a)
            )
        return repository.resolve(a), repository.resolve(b)
    if "..." in a:
        left, _, right = a.partition("...")
        ends = repository.resolve(left or "HEAD"), repository.resolve(right or "HEAD")
        base = repository.run("merge-base", *ends)[1].decode("ascii").strip()
        if not base:
            raise RevisionError(
                f"comparing {a}",
                "the two have no common history",
                shell_command("muse-hook", "diff", left or "HEAD", right or "HEAD"),
            )
        return base, ends[1]
    left, dots, right = a.partition("..")
    return repository.resolve(left if not dots else left or "HEAD"), repository.resolve(right or "HEAD")
