"""Structured text: names as they are written, sections by level, large and deep files in bounded time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import MAX_BYTES, extract
from muse_hook.symbols.normal import Normalisation
from muse_hook.symbols.reader import reader_of
from muse_hook.symbols.shapes import ordinary, transparent

GOLDEN = sorted(path for path in (Path(__file__).parent.parent / "golden").glob("*/before.*"))


def table(path: str, text: str) -> SymbolTable:
    language = language_for(path)
    assert language is not None
    return extract(text.encode(), language)


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("a.md", '# A.b c\n\n## "D" `e`\n\n### Ü::x #\n', ["A.b c", 'A.b c."D" `e`', 'A.b c."D" `e`.Ü::x']),
        ("a.md", "---\na: 1\n---\n# T\n", ["T"]),
        ("a.md", "### Deep\n\n# Top\n\n### Under\n\n## Beside\n", ["Deep", "Top", "Top.Under", "Top.Beside"]),
        ("a.md", "One\n===\n\nTwo\nlines\n---\n\n```\n# none\n```\n\n> # none\n\n- # none\n", ["One", "One.Two lines"]),
        ("a.md", "# A\n\n##\n\n### B\n\ntext\n", ["A", "A.B"]),
        ("a.md", "# A\n\n## B\n\n## B\n", ["A", "A.B"]),
        ("a.css", "a,\nb  >  c { x: y }\n", ["a, b > c"]),
        ("a.css", "@media print { @supports (a: b) { .c { d: e } } }\n@page :first { a: b }\n", [".c", "@page :first"]),
        ("a.css", "a /* x */ b { c: d }\n@import 'x';\n@charset 'y';\n", ["a b"]),
        ("a.toml", '[a."b.c"]\nd.e = 1\n[[f]]\ng = 1\n[f.h]\ni = 1\n', ["a", "a.b.c", "a.b.c.d", "a.b.c.d.e", "f"]),
        ("a.yaml", "a b:\n  - c: 1\nd: {e: 1}\n---\n'f''g': 1\n", ["a b", "d", "d.e", "f'g"]),
        ("a.json", '{"a.b": {"c d": 1, "": 2}, "\\u00e4": [{"x": 1}]}', ["a.b", "a.b.c d", "ä"]),
        (
            "a.lua",
            "local a, b = f()\nif a then\n  function M.c() end\nelse\n  d, e = 1, 2\nend\ndo local g end\n",
            [*"ab", "M.c", *"deg"],
        ),
        ("a.sh", "{\n  a() { b() { :; }; }\n  if x; then c() { :; }; fi\n}\n", ["a", "c"]),
        ("a.sql", 'CREATE TABLE "A b" (c int) INHERITS (d);\nCREATE TABLE "e" (f int) STRICT;\n', ["A b", "e"]),
        ("a.sql", "CREATE FUNCTION s.f(a int) RETURNS bool AS $$ SELECT 1 $$ LANGUAGE sql;\n", ["f"]),
        ("a.sql", "CREATE TABLE a (b int) WITHOUT ROWID;\nCREATE PROCEDURE p(a int) AS $$ SELECT 1 $$;\n", ["a", "p"]),
        (
            "a.sql",
            "CREATE TABLE a LIKE b;\nCREATE TABLE s.c PARTITION OF a DEFAULT;\nCREATE TABLE d ();\n",
            ["a", "c", "d"],
        ),
        (
            "a.sql",
            "CREATE VIRTUAL TABLE a USING f(b);\nCREATE TABLE [o].[b c] (d BIT IDENTITY(1));\nGO\n",
            ["a", "b c"],
        ),
        ("a.sql", "DELIMITER $$\nCREATE FUNCTION f() BEGIN x y; END$$\nDELIMITER ;\nCREATE TABLE a (b);\n", ["f", "a"]),
        (
            "a.sql",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = d; END;\nCREATE TABLE a (b int);\n",
            ["t", "a"],
        ),
        ("a.sql", "COPY a FROM stdin;\n1\tit's;\n\\.\nCREATE TABLE a (b int);\n", ["a"]),
        ("a.html", '<div id="a"><p ID=\'b c\'>x</p></div><br id="{{ x }}"><i id=d>', ["a", "b c", "d"]),
    ],
)
def test_names_are_as_they_are_written(path: str, text: str, names: list[str]) -> None:
    assert list(table(path, text).symbols) == names


def test_what_stands_in_a_list_belongs_to_the_list() -> None:
    old, new = (table("a.toml", f"[[a]]\nb = 1\n[a.c]\nd = {value}\n") for value in (1, 2))
    assert old.changed(new) == ["a"]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.md", "# A\n\nOne two\nthree.\n\n* x\n* y\n", "A\n=\n\nOne two three.\n\n- x\n- y\n"),
        ("a.md", "# A\n\n|a|b|\n|-|-|\n|c|d|\n", "# A #\n\n| a   | b |\n| --- | - |\n| c   | d |\n"),
        ("a.md", "# A\n\n*One* two *of\nthem*, __three__ `*a*`\n", "# A\n\n_One_ two _of\nthem_, **three** `*a*`\n"),
        ("a.md", "# A\n\n***One two***, `***a***`\n", "# A\n\n_**One two**_, `***a***`\n"),
        (
            "a.yaml",
            "a:\n- b: |\n     c\n\n       d\n  e: 1\n",
            "a:\n  - b: |\n      c\n\n        d\n    e: 1\n",
        ),
        ("a.yaml", "a:\n  b c\n  d\n\n  e\n", "a: b c d\n\n    e\n"),
        ("a.sh", "a() { b `c` && \\\n d >e; }\n", "a() {\n  b $(c) \\\n    && d > e\n}\n"),
        ("a.css", "a{b:'c';d:1px}", 'a {\n  b: "c";\n  d: 1px;\n}\n'),
        ("a.css", "a>b,c~d{COLOR:#FFF;e:.50EM 1.0}", "a > b,\nc ~ d {\n  color: #fff;\n  e: 0.5em 1;\n}\n"),
        ("a.css", ":not( a>b )  +c[d=e ]::f[h='i' i]{g:h}", ':not(a > b) + c[d="e"]::f[h="i" i] {\n  g: h;\n}\n'),
        ("a.css", "a:nth-child(2n+1),b:has(>c){d:e}", "a:nth-child(2n + 1),\nb:has(> c) {\n  d: e;\n}\n"),
        ("a.md", "# A\n\n| a | b\n|---|--\n| c | d\n", "# A\n\n| a   | b |\n| --- | - |\n| c   | d |\n"),
        ("a.yaml", "a: {b: 'c',d: x}\n", 'a: { b: "c", d: "x" }\n'),
        ("a.toml", "a = [1,2]\n", "a = [\n  1,\n  2,\n]\n"),
        ("a.json", '{"a":{"b":1}}', '{\n  "a": { "b": 1 }\n}\n'),
        ("a.sql", "CREATE TABLE a LIKE  b ;\nUSE a;", "CREATE TABLE a\n  LIKE b; -- like b\nUSE a;\n"),
    ],
)
def test_layout_changes_nothing(path: str, old: str, new: str) -> None:
    before, after = table(path, old), table(path, new)
    assert before.changed(after) == []
    assert before.same_tree(after)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.md", "# A\n\n1. x\n", "# A\n\n- x\n"),
        ("a.md", "# A\n\nx  \ny\n", "# A\n\nx\ny\n"),
        ("a.md", "# A\n\n```\na\n b\n```\n", "# A\n\n```\na\nb\n```\n"),
        ("a.md", "# A\n\n`*a*` *b c\n", "# A\n\n`_a_` *b c\n"),
        ("a.md", "# A\n\na*b*c\n", "# A\n\na_b_c\n"),
        ("a.md", "# A\n\n*a*\n", "# A\n\n**a**\n"),
        ("a.md", "# A\n\n***a***\n", "# A\n\n**a**\n"),
        ("a.yaml", "a: |\n  b\n  c\n", "a: |\n  b\n    c\n"),
        ("a.yaml", "a: |2\n  b\n", "a: |2\n   b\n"),
        ("a.yaml", "a: |\n  b\n", "a: >\n  b\n"),
        ("a.yaml", "a:\n  b\n  c\n", "a:\n  b\n\n  c\n"),
        ("a.sh", "a() { b $(c); }\n", "a() { b c; }\n"),
        ("a.css", "a { b: 4px }", "a { b: 8px }"),
        ("a.md", "# A\n\n| a | b |\n|---|--|\n| c || d |\n", "# A\n\n| a | b |\n|---|--|\n| c | d |\n"),
        ("a.css", "a { --B: c }", "a { --b: c }"),
        ("a.css", "a { b: 1.05px }", "a { b: 1.5px }"),
        ("a.css", "a { b: #fff }", "a { b: #ffe }"),
        ("a.yaml", "a: true\n", "a: 'true'\n"),
        ("a.yaml", "a: |\n  b\n", "a: |\n  c\n"),
        ("a.json", '{"a": 1}', '{"a": "1"}'),
    ],
)
def test_what_a_reader_would_notice_changes_the_tree(path: str, old: str, new: str) -> None:
    assert not table(path, old).same_tree(table(path, new))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_no_text_between_nodes_is_lost(path: Path) -> None:
    language = language_for(path.name)
    assert language is not None
    reader = reader_of(language)
    kinds = Normalisation(language).kinds
    source = path.read_bytes()
    stack = [reader.parser.parse(source).root_node]
    lost = set()
    while stack:
        node = stack.pop()
        if kinds.actions.get(node.kind_id, ordinary) not in (ordinary, transparent) or node.is_extra:
            continue
        at = node.start_byte
        keyword = node.type.partition("_")[0].encode()  # that the kind says
        for child in node.children:
            if source[at : child.start_byte].replace(b"\\\n", b"").strip() not in (b"", keyword):
                lost.add(node.type)
            at = max(at, child.end_byte)
        if node.children and source[at : node.end_byte].replace(b"\\\n", b"").strip():
            lost.add(node.type)
        stack += node.children
    assert lost == set()


def test_many_headings_deep_keys_and_large_files_end() -> None:
    start = time.process_time()
    many = table("a.md", "# A\n\n" + "".join(f"## B{number}\n\ntext\n\n" for number in range(10_000)))
    assert len(many.symbols) == 10_001
    keys = table("a.yaml", "".join(f"key{number}: &a{number} x\n" for number in range(10_000)))
    assert len(keys.symbols) == 10_000
    deep = 10_000
    assert table("a.json", '{"a":' * deep + "1" + "}" * deep).state in {"parsed", "too_large"}
    assert table("a.yaml", "{a: " * 1_000 + "1" + "}" * 1_000).state in {"parsed", "too_large", "unparsed"}
    assert table("a.html", "<div>" * 5_000).state in {"parsed", "too_large"}
    assert table("a.json", '{"a": "' + "x" * MAX_BYTES + '"}').state == "too_large"
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CREATE TABLE a LIKE b;\n", "CREATE TABLE a LIKE c;\n"),
        ("CREATE TABLE a LIKE b;\n", "CREATE TABLE IF NOT EXISTS a LIKE b;\n"),
        ("CREATE TABLE a (b OF 'x  y');\n", "CREATE TABLE a (b OF 'x y');\n"),
        ("CREATE PROCEDURE a() BEGIN b c; END;\n", "CREATE PROCEDURE a() BEGIN b d; END;\n"),
        (
            "CREATE DEFINER=`a`@`b` PROCEDURE a() BEGIN b c; END;\n",
            "CREATE DEFINER=`a`@`c` PROCEDURE a() BEGIN b c; END;\n",
        ),
    ],
)
def test_what_the_grammar_cannot_read_of_a_statement_is_told(old: str, new: str) -> None:
    before, after = (table("a.sql", f"{text}CREATE TABLE z (y int);\n") for text in (old, new))
    assert before.changed(after) == ["a"]
    assert not before.damaged
    assert before.same_module(after)


def test_a_statement_that_takes_in_another_one_is_damage() -> None:
    found = table("a.sql", "CREATE TABLE a (b int);\nCREATE TABLE c LIKE 'd;\nCREATE TABLE e (f 'int');\n")
    assert found.damaged
    assert "a" in found.symbols
