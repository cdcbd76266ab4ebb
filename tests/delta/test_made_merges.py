"""Merges of three branches whose truth is known, since each symbol's fate was drawn before any text was written."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from support.deltas import children, delta_of, symbols_of

from muse_hook.replay.replay import apply

if TYPE_CHECKING:
    from support.deltas import Tree

FILES = ("store.py", "lib/mail.py", "lib/shop.py")
FUNCTIONS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet")
METHODS = ("jetty", "knoll", "ledge", "maple", "north", "ocean", "pearl", "quill", "river")
FATES = ("kept", "edited", "deleted", "renamed", "moved", "renamed and edited", "moved and edited")
BRANCHES = 3


def text(word: str, name: str, *, indent: str = "", edit: str = "") -> str:
    """Return a function that no other one is like: of its word alone."""
    lines = [f"{word}_{part} = read_{word}(source, {len(word) * 7 + at})" for at, part in enumerate("abcd")]
    lines.append(f"return {word}_a + {word}_b.{word}({word}_c, {word}_d){edit}")
    receiver = "self, " if indent else ""
    return f"{indent}def {name}({receiver}source):\n" + "".join(f"{indent}    {line}\n" for line in lines)


class History:
    """Three branches off one base: what each symbol, class, file and folder went through, and on which branch."""

    def __init__(self, drawn: random.Random, branches: int = BRANCHES) -> None:
        def owner() -> int:
            return drawn.randrange(branches)

        # In each file a function and a method at least keep their names: Git, too, knows a file by what stays.
        self.fates = {
            word: (owner(), drawn.choice(FATES if at % 3 else ("kept", "edited"))) for at, word in enumerate(FUNCTIONS)
        }
        self.fates |= {
            word: (owner(), drawn.choice(FATES[:4] if at % 3 else ("kept",))) for at, word in enumerate(METHODS)
        }
        self.classes = [(owner(), drawn.choice(("kept", "renamed"))) for _ in FILES]
        self.moves = [(owner(), drawn.random() < 0.4) for _ in FILES]
        self.folder = (owner(), drawn.random() < 0.3)
        self.added = [owner() for _ in (*FILES, "lib/fresh.py")]
        self.taken_back: dict[int, int] = {}  # which of these another branch, that has it, deleted again
        self.edited_again: dict[str, int] = {}

    def has_added(self, at: int, branches: tuple[int, ...]) -> bool:
        return self.added[at] in branches and self.taken_back.get(at) not in branches

    def fate(self, word: str, branches: tuple[int, ...]) -> str:
        branch, fate = self.fates[word]
        return fate if branch in branches else "kept"

    def tree(self, *branches: int, merger: str = "") -> Tree:
        """Return the files with what the branches did, all of it put together; the merger edits one function itself."""

        def written(word: str, indent: str = "") -> str:
            fate = self.fate(word, branches)
            edit = (" + 1" if fate.endswith("edited") else "") + (" - merged" if word == merger else "")
            edit += " * 2" if self.edited_again.get(word) in branches else ""
            return text(word, f"new_{word}" if fate.startswith("renamed") else word, indent=indent, edit=edit)

        parts: list[list[str]] = [[] for _ in FILES]
        for at, word in enumerate(FUNCTIONS):
            fate = self.fate(word, branches)
            if fate != "deleted":
                parts[(at // 3 + fate.startswith("moved")) % 3].append(written(word))
        tree: Tree = {}
        for at, file in enumerate(FILES):
            branch, fate = self.classes[at]
            name = f"Crate{at}" if fate == "renamed" and branch in branches else f"Box{at}"
            methods = [word for word in METHODS[at * 3 : at * 3 + 3] if self.fate(word, branches) != "deleted"]
            parts[at].append(
                f"class {name}:\n    kind_{at} = {at}\n\n" + "\n".join(written(w, "    ") for w in methods)
            )
            if self.has_added(at, branches):
                parts[at].append(text(f"added{at}", f"added{at}"))
            branch, is_moved = self.moves[at]
            tree[self._path(file, branches, "_moved" * (is_moved and branch in branches))] = "\n\n".join(parts[at])
        if self.has_added(len(FILES), branches):
            tree[self._path("lib/fresh.py", branches)] = text("fresh", "fresh")
        return tree

    def _path(self, file: str, branches: tuple[int, ...], ending: str = "") -> str:
        branch, is_renamed = self.folder
        file = file.replace("lib/", "core/") if is_renamed and branch in branches else file
        return file.replace(".py", f"{ending}.py")


def is_told_right(drawn: random.Random) -> bool:
    """Merge two branches, all three at once, or the third with the merge of two; replay is exact in any case."""
    history = History(drawn)
    order = drawn.sample(range(BRANCHES), BRANCHES)
    way = drawn.choice(("two", "octopus", "one by one"))
    merged_branches = tuple(order[:2] if way == "two" else order)
    kept = [word for word in history.fates if history.fate(word, merged_branches) == "kept"]
    merger = drawn.choice(["", *kept])
    parents = [history.tree(branch) for branch in merged_branches]
    if way == "one by one":
        parents = [history.tree(*order[:2]), history.tree(order[2])][:: drawn.choice((1, -1))]
    merged = history.tree(*merged_branches, merger=merger)
    return is_merge_told_right(parents, merged, [history.tree()], merger)


def is_criss_cross_told_right(drawn: random.Random) -> bool:
    """Merge lines that each took the other one's first changes in, and went on: they have two merge bases.

    What one line did before they crossed another may edit, or take back, after that.
    """
    ends = drawn.choice((2, 2, 3))
    history = History(drawn, 2 + ends)
    crossed = (0, 1)
    for at, branch in enumerate(history.added):
        if branch in crossed and drawn.random() < 0.4:
            history.taken_back[at] = 2 + drawn.randrange(ends)
    for word, (branch, fate) in history.fates.items():
        if branch in crossed and fate != "deleted" and drawn.random() < 0.3:
            history.edited_again[word] = 2 + drawn.randrange(ends)
    kept = [word for word, (_, fate) in history.fates.items() if fate == "kept" and word not in history.edited_again]
    merger = drawn.choice(["", *kept])
    lines = drawn.sample(range(2, 2 + ends), ends)
    parents = [history.tree(*crossed, line) for line in lines]
    merged = history.tree(*crossed, *lines, merger=merger)
    return is_merge_told_right(parents, merged, [history.tree(one) for one in crossed], merger)


def is_merge_told_right(parents: list[Tree], merged: Tree, bases: list[Tree], merger: str) -> bool:
    delta = delta_of(parents[0], merged, *parents[1:], bases=bases)
    own = [op for op in children(delta) if "from_parent" not in op]
    told = [(op["op"], op["address"].partition("::")[2].rpartition(".")[2]) for op in own]
    symbols = symbols_of(parents[0])
    apply(symbols, delta, [symbols_of(tree) for tree in parents[1:]])
    assert {path: names for path, names in symbols.items() if names} == symbols_of(merged)
    return told == ([("replace", merger)] if merger else [])


@pytest.mark.timeout(120)
def test_nothing_of_a_branch_is_the_mergers_own() -> None:
    assert [seed for seed in range(30) if not is_told_right(random.Random(seed))] == []  # noqa: S311 - no secrets


@pytest.mark.timeout(120)
def test_nor_is_it_where_the_lines_crossed() -> None:
    assert [seed for seed in range(15) if not is_criss_cross_told_right(random.Random(seed))] == []  # noqa: S311


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_none_of_a_thousand_merges_is_told_wrong() -> None:
    assert [seed for seed in range(1000) if not is_told_right(random.Random(seed))] == []  # noqa: S311 - no secrets


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_none_of_three_hundred_crossed_lines_is_told_wrong() -> None:
    assert [seed for seed in range(300) if not is_criss_cross_told_right(random.Random(seed))] == []  # noqa: S311
