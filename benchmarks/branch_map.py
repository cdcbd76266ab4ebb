"""Time `muse-hook concurrent --all` over many branches made in a clone of a real repository.

    python benchmarks/branch_map.py [--branches N] [--commits N] [--forks N] [--hot] [--keep FOLDER] REPOSITORY

Each branch parts from one of the last `--forks` commits of the default branch and changes functions of Python files
picked at random, one or two a commit; with `--hot` every branch adds a line to one registry and to one changelog
instead. The branches are recorded first. Printed: seconds (clock and processor) and the memory of the first map, of the
next one after one branch moved, and the pairs that were looked at.

With `--truth` the branches are the repository's own: what its last merges brought in, `--forks` of them passed over,
seen from before the first of these merges. `git merge-tree` (Git 2.38 or newer) merges every two, and what it stops at
is held against the collisions whose text is said to conflict.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

IDENT = "A U Thor <author@example.com>"
REGISTRY, CHANGELOG = "registry_of_all.py", "CHANGES-of-all.md"


def git(folder: Path, *arguments: str, feed: bytes | None = None) -> str:
    """Run git; its output."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], input=feed, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def functions(text: str) -> list[int]:
    """Return the lines (from 1) before which a statement may stand: the first ones of functions' bodies."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    return [
        node.body[0].lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno
    ]


class Branches:
    """Makes the branches by one `git fast-import`."""

    def __init__(self, clone: Path, seed: int) -> None:
        self.clone = clone
        self.random = random.Random(seed)  # noqa: S311 - the same branches each time
        self.paths = [
            path for path in git(clone, "ls-tree", "-r", "--name-only", "HEAD").split("\n") if path.endswith(".py")
        ]
        self.lines: list[bytes] = []
        self.time = int(time.time()) - 86_400

    def make(self, number: int, fork: str, commits: int, *, hot: bool) -> None:
        """Write one branch."""
        texts: dict[str, str] = {}
        for step in range(commits):
            self.time += 1
            message = f"{number}: step {step}".encode()
            self.lines.append(f"commit refs/heads/topic/{number:04}\ncommitter {IDENT} {self.time} +0000\n".encode())
            self.lines.append(b"data %d\n%s\n" % (len(message), message))
            if not step:
                self.lines.append(f"from {fork}\n".encode())
            for path in [REGISTRY, CHANGELOG] if hot else self.random.sample(self.paths, self.random.choice([1, 1, 2])):
                text = texts.get(path) or git_show(self.clone, fork, path)
                if text is None:
                    continue
                texts[path] = hot_line(path, text, number, step) if hot else self.edited(text, number, step)
                data = texts[path].encode("utf-8", "surrogateescape")
                self.lines.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")

    def edited(self, text: str, number: int, step: int) -> str:
        """Return a text with a statement more in one of its functions."""
        places = functions(text)
        if not places:
            return text + f"\n\nvalue_{number}_{step} = {number}\n"
        lines = text.split("\n")
        at = self.random.choice(places) - 1
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines.insert(at, f"{indent}step_{number}_{step} = {number}")
        return "\n".join(lines)

    def write(self) -> None:
        """Import what was made."""
        git(self.clone, "fast-import", "--quiet", "--force", feed=b"".join(self.lines))


def git_show(clone: Path, commit: str, path: str) -> str | None:
    """Return a file of a commit."""
    done = subprocess.run(["git", "-C", str(clone), "show", f"{commit}:{path}"], capture_output=True, check=False)
    return None if done.returncode else done.stdout.decode("utf-8", "surrogateescape")


def hot_line(path: str, text: str, number: int, step: int) -> str:
    """Return the registry or the changelog with a line more."""
    if path == REGISTRY:
        return text.replace("}\n", f'    "name_{number}_{step}": {number},\n}}\n')
    return text.replace("\n\n", f"\n\n- change {step} of branch {number}\n", 1)


def timed(clone: Path, *words: str) -> tuple[float, float, dict[str, object]]:
    """Run muse-hook; seconds on the clock, seconds of processor, what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "muse_hook", *words, "--json"], cwd=clone, capture_output=True, check=False
    )
    clock = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, json.loads(done.stdout)


def main() -> None:
    """Make the branches, map them twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--branches", type=int, default=200)
    parser.add_argument("--commits", type=int, default=5)
    parser.add_argument("--forks", type=int, default=1)
    parser.add_argument("--hot", action="store_true")
    parser.add_argument("--truth", action="store_true")
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(arguments.keep or folder) / "clone"
        if arguments.truth:
            hold_against_merges(clone, arguments)
            return
        if not clone.exists():
            prepare(clone, arguments)
        report(clone, arguments)


def prepare(clone: Path, arguments: argparse.Namespace) -> None:
    """Clone, make the branches, record them."""
    subprocess.run(["git", "clone", "-q", "--shared", arguments.repository, str(clone)], check=True)
    if arguments.hot:
        entries = "".join(f'    "name_{number}": {number},\n' for number in range(100))
        (clone / REGISTRY).write_text(f"REGISTRY = {{\n{entries}}}\n")
        (clone / CHANGELOG).write_text("# Changes\n\n- the first one\n")
        git(clone, "add", "-A")
        git(clone, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "A registry")
    forks = git(clone, "rev-list", "--first-parent", f"-{arguments.forks}", "HEAD").split()
    branches = Branches(clone, 1)
    for number in range(arguments.branches):
        branches.make(number, branches.random.choice(forks), arguments.commits, hot=arguments.hot)
    branches.write()
    several = str(arguments.forks + arguments.branches * arguments.commits)
    for words in (["install"], ["backfill", "--all", "-n", several]):
        subprocess.run([sys.executable, "-m", "muse_hook", *words], cwd=clone, capture_output=True, check=False)


def hold_against_merges(clone: Path, arguments: argparse.Namespace) -> None:
    """Make branches of real commits, and ask both of every pair."""
    subprocess.run(["git", "clone", "-q", "--shared", arguments.repository, str(clone)], check=True)
    merges = git(clone, "rev-list", "--first-parent", "--min-parents=2", "--max-parents=2", "HEAD").split()
    chosen = merges[arguments.forks : arguments.forks + arguments.branches]
    base = git(clone, "rev-parse", f"{chosen[-1]}^1")
    names = [f"topic/{number:04}" for number in range(len(chosen))]
    for name, commit in zip(names, chosen, strict=True):
        git(clone, "branch", "-q", name, f"{commit}^2")
    git(clone, "checkout", "-q", "--detach", base)
    git(clone, "branch", "-q", "-f", "base", base)
    _, _, told = timed(clone, "concurrent", "--all", "--base", "base", "--since", "1990-01-01", "--include", "topic/*")
    stops = {tuple(each["branches"]) for each in told["collisions"] if each["text"] == "conflicts"}  # type: ignore[attr-defined]
    rows: Counter[tuple[bool, bool]] = Counter()
    live = [each["name"] for each in told["branches"]]  # type: ignore[attr-defined]
    for pair in itertools.combinations(live, 2):
        rows[merge(clone, *pair).returncode == 1, pair in stops] += 1
    print(f"{len(live)} branches, {sum(rows.values())} pairs; git stops at {rows[True, True] + rows[True, False]}")
    print(f"found {rows[True, True]}, missed {rows[True, False]}, false alarms {rows[False, True]}")


def merge(clone: Path, ours: str, theirs: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Merge two commits as Git does, into a tree."""
    command = ["git", "-C", str(clone), "merge-tree", "--write-tree", *options, ours, theirs]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def report(clone: Path, arguments: argparse.Namespace) -> None:
    """Time the first map and the next."""
    timed(clone, "status")
    first = timed(clone, "concurrent", "--all")
    moved = Branches(clone, int(time.time()))
    tip = git(clone, "rev-parse", "topic/0000")
    moved.make(0, tip, 1, hot=arguments.hot)
    moved.write()
    timed(clone, "log", "-n", "1")
    second = timed(clone, "concurrent", "--all")
    third = timed(clone, "concurrent", "--all")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    for name, (clock, processor, told) in (("first", first), ("moved", second), ("again", third)):
        looked, found = len(told["comparisons"]), len(told.get("collisions", []))  # type: ignore[arg-type]
        print(f"{name}: {clock:.2f} s, {processor:.2f} s of processor; {looked} comparisons, {found} collisions")
    print(f"memory of the largest process: {memory} MB")


if __name__ == "__main__":
    main()
