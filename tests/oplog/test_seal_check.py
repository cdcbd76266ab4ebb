"""A seal's own digest: a flipped bit anywhere in a batch is noticed by whoever reads it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.batches import ENGINE, batch, commit, delta, log_of, oid, patch, scan, write

from muse_hook.digest import hex_sha256
from muse_hook.index.index import Index
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.reader import read_entries
from muse_hook.oplog.store import Store

if TYPE_CHECKING:
    from pathlib import Path

NUMBERED = "muse_hook engine 1; tree-sitter 0.26.1; python grammar 0.25.0 abi 15"


def numbered(number: int, *names: str, engine: str = NUMBERED) -> bytes:
    return make_batch(commit(number), delta(patch(f"m{number}.py", *names)), 1, engine).data


def test_a_seal_ends_with_the_digest_of_its_line_before_it() -> None:
    line = numbered(1, "f").rstrip(b"\n").rpartition(b"\n")[2]
    head, _, check = line.rpartition(b',"check"')
    assert check == f':"{hex_sha256(head)[:16]}"}}'.encode()


def test_a_seal_of_an_engine_without_a_number_has_none_and_counts(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1, "f"))
    assert b'"check"' not in log_of(store).read_bytes()
    assert [seal.intact for seal in scan(str(log_of(store)))] == [True]
    assert not ENGINE.startswith("muse_hook engine")


@pytest.mark.timeout(300)
def test_a_flipped_bit_anywhere_is_noticed_by_the_reader_and_the_index(tmp_path: Path) -> None:
    store = Store(tmp_path)
    data = numbered(1, "f", "g")
    write(store, "main", batch(2, "x"))
    path = log_of(store)
    before = path.read_bytes()
    for at in range(len(data) - 1):  # the last byte ends the line: without it the seal is torn
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        path.write_bytes(before + bytes(flipped) + b"\n")
        fd = os.open(path, os.O_RDONLY)
        os.close(fd)
        assert not [seal for seal in scan(str(path)) if seal.intact and seal.commit_id != oid(2)], (at, flipped)
        assert not any(entry.get("commit_id") == oid(1) for entry in read_entries(str(path))), (at, flipped)
    path.write_bytes(before + data)
    with Index(store) as index:
        index.refresh()
        assert set(index.find([oid(1), oid(2)])) == {oid(1), oid(2)}
