"""`languages`, and what `status` and `doctor` say of files whose grammar is not there."""

from __future__ import annotations

import json

import pytest
from support.shell import Shell

from muse_hook.languages import grammar, languages


@pytest.fixture
def code(shell: Shell) -> Shell:
    for path in ("a.py", "lib/b.py", "c.go", "d.unknown"):
        shell.repo.write(path, "\n")
    shell.repo.git("add", "-A")
    shell.repo.git("commit", "-qm", "code")
    return shell


@pytest.fixture
def without_go(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = grammar.version
    monkeypatch.setattr(languages, "_languages", None)
    monkeypatch.setattr(grammar, "version", lambda package: "" if package.endswith("_go") else installed(package))


def test_what_is_read_when_asked_counts_where_it_is(code: Shell) -> None:
    code.repo.write("a.yaml", "a: 1\n")
    code.repo.commit("keys")
    rows = {row["language"]: row for row in code.json("languages")["languages"]}
    assert (rows["yaml"]["files"], rows["yaml"]["when_asked"], rows["markdown"]["when_asked"]) == (0, True, False)
    code.repo.write(".museignore", '[domain.code]\nlanguages = ["yaml", "yml"]\n')
    code.repo.commit("ask")
    rows = {row["language"]: row for row in code.json("languages")["languages"]}
    assert rows["yaml"]["files"] == 1
    assert "asks for what is no language here: yml" in "".join(code.run("status")[1:])


def test_languages_are_listed_with_their_files(code: Shell) -> None:
    rows = {row["language"]: row for row in code.json("languages")["languages"]}
    assert (rows["python"]["files"], rows["go"]["files"], rows["java"]["files"]) == (2, 1, 0)
    assert rows["python"]["installed"]
    assert rows["tsx"]["extensions"] == [".tsx"]
    assert rows["tsx"]["package"] == "tree-sitter-typescript"
    lines = code.out("languages").splitlines()
    assert any(line.startswith("python ") and " 2 files " in line for line in lines)


@pytest.mark.usefixtures("without_go")
def test_what_lacks_its_grammar_is_named(code: Shell) -> None:
    (row,) = code.json("status")["without_grammar"]
    assert (row["language"], row["files"], row["version"], row["installed"]) == ("go", 1, None, False)
    _, out, _ = code.run("doctor", "--json")
    findings = [one for one in json.loads(out)["findings"] if one["name"] == "go"]
    assert [one["level"] for one in findings] == ["warn"]
    assert "tree-sitter-go is not installed" in findings[0]["words"]
    assert "not installed" in code.run("languages")[1]


def test_nothing_is_said_where_all_are_there(code: Shell) -> None:
    assert code.json("status")["without_grammar"] == []
