"""`record_delta_ops` as Muse means it, and the same for a commit, sealed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.batches import ENGINE, batch, commit, delta, entries, insert, log_of, oid, patch, scan, write
from support.repository import Repo

import muse_hook
from muse_hook.errors import DeltaError, SessionError
from muse_hook.index.index import Index
from muse_hook.oplog.entry import make_op_entry
from muse_hook.oplog.log import OpLog
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, sync
from muse_hook.record.recorder import Recorder, open_code_session, record_delta_ops


def record(root: Any, ops: Any, **changed: Any) -> list[str]:
    return record_delta_ops(root, ops, **({"session_id": "main", "actor_id": "agent-7"} | changed))


# Muse's meaning


def test_each_op_is_an_entry_and_a_patch_s_children_follow_it(tmp_path: Path) -> None:
    ops = [insert("README.md"), patch("a.py", "f", "g"), insert("z.txt")]
    ids = record(tmp_path, delta(*ops), parent_op_ids=["cause"])
    made = open_code_session(tmp_path, "main").read_all()
    assert [entry["op_id"] for entry in made] == ids
    assert [entry["domain_op"] for entry in made] == [ops[0], ops[1], *ops[1]["child_ops"], ops[2]]
    assert [entry["parent_op_ids"] for entry in made] == [["cause"], ["cause"], [ids[1]], [ids[1]], ["cause"]]
    assert [entry["lamport_ts"] for entry in made] == [0, 1, 2, 3, 4]
    assert {(entry["actor_id"], entry["domain"], entry["intent_id"]) for entry in made} == {("agent-7", "code", "")}
    assert all("commit_id" not in entry for entry in made)


def test_stamps_go_on_from_the_highest(tmp_path: Path) -> None:
    record(tmp_path, delta(insert("a"), insert("b")))
    OpLog(tmp_path, "main").append(make_op_entry("me", "code", insert("c"), 100))
    record(tmp_path, delta(insert("d")))
    write(Store(tmp_path), "main", batch(1, "f", generation=2), batch(2))
    record(tmp_path, delta(insert("e")))
    stamps = [entry["lamport_ts"] for entry in OpLog(tmp_path, "main").read_all() if "commit_id" not in entry]
    assert stamps == [0, 1, 100, 101, 2 * 2**24 + 3]


def test_nothing_to_record_is_nothing(tmp_path: Path) -> None:
    for empty in (delta(), {}, {"domain": "code", "ops": (), "summary": ""}):
        assert record(tmp_path, empty) == []
    assert not Store(tmp_path).exists()


def test_an_op_s_own_keys_stay_as_they_are(tmp_path: Path) -> None:
    op = insert("a\ud800") | {"confidence": 0.5, "lines": [1, 2], "kind": None, "nested": {"é": [True]}}
    record(tmp_path, delta(op, {"op": "move", "address": "b", "from_position": 1, "to_position": 2}))
    assert OpLog(tmp_path, "main").read_all()[0]["domain_op"] == op


def test_a_delta_is_there_whole_in_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = []
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: writes.append(data) or real(fd, data))  # type: ignore[func-returns-value]
    record(tmp_path, delta(insert("a"), patch("b.py", "f")))
    assert [data.count(b"\n") for data in writes] == [3]


# Bad input

BAD: list[Any] = [
    None, [], "ops", 3,
    {"ops": None}, {"ops": {}}, {"ops": "x"}, {"ops": [None]}, {"ops": ["insert"]}, {"ops": [[]]},
    {"ops": [{"address": "a"}]}, {"ops": [{"op": "insert"}]}, {"ops": [{"op": "insert", "address": None}]},
    {"ops": [{"op": 3, "address": "a"}]},
    {"ops": [{"op": "patch", "address": "a"}]}, {"ops": [{"op": "patch", "address": "a", "child_ops": {}}]},
    {"ops": [{"op": "patch", "address": "a", "child_ops": [{"op": "insert"}]}]},
    {"ops": [insert("a") | {"x": {1}}]}, {"ops": [insert("a") | {"x": float("nan")}]},
    {"ops": [insert("a") | {("tuple",): 1}]},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=repr)
@pytest.mark.parametrize("sealed", [False, True])
def test_a_bad_delta_is_refused_and_the_log_is_as_it_was(bad: Any, sealed: bool, tmp_path: Path) -> None:  # noqa: FBT001 - pytest's way
    record(tmp_path, delta(insert("a")))
    before = log_of(Store(tmp_path)).read_bytes()
    if isinstance(bad, dict) and isinstance(bad["ops"], list):
        bad = bad | {"ops": [insert("good"), *bad["ops"]]}
    extra: dict[str, Any] = {"commit": commit(1), "generation": 1, "engine": ENGINE} if sealed else {}
    with pytest.raises(DeltaError) as error:
        record(tmp_path, bad, **extra)
    assert "\n" not in str(error.value)
    assert log_of(Store(tmp_path)).read_bytes() == before


@pytest.mark.parametrize(
    "bad",
    [{"actor_id": 1}, {"parent_op_ids": [b"x"]}, {"parent_op_ids": "x"}, {"session_id": "../x"}, {"session_id": "/x"}],
)
def test_a_bad_argument_is_refused(bad: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises((DeltaError, SessionError)):
        record(tmp_path, delta(insert("a")), **bad)
    with pytest.raises((DeltaError, SessionError)):
        record(tmp_path, delta(insert("a")), commit=commit(1), generation=1, engine=ENGINE, **bad)
    assert not Store(tmp_path).exists()


def test_an_op_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(DeltaError, match="cannot be JSON"):
        record(tmp_path, delta(insert("a") | {"deep": deep}))


# A commit


def test_a_commit_is_recorded_sealed_and_its_seal_is_not_among_the_ids(repo: Repo) -> None:
    told = commit(2, 1)
    ids = record(repo.path, delta(patch("a.py", "f")), session_id="feature/x", commit=told, generation=2, engine="e")
    made = entries((repo.path / ".git/.muse/op_log/feature/x/ops.jsonl").read_bytes())
    assert [entry["op_id"] for entry in made[:-1]] == ids
    assert made[-1]["commit"]["sha256"]
    assert {entry["actor_id"] for entry in made} == {"agent-7"}
    (seal,) = scan(Store.of(repo.path).log_path("feature/x"))
    assert (seal.intact, seal.commit_id, seal.generation) == (True, oid(2), 2)


def test_a_commit_without_a_symbol_change_is_sealed_and_gives_no_ids(tmp_path: Path) -> None:
    assert record(tmp_path, delta(), commit=commit(1), generation=1, engine=ENGINE) == []
    assert [seal.intact for seal in scan(Store(tmp_path).log_path("main"))] == [True]


def test_a_commit_that_is_sealed_anywhere_is_not_recorded_again(tmp_path: Path) -> None:
    """The ids are those that stand in the log, whatever the delta of today would give."""
    first = record(tmp_path, delta(patch("a.py", "f")), commit=commit(1), generation=1, engine=ENGINE)
    before = log_of(Store(tmp_path)).read_bytes()
    again = record(
        tmp_path, delta(insert("b")), session_id="other", commit=commit(1), generation=1, engine="a newer one"
    )
    assert again == first
    assert log_of(Store(tmp_path)).read_bytes() == before
    assert not log_of(Store(tmp_path), "other").exists()


def test_the_order_of_recording_changes_no_line(tmp_path: Path) -> None:
    logs = []
    for name, order in (("one", (1, 2, 3)), ("two", (3, 1, 2))):
        (tmp_path / name).mkdir()
        for number in order:
            record(
                tmp_path / name,
                delta(patch("a.py", f"f{number}")),
                commit=commit(number, number - 1),
                generation=number,
                engine=ENGINE,
            )
        logs.append(log_of(Store(tmp_path / name)).read_bytes().splitlines())
    assert sorted(logs[0]) == sorted(logs[1])
    assert logs[0] != logs[1]


def test_a_commit_needs_its_generation(tmp_path: Path) -> None:
    with pytest.raises(DeltaError, match="generation"):
        record(tmp_path, delta(), commit=commit(1))


def test_the_engine_is_named_where_the_caller_does_not(tmp_path: Path) -> None:
    from muse_hook.languages.languages import engine  # noqa: PLC0415 - the one test that needs a grammar

    record(tmp_path, delta(), commit=commit(1), generation=1)
    (seal,) = OpLog(tmp_path, "main").read_all()
    assert seal["commit"]["engine"] == engine(())


def test_a_run_of_commits_shares_one_index_and_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.ensure("op_log")
    synced: list[int] = []
    with store.lock(), Index(store) as index:
        monkeypatch.setattr(os, "fsync", synced.append)
        for number in (1, 2, 1, 3):
            record(
                store, delta(insert("a")), commit=commit(number), generation=1, engine=ENGINE, index=index, sync=False
            )
        assert (index.count(), index.behind()) == (3, 0)
        assert len(synced) <= 1  # the folder's, which is new
        sync(store, "main")
        assert len(synced) <= 2


def test_an_op_that_no_reader_would_take_is_not_recorded_of_a_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for wrong in ({"content_id": 5}, {"lines": ["x"]}, {"change": "body"}, {"confidence": 2}):
        with pytest.raises(DeltaError, match=f"the {next(iter(wrong))} of 'a' is not what it must be"):
            record(store, delta(insert("a") | wrong), commit=commit(1), generation=1, engine=ENGINE)
    assert not store.exists()


def test_recording_a_commit_loads_none_of_the_costly_modules(tmp_path: Path) -> None:
    """Each costs a hook 1 to 12 ms; `enum` and `functools` come with `re`, which tree_sitter loads anyway."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from muse_hook.model.change import Commit; from muse_hook.record.recorder import record_delta_ops\n"
        "commit = Commit('1' * 40, '2' * 40, [], author='', authored_at='', committed_at='', summary='')\n"
        "op = {'op': 'insert', 'address': 'a', 'content_id': '', 'content_summary': ''}\n"
        "record_delta_ops(sys.argv[2], {'ops': [op]}, session_id='s', actor_id='', commit=commit, generation=1,"
        " engine='')\n"
        "record_delta_ops(sys.argv[2], {'ops': [op]}, session_id='s', actor_id='')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, Path(muse_hook.__file__).parent.parent, tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )
    costly = {"argparse", "contextlib", "dataclasses", "datetime", "hashlib", "logging", "pathlib", "sqlite3",
              "subprocess", "threading", "typing", "uuid"}  # fmt: skip
    assert costly & set(done.stdout.split()) == set()
    assert len(OpLog(tmp_path, "s").read_all()) == 3


def test_the_package_offers_muse_s_names(tmp_path: Path) -> None:
    ids = muse_hook.record_delta_ops(tmp_path, delta(insert("a")), session_id="s", actor_id="me")
    assert muse_hook.open_code_session(tmp_path, "s").read_all()[0]["op_id"] == ids[0]
    assert muse_hook.list_sessions(tmp_path) == ["s"]
    assert isinstance(muse_hook.open_code_session(tmp_path, "s"), muse_hook.OpLog)


def test_a_batch_appended_by_others_is_known_to_the_recorder(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.lock():
        append(store, "main", [batch(1, "f")])
    assert record(tmp_path, delta(), commit=commit(1), generation=1, engine=ENGINE) == batch(1, "f").op_ids


@pytest.mark.parametrize("together", [False, True])
def test_a_cache_that_hides_what_the_log_holds_doubles_nothing(tmp_path: Path, together: bool) -> None:  # noqa: FBT001 - pytest's way
    store = Store(tmp_path)
    write(store, "main", batch(1, "f"), batch(2, "g", parents=(1,), generation=2))
    with Index(store) as index:
        index.refresh()
        index.connection.execute("DELETE FROM seals")
        index.connection.execute("UPDATE logs SET seals = 0")
    before = log_of(store).read_bytes()
    with store.lock(1), Index(store) as index:
        index.refresh(end_torn=True)
        again = [batch(2, "g", parents=(1,), generation=2), batch(1, "f")]
        if together:
            assert Recorder(None, store, index, {}).append("main", again) == 0
        else:
            assert [Recorder(None, store, index, {}).append("main", [each]) for each in again] == [0, 0]
    assert log_of(store).read_bytes() == before


def test_a_batch_that_is_damaged_at_the_log_s_end_is_recorded_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f"))
    path = log_of(store)
    path.write_bytes(path.read_bytes().replace(b"m1.py::f", b"m1.py::g"))
    with store.lock(1), Index(store) as index:
        index.refresh(end_torn=True)
        assert Recorder(None, store, index, {}).append("main", [batch(1, "f")]) == 1
        assert index.is_sealed(oid(1))
