"""`muse-hook concurrent`: what it prints, how it exits, and that it writes nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.forks import APP, Fork, edit
from support.shell import Shell


def told_by(shell: Shell, *arguments: str) -> tuple[int, Any]:
    status, out, _ = shell.run(*arguments, "--json")
    return status, json.loads(out)


def test_the_command_exits_1_where_something_collides(fork: Fork, shell: Shell) -> None:
    fork.sides(
        {"app.py": APP}, {"app.py": edit(("def helper", "def assistant"))}, {"app.py": edit(("total * 2", "total * 3"))}
    )
    status, out, _ = shell.run("concurrent", "ours", "theirs")
    assert status == 1
    assert [line.strip() for line in out.splitlines()[1:]] == [
        "function app.py::helper  both changed  git merges",
        "ours    renamed \N{RIGHTWARDS ARROW} app.py::assistant  L20\N{EN DASH}23",
        "theirs  body  L20\N{EN DASH}23",
        "1 collision",
    ]
    status, told = told_by(shell, "concurrent", "ours")  # HEAD is theirs
    assert status == 1
    (comparison,) = told["comparisons"]
    assert (told["version"], told["command"], comparison["names"]) == (1, "concurrent", ["ours", "HEAD"])
    assert comparison["collisions"][0]["kind"] == "both_changed"
    assert shell.run("concurrent", "main", "ours")[0] == 0


def test_the_command_compares_all_branches_with_the_default_one(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("limit = 1", "limit = 2"))})
    repo = fork.repo
    status, told = told_by(shell, "concurrent", "--all")
    assert status == 0
    assert [(each["names"], each["collisions"]) for each in told["comparisons"]] == [(["ours", "theirs"], [])]
    repo.git("checkout", "-q", "main")
    fork.commit("Go on", {"app.py": edit(("a + b", "a * b"))})
    status, told = told_by(shell, "concurrent", "--all")
    assert status == 1
    assert [(each["names"], len(each["collisions"])) for each in told["comparisons"]] == [
        (["main", "ours"], 1),
        (["main", "theirs"], 0),
        (["ours", "theirs"], 0),
    ]
    repo.git("checkout", "-q", "--orphan", "island")
    fork.commit("Apart", {"app.py": APP})
    repo.git("checkout", "-q", "main")
    status, out, err = shell.run("concurrent", "--all")
    assert status == 1
    assert out.count(" parted at ") == 3
    assert err.count("has no common history") == 1
    assert "warning: island has no common history with main" in err


def test_two_live_branches_are_compared_with_each_other(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})
    fork.repo.git("branch", "merged", "main")
    status, told = told_by(shell, "concurrent", "--all")
    assert status == 1
    assert [(each["names"], [one["address"] for one in each["collisions"]]) for each in told["comparisons"]] == [
        (["ours", "theirs"], ["app.py::helper"])
    ]
    fork.repo.git("checkout", "-q", "ours")
    fork.repo.git("commit", "-q", "--amend", "--no-edit", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    assert told_by(shell, "concurrent", "--all") == (0, {**told, "comparisons": []})  # long behind


def test_all_branches_are_compared_in_sight_of_a_terminal_alone(
    fork: Fork, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})
    fork.repo.git("checkout", "-q", "main")
    fork.commit("Go on", {"app.py": edit(("limit = 1", "limit = 2"))})
    monkeypatch.setattr("muse_hook.cli.invocation._PATIENCE", 0.0)
    monkeypatch.setattr("muse_hook.cli.progress._REDRAW_SECONDS", 0.0)
    assert shell.run("concurrent", "--all")[2] == ""
    monkeypatch.setattr("muse_hook.cli.invocation.columns", lambda _: 100)
    _, out, err = shell.run("concurrent", "--all")
    assert out.count(" parted at ") == 3
    drawn = [line for line in err.split("\r") if "comparing" in line]
    assert [each.partition("branches")[0].split()[-1] for each in drawn] == ["0/3", "1/3", "2/3"]
    assert err.endswith("\r\x1b[K")
    assert "comparing" not in shell.run("concurrent", "ours", "theirs")[2]


def test_the_command_line_is_refused_with_a_hint(fork: Fork, shell: Shell) -> None:
    fork.commit("Base", {"app.py": APP})
    assert shell.run("concurrent")[0] == 2
    assert shell.run("concurrent", "main", "main", "--all")[0] == 2
    status, _, err = shell.run("concurrent", "nowhere")
    assert status == 1
    assert "hint:" in err


def test_nothing_of_the_repository_reaches_the_terminal_raw(fork: Fork, shell: Shell) -> None:
    path = "a\x1b[31m\u202eb.py"
    fork.sides({path: APP}, {path: edit(("a + b", "a - b"))}, {path: edit(("a + b", "a * b"))})
    _, out, _ = shell.run("concurrent", "ours", "theirs")
    assert "\\x1b[31m\\u202eb.py::helper" in out
    assert out.isprintable() or not set(out) & {"\x1b", "\u202e"}


def test_nothing_is_written_by_looking(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})

    def everything() -> set[str]:
        git_dir = Path(fork.repo.path) / ".git"
        return {str(path) for path in git_dir.rglob("*")}

    before = everything()
    assert shell.run("concurrent", "ours", "theirs")[0] == 1
    assert everything() == before
    assert (
        subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True, cwd=fork.repo.path).stdout
        == b""
    )
