"""The diffs of a page: of each step what Git says of its lines, bounded; and where a host has them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from support.reports import data_of
from support.shell import Shell

from muse_hook.report import diffs, gather
from muse_hook.report.diffs import MOST_LINES


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install", "--no-history")
    shell.repo.commit("Begin", a="def f():\n    return 1\n")
    return shell


def told(shell: Shell, *arguments: str) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Return the diffs by the subject of their commit and the name of their symbol, and all tables."""
    data = data_of(shell.out("report", *arguments).encode())
    strings, found = data["strings"], dict[str, list[str]]()
    ends = [sum(data["commits"]["ops"][: at + 1]) for at in range(len(data["commits"]["ops"]))]
    for op, text in zip(data["diffs"]["op"], data["diffs"]["text"], strict=True):
        commit = next(at for at, end in enumerate(ends) if op < end)
        place = data["entities"]["place"][data["ops"]["entity"][op]]
        name = strings[data["places"]["name"][place]]
        found[f"{strings[data['commits']['subject'][commit]]} {name}"] = text.split("\n")
    return found, data


def test_each_step_has_its_own_lines_of_the_diff(shell: Shell) -> None:
    repo = shell.repo
    two = "def f():\n    return 1\n\n\ndef group():\n    total = sum(range(42))\n    return total * len('x')\n"
    repo.commit("Two", a=two)
    two = two.replace("1", "'</script>\x1b[31m'").replace("42", "22")
    repo.commit("Edit both", a=two)
    repo.git("mv", "a.py", "ä b.py")
    repo.commit("Move")
    two = two.replace("group()", "hall()")
    repo.commit("Rename", **{"ä b": two})
    repo.commit("Take f away", **{"ä b": two.partition("\n\n\n")[2].replace("22", "23")})
    repo.git("switch", "-qc", "side", "HEAD~")
    repo.commit("Aside", side="def s(): pass\n")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    found, data = told(shell)
    assert found["Begin f"] == ["@@ -1 +1 @@", "+def f():", "+    return 1", ""]
    assert found["Two hall"][:3] == ["@@ -3 +5 @@", "+def group():", "+    total = sum(range(42))"]
    assert found["Edit both f"][1:] == [" def f():", "-    return 1", "+    return '</script>\\x1b[31m'", ""]
    assert found["Edit both hall"][2:4] == ["-    total = sum(range(42))", "+    total = sum(range(22))"]
    assert found["Rename hall"][1:4] == ["-def group():", "+def hall():", "     total = sum(range(22))"]
    assert found["Take f away hall"][1:3] == [" def hall():", "-    total = sum(range(22))"]
    assert found["Take f away f"][1:] == ["-def f():", "-    return '</script>\\x1b[31m'", ""]
    assert found["Aside s"][1:] == ["+def s(): pass", ""]
    assert not [key for key in found if key.startswith("Merge")]
    assert data["links"] is None


@pytest.mark.parametrize("dies", [False, True])
def test_another_process_makes_the_same_diffs(shell: Shell, monkeypatch: pytest.MonkeyPatch, dies: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Of many ops; where it dies, they are made here."""
    shell.repo.commit("Two", a="def f():\n    return 2\n")
    expected = told(shell)
    here, steps = os.getpid(), gather._PageWalk.steps
    made_by: list[int] = []

    def seen(walk: gather._PageWalk) -> Iterator[diffs.StoryStep]:
        made_by.append(os.getpid())
        if dies and os.getpid() != here:
            os._exit(1)
        return steps(walk)

    monkeypatch.setattr(gather._PageWalk, "steps", seen)
    monkeypatch.setattr(gather, "_APART", 1)
    monkeypatch.setattr(gather, "processors", lambda: 2)
    assert told(shell) == expected
    assert made_by == [here] * dies


def test_diffs_are_bounded_by_step_and_by_page(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = shell.repo
    repo.commit(
        "Long", b="def long():\n" + "".join(f"    x{at} = {at}\n" for at in range(500)) + f"    y = '{'z' * 999}'\n"
    )
    found, _ = told(shell)
    assert len(found["Long long"]) == MOST_LINES + 1  # a line feed ends the last
    assert found["Long long"][-2] == "\N{HORIZONTAL ELLIPSIS} 464 lines more"
    assert "Begin f" in found
    monkeypatch.setattr(diffs, "MOST_BYTES", 10)
    assert list(told(shell)[0]) == ["Long long"]  # the newest come first


def test_a_host_has_addresses_and_whole_ids(shell: Shell) -> None:
    repo = shell.repo
    repo.git("remote", "add", "origin", "https://user:secret@github.com/some/thing.git")
    found, data = told(shell)
    assert data["links"] == {
        "commit": "https://github.com/some/thing/commit/{id}",
        "file": "https://github.com/some/thing/blob/{id}/{path}",
        "lines": "#L{first}-L{last}", "line": "#L{first}", "op": data["diffs"]["op"], "first": [1], "last": [2],
    }  # fmt: skip
    assert data["commits"]["id"] == [repo.git("rev-parse", "HEAD")]
    assert "secret" not in shell.out("report")
    assert list(found) == ["Begin f"]
