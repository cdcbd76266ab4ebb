"""Blocks with a title are symbols of kind `test`, nested, in the languages whose tests are such blocks."""

from __future__ import annotations

import pytest

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
it.each([1])('no', () => {});
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
        ("test", "top"),
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
