"""Structured text: what is recorded by itself, what only where the commit's own `.museignore` asks, and no verdicts."""

from __future__ import annotations

import pytest
from support.repository import Repo

from muse_hook import diff_commits
from muse_hook.git.objects import ObjectReader
from muse_hook.languages.languages import known_language, languages
from muse_hook.pathrules.patterns import IgnoreRules

ASK = '[domain.code]\nlanguages = ["yaml", "json"]\n'


def commit(repo: Repo, files: dict[str, str]) -> str:
    """Write files and commit them."""
    for path, text in files.items():
        repo.write(path, text)
    return repo.commit()


def told(repo: Repo, old: str | None, new: str) -> dict[str, list[str]]:
    """Return what is said of each path: the op, and `op name` of each of its symbols."""
    found = {}
    for op in diff_commits(repo.path, old, new)["ops"]:
        children = op.get("child_ops", ()) if op["op"] == "patch" else ()
        names = [f"{child['op']} {child['address'].split('::', 1)[1]}" for child in children]
        found[op["address"]] = [op["op"], *names]
    return found


def test_keys_are_told_where_the_commit_asks_for_them(repo: Repo) -> None:
    files = {"a.yaml": "a:\n  b: 1\n", "a.toml": "c = 1\n", "a.json": '{"d": 1}\n', "a.html": "<p id=x>y</p>\n"}
    lock = {"package-lock.json": '{"e": 1}\n', "pnpm-lock.yaml": "f: 1\n", "poetry.lock": "g = 1\n"}
    without = commit(repo, files | lock)
    assert {len(said) for said in told(repo, None, without).values()} == {1}

    asks = commit(repo, {".museignore": ASK})
    assert told(repo, without, asks) == {
        ".museignore": ["insert"],
        "a.yaml": ["patch", "replace a", "replace a.b"],
        "a.json": ["patch", "replace d"],
    }
    delta = diff_commits(repo.path, without, asks)
    assert (delta["sem_ver_bump"], delta["verdicts"]) == ("none", [])

    changed = commit(repo, {"a.yaml": "a:\n  c: 1\n", "a.toml": "c = 2\n", "pnpm-lock.yaml": "f: 2\n"})
    assert told(repo, asks, changed) == {
        "a.yaml": ["patch", "delete a.b", "insert a.c"],
        "a.toml": ["replace"],
        "pnpm-lock.yaml": ["replace"],
    }
    assert diff_commits(repo.path, asks, changed)["sem_ver_bump"] == "none"

    no_more = commit(repo, {".museignore": "[global]\npatterns = []\n"})
    assert told(repo, changed, no_more)["a.json"] == ["patch", "delete d"]


def test_what_programs_write_is_never_read(repo: Repo) -> None:
    made = commit(
        repo,
        {
            ".museignore": ASK,
            ".gitattributes": "made.yaml linguist-generated\nmade.md linguist-generated\n",
            "made.yaml": "a: 1\n",
            "made.md": "# A\n",
            "site.min.css": "a{b:c}",
            "site.css": "a{b:c}",
        },
    )
    said = told(repo, None, made)
    assert said.pop("site.css") == ["patch", "insert a"]
    assert {len(one) for one in said.values()} == {1}


@pytest.mark.parametrize(
    "path", ["package-lock.json", "a/npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "Cargo.lock", "x.min.css"]
)
def test_a_lock_file_is_in_no_language(path: str) -> None:
    assert known_language(path) is None


def test_other_values_of_languages_ask_for_nothing() -> None:
    assert IgnoreRules(b'[domain.code]\nlanguages = "yaml"\n').languages == frozenset()
    assert IgnoreRules(b'[domain.code]\nlanguages = ["yaml", 1]\n').languages == {"yaml"}
    assert IgnoreRules(b'[global]\nlanguages = ["yaml"]\n').languages == frozenset()


def test_headings_and_rules_break_nothing(repo: Repo) -> None:
    text = "# Tool\n\nIt reads words and counts them.\n\n## Getting started\n\nInstall it, then run it on a file.\n"
    first = commit(
        repo, {"README.md": text, "a.css": ".a { color: red; width: 1px; margin: 0 }\n", "a.py": "def f(): pass\n"}
    )
    second = commit(
        repo,
        {
            "README.md": text.replace("Getting started", "Quick start"),
            "a.css": ".b { color: red; width: 1px; margin: 0 }\n",
        },
    )
    delta = diff_commits(repo.path, first, second)
    renamed = {
        child["address"]: child["new_address"]
        for op in delta["ops"]
        if op["op"] == "patch"
        for child in op["child_ops"]
    }
    assert renamed == {
        "README.md::Tool.Getting started": "README.md::Tool.Quick start",
        "a.css::.a": "a.css::.b",
    }
    assert (delta["sem_ver_bump"], delta["breaking_changes"], delta["verdicts"]) == ("none", [], [])


def test_every_language_that_is_asked_for_says_nothing_of_what_is_public() -> None:
    asked = [language for language in languages() if language.is_asked_for]
    assert {language.name for language in asked} == {"toml", "yaml", "json", "html"}
    assert not any(language.strings("public") for language in asked)


def test_data_that_is_too_large_is_not_brought_into_memory(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    blob = ObjectReader.blob

    def counted(objects: ObjectReader, oid: str) -> bytes:
        read.append(objects.size(oid))
        return blob(objects, oid)

    monkeypatch.setattr(ObjectReader, "blob", counted)
    before = commit(repo, {".museignore": ASK, "a.json": '{"a": 1}\n', "b.py": "b = 1\n"})
    large = commit(repo, {"a.json": '{"a": [' + "1, " * 1_000_000 + "1]}\n", "b.py": "b = 2\n"})
    (data, code) = diff_commits(repo.path, before, large)["ops"]
    assert (data["op"], data.get("change"), code["op"]) == ("replace", ["too_large"], "patch")
    assert read
    assert max(read) < 100
