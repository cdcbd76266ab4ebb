"""The reader of logs: it finds whole batches in whatever a log holds."""

from __future__ import annotations

import os
import time
import tracemalloc
from copy import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.batches import ENGINE, batch, commit, delta, entries, insert, log_of, oid, scan, write

from muse_hook.errors import DamagedLogError
from muse_hook.index.index import Index
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.reader import LogReader, read_entries
from muse_hook.oplog.shape import MAX_LINE
from muse_hook.oplog.store import Store


@pytest.mark.parametrize("at", [0, 1])
def test_a_batch_is_read_where_it_stands_and_nowhere_else(at: int, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(batch(1, "f").data + batch(2, "g", generation=3).data)
    seal = scan(str(log))[at]
    with log.open("r+b") as file:
        reader = LogReader(file.fileno())
        found = reader.batch(seal)
        made = (batch(1, "f"), batch(2, "g", generation=3))[at]
        assert (found.data, found.engine, found.shallow) == (made.data, ENGINE, False)
        there = reader.seal(seal.line, seal.end)
        assert there is not None
        assert there.entry == seal.entry
        assert reader.seal(seal.line, seal.end - 1) is None
        assert reader.seal(seal.start, seal.end) is None
        for key, value in (
            ("start", seal.start + 1),
            ("line", seal.start),
            ("end", seal.end - 1),
            ("commit_id", oid(7)),
        ):
            other = copy(seal)
            setattr(other, key, value)
            with pytest.raises(DamagedLogError):
                reader.batch(other)
        file.seek(seal.start + 20)
        file.write(b"#")
        file.flush()
        with pytest.raises(DamagedLogError, match="do not fit their seal"):
            reader.batch(seal)


# Finding batches


def test_a_seal_tells_where_its_batch_stands(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f", parents=(8, 9)), batch(2), batch(3, "g", "h", generation=5))
    data = log_of(store).read_bytes()
    seals = list(scan(store.log_path("main")))
    assert [data[seal.start : seal.end] for seal in seals] == [
        batch(1, "f", parents=(8, 9)).data, batch(2).data, batch(3, "g", "h", generation=5).data,
    ]  # fmt: skip
    assert [seal.commit_id for seal in seals] == [oid(1), oid(2), oid(3)]
    assert (seals[0].parents, seals[0].tree, seals[0].shallow) == ((oid(8), oid(9)), "7" * 40, False)
    assert (seals[2].generation, seals[2].entries, seals[2].intact, seals[2].reason) == (5, 3, True, "")
    assert data[seals[2].line :].count(b"\n") == 1
    assert [seal.commit_id for seal in scan(store.log_path("main"), seals[0].end)] == [oid(2), oid(3)]


def test_no_log_holds_no_batch(tmp_path: Path) -> None:
    assert list(scan(str(tmp_path / "none"))) == []
    assert list(read_entries(str(tmp_path / "none"))) == []


def damage(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def test_a_flipped_bit_in_an_entry_damages_its_batch_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    middle = batch(2, "f").data
    for at in range(0, middle.rindex(b"\n", 0, -1), 7):
        log.write_bytes(batch(1, "f").data + damage(middle, at) + batch(3, "f").data)
        counting = [seal.commit_id for seal in scan(str(log)) if seal.intact]
        assert counting == [oid(1), oid(3)], at
        assert not [entry for entry in read_entries(str(log)) if entry.get("commit_id") == oid(2)], at


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (seal_id(oid(2)), seal_id(oid(4))),
        ('"entries":2', '"entries":3'),
        ('"entries":2', '"entries":1'),
        ('"entries":2', '"entries":"2"'),
        ('"entries":2', f'"entries":{2**70}'),
        ('"generation":1', '"generation":2'),
        ('"generation":1', '"generation":0'),
        ('"sha256":"', '"sha256":"0'),
        ('"sha256":', '"sha257":'),
        ('"parents":[]', '"parents":{}'),
        ('"parents":[]', '"parents":[1]'),
        ('"content_id":"7', '"content_ix":"7'),
        ('"committed_at":"2026', '"committed_at":"2027'),
    ],
)
def test_a_seal_that_contradicts_itself_seals_nothing(was: str, becomes: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    text = batch(2, "f").data.decode()
    head, seal = text[: text.rindex("\n", 0, -1) + 1], text[text.rindex("\n", 0, -1) + 1 :]
    assert was in seal
    log.write_text(batch(1, "f").data.decode() + head + seal.replace(was, becomes) + batch(3, "f").data.decode())
    seals = list(scan(str(log)))
    assert [(seal.commit_id, seal.intact) for seal in seals] == [(oid(1), True), (oid(2), False), (oid(3), True)]
    assert seals[1].reason


def test_a_seal_whose_lines_are_before_another_batch_seals_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    *lines, seal = batch(1, "f").data.splitlines(keepends=True)
    log.write_bytes(b"".join(lines) + batch(2, "g").data + seal)
    assert [(seal.commit_id, seal.intact) for seal in scan(str(log))] == [(oid(2), True), (oid(1), False)]


def test_a_half_batch_before_a_whole_one_of_the_same_commit_is_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "log"
    whole = batch(1, "f", "g").data
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]) + whole)
    (seal,) = scan(str(log))
    assert (seal.intact, seal.end - seal.start) == (True, len(whole))
    assert len(list(read_entries(str(log)))) == 4


def test_of_two_whole_batches_of_a_commit_one_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(batch(1, "f").data + batch(2).data + batch(1, "f").data)
    assert [seal.commit_id for seal in scan(str(log)) if seal.intact] == [oid(1), oid(2), oid(1)]
    assert [entry["op_id"] for entry in read_entries(str(log))] == [
        *batch(1, "f").op_ids, seal_id(oid(1)), seal_id(oid(2)),
    ]  # fmt: skip


def test_an_op_that_looks_like_a_seal_is_none(tmp_path: Path) -> None:
    log = tmp_path / "log"
    seal = entries(batch(9).data)[0]
    made = make_batch(commit(1), delta(insert("a") | seal, insert("b") | {"x": seal}), 1, engine=ENGINE)
    log.write_bytes(made.data)
    assert [(seal.commit_id, seal.entries) for seal in scan(str(log))] == [(oid(1), 2)]


def test_a_batch_larger_than_what_is_read_at_once_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muse_hook.oplog.reader.BLOCK", 100)
    monkeypatch.setattr("muse_hook.oplog.lines.BLOCK", 100)
    log = tmp_path / "log"
    log.write_bytes(b"garbage\n" * 99 + batch(1, "f", "g").data + b"x" * 999 + b"\n" + batch(2).data)
    assert [seal.commit_id for seal in scan(str(log)) if seal.intact] == [oid(1), oid(2)]
    assert len(list(read_entries(str(log)))) == 5


PIECES = st.one_of(
    st.integers(1, 4).map(lambda number: ("batch", batch(number, *("f", "g")[: number % 3]).data)),
    st.tuples(st.integers(1, 4), st.integers(0, 2500)).map(
        lambda cut: ("garbage", (batch(cut[0], "f", "g").data)[: cut[1]])
    ),
    st.binary(max_size=60).map(lambda raw: ("garbage", raw)),
    st.sampled_from(
        [
            ("garbage", b'{"domain":"git"}'), ("garbage", b'"domain":"git"'), ("garbage", b"[" * 5000),
            ("garbage", b'{"domain":"git","op_id":"x","commit_id":"y","commit":{}}'),
            ("garbage", b'{"domain":"git","op_id":"x","commit_id":7,"commit":{}}'),
            ("garbage", b'{"domain":"git","op_id":"\\ud800"}'), ("garbage", b"\r\n\0\n"),
            ("garbage", b'{"domain":"git","op_id":"x","commit_id":"y","commit":{"entries":1e999,"parents":null}}'),
        ]
    ),
)  # fmt: skip


@given(st.lists(PIECES, max_size=12), st.integers(1, 400))
def test_whatever_stands_between_them_every_whole_batch_is_found(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[str, bytes]], block: int
) -> None:
    data = b""
    wanted = []
    for kind, piece in pieces:
        if kind == "batch" and data and not data.endswith(b"\n"):
            data += b"\n"  # as the writer does
        data += piece
        if kind == "batch":
            wanted.append(len(data))
    log = tmp_path_factory.getbasetemp() / "garbage.jsonl"
    log.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch_:
        patch_.setattr("muse_hook.oplog.reader.BLOCK", block)
        patch_.setattr("muse_hook.oplog.lines.BLOCK", block)
        whole = {seal.end for seal in scan(str(log)) if seal.intact}
        read = list(read_entries(str(log)))
    assert whole >= set(wanted)
    for end in whole - set(wanted):  # a cut that took the newline alone, ended by what followed
        assert data[:end].endswith(tuple(batch(number, "f", "g").data for number in range(1, 5)))
    assert len({entry["op_id"] for entry in read}) == len(read)
    for entry in read:
        assert entry.get("commit_id") is None or seal_id(str(entry["commit_id"])) in {e["op_id"] for e in read}


LONG_LINES = ("a hole", "a hole without an end", "half a line and a hole", "a text")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("what", LONG_LINES)
def test_a_line_that_is_too_long_costs_little_and_hides_nothing(tmp_path: Path, what: str) -> None:
    """Three gigabytes of a sparse file, or a text that is longer than any line of ours."""
    store = Store(tmp_path)
    store.ensure("op_log")
    write(store, "main", batch(1, "f"))
    path = log_of(store)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        if what == "half a line and a hole":
            file.write(batch(2, "f").data[:-300])
        if what == "a text":
            file.write(b'{"' + b"x" * (MAX_LINE + 5) + b'":1}\n')
        else:
            end = file.seek(3 << 30, os.SEEK_CUR)
            file.truncate(end)
            if what != "a hole without an end":
                file.write(b"\n")
    tracemalloc.start()
    started = time.monotonic()
    seals = scan(str(path))
    read = list(read_entries(str(path)))
    took, (_, most) = time.monotonic() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [seal.commit_id for seal in seals] == [oid(1)]
    assert len(read) == 3
    assert took < 20
    assert most < (4 * MAX_LINE if what == "a text" else 24 << 20)
    with store.lock(), Index(store) as index:
        index.refresh(end_torn=True)  # as every writer does
        write(store, "main", batch(2, "g", parents=(1,), generation=2), batch(3))
        index.refresh()
        assert sorted(index.find([oid(1), oid(2), oid(3)])) == [oid(1), oid(2), oid(3)]
        assert index.batch(index.find([oid(2)])[oid(2)]).op_ids == batch(2, "g", parents=(1,), generation=2).op_ids
    assert [seal.commit_id for seal in scan(str(path)) if seal.intact] == [oid(1), oid(2), oid(3)]


def test_seals_that_claim_each_others_lines_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    *body, seal = batch(1, *(f"f{number}" for number in range(50))).data.splitlines(keepends=True)
    wrong = seal.replace(b'"sha256":"', b'"sha256":"0')
    path.write_bytes(b"".join(body) + wrong * 500 + batch(2, "f").data)
    read: list[int] = []
    real = os.pread

    def counted(fd: int, n: int, at: int) -> bytes:
        found = real(fd, n, at)
        read.append(len(found))
        return found

    monkeypatch.setattr(os, "pread", counted)
    assert [each.commit_id for each in scan(str(path)) if each.intact] == [oid(2)]
    monkeypatch.undo()
    assert sum(read) < 4 * path.stat().st_size
