"""Our reading of query files, held against tree-sitter's own engine."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from tree_sitter import Node, Parser, Query, QueryCursor

from muse_hook.languages.languages import Language, language_for, languages
from muse_hook.symbols.extract import extract
from muse_hook.symbols.query import Query as OurQuery
from muse_hook.symbols.query import parse_patterns
from muse_hook.symbols.reader import reader_of

GOLDEN = Path(__file__).parent.parent / "golden"
INSTALLED = [language for language in languages() if language.grammar_version]
SAMPLES = sorted(path for path in GOLDEN.rglob("*") if path.is_file() and path.suffix != ".txt")


@pytest.mark.parametrize("language", INSTALLED, ids=lambda language: language.name)
def test_every_query_compiles_against_its_grammar(language: Language) -> None:
    Query(language.grammar, language.query())


def _walk(root: Node) -> list[Node]:
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        found.append(node)
        stack += node.children
    return found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_our_reading_of_queries_captures_what_tree_sitter_captures(path: Path) -> None:
    language = language_for(path.name)
    assert language is not None
    root = Parser(language.grammar).parse(path.read_bytes()).root_node
    cursor = QueryCursor(Query(language.grammar, language.query()))
    theirs: set[tuple[int, str, int]] = set()
    for pattern, captures in cursor.matches(root):
        theirs |= {(pattern, name, node.id) for name, nodes in captures.items() for node in nodes}
    patterns = parse_patterns(language.query())
    for one in patterns:
        one.bind(language.grammar)
    ours = {
        (index, name, captured.id)
        for node in _walk(root)
        for index, pattern in enumerate(patterns)
        for captures in pattern.matches(node)
        for name, nodes in captures.items()
        for captured in nodes
    }
    assert ours == theirs


NAMED = """
def f(x) -> int: ...
async def g(): pass
def h[T](*a, b: T = 1) -> T:
    # a comment
    "doc"
class A:
    def m(self): return 1
    @property
    # between
    @a.b("x")
    async def n(self): pass
    @d
    class B: x = 1
    x: int
    y = z = 1
    (a, *b), c = d
    a[0] = a.b = 1
    (w) = 1
    v += 1
    v.x += 1
    call(k=1)
    x = yield
@d
def k(): pass
"""


@pytest.mark.parametrize("path", [None, *SAMPLES], ids=str)
def test_what_is_a_definition_with_a_name_and_no_more_is_what_the_patterns_say(path: Path | None) -> None:
    language = language_for(path.name if path is not None else "a.py")
    assert language is not None
    reader = reader_of(language)
    root = Parser(language.grammar).parse(path.read_bytes() if path is not None else NAMED.encode()).root_node
    told = 0
    for node in _walk(root):
        named = None if node.has_error else reader.query.named(node)
        if named is None:
            continue
        told += 1
        ways = reader.query.structure(node)
        assert ways
        for pattern, captures in ways:
            names = captures.get("name") or reader.query.names(captures["names"][0])
            assert named == (names[0], pattern.defines, "async" in captures)
            assert len(names) == 1
            assert captures[pattern.definition] == [node]
            assert captures.keys() <= {
                pattern.definition,
                "names",
                "name",
                "async",
                "parameters",
                "returns",
                "body",
                "decorator",
            }
    assert told == 13 or path is not None


@pytest.mark.parametrize(
    "text", ["((identifier) (identifier))", "identifier", "(a (#b))", "(_) @name", '((identifier) @a (#set! @a "b"))']
)
def test_query_syntax_that_we_do_not_read_is_refused(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        OurQuery(text, INSTALLED[0].grammar).read()


@pytest.mark.parametrize("language", INSTALLED, ids=lambda language: str(language.name))
def test_patterns_are_read_one_by_one_as_they_are_at_once(language: Language) -> None:
    query = OurQuery(language.query(), language.grammar)
    query.read()
    patterns = parse_patterns(language.query())
    for pattern in patterns:
        pattern.bind(language.grammar)
    found = [one for families in query._families.values() for kind in families.values() for one in kind]
    assert sorted((one.kind_id, list(one.all_captures())) for one in found) == sorted(
        (one.kind_id, list(one.all_captures())) for one in patterns
    )


_TEXT = b"""
import a, b
def f(x, y=1): pass
def g(x) -> int: pass
class C(A, B): pass
raise E
call(one, *two, three)
1 + 2
"""
_PATTERNS = [
    '((identifier) @a (#eq? @a "x"))',
    '((identifier) @a (#not-eq? @a "x"))',
    '((identifier) @a (#match? @a "^[a-e]$"))',
    '((identifier) @a (#any-of? @a "f" "g"))',
    '((call function: (identifier) @f arguments: (_) @a) (#eq? @f "call"))',
    "(function_definition !return_type) @whole",
    "(argument_list . (identifier) @first)",
    "(argument_list (identifier) @last .)",
    "(argument_list (identifier) @a . (identifier) @b)",
    "(argument_list (identifier) @a (identifier) @b)",
    "(argument_list (list_splat) @a (identifier) @b)",
    "(argument_list (identifier) @b (list_splat) @a)",
    "(function_definition name: (_) @n parameters: (parameters . (identifier) @first (_)* @rest))",
    "(argument_list _ @any)",
    "(binary_operator left: (_) @left operator: _ @any)",
]


@pytest.mark.parametrize("text", _PATTERNS)
def test_predicates_absent_fields_anchors_and_order_are_read_as_tree_sitter_does(text: str) -> None:
    language = language_for("a.py")
    assert language is not None
    root = Parser(language.grammar).parse(_TEXT).root_node
    theirs = {
        tuple(sorted((name, node.start_byte) for name, nodes in captures.items() for node in nodes))
        for _, captures in QueryCursor(Query(language.grammar, text)).matches(root)
    }
    (pattern,) = parse_patterns(text)
    pattern.bind(language.grammar)
    ours = {
        tuple(sorted((name, node.start_byte) for name, nodes in captures.items() for node in nodes))
        for one in _walk(root)
        for captures in pattern.matches(one)
    }
    assert {fact for way in ours for fact in way} == {fact for way in theirs for fact in way}
    assert ours


@pytest.mark.parametrize("language", INSTALLED, ids=lambda language: language.name)
def test_reading_a_file_leaves_nothing_for_the_garbage_collector(language: Language) -> None:
    """A worker's collector comes rarely; a circle that holds a node would keep its tree until then."""
    samples = [path for path in SAMPLES if language_for(path.name) is language]
    gc.collect()
    gc.disable()
    try:
        for path in samples:
            extract(path.read_bytes(), language).work_out()
        reader_of(language).drop_trees()
        assert gc.collect() == 0
    finally:
        gc.enable()
