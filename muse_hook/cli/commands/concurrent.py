"""`muse-hook concurrent`: what two branches would collide on."""

from __future__ import annotations

import itertools

from muse_hook.cli.delta_rows import DASH
from muse_hook.cli.failures import reject, warn
from muse_hook.cli.options import add_json
from muse_hook.cli.terminal import printable, width
from muse_hook.concurrent.compare import ChangesCache, compare
from muse_hook.errors import ObjectMissingError, RevisionError
from muse_hook.record.delta import TABLE_CACHE_SIZE, TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.concurrent.collision import Collision, CollisionSide
    from muse_hook.concurrent.compare import Comparison
    from muse_hook.git.repository import Repository

PAGED = True
DESCRIPTION = """
Show what two branches would collide on

Compares what A and B (default: HEAD) did since they parted, symbol by symbol: both changed it, one changed and one
deleted it, both renamed it to something else, both added it, one changed the parameters of (or took away) what the
other has a new caller of. Symbols are known by identity, so a rename on one side and an edit on the other meet. Each
is shown with what Git's merge makes of it: "conflicts", or "merges" without a word. Files where no symbol meets and
lines conflict all the same come last. With --all, A (or the default branch) is held against every other local branch,
and every two against each other that A has not merged and that are no more than 90 days behind. Nothing is merged.
Exits 1 where something collides.
"""
EXAMPLES = """
muse-hook concurrent main
muse-hook concurrent main topic --json | jq '.comparisons[].collisions'
muse-hook concurrent --all
muse-hook concurrent origin/main HEAD && git merge origin/main
"""

LIVE_SECONDS = 90 * 86_400
"""A branch whose last commit is that much older than the newest branch's is compared with the default branch alone."""

TABLES = 64 << 20
"""Bytes of source whose tables are kept between branches: the default branch's files are in nearly every comparison."""

_LABELS = {
    "both_changed": "both changed",
    "changed_and_deleted": "changed and deleted",
    "both_renamed": "both renamed",
    "both_added": "both added",
    "signature_and_caller": "parameters changed, new caller",
    "async_and_caller": "coroutine or not, new caller",
    "gone_and_caller": "gone, new caller",
    "lines": "lines only",
}
_SHORT = 10  # digits of a commit id


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("a", metavar="A", nargs="?", help="One side (with --all: the default branch)")
    parser.add_argument("b", metavar="B", nargs="?", help="The other side (default: HEAD)")
    parser.add_argument(
        "--all", action="store_true", help="Compare A with every other local branch, and these with each other"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Compare; returns 1 where something collides."""
    results = []
    found = 0
    for number, (names, comparison) in enumerate(_comparisons(arguments, invocation)):
        found += len(comparison.collisions)
        if arguments.json:
            results.append({"names": list(names), **comparison.as_json()})
            continue
        if number:
            invocation.out.line()
        _draw_comparison(invocation.out, names, comparison)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "concurrent", "comparisons": results})
    else:
        _draw_total(invocation.out, found)
    return int(found > 0)


def _comparisons(arguments: argparse.Namespace, invocation: Invocation) -> Iterator[tuple[tuple[str, str], Comparison]]:
    """Yield (names of both sides, what they collide on); with --all of those branches alone that have parted."""
    repository = invocation.repository
    pairs = _pairs(arguments, invocation)
    if arguments.all:
        ids = _resolved(pairs, invocation)
        pairs = list(ids)
    else:
        ids = {pair: tuple(map(repository.resolve, pair)) for pair in pairs}
    recorded = invocation.recorded_symbols()
    tables, cache = TableCache(TABLES if arguments.all else TABLE_CACHE_SIZE), ChangesCache()
    stages = invocation.stages()
    progress = stages.begin("comparing", "branches")
    try:
        with repository.objects() as objects:
            for number, (names, (ours, theirs)) in enumerate(ids.items()):
                if arguments.all and not invocation.has_pager:  # which has the terminal for itself
                    progress(number, len(pairs))
                try:
                    comparison = compare(
                        repository, objects, ours, theirs, recorded=recorded, tables=tables, cache=cache
                    )
                except RevisionError as unrelated:
                    if not arguments.all:
                        raise
                    if names[0] != pairs[0][0]:
                        continue  # said already, or as good as said
                    stages.clear()
                    warn(invocation.messages, f"{names[1]} has no common history with {names[0]}: {unrelated.wrong}")
                    continue
                except ObjectMissingError as absent:
                    if not arguments.all:
                        raise
                    stages.clear()
                    warn(invocation.messages, f"{names[1]} is passed over: {absent.wrong}")
                    continue
                if not arguments.all or not comparison.is_contained:
                    stages.clear()
                    yield names, comparison
    finally:
        stages.end()


def _pairs(arguments: argparse.Namespace, invocation: Invocation) -> list[tuple[str, str]]:
    repository = invocation.repository
    if not arguments.all:
        if arguments.a is None:
            reject("reading the command line", "no branch is given", "muse-hook concurrent main, or --all")
        return [(arguments.a, "HEAD" if arguments.b is None else arguments.b)]
    if arguments.b is not None:
        reject("reading the command line", "--all leaves no place for B", "muse-hook concurrent --all")
    ours = arguments.a or repository.default_branch()
    if ours is None:
        raise RevisionError("looking for the branches", "there is none yet", "git commit")
    others = [branch for branch in sorted(repository.branches()) if branch != ours]
    return [(ours, branch) for branch in others] + list(itertools.combinations(_live(repository, ours, others), 2))


def _live(repository: Repository, ours: str, branches: Sequence[str]) -> list[str]:
    """Return those of the branches that somebody works on: not merged into `ours`, and not long behind the others."""
    output = repository.output(
        "for-each-ref", "--format=%(committerdate:unix) %(refname:lstrip=2)", f"--no-merged={ours}", "refs/heads/"
    )
    rows = [line.split(" ", 1) for line in output.decode("utf-8", "surrogateescape").split("\n") if line]
    times = {name: int(time or 0) for time, name in rows}
    newest = max(times.values(), default=0)
    return [name for name in branches if times.get(name, -LIVE_SECONDS) > newest - LIVE_SECONDS]


def _resolved(pairs: Sequence[tuple[str, str]], invocation: Invocation) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the commits of each pair, of --all; a branch that names an absent object hides none of the others."""
    resolve = invocation.repository.resolve
    ids: dict[tuple[str, str], tuple[str, ...]] = {}
    for ours, theirs in pairs:
        first = resolve(ours)
        try:
            ids[ours, theirs] = (first, resolve(theirs))
        except RevisionError as absent:
            warn(invocation.messages, f"{theirs} is passed over: {absent.wrong}")
    return ids


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


def _draw_total(screen: Screen, found: int) -> None:
    """Write how much was found in all."""
    screen.line((f"{found} collision{'s' if found != 1 else ''}", "bold") if found else ("nothing collides", "added"))


def _draw_heading(screen: Screen, address: str, collision: Collision) -> None:
    kind = collision.symbol_kind.replace("_", " ")
    spans: list[Span] = ["  ", (kind, "kind"), " ", (address, "path"), f"  {_LABELS[collision.kind]}"]
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
