"""Somebody else's text: subjects and branches with characters at which Python, and not Git, ends a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muse_hook.catchup import rebase

if TYPE_CHECKING:
    from support.hooked import HookedRepo

# Where `str.splitlines`, `str.split()` or a file read as text would part: Git ends lines at a line feed alone.
SEPARATORS = pytest.mark.parametrize(
    "separator", ["\u2028", "\u2029", "\u0085", "\x0c", "\x0b", "\x1c", "\x1d", "\x1e", "\r", "\u00a0"], ids=ascii
)
BACKENDS = pytest.mark.parametrize("backend", ["--merge", "--apply"])


@SEPARATORS
@BACKENDS
def test_a_subject_forges_no_line_of_the_todo_list(hooked: HookedRepo, backend: str, separator: str) -> None:
    hooked.git("switch", "-q", "-c", "topic")
    first = hooked.one("A.txt", message="A", dead=True)
    hooked.one("B.txt", message=f"B{separator}fixup {first}", dead=True)
    hooked.git("switch", "-q", "main")
    hooked.one("both.txt", message="main", dead=True)
    hooked.git("switch", "-q", "topic")
    hooked.sync()
    hooked.git("rebase", "-q", backend, "main")
    hooked.sync()
    assert [why for why, _, _ in hooked.marks()] == ["rebase", "rebase"]


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
def test_a_push_to_a_branch_is_recorded_in_the_session_of_its_whole_name(unborn: HookedRepo, separator: str) -> None:
    if separator in "\x0c\x0b\x1c\x1d\x1e\r":
        pytest.skip("Git refuses control characters in a ref")
    hooked = unborn
    there = hooked.clone(hooked.path.parent / "there")
    there.git("switch", "-q", "-c", f"main{separator}x", check=False)
    there.write("a.py", "def f(): pass\n")
    there.git("add", "-A")
    there.git("commit", "-q", "-m", "one")
    there.git("push", "-q", "origin", f"HEAD:refs/heads/main{separator}x")
    hooked.settle()
    assert hooked.recorded() == {f"main{separator}x": 1}
