"""Checkpoints by name: written, listed, and what arrived since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.hooked import HookedRepo
from support.logs import Log, insert, patch, replace
from support.shell import Shell

from muse_hook.catchup.backfill import backfill
from muse_hook.git.refs import Head
from muse_hook.index.index import Index
from muse_hook.oplog.entry import make_op_entry, seal_id
from muse_hook.oplog.log import OpLog
from muse_hook.watch.checkpoint import Checkpoint, CheckpointError, make_checkpoint, read_checkpoint
from muse_hook.watch.cursor import Cursor
from muse_hook.watch.follower import Follower


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


def made(log: Log, name: str = "here") -> Checkpoint:
    with Index(log.store) as index:
        index.refresh()
        return make_checkpoint(index, name, Head("main", "1" * 40, None, None))


def since(log: Log, name: str = "here") -> list[str]:
    follower = Follower.since(log.store, read_checkpoint(log.store, name).cursor)
    return [entry["op_id"] for event in follower.poll() for entry in event.entries]


def test_what_arrives_later_is_since_whatever_its_stamp(log: Log) -> None:
    first = log.commit(patch("a.py", insert("a.py::f")))
    second = log.commit(patch("a.py", replace("a.py::f")), parents=(first,))
    made(log)
    older = log.make(patch("b.py", insert("b.py::g")), parents=(first,))  # a merge brings it: its stamp is no higher
    log.write(older, session="topic")
    third = log.commit(parents=(second, older))
    batches = [log.batches[each] for each in (third, older)]
    assert since(log) == [op_id for batch in batches for op_id in (*batch.op_ids, seal_id(batch.commit_id))]


def test_entries_by_hand_are_before_it_or_since(log: Log) -> None:
    opened = OpLog(log.root, "agents")
    entries = [make_op_entry("agent", "code", replace("a.py::f"), stamp) for stamp in (1, 2)]
    log.commit(patch("a.py", insert("a.py::f")))
    opened.append(entries[0])
    made(log)
    opened.append(entries[1])
    assert since(log) == [entries[1]["op_id"]]


def test_its_file_says_how_far_each_log_had_come(log: Log) -> None:
    oid = log.commit(patch("a.py", insert("a.py::f")))
    checkpoint = made(log, "v1")
    value = json.loads(Path(log.store.path("checkpoints", "v1.json")).read_bytes())
    size = Path(log.store.log_path("main")).stat().st_size
    assert value["sessions"] == {"main": {"offset": size, "sealed": size, "seal": seal_id(log.batches[oid].commit_id)}}
    assert (value["branch"], value["commit"]) == ("main", "1" * 40)
    assert read_checkpoint(log.store, "v1").as_json() == checkpoint.as_json()
    assert Cursor.parse(checkpoint.as_json()["cursor"]).positions == checkpoint.cursor.positions


def test_one_of_the_same_name_is_replaced(log: Log) -> None:
    log.commit(patch("a.py", insert("a.py::f")))
    made(log)
    log.commit(patch("b.py", insert("b.py::f")))
    made(log)
    assert since(log) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"created_at": 1, "branch": "", "commit": "", "sessions": {"a": 3}}']
)
def test_a_damaged_one_is_told(log: Log, text: str) -> None:
    log.commit(patch("a.py", insert("a.py::f")))
    made(log)
    Path(log.store.path("checkpoints", "here.json")).write_text(text)
    with pytest.raises(CheckpointError, match="damaged"):
        read_checkpoint(log.store, "here")
    with pytest.raises(CheckpointError, match="none of that name"):
        read_checkpoint(log.store, "there")


@pytest.fixture
def hooked(tmp_path: Path, environment: dict[str, str]) -> HookedRepo:
    path = tmp_path / "room"
    path.mkdir()
    hooked = HookedRepo(path, environment)
    hooked.git("init", "-q", "-b", "main")
    hooked.commit("Old", a="def f(): pass\n")
    hooked.install()
    return hooked


@pytest.fixture
def shell(hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(hooked, monkeypatch, capsys)


def test_replay_since_shows_what_arrived_after_it(hooked: HookedRepo, shell: Shell) -> None:
    hooked.dead("commit", "-q", "--allow-empty", "-m", "Before, and the hook was dead")
    assert shell.run("checkpoint", "here") == (0, "", "")
    hooked.git("checkout", "-q", "-b", "topic")
    new = hooked.commit("New", a="def f(x): pass\n\n\ndef g(): pass\n")
    _, out, err = shell.run("replay", "--since", "here")
    assert [line.strip() for line in out.splitlines()] == [
        f"{new[:10]}  2023-11-14  Ada Lovelace  (topic)  New",
        "+ function a.py::g  L4",
        "~ function a.py::f  signature, was f()  L1",
    ]
    assert err == ""
    told = shell.json("replay", "--since", "here")
    assert [entry["commit_id"] for entry in told["entries"]] == [new] * 4
    assert told["since"]["name"] == "here"
    assert shell.json("checkpoint")["checkpoints"] == [told["since"]]
    assert shell.run("checkpoint")[1].startswith("here  20")


def test_what_a_backfill_recorded_since_is_counted_apart(hooked: HookedRepo, shell: Shell) -> None:
    shell.run("checkpoint", "here")
    backfill(hooked.repository(), hooked.store())
    _, out, err = shell.run("replay", "--since", "here")
    assert out == ""
    assert err == "nothing has arrived since\nnot shown: 1 commits of before that a backfill recorded\n"
    assert shell.json("replay", "--since", "here")["backfilled"] == 1


def test_a_name_that_is_none_is_refused_with_a_hint(shell: Shell) -> None:
    for arguments in (("checkpoint", "../x"), ("checkpoint", ".x"), ("replay", "--since", "nowhere")):
        status, out, err = shell.run(*arguments)
        assert (status, out) == (1, "")
        assert err.startswith("error: ")
        assert "hint: " in err
    assert shell.run("replay", "HEAD", "--since", "here")[0] == 2


def test_watch_goes_on_from_a_checkpoint(hooked: HookedRepo, shell: Shell) -> None:
    shell.run("checkpoint", "here")
    new = hooked.commit("New", a="def f(x): pass\n")
    status, out, _ = shell.run("watch", "--json", "--no-wait", "--since", "here")
    assert status == 0
    assert {json.loads(line)["commit"] for line in out.splitlines()[1:]} == {new}
