"""Reading only the gaps between two versions gives what reading the whole file gives, byte for byte."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pygit2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract
from muse_hook.symbols.reader import Reader, reader_of
from muse_hook.symbols.source import SourceText
from muse_hook.symbols.table import SegmentedTable

ROOT = Path(__file__).parent.parent.parent


def table(source: str | bytes, previous: SymbolTable | None = None, path: str = "a.py") -> SegmentedTable:
    language = language_for(path)
    assert language is not None
    found = extract(source if isinstance(source, bytes) else source.encode(), language, previous)
    assert isinstance(found, SegmentedTable)
    return found


def facts(found: SegmentedTable) -> list[object]:
    """Return everything that a table says, and how it is cut."""
    symbols = [
        (name, s.kind, s.name, s.parent, s.lines, s.content_id, s.docstring_id, s.body_id)
        for name, s in found.symbols.items()
    ]
    cuts = [(s.text, s.role, s.column, s.last) for s in found.segments]
    return [found.state, found.damaged, symbols, cuts, found.state == "parsed" and (found.module_id, found.tree_id)]


class CountingParser:
    """Counts the bytes that are parsed."""

    def __init__(self, parser: object) -> None:
        self.parser = parser
        self.count = 0

    def parse(self, source: bytes) -> object:
        self.count += len(source)
        return self.parser.parse(source)  # type: ignore[attr-defined]


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> CountingParser:
    language = language_for("a.py")
    assert language is not None
    reader = reader_of(language)
    counting = CountingParser(reader.parser)
    monkeypatch.setattr(reader, "parser", counting)
    return counting


METHOD = "    def m{0}(self):\n        '''Method {0} of the class, which adds.'''\n        return self.x + {0}\n\n"
FUNCTION = "def f{0}(a, b):\n    '''Function {0} of the module, which adds.'''\n    return a + b + {0}\n\n\n"
METHODS = "".join(METHOD.format(i) for i in range(30))
FUNCTIONS = "".join(FUNCTION.format(i) for i in range(30))
C_FUNCTION = "int {0}(int a) {{\n    return a;\n}}\n\n"
HEADER = '"""Docstring."""\nimport os\n\nX = 1\n\n\n'
SOURCE = f'{HEADER}{FUNCTIONS}class A(B):\n    """Docstring of A."""\n\n{METHODS}\n{FUNCTIONS}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return a + b + 7", "return a - b - 7"),
        ("return self.x + 7", "return self.x - 7"),
        ("import os\n", "import os\nimport sys\n"),
        ("    def m3(self)", "    y = 1\n\n    def m3(self)"),
        ("    def m3(self)", "    # why\n    def m3(self)"),
        ('"""Docstring of A."""', '"""Other."""'),
        ('"""Docstring."""\n', ""),
        ("def f0", "\n\n\ndef f0"),
        ("def f29", "@dec\ndef f29"),
        (SOURCE, SOURCE + "\n"),
        (SOURCE, SOURCE + "def g(): pass"),
    ],
)
def test_one_edit_reads_little_and_finds_the_same(parser: CountingParser, before: str, after: str) -> None:
    old = table(SOURCE)
    new = SOURCE.replace(before, after, 1)
    assert new != SOURCE
    parser.count = 0
    found = table(new, old)
    assert parser.count < len(SOURCE) / 10
    assert facts(found) == facts(table(new))


def test_edits_at_both_ends_leave_the_middle_alone(parser: CountingParser) -> None:
    old = table(SOURCE)
    new = SOURCE.replace("import os", "import sys").replace("def m29", "def other") + "y = 2\n"
    parser.count = 0
    found = table(new, old)
    assert parser.count < len(SOURCE) / 5
    assert facts(found) == facts(table(new))


def test_unchanged_symbols_are_the_same_objects_inside() -> None:
    old = table(SOURCE)
    new = table(SOURCE.replace("a + b + 7", "a"), old)
    assert new.symbols["A.m3"].content is old.symbols["A.m3"].content
    assert not new.symbols["f7"].same_as(old.symbols["f7"])


def test_members_are_taken_over_without_the_rest_of_their_class() -> None:
    members = [f"    fun f{number}(a: Int): Int {{\n        return a + {number}\n    }}\n\n" for number in range(6)]
    others = "class Another {\n    fun g() = 1\n}\n"
    old = table("import a\nclass A {\n" + "".join(members) + "}\n" + others, path="a.kt")
    cases = [
        ("b\n\nclass A : B() {\n", members, 6),  # another header
        ("a\nclass A {\n", [*members, "    fun f6() = 6\n"], 5),  # a member behind the last one
        ("a\nclass A {\n    val h = 1\n\n", [*members[1:3], *members[4:]], 2),
        ("a\nclass Z {\n", members, 0),  # of another class, however it was read
        ("a\nenum class A {\n    ONE;\n\n", members, 0),  # of another sort
    ]
    for header, inside, kept in cases:
        source = "import " + header + "".join(inside) + "}\n" + others
        new = table(source, old, path="a.kt")
        assert facts(new) == facts(table(source, path="a.kt"))
        contents = {id(one.content) for name, one in old.symbols.items() if name.startswith("A.")}
        assert sum(id(one.content) in contents for one in new.symbols.values()) == kept
        old = table("import a\nclass A {\n" + "".join(members) + "}\n" + others, path="a.kt")


@pytest.mark.parametrize(
    ("path", "held"), [("a.kt", "fun {0}(a: Int): Int {{\n    return a\n}}\n\n"), ("a.c", C_FUNCTION)]
)
def test_where_a_piece_is_read_in_its_file_the_others_are_taken_over(path: str, held: str) -> None:
    source = "".join(held.format(f"f{number}") for number in range(9))
    old = table(source, path=path)
    changed = source.replace("return a", "return 0", 5).replace("return 0", "return a", 4)
    changed = changed.replace("return 0", "// longer\n    return 0")
    new = table(changed, old, path=path)
    assert facts(new) == facts(table(changed, path=path))
    assert [name for name in new.symbols if new.symbols[name].content is not old.symbols[name].content] == ["f4"]
    reader_of(new.language).drop_trees()
    assert new.symbols["f8"].signature == old.symbols["f8"].signature != ""
    assert facts(table(source, new, path=path)) == facts(old)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class A(B):", "class A(C):"),
        ("def f3(a, b):\n", ""),
        ("        return self.x + 9\n", "        return self.x + 9\nz = 1\n"),
        ("def f3(a, b):", "if x:\n  pass\nelse:\n  pass\ndef f3(a, b):"),
        ("    return a + b + 4\n", "    return a + b + 4\n    if x:\n"),
        ("Function 3 of the module, which adds.'''", "Function 3"),
        ("def f3(a, b):", "x = (\ndef f3(a, b):"),
        ("def f3(a, b):", "x = 1 \\\n\ndef f3(a, b):"),
        ("    def m3(self):", "  def m3(self):"),
        ("    def m3(self):", "\tdef m3(self):"),
        ("def f3", "else:\n    pass\ndef f3"),
        ("def f3", "x = '''\ndef f3"),
        (METHODS, ""),
        (METHODS, "    pass\n"),
        ("class A(B):\n", "class A(B):\n    pass\nclass D:\n"),
    ],
)
def test_edits_that_move_borders_are_not_taken_for_small_ones(before: str, after: str) -> None:
    new = SOURCE.replace(before, after, 1)
    assert new != SOURCE
    assert facts(table(new, table(SOURCE))) == facts(table(new))


def test_text_that_only_looks_like_an_old_segment_is_read_again() -> None:
    old = table("import os\n\nx = 1\n\ndef f():\n    pass\n")
    new = 's = """\nimport os\n\nx = 1\n\ndef f():\n    pass\n""" + """\n"""\n'
    assert facts(table(new, old)) == facts(table(new))


def test_a_version_in_another_language_is_no_help() -> None:
    assert facts(table("x = 1\n", table("x = 1;\n", path="a.js"))) == facts(table("x = 1\n"))


PYTHON = [
    "import a\n",
    "from b import c, d\n",
    "x = 1\n",
    "x += 2; y = 3\n",
    "'''doc'''\n",
    "# comment\n",
    "\n",
    "\n\n",
    "def f(a):\n    '''Doc.'''\n    return a\n",
    "@d\n@e\ndef f(a):\n    return a\n\n\n",
    "if x:\n    y = 1\nelse:\n    def g(): pass\n",
    "class A:\n",
    "class B(C):\n    '''Doc.'''\n    z = 1\n\n",
    "    def m(self):\n        pass\n\n",
    "    w = 2\n",
    "    # inside\n",
    "    @p\n    def n(self):\n        return 1\n",
    "    class I:\n        def k(self): pass\n",
    "        pass\n",
    "else:\n",
    "x = (\n",
    ")\n",
    "s = '''\n",
    "'''\n",
    "    if x:\n        def o(self): pass\n",
    "\tdef t(self): pass\n",
    "print('main')\n",
    "x = 1 \\\n",
]
JAVASCRIPT = [
    "import a from 'b';\n",
    "const x = 1\n",
    "let y = () => 2;\n",
    "// comment\n",
    "\n",
    "function f(a) {\n  return a\n}\n",
    "class A extends B {\n",
    "  m() {\n    return 1;\n  }\n\n",
    "  static z = 1;\n",
    "  async n() {}\n",
    "}\n",
    "(b)\n",
    "[c]\n",
    "`t`\n",
    "export default function g() {}\n",
    "if (x) {\n",
    "else {\n",
    "/* block\n",
    "*/\n",
    "async\n",
    "a\n",
    "+ b\n",
    "exports.q = function () {}\n",
]
GO = [
    "package p\n",
    'import "fmt"\n',
    "import (\n",
    '\t"os"\n',
    ")\n",
    "const A = 1\n",
    "const (\n\tB = iota\n\tC\n)\n",
    "// comment\n",
    "\n",
    "type T struct {\n\ta int\n}\n",
    "func (t *T) M() int {\n\treturn 1\n}\n\n",
    "func F(a int) {\n",
    "\tx := 1\n",
    "}\n",
    "var x, y = 1, 2\n",
    "/*\n",
    "*/\n",
]
KOTLIN = [
    "package p\n",
    "import a.b\n",
    "val x = 1\n",
    "// comment\n",
    "\n",
    "/** Doc. */\n",
    "@A\n",
    "fun f(a: Int): Int {\n    return a\n}\n",
    "class A : B() {\n",
    "class C {\n",
    "class C(val a: Int) {\n    fun k() {}\n",
    "    fun l() {}\n\n    /** Doc. */\n    fun n() = 3\n}\n\n",
    "enum class C {\n    D, E;\n",
    "    fun m() = 1\n\n",
    "    val y: Int\n",
    "        get() = 2\n",
    "    companion object {\n        val z = 1\n    }\n",
    "}\n",
    "  .g()\n",
    "(b)\n",
    "{ c }\n",
    "private\n",
    "/*\n",
    "*/\n",
]
C = [
    "#include <a.h>\n",
    "#define X 1\n",
    "#ifdef X\n",
    "#endif\n",
    "#else\n",
    "int x = 1;\n",
    "API int g(void);\n",
    "// comment\n",
    "\n",
    "int f(int a) {\n    return a;\n}\n",
    "struct s {\n    int a;\n};\n",
    "class A : B {\n public:\n",
    "namespace A {\n",
    "    void k(int a) { return a; }\n\n    int l;\n",
    "};\n\n",
    "int h(int b)\n",
    "{\n",
    "    X(b);\n",
    "}\n",
    "typedef struct s t;\n",
    "/*\n",
    "*/\n",
]


@st.composite
def edited(draw: st.DrawFn, lines: list[str]) -> tuple[str, str]:
    """Draw a file of some lines or blocks, and the same after some edits."""
    whole = st.lists(st.sampled_from(lines), min_size=1, max_size=25)
    old = draw(whole)
    new = list(old)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = draw(st.lists(st.sampled_from(lines), max_size=3))
    return "".join(old), "".join(new)


@settings(max_examples=250, deadline=None)
@given(edited(PYTHON))
def test_any_edit_finds_what_the_whole_file_says(versions: tuple[str, str]) -> None:
    old, new = versions
    assert facts(table(new, table(old))) == facts(table(new))


@pytest.mark.parametrize(
    ("path", "lines"), [("a.js", JAVASCRIPT), ("a.go", GO), ("a.kt", KOTLIN), ("a.c", C), ("a.hpp", C)]
)
def test_any_edit_in_another_language_does_too(path: str, lines: list[str]) -> None:
    @settings(max_examples=120, deadline=None)
    @given(edited(lines))
    def check(versions: tuple[str, str]) -> None:
        old, new = versions
        assert facts(table(new, table(old, path=path), path)) == facts(table(new, path=path))

    check()


def _versions(limit: int) -> list[list[bytes]]:
    """Return the latest versions of each file of this project's own history, oldest first."""
    found = pygit2.discover_repository(str(ROOT))
    if found is None:
        return []
    repository = pygit2.Repository(found)
    if repository.head_is_unborn:
        return []
    versions: dict[str, list[bytes]] = {}
    pairs = 0
    for commit in repository.walk(repository.head.target):
        for parent in commit.parents[:1]:
            for delta in repository.diff(parent, commit).deltas:
                if delta.new_file.path.endswith(".py") and delta.status_char() == "M":
                    blobs = [repository[side.id] for side in (delta.new_file, delta.old_file)]
                    seen = versions.setdefault(delta.new_file.path, [])
                    seen += [blob.data for blob in blobs if isinstance(blob, pygit2.Blob)]
                    pairs += 1
        if pairs >= limit:
            break
    return [list(reversed(seen)) for seen in versions.values()]


def test_this_projects_own_history_is_read_the_same() -> None:
    for versions in _versions(60):
        last: SegmentedTable | None = None
        for older, newer in pairwise(versions):
            last = table(newer, last or table(older))
            assert facts(last) == facts(table(newer))


GOLDEN = sorted(file for file in (ROOT / "tests" / "golden").glob("*/*") if file.stem in {"before", "after"})


def texts(found: SegmentedTable) -> list[SourceText]:
    parts = [part for part in found.tree() if isinstance(part, SourceText)]
    for symbol in found.symbols.values():
        text = getattr(symbol.content, "text", None)
        if isinstance(text, SourceText):
            parts.append(text)
    return parts


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_piece_parsed_alone_is_as_in_its_file_unless_its_language_says_otherwise(file: Path) -> None:
    found = table(file.read_bytes(), path=file.name)
    assert found.state == "parsed"
    for text in texts(found):
        if not text.reader.is_in_context:
            alone = SourceText(text.reader, text.source, text.kind, text.name, part=text.part, is_header=text.is_header)
            assert alone.normal.entries == text.normal.entries


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_pieces_read_in_their_context_say_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = file.read_bytes()
    expected = facts(table(source, path=file.name))
    language = language_for(file.name)
    assert language is not None
    monkeypatch.setattr(reader_of(language), "is_in_context", True)
    found = table(source, path=file.name)
    for _ in range(2):  # their trees go, as of a file that was read long ago
        assert facts(found) == expected
        found = table(source, found, path=file.name)
        reader_of(language).drop_trees()


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_file_says_the_same_once_its_trees_are_gone(file: Path) -> None:
    source = file.read_bytes()
    expected = facts(table(source, path=file.name))
    found = table(source, path=file.name)
    reader_of(found.language).drop_trees()
    assert facts(found) == expected


@pytest.mark.parametrize(
    ("path", "elsewhere", "own"),
    [
        ("a.rs", "fn other() { str![]; }\n", "fn own() { check!(str![a]); }\n"),
        ("a.py", "lazy import re\n", "def own():\n    return f(a, # one\n\n b)\n"),
        ("a.cs", "class B { int a = async; }\n", "class Own { void M() { async(() => in_(out_)); } }\n"),
    ],
)
def test_what_is_respelled_elsewhere_in_a_file_changes_no_symbol(path: str, elsewhere: str, own: str) -> None:
    alone = table(own, path=path).symbols
    both = table(elsewhere + own, path=path).symbols
    assert both.keys() > alone.keys()
    assert {name: both[name].content_id for name in alone} == {name: one.content_id for name, one in alone.items()}


def test_a_statement_that_is_all_of_another_is_written_as_itself() -> None:
    language = language_for("a.cs")
    assert language is not None
    sources = [b"F(1);\nclass A { void M() { F(1); } }\n", b"class A { void M() { F(1); } }\nF(1);\n"]
    first, _, again, _ = [extract(source, language).module_id for source in sources * 2]
    assert first == again


def test_two_versions_of_a_large_file_are_parsed_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of both are asked for in turns: with room for one tree each of them was parsed for each text."""
    language = language_for("a.c")
    assert language is not None
    monkeypatch.setattr("muse_hook.symbols.reader.TREE_CACHE_SIZE", 1)
    parse, parsed = Reader._tree_of, list[int]()

    def note(reader: Reader, given: bytes, *rest: Any) -> Any:
        parsed.append(len(given))
        return parse(reader, given, *rest)

    monkeypatch.setattr(Reader, "_tree_of", note)
    before = "".join(f"int f{n}(int a) {{\n    return a + {n};\n}}\n\n" for n in range(20)).encode()
    after = before.replace(b"a + ", b"a - ")
    tables = [extract(one, language) for one in (before, after)]
    for name in tables[0].symbols:
        assert len({one.symbols[name].content_id for one in tables}) == 2
    assert parsed == [len(before), len(after)]


def test_what_stands_below_a_heading_now_belongs_to_it() -> None:
    language = language_for("Dockerfile")
    assert language is not None
    rest = "COPY --from=builder /src /src\nEXPOSE 80/tcp\n"
    older = extract(f"# a remark\n{rest}".encode(), language)
    source = f"ARG A=1\nFROM base\nLABEL maintainer=someone\n{rest}".encode()
    found, again = extract(source, language), extract(source, language, older)
    assert {name: one.lines for name, one in found.symbols.items()}["FROM base"] == (2, 5)
    assert [one.content_id for one in again.symbols.values()] == [one.content_id for one in found.symbols.values()]
