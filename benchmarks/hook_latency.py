"""What the hook adds to `git commit`, in units of a hook that only starts Python.

    python benchmarks/hook_latency.py CLONE [--rounds 25] [--files 5000] [--entries 1000000] [--changed 3]
                                      [--instructions] [--json]

Makes repositories from the Python files of CLONE's HEAD that differ in their post-commit hook alone: none, `:` in sh,
`python -I -c pass`, muse_hook, muse_hook with `muse.background`. Then it commits the same edits in all of them, in
turns, and takes medians; the range behind a ratio is that of nine tenths of a thousand resamplings.
`--files` puts so many further files into each, `--entries` so many entries into the log before. With `--instructions`
one commit in each is counted by valgrind, in millions of instructions: a busy machine does not change them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

import instructions

from muse_hook.languages.languages import engine
from muse_hook.model.change import Commit
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append

ENTRIES_A_BATCH = 100
BATCHES_A_WRITE = 200
LEAST_BYTES = 500  # of a file that is edited
FUNCTION = "\n\ndef added_{0}(one, two=2):\n    '''Return what round {0} adds.'''\n    return one + two + {0}\n"
NONE, SH, PYTHON, MUSE, BACKGROUND = "no hook", "sh", "python -I -c pass", "muse_hook", "in the background"


Samples = dict[str, list[float]]


def measure(clone: Path, *, rounds: int, files: int = 0, entries: int = 0, changed: int = 3) -> tuple[Samples, Samples]:
    """Return the seconds that each `git commit` took, and those of processor time, by the kind of hook."""
    seconds: Samples = {kind: [] for kind in (NONE, SH, PYTHON, MUSE, BACKGROUND)}
    processor: Samples = {kind: [] for kind in seconds}
    with tempfile.TemporaryDirectory(prefix="hook_latency.") as base:
        room = Room(Path(base))
        names = room.seed(clone, files)
        for kind in seconds:
            room.repository(kind, entries)
        for turn in range(-2, rounds):  # two to warm up
            kinds = list(seconds)
            random.Random(turn).shuffle(kinds)  # noqa: S311 - repeatable; whoever comes first pays for what the others find warm
            for kind in kinds:
                for name in random.Random(turn).sample(names, changed):  # noqa: S311 - the same in all
                    with (room.path(kind) / name).open("a") as file:
                        file.write(FUNCTION.format(turn + 2))
                room.git(kind, "add", "-u")
                started, worked = time.perf_counter(), children_seconds()
                room.git(kind, "commit", "-qm", f"round {turn}")
                if turn >= 0:
                    seconds[kind].append(time.perf_counter() - started)
                    processor[kind].append(children_seconds() - worked)
                room.settle(kind)
        room.check(rounds + 3)
    return seconds, processor


def count(clone: Path, *, files: int = 0, entries: int = 0, changed: int = 3) -> Samples:
    """Return the millions of instructions of one `git commit`, all its processes together, by the kind of hook."""
    counted: Samples = {}
    with tempfile.TemporaryDirectory(prefix="hook_latency.") as base:
        room = Room(Path(base))
        names = room.seed(clone, files)
        for kind in (NONE, PYTHON, MUSE):
            room.repository(kind, entries)
            for turn in range(3):  # two to warm up
                for name in names[:changed]:
                    with (room.path(kind) / name).open("a") as file:
                        file.write(FUNCTION.format(turn))
                room.make_old(kind, turn)
                room.git(kind, "add", "-u")
                if turn == 2:  # noqa: PLR2004 - the last one
                    counted[kind] = [room.count_commit(kind)]
                else:
                    room.git(kind, "commit", "-qm", f"round {turn}")
    return counted


def sources(clone: Path) -> list[tuple[int, str]]:
    """Return the size and the blob of each Python file of a clone's HEAD that is no trifle, the smallest first."""
    words = ["git", "-C", str(clone), "ls-tree", "-r", "-l", "HEAD"]
    listed = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    split = [(line.split(), line.endswith(".py")) for line in listed]
    return sorted(
        (int(each[3]), each[2])
        for each, is_python in split
        if is_python and each[3].isdigit() and int(each[3]) > LEAST_BYTES
    )


class Room:
    """A folder with the repositories, and an environment in which nothing of this machine's configuration counts."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(base),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        }

    def path(self, kind: str) -> Path:
        """Return a repository's folder."""
        return self.base / kind.replace(" ", "-")

    def git(self, kind: str, *words: str) -> str:
        """Run git in a repository."""
        return self.run("git", "-C", str(self.path(kind)), "-c", "gc.auto=0", *words)

    def run(self, *words: str) -> str:
        """Run a program in this environment; its output."""
        return subprocess.run(words, env=self.environ, check=True, capture_output=True, text=True).stdout

    def seed(self, clone: Path, files: int) -> list[str]:
        """Make the repository that all others are copies of; the paths that will be edited."""
        top = self.path("seed")
        self.run("git", "init", "-q", "-b", "main", str(top))
        found = sources(clone)
        middle = max(0, len(found) // 2 - 15)
        names = []
        for index, (_, oid) in enumerate(found[middle : middle + 30]):
            names.append(f"m{index}.py")
            (top / names[-1]).write_text(self.run("git", "-C", str(clone), "cat-file", "blob", oid))
        for index in range(files):
            folder = top / f"p{index // 50}"
            folder.mkdir(exist_ok=True)
            (folder / f"f{index}.py").write_text(f"x = {index}\n")
        self.git("seed", "add", "-A")
        self.git("seed", "commit", "-qm", "seed")
        return names

    def repository(self, kind: str, entries: int) -> None:
        """Make the repository with one kind of hook."""
        shutil.copytree(self.path("seed"), self.path(kind))
        hook = self.path(kind) / ".git" / "hooks" / "post-commit"
        if kind in (SH, PYTHON):
            hook.write_text(f"#!/bin/sh\n{':' if kind == SH else f'exec {sys.executable} -I -c pass'}\n")
            hook.chmod(0o755)
        elif kind in (MUSE, BACKGROUND):
            if kind == BACKGROUND:
                self.git(kind, "config", "muse.background", "true")
            self.muse(kind, "install", "--no-history")
            if entries:
                fill(self.path(kind) / ".git", entries)
                self.muse(kind, "status")

    def muse(self, kind: str, *words: str) -> str:
        """Run muse-hook in a repository."""
        return self.run(sys.executable, "-m", "muse_hook", "-C", str(self.path(kind)), *words)

    def make_old(self, kind: str, turn: int) -> None:
        """Make a repository's files older than its index: young ones Git may read again, as the second has it."""
        tree = self.path(kind)
        for path in tree.rglob("*"):
            if path.is_file() and ".git" not in path.relative_to(tree).parts[:1]:
                os.utime(path, (turn + 1, turn + 1))

    def count_commit(self, kind: str) -> float:
        """Commit what is in a repository's index; the millions of instructions of all its processes together."""
        words = ["git", "-c", "maintenance.auto=false", "commit", "-qm", "counted"]
        return instructions.count(words, self.path(kind), self.environ)[0]

    def settle(self, kind: str) -> None:
        """Wait for the background, so that it does not slow down somebody else's turn."""
        if kind == BACKGROUND:
            self.muse(kind, "sync")

    def check(self, commits: int) -> None:
        """Fail where the hooks did not record what was committed."""
        for kind in (MUSE, BACKGROUND):
            listed = self.git(kind, "rev-list", "HEAD").split()
            text = (self.path(kind) / ".git/.muse/op_log/main/ops.jsonl").read_text()
            sealed = sum(f'"address":"{oid}","position":null' in text for oid in listed)
            assert len(listed) == commits, (kind, len(listed))
            assert sealed == commits - 1, (kind, sealed)


def fill(root: Path, entries: int) -> None:
    """Put a log of so many entries into a store: whole batches of commits that never were."""
    store = Store(root)
    with store.lock():
        pieces = []
        for number in range(entries // ENTRIES_A_BATCH):
            oid = f"{number + 1:040x}"
            ops: list[Any] = [
                {
                    "op": "insert",
                    "address": f"src/m{number % 500}.py::f{index}",
                    "position": None,
                    "content_id": oid,
                    "content_summary": f"added function f{index}",
                }
                for index in range(ENTRIES_A_BATCH - 1)
            ]
            delta: Any = {"domain": "code", "ops": ops, "summary": "", "sem_ver_bump": "none", "breaking_changes": []}
            at = "2026-01-01T00:00:00+00:00"
            commit = Commit(
                oid, oid, [], author="A <a@example.org>", authored_at=at, committed_at=at, summary="one of many",
                co_authors=[], actor="", intent="", reservation="",
            )  # fmt: skip
            pieces.append(make_batch(commit, delta, number + 1, engine(["python"])))
            if len(pieces) == BATCHES_A_WRITE:
                append(store, "main", pieces, sync=False)
                pieces = []
        append(store, "main", pieces)


def children_seconds() -> float:
    """Return the processor time of all children that were waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratio(seconds: Samples, kind: str, unit: str = PYTHON) -> tuple[float, float, float]:
    """Return what `kind` adds to a commit in units of what `unit` adds, and the range of nine tenths of resamplings."""
    rng = random.Random(0)  # noqa: S311 - repeatable

    def added(samples: Samples) -> float:
        none, one, other = (statistics.median(samples[name]) for name in (NONE, kind, unit))
        return (one - none) / max(other - none, 1e-6)

    again = ({name: rng.choices(values, k=len(values)) for name, values in seconds.items()} for _ in range(1000))
    found = sorted(added(samples) for samples in again)
    return added(seconds), found[50], found[950]


def main() -> None:
    """Print a table, or with `--json` the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--files", type=int, default=0)
    parser.add_argument("--entries", type=int, default=0)
    parser.add_argument("--changed", type=int, default=3)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.instructions:
        found = count(arguments.clone, files=arguments.files, entries=arguments.entries, changed=arguments.changed)
        for kind, (millions,) in found.items():
            print(f"{kind:18} {millions:8.1f} million instructions, a commit")
        print(f"{MUSE:18} {ratio(found, MUSE)[0]:8.2f} times what {PYTHON} adds")
        return
    measured = measure(
        arguments.clone,
        rounds=arguments.rounds,
        files=arguments.files,
        entries=arguments.entries,
        changed=arguments.changed,
    )
    if arguments.json:
        print(json.dumps(measured))
        return
    for title, samples in zip(("elapsed", "processor"), measured, strict=True):
        print(title)
        none = statistics.median(samples[NONE])
        for kind, values in samples.items():
            middle, low, high = ratio(samples, kind)
            added = (statistics.median(values) - none) * 1000
            least = (min(values) - min(samples[NONE])) * 1000
            print(f"  {kind:18} +{added:6.1f} ms  (least {least:5.1f})  {middle:5.2f}  ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
