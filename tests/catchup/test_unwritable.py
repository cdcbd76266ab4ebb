"""A store that cannot be written: hooks are silent, readers work out what is missing, nothing is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
import support.reading_of_git as model
from support.hooked import HookedRepo
from support.repository import Repo

Setting = Callable[[HookedRepo], AbstractContextManager[None]]


@contextmanager
def mounted_read_only(repo: HookedRepo) -> Iterator[None]:
    """Show the store as a sandbox does; only root can make that here."""
    muse = str(repo.muse)
    if subprocess.run(["mount", "--bind", muse, muse], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", muse], check=True)
        yield
    finally:
        subprocess.run(["umount", muse], check=True)


def fill(folder: Path) -> None:
    """Leave no byte on a folder's disk."""
    with (folder / "filler").open("ab") as file, suppress(OSError):
        while True:
            os.write(file.fileno(), b"x" * 512)


@contextmanager
def on_a_full_disk(repo: HookedRepo) -> Iterator[None]:
    """Put the store on a disk of its own on which nothing is left."""
    muse = repo.muse
    aside = muse.with_name("aside")
    muse.rename(aside)
    muse.mkdir()
    options = ["-o", "size=256k,nr_inodes=60"]
    if subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", muse], capture_output=True, check=False).returncode:
        muse.rmdir()
        aside.rename(muse)
        pytest.skip("mounting is not allowed here")
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", muse], check=True)
        fill(muse)
        yield
        (muse / "filler").unlink()
        subprocess.run(["rm", "-rf", aside], check=True)
        subprocess.run(["cp", "-a", muse, aside], check=True)
    finally:
        subprocess.run(["umount", muse], check=True)
        muse.rmdir()
        aside.rename(muse)


@contextmanager
def with_a_file_in_its_place(repo: HookedRepo) -> Iterator[None]:
    """Make that no log can be opened."""
    logs, aside = repo.muse / "op_log", repo.muse / "aside"
    logs.rename(aside)
    logs.write_text("")
    yield
    logs.unlink()
    aside.rename(logs)


@pytest.fixture(name="repo")
def fixture_repo(repo: Repo) -> HookedRepo:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.one("m.py", "w = 0")
    hooked.install()
    hooked.one("m.py", "def first(): return 1")
    return hooked


def muse(repo: HookedRepo, *words: str) -> tuple[str, str]:
    done = repo.run(sys.executable, "-P", "-m", "muse_hook", *words)
    return done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("setting", [mounted_read_only, on_a_full_disk])
def test_a_store_that_cannot_be_written_loses_nothing_and_is_read_as_if_it_could(
    setting: Setting, repo: HookedRepo
) -> None:
    with setting(repo):
        made = []
        for name in ("second", "third"):
            repo.change("m.py", f"def {name}(): return 2")
            said = repo.run("git", "commit", "-q", "-m", name)
            assert (said.stdout, said.stderr) == (b"", b"")
            made.append(repo.git("rev-parse", "HEAD"))
        assert not repo.sessions().keys() & set(made)
        logs = model.logs(repo.muse)

        out, err = muse(repo, "log", "--json")
        told = [(event["commit"], op["address"]) for event in json.loads(out)["events"] for op in event["ops"]]
        assert {(made[0], "m.py::second"), (made[1], "m.py::third")} <= set(told)
        assert any(address == "m.py::first" for _, address in told)
        assert err.count("warning: ") == 1
        assert "hint: muse-hook sync, from where it can be written" in err
        blamed = {
            row["address"]: row["commit"] for row in json.loads(muse(repo, "blame", "m.py", "--json")[0])["symbols"]
        }
        assert (blamed["m.py::second"], blamed["m.py::third"]) == tuple(made)
        assert "second" in muse(repo, "show", made[0])[0]
        out, err = muse(repo, "status")
        assert "missing: 2 commits  muse-hook sync, from where the store can be written" in out
        assert err.count("warning: ") == 1
        assert logs == model.logs(repo.muse)
    last = repo.one("m.py", "def fourth(): return 4")
    assert repo.sessions().keys() >= {*made, last}
    told = [event["commit"] for event in json.loads(muse(repo, "log", "--json")[0])["events"]]
    assert len(told) == len(set(told)), "what was worked out is not told twice"
    (repo.muse / "error.log").unlink(missing_ok=True)
    repo.agree()


def test_what_is_worked_out_comes_into_no_file(repo: HookedRepo) -> None:
    """Though the index itself could be written."""
    muse(repo, "log")
    log = repo.muse / "op_log/main/ops.jsonl"
    if subprocess.run(["mount", "--bind", log, log], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", log], check=True)
        repo.change("m.py", "def second(): return 2")
        assert repo.run("git", "commit", "-q", "-m", "x").stderr == b""
        assert repo.errors().count("\n") == 1
        assert "second" in muse(repo, "log")[0]
    finally:
        subprocess.run(["umount", log], check=True)
    query = "SELECT count(*) FROM commits"
    with sqlite3.connect(repo.muse / "index.sqlite") as connection:
        assert connection.execute(query).fetchone() == (1,)
    assert muse(repo, "sql", query, "--csv")[0] == "count(*)\n2\n"
    (repo.muse / "error.log").unlink()
    repo.agree()


def test_where_no_store_can_be_made_the_newest_commits_are_worked_out(repo: HookedRepo) -> None:
    aside = repo.muse.with_name("aside")
    repo.muse.rename(aside)
    repo.muse.write_text("")
    repo.change("m.py", "def second(): return 2")
    assert repo.run("git", "commit", "-q", "-m", "x").stderr == b""
    for command in (["log"], ["blame", "m.py"]):
        out, err = muse(repo, *command)
        assert "second" in out
        assert "warning: recording in" in err
        assert err.count("hint: ") == 1
    assert "none yet (muse-hook install makes it, from where the store can be written)" in muse(repo, "status")[0]
    repo.muse.unlink()
    aside.rename(repo.muse)
    repo.one("m.py", "def third(): return 3")
    repo.agree()


def test_a_file_in_the_place_of_the_logs_is_no_noise(repo: HookedRepo) -> None:
    with with_a_file_in_its_place(repo):
        repo.change("m.py", "def second(): return 2")
        assert repo.run("git", "commit", "-q", "-m", "x").stderr == b""
    repo.one("m.py", "def third(): return 3")
    (repo.muse / "error.log").unlink(missing_ok=True)
    repo.agree()


def test_a_store_that_cannot_be_read_is_another_matter(repo: HookedRepo, tmp_path: Path) -> None:
    """A link in the place of a log leads where somebody else decides: that is said."""
    log = repo.muse / "op_log/main/ops.jsonl"
    log.rename(tmp_path / "log")
    os.symlink(tmp_path / "log", log)
    repo.change("m.py", "def second(): return 2")
    assert b"symbolic link" in repo.run("git", "commit", "-q", "-m", "x").stderr


def test_gc_on_a_full_disk_says_so_and_loses_nothing(repo: HookedRepo) -> None:
    """Where a log is to be cut, and where only the index is made anew."""
    told = json.loads(muse(repo, "log", "--json")[0])["events"]
    log = repo.muse / "op_log/main/ops.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole * 4)
    with on_a_full_disk(repo):
        os.truncate(repo.muse / "filler", (repo.muse / "filler").stat().st_size - len(whole) // 2)
        before = model.logs(repo.muse)
        done = repo.run(sys.executable, "-P", "-m", "muse_hook", "gc", check=False)
        assert (done.returncode, b"error: " in done.stderr, b"hint: make room on that disk" in done.stderr) == (
            1,
            True,
            True,
        ), done
        assert model.logs(repo.muse) == before
        assert json.loads(muse(repo, "log", "--json")[0])["events"] == told
        log.write_bytes(whole)
        fill(repo.muse)
        done = repo.run(sys.executable, "-P", "-m", "muse_hook", "gc", check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert json.loads(muse(repo, "log", "--json")[0])["events"] == told
    assert "bytes" in muse(repo, "gc")[0]
    assert log.read_bytes() == whole
    assert json.loads(muse(repo, "log", "--json")[0])["events"] == told
    repo.agree()
