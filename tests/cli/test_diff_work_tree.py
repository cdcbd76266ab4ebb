"""`diff` shows what is not committed, compares as Git does, fails where it is told to, and knows what was accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.repository import Repo
from support.shell import Shell

ONE = "def one(path):\n    return path\n"
TWO = "\n\ndef two(path):\n    return [path, 2]\n"


@pytest.fixture
def pair(shell: Shell) -> tuple[str, str]:
    """Return the ids of two commits; beside them one file is edited, one staged, one untracked."""
    shell.run("install")
    repo = shell.repo
    first = repo.commit("First", src__a=ONE + TWO, src__b=ONE, lib__c=ONE)
    second = repo.commit("Second", src__a=(ONE + TWO).replace("one", "uno"), src__b=ONE, lib__c=ONE)
    repo.write("src/b.py", ONE.replace("path)", "path, mode)"))
    repo.write("lib/c.py", ONE + TWO)
    repo.git("add", "lib/c.py")
    repo.write("new.py", ONE)
    return first, second


def diff(shell: Shell, *arguments: str) -> dict[str, Any]:
    status, out, err = shell.run("diff", "--json", *arguments)
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def told(shell: Shell, *arguments: str) -> list[tuple[str, str]]:
    ops = diff(shell, *arguments)["delta"]["ops"]
    return [(child["op"], child["address"]) for op in ops for child in op.get("child_ops", [])]


def test_ends_are_gits(shell: Shell, pair: tuple[str, str]) -> None:
    first, second = pair
    edited, staged = ("replace", "src/b.py::one"), ("insert", "lib/c.py::two")
    renamed = ("replace", "src/a.py::one")
    assert told(shell) == told(shell, "HEAD") == [staged, edited]
    assert told(shell, "--staged") == told(shell, "--cached", "HEAD") == [staged]
    assert told(shell, "--untracked") == [("insert", "new.py::one"), staged, edited]
    assert told(shell, first) == [staged, renamed, edited]  # who was renamed is the log's
    assert told(shell, "--staged", first) == [staged, renamed]
    assert told(shell, first, second) == told(shell, f"{first}..") == told(shell, f"{first}...HEAD") == [renamed]
    assert told(shell, "HEAD", "HEAD") == []
    assert (diff(shell)["from"], diff(shell)["to"]) == (second, "work tree")
    assert diff(shell, "--staged")["to"] == "index"
    for words in (
        (),
        ("HEAD~",),
        ("--cached",),
        ("HEAD~", "HEAD"),
        ("HEAD~", "--", "src", ":!src/b.py"),
    ):
        assert shell.out("diff", "--name-only", *words) == shell.repo.git(
            "diff", "--name-only", *(words or ("HEAD",))
        ) + ("\n"), words


def test_paths_choose_what_is_said_and_not_what_is_known(
    shell: Shell, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pair
    assert told(shell, "--", "src") == told(shell, "src") == [("replace", "src/b.py::one")]
    assert diff(shell, "--", "lib")["sem_ver_bump"] == diff(shell, "--", "lib")["delta"]["sem_ver_bump"] == "minor"
    assert diff(shell, "--", "src")["delta"]["summary"] == "1 modified file, 1 modified symbol"
    assert told(shell, first, "HEAD", "--", "lib") == []
    monkeypatch.chdir(shell.repo.path / "src")
    assert told(shell, "--", ".") == told(shell, "b.py") == [("replace", "src/b.py::one")]
    for words, wrong in (
        (("--", "nosuch.py"), "neither side has it"),
        (("--", "c.py"), "neither side has it"),
        (("HEAD", "--untracked", "HEAD"), "work tree"),
        (("--staged", "--untracked"), "work tree"),
        (("--staged", "HEAD..HEAD"), "one commit"),
        (("HEAD", "HEAD", "HEAD"), "two commits"),
        (("HEAD..HEAD", "HEAD"), "a range is one argument"),
        (("--stat", "--patch"), "not allowed"),
    ):
        status, out, err = shell.run("diff", *words)
        assert (words, status, out) == (words, 2, "")
        assert wrong in err
    assert shell.run("diff", "nosuch")[0] == 1
    shell.repo.git("branch", "b.py")
    assert "is a revision and a file" in shell.run("diff", "b.py")[2]
    assert told(shell, "--", "b.py") == [("replace", "src/b.py::one")]
    assert ("replace", "src/b.py::one") in told(shell, "b.py", "--")


def test_shapes(shell: Shell, pair: tuple[str, str]) -> None:
    assert shell.out("diff", "--stat").splitlines() == [
        " lib/c.py | 1 +",
        " src/b.py | 1 ~",
        "2 files; 2 symbols (1 added, 1 changed); SemVer: major",
    ]
    assert shell.out("show", "--stat").splitlines()[-2] == " src/a.py | 1 >"
    assert shell.out("show", "--name-only") == "src/a.py\n"
    for lines in (shell.out("diff", "--patch").splitlines(), shell.out("diff", pair[0], "-p").splitlines()):
        at = next(number for number, line in enumerate(lines) if "function" in line and "one" in line)
        assert "      -def one(path):" in lines[at:]
    assert "      +def uno(path):" in shell.out("show", "--patch").splitlines()
    text = shell.out("diff").splitlines()
    at = text.index("    ~ function  L1–2  one  signature")
    assert [line.strip() for line in text[at + 1 : at + 3]] == ["- one(path)", "+ one(path, mode)"]


def test_what_fails_a_build(shell: Shell, pair: tuple[str, str]) -> None:
    first, second = pair
    assert shell.run("diff", "--exit-code")[0] == 1
    assert shell.run("diff", "--exit-code", "HEAD", "HEAD")[0] == 0
    assert shell.run("diff", "--fail-on", "major")[0] == 1
    assert shell.run("diff", "--fail-on", "major", "--staged")[0] == 0
    assert shell.run("diff", "--fail-on", "minor", "--staged")[0] == 1
    assert shell.run("diff", "--fail-on", "patch")[0] == 2
    assert shell.run("diff", "--fail-on", "major", first, second, "--format", "github")[:2] == (
        1,
        "::error file=src/a.py,line=1::src/a.py::one public_renamed src/a.py::uno\n",
    )
    assert shell.out("diff", "--format", "github") == (
        "::error file=src/b.py,line=1::src/b.py::one parameter_added_required mode\n"
    )
    assert shell.out("diff", "--format", "github", "--staged") == ""
    _, out, _ = shell.run("diff", "--format", "github", "--staged", "--fail-on", "minor")
    assert out == "::error file=lib/c.py,line=5::lib/c.py::two public_added\n"
    summary = shell.out("diff", "--format", "markdown")
    assert "SemVer: **major**" in summary
    assert "| `src/b.py::one` | new required parameter `mode` |" in summary
    assert "| `lib/c.py::two` | new |" in summary


def test_accepted_breaks_do_not_count_and_are_told_with_their_reason(
    shell: Shell, pair: tuple[str, str], tmp_path: Path
) -> None:
    first, _ = pair
    accepted = tmp_path / "accepted.txt"
    accepted.write_text("# nobody calls it\nsrc/b.py::one every caller is ours\n")
    assert shell.run("diff", "--fail-on", "major", "--accept", str(accepted))[0] == 0
    found = diff(shell, "--accept", str(accepted))
    assert (found["sem_ver_bump"], found["breaking_changes"]) == ("minor", [])
    assert [(row["address"], row["accepted"], row["source"]) for row in found["accepted"]] == [
        ("src/b.py::one", "every caller is ours", str(accepted))
    ]
    assert found["delta"]["sem_ver_bump"] == "major"
    assert "accepted: every caller is ours" in shell.out("diff", "--accept", str(accepted))
    assert "::notice file=src/b.py" in shell.out("diff", "--accept", str(accepted), "--format", "github")
    accepted.write_text("src/b.py::ones every caller is ours\n")
    status, _, err = shell.run("diff", "--fail-on", "major", "--accept", str(accepted))
    assert (status, "src/b.py::one" in err) == (1, True)
    assert "error: reading nosuch" in shell.run("diff", "--accept", "nosuch")[2]

    repo = shell.repo
    repo.git("stash", "-q")
    assert shell.out("semver", f"{first}..HEAD") == "major\n"
    message = "Say so\n\nMuse-Accepts: src/a.py::one it was never\n  announced\nmuse-accepts: src/b.py::two and that\n"
    trailer = repo.commit(message, src__d=ONE)
    assert shell.out("semver", f"{first}..HEAD") == shell.out("semver", first) == "minor\n"
    told_apart = shell.json("semver", first)["accepted"]
    assert [(row["accepted"], row["source"]) for row in told_apart] == [("it was never announced", trailer)]
    assert shell.run("diff", "--fail-on", "major", first)[0] == 0
    assert shell.run("diff", "--fail-on", "major", f"{first}..HEAD~")[0] == 1
    assert shell.out("semver", "HEAD..HEAD") == "none\n"


def test_before_the_first_commit_and_without_a_log(repo: Repo, shell: Shell) -> None:
    repo.write("a.py", ONE)
    repo.git("add", "a.py")
    assert told(shell, "--staged") == told(shell) == [("insert", "a.py::one")]
    assert diff(shell)["from"] is None
    repo.commit("Begin")
    repo.write("a.py", ONE.replace("path", "name"))
    assert told(shell) == [("replace", "a.py::one")]
    assert shell.run("diff", "--fail-on", "major")[0] == 1
    assert not (repo.path / ".git/.muse").exists()
