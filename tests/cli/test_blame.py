"""`blame` shows definitions, by lines where that is asked for, with whoever is claimed to have made a change."""

from __future__ import annotations

import json

import pytest
from support.shell import Shell

FILE = """\
import os


def first(path):
    return os.fspath(path)


class Model:
    size = 1

    def save(self):
        return self.size
"""


@pytest.fixture
def blamed(shell: Shell) -> Shell:
    shell.run("install")
    shell.repo.commit("Begin", a=FILE)
    shell.repo.commit("By an agent\n\nMuse-Actor: agent-7\n", a=FILE.replace("fspath(path)", "fspath(path) or None"))
    text = FILE.replace("fspath(path)", "fspath(path) or None").replace("return self.size", "return self.size + 1")
    shell.repo.commit("Together\n\nCo-authored-by: Claude <noreply@example.org>\n", a=text)
    return shell


def names(shell: Shell, *arguments: str) -> list[str]:
    rows = json.loads(shell.out("blame", "--json", *arguments, "a.py"))["symbols"]
    return [row["address"].partition("::")[2] for row in rows]


def test_imports_stand_behind_and_only_where_asked_for(blamed: Shell) -> None:
    symbols = ["first", "Model", "Model.size", "Model.save"]
    assert names(blamed) == symbols
    assert names(blamed, "--imports") == [*symbols, "import::os"]
    assert [line.rsplit("  ", 2)[1] for line in blamed.out("blame", "a.py").splitlines()] == symbols


def test_lines_choose_the_symbols_that_touch_them(blamed: Shell) -> None:
    for text, found in (
        ("4,5", ["first"]), ("5", ["first", "Model", "Model.size", "Model.save"]), ("4,+1", ["first"]),
        ("6,-3", ["first"]),
        ("5,4", ["first"]), ("9,9", ["Model", "Model.size"]), (":first", ["first"]), (":save", ["Model", "Model.save"]),
        (",5", ["first"]), ("6,7", []), ("/def first/,+1", ["first"]), ("/def f.*t(/,/fspath/", ["first"]),
        ("^/SIZE/,9", None), ("/size/,+1", ["Model", "Model.size"]), ("/size/", ["Model", "Model.size", "Model.save"]),
    ):  # fmt: skip
        status, out, _ = blamed.run("blame", "--json", "-L", text, "a.py")
        if found is None:
            assert (text, status) == (text, 2)
            continue
        rows = json.loads(out)["symbols"]
        assert (text, status, [row["address"].partition("::")[2] for row in rows]) == (text, 0, found)
    assert names(blamed, "-L", "4", "-L", ":size")[:1] == ["first"]
    # A second pattern is looked for behind the first range, with a ^ from the top of the file.
    assert names(blamed, "-L", "/def/,+1", "-L", "/def/,+1") == ["first", "Model", "Model.save"]
    assert names(blamed, "-L", "/def/,+1", "-L", "^/def/,+1") == ["first"]
    for text, wrong in (
        ("99", "a.py has 12 lines"),
        ("x", "no range"),
        ("1,+0", "no line"),
        (":frist", "-L :first"),
        ("/none/", "no line matches"),
        ("/[/", "regular expression"),
    ):
        status, out, err = blamed.run("blame", "-L", text, "a.py")
        assert (text, status, out) == (text, 2, "")
        assert wrong in err
    assert "no symbol stands there" in blamed.run("blame", "-L", "6,7", "a.py")[2]


def test_agents_and_co_authors_are_named(blamed: Shell) -> None:
    lines = blamed.out("blame", "a.py").splitlines()
    assert "  agent-7 for Ada Lovelace  " in lines[0]
    assert "  Ada Lovelace, Claude  " in lines[3]
    date = blamed.repo.git("log", "-1", "--format=%ad", "--date=iso")
    assert date in blamed.out("blame", "--date=iso", "a.py").splitlines()[3]


def test_rows_fit_the_terminal(blamed: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (60, 80, 200):
        monkeypatch.setattr("muse_hook.cli.invocation.columns", lambda _, columns=columns: columns)
        lines = blamed.out("blame", "a.py").splitlines()
        assert len(lines) == 4
        assert all(len(line) <= columns for line in lines)
        assert ("function" in lines[0]) == (columns > 60)
        assert "first" in lines[0]


RENAMED = FILE.replace("first", "prime") + "\n\ndef second(path):\n    return prime(path)\n"


def test_show_says_what_follows_a_rename_and_what_came_from_where(shell: Shell) -> None:
    shell.run("install")
    repo = shell.repo
    before = FILE + "\n\ndef second(path):\n    return first(path)\n"
    repo.commit("Begin", a=before)
    repo.commit("Rename", a=RENAMED)
    line = next(line for line in shell.out("show").splitlines() if "second" in line)
    assert line.endswith("body, follows the rename of a.py::first")
    ops = {op["address"]: op for op in shell.json("show")["delta"]["ops"][0]["child_ops"]}
    assert ops["a.py::second"]["follows"] == ["a.py::first"]
    assert shell.json("diff", "HEAD~", "HEAD")["delta"]["ops"] == shell.json("show")["delta"]["ops"]
    repo.commit("Back, and more", a=before.replace("return first(path)", "return first(path, 1)"))
    assert "follows" not in shell.out("show")
    repo.commit("Deeper", a=RENAMED.replace("    return prime(path)", "    if path:\n        return prime(path)"))
    assert "follows" not in shell.out("show")


LONG = """\
def load(path):
    with open(path) as file:
        text = file.read()
    lines = text.split("\\n")
    kept = [line.strip() for line in lines]
    found = {line: number for number, line in enumerate(kept)}
    return sorted(found), len(kept)
"""
PARTED = """\
def load(path):
    with open(path) as file:
        text = file.read()
    return parse(text)


def parse(text):
    lines = text.split("\\n")
    kept = [line.strip() for line in lines]
    found = {line: number for number, line in enumerate(kept)}
    return sorted(found), len(kept)
"""


def test_show_says_what_was_extracted(shell: Shell) -> None:
    shell.run("install")
    shell.repo.commit("Begin", a=LONG)
    shell.repo.commit("Extract", a=PARTED)
    assert "extracted from a.py::load" in shell.out("show")
    shell.repo.commit("Inline", a=LONG)
    assert "inlined into a.py::load" in shell.out("show")
