"""Which symbols a file has, what belongs to each of them, and what is left to the module."""

from __future__ import annotations

from textwrap import dedent

import pytest

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import Parameter, Symbol, SymbolTable, is_too_much, path_width
from muse_hook.symbols import reader as reading
from muse_hook.symbols.extract import extract


def table(source: str | bytes, path: str = "a.py") -> SymbolTable:
    """Return the table of a source (dedented)."""
    language = language_for(path)
    assert language is not None
    return extract(source if isinstance(source, bytes) else dedent(source).encode(), language)


def symbol(source: str, name: str) -> Symbol:
    """Return one symbol of a source."""
    return table(source).symbols[name]


def kinds(source: str | bytes) -> dict[str, str]:
    """Return the kinds of a source's symbols by name."""
    return {name: one.kind for name, one in table(source).symbols.items()}


def changed(old: str, new: str) -> set[str]:
    """Return what differs between two sources: names of symbols, `module`."""
    before, after = table(old), table(new)
    assert (before.state, after.state) == ("parsed", "parsed")
    names = {*before.symbols, *after.symbols}
    same = {
        n for n in names if n in before.symbols and n in after.symbols and before.symbols[n].same_as(after.symbols[n])
    }
    for name in same:
        assert before.symbols[name].content_id == after.symbols[name].content_id
    assert before.same_module(after) == (before.module_id == after.module_id)
    assert before.same_tree(after) == (before.tree_id == after.tree_id)
    return (names - same) | (set() if before.same_module(after) else {"module"})


def test_functions_methods_and_classes_have_their_kinds() -> None:
    source = """
        def f(): pass
        async def g(): pass
        class A:
            def m(self): pass
            async def n(self): pass
            class B:
                def o(self): pass
    """
    assert kinds(source) == {
        "f": "function", "g": "async_function", "A": "class", "A.m": "method", "A.n": "async_method",
        "A.B": "class", "A.B.o": "method",
    }  # fmt: skip
    inner = symbol(source, "A.B.o")
    assert (inner.name, inner.parent, inner.lines) == ("o", "A.B", (8, 8))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a = 1", "a"),
        ("a: int = 1", "a"),
        ("a: int", "a"),
        ("a, (b, [c, *d]) = x", "a b c d"),
        ("[a, b] = x", "a b"),
        ("a = b = c = 1", "a b c"),
        ("a = (b, c) = 1", "a b c"),
        ("a, b.c, d[0] = x", "a"),
        ("(a) = 1", "a"),
        ("a += 1", "a"),
        ("type T = int", "T"),
        ("type T[X, *Y] = int", "T"),
        ("a.b = 1", ""),
        ("a[0] = 1", ""),
        ("a.b += 1", ""),
        ("(a := 1)", ""),
        ("for a in b: pass", ""),
        ("f(a=1)", ""),
        ("lambda a: a", ""),
        ("a = 1; b = 2", "a b"),
    ],
)
def test_variables_are_what_assignments_bind(source: str, names: str) -> None:
    assert kinds(source) == dict.fromkeys(names.split(), "variable")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import os", "os"),
        ("import os.path, sys as s", "os.path s"),
        ("import a . b", "a.b"),
        ("from m import a, b as c", "a c"),
        ("from . import a", "a"),
        ("from m import *", "*:m"),
        ("from .m import *", "*:.m"),
        ("from . import *", "*:."),
        ("from .. m import *", "*:..m"),
        ("from __future__ import annotations", "annotations"),
        ("from m import (a,\n  b,  # why\n  c,)", "a b c"),
    ],
)
def test_imports_are_symbols_one_by_one(source: str, names: str) -> None:
    assert kinds(source) == {f"import::{name}": "import" for name in names.split()}


def test_adding_a_name_to_an_import_is_one_insert() -> None:
    assert changed("from m import a, b", "from m import a, c, b") == {"import::c"}


def test_an_import_is_its_module_its_name_and_its_alias() -> None:
    assert changed("from m import a", "from n import a") == {"import::a"}
    assert changed("from .m import a", "from m import a") == {"import::a"}
    assert changed("import a", "import a as a") == {"import::a"}
    assert changed("from m import a; from m import b", "from m import b, a") == set()
    one, other = symbol("import x as a", "import::a"), symbol("import x as b", "import::b")
    assert one.masked_id == other.masked_id
    assert one.content_id != other.content_id


def test_definitions_under_conditions_count() -> None:
    source = """
        if a:
            def f(): pass
        elif b:
            x = 1
        else:
            import y
        try:
            def g(): pass
        except E as e:
            g = None
        else:
            z = 1
        finally:
            w = 2
        with a as b:
            class C: pass
        for i in j:
            u = 1
        else:
            v = 1
        while a:
            t = 1
        match a:
            case 1 if b:
                s = 1
        class D:
            if a:
                def m(self): pass
    """
    assert set(kinds(source)) == {*"fxgzwCuvtsD", "import::y", "D.m"}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("if a:\n  x = 1", "if b:\n  x = 1", {"x"}),
        ("if a:\n  x = 1", "x = 1", {"x"}),
        ("if a:\n  x = 1\nelse:\n  y = 1", "if b:\n  x = 1\nelse:\n  y = 1", {"x", "y"}),
        ("try:\n  x = 1\nexcept A:\n  y = 1", "try:\n  x = 1\nexcept B:\n  y = 1", {"y"}),
        ("try:\n  x = 1\nexcept A:\n  y = 1", "try:\n  x = 1\nexcept A as a:\n  y = 1", {"y"}),
        ("try:\n  x = 1\nexcept A: pass", "try:\n  x = 1\nexcept* A: pass", {"module"}),
        ("with a:\n  x = 1", "with b:\n  x = 1", {"x"}),
        ("for i in a:\n  x = 1", "for i in b:\n  x = 1", {"x"}),
        ("match a:\n  case 1:\n    x = 1", "match a:\n  case 2:\n    x = 1", {"x"}),
        ("if a:\n  class C:\n    def m(self): pass", "if b:\n  class C:\n    def m(self): pass", {"C"}),
        ("class C:\n  if a:\n    def m(self): pass", "class C:\n  if b:\n    def m(self): pass", {"C.m"}),
        ("if a:\n  f()", "if b:\n  f()", {"module"}),
        ("if a:\n  x = 1\n  f()", "if a:\n  x = 1\nf()", {"module"}),
    ],
)
def test_a_condition_is_part_of_the_outermost_definition_under_it(old: str, new: str, names: set[str]) -> None:
    assert changed(old, new) == names


def test_several_definitions_of_a_name_are_one_symbol() -> None:
    source = """
        class A:
            @property
            def p(self): return 1
            x = 1
            @p.setter
            def p(self, v): pass
    """
    one = symbol(source, "A.p")
    assert one.lines == (3, 7)
    assert [p.name for p in one.parameters] == ["self", "v"]
    assert changed(source, source.replace("return 1", "return 2")) == {"A.p"}
    assert changed("def f(): pass\ndef f(): g()", "def f(): g()\ndef f(): pass") == {"f"}
    assert changed("x = 1", "x = 1\nx += 1") == {"x"}
    assert kinds("f = 1\ndef f(): pass") == {"f": "function"}


def test_a_class_is_its_header_and_its_plain_statements() -> None:
    old = """
        @dec
        class A(B, metaclass=M):
            '''Docstring.'''
            warn("here")
            x = 1
            def m(self): pass
            class C:
                y = 1
            for i in j:
                x += i
                warn(i)
    """
    for before, after, name in [
        ("@dec", "@cod", "A"),
        ("B,", "D,", "A"),
        ("=M", "=N", "A"),
        ("string", "s", "A"),
        ("here", "there", "A"),
        ("x = 1", "x = 2", "A.x"),
        ("pass", "f()", "A.m"),
        ("y = 1", "y = 2", "A.C.y"),
        ("x += i", "x -= i", "A.x"),
        ("warn(i)", "warn(j)", "A"),
    ]:
        assert changed(old, old.replace(before, after)) == {name}
    assert changed(old, old.replace("i in j", "i in k")) == {"A", "A.x"}


def test_names_that_a_class_body_binds_are_attributes() -> None:
    found = table("""
        class Point(NamedTuple):
            x: int
            y: int = 0
            first, *rest = 1, 2
            a = b = {}
            items[0] = other.name = 1
            a += 1
            if fast:
                mode = "fast"
            else:
                mode: str
            import os
            def move(self):
                self.z = 1
            class Meta:
                table = "points"
    """)
    names = {name: symbol.kind for name, symbol in found.symbols.items()}
    assert names == {
        "Point": "class",
        **dict.fromkeys(["Point.x", "Point.y", "Point.first", "Point.rest", "Point.a", "Point.b"], "attribute"),
        "Point.mode": "attribute",
        "Point.move": "method",
        "Point.Meta": "class",
        "Point.Meta.table": "attribute",
    }
    assert found.symbols["Point.a"].parent == "Point"
    assert found.symbols["Point.mode"].lines == (10, 12)


def test_the_parts_of_a_class_have_their_own_ids() -> None:
    def differing(old: str, new: str) -> set[str]:
        ids = ("decorators_id", "bases_id", "docstring_id", "body_id", "signature_id")
        before, after = symbol(old, "A"), symbol(new, "A")
        return {name.removesuffix("_id") for name in ids if getattr(before, name) != getattr(after, name)}

    source = "@d\nclass A(B):\n  '''Doc.'''\n  x[1] = 1\n  def m(self): pass\n"
    assert differing(source, source.replace("@d", "@e")) == {"decorators"}
    assert differing(source, source.replace("B", "C")) == {"bases"}
    assert differing(source, source.replace("Doc", "Tale")) == {"docstring"}
    assert differing(source, source.replace("= 1", "= 2")) == {"body"}
    assert symbol(source, "A").bases == ("B",)


def test_the_parts_of_a_function_have_their_own_ids() -> None:
    def differing(old: str, new: str, name: str = "f") -> set[str]:
        ids = ("decorators_id", "docstring_id", "body_id", "signature_id")
        before, after = table(old).symbols["f"], table(new).symbols[name]
        return {one.removesuffix("_id") for one in ids if getattr(before, one) != getattr(after, one)}

    source = "@d\ndef f(a, b=1) -> int:\n  '''Doc.'''\n  return f(a - 1)\n"
    assert differing(source, source.replace("@d\n", "")) == {"decorators"}
    assert differing(source, source.replace("b=1", "b=2")) == {"signature"}
    assert differing(source, source.replace("-> int", "")) == {"signature"}
    assert differing(source, source.replace("def", "async def")) == {"signature"}
    assert differing(source, source.replace("Doc.", "Tale.")) == {"docstring"}
    assert differing(source, source.replace("'''Doc.'''", "pass")) == {"docstring", "body"}
    assert differing(source, source.replace("a - 1", "a")) == {"body"}
    assert differing(source, source.replace("f(", "g("), "g") == set()
    assert table(source).symbols["f"].masked_id == table(source.replace("f(", "g(")).symbols["g"].masked_id


def test_a_renamed_class_keeps_its_masked_id() -> None:
    source = "class A(B):\n  x = 1\n  def m(self): return A(self)\n  class C:\n    def n(self): pass\n"
    old, new = symbol(source, "A"), symbol(source.replace("A(", "Other("), "Other")
    assert old.masked_id == new.masked_id
    assert old.masked_id != symbol(source.replace("pass", "f()"), "A").masked_id


def test_what_no_symbol_holds_is_the_modules_own() -> None:
    source = "'''Docstring.'''\nimport a\na.setup()\ndef f(): pass\nif __name__ == '__main__':\n  f()\n"
    assert changed(source, source.replace("Doc", "Blue")) == {"module"}
    assert changed(source, source.replace("setup", "start")) == {"module"}
    assert changed(source, source.replace("  f()", "  f(1)")) == {"module"}
    assert changed(source, source.replace("pass", "f()")) == {"f"}


def test_order_alone_changes_the_tree_and_nothing_else() -> None:
    old, new = "def f(): pass\ndef g(): pass", "def g(): pass\ndef f(): pass"
    assert changed(old, new) == set()
    assert not table(old).same_tree(table(new))


def test_nested_functions_are_part_of_their_function() -> None:
    assert changed("def f():\n  def g(): pass", "def f():\n  def g(): x()") == {"f"}
    assert kinds("def f():\n  class A:\n    def m(self): pass\n  x = 1\n  import y") == {"f": "function"}


def test_exports_are_what_the_list_names() -> None:
    assert table("x = 1").exports is None
    assert table("__all__ = ['a', \"b\"]\n__all__ += ('c',)\n__all__: list").exports == ("a", "b", "c")
    assert table("from m import n\n__all__ = n.__all__").exports == ("*n",)


def test_parameters_are_read_with_kind_default_and_annotation() -> None:
    source = "def f(a, b: 'T'=None, /, c=(1), *args: int, d, e: List[ int,]={'x': 1}, **kw) -> Dict[str,int]: pass"
    one = symbol(source, "f")
    assert one.parameters == (
        Parameter("a", "positional_only"),
        Parameter("b", "positional_only", "None", '"T"'),
        Parameter("c", "positional_or_keyword", "1"),
        Parameter("args", "var_positional", None, "int"),
        Parameter("d", "keyword_only"),
        Parameter("e", "keyword_only", '{"x": 1}', "List[int]"),
        Parameter("kw", "var_keyword"),
    )
    assert one.returns == "Dict[str, int]"
    assert [p.kind for p in symbol("def f(a, *, b): pass", "f").parameters] == ["positional_or_keyword", "keyword_only"]


def test_similarity_rests_on_tokens_statements_and_calls() -> None:
    source = """
        def f(a):
            '''Doc.'''
            x = g(a)  # comment
            if x:
                self.h(x)(y)
            return [i for i in k()]
    """
    one = symbol(source, "f")
    assert one.calls == {"g", "h", "k"}
    assert "# comment" not in one.tokens
    assert {"f", "a", "x", "return", "'Doc."} <= set(one.tokens)
    assert len(one.statements) == 4
    other = symbol(source.replace("self.h(x)(y)", "pass"), "f")
    assert [a == b for a, b in zip(one.statements, other.statements, strict=True)] == [True, True, False, True]
    assert symbol("x = g(1)", "x").calls == {"g"}


def test_a_symbol_works_out_only_what_is_asked_for() -> None:
    one = symbol("def f(): pass", "f")
    with pytest.raises(AttributeError):
        getattr(one, "no_such_part")  # noqa: B009 - mypy knows that there is none
    assert one.content_id is one.content_id


def test_line_ends_and_a_byte_order_mark_are_spelling() -> None:
    unix = b"x = 1\ndef f():\n    return '''a\nb'''\n"
    for other in (unix.replace(b"\n", b"\r\n"), unix.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + unix, unix[:-1]):
        assert table(other).tree_id == table(unix).tree_id
        assert [s.lines for s in table(other).symbols.values()] == [(1, 1), (2, 4)]


@pytest.mark.parametrize(
    "head", ["# coding: latin-1\n", "#!/bin/x\n# -*- coding: latin-1 -*-\n", "\n# vim: set fileencoding=latin-1 :\n"]
)
def test_a_file_says_its_own_encoding(head: str) -> None:
    one = table((head + "x = 'é'\né = 1\n").encode("latin-1"))
    assert one.symbols["x"].content_id == symbol("x = 'é'", "x").content_id
    assert "é" in one.symbols


@pytest.mark.parametrize(
    "head", ["x = 0\n# coding: latin-1\n", "\n\n# coding: latin-1\n", "# coding: nonsense\n", "# coding: ascii\n"]
)
def test_elsewhere_or_wrongly_said_it_does_not_count(head: str) -> None:
    assert "é" in table((head + "é = 1\n").encode()).symbols


def test_names_are_compared_in_nfkc() -> None:
    assert kinds("ﬁ = 1") == {"fi": "variable"}


def test_tabs_and_form_feeds_indent_as_the_interpreter_counts() -> None:
    source = b"\x0cclass A:\n\tdef f(self):\n\t\tpass\n        def g(self):\n                pass\n\x0c\nx = 1\n"
    assert set(kinds(source)) == {"A", "A.f", "A.g", "x"}


@pytest.mark.parametrize(
    "source",
    [
        b"x = " + b"(" * 10_000 + b"1" + b")" * 10_000,
        b"x = " + b"[" * 10_000 + b"]" * 10_000,
        b"x = " + b"-" * 10_000 + b"1",
        b"x = 1" + b" + 1" * 10_000,
        b"x = a" + b" and a" * 10_000,
        b"x = a" + b".a" * 10_000,
        b"x = " + b"1 if a else " * 5_000 + b"1",
        b"(" * 3_000 + b"x" + b",)" * 3_000 + b" = y",
        b"if a: x = 1\n" + b"elif b: x = 2\n" * 2_000,
    ],
    ids=["parentheses", "lists", "signs", "sum", "and", "attributes", "conditionals", "targets", "elif"],
)
def test_depth_is_no_limit(source: bytes) -> None:
    one = table(source)
    assert set(one.symbols) == {"x"}
    assert one.symbols["x"].content_id
    assert one.tree_id


def test_blocks_deeper_than_any_person_writes_are_one_statement() -> None:
    depth = 400
    source = "\n".join("{" * depth + "var x = 1" + "}" * depth for _ in range(2))
    one = table(source, "a.js")
    assert (one.state, dict(one.symbols)) == ("parsed", {})
    assert not one.same_module(table(source.replace("1", "2"), "a.js"))


def test_a_file_beyond_the_budget_is_too_large() -> None:
    assert table(b"x = 1\n" * 900_000).state == "too_large"
    assert table(b"x = [" + b"1," * 260_000 + b"]").state == "too_large"
    assert table(b"x = '" + b"a" * 2_000_000 + b"'").state == "parsed"


def test_an_empty_file_has_no_symbols() -> None:
    for source in (b"", b"\n", b"# comment"):
        assert (table(source).state, dict(table(source).symbols)) == ("parsed", {})
    assert table(b"").tree_id == table(b"\n# comment\n").tree_id


def test_changed_functions_are_parsed_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"f{number}" for number in range(40)]
    before = table("".join(f"def {name}(a):\n    b = a\n    return b\n\n\n" for name in names))
    after = table("".join(f"def {name}(a):\n    b = a\n    return -b\n\n\n" for name in names))
    monkeypatch.setattr(reading, "TREE_CACHE_SIZE", 0)
    kept = reading.set_cache_size(0)
    try:
        assert before.changed(after) == names
        reader = reading.reader_of(language_for("a.py"))  # type: ignore[arg-type] # there is one
        reader.drop_trees()
        monkeypatch.setattr(reader, "parser", None)
        for name in names:
            old, new = before.symbols[name], after.symbols[name]
            assert (old.signature_id, old.docstring_id) == (new.signature_id, new.docstring_id)
            assert old.body_id != new.body_id
            assert old.statements[0] == new.statements[0]
            assert old.statements != new.statements
    finally:
        reading.set_cache_size(kept)


def test_a_file_with_a_name_that_is_longer_than_any_is_too_large() -> None:
    members = "".join(f"    a{number} = 1\n" for number in range(20))
    for name in ("K" * 4097, "K" * 4093):
        assert table(f"class {name}:\n{members}").state == "too_large"
    whole = table(f"class {'K' * 4000}:\n{members}")
    assert (whole.state, len(whole.symbols)) == ("parsed", 21)
    assert table(f"{'v' * 4097} = 1\n").state == "too_large"
    language = language_for("a.py")
    assert language is not None
    assert extract(f"class {'K' * 4000}:\n{members}    {'b' * 99} = 2\n".encode(), language, whole).state == "too_large"


def test_what_is_told_of_symbols_fits_a_line() -> None:
    names = [f"name{number}" for number in range(50_000)]
    assert not is_too_much(names, path_width("src/a.py"))
    assert is_too_much(names, path_width("d/" * 200 + "a.py"))
    assert is_too_much([f"{'é' * 50}{number}" for number in range(30_000)], path_width("a.py"))
    assert not is_too_much([f"{'e' * 50}{number}" for number in range(30_000)], path_width("a.py"))
    assert path_width("a") == path_width("a" * 64)
    assert (path_width("é" * 20), path_width("\U0001f600" * 10)) == (120, 120)
