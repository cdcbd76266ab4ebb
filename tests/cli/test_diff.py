"""`diff` and `changelog` over several commits say of who became who what the log says of each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.shell import Shell

LOAD = "def load(path):\n    with open(path) as file:\n        return file.read()\n"
REWRITTEN = """\
def read_lines(name, encoding="utf-8"):
    text = stream(name, encoding)
    found = [line.strip() for line in text]
    return found or None
"""


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install", "--no-history")
    return shell


def ops(shell: Shell, old: str, new: str) -> list[dict[str, Any]]:
    tops = json.loads(shell.out("diff", old, new, "--json"))["delta"]["ops"]
    return [child for top in tops for child in top.get("child_ops", [])]


def told(shell: Shell, old: str, new: str) -> list[tuple[str, str, str]]:
    return [
        (op["op"], op["address"].partition("::")[2], op.get("new_address", "").partition("::")[2])
        for op in ops(shell, old, new)
    ]


def reasons(shell: Shell, old: str, new: str) -> list[str]:
    rows = json.loads(shell.out("changelog", f"{old}..{new}", "--json"))["changes"]
    return [row["reason"] for row in rows]


def test_steps_that_the_log_knows_are_one_way(shell: Shell) -> None:
    old = shell.repo.commit("Load", m=LOAD)
    shell.repo.commit("Rename", m=LOAD.replace("load", "read_lines"))
    new = shell.repo.commit("Rewrite", m=REWRITTEN)
    assert told(shell, old, new) == [("replace", "load", "read_lines")]
    assert told(shell, new, old) == [("replace", "read_lines", "load")]
    assert "public_renamed" in reasons(shell, old, new)
    assert not {"public_removed", "public_added"} & {*reasons(shell, old, new)}


def test_a_way_of_several_guesses_is_less_sure_than_each(shell: Shell) -> None:
    body = [f"    step_{number}(path, {number})\n" for number in range(8)]
    steps = []
    for name, changed in (("load", 0), ("fetch", 1), ("obtain", 2)):
        lines = "".join(body[changed:]) + "".join(f"    other_{number}()\n" for number in range(changed))
        steps.append(shell.repo.commit(name, m=f"def {name}(path):\n{lines}"))
    one, two = (ops(shell, *steps[at : at + 2])[0]["confidence"] for at in (0, 1))
    both = ops(shell, steps[0], steps[2])[0]
    assert both["new_address"].endswith("::obtain")
    assert both["confidence"] <= min(one, two) < 1.0


def test_what_the_log_knows_to_be_another_is_no_rename(shell: Shell) -> None:
    old = shell.repo.commit("Load", m=LOAD)
    shell.repo.commit("Nothing", m="x = 1\n")
    new = shell.repo.commit("Anew", m=LOAD.replace("load", "read_lines"))
    assert told(shell, old, new) == [("delete", "load", ""), ("insert", "read_lines", "")]


def test_a_name_that_was_handed_on_is_the_old_symbols_no_more(shell: Shell) -> None:
    old = shell.repo.commit("Load", m=LOAD)
    shell.repo.commit("Rename", m=LOAD.replace("load", "read_lines"))
    shell.repo.commit("Rewrite", m=REWRITTEN)
    new = shell.repo.commit("Another", m=REWRITTEN + "\n\ndef load(path):\n    raise NotImplementedError(path)\n")
    assert told(shell, old, new) == [("replace", "load", "read_lines"), ("insert", "load", "")]


def test_without_a_log_two_trees_are_all_there_is(shell: Shell) -> None:
    shell.run("uninstall")
    old = shell.repo.commit("Load", m=LOAD)
    new = shell.repo.commit("Rename", m=LOAD.replace("load", "read_lines"))
    assert told(shell, old, new) == [("replace", "load", "read_lines")]
