"""What the reading commands make of logs and names that nobody would write on purpose."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support.batches import scan
from support.shell import Shell

from muse_hook.cli.failures import DONE
from muse_hook.errors import shell_command
from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.log import OpLog

ODD: list[Any] = [None, -1, 2**70, 1.5, True, "", "\ud800", [], [1], {"a": 1}]
OP_KEYS = ("op", "address", "child_ops", "new_address", "from_address", "change", "lines", "kind", "new_summary")
READING = (
    ("log", "--all", "--json"),
    ("log", "--all"),
    ("log", "f", "--all", "--patch"),
    ("blame", "a.py", "--json"),
    ("watch", "--history", "--no-wait", "--json"),
    ("watch", "--history", "--no-wait", "--symbol", "f"),
    ("watch", "--history", "--no-wait"),
    ("sessions", "--json"),
    ("status", "--json"),
    ("replay", "--json"),
    ("sql", "SELECT * FROM ops", "--json"),
    ("report",),
)


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install", "--no-history")
    shell.repo.commit("Begin", a="def f(x):\n    return x\n")
    return shell


def log_of(shell: Shell) -> Path:
    return shell.repo.path / ".git/.muse/op_log/main/ops.jsonl"


def odd_entries(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the entry with each of its keys missing, or with a value that it should not have."""
    for key in entry:
        yield {name: value for name, value in entry.items() if name != key}
        for value in ODD:
            yield {**entry, key: value}
    for key in OP_KEYS:
        for value in ODD:
            yield {**entry, "domain_op": {**entry["domain_op"], key: value}}
            yield {**entry, "domain_op": {**entry["domain_op"], "op": "patch", key: value}}


def line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"


def assert_readable(shell: Shell) -> None:
    log = OpLog(shell.repo.path, "main")
    assert "a.py" in [op.get("address") for op in log.to_structured_delta("code")["ops"]]
    assert len(log.replay_since_checkpoint()) == len(log.read_all())
    for words in READING:
        status, out, err = shell.run(*words)
        assert status == 0, (words, err)
        assert out
    (event,) = (each for each in shell.json("log", "--all")["events"] if each["subject"] == "Begin")
    assert [op["address"] for op in event["ops"]] == ["a.py", "a.py::f"]
    assert shell.json("blame", "a.py")["symbols"][0]["subject"] == "Begin"


def test_lines_by_hand_with_any_value_anywhere_break_no_reader(shell: Shell) -> None:
    entry = json.loads(log_of(shell).read_bytes().splitlines()[1])
    del entry["commit_id"]
    with log_of(shell).open("ab") as file:
        for number, odd in enumerate(odd_entries(entry)):
            file.write(line({**odd, "op_id": f"hand {number}"} if odd.get("op_id") == entry["op_id"] else odd))
    assert_readable(shell)


def test_batches_that_fit_their_seals_and_hold_nonsense_hide_no_others(shell: Shell) -> None:
    child, seal = (json.loads(each) for each in log_of(shell).read_bytes().splitlines()[1:])
    with log_of(shell).open("ab") as file:
        for odd in odd_entries(child):
            body = line(odd)
            commit_id = hashlib.sha1(body).hexdigest()  # noqa: S324 - a made-up commit id
            told = deepcopy(seal) | {"commit_id": commit_id, "op_id": seal_id(commit_id), "lamport_ts": 2**24 + 1}
            told["domain_op"] |= {"address": commit_id, "content_summary": "Nonsense"}
            told["commit"] |= {"entries": 1, "sha256": hashlib.sha256(body).hexdigest()}
            file.write(body + line(told))
    assert sum(not seal.intact for seal in scan(str(log_of(shell)))) > len(OP_KEYS) * len(ODD)
    assert_readable(shell)


def test_a_branch_whose_name_is_not_utf8_is_shown_and_found_by_its_bytes(shell: Shell) -> None:
    name = os.fsdecode(b"caf\xe9")
    shell.repo.git("checkout", "-q", "-b", name)
    new = shell.repo.commit("Edit", a="def f(x):\n    return x + 1\n")
    assert [each["id"] for each in shell.json("sessions")["sessions"]] == [r"caf\xe9", "main"]
    for session in (name, r"caf\xe9"):
        assert [each["commit"] for each in shell.json("log", "--session", session)["events"]] == [new]
        lines = shell.out("watch", "--history", "--no-wait", "--json", "--session", session).splitlines()
        assert {json.loads(each)["session"] for each in lines[1:]} == {r"caf\xe9"}
    assert shell.json("show")["session"] == r"caf\xe9"
    assert shell.out("show").startswith(f"commit {new} (caf\\xe9)\n")
    assert shell.run("log", "--session", "caf")[2].splitlines()[1] == r"hint: --session 'caf\xe9'"


def test_a_hint_that_is_pasted_runs_nothing_that_a_file_is_called(shell: Shell) -> None:
    path = "a; touch owned $(touch owned) `touch owned`.py"
    shell.repo.write(path, "def fun():\n    return 1\n\n\nclass C:\n    def fun(self):\n        return 2\n")
    shell.repo.commit("Add")
    for words in (("log", "fun"), ("log", "fum")):
        hints = [each.removeprefix("hint: ") for each in shell.run(*words)[2].splitlines()[1:]]
        assert [shlex.split(each) for each in hints] == [
            ["muse-hook", "log", f"{path}::C.fun"],
            ["muse-hook", "log", f"{path}::fun"],
        ]
    assert shlex.split(shell_command("rm", path)) == ["rm", path]


def test_a_path_that_is_not_utf8_is_found_by_its_bytes_and_as_it_is_shown(shell: Shell) -> None:
    raw = os.fsdecode(b"caf\xe9.py")
    shell.repo.write(raw, "def g():\n    return 1\n")
    new = shell.repo.commit("Add")
    assert shell.json("blame", raw)["path"] == r"caf\xe9.py"
    for word in (raw, raw + "::g", r"caf\xe9.py", r"caf\xe9.py::g"):
        (event,) = shell.json("log", word)["events"]
        assert event["commit"] == new
        assert {op["address"] for op in event["ops"]} <= {r"caf\xe9.py", r"caf\xe9.py::g"}


def test_words_are_read_alike_in_a_locale_without_utf8(shell: Shell) -> None:
    shell.repo.write("sü b/é.py", "def g():\n    return 1\n")
    shell.repo.commit("Add")
    streams = (("log", "--path", "sü*"), ("watch", "--history", "--no-wait", "--path", "sü*"))
    variables = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (("blame", "sü b/é.py"), ("log", "sü b/é.py"), ("log", "sü b/é.py::g"), *streams):
        done = shell.repo.run(sys.executable, "-m", "muse_hook", *words, check=False, **variables)
        assert (done.returncode, done.stderr) == (0, b""), words
        assert b"function" in done.stdout


def test_a_folder_is_told_from_a_symbol(shell: Shell) -> None:
    shell.repo.commit("Add", sub__deep__b="def g():\n    return 1\n")
    for word in ("sub", "./sub/", "sub/deep"):
        status, out, err = shell.run("log", word)
        assert (status, out) == (1, "")
        error, hint = err.splitlines()
        assert error == f"error: looking for {word!r}: that is a folder"
        assert "sub/deep/b.py::g" in shell.out(*shlex.split(hint.removeprefix("hint: "))[1:])


def test_an_address_may_begin_where_one_stands(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.repo.commit("Add", sub__b="def g():\n    return 1\n", sub__a="def f():\n    return 2\n")
    monkeypatch.chdir(shell.repo.path / "sub")
    for word in ("b.py", "./b.py", "b.py::g", "sub/b.py::g", "../sub/b.py", "../sub/b.py::g"):
        (event,) = shell.json("log", word)["events"]
        assert [op["address"] for op in event["ops"]][-1] == "sub/b.py::g", word
    (event,) = shell.json("log", "a.py::f")["events"]
    assert event["subject"] == "Begin", "an address as it is shown goes first"
    assert shell.run("log", "../c.py")[2].startswith("error: looking for '../c.py': ")
    assert shell.run("log", "../../c.py")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("log", ""),
        ("blame", "", "a.py"),
        ("diff", ""),
        ("show", ""),
        ("changelog", ""),
        ("replay", ""),
        ("concurrent", "HEAD", ""),
    ],
)
def test_an_empty_word_is_no_missing_one(shell: Shell, words: tuple[str, ...]) -> None:
    status, out, err = shell.run(*words)
    assert (status, out) == (1, "")
    assert err.startswith("error: looking for ''")


def test_ten_gigabytes_of_nothing_behind_a_log_cost_nothing(shell: Shell) -> None:
    """A hole of a sparse file, as a machine that stopped may leave: each command answers, and what is there counts."""
    shell.run("install")
    shell.repo.commit("One", a="def one():\n    return 1\n")
    shell.repo.commit("Two", a="def two():\n    return 2\n")
    shell.run("sync")
    told = shell.json("log")["events"]
    (log,) = (shell.repo.path / ".git/.muse/op_log").rglob("ops.jsonl")
    os.truncate(log, 10 << 30)
    before = time.process_time()
    for words in (
        ["status"], ["log"], ["show"], ["sessions"], ["blame", "a.py"], ["replay"], ["watch", "--no-wait", "--history"],
        ["sql", "SELECT count(*) FROM ops"], ["report", "-o", "page.html"], ["changelog", "HEAD~1..HEAD"],
        ["checkpoint", "then"], ["news"], ["verify"], ["gc"], ["sync"],
    ):  # fmt: skip
        assert shell.run(*words)[0] == DONE, words
    assert time.process_time() - before < 8, "what is read of a hole takes ten seconds a time"
    assert shell.json("log")["events"] == told
    shell.repo.commit("Three", a="def three():\n    return 3\n")
    shell.run("sync")
    assert len(shell.json("log")["events"]) == len(told) + 1
    os.truncate(log, 0)
