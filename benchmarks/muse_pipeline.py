"""Muse's own pipeline over commits of a Git repository: what a backfill is measured against.

    python benchmarks/muse_pipeline.py MUSE REPOSITORY COUNT [--rev REV] [--first-parent]

MUSE is a checkout of Muse; the interpreter must be able to run it (Python 3.12) and have pygit2. For each of the last
COUNT commits, oldest first, the files that differ from the first parent go through Muse's `parse_symbols`, both sides,
as its code plugin does it; then come `build_diff_ops` and `record_delta_ops`, into a log in a temporary folder. In
Muse's favour only changed files stand in the snapshots that it compares, and of a merge only those that differ from
every parent (with `--first-parent` all that differ from the first).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pygit2

_KINDS_WITH_TEXT = ("blob",)


def main() -> None:
    """Print one JSON object: commits, seconds of the loop, entries, bytes of the log, peak memory in KiB."""
    arguments = _arguments()
    sys.path.insert(0, str(arguments.muse))
    # Muse's place is known only now.
    from muse.plugins.code._op_log_integration import record_delta_ops  # noqa: PLC0415
    from muse.plugins.code.ast_parser import parse_symbols  # noqa: PLC0415
    from muse.plugins.code.symbol_diff import build_diff_ops  # noqa: PLC0415

    repo = pygit2.Repository(str(arguments.repository))
    tip = repo.revparse_single(arguments.rev).peel(pygit2.Commit)
    order = pygit2.enums.SortMode.TIME
    newest = [commit for commit, _ in zip(repo.walk(tip.id, order), range(arguments.count), strict=False)]
    entries = 0
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as root:
        for commit in reversed(newest):
            files: tuple[dict[str, str], dict[str, str]] = ({}, {})
            trees: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
            for path, sides in _changed(repo, commit, first_parent=arguments.first_parent):
                for side, names, symbols in zip(sides, files, trees, strict=True):
                    if side is None:
                        continue
                    names[path] = str(side.id)
                    if side.type_str in _KINDS_WITH_TEXT:
                        symbols[path] = parse_symbols(side.data, path)
            ops = build_diff_ops(*files, *trees)
            delta = {"domain": "code", "ops": ops, "summary": ""}
            actor = f"{commit.author.name} <{commit.author.email}>"
            entries += len(record_delta_ops(Path(root), delta, session_id="main", actor_id=actor))
        size = sum(path.stat().st_size for path in Path(root).rglob("ops.jsonl"))
    print(
        json.dumps(
            {
                "commits": len(newest),
                "seconds": time.perf_counter() - started,
                "entries": entries,
                "bytes": size,
                "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            }
        )
    )


def _changed(
    repo: pygit2.Repository, commit: pygit2.Commit, *, first_parent: bool
) -> list[tuple[str, tuple[Any, Any]]]:
    """Return (path, (old blob, new blob)) of what differs from the first parent, sorted."""
    empty = repo[repo.TreeBuilder().write()].peel(pygit2.Tree)
    parents = [parent.tree for parent in commit.parents] or [empty]
    found = []
    for delta in parents[0].diff_to_tree(commit.tree).deltas:
        path = delta.new_file.path or delta.old_file.path
        sides = [_entry(tree, path) for tree in (parents[0], commit.tree)]
        if first_parent or all(_entry(tree, path) != sides[1] for tree in parents[1:]):
            old, new = (repo.get(side) if side else None for side in sides)
            found.append((path, (old, new)))
    return sorted(found, key=lambda pair: pair[0])


def _entry(tree: pygit2.Tree, path: str) -> pygit2.Oid | None:
    try:
        return tree[path].id
    except KeyError:
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("muse", type=Path)
    parser.add_argument("repository", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--rev", default="HEAD")
    parser.add_argument("--first-parent", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
