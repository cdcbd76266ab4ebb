"""What a changed byte costs the more is recorded already, and what the logs take beside Git's own objects.

    python benchmarks/growth.py CLONE COMMITS[,COMMITS...]

The last commits of CLONE are recorded oldest first into one store, in as many steps as there are numbers; each row is
of all up to there. Times are user and system time of whole processes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

from backfill_rate import Bench, changed_bytes, git

HEAD = (
    "| commits | changed bytes | time | for a changed byte | log | index | of the log |\n|---|---|---|---|---|---|---|"
)


def measure(clone: Path, steps: list[int]) -> list[dict[str, float]]:
    """Return `commits`, `changed` bytes, `seconds`, `log` and `index` (bytes) after each step."""
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="growth.") as base:
        bench = Bench(Path(base), clone.resolve(), max(steps))
        store = bench.store()
        order = git(store, "rev-list", "--topo-order", "-n", str(max(steps)), "HEAD").split()[::-1]
        seconds, changed, seen = 0.0, 0, set[str]()
        for step in sorted(steps):
            tip = order[min(step, len(order)) - 1]
            listed = set(git(store, "rev-list", "--topo-order", "-n", str(step), tip).split())
            changed += changed_bytes(store, listed - seen)
            seen |= listed
            seconds += bench.muse_hook("backfill", tip, "-n", str(step), "--jobs", "1", cwd=store)["cpu"]
            log, index = bench.sizes(store)
            rows.append({"commits": len(seen), "changed": changed, "seconds": seconds, "log": log, "index": index})
    return rows


def table(rows: list[dict[str, float]]) -> str:
    """Return the rows as a table."""
    lines = [HEAD]
    for row in rows:
        spent = 1e9 * row["seconds"] / max(1, row["changed"])
        lines.append(
            f"| {row['commits']:,.0f} | {row['changed'] / 1e6:,.0f} MB | {row['seconds']:.0f} s | {spent:.0f} ns"
            f" | {row['log'] / 1e6:.1f} MB | {row['index'] / 1e6:.1f} MB | {row['index'] / row['log']:.2f} |"
        )
    return "\n".join(lines)


def packed(clone: Path) -> int:
    """Return how many bytes Git's packed objects of a clone take."""
    said = dict(line.split(": ") for line in git(clone, "count-objects", "-v").splitlines())
    return int(said["size-pack"]) * 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path)
    parser.add_argument("commits", type=lambda word: [int(each) for each in word.split(",")])
    arguments = parser.parse_args()
    print(table(measure(arguments.clone, arguments.commits)))
    print(f"\nGit's packed objects: {packed(arguments.clone) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
