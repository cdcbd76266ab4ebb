"""What a formatter may change changes no id; what the interpreter would notice does."""

from __future__ import annotations

import ast
import keyword
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract

PACKAGE = Path(__file__).parent.parent.parent / "muse_hook"


def table(source: str, path: str = "a.py") -> SymbolTable:
    """Return the table of a source."""
    language = language_for(path)
    assert language is not None
    return extract(source.encode("utf-8", "surrogatepass"), language)


def same(old: str, new: str, path: str = "a.py") -> bool:
    """Whether two sources have one normal form."""
    before, after = table(old, path), table(new, path)
    assert (before.state, after.state) == ("parsed", "parsed")
    return before.tree_id == after.tree_id


def same_to_python(old: str, new: str) -> bool:
    """Whether the interpreter's own syntax trees are equal."""
    return ast.dump(ast.parse(old)) == ast.dump(ast.parse(new))


SPELLINGS = [
    ("x = 'a'", 'x = "a"'),
    ("x = 'a'", "x = '''a'''"),
    ("x = '\\x41\\u0042\\103'", "x = 'ABC'"),
    ("x = '\\\\d'", "x = r'\\d'"),
    ("x = '\\N{EN DASH}\\N{em dash}'", "x = '\u2013\u2014'"),
    ("x = 'a\\\nb'", "x = 'ab'"),
    ("x = '\\''", 'x = "\'"'),
    ("x = 'a' 'b'", "x = 'ab'"),
    ("x = ('a'\n 'b')", "x = 'ab'"),
    ("x = R'\\\\'", "x = r'\\\\'"),
    ("x = U'a'", "x = 'a'"),
    ("x = Rb'a'", "x = bR'a'"),
    ("x = b'\\x41'", "x = b'A'"),
    ("x = f'a{y}' 'b'", "x = f'a{y}b'"),
    ("x = f'{{{y}}}'", 'x = F"{{{y}}}"'),
    ("x = f'{y!r:>{w}}'", 'x = f"{ y !r:>{ w }}"'),
    ("x = f'{y=}'", "x = f'y={y!r}'"),
    ("x = [*y.z]", "x = [*y.z,]"),
    ("x = {*(y | z)}", "x = {*y | z,}"),
    ("x = [*y.f(1)[0].z]", "x = [*y.f(1)[0].z,]"),
    ("x = *y.z, y", "x = (*y.z, y)"),
    ("x = f'{y = !s:>3}'", "x = f'y = {y!s:>3}'"),
    ("x = 0XFF", "x = 255"),
    ("x = 1_000", "x = 1000"),
    ("x = 1E5", "x = 1e5"),
    ("x = 10.", "x = 10.0"),
    ("x = 1J", "x = 1j"),
    ("x = (1)", "x = 1"),
    ("x = (a + b) + c", "x = a + b + c"),
    ("x = (yield)", "x = yield"),
    ("f(a,)", "f(a)"),
    ("f(a, b=1, *c)", "f(a, *c, b=1)"),
    ("f((i for i in j))", "f(i for i in j)"),
    ("x = [1, 2,]", "x = [1, 2]"),
    ("x = {1: 2,}", "x = {1: 2}"),
    ("x = 1,", "x = (1,)"),
    ("x = 1, 2", "x = (1, 2)"),
    ("x, y = z", "(x, y) = z"),
    ("x[1, 2]", "x[(1, 2)]"),
    ("x[1,]", "x[(1,)]"),
    ("x[1:2:]", "x[1:2]"),
    ("for a, b in c: pass", "for (a, b) in (c): pass"),
    ("return_ = [a for (b, c) in d]", "return_ = [a for b, c in d]"),
    ("def f():\n  return (1, 2)", "def f():\n  return 1, 2"),
    ("del (a)", "del a"),
    ("with (a, b): pass", "with a, b: pass"),
    ("with (open(a) as b, c as d,): pass", "with open(a) as b, c as d: pass"),
    ("from a import (b, c,)", "from a import b, c"),
    ("import a . b", "import a.b"),
    ("from . . a import b", "from ..a import b"),
    ("class A(): pass", "class A: pass"),
    ("class A(B,): pass", "class A(B): pass"),
    ("def f(a, b,): pass", "def f(a, b): pass"),
    ("def f(a: (int)) -> (int): pass", "def f(a: int) -> int: pass"),
    ("x: (List[int]) = 1", "x: List[int] = 1"),
    ("x: (A[B] | C | None)", "x: A[B] | C | None"),
    ("x: Dict[(str, int)]", "x: Dict[str, int]"),
    ("if (a): pass", "if a: pass"),
    ("if a: b\nelif c: d\nelse: e", "if a:\n b\nelse:\n if c: d\n else: e"),
    ("a; b", "a\nb"),
    ("a;", "a"),
    ("a, b", "(a, b)"),
    ("a,", "(a,)"),
    ("if a: b; c", "if a:\n    b\n    c"),
    ("x = a \\\n + b", "x = a + b"),
    ("x = (a\n + b)", "x = a + b"),
    ("x = not  a", "x = not a"),
    ("x = a not  in b", "x = a not in b"),
    ("# c\nx = 1 # d", "x = 1"),
    ("\n\n\nx = 1\n\n", "x = 1"),
    ("def f():\n    # c\n    pass\n    # d", "def f(): pass"),
    ("if a:\n\tb", "if a:\n        b"),
    ("assert (a), (b)", "assert a, b"),
    ("@(a.b)\ndef f(): pass", "@a.b\ndef f(): pass"),
    ("x = (lambda: 1)", "x = lambda: 1"),
    ("try: a\nexcept (B): c", "try: a\nexcept B: c"),
    ("match (a):\n case (b): c", "match a:\n case b: c"),
    ("match a:\n case [b, c]: d", "match a:\n case b, c: d"),
    ("x = -(1)", "x = - 1"),
    ("x = (await_)", "x = await_"),
    ("print((a))", "print(a)"),
]

MEANINGS = [
    ("x = [*y.z]", "x = [*z.y]"),
    ("x = [*y.z]", "x = [y * z]"),
    ("x = 'a'", "x = b'a'"),
    ("x = 'a'", "x = f'a'"),
    ("x = 'a'", "x = u'a'"),
    ("x = '\\n'", "x = r'\\n'"),
    ("x = r'\\\\'", "x = r'\\\\\\\\'"),
    ("x = '1'", "x = 1"),
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = f'{y!r}'", "x = f'{y!s}'"),
    ("x = f'{y:>1}'", "x = f'{y:>2}'"),
    ("x = f'{y}z'", "x = f'{y}' 'y'"),
    ("x = f'{y=}'", "x = f'{y =}'"),
    ("x = (1,)", "x = (1)"),
    ("x = 1,", "x = 1"),
    ("x = [1]", "x = (1,)"),
    ("x = {1}", "x = [1]"),
    ("x = {}", "x = ()"),
    ("x[1]", "x[1,]"),
    ("x[1:]", "x[:1]"),
    ("x[1:2]", "x[1, 2]"),
    ("x = a + (b + c)", "x = a + b + c"),
    ("x = (a and b) and c", "x = a and b and c"),
    ("x = a and (b and c)", "x = a and b and c"),
    ("x = a < b < c", "x = (a < b) < c"),
    ("x = (-1) ** 2", "x = -1 ** 2"),
    ("x = not a", "x = - a"),
    ("x = a is b", "x = a is not b"),
    ("x = a in b", "x = a not in b"),
    ("x = a if b else c", "x = b if a else c"),
    ("f(*a)", "f(**a)"),
    ("f(a)", "f((a,))"),
    ("f(a=b)", "f(b=a)"),
    ("f(a, b)", "f(b, a)"),
    ("def f(a, b): pass", "def f(a, *, b): pass"),
    ("def f(a, b): pass", "def f(a, b, /): pass"),
    ("def f(a): pass", "def f(*a): pass"),
    ("def f(a): pass", "def f(a=None): pass"),
    ("def f(a): pass", "def f(a: int): pass"),
    ("def f(): pass", "def f() -> None: pass"),
    ("def f(): pass", "async def f(): pass"),
    ("def f(): pass", "@d\ndef f(): pass"),
    ("@d\n@e\ndef f(): pass", "@e\n@d\ndef f(): pass"),
    ("class A(B): pass", "class A(metaclass=B): pass"),
    ("class A[T]: pass", "class A(T): pass"),
    ("del (a, b)", "del a, b"),
    ("x = a, *b", "x = a, b"),
    ("x += 1", "x -= 1"),
    ("x = y", "x == y"),
    ("x: y", "x = y"),
    ("import a.b", "from a import b"),
    ("from . import a", "from .. import a"),
    ("if a:\n  b\n  c", "if a:\n  b\nc"),
    ("for a in b:\n  c\nelse:\n  d", "for a in b:\n  c\n  d"),
    ("while a: pass", "if a: pass"),
    ("if a: b\nelif c: d", "if a: b\nif c: d"),
    ("try: a\nexcept B: c", "try: a\nexcept B as e: c"),
    ("try: a\nfinally: b", "try: a\nexcept: b"),
    ("with a: pass", "with a as b: pass"),
    ("with (a, b) as c: pass", "with a, b as c: pass"),
    ("raise a", "raise a from b"),
    ("assert a", "assert a, b"),
    ("global_ = 1", "global_ = 2"),
    ("def f():\n  global a", "def f():\n  nonlocal a"),
    ("def f():\n  yield a", "def f():\n  yield from a"),
    ("def f():\n  return", "def f():\n  return None"),
    ("def f():\n  '''a\n  b'''", "def f():\n  '''a\n    b'''"),
    ("match a:\n case b: c", "match a:\n case b.c: c"),
    ("match a:\n case [b]: c", "match a:\n case b: c"),
    ("match a:\n case 1: c", "match a:\n case 1 if b: c"),
    ("x = lambda a: b", "x = lambda b: a"),
    ("x = [a for b in c]", "x = [a for b in c if d]"),
    ("x = [a for b in c]", "x = {a for b in c}"),
    ("async def f():\n  [a async for b in c]", "async def f():\n  [a for b in c]"),
]

NEWER = {"class A[T]: pass", "type X = int"}  # syntax that this interpreter may not know


@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_spelling_changes_nothing(old: str, new: str) -> None:
    assert same(old, new)
    assert same_to_python(old, new)


@pytest.mark.parametrize(("old", "new"), MEANINGS)
def test_meaning_changes_the_tree(old: str, new: str) -> None:
    assert not same(old, new)
    assert old in NEWER or not same_to_python(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a => b", "(a) => b;"),
        ("x = 'a\"'", 'x = "a\\""'),
        ("f(a,)", "f(a)"),
        ("[1,]", "[1]"),
        ("if (a) { b() }", "if (a) {\n  b();\n}"),
        ("x = 0XFF", "x = 255"),
        ("class A { m() {}; }", "class A { m() {} }"),
        ("x = (a && b)", "x = a && b"),
    ],
)
def test_spelling_of_another_language_changes_nothing(old: str, new: str) -> None:
    assert same(old, new, "a.js")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[1,,2]", "[1,2]"),
        ("[1,,]", "[1,]"),
        ("a => b", "b => a"),
        ("x = a + (b + c)", "x = a + b + c"),
        ("for (a;;) {}", "for (;a;) {}"),
        ("x = '\\n'", "x = '\\\\n'"),
        ("let x", "var x"),
        ("a?.b", "a.b"),
        ("`a${b}`", "`a ${b}`"),
        ("export class A {}", "class A {}"),
    ],
)
def test_meaning_in_another_language_changes_the_tree(old: str, new: str) -> None:
    assert not same(old, new, "a.js")


def test_python_2_is_read_as_far_as_the_grammar_goes() -> None:
    source = "print 'a',\nexec x in y\ndef f(a, (b, c)):\n  raise E, 'm'\ntry: x\nexcept E, e: pass\ny = 0777L + `z`\n"
    one = table(source)
    assert one.state == "parsed"
    assert set(one.symbols) == {"f", "y"}
    assert not same("print a,", "print a")
    assert not same("try: x\nexcept E, e: pass", "try: x\nexcept (E, e): pass")


NAMES = st.sampled_from(["a", "b", "self", "_c", "é", "x1"])
ATOMS = st.one_of(
    NAMES,
    st.integers(0, 10**20).map(str),
    st.floats(0, 1e10).map(repr),
    st.text(max_size=6).map(repr),
    st.binary(max_size=4).map(repr),
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "**", "and", "or", "<", "not in", "is not", "if x else"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        inner.map(lambda e: f"-({e})"),
        inner.map(lambda e: f"not ({e})"),
        st.lists(inner, max_size=3).map(lambda es: f"[{', '.join(es)}]"),
        st.lists(inner, max_size=3).map(lambda es: f"f({', '.join(es)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda es: f"({', '.join(es)})"),
        st.tuples(inner, inner).map(lambda t: f"x[{t[0]}:{t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"[({t[0]}) for y in ({t[1]})]"),
        inner.map(lambda e: f"(lambda y: ({e}))"),
        inner.map(lambda e: "f'{(" + e.replace("'", '"') + ")}'" if "\\" not in e and "'" not in e else e),
    )


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=12)


@settings(max_examples=120, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_means_what_python_says_it_means(expression: str) -> None:
    source = f"x = {expression}"
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        assume(False)  # noqa: FBT003 - hypothesis's own signature
    again = ast.unparse(tree)
    assume(ast.dump(ast.parse(again)) == ast.dump(tree))
    assert same(source, again)


@settings(max_examples=80, deadline=None)
@given(EXPRESSIONS, EXPRESSIONS)
def test_two_expressions_are_the_same_where_python_says_so(one: str, other: str) -> None:
    try:
        equal = same_to_python(f"x = {one}", f"x = {other}")
    except (SyntaxError, ValueError):
        assume(False)  # noqa: FBT003 - likewise
    assert same(f"x = {one}", f"x = {other}") == equal


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py"))[::6], ids=lambda path: path.name)
def test_a_whole_file_written_again_by_python_has_the_same_symbols(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    old, new = table(source), table(ast.unparse(ast.parse(source)))
    assert {n: s.content_id for n, s in old.symbols.items()} == {n: s.content_id for n, s in new.symbols.items()}
    assert old.same_tree(new)


def test_a_name_that_is_a_keyword_elsewhere_is_a_name() -> None:
    for word in keyword.softkwlist:
        assert set(table(f"{word} = 1\n{word}(x)\n{word}[x]\n").symbols) == {word}
    assert set(table("print = 1\nexec = 2\nasync_ = 3").symbols) == {"print", "exec", "async_"}


def test_ids_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys; from muse_hook.languages.languages import language_for;"
        "from muse_hook.symbols.extract import extract;"
        "t = extract(open(sys.argv[1], 'rb').read(), language_for('a.py'));"
        "print([(s.content_id, s.masked_id, sorted(s.calls)) for s in t.symbols.values()], t.tree_id, t.module_id)"
    )
    path = str(PACKAGE / "symbols" / "outline.py")
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, path],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(PACKAGE.parent)},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
