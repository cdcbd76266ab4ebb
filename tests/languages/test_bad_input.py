"""Whatever stands in a file: its symbols or one op of the file, in bounded time, and the commit is kept."""

from __future__ import annotations

import codecs
import os
import random
import time
from pathlib import Path

import pytest
import tree_sitter
from support.deltas import delta_of
from support.shell import Shell

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract
from muse_hook.symbols.reader import Reader, TooLargeError, reader_of

GOLDEN = Path(__file__).parent.parent / "golden"
FILES = sorted(file for file in GOLDEN.glob("*/before.*") if language_for(file.name) is not None)
STATES = {"parsed", "unparsed", "too_large"}
DEEP = 10_000
SECONDS = 30
"""Of processor time, which a file of this size is far from."""

PIECES = [
    b"(", b")", b"{", b"}", b"[", b"]", b"<", b">", b'"', b"'", b"`", b"/*", b"*/", b"//", b"#", b"#if X\n",
    b"#endif\n", b";", b",", b"\\", b"@", b"\0", b"\r", b"\n", b"\xff", b"\xc3\xa9", b"${", b"=>", b"class A {",
    b"}}}}", b"(" * 400,
]  # fmt: skip


def read(path: Path, source: bytes, before: SymbolTable | None = None) -> SymbolTable:
    language = language_for(path.name)
    assert language is not None
    began = time.process_time()
    found = extract(source, language, before)
    for symbol in found.symbols.values():
        assert symbol.content_id
    assert found.state in STATES
    assert time.process_time() - began < SECONDS
    return found


def names(table: SymbolTable) -> dict[str, str]:
    return {name: symbol.content_id for name, symbol in table.symbols.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_deep_nesting_is_read_in_bounded_time(path: Path) -> None:
    whole = path.read_bytes()
    for opening, closing in ((b"(", b")"), (b"{", b"}"), (b"[", b"")):
        found = read(path, whole + b"\n" + opening * DEEP + b"1" + closing * DEEP + b"\n")
        assert found.state == "too_large" or found.damaged or found.symbols


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_how_a_text_is_encoded_is_no_part_of_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    plain = names(read(path, text.encode()))
    assert names(read(path, text.replace("\n", "\r\n").encode())) == plain
    assert names(read(path, codecs.BOM_UTF8 + text.encode())) == plain
    if path.suffix != ".pyw":  # which says its encoding itself
        for mark, coding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
            assert names(read(path, mark + text.encode(coding))) == plain
        western = "".join(letter for letter in text if ord(letter) < 0x100)
        assert names(read(path, western.encode("latin-1"))) == names(read(path, western.encode()))


def test_a_commit_of_bad_files_is_recorded(shell: Shell) -> None:
    bad = {
        "nul": b"\0" * 5000,
        "half": "x = 1\n".encode("utf-16")[:-1],
        "deep": b"(" * DEEP,
        "closed": b"}" * 2000,
        "string": b'"' * 2001,
        "bytes": bytes(range(256)) * 20,
    }
    assert shell.run("install")[0] == 0
    for path in FILES:
        for name, source in bad.items():
            (shell.repo.path / f"{name}{path.suffix}").write_bytes(source)
    shell.repo.git("add", "-A")
    shell.repo.git("commit", "-q", "-m", "Bad files")
    assert shell.run("sync")[0] == 0
    ops = shell.json("show")["delta"]["ops"]
    assert len(ops) == len(bad) * len({path.suffix for path in FILES})
    assert shell.json("status")["unrecorded"]["missing"] == []


def test_a_line_that_a_grammar_cannot_bear_is_told_as_a_file() -> None:
    statement = "local x = 1\n"
    whole = statement * 10_000
    assert read(Path("a.lua"), whole.encode()).state == "parsed"
    assert read(Path("a.lua"), whole.replace("\n", " ").encode()).state == "too_large"
    assert read(Path("a.scala"), b"val a = 1\n" + b"[" * 100_000 + b"\n").state == "too_large"
    assert read(Path("a.py"), b"x = [" + b"1, " * 50_000 + b"]\n").state == "parsed"


def test_signs_in_a_row_that_the_parser_of_python_hangs_over_are_told_as_a_file() -> None:
    for end in (b"", b"\n", b" \\\n"):
        source = b"(" + (b"/*" + end) * 20_000 + b"1" + (b"*/" + end) * 20_000 + b")\n"
        assert read(Path("a.py"), source).state == "too_large"
        assert read(Path("a.py"), source.replace(b"*", b"-")).state == "too_large"
    banner = b"# " + b"=" * 1_500 + b"\ndef f(): pass\n"
    assert read(Path("a.py"), banner).state == "parsed"


def test_yaml_that_its_grammar_dies_of_is_told_as_a_file() -> None:
    maps = b"".join(b" " * level + b"a:\n" for level in range(300)) + b" " * 300 + b"b: 1\n"
    for deep in (b"- " * 300 + b"f: 1\n", maps):
        assert read(Path("a.yaml"), deep).state == "too_large"
    assert read(Path("a.yaml"), b"a:\n" + b"- " * 90 + b"f: 1\n").state == "parsed"


def test_a_condition_of_php_is_read_alike_whether_its_tree_is_at_hand_or_gone() -> None:
    language = language_for("a.php")
    assert language is not None
    source = b"<?php\nif (a) { b(); } else if (c) { d(); } else if (e) { f(); }\n"
    read_with_its_tree = extract(source, language).module_id
    gone = extract(source, language)
    reader_of(language).drop_trees()
    assert gone.module_id == read_with_its_tree


def test_a_binary_file_with_the_name_of_a_source_is_told_as_a_file() -> None:
    """Video is `.ts`, too; git-crypt leaves a source its name. UTF-16 is text (`test_how_a_text_is_encoded...`)."""
    noise = random.Random(1).randbytes(100_000)  # noqa: S311 - nothing is secret
    for name in ("a.ts", "a.py", "a.m", "a.go"):
        assert read(Path(name), b"\0GITCRYPT\0" + noise).state == "unparsed"
    assert read(Path("a.js"), b"function f() {}\n// \0\n").state == "parsed"


def test_a_long_line_is_read_where_it_is_sound_and_told_as_a_file_where_it_is_broken() -> None:
    whole = b"function f() {}\n"
    table = b"x = [" + b"1, " * 10_000 + b"]\n"
    assert read(Path("a.js"), whole + table).state == "parsed"
    assert set(read(Path("a.js"), whole + table + b"function g() { ( }\nfunction h() {}\n").symbols) >= {"f", "h"}
    broken = whole + b'"' * 99_999 + b"\n" + whole
    before = read(Path("a.js"), whole)
    assert read(Path("a.js"), broken).state == read(Path("a.js"), broken, before).state == "unparsed"


def test_a_parser_that_takes_too_many_steps_is_stopped() -> None:
    whole = (GOLDEN / "kotlin/before.kt").read_bytes()
    broken = b"{g\nr\n   #if X\n lip() {}\n" + whole[whole.index(b"enum class") :] + b"}\n" * 3 + whole
    assert read(Path("a.kt"), broken).state == "too_large"
    assert read(Path("a.kt"), whole).state == "parsed"
    language = language_for("a.kt")
    assert language is not None
    plain = tree_sitter.Parser(language.grammar).parse(whole)
    assert str(reader_of(language).parse(whole)[0]) == str(plain.root_node)


def repeated(count: int, text: str) -> str:
    """Return a text so many times, each `%` in it being the number of the time."""
    return "".join(text.replace("%", str(number)) for number in range(count))


LARGE = {
    "a.md": lambda: repeated(2_500, "# One %\n\nText.\n\n## Two %\n\n### Three %\n\n#### Four %\n\nText of %.\n\n"),
    "a.json": lambda: "{" + repeated(2_000_000, '"key%":{"value":[1,2,3],"text":"words and words"},') + '"last":1}',
    "a.h": lambda: repeated(
        10_000,
        "#define M%(x, y) do { if ((x) > %) call(y); } while (0)\n#define N% %\n"
        "API_EXPORT(int) f% PROTO((int a, char *b)) ATTR(nonnull);\n#ifdef W%\nDECLARE_THING(a%, b);\n#endif\n",
    ),
    "a.c": lambda: repeated(
        6_000, "static int f%(int a, char *b)\n{\n    if (a > %) {\n        a = g(a, b);\n    }\n    return a;\n}\n\n"
    ),
    "a.m": lambda: repeated(
        1_500,
        "@interface C% : NSObject\n@property int p%;\n@end\n@implementation C%\n"
        + "- (int)m:(int)a with:(int)b {\n  if (a > %) { [self m:a with:b];\n  return a;\n}\n\n" * 5
        + "@end\n\n",
    ),
    "Dockerfile": lambda: repeated(10_000, "FROM image AS s%\nARG A%=1\nRUN make % \\\n  && install\n"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_a_file_of_fifty_thousand_lines_is_read_in_bounded_time(name: str) -> None:
    """With and without the version before, one character of which changed."""
    source = LARGE[name]().encode()
    found = read(Path(name), source)
    assert found.state == ("too_large" if name == "a.json" else "parsed")
    assert found.state == "too_large" or len(found.symbols) >= 1_500
    at = source.index(b"1", len(source) // 2)
    changed = source[:at] + b"2" + source[at + 1 :]
    again = read(Path(name), changed, found)
    assert names(again) == names(read(Path(name), changed))


@pytest.mark.long
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_brackets_a_hundred_thousand_deep(path: Path) -> None:
    whole = path.read_bytes()
    for opening, closing in ((b"(", b")"), (b"{", b""), (b"[", b"]")):
        read(path, whole + b"\n" + opening * 100_000 + b"1" + closing * 100_000 + b"\n" + whole)


@pytest.mark.long
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_two_megabytes_on_one_line(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    read(path, (text * (2_000_000 // len(text))).encode())


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_broken_files_are_read_as_anything_is(path: Path) -> None:
    """Fuzzed for MUSE_HOOK_FUZZ seconds: the same table with and without an older one, and a delta to each."""
    seed = random.randrange(1 << 32)  # noqa: S311 - nothing is secret
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    whole = [file.read_bytes() for file in sorted(path.parent.glob("*" + path.suffix))]
    older = whole[0]
    end = time.monotonic() + float(os.environ.get("MUSE_HOOK_FUZZ", "60"))
    while time.monotonic() < end:
        source = chance.choice(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(source) + 1)
            to = min(len(source), at + chance.choice((0, 1, 20, 300)))
            piece = chance.choice((b"", source[at:to] * 2, chance.choice(PIECES), chance.randbytes(3)))
            source = source[:at] + piece + source[to:]
        said = f"seed {seed}: {source!r}"
        before = read(path, older)
        found, again = read(path, source), read(path, source, before)
        assert (found.state, names(found)) == (again.state, names(again)), said
        assert (found.tree_id, found.module_id) == (again.tree_id, again.module_id), said
        file = "a" + path.suffix
        texts = ({file: one.decode("latin-1")} for one in (older, source))
        assert delta_of(*texts)["domain"] == "code", said
        older = source if chance.random() < 0.5 else chance.choice(whole)


def test_damaged_text_that_takes_a_counted_parser_too_long_alone_is_told_by_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fuzzing met such a piece of a class of Kotlin: its file was read in time, its own text was not."""
    language = language_for("a.kt")
    assert language is not None
    pieces = [b"  #endif <%s\n" % word for word in (b"a b", b"a   b", b"c")]
    sources = [b"class A {\n  fun f() = 1\n" + piece + b"  fun g() = 2\n}\n" for piece in pieces]
    tables = [extract(source, language) for source in sources]

    def give_up(*_: object, **_options: object) -> None:
        raise TooLargeError

    monkeypatch.setattr(Reader, "parse_alone", give_up)
    assert tables[0].tree_id == tables[1].tree_id != tables[2].tree_id
    assert all(one.content_id for table in tables for one in table.symbols.values())
