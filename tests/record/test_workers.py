"""A backfill with several processes: the same bytes, and nothing left behind whatever ends it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hooked import PACKAGES, HookedRepo
from support.repository import Repo

from muse_hook.catchup.backfill import BackfillReport, backfill
from muse_hook.errors import InternalError, RevisionError
from muse_hook.git.revisions import Generations
from muse_hook.history.follow import refresh
from muse_hook.history.tables import VIEWS, is_indexed
from muse_hook.index.index import Index
from muse_hook.record import workers
from muse_hook.record.delta import TableCache
from muse_hook.record.recorder import Recorder

COMMITS = 60
BLOCK = 4


def history(repo: Repo, commits: int = COMMITS, seed: int = 0) -> None:
    """Make a history of three files that are edited at random, every seventh commit being a merge of a side branch."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    files = {f"m{number}.py": [f"def f{i}(a):\n    return a + {i}\n" for i in range(6)] for number in range(3)}
    stream: list[str] = []

    def commit(ref: str, mark: int, parents: list[int], path: str) -> None:
        text = "\n\n".join(files[path])
        stream.append(f"commit refs/heads/{ref}\nmark :{mark}\n")
        stream.append(f"committer A <a@example.org> {1_700_000_000 + mark} +0000\ndata <<E\nnumber {mark}\nE\n")
        stream.extend(f"{word} :{parent}\n" for word, parent in zip(("from", "merge"), parents, strict=False))
        stream.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")

    last = 0
    for number in range(1, commits + 1):
        path = rng.choice(sorted(files))
        parts = files[path]
        at = rng.randrange(len(parts))
        if rng.random() < 0.3:
            parts.insert(at, f"class C{number}:\n    def m(self, x={number}):\n        return x\n")
        elif rng.random() < 0.3 and len(parts) > 3:
            parts.pop(at)
        else:
            parts[at] += f"    # {number}\n    print({number})\n"
        if number % 7 == 0:
            commit("side", 1000 + number, [last], path)
            commit("main", number, [last, 1000 + number], path)
        else:
            commit("main", number, [last] if last else [], path)
        last = number
    repo.git("fast-import", "--quiet", stdin="".join(stream))


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BLOCK", BLOCK)


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make a repository with a history and no store."""
    history(repo)
    return HookedRepo(repo.path, repo.environment, repo.clock)


def recorded(hooked: HookedRepo, path: Path, jobs: int = 1, *, reuse: bool = True) -> tuple[BackfillReport, bytes]:
    """Backfill a fresh clone: the report and the log."""
    clone = hooked.clone(path, "--bare")
    other = HookedRepo(clone.path, clone.environment, clone.clock)
    report = backfill(other.repository(), other.store(), jobs=jobs, cache=TableCache(reuse=reuse))
    return report, (other.muse / "op_log/main/ops.jsonl").read_bytes()


def test_same_bytes_with_any_number_of_processes(hooked: HookedRepo, tmp_path: Path) -> None:
    report, log = recorded(hooked, tmp_path / "one")
    assert report.recorded == COMMITS + COMMITS // 7
    for jobs in (2, 3):
        assert recorded(hooked, tmp_path / str(jobs), jobs)[1] == log


def test_history_that_is_linked_meanwhile_is_the_same(hooked: HookedRepo, tmp_path: Path) -> None:
    """Most of it before anybody reads; what readers see is the same."""
    seen = []
    for jobs in (1, 2):
        recorded(hooked, tmp_path / str(jobs), jobs)
        clone = HookedRepo(tmp_path / str(jobs), hooked.environment, hooked.clock)
        with Index(clone.store()) as index:
            linked = index.connection.execute("SELECT total(linked) FROM records").fetchone()[0]
            assert linked > COMMITS // 2 if jobs > 1 else linked == 0
            refresh(index)
            assert is_indexed(index.connection)
            rows = [index.connection.execute(f"SELECT * FROM {view}").fetchall() for view in VIEWS]  # noqa: S608 - ours
            seen.append([sorted(map(repr, some)) for some in rows])
    assert seen[0] == seen[1]


def test_same_bytes_of_a_part_of_history(hooked: HookedRepo, tmp_path: Path) -> None:
    """Those of a part of history are counted while the processes work."""
    one, two = (
        HookedRepo(hooked.clone(tmp_path / name, "--bare").path, hooked.environment, hooked.clock) for name in "ab"
    )
    for other, jobs in ((one, 1), (two, 2)):
        assert backfill(other.repository(), other.store(), count=40, jobs=jobs).recorded == 40
    assert (two.muse / "op_log/main/ops.jsonl").read_bytes() == (one.muse / "op_log/main/ops.jsonl").read_bytes()


def test_failed_walk_leaves_no_process(hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RevisionError("listing commits", "a damaged history")

    monkeypatch.setattr(Generations, "__getitem__", fail)
    with pytest.raises(RevisionError, match="damaged"):
        backfill(hooked.repository(), hooked.store(), count=40, jobs=2)
    assert not children()


def test_same_bytes_without_reuse(hooked: HookedRepo, tmp_path: Path) -> None:
    assert recorded(hooked, tmp_path / "with")[1] == recorded(hooked, tmp_path / "without", reuse=False)[1]


def test_full_buffer_holds_nobody_up(hooked: HookedRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BUFFERED", 0)
    assert recorded(hooked, tmp_path / "two", 2)[1] == recorded(hooked, tmp_path / "one")[1]


def test_commits_may_be_passed_over(hooked: HookedRepo) -> None:
    commits = list(repo_commits(hooked))
    with Index(hooked.store()) as index, Recorder(hooked.repository(), hooked.store(), index, {}) as recorder:
        wanted = [oid for oid, _ in commits[::25]]
        alone = [recorder.delta(oid)[1] for oid in wanted]
        recorder.close()
        with workers.Workers(recorder.delta, [oid for oid, _ in commits], 2) as several:
            assert [several.answer(oid)[1] for oid in wanted] == alone


def repo_commits(hooked: HookedRepo) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the commits of a repository with their parents."""
    return hooked.repository().rev_list(["main"])


def test_unreadable_commit_is_left_and_named(hooked: HookedRepo) -> None:
    blob = hooked.git("rev-parse", "main~20:m0.py")
    hooked.git("unpack-objects", "-q", stdin=packed(hooked))
    (hooked.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    report = backfill(hooked.repository(), hooked.store(), jobs=2)
    assert report.unreadable
    assert set(report.unreadable.values()) == {f"{blob} is absent"}
    assert report.recorded + len(report.unreadable) == report.total


def packed(hooked: HookedRepo) -> bytes:
    """Take the only pack out of the repository; its content."""
    (pack,) = (hooked.path / ".git/objects/pack").glob("*.pack")
    content = pack.read_bytes()
    for path in pack.parent.glob(pack.stem + ".*"):
        path.unlink()
    return content


def test_dead_worker_is_told_and_the_next_run_goes_on(hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = hooked.git("rev-parse", "main~10")
    delta = Recorder.delta

    def die(self: Recorder, oid: str) -> object:
        if oid == victim:
            os.kill(os.getpid(), signal.SIGKILL)
        return delta(self, oid)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "delta", die)
        with pytest.raises(InternalError, match="signal 9"):
            backfill(hooked.repository(), hooked.store(), jobs=2)
    before = len(hooked.seals())
    assert before > COMMITS // 2
    report = backfill(hooked.repository(), hooked.store(), jobs=2)
    assert (report.already, report.recorded + before) == (before, report.total)
    assert not children()


def test_interrupt_keeps_what_is_told_and_leaves_no_process(hooked: HookedRepo) -> None:
    def interrupt(done: int, _: int) -> None:
        if done == COMMITS // 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        backfill(hooked.repository(), hooked.store(), jobs=2, progress=interrupt)
    assert len(hooked.seals()) == COMMITS // 2
    assert not children()
    assert backfill(hooked.repository(), hooked.store(), jobs=2).already == COMMITS // 2


KILLED = f"""
import sys
sys.path[:0] = {PACKAGES!r}
from muse_hook.record import workers
from muse_hook.catchup.backfill import backfill
from muse_hook.git.discovery import open_repository
from muse_hook.oplog.store import Store
workers.BLOCK = {BLOCK}
repo = open_repository()
def wait(done, total):
    if done == {COMMITS // 2}:
        print("half", flush=True)
        sys.stdin.read()
backfill(repo, Store(repo.common_dir), jobs=2, progress=wait)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
def test_workers_end_with_a_killed_backfill(hooked: HookedRepo) -> None:
    hooked.install()  # so that no walk for the baseline is among the processes
    with subprocess.Popen(
        [sys.executable, "-c", KILLED],
        cwd=hooked.path,
        env=hooked.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        there = children(process.pid)
        assert len(there) == 2
        process.kill()
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/cmdline").exists() and alive(pid) for pid in there):
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Say whether a process does anything yet: one that nobody waits for stays as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int | None = None) -> list[int]:
    """Return the child processes of a process."""
    number = os.getpid() if pid is None else pid
    try:
        return [int(word) for word in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    except OSError:
        return []
