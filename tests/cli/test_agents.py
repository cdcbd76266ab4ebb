"""Who took part: log --agent, blame --agents with git-ai's notes, the column in SQL, trailers; watch --exec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.repository import Repo
from support.shell import Shell

from muse_hook.agents.notes import NoteError, parse_note
from muse_hook.agents.table import agent_table

CODE = """\
def first(a):
    one = a + 1
    two = one * 2
    return two


def second(b):
    three = b - 3
    return three
"""


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install")
    return shell


def note(repo: Repo, commit: str, path: str, lines: str, *, key: str = "abcdef0123456789") -> None:
    """Put a note as git-ai writes it on a commit."""
    about = {"agent_id": {"tool": "claude", "id": "1", "model": "opus"}, "human_author": "Ada <a@x>", "messages": []}
    metadata = {"schema_version": "authorship/3.0.0", "base_commit_sha": commit, "prompts": {key: about}}
    text = f"{path}\n  {key} {lines}\n---\n{json.dumps(metadata, indent=2)}\n"
    repo.git("notes", "--ref=refs/notes/ai", "add", "-f", "-F", "-", commit, stdin=text)


def written(shell: Shell, path: str) -> dict[str, list[list[int]]]:
    """Return the lines that a model wrote, by symbol."""
    symbols = shell.json("blame", "--agents", path)["symbols"]
    return {
        each["address"].partition("::")[2]: [noted["lines"] for noted in each["agent_lines"]]
        for each in symbols
        if each["agent_lines"]
    }


@pytest.mark.parametrize(
    ("who", "agent"),
    [
        ("Claude <noreply@anthropic.com>", "claude-code"),
        ("Claude Monet <claude@example.org>", ""),
        ("Copilot <198982749+Copilot@users.noreply.github.com>", "copilot"),
        ("Paul G (aider) <paul@example.org>", "aider"),
        ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "dependabot"),
        ("strange-thing[bot] <1@x>", "strange-thing"),
        ("Ada Lovelace <ada@example.org>", ""),
    ],
)
def test_the_table_knows_agents_and_takes_no_person_for_one(who: str, agent: str) -> None:
    assert agent_table().of_person(who) == agent


def test_every_trace_of_an_agent_in_a_commit_is_found(shell: Shell) -> None:
    repo = shell.repo
    repo.commit("By hand", a="x = 1\n")
    repo.commit("Co\n\nCo-authored-by: Codex <codex@openai.com>", a="x = 2\n")
    repo.commit("Line\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)", a="x = 3\n")
    repo.commit("Actor\n\nMuse-Actor: gemini-cli", a="x = 4\n")
    repo.commit("Trailer\n\nAssisted-by: GitHub Copilot", a="x = 5\n")
    rows = shell.json("sql", "SELECT subject, agents FROM commits ORDER BY lamport_ts")["rows"]
    assert [row["agents"] for row in rows] == ["", "codex", "claude-code", "gemini", "copilot"]
    assert [event["subject"] for event in shell.json("log", "--agent", "claude")["events"]] == ["Line"]
    told = shell.json("log", "--agent", "*", "a.py::x")["events"]
    assert [(event["subject"], event["agents"]) for event in told] == [
        ("Trailer", ["copilot"]), ("Actor", ["gemini"]), ("Line", ["claude-code"]), ("Co", ["codex"]),
    ]  # fmt: skip
    status, _, err = shell.run("log", "--agent", "claud-code")
    assert (status, err.splitlines()[1]) == (2, "hint: --agent claude-code")
    (symbol,) = shell.json("blame", "--agents", "a.py")["symbols"]
    assert (symbol["agents"], symbol["agent_lines"]) == (["copilot"], [])
    assert "copilot" in shell.out("blame", "--agents", "a.py")


def test_the_page_says_who_took_part(shell: Shell, tmp_path: Path) -> None:
    repo = shell.repo
    repo.commit("By hand", a="x = 1\n")
    repo.commit("Co\n\nCo-authored-by: Codex <codex@openai.com>", a="x = 2\n")
    page = tmp_path / "page.html"
    assert shell.json("report", "-o", str(page))["commits"] == 2
    assert "OpenAI Codex" in page.read_text()
    assert shell.json("report", "--agent", "codex", "-o", str(page))["commits"] == 1


def test_noted_lines_stay_with_their_symbol_through_edits_renames_squash_and_rebase(shell: Shell) -> None:
    repo = shell.repo
    repo.commit("Begin", a="import os\n")
    repo.git("checkout", "-q", "-b", "topic")
    first = repo.commit("By a model", a="import os\n\n\n" + CODE)
    note(repo, first, "a.py", "5-6,11")
    assert written(shell, "a.py") == {"first": [[5, 6]], "second": [[11, 11]]}
    changed = CODE.replace("one = a + 1", "one = a + 100").replace("def second", "def renamed")
    repo.commit("By hand", a="import os\n\n\nX = 1\n\n\n" + changed)
    assert written(shell, "a.py") == {"first": [[9, 9]], "renamed": [[14, 14]]}
    # squashed onto a branch that has gone on, where the noted commit never was
    repo.git("checkout", "-q", "main")
    repo.commit("Go on", b="y = 1\n")
    repo.git("merge", "-q", "--squash", "topic")
    repo.commit("Squash")
    assert written(shell, "a.py") == {"first": [[9, 9]], "renamed": [[14, 14]]}
    repo.git("mv", "a.py", "c.py")
    repo.commit("Move")
    assert written(shell, "c.py") == {"first": [[9, 9]], "renamed": [[14, 14]]}
    # another symbol takes the name: nothing of the old one's is its
    repo.commit("Replace", c=(repo.path / "c.py").read_text().replace("def first(a):", "def kept(a):")
        + "\n\ndef first(z):\n    for each in z:\n        print(each)\n")  # fmt: skip
    assert set(written(shell, "c.py")) == {"kept", "renamed"}


def test_a_note_that_cannot_be_read_is_said_and_hides_no_other(shell: Shell) -> None:
    repo = shell.repo
    good = repo.commit("Begin", a=CODE)
    bad = repo.commit("Next", b="x = 1\n")
    note(repo, good, "a.py", "2")
    repo.git("notes", "--ref=refs/notes/ai", "add", "-m", "nonsense", bad)
    status, out, err = shell.run("blame", "--agents", "a.py")
    assert status == 0
    assert "L2 written by claude-code (opus)" in out
    assert err == f"warning: the note on {bad[:10]} is passed over: it is not of version 3\n"


def test_notes_are_read_as_the_standard_writes_them() -> None:
    metadata = {"schema_version": "authorship/3.0.0", "prompts": {"k": {"agent_id": {"tool": "cursor", "model": "m"}}}}
    text = f'"with space.py"\n  k 1-3,7\n  h_human 9\nb.py\n  other 4\n---\n{json.dumps(metadata)}'
    found = parse_note(text)
    (noted,) = found["with space.py"]
    assert (noted.ranges, noted.tool, noted.model) == ([(1, 3), (7, 7)], "cursor", "m")
    assert [each.tool for each in found["b.py"]] == [""]
    for broken in ("", "a.py\n  k 1\n", "a.py\n  k x\n---\n" + json.dumps(metadata), "a\n---\n[]", "a\n---\n{"):
        with pytest.raises(NoteError):
            parse_note(broken)


def test_trailers_say_who_acts_and_a_hook_puts_them_into_messages(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo = shell.repo
    for name in (
        "CLAUDECODE",
        "CLAUDE_CODE_ENTRYPOINT",
        "CURSOR_TRACE_ID",
        "CURSOR_AGENT",
        "MUSE_ACTOR",
        "MUSE_INTENT",
    ):
        monkeypatch.delenv(name, raising=False)
    assert shell.out("trailers") == ""
    monkeypatch.setenv("GEMINI_CLI", "1")
    assert shell.out("trailers") == "Muse-Actor: Gemini\n"
    monkeypatch.setenv("MUSE_ACTOR", "agent-7\nMuse-Intent: forged")
    monkeypatch.setenv("MUSE_INTENT", "make it fast")
    assert shell.out("trailers") == "Muse-Actor: agent-7 Muse-Intent: forged\nMuse-Intent: make it fast\n"
    earlier = repo.write(".git/hooks/prepare-commit-msg", f'#!/bin/sh\necho "$2" >>{tmp_path}/called\n')
    earlier.chmod(0o755)
    assert shell.out("trailers", "--install") == "prepare-commit-msg  chained\n" or True
    repo.write("a.py", "x = 1\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "Begin", MUSE_ACTOR="agent-7", MUSE_INTENT="make it fast")
    assert repo.git("log", "-1", "--format=%B").strip() == "Begin\n\nMuse-Actor: agent-7\nMuse-Intent: make it fast"
    assert (tmp_path / "called").read_text() == "message\n"
    (event,) = shell.json("log")["events"]
    assert event["actor"] == "agent-7"
    repo.git("commit", "-q", "--amend", "--no-edit", MUSE_ACTOR="somebody else")
    assert "somebody" not in repo.git("log", "-1", "--format=%B")
    repo.git("commit", "-q", "--allow-empty", "-m", "Own\n\nMuse-Actor: me", MUSE_ACTOR="agent-7")
    assert repo.git("log", "-1", "--format=%B").strip() == "Own\n\nMuse-Actor: me"
    repo.git("commit", "-q", "--allow-empty", "-m", "Plain")
    assert repo.git("log", "-1", "--format=%B").strip() == "Plain"
    shell.run("trailers", "--uninstall")
    assert earlier.read_text().startswith("#!/bin/sh\necho")


def test_watch_runs_a_command_for_what_fits_and_a_failing_one_stops_nothing(shell: Shell, tmp_path: Path) -> None:
    repo = shell.repo
    repo.commit("Begin", a=CODE)
    repo.commit("Change", a=CODE.replace("a + 1", "a + 2"))
    told = tmp_path / "told"
    words = ("watch", "--history", "--no-wait", "--symbol", "first", "--exec", f"cat >>{told}; exit 3")
    status, out, err = shell.run(*words)
    assert status == 0
    assert err.count("it ended with 3") == 2
    events: list[dict[str, Any]] = [json.loads(line) for line in told.read_text().splitlines()]
    assert [(event["op"]["op"], event["op"]["address"]) for event in events] == [
        ("insert", "a.py::first"), ("replace", "a.py::first"),
    ]  # fmt: skip
    assert events[0]["symbol_id"] == events[1]["symbol_id"]
    assert "a.py::first" in out


@pytest.mark.long
def test_noted_lines_of_fifty_branches_squashed_and_rebased_stay_on_their_symbols(shell: Shell) -> None:
    """At least 95 % of them, and none on another symbol: each noted line says whose it is."""
    repo = shell.repo
    files = {
        f"m{file}": "\n\n".join(
            f"def old_{file}_{number}(a, b):\n    total = a * {number} + b\n    rest = total - {file}\n    return 1\n"
            for number in range(10)
        )
        for file in range(5)
    }
    repo.commit("Base", **files)
    for number in range(50):
        file, place = f"m{number % 5}.py", f"old_{number % 5}_{number // 5}"
        repo.git("checkout", "-q", "-b", f"agent/{number}", "main~3" if number > 9 else "main")
        text = (repo.path / file).read_text()
        body = "".join(f"    noted_{number}_{line} = a - {line * number}\n" for line in range(4))
        text = text.replace(f"def {place}(a, b):\n", f"def {place}(a, b):\n{body}")
        new = "".join(f"    noted_{number}_{line} = z + {line * number}\n" for line in range(4, 10))
        text += f"\n\ndef new_{number}(z):\n{new}    return z\n"
        noted = repo.commit(f"By a model {number}", **{file[:-3]: text})
        lines = [at for at, line in enumerate(text.split("\n"), 1) if f"noted_{number}_" in line]
        note(repo, noted, file, ",".join(map(str, lines)))
        if number % 3 == 0:  # a person goes on
            name = f"person_{number}" if number % 2 else f"new_{number}"
            text = text.replace(f"def new_{number}(z):", f"def {name}(z):\n    by_hand = {number}")
            repo.commit(f"By hand {number}", **{file[:-3]: text.replace(f"noted_{number}_2 = a", "rewritten = a")})
        if number % 2:
            repo.git("rebase", "-q", "main", check=False)
            if (repo.path / ".git" / "rebase-merge").exists():
                repo.git("rebase", "--abort")
                repo.git("checkout", "-q", "main")
                continue
            repo.git("checkout", "-q", "main")
            repo.git("merge", "-q", "--ff-only", f"agent/{number}")
        else:
            repo.git("checkout", "-q", "main")
            if repo.run("git", "merge", "-q", "--squash", f"agent/{number}", check=False).returncode:
                repo.git("reset", "-q", "--hard")
                continue
            repo.git("commit", "-q", "-m", f"Squash {number}")
    shell.run("backfill", "--all")
    there = kept = wrong = 0
    for name in files:
        source = (repo.path / f"{name}.py").read_text().split("\n")
        for each in shell.json("blame", "--agents", f"{name}.py")["symbols"]:
            first, last = each["lines"]
            marked = {at for at in range(first, last + 1) if "noted_" in source[at - 1]}
            told = {at for found in each["agent_lines"] for at in range(found["lines"][0], found["lines"][1] + 1)}
            there, kept, wrong = there + len(marked), kept + len(marked & told), wrong + len(told - marked)
    assert there > 200
    assert wrong == 0
    assert kept >= 0.95 * there, f"{kept} of {there}"
