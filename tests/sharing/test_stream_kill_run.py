"""A long run: publishers, followers, server killed in turn while three clones commit; in the end each batch once."""

from __future__ import annotations

import json
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
from support.nats import NatsServer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.repository import Repo

KILLS = int(os.environ.get("MUSE_HOOK_KILLS", "300"))
CLONES, FOLLOWERS = 3, 2
pytestmark = [pytest.mark.long, pytest.mark.timeout(600 + 10 * KILLS)]


class Running:
    """A command of ours that runs on, and is started again whenever it was killed."""

    def __init__(self, repo: HookedRepo, words: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "muse_hook", *words]
        self._repo = repo
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=self._repo.path, env=self._repo.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        assert self._process.poll() is None, "it ended by itself"
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        self._process.terminate()
        return self._process.wait(60)


def commits(clone: HookedRepo, number: int, done: threading.Event) -> None:
    """Commit, amend and branch in one clone until told to stop."""
    rng = random.Random(number)  # noqa: S311 - a seed that is kept
    for step in range(100_000):
        if done.is_set():
            return
        what = rng.random()
        clone.write(f"c{number}_{rng.randrange(5)}.py", f"def f{number}_{step}():\n    return {step}\n")
        clone.git("add", "-A")
        if what < 0.15:
            clone.git("commit", "-q", "--amend", "-m", f"{number}: {step} again")
        else:
            clone.git("commit", "-q", "-m", f"{number}: {step}")
        if what > 0.9:
            clone.git("checkout", "-q", "-b", f"clone{number}/side{step}")
        done.wait(rng.uniform(0.0, 0.5))


def in_order(into: Path) -> tuple[Counter[str], list[str]]:
    """Return how often each commit stands in a folder's stores, and those that stand before one of their parents.

    Within a log the order is that of its lines; between logs that of the stamps, which are no wall clock but rise from
    parent to child.
    """
    seen: Counter[str] = Counter()
    stamps: dict[str, tuple[int, list[str]]] = {}
    places: dict[str, tuple[str, int]] = {}
    for log in into.glob("*/.muse/op_log/**/ops.jsonl"):
        for number, line in enumerate(log.read_bytes().split(b"\n")[:-1]):
            entry = json.loads(line)
            if "commit" in entry:
                seen[entry["commit_id"]] += 1
                stamps[entry["commit_id"]] = entry["lamport_ts"], entry["commit"]["parents"]
                places[entry["commit_id"]] = str(log), number
    wrong = []
    for commit, (stamp, parents) in stamps.items():
        for parent in parents:
            if parent not in stamps:
                continue
            same_log = places[parent][0] == places[commit][0]
            if stamps[parent][0] >= stamp or (same_log and places[parent][1] > places[commit][1]):
                wrong.append(commit)
    return seen, wrong


def test_nothing_is_lost_or_doubled_whoever_is_killed(repo: Repo, tmp_path: Path) -> None:
    origin = HookedRepo(repo.path, repo.environment, repo.clock)
    origin.one("base.py", "b = 1")
    origin.install()
    clones = [origin]
    for number in range(1, CLONES):
        path = tmp_path / f"clone{number}"
        origin.dead("clone", "-q", str(origin.path), str(path))
        clone = HookedRepo(path, repo.environment, repo.clock)
        clone.install()
        clones.append(clone)
    server = NatsServer(tmp_path)
    server.start()
    targets = [tmp_path / f"into{number}" for number in range(FOLLOWERS)]
    running = [Running(clone, ["publish", server.url, "--create-stream"]) for clone in clones]
    running += [Running(origin, ["follow", server.url, "--into", str(into)]) for into in targets]
    done = threading.Event()
    writers = [threading.Thread(target=commits, args=(clone, n, done)) for n, clone in enumerate(clones)]
    for writer in writers:
        writer.start()
    rng = random.Random(KILLS)  # noqa: S311 - a seed that is kept
    killed: Counter[str] = Counter()
    try:
        for number in range(KILLS):
            time.sleep(rng.uniform(0.0, 1.5))
            which = number % (len(running) + 1)
            if which == len(running):
                server.stop(signal.SIGKILL)
                time.sleep(rng.uniform(0.0, 0.5))
                server.start()
                killed["server"] += 1
            else:
                running[which].kill()
                running[which].start()
                killed["publisher" if which < CLONES else "follower"] += 1
    finally:
        done.set()
        for writer in writers:
            writer.join()
    try:
        for clone in clones:
            clone.one()  # arrives only when its publisher is connected
            clone.settle(120)
            clone.run(sys.executable, "-m", "muse_hook", "sync")
        recorded = {seal.commit for clone in clones for seal in clone.seals()}
        until = time.monotonic() + 120
        while any(in_order(into)[0].keys() != recorded for into in targets) and time.monotonic() < until:
            time.sleep(0.5)
        print(f"{dict(killed)}; {len(recorded)} commits")  # noqa: T201 - with -s
        for into in targets:
            seen, wrong = in_order(into)
            assert recorded - seen.keys() == set()
            assert [commit for commit, count in seen.items() if count > 1] == []
            assert wrong == []
    finally:
        ended = [each.end() for each in running]
        server.stop(signal.SIGKILL)
    assert ended == [0] * len(running)
