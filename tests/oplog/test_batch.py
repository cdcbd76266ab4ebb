"""A commit's batch: its lines to the letter, made and read."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.batches import ENGINE, batch, commit, delta, entries, insert, log_of, oid, patch, scan, write

from muse_hook.errors import DamagedLogError, DeltaError
from muse_hook.oplog.batch import MAX_ENTRIES, Batch, is_batch, make_batch, make_dropped, make_superseded
from muse_hook.oplog.entry import POSITIONS, canonical, entry_id, mark_id, seal_id
from muse_hook.oplog.lines import parse
from muse_hook.oplog.reader import LogReader, read_entries
from muse_hook.oplog.seal import Mark
from muse_hook.oplog.store import Store

NINE = [
    "op_id", "actor_id", "lamport_ts", "parent_op_ids", "domain", "domain_op", "created_at", "intent_id",
    "reservation_id",
]  # fmt: skip


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


# The lines


def test_a_batch_is_the_ops_each_patch_followed_by_its_children_and_the_seal() -> None:
    ops = [insert("README.md"), patch("a.py", "f", "g"), patch("b.py", "h")]
    made = make_batch(commit(5, 3, 4), delta(*ops), 7, engine=ENGINE)
    lines = entries(made.data)
    assert [line["domain_op"] for line in lines[:-1]] == [
        ops[0], ops[1], *ops[1]["child_ops"], ops[2], *ops[2]["child_ops"],
    ]  # fmt: skip
    assert [line["op_id"] for line in lines] == [*made.op_ids, seal_id(made.commit_id)]
    parents = [seal_id(oid(3)), seal_id(oid(4))]
    top, child = made.op_ids, [made.op_ids[1]]
    assert [line["parent_op_ids"] for line in lines] == [
        parents, parents, child, child, parents, [top[4]], [top[0], top[1], top[4]],
    ]  # fmt: skip
    assert [line["lamport_ts"] for line in lines] == [7 * 2**24 + position for position in range(7)]
    assert made.highest_stamp == 7 * 2**24 + 6
    assert [line["domain"] for line in lines] == ["code"] * 6 + ["git"]
    assert {line["commit_id"] for line in lines} == {oid(5)}
    assert {line["created_at"] for line in lines} == {"2026-01-01T11:00:00+00:00"}


def test_a_batch_made_in_parts_is_whole_and_is_told_from_any_other() -> None:
    ops = delta(*(patch(f"m{number}.py", *(f"f{each}" for each in range(200))) for number in range(5)))
    of = commit(5, 3)
    made = make_batch(of, ops, 7, engine=ENGINE)
    *lines, seal = made.data.splitlines(keepends=True)
    assert len(made.data) > 5 << 16
    assert len(lines) == len(made.op_ids) == 5 * 201
    assert json.loads(seal)["commit"]["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()
    assert is_batch(made.data, of, ops, 7, ENGINE, shallow=False)
    for other in (made.data[:-1], made.data + b"\n", b"".join(lines), made.data.replace(b"f199", b"f198", 1), b""):
        assert not is_batch(other, of, ops, 7, ENGINE, shallow=False)
    assert not is_batch(made.data, of, ops, 8, ENGINE, shallow=False)


def test_the_keys_stand_in_muse_s_order_then_ours() -> None:
    lines = entries(batch(1, "f").data)
    assert [list(line) for line in lines] == [[*NINE, "commit_id"]] * 2 + [[*NINE, "commit_id", "commit"]]


def test_the_seal_tells_the_commit() -> None:
    told = commit(5, 3, co_authors=["Grace Hopper <grace@example.org>"], summary="Größe")
    made = make_batch(told, delta(insert("a.txt")) | {"breaking_changes": ["f"]}, 2, engine=ENGINE)
    entry, seal = made.data.splitlines(keepends=True)
    line = json.loads(seal)
    assert list(line["commit"].items()) == [
        ("parents", [oid(3)]),
        ("author", "Ada Lovelace <ada@example.org>"),
        ("co_authors", ["Grace Hopper <grace@example.org>"]),
        ("authored_at", "2026-01-01T10:00:00+00:00"),
        ("committed_at", "2026-01-01T11:00:00+00:00"),
        ("generation", 2),
        ("entries", 1),
        ("sha256", hashlib.sha256(entry).hexdigest()),
        ("engine", ENGINE),
        ("summary", "added"),
        ("sem_ver_bump", "minor"),
        ("breaking_changes", ["f"]),
    ]
    assert line["domain_op"] == {
        "op": "insert",
        "address": oid(5),
        "position": None,
        "content_id": "7" * 40,
        "content_summary": "Größe",
    }


def test_a_seal_in_a_shallow_clone_says_so_last() -> None:
    seal = entries(make_batch(commit(1), delta(), 1, shallow=True, engine=ENGINE).data)[-1]
    assert list(seal["commit"])[-1] == "shallow"
    assert seal["commit"]["shallow"] is True


def test_a_commit_that_changes_no_symbol_has_its_seal_which_names_the_parents() -> None:
    made = make_batch(commit(2, 1), {"domain": "code", "ops": [], "summary": ""}, 2, engine=ENGINE)
    (seal,) = entries(made.data)
    assert made.op_ids == []
    assert seal["parent_op_ids"] == [seal_id(oid(1))]
    assert (seal["commit"]["sem_ver_bump"], seal["commit"]["breaking_changes"]) == ("none", [])
    assert seal["commit"]["sha256"] == hashlib.sha256(b"").hexdigest()


def test_trailers_name_the_actor_the_intent_and_the_reservation() -> None:
    told = commit(1, actor="agent-7", intent="i-1", reservation="r-1")
    for line in entries(make_batch(told, delta(insert("a")), 1, engine=ENGINE).data):
        assert (line["actor_id"], line["intent_id"], line["reservation_id"]) == ("agent-7", "i-1", "r-1")
    assert entries(batch(1).data)[0]["actor_id"] == "Ada Lovelace <ada@example.org>"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(categories=["Cs", "Cc", "L", "P", "So"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=4), st.text(st.characters()))
def test_every_line_is_what_json_dumps_writes(extra: dict[str, Any], words: str) -> None:
    op = extra | insert(words)
    told = commit(1, 2, author=words, actor=words, intent=words, summary=words)
    made = make_batch(told, delta(op, patch(words, words)) | {"summary": words}, 3, engine=words)
    lines = made.data.splitlines()
    assert [compact(json.loads(line)) for line in lines] == lines
    assert json.loads(lines[0])["domain_op"] == op
    assert made.data.isascii()


def test_the_same_commit_gives_the_same_lines_and_another_one_other_ids() -> None:
    assert batch(1, "f").data == batch(1, "f").data
    assert not set(batch(1, "f").op_ids) & set(batch(2, "f").op_ids)


@given(st.text(), st.integers(0, POSITIONS), st.text())
def test_ids_are_shaped_like_uuids_of_version_eight(commit_id: str, position: int, op_json: str) -> None:
    for made in (entry_id(commit_id, position, op_json), seal_id(commit_id), mark_id("dropped", commit_id)):
        assert str(uuid.UUID(made)) == made
        assert uuid.UUID(made).version == 8
        assert uuid.UUID(made).variant == uuid.RFC_4122


def test_ids_never_change() -> None:
    """Other people's logs hold them: a new way to derive them would record their commits twice."""
    assert seal_id("a" * 40) == "3d4b2df0-7ce4-8c69-a0f8-bd21f8f9f38e"
    assert entry_id("a" * 40, 3, '{"op":"insert"}') == "f03eb0ab-3c33-8511-8eed-9f1b4c88d23a"
    assert mark_id("superseded", "a" * 40, "b" * 40) == "2cea2cbf-8437-8c23-9416-a3b38ce2effe"


def test_positions_leave_room_for_the_seal_and_for_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ENTRIES + 1 < POSITIONS
    monkeypatch.setattr("muse_hook.oplog.batch.MAX_ENTRIES", 2)
    assert len(batch(1, "f").op_ids) == 2
    with pytest.raises(DeltaError, match="more than 2 ops"):
        batch(1, "f", "g")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes", object()])
def test_what_is_no_json_is_refused(value: object) -> None:
    for broken in (delta(insert("a") | {"kind": value}), delta() | {"breaking_changes": [value]}):
        with pytest.raises(DeltaError, match="cannot be JSON"):
            make_batch(commit(1), broken, 1, engine=ENGINE)


def test_the_encoder_survives_what_it_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValueError, match="Circular"):
        canonical(circle)
    assert canonical([1, "é\ud800"]) == '[1,"\\u00e9\\ud800"]'


# Marks


def test_a_superseded_mark_names_both_commits() -> None:
    mark = make_superseded(oid(1), commit(2, actor="agent-7"), "amend", 4)
    (line,) = entries(mark.data)
    assert compact(line) + b"\n" == mark.data
    assert line["op_id"] == mark.op_id == mark_id("superseded", oid(1), oid(2))
    assert list(line) == [*NINE, "check"]
    assert line["domain_op"] == {
        "op": "replace",
        "address": oid(1),
        "position": None,
        "old_content_id": oid(1),
        "new_content_id": oid(2),
        "old_summary": "superseded",
        "new_summary": "amend",
    }
    assert line["parent_op_ids"] == [seal_id(oid(1)), seal_id(oid(2))]
    assert (line["domain"], line["actor_id"]) == ("git", "agent-7")
    assert line["lamport_ts"] == mark.highest_stamp == 4 * 2**24 + 2**24 - 1


def test_a_dropped_mark_names_the_commit() -> None:
    (line,) = entries(make_dropped(commit(1), 4).data)
    assert line["domain_op"] == {
        "op": "delete",
        "address": oid(1),
        "position": None,
        "content_id": oid(1),
        "content_summary": "dropped by rebase",
    }
    assert line["parent_op_ids"] == [seal_id(oid(1))]
    assert line["created_at"] == "2026-01-01T11:00:00+00:00"


def test_marks_count_and_are_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    mark = make_superseded(oid(1), commit(2), "rebase", 4)
    write(store, "main", batch(1, "f"), mark, batch(2, "g"))
    with log_of(store).open("rb") as file:
        found = list(LogReader(file.fileno()))
    assert [item.op_id for item in found if isinstance(item, Mark)] == [mark.op_id]
    assert mark.op_id in {entry["op_id"] for entry in read_entries(store.log_path("main"))}
    assert [seal.intact for seal in scan(store.log_path("main"))] == [True, True]


# Reading a batch


def read(made: Batch) -> Batch:
    """Return a made batch as one that is read."""
    return Batch(made.commit_id, made.generation, made.data, engine=made.engine)


def remade(made: Batch, number: int, change: Callable[[bytes], bytes]) -> Batch:
    """Return a batch with another line in the place of one of its own."""
    lines = made.data.splitlines(keepends=True)
    lines[number] = change(lines[number])
    return Batch(made.commit_id, made.generation, b"".join(lines), engine=made.engine)


TRICKY = 'x,"created_at":"\\,"domain_op":{"op":"patch","child_ops":['


def tricky() -> Batch:
    """Return a batch whose ops hold what a reader looks for."""
    op = patch("a.py", "f", TRICKY, "é")
    return make_batch(commit(5, 3, intent=TRICKY, actor=TRICKY), delta(op, insert("b"), patch("c.py", "g")), 7, ENGINE)


def test_a_batch_that_is_read_equals_the_one_that_was_made() -> None:
    for made in (tricky(), batch(1), batch(2, "f", "g"), make_batch(commit(3), delta(patch("a.py")), 1, ENGINE)):
        again = read(made)
        assert again.entries() == made.entries() == entries(made.data)
        assert again.op_ids == made.op_ids
        assert again.highest_stamp == made.highest_stamp == again.entries()[-1]["lamport_ts"]
        assert made.data[made.seal_start :] == made.data.splitlines(keepends=True)[-1]
        assert list(again.entries()[0]) == list(entries(made.data)[0])


def test_each_op_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    original = parse
    monkeypatch.setattr("muse_hook.oplog.lines.parse", lambda line: parsed.append(line) or original(line))  # type: ignore[func-returns-value]
    found = read(tricky()).entries()
    assert len(parsed) == 3  # two patches, one insert; and the seal
    assert found[1]["domain_op"] is found[0]["domain_op"]["child_ops"][0]


@pytest.mark.parametrize("line", range(7))
@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b"a.py::f", b"a.py::other", 1),
        lambda line: line.replace(b'"content_id":"1', b'"content_id":"2'),
        lambda line: line.replace(b'"lamport_ts":117', b'"lamport_ts":118'),
        lambda line: line.replace(b'"parent_op_ids":["', b'"parent_op_ids":["x","'),
        lambda line: line.replace(b'"parent_op_ids":', b'"parent_op_ids": '),
        lambda line: line.replace(b'"domain":"code"', b'"domain":"music"'),
        lambda line: line.replace(b'"actor_id":"', b'"actor_id":"y'),
        lambda line: line.replace(b'{"op_id":"', b'{"op_id":"\\u0061'),
        lambda line: line.replace(b'{"op_id":"', b'{"op_id":"\xc3\xa9'),
        lambda line: line[:-2] + b',"mood":"good"}\n',
        lambda line: line.replace(b'"intent_id":"', b'"intent_id":"z'),
    ],
)
def test_a_line_is_what_it_says_whatever_its_patch_holds(line: int, change: Callable[[bytes], bytes]) -> None:
    changed = remade(tricky(), line, change)
    assert changed.entries() == entries(changed.data)


@pytest.mark.parametrize("bad", [b"no JSON\n", b"[]\n", b"{}\n", b"\xff\n"])
def test_a_line_that_is_no_entry_of_the_commit_is_named(bad: bytes) -> None:
    with pytest.raises(DamagedLogError, match=r"entry 2: its .* is not what it must be"):
        remade(tricky(), 1, lambda _: bad).entries()
    with pytest.raises(DamagedLogError, match="entry 2"):
        remade(tricky(), 1, lambda line: line.replace(oid(5).encode(), oid(6).encode())).entries()


def test_ops_are_the_delta_s() -> None:
    ops = [patch("a.py", "f", TRICKY, "é"), insert("b"), patch("c.py", "g")]
    assert read(tricky()).ops() == ops
    assert remade(tricky(), 1, lambda _: b"no JSON\n").ops() == ops  # the patch has it
    for number in (0, 4, 5):
        with pytest.raises(DamagedLogError, match=r"it cannot be read \(JSONDecodeError\)"):
            remade(tricky(), number, lambda _: b"no JSON\n").ops()
    with pytest.raises(DamagedLogError, match=r"\(KeyError\)"):
        remade(tricky(), 0, lambda line: line.replace(b"child_ops", b"other_ops")).ops()
