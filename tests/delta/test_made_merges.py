"""Merges of three branches whose truth is known, since each symbol's fate was drawn before any text was written."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.deltas import children, delta_of, symbols_of

from muse_hook.replay.replay import apply

if TYPE_CHECKING:
    from support.deltas import Tree

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "ledge")
FILES = ("store.py", "lib/mail.py", "lib/shop.py")
FATES = ("kept", "edited", "deleted", "renamed")
BRANCHES = 3


def text(word: str, *, name: str = "", edit: str = "") -> str:
    """Return a function that no other one is like: of its word alone."""
    lines = [f"    {word}_{part} = read_{word}(source, {len(word) * 7 + at})" for at, part in enumerate("abcd")]
    lines.append(f"    return {word}_a + {word}_b.{word}({word}_c, {word}_d){edit}")
    return f"def {name or word}(source):\n" + "\n".join(lines) + "\n"


class History:
    """Three branches off one base: what each symbol and file went through, and on which branch."""

    def __init__(self, data: st.DataObject) -> None:
        self.words = {file: WORDS[at * 4 : at * 4 + 4] for at, file in enumerate(FILES)}
        owner, fate = st.integers(0, BRANCHES - 1), st.sampled_from(FATES)
        # In each file one function at least stays as it is: Git, too, knows a file by what stays.
        self.fates = {
            word: (data.draw(owner), data.draw(fate) if at > 1 else "edited" if data.draw(st.booleans()) else "kept")
            for words in self.words.values()
            for at, word in enumerate(words)
        }
        self.moves = {file: (data.draw(owner), data.draw(st.booleans())) for file in FILES}
        self.added = {file: data.draw(owner) for file in FILES}

    def tree(self, *branches: int, merger: str = "") -> Tree:
        """Return the files with what the branches did, all of it put together; the merger edits one function itself."""
        tree: Tree = {}
        for file, words in self.words.items():
            parts = []
            for word in words:
                branch, fate = self.fates[word]
                fate = fate if branch in branches else "kept"
                if fate != "deleted":
                    edit = " + 1" if fate == "edited" else ""
                    own = " - merged" if word == merger else ""
                    parts.append(text(word, name=f"new_{word}" if fate == "renamed" else "", edit=edit + own))
            if self.added[file] in branches:
                parts.append(text(f"added_{file.rpartition('/')[2][:-3]}"))
            mover, is_moved = self.moves[file]
            tree[f"moved/{file}" if is_moved and mover in branches else file] = "\n\n".join(parts)
        return tree


@pytest.mark.timeout(120)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_nothing_of_a_branch_is_the_mergers_own(data: st.DataObject) -> None:
    history = History(data)
    order = data.draw(st.sampled_from(list(permutations(range(BRANCHES)))))
    number = data.draw(st.integers(2, BRANCHES))  # an octopus, or two of them
    merged_branches = order[:number]
    kept = [word for word, (branch, fate) in history.fates.items() if fate == "kept" or branch not in merged_branches]
    merger = data.draw(st.sampled_from(["", *kept]))
    parents = [history.tree(branch) for branch in merged_branches]
    merged = history.tree(*merged_branches, merger=merger)
    delta = delta_of(parents[0], merged, *parents[1:], bases=[history.tree()])
    own = [op for op in children(delta) if "from_parent" not in op]
    assert [(op["op"], op["address"].partition("::")[2]) for op in own] == ([("replace", merger)] if merger else [])
    symbols = symbols_of(parents[0])
    apply(symbols, delta, [symbols_of(tree) for tree in parents[1:]])
    assert {path: names for path, names in symbols.items() if names} == symbols_of(merged)
