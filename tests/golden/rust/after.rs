//! Shapes.
#![allow(dead_code)]

use std::{self, collections::{hash_map as maps, BTreeMap, *}, fmt};
use crate::units;
extern crate serde as sd;

/// A canvas.
#[derive(Debug, Clone)]
pub struct Canvas<T> {
    width: u32,
    shapes: Vec<T>,
}

pub enum Side {
    Left, Right(i32)
}

type Pair = (i32, i32);
pub const WIDTH: u32 = 1000;
static mut COUNT: u32 = 0;
const _: () = assert!(WIDTH > 1);
const _: () = assert!(WIDTH < 6000);

impl<T> Canvas<T> {
    const DEPTH: u8 = 2;

    #[inline(always)]
    pub fn new(width: u32, mut shapes: Vec<T>) -> Self {
        shapes.clear();
        Canvas { width, shapes }
    }

    pub async fn draw(&self, (x, y): Pair) -> Result<(), fmt::Error> {
        println!("{} {}", y, x);
        Ok(())
    }
}

impl<'a, T: Clone> fmt::Display for &'a Canvas<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.width)
    }
}

pub trait Shape: Clone {
    type Unit;
    const SIDES: usize;
    fn area(&self) -> f32;
    fn name(&self) -> String {
        "shape".to_string()
    }
}

macro_rules! square {
    ($x:expr) => {
        $x + $x
    };
}

extern "C" {
    fn native(handle: i64);
}

mod tests {
    use super::*;

    #[test]
    fn paints() {
        assert_eq!(square!(2), 4);
    }
}

bitflags! {
    /// Who may do it.
    #[derive(Clone)]
    pub struct Rights: u64 {
        const READ = 0b1;
        const WRITE = 0b10;
        #[cfg(unix)]
        const RUN = Self::READ.bits() | 5;
        const NEW = 8;
    }
    struct Own: u8 {
        const A = 1;
    }
}
pub struct Bits(u8);
bitflags::bitflags! {
    impl Bits: u8 {
        const LOW = 1;
        const HIGH = 128;
        const _ = !0;
    }
}
