"""What `--json` prints, held against docs/json.md: every key of every command, in both directions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.repository import Repo
from support.shell import Shell

import muse_hook
from muse_hook import record_delta_ops
from muse_hook.cli.command import COMMANDS
from muse_hook.cli.parser import command_parser

PAGE = Path(muse_hook.__file__).parent.parent / "docs" / "json.md"
EVERYWHERE = {"version", "command"}
# Objects whose keys are names of the repository's, not words of the page.
BY_NAME = {"files", "rows", "trailers"}
# Whose words else a command's objects have.
SHARED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("show", "diff", "log", "watch"), ("delta",)),
    "replay": ("delta", "entry", "checkpoint"),
    "semver": ("diff", "delta"),
}

OLD = """\
import os

LIMIT = 1


class Base:
    def area(self, of):
        side = of.side
        return side * side

    def gone(self):
        return os.name


def first(a, b):
    total = a + b
    return total * LIMIT


def second(a):
    return [first(a, each) for each in range(LIMIT)]
"""
NEW = (
    OLD.replace("def first(a, b)", "def prime(a, b, c)")
    .replace("first(a, each)", "prime(a, each, 1)")
    .replace("    def gone(self):\n        return os.name\n", "    def come(self, x):\n        return x\n")
    .replace("LIMIT = 1", "LIMIT = 2")
)


def sections() -> dict[str, tuple[set[str], set[str]]]:
    """Return, by section: the keys that its tables of keys list, and every word in code of it."""
    found = {}
    for part in PAGE.read_text().split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        tables = [table for table in text.split("\n\n") if table.startswith("| key |")]
        rows = [line.split("|")[1] for table in tables for line in table.splitlines()[2:]]
        listed = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
        found[title] = listed, set(re.findall(r"`(\w+)`", text))
    return found


def keys(value: Any) -> Iterator[str]:
    """Yield every key of an object and of what is in it."""
    if isinstance(value, list):
        for each in value:
            yield from keys(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            if key not in BY_NAME:
                yield from keys(list(each.values()) if key == "sessions" and isinstance(each, dict) else each)


@pytest.fixture
def shell(repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Make a repository in which every command has something of each kind to tell."""
    made = Shell(repo, monkeypatch, capsys)
    repo.commit("Begin", a=OLD, b="x = 1\n")
    made.run("install", "--backfill", "1")
    made.run("checkpoint", "start")
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("c.txt", "text\n")
    repo.commit("Change\n\nMuse-Actor: bot\nCo-authored-by: Eve <eve@example.org>", a=NEW)
    repo.git("mv", "a.py", "moved.py")
    repo.commit("Move", moved=NEW.replace("side * side", "side ** 2"))
    repo.git("checkout", "-q", "main")
    repo.commit("Other", a=OLD.replace("side * side", "side * 2").replace("total * LIMIT", "second(total)"))
    repo.git("checkout", "-q", "-b", "merged")
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "topic")
    repo.commit("Amended", b="x = 2\n")
    repo.git("commit", "-q", "--amend", "-m", "Amended again")
    delta = made.json("diff", "main", "topic")["delta"]
    record_delta_ops(repo.path, delta, session_id="hand", actor_id="me")
    hub = repo.path.parent / "hub.git"
    repo.git("init", "-q", "--bare", str(hub))
    repo.git("remote", "add", "origin", str(hub))
    repo.git("push", "-q", "origin", "main~1:refs/muse/none")  # no ref of a clone
    return made


def told(shell: Shell) -> dict[str, list[dict[str, Any]]]:
    """Return by section what the commands print."""
    breaks = shell.json("diff", "main~1", "topic")["breaking_changes"]
    accepted = str(shell.repo.path.parent / "accepted")
    Path(accepted).write_text("".join(line.partition(": ")[0] + " we know\n" for line in breaks))
    runs: dict[str, list[tuple[str, ...]]] = {
        "show": [("show",), ("show", "topic"), ("show", "topic~1")],
        "concurrent": [("concurrent", "main", "topic"), ("concurrent", "--all"), ("concurrent", "--work-tree")],
        "diff": [("diff", "main", "topic", "--accept", accepted), ("diff",)],
        "semver": [("semver", "main~1..topic", "--accept", accepted)],
        "checkpoint": [("checkpoint",)],
        "changelog": [("changelog", "main~1..topic"), ("changelog", "main~1..topic", "--accept", accepted)],
        "sessions": [("sessions",)],
        "languages": [("languages",)],
        "status": [("status",), ("status", "--check")],
        "doctor": [("doctor",)],
        "log": [("log", "--all"), ("log", "--agent", "*"), ("log", "moved.py::prime", "--all")],
        "blame": [("blame", "a.py"), ("blame", "a.py", "--agents")],
        "sql": [("sql", "SELECT commit_id FROM commits")],
        "reserve": [("reserve", "a.py::first", "--intent", "x", "--until", "3d")],
        "reservations": [("reservations",)],
        "share": [("share",)],
        "take": [("take",)],
        "release": [("release", "first")],
        "trailers": [("trailers", "--actor", "bot")],
        "news": [("news", "--for", "a.py::first")],
        "uses": [("uses", "a.py::first")],
        "report": [("report", "-o", str(shell.repo.path.parent / "page.html"))],
        "watch": [("watch", "--history", "--no-wait")],
        "replay": [("replay",), ("replay", "--since", "start")],
        "verify": [("verify",)],
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for section, commands in runs.items():
        found[section] = []
        for words in commands:
            _, out, err = shell.run(*words, "--json")
            lines = out.splitlines()
            assert lines, (words, err)
            assert section == "watch" or len(lines) == 1
            assert out.isascii()
            found[section] += [json.loads(line) for line in lines]
    return found


def test_every_key_that_is_printed_is_documented_and_the_other_way_round(shell: Shell) -> None:
    page = sections()
    printed = told(shell)
    for section, objects in printed.items():
        assert {each["command"] for each in objects} == {section}
        assert {each["version"] for each in objects} == {1}
        listed, words = page[section]
        there = {key for each in objects for key in keys(each)}
        allowed = words.union(EVERYWHERE, *(page[each][1] for each in SHARED.get(section, ())))
        assert there <= allowed, f"{section} prints what docs/json.md does not tell: {there - allowed}"
        missing = listed - there
        assert not missing, f"docs/json.md tells of what {section} does not print: {missing}"
    assert page["delta"][0] <= {key for each in printed["diff"] for key in keys(each["delta"])}
    entries = [entry for each in printed["replay"] for entry in each.get("entries", ())]
    assert page["entry"][0] == {key for entry in entries for key in entry}


def test_each_command_with_json_has_its_section() -> None:
    with_json = {
        name for group in COMMANDS.values() for name in group if "--json" in command_parser(name)._option_string_actions
    }
    assert with_json == set(sections()) - {"delta", "entry"}
