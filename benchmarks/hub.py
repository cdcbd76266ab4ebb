"""Put a hub under load: a bare repository with many branches that is pushed into many times a second.

    python benchmarks/hub.py [--branches N] [--rate PUSHES] [--seconds N] REPOSITORY

A mirror of the repository gets `--branches` branches and the hooks; then, `--rate` times a second, a commit made
beforehand in a clone is pushed to one of them. Printed: how many pushes were made, how long one took with the hooks,
and how long after a push had returned its commit stood in the hub's log (seconds: median, 99th percentile, longest,
and of the last one). It ends with 1 where a commit is missing, or stands there twice.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from multiprocessing.pool import ThreadPool
from pathlib import Path

IDENT = "A U Thor <author@example.com>"
MUSE = [sys.executable, "-m", "muse_hook"]
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 60.0


def git(where: Path, *arguments: str, feed: bytes | None = None) -> str:
    """Run git; its output."""
    done = subprocess.run(["git", *arguments], cwd=where, input=feed, capture_output=True, check=True)
    return done.stdout.decode().strip()


def branch(number: int) -> str:
    """Return the name of a branch."""
    return f"refs/heads/topic/{number:04}"


def make_commits(clone: Path, pushes: int, branches: int) -> list[tuple[str, str]]:
    """Make a commit for each push, on the branches in turn; (ref, commit) of each."""
    head = git(clone, "rev-parse", "HEAD")
    marks = clone.parent / "marks"
    now = int(time.time())
    lines = []
    for number in range(pushes):
        text = f"def pushed_{number}():\n    return {number}\n"
        before = f":{number - branches + 1}" if number >= branches else head
        lines.append(
            f"commit refs/made/{number % branches}\nmark :{number + 1}\ncommitter {IDENT} {now + number} +0000\n"
            f"data 5\npush\n\nfrom {before}\nM 100644 inline pushed/f{number}.py\ndata {len(text)}\n{text}\n"
        )
    git(clone, "fast-import", "--quiet", f"--export-marks={marks}", feed="".join(lines).encode())
    made = dict(line.split() for line in marks.read_text().splitlines())
    return [(branch(number % branches), made[f":{number + 1}"]) for number in range(pushes)]


class HubLog:
    """Reads the hub's logs as they grow, in a thread of its own: when each commit was first seen, and how often."""

    def __init__(self, hub: Path) -> None:
        self._folder = hub / ".muse/op_log"
        self._offsets: dict[Path, int] = {}
        self.seen_at: dict[str, float] = {}
        self.seen: Counter[str] = Counter()
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._is_done.wait(POLL_SECONDS):
            self._look()

    def _look(self) -> None:
        for path in self._folder.rglob("ops.jsonl"):
            at = self._offsets.get(path, 0)
            if path.stat().st_size <= at:
                continue
            with path.open("rb") as file:
                file.seek(at)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    at += len(line)
                    if b'"commit":{' in line:
                        commit = json.loads(line)["commit_id"]
                        self.seen[commit] += 1
                        self.seen_at.setdefault(commit, time.monotonic())
            self._offsets[path] = at

    def end(self) -> None:
        """Stop watching."""
        self._is_done.set()
        self._thread.join()
        self._look()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--branches", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        home, hub, clone = (Path(folder) / name for name in ("home", "hub.git", "clone"))
        home.mkdir()
        os.environ["HOME"] = str(home)
        git(home, "clone", "-q", "--mirror", str(given.repository.absolute()), str(hub))
        head = git(hub, "rev-parse", "HEAD")
        refs = "".join(f"create {branch(number)} {head}\n" for number in range(given.branches))
        git(hub, "update-ref", "--stdin", feed=refs.encode())
        subprocess.run([*MUSE, "install", "--backfill", "20"], cwd=hub, check=True, stdout=subprocess.DEVNULL)
        git(home, "clone", "-q", str(given.repository.absolute()), str(clone))
        commits = make_commits(clone, int(given.rate * given.seconds), given.branches)
        return measure(hub, clone, commits, given.rate)


def measure(hub: Path, clone: Path, commits: list[tuple[str, str]], rate: float) -> int:
    """Push at a rate, and hold the hub's log against what was pushed."""
    log = HubLog(hub)
    returned: dict[str, float] = {}
    took: list[float] = []

    def push(ref: str, commit: str) -> None:
        start = time.monotonic()
        git(clone, "push", "-q", str(hub), f"{commit}:{ref}")
        returned[commit] = time.monotonic()
        took.append(returned[commit] - start)

    start = time.monotonic()
    with ThreadPool(8) as pool:
        pushes = []
        for number, each in enumerate(commits):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            pushes.append(pool.apply_async(push, each))
        for one in pushes:
            one.get()
    seconds = time.monotonic() - start
    until = time.monotonic() + PATIENCE_SECONDS
    while any(commit not in log.seen_at for _, commit in commits) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
    log.end()
    lags = sorted(max(0.0, log.seen_at[commit] - returned[commit]) for _, commit in commits if commit in log.seen_at)
    missing = sum(commit not in log.seen_at for _, commit in commits)
    twice = sum(log.seen[commit] > 1 for _, commit in commits)
    last = max(log.seen_at.values()) - max(returned.values())
    print(
        f"{len(commits)} pushes in {seconds:.0f} s ({len(commits) / seconds:.1f} a second), each"
        f" {statistics.median(took):.3f} s (median)\n"
        f"behind the push: median {lags[len(lags) // 2]:.3f} s, p99 {lags[len(lags) * 99 // 100]:.3f} s,"
        f" longest {lags[-1]:.3f} s, the last {max(0.0, last):.3f} s; {missing} missing, {twice} twice"
    )
    return int(bool(missing or twice))


if __name__ == "__main__":
    sys.exit(main())
