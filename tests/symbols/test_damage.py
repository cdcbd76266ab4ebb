"""Could not parse is not deleted: damage stays inside its symbol, or swallows what it crosses and nothing else."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Tree

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract
from muse_hook.symbols.reader import Reader

SOURCE = dedent('''
    """A module."""
    import os
    from m import (
        a,
        b,
    )

    LIMIT = (1, 2)


    @dec(1)
    def first(x, y=[1]):
        """Docstring."""
        if x:
            return [i for i in y]
        return {"a": (x, y)}


    class Second(Base):
        """Docstring."""

        kind = "k"

        def one(self):
            return self.two(1)

        @property
        def two(self):
            with open("f") as f:
                return f.read()


    def last():
        print("end")
''').lstrip()
PARTS = (
    "content_id", "masked_id", "guard_id", "body_id", "signature_id", "decorators_id", "bases_id", "docstring_id",
    "tokens", "statements", "calls", "parameters", "returns", "bases",
)  # fmt: skip


def table(source: str | bytes, previous: SymbolTable | None = None, path: str = "a.py") -> SymbolTable:
    language = language_for(path)
    assert language is not None
    return extract(source if isinstance(source, bytes) else source.encode(), language, previous)


WHOLE = table(SOURCE)


def different(other: SymbolTable) -> set[str]:
    """Return the names of the symbols that `other` lacks, has beside, or has changed."""
    names = {*WHOLE.symbols, *other.symbols}
    return {
        name
        for name in names
        if name not in WHOLE.symbols
        or name not in other.symbols
        or not WHOLE.symbols[name].same_as(other.symbols[name])
    }


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("return [i for", "return [[i for", "first"),
        ('{"a": (x, y)}', '{"a": (x y)}', "first"),
        ("x, y=[1]", "x, y=[1", "first"),
        ("self.two(1)", "self.two(1))", "Second.one"),
        ("return f.read()", "return f.read(= 1)", "Second.two"),
        ('print("end")', 'print "end" if', "last"),
        ("(1, 2)", "(1 2)", "LIMIT"),
    ],
)
def test_damage_inside_a_symbol_is_that_symbols_change(before: str, after: str, name: str) -> None:
    damaged = table(SOURCE.replace(before, after))
    assert damaged.damaged
    if damaged.state == "parsed":
        assert different(damaged) == {name}
    else:
        assert (damaged.state, dict(damaged.symbols)) == ("unparsed", {})


def test_damage_in_the_middle_of_a_line_leaves_the_others_alone() -> None:
    damaged = table(SOURCE.replace('{"a": (x, y)}', '{"a": (x y)}'))
    assert (damaged.state, different(damaged)) == ("parsed", {"first"})


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("return self.two(1)", "return self.two(1", {"Second.one"}),
        ('    """Docstring."""\n    if', '    """Docstring.\n    if', {"first"}),
        ("def first(x, y=[1]):", "def first(x, y=[1])", {"first"}),
        ("class Second(Base):", "class Second(Base)", {"Second", "Second.kind", "Second.one", "Second.two"}),
        ("    b,\n)", "    b,\n", {"import::a", "import::b"}),
        ("import os", "import os as", {"import::os"}),
        ("import os", "improt os", {"import::os"}),
        ("    @property", "=======\n    @property", set()),
        ("LIMIT =", "LIMIT LIMIT =", {"LIMIT"}),
        ("import os", "import os\0", {"import::os"}),
        ("        return self.two(1)\n", "        return self.two(1)\n  x = 1\n", set()),
    ],
)
def test_damage_across_symbols_swallows_them_and_no_others(before: str, after: str, lost: set[str]) -> None:
    assert before in SOURCE
    damaged = table(SOURCE.replace(before, after, 1))
    assert (damaged.state, damaged.damaged) == ("parsed", True)
    assert WHOLE.symbols.keys() - damaged.symbols.keys() == lost
    assert all(damaged.swallows(WHOLE.symbols[name]) for name in lost)
    assert {name for name in damaged.symbols if name in WHOLE.symbols} >= WHOLE.symbols.keys() - lost
    for name in WHOLE.symbols.keys() - lost - {"Second"}:
        assert damaged.symbols[name].content_id == WHOLE.symbols[name].content_id


GO = """\
package p

import "fmt"

type T struct {
\ta int
}

func first() {
\tx := one()
\tfmt.Println(x)
}

func (t *T) Second() int {
\tfmt.Println("second")
\treturn 2
}

func third() int {
\treturn 3
}
"""
JAVASCRIPT = """\
import a from 'b';

function first() {
  const x = one();
  return x;
}

class T extends B {
  // what it is made of
  constructor() {
    super();
    this.x = one();
  }

  async second(a) {
    const q = await a();
    return q;
  }

  third(b) {
    return b;
  }
}

function fourth() {
  return 3;
}
"""


KOTLIN = """actual open class A
// not for others
internal actual constructor(
  val data: ByteArray,
) : Comparable<A> {
  fun first(): Int {
    return 1
  }

  fun second() = 2
}

class B
@Inject
constructor(val a: A) {
  fun third() = 3
}
"""


@pytest.mark.parametrize(
    ("path", "source", "before", "after", "owner"),
    [
        ("a.go", GO, "\tfmt.Println(x)\n}\n", "\tfmt.Println(x)\n", "first"),
        ("a.go", GO, "\tfmt.Println(x)", "\tfmt.Println(", "first"),
        ("a.go", GO, "\tfmt.Println(x)", '\tx = "open', "first"),
        ("a.go", GO, '("second")', '("second', "T.Second"),
        ("a.go", GO, "\treturn 2\n}", "\treturn 2\n", "T.Second"),
        ("a.go", GO, "\treturn 2\n}", "\treturn 2\n}\n}", "T.Second"),
        ("a.js", JAVASCRIPT, "  return x;\n}", "  return x;\n", "first"),
        ("a.js", JAVASCRIPT, "one();\n  }\n", "one();\n", "T.constructor"),
        ("a.js", JAVASCRIPT, "    return q;\n  }", "    return q;\n", "T.second"),
        ("a.js", JAVASCRIPT, "    return q;\n  }", "    return q;\n  }}", "T.second"),
        ("a.js", JAVASCRIPT, "await a();", "await a(", "T.second"),
        ("a.js", JAVASCRIPT, "await a();", "'open", "T.second"),
        ("a.js", JAVASCRIPT, "  return 3;\n}", "  return 3;\n", "fourth"),
        ("a.kt", KOTLIN, "    return 1\n", '    x = "open\n    return 1\n', "A.first"),
        ("a.kt", KOTLIN, "    return 1\n  }\n", "    return 1\n", "A.first"),
    ],
)
def test_a_fault_in_one_definition_leaves_all_others_as_they_were(
    path: str, source: str, before: str, after: str, owner: str
) -> None:
    assert before in source
    whole, damaged = table(source, path=path), table(source.replace(before, after, 1), path=path)
    assert (damaged.state, damaged.damaged) == ("parsed", True)
    assert damaged.symbols.keys() <= whole.symbols.keys()
    for name in whole.symbols.keys() - {owner}:
        assert damaged.symbols[name].content_id == whole.symbols[name].content_id


@pytest.mark.parametrize("end", range(20, len(SOURCE), 23))
def test_a_file_cut_short_makes_up_no_symbols(end: int) -> None:
    short = table(SOURCE[:end])
    if short.damaged:
        assert set(short.symbols) <= set(WHOLE.symbols)


def test_a_file_in_another_language_is_unparsed() -> None:
    assert table(bytes(range(256)) * 40).state == "unparsed"
    assert table("<html><body>" * 10).state == "unparsed"
    assert table("function f( {\n  return 1;\n}\n", path="a.js").state == "unparsed"


def test_damage_in_another_language_stays_in_its_function() -> None:
    source = "function f() {\n  return 1;\n}\nfunction g() {\n  return a b;\n}\n"
    damaged = table(source, path="a.js")
    assert (damaged.state, damaged.damaged, set(damaged.symbols)) == ("parsed", True, {"f", "g"})


def test_a_damaged_version_is_no_help_to_the_next() -> None:
    damaged = table(SOURCE.replace("(1, 2)", "(1 2)"))
    assert different(table(SOURCE, damaged)) == set()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_text_breaks_anything(data: st.DataObject) -> None:
    text = SOURCE.encode()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.sampled_from([0, 0, 1, 5, 60, 400]))
        pieces = [
            b"",
            b"(",
            b'"""',
            b"\0",
            b"\xff",
            b":\n",
            b"def ",
            b"\\\n",
            b"}",
            b"@",
            b"\t",
            b"\x0c",
            b"\r",
            b"    ",
        ]
        text = text[:start] + data.draw(st.sampled_from(pieces)) + text[end:]
    found, again = table(text), table(text, WHOLE)
    assert (found.state, found.damaged, list(found.symbols)) == (again.state, again.damaged, list(again.symbols))
    for name, symbol in found.symbols.items():
        other = again.symbols[name]
        assert symbol.lines == other.lines
        for part in PARTS:
            assert getattr(symbol, part) == getattr(other, part)
    assert (found.module_id, found.tree_id, found.exports) == (again.module_id, again.tree_id, again.exports)


def symbols_of(path: str, text: str) -> SymbolTable:
    language = language_for(path)
    assert language is not None
    return extract(dedent(text).encode(), language)


SIDES = """
    <<<<<<< HEAD
    {indent}{mine}
    {indent}    return 2
    =======
    {indent}{theirs}
    {indent}    return 3
    >>>>>>> theirs
"""


@pytest.mark.parametrize("indent", ["", "    "])
def test_a_conflict_that_was_committed_leaves_what_stands_around_it(indent: str) -> None:
    before = "class A:\n    def f(self):\n        return 1\n\n"
    after = f"\n\n{indent}def g(self):\n{indent}    return 4\n"
    sides = dedent(SIDES).format(indent=indent, mine="def b(self):", theirs="def b(self, x):")
    table = symbols_of("a.py", before + sides + after)
    assert (table.state, table.damaged) == ("parsed", True)
    assert list(table.symbols) == ["A", "A.f", "A.g" if indent else "g"]
    names = ("A.b",) if indent else ("b",)
    whole = symbols_of("a.py", before + f"\n{indent}def b(self):\n{indent}    return 2\n" + after)
    assert all(table.swallows(whole.symbols[name]) for name in names)
    assert table.symbols["A.f"].same_as(whole.symbols["A.f"])


def test_damage_under_a_condition_leaves_what_else_stands_there() -> None:
    text = """
        import os

        if TYPE_CHECKING:
            import typing as t

            class A:
                x: int

            # why
            class B(
                y: int

            # why not
            def f(a):
                return 1

        def h():
            return 2
        """
    table = symbols_of("a.py", text)
    whole = symbols_of("a.py", text.replace("B(", "B:"))
    assert [name for name in whole.symbols if name not in table.symbols] == ["B", "B.y"]
    assert not [name for name in table.symbols if not table.symbols[name].same_as(whole.symbols[name])]
    assert table.swallows(whole.symbols["B"])


def test_conditions_in_a_condition_are_looked_into_beside_damage() -> None:
    lines = [
        "#ifdef PART",
        "#ifndef COMMON",
        "#define COMMON",
        "int f(void) { return 1; }",
        "#endif",
        "#ifdef Q",
        "int g(void) { return 1; }",
        "#endif",
        "int hurt(void) { return 1; }",
        "int h(int a) { return 2; }",
        "#endif",
    ]
    whole = symbols_of("a.h", "\n".join(lines))
    lines[8] = "int hurt(void { return 1; }"
    table = symbols_of("a.h", "\n".join(lines))
    assert table.swallows(whole.symbols["hurt"])
    assert list(table.symbols) == ["f", "g", "h"]
    assert not [name for name in table.symbols if not table.symbols[name].same_as(whole.symbols[name])]


NAMESPACES = """
namespace spread {
namespace detail {

template <typename T>
inline int first(T a) {
  if (a) {
    return 1;
  }
  return 2;
}

}  // namespace detail

class Held : public Base {
 public:
  explicit Held(int a)
      : a_(a), b_{a} {
    start(a);
  }
  ~Held() override { stop(); }

  int size() const {
    for (int i = 0; i < a_; ++i) {
      if (b_[i]) return i;
    }
    return 0;
  }

 private:
  int a_;
  int more();
};

#ifdef WIDE
int last(long a) {
#else
int last(int a) {
#endif
  return a;
}

}  // namespace spread

int outside() { return 1; }
"""


@pytest.mark.parametrize("end", ["}", "  }", "};"])
def test_the_layout_says_where_a_block_of_cpp_ends_that_lacks_its_brace(end: str) -> None:
    whole = symbols_of("a.h", NAMESPACES)
    lines = NAMESPACES.split("\n")
    for number, line in enumerate(lines):
        if line == end:
            table = symbols_of("a.h", "\n".join([*lines[:number], line.replace("}", ""), *lines[number + 1 :]]))
            assert list(table.symbols) == list(whole.symbols)
            assert table.damaged
            starts = [symbol.lines[0] for symbol in whole.symbols.values()]
            assert [symbol.lines[0] for symbol in table.symbols.values()] == starts


def test_a_damaged_body_of_cpp_costs_its_function_alone() -> None:
    text = NAMESPACES.replace("#ifdef WIDE\nint last(long a) {\n#else\n", "").replace("#endif\n", "")
    whole = symbols_of("a.h", text)
    for line, owner in (("    start(a);", "Held.Held"), ("    for (int i = 0; i < a_; ++i) {", "Held.size")):
        for wrong in (line[: len(line) // 2], '    x = "not closed\n' + line):
            table = symbols_of("a.h", text.replace(line, wrong))
            owners = {"spread." + owner}
            assert {*table.symbols} | owners == {*whole.symbols}
            assert table.damaged
            for name in table.symbols.keys() - owners:
                assert table.symbols[name].content_id == whole.symbols[name].content_id or name in "spread.Held"


def test_a_block_that_ends_too_soon_leaves_no_definitions_behind() -> None:
    text = "class A {\n  a() {\n    b();\n    if (x) {\n      c();\n    }\n  }\n\n  d() {\n    e();\n  }\n}\n"
    assert list(symbols_of("a.js", text).symbols) == ["A", "A.a", "A.d"]
    assert list(symbols_of("a.js", text.replace("    b();\n", "    b();\n  }\n")).symbols) == ["A", "A.a", "A.d"]
    go = "package p\n\nfunc A() {\n\tb()\n\tx := 1\n\tvar y = x\n}\n\nfunc D() {\n\te()\n}\n"
    assert list(symbols_of("a.go", go.replace("\tb()\n", "\tb()\n}\n")).symbols) == ["A", "D"]


def test_a_text_with_many_lines_at_the_margin_hides_no_definition_behind_it() -> None:
    checks = "".join(f'    check(a{n}, str![[r#"\nNone\n"b",\nc {{\n"#]]);\n' for n in range(9))
    source = f"use a::b;\n\nfn hurt() {{\n    let a = f(1, 2);\n{checks}}}\n\nfn last() {{\n    g();\n}}\n"
    assert list(symbols_of("a.rs", source).symbols) == ["import::b", "hurt", "last"]
    assert {"import::b", "last"} <= symbols_of("a.rs", source.replace("f(1, 2);", "f(1,")).symbols.keys()


def test_a_brace_that_is_missing_in_a_block_of_a_module_costs_its_function() -> None:
    methods = "".join(f"        fn m{n}(&self) {{\n            g({n});\n        }}\n" for n in range(4))
    source = (
        f"mod a {{\n    struct S;\n\n    impl S {{\n{methods}    }}\n\n    fn last() {{\n        g();\n    }}\n}}\n"
    )
    broken = source.replace("g(1);\n        }", "g(1);\n        ")
    assert broken != source
    whole, table = symbols_of("a.rs", source), symbols_of("a.rs", broken)
    assert list(table.symbols) == list(whole.symbols)
    assert table.symbols["a.S.m1"].lines == (8, 9)


def test_a_default_that_is_not_closed_keeps_its_name() -> None:
    for path in ("a.js", "a.ts"):
        for head in ("function f(a)", "async function f(a)", "function* f(a)"):
            assert list(symbols_of(path, f"export default {head} {{\n  g();\n").symbols) == ["f"]


def test_a_brace_that_is_missing_leaves_what_stands_before_and_behind_it() -> None:
    """However long the file is, and whatever stands at the margin of its texts."""
    text = "".join(f'    t(r#"\nUsage: a\n\nOptions:\n\nb\n\nc\n\nd\n"#, {n});\n' for n in range(3))
    functions = [f"#[test]\nfn f{n}() {{\n{text}    g(|| {n});\n}}\n\n" for n in range(60)]
    whole = symbols_of("a.rs", "".join(functions))
    functions[40] = functions[40][:-4] + "\n"
    table = symbols_of("a.rs", "".join(functions))
    lost = [
        name for name, one in whole.symbols.items() if name not in table.symbols or not table.symbols[name].same_as(one)
    ]
    assert lost in ([], ["f40"])


def test_a_method_that_is_not_closed_takes_in_no_class_that_follows_it() -> None:
    language = language_for("A.java")
    assert language is not None
    source = """\
class A {
  String show(int x) {
    return "a"
        + x;
  }

  static class Inner {
    int one() {
      return 1;
    }
  }

  static class Other {
    int two() {
      return 2;
    }
  }
}
"""
    whole = extract(source.encode(), language)
    broken = extract(source.replace("+ x;\n  }\n", "+ x;\n  \n").encode(), language)
    assert set(broken.symbols) == set(whole.symbols)
    for name in ("A.Inner.one", "A.Other", "A.Other.two"):
        assert broken.symbols[name].content_id == whole.symbols[name].content_id


CONDITIONS = """\
using A;
#if X
using B;
#else
using C;
#endif
#if Y

namespace N
{
    public static class Outer
    {
        public class Inner<T>
        {
            private static T Hurt(T one)
            {
                return make(one);
            }

            private static int Next(T a)
            {
                return 1;
            }
#if Z
            private static bool Last<U>(U a)
            {
                return true;
            }
#endif
        }
    }
}
#endif
"""
ATTRIBUTES = """\
impl A {
    pub fn hurt(&self) -> u32 {
        let x = make(1);
        x + 1
    }

    #[inline]
    #[cfg(test)]
    fn next(&self) -> u32 {
        2
    }
}

#[test]
fn last() {
    assert!(true);
}
"""
NAMESPACE = """\
#pragma once

namespace outer {

namespace details {
static const int size = 1;
}

template <typename T>
struct A {
    int hurt(int a) {
        int x = make(1);
        return a + x;
    }
};

inline int last() {
    return 1;
}
}  // namespace outer
"""
COMMENTED = f"""\
namespace N
{{
#if OLD
/*
System.Exception: what it says
{"   at A.B(C d) in e.cs:line 1" + chr(10)} ---> {chr(10).join(["   at A.B(C d)"] * 14)}
*/
    [Test]
    public class A : B
    {{
        [Fact]
        public void First()
        {{
            return;
    }}

    [Fact]
        public int Odd()
        {{
            return 1;
        }}

        [Fact]
        public void Hurt()
        {{
            var x = make(1);
            return;
        }}

        class Inner {{ int Id {{ get; set; }} }}
    }}
#endif
    class Behind {{ }}
}}
"""
BLOCKS = """\
local a = 1

do
   local b = 2

   function M.hurt(x)
      local y = make({ 1 })
      if x then
         return y
      end
   end

   if a then
      function M.inner() return 1 end
   end
end

if a then

function M.level()
   return 1
end

local function other()
   return 2
end
end

function M.last()
   return 3
end
"""
LEVEL = BLOCKS.replace("M.level", "M.x").replace("M.hurt", "M.level").replace("return 1\n", "return make({ 1 })\n")


@pytest.mark.parametrize(
    ("path", "source", "hurt"),
    [
        ("a.cs", CONDITIONS, "Outer.Inner.Hurt"),
        ("a.cs", COMMENTED, "A.Hurt"),
        ("a.rs", ATTRIBUTES, "A.hurt"),
        ("a.hpp", NAMESPACE, "outer.A.hurt"),
        ("a.lua", BLOCKS, "M.hurt"),
        ("a.lua", LEVEL, "M.x"),
    ],
)
@pytest.mark.parametrize("fault", ["brace", "string", "half"])
def test_conditions_attributes_and_level_blocks_stay_around_what_is_damaged(
    path: str, source: str, hurt: str, fault: str
) -> None:
    whole = table(source, path=path)
    lines = source.split("\n")
    first, last = whole.symbols[hurt].lines
    at = next(number for number in range(first, last) if "make(" in lines[number])
    if fault == "brace":
        lines[last - 1] = ""
    else:
        lines[at] = lines[at][:-4] if fault == "half" else f'{lines[at]}\n        x = "not closed'
    other = table("\n".join(lines), path=path)
    assert other.damaged
    assert other.symbols.keys() <= whole.symbols.keys()
    rest = whole.symbols.keys() - {hurt, hurt.rpartition(".")[0]}
    assert [name for name in rest if name not in other.symbols] == []
    assert [name for name in rest if not whole.symbols[name].same_as(other.symbols[name])] == []


def test_a_class_of_ruby_is_known_by_its_header_alone() -> None:
    language = language_for("a.rb")
    assert language is not None
    found = extract(b"module M\n  class A\n    def f\n      1\n\n    def g\n      2\n    end\n  end\nend\n", language)
    assert (found.state, found.damaged) == ("parsed", True)
    assert {"M", "M.A", "M.A.g"} <= set(found.symbols)


def test_members_behind_a_word_at_the_column_of_their_class_are_told_in_ruby() -> None:
    source = (
        "module M\n  class A\n    def f(a)\n      a\n    end\n\n  private\n\n"
        "    def g\n      1\n    end\n\n    def h\n      2\n    end\n  end\nend\n"
    )
    whole, found = table(source, path="a.rb"), table(source.replace("a\n    end", "a\n"), path="a.rb")
    assert found.damaged
    assert {"M", "M.A", "M.A.g", "M.A.h"} <= found.symbols.keys() <= whole.symbols.keys()


def test_objective_c_keeps_the_members_beside_a_damaged_one() -> None:
    source = (
        "@interface A : B {\n    int _x;\n}\n- (void)a:(int)x;\n@end\n\n"
        "@implementation A\n\n- (void)a:(int)x {\n    [self b;\n}\n\n"
        "- (int)b API_AVAILABLE(ios(10)) {\n    return 1;\n}\n\n"
        "+ (void)load {}\n@end\n\n@implementation C\n- (void)c {}\n@end\n"
    )
    found = table(source, path="a.m")
    assert found.state == "parsed"
    assert {"A", "A.a:", "A.b", "A.load", "C", "C.c"} <= set(found.symbols)
    assert found.symbols["A.load"].lines == (17, 17)


def test_damage_in_two_functions_of_c_leaves_those_between_them() -> None:
    bad = (
        "\nint {0}(int a) {{\n    {0}_x const unsigned char *b;\n    if (a {{\n"
        "#ifdef A\n    return 1;\n#endif\n    return 2;\n}}\n"
    )
    good = "\nint {0}(int a) {{\n    return a;\n}}\n"
    source = "".join(bad.format(f"b{n}") + "".join(good.format(f"g{n}{m}") for m in range(3)) for n in range(4))
    found = table(source, path="a.c")
    assert {f"g{n}{m}" for n in range(4) for m in range(3)} <= set(found.symbols)


ONE_FUNCTION = """
static int check{0}(int a) {{
    tested("{0}: adds ")
    a = add(a, {0});
    if (a > {0}) {{ return a; }}
    return fallback(a, {0});
}}
"""


def test_a_damaged_version_of_a_c_file_is_read_where_it_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred damaged functions, and one line more: reading the file again takes a tenth of it."""
    source = "".join(ONE_FUNCTION.format(number) for number in range(200))
    before = table(source, path="read.c")
    read: list[int] = []
    whole = Reader._tree_of

    def counted(reader: Reader, given: bytes, old: Tree | None = None) -> Tree:
        read.append(len(given))
        return whole(reader, given, old)

    monkeypatch.setattr(Reader, "_tree_of", counted)
    changed = source.replace("add(a, 100);", "add(a, 101);")
    after = table(changed, path="read.c")
    assert sum(read) < len(source) / 10
    assert set(after.symbols) == set(before.symbols) == {f"check{number}" for number in range(200)}
    differs = [one for one in after.symbols if after.symbols[one].content_id != before.symbols[one].content_id]
    assert differs == ["check100"]
    assert after.damaged
    assert not after.swallowed


def test_an_error_in_a_c_file_is_its_functions_own() -> None:
    """The same function has the same ids beside damage and without it; what cannot be told is that function alone."""
    broken = "int b(void) {\n    return ((1 +;\n}\n"
    for before, after in (("", "int d;\n"), ("#ifndef A_H\n#define A_H\n", "\n#endif\n")):
        sources = [
            before + "int a(int x) {\n    return x;\n}\n" + one + "int c(void) {\n}\n" + after for one in ("", broken)
        ]
        sound, damaged = (table(one, path="read.c") for one in sources)
        assert not sound.damaged
        assert damaged.damaged
        for name, symbol in sound.symbols.items():
            assert damaged.symbols[name].content_id == symbol.content_id
            assert damaged.symbols[name].lines[0] == symbol.lines[0] + 3 * (name in "cd")


LABELS = """\
namespace n {
namespace details {
class A {
 public:
  explicit A(int a)
      : a_(a) {
    make(a);
  }
  int hurt() const {
    int b = make(1);
    return b;
  }

 private:
  int last() { return 1; }
};
}  // namespace details

class B {
public:
    int first();
private:
    int second();
};
}  // namespace n
"""


@pytest.mark.parametrize("fault", ["brace", "string", "half"])
def test_members_under_labels_are_told_beside_a_damaged_one(fault: str) -> None:
    """A label of a class of C++ stands at any column, and a namespace ends where its line's column says so."""
    whole = table(LABELS, path="a.h")
    changed = {
        "brace": LABELS.replace("return b;\n  }", "return b;\n"),
        "string": LABELS.replace("return b;", 'x = "not closed\n    return b;'),
        "half": LABELS.replace("make(1);", "mak(("),
    }[fault]
    found = table(changed, path="a.h")
    assert found.damaged
    assert not found.symbols.keys() - whole.symbols.keys()
    assert not whole.symbols.keys() - found.symbols.keys() - {"n.details.A.hurt", "n.details.A.last"}


FUNCTIONS = """
#define CHECK(a) do {{ \\
    if (a) {{ \\
        fail(a); \\
    }} \\
}} while (0)

static int first(int a)
{{
    if (a) {{
        return 1;
    }}
    return a;
}}

struct pair {{
    int a;
}};

int second(int a,
           int b) {{
    if (a &&
        b) {{
        for (;;) {{
            a++;
        }}
    }}

#ifdef A
    struct pair one = {{0}};
    int two = 1;
    use(&one, two);
#endif
    return a;
}}
{0}
int last(void) {{
    struct pair three = {{1}};
    if (three.a) {{
        return 1;
    }}

#ifdef B
    struct pair four = {{1}};
    use(&four, 1);
#endif
    return 2;
}}
"""
NESTED = """
namespace n {

class A {
  A(int a)
      : a(a),
        b(a) {
    if (a) {
      use(a);
    }
  }

  void f() {
    if (a) {
      use(a);
    }
  }
};

int g() {
  struct B { int a; } c;
  if (a) {
    use(c);
  }
  return c.a;
}

}  // namespace n
"""


@pytest.mark.parametrize("path", ["a.c", "a.cc"])
def test_a_line_too_few_or_too_many_makes_no_local_a_symbol_of_a_c_file(path: str) -> None:
    """A brace that is not closed or not opened costs what it stands in: no piece begins in a function."""
    source = FUNCTIONS.format("" if path == "a.c" else NESTED)
    whole = table(source, path=path)
    assert not whole.damaged
    lines = source.split("\n")
    for at, line in enumerate(lines):
        if not line.strip("} "):
            changed = [[*lines[:at], "", *lines[at + 1 :]]]
        elif line.startswith("    "):
            changed = [[*lines[:at], one, *lines[at:]] for one in ("    }", 'x = "not closed')]
        else:
            continue
        for one in changed:
            assert not table("\n".join(one), path=path).symbols.keys() - whole.symbols.keys(), (at, line)


def test_powershell_keeps_the_functions_beside_a_damaged_one() -> None:
    source = "function a {\n    1\n}\nfunction b {\n    if ((1 {\n}\nfunction c {\n    2\n}\nfilter d { 3 }\n"
    found = table(source, path="a.ps1")
    assert {"a", "c", "d"} <= set(found.symbols)


def test_what_follows_damage_stays_in_the_namespace_that_begins_there() -> None:
    source = (
        "int a(int x) {\n    if (x {\n}\n\nnamespace n {\n\nint b(int x) {\n    return x;\n}\n\n"
        "int c(int x) {\n    if (x {\n}\n\nint d(int x) {\n    return x;\n}\n\n}\n"
    )
    assert {"n", "n.b", "n.d"} <= set(table(source, path="a.cc").symbols)


def test_a_long_text_of_damaged_classes_is_read_class_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is whole between them is told, and a change reads again what it stands in."""
    monkeypatch.setattr("muse_hook.symbols.extract.LONG_TEXT", 1_000)
    language = language_for("a.m")
    assert language is not None
    text = "".join(
        f"@interface C{n} : NSObject\n- (int)m:(int)a;\n@end\n"
        f"@implementation C{n}\n- (int)m:(int)a {{\n  if (a > {n}) {{ [self m:a];\n  return a;\n}}\n@end\n"
        f"int f{n}(int a) {{\n  return a;\n}}\n"
        for n in range(20)
    ).encode()
    found = extract(text, language)
    assert found.damaged
    assert {f"C{n}" for n in range(20)} | {f"f{n}" for n in range(20)} <= set(found.symbols)
    changed = text.replace(b"a > 7)", b"a > 8)")
    assert [*extract(changed, language, found).symbols] == [*extract(changed, language).symbols] == [*found.symbols]
