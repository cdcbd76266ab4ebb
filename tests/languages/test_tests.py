"""Blocks with a title are symbols of kind `test`, nested, in the languages whose tests are such blocks."""

from __future__ import annotations

import pytest
from support.deltas import children, delta_of

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract
from muse_hook.symbols.source import SourceText

SOURCE = """
import x from 'y';
describe('outer  thing', () => {
  const a = 1;
  function helper() {}
  it("does a.b", async () => { expect(1); });
  describe.skip(`two ${x}`, function () {
    test.only('deep', () => { y(); });
  });
});
it.each([1])('each %s', (n) => n);
describe.only.each`a ${1}`(Name.of, () => { it('wrapped', async(() => {})); });
const top = 1;
loop('no', () => {});
test('top', function () {});
test('', function () {});
"""


def table(source: str, extension: str, before: SymbolTable | None = None) -> SymbolTable:
    language = language_for("a." + extension)
    assert language is not None
    return extract(source.encode(), language, before)


@pytest.mark.parametrize("extension", ["js", "ts", "tsx"])
def test_tests_are_told_by_their_titles(extension: str) -> None:
    found = table(SOURCE, extension)
    assert {(symbol.kind, name) for name, symbol in found.symbols.items()} == {
        ("import", "import::x"),
        ("test", "outer thing"),
        ("test", "outer thing.does a.b"),
        ("test", "outer thing.two ${x}"),
        ("test", "outer thing.two ${x}.deep"),
        ("test", "each %s"),
        ("test", "Name.of"),
        ("test", "Name.of.wrapped"),
        ("variable", "top"),
    }
    assert found.symbols["outer thing.two ${x}.deep"].parent == "outer thing.two ${x}"


@pytest.mark.parametrize("extension", ["js", "ts", "tsx"])
@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("expect(1)", "expect(2)", ["outer thing.does a.b"]),
        ("a = 1", "a = 2", ["outer thing"]),
        ("describe.skip", "describe", ["outer thing.two ${x}"]),
        ("y(); ", "y()", []),
    ],
)
def test_what_stands_in_a_test_belongs_to_it(extension: str, old: str, new: str, changed: list[str]) -> None:
    before = table(SOURCE, extension)
    after = table(SOURCE.replace(old, new), extension, before)
    assert [name for name, symbol in before.symbols.items() if not symbol.same_as(after.symbols[name])] == changed
    assert before.same_module(after)


GO = """package a

func TestA(t *testing.T) {
	x := 1
	t.Run("one two", func(t *testing.T) {
		f(x)
		t.Run(`in it`, func(t *testing.T) { g() })
	})
	t.Run("given", g)
	t.Run(name, func(t *testing.T) { h() })
}

func TestB(t *testing.T) { f(1) }

func Serve(r *Router) { r.Run("no", func() { f(1) }) }
"""


def test_subtests_stand_in_the_function_that_runs_them() -> None:
    found = table(GO, "go")
    assert {(symbol.kind, name) for name, symbol in found.symbols.items()} == {
        ("function", "TestA"),
        ("test", "TestA.one two"),
        ("test", "TestA.one two.in it"),
        ("test", "TestA.given"),
        ("function", "TestB"),
        ("function", "Serve"),
    }


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("g()", "g(1)", ["TestA.one two.in it"]),
        ("f(x)", "f(x, x)", ["TestA.one two"]),
        ("h()", "h(1)", ["TestA"]),
        ("x := 1", "x := 2", ["TestA"]),
    ],
)
def test_what_stands_in_a_subtest_belongs_to_it(old: str, new: str, changed: list[str]) -> None:
    before = table(GO, "go")
    after = table(GO.replace(old, new), "go", before)
    assert [name for name, symbol in before.symbols.items() if not symbol.same_as(after.symbols[name])] == changed


@pytest.mark.parametrize(
    ("path", "source", "old", "new"),
    [
        ("src/a.ts", SOURCE, "'outer  thing'", "'other'"),
        ("src/a.ts", SOURCE, "`two ${x}`", "'three'"),
        ("a_test.go", GO, '"one two"', '"other"'),
        ("a_test.go", GO, "TestA", "TestOther"),
    ],
)
def test_another_title_is_a_rename_and_nothing_else(path: str, source: str, old: str, new: str) -> None:
    delta = delta_of({path: source}, {path: source.replace(old, new)})
    (op,) = children(delta)
    assert op.get("change") == ["renamed"]
    assert delta["sem_ver_bump"] == "none"


def test_the_header_of_a_test_says_alone_what_it_says_in_its_file() -> None:
    found = table(SOURCE, "ts")
    headers = [text for text in vars_of(found) if text.kind == "expression_statement"]
    assert headers
    for text in headers:
        alone = SourceText(text.reader, text.source, text.kind, text.name, part=text.part, is_header=text.is_header)
        assert alone.normal.entries == text.normal.entries


def vars_of(found: SymbolTable) -> list[SourceText]:
    contents = [symbol.content for symbol in found.symbols.values()]
    texts = [getattr(one, "header", None) or getattr(one, "text", None) for one in contents]
    return [text for text in texts if isinstance(text, SourceText)]
