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


def test_what_lacked_a_grammar_is_counted_and_recorded_anew_once_it_is_there(
    code: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = "package c\n\nfunc One() int {\n\treturn 1\n}\n"
    code.repo.write(".gitattributes", "gen/*.go linguist-generated\n")
    for path in ("c.go", "gen/d.go"):
        code.repo.write(path, go)
    code.repo.commit("go")
    code.repo.write("gen/d.go", go.replace("1", "2"))
    code.repo.commit("no go", a="x = 1\n")
    assert code.run("install", "--no-history")[0] == 0
    with monkeypatch.context() as lacking:
        installed = grammar.version
        lacking.setattr(languages, "_languages", None)
        lacking.setattr(grammar, "version", lambda package: "" if package.endswith("_go") else installed(package))
        assert code.run("backfill", "--jobs", "1")[0] == 0
        assert code.json("status")["unrecorded"]["by_older_engine"] == 0
    assert "c.go::One" not in code.out("log")
    # The first file is empty and a file of the language all the same; a rule keeps the symbols of the last one out.
    assert code.json("status")["unrecorded"]["by_older_engine"] == 2
    assert code.run("verify")[0] == 0  # a clone may have lacked it
    assert "recorded 2 commits anew" in code.run("backfill", "--renew", "--jobs", "1")[2]
    assert "c.go::One" in code.out("log")
    assert code.json("status")["unrecorded"]["by_older_engine"] == 0
    assert "nothing to do" in code.run("backfill", "--renew")[2]
    assert code.run("verify", "--all")[0] == 0


def test_nothing_is_said_where_all_are_there(code: Shell) -> None:
    assert code.json("status")["without_grammar"] == []
