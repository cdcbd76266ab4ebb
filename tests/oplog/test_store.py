"""The store: where it is, what it refuses to write through, its modes and its lock."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.batches import batch, log_of, scan, write
from support.repository import Repo

from muse_hook.errors import StoreBusyError, StoreError
from muse_hook.oplog.entry import make_op_entry
from muse_hook.oplog.files import EVERYBODY, GROUP, adjusted_mode, shared_mode
from muse_hook.oplog.log import OpLog
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append

PACKAGE = Path(__file__).parent.parent.parent


def python(code: str, *args: object) -> subprocess.Popen[str]:
    """Start Python with this package on CODE; its stdout is a pipe."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)], stdout=subprocess.PIPE, text=True, cwd=PACKAGE
    )


# Where it is


def test_a_work_tree_its_git_directory_and_its_linked_work_trees_share_one_store(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    folders = [repo.path, repo.path / ".git", tmp_path / "linked", repo.path / ".git/worktrees/linked"]
    assert {Store.of(folder).root for folder in folders} == {str(repo.path / ".git")}
    assert Store.of(str(repo.path)).root == str(repo.path / ".git")


def test_a_bare_repository_and_a_submodule_have_their_stores_in_their_git_directories(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit("first")
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    assert Store.of(bare.path).root == str(bare.path)
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(bare.path), "sub")
    assert Store.of(repo.path / "sub").root == str(repo.path / ".git/modules/sub")


def test_a_repository_with_its_git_directory_elsewhere_is_found_by_its_git_file(tmp_path: Path, repo: Repo) -> None:
    repo.git("init", "-q", "--separate-git-dir", str(tmp_path / "elsewhere"))
    assert Store.of(repo.path).root == str(tmp_path / "elsewhere")


def test_a_reftable_repository_is_one_too(tmp_path: Path) -> None:
    for name in ("objects", "refs"):  # as Git 2.45 makes it
        (tmp_path / ".git" / name).mkdir(parents=True)
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/.invalid\n")
    assert Store.of(tmp_path).root == str(tmp_path / ".git")


def test_nothing_is_searched_upward(repo: Repo) -> None:
    below = repo.path / "src"
    below.mkdir()
    assert Store.of(below).root == str(below)


def test_a_folder_that_only_looks_like_a_repository_is_its_own_root(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert Store.of(tmp_path).root == str(tmp_path)


def test_reading_makes_nothing(repo: Repo) -> None:
    log = OpLog(repo.path, "main")
    assert (log.read_all(), log.read_checkpoint(), log.next_lamport_ts()) == ([], None, 1)
    assert not Store.of(repo.path).exists()
    assert not (repo.path / ".git/.muse").exists()


# What it refuses


def test_a_tracked_muse_folder_or_link_is_never_written_through(repo: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo.path / ".muse").symlink_to(outside)
    repo.commit("hostile")
    OpLog(repo.path, "main").append(make_op_entry("me", "code", {"op": "insert", "address": "a"}, 1))
    assert list(outside.iterdir()) == []
    assert (repo.path / ".git/.muse/op_log/main/ops.jsonl").exists()


@pytest.mark.parametrize("link", [".muse", ".muse/op_log", ".muse/op_log/main", ".muse/op_log/main/ops.jsonl"])
def test_a_link_inside_the_store_is_not_written_through(link: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    place = tmp_path / "root" / link
    place.parent.mkdir(parents=True)
    if place.suffix:
        outside.touch()
    else:
        outside.mkdir()
    place.symlink_to(outside)
    with pytest.raises(StoreError, match="symbolic link"):
        write(Store(tmp_path / "root"), "main", batch(1))
    assert outside.stat().st_size == 0 or list(outside.iterdir()) == []


def test_a_link_in_the_lock_s_place_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.ensure()
    (tmp_path / ".muse/lock").symlink_to(tmp_path / "victim")
    with pytest.raises(StoreError, match="symbolic link"), store.lock(0):
        pass
    assert not (tmp_path / "victim").exists()


def test_a_pipe_or_a_folder_in_a_log_s_place_is_refused_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    os.mkfifo(Path(store.ensure_session("pipe")) / "ops.jsonl")
    os.mkdir(Path(store.ensure_session("folder")) / "ops.jsonl")
    (tmp_path / ".muse/op_log/file").touch()
    for session in ("pipe", "folder", "file"):
        with pytest.raises(StoreError):
            write(store, session, batch(1))


def test_a_store_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        OpLog(tmp_path, "main").append(make_op_entry("me", "code", {"op": "insert", "address": "a"}, 1))


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        OpLog(tmp_path / "typo", "main").append(make_op_entry("me", "code", {"op": "insert", "address": "a"}, 1))
    assert not (tmp_path / "typo").exists()


# Modes


@pytest.mark.parametrize(
    ("value", "mode"),
    [
        ("group", GROUP), ("true", GROUP), ("1", GROUP), ("all", EVERYBODY), ("world", EVERYBODY), ("2", EVERYBODY),
        ("umask", 0), ("false", 0), ("0", 0), ("0640", -0o640), ("0666", -0o666), ("nonsense", 0),
    ],
)  # fmt: skip
def test_shared_repository_is_read_as_git_reads_it(value: str, mode: int) -> None:
    assert shared_mode(f"[core]\n\tbare = false\n\tsharedRepository = {value} # why\n".encode()) == mode


@pytest.mark.parametrize("value", ["group", "all", "0640", "0660"])
def test_files_and_folders_of_the_store_have_the_modes_of_git_s_own(value: str, repo: Repo) -> None:
    repo.git("init", "-q", f"--shared={value}")
    repo.commit("first", a="a = 1")
    write(Store.of(repo.path), "feature/x", batch(1))
    mode = stat.S_IMODE
    git_folder = mode((repo.path / ".git/logs/refs").stat().st_mode)
    git_file = mode((repo.path / ".git/logs/HEAD").stat().st_mode)
    for path in (repo.path / ".git/.muse").rglob("*"):
        wanted = git_folder if path.is_dir() else git_file
        assert oct(mode(path.stat().st_mode)) == oct(wanted), path


def test_without_a_shared_repository_the_umask_decides() -> None:
    assert adjusted_mode(0o644, 0, folder=False) == 0o644
    assert adjusted_mode(0o755, GROUP, folder=True) == 0o2775


# The lock

HOLD = """
import sys, os, time
from muse_hook.oplog.store import Store
with Store(sys.argv[1]).lock():
    child = os.fork() if sys.argv[2] == "fork" else -1
    if child:
        print(child, flush=True)
    time.sleep(30)
"""


def test_a_held_lock_is_waited_for_and_then_refused(tmp_path: Path) -> None:
    holder = python(HOLD, tmp_path, "")
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreBusyError), Store(tmp_path).lock(0.05):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_a_dead_holder_s_lock_is_free_even_where_its_child_lives(tmp_path: Path) -> None:
    holder = python(HOLD, tmp_path, "fork")
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    try:
        holder.kill()
        holder.wait()
        with Store(tmp_path).lock(5):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        holder.communicate()


def test_a_started_program_does_not_inherit_the_lock(tmp_path: Path) -> None:
    with Store(tmp_path).lock():
        child = subprocess.Popen(["sleep", "30"])
    try:
        with Store(tmp_path).lock(0):
            pass
    finally:
        child.kill()
        child.wait()


def test_who_holds_the_lock_may_enter_it_again(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with Store(tmp_path).lock(0):
        with Store(tmp_path / "link").lock(0):
            OpLog(tmp_path, "main").append(make_op_entry("me", "code", {"op": "insert", "address": "a"}, 1))
        code = "import sys; from muse_hook.oplog.store import Store; Store(sys.argv[1]).lock(0).__enter__()"
        other = subprocess.run([sys.executable, "-c", code, tmp_path], check=False, capture_output=True, cwd=PACKAGE)
        assert b"StoreBusyError" in other.stderr
    with Store(tmp_path).lock(0):
        pass


def test_threads_take_turns(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def record(first: int) -> None:
        for number in range(first, first + 20):
            with store.lock():
                append(store, "main", [batch(number, "f", "g")], sync=False)

    threads = [threading.Thread(target=record, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([seal for seal in scan(str(log_of(store))) if seal.intact]) == 60


def test_a_lock_file_that_was_deleted_and_made_again_still_excludes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.lock():
        pass
    (tmp_path / ".muse/lock").unlink()
    holder = python(HOLD, tmp_path, "")
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreBusyError), store.lock(0.02):
            pass
    finally:
        holder.kill()
        holder.communicate()
