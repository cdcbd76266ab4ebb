"""What a grammar cannot read, or reads as something else: equal where it means the same, and only there."""

from __future__ import annotations

import ast
from io import StringIO
from tokenize import STRING, generate_tokens

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols import preprocessor
from muse_hook.symbols.extract import extract
from muse_hook.symbols.preprocessor import guards_apart, macros_apart, whole_branches
from muse_hook.symbols.reader import reader_of
from muse_hook.symbols.respell import brackets_first

PIECES = [
    "(",
    ")",
    "[",
    "]",
    "\n",
    " ",
    "x",
    "'''",
    '"',
    "#",
    "lazy import a",
    "def f[T = ",
    " or ",
    "->",
    ": ",
    "=",
    "*",
]


def table(source: str) -> SymbolTable:
    language = language_for("a.py")
    assert language is not None
    return extract(source.encode(), language)


@pytest.mark.parametrize(
    ("one", "other", "means_the_same"),
    [
        ('f"{x=}"\n', 'f"{x = }"\n', False),
        ('f"{x:{w=}}"\n', 'f"{x:{w = }}"\n', False),
        ('x = t"a {b}"\n', 'x = t"a {c}"\n', False),
        ('x = t"a {b}"\n', 'x = f"a {b}"\n', False),
        ('x = t"a {b}"\n', "x = t'a {b}'\n", True),
        ('x = t"a"\n', 'x = "a"\n', False),
        ('x = t"a {b+c}"\n', 'x = t"a {b + c}"\n', False),
        ('x = f"a {b+c}"\n', 'x = f"a {b + c}"\n', True),
        ('x = tr"a\\n {b}"\n', 'x = t"a\\n {b}"\n', False),
        ("match x:\n    case 1:\n        y = 1\n", "match x,:\n    case 1:\n        y = 1\n", False),
        ("match x:\n    case 1:\n        y = 1\n", "match x:\n    case 1,:\n        y = 1\n", False),
        ("match (x,):\n    case 1:\n        y = 1\n", "match x,:\n    case 1:\n        y = 1\n", True),
        ("match x:\n    case (1,):\n        y = 1\n", "match x:\n    case 1,:\n        y = 1\n", True),
        ("match x:\n    case (1):\n        y = 1\n", "match x:\n    case 1:\n        y = 1\n", True),
        ("match x, y:\n    case 1, 2:\n        y = 1\n", "match (x, y):\n    case (1, 2):\n        y = 1\n", True),
        ("match x,:\n    case 1:\n        f()\n", "match x:\n    case 1:\n        f()\n", False),
        (
            "def f():\n  match x,:\n    case 1:\n        f()\n",
            "def f():\n  match x:\n    case 1:\n        f()\n",
            False,
        ),
        ("(x): int = 1\n", "x: int = 1\n", False),
        ("(x): int\n", "x: int\n", False),
        ("(x) = 1\n", "x = 1\n", True),
        ("(x.y): int = 1\n", "x.y: int = 1\n", True),
        ("def f():\n    return *a, b\n", "def f():\n    return (*a, b)\n", True),
        ("def f():\n    yield *a, b\n", "def f():\n    yield (*a, b)\n", True),
        ("class B[T = int]: pass\n", "class B[T: int]: pass\n", False),
        ("class B[T = int]: pass\n", "class B[T=int]:\n    pass\n", True),
        (
            "def f[T: int = str, *Ts = *tuple[int], **P = [int]](x): pass\n",
            "def f[T: int = str, *Ts = *tuple[int], **P = [str]](x): pass\n",
            False,
        ),
        ("type X[T = int] = list[T]\n", "type X[T = str] = list[T]\n", False),
        ("def f(r) -> Row[int] or None:\n    pass\n", "def f(r) -> Row[int] | None:\n    pass\n", False),
        ("def f(r) -> Row[int] or None:\n    pass\n", "def f(r) -> (Row[int] or None):\n    pass\n", True),
        ("def f(r: a.Row[int] or None = 1, q=2): pass\n", "def f(r: (a.Row[int] or None) = 1, q=2): pass\n", True),
        ("lazy import os\n", "import os\n", False),
        ("lazy from a import b\n", "from a import b\n", False),
        (
            "def r(a, b):\n    t = (a +\nb)\n    return t\n\nx = 1\n",
            "def r(a, b):\n    t = (a + b)\n    return t\n\nx = 1\n",
            True,
        ),
        (
            'def r(a, b):\n    t = f(a,  # why (\n"""s\n(""" +\n  b)\n    return t\n\nx = 1\n',
            'def r(a, b):\n    t = f(a, """s\n(""" + b)\n    return t\n\nx = 1\n',
            True,
        ),
        (
            "class A:\n    x = [1,\n2,\n# c\n3 if\ny else 4]\n    def m(self): pass\n",
            "class A:\n    x = [1, 2, 3 if y else 4]\n    def m(self): pass\n",
            True,
        ),
        ("try:\n    pass\nexcept A, B:\n    pass\n", "try:\n    pass\nexcept A:\n    pass\n", False),
        ("x = [*a for a in b]\n", "x = [a for a in b]\n", False),
        ("with (\n    open(x) as f,\n):\n    pass\n", "with open(x) as f:\n    pass\n", True),
        ("def f(x) -> T[x] if y else None: pass\n", "def f(x) -> (T[x] if y else None): pass\n", True),
        ("def f(x) -> T[x] if y else None: pass\n", "def f(x) -> T[x] if z else None: pass\n", False),
        ("x = f'{y:=^80} {{z:=<1}}'\n", 'x = f"{y:=^80} {{z:=<1}}"\n', True),
        ("x = f'{y:=^80}'\n", "x = f'{y:-^80}'\n", False),
    ],
)
def test_what_means_the_same_has_one_tree(one: str, other: str, means_the_same: bool) -> None:  # noqa: FBT001 - a case
    before, after = table(one), table(other)
    assert not before.damaged
    assert not after.damaged
    assert (before.tree_id == after.tree_id) is means_the_same


def test_a_respelt_definition_says_what_it_says_elsewhere() -> None:
    method = "    def put[T = int](self, item: T) -> Row[T] or None:\n        return (item +\n1)\n"
    alone = table("class Box:\n" + method)
    beside = table("class Box:\n" + method + "\n    def get(self):\n        return t'{self}' (1\n")
    assert beside.damaged
    assert alone.symbols["Box.put"].content_id == beside.symbols["Box.put"].content_id


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES)))
def test_a_text_keeps_its_length_and_its_strings(pieces: list[str]) -> None:
    text = "".join(pieces)
    respelt = brackets_first(text.encode()).decode()
    assert len(respelt) == len(text)
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return
    # a constant may be several strings side by side, so it is their tokens that are held
    strings = [each.string for each in generate_tokens(StringIO(text).readline) if each.type == STRING]
    assert all(string in respelt for string in strings)


def test_open_strings_in_brackets_are_told_as_python_does() -> None:
    for text in ("'''(''''''('''", "('''\n'''\n'''#\n''')", '("""(\n""" """\n)""")'):
        one, other = table(f"x = {text}\n"), table(f"x = {text}  # said\n")
        assert not one.damaged
        assert one.tree_id == other.tree_id
    assert brackets_first(b"('''\n'''\n'''#\n''')") == b"('''\n''' '''#\n''')"


OTHERS = {
    "ts": [
        "let a: import('./b').B<C>[] = d",
        "let a: import('./c').B<C>[] = d",
        "let a: import('./b').B = d",
        "export type * from './a'",
        "export type * as b from './a'",
        "export * from './a'",
        "class A<in T, out U> {}",
        "class A<out T, U> {}",
        "class A<T, in out U> {}",
        "class A<T, U> {}",
        "class A<\n  // why\n  B,\n  /** of all */\n  out C extends D> {}",
        "class A { static accessor b = 1 }",
        "class A { accessor b = 1 }",
        "class A { static b = 1 }",
        "class A { @x accessor b = 1; @x() c() {} @x accessor d }",
        "class A { static [k: string]: number; b = 1 }",
        "class A { static readonly [k: string]: number; b = 1 }",
        "class A { readonly [k: string]: number; b = 1 }",
        "let s = ['import(\"a\").B<C>', '<in T>', d<e>?.(1)]",
    ],
    "cs": [
        "class A { int F(bool async) => async ? 1 : 2; }",
        "class A { int F(bool ync) => ync ? 1 : 2; }",
        "class A { int F(bool async) { if (async) { return G(async: async); } return 1; } }",
        "class A { bool F(int[] a) => a is [1, .. var b]; }",
        "class A { bool F(int[] a) => a is [1, var b]; }",
        "class A { bool F(int[] a) => a is [..]; }",
        "class A { bool F(int[] a) => a is []; }",
        "public ref partial struct A { int b; }",
        "class A<T> where T : allows ref struct { }",
        "class A { void F() { a?.b = c; G(); } }",
        "class A { void F() { a.b = c; G(); } }",
        "class A { void F() { a?.b += c; G(); } }",
        "static class A { extension(string s) { public bool B => true; } }",
        "static class A { extension(int s) { public bool B => true; } }",
        "static class A { struct s { public bool B => true; } }",
    ],
    "java": [
        "class A { A(int a) { if (a < 0) throw b; /* c */ super(a); } }",
        "class A { A(int a) { if (a < 0) throw b; this(a); } }",
        "class A { A(int a) { if (a < 0) throw b; that(a); } }",
        "class A { A(int a) { super(a); } }",
    ],
    "rs": [
        'unsafe extern "C" { safe fn f(a: f64) -> f64; pub safe fn g(); }',
        'unsafe extern "C" { fn f(a: f64) -> f64; pub safe fn g(); }',
        'unsafe extern "C" { fn f(a: f64) -> f64; pub fn g(); }',
        'unsafe extern "C" { #[a]\n safe fn f(a: f64) -> f64; }',
        "fn f() { let safe = 1; safe + 2 }",
    ],
}


@pytest.mark.parametrize("extension", OTHERS)
def test_what_a_grammar_is_too_old_for_is_read(extension: str) -> None:
    language = language_for("a." + extension)
    assert language is not None
    tables = [extract(source.encode(), language) for source in OTHERS[extension]]
    trees = [one.tree_id for one in tables if not one.damaged]
    assert len(trees) == len(set(trees)) == len(tables) - ("?.(1)" in OTHERS[extension][-1])


def test_a_signature_behind_a_line_end_is_one_of_its_own() -> None:
    language = language_for("a.ts")
    assert language is not None
    lines = [
        "interface A<K> {",
        "  <B>(b: B): C<B>",
        "  <D extends (...e: F[]) => any, G>(",
        "    d: D",
        "  ): boolean",
    ]
    lines += ["  <I>(i: I): A<I>", "}", "const f = () =>", "  <B>(b: B) => b", "const g = <", "  B", ">(b: B): B => b"]
    source = "\n".join(lines)
    table, other = (extract(one.encode(), language) for one in (source, source.replace("C<B>\n", "C<B>;\n")))
    assert (table.damaged, table.tree_id) == (False, other.tree_id)
    assert [(name, one.lines) for name, one in table.symbols.items()] == [("A", (1, 7)), ("f", (8, 9)), ("g", (10, 12))]
    for between in ("C<B>; // of\n", "C<B>\n\n  /** of\n   * <B>(b) */\n  // more\n"):
        assert extract(source.replace("C<B>\n", between).encode(), language).tree_id == table.tree_id


def test_members_of_an_extension_are_those_of_its_class() -> None:
    language = language_for("a.cs")
    assert language is not None
    source = "static class A { extension<T>(List<T> s) where T : B { bool C => true; void D() {} } int E; }"
    assert [*extract(source.encode(), language).symbols] == ["A", "A.C", "A.D", "A.E"]


def test_a_signature_is_shown_as_it_is_written() -> None:
    language = language_for("a.ts")
    assert language is not None
    source = b"export function f(a: import('./b').B<C>, ...d: string[]): Promise<import('./b').B<C>> {}"
    (symbol,) = extract(source, language).symbols.values()
    assert symbol.signature == "f(a: import('./b').B<C>, ...d: string[]) -> Promise<import('./b').B<C>>"
    assert symbol.parameters[1].annotation == "string[]"


def test_a_header_full_of_macros_is_read_in_bounded_time() -> None:
    source = b"#ifndef A\n#define A\n" + b"".join(
        b"#define M%d(x) (x)\nDECLARE(m%d, int, long)\nAPI_X int f%d(void);\n" % (i, i, i) for i in range(2000)
    )
    language = language_for("a.h")
    assert language is not None
    table = extract(source + b"#endif\n", language)
    assert table.state == "parsed"
    assert len(table.symbols) == 4000
    assert not table.damaged


C_PIECES = [
    *"\n {()",
    "/*",
    "*/",
    "}\n",
    ";\n",
    "API int f(void)",
    '"',
    "//",
    "#if X\n",
    "\\\n",
    "DECLARE(a, b)\n",
    "\nALONE\n",
    " GUARDED(x)",
    "int a",
    "template <A_B(c)>",
    "class API_X A {\n",
    "#else\n",
    "#endif\n",
    " \n" * 2_000,
]


@given(st.lists(st.sampled_from(C_PIECES), max_size=30).map("".join))
@settings(max_examples=300)
def test_c_is_respelled_part_by_part_as_it_is_at_once(text: str) -> None:
    source = text.encode()
    assert macros_apart(source) == preprocessor._without_macros(source)
    found = [(one.word, one.start, one.end) for one in preprocessor._directives(source)]
    assert found == [(m["directive"], *m.span()) for m in preprocessor.C_TOKENS.finditer(source) if m["directive"]]
    for rule in (guards_apart, whole_branches):
        assert rule(source) == vars(rule)["__wrapped__"](source)
    marked = preprocessor._OF_CLASS.sub(lambda one: one["before"] + b" " * len(one["macro"]), source)
    assert b"".join([piece.classes_apart for _, piece in preprocessor._pieces(source)]) == marked


MACROS = {
    "int count GUARDED_BY(mutex) = 0;": ["variable count"],
    "struct A { void f(int a) EXCLUSIVE_LOCKS_REQUIRED(mutex); int b GUARDED_BY(mutex); };": ["class A", "method A.f"],
    "class API_EXPORT A { public: A(); void f(); };": ["class A", "method A.A", "method A.f"],
    "struct A { MAYBE_CONSTEXPR A(int b) : b_(b) {} int b_; };": ["class A", "method A.A"],
    "struct A { API_FUNC ~A() noexcept; };": ["class A", "method A.~A"],
    "struct A { MAYBE_CONSTEXPR friend bool operator==(A a, A b) { return 1; } int f(); };": ["class A", "method A.f"],
    "struct A {\n  MOCK_METHOD(T*, allocate, (size_t, char));\n  int f();\n};": ["class A", "method A.f"],
    "template <typename T, ENABLE_IF(!is_text<T>::value &&\n  is_x<T>())> void f(T a) {}\nint g();": [
        "function f",
        "function g",
    ],
    "BEGIN_NAMESPACE\nBEGIN_EXPORT\nclass A { int f(); };\nEND_NAMESPACE\n": ["class A", "method A.f"],
    'PRAGMA_GCC(optimize("Og"))\nenum class E : int { a };\n': ["class E"],
    "#if HAS_INCLUDE(<a/b.h>) && X\nint f();\n#endif\n": ["function f"],
    "ZEXTERN const char * ZEXPORT version(void);": ["function version"],
    "struct s { int a; } FAR_DATA;\ntypedef struct { int b; } FAR data;\n": [
        "class data",
        "class s",
        "variable FAR_DATA",
    ],
    "PUBLIC(const char*) version(void);\nPUBLIC(int) size(char *a);\n": ["function size", "function version"],
    "struct hooks { void *(CDECL_X *make)(int a); };\nint f();\n": ["class hooks", "function f"],
    "void f() { A** list = new A*[10]; }\nint g();": ["function f", "function g"],
    "void f(A a, const B& b = {}) {}\nint g();": ["function f", "function g"],
    "struct A : B { using typename B::value; int f(); };": ["class A", "method A.f"],
    "void f() {\n  TRY_IT {\n    g();\n  }\n  CATCH_IT(...) {\n  }\n}\nint h();": ["function f", "function h"],
    "struct A { struct B { B(); int f() const; }; class C { void g(); } c; };": [
        "class A",
        "class A.B",
        "class A.C",
        "method A.B.B",
        "method A.B.f",
    ],
    "internal forced\nint f(void) { return 1; }\ninternal forced // why\nint g(void) { return 2; }\n": [
        "function f",
        "function g",
    ],
    "struct buffer {\n  int size;\n#define NEW_BUFFER 0\n  my_const unsigned char *next;\n"
    "  my_const Bytef *last; /* a */\n};\n"
    "#define FAIL(a) do { /*ERROR*/; b(a); } while (0)\nint f();\n": [
        "class buffer",
        "function FAIL",
        "function f",
        "variable NEW_BUFFER",
    ],
    "static FILE * (*real_open)(const char *);\nextern OFF_T CALLBACK tell(FILE *f);\n"
    "static void noreturn fatal(char *msg);\n"
    "API const crc_t FAR * CALLBACK table(void);\nint API_INTERNAL verbose = other;\ntypedef char  FAR charf;\n": [
        "class charf",
        "function fatal",
        "function table",
        "function tell",
        "variable real_open",
        "variable verbose",
    ],
    "#define lex my_lex\nint lex(void) { return 1; }\n": ["variable lex"],
    "YY_DECL\n{\n  switch (a) {\n  case 1:\nYY_RULE_SETUP\n{ return 1; }\n\tYY_BREAK\n  }\n}\n"
    "int f() { return 1; }\n": ["function f"],
    "#\n#ifndef A\n# define A 1\n#endif\n#\nint f();\n": ["function f", "variable A"],
    "int f() {\n  NO_WARNINGS\n  int a = 1;\n#if X\n  a = 2;\n#endif\n  ALL_WARNINGS\n}\nenum E {\n  ONE_VALUE,\n"
    "#if X\n#endif\n  LAST_VALUE\n};\nint g();\n": ["class E", "function f", "function g"],
    "int f() {\n  goto out;\nout:\n#if X\n  g();\n#endif\n  return 1;\n}\nint g();\n": ["function f", "function g"],
    "namespace a {\nclass B {\n  int f();\n};\nnamespace c {\nint d(] {\n  return 1;\n}\nint e();\n}  // namespace c\n"
    "int g();\n}  // namespace a\nint h();\n": [
        "class a",
        "class a.B",
        "class a.c",
        "function a.c.e",
        "function a.g",
        "function h",
        "method a.B.f",
    ],
}


@pytest.mark.parametrize("source", MACROS)
def test_macros_hide_no_symbol_beside_them(source: str) -> None:
    language = language_for("a.hpp")
    assert language is not None
    symbols = extract(source.encode(), language).symbols
    assert sorted(f"{symbol.kind} {name}" for name, symbol in symbols.items()) == MACROS[source]


def test_a_statement_in_capitals_is_no_macro_of_a_declaration() -> None:
    language = language_for("a.cc")
    assert language is not None
    broken = "void f(int a) {\n  if (a) CHECK_IT(a);\n  return CHECK_IT(a);\n}\nint g(] { }\nint h();\n"
    ids = [
        extract(one.encode(), language).symbols["f"].content_id
        for one in (
            broken,
            broken.replace("if (a) CHECK_IT(a)", "if (a) CHECK_IT(b)"),
            broken.replace("return CHECK_IT(a)", "return CHECK_IT(b)"),
        )
    ]
    assert len(set(ids)) == 3


def test_a_class_of_kotlin_may_stand_in_one_line() -> None:
    language = language_for("a.kt")
    assert language is not None
    one = extract(b'class C { fun f() { x("}") } }\n', language)
    other = extract(b'class C {\n    fun f() {\n        x("}")\n    }\n}\n', language)
    assert not one.damaged
    assert one.changed(other) == []


@pytest.mark.parametrize(
    "body",
    [
        "    if (a == (int)b)\n#ifdef X\n        return 1;\n#else\n        b = 2;\n#endif\n",
        "    if (a)\n        b = 1;\n    else\n#ifdef X\n        return 1;\n#endif\n        b = 2;\n",
        "    b = (struct s *) ALLOC(a, sizeof(struct s));\n",
        "    f(a, (struct s *) ALLOC(a, 1));\n",
    ],
)
def test_c_reads_what_stands_after_a_control_header_or_a_cast(body: str) -> None:
    source = f"int f(int a) {{\n{body}    return b;\n}}\n".encode()
    language = language_for("a.c")
    assert language is not None
    root, parsed = reader_of(language).parse(source)
    assert not root.has_error
    assert parsed.given.count(b"ALLOC") == source.count(b"ALLOC")


def test_an_operator_of_a_template_has_no_arguments_in_its_name() -> None:
    source = b"template <class T>\nA<T>& A<T>::operator=(const A& o) { return *this; }\n"
    source += b"bool A<int>::operator<(A o) { return 1; }\n"
    language = language_for("a.cc")
    assert language is not None
    assert set(extract(source, language).symbols) == {"A.operator=", "A.operator<"}


def test_a_macro_behind_an_operator_is_no_macro_behind_a_cast() -> None:
    source = b"class A {\n    A& operator=(A&& o) A_NOEXCEPT {\n        return *this;\n    }\n"
    source += b"    int f() { return 1; }\n};\n"
    assert b"A_NOEXCEPT" not in macros_apart(source)


def test_swift_has_values_without_anything_and_conditions_of_attributes() -> None:
    source = b"""extension Task<Never, Never>.Inner<A> where A == B {
    func f() { send(()) }
    #if X
      @available(*, deprecated)
    #else
      @available(iOS, deprecated: 9999)
    #endif
    func g(a: () -> ()) -> () { return () }
    var h: Int { ifLet(\\.$a, action: /Action.b) }
}
"""
    language = language_for("a.swift")
    assert language is not None
    table = extract(source, language)
    assert not table.damaged
    assert set(table.symbols) == {"Task.Inner", "Task.Inner.f", "Task.Inner.g", "Task.Inner.h"}
    assert table.symbols["Task.Inner.g"].lines == (4, 8)


def test_flags_of_rust_are_read_alike_whatever_was_read_before() -> None:
    language = language_for("a.rs")
    assert language is not None
    around = "".join(f"pub fn f{at}(a: u8) -> u8 {{ a + {at} }}\n" for at in range(9))
    flags = "bitflags! {\n    struct A: u32 {\n        const X = 1;\n        const \u00fc =\n            2;\n    }\n}\n"
    written = [
        around,
        around + flags,
        around.replace("a + 3", "a + 4") + flags.replace("const X", "const Y"),
        around + flags.replace("bitflags!", "other!"),
        around + "fn g() {\n" + flags + "}\n",
        around + flags + "fn g( { 1 }\n",
        around + flags + "bitflags! { broken }\nmacro_rules! a { () => { bitflags! { $a } } }\n",
    ]
    alone = [extract(source.encode(), language) for source in written]
    names = [sorted(set(one.symbols) - set(alone[0].symbols)) for one in alone]
    assert names[1] == ["A", "A.X", "A.\u00fc"]
    assert alone[1].symbols["A.\u00fc"].lines == (13, 14)
    assert names[2] == ["A", "A.Y", "A.\u00fc"]
    assert names[3] == []
    for one in alone:
        for source, other in zip(written, alone, strict=True):
            found = extract(source.encode(), language, one)
            assert [(name, each.lines, each.content_id) for name, each in found.symbols.items()] == [
                (name, each.lines, each.content_id) for name, each in other.symbols.items()
            ]
            assert (found.state, found.damaged) == (other.state, other.damaged)
