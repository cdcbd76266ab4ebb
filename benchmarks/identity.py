"""Renames with edits, built by construction from other people's code: how many are told, and how many falsely.

    python benchmarks/identity.py [--source /usr/lib/python3.11] [--edited 0.25] [--commits 300] [--seed 1] [--half odd]

Each made-up commit takes one or two modules of the source folder and, with a seeded random generator:
renames some functions and methods (half of the new names share words with the old one, half are taken from unrelated
code), changing the given share of the statements of each (replaced by a statement from elsewhere, dropped, joined by
another, or with a name in it changed); calls of what was renamed follow in half of the commits. Beside that it deletes
functions, adds unrelated ones from a third module, edits others without renaming them, and moves some to the
second module. The truth is known by construction; a pair of functions or methods that is told and not in it is false.
`--half` takes the modules whose name's CRC is even or odd, so that one half can stay unseen.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import sys
import warnings
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from muse_hook.delta.build import build_delta
from muse_hook.languages.languages import language_for
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.change import Blob, FileChange
from muse_hook.symbols.extract import extract

warnings.simplefilter("ignore")

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LEAST_STATEMENTS = 3
"""Shorter bodies have no quarter to edit."""

LEAST_FUNCTIONS, MOST_BYTES = 6, 120_000
"""What a module has to have to be played with, and may have to be read quickly."""

MOVES, CALLS_FOLLOW, NAME_STAYS_NEAR = 0.4, 0.5, 0.5
"""How often a function goes to the other module, calls follow a rename, a new name shares words with the old one."""

Pair = tuple[str, str]


def modules(source: Path, half: str) -> list[ast.Module]:
    """Return the modules with enough functions to play with, in a fixed order."""
    found = []
    for path in sorted(source.rglob("*.py")):
        if half != "all" and zlib.crc32(path.name.encode()) % 2 != (half == "odd"):
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        if len(functions(tree)) >= LEAST_FUNCTIONS and path.stat().st_size < MOST_BYTES and material(tree):
            found.append(tree)
    return found


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions and methods of a module that are defined once, by qualified name."""
    seen: dict[str, list[ast.stmt]] = {}

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                seen.setdefault(prefix + node.name, []).append(node)
                if isinstance(node, ast.ClassDef):
                    walk(node.body, f"{prefix}{node.name}.")

    walk(tree.body, "")
    return {name: nodes[0] for name, nodes in seen.items() if len(nodes) == 1 and isinstance(nodes[0], FUNCTIONS)}


def statements(function: ast.AST) -> list[tuple[list[ast.stmt], int]]:
    """Return each statement of a body, nested ones too, as (list that holds it, index)."""
    found = []
    for node in ast.walk(function):
        for field in ("body", "orelse", "finalbody"):
            held = getattr(node, field, None)
            if isinstance(held, list):
                found += [(held, n) for n, item in enumerate(held) if isinstance(item, ast.stmt)]
    return found


def is_simple(node: ast.stmt) -> bool:
    """Whether a statement holds no other one and is no docstring."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return not hasattr(node, "body") and not docstring


def material(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements of a module's functions that can be put elsewhere."""
    return [held[n] for function in functions(tree).values() for held, n in statements(function) if is_simple(held[n])]


class Editor:
    """Changes statements of functions, with `material` from elsewhere."""

    def __init__(self, rng: random.Random, material: list[ast.stmt]) -> None:
        self.rng = rng
        self.material = material

    def edit(self, function: ast.AST, share: float) -> None:
        """Change a share of a function's statements."""
        rng = self.rng
        places = [(held, n) for held, n in statements(function) if is_simple(held[n])]
        count = max(1, round(share * len(statements(function)))) if share else 0
        rng.shuffle(places)
        chosen = [(held, held[n]) for held, n in places[:count]]
        for held, node in chosen:
            index = next(n for n, item in enumerate(held) if item is node)
            way = rng.choice(("replace", "drop", "join", "alter"))
            if way == "replace" or (way == "drop" and len(held) == 1):
                held[index] = copy.deepcopy(rng.choice(self.material))
            elif way == "drop":
                del held[index]
            elif way == "join":
                held.insert(index, copy.deepcopy(rng.choice(self.material)))
            else:
                names = [x for x in ast.walk(node) if isinstance(x, ast.Name)]
                for x in rng.sample(names, (len(names) + 1) // 2):
                    x.id = rng.choice(("other", "extra", "values", "context"))


class Change(Editor):
    """One made-up commit: trees before and after, and the pairs that are true."""

    def __init__(self, rng: random.Random, trees: list[ast.Module], edited: float) -> None:
        first, second, stranger = rng.sample(trees, 3)
        super().__init__(rng, material(stranger))
        self.edited = edited
        self.before = {"one.py": copy.deepcopy(first), "two.py": copy.deepcopy(second)}
        self.after = {"one.py": copy.deepcopy(first), "two.py": copy.deepcopy(second)}
        self.strangers = list(functions(copy.deepcopy(stranger)).values())
        self.truth: dict[Pair, int] = {}
        self.sizes: dict[Pair, int] = {}
        self.renamed: dict[str, str] = {}

    def make(self) -> None:
        """Rename and edit, delete, add, edit in place, move."""
        rng = self.rng
        for path in self.after:
            table = functions(self.after[path])
            names = [n for n, f in table.items() if len(statements(f)) >= LEAST_STATEMENTS and not n.endswith("__")]
            rng.shuffle(names)
            for name in names[: rng.randint(0, 4)]:
                self.rename(path, name, table[name])
            rest = [n for n in table if n not in names[:4]]
            rng.shuffle(rest)
            for name in rest[: rng.randint(0, 4)]:
                self.edit(table[name], rng.choice((0.2, 0.6)))
            for name in rest[4 : 4 + rng.randint(0, 3)]:
                self.remove(path, name)
            for stranger in rng.sample(self.strangers, min(len(self.strangers), rng.randint(0, 3))):
                self.after[path].body.append(copy.deepcopy(stranger))
        if rng.random() < MOVES:
            self.move()
        if rng.random() < CALLS_FOLLOW:
            for tree in self.after.values():
                Names(self.renamed).visit(tree)

    def rename(self, path: str, name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Give a function another name and edit it."""
        rng = self.rng
        owner, _, simple = name.rpartition(".")
        words = simple.strip("_").split("_")
        new = rng.choice(self.strangers).name
        if rng.random() < NAME_STAYS_NEAR:
            words[rng.randrange(len(words))] = rng.choice(("all", "new", "raw", "value", "data", "item"))
            new = "_".join(words) + ("" if len(words) > 1 else "_" + simple.strip("_"))
        place = f"{owner}.{new}" if owner else new
        if place in functions(self.after[path]) or place in functions(self.before[path]):
            return
        size = len(statements(function))
        function.name = new
        self.edit(function, self.edited)
        self.renamed[simple] = new
        self.truth[f"{path}::{name}", f"{path}::{place}"] = size

    def remove(self, path: str, name: str) -> None:
        """Delete a function for good."""
        for node in ast.walk(self.after[path]):
            for held in (getattr(node, "body", None),):
                if isinstance(held, list) and len(held) > 1:
                    held[:] = [x for x in held if not (isinstance(x, FUNCTIONS) and x.name == name.rpartition(".")[2])]

    def move(self) -> None:
        """Take a function of the first module to the second one."""
        tree = self.after["one.py"]
        taken = set(functions(self.before["two.py"])) | set(functions(self.after["two.py"]))
        free = [f for f in tree.body if isinstance(f, FUNCTIONS) and f.name not in taken and f.name in functions(tree)]
        if not free:
            return
        function = self.rng.choice(free)
        tree.body.remove(function)
        self.after["two.py"].body.append(function)
        size = len(statements(function))
        for old, new in list(self.truth):
            if new == f"one.py::{function.name}":
                self.truth[old, f"two.py::{function.name}"] = self.truth.pop((old, new))
                return
        if function.name in functions(self.before["one.py"]):
            self.truth[f"one.py::{function.name}", f"two.py::{function.name}"] = size


class Names(ast.NodeTransformer):
    """Lets the calls follow a rename."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename a name."""
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        """Rename an attribute."""
        self.generic_visit(node)
        node.attr = self.names.get(node.attr, node.attr)
        return node


def symbol_ops(op: Any) -> Any:
    """Return the ops on symbols of an op on a file."""
    return op.get("child_ops", ())


def told(change: Change) -> tuple[set[Pair], set[Pair]]:
    """Return the pairs of functions and methods that the delta tells, and the true ones that exist in both texts."""
    files = []
    for path in change.before:
        old, new = (ast.unparse(ast.fix_missing_locations(t[path])).encode() for t in (change.before, change.after))
        if old == new:
            continue
        language = language_for(path)
        assert language is not None  # Python's
        entry = FileChange(path, Blob(0o100644, "0" * 40), Blob(0o100644, "1" * 40))
        files.append(ChangedFile(entry, extract(old, language), extract(new, language)))
    pairs = set()
    for op in build_delta(files)["ops"]:
        for child in symbol_ops(op):
            if "new_address" in child and child["kind"].endswith(("function", "method")):
                pairs.add((child["address"], child["new_address"]))
    there = {
        (f"{f.path}::{a}", f"{g.path}::{b}") for f in files for g in files for a in f.old_symbols for b in g.new_symbols
        if (f"{f.path}::{a}", f"{g.path}::{b}") in change.truth
    }  # fmt: skip
    return pairs, there


def main() -> None:
    """Print recall and precision, and recall by size of the function."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=Path("/usr/lib/python3.11"))
    parser.add_argument("--edited", type=float, default=0.25)
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="even")
    parser.add_argument("--show", type=int, default=0, help="print so many false and so many missing pairs")
    args = parser.parse_args()
    trees = modules(args.source, args.half)
    rng = random.Random(args.seed)  # noqa: S311 - repeatable, not secret
    right, by_size, found_by_size = 0, Counter[int](), Counter[int]()
    false: list[Pair] = []
    missing: list[Pair] = []
    for _ in range(args.commits):
        change = Change(rng, trees, args.edited)
        change.make()
        pairs, truth = told(change)
        right += len(pairs & truth)
        false += sorted(pairs - truth)
        missing += sorted(truth - pairs)
        for pair in truth:
            bucket = min(change.truth[pair], 20) // 4 * 4
            by_size[bucket] += 1
            found_by_size[bucket] += pair in pairs
    for bucket, count in sorted(by_size.items()):
        print(f"  {bucket:2}.. statements: recall {found_by_size[bucket] / count:.3f} of {count}")
    for word, rows in (("false", false), ("missing", missing)):
        for pair in rows[: args.show]:
            print(f"{word}: {pair[0]} -> {pair[1]}")
    total = right + len(missing)
    print(
        f"{args.commits} commits from {len(trees)} modules of {args.source}, {args.edited:.0%} of statements edited: "
        f"recall {right / max(1, total):.3f} precision {right / max(1, right + len(false)):.3f} over {total} pairs"
    )


if __name__ == "__main__":
    main()
