"""What breaks while a log is written: torn lines, killed writers, full disks, stores that cannot be written."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.batches import batch, commit, delta, insert, log_of, oid, patch, scan, write

from muse_hook.errors import StoreError
from muse_hook.index.index import Index
from muse_hook.oplog.entry import make_op_entry
from muse_hook.oplog.log import OpLog
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, append_all, end_torn_line
from muse_hook.record.recorder import record_delta_ops

TESTS = Path(__file__).parent.parent


def intact(store: Store, session: str = "main") -> list[str]:
    return [seal.commit_id for seal in scan(store.log_path(session)) if seal.intact]


class Piece:
    """Bytes to append."""

    highest_stamp = -1

    def __init__(self, data: bytes) -> None:
        self.data = data


def record(store: Store, number: int, *names: str) -> list[str]:
    """Record commit `number` as the hook does."""
    ops = [patch(f"src/m{number}.py", *names)]
    return record_delta_ops(
        store, delta(*ops), session_id="main", actor_id="me", commit=commit(number), generation=1, engine="", sync=False
    )


@pytest.mark.parametrize("recorder", [True, False])
def test_a_batch_torn_at_any_byte_is_written_again_whole_and_nothing_is_cut(
    recorder: bool,  # noqa: FBT001 - pytest's way
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A torn line stays where it is; where the newline alone is missing, the seal counts and nothing is written."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # two thousand of them, of no account here
    store = Store(tmp_path)
    record(store, 1, "f")
    log = log_of(store)
    before = log.read_bytes()
    record(store, 2, "g")
    last = log.read_bytes()[len(before) :]
    lengths = range(len(last))
    for length in (*lengths[::100], len(last) - 1) if recorder else lengths:
        log.write_bytes(before + last[:length])
        if recorder:
            record(store, 2, "g")
        elif end_torn_line(store, "main") and oid(2) in intact(store):
            assert length == len(last) - 1
        else:
            write(store, "main", Piece(last))
        torn = b"" if last[:length].endswith(b"\n") or not length else b"\n"
        again = b"" if length == len(last) - 1 else last
        assert log.read_bytes() == before + last[:length] + torn + again, length
        assert intact(store) == [oid(1), oid(2)], length


def test_a_batch_without_its_seal_does_not_exist_and_is_written_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ids = record(store, 1, "f")
    log = log_of(store)
    *lines, seal = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines))
    assert OpLog(tmp_path, "main").read_all() == []
    assert record(store, 1, "f") == ids
    assert log.read_bytes() == b"".join([*lines, *lines, seal])


def test_a_flipped_bit_brings_the_commit_back_and_keeps_later_batches(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ids = record(store, 1, "f")
    record(store, 2, "g")
    log = log_of(store)
    data = bytearray(log.read_bytes())
    data[100] ^= 4
    log.write_bytes(data)
    assert intact(store) == [oid(2)]
    with Index(store) as index:
        index.refresh()
        (damaged,) = index.damaged()
        assert (damaged.commit_id, damaged.session, index.is_sealed(oid(1))) == (oid(1), "main", False)
    assert record(store, 1, "f") == ids
    assert log.read_bytes().startswith(bytes(data))
    assert intact(store) == [oid(2), oid(1)]
    with Index(store) as index:
        assert index.damaged() == []


def test_garbage_after_the_last_newline_is_ended_and_left(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record(store, 1, "f")
    log = log_of(store)
    log.write_bytes(log.read_bytes() + b"\0\0\xff{")
    assert end_torn_line(store, "main")
    assert not end_torn_line(store, "main")
    record(store, 2, "f")
    assert intact(store) == [oid(1), oid(2)]
    assert b"\0\0\xff{\n" in log.read_bytes()


def test_a_missing_or_empty_log_has_no_torn_line(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not end_torn_line(store, "main")
    write(store, "main")
    assert not end_torn_line(store, "main")


# A killed writer

# Records two commits and is killed once `allowed` bytes have been written through os.write: in the middle of a write,
# or (-1) between the log's write and the index's.
KILLED = """
import os, signal, sys
sys.path[:0] = [sys.argv[1], os.path.dirname(sys.argv[1])]
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store
from oplog.test_writer import record

allowed = int(sys.argv[3])
real = os.write

def write(fd, data):
    global allowed
    done = real(fd, data[:allowed])
    allowed -= done
    if not allowed:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

store = Store(sys.argv[2])
record(store, 1, "f")
if allowed < 0:
    Index.add = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
else:
    os.write = write
record(store, 2, "g", "h")
"""


def synced_paths(monkeypatch: pytest.MonkeyPatch, refused: str = "") -> list[str]:
    """Return what fills with the paths that are made durable; that of a log of `refused` fails."""
    paths: list[str] = []

    def sync(fd: int) -> None:
        path = os.readlink(f"/proc/self/fd/{fd}")
        if path.endswith(f"/{refused}/ops.jsonl"):
            raise OSError(errno.EIO, "Input/output error")
        paths.append(path)

    monkeypatch.setattr(os, "fsync", sync)
    return paths


def test_many_logs_become_durable_together_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = synced_paths(monkeypatch)
    store = Store(tmp_path)
    names = [f"b{number}" for number in range(70)]
    runs = [(name, [Piece(name.encode() + b"\n")]) for name in [*names, "b3", "b69"]]
    with store.lock():
        spans = append_all(store, runs)
        again = append_all(store, [("b1", [Piece(b"more\n")]), ("b2", [Piece(b"more\n")])])
    assert spans[:2] == [(0, 3), (0, 3)]
    assert again == [(3, 8), (3, 8)]
    assert {name: log_of(store, name).read_bytes().decode().split() for name in names} == {
        name: [name, *["more"] * (name in ("b1", "b2")), *[name] * (name in ("b3", "b69"))] for name in names
    }
    logs = [path for path in paths if path.endswith("ops.jsonl")]
    assert sorted(logs) == sorted(str(log_of(store, name)) for name in [*names, "b1", "b2", "b3"])  # b3: after 64
    folders = [path for path in paths if path not in logs]
    assert sorted(folders) == sorted(str(log_of(store, name).parent) for name in names)


def test_of_many_logs_the_one_that_the_disk_refuses_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    with store.lock():
        append_all(store, [(name, [Piece(b"one\n")]) for name in ("b1", "b2", "b3")])
    paths = synced_paths(monkeypatch, refused="b2")
    with store.lock(), pytest.raises(StoreError, match="Input/output error"):
        append_all(store, [(name, [Piece(b"two\n")]) for name in ("b1", "b2", "b2", "b3")])
    assert [log_of(store, name).read_bytes() for name in ("b1", "b2", "b3")] == [b"one\ntwo\n", b"one\n", b"one\ntwo\n"]
    assert sorted(paths) == [str(log_of(store, name)) for name in ("b1", "b3")]
    paths.clear()
    log_of(store, "b2").parent.rename(log_of(store, "b2").parent.with_name("gone"))
    log_of(store, "b2").parent.write_text("no folder")
    with store.lock(), pytest.raises(StoreError, match="b2"):
        append_all(store, [(name, [Piece(b"three\n")]) for name in ("b1", "b2", "b3")])
    assert paths == [str(log_of(store, "b1"))], "what was written before is durable, nothing comes after"
    assert log_of(store, "b3").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("part", [-1, 0.0, 0.2, 0.5, 0.9, 1.0])
def test_a_writer_killed_at_any_write_leaves_a_log_that_goes_on(part: float, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole, killed = Store(tmp_path / "whole"), Store(tmp_path / "killed")
    record(whole, 1, "f")
    size = log_of(whole).stat().st_size
    ids = record(whole, 2, "g", "h")
    length = log_of(whole).stat().st_size - size
    allowed = -1 if part < 0 else max(1, int(length * part))
    done = subprocess.run([sys.executable, "-c", KILLED, TESTS, killed.root, str(allowed)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert log_of(killed).read_bytes() == log_of(whole).read_bytes()[: size + (length if part < 0 else allowed)]
    assert record(killed, 2, "g", "h") == ids
    assert intact(killed) == [oid(1), oid(2)]
    with Index(killed) as index:
        assert (index.behind(), index.count()) == (0, 2)


def test_writers_of_six_processes_record_each_commit_once(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.path[:0] = [sys.argv[1], os.path.dirname(sys.argv[1])]\n"
        "from muse_hook.oplog.store import Store; from oplog.test_writer import record\n"
        "store = Store(sys.argv[2])\n"
        "for number in range(int(sys.argv[3]), int(sys.argv[3]) + 12): record(store, number, 'f', 'g')\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, TESTS, tmp_path, str(first)]) for first in (0, 0, 4, 4, 8, 8)
    ]
    assert [writer.wait() for writer in writers] == [0] * 6
    store = Store(tmp_path)
    assert sorted(intact(store)) == [oid(number) for number in range(20)]
    assert log_of(store).stat().st_size == sum(seal.end - seal.start for seal in scan(store.log_path("main")))


# A full disk


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes: the kernel takes what fits and refuses the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 400, 900])
def test_on_a_full_disk_the_log_is_as_it_was_and_goes_on_when_there_is_room(room: int, tmp_path: Path) -> None:
    store = Store(tmp_path)
    ids = record(store, 1, "f")
    log = log_of(store)
    before = log.read_bytes()
    ops = delta(insert("a"), insert("b"), insert("c"))
    with Index(store) as index, store.lock(), full_after(len(before) + room):
        with pytest.raises(StoreError, match="File too large"):
            append(store, "main", [batch(2, "f", "g")])
        with pytest.raises(StoreError):
            record_delta_ops(store, ops, session_id="main", actor_id="me")
        index.refresh()
        assert index.is_sealed(oid(1))
    assert log.read_bytes() == before
    assert len(record_delta_ops(store, ops, session_id="main", actor_id="me")) == 3
    record(store, 2, "f")
    assert intact(store) == [oid(1), oid(2)]
    assert record(store, 1, "f") == ids


def test_on_a_full_disk_a_line_that_was_torn_before_stays_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    record(store, 1, "f")
    log = log_of(store)
    log.write_bytes(log.read_bytes()[:-1])
    before = log.read_bytes()
    real = os.write
    left = [500]

    def until_full(fd: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = real(fd, data[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr(os, "write", until_full)
    with store.lock(), pytest.raises(StoreError, match="No space left"):
        append(store, "main", [batch(2, "f", "g")])
    assert log.read_bytes() == before


def test_what_somebody_wrote_behind_us_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1))
    log = log_of(store)
    real = os.write
    foreign = b'{"by":"Muse\'s own writer, which knows no lock"}\n'

    def half(fd: int, data: bytes) -> int:
        if data != batch(2, *"abc").data:
            with log.open("ab") as file:
                file.write(foreign)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, data[:1000])

    monkeypatch.setattr(os, "write", half)
    with store.lock(), pytest.raises(StoreError):
        append(store, "main", [batch(2, *"abc")])
    assert log.read_bytes() == batch(1).data + batch(2, *"abc").data[:1000] + foreign
    monkeypatch.undo()
    record(store, 3, "f")
    assert intact(store) == [oid(1), oid(3)]


# A store that cannot be written


@contextmanager
def nobody(*folders: Path) -> Iterator[None]:
    """Become a user who may read the folders and write nothing; root would not be stopped by modes."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    for parent in folders[0].parents:
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 1:
            parent.chmod(0o711)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for folder in folders:
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)


WRITES: list[Callable[[Store], Any]] = [
    lambda store: record(store, 2, "f"),
    lambda store: record_delta_ops(store, delta(insert("a")), session_id="main", actor_id="me"),
    lambda store: record_delta_ops(store, delta(insert("a")), session_id="other", actor_id="me"),
    lambda store: OpLog(store, "main").append(make_op_entry("me", "code", insert("a"), 1)),
    lambda store: OpLog(store, "main").checkpoint("snapshot"),
]


@pytest.mark.parametrize("do", WRITES)
def test_a_store_that_is_not_ours_to_write_says_so_and_stays_as_it_was(
    do: Callable[[Store], Any], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    store = Store(root)
    record(store, 1, "f")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with nobody(root):
        with pytest.raises(StoreError, match="Permission denied"):
            do(store)
        with Index(store) as index:
            index.refresh()
            assert index.is_sealed(oid(1))
        assert OpLog(root, "main").next_lamport_ts() == 2**24 + 3
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
