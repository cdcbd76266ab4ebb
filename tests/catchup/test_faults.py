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
import support.reading_of_git as model
from support.hooked import PROJECT, HookedRepo
from support.repository import Repo, sealed_environment

from muse_hook import hook
from muse_hook.catchup.backfill import backfill
from muse_hook.catchup.catchup import catch_up
from muse_hook.catchup.state import write_frontier
from muse_hook.record.delta import commit_delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Every way in which the code under test touches the disk.
TOUCHES = ("write", "pwrite", "fsync", "rename", "replace", "unlink", "mkdir", "ftruncate", "open")


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make a repository with the hooks in it, a commit old."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
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


def fire(hooked: HookedRepo, hook: str, *args: str, stdin: str = "") -> Callable[[], None]:
    """Return what Git would start: a hook, in this process, with its working directory and its stdin."""

    def run() -> None:
        from muse_hook.hook import main  # noqa: PLC0415 - what is loaded by then has been patched by `killed_at`

        os.chdir(hooked.path)
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


def test_kill_at_every_touch_of_a_commit(hooked: HookedRepo) -> None:
    def commit(_: int) -> Callable[[], None]:
        hooked.one(dead=True)
        return fire(hooked, "post-commit")

    assert killed_at_every_touch(60, commit) > 8
    hooked.agree()


def test_kill_at_every_touch_of_a_rewrite(hooked: HookedRepo) -> None:
    def rewrite(number: int) -> Callable[[], None]:
        old = hooked.one(message=f"old {number}", dead=True)
        hooked.change("a.txt", "more")
        hooked.dead("commit", "-q", "--amend", "-m", f"new {number}")
        return fire(hooked, "post-rewrite", "amend", stdin=f"{old} {hooked.git('rev-parse', 'HEAD')}\n")

    number = killed_at_every_touch(90, rewrite)
    assert number > 10
    hooked.agree()
    told = hooked.mark_texts()
    assert len(told) == len(set(told))
    assert f"amend: old {number} -> new {number}" in told


def test_kill_at_random_times(hooked: HookedRepo) -> None:
    rng = random.Random(7)  # noqa: S311 - a seed that is kept
    hook = [str(model.common_dir(hooked) / "hooks/post-commit")]
    for _ in range(25):
        hooked.one("a.py", f"x{hooked.clock[0]} = 1", dead=True)
        process = subprocess.Popen(hook, cwd=hooked.path, env=hooked.environment, start_new_session=True)
        time.sleep(rng.uniform(0, 0.07))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    hooked.agree()
    assert hooked.recorded() == {"main": 25}


def test_kill_in_a_backfill_loses_nothing(repo: Repo) -> None:
    for number in range(6):
        repo.commit(str(number), a=f"A = {number}\n")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)

    def work() -> None:
        backfill(hooked.repository(), hooked.store())

    for number in range(0, 200, 9):
        if in_a_child(killed_at(number, work)) == 0:
            break
    report = backfill(hooked.repository(), hooked.store())
    assert report.recorded + report.already == 6
    assert hooked.recorded() == {"main": 6}


# Damage


def test_torn_end_of_a_log(hooked: HookedRepo) -> None:
    """Nothing is cut from a log, and what is recorded again is the same bytes."""
    hooked.one("a.py", "a = 1")
    log = hooked.muse / "op_log/main/ops.jsonl"
    first = log.read_bytes()
    hooked.one("a.py", "b = 1")
    whole = log.read_bytes()
    batch = len(whole) - len(first)
    rng = random.Random(5)  # noqa: S311 - a seed that is kept
    for cut in [1, 2, 3, batch - 1, batch, *rng.sample(range(4, batch - 1), 8)]:
        torn = whole[: len(whole) - cut]
        log.write_bytes(torn)
        (hooked.muse / "frontier").unlink(missing_ok=True)
        hooked.read()
        now = log.read_bytes()
        assert now.startswith(torn), cut
        assert lines(hooked.muse) == set(whole.splitlines(keepends=True)), cut
        again = b"" if cut == 1 else whole[len(first) :]
        assert now in {torn + b"\n" + again, torn + again}, cut


def test_torn_log_is_found_without_losing_the_frontier(hooked: HookedRepo) -> None:
    """What a reader believed done is looked at again where there are fewer seals than there were."""
    hooked.one()
    made = hooked.one()
    hooked.read()
    log = hooked.muse / "op_log/main/ops.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    assert hooked.read().recorded == 1
    assert hooked.recorded() == {"main": 2}
    assert hooked.seals()[-1].commit == made


def test_garbage_after_the_last_newline(hooked: HookedRepo) -> None:
    hooked.one()
    with (hooked.muse / "op_log/main/ops.jsonl").open("ab") as file:
        file.write(b'\0\xff{"op_id":')
    hooked.one()
    hooked.one()
    hooked.agree()
    assert hooked.recorded() == {"main": 3}


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_flipped_bit_in_a_sealed_batch(hooked: HookedRepo, where: float) -> None:
    """The batch is named, its commit recorded anew, and what came later is kept."""
    hooked.one("a.py", "first = 1")
    log = hooked.muse / "op_log/main/ops.jsonl"
    start = len(log.read_bytes())
    hurt = hooked.one("a.py", "second = 2")
    end = len(log.read_bytes())
    hooked.one("a.py", "third = 3")
    hooked.read()
    data = bytearray(log.read_bytes())
    data[start + int((end - start) * where)] ^= 1
    log.write_bytes(bytes(data))
    pending = hooked.pending()
    assert [damage.commit_id for damage in pending.damaged] in ([hurt], [])
    assert hurt in {oid for oid, _ in pending.missing}
    assert hooked.read().recorded == 1
    hooked.agree()
    assert hooked.recorded() == {"main": 3}
    assert log.read_bytes().startswith(bytes(data))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 40, b"{", b"[]", b'{"version": 1}', b'{"version":1,"hook":1}', b"\xff", b"[" * 100_000]
)
def test_garbage_in_the_queue(hooked: HookedRepo, content: bytes) -> None:
    hooked.one()
    queue = hooked.muse / "queue"
    queue.mkdir(exist_ok=True)
    (queue / "00000000000000000001-1").write_bytes(content)
    (queue / ".00000000000000000002-1").write_bytes(content)
    made = hooked.one()
    assert made in hooked.sessions()
    hooked.sync()
    hooked.settle()  # the background of the hook may be at it still
    assert [path.name for path in queue.iterdir()] == [".00000000000000000002-1"]
    assert "no event of ours" in hooked.errors()


def test_event_that_would_leave_the_store(hooked: HookedRepo) -> None:
    made = hooked.one(dead=True)
    queue = hooked.muse / "queue"
    queue.mkdir()
    (queue / "1-1").write_text(
        f'{{"version":1,"hook":"post-commit","kind":"","head":"{made}","branch":"../../x","worktree":null,'
        f'"pairs":[],"updates":[],"rebase":null}}'
    )
    hooked.sync()
    assert hooked.sessions() == {made: "main"}
    assert not hooked.queued()


def test_event_of_a_newer_version_is_left_to_it(hooked: HookedRepo) -> None:
    queue = hooked.muse / "queue"
    queue.mkdir()
    (queue / "1-1").write_text('{"version":2}')
    hooked.sync()
    hooked.one()
    assert hooked.queued() == ["1-1"]


def test_index_deleted_or_damaged(hooked: HookedRepo) -> None:
    hooked.one()
    before = model.logs(hooked.muse)
    index = hooked.muse / "index.sqlite"
    for damage in (index.unlink, lambda: index.write_bytes(b"no database" * 1000)):
        damage()
        assert hooked.sync().recorded == 0
        assert model.logs(hooked.muse) == before
        damage()
        hooked.one()
        hooked.head_is_recorded()
        before = model.logs(hooked.muse)
    hooked.agree()


def test_frontier_that_lies_is_not_believed_by_sync(hooked: HookedRepo) -> None:
    made = hooked.one(dead=True)
    (hooked.muse / "frontier").write_text(f"muse_hook frontier 1\nseals 0\ntip {made}\nend\n")
    hooked.read()
    assert hooked.recorded() == {}
    assert [oid for oid, _ in hooked.pending().missing] == [made]
    hooked.sync()
    assert hooked.recorded() == {"main": 1}


def test_store_deleted(hooked: HookedRepo) -> None:
    """A new baseline leaves out the commit whose hook found none; `backfill --all` brings the same lines back."""
    hooked.one("a.py", "a = 1")
    hooked.git("switch", "-q", "-c", "side")
    hooked.one("a.py", "b = 1")
    hooked.git("switch", "-q", "main")
    before = lines(hooked.muse)
    shutil.rmtree(hooked.muse)
    hooked.change("b.py", "b = 1")
    said = hooked.run("git", "commit", "-q", "-m", "first after").stderr.decode()
    assert said.count("\n") == 1
    assert "baseline" in said
    made = hooked.git("rev-parse", "HEAD")
    assert set(hooked.sessions()) == {made}
    assert hooked.pending().baseline == "anew"
    backfill(hooked.repository(), hooked.store(), all=True)
    assert lines(hooked.muse) > before


def test_baseline_lost(hooked: HookedRepo) -> None:
    hooked.one()
    (hooked.muse / "baseline").unlink()
    made = hooked.one()
    assert made in hooked.sessions()
    unseen = hooked.one(dead=True)
    hooked.git("switch", "-q", "-c", "side", "HEAD~2")
    hooked.one()
    hooked.sync()
    assert unseen not in hooked.sessions()
    assert hooked.pending().baseline == "anew"


def test_abandoned_half_of_an_event_goes_after_an_hour(hooked: HookedRepo) -> None:
    queue = hooked.muse / "queue"
    queue.mkdir()
    for name, age in ((".old", 7200), (".new", 0)):
        (queue / name).write_bytes(b"x")
        os.utime(queue / name, (time.time() - age,) * 2)
    hooked.sync()
    assert [path.name for path in queue.iterdir()] == [".new"]


# No room, no right


def test_full_disk(hooked: HookedRepo) -> None:
    """Git succeeds, one line in error.log says why, everything is recorded when there is room again."""
    hooked.one()
    log = hooked.muse / "op_log/main/ops.jsonl"
    with log.open("ab") as file:
        file.write(b"x" * 90_000 + b"\n")
    before = log.read_bytes()
    for _ in range(2):
        hooked.change("a.txt", "more")
        done = subprocess.run(
            ["git", "commit", "-q", "-m", "no room"],
            cwd=hooked.path,
            env=hooked.environment,
            capture_output=True,
            check=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (90_500, 90_500)),
        )
        assert done.stderr == b""
        assert log.read_bytes() == before
    assert hooked.errors().count("\n") == 2
    assert "Traceback" not in hooked.errors()
    (hooked.muse / "error.log").unlink()
    hooked.agree()
    assert hooked.recorded() == {"main": 3}


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
    hooked = HookedRepo(path, sealed_environment(home))
    hooked.git("init", "-q", "-b", "main")
    hooked.install()
    user = as_a_user(shared_folder)

    def commit() -> bytes:
        done = subprocess.run(
            ["git", "commit", "-q", "--allow-empty", "-m", "x"],
            cwd=path,
            env=hooked.environment,
            capture_output=True,
            check=True,
            user=user,
            group=user,
        )
        return done.stderr

    assert commit() == b""
    for folder in (hooked.muse, *hooked.muse.rglob("*")):
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    assert commit() == b""
    for folder in (hooked.muse, *hooked.muse.rglob("*")):
        folder.chmod(0o755 if folder.is_dir() else 0o644)
    assert commit() == b""
    assert len(model.all_seals(hooked.muse)) == 3


def test_repository_of_another_user_is_left_alone(shared_folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    home = shared_folder / "home"
    home.mkdir()
    path = shared_folder / "repo"
    path.mkdir()
    hooked = HookedRepo(path, sealed_environment(home))
    hooked.git("init", "-q", "-b", "main")
    hooked.install()
    as_a_user(shared_folder)
    hooked.git("config", "--global", "safe.directory", "*")
    done = hooked.run("git", "commit", "-q", "--allow-empty", "-m", "by root")
    assert b"belongs to another user" in done.stderr
    assert {found.stat().st_uid for found in hooked.muse.rglob("*")} == {65534}


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
    hooked = HookedRepo(shared_folder / "repo", sealed_environment(shared_folder / "home"))
    hooked.git("init", "-q", "-b", "main")
    hooked.install()
    as_a_user(shared_folder)
    for folder in ((hooked.path / ".git"), *(hooked.path / ".git").rglob("*")):
        folder.chmod(folder.stat().st_mode | 0o666)
    os.chown(hooked.path / ".git", owner, owner)
    hooked.git("config", "--global", "safe.directory", "*")
    hooked.git("config", "core.sharedRepository", sharing)
    (hooked.path / ".git/config").chmod(0o666)

    def refused(*command: str) -> bool:
        done = subprocess.run(command, cwd=hooked.path, env=hooked.environment, capture_output=True, check=False,
            user=user, group=user, umask=0o022)  # fmt: skip
        return b"belongs to" in done.stdout + done.stderr

    assert refused("git", "commit", "-q", "--allow-empty", "-m", "one") == (not allowed)
    assert refused(sys.executable, "-m", "muse_hook", "install") == (not allowed)


# Several at once


def test_six_syncs_at_once(hooked: HookedRepo) -> None:
    for _ in range(30):
        hooked.one(dead=True)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from muse_hook.catchup.catchup import catch_up\n"
        "from muse_hook.git.discovery import open_repository\n"
        "from muse_hook.oplog.store import Store\n"
        "repo = open_repository()\n"
        "catch_up(repo, Store(repo.common_dir), whole=True)\n"
    )
    syncs = [
        subprocess.Popen([sys.executable, "-c", code, str(PROJECT)], cwd=hooked.path, env=hooked.environment)
        for _ in range(6)
    ]
    assert [sync.wait() for sync in syncs] == [0] * 6
    hooked.agree()
    assert hooked.recorded() == {"main": 30}


def test_eight_worktrees_committing_at_once(hooked: HookedRepo, tmp_path: Path) -> None:
    trees = [tmp_path / f"tree{number}" for number in range(8)]
    for tree in trees:
        hooked.git("worktree", "add", "-q", "-b", tree.name, str(tree))
    script = 'for n in 1 2; do git commit -q --allow-empty -m "$PWD $n" || exit 1; done'
    people = [
        subprocess.Popen(["sh", "-c", script], cwd=tree, env=hooked.environment, stderr=subprocess.PIPE)
        for tree in trees
    ]
    said = [person.communicate()[1] for person in people]
    assert [person.returncode for person in people] == [0] * 8
    assert said == [b""] * 8
    hooked.settle()
    assert hooked.recorded() == {tree.name: 2 for tree in trees}
    hooked.agree()


def test_hook_that_finds_the_lock_taken_leaves_its_event(hooked: HookedRepo) -> None:
    with hooked.store().lock():
        started = time.monotonic()
        made = hooked.one()
        assert time.monotonic() - started < 3
        assert len(hooked.queued()) == 1
    assert made not in hooked.sessions()
    hooked.read()
    assert made in hooked.sessions()
    hooked.agree()


def test_holder_looks_at_the_queue_once_more(hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook leaves its event while catch-up has the lock, and after it has read the queue."""
    original = write_frontier
    made: list[str] = []

    def meanwhile(*args: object) -> None:
        if not made:
            made.append(hooked.one())
        original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("muse_hook.catchup.catchup.write_frontier", meanwhile)
    hooked.one(dead=True)
    hooked.read()
    hooked.settle()
    assert set(made) <= hooked.sessions().keys()


def test_interrupted_backfill_goes_on(repo: Repo) -> None:
    for number in range(8):
        repo.commit(str(number), a=f"A = {number}\n")
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)

    def stop(done: int, total: int) -> None:
        assert total == 8
        if done == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        backfill(hooked.repository(), hooked.store(), progress=stop)
    assert hooked.recorded() == {"main": 3}
    report = backfill(hooked.repository(), hooked.store())
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
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install()
    pid = os.fork()
    if pid == 0:
        try:
            backfill(hooked.repository(), hooked.store())
            os._exit(0)
        finally:
            os._exit(1)
    made = [hooked.one() for _ in range(3)]
    assert os.waitpid(pid, 0)[1] == 0
    hooked.settle()
    assert hooked.sessions().keys() >= set(made)
    assert hooked.recorded() == {"main": 803}


def test_two_clones_record_the_same_lines_in_another_order(hooked: HookedRepo, tmp_path: Path) -> None:
    hooked.one("a.py", "a = 1")
    hooked.git("switch", "-q", "-c", "side")
    hooked.one("a.py", "b = 1")
    hooked.git("switch", "-q", "main")
    hooked.one("c.py", "c = 1")
    hooked.git("merge", "-q", "--no-edit", "side")
    there = HookedRepo(hooked.clone(tmp_path / "there").path, hooked.environment, hooked.clock)
    there.git("fetch", "-q", "origin", "+refs/heads/*:refs/heads/*", "--update-head-ok")
    backfill(there.repository(), there.store(), range="side")
    backfill(there.repository(), there.store(), all=True)
    backfill(hooked.repository(), hooked.store(), all=True)
    assert lines(there.muse) == lines(hooked.muse)


def test_commit_that_cannot_be_told_does_not_hold_up_the_others(
    hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = hooked.one(dead=True)
    good = hooked.one(dead=True)
    original = commit_delta

    def fails(*args: object, **named: object) -> object:
        if args[1].id == bad:  # type: ignore[attr-defined]
            raise ZeroDivisionError("a bug of ours")
        return original(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("muse_hook.record.recorder.commit_delta", fails)
        report = hooked.read()
        assert report.unreadable == {bad: "ZeroDivisionError: a bug of ours"}
        assert set(hooked.sessions()) == {good}
        assert "ZeroDivisionError" in hooked.errors()
        assert [oid for oid, _ in hooked.pending().missing] == [bad]
    assert hooked.read().recorded == 1
    (hooked.muse / "error.log").unlink()
    hooked.agree()


def test_hook_says_what_it_could_not_record(
    hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    made = hooked.one("a.py", "a = 1", dead=True)
    monkeypatch.chdir(hooked.path)
    for name, value in hooked.environment.items():
        monkeypatch.setenv(name, value)

    def fails(*_: object) -> object:
        raise ZeroDivisionError("a bug of ours")

    with monkeypatch.context() as patched:
        patched.setattr("muse_hook.record.recorder.commit_delta", fails)
        hook.main(["post-commit"])
    assert capfd.readouterr().err == "muse_hook: not recorded yet: ZeroDivisionError: a bug of ours\n"
    assert f"recording {made}: Traceback" in hooked.errors()
    (hooked.muse / "error.log").unlink()
    hook.main(["post-commit"])
    assert capfd.readouterr().err == ""
    assert made in hooked.sessions()
    hooked.agree()


def test_error_log_is_capped(hooked: HookedRepo) -> None:
    for number in range(40):
        hooked.store().append_error(f"{number} " + "x" * 20_000)
    path = hooked.muse / "error.log"
    assert path.stat().st_size < 300 << 10
    assert path.read_text().splitlines()[-1].split()[1] == "39"


def test_catch_up_of_an_untouched_repository_changes_nothing(hooked: HookedRepo) -> None:
    hooked.sync()
    before = {path: path.stat().st_mtime_ns for path in hooked.muse.rglob("*") if "sqlite" not in path.name}
    catch_up(hooked.repository(), hooked.store())
    assert {path: path.stat().st_mtime_ns for path in hooked.muse.rglob("*") if "sqlite" not in path.name} == before
