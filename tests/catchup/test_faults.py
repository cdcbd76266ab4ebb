"""What breaks, breaks in the middle: each fault is injected where it happens, and nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import reading_of_git as model
from conftest import Repo, sealed_environment
from room import PROJECT, Room

from muse_hook import hook
from muse_hook.catchup.backfill import backfill
from muse_hook.catchup.catchup import catch_up
from muse_hook.catchup.state import write_frontier
from muse_hook.record.delta import delta_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Every way in which the code under test touches the disk.
TOUCHES = ("write", "pwrite", "fsync", "rename", "replace", "unlink", "mkdir", "ftruncate", "open")


@pytest.fixture
def room(repo: Repo) -> Room:
    """Make a repository with the hooks in it, a commit old."""
    made = Room(repo.path, repo.environment, repo.clock)
    made.one("base.txt", "base")
    made.install()
    return made


def lines(muse: Path) -> set[bytes]:
    """Return the lines of all whole batches."""
    return {line for seal in model.all_seals(muse) for line in seal.lines}


def in_a_child(work: Callable[[], None]) -> int:
    """Run `work` in a forked process; its exit status, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the child must not go on as a second pytest
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_at(number: int, work: Callable[[], None]) -> Callable[[], None]:
    """Return `work` that is killed before its touch of the disk with that number."""

    def run() -> None:
        left = number

        def counted(touch: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object, **named: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return touch(*args, **named)

            return call

        for name in TOUCHES:
            setattr(os, name, counted(getattr(os, name)))
        work()

    return run


def fire(room: Room, hook: str, *args: str, stdin: str = "") -> Callable[[], None]:
    """Return what Git would start: a hook, in this process, with its working directory and its stdin."""

    def run() -> None:
        from muse_hook.hook import main  # noqa: PLC0415 - what is loaded by then has been patched by `killed_at`

        os.chdir(room.path)
        with tempfile.TemporaryFile() as file:
            file.write(stdin.encode())
            file.seek(0)
            os.dup2(file.fileno(), 0)
        main([hook, *args])

    return run


# kill -9


def killed_at_every_touch(most: int, work_of: Callable[[int], Callable[[], None]]) -> int:
    """Kill each `work_of(number)` before its touch with that number; the number of the one that came through."""
    for number in range(most):
        status = in_a_child(killed_at(number, work_of(number)))
        if status == 0:
            return number
        assert status == -signal.SIGKILL
    pytest.fail("the hook never came through")


def test_kill_at_every_touch_of_a_commit(room: Room) -> None:
    def commit(_: int) -> Callable[[], None]:
        room.one(dead=True)
        return fire(room, "post-commit")

    assert killed_at_every_touch(60, commit) > 8
    room.agree()


def test_kill_at_every_touch_of_a_rewrite(room: Room) -> None:
    def rewrite(number: int) -> Callable[[], None]:
        old = room.one(message=f"old {number}", dead=True)
        room.change("a.txt", "more")
        room.dead("commit", "-q", "--amend", "-m", f"new {number}")
        return fire(room, "post-rewrite", "amend", stdin=f"{old} {room.git('rev-parse', 'HEAD')}\n")

    number = killed_at_every_touch(90, rewrite)
    assert number > 10
    room.agree()
    told = room.told()
    assert len(told) == len(set(told))
    assert f"amend: old {number} -> new {number}" in told


def test_kill_at_random_times(room: Room) -> None:
    rng = random.Random(7)  # noqa: S311 - a seed that is kept
    hook = [str(model.common_dir(room) / "hooks/post-commit")]
    for _ in range(25):
        room.one("a.py", f"x{room.clock[0]} = 1", dead=True)
        process = subprocess.Popen(hook, cwd=room.path, env=room.environment, start_new_session=True)
        time.sleep(rng.uniform(0, 0.07))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    room.agree()
    assert room.recorded() == {"main": 25}


def test_kill_in_a_backfill_loses_nothing(repo: Repo) -> None:
    for number in range(6):
        repo.commit(str(number), a=f"A = {number}\n")
    room = Room(repo.path, repo.environment, repo.clock)

    def work() -> None:
        backfill(room.repository(), room.store())

    for number in range(0, 200, 9):
        if in_a_child(killed_at(number, work)) == 0:
            break
    report = backfill(room.repository(), room.store())
    assert report.recorded + report.already == 6
    assert room.recorded() == {"main": 6}


# Damage


def test_torn_end_of_a_log(room: Room) -> None:
    """Nothing is cut from a log, and what is recorded again is the same bytes."""
    room.one("a.py", "a = 1")
    log = room.muse / "op_log/main/ops.jsonl"
    first = log.read_bytes()
    room.one("a.py", "b = 1")
    whole = log.read_bytes()
    batch = len(whole) - len(first)
    rng = random.Random(5)  # noqa: S311 - a seed that is kept
    for cut in [1, 2, 3, batch - 1, batch, *rng.sample(range(4, batch - 1), 8)]:
        torn = whole[: len(whole) - cut]
        log.write_bytes(torn)
        (room.muse / "frontier").unlink(missing_ok=True)
        room.read()
        now = log.read_bytes()
        assert now.startswith(torn), cut
        assert lines(room.muse) == set(whole.splitlines(keepends=True)), cut
        again = b"" if cut == 1 else whole[len(first) :]
        assert now in {torn + b"\n" + again, torn + again}, cut


def test_torn_log_is_found_without_losing_the_frontier(room: Room) -> None:
    """What a reader believed done is looked at again where there are fewer seals than there were."""
    room.one()
    made = room.one()
    room.read()
    log = room.muse / "op_log/main/ops.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    assert room.read().recorded == 1
    assert room.recorded() == {"main": 2}
    assert room.seals()[-1].commit == made


def test_garbage_after_the_last_newline(room: Room) -> None:
    room.one()
    with (room.muse / "op_log/main/ops.jsonl").open("ab") as file:
        file.write(b'\0\xff{"op_id":')
    room.one()
    room.one()
    room.agree()
    assert room.recorded() == {"main": 3}


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_flipped_bit_in_a_sealed_batch(room: Room, where: float) -> None:
    """The batch is named, its commit recorded anew, and what came later is kept."""
    room.one("a.py", "first = 1")
    log = room.muse / "op_log/main/ops.jsonl"
    start = len(log.read_bytes())
    hurt = room.one("a.py", "second = 2")
    end = len(log.read_bytes())
    room.one("a.py", "third = 3")
    room.read()
    data = bytearray(log.read_bytes())
    data[start + int((end - start) * where)] ^= 1
    log.write_bytes(bytes(data))
    pending = room.pending()
    assert [damage.commit_id for damage in pending.damaged] in ([hurt], [])
    assert hurt in {oid for oid, _ in pending.missing}
    assert room.read().recorded == 1
    room.agree()
    assert room.recorded() == {"main": 3}
    assert log.read_bytes().startswith(bytes(data))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 40, b"{", b"[]", b'{"version": 1}', b'{"version":1,"hook":1}', b"\xff", b"[" * 100_000]
)
def test_garbage_in_the_queue(room: Room, content: bytes) -> None:
    room.one()
    queue = room.muse / "queue"
    queue.mkdir(exist_ok=True)
    (queue / "00000000000000000001-1").write_bytes(content)
    (queue / ".00000000000000000002-1").write_bytes(content)
    made = room.one()
    assert made in room.sessions()
    room.sync()
    room.settle()  # the background of the hook may be at it still
    assert [path.name for path in queue.iterdir()] == [".00000000000000000002-1"]
    assert "no event of ours" in room.errors()


def test_event_that_would_leave_the_store(room: Room) -> None:
    made = room.one(dead=True)
    queue = room.muse / "queue"
    queue.mkdir()
    (queue / "1-1").write_text(
        f'{{"version":1,"hook":"post-commit","kind":"","head":"{made}","branch":"../../x","worktree":null,'
        f'"pairs":[],"updates":[],"rebase":null}}'
    )
    room.sync()
    assert room.sessions() == {made: "main"}
    assert not room.queued()


def test_event_of_a_newer_version_is_left_to_it(room: Room) -> None:
    queue = room.muse / "queue"
    queue.mkdir()
    (queue / "1-1").write_text('{"version":2}')
    room.sync()
    room.one()
    assert room.queued() == ["1-1"]


def test_index_deleted_or_damaged(room: Room) -> None:
    room.one()
    before = model.logs(room.muse)
    index = room.muse / "index.sqlite"
    for damage in (index.unlink, lambda: index.write_bytes(b"no database" * 1000)):
        damage()
        assert room.sync().recorded == 0
        assert model.logs(room.muse) == before
        damage()
        room.one()
        room.head_is_recorded()
        before = model.logs(room.muse)
    room.agree()


def test_frontier_that_lies_is_not_believed_by_sync(room: Room) -> None:
    made = room.one(dead=True)
    (room.muse / "frontier").write_text(f"muse_hook frontier 1\nseals 0\ntip {made}\nend\n")
    room.read()
    assert room.recorded() == {}
    assert [oid for oid, _ in room.pending().missing] == [made]
    room.sync()
    assert room.recorded() == {"main": 1}


def test_store_deleted(room: Room) -> None:
    """A new baseline leaves out the commit whose hook found none; `backfill --all` brings the same lines back."""
    room.one("a.py", "a = 1")
    room.git("switch", "-q", "-c", "side")
    room.one("a.py", "b = 1")
    room.git("switch", "-q", "main")
    before = lines(room.muse)
    shutil.rmtree(room.muse)
    room.change("b.py", "b = 1")
    said = room.run("git", "commit", "-q", "-m", "first after").stderr.decode()
    assert said.count("\n") == 1
    assert "baseline" in said
    made = room.git("rev-parse", "HEAD")
    assert set(room.sessions()) == {made}
    assert room.pending().baseline == "anew"
    backfill(room.repository(), room.store(), all=True)
    assert lines(room.muse) > before


def test_baseline_lost(room: Room) -> None:
    room.one()
    (room.muse / "baseline").unlink()
    made = room.one()
    assert made in room.sessions()
    unseen = room.one(dead=True)
    room.git("switch", "-q", "-c", "side", "HEAD~2")
    room.one()
    room.sync()
    assert unseen not in room.sessions()
    assert room.pending().baseline == "anew"


def test_abandoned_half_of_an_event_goes_after_an_hour(room: Room) -> None:
    queue = room.muse / "queue"
    queue.mkdir()
    for name, age in ((".old", 7200), (".new", 0)):
        (queue / name).write_bytes(b"x")
        os.utime(queue / name, (time.time() - age,) * 2)
    room.sync()
    assert [path.name for path in queue.iterdir()] == [".new"]


# No room, no right


def test_full_disk(room: Room) -> None:
    """Git succeeds, one line says so, everything is recorded when there is room again."""
    room.one()
    log = room.muse / "op_log/main/ops.jsonl"
    with log.open("ab") as file:
        file.write(b"x" * 90_000 + b"\n")
    before = log.read_bytes()
    for _ in range(2):
        room.change("a.txt", "more")
        done = subprocess.run(
            ["git", "commit", "-q", "-m", "no room"],
            cwd=room.path,
            env=room.environment,
            capture_output=True,
            check=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (90_500, 90_500)),
        )
        assert done.stderr.count(b"\n") == 1
        assert b"muse_hook: not recorded yet" in done.stderr
        assert log.read_bytes() == before
    assert "Traceback" not in room.errors()
    (room.muse / "error.log").unlink()
    room.agree()
    assert room.recorded() == {"main": 3}


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """Return a folder that another user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="muse-other-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_a_user(folder: Path) -> int | None:
    """Return the user that a process of ours is to be, having given the folder away: root may write anywhere."""
    if os.geteuid() != 0:
        return None
    try:
        subprocess.run([sys.executable, "-c", f"import os; os.listdir({str(PROJECT)!r})"], user=65534, check=True)
    except (subprocess.CalledProcessError, PermissionError):  # such as a Python below /root
        pytest.skip("the other user may not read this project or start its Python")
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, 65534, 65534)
    return 65534


def test_store_that_cannot_be_written(shared_folder: Path) -> None:
    home = shared_folder / "home"
    home.mkdir()
    path = shared_folder / "repo"
    path.mkdir()
    room = Room(path, sealed_environment(home))
    room.git("init", "-q", "-b", "main")
    room.install()
    user = as_a_user(shared_folder)

    def commit() -> bytes:
        done = subprocess.run(
            ["git", "commit", "-q", "--allow-empty", "-m", "x"],
            cwd=path,
            env=room.environment,
            capture_output=True,
            check=True,
            user=user,
            group=user,
        )
        return done.stderr

    assert commit() == b""
    for folder in (room.muse, *room.muse.rglob("*")):
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    said = commit()
    assert said.startswith(b"muse_hook: not recorded yet: ")
    assert said.count(b"\n") == 1
    for folder in (room.muse, *room.muse.rglob("*")):
        folder.chmod(0o755 if folder.is_dir() else 0o644)
    assert commit() == b""
    assert len(model.all_seals(room.muse)) == 3


def test_repository_of_another_user_is_left_alone(shared_folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    home = shared_folder / "home"
    home.mkdir()
    path = shared_folder / "repo"
    path.mkdir()
    room = Room(path, sealed_environment(home))
    room.git("init", "-q", "-b", "main")
    room.install()
    as_a_user(shared_folder)
    room.git("config", "--global", "safe.directory", "*")
    done = room.run("git", "commit", "-q", "--allow-empty", "-m", "by root")
    assert b"belongs to another user" in done.stderr
    assert {found.stat().st_uid for found in room.muse.rglob("*")} == {65534}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
@pytest.mark.parametrize(("owner", "user", "sharing", "allowed"), [
    (65534, 65534, "umask", True), (65534, 0, "umask", False), (0, 65534, "umask", False),
    (65534, 0, "group", False), (0, 65534, "all", True), (0, 65534, "0666", True),
])  # fmt: skip
def test_hook_and_install_are_told_the_same(
    shared_folder: Path, owner: int, user: int, sharing: str, *, allowed: bool
) -> None:
    """A repository of one user, or of several (core.sharedRepository)."""
    (shared_folder / "home").mkdir()
    (shared_folder / "repo").mkdir()
    room = Room(shared_folder / "repo", sealed_environment(shared_folder / "home"))
    room.git("init", "-q", "-b", "main")
    room.install()
    as_a_user(shared_folder)
    for folder in ((room.path / ".git"), *(room.path / ".git").rglob("*")):
        folder.chmod(folder.stat().st_mode | 0o666)
    os.chown(room.path / ".git", owner, owner)
    room.git("config", "--global", "safe.directory", "*")
    room.git("config", "core.sharedRepository", sharing)
    (room.path / ".git/config").chmod(0o666)

    def refused(*command: str) -> bool:
        done = subprocess.run(command, cwd=room.path, env=room.environment, capture_output=True, check=False,
            user=user, group=user, umask=0o022)  # fmt: skip
        return b"belongs to" in done.stdout + done.stderr

    assert refused("git", "commit", "-q", "--allow-empty", "-m", "one") == (not allowed)
    assert refused(sys.executable, "-m", "muse_hook", "install") == (not allowed)


# Several at once


def test_six_syncs_at_once(room: Room) -> None:
    for _ in range(30):
        room.one(dead=True)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from muse_hook.catchup.catchup import catch_up\n"
        "from muse_hook.git.discovery import open_repository\n"
        "from muse_hook.oplog.store import Store\n"
        "repo = open_repository()\n"
        "catch_up(repo, Store(repo.common_dir), whole=True)\n"
    )
    syncs = [
        subprocess.Popen([sys.executable, "-c", code, str(PROJECT)], cwd=room.path, env=room.environment)
        for _ in range(6)
    ]
    assert [sync.wait() for sync in syncs] == [0] * 6
    room.agree()
    assert room.recorded() == {"main": 30}


def test_eight_worktrees_committing_at_once(room: Room, tmp_path: Path) -> None:
    trees = [tmp_path / f"tree{number}" for number in range(8)]
    for tree in trees:
        room.git("worktree", "add", "-q", "-b", tree.name, str(tree))
    script = 'for n in 1 2; do git commit -q --allow-empty -m "$PWD $n" || exit 1; done'
    people = [
        subprocess.Popen(["sh", "-c", script], cwd=tree, env=room.environment, stderr=subprocess.PIPE) for tree in trees
    ]
    said = [person.communicate()[1] for person in people]
    assert [person.returncode for person in people] == [0] * 8
    assert said == [b""] * 8
    room.settle()
    assert room.recorded() == {tree.name: 2 for tree in trees}
    room.agree()


def test_hook_that_finds_the_lock_taken_leaves_its_event(room: Room) -> None:
    with room.store().lock():
        started = time.monotonic()
        made = room.one()
        assert time.monotonic() - started < 3
        assert len(room.queued()) == 1
    assert made not in room.sessions()
    room.read()
    assert made in room.sessions()
    room.agree()


def test_holder_looks_at_the_queue_once_more(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook leaves its event while catch-up has the lock, and after it has read the queue."""
    original = write_frontier
    made: list[str] = []

    def meanwhile(*args: object) -> None:
        if not made:
            made.append(room.one())
        original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("muse_hook.catchup.catchup.write_frontier", meanwhile)
    room.one(dead=True)
    room.read()
    room.settle()
    assert set(made) <= room.sessions().keys()


def test_interrupted_backfill_goes_on(repo: Repo) -> None:
    for number in range(8):
        repo.commit(str(number), a=f"A = {number}\n")
    room = Room(repo.path, repo.environment, repo.clock)

    def stop(done: int, total: int) -> None:
        assert total == 8
        if done == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        backfill(room.repository(), room.store(), progress=stop)
    assert room.recorded() == {"main": 3}
    report = backfill(room.repository(), room.store())
    assert (report.recorded, report.already) == (5, 3)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_commits_while_a_backfill_runs(repo: Repo) -> None:
    """A backfill lets go of the lock often enough that the hook of a commit gets in, or does its work for it."""
    stream = "".join(
        f"commit refs/heads/main\nmark :{mark}\ncommitter C <c@x> {1_500_000_000 + mark} +0000\ndata 1\nx\n"
        f"M 644 inline {mark % 9}.txt\ndata {len(str(mark))}\n{mark}\n"
        for mark in range(1, 801)
    )
    repo.git("fast-import", "--quiet", stdin=stream)
    repo.git("reset", "-q", "--hard")
    room = Room(repo.path, repo.environment, repo.clock)
    room.install()
    pid = os.fork()
    if pid == 0:
        try:
            backfill(room.repository(), room.store())
            os._exit(0)
        finally:
            os._exit(1)
    made = [room.one() for _ in range(3)]
    assert os.waitpid(pid, 0)[1] == 0
    room.settle()
    assert room.sessions().keys() >= set(made)
    assert room.recorded() == {"main": 803}


def test_two_clones_record_the_same_lines_in_another_order(room: Room, tmp_path: Path) -> None:
    room.one("a.py", "a = 1")
    room.git("switch", "-q", "-c", "side")
    room.one("a.py", "b = 1")
    room.git("switch", "-q", "main")
    room.one("c.py", "c = 1")
    room.git("merge", "-q", "--no-edit", "side")
    there = Room(room.clone(tmp_path / "there").path, room.environment, room.clock)
    there.git("fetch", "-q", "origin", "+refs/heads/*:refs/heads/*", "--update-head-ok")
    backfill(there.repository(), there.store(), range="side")
    backfill(there.repository(), there.store(), all=True)
    backfill(room.repository(), room.store(), all=True)
    assert lines(there.muse) == lines(room.muse)


def test_commit_that_cannot_be_told_does_not_hold_up_the_others(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = room.one(dead=True)
    good = room.one(dead=True)
    original = delta_of

    def fails(*args: object, **named: object) -> object:
        if args[1].id == bad:  # type: ignore[attr-defined]
            raise ZeroDivisionError("a bug of ours")
        return original(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("muse_hook.record.recorder.delta_of", fails)
        report = room.read()
        assert report.unreadable == {bad: "ZeroDivisionError: a bug of ours"}
        assert set(room.sessions()) == {good}
        assert "ZeroDivisionError" in room.errors()
        assert [oid for oid, _ in room.pending().missing] == [bad]
    assert room.read().recorded == 1
    (room.muse / "error.log").unlink()
    room.agree()


def test_hook_says_what_it_could_not_record(
    room: Room, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    made = room.one("a.py", "a = 1", dead=True)
    monkeypatch.chdir(room.path)
    for name, value in room.environment.items():
        monkeypatch.setenv(name, value)

    def fails(*_: object) -> object:
        raise ZeroDivisionError("a bug of ours")

    with monkeypatch.context() as patched:
        patched.setattr("muse_hook.record.recorder.delta_of", fails)
        hook.main(["post-commit"])
    assert capfd.readouterr().err == "muse_hook: not recorded yet: ZeroDivisionError: a bug of ours\n"
    assert f"recording {made}: Traceback" in room.errors()
    (room.muse / "error.log").unlink()
    hook.main(["post-commit"])
    assert capfd.readouterr().err == ""
    assert made in room.sessions()
    room.agree()


def test_error_log_is_capped(room: Room) -> None:
    for number in range(40):
        room.store().append_error(f"{number} " + "x" * 20_000)
    path = room.muse / "error.log"
    assert path.stat().st_size < 300 << 10
    assert path.read_text().splitlines()[-1].split()[1] == "39"


def test_catch_up_of_an_untouched_repository_changes_nothing(room: Room) -> None:
    room.sync()
    before = {path: path.stat().st_mtime_ns for path in room.muse.rglob("*") if "sqlite" not in path.name}
    catch_up(room.repository(), room.store())
    assert {path: path.stat().st_mtime_ns for path in room.muse.rglob("*") if "sqlite" not in path.name} == before
