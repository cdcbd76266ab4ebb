"""`muse-hook concurrent`: what two branches would collide on."""

from __future__ import annotations

import itertools
from contextlib import ExitStack

from muse_hook.cli.branch_map import make_map, writable_store
from muse_hook.cli.branch_map_view import LABELS, draw, draw_total, markdown
from muse_hook.cli.claims import draw_claims, others_claims
from muse_hook.cli.delta_rows import DASH
from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json
from muse_hook.cli.terminal import printable, width
from muse_hook.concurrent.branches import LIVE_SECONDS, BranchSelection, find_branches, parse_date, parse_span
from muse_hook.concurrent.kept import compare_kept
from muse_hook.concurrent.own_work import own_work, with_uncommitted
from muse_hook.errors import RepositoryError, RevisionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.concurrent.collision import Collision, CollisionSide
    from muse_hook.concurrent.compare import Comparison

PAGED = True
DESCRIPTION = """
Show what two branches would collide on, or all of them

Compares what A and B (default: HEAD) did since they parted, symbol by symbol: both changed it, one changed and one
deleted it, both renamed it to something else, both added it, one changed the parameters of (or took away) what the
other has a new caller of. Symbols are known by identity, so a rename on one side and an edit on the other meet. Each
is shown with what Git's merge makes of it: "conflicts", or "merges" without a word. Files where no symbol meets and
lines conflict all the same come last. Exits 1 where something collides. Nothing is merged.
With --all every two live branches are held against each other, and each against the base (A, --base, or the default
branch): local branches, detached heads of work trees and fetched pull requests that are not merged into it and moved in
the last 90 days (counted from the newest move of all). Said are who changes what, which branch stands on the base
already, and an order to merge in.
With --staged or --work-tree what you are changing now is held against all of these. Both exit 0 unless --exit-code is
given. What could not be looked at is named.
"""
EXAMPLES = """
muse-hook concurrent main
muse-hook concurrent main topic --json | jq '.comparisons[].collisions'
muse-hook concurrent --all
muse-hook concurrent --all --remotes --include 'origin/agent/*' --since 2w
muse-hook concurrent --all --markdown >> "$GITHUB_STEP_SUMMARY"
muse-hook concurrent --staged --exit-code
"""

_SHORT = 10  # digits of a commit id


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("a", metavar="A", nargs="?", help="One side (with --all: the base)")
    parser.add_argument("b", metavar="B", nargs="?", help="The other side (default: HEAD)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="Compare every two live branches, and each with the base")
    which.add_argument("--staged", action="store_true", help="Compare what is staged with every live branch")
    which.add_argument("--work-tree", action="store_true", help="Compare what is not committed with every live branch")
    parser.add_argument("--base", metavar="REF", help="What branches are merged into (default: the default branch)")
    parser.add_argument("--since", metavar="WHEN", help="Leave out who has not moved since: 30d, a date (default: 90d)")
    parser.add_argument("--include", metavar="GLOB", action="append", default=[], help="Only branches named so")
    parser.add_argument("--exclude", metavar="GLOB", action="append", default=[], help="No branches named so")
    parser.add_argument("--remotes", action="store_true", help="Remote-tracking branches as well")
    parser.add_argument("--work-trees", action="store_true", help="Count what is not committed in linked work trees")
    parser.add_argument("--markdown", action="store_true", help="Print Markdown: a comment, a summary of a CI run")
    parser.add_argument("--exit-code", action="store_true", help="With --all, --staged, --work-tree: 1 on a collision")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Compare; returns 1 where something collides, of all branches only where that was asked for."""
    _check(arguments)
    if arguments.all:
        return _run_map(arguments, invocation)
    if arguments.staged or arguments.work_tree:
        return _run_own(arguments, invocation)
    repository = invocation.repository
    names = (arguments.a, "HEAD" if arguments.b is None else arguments.b)
    ours, theirs = map(repository.resolve, names)
    recorded = invocation.recorded_symbols()
    with repository.objects() as objects:
        store = writable_store(invocation)
        comparison = compare_kept(repository, objects, ours, theirs, recorded=recorded, store=store)
    found = len(comparison.collisions)
    if arguments.json:
        told = [{"names": list(names), **comparison.as_json()}]
        invocation.out.json({"version": 1, "command": "concurrent", "comparisons": told})
    else:
        _draw_comparison(invocation.out, names, comparison)
        draw_total(invocation.out, found)
    return int(found > 0)


def _check(arguments: argparse.Namespace) -> None:
    doing = "reading the command line"
    many = arguments.all or arguments.staged or arguments.work_tree
    if not many and arguments.a is None:
        reject(doing, "no branch is given", "muse-hook concurrent main, or --all")
    if arguments.all and arguments.b is not None:
        reject(doing, "--all leaves no place for B", "muse-hook concurrent --all")
    if (arguments.staged or arguments.work_tree) and arguments.a is not None:
        reject(doing, "one side is your own work, the other are all branches", "muse-hook concurrent --staged")
    if arguments.a is not None and arguments.base is not None and many:
        reject(doing, "the base is given twice", f"muse-hook concurrent --all --base {arguments.base}")
    for option in ("base", "since", "include", "exclude", "remotes", "work_trees", "exit_code"):
        if getattr(arguments, option) and not many:
            name = "--" + option.replace("_", "-")
            reject(doing, f"{name} says nothing of two branches", f"muse-hook concurrent --all {name}")
    if arguments.markdown and (arguments.json or not arguments.all):
        reject(doing, "--markdown is a form of --all", "muse-hook concurrent --all --markdown")


def _run_map(arguments: argparse.Namespace, invocation: Invocation) -> int:
    base, selection = _base_and_selection(arguments, invocation)
    found = make_map(invocation, base, selection, work_trees=arguments.work_trees)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "concurrent", **found.as_json()})
    elif arguments.markdown:
        invocation.out.write(markdown(found))
    else:
        draw(invocation.out, found)
    return int(arguments.exit_code and any(True for _ in found.collisions()))


def _run_own(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Hold what is not committed yet against every live branch."""
    repository = invocation.repository
    if repository.work_tree is None:
        raise RepositoryError(
            "reading what is not committed", "there is no work tree here", "muse-hook concurrent --all"
        )
    base, selection = _base_and_selection(arguments, invocation)
    recorded = invocation.recorded_symbols()
    with ExitStack() as held:
        objects = held.enter_context(repository.objects())
        branches, unseen = find_branches(repository, objects, selection, base)
        if arguments.work_trees:
            made = held.enter_context(with_uncommitted(repository, objects, branches, unseen, base))
            repository, objects = made.repository, made.objects
        found = held.enter_context(
            own_work(repository, objects, base, branches, staged=arguments.staged, recorded=recorded, unseen=unseen)
        )
    reserved = others_claims(invocation, found.touched)
    if arguments.json:
        told = {**found.as_json(), "reservations": [claim.as_json() for claim in reserved]}
        invocation.out.json({"version": 1, "command": "concurrent", **told})
    else:
        for number, (names, comparison) in enumerate(found.pairs):
            if number:
                invocation.out.line()
            _draw_comparison(invocation.out, names, comparison)
        for each in found.unseen:
            invocation.out.line(("not compared: ", "warning"), f"{', '.join(each.branches)}: {each.reason}")
        if reserved:
            invocation.out.line(("reserved by others:", "warning"))
            draw_claims(invocation.out, reserved, "  ")
        count = sum(len(comparison.collisions) for _, comparison in found.pairs)
        draw_total(invocation.out, count, is_whole=not found.unseen)
    return int(arguments.exit_code and bool(found.pairs))


def _base_and_selection(arguments: argparse.Namespace, invocation: Invocation) -> tuple[str, BranchSelection]:
    repository = invocation.repository
    base = arguments.base or arguments.a or repository.default_branch()
    if base is None:
        raise RevisionError("looking for the branches", "there is none yet", "git commit")
    repository.resolve(base)
    seconds = None if arguments.since is None else parse_span(arguments.since)
    is_date = arguments.since is not None and seconds is None
    return base, BranchSelection(
        since=parse_date(repository, arguments.since) if is_date else None,
        seconds=LIVE_SECONDS if seconds is None else seconds,
        include=arguments.include,
        exclude=arguments.exclude,
        remotes=arguments.remotes,
    )


def _draw_comparison(screen: Screen, names: tuple[str, str], comparison: Comparison) -> None:
    """Write where the two parted, then every collision; those of one symbol that are alike under one heading."""
    lead: list[Span] = [(names[0], "bold"), " and ", (names[1], "bold")]
    if comparison.is_contained:
        screen.line(*lead, (": one has all of the other, nothing to settle", "dim"))
        return
    bases = ", ".join(base[:_SHORT] for base in comparison.bases)
    screen.line(*lead, " parted at ", (bases, "commit"))
    cells = max(width(printable(name)) for name in names)
    for (_, address), group in itertools.groupby(comparison.collisions, lambda each: (each.kind, each.address)):
        found = list(group)
        _draw_heading(screen, address, found[0])
        drawn: set[tuple[int, str]] = set()
        for collision in found:
            for number, side in enumerate((collision.ours, collision.theirs)):
                if (number, side.address) not in drawn:
                    drawn.add((number, side.address))
                    name = names[number]
                    _draw_side(screen, name + " " * (cells - width(printable(name))), side, address)


def _draw_heading(screen: Screen, address: str, collision: Collision) -> None:
    kind = collision.symbol_kind.replace("_", " ")
    spans: list[Span] = ["  ", (kind, "kind"), " ", (address, "path"), f"  {LABELS[collision.kind]}"]
    if collision.text is not None:
        spans.append((f"  git {collision.text}", "error" if collision.text == "conflicts" else "dim"))
    if collision.breaks is False:
        spans.append(("  calls as they were still fit", "dim"))
    screen.line(*spans)


def _draw_side(screen: Screen, name: str, side: CollisionSide, address: str) -> None:
    spans: list[Span] = ["      ", (name, "dim"), "  ", (", ".join(_labels(side.change)), "changed")]
    if side.address and side.address != address:
        spans.append((f" {screen.sign('→', '->') if _has_moved(side.change) else 'in'} {side.address}", "renamed"))
    if side.lines is not None:
        first, last = side.lines
        where = f"L{first}" if first >= last else f"L{first}{screen.sign(DASH, '-')}{last}"
        spans.append((f"  {where}", "dim"))
    screen.line(*spans)


def _has_moved(change: Sequence[str]) -> bool:
    return "renamed" in change or "moved" in change


def _labels(change: Sequence[str]) -> list[str]:
    return [{"module": "module code", "unparsed": "cannot be parsed"}.get(code, code) for code in change]
