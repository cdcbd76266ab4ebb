"""Somebody else's text: subjects and branches with characters at which Python, and not Git, ends a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muse_hook.catchup import rebase

if TYPE_CHECKING:
    from room import Room

# Where `str.splitlines`, `str.split()` or a file read as text would part: Git ends lines at a line feed alone.
SEPARATORS = pytest.mark.parametrize(
    "separator", ["\u2028", "\u2029", "\u0085", "\x0c", "\x0b", "\x1c", "\x1d", "\x1e", "\r", "\u00a0"], ids=ascii
)
BACKENDS = pytest.mark.parametrize("backend", ["--merge", "--apply"])


@SEPARATORS
@BACKENDS
def test_a_subject_forges_no_line_of_the_todo_list(room: Room, backend: str, separator: str) -> None:
    room.git("switch", "-q", "-c", "topic")
    first = room.one("A.txt", message="A", dead=True)
    room.one("B.txt", message=f"B{separator}fixup {first}", dead=True)
    room.git("switch", "-q", "main")
    room.one("both.txt", message="main", dead=True)
    room.git("switch", "-q", "topic")
    room.sync()
    room.git("rebase", "-q", backend, "main")
    room.sync()
    assert [why for why, _, _ in room.marks()] == ["rebase", "rebase"]


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("pick {0} A", [["pick", "{0}"]]),
        ("pick\t{0}\tA", [["pick", "{0}"]]),
        ("  fixup -C {0} # A", [["fixup", "{0}"]]),
        ("merge -c {0} topic # Merge", [["merge", "{0}"]]),
        ("exec git show {0}", []),
        ("label {0}x", []),
        ("reset onto {0}", []),
        ("# pick {0} A", []),
    ],
)
def test_a_line_of_the_todo_list_names_a_commit_in_one_place(line: str, commands: list[list[str]]) -> None:
    oid = "0123456789" * 4
    found = rebase._commands(line.format(oid) + "\n")
    assert found == [[command, named.format(oid)] for command, named in commands]


@SEPARATORS
def test_a_push_to_a_branch_is_recorded_in_the_session_of_its_whole_name(new_room: Room, separator: str) -> None:
    if separator in "\x0c\x0b\x1c\x1d\x1e\r":
        pytest.skip("Git refuses control characters in a ref")
    room = new_room
    there = room.clone(room.path.parent / "there")
    there.git("switch", "-q", "-c", f"main{separator}x", check=False)
    there.write("a.py", "def f(): pass\n")
    there.git("add", "-A")
    there.git("commit", "-q", "-m", "one")
    there.git("push", "-q", "origin", f"HEAD:refs/heads/main{separator}x")
    room.settle()
    assert room.recorded() == {f"main{separator}x": 1}
