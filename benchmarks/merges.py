#!/usr/bin/env python3
"""Look over all merges of a repository for an insert of the merger's own that is of a parent's symbol.

    python benchmarks/merges.py REPOSITORY [--muse-hook PROGRAM]

Takes each merge's ops from the recorded log, the trees and the renamed files from Git, and the definitions of Python
files from `ast`: nothing of the matcher is asked. An insert without `from_parent` is wrong if a parent has its address,
or a definition of the same text (its own name masked) that the merge has no longer where it was, in the file itself or
in the one that `git diff --find-renames` says the file was. One line for each that is wrong, then the sums; exit 1 if
there is one.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Git:
    """A repository: the trees and renamed files of its commits."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *words: str) -> bytes:
        """Return the output of a Git command."""
        return subprocess.run(["git", "-C", str(self.path), *words], check=True, capture_output=True).stdout

    def merges(self) -> list[list[str]]:
        """Return each merge with its parents."""
        return [line.split() for line in self.run("rev-list", "--merges", "--parents", "HEAD").decode().splitlines()]

    @lru_cache(maxsize=4)  # noqa: B019 - one repository a run
    def renamed(self, parent: str, merge: str) -> dict[str, str]:
        """Return new path -> old path of the files that Git takes for renamed ones."""
        fields = self.run("diff-tree", "-r", "-z", "--find-renames", "--name-status", "--diff-filter=R", parent, merge)
        words = fields.decode("utf-8", "surrogateescape").split("\0")
        return {words[at + 2]: words[at + 1] for at in range(0, len(words) - 2, 3)}

    @lru_cache(maxsize=64)  # noqa: B019 - likewise
    def definitions(self, commit: str, path: str) -> dict[str, str]:
        """Return what a Python file defines: name -> text, its own name masked, "" for a line. Empty on damage."""
        try:
            source = self.run("cat-file", "blob", f"{commit}:{path}").decode("utf-8", "replace")
            return dict(_definitions(ast.parse(source), source, ""))
        except (subprocess.CalledProcessError, SyntaxError, ValueError, RecursionError):
            return {}


def _definitions(node: ast.AST, source: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the functions and classes below a node, but none inside of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DEFINITIONS):
            text = ast.get_source_segment(source, child) or ""
            yield prefix + child.name, re.sub(rf"\b{re.escape(child.name)}\b", "\0", text)
        elif isinstance(child, (ast.Import, ast.ImportFrom)):
            for alias in child.names:
                name = alias.asname or alias.name
                star = f"*:{'.' * getattr(child, 'level', 0)}{getattr(child, 'module', None) or ''}"
                yield f"import::{star if name == '*' else name.partition('.')[0] if not alias.asname else name}", ""
        elif isinstance(child, (ast.Assign, ast.AnnAssign)):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            for name in (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)):
                yield prefix + name, ""
        if isinstance(child, ast.ClassDef):
            yield from _definitions(child, source, f"{prefix}{child.name}.")
        elif not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _definitions(child, source, prefix)


def recorded(git: Git, merges: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the patches of recorded merges, by commit."""
    store = Path(git.run("rev-parse", "--path-format=absolute", "--git-common-dir").decode().strip())
    found: dict[str, list[dict[str, Any]]] = {}
    for log in sorted((store / ".muse" / "op_log").rglob("ops.jsonl")):
        with log.open() as lines:
            for line in lines:
                entry = json.loads(line)
                if entry.get("commit_id") not in merges:
                    continue
                ops = found.setdefault(entry["commit_id"], [])
                if entry["domain"] == "code" and entry["domain_op"].get("op") == "patch":
                    ops.append(entry["domain_op"])
    return found


def wrong(git: Git, merge: str, parents: list[str], insert: dict[str, Any], path: str) -> str:
    """Return why a merge's insert is not the merger's own, "" if it may be."""
    name = insert["address"][len(path) + 2 :]
    now = git.definitions(merge, path)
    text = now.get(name)
    for number, parent in enumerate(parents, 1):
        for there in dict.fromkeys((path, git.renamed(parent, merge).get(path, path))):
            before = git.definitions(parent, there)
            if name in before:
                return f"parent {number} has it in {there}"
            if text and any(other == text and each not in now for each, other in before.items()):
                return f"parent {number} has its text in {there}"
    return ""


def main() -> int:
    """Count them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--muse-hook", default="muse-hook", help="the program that records what is not recorded yet")
    arguments = parser.parse_args()
    git = Git(arguments.repository)
    subprocess.run([arguments.muse_hook, "backfill", "HEAD"], cwd=arguments.repository, check=True)
    merges = {merge: parents for merge, *parents in git.merges()}
    ops = recorded(git, set(merges))
    inserts = brought = bad = 0
    for merge, patches in ops.items():
        for patch in patches:
            for child in patch["child_ops"]:
                if child["op"] != "insert" or "from_address" in child:
                    continue
                if "from_parent" in child:
                    brought += 1
                    continue
                inserts += 1
                why = wrong(git, merge, merges[merge], child, patch["address"])
                if why:
                    bad += 1
                    print(f"{merge[:12]} {child['address']}: {why}")
    print(
        f"{len(ops):,} merges, {brought:,} symbols brought in, {inserts:,} inserts of the mergers' own, {bad:,} wrong"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
