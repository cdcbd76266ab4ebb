"""Time a stream end to end: publisher, a real nats-server with JetStream on loopback, follower.

    python benchmarks/stream.py [--commits N] [--live N] [--every SECONDS] REPOSITORY

The last `--commits` commits of a clone are recorded, published and followed, each in one go: batches a second, bytes a
batch in the stream, peak memory. Then publisher and follower run on while `--live` commits are made, one every
`--every` seconds: how long after `git commit` returned each one stands in the follower's log (milliseconds: median,
99th percentile, longest), and the memory of both before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support.nats import NatsServer

MUSE = [sys.executable, "-m", "muse_hook"]
IDENT = {
    f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", "A"), ("EMAIL", "a@b.c"))
}
POLL_SECONDS = 0.001
PATIENCE_SECONDS = 30.0
MEGABYTE = 1 << 20


def run(command: list[str], where: Path) -> tuple[float, float, int]:
    """Run a command; seconds by the clock and of processor, peak memory in bytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=where, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def memory(process: subprocess.Popen[bytes]) -> int:
    """Return the memory a running process holds now, in bytes."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * resource.getpagesize()


class Log:
    """The commits that stand in a follower's logs, read as they grow."""

    def __init__(self, into: Path) -> None:
        self.into = into
        self.offsets: dict[Path, int] = {}
        self.commits: set[str] = set()

    def look(self) -> None:
        """Read what is new."""
        for path in self.into.glob("*/.muse/op_log/**/ops.jsonl"):
            at = self.offsets.get(path, 0)
            if path.stat().st_size <= at:
                continue
            with path.open("rb") as file:
                file.seek(at)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    at += len(line)
                    if b'"commit":{' in line:
                        self.commits.add(json.loads(line)["commit_id"])
            self.offsets[path] = at

    def wait_for(self, commit: str) -> None:
        """Return when a commit stands there."""
        until = time.monotonic() + PATIENCE_SECONDS
        while commit not in self.commits:
            if time.monotonic() > until:
                raise SystemExit(f"{commit} did not arrive within {PATIENCE_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)
            self.look()


def git(where: Path, *arguments: str) -> str:
    """Run git; its output."""
    done = subprocess.run(["git", *arguments], cwd=where, env=os.environ | IDENT, check=True, capture_output=True)
    return done.stdout.decode().strip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--live", type=int, default=200)
    parser.add_argument("--every", type=float, default=0.3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, clone, into = (Path(folder) / name for name in ("home", "clone", "into"))
        home.mkdir()
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            del os.environ[name]
        os.environ["HOME"] = str(home)
        git(home, "clone", "-q", str(given.repository.absolute()), str(clone))
        run([*MUSE, "install", "--backfill", str(given.commits)], clone)
        server = NatsServer(Path(folder))
        server.start()
        try:
            measure(server, clone, into, given.live, given.every)
        finally:
            server.stop()


def measure(server: NatsServer, clone: Path, into: Path, live: int, every: float) -> None:
    """Print what both parts take."""
    publish = [*MUSE, "publish", server.url, "--create-stream"]
    follow = [*MUSE, "follow", server.url, "--into", str(into)]
    log = Log(into)
    published = run([*publish, "--no-wait"], clone)
    followed = run([*follow, "--no-wait"], clone)
    log.look()
    count = len(log.commits)
    for name, (seconds, processor, peak) in (("published", published), ("followed", followed)):
        print(
            f"{count} batches {name}: {seconds:.2f} s ({processor:.2f} s of processor), {count / seconds:.0f} a second,"
            f" {peak / MEGABYTE:.0f} MiB"
        )
    stored = sum(path.stat().st_size for path in server.folder.rglob("*.blk"))
    logs = sum(path.stat().st_size for path in log.offsets)
    print(f"bytes a batch: {logs / count:.0f} in the log, {stored / count:.0f} in the stream's files")
    running = [subprocess.Popen(command, cwd=clone, stderr=subprocess.DEVNULL) for command in (publish, follow)]
    try:
        delays, memories = [], []
        for number in range(live + 1):
            (clone / "live.py").write_text(f"def f{number}():\n    return {number}\n")
            git(clone, "add", "live.py")
            git(clone, "commit", "-q", "-m", f"live {number}")
            start = time.perf_counter()
            log.wait_for(git(clone, "rev-parse", "HEAD"))
            delays.append(time.perf_counter() - start)
            if number in (0, live):
                memories.append([memory(each) / MEGABYTE for each in running])
            time.sleep(every)
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait()
    delays = sorted(delays[1:])  # the first one waits for both to start
    worst = delays[min(len(delays) - 1, len(delays) * 99 // 100)]
    print(
        f"{live} commits, from git commit's return to the follower's log: median {delays[live // 2] * 1000:.0f} ms,"
        f" p99 {worst * 1000:.0f} ms, longest {delays[-1] * 1000:.0f} ms"
    )
    (publisher, follower), (publisher_then, follower_then) = memories
    print(
        f"memory before and after: publisher {publisher:.0f}, {publisher_then:.0f} MiB;"
        f" follower {follower:.0f}, {follower_then:.0f} MiB"
    )


if __name__ == "__main__":
    main()
