"""Hold `muse-hook concurrent` against what `git merge` conflicted on: every merge commit of real histories.

    python benchmarks/concurrent.py [--limit N] [--misses] CLONE...

For each merge of two parents Git merges them again (`git merge-tree`, Git 2.38 or newer, in a clone of its own), and
`compare` looks at the same two commits. "All collisions" is what the exit status says, "lines conflict" those of them
of which `concurrent` says that Git will stop, "symbols" all but the kind `lines`.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from muse_hook.concurrent.collision import Collision
from muse_hook.concurrent.compare import Comparison, compare
from muse_hook.errors import RevisionError
from muse_hook.git.discovery import open_repository
from muse_hook.git.repository import Repository
from muse_hook.record.delta import TableCache


def git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in a repository."""
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="backslashreplace", check=False)


def merges(repository: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (merge, first parent, second parent), newest first."""
    for line in git(repository, "rev-list", "--all", "--merges", "--parents", "--topo-order").stdout.splitlines():
        commit, *parents = line.split()
        if len(parents) == 2:  # noqa: PLR2004 - an octopus is not merged by merge-tree
            yield commit, parents[0], parents[1]


def conflicted(repository: Path, ours: str, theirs: str) -> set[str] | None:
    """Return the paths that Git's merge stops at; None where it does not merge at all."""
    done = git(repository, "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs)
    if done.returncode not in {0, 1}:
        return None
    return {path for path in done.stdout.split("\0")[1:] if path}


def predicted(comparison: Comparison, truth: set[str], wanted: Callable[[Collision], bool]) -> set[str]:
    """Return a file of each collision that is `wanted`.

    One that stands in several files (moved on one side) counts for the one that Git names, if any.
    """
    found = set()
    for each in filter(wanted, comparison.collisions):
        paths = [address.partition("::")[0] for address in (each.ours.address, each.theirs.address) if address]
        found.add(next((path for path in paths if path in truth), paths[0]))
    return found


class Score:
    """Hits, false alarms and misses, of merges or of files."""

    def __init__(self) -> None:
        self.hits = self.alarms = self.misses = self.quiet = 0

    def count(self, *, said: bool, true: bool) -> None:
        """Count one answer."""
        self.hits += said and true
        self.alarms += said and not true
        self.misses += true and not said
        self.quiet += not said and not true

    def __str__(self) -> str:
        precision = self.hits / (self.hits + self.alarms) if self.hits + self.alarms else 1.0
        recall = self.hits / (self.hits + self.misses) if self.hits + self.misses else 1.0
        counts = f"{self.hits} found, {self.alarms} false alarms, {self.misses} missed, {self.quiet} rightly quiet"
        return f"precision {precision:6.1%}  recall {recall:6.1%}  ({counts})"


SORTS: dict[str, Callable[[Collision], bool]] = {
    "all collisions": lambda _: True,
    "symbols (no `lines`)": lambda each: each.kind != "lines",
    "lines conflict": lambda each: each.text == "conflicts",
}


class Bench:
    """The scores over one or more clones."""

    def __init__(self) -> None:
        self.scores = {(unit, sort): Score() for unit in ("merges", "files") for sort in SORTS}
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.seconds = 0.0

    def look(self, repository: Repository, clone: Path, limit: int, *, tell: bool) -> None:
        """Go through the merges of a clone."""
        tables = TableCache()
        with repository.objects() as objects:
            for number, (merge, ours, theirs) in enumerate(merges(clone)):
                if number == limit:
                    break
                truth = conflicted(clone, ours, theirs)
                if truth is None:
                    continue
                began = time.perf_counter()
                try:
                    comparison = compare(repository, objects, ours, theirs, tables=tables)
                except RevisionError:
                    continue
                self.seconds += time.perf_counter() - began
                self._score(merge, comparison, truth, tell=tell)

    def _score(self, merge: str, comparison: Comparison, truth: set[str], *, tell: bool) -> None:
        for sort, wanted in SORTS.items():
            said = predicted(comparison, truth, wanted)
            self.scores["merges", sort].count(said=bool(said), true=bool(truth))
            for path in said | truth:
                self.scores["files", sort].count(said=path in said, true=path in truth)
            if tell and sort == "lines conflict":
                for path in sorted(said ^ truth):
                    print(f"{'false alarm' if path in said else 'missed     '} {merge[:10]} {path}")
        for each in comparison.collisions:
            self.kinds[each.kind, str(each.text)] += 1


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=-1, help="merges a clone (default: all)")
    parser.add_argument("--misses", action="store_true", help="name the files that were missed, and the false alarms")
    arguments = parser.parse_args()
    bench = Bench()
    for clone in arguments.clones:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            git(clone, "clone", "-q", "--mirror", "--shared", ".", str(copy))
            bench.look(open_repository(str(copy)), copy, arguments.limit, tell=arguments.misses)
    for (unit, sort), score in bench.scores.items():
        print(f"{unit:<7} {sort:<21} {score}")
    for (kind, text), count in sorted(bench.kinds.items()):
        print(f"{count:6}  {kind}, {text}")
    merged = bench.scores["merges", "all collisions"]
    total = merged.hits + merged.alarms + merged.misses + merged.quiet
    print(f"{total} merges, {bench.seconds / max(total, 1) * 1000:.0f} ms each")


if __name__ == "__main__":
    main()
