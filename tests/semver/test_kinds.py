"""Breaks of a kind in one language each, and what looks like them and breaks nobody: a pair of sources tells both."""

from __future__ import annotations

import pytest
from support.deltas import delta_of

from muse_hook.languages.languages import language_for

# path, before, after, what breaks (without the path)
CASES = {
    "ts: aliases of functions, arrays, tuples": (
        "a.ts",
        """
export type F = (a: A) => B | C
export type G = (a: A) => B
export type L<K> = E<K>[]
export type T = [A, B]
export type M = Map<A, B>
export type U = A | { k: 'x' }
""",
        """
export type F = (a: A) => B
export type G = (a: A, b: C) => B
export type L<K> = readonly E<K>[]
export type T = [A, C]
export type M = Map<A, C>
export type U = A
""",
        [
            "F: type_changed (a: A) => B | C -> (a: A) => B",
            "G: type_changed (a: A) => B -> (a: A, b: C) => B",
            "L: type_changed E<K>[] -> readonly E<K>[]",
            "M: type_changed Map<A, B> -> Map<A, C>",
            "T: type_changed [A, B] -> [A, C]",
            "U: type_changed A | { k: 'x' } -> A",
        ],
    ),
    "ts: aliases that are the same or wider": (
        "a.ts",
        """
export type F = (a: A) => B
export type L<K> = E<K>[]
export type M = Map<A, B>
export type C<T> = T extends A ? B : C
export type U = A
""",
        """
export type F = (b: A) => B
export type L<J> = E<J>[]
export type M = Map<
  A,
  B,
>
export type C<T> = [T] extends [A] ? B : C
export type U = A | { k: 'x' }
""",
        [],
    ),
    "ts: calls, overloads and any name": (
        "a.ts",
        """
export interface P {
  (a: A): B
  <T, U = T>(a: C): D
}
export interface Q { f(a: A): B; f(a: C): D }
export interface R { [k: string]: A }
export interface S { a: A }
""",
        """
export interface P {
  (a: A): B
}
export interface Q { f(a: A): B }
export interface R { [k: string]: B }
export interface S { readonly a: A }
""",
        [
            "P: member_type_changed (): <T, U = T>(C): D -> none",
            "Q: member_type_changed f: (C): D -> none",
            "R: member_type_changed []: string: A -> string: B",
            "S: setter_removed a",
        ],
    ),
    "ts: calls, overloads and any name, more": (
        "a.ts",
        """
export interface P { (a: A): B }
export interface Q { f(a: A): B; g<T>(a: T): T }
export interface R { [k: string]: A }
export interface S { readonly a: A }
""",
        """
export interface P { (b: A): B; <T, U = T>(a: C): D }
export interface Q { f(a: A): B; f(a: C): D; g<T>(b: T): T }
export interface R { [name: string]: A }
export interface S { a: A }
""",
        [],
    ),
    "ts: objects as parameters": (
        "a.ts",
        """
export function f(a: { x?: A }): void {}
export function g(a: { x: A }): void {}
""",
        """
export function f(a: { x?: A; y: B }): void {}
export function g(a: { x: C }): void {}
""",
        ["f: parameter_type_changed a: {x?: A} -> {x?: A;y: B}", "g: parameter_type_changed a: {x: A} -> {x: C}"],
    ),
    "ts: objects as parameters that may hold more, and what is known of nothing": (
        "a.ts",
        """
export function f(a: {
  x?: A
}): void {}
export function g(a: B | { x: A }): void {}
export function h(a: any, b: (c: C) => any): void {}
""",
        """
export function f(a: {
  x?: A
  y?: B
}): void {}
export function g(a: B | { x?: A }): void {}
export function h(a: unknown, b: (c: C) => unknown): void {}
""",
        [],
    ),
    "ts: a function that is passed is told less": (
        "a.ts",
        """
export function f(a: (b: any) => void): void {}
""",
        """
export function f(a: (b: unknown) => void): void {}
""",
        ["f: parameter_type_changed a: (any) => void -> (unknown) => void"],
    ),
    "ts: a first constructor": (
        "a.ts",
        """
export class A {}
export class B extends A {}
export class C {}
""",
        """
export class A { constructor(a: X) {} }
export class B extends A { constructor(a: X) {} }
export class C { constructor(a?: X) {} }
""",
        ["A.constructor: parameter_added_required a"],
    ),
    "go: types that stand for others": (
        "a.go",
        """
package p

type F func(a int) error
type M map[string]int
type S []int
type C chan int
""",
        """
package p

type F func(a, b int) error
type M map[string]string
type S []string
type C <-chan int
""",
        [
            "C: type_changed chan int -> <-chan int",
            "F: type_changed func(a int) error -> func(a, b int) error",
            "M: type_changed map[string]int -> map[string]string",
            "S: type_changed []int -> []string",
        ],
    ),
    "go: types that stand for the same": (
        "a.go",
        """
package p

type F func(a int) error
type M map[string]interface{}
""",
        """
package p

type F func(b int) error
type M map[string]any
""",
        [],
    ),
    "java: bounds": (
        "A.java",
        """
public class A { public <T> T f(Class<T> a) { return null; } public <T extends B> T g(T a) { return a; } }
""",
        """
public class A { public <T extends B> T f(Class<T> a) { return null; } public <T> T g(T a) { return a; } }
""",
        ["A.f: type_parameters_changed B"],
    ),
    "cs: bounds": (
        "A.cs",
        """
public class A<T> { public void F<U>(U u) where U : B, C {} public void G<V>(V v) where V : D {} }
""",
        """
public class A<T> where T : B { public void F<U>(U u) where U : C {} public void G<V>(V v) where V : notnull {} }
""",
        ["A: type_parameters_changed B"],
    ),
    "rust: bounds": (
        "a.rs",
        """
pub fn f<T>(a: T) where T: A {}
pub fn g<T: A + B>(a: T) {}
pub fn h<T: ?Sized>(a: &T) {}
pub fn i<'a, T: From<&'a B>>(a: T) {}
""",
        """
pub fn f<T>(a: T) where T: A + B {}
pub fn g<T>(a: T) where T: B {}
pub fn h<T>(a: &T) {}
pub fn i<T>(a: T) where for<'b> T: From<&'b B> {}
""",
        ["f: type_parameters_changed B", "h: type_parameters_changed T: ?Sized -> T"],
    ),
    "java: a first constructor": (
        "A.java",
        """
public class A { public static class B { } public static class C { public C() {} } public static class D { } }
""",
        """
public class A { private A() {} public static class B { public B(int a) {} }
 public static class C { } public static class D { public D() {} } }
""",
        ["A.A: visibility_narrowed constructor", "A.B.B: parameter_added_required a"],
    ),
    "cs: a first constructor": (
        "A.cs",
        """
public class A { }
public class B { public B() {} }
public struct S { }
public class C(int a) { }
""",
        """
public class A { internal A() {} }
public class B { }
public struct S { public S(int a) {} }
public class C(int a) { public C() : this(1) {} }
""",
        ["A.A: visibility_narrowed constructor"],
    ),
    "cs: static classes, indexers, delegates, what an interface asks for": (
        "A.cs",
        """
public class A { }
public class B { public int this[int i] => 1; }
public delegate void D();
public interface I { int P { get; } }
public interface J { }
public interface R : R<U> { }
public interface R<T> : V { }
""",
        """
public static class A { }
public class B { public int this[string i] => 1; }
public delegate void D(C c = default);
public interface I { int P { get; set; } }
public interface J : IDisposable { }
public interface R : V { }
public interface R<T> : V { }
""",
        [
            "A: modifier_added static",
            "B.this: parameter_type_changed int -> string",
            "D: parameter_added c",
            "I.P: interface_member_added set",
            "J: base_added IDisposable",
            "R: base_removed R<U>",
        ],
    ),
    "cs: an attribute that has the name in it": (
        "A.cs",
        r"""
public class A { [Obsolete("F] is private \" now")] [Pure] public void F() {} [B] public C G() => x; }
""",
        """
public class A { public C G() => x; }
""",
        ["A.F: public_removed"],
    ),
    "java: a sealed type, a nested one without its outer": (
        "A.java",
        """
public interface A { public class B { } interface C { } }
""",
        """
public sealed interface A permits D { public class B { } static interface C { } }
""",
        ["A: modifier_added sealed"],
    ),
    "rust: what a type lets others make": (
        "a.rs",
        """
pub struct A { pub a: u8 }
pub enum B { X }
pub struct C(pub u8, u8);
pub struct D;
pub struct E { a: u8 }
pub trait F { }
pub fn g() {}
pub type H = Vec<u8>;
pub type I<T> = std::io::Result<T>;
""",
        """
#[non_exhaustive]
pub struct A { pub a: u8 }
#[non_exhaustive]
pub enum B { X }
pub struct C(pub u16, u16);
pub struct D { a: u8 }
#[non_exhaustive]
pub struct E { a: u8 }
pub trait F: Clone { }
pub async fn g() {}
pub type H = Vec<u16>;
pub type I<U> = io::Result<U>;
""",
        [
            "A: modifier_added non_exhaustive",
            "B: modifier_added non_exhaustive",
            "C: member_type_changed 0: pub u8 -> pub u16",
            "D: kind_changed unit -> fields",
            "F: base_added Clone",
            "H: type_changed Vec<u8> -> Vec<u16>",
            "g: modifier_added async",
        ],
    ),
    "rust: each of several impl blocks": (
        "a.rs",
        """
impl A for S { fn a() {} }
impl B for S { fn b() {} }
pub struct S;
impl<'a> From<&'a C> for S { fn from() {} }
""",
        """
impl B for S { fn b() {} }
pub struct S;
impl From<&C> for S { fn from() {} }
""",
        ["S: base_removed A"],
    ),
    "ts: what a file passes on": (
        "a.ts",
        """
export { a as b, type C } from './x'
export * from './y'
export * as n from './z'
import { q } from './q'
export { q }
""",
        """
import { q } from './q'
export type { C } from './x'
""",
        ["* from ./y: unlisted", "b: unlisted", "n: unlisted", "q: unlisted"],
    ),
    "ts: what a file passes on from elsewhere now": (
        "a.ts",
        """
export { a, b } from './x'
export * from './y'
export { c } from './z'
""",
        """
export { b, a, } from './w'
export { d, e } from './y'
export const c = 1
""",
        [],
    ),
    "ts: all of a module may have them": (
        "a.ts",
        """
export { a, b } from './x'
export * from './y'
""",
        """
export * from './x'
export * from './z'
""",
        [],
    ),
    "js: what a file passes on": (
        "a.js",
        """
exports.a = require('./a')
module.exports.b = require('./b')
exports.c = require('./c')
""",
        """
exports.a = require('./d')
""",
        ["b: unlisted", "c: unlisted"],
    ),
    "rust: what a file passes on, and modules": (
        "src/lib.rs",
        """
pub use a::{b, c as d, e::*};
// pub use a::z;
pub mod f;
pub mod g;
""",
        """
use a::b;
pub use h::d;
mod f;
pub(crate) mod g;
""",
        ["* from e: unlisted", "b: unlisted", "f: unlisted", "g: unlisted"],
    ),
    "rust: what a file passes on from elsewhere now": (
        "src/lib.rs",
        """
pub use a::{b, c};
pub use x::*;
mod f;
""",
        """
pub use a::c;
pub struct b;
pub use y::{self, *};
pub mod f;
""",
        [],
    ),
    "ts: bases in another layout, type parameters of a function's own type": (
        "a.ts",
        """
export interface A extends Pick<O, 'a'> { }
export interface B extends C<K, V> { }
export const f: F = (a) => a
""",
        """
export interface A extends Pick<
  O,
  'a' | 'b',
> { }
export interface B extends C<
  K,
  V
> { }
export function f<T>(a: T): T { return a }
""",
        [],
    ),
    "cs: a namespace": (
        "A.cs",
        """
namespace N;
public class A { }
""",
        """
namespace M;
public class A { }
""",
        ["A.cs: module_moved N -> M"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_kind_of_change_breaks(name: str) -> None:
    path, old, new, expected = CASES[name]
    if language_for(path) is None:
        pytest.skip("its grammar is not installed")
    found = delta_of({path: old}, {path: new})["breaking_changes"]
    assert [line.removeprefix(f"{path}::") for line in found] == expected
