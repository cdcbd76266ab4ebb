"""Whatever bytes stand where we read: an answer or an error of ours in bounded time, never a fault.

Each reader is given texts of its own grammar that were damaged (`damaged`), and plain bytes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.batches import batch

from muse_hook.catchup import rebase
from muse_hook.catchup.queue import read_events
from muse_hook.catchup.state import read_baseline, read_frontier, read_unreadable
from muse_hook.errors import MuseHookError
from muse_hook.git import reflogs
from muse_hook.git.commits import parse_commit, trailers
from muse_hook.git.objects import parse_entry, split_tree
from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store
from muse_hook.pathrules.patterns import Attributes, IgnoreRules, attribute_states
from muse_hook.watch.cursor import Cursor, LogPosition

pytestmark = pytest.mark.long

LIMIT = settings(
    max_examples=400, deadline=5000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

OID = b"0123456789abcdef0123456789abcdef01234567"
WHO = b"A \xc3\xa4 <a@example.com> 1700000000 +0100"
COMMIT = (
    b"tree " + OID + b"\nparent " + OID + b"\nauthor " + WHO + b"\ncommitter " + WHO
    + b"\nencoding ISO-8859-1\ngpgsig -----BEGIN\n x\n\nSubject\n\nBody\n\nMuse-Actor: agent\nCo-authored-by: B <b@c>\n"
)  # fmt: skip
TREE = b"100644 a.py\0" + bytes(range(20)) + b"40000 d\0" + bytes(20)
IGNORE = b"[global]\npatterns = ['*.min.js', \"build/\", '!a[a-z]?']\n[domain.code]\npatterns = ['**/x']\n"
ATTRIBUTES = (
    b'[attr]made linguist-generated\n*.x made -diff\n"a\\303\\244b" linguist-vendored=false\nd/** !linguist-generated\n'
)
TODO = b"pick " + OID + b" subject\nfixup -C " + OID + b"\nexec make\nlabel x\nmerge -c " + OID + b" x # y\n"
REFLOG = OID + b" " + OID + b" " + WHO + b"\tcheckout: moving from a to b\n"
EVENT = json.dumps(
    {
        "version": 1, "branch": "main", "head": OID.decode(), "hook": "post-rewrite", "kind": "amend",
        "pairs": [[OID.decode(), OID.decode()]], "rebase": None, "updates": [], "worktree": None,
    }
).encode()  # fmt: skip
STATE = b"muse_hook baseline 1\n" + OID + b" 3 *\nend\n"
LOG = batch(1, "f", generation=1).data + batch(2, "g", parents=(1,), generation=2).data

PIECES = [
    b"\0", b"\n", b"\r", b"\v", b"\f", b"\x1b[31m", b"\xff", b"\xed\xa0\x80", b'"', b"\\", b"{", b"}", b"[", b"]", b" ",
    b"\t", b"9" * 400, b"-1", b"1e999", b"NaN", b"null", b"true", b"[" * 3000, b'{"a":' * 500, b"punycode", b"utf-16",
    b"\\ud800", b"../..", b"**/" * 40, b"[[:alpha:]-", b".a" * 40, b"=", b"#", b"'''", b"18446744073709551616",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Return `whole` with some of it cut out, said twice, or in the place of other bytes."""
    data = whole
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        to = draw(st.integers(at, min(len(data), at + 200)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8), st.just(data[at:to] * 2)))
        data = data[:at] + piece + data[to:]
    return data


def bytes_like(whole: bytes) -> st.SearchStrategy[bytes]:
    return st.one_of(damaged(whole), st.binary(max_size=200))


def answered(read: Callable[[], Any], *errors: type[Exception]) -> Any:
    """Return what a reader says; MuseHookError and `errors` are answers too."""
    answers: tuple[type[Exception], ...] = (MuseHookError, *errors)
    try:
        return read()
    except answers:
        return None


@LIMIT
@given(bytes_like(COMMIT))
def test_commit_objects(raw: bytes) -> None:
    found = answered(lambda: parse_commit(OID.decode(), raw))
    if found is not None:
        assert "\n" not in found.summary
        assert found.authored_at.endswith("+00:00")
    trailers(raw.decode("utf-8", "replace"))


@LIMIT
@given(bytes_like(TREE), st.sampled_from([20, 32]))
def test_tree_objects(raw: bytes, size: int) -> None:
    entries = answered(lambda: split_tree(raw, size), ValueError) or []
    for entry in entries:
        answered(partial(parse_entry, entry, size), ValueError)


@LIMIT
@given(bytes_like(IGNORE), st.text(max_size=30))
def test_ignore_files(raw: bytes, path: str) -> None:
    rules = answered(lambda: IgnoreRules(raw), ValueError)
    if rules is not None:
        assert rules.ignores(tuple(path.split("/"))) in (True, False)


@LIMIT
@given(bytes_like(ATTRIBUTES), st.text(max_size=30))
def test_attribute_files(raw: bytes, path: str) -> None:
    made = Attributes(raw)
    matched = [assignments for glob, assignments in made.compiled() if glob.matches(tuple(path.split("/")))]
    attribute_states(matched, made.macros)


@LIMIT
@given(bytes_like(TODO))
def test_todo_files(raw: bytes) -> None:
    text = raw.decode("utf-8", "surrogateescape")
    assert all(len(command) == 2 for command in rebase._commands(text))
    rebase._listed(text)


@LIMIT
@given(bytes_like(REFLOG * 2))
def test_reflogs(raw: bytes) -> None:
    for entry in reflogs._entries(raw.split(b"\n")):
        assert isinstance(entry.time, int)


@LIMIT
@given(bytes_like(EVENT))
def test_queue_files(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        Path(store.ensure("queue"), "00000000000000000001-1").write_bytes(raw)
        events, garbage = read_events(store)
        assert len(events) + len(garbage) <= 1


@LIMIT
@given(bytes_like(STATE))
def test_files_of_state(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        store.ensure("op_log")
        for name in ("baseline", "frontier", "left"):
            Path(store.path(name)).write_bytes(raw)
        answered(lambda: read_baseline(store))
        answered(lambda: read_frontier(store))
        answered(lambda: read_unreadable(store))


@LIMIT
@given(bytes_like(str(Cursor({"main": LogPosition(10, "a" * 8, 12, 1)})).encode()))
def test_cursors(raw: bytes) -> None:
    found = answered(lambda: Cursor.parse(raw.decode("utf-8", "surrogateescape")))
    if found is not None:
        assert answered(lambda: Cursor.parse(str(found))) is not None


@LIMIT
@given(bytes_like(LOG))
def test_log_lines(raw: bytes) -> None:
    """Whatever stands in a log is read or passed over, and again after a whole batch was put behind it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        log = Path(store.ensure_session("main"), "ops.jsonl")
        log.write_bytes(raw + b"\n" + batch(3, "h").data)
        with Index(store) as index:
            index.refresh()
            index.damaged()
            index.sessions()
            for session, _, commit_id, _ in index.positions():
                assert session == "main"
                if commit_id:
                    found = index.read(commit_id)
                    assert found is None or found[1].entries()
        with Index(store) as index:
            refresh(index)
