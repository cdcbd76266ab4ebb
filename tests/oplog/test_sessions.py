"""Session ids: what is refused, what a folder is called, and that every name comes back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.batches import batch, log_of, write

from muse_hook.errors import SessionError
from muse_hook.oplog import sessions
from muse_hook.oplog.log import OpLog, list_sessions
from muse_hook.oplog.sessions import MAX_COMPONENT, check, decode_component, encode_component, is_cut
from muse_hook.oplog.store import Store

# What Git allows in a branch name, bytes that are no UTF-8 included.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="/\\", exclude_categories=["Cc"]) | st.integers(
    0x80, 0xFF
).map(lambda byte: chr(0xDC00 + byte))
COMPONENTS = (
    st.lists(CHARACTERS, min_size=1, max_size=80)
    .map("".join)
    .filter(lambda text: not text.startswith(".") and ".." not in text)
)


@pytest.mark.parametrize(
    "session_id",
    [
        "", "/", "/etc", "..", "../x", "a/..", "a/../b", "a..b", "a\\b", "a\nb", "a\0b", "\x7f", "\x1b[31m", ".", "./a",
        ".hidden", "a/.hidden", "a//b", "a/", "a/./b", "\ud800", 3, None, b"main",
    ],
)  # fmt: skip
def test_an_id_that_would_escape_the_store_is_refused(session_id: object, tmp_path: Path) -> None:
    with pytest.raises(SessionError):
        OpLog(tmp_path, session_id)  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == ["home"]


@pytest.mark.parametrize(
    "session_id", ["main", "feature/x", "HEAD", "worktrees/w/HEAD", "ü/日本", "a b", "@{-1}", "-x"]
)
def test_a_plain_id_is_its_own_folder(session_id: str, tmp_path: Path) -> None:
    assert Store(tmp_path).log_path(session_id) == f"{tmp_path}/.muse/op_log/{session_id}/ops.jsonl"


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("ops.jsonl", b"%6Fps.jsonl"),
        ("checkpoint.json", b"%63heckpoint.json"),
        ("OPS.jsonl", b"%4FPS.jsonl"),
        ("100%", b"100%25"),
        ("%6Fps.jsonl", b"%256Fps.jsonl"),
        ("caf\udce9", b"caf%E9"),
        ("\x85", b"%C2%85"),
    ],
)
def test_what_cannot_be_a_folder_is_percent_encoded(component: str, name: bytes) -> None:
    assert encode_component(component) == name
    assert decode_component(name) == component


@given(COMPONENTS)
def test_every_component_comes_back(component: str) -> None:
    name = encode_component(component)
    assert len(name) <= MAX_COMPONENT
    assert not name.startswith(b".")
    assert b"/" not in name
    if not is_cut(name):
        assert decode_component(name) == check(component)


@given(COMPONENTS, COMPONENTS)
def test_two_components_never_share_a_folder(one: str, other: str) -> None:
    assert (encode_component(one) == encode_component(other)) == (check(one) == check(other))


def test_escaped_bytes_that_are_utf_8_after_all_are_one_spelling_of_the_text() -> None:
    assert check("caf\udcc3\udca9") == "café"


def test_every_session_is_listed_by_its_whole_name(tmp_path: Path) -> None:
    names = [
        "main", "feature/x", "feature", "ops.jsonl", "a/checkpoint.json/b", "100%", "caf\udce9", "x" * 250,
        "é" * 120 + "/" + "%" * 100, "\udcff" * 90,
    ]  # fmt: skip
    store = Store(tmp_path)
    for number, name in enumerate(names):
        write(store, name, batch(number))
    assert list_sessions(tmp_path) == sorted(names)
    assert {store.session_at(folder[len(store.path("op_log", "")) :]) for _, folder in store.sessions()} == set(names)


def test_long_names_that_differ_at_their_end_have_folders_of_their_own() -> None:
    one, other = encode_component("x" * 249 + "1"), encode_component("x" * 249 + "2")
    assert one != other
    assert len(one) == len(other) == MAX_COMPONENT
    assert is_cut(one)


def test_a_folder_that_no_session_leads_to_is_passed_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", batch(1))
    for name in ("50%", "main/deep", "empty", ".hidden"):
        folder = Path(store.path("op_log", name))
        folder.mkdir()
        if name != "empty":
            (folder / "ops.jsonl").touch()
    assert list_sessions(tmp_path) == ["main", "main/deep"]


def test_a_checkpoint_alone_makes_a_session(tmp_path: Path) -> None:
    OpLog(tmp_path, "main").checkpoint("snapshot")
    assert list_sessions(tmp_path) == ["main"]


def test_names_that_differ_in_case_have_folders_of_their_own_where_case_is_folded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "is_case_ignored", lambda _: True)
    store = Store(tmp_path)
    for number, name in enumerate(["Foo/a", "foo/a", "FOO", "Foo/A"]):
        write(store, name, batch(number))
        write(store, name, batch(number + 100))
    paths = [str(log_of(store, name)).casefold() for name in ["Foo/a", "foo/a", "FOO", "Foo/A"]]
    assert len(set(paths)) == 4
    assert list_sessions(tmp_path) == ["FOO", "Foo/A", "Foo/a", "foo/a"]
    assert all(Path(log).read_bytes().count(b"\n") == 2 for log in map(store.log_path, list_sessions(tmp_path)))


def test_this_file_system_tells_whether_it_folds_case(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.ensure()
    (tmp_path / "probe").touch()
    assert store.ignores_case == (tmp_path / "PROBE").exists()
