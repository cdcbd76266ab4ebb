"""`muse-hook verify`: the logs against themselves and against Git."""

from __future__ import annotations

from muse_hook.cli.options import add_json, count
from muse_hook.cli.progress import Progress
from muse_hook.errors import StoreError
from muse_hook.verify.verify import SAMPLE, verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.verify.report import Problem, VerifyReport

PAGED = False
DESCRIPTION = """
Prove that the logs are whole and true

Makes every batch again from its commit and compares it byte for byte, checks the rewrite marks, names damaged and
half-written lines, then replays everything and compares with the symbols of Git's trees: at the tips of branches
and at some commits between, with --all at every one. Of a large tree some files are read at each, with --all every
one. Nothing is recorded or mended first. The exit status is 1 where something is wrong.
"""
EXAMPLES = """
muse-hook verify
muse-hook verify --all
muse-hook verify --sample 200 --json | jq .problems
"""

_SHOWN = 50  # problems, and notes; --json has them all
_PATIENCE = 1.0  # seconds before a bar says why nothing is shown yet
_HINTS = {
    "damaged": "muse-hook sync records damaged commits anew",
    "half": "muse-hook sync records half-written commits anew",
    "altered": "muse-hook gc takes altered lines out; nobody reads them",
    "purged": "muse-hook purge takes it out again",
    "index": "the index is a cache: delete .muse/index.sqlite, it is made anew",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--sample", metavar="N", type=count, default=SAMPLE, help=f"Compare N replayed commits (default: {SAMPLE})"
    )
    parser.add_argument("--all", action="store_true", help="Compare every recorded commit")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Verify the logs; returns 1 where something is wrong."""
    if not invocation.store.exists():
        raise StoreError("verifying the logs", "nothing is recorded here yet", "muse-hook install")
    progress = Progress(invocation.messages, "verifying", patience=_PATIENCE)
    try:
        report = verify(
            invocation.repository,
            invocation.store,
            sample=arguments.sample,
            everything=arguments.all,
            progress=progress.update,
        )
    finally:
        progress.end()
    if arguments.json:
        invocation.out.json({"version": 1, "command": "verify", **report.as_json()})
    else:
        _draw(invocation.out, report)
        for hint in dict.fromkeys(_HINTS[each.kind] for each in report.problems if each.kind in _HINTS):
            invocation.messages.line(("hint: ", "hint"), hint)
    return 0 if report.sound else 1


def _draw(out: Screen, report: VerifyReport) -> None:
    for sign, style, problems, more in (
        ("bad   ", "error", report.problems, report.more_problems),
        ("note  ", "warning", report.notes, report.more_notes),
    ):
        for problem in problems[:_SHOWN]:
            out.line((sign, style), *_problem_spans(problem))
        left = len(problems) - _SHOWN + more
        if left > 0:
            out.line(
                (sign, style), f"and {left:,} more" + (" (--json has more of them)" if len(problems) > _SHOWN else "")
            )
    verdict = ("sound", "added") if report.sound else ("not sound", "error")
    number = len(report.problems) + report.more_problems
    differences = "nothing is wrong" if report.sound else _counted(number, "problem")
    left_out = ""
    if report.files_left_out:
        left_out = f" in {report.files:,} of {report.files + report.files_left_out:,} files (in all: --all)"
    out.line(
        verdict,
        f": {_counted(report.commits, 'commit')} and {_counted(report.marks, 'mark')}"
        f" in {_counted(report.sessions, 'session')}, {_counted(report.entries, 'line')};"
        f" {_counted(report.replayed, 'commit')} replayed and compared with Git{left_out}: {differences}",
    )


def _problem_spans(problem: Problem) -> list[Span]:
    """Return what is wrong behind where it is."""
    spans: list[Span] = []
    if problem.session:
        place = f"{problem.session} line {problem.line}" if problem.line else problem.session
        spans += [(place, "dim"), "  "]
    if problem.commit_id:
        spans += [(problem.commit_id[:12], "commit"), "  "]
    if problem.address:
        spans += [(problem.address, "path"), "  "]
    return [*spans, problem.message]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"
