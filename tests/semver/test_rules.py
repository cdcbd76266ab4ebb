"""Each rule of a verdict from both sides, by language: what breaks users of a name, what is like it and does not."""

from __future__ import annotations

import pytest
from support.deltas import delta_of

# What stands around a case: the file, and its text with `%s` for the case.
FRAMES = {
    "typescript": ("a.ts", "%s\n"),
    "javascript": ("a.js", "%s\n"),
    "java": ("A.java", "package p;\n%s\n"),
    "go": ("p/a.go", "package p\n\n%s\n"),
    "rust": ("a.rs", "%s\n"),
    "csharp": ("A.cs", "namespace N;\n%s\n"),
}

# By language: before, what breaks, how that is told, what does not break. None: the language has no such thing.
RULES: dict[str, dict[str, tuple[str, str, str, str] | None]] = {
    "parameter added": {
        "typescript": (
            "export class A { f(a: number): void {} }",
            "export class A { f(a: number, b: string): void {} }",
            "A.f: parameter_added_required b",
            "export class A { f(a: number, b?: string, ...c: A[]): void {} }",
        ),
        "javascript": (
            "export function f(a) {}",
            "export function f(a, b) {}",
            "f: parameter_added_required b",
            "export function f(a, b = 1, ...c) {}",
        ),
        "java": (
            "public class A { public int f(int a) { return 1; } }",
            "public class A { public int f(int a, int b) { return 1; } }",
            "A.f: parameter_added_required b",
            "public class A { public int f(int a, int... b) { return 1; } }",
        ),
        "go": (
            "func F(a int) {}",
            "func F(a int, b int) {}",
            "F: parameter_added_required b",
            "func F(a int, b ...int) {}",
        ),
        "rust": (
            "pub struct S;\nimpl S { pub fn f(&self, a: u8) {} fn g(&self) {} }",
            "pub struct S;\nimpl S { pub fn f(&self, a: u8, b: u8) {} fn g(&self) {} }",
            "S.f: parameter_added_required b",
            "pub struct S;\nimpl S { pub fn f(&self, a: u8) {} fn g(&self, b: u8) {} }",
        ),
        "csharp": (
            "public class A { public void F(int a) {} }",
            "public class A { public void F(int a, int b) {} }",
            "A.F: parameter_added_required b",
            "public class A { public void F(int a, int b = 1, params int[] c) {} }",
        ),
    },
    "parameter removed": {
        "typescript": (
            "export const f = (a: A, b?: B): void => {};",
            "export const f = (a: A): void => {};",
            "f: parameter_removed b",
            "export const f = (c: A, d?: B): void => {};",
        ),
        "javascript": (
            "export default function f(a, b) {}\nfunction g(a) {}",
            "export default function f(a) {}\nfunction g(a) {}",
            "f: parameter_removed b",
            "export default function f(a, b) {}\nfunction g() {}",
        ),
        "java": (
            "public interface A { int f(int a, int b); }",
            "public interface A { int f(int a); }",
            "A.f: parameter_removed b",
            "public interface A { int f(final int c, @N int d); }",
        ),
        "go": (
            "type T struct{}\n\nfunc (t *T) F(a, b int) {}",
            "type T struct{}\n\nfunc (t *T) F(a int) {}",
            "T.F: parameter_removed b",
            "type T struct{}\n\nfunc (t *T) F(c, d int) {}",
        ),
        "rust": (
            "pub trait T { fn f(&self, a: u8, b: u8) { g() } }",
            "pub trait T { fn f(&self, a: u8) { g() } }",
            "T.f: parameter_removed b",
            "pub trait T { fn f(&self, _: u8, b: u8) { g() } }",
        ),
        "csharp": (
            "public class A { public A(int a, int b = 1) {} internal void F(int a) {} }",
            "public class A { public A(int a) {} internal void F(int a) {} }",
            "A.A: parameter_removed b",
            "public class A { public A(int a, int b = 1) {} internal void F() {} }",
        ),
    },
    "made required": {
        "typescript": (
            "export function f(a?: A, b?: B) {}",
            "export function f(a: A, b?: B) {}",
            "f: default_removed a",
            "export function f(a?: A, b: B = c) {}",
        ),
        "javascript": (
            "export function f(a, b = 1) {}",
            "export function f(a, b) {}",
            "f: default_removed b",
            "export function f(a = 2, b = 1) {}",
        ),
        "java": (  # what may be left out there are the arguments of a variadic parameter, and elements of an annotation
            "public @interface A { int a() default 1; int b() default 1; }",
            "public @interface A { int a(); int b() default 1; }",
            "A.a: default_removed",
            "public @interface A { int a() default 1; int b() default 2; }",
        ),
        "go": (
            "func F(a ...int) {}",
            "func F(a int) {}",
            "F: parameter_kind_changed a: var_positional -> positional_only",
            "func F(b ...int) {}",
        ),
        "rust": (
            "pub fn f(a: Option<u8>) {}",
            "pub fn f(a: u8) {}",
            "f: parameter_type_changed a: Option<u8> -> u8",
            "pub fn f(b: Option<u8>) {}",
        ),
        "csharp": (
            "public class A { public void F(int a, int b = 1) {} }",
            "public class A { public void F(int a, int b) {} }",
            "A.F: default_removed b",
            "public class A { public void F(int a = 2, int b = 1) {} }",
        ),
    },
    "return type": {
        "typescript": (
            "export function f(): A | B { return x }",
            "export function f(): A | C { return x }",
            "f: return_annotation_changed A | B -> A | C",
            "export function f(): A { return x }",
        ),
        "javascript": (  # nothing says the type: a promise and an iterator are other things than a value
            "export function f() { return 1 }\nexport function g() { return h() }",
            "export async function f() { return 1 }\nexport function g() { return h() }",
            "f: kind_changed function -> async_function",
            "export function f() { return 2 }\nexport async function g() { return await h() }",
        ),
        "java": (
            "public class A { public int f() { return 1; } private int g() { return 1; } }",
            "public class A { public long f() { return 1; } private int g() { return 1; } }",
            "A.f: return_annotation_changed int -> long",
            "public class A { public int f() { return 1; } private long g() { return 1; } }",
        ),
        "go": (
            "func F() (a interface{}, err error) { return }",
            "func F() (interface{}, int, error) { return }",
            "F: return_annotation_changed (interface{}, error) -> (interface{}, int, error)",
            "func F() (any, error) { return }",
        ),
        "rust": (
            "pub fn f() -> u8 { 1 }\npub fn g() { h() }",
            "pub fn f() -> u16 { 1 }\npub fn g() { h() }",
            "f: return_annotation_changed u8 -> u16",
            "pub fn f() -> u8 { 1 }\npub fn g() -> () { h() }",
        ),
        "csharp": (
            "public class A { public Task<Int32> F() { return G(); } }",
            "public class A { public Task<long> F() { return G(); } }",
            "A.F: return_annotation_changed Task<Int32> -> Task<long>",
            "public class A { public async Task<int> F() { return await G(); } }",
        ),
    },
    "visibility narrowed": {
        "typescript": (
            "export class A { f() { g() } protected h() { i() } }",
            "export class A { protected f() { g() } protected h() { i() } }",
            "A.f: visibility_narrowed",
            "export class A { f() { g() } public h() { i() } }",
        ),
        "javascript": (
            "function f() { return g(1) }\nfunction h() { return 2 }\nmodule.exports = { f };",
            "function f() { return g(1) }\nfunction h() { return 2 }\nmodule.exports = { };",
            "f: unlisted",
            "function f() { return g(1) }\nfunction h() { return 2 }\nmodule.exports = { f, h };",
        ),
        "java": (
            "public class A { public void f() { g(); } protected void h() { i(); } }",
            "public class A { void f() { g(); } protected void h() { i(); } }",
            "A.f: visibility_narrowed",
            "public class A { public void f() { g(); } public void h() { i(); } }",
        ),
        "go": (
            "func Make() int { return g(1) + h(2) }\n\nfunc keep() int { return i(3) + 1 }",
            "func makes() int { return g(1) + h(2) }\n\nfunc keep() int { return i(3) + 1 }",
            "Make: public_renamed p/a.go::makes",
            "func Make() int { return g(1) + h(2) }\n\nfunc Keep() int { return i(3) + 1 }",
        ),
        "rust": (
            "pub fn f() { g(); h(1); }\npub(crate) fn i() { j(); }",
            "pub(crate) fn f() { g(); h(1); }\npub(crate) fn i() { j(); }",
            "f: visibility_narrowed",
            "pub fn f() { g(); h(1); }\nfn i() { j(); }",
        ),
        "csharp": (
            "public class A { protected void F() { G(); } internal void H() { I(); } }",
            "public class A { private protected void F() { G(); } internal void H() { I(); } }",
            "A.F: visibility_narrowed",
            "public class A { protected internal void F() { G(); } private void H() { I(); } }",
        ),
    },
    "member added to an interface": {
        "typescript": (
            "export interface I { a: string }",
            "export interface I { a: string; m(): void }",
            "I: interface_member_added m",
            "export interface I { a: string; m?(): void; n?: A }",
        ),
        "javascript": None,  # nobody declares that he implements something
        "java": (
            "public interface I { int m(int a); }",
            "public interface I { int m(int a); void n(); }",
            "I.n: interface_member_added",
            "public interface I { int m(int a); default void n() { m(1); } static void o() { } }",
        ),
        "go": (
            "type I interface {\n\tio.Reader\n\tM(a int) error\n}\n\ntype J interface {\n\tM()\n\tseal()\n}",
            "type I interface {\n\tio.Reader\n\tM(a int) error\n\tN()\n}\n\ntype J interface {\n\tM()\n\tseal()\n}",
            "I: interface_member_added N",
            "type I interface {\n\tio.Reader\n\tM(a int) error\n}\n\ntype J interface {\n\tM()\n\tN()\n\tseal()\n}",
        ),
        "rust": (
            "pub trait T { fn m(&self); }",
            "pub trait T { fn m(&self); type X; }",
            "T.X: interface_member_added",
            "pub trait T { fn m(&self); const C: u8 = 1; fn n(&self) { self.m() } }",
        ),
        "csharp": (
            "public interface I { int M(int a); }",
            "public interface I { int M(int a); int N { get; } }",
            "I.N: interface_member_added",
            "public interface I { int M(int a); void N() { M(1); } static int O() => 1; }",
        ),
    },
    "member of an enum removed": {
        "typescript": (
            "export enum E { A = 'a', B = 'b' }",
            "export enum E { A = 'a' }",
            "E: member_removed B",
            "export enum E { C = 'c', A = 'a', B = 'b' }",
        ),
        "javascript": (
            "export const E = Object.freeze({ A: 1, B: 2 });",
            "export const E = Object.freeze({ A: 1 });",
            "E: member_removed B",
            "export const E = Object.freeze({ A: 1, B: 2, C: 3 });",
        ),
        "java": (
            "public enum E { P(1), Q(2); E(int a) { } }",
            "public enum E { P(1); E(int a) { } }",
            "E: member_removed Q",
            "public enum E { P(1), Q(2), R(3); E(int a) { } }",
        ),
        "go": (
            "type E int\n\nconst (\n\tA E = iota\n\tB\n\tc\n)",
            "type E int\n\nconst (\n\tA E = iota\n\tc\n)",
            "B: public_removed",
            "type E int\n\nconst (\n\tA E = iota\n\tB\n)",
        ),
        "rust": (
            "#[non_exhaustive]\npub enum E { A, B(u8) }",
            "#[non_exhaustive]\npub enum E { A }",
            "E: member_removed B",
            "#[non_exhaustive]\npub enum E { A, B(u8), C { d: u8 } }",
        ),
        "csharp": (
            "public class A { public enum E { P, Q = 4 } }",
            "public class A { public enum E { P } }",
            "A.E: member_removed Q",
            "public class A { public enum E { P, Q = 4, R } }",
        ),
    },
}


@pytest.mark.parametrize("language", FRAMES)
def test_a_rule_tells_what_breaks_from_what_does_not(language: str) -> None:
    path, frame = FRAMES[language]
    for rule, by_language in RULES.items():
        case = by_language[language]
        if case is None:
            continue
        old, breaking, reason, harmless = case
        before = {path: frame % old}
        broken, kept = (delta_of(before, {path: frame % new}) for new in (breaking, harmless))
        assert broken["breaking_changes"] == [f"{path}::{reason}"], rule
        assert kept["breaking_changes"] == [], rule
        assert kept["sem_ver_bump"] in {"patch", "minor"}, rule
