"""`muse-hook gc`: make the index compact, and drop what the logs hold in vain."""

from __future__ import annotations

from muse_hook.cli.dates import ago
from muse_hook.cli.options import add_json
from muse_hook.errors import RepositoryError, StoreError
from muse_hook.history.follow import compact, is_there
from muse_hook.index.index import Index
from muse_hook.record.collect import collect, size_of_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from muse_hook.cli.invocation import Invocation
    from muse_hook.git.repository import Repository
    from muse_hook.record.collect import CollectReport

PAGED = False
DESCRIPTION = """
Make the index compact and drop what the logs hold in vain

Makes index.sqlite anew from the logs. Out of the logs go lines that count for nothing: a second batch of a commit (by
an older engine, or the same bytes again) and what is left of a batch that was half written, where there is a whole
one. Everything that counts stays, also of commits that no ref and no reflog reaches any more, unless --unreachable
says from which age on they go; one that comes back is recorded again. Cursors and checkpoints go on.
"""
EXAMPLES = """
muse-hook gc
muse-hook gc --dry-run --unreachable 90d
muse-hook gc --unreachable '6 months ago' --json
"""

_SHORT = 12  # digits of a commit id
_SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--unreachable",
        metavar="AGE",
        help="Drop commits that nothing in Git reaches and that are older: 12h, 90d, 8w or a date",
    )
    parser.add_argument("-n", "--dry-run", action="store_true", help="Only say what would be dropped")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Collect, make the index and what readers keep in it anew, and say what that took."""
    store, repository = invocation.store, invocation.repository
    if not store.exists():
        raise StoreError("collecting what is in vain", "nothing is recorded here yet", "muse-hook status")
    reachable: Callable[[], list[str]] | None = None
    before = ""
    if arguments.unreachable is not None:
        before = ago("--unreachable", arguments.unreachable, repository)
        reachable = lambda: _reachable(repository)  # noqa: E731 - one word
    with Index(store) as index:
        has_history = is_there(index)
    report = collect(store, reachable, before, is_trial=arguments.dry_run)
    if not arguments.dry_run:
        with Index(store) as index:
            compact(index, with_history=has_history)
        report.index.append(size_of_index(store))
    if arguments.json:
        invocation.out.json(
            {
                "version": 1,
                "command": "gc",
                "done": not arguments.dry_run,
                "copies": report.copies,
                "lines": report.lines,
                "unreachable": report.unreachable,
                "logs": {"before": report.logs[0], "after": report.logs[-1]},
                "index": {"before": report.index[0], "after": report.index[-1]},
            }
        )
        return 0
    _draw(invocation, report, is_trial=arguments.dry_run)
    return 0


def _reachable(repository: Repository) -> list[str]:
    status, output, wrong = repository.run("rev-list", "--all", "--reflog")
    if status:
        raise RepositoryError("asking Git what it reaches", wrong.strip() or "git rev-list failed", "git fsck")
    return output.decode("ascii").split()


def _draw(invocation: Invocation, report: CollectReport, *, is_trial: bool) -> None:
    out = invocation.out
    verb = "would drop" if is_trial else "dropped"
    for oid in report.unreachable[:_SHOWN]:
        out.line(f"{verb} ", (oid[:_SHORT], "commit"), ": nothing in Git reaches it")
    if len(report.unreachable) > _SHOWN:
        out.line(f"{verb} {len(report.unreachable) - _SHOWN:,} more that nothing in Git reaches")
    if report.copies:
        out.line(f"{verb} {report.copies:,} further cop{'ies' if report.copies != 1 else 'y'} of recorded commits")
    if report.lines:
        out.line(f"{verb} {report.lines:,} line{'s' if report.lines != 1 else ''} of half-written batches")
    if is_trial:
        if not (report.unreachable or report.copies or report.lines):
            out.line("nothing to drop")
        return
    out.line(f"logs: {_change(report.logs)}")
    out.line(f"index: {_change(report.index)}")


def _change(sizes: list[int]) -> str:
    before, after = sizes[0], sizes[-1]
    return f"{after:,} bytes" if before == after else f"{after:,} bytes ({before:,} before)"
