"""How fast history is recorded, beside others who read it: whole processes, start-up included, one after the other.

    python benchmarks/backfill_rate.py CLONE [COUNT] [--rounds 3] [--muse MUSE --muse-python PYTHON] [--instructions]
                                       [--json]

Each runner goes over the last COUNT commits of CLONE's HEAD: muse_hook with one process and with two, PyDriller (its
changed methods, which is as near as it comes), and with `--muse` Muse's own pipeline (see muse_pipeline.py), given of
a merge what differs from its first parent, and only what differs from every parent. Times are processor time, children
included (elapsed time for two processes); the ratio is how many times muse_hook's rate with one process. Beside that:
what the log takes, what the second half of the range costs for each byte changed, compared with the first, and what
the stories of the ten most changed functions cost `git log -L` and `muse-hook log`, in turn. With `--instructions` one
round of instructions is counted in the place of times, by valgrind: a busy machine does not change them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

import instructions

from muse_hook.git.discovery import open_repository
from muse_hook.languages.languages import known_language

HERE = Path(__file__).parent
ONE, TWO, PYDRILLER = "muse_hook", "muse_hook, two processes", "PyDriller"
MUSE = {"Muse's pipeline": ["--first-parent"], "Muse's pipeline, less of merges": []}

STORIES = 10

# The methods that each changed file of each commit changed.
DRILL = """
import sys
from pydriller import Repository
for commit in Repository(sys.argv[1], only_commits=sys.argv[2:]).traverse_commits():
    for file in commit.modified_files:
        file.changed_methods
"""

Run = dict[str, float]


class Bench:
    """A folder for stores, and the runs made so far: by runner, one dict of figures a run.

    Where it is `counted` these are instructions, in `unit` "instructions", else "cpu" and more.
    """

    def __init__(self, base: Path, clone: Path, count: int, *, counted: bool = False) -> None:
        self.base = base
        self.clone = clone
        self.count = count
        self.counted = counted
        self.unit = "instructions" if counted else "cpu"
        self.runs: dict[str, list[Run]] = {}

    def store(self) -> Path:
        """Make a fresh bare clone, which shares its objects with the given one."""
        path = self.base / "store"
        shutil.rmtree(path, ignore_errors=True)
        subprocess.run(["git", "clone", "-q", "--bare", "--shared", self.clone, path], check=True)
        return path

    def muse_hook(self, *words: str, cwd: Path) -> Run:
        """Run the command line in a repository."""
        return self.run([sys.executable, "-P", "-m", "muse_hook", *words], cwd)

    def run(self, command: list[str], cwd: Path, *, check: bool = True) -> Run:
        """Run a process to its end; see `run`, or its millions of instructions where those are counted."""
        if not self.counted:
            return run(command, cwd, check=check)
        number, status = instructions.count(command, cwd, environment(), check=check)
        return {"instructions": number, "status": status}

    def backfill(self, jobs: int) -> Run:
        """Record the range into a fresh store."""
        store = self.store()
        figures = self.muse_hook("backfill", "-n", str(self.count), "--jobs", str(jobs), cwd=store)
        log, index = self.sizes(store)
        return figures | {"log_bytes": log, "index_bytes": index}

    @staticmethod
    def sizes(store: Path) -> tuple[int, int]:
        """Return the bytes of a store's logs and of its index."""
        logs = sum(path.stat().st_size for path in (store / ".muse/op_log").rglob("ops.jsonl"))
        return logs, sum(path.stat().st_size for path in (store / ".muse").glob("index.sqlite*"))

    def halves(self) -> float:
        """Return what the newer half of the range costs for each byte of changed blobs, in units of the older half."""
        store = self.store()
        newest = git(store, "rev-list", "-n", str(self.count), "HEAD").split()
        middle = newest[len(newest) // 2]
        older = set(git(store, "rev-list", "-n", str(self.count - len(newest) // 2), middle).split())
        sizes = [changed_bytes(store, older), changed_bytes(store, {*newest} - older)]
        first = self.muse_hook("backfill", middle, "-n", str(len(older)), "--jobs", "1", cwd=store)
        second = self.muse_hook("backfill", "-n", str(len(newest)), "--jobs", "1", cwd=store)
        return (second[self.unit] / sizes[1]) / (first[self.unit] / sizes[0])

    def stories(self, rounds: int) -> list[dict[str, object]]:
        """Return what the stories of the most changed functions take `git log -L` and `muse-hook log`, in turn.

        The middle of some rounds: seconds of processor time, or millions of instructions.
        """
        store = self.base / "store"
        changes: Counter[str] = Counter()
        for log in (store / ".muse/op_log").rglob("ops.jsonl"):
            for line in log.read_text().splitlines():
                op = json.loads(line)["domain_op"]
                if op["op"] == "replace" and op.get("kind") == "function":
                    changes[op["address"]] += 1
        self.muse_hook("sessions", cwd=store)  # what is made once is made
        found: list[dict[str, object]] = []
        for address, _ in changes.most_common(3 * STORIES):
            path, _, name = address.partition("::")
            command = ["git", "log", f"-{self.count}", "-L", f":{name}:{path}", "HEAD"]
            theirs, ours = [], []
            for _ in range(rounds):
                searched = self.run(command, store, check=False)
                if searched["status"]:  # it is gone by now
                    break
                theirs.append(searched[self.unit])
                ours.append(self.muse_hook("log", address, cwd=store)[self.unit])
            else:
                middle = {"git log -L": statistics.median(theirs), "muse-hook log": statistics.median(ours)}
                found.append({"symbol": address, **middle})
            if len(found) == STORIES:
                break
        return found

    def note(self, name: str, figures: Run) -> None:
        """Keep a run's figures."""
        self.runs.setdefault(name, []).append(figures)


def changed_bytes(store: Path, commits: Iterable[str]) -> int:
    """Return how many bytes the blobs have, before and after, that commits change."""
    with open_repository(str(store)).objects() as objects:
        blobs = (
            blob
            for oid in commits
            for change in objects.diff(objects.commit(oid)) or ()
            for blob in (change.old, change.new)
        )
        return sum(objects.size(blob.oid) for blob in blobs if blob is not None and blob.is_file)


def main_language(clone: Path) -> str:
    """Return the name of the language that most bytes of a clone's HEAD are in, "" for none."""
    found: Counter[str] = Counter()
    for line in git(clone, "ls-tree", "-r", "-l", "-z", "HEAD").split("\0"):
        entry, _, path = line.partition("\t")
        language, size = known_language(path), entry.split()[-1:]
        if language is not None and not language.is_asked_for and size[0].isdigit():
            found[language.name] += int(size[0])
    return next((name for name, _ in found.most_common(1)), "")


def git(where: Path, *words: str) -> str:
    """Run git; its output."""
    return subprocess.run(["git", "-C", where, *words], check=True, capture_output=True, text=True).stdout


def environment() -> dict[str, str]:
    """Return this process's environment without what would change Python or Git."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GIT_"))}


def run(command: list[str], cwd: Path, *, check: bool = True) -> Run:
    """Run a process to its end: seconds elapsed, of processor time, and its peak memory in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if check and process.returncode:
        raise SystemExit(f"{' '.join(command)}: {complaint.decode()}")
    elapsed = time.perf_counter() - started
    cpu = used.ru_utime + used.ru_stime
    return {"elapsed": elapsed, "cpu": cpu, "mib": used.ru_maxrss / 1024, "status": process.returncode}


def measure(arguments: argparse.Namespace) -> dict[str, object]:
    """Return all figures."""
    with tempfile.TemporaryDirectory(prefix="backfill_rate.") as base:
        bench = Bench(Path(base), arguments.clone.resolve(), arguments.count, counted=arguments.instructions)
        for _ in range(1 if bench.counted else arguments.rounds):
            bench.note(ONE, bench.backfill(1))
            if not bench.counted:
                bench.note(TWO, bench.backfill(2))
            listed = git(bench.clone, "rev-list", "-n", str(bench.count), "HEAD").split()
            words: list[object] = [sys.executable, "-P", "-c", DRILL, str(bench.clone), *listed]
            bench.note(PYDRILLER, bench.run([*map(str, words)], bench.base))
            if arguments.muse:
                script = str(HERE / "muse_pipeline.py")
                words = [arguments.muse_python, "-W", "ignore", script, arguments.muse, bench.clone, bench.count]
                for name, options in MUSE.items():
                    bench.note(name, bench.run([*map(str, words), *options], bench.base))
        halves = bench.halves()
        bench.backfill(1)
        stories = bench.stories(1 if bench.counted else arguments.rounds)
        language = main_language(bench.clone)
        return {
            "commits": bench.count,
            "language": language,
            "runs": bench.runs,
            "halves": halves,
            "stories": stories,
        }


def rows(found: dict[str, object]) -> list[tuple[str, float, float, float, float]]:
    """Return (runner, commits a second, muse_hook's rate over it: median, least and most) of what was measured.

    Of instructions, in the place of the second one: millions for each commit.
    """
    runs: dict[str, list[Run]] = found["runs"]  # type: ignore[assignment] # of measure
    count = int(found["commits"])  # type: ignore[call-overload] # likewise
    made = []
    for name, theirs in runs.items():
        key = "instructions" if "instructions" in theirs[0] else "elapsed" if name == TWO else "cpu"
        ratios = sorted(other[key] / ours[key] for other, ours in zip(theirs, runs[ONE], strict=True))
        middle = statistics.median(other[key] for other in theirs)
        rate = middle / count if key == "instructions" else count / middle
        made.append((name, rate, statistics.median(ratios), ratios[0], ratios[-1]))
    return made


def story_ratios(stories: list[dict[str, float]]) -> tuple[float, float, float] | None:
    """Return how many times as long git log -L takes as muse-hook log: of the stories the median, least and most."""
    ratios = [each["git log -L"] / each["muse-hook log"] for each in stories]
    return (statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def main() -> None:
    """Print a table, or with `--json` what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--muse", type=Path)
    parser.add_argument("--muse-python", default="python3.12")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--json", action="store_true")
    found = measure(parser.parse_args())
    if parser.parse_args().json:
        print(json.dumps(found))
        return
    for name, rate, middle, low, high in rows(found):
        runs = found["runs"][name]  # type: ignore[index] # of measure
        if "mib" in runs[0]:
            peak = max(one["mib"] for one in runs)
            print(f"{name:32} {rate:7.0f} commits/s  {middle:6.2f}  ({low:.2f} to {high:.2f})  {peak:.0f} MiB")
        else:
            print(f"{name:32} {rate:7.1f} million instructions a commit  {middle:6.2f}")
    log = found["runs"][ONE][0]["log_bytes"] / int(found["commits"])  # type: ignore[index, call-overload] # likewise
    print(f"log: {log:.0f} bytes a commit; second half: {found['halves']:.2f} times the first's cost a changed byte")
    ratios = story_ratios(found["stories"])  # type: ignore[arg-type] # of measure
    if ratios:
        middle, low, high = ratios
        print(f"git log -L takes {middle:.1f} ({low:.1f} to {high:.1f}) times what muse-hook log takes")


if __name__ == "__main__":
    main()
