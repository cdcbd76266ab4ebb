"""Languages are data: rows and query files, found by path, read without a TOML parser."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from muse_hook import ENGINE
from muse_hook.languages import grammar
from muse_hook.languages.languages import (
    FILE,
    Language,
    engine,
    known_language,
    language_for,
    language_named,
    languages,
    parse_rows,
)

PACKAGE = Path(__file__).parent.parent.parent / "muse_hook"
GOLDEN = Path(__file__).parent.parent / "golden"
INSTALLED = [language for language in languages() if language.grammar_version]
SAMPLES = sorted(path for path in GOLDEN.rglob("*") if path.is_file() and path.suffix != ".txt")


def test_rows_are_read_as_tomllib_reads_them() -> None:
    text = Path(FILE).read_text(encoding="utf-8")
    assert parse_rows(text) == tomllib.loads(text)


def test_a_file_is_found_by_what_any_row_says() -> None:
    rows = tomllib.loads(Path(FILE).read_text(encoding="utf-8"))
    for name, row in rows.items():
        for extension in row.get("extensions", ()):
            found = known_language(f"a/b{extension}")
            assert found is not None
            assert found.name == name
        for file_name in row.get("file_names", ()):
            found = known_language(f"a/{file_name}")
            assert found is not None
            assert found.name == name
        found = language_named(name)
        assert found is not None
        assert {**found.row, **row} == found.row
    assert [language.name for language in languages()] == list(rows)
    assert language_named("python.alias") is None
    assert known_language('a.x"]') is None


def test_a_row_and_a_query_file_come_together() -> None:
    own = [language for language in languages() if "like" not in language.row]
    named = {name for language in own for name in language.strings("queries") or [language.name]}
    assert named == {path.stem for path in PACKAGE.rglob("*.scm")}


def test_what_languages_define_alike_is_written_once() -> None:
    patterns = {
        path.stem: set(re.findall(r"(?m)^\(.*(?:\n[ )].*)+", path.read_text())) for path in PACKAGE.rglob("*.scm")
    }
    related = [("c_family", "c", "cpp", "objc"), ("ecmascript", "javascript", "typescript")]
    for names in related:
        for at, name in enumerate(names):
            assert [other for other in names[at + 1 :] if patterns[name] & patterns[other]] == []
    assert all(patterns[name] for names in related for name in names)


def test_a_row_that_is_like_another_says_what_differs() -> None:
    row = {language.name: language for language in languages()}
    assert row["tsx"].table("strings") == row["typescript"].table("strings")
    assert row["tsx"].query() == row["typescript"].query()
    assert row["tsx"].finders("extensions") == [".tsx"]
    assert row["tsx"].package == row["typescript"].package
    if row["tsx"].grammar_version:
        assert row["tsx"].grammar != row["typescript"].grammar


@pytest.mark.parametrize("language", INSTALLED, ids=lambda language: language.name)
def test_every_kind_of_a_row_is_a_kind_of_the_grammar(language: Language) -> None:
    grammar = language.grammar
    kinds = {grammar.node_kind_for_id(i) for i in range(grammar.node_kind_count)}
    named = [
        kind for key in ("drop", "transparent", "group", "chain", "flat", "holes") for kind in language.strings(key)
    ]
    named += [
        kind
        for key in ("alias", "pack", "lean", "wrap", "lead", "alone", "leaves", "dedented")
        for kind in language.table(key)
        if kind[-1] != "*" or not any(one and one.startswith(kind[:-1]) for one in kinds)
    ]
    named += [
        kind
        for key in ("keep", "hollow", "trailing", "later", "keys", "attached", "decorators")
        for kind in language.strings(key)
    ]
    parts = [part for kind in named for part in (kind.split(".", 1) if "." in kind[1:] else [kind])]
    assert set(parts) <= kinds


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.py", "python"),
        ("a/b.c/d.pyi", "python"),
        ("a.mjs", "javascript"),
        ("a.go", "go"),
        ("a.ts", "typescript"),
        ("a.d.ts", "typescript"),
        ("a.tsx", "tsx"),
        ("A.java", "java"),
        ("a.rs", "rust"),
        ("a.cs", "csharp"),
        ("package-lock.json", None),
        ("a/pnpm-lock.yaml", None),
        ("a.min.css", None),
        ("a.min.js", None),
        ("a.pb.go", "go"),
        ("a.pb.h", "cpp"),
        ("A.Designer.cs", "csharp"),
        ("poetry.lock", None),
        ("go.sum", None),
        ("a.PY", None),
        (".py", None),
        ("py", None),
        ("a.txt", None),
        ("a.py/b", None),
    ],
)
def test_a_path_has_the_language_of_its_extension(path: str, name: str | None) -> None:
    found = language_for(path)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"#!/usr/bin/python\n", "python"),
        (b"#!/usr/bin/env python3.11\nx", "python"),
        (b"#!/usr/bin/env -S A=b node --x\n", "javascript"),
        (b"#!/bin/sh\n", "bash"),
        (b"#!/usr/bin/fish\n", None),
        (b"#!\n", None),
        (b"import os\n", None),
    ],
)
def test_a_script_has_the_language_of_its_interpreter(head: bytes, name: str | None) -> None:
    found = language_for("bin/tool", lambda: head)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"/* a */\n#import <A/A.h>\n", "objc"),
        (b"#pragma once\n@class A;\n", "objc"),
        (b"#include <a.h>\n// #import, @class\nint f(void);\n", "cpp"),
        (b"", "cpp"),
    ],
)
def test_a_header_that_two_languages_have_is_told_by_what_it_begins_with(head: bytes, name: str) -> None:
    found = language_for("a/b.h", lambda: head)
    assert found is not None
    assert found.name == name
    other = language_for("b.hpp", lambda: head)
    assert other is not None
    assert other.name == "cpp"


def test_without_its_grammar_a_language_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muse_hook.languages.languages._languages", None)
    installed = grammar.version
    monkeypatch.setattr(grammar, "version", lambda package: "" if package.endswith("_go") else installed(package))
    assert language_for("a.go") is None
    assert language_for("a.py") is not None
    assert "go grammar" not in engine(["python", "go"])


def test_engine_names_every_version_at_work() -> None:
    assert engine(()) == f"muse_hook engine {ENGINE}; tree-sitter {grammar.version('tree_sitter')}"
    for language in INSTALLED:
        theirs = f"{language.name} grammar {language.grammar_version} abi {language.grammar.abi_version}"
        assert engine([language.name]) == f"{engine(())}; {theirs}"
    assert engine([language.name for language in INSTALLED]).count(" grammar ") == len(INSTALLED)


def test_no_python_names_a_language() -> None:
    names = [language.name for language in languages()]
    for path in [*(PACKAGE / "symbols").rglob("*.py"), *(PACKAGE / "languages").rglob("*.py")]:
        code = "\n".join(line for line in path.read_text().splitlines() if "CPython" not in line)
        for name in names:
            assert f'"{name}"' not in code, f"{path} names {name}"


def test_a_hook_pays_for_no_module_that_it_does_not_need() -> None:
    probe = (
        "import sys; from muse_hook.languages.languages import language_for, engine; engine(()); language_for('a.py');"
        "print(*sorted(m for m in sys.modules if m in {'json', 're', 'tomllib', 'pathlib', 'tree_sitter', 'typing',"
        " 'importlib.metadata', 'importlib.util', 'enum'}));"
        "from muse_hook.symbols.extract import extract; extract(b'def f(): pass', language_for('a.py'));"
        "print(*sorted(m for m in sys.modules if m in {'json', 'tomllib', 'pathlib', 'ast', 'hashlib',"
        " 'subprocess', 'importlib.resources', 'tree_sitter_python', 'unicodedata', 'dataclasses'}))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path = {sys.path!r}; {probe}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n") == ["", "", ""]
