"""Whoever reads the index, or even writes it, for however long: a commit costs what it costs, and is in the log."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from support.hooked import HookedRepo
from support.repository import Repo

from muse_hook.index import database
from muse_hook.index.index import Index

# Opens the index as any tool would, does something that takes a lock, and says so.
CLIENT = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchone()
print("there", flush=True)
time.sleep(600)
"""
READS = ("BEGIN", "SELECT count(*) FROM seals")
WRITES = ("BEGIN IMMEDIATE", "REPLACE INTO meta VALUES ('x', 'y')")
KEEPS_ALL_OUT = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "REPLACE INTO meta VALUES ('x', 'y')")
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000)"
    " SELECT i, (SELECT count(*) FROM ops) FROM n"
)


@contextmanager
def stopped(repo: HookedRepo, *command: str) -> Iterator[None]:
    """Start a program that writes something, and stop it there."""
    with subprocess.Popen(
        command, cwd=repo.path, env=repo.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.read(1)
            process.send_signal(signal.SIGSTOP)
            yield
        finally:
            process.kill()
            process.send_signal(signal.SIGCONT)


def client(repo: HookedRepo, statements: tuple[str, ...]) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", CLIENT, str(repo.muse / "index.sqlite"), *statements)


# A command whose output nobody goes on reading.
PAGER = (sys.executable, "-P", "-m", "muse_hook", "sql", ENDLESS, "--csv")


def seconds_of_commits(repo: HookedRepo, count: int = 5) -> float:
    """Return the least time of a commit; each must be in the log when Git returns."""
    times = []
    for _ in range(count):
        repo.change("m.py", f"def f{repo.clock[0]}(): return {repo.clock[0]}")
        start = time.monotonic()
        repo.git("commit", "-q", "-m", "x")
        times.append(time.monotonic() - start)
        repo.head_is_recorded()
    return min(times)


@pytest.fixture(name="repo")
def fixture_repo(repo: Repo) -> HookedRepo:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.one("m.py", "w = 0")
    hooked.install()
    hooked.one("m.py", "x = 1")
    with Index(hooked.store()) as index:
        index.refresh()
    return hooked


@pytest.mark.parametrize("journal", ["wal", "persist"])
def test_ten_stopped_readers_cost_a_commit_nothing(
    journal: str, repo: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    if journal == "persist":  # a network file system; the hooks take what stands in the file
        monkeypatch.setattr(database, "_is_local", lambda _: False)
        database.remove(repo.store())
        with Index(repo.store()) as index:
            index.refresh()
            assert index.connection.execute("PRAGMA journal_mode").fetchone() == ("persist",)
        monkeypatch.undo()
    without = seconds_of_commits(repo)
    with ExitStack() as stack:
        for number in range(10):
            stack.enter_context(stopped(repo, *(PAGER if number < 3 else client(repo, READS))))
        beside = seconds_of_commits(repo)
    assert not repo.queued()
    assert beside < without + 0.3, f"{beside:.3f} s beside ten readers, {without:.3f} s without"
    assert not repo.errors()
    repo.agree()


@pytest.mark.parametrize("statements", [WRITES, KEEPS_ALL_OUT])
def test_a_stopped_writer_of_the_index_keeps_no_commit_out_of_the_log(
    statements: tuple[str, ...], repo: HookedRepo
) -> None:
    with stopped(repo, *client(repo, statements)):
        seconds_of_commits(repo)
        repo.git("commit", "-q", "--amend", "-m", "again")
        repo.git("checkout", "-q", "-b", "other")
        seconds_of_commits(repo, 2)
        repo.head_is_recorded()
    assert not repo.errors()
    repo.agree()


def test_a_reader_reads_beside_a_stopped_one(repo: HookedRepo) -> None:
    with stopped(repo, *client(repo, READS)):
        repo.one("m.py", "y = 2")
        start = time.monotonic()
        done = repo.run(sys.executable, "-P", "-m", "muse_hook", "log", "m.py::y")
        assert b"y" in done.stdout
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("end", ["", " | head -n 1", " >&-"])
def test_a_command_leaves_nothing_for_a_hook_to_put_in_order(end: str, repo: HookedRepo) -> None:
    command = f'"{sys.executable}" -P -m muse_hook sql "{ENDLESS.replace("100000000", "100000")}" --csv {end}'
    repo.run("sh", "-c", f"{command}; exit 0")
    assert not list(repo.muse.glob("index.sqlite-[ws]*"))


def test_what_another_keeps_us_from_writing_is_seen_all_the_same(repo: HookedRepo) -> None:
    """Rows that are in memory alone count with those of the file, and go with their log."""
    repo.one("m.py", "y = 2")
    head = repo.git("rev-parse", "HEAD")
    with Index(repo.store()) as index:
        index.refresh()
        before = index.count()
    holder = sqlite3.connect(repo.muse / "index.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Index(repo.store(), timeout=0.01, waits=False) as index:
        for session, _ in list(repo.store().sessions()):
            index.reread(session)
        assert index.is_own
        assert (index.count(), index.is_sealed(head)) == (before, True)
        assert len(index.all_batches(head)) == 1
        for _, folder in list(repo.store().sessions()):
            Path(folder, "ops.jsonl").unlink()
        index.refresh()
        assert (index.count(), index.is_sealed(head)) == (0, False)
    holder.execute("ROLLBACK")
    assert holder.execute("SELECT count(*) FROM seals").fetchone() == (before,)
    holder.close()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_sqlite_writes_through_no_link_beside_the_index(suffix: str, repo: HookedRepo, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    beside = repo.muse / f"index.sqlite{suffix}"
    beside.unlink(missing_ok=True)
    os.symlink(victim, beside)
    repo.one("m.py", "y = 2")
    repo.head_is_recorded()
    assert victim.read_text() == "precious"
