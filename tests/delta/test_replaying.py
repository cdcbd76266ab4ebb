"""Folding the ops of any history gives exactly the symbols of each tree."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.deltas import Tree, delta_of, symbols_of, without_swallowed

from muse_hook.replay.replay import apply

GOLDEN = Path(__file__).parent.parent / "golden"
NAMES = ("load", "save", "check", "Model", "Store", "run", "count", "walk")
PATHS = ("a.py", "b.py", "pkg/c.py", "pkg/d.py", "notes.txt")
BODIES = (
    "return 1",
    "return None",
    "for row in rows:\n    total += row.value * factor\nreturn total / len(rows)",
    "with open(path) as stream:\n    data = json.load(stream)\nreturn data.get('key', default)",
    "if not self.ready:\n    raise ValueError('not ready yet')\nself.queue.append((when, what))",
    "try:\n    return cache[key]\nexcept KeyError:\n    cache[key] = compute(key, depth + 1)\n    return cache[key]",
    "load(1)\nreturn save(2, check(3))",
)
PARAMETERS = ("", "rows", "path, default=None", "key, *, depth=0")


class Item:
    """A definition of a made-up module: a function, class, variable, import or bare statement."""

    def __init__(self, kind: str, name: str, body: int, parameters: int) -> None:
        self.kind, self.name, self.body, self.parameters = kind, name, body, parameters
        self.members: list[Item] = []
        self.comment = 0

    def source(self, indent: str = "") -> str:
        text = f"{indent}# note {self.comment}\n" * min(self.comment, 1)
        if self.kind == "function":
            body = BODIES[self.body % len(BODIES)].replace("\n", f"\n{indent}    ")
            text += f"{indent}def {self.name}({PARAMETERS[self.parameters % len(PARAMETERS)]}):\n{indent}    {body}\n"
        elif self.kind == "class":
            text += f"{indent}class {self.name}:\n{indent}    level = {self.body}\n"
            text += "".join(member.source(indent + "    ") for member in self.members)
        elif self.kind == "variable":
            text += f"{indent}{self.name.upper()} = {self.body}\n"
        elif self.kind == "import":
            source = "" if self.body % 2 else f"from m{self.body} "
            text += f"{indent}{source}import {self.name}\n"
        elif self.kind == "broken":
            text += f"{indent}class (:\n"
        else:
            text += f"{indent}print({self.body})\n"
        return text


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)

Project = dict[str, list[Item]]
Draw = Callable[[st.SearchStrategy[Any]], Any]


def render(project: Project) -> Tree:
    return {path: "".join(item.source() for item in items) for path, items in project.items()}


kinds = st.sampled_from(("function", "function", "class", "class", "variable", "import", "statement"))
numbers = st.integers(0, 7)


@st.composite
def items(draw: st.DrawFn, depth: int = 0) -> Item:
    item = Item(draw(kinds), draw(st.sampled_from(NAMES)), draw(numbers), draw(numbers))
    if item.kind == "class" and depth < 2:
        item.members = [
            member for member in draw(st.lists(items(depth + 1), max_size=3)) if member.kind in ("function", "class")
        ]
    return item


@st.composite
def projects(draw: st.DrawFn) -> Project:
    return {
        path: draw(st.lists(items(), max_size=4)) for path in sorted(draw(st.sets(st.sampled_from(PATHS), min_size=1)))
    }


EDITS = (
    "add", "delete", "rename", "rename", "move", "move", "edit", "reformat", "move file", "move file", "swap files",
    "swap names", "break", "mend", "reorder", "delete file", "add file", "nest", "rename member", "move member",
)  # fmt: skip


def containers(project: Project) -> list[list[Item]]:
    """Return every list that holds definitions: modules and classes."""
    found = [project[path] for path in sorted(project)]
    for group in found:
        found += [item.members for item in group if item.kind == "class"]
    return found


def edit(draw: Draw, project: Project) -> None:
    """Change a project in place as people do."""
    what = draw(st.sampled_from(EDITS))
    paths = sorted(project)
    groups = containers(project)
    group = draw(st.sampled_from(groups)) if groups else []
    item = draw(st.sampled_from(group)) if group else None
    if what == "add":
        group.append(draw(items()))
    elif what == "delete" and item:
        group.remove(item)
    elif what in ("rename", "rename member") and item:
        item.name = draw(st.sampled_from(NAMES))
    elif what in ("move", "move member") and item:
        group.remove(item)
        target = draw(st.sampled_from(containers(project)))
        target.insert(draw(st.integers(0, len(target))), item)
    elif what == "edit" and item:
        item.body, item.parameters = draw(numbers), draw(numbers)
    elif what == "reformat" and item:
        item.comment += 1
    elif what in ("move file", "add file", "delete file") and paths:
        path = draw(st.sampled_from(paths))
        target = draw(st.sampled_from(PATHS))
        if what == "move file":
            project[target] = project.pop(path)
        elif what == "add file":
            project[target] = copy.deepcopy(project[path])
        else:
            del project[path]
    elif what == "swap files" and paths:
        one, two = draw(st.sampled_from(paths)), draw(st.sampled_from(paths))
        project[one], project[two] = project[two], project[one]
    elif what == "swap names" and len(group) > 1:
        one, two = draw(st.sampled_from(group)), draw(st.sampled_from(group))
        one.name, two.name = two.name, one.name
    elif what == "break" and paths:
        project[draw(st.sampled_from(paths))].append(Item("broken", "", 0, 0))
    elif what == "mend":
        for path in paths:
            project[path] = [i for i in project[path] if i.kind != "broken"]
    elif what == "reorder" and group:
        group.reverse()
    elif what == "nest" and item and item.kind == "class" and item.members:
        group.append(item.members.pop())


def step(draw: Draw, project: Project) -> Project:
    after = copy.deepcopy(project)
    for _ in range(draw(st.integers(1, 4))):
        edit(draw, after)
    return after


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW, phases=PHASES)
@given(st.data())
def test_folding_the_deltas_of_a_line_of_commits_gives_every_tree(data: st.DataObject) -> None:
    project = data.draw(projects())
    tree: Tree = {}
    table = symbols_of(tree)
    for _ in range(data.draw(st.integers(1, 4))):
        after = render(project)
        apply(table, delta_of(tree, after))
        assert without_swallowed(table, after) == symbols_of(after)
        tree = after
        project = step(data.draw, project)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW, phases=PHASES)
@given(st.data())
def test_folding_a_merge_gives_its_tree(data: st.DataObject) -> None:
    base = data.draw(projects())
    ours, theirs = step(data.draw, base), step(data.draw, base)
    merged: Project = {}
    for path in sorted(ours.keys() | theirs.keys()):
        sides = [side[path] for side in (ours, theirs) if path in side]
        choice = data.draw(st.integers(0, 3))
        if choice == 3:
            merged[path] = [*sides[0], *(i for i in sides[-1] if i.name not in {j.name for j in sides[0]})]
        elif choice < len(sides):
            merged[path] = sides[choice]
    if data.draw(st.booleans()):
        edit(data.draw, merged)
    table = symbols_of(render(ours))
    apply(table, delta_of(render(ours), render(merged), render(theirs)), [symbols_of(render(theirs))])
    assert without_swallowed(table, render(merged)) == symbols_of(render(merged))


@pytest.mark.parametrize("broken", ["class (:\n", "def f(:\n  class\n"])
def test_a_file_that_could_not_be_parsed_is_unknown_until_it_is_restated(broken: str) -> None:
    trees: list[Tree] = [{"a.py": "x = 1\n"}, {"a.py": broken + "x = 2\n"}, {"a.py": "y = 3\n"}, {"a.py": "y = 4\n"}]
    table = symbols_of({})
    before: Tree = {}
    for tree in trees:
        apply(table, delta_of(before, tree))
        assert without_swallowed(table, tree) == symbols_of(tree)
        before = tree


@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_a_history_in_any_language_gives_every_tree(folder: Path) -> None:
    before, after = (next(folder.glob(f"{name}.*")) for name in ("before", "after"))
    old, new = before.read_text(encoding="utf-8"), after.read_text(encoding="utf-8")
    one, other = f"a{before.suffix}", f"b/c{before.suffix}"
    if not before.suffix:
        one, other = before.name, f"b/{before.name}"
    lines = new.split("\n")
    third = len(lines) // 3
    trees: list[Tree] = [
        {one: old},
        {one: new},
        {other: new},
        {other: "\n".join(lines[:third]) + "\n"},
        {other: "\n".join([*lines[:third], "]} ) (", *lines[third:]])},
        {other: "\n".join(lines[:third] + lines[2 * third :]), one: "\n".join(lines[third:])},
        {one: old, other: new},
        {one: new, other: old},
        {one: old.replace("\n", "\n\n")},
        {one: "\n".join(lines[third:] + lines[:third])},
        {other: new},
    ]
    table = symbols_of({})
    tree: Tree = {}
    for number, following in enumerate(trees):
        apply(table, delta_of(tree, following))
        assert without_swallowed(table, following) == symbols_of(following), number
        tree = following
