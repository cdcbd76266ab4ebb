"""Broken neighbours: a disk, a file system, a work tree, a branch is named, and the rest goes on."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.hooked import HookedRepo
from support.repository import Repo

from muse_hook.errors import StoreBusyError
from muse_hook.oplog.store import Store

COUNT = """
import errno, fcntl, os, sys
def refuse(*_):
    raise OSError(errno.ENOSYS, "Function not implemented")
fcntl.flock = refuse
from muse_hook.oplog.store import Store
store, path = Store(sys.argv[1]), sys.argv[2]
for _ in range(100):
    with store.lock(60):
        number = int(open(path).read())
        with open(path, "w") as file:
            file.write(str(number + 1))
if len(sys.argv) > 3:
    store.lock().__enter__()
    os.kill(os.getpid(), 9)
"""


def muse(repo: Repo, *words: str, check: bool = True) -> tuple[str, str]:
    done = repo.run(sys.executable, "-P", "-m", "muse_hook", *words, check=check)
    return done.stdout.decode(), done.stderr.decode()


def no_locks(number: int) -> object:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


def test_without_locks_writers_take_turns_and_who_dies_is_no_hindrance(tmp_path: Path) -> None:
    counted = tmp_path / "count"
    counted.write_text("0")
    command = [sys.executable, "-c", COUNT, str(tmp_path), str(counted)]
    writers = [subprocess.Popen([*command, *(["die"] if number == 0 else [])]) for number in range(3)]
    assert [writer.wait(60) for writer in writers] == [-9, 0, 0]
    assert counted.read_text() == "300"
    assert subprocess.run([*command], check=True, timeout=60).returncode == 0
    assert counted.read_text() == "400"
    assert [path.name for path in (tmp_path / ".muse").iterdir()] == ["lock"]


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK])
def test_who_holds_a_store_without_locks_is_named(
    number: int, hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", no_locks(number))
    store: Store = hooked.store()
    holder = Path(store.path("lock.holder"))
    holder.write_text("elsewhere 17")
    with pytest.raises(StoreBusyError, match="elsewhere 17") as busy, store.lock(0.05):
        pass
    assert busy.value.hint.startswith("rm ")
    holder.write_text(f"{os.uname().nodename} {subprocess.run(['true'], check=True) and 2**22 + 1}")
    hooked.one("m.py", "x = 1", dead=True)
    assert hooked.sync().recorded == 1
    assert not holder.exists()


@pytest.mark.parametrize("times", [1, 3])
def test_what_the_disk_refuses_to_keep_is_not_there(
    times: int, hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thing is said, and it is true: not recorded."""
    hooked.one()
    before = {path: path.read_bytes() for path in hooked.muse.rglob("ops.jsonl")}
    made = hooked.one("m.py", "x = 1", dead=True)
    real, left = os.fsync, [times]

    def failing(fd: int) -> None:
        if left[0] > 0 and os.readlink(f"/proc/self/fd/{fd}").endswith("ops.jsonl"):
            left[0] -= 1
            raise OSError(errno.EIO, "Input/output error")
        real(fd)

    monkeypatch.setattr(os, "fsync", failing)
    for _ in range(times):
        with pytest.raises(Exception, match="Input/output error"):
            hooked.sync()
        assert before == {path: path.read_bytes() for path in hooked.muse.rglob("ops.jsonl")}
    assert hooked.sync().recorded == 1
    assert made in hooked.sessions()


def test_of_many_new_branches_those_that_the_disk_refuses_are_recorded_later(
    hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked.one("m.py", "x = 0")
    made = {}
    for number in range(5):
        hooked.dead("checkout", "-q", "-b", f"b{number}", "main")
        made[hooked.one("m.py", f"x = {number + 1}", dead=True)] = f"b{number}"
    real = os.fsync

    def failing(fd: int) -> None:
        if os.readlink(f"/proc/self/fd/{fd}").endswith(("b1/ops.jsonl", "b3/ops.jsonl")):
            raise OSError(errno.EIO, "Input/output error")
        real(fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(Exception, match="Input/output error"):
            hooked.sync()
        assert not any((hooked.muse / f"op_log/b{number}/ops.jsonl").read_bytes() for number in (1, 3))
    assert hooked.sync().recorded == 2
    assert hooked.sync().recorded == 0
    sessions = hooked.sessions()
    assert {oid: sessions[oid] for oid in made} == made
    assert muse(hooked, "verify")[0].startswith("sound")


def test_one_branch_that_names_an_absent_object_hides_no_other(hooked: HookedRepo) -> None:
    hooked.one("m.py", "def f(): return 1")
    for number, branch in enumerate(("one", "two")):
        hooked.git("checkout", "-q", "-b", branch, "main")
        (hooked.path / "m.py").write_text(f"def f(): return {number + 5}\n")
        hooked.git("commit", "-q", "-a", "-m", branch)
    hooked.git("checkout", "-q", "one")
    broken = hooked.path / ".git/refs/heads/broken"
    broken.write_text("1" * 40 + "\n")
    out = muse(hooked, "concurrent", "one", "--all", check=False)[0]
    broken.unlink()
    assert "two" in out
    assert "m.py::f" in out
    assert "broken" in out[out.index("m.py::f") :]


def test_a_moved_repository_whose_work_tree_leads_nowhere(repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", m="def f(): return 1\n")
    repo.git("worktree", "add", "-q", "-b", "w", str(tmp_path / "w"))
    moved = Repo(repo.path.rename(tmp_path / "moved"), repo.environment, repo.clock)
    muse(moved, "install", "--no-history", ".")
    assert "post-commit" in muse(moved, "doctor", check=False)[0]
    moved.commit("two", m="def f(): return 2\n")
    assert "m" in muse(moved, "log")[0]


def test_a_cell_is_no_formula_where_that_is_asked_for(hooked: HookedRepo) -> None:
    query = "SELECT '=1+1' AS a, '@x' AS b, '-5' AS c, '+SUM(A1)' AS d, 'plain' AS \"=e\", -3 AS f"
    assert muse(hooked, "sql", query, "--csv")[0] == "a,b,c,d,=e,f\n=1+1,@x,-5,+SUM(A1),plain,-3\n"
    assert muse(hooked, "sql", query, "--csv", "--spreadsheet")[0] == (
        "a,b,c,d,'=e,f\n'=1+1,'@x,-5,'+SUM(A1),plain,-3\n"
    )
    assert "hint: " in muse(hooked, "sql", query, "--spreadsheet", check=False)[1]
