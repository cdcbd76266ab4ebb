"""`muse-hook concurrent`: what it prints, how it exits, and that it writes nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.forks import APP, Fork, edit
from support.reports import data_of
from support.shell import Shell

from muse_hook.concurrent.compare import compare
from muse_hook.concurrent.kept import PAIRS
from muse_hook.oplog.store import Store


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


def test_what_two_branches_collide_on_is_kept_for_who_asks_again(
    fork: Fork, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork.sides(
        {"app.py": APP}, {"app.py": edit(("def helper", "def assistant"))}, {"app.py": edit(("total * 2", "total * 3"))}
    )
    shell.run("sync")
    store = Store(str(fork.repo.path / ".git"))
    store.ensure("op_log")
    made: list[tuple[str, ...]] = []

    def noted(repository: Any, objects: Any, ours: str, theirs: str, **options: Any) -> Any:
        made.append((ours, theirs))
        return compare(repository, objects, ours, theirs, **options)

    monkeypatch.setattr("muse_hook.concurrent.kept.compare", noted)
    first = shell.run("concurrent", "ours", "theirs"), shell.run("concurrent", "ours", "theirs", "--json")
    assert len(made) == 1
    assert first[0][0] == 1
    other = shell.run("concurrent", "theirs", "ours")
    again = shell.run("concurrent", "ours", "theirs"), shell.run("concurrent", "ours", "theirs", "--json")
    assert again == first
    assert shell.run("concurrent", "theirs", "ours") == other
    assert len(made) == 2
    file = Path(store.path(PAIRS))
    for damage in ("", "{}", file.read_text().replace("collisions", "colisions")):
        file.write_text(damage)
        assert shell.run("concurrent", "ours", "theirs") == first[0]
    assert len(made) == 5
    fork.commit("Go on", {"app.py": APP})  # on theirs, whose tip is another one
    assert shell.run("concurrent", "ours", "theirs")[0] == 0
    assert len(made) == 6


def test_the_command_compares_all_branches_with_the_default_one(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("limit = 1", "limit = 2"))})
    repo = fork.repo
    status, told = told_by(shell, "concurrent", "--all")
    assert status == 0
    assert [(each["names"], each["collisions"]) for each in told["comparisons"]] == [(["ours", "theirs"], [])]
    repo.git("checkout", "-q", "main")
    fork.commit("Go on", {"app.py": edit(("a + b", "a * b"))})
    status, told = told_by(shell, "concurrent", "--all")
    assert status == 0  # of all branches only where it is asked for
    assert [(each["names"], len(each["collisions"])) for each in told["comparisons"]] == [
        (["main", "ours"], 1),
        (["main", "theirs"], 0),
        (["ours", "theirs"], 0),
    ]
    assert [(each["branches"], each["address"]) for each in told["collisions"]] == [
        (["main", "ours"], "app.py::helper")
    ]
    assert [(each["name"], each["behind"], each["ahead"]) for each in told["branches"]] == [
        ("ours", 1, 1),
        ("theirs", 1, 1),
    ]
    assert [each["branch"] for each in told["order"]] == ["theirs", "ours"]
    assert shell.run("concurrent", "--all", "--exit-code")[0] == 1
    repo.git("checkout", "-q", "--orphan", "island")
    fork.commit("Apart", {"app.py": APP})
    repo.git("checkout", "-q", "main")
    status, told = told_by(shell, "concurrent", "--all")
    assert [each["branches"] for each in told["not_compared"]] == [["main", "island"], ["island"]]
    assert all("no common history" in each["reason"] for each in told["not_compared"])
    _, out, _ = shell.run("concurrent", "--all")
    assert "not compared: main, island: they have no common history" in out
    assert "island  conflicts with none that it was compared with; not compared with all" in out  # no all-clear
    assert "   1    ?     ?  ?  island\n" in out
    assert out.endswith("1 collision\n")
    repo.git("branch", "-D", "ours")
    assert shell.run("concurrent", "--all")[1].endswith("nothing collides in what was compared\n")


def test_two_live_branches_are_compared_with_each_other(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})
    fork.repo.git("branch", "merged", "main")
    status, told = told_by(shell, "concurrent", "--all")
    assert status == 0
    assert [(each["names"], [one["address"] for one in each["collisions"]]) for each in told["comparisons"]] == [
        (["ours", "theirs"], ["app.py::helper"])
    ]
    fork.repo.git("checkout", "-q", "ours")
    fork.repo.git("commit", "-q", "--amend", "--no-edit", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    told = told_by(shell, "concurrent", "--all")[1]
    assert ([each["name"] for each in told["branches"]], told["collisions"]) == (["theirs"], [])  # long behind
    since = told_by(shell, "concurrent", "--all", "--since", "2000-01-01")[1]
    assert [each["branches"] for each in since["collisions"]] == [["ours", "theirs"]]


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
    assert out.endswith("1 collision\n")
    drawn = [line for line in err.split("\r") if "comparing" in line]
    assert [each.partition("branches")[0].split()[-1] for each in drawn] == ["0/2", "1/2", "0/1"]
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


def two_agents(fork: Fork) -> None:
    """Two branches that change one function, and a third one that changes another."""
    repo = fork.repo
    fork.commit("Base", {"app.py": APP})
    texts = {
        "one": edit(("a + b", "a - b")),
        "two": edit(("a + b", "a * b")),
        "three": edit(("limit = 1", "limit = 2")),
    }
    for name, text in texts.items():
        repo.git("checkout", "-q", "-b", f"agent/{name}", "main")
        fork.commit(f"Change {name}", {"app.py": text})
    repo.git("checkout", "-q", "main")


def test_what_is_staged_is_held_against_every_live_branch(fork: Fork, shell: Shell) -> None:
    two_agents(fork)
    repo = fork.repo
    assert told_by(shell, "concurrent", "--staged")[1] == {
        "version": 1, "command": "concurrent", "branches": [], "collisions": [], "not_compared": [], "reservations": [],
    }  # fmt: skip
    repo.write("app.py", edit(("a + b", "a / b")))
    assert told_by(shell, "concurrent", "--staged")[1]["branches"] == []
    before = repo.git("count-objects", "-v"), (repo.path / ".git/index").read_bytes()
    status, told = told_by(shell, "concurrent", "--work-tree")
    assert (status, told["branches"]) == (0, ["agent/one", "agent/two"])
    assert [(each["branches"], each["address"], each["text"]) for each in told["collisions"]] == [
        (["main", "agent/one"], "app.py::helper", "conflicts"),
        (["main", "agent/two"], "app.py::helper", "conflicts"),
    ]
    assert (repo.git("count-objects", "-v"), (repo.path / ".git/index").read_bytes()) == before
    repo.git("add", "-A")
    assert told_by(shell, "concurrent", "--staged", "--exit-code") == (1, told)
    assert told_by(shell, "concurrent", "--staged", "--exclude", "*/two")[1]["branches"] == ["agent/one"]
    _, out, _ = shell.run("concurrent", "--staged")
    assert "function app.py::helper  both changed  git conflicts" in out
    # What the commits below collide on already has nothing to do with what is staged now.
    repo.git("stash", "-q")
    repo.git("checkout", "-q", "agent/one")
    repo.write("new.py", "def fresh():\n    return 1\n")
    assert told_by(shell, "concurrent", "--work-tree")[1]["branches"] == []
    repo.git("rm", "-q", "--cached", "app.py")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{repo.git('rev-parse', 'agent/three:app.py')},app.py")
    assert told_by(shell, "concurrent", "--staged")[0] == 0


def test_uncommitted_work_of_linked_work_trees_counts_where_it_is_asked_for(fork: Fork, shell: Shell) -> None:
    two_agents(fork)
    repo = fork.repo
    repo.git("worktree", "add", "-q", "-b", "agent/four", "../four", "main")
    (repo.path.parent / "four/app.py").write_text(edit(("value + 2", "value + 3"), ("a + b", "a % b")))
    assert [each["name"] for each in told_by(shell, "concurrent", "--all")[1]["branches"]] == [
        "agent/one", "agent/three", "agent/two",
    ]  # fmt: skip
    told = told_by(shell, "concurrent", "--all", "--work-trees")[1]
    (four,) = (each for each in told["branches"] if each["name"] == "agent/four")
    assert (four["head"], four["ahead"], four["symbols"]) == (repo.git("rev-parse", "main"), 0, 2)
    assert [repo.git("var", "GIT_AUTHOR_IDENT").startswith(each) for each in four["actors"]] == [True]
    assert sorted(each["branches"] for each in told["collisions"] if "agent/four" in each["branches"]) == [
        ["agent/four", "agent/one"],
        ["agent/four", "agent/two"],
    ]
    assert told == told_by(shell, "concurrent", "--all", "--work-trees")[1]
    repo.write("app.py", edit(("value + 2", "value + 4")))
    assert told_by(shell, "concurrent", "--work-tree", "--work-trees")[1]["branches"] == ["agent/four"]


def test_the_map_is_drawn_and_written_as_markdown(fork: Fork, shell: Shell) -> None:
    two_agents(fork)
    fork.repo.git("branch", "a|b`c", "agent/three")
    _, out, _ = shell.run("concurrent", "--all")
    lines = out.splitlines()
    assert lines[0].split() == ["#", "branch", "behind", "ahead", "symbols", "collisions", "on", "main", "by"]
    assert lines[1].split() == ["1", "agent/one", "0", "1", "1", "1", "Ada", "Lovelace"]
    assert "function app.py::helper  both changed  git conflicts" in lines
    assert "    agent/one, agent/two" in lines
    assert "   1    .     .  x  .  agent/one" in lines
    assert lines[-1] == "1 collision"
    _, out, _ = shell.run("concurrent", "--all", "--markdown")
    assert "| 4 | <code>a&#124;b&#96;c</code> | 0 | 1 | 1 | 0 |" in out
    assert (
        "| <code>app.py::helper</code> | both changed, git conflicts | <code>agent/one</code>, <code>agent/two</code> |"
        in out
    )
    assert out.count("\n1. ") == 1


def test_options_that_say_nothing_are_refused(fork: Fork, shell: Shell) -> None:
    fork.commit("Base", {"app.py": APP})
    for words in (
        ["main", "--exit-code"],
        ["main", "main", "--markdown"],
        ["--all", "--staged"],
        ["--all", "main", "--base", "main"],
        ["--staged", "main"],
        ["--all", "--markdown", "--json"],
        ["--staged", "--markdown"],
    ):
        assert shell.run("concurrent", *words)[0] == 2, words
    assert shell.run("concurrent", "--all", "--base", "nowhere")[0] == 1
    assert "hint:" in shell.run("concurrent", "--all", "--since", "whenever")[2]
    assert "no live branch beside main" in shell.run("concurrent", "--all")[1]
    fork.repo.git("clone", "-q", "--bare", ".", "../bare.git")
    for option in ("--staged", "--work-tree"):
        status, _, err = shell.run("-C", "../bare.git", "concurrent", option)
        assert (status, "no work tree here" in err, "hint: muse-hook concurrent --all" in err) == (1, True, True)


def test_a_report_has_the_branch_map_where_it_is_asked_for(fork: Fork, shell: Shell) -> None:
    two_agents(fork)
    assert shell.run("install", "--backfill", "9")[0] == 0
    assert shell.run("report", "--branches", "--output", "../page.html")[0] == 0
    told = data_of((fork.repo.path.parent / "page.html").read_bytes())["branches"]
    assert (told["base"], told["names"]) == ("main", ["agent/one", "agent/three", "agent/two"])
    assert told["meets"] == [[1, 3, 1, [["both changed", "app.py::helper", "conflicts"]]]]
    assert shell.run("report", "--output", "../page.html")[0] == 0
    assert "branches" not in data_of((fork.repo.path.parent / "page.html").read_bytes())
