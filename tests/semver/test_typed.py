"""Verdicts by the language: what is public there, what may be left out of a call, what others implement."""

from __future__ import annotations

import pytest
from support.deltas import delta_of

from muse_hook.languages.languages import language_for

# path, before, after, what breaks (without the path)
CASES = {
    # parameters
    "ts: added, default": ("a.ts", "export function f(a: number) {}", "export function f(a: number, b = 1) {}", []),
    "ts: renamed": ("a.ts", "export function f(a: number) {}", "export function f(b: number) {}", []),
    "ts: wider": ("a.ts", "export function f(a: A) {}", "export function f(a: A | B) {}", []),
    "ts: narrower": (
        "a.ts",
        "export function f(a: A | B) {}",
        "export function f(a: A) {}",
        ["f: parameter_type_changed a: A | B -> A"],
    ),
    "ts: result": (
        "a.ts",
        "export function f(): A { return x }",
        "export function f(): B { return x }",
        ["f: return_annotation_changed A -> B"],
    ),
    "js: listed": (
        "a.js",
        "function f(a) {}\nexport { f };",
        "function f(b, c) {}\nexport { f };",
        ["f: parameter_added_required c"],
    ),
    "js: not exported": ("a.js", "function f(a, b) {}", "function f(a) {}", []),
    "go: renamed": ("a.go", "package p\nfunc F(a int) {}", "package p\nfunc F(n int) {}", []),
    "go: type": (
        "a.go",
        "package p\nfunc F(a int) {}",
        "package p\nfunc F(a string) {}",
        ["F: parameter_type_changed a: int -> string"],
    ),
    "go: result": (
        "a.go",
        "package p\nfunc F() int { return 1 }",
        "package p\nfunc F() error { return nil }",
        ["F: return_annotation_changed int -> error"],
    ),
    "go: results without names": (
        "a.go",
        "package p\nfunc F() (a, b int, err error) { return }\nfunc G() (b bool) { return }",
        "package p\nfunc F() (int, int, error) { return 1, 2, nil }\nfunc G() bool { return true }",
        [],
    ),
    "java: an overload of nobody": (
        "A.java",
        "public class A { public A(int a) { } A(int a, int b) { } private A() { } }",
        "public class A { public A(int a) { } A(int a, int b, int c) { } }",
        [],
    ),
    "csharp: may be null": (
        "A.cs",
        "public class A { public void F(object a) {} }",
        "public class A { public void F(object? a) {} }",
        [],
    ),
    "go: lower case": ("a.go", "package p\nfunc f(a int) {}", "package p\nfunc g(b string) {}", []),
    "go: internal": ("internal/a.go", "package p\nfunc F(a int) {}", "package p\nvar X = 1", []),
    "java: overload": (
        "A.java",
        "public class A { public int f(int a) { return 1; } }",
        "public class A { public int f(int a) { return 1; }\n public int f(String a) { return 2; } }",
        [],
    ),
    "java: overload removed": (
        "A.java",
        "public class A { public int f(int a) { return 1; }\n public int f(String a) { return 2; } }",
        "public class A { public int f(int a) { return 1; } }",
        ["A.f: parameter_type_changed a: String -> int"],
    ),
    "java: of nobody": (
        "A.java",
        "public class A { int f(int a) { return 1; } private void g() {} }",
        "public class A { int f() { return 1; } }",
        [],
    ),
    "csharp: internal": ("A.cs", "public class A { internal void F(int a) {} }", "public class A { }", []),
    # visibility
    "ts: no longer exported": (
        "a.ts",
        "export const f = (a: number) => 1;",
        "const f = (a: number) => 1;",
        ["f: visibility_narrowed"],
    ),
    # members
    "ts: interface member removed": (
        "a.ts",
        "export interface I { a: string; b(): void }",
        "export interface I { a: string }",
        ["I: member_removed b"],
    ),
    "go: field": (
        "a.go",
        "package p\ntype T struct {\n\tA int\n\tb int\n}",
        "package p\ntype T struct {\n\tc int\n}",
        ["T: member_removed A"],
    ),
    "rust: a field of nobody": ("a.rs", "pub struct S { pub a: u8, b: u8 }", "pub struct S { pub a: u8 }", []),
    "go: parameters without names": (
        "a.go",
        "package p\nfunc F(_ int, _ string) {}\nfunc G(_, _ int) {}",
        "package p\nfunc F(_ int, _ int) {}\nfunc G(_, b int) {}",
        ["F: parameter_type_changed _1: string -> int"],
    ),
    "go: two names for a type": (
        "a.go",
        "package p\ntype T struct {\n\tA []byte\n\tB int\n}",
        "package p\ntype T struct {\n\tA []uint8\n\tB int8\n}",
        ["T: member_type_changed B: int -> int8"],
    ),
    "go: embedded": (
        "a.go",
        "package p\ntype T struct {\n\t*io.Pipe\n\tA[int]\n\tM int `x`\n}",
        "package p\ntype T struct {\n\tM int\n}",
        ["T: member_removed A", "T: member_removed io.Pipe"],
    ),
    "java: an array where any number was taken": (
        "A.java",
        "public class A { public void f(int[] a) {} public void g(int... a) {} }",
        "public class A { public void f(int... a) {} public void g(int[] a) {} }",
        [
            "A.g: parameter_kind_changed a: var_positional -> positional_only",
            "A.g: parameter_type_changed a: int -> int[]",
        ],
    ),
    "java: sealed": (
        "I.java",
        "public sealed interface I permits A { int m(); }",
        "public sealed interface I permits A { int m(); int n(); }",
        [],
    ),
    "rust: a body lost": (
        "a.rs",
        "pub trait T { fn f(&self) { g() } fn h(&self); }",
        "pub trait T { fn f(&self); fn h(&self) { g() } }",
        ["T.f: default_removed"],
    ),
    "ts: an alias with defaults": (
        "a.ts",
        "export type A<T = {}> = B<T> | C",
        "export type A<T = {}> = B<T>",
        ["A: type_changed B<T> | C -> B<T>"],
    ),
    "ts: a constant that lists": (
        "a.ts",
        "export const E = { A: 1, B: 2 } as const;\nexport const F = f({ A: 1, B: 2 });",
        "export const E = { A: 3 } as const;\nexport const F = f({ A: 1 });",
        ["E: member_removed B"],
    ),
    # public unless it says otherwise
    "kt: added": ("a.kt", "fun f(a: Int) {}", "fun f(a: Int, b: Int) {}", ["f: parameter_added_required b"]),
    "kt: added, default": (
        "a.kt",
        "fun f(a: Int) {}",
        "fun f(a: Int, b: Map<A, B> = emptyMap(), vararg c: Int) {}",
        [],
    ),
    "kt: default removed": ("a.kt", "fun f(a: Int = 1) {}", "fun f(a: Int) {}", ["f: default_removed a"]),
    "kt: internal": ("a.kt", "internal fun f(a: Int) {}", "internal fun f() {}", []),
    "kt: made private": (
        "a.kt",
        "class C {\n fun f() {}\n}",
        "class C {\n private fun f() {}\n}",
        ["C.f: visibility_narrowed"],
    ),
    "kt: private class": ("a.kt", "private class C {\n fun f() {}\n}", "private class C {\n}", []),
    "kt: constructor": (
        "a.kt",
        "data class P(val x: Int)",
        "data class P(val x: Int, val y: Int)",
        ["P: parameter_added_required y"],
    ),
    "kt: constructor, body": (
        "a.kt",
        "class P(val x: Int) {\n fun f() {}\n}",
        "class P(val x: Int, val y: Int = 2) {\n fun f() {}\n}",
        [],
    ),
    "kt: interface": (
        "a.kt",
        "interface I {\n fun f()\n}",
        "interface I {\n fun f()\n fun g()\n fun h() = 1\n}",
        ["I.g: interface_member_added"],
    ),
    "php: added": (
        "a.php",
        "<?php function f($a) {}",
        "<?php function f($a, $b) {}",
        ["f: parameter_added_required $b"],
    ),
    "php: added, default": ("a.php", "<?php function f($a) {}", "<?php function f($a, ?A $b = null, ...$c) {}", []),
    "php: private": (
        "a.php",
        "<?php class C { private function f() {} protected function g() {} const D = 1; }",
        "<?php class C { }",
        ["C.D: public_removed", "C.g: public_removed"],
    ),
    "php: property": (
        "a.php",
        "<?php class C { public $a; private $b; }",
        "<?php class C { private $a; }",
        ["C.$a: visibility_narrowed"],
    ),
    "rb: no verdicts": ("a.rb", "def f(a)\nend", "def g\nend", []),
    "c: no verdicts": ("a.c", "int f(int a) { return a; }", "", []),
}


@pytest.mark.parametrize("name", CASES)
def test_breaks(name: str) -> None:
    path, old, new, expected = CASES[name]
    if language_for(path) is None:
        pytest.skip("its grammar is not installed")
    found = delta_of({path: old + "\n"}, {path: new + "\n"})["breaking_changes"]
    assert [line.removeprefix(f"{path}::") for line in found] == expected


def test_a_name_is_found_by_what_the_language_finds_it_by() -> None:
    go = "package p\n\nfunc F(a int) int {\n\treturn compute(a, 1) + other(3)\n}\n"
    assert delta_of({"p/a.go": go}, {"p/b.go": go})["breaking_changes"] == []
    assert delta_of({"p/a.go": go}, {"q/a.go": go})["breaking_changes"]
    ts = "export function f(a: number) {\n  return compute(a, 1) + other(3)\n}\n"
    assert delta_of({"p/a.ts": ts}, {"p/b.ts": ts})["breaking_changes"]
    assert delta_of({"p/a.test.ts": ts}, {})["sem_ver_bump"] == "none"
