"""Verdicts by the language: what is public there, what may be left out of a call, what others implement."""

from __future__ import annotations

import pytest
from support.deltas import delta_of

from muse_hook.languages.languages import language_for

# path, before, after, what breaks (without the path)
CASES = {
    "ts: an interface that has the name of a class": (
        "a.ts",
        "export class A { f() { return 1 } }\nexport interface A { x: number }",
        "export class A { f() { return 1 } }\nexport interface A { x: number; y?: string }",
        [],
    ),
    "ts: an interface that has the name of a class, less": (
        "a.ts",
        "export class A { f() { return 1 } }\nexport interface A { x: number }",
        "export class A { f() { return 1 } }\nexport interface A { }",
        ["A: member_removed x"],
    ),
    "ts: more names of a type": (
        "a.ts",
        "export interface A extends Pick<O, 'a'> { }\nexport interface B extends Omit<O, 'a' | 'b'> { }",
        "export interface A extends Pick<O, 'a' | 'b'> { }\nexport interface B extends Omit<O, 'b'> { }",
        [],
    ),
    "ts: fewer names of a type": (
        "a.ts",
        "export interface A extends Pick<O, 'a' | 'b'> { }\nexport interface B extends Omit<O, 'b'> { }",
        "export interface A extends Pick<O, 'b'> { }\nexport interface B extends Omit<O, 'a' | 'b'> { }",
        ["A: base_removed Pick<O, 'a' | 'b'>", "B: base_removed Omit<O, 'b'>"],
    ),
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
    "ts: braces before the body": (
        "a.ts",
        "\n".join(
            f"export function {one}" for one in ("f<T extends { a: 1 }>(t: T) {}", "g(a: { b: 1 }) {}", "h(): 1 {}")
        ),
        "\n".join(
            f"export function {one}" for one in ("f<T extends { x: 1 }>(t: T) {}", "g(a: { y: 1 }) {}", "h(): 2 {}")
        ),
        [
            "f: type_parameters_changed T extends { a: 1 } -> T extends { x: 1 }",
            "g: parameter_type_changed a: {b: 1} -> {y: 1}",
            "h: return_annotation_changed 1 -> 2",
        ],
    ),
    "js: listed": (
        "a.js",
        "function f(a) {}\nexport { f };",
        "function f(b, c) {}\nexport { f };",
        ["f: parameter_added_required c"],
    ),
    "ts: listed as the default": (
        "a.ts",
        "class A { f(a: number) { return 1 } }\nexport default A;",
        "class A { f() { return 1 } }\nexport default A;",
        ["A.f: parameter_removed a"],
    ),
    "ts: a decorator's object": (
        "a.ts",
        "export default class A { f() { return 1 } }",
        "@A({ a: 1 })\nexport default class A { f() { return 1 } }",
        [],
    ),
    "java: an annotation's list": ("A.java", "@A({1, 2}) public class A { }", "@A({1}) public class A { }", []),
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
    "go: another name for a type": (
        "a.go",
        (
            'package p\nimport log "a/b"\nfunc F(a []string, b log.E) {}\nfunc G(a []string) {}\n'
            "var V func(...interface{})"
        ),
        (
            'package p\nimport "a/b"\ntype A = string\ntype B string\n'
            "func F(a []A, c b.E) {}\nfunc G(a []B) {}\nvar V func(...any)"
        ),
        ["G: parameter_type_changed a: []string -> []B"],
    ),
    "go: a type that is another's name now": (
        "a.go",
        "package p\ntype A int\ntype B int",
        "package p\ntype A = a\ntype a int\ntype B = b\ntype b string",
        ["B: type_changed int -> string"],
    ),
    "go: fields of nobody": (
        "a.go",
        "package p\ntype T struct {\n\tmu Mutex\n\tA int\n}",
        "package p\ntype T struct {\n\tother Kind\n\tA int\n}",
        [],
    ),
    "go: compared no more": (
        "a.go",
        "package p\ntype A struct { X int; y *[]B `t` }\ntype C struct { D }\ntype D struct { a int }\n",
        "package p\ntype A struct { X int; y *[]B; f func() }\ntype C struct { D }\ntype D struct { a, b []int }\n",
        ["A: comparison_removed", "D: comparison_removed"],
    ),
    "go: compared no more, with a parameter": (
        "a.go",
        "package p\ntype E[T any] struct { x [2]T; y struct { b int }; z []T }\ntype F[T any] struct { x [2]T }\n",
        "package p\ntype E[T any] struct { x [2]T; z []T }\ntype F[T any] struct { x [2]T; y struct { b [3][]int } }\n",
        ["F: comparison_removed"],
    ),
    "go: compared by what its fields are": (
        "a.go",
        "package p\ntype A struct { a int }\ntype B struct { l L }\ntype L []int\ntype M [2]int\n",
        "package p\ntype A struct { a L }\ntype B struct { l L; f func() }\ntype L []int\ntype M [2]int\n",
        ["A: comparison_removed"],
    ),
    "go: compared still": (
        "a.go",
        "package p\ntype A struct { x int }\n",
        "package p\ntype A struct { x int; p *B; c chan []int; m p.M; i interface { F([]int) }; n struct { } }\n",
        [],
    ),
    "go: in an interface by its name": (
        "a.go",
        "package p\ntype I interface {\n\tF()\n\tG()\n}\ntype J interface {\n\tF()\n\tG()\n}",
        ("package p\ntype I interface {\n\tH\n\tG()\n}\ntype H interface {\n\tF()\n}\ntype J interface {\n\tH\n}"),
        ["J: member_removed G"],
    ),
    "go: parameters that have types alone": (
        "a.go",
        "package p\nfunc F(a int) {}\nfunc G(int, ...string) {}\nfunc H(int) {}",
        "package p\nfunc F(int) {}\nfunc G(string, ...string) {}\nfunc H(a int) {}",
        ["G: parameter_type_changed _0: int -> string"],
    ),
    "go: a program": ("a.go", "package main\nfunc F() {}", "package main\nfunc G(a int) {}", []),
    "go: a test": ("a_1.17_test.go", "package p\nfunc TestF(a int) {}", "package p\n", []),
    "go: what a variable is": (
        "a.go",
        "package p\nvar A = b{}\nvar C = &b{}\nvar D = f()",
        "package p\nvar A B = b{}\nvar C *b = &b{}\nvar D B = f()",
        ["A: type_changed b -> B"],
    ),
    "ts: another name for a type": (
        "a.ts",
        'import { A as B } from "a";\nexport function f(a: string, b: B) {}\nexport function g(a: string) {}',
        (
            'import { A } from "a";\nexport type C = string;\nexport type D = string | number;\n'
            "export function f(a: C, b: A) {}\nexport function g(a: D) {}"
        ),
        [],
    ),
    "ts: from a base": (
        "a.ts",
        "export interface I { a: string; b: string }\nexport class C { f() {}\n g() {} }",
        (
            "export interface J { a: string }\nexport interface I extends J { }\n"
            "export class B { f() {} }\nexport class C extends B { }"
        ),
        ["C.g: public_removed", "I: member_removed b"],
    ),
    "ts: what an interface derives from": (
        "a.ts",
        "export interface I<T extends X> extends A<T>, B { a: string }\nexport interface J extends A { b: string }",
        (
            "export interface I<T extends X> extends B { a: string }\nexport interface J extends K { b: string }\n"
            "export interface K extends A { }"
        ),
        ["I: base_removed A<T>"],
    ),
    "java: what a base has as well": (
        "A.java",
        "public class A extends B { @Override public void f() {}\n public void g() {} }",
        "public class A extends B { }",
        ["A.g: public_removed"],
    ),
    "cs: what a base has as well": (
        "A.cs",
        "public class A : B { public override void F() {}\n public void G() {} }",
        "public class A : B { }",
        ["A.G: public_removed"],
    ),
    "java: from a base": (
        "A.java",
        "public class A { public void f() {}\n public void g() {} }\nclass B { }",
        "public class A extends B { }\nclass B { public void f() {}\n void g() {} }",
        ["A.g: public_removed"],
    ),
    "ts: commas within types": (
        "a.ts",
        "export interface I { a: A<K, V>; b(x: A<K, V>): Map<K, V> }\nexport enum E { A = 1 << 2, B }",
        "export interface I { a: A<K, W>; b(y: A<K, V>): Map<K, V> }\nexport enum E { A = 1 << 3, B }",
        ["I: member_type_changed a: A<K, V> -> A<K, W>"],
    ),
    "ts: functions that are passed": (
        "a.ts",
        "export function f(a: (x: A) => B, b: (x: A) => B, c: (x: A) => B) {}",
        "export function f(a: (x: A, y: C) => B, b: O | ((x: A) => B), c: (x: C, y: A) => B) {}",
        ["f: parameter_type_changed c: (A) => B -> (C, A) => B"],
    ),
    "ts: a function, otherwise written": (
        "a.ts",
        "export function f<T>(a: T): T { return a }",
        "export const f = <T>(a: T): T => a;",
        [],
    ),
    "ts: what a base is given": (
        "a.ts",
        "export class A extends B<C> { f() {} }",
        "export class A extends B<C, D> { f() {} }",
        [],
    ),
    "ts: listed from elsewhere": (
        "a.ts",
        "export class A { }\nexport class B { }",
        'export { A } from "./b";',
        ["B: public_removed"],
    ),
    "ts: what a function that is passed is called on": (
        "a.ts",
        "export function f(a: (x: A) => B) {}",
        "export function f(a: (this: this, x: A) => B) {}",
        [],
    ),
    "ts: settings of tools": ("a.config.ts", "export const f = 1;", "export const g = 1;", []),
    "rust: lifetimes": (
        "a.rs",
        (
            "pub struct A;\npub struct B<'a, 'b: 'a>(&'a C);\n"
            "impl A { pub fn f<'a>(&'a self, b: &'a str) -> V<'a> { x } pub fn g(&self, b: &str) {} }"
        ),
        (
            "pub struct A;\npub struct B<'a, 'b>(&'a C);\n"
            "impl A { pub fn f(&self, b: &str) -> V<'_> { x } pub fn g(&self, b: &'static str) {} }"
        ),
        ["A.g: parameter_type_changed b: &str -> &'static str"],
    ),
    "rust: derived no more": (
        "a.rs",
        "#[derive(Debug, Clone)]\npub struct A;",
        "pub struct A;\nimpl fmt::Debug for A {}",
        ["A: base_removed Clone"],
    ),
    "cs: what may be null": (
        "A.cs",
        "public class A { public string F(B b) => x; public int G() => 1; public E H() => x; } public enum E { P }",
        "public class A { public string? F(B? b) => x; public int? G() => 1; public E? H() => x; } public enum E { P }",
        ["A.G: return_annotation_changed int -> int?", "A.H: return_annotation_changed E -> E?"],
    ),
    "cs: records": (
        "A.cs",
        "public class A { } public record B { }",
        "public record A { } public class B { }",
        ["B: kind_changed record -> class"],
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
    "php: protected": (
        "a.php",
        "<?php class C { public function f() {} public $a; protected function g() {} }",
        "<?php class C { protected function f() {} protected $a; public function g() {} }",
        ["C.$a: visibility_narrowed", "C.f: visibility_narrowed"],
    ),
    "php: modifiers": (
        "a.php",
        "<?php class C { static function f() {} function g() {} public ?int $a; } final class D {}",
        "<?php class C { function f() {} final function g() {} public int $a; } class D {}",
        ["C.$a: type_changed ?int -> int", "C.f: modifier_removed static", "C.g: modifier_added final"],
    ),
    "php: may be null": ("a.php", "<?php function f(int $a) {}", "<?php function f(?int $a) {}", []),
    "php: enum": ("a.php", "<?php enum E { case A; case B; }", "<?php enum E { case A; }", ["E: member_removed B"]),
    "kt: modifiers": (
        "a.kt",
        "open class A\ndata class B(val a: Int)\nclass C { infix fun f(a: C) {} }\nclass D\nfun g() {}",
        "class A\nclass B(val a: Int)\nclass C { fun f(a: C) {} }\nopen class D\nsuspend fun g() {}",
        [
            "A: modifier_removed open",
            "B: modifier_removed data",
            "C.f: modifier_removed infix",
            "g: modifier_added suspend",
        ],
    ),
    "kt: open to abstract": ("a.kt", "open class A", "abstract class A", ["A: modifier_added abstract"]),
    "kt: properties in the header": (
        "a.kt",
        "class C(val a: Int, var b: Int, val c: Int, private val d: Int)",
        "class C(a: Int, val b: Int, val c: Int, d: Int) { val a = a }",
        ["C: setter_removed b"],
    ),
    "kt: hidden in the header": (
        "a.kt",
        "class C<T : Any>(val a: T)\nclass D(a: Int)",
        "class C<T : Any>(private val a: T)\nclass D private constructor(a: Int)",
        ["C: member_removed a", "D: visibility_narrowed constructor"],
    ),
    "kt: properties": (
        "a.kt",
        "class C { var a: Int = 1\n var b: Int = 1\n val c: Int = 1\n val d: Int? = 1 }",
        "class C { val a: Int = 1\n var b: Int = 1\n private set\n val c: String = x\n var d: Int? = 1 }",
        ["C.a: setter_removed", "C.b: setter_removed", "C.c: type_changed Int -> String"],
    ),
    "kt: what is extended": (
        "a.kt",
        "fun String.f() {}\nfun g() {}",
        "fun List<Int>.f() {}\nfun g() {}",
        ["f: receiver_changed String -> List<Int>"],
    ),
    "kt: protected, in one line": (
        "a.kt",
        "open class C { fun f() {} }\ninterface I { fun g() {} }",
        "open class C { protected fun f() {} }\ninterface I { fun g() }",
        ["C.f: visibility_narrowed", "I.g: default_removed"],
    ),
    "kt: companion": (
        "a.kt",
        "class C { companion object { const val X = 1\n fun f() = 1 } }",
        "class C { companion object { private fun f() = 1 } }",
        ["C.Companion.X: public_removed", "C.Companion.f: visibility_narrowed"],
    ),
    "kt: type parameters": (
        "a.kt",
        "fun <T> f(a: T) {}\nfun <T> g(a: T) {}\nfun <T> List<T>.h(a: T) {}\nfun <T> i(a: T): T = a",
        "fun <T : Any> f(a: T) {}\nfun <T, U> g(a: T) {}\nfun <T> List<T>.h(a: T) { a }\nfun <S> i(a: S): S = a",
        ["f: type_parameters_changed T -> T : Any", "g: type_parameters_changed T -> T, U"],
    ),
    "kt: null": (
        "a.kt",
        "fun f(a: Int?) {}\nfun g(a: Int): Int? = 1\nfun h(): Int = 1",
        "fun f(a: Int) {}\nfun g(a: Int?): Int = 1\nfun h(): Int? = 1",
        ["f: parameter_type_changed a: Int? -> Int", "h: return_annotation_changed Int -> Int?"],
    ),
    "php: what is left out": (
        "a.php",
        "<?php interface I {} trait T { function f() {} } class C extends B implements I {} const A = 1;",
        "<?php interface I { function g(); } trait T { } class C extends B {}",
        ["A: public_removed", "C: base_removed I", "I.g: interface_member_added", "T.f: public_removed"],
    ),
    "php: types": (
        "a.php",
        "<?php function f(): ?int {} function g(int $a): int {} function h(int|string $a) {}",
        "<?php function f(): int {} function g(int|string $a): string {} function h(int $a) {}",
        ["g: return_annotation_changed int -> string", "h: parameter_type_changed $a: int | string -> int"],
    ),
    "swift: made and read": (
        "a.swift",
        "public class C { public init(a: Int) {} }\npublic struct S: P { public subscript(i: Int) -> Int { 1 } }",
        "public class C { public init(a: Int, c: Int = 1) {} }\npublic struct S { }",
        ["S.subscript: public_removed", "S: base_removed P"],
    ),
    "scala: what stays": (
        "a.scala",
        "object O { implicit val b: A = c\n type D = Int }\ncase class P(a: Int)\nclass C extends B with T",
        "object O { val b: A = c\n type D = String }\ncase class P(a: Int, b: Int = 1)\nclass C extends B",
        ["C: base_removed T", "O.D: type_changed Int -> String", "O.b: modifier_removed implicit"],
    ),
    "kt: what a base is called with": ("a.kt", "class C : B(1)", "class C : B(2)", []),
    "kt: base": ("a.kt", "class C : B(1), I", "class C : B(1)", ["C: base_removed I"]),
    "scala: parameters": (
        "a.scala",
        "object O { def f(a: Int) = 1\n def g(a: Int = 1) = 1\n def h(a: Int) = 1 }",
        "object O { def f(a: Int)(b: Int) = 1\n def g(a: Int) = 1\n def h(a: Int, b: Int = 1) = 1 }",
        ["O.f: parameter_added_required b", "O.g: default_removed a"],
    ),
    "scala: visibility": (
        "a.scala",
        "package p\nobject O { def f = 1\n def g = 1\n private[p] def h = 1 }\nclass C(a: Int)",
        "package p\nobject O { protected def f = 1\n private[p] def g = 1 }\nclass C private (a: Int)",
        ["C: visibility_narrowed constructor", "O.f: visibility_narrowed", "O.g: visibility_narrowed"],
    ),
    "scala: to implement": (
        "a.scala",
        "trait T { def f: Int }\nabstract class A { def f: Int }\nsealed trait S { def f: Int }",
        (
            "trait T { def f: Int\n val g: Int\n def h = 1 }\nabstract class A { def f: Int\n def g: Int }\n"
            "sealed trait S { def f: Int\n def g: Int }"
        ),
        ["A.g: interface_member_added", "T.g: interface_member_added"],
    ),
    "scala: classes": (
        "a.scala",
        "case class C(a: Int)\nclass D(val a: Int) extends B with T\nclass E extends B\ntrait F",
        "case class C(b: Int)\nclass D(val a: Int) extends B\nfinal class E extends B\nsealed trait F",
        [
            "C: member_removed a",
            "C: parameter_renamed a -> b",
            "D: base_removed T",
            "E: modifier_added final",
            "F: modifier_added sealed",
        ],
    ),
    "scala: values": (
        "a.scala",
        "object O { val a: Int = 1\n var b: Int = 1\n def c: Int = 1 }",
        "object O { val a: String = x\n val b: Int = 1\n val c: Int = 1 }",
        ["O.a: type_changed Int -> String", "O.b: setter_removed"],
    ),
    "scala: type parameters": (
        "a.scala",
        "object O { def f[A](a: A) = 1\n def g[A](a: A) = 1 }",
        "object O { def f[A <: B](a: A) = 1\n def g[C](a: C) = 1 }",
        ["O.f: type_parameters_changed A -> A <: B"],
    ),
    "swift: labels": (
        "a.swift",
        "public func f(a: Int) {}\npublic func g(_ a: Int, b c: Int) {}\npublic func h(_ a: Int) {}",
        "public func f(b: Int) {}\npublic func g(_ x: Int, b d: Int) {}\npublic func h(a: Int) {}",
        ["f: parameter_renamed a -> b", "h: parameter_renamed _ -> a"],
    ),
    "swift: effects and results": (
        "a.swift",
        "public func f() {}\npublic func g() throws {}\npublic func h() -> (Int) -> Void { x }",
        "public func f() async throws {}\npublic func g() {}\npublic func h() -> (String) -> Void { x }",
        [
            "f: modifier_added async",
            "f: modifier_added throws",
            "h: return_annotation_changed (Int) -> Void -> (String) -> Void",
        ],
    ),
    "swift: open": (
        "a.swift",
        "open class C { open func f() {} }\npublic class D { public static func f() {} }",
        "public class C { public func f() {} }\npublic final class D { public func f() {} }",
        ["C.f: modifier_removed open", "C: modifier_removed open", "D.f: modifier_removed static"],
    ),
    "swift: properties": (
        "a.swift",
        "public struct S { public var a: Int\n public var b: Int\n public var c: Int { 1 }\n public let d: Int }",
        "public struct S { public let a: Int\n public private(set) var b: Int\n public let c: Int\n public let d: A }",
        ["S.a: setter_removed", "S.b: setter_removed", "S.d: type_changed Int -> A"],
    ),
    "swift: protocol": (
        "a.swift",
        "public protocol P { func f() -> Int }\nprotocol Q { func f() }",
        (
            "public protocol P { func f() -> A\n var x: Int { get }\n func g() }\nextension P { public func g() {} }\n"
            "protocol Q { func f()\n func g() }"
        ),
        ["P.f: return_annotation_changed Int -> A", "P.x: interface_member_added"],
    ),
    "swift: enum": (
        "a.swift",
        "public enum E { case a(Int)\n case b, c }",
        "public enum E { case a(Bool)\n case b }",
        ["E: member_removed c", "E: member_type_changed a: (Int) -> (Bool)"],
    ),
    "swift: extension": (
        "a.swift",
        "extension C { public func f() {}\n func g() {} }\npublic extension D { func f() {} }\nextension E {}",
        "extension C { }\npublic extension D { }\nextension E { }",
        ["C.f: public_removed", "D.f: public_removed"],
    ),
    "rs: flags": (
        "a.rs",
        (
            "bitflags! {\n    pub struct A: u32 {\n        const X = 1;\n        const Y = 2;\n const _ = !0;\n    }\n"
            "struct B: u8 { const X = 1; const Y = 2; }\n}\nbitflags! {\n    pub struct C: u32 { const X = 1; }\n}\n"
            "pub struct D(u8);\nbitflags::bitflags! {\n    impl D: u8 { const X = 1; const Y = 2; }\n}"
        ),
        (
            "bitflags! {\n    pub struct A: u32 {\n        const X = 1 << 4;\n    }\n"
            "struct B: u8 { const X = 1; }\n}\n"
            "pub struct D(u8);\nbitflags::bitflags! {\n    impl D: u8 { const X = 1; const Z = 4; }\n}"
        ),
        ["A.Y: public_removed", "C: public_removed", "D.Y: public_removed"],
    ),
    "rs: no flags": ("a.rs", "pub struct A;\nimpl A { const X: u8 = 1; }", "pub struct A;\nimpl A { }", []),
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


def test_a_name_is_public_where_the_files_above_say_so() -> None:
    lib = "pub mod a;\nmod b;\n#[doc(hidden)]\npub mod c;\npub use b::{F, x::*};\npub(crate) mod d;\n"
    files = ["a.rs", "b.rs", "b/x.rs", "b/y.rs", "c.rs", "d/mod.rs", "e.rs"]
    mod_b = "pub struct F;\npub struct G;\nmod x;\npub mod y;\n"
    old = {"src/lib.rs": lib} | {f"src/{file}": "pub fn f() {}\n" for file in files} | {"src/b.rs": mod_b}
    new = dict.fromkeys((f"src/{file}" for file in files), "fn none() {}\n")
    new |= {"src/lib.rs": lib.replace("F, ", ""), "src/b.rs": "mod x;\npub mod y;\n"}
    breaks = [line.partition(": ")[0] for line in delta_of(old, new)["breaking_changes"]]
    assert breaks == ["src/a.rs::f", "src/b.rs::F", "src/b/x.rs::f", "src/e.rs::f"]
    assert delta_of({"src/main.rs": "pub fn f() {}\n"}, {"src/main.rs": "\n"})["breaking_changes"] == []
    moved = {"src/lib.rs": "mod b;\npub use b::F;\n", "src/b.rs": "pub struct F;\npub fn g() {}\n"}
    there = {"src/lib.rs": "mod c;\npub use c::F;\n", "src/c.rs": "pub struct F;\n"}
    assert delta_of(moved, there)["breaking_changes"] == []
