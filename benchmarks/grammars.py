"""What one more grammar costs a hook: a commit of a Python file and one of another language, against two Python files.

    python benchmarks/grammars.py [--renamed] [--only Go,TypeScript]

In each file the function has another body, or with `--renamed` another name. Each is counted by valgrind in millions of
instructions, Git and the hook together, after a commit of the same kind that leaves what hooks keep for the next ones.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

from hook_latency import MUSE, Room

from muse_hook.languages.kept import PART
from muse_hook.quick_import import together_file

PYTHON = "Python"
FIRST = """import json

SIZE = 10


class Reader:
    def __init__(self, path):
        self.path = path

    def lines(self, count):
        return count + SIZE


def {0}_first(name, other):
    if name is other:
        return json.dumps(name) * {1}
    return other
"""
# A name (0) and a number (1) to fill in.
FILES = {
    PYTHON: (
        "b.py",
        """import math

RATE = 3


class Account:
    def __init__(self, owner):
        self.owner = owner

    def total(self, amount):
        return amount * RATE


def {0}(one, two):
    if one > two:
        return math.sqrt(one) + {1}
    return two
""",
    ),
    "Go": (
        "b.go",
        """package bank

import "math"

const rate = 3

type Account struct {{
	Owner string
}}

func (a *Account) Total(amount int) int {{
	return amount * rate
}}

func {0}(one float64, two float64) float64 {{
	if one > two {{
		return math.Sqrt(one) + {1}
	}}
	return two
}}
""",
    ),
    "Java": (
        "B.java",
        """package bank;

import java.util.List;

public class B {{
    private static final int RATE = 3;
    private String owner;

    public B(String owner) {{
        this.owner = owner;
    }}

    public int total(int amount) {{
        return amount * RATE;
    }}

    public double {0}(double one, double two) {{
        if (one > two) {{
            return Math.sqrt(one) + {1};
        }}
        return two;
    }}
}}
""",
    ),
    "JavaScript": (
        "b.js",
        """import math from './math';

const RATE = 3;

class Account {{
  constructor(owner) {{
    this.owner = owner;
  }}

  total(amount) {{
    return amount * RATE;
  }}
}}

export function {0}(one, two) {{
  if (one > two) {{
    return math.sqrt(one) + {1};
  }}
  return two;
}}
""",
    ),
    "Rust": (
        "b.rs",
        """use std::fmt;

const RATE: i32 = 3;

pub struct Account {{
    owner: String,
}}

impl Account {{
    pub fn total(&self, amount: i32) -> i32 {{
        amount * RATE
    }}
}}

pub fn {0}(one: f64, two: f64) -> f64 {{
    if one > two {{
        return one.sqrt() + {1}.0;
    }}
    two
}}
""",
    ),
    "C#": (
        "B.cs",
        """using System;

namespace Bank
{{
    public class Account
    {{
        private const int Rate = 3;
        public string Owner {{ get; set; }}

        public int Total(int amount)
        {{
            return amount * Rate;
        }}

        public double {0}(double one, double two)
        {{
            if (one > two)
            {{
                return Math.Sqrt(one) + {1};
            }}
            return two;
        }}
    }}
}}
""",
    ),
    "TypeScript": (
        "b.ts",
        """import {{ sqrt }} from './math';

const RATE = 3;

export class Account {{
  constructor(private owner: string) {{}}

  total(amount: number): number {{
    return amount * RATE;
  }}
}}

export function {0}(one: number, two: number): number {{
  if (one > two) {{
    return sqrt(one) + {1};
  }}
  return two;
}}
""",
    ),
    "Kotlin": (
        "b.kt",
        """package bank

import kotlin.math.sqrt

const val RATE = 3

class Account(val owner: String) {{
    fun total(amount: Int): Int {{
        return amount * RATE
    }}
}}

fun {0}(one: Double, two: Double): Double {{
    if (one > two) {{
        return sqrt(one) + {1}
    }}
    return two
}}
""",
    ),
    "PHP": (
        "b.php",
        """<?php

namespace Bank;

use Math\\Root;

const RATE = 3;

class Account
{{
    public function __construct(private string $owner)
    {{
    }}

    public function total(int $amount): int
    {{
        return $amount * RATE;
    }}
}}

function {0}(float $one, float $two): float
{{
    if ($one > $two) {{
        return sqrt($one) + {1};
    }}
    return $two;
}}
""",
    ),
    "Ruby": (
        "b.rb",
        """require 'math'

RATE = 3

class Account
  def initialize(owner)
    @owner = owner
  end

  def total(amount)
    amount * RATE
  end
end

def {0}(one, two)
  if one > two
    return Math.sqrt(one) + {1}
  end
  two
end
""",
    ),
    "C": (
        "b.c",
        """#include <math.h>

#define RATE 3

struct account {{
    char *owner;
}};

static int total(int amount)
{{
    return amount * RATE;
}}

double {0}(double one, double two)
{{
    if (one > two) {{
        return sqrt(one) + {1};
    }}
    return two;
}}
""",
    ),
    "C++": (
        "b.cpp",
        """#include <cmath>

namespace bank {{

class Account {{
 public:
  int total(int amount) const {{ return amount * 3; }}

 private:
  int owner_;
}};

double {0}(double one, double two) {{
  if (one > two) {{
    return std::sqrt(one) + {1};
  }}
  return two;
}}

}}  // namespace bank
""",
    ),
    "Objective-C": (
        "b.m",
        """#import <Foundation/Foundation.h>

@implementation Account

- (int)total:(int)amount {{
  return amount * 3;
}}

- (double){0}:(double)one {{
  return sqrt(one) + {1};
}}

@end
""",
    ),
    "Swift": (
        "b.swift",
        """import Foundation

let rate = 3

class Account {{
    func total(_ amount: Int) -> Int {{
        return amount * rate
    }}
}}

func {0}(_ one: Double, _ two: Double) -> Double {{
    if one > two {{
        return sqrt(one) + {1}
    }}
    return two
}}
""",
    ),
    "Scala": (
        "b.scala",
        """package bank

import scala.math.sqrt

class Account(val owner: String) {{
  def total(amount: Int): Int = amount * 3

  def {0}(one: Double, two: Double): Double = {{
    if (one > two) sqrt(one) + {1} else two
  }}
}}
""",
    ),
    "Bash": (
        "b.sh",
        """set -e

RATE=3

total() {{
    echo $(($1 * RATE))
}}

{0}() {{
    if [ "$1" -gt "$2" ]; then
        echo {1}
    fi
}}
""",
    ),
    "Lua": (
        "b.lua",
        """local math = require("math")

local Account = {{}}

function Account.total(amount)
  return amount * 3
end

function {0}(one, two)
  if one > two then
    return math.sqrt(one) + {1}
  end
  return two
end
""",
    ),
    "Elixir": (
        "b.ex",
        """defmodule Account do
  @rate 3

  def total(amount), do: amount * @rate

  def {0}(one, two) do
    if one > two, do: one + {1}, else: two
  end
end
""",
    ),
    "SQL": (
        "b.sql",
        """CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL
);

CREATE VIEW {0} AS SELECT id + {1} AS one FROM account;
""",
    ),
    "CSS": (
        "b.css",
        """.account {{
  color: #FFF;
}}

.{0} > .two {{
  margin: {1}px;
}}
""",
    ),
    "Make": (
        "Makefile",
        """RATE := 3

all: {0}

{0}: one.o
\tcc -O{1} one.o
""",
    ),
    "Markdown": (
        "b.md",
        """# Bank

Text of it.

## {0}

The number is {1}.
""",
    ),
}
WAIT = 30.0  # seconds, for what hooks keep for the next ones


def count(name: str, *, is_renamed: bool) -> float:
    """Return the millions of instructions of a `git commit` of a Python file and of one in a language."""
    path, text = FILES[name]
    with tempfile.TemporaryDirectory(prefix="grammars.") as base:
        room = Room(Path(base))
        tree = room.path(MUSE)
        room.run("git", "init", "-q", "-b", "main", str(tree))
        for turn in range(4):
            for file, content in (("a.py", FIRST), (path, text)):
                (tree / file).write_text(
                    content.format(f"larger{turn}", 7) if is_renamed else content.format("larger", turn)
                )
            room.make_old(MUSE, turn)
            room.git(MUSE, "add", "-A")
            if turn == 3:  # noqa: PLR2004 - the last one
                return room.count_commit(MUSE)
            room.git(MUSE, "commit", "-qm", f"round {turn}")
            if not turn:
                room.muse(MUSE, "install", "--no-history")
            if turn == 1:
                _wait()
    raise AssertionError


def _wait() -> None:
    """Wait until what hooks keep for the next ones is there."""
    until = time.monotonic() + WAIT
    while not os.path.exists(together_file(PART)) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)


def main() -> None:
    """Print a line for each language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--renamed", action="store_true")
    parser.add_argument("--only", default=",".join(FILES))
    arguments = parser.parse_args()
    base = count(PYTHON, is_renamed=arguments.renamed)
    print(f"{PYTHON:12} {base:8.2f}")
    for name in arguments.only.split(","):
        if name != PYTHON:
            found = count(name, is_renamed=arguments.renamed)
            print(f"{name:12} {found:8.2f}  +{found - base:6.2f}", flush=True)


if __name__ == "__main__":
    main()
