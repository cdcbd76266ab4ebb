const std = @import("std");
pub const X: u32 = 1;
var y: i32 = 2;
pub fn f(a: u32, b: u32) u32 { return a + b; }
pub const S = struct {
    a: u32,
    const K = 1;
    pub fn m(self: S) u32 { return self.a; }
};
const E = enum { a, b };
test "x" { try f(1, 2); }
fn G(comptime T: type) type { return struct { x: T }; }
