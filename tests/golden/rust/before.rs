//! Shapes.
#![allow(dead_code)]

use std::{self, collections::{hash_map as maps, HashMap, *}, fmt};
use crate::units;
extern crate serde as sd;

/// A canvas.
#[derive(Debug, Clone)]
#[serde(rename = "canvas")]
pub struct Canvas<T> {
    width: u32,
    shapes: Vec<T>,
}

pub enum Side {
    Left,
    Right(i32),
}

type Pair = (i32, i32);
pub const WIDTH: u32 = 1_000;
static mut COUNT: u32 = 0;
const _: () = assert!(WIDTH > 1);
const _: () = assert!(WIDTH < 5000);

impl<T> Canvas<T> {
    const DEPTH: u8 = 1;

    #[inline]
    pub fn new(width: u32, mut shapes: Vec<T>) -> Self {
        shapes.clear();
        Canvas { width, shapes }
    }

    pub async fn draw(&self, (x, y): Pair) -> Result<(), fmt::Error> {
        println!("{} {}", x, y);
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
    fn area(&self) -> f64;
    fn name(&self) -> String {
        "shape".to_string()
    }
}

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

extern "C" {
    fn native(handle: i32);
}

mod tests {
    use super::*;

    #[test]
    fn draws() {
        assert_eq!(square!(2), 4);
    }
}

bitflags! {
    /// Who may.
    #[derive(Clone)]
    pub struct Rights: u32 {
        /// Look.
        const READ = 0b1;
        const WRITE =
            0b10;
        #[cfg(unix)]
        const RUN = Self::READ.bits() | 4;
        const GONE = 8;
    }
    struct Own: u8 { const A = 1; }
}
pub struct Bits(u8);
bitflags::bitflags! {
    impl Bits: u8 {
        const LOW = 1; // `const` and "const NAME = 1"
        const _ = !0;
    }
}
