"""A flipped bit anywhere in a log is found by whoever reads it, and by verify."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from support.batches import commit, delta, log_of, oid, patch, scan, write

from muse_hook.index.index import Index
from muse_hook.oplog.batch import ManualEntries, make_batch, make_cut, make_dropped, make_superseded
from muse_hook.oplog.claim import Claim, make_claim, make_release
from muse_hook.oplog.reader import OpenLogs, read_entries
from muse_hook.oplog.store import Store
from muse_hook.record.collect import collect
from muse_hook.verify.logs import Logs
from muse_hook.verify.report import VerifyReport

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = "muse_hook engine 1; tree-sitter 0.26.1; python grammar 0.25.0 abi 15"


def a_log_with_every_kind_of_line(store: Store) -> Path:
    """Write batches and, between them, a line of each kind that has no seal."""

    def made(number: int, *names: str) -> object:
        return make_batch(commit(number), delta(patch("J*.py", *names)), 1, ENGINE)

    claim = make_claim("Ada <a@x>", {"J*.py::f": "0123456789abcdef"}, 8, intent="i", until="2030-01-01T00:00:00+00:00")
    release = make_release("Ada <a@x>", Claim(claim, "main"), ["J*.py::f"], 9)
    write(
        store,
        "main",
        made(1, "f", "g"),
        make_superseded(oid(7), commit(1), "amend", 1),
        make_dropped(commit(8), 1),
        made(2),
        make_cut(oid(9), "2026-01-01T00:00:00+00:00", 1),
        ManualEntries.of_claim(claim),
        ManualEntries.of_claim(release),
        made(3, "h"),
        make_superseded(oid(6), commit(3), "rebase", 1),
    )
    return log_of(store)


def problems(store: Store) -> list[str]:
    report = VerifyReport()
    with OpenLogs(store) as logs:
        Logs(store, logs, report)
    torn = [note for note in report.notes if note.kind == "torn"]
    return [each.kind for each in report.problems + torn]


def hold(store: Store, path: Path, bits: range | list[int]) -> None:
    whole = path.read_bytes()
    entries = list(read_entries(str(path)))
    assert problems(store) == []
    for bit in bits:
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = list(read_entries(str(path)))
        # Without its newline the last line waits for it, or is read as it was.
        assert len(found) < len(entries) or (bit // 8 == len(whole) - 1 and found == entries), (bit, flipped)
        assert all(entry in entries for entry in found), (bit, flipped)
        assert problems(store), (bit, flipped)
    path.write_bytes(whole)
    assert list(read_entries(str(path))) == entries


@pytest.mark.timeout(120)
def test_a_flipped_bit_is_found_by_readers_and_by_verify(tmp_path: Path) -> None:
    """Some bits of all, those of where lines end, and of how a mark's line ends."""
    store = Store(tmp_path)
    path = a_log_with_every_kind_of_line(store)
    data = path.read_bytes()
    drawn = random.Random(15)  # noqa: S311 - no secrets
    some = set(drawn.sample(range(8 * len(data)), 300)) | {8 * at + 7 for at in drawn.sample(range(len(data)), 100)}
    some.update(8 * at + bit for at in range(len(data)) if data[at : at + 1] == b"\n" for bit in range(8))
    hold(store, path, sorted(some.union(range(8 * len(data) - 230, 8 * len(data)))))


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_each_flipped_bit_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = a_log_with_every_kind_of_line(store)
    hold(store, path, range(8 * path.stat().st_size))


def test_altered_marks_and_claims_are_in_no_index_and_gc_takes_them_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = a_log_with_every_kind_of_line(store)
    lines = path.read_bytes().splitlines(keepends=True)
    without = [line for line in lines if b'"commit_id"' in line]
    assert len(without) == len(lines) - 6
    path.write_bytes(b"".join(line if line in without else line.replace(b"2026", b"2027", 1) for line in lines))
    altered = sum(b"2026" in line for line in lines if line not in without)
    assert problems(store) == ["altered"] * altered
    with Index(store) as index:
        index.refresh()
        assert index.claims() == []
    assert collect(store).lines == altered
    assert problems(store) == []
    assert {seal.commit_id for seal in scan(str(path)) if seal.intact} == {oid(1), oid(2), oid(3)}
