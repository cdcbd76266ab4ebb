const std = @import("std");
pub const X: u32 = 2;
var y: i32 = 2;
pub fn f(a: u32, b: u32) u32 { return b + a; }
pub const S = struct {
    a: u32,
    b: u32,
    const K = 1;
    pub fn n(self: S) u32 { return self.a; }
};
const E = union { a, b };
test "z" { try f(1, 2); }
fn G(comptime T: type) type { return struct { x: T }; }
fn new() void {
}
