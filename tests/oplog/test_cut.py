"""Cutting a log: what stands in it before, after, and wherever the machine stops in between."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.logs import Log, insert, patch, replace
from support.stopped import stopped_at

from muse_hook.concurrent.kept import FILE as MAP
from muse_hook.concurrent.kept import PAIRS
from muse_hook.concurrent.notice import FILE as TOUCHED
from muse_hook.index.index import Index
from muse_hook.model.change import Commit
from muse_hook.oplog.batch import Batch, RewriteMark, make_batch, make_cut
from muse_hook.oplog.cut import WORKED_OUT, cut_log
from muse_hook.oplog.entry import make_op_entry
from muse_hook.oplog.log import OpLog
from muse_hook.oplog.reader import read_entries
from muse_hook.oplog.seal import Seal, is_cut
from muse_hook.watch.follower import Follower

NEWER = "muse_hook engine 999; tree-sitter 1.0"


def by_hand(log: Log, session: str = "main") -> str:
    opened = OpLog(log.root, session)
    entry = make_op_entry("agent", "code", replace("a.py::f"), opened.next_lamport_ts())
    opened.append(entry)
    return entry["op_id"]


def history(log: Log, number: int = 5) -> list[str]:
    """Return commits in two sessions, entries by hand and half a batch among them."""
    made: list[str] = []
    for each in range(number):
        oid = log.make(patch("a.py", insert(f"a.py::f{each}"), insert(f"a.py::g{each}")), parents=tuple(made[-1:]))
        session = "main" if each % 3 else "topic/x"
        if each == 1:
            path = Path(log.store.log_path("topic/x"))
            path.write_bytes(path.read_bytes() + log.batches[oid].data[:-40])
            with log.store.lock(), path.open("ab") as file:
                file.write(b"\n")
        log.write(oid, session=session)
        by_hand(log, session)
        made.append(oid)
    return made


def purging(*commits: str) -> Callable[[Seal], RewriteMark | None]:
    def in_place_of(seal: Seal) -> RewriteMark | None:
        if seal.commit_id not in commits:
            return None
        return make_cut(seal.commit_id, seal.entry["created_at"], seal.generation)

    return in_place_of


def renewed(seal: Seal) -> Batch:
    """Return the batch of a commit as a newer engine tells it, longer than it was."""
    told = Commit(
        seal.commit_id,
        seal.tree,
        seal.parents,
        author="Ada <ada@x>",
        authored_at=seal.entry["created_at"],
        committed_at=seal.entry["created_at"],
        summary="",
    )
    ops = [patch("a.py", *(insert(f"a.py::{name}_{seal.commit_id[:4]}") for name in "abcde"))]
    delta: Any = {"domain": "code", "ops": ops, "summary": ""}
    return make_batch(told, delta, seal.generation, NEWER)


def entries(log: Log, session: str = "main") -> list[Any]:
    return list(read_entries(log.store.log_path(session)))


def keys(found: list[Any]) -> list[str]:
    return [entry.get("commit_id") or entry["op_id"] for entry in found if not (is_cut(entry))]


def told(follower: Follower) -> list[tuple[str, str, str]]:
    """Return (session, what, cursor after it) of each event."""
    return [
        (event.session, event.commit_id or event.entries[0]["op_id"], event.cursor_after(len(event.entries)))
        for event in follower.poll()
    ]


def since(log: Log, cursor: str) -> list[tuple[str, str]]:
    from muse_hook.watch.cursor import Cursor  # noqa: PLC0415 - beside its only use

    with Index(log.store) as index:
        index.refresh()
        return [each[:2] for each in told(Follower.since(log.store, Cursor.parse(cursor), index))]


def test_a_batch_is_replaced_by_a_mark_and_all_else_stays(tmp_path: Path) -> None:
    log = Log(tmp_path / "store")
    made = history(log)
    before = entries(log)
    path = Path(log.store.log_path("main"))
    kept = [Path(log.store.path(name)) for name in (MAP, PAIRS, TOUCHED)]
    assert sorted(each.name for each in kept) == sorted(WORKED_OUT)
    for each in kept:
        each.write_text("{}")
    with log.store.lock():
        assert cut_log(log.store, "main", lambda _: None) == 0
        assert all(each.exists() for each in kept)
        assert cut_log(log.store, "main", purging(made[2]), [made[2]]) == 1
    assert not any(each.exists() for each in kept)
    after = entries(log)
    assert [entry for entry in before if entry.get("commit_id") != made[2]] == [e for e in after if not is_cut(e)]
    assert [entry["domain_op"]["address"] for entry in after if is_cut(entry)] == [made[2]]
    assert made[2].encode() in path.read_bytes()  # its child names it, and the mark
    assert b"a.py::f2" not in path.read_bytes()
    assert sorted(os.listdir(path.parent)) == ["ops.jsonl"]


def test_half_a_batch_of_what_is_gone_goes_too(tmp_path: Path) -> None:
    log = Log(tmp_path / "store")
    made = history(log)
    path = Path(log.store.log_path("topic/x"))
    assert b"a.py::g1" in path.read_bytes()
    before = entries(log, "topic/x")
    with log.store.lock():
        assert cut_log(log.store, "topic/x", purging(made[1]), [made[1]]) == 4  # a patch, two children, half a seal
    assert b"a.py::g1" not in path.read_bytes()
    assert entries(log, "topic/x") == before


def test_nothing_to_cut_leaves_the_file_alone(tmp_path: Path) -> None:
    log = Log(tmp_path / "store")
    history(log)
    path = Path(log.store.log_path("main"))
    before = path.stat()
    with log.store.lock():
        assert cut_log(log.store, "main", purging("0" * 40), ["0" * 40]) == 0
        assert cut_log(log.store, "nowhere", purging("0" * 40)) == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("how", ["purge", "renew"])
@pytest.mark.parametrize("at", range(5))
def test_a_checkpoint_covers_what_it_covered(tmp_path: Path, how: str, at: int) -> None:
    log = Log(tmp_path / "store")
    made = [log.commit(patch("a.py", insert(f"a.py::f{number}"))) for number in range(at)]
    opened = OpLog(log.root, "main")
    if made:
        opened.checkpoint("then")
    made += [log.commit(patch("a.py", insert(f"a.py::f{number}"))) for number in range(at, 5)]
    gone = made[::2]
    before = [key for key in keys(opened.replay_since_checkpoint()) if how == "renew" or key not in gone]
    with log.store.lock():
        cut_log(log.store, "main", purging(*gone) if how == "purge" else renewed)
    assert list(dict.fromkeys(keys(opened.replay_since_checkpoint()))) == list(dict.fromkeys(before))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_cursors_go_on_without_a_loss_and_nothing_twice(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    log = Log(tmp_path_factory.mktemp("log") / "store")
    made = history(log, data.draw(st.integers(1, 7)))
    all_told = told(Follower(log.store, {}))
    gone = data.draw(st.sets(st.sampled_from(made)))
    how = data.draw(st.sampled_from(["purge", "renew"]))
    follower = Follower(log.store, {})  # one that is at work meanwhile
    seen = [each[:2] for each in told(follower)] if data.draw(st.booleans()) else []
    with log.store.lock():
        for session in ("main", "topic/x"):
            cut_log(log.store, session, purging(*gone) if how == "purge" else renewed, tuple(gone))
    left = gone if how == "purge" else set()
    for number, (_, _, cursor) in enumerate(all_told):
        rest = [each[:2] for each in all_told[number + 1 :] if each[1] not in left]
        assert since(log, cursor) == rest
    both = [("main", by_hand(log)), ("main", log.commit(patch("b.py", insert("b.py::f"))))]
    found = [each[:2] for each in told(follower)]
    time.sleep(0.11)  # a log that was replaced is read when it is at rest
    found += [each[:2] for each in told(follower)]
    rest = [each[:2] for each in all_told if each[1] not in left and each[:2] not in seen]
    assert sorted(found) == sorted(rest + both)


@pytest.mark.parametrize("how", ["purge", "renew"])
def test_a_stop_anywhere_leaves_one_whole_log(tmp_path: Path, how: str) -> None:
    """Kill the process at every call that it makes to the system, before the call and after it."""
    log = Log(tmp_path / "store")
    made = history(log)
    opened = OpLog(log.root, "main")
    opened.checkpoint("then")
    last = log.commit(patch("b.py", insert("b.py::f")))
    path = Path(log.store.log_path("main"))
    whole, checkpoint = path.read_bytes(), (path.parent / "checkpoint.json").read_bytes()
    replaced = purging(made[1], made[4]) if how == "purge" else renewed

    def cut() -> None:
        with log.store.lock():
            cut_log(log.store, "main", replaced)

    cut()
    wanted = path.read_bytes()
    assert wanted != whole
    stops = 0
    for stop in range(1000):
        path.write_bytes(whole)
        (path.parent / "checkpoint.json").write_bytes(checkpoint)
        is_done = stopped_at(stop, cut)
        assert path.read_bytes() in (whole, wanted), stop
        assert set(keys(opened.replay_since_checkpoint())) == {last}, stop
        cut()
        assert path.read_bytes() == wanted
        assert set(keys(opened.replay_since_checkpoint())) == {last}, stop
        left = [name for name in os.listdir(path.parent) if not name.startswith((".clock", ".checkpoint"))]
        assert sorted(left) == ["checkpoint.json", "ops.jsonl"]
        if is_done:
            break
        stops += 1
    assert stops > 10
