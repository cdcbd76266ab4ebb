"""Names that are handed on, made of other people's code: how many renames are told, and how many falsely.

    python benchmarks/handed_on.py chains|alike|mould [--source /usr/lib/python3.11] [--edited 0.25] [--commits 200]
                                                      [--seed 1] [--half odd]

Each made-up commit takes modules of the source folder and, with a seeded random generator, does one of these:

- chains: two or three functions hand their names on (in a circle, or the last body gets a new name), or two classes
  exchange theirs, with a share of the statements of each edited. Not to be told: a body rewritten where it stands, one
  that moved into a helper which the old name calls, a function removed beside another one that is added.
- alike: of a class A a class B is made in which 40 to 70 % of each method is edited; then B takes A's name and A gets a
  new one, in one file or over two. Not to be told: A is only rewritten that much, or a base class is taken out of it.
- mould: three to five variants of one function, numbered; one is put in front, or the first is dropped, so that all
  numbers shift. Not to be told: variants edited where they stand.

The truth is known by construction; a pair of functions, methods or classes at two addresses that is told and not in it
is false. What a class takes along is not counted.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
from collections.abc import Sequence
from pathlib import Path

from identity import FUNCTIONS, Editor, functions, material, modules, statements, symbol_ops

from muse_hook.delta.build import build_delta
from muse_hook.languages.languages import language_for
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.change import Blob, FileChange
from muse_hook.symbols.extract import extract

Pair = tuple[str, str]
Trees = dict[str, ast.Module]
Function = ast.FunctionDef | ast.AsyncFunctionDef

LEAST_STATEMENTS = 4
"""Shorter bodies are not themselves any more when a quarter of them is edited."""

DECOYS, CLASSES, HALF = 0.3, 0.25, 0.5
"""The share of commits that only look as if a name was handed on, of chains of classes, of each of two ways."""

LONGEST = 3
"""So many functions hand their names on at most."""

LEAST_METHODS = 3
"""A class with fewer methods says nothing."""


class HandedOn:
    """One made-up commit: the modules before and after, and the pairs that are true."""

    def __init__(self, rng: random.Random, sources: list[str], edited: float) -> None:
        self.rng = rng
        first, second = rng.sample(sources, 2)
        self.before: Trees = {"one.py": ast.parse(first), "two.py": ast.parse(second)}
        self.after: Trees = {"one.py": ast.parse(first), "two.py": ast.parse(second)}
        stranger = ast.parse(rng.choice(sources))
        self.editor = Editor(rng, material(stranger) or material(self.before["one.py"]))
        self.edited = edited
        self.truth: set[Pair] = set()

    def chains(self) -> None:
        """Let functions, or two classes, hand their names on."""
        rng, tree = self.rng, self.after["one.py"]
        if rng.random() < DECOYS:
            self.decoy_of_chains()
            return
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and len(methods(n)) >= LEAST_METHODS]
        if len(classes) > 1 and rng.random() < CLASSES:
            one, other = rng.sample(classes, 2)
            self.rename_all([one, other], [other.name, one.name])
            for method in (*methods(one), *methods(other)):
                self.editor.edit(method, self.edited / 2)
            return
        found = long_functions(tree)
        if len(found) < LONGEST:
            return
        picked = rng.sample(found, rng.choice((LONGEST - 1, LONGEST)))
        names = [each.name for each in picked]
        way = rng.choice(("circle", "takeover"))
        new = [*names[1:], names[0] if way == "circle" else self.new_name()]
        self.rename_all(picked, new)
        for function in picked:
            self.editor.edit(function, self.edited)

    def decoy_of_chains(self) -> None:
        """Rewrite, wrap, or replace functions: no name is handed on."""
        rng, tree = self.rng, self.after["one.py"]
        found = long_functions(tree)
        if len(found) < LONGEST:
            return
        one, other = rng.sample(found, 2)
        way = rng.choice(("rewrite", "wrap", "replace"))
        if way == "rewrite":
            self.editor.edit(one, 0.9)
            self.editor.edit(other, 0.9)
        elif way == "wrap":
            helper = copy.deepcopy(one)
            helper.name = self.new_name()
            tree.body.append(helper)
            one.body = [ast.parse(f"{helper.name}(1)").body[0]]
            self.editor.edit(other, 0.5)
        else:
            tree.body.remove(one)
            added = copy.deepcopy(rng.choice(long_functions(self.before["two.py"]) or [other]))
            if added.name not in functions(tree):
                tree.body.append(added)

    def alike(self) -> None:
        """Let a class that was made from another one take its name."""
        rng = self.rng
        tree = self.before["one.py"]
        classes = [
            n for n in tree.body if isinstance(n, ast.ClassDef) and len(methods(n)) >= LEAST_METHODS and not n.bases
        ]
        if not classes:
            return
        first = rng.choice(classes)
        if rng.random() < DECOYS:
            target = find_class(self.after["one.py"], first.name)
            if rng.random() < HALF:
                for method in methods(target):
                    self.editor.edit(method, rng.uniform(0.4, 0.6))
            else:
                base = copy.deepcopy(target)
                base.name = "Abstract" + target.name
                target.bases = [ast.Name(base.name)]
                kept = methods(target)[0]
                target.body = [kept]
                self.editor.edit(kept, 0.5)
                base.body = [n for n in base.body if getattr(n, "name", "") != kept.name] or [ast.Pass()]
                self.after["one.py"].body.insert(0, base)
                self.truth |= moved_methods(self.before["one.py"], first.name, base)
            return
        second = copy.deepcopy(first)
        second.name = first.name + "Two"
        for method in methods(second):
            self.editor.edit(method, rng.uniform(0.4, 0.7))
        home = rng.choice(("one.py", "two.py"))
        self.before[home].body.append(second)
        self.after = copy.deepcopy(self.before)
        old_first = find_class(self.after["one.py"], first.name)
        old_second = find_class(self.after[home], second.name)
        new_name = self.new_name().title()
        old_first.name = new_name
        old_second.name = first.name
        self.after[home].body.remove(old_second)
        self.after["one.py"].body.append(old_second)
        self.truth = {
            (f"one.py::{first.name}", f"one.py::{new_name}"),
            (f"{home}::{second.name}", f"one.py::{first.name}"),
        }

    def mould(self) -> None:
        """Shift the numbers of variants."""
        rng = self.rng
        found = long_functions(self.before["one.py"])
        if not found:
            return
        pattern = rng.choice(found)
        variants = [copy.deepcopy(pattern) for _ in range(rng.randint(3, 5))]
        for number, variant in enumerate(variants, 1):
            variant.name = f"variant_{number}"
            self.editor.edit(variant, 0.25)
        is_decoy = rng.random() < DECOYS
        body = self.before["one.py"].body
        body += variants
        self.after = copy.deepcopy(self.before)
        there = [f for f in self.after["one.py"].body if isinstance(f, FUNCTIONS) and f.name.startswith("variant_")]
        if is_decoy:
            for variant in there:
                self.editor.edit(variant, 0.2)
        elif rng.random() < HALF:
            fresh = copy.deepcopy(pattern)
            fresh.name = "variant_1"
            self.editor.edit(fresh, 0.25)
            place = self.after["one.py"].body.index(there[0])
            for number, variant in enumerate(there, 1):
                variant.name = f"variant_{number + 1}"
                self.truth.add((f"one.py::variant_{number}", f"one.py::variant_{number + 1}"))
            self.after["one.py"].body.insert(place, fresh)
        else:
            self.after["one.py"].body.remove(there[0])
            for number, variant in enumerate(there[1:], 2):
                variant.name = f"variant_{number - 1}"
                self.truth.add((f"one.py::variant_{number}", f"one.py::variant_{number - 1}"))

    def rename_all(self, nodes: Sequence[Function | ast.ClassDef], names: list[str]) -> None:
        """Give definitions of the first module other names, all at once."""
        for node, name in zip(nodes, names, strict=True):
            self.truth.add((f"one.py::{node.name}", f"one.py::{name}"))
        for node, name in zip(nodes, names, strict=True):
            node.name = name

    def new_name(self) -> str:
        """Return a name that nothing has."""
        return f"fresh_{self.rng.choice('abcdefgh')}{self.rng.randrange(1000)}"


def moved_methods(tree: ast.Module, owner: str, base: ast.ClassDef) -> set[Pair]:
    """Return the pairs of the methods that a base class took."""
    names = {method.name for method in methods(base)}
    return {
        (f"one.py::{owner}.{m.name}", f"one.py::{base.name}.{m.name}")
        for m in methods(find_class(tree, owner))
        if m.name in names
    }


def methods(node: ast.ClassDef) -> list[Function]:
    """Return the methods of a class, each name once."""
    return list({n.name: n for n in node.body if isinstance(n, FUNCTIONS)}.values())


def find_class(tree: ast.Module, name: str) -> ast.ClassDef:
    """Return a class of a module."""
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)


def long_functions(tree: ast.Module) -> list[Function]:
    """Return the functions of a module that have some statements, one of each name."""
    table = functions(tree)
    return [n for n in tree.body if isinstance(n, FUNCTIONS) and table.get(n.name) is n
            and len(statements(n)) >= LEAST_STATEMENTS]  # fmt: skip


def told(commit: HandedOn) -> dict[Pair, float]:
    """Return the pairs of two addresses that the delta tells, with their confidence."""
    files = []
    for path in commit.before:
        old, new = (ast.unparse(ast.fix_missing_locations(t[path])).encode() for t in (commit.before, commit.after))
        if old != new:
            entry = FileChange(path, Blob(0o100644, "0" * 40), Blob(0o100644, "1" * 40))
            language = language_for(path)
            assert language is not None  # Python's
            files.append(ChangedFile(entry, extract(old, language), extract(new, language)))
    return {
        (child["address"], child["new_address"]): child["confidence"]
        for op in build_delta(files)["ops"]
        for child in symbol_ops(op)
        if child.get("new_address", child["address"]) != child["address"]
        and child["kind"].endswith(("function", "method", "class"))
    }


def is_implied(pair: Pair, truth: set[Pair]) -> bool:
    """Whether a method only went along with its class."""
    (old, _, member), (new, _, other) = pair[0].rpartition("."), pair[1].rpartition(".")
    return member == other and (old, new) in truth


def main() -> None:
    """Print recall and precision."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("chains", "alike", "mould"))
    parser.add_argument("--source", type=Path, default=Path("/usr/lib/python3.11"))
    parser.add_argument("--edited", type=float, default=0.25)
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="even")
    parser.add_argument("--show", type=int, default=0, help="print so many false and so many missing pairs")
    args = parser.parse_args()
    sources = [ast.unparse(tree) for tree in modules(args.source, args.half)]
    rng = random.Random(args.seed)  # noqa: S311 - repeatable, not secret
    right = 0
    missing: list[Pair] = []
    false: list[Pair] = []
    for _ in range(args.commits):
        commit = HandedOn(rng, sources, args.edited)
        getattr(commit, args.kind)()
        pairs = told(commit)
        right += len(pairs.keys() & commit.truth)
        missing += sorted(commit.truth - pairs.keys())
        false += sorted(pair for pair in pairs.keys() - commit.truth if not is_implied(pair, commit.truth))
    for word, rows in (("false", false), ("missing", missing)):
        for pair in rows[: args.show]:
            print(f"{word}: {pair[0]} -> {pair[1]}")
    print(
        f"{args.kind}, {args.commits} commits from {len(sources)} modules of {args.source}: recall "
        f"{right / max(1, right + len(missing)):.3f} precision {right / max(1, right + len(false)):.3f} "
        f"over {right + len(missing)} pairs"
    )


if __name__ == "__main__":
    main()
