"""`muse-hook backfill`: record history that was there before the hooks."""

from __future__ import annotations

from muse_hook.catchup.backfill import backfill
from muse_hook.catchup.whole_history import forget, stop
from muse_hook.cli.failures import DONE, USER_FAULT, reject
from muse_hook.cli.findings import draw_unreadable, hint_for_absent
from muse_hook.cli.options import count
from muse_hook.cli.progress import Progress, duration
from muse_hook.errors import StoreError
from muse_hook.record.delta import TableCache
from muse_hook.record.renew import GONE, renew
from muse_hook.record.workers import processors

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Record history that was there before the hooks

RANGE is anything that names commits: A..B, a branch, a tag. Without it the current branch is recorded, with
--all every local branch. Stop it whenever you like: what is recorded stays, and the next run goes on from there.
With --renew what older engines recorded is recorded anew, in its old place; stopped before its end, nothing changed.
"""
EXAMPLES = """
muse-hook backfill -n 200
muse-hook backfill v1.0..main
muse-hook backfill --all --jobs 4
muse-hook backfill --renew
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", nargs="?", help="What to record (default: the current branch)")
    parser.add_argument("-n", "--max-count", metavar="N", type=count, help="Record only the last N commits of it")
    parser.add_argument("--all", action="store_true", help="Record all local branches, the default one first")
    parser.add_argument("--renew", action="store_true", help="Record anew what an older engine recorded")
    parser.add_argument("--session", metavar="NAME", help="Record into this session instead of the branch's")
    parser.add_argument(
        "--no-reuse", action="store_true", help="Parse every version of a file as a whole; records the same"
    )
    parser.add_argument("--jobs", metavar="N", type=count, help="Work with N processes (default: one a processor)")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Backfill, telling how far it is."""
    if arguments.all and arguments.range:
        reject("reading the command line", "--all leaves no place for a RANGE", "muse-hook backfill --help")
    if arguments.renew:
        if arguments.all or arguments.range or arguments.max_count or arguments.session:
            reject("reading the command line", "--renew takes every log as it is", "muse-hook backfill --help")
        return DONE if _renew(invocation, arguments.jobs, reuse=not arguments.no_reuse) else USER_FAULT
    is_whole = record_range(
        invocation,
        range_=arguments.range,
        count=arguments.max_count,
        every=arguments.all,
        session=arguments.session,
        jobs=arguments.jobs,
        reuse=not arguments.no_reuse,
    )
    return DONE if is_whole else USER_FAULT


def record_range(
    invocation: Invocation,
    *,
    range_: str | None = None,
    count: int | None = None,
    every: bool = False,
    session: str | None = None,
    jobs: int | None = None,
    reuse: bool = True,
) -> bool:
    """Record a range with a progress bar, and say what was recorded; whether that was all.

    Raises RevisionError for what Git does not know, Interrupted on Ctrl-C.
    """
    if every:
        stop(invocation.store)  # the background does the same at a lower priority
    progress = Progress(invocation.messages, "recording")
    try:
        outcome = backfill(
            invocation.repository,
            invocation.store,
            range=range_,
            count=count,
            all=every,
            session=session,
            jobs=jobs or processors(),
            cache=TableCache(reuse=reuse),
            progress=progress.update,
        )
    except KeyboardInterrupt:
        raise progress.interrupted("recording history", "run the same command again to go on") from None
    finally:
        progress.end()
    draw_unreadable(
        invocation.messages,
        outcome.unreadable,
        f"{hint_for_absent(invocation.repository)}, then the same command again",
    )
    if outcome.beyond_boundary:
        cut = f"passed over {_commits(outcome.beyond_boundary)} at the boundary of this shallow clone"
        invocation.messages.line(cut, ("  git fetch --unshallow brings what lies behind", "hint"))
    if every and not outcome.unreadable:
        forget(invocation.store)
    if outcome.recorded:
        invocation.read_logs()  # so that the next answer is there at once
    if not outcome.recorded:
        if not outcome.unreadable:
            invocation.messages.line(f"nothing to do: {_commits(outcome.total)}, all recorded already")
        return not outcome.unreadable
    rate = outcome.recorded / max(outcome.seconds, 1e-6)
    already = f" ({outcome.already:,} were already)" if outcome.already else ""
    figures = f" in {duration(outcome.seconds)}, {rate:,.0f}/s"
    invocation.messages.line(f"recorded {_commits(outcome.recorded)}{already}", (figures, "dim"))
    return not outcome.unreadable


def _renew(invocation: Invocation, jobs: int | None, *, reuse: bool) -> bool:
    """Record anew what older engines recorded; whether that was all that Git still has."""
    if not invocation.store.exists():
        raise StoreError("recording anew", "nothing is recorded here yet", "muse-hook install")
    progress = Progress(invocation.messages, "recording anew")
    try:
        report = renew(
            invocation.repository,
            invocation.store,
            jobs=jobs or processors(),
            cache=TableCache(reuse=reuse),
            progress=progress.update,
        )
    except KeyboardInterrupt:
        raise progress.interrupted("recording history anew", "run the same command again") from None
    finally:
        progress.end()
    gone = sum(why == GONE for why in report.kept.values())
    unreadable = {oid: why for oid, why in report.kept.items() if why != GONE}
    if gone:
        invocation.messages.line(f"kept {_commits(gone)} that Git has no longer, as an older engine recorded them")
    draw_unreadable(invocation.messages, unreadable, f"{hint_for_absent(invocation.repository)}, then again")
    if report.renewed:
        figures = f" in {duration(report.seconds)}, {report.renewed / max(report.seconds, 1e-6):,.0f}/s"
        invocation.messages.line(f"recorded {_commits(report.renewed)} anew", (figures, "dim"))
    elif not report.kept:
        invocation.messages.line("nothing to do: no older engine recorded anything")
    return not unreadable


def _commits(number: int) -> str:
    return f"{number:,} commit{'s' if number != 1 else ''}"
