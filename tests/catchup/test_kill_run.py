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

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

SECONDS = float(os.environ.get("MUSE_HOOK_KILL_SECONDS", "60"))
WORK_TREES = 4
COMMANDS = (("sync",), ("status",), ("log", "--all"), ("backfill", "--all", "--jobs", "2"), ("verify",))


def killed(command: list[str], where: HookedRepo, after: float) -> None:
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


def tidy(where: HookedRepo) -> None:
    """Take away what a killed Git leaves in the way of the next one."""
    git_dir = where.git("rev-parse", "--absolute-git-dir")
    for lock in ("index.lock", "HEAD.lock"):
        try:
            os.unlink(f"{git_dir}/{lock}")
        except FileNotFoundError:
            continue


def work(where: HookedRepo, number: int, end: float) -> None:
    """Commit, amend and rebase in one work tree until `end`; every third command is killed on its way."""
    rng = random.Random(number)  # noqa: S311 - a seed that is kept
    clock = 0
    while time.monotonic() < end:
        clock += 1
        patience = rng.choice((60.0, 60.0, rng.uniform(0.0, 0.15)))
        what = rng.random()
        if what < 0.6:
            where.write(f"w{number}/{rng.randrange(5)}.py", f"def f{number}_{clock}():\n    return {clock}\n")
            killed(["git", "add", "-A"], where, 60.0)
            killed(["git", "commit", "-q", "-m", f"{number}: {clock}"], where, patience)
        elif what < 0.75:
            killed(
                ["git", "commit", "-q", "--allow-empty", "--amend", "-m", f"{number}: {clock} again"], where, patience
            )
        elif what < 0.85:
            killed(["git", "rebase", "-q", "--force-rebase", "HEAD~2"], where, 60.0)
        else:
            killed([sys.executable, "-m", "muse_hook", *rng.choice(COMMANDS)], where, patience)
        tidy(where)


def test_writers_killed_at_random_lose_nothing_and_repeat_nothing(repo: Repo, tmp_path: Path) -> None:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    for number in range(5):
        hooked.one("base.py", f"b{number} = {number}")
    hooked.install()
    work_trees = [hooked]
    for number in range(1, WORK_TREES):
        hooked.dead("worktree", "add", "-q", "-b", f"side{number}", str(tmp_path / f"side{number}"))
        work_trees.append(hooked.tree_of(tmp_path / f"side{number}"))
    end = time.monotonic() + SECONDS
    writers = [threading.Thread(target=work, args=(each, number, end)) for number, each in enumerate(work_trees)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
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
