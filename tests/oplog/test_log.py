"""`OpLog` as Muse means it (its contract, in our words), and what we add: commits, arrival, foreign lines."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.batches import batch, commit, delta, insert, log_of, patch, write

from muse_hook.errors import DeltaError, SessionError
from muse_hook.oplog.entry import make_op_entry, seal_id
from muse_hook.oplog.log import OpLog, list_named, list_sessions, read_named, write_named
from muse_hook.oplog.store import Store
from muse_hook.record.recorder import record_delta_ops


def by_hand(lamport_ts: int, domain: str = "code", **changed: Any) -> Any:
    return make_op_entry("agent-7", domain, insert("a.py"), lamport_ts) | changed


def filled(root: Path, *stamps: int) -> OpLog:
    log = OpLog(root, "main")
    for stamp in stamps:
        log.append(by_hand(stamp))
    return log


# Entries


def test_a_hand_made_entry_has_muse_s_nine_fields() -> None:
    causes = ["x"]
    entry = make_op_entry("me", "midi", insert("a"), 4, parent_op_ids=causes, intent_id="i", reservation_id="r")
    causes.append("y")
    assert len(entry["op_id"]) == 36
    assert entry["created_at"].endswith("+00:00")
    assert {key: value for key, value in entry.items() if key not in ("op_id", "created_at")} == {
        "actor_id": "me",
        "lamport_ts": 4,
        "parent_op_ids": ["x"],
        "domain": "midi",
        "domain_op": insert("a"),
        "intent_id": "i",
        "reservation_id": "r",
    }


def test_every_hand_made_entry_has_an_id_of_its_own() -> None:
    assert len({by_hand(1)["op_id"] for _ in range(100)}) == 100


# Appending and reading


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    made = [by_hand(2), by_hand(1)]
    log = OpLog(tmp_path, "a/b")
    for entry in made:
        log.append(entry)
    assert log.read_all() == made
    assert OpLog(str(tmp_path), "a/b").read_all() == made
    assert (log.session_id(), list_sessions(tmp_path)) == ("a/b", ["a/b"])


def test_a_line_is_compact_ascii_with_muse_s_keys_first(tmp_path: Path) -> None:
    entry = by_hand(1)
    shuffled: Any = dict(reversed(entry.items()))
    OpLog(tmp_path, "main").append(shuffled | {"ours": 1})
    line = log_of(Store(tmp_path)).read_bytes()
    assert line == json.dumps(entry | {"ours": 1}, separators=(",", ":")).encode() + b"\n"


ODD = [
    by_hand(1) | changed
    for changed in (
        {"domain_op": {1, 2}}, {"lamport_ts": float("nan")}, {"lamport_ts": "1"}, {"lamport_ts": True}, {"op_id": None},
        {"domain": 3}, {"domain_op": None}, {"parent_op_ids": ()}, {"ours": {1}}, {"actor_id": b"x"},
    )
]  # fmt: skip


@pytest.mark.parametrize("entry", [None, [], {}, {"op_id": "x"}, *ODD])
def test_what_is_no_entry_is_refused(entry: Any, tmp_path: Path) -> None:
    with pytest.raises(DeltaError):
        OpLog(tmp_path, "main").append(entry)
    assert not Store(tmp_path).exists()


def test_lines_of_other_writers_count_where_they_are_entries(tmp_path: Path) -> None:
    log = filled(tmp_path, 1)
    path = log_of(Store(tmp_path))
    spaced = json.dumps(by_hand(2))
    with path.open("a") as file:
        file.write(f"\n  {spaced}  \r\nnot json\n[1]\n{{}}\n{json.dumps(by_hand(3, commit_id='c'))}\n")
        file.write(json.dumps(by_hand(4)))  # whole, but for its newline
    assert [entry["lamport_ts"] for entry in log.read_all()] == [1, 2, 4]
    log.append(by_hand(5))
    assert [entry["lamport_ts"] for entry in log.read_all()] == [1, 2, 4, 5]


def test_a_log_can_be_copied_entry_by_entry(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f"), batch(2, "g", "h"))
    copy = OpLog(tmp_path, "copy")
    for entry in OpLog(tmp_path, "main").read_all():
        copy.append(entry)
    assert log_of(store, "copy").read_bytes() == log_of(store).read_bytes()


# Stamps


def test_stamps_rise_and_go_on_after_the_log_is_opened_anew(tmp_path: Path) -> None:
    log = OpLog(tmp_path, "main")
    stamps = [log.next_lamport_ts() for _ in range(5)]
    assert stamps == [1, 2, 3, 4, 5]
    filled(tmp_path, *stamps)
    assert OpLog(tmp_path, "main").next_lamport_ts() == 6


def test_the_next_stamp_is_above_the_highest_wherever_it_stands(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f", generation=9), batch(2, generation=2))  # as a merge brings them
    highest = 9 * 2**24 + 2
    assert OpLog(tmp_path, "main").next_lamport_ts() == highest + 1
    Path(store.folder("main"), ".clock").unlink()
    assert OpLog(tmp_path, "main").next_lamport_ts() == highest + 1


def test_a_stamp_that_does_not_count_is_not_the_highest(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f"))
    log = log_of(store)
    log.write_bytes(log.read_bytes() + batch(2, "g", generation=50).data[:-2000])
    assert OpLog(tmp_path, "main").next_lamport_ts() == 2**24 + 2 + 1


@pytest.mark.parametrize("note", [b"", b"garbage", b"1 2", b"-1 7 00", b"99999999 7 00", b"30 7 00", b"\xff" * 300])
def test_a_note_that_does_not_fit_is_not_believed(note: bytes, tmp_path: Path) -> None:
    filled(tmp_path, 5, 3)
    Path(Store(tmp_path).folder("main"), ".clock").write_bytes(note)
    assert OpLog(tmp_path, "main").next_lamport_ts() == 6


def test_lines_of_other_writers_raise_the_next_stamp(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    with log_of(Store(tmp_path)).open("a") as file:
        file.write(json.dumps(by_hand(40), separators=(",", ":")) + "\n")
    filled(tmp_path, 6)
    assert OpLog(tmp_path, "main").next_lamport_ts() == 41


def test_a_reader_leaves_no_note_of_a_batch_that_is_still_being_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1))
    log = log_of(store)
    whole = log.read_bytes() + batch(2, "f", generation=9).data
    for length in range(log.stat().st_size, len(whole), 50):
        log.write_bytes(whole[:length])
        assert OpLog(tmp_path, "main").next_lamport_ts() == 2**24 + 1
    log.write_bytes(whole)
    assert OpLog(tmp_path, "main").next_lamport_ts() == 9 * 2**24 + 3


def test_another_log_in_the_place_of_the_noted_one_is_read_anew(tmp_path: Path) -> None:
    filled(tmp_path, 500)
    filled(tmp_path / "home", 7, 8, 9)
    log_of(Store(tmp_path)).write_bytes(log_of(Store(tmp_path / "home")).read_bytes())
    assert OpLog(tmp_path, "main").next_lamport_ts() == 10


class Reads:
    """Counts the bytes that are read through `os.pread`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes = 0
        real = os.pread

        def counted(fd: int, size: int, offset: int) -> bytes:
            data = real(fd, size, offset)
            self.bytes += len(data)
            return data

        monkeypatch.setattr(os, "pread", counted)


@pytest.mark.parametrize("writer", ["ours", "sealed", "muse"])
def test_recording_reads_no_more_of_a_long_log_than_of_an_empty_one(
    writer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muse_hook.oplog.writer._WINDOW", 1 << 16)
    store = Store(tmp_path)
    long = delta(*(insert(f"a{number}") for number in range(1000)))
    if writer == "sealed":
        record_delta_ops(tmp_path, long, session_id="main", actor_id="me", commit=commit(1), generation=3, engine="")
    else:
        record_delta_ops(tmp_path, long, session_id="main", actor_id="me")
    if writer == "muse":
        Path(store.folder("main"), ".clock").unlink()
    reads = Reads(monkeypatch)
    record_delta_ops(tmp_path, delta(insert("b")), session_id="main", actor_id="me")
    assert log_of(store).stat().st_size > 200_000
    assert reads.bytes < (5000 if writer == "muse" else 500)
    assert OpLog(tmp_path, "main").read_all()[-1]["lamport_ts"] == (3 * 2**24 if writer == "sealed" else 0) + (
        1001 if writer == "sealed" else 1000
    )


# Checkpoints


def test_a_checkpoint_has_muse_s_keys_and_the_bytes_that_it_covers(tmp_path: Path) -> None:
    log = filled(tmp_path, 1, 3, 2)
    made = log.checkpoint("snapshot-1")
    path = log_of(Store(tmp_path)).with_name("checkpoint.json")
    assert json.loads(path.read_text()) == made == log.read_checkpoint()
    assert path.read_text() == json.dumps(made, indent=2) + "\n"
    assert {key: value for key, value in made.items() if key != "created_at"} == {
        "session_id": "main",
        "snapshot_id": "snapshot-1",
        "lamport_ts": 3,
        "op_count": 3,
        "offset": log_of(Store(tmp_path)).stat().st_size,
    }


def test_after_a_checkpoint_comes_what_arrived_later_though_it_is_older(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f", generation=9))
    log = OpLog(tmp_path, "main")
    assert log.replay_since_checkpoint() == log.read_all()
    log.checkpoint("snapshot-1")
    assert log.replay_since_checkpoint() == []
    write(store, "main", batch(2, "g", generation=2))
    assert [entry["op_id"] for entry in log.replay_since_checkpoint()] == [
        *batch(2, "g", generation=2).op_ids, seal_id(batch(2).commit_id),
    ]  # fmt: skip


def test_a_checkpoint_of_muse_s_own_cuts_by_stamp(tmp_path: Path) -> None:
    log = filled(tmp_path, 1, 2, 3, 2)
    checkpoint = log.checkpoint("snapshot-1")
    del checkpoint["offset"]
    checkpoint["lamport_ts"] = 2
    log_of(Store(tmp_path)).with_name("checkpoint.json").write_text(json.dumps(checkpoint))
    assert [entry["lamport_ts"] for entry in log.replay_since_checkpoint()] == [3]


def test_a_checkpoint_ends_a_torn_line_first(tmp_path: Path) -> None:
    log = filled(tmp_path, 1)
    path = log_of(Store(tmp_path))
    path.write_bytes(path.read_bytes() + b'{"op_id":"to')
    log.checkpoint("snapshot-1")
    log.append(by_hand(2))
    assert [entry["lamport_ts"] for entry in log.replay_since_checkpoint()] == [2]


def test_a_checkpoint_of_a_longer_log_cuts_by_stamp(tmp_path: Path) -> None:
    log = filled(tmp_path, 1, 2, 3)
    log.checkpoint("snapshot-1")
    path = log_of(Store(tmp_path))
    path.write_bytes(path.read_bytes()[:-1].replace(b'"lamport_ts":1,', b'"lamport_ts":9,'))
    assert [entry["lamport_ts"] for entry in log.replay_since_checkpoint()] == [9]


def test_odd_lines_of_other_writers_collapse_too(tmp_path: Path) -> None:
    log = OpLog(tmp_path, "main")
    for op in ({}, {"op": None}, {"op": ["x"]}, {"op": "patch"}, {"op": "patch", "child_ops": 5}):
        log.append(by_hand(1, domain_op=op))
    assert log.to_structured_delta("code")["summary"] == "1 None, 1 ['x'], 2 patch, 1 unknown"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"lamport_ts":"1"}', "\xff"])
def test_a_damaged_checkpoint_is_none(text: str, tmp_path: Path) -> None:
    log = filled(tmp_path, 1)
    log_of(Store(tmp_path)).with_name("checkpoint.json").write_text(text, encoding="latin-1")
    assert log.read_checkpoint() is None
    assert len(log.replay_since_checkpoint()) == 1


def test_checkpoints_of_the_whole_store_have_names(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert list_named(store) == []
    path = write_named(store, "v1.0", {"sessions": {}})
    write_named(store, "beta", {})
    assert path == str(tmp_path / ".muse/checkpoints/v1.0.json")
    assert (read_named(store, "v1.0"), read_named(store, "none")) == ({"sessions": {}}, None)
    assert list_named(store) == ["beta", "v1.0"]


@pytest.mark.parametrize("name", ["", ".x", "a/b", "..", "a\nb", "a\\b", "x" * 201])
def test_a_checkpoint_s_name_cannot_escape(name: str, tmp_path: Path) -> None:
    with pytest.raises(SessionError):
        write_named(Store(tmp_path), name, {})


# Collapsing


def test_a_delta_collapses_one_domain_by_stamp_and_counts_the_kinds(tmp_path: Path) -> None:
    log = OpLog(tmp_path, "main")
    log.append(by_hand(3, domain_op=insert("late")))
    log.append(by_hand(1, domain_op=insert("early")))
    log.append(by_hand(2, domain_op=insert("early") | {"op": "delete"}))
    log.append(by_hand(2, domain="midi"))
    made = log.to_structured_delta("code")
    assert [op["address"] for op in made["ops"]] == ["early", "early", "late"]
    assert (made["domain"], made["summary"]) == ("code", "1 delete, 2 insert")
    assert dict(log.to_structured_delta("none")) == {"domain": "none", "ops": [], "summary": "no ops"}


def test_a_delta_starts_at_the_checkpoint(tmp_path: Path) -> None:
    log = filled(tmp_path, 1, 2)
    log.checkpoint("snapshot-1")
    log.append(by_hand(3))
    assert len(log.to_structured_delta("code")["ops"]) == 1


@pytest.mark.parametrize("sealed", [True, False])
def test_a_child_is_told_inside_its_patch_alone(sealed: bool, tmp_path: Path) -> None:  # noqa: FBT001 - pytest's way
    ops = [patch("a.py", "f", "f", "g"), insert("b.txt"), patch("c.py")]
    extra: dict[str, Any] = {"commit": commit(1), "generation": 1, "engine": ""} if sealed else {}
    ids = record_delta_ops(tmp_path, delta(*ops), session_id="main", actor_id="me", **extra)
    after = insert("a.py::f")  # the same op once more, because of the patch but not in it
    record_delta_ops(tmp_path, delta(after), session_id="main", actor_id="me", parent_op_ids=[ids[0]])
    made = OpLog(tmp_path, "main").to_structured_delta("code")
    assert made["ops"] == [*ops, after]
    assert made["summary"] == "2 insert, 2 patch"


def test_concurrent_commits_collapse_in_the_same_order_whatever_came_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "one", batch(1, "f"), batch(2, "g"))
    write(store, "two", batch(2, "g"), batch(1, "f"))
    one, two = (OpLog(tmp_path, session).to_structured_delta("code") for session in ("one", "two"))
    assert one == two
    assert [op["address"] for op in one["ops"]] == ["src/m1.py", "src/m2.py"]


def test_seals_are_entries_of_the_domain_git(tmp_path: Path) -> None:
    write(Store(tmp_path), "main", batch(1, "f"))
    (seal,) = (entry for entry in OpLog(tmp_path, "main").read_all() if entry["domain"] == "git")
    assert seal["op_id"] == seal_id(seal["commit_id"])
