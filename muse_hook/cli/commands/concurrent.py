"""`muse-hook concurrent`: what two branches would collide on."""

from __future__ import annotations

from muse_hook.cli.concurrent_view import draw_comparison, draw_total
from muse_hook.cli.failures import reject, warn
from muse_hook.cli.options import add_json
from muse_hook.concurrent.compare import ChangesCache, compare
from muse_hook.concurrent.side import RecordedSymbols
from muse_hook.errors import RevisionError, StoreError
from muse_hook.record.delta import TABLE_CACHE_SIZE, TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from muse_hook.cli.invocation import Invocation
    from muse_hook.concurrent.compare import Comparison

PAGED = True
DESCRIPTION = """
Show what two branches would collide on

Compares what A and B (default: HEAD) did since they parted, symbol by symbol: both changed it, one changed and one
deleted it, both renamed it to something else, both added it, one changed the parameters of (or took away) what the
other has a new caller of. Symbols are known by identity, so a rename on one side and an edit on the other meet. Each
is shown with what Git's merge makes of it: "conflicts", or "merges" without a word. Files where no symbol meets and
lines conflict all the same come last. Nothing is merged. Exits 1 where something collides.
"""
EXAMPLES = """
muse-hook concurrent main
muse-hook concurrent main topic --json | jq '.comparisons[].collisions'
muse-hook concurrent --all
muse-hook concurrent origin/main HEAD && git merge origin/main
"""

TABLES = 64 << 20
"""Bytes of source whose tables are kept between branches: the default branch's files are in nearly every comparison."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("a", metavar="A", nargs="?", help="One side (with --all: the default branch)")
    parser.add_argument("b", metavar="B", nargs="?", help="The other side (default: HEAD)")
    parser.add_argument("--all", action="store_true", help="Compare A with every other local branch")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Compare; returns 1 where something collides."""
    told = []
    found = 0
    for number, (names, comparison) in enumerate(_comparisons(arguments, invocation)):
        found += len(comparison.collisions)
        if arguments.json:
            told.append({"names": list(names), **comparison.as_json()})
            continue
        if number:
            invocation.out.line()
        draw_comparison(invocation.out, names, comparison)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "concurrent", "comparisons": told})
    else:
        draw_total(invocation.out, found)
    return int(found > 0)


def _comparisons(arguments: argparse.Namespace, invocation: Invocation) -> Iterator[tuple[tuple[str, str], Comparison]]:
    """Yield (names of both sides, what they collide on); with --all of those branches alone that have parted."""
    repository = invocation.repository
    pairs = _pairs(arguments, invocation)
    ids = [tuple(map(repository.resolve, pair)) for pair in pairs]
    recorded = _recorded(invocation)
    tables, cache = TableCache(TABLES if arguments.all else TABLE_CACHE_SIZE), ChangesCache()
    stages = invocation.stages()
    progress = stages.begin("comparing", "branches")
    try:
        with repository.objects() as objects:
            for number, (names, (ours, theirs)) in enumerate(zip(pairs, ids, strict=True)):
                if arguments.all and not invocation.has_pager:  # which has the terminal for itself
                    progress(number, len(pairs))
                try:
                    comparison = compare(
                        repository, objects, ours, theirs, recorded=recorded, tables=tables, cache=cache
                    )
                except RevisionError as unrelated:
                    if not arguments.all:
                        raise
                    stages.clear()
                    warn(invocation.messages, f"{names[1]} has no common history with {names[0]}: {unrelated.wrong}")
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
    return [(ours, branch) for branch in sorted(repository.branches()) if branch != ours]


def _recorded(invocation: Invocation) -> RecordedSymbols | None:
    """Return the stable ids of the recorded history; None where nothing is recorded, or it cannot be read."""
    if not invocation.store.exists():
        return None
    try:
        return RecordedSymbols(invocation.repository, invocation.history())
    except StoreError as failure:
        warn(invocation.messages, failure)
        return None
