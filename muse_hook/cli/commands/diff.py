"""`muse-hook diff`: how the symbols of two commits differ, or what is not committed yet."""

from __future__ import annotations

from muse_hook.cli.accepted import JudgedDelta, acceptances, add_accept, explain_unused
from muse_hook.cli.delta_view import DeltaPatches, changed_paths, draw_delta, draw_stat
from muse_hook.cli.diff_ends import INDEX, WORK_TREE, DiffEnds, commits_of_range, ends_of_range, split_revisions
from muse_hook.cli.failures import DONE, USER_FAULT, reject
from muse_hook.cli.follows import OldAddresses, with_follows
from muse_hook.cli.options import add_json, check_paths, paths_of
from muse_hook.delta.ops import delta_summary
from muse_hook.model.address import split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.parser import Parser
    from muse_hook.git.repository import Repository
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.pathrules.pathspec import PathSpecs

PAGED = True
DESCRIPTION = """
Show how the symbols of two commits differ, or what is not committed yet

Without arguments HEAD is compared with the work tree: all that one is doing, staged or not. A alone is compared with
the work tree, --staged compares HEAD (or A) with the index. A B, and A..B, compare two commits; A...B compares B with
where it parted from A. Behind -- stand pathspecs as for Git. Files that Git does not know are left out but with
--untracked.

What is told is which symbols changed, with the verdict that Semantic Versioning gives and every change that breaks
callers. Where commits are recorded, the log says which symbol became which. Line endings and encodings of files in
the work tree are converted as Git does on git add; clean filters, being programs, are not run.

A break that somebody has accepted, by a trailer "Muse-Accepts: ADDRESS reason" in a commit of the range or by a line
of --accept FILE, is told apart and counts neither for the verdict nor for --fail-on.
"""
EXAMPLES = """
muse-hook diff
muse-hook diff --staged --fail-on major
muse-hook diff main -- src
muse-hook diff v1.0 v2.0 --stat
muse-hook diff main...topic --json
muse-hook diff origin/main...HEAD --format github --fail-on major
"""

LEVELS = ("major", "minor")
FORMATS = ("text", "github", "markdown")


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("a", metavar="A", nargs="?", help="The older commit, or a range A..B or A...B (default: HEAD)")
    parser.add_argument("b", metavar="B", nargs="?", help="The newer commit (default: the work tree)")
    parser.take_paths("Only these files and folders; who moved where is told from all of them")
    parser.add_argument("--staged", "--cached", action="store_true", help="Compare with the index, not the work tree")
    parser.add_argument("--untracked", action="store_true", help="Take in files that Git does not know and not ignores")
    add_shapes(parser)
    parser.add_argument("--exit-code", action="store_true", help="Exit with 1 where anything differs")
    parser.add_argument(
        "--fail-on",
        metavar="LEVEL",
        choices=LEVELS,
        help="Exit with 1 where the verdict is LEVEL or more: major or minor",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="How to print it: text, github (annotations of GitHub Actions), markdown (a summary)",
    )
    add_accept(parser)
    add_json(parser)


def add_shapes(parser: argparse.ArgumentParser) -> None:
    """Add what `show` and `diff` can print in the place of rows."""
    shapes = parser.add_mutually_exclusive_group()
    shapes.add_argument("-p", "--patch", action="store_true", help="Show each symbol's own diff under its line")
    shapes.add_argument("--stat", action="store_true", help="Show a line a file, with a sign for each of its symbols")
    shapes.add_argument("--name-only", action="store_true", help="Show the paths of the files, and nothing else")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Compare the two ends."""
    old, new = _ends(arguments, invocation.repository)
    paths = paths_of(arguments, invocation.repository)
    with DiffEnds(invocation, old, new, untracked=arguments.untracked) as ends:
        delta = _chosen(ends, ends.delta(), paths)
        delta = with_follows(delta, ends.objects, ends.old_tree, ends.new_tree)
        commits = commits_of_range(invocation.repository, ends.old, ends.tip)
        accepted = acceptances(arguments, invocation.repository, commits)
        judged = JudgedDelta(delta, accepted)
        _draw(arguments, invocation, ends, delta, judged)
    explain_unused(invocation, judged, accepted)
    is_found = arguments.exit_code and bool(delta["ops"])
    is_reached = arguments.fail_on is not None and judged.reaches(arguments.fail_on)
    return USER_FAULT if is_found or is_reached else DONE


def _ends(arguments: argparse.Namespace, repository: Repository) -> tuple[str | None, str]:
    """Return what is compared, see `DiffEnds`; leaves the paths in `arguments`."""
    words = [word for word in (arguments.a, arguments.b, *arguments.loose) if word is not None]
    words, arguments.paths = split_revisions(repository, words, arguments.paths, has_dashes=arguments.has_dashes)
    is_range = len(words) > 1 or (words and ".." in words[0])
    if arguments.untracked and (is_range or arguments.staged):
        reject("reading the command line", "--untracked files are in the work tree", "muse-hook diff --untracked")
    if not is_range:
        new = INDEX if arguments.staged else WORK_TREE
        return repository.resolve(words[0]) if words else repository.head().oid, new
    if arguments.staged:
        reject("reading the command line", "the index is compared with one commit", "muse-hook diff --staged A")
    return ends_of_range(repository, words)


def _chosen(ends: DiffEnds, delta: StructuredDelta, paths: PathSpecs | None) -> Mapping[str, Any]:
    """Return what a delta says of some paths: operations, verdicts and their sum."""
    if paths is None:
        return delta
    ops = [op for op in delta["ops"] if any(paths.matches(path) for path in _paths(op))]
    if not ops:
        trees = [tree for tree in (ends.old_tree, ends.new_tree) if tree is not None]
        known = {name.decode("utf-8", "backslashreplace") for tree in trees for name, _ in ends.objects.files(tree)}
        check_paths(paths, known, "neither side has it", "git ls-files")
    files = {path for op in delta["ops"] for path in _paths(op)}
    verdicts = [each for each in delta["verdicts"] if paths.matches(split_address(each["address"], files)[0])]
    judged = JudgedDelta({"verdicts": verdicts}, ())
    return {
        **delta,
        "ops": ops,
        "summary": delta_summary(ops),
        "sem_ver_bump": judged.bump,
        "breaking_changes": judged.breaking,
        "verdicts": verdicts,
    }


def _paths(op: Mapping[str, Any]) -> list[str]:
    return [op["address"], *([op["from_address"]] if op.get("from_address") else [])]


def _draw(
    arguments: argparse.Namespace, invocation: Invocation, ends: DiffEnds, delta: Mapping[str, Any], judged: JudgedDelta
) -> None:
    out = invocation.out
    if arguments.json:
        result = {"from": ends.old, "to": ends.new, "delta": delta}
        verdict = {"sem_ver_bump": judged.bump, "breaking_changes": judged.breaking, "accepted": judged.accepted}
        out.json({"version": 1, "command": "diff", **result, **verdict})
        return
    shown = {**delta, "sem_ver_bump": judged.bump, "breaking_changes": judged.breaking, "verdicts": judged.verdicts}
    if arguments.name_only:
        for path in changed_paths(delta):
            out.line(path)
    elif arguments.format != "text":
        from muse_hook.cli.ci_formats import draw_annotations, draw_summary  # for machines that build

        if arguments.format == "github":
            draw_annotations(out, delta["ops"], judged, arguments.fail_on or LEVELS[0])
        else:
            draw_summary(out, judged, _title(ends))
    elif arguments.stat:
        draw_stat(out, shown)
    else:
        draw_delta(out, shown, patches_of(ends, delta["ops"]) if arguments.patch else None, judged.accepted)


def _title(ends: DiffEnds) -> str:
    names = [(end or "nothing")[:10] for end in (ends.old, ends.new)]
    return " to ".join(names)


def patches_of(ends: DiffEnds, ops: Sequence[Mapping[str, Any]]) -> DeltaPatches:
    """Return what draws each symbol's own diff."""
    from muse_hook.cli.symbol_patches import SymbolPatches  # reads files anew

    return DeltaPatches(SymbolPatches(ends.objects), ends.old_tree, ends.new_tree, OldAddresses(ops))
