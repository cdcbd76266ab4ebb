"""A long run: writers in several work trees, killed at random; at its end nothing is missing and nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.hooked import HookedRepo

if TYPE_CHECKING:
    from pathlib import Path

    from support.repository import Repo

# A thousand take a quarter of an hour on two idle cores.
KILLS = int(os.environ.get("MUSE_HOOK_KILLS", "60"))
pytestmark = [pytest.mark.long, pytest.mark.timeout(600 + 10 * KILLS)]

WORK_TREES = 4
COMMANDS = (
    ("sync",), ("status",), ("log", "--all"), ("backfill", "--all", "--jobs", "2"), ("verify",), ("gc",),
    ("gc", "--unreachable", "9000w"),
)  # fmt: skip


class Kills:
    """How many commands were killed, by what they were."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.of: Counter[str] = Counter()

    def add(self, command: list[str]) -> None:
        with self._lock:
            self.of[" ".join(command[:2] if command[0] == "git" else command[2:4])] += 1

    @property
    def are_enough(self) -> bool:
        return self.of.total() >= KILLS


def killed(command: list[str], where: HookedRepo, after: float, kills: Kills | None = None) -> None:
    """Run a command, and kill it and whatever it started where it is not through in time."""
    process = subprocess.Popen(
        command,
        cwd=where.path,
        env=where.environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if kills is not None:
            kills.add(command)


def tidy(where: HookedRepo) -> None:
    """Take away what a killed Git leaves in the way of the next one."""
    git_dir = where.git("rev-parse", "--absolute-git-dir")
    for lock in ("index.lock", "HEAD.lock"):
        try:
            os.unlink(f"{git_dir}/{lock}")
        except FileNotFoundError:
            continue


def work(where: HookedRepo, number: int, kills: Kills) -> None:
    """Commit, amend and rebase in one work tree until enough was killed, which every third command is on its way."""
    rng = random.Random(number)  # noqa: S311 - a seed that is kept
    clock = 0
    while not kills.are_enough:
        clock += 1
        patience = rng.choice((60.0, 60.0, rng.uniform(0.0, 0.15)))
        what = rng.random()
        if what < 0.6:
            where.write(f"w{number}/{rng.randrange(5)}.py", f"def f{number}_{clock}():\n    return {clock}\n")
            killed(["git", "add", "-A"], where, 60.0)
            killed(["git", "commit", "-q", "-m", f"{number}: {clock}"], where, patience, kills)
        elif what < 0.75:
            killed(
                ["git", "commit", "-q", "--allow-empty", "--amend", "-m", f"{number}: {clock} again"],
                where,
                patience,
                kills,
            )
        elif what < 0.85:
            killed(["git", "rebase", "-q", "--force-rebase", "HEAD~2"], where, 60.0)
        else:
            killed([sys.executable, "-m", "muse_hook", *rng.choice(COMMANDS)], where, patience, kills)
        tidy(where)


def collect(where: HookedRepo, kills: Kills) -> None:
    """Let Git pack what is there, again and again."""
    while not kills.are_enough:
        killed(["git", "gc", "-q", "--no-prune"], where, 60.0)
        killed(["git", "pack-refs", "--all"], where, 60.0)
        time.sleep(1.0)


def test_writers_killed_at_random_lose_nothing_and_repeat_nothing(repo: Repo, tmp_path: Path) -> None:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    for number in range(5):
        hooked.one("base.py", f"b{number} = {number}")
    hooked.install()
    work_trees = [hooked]
    for number in range(1, WORK_TREES):
        hooked.dead("worktree", "add", "-q", "-b", f"side{number}", str(tmp_path / f"side{number}"))
        work_trees.append(hooked.tree_of(tmp_path / f"side{number}"))
    kills = Kills()
    writers = [threading.Thread(target=work, args=(each, number, kills)) for number, each in enumerate(work_trees)]
    writers.append(threading.Thread(target=collect, args=(hooked, kills)))
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    print(f"{kills.of.total()} kills: {dict(kills.of)}")  # noqa: T201 - with -s
    hooked.settle(120)
    done = hooked.run(sys.executable, "-m", "muse_hook", "sync")
    assert done.returncode == 0
    seals = Counter(seal.commit for seal in hooked.seals())
    assert [oid for oid, count in seals.items() if count > 1] == []
    reachable = set(hooked.git("rev-list", "--branches").split())
    assert reachable <= seals.keys() | hooked.before
    hooked.run(sys.executable, "-m", "muse_hook", "backfill", "--all", "--jobs", "1")
    assert reachable <= {seal.commit for seal in hooked.seals()}
    report = hooked.run(sys.executable, "-m", "muse_hook", "verify", "--all", check=False)
    assert report.returncode == 0, (report.stdout + report.stderr).decode()
