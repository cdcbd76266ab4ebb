"""Repositories with many branches that were made at random: forks, stacks, merges, renames, callers."""

from __future__ import annotations

import random
import re

from support.repository import Repo

Tree = dict[str, str]

IDENT = b"A U Thor <author@example.com>"
NAMES = ("load", "save", "total", "helper", "draw", "parse")


def module(number: int, chance: random.Random) -> str:
    """Return the text of one module: an import of another one's function, functions, a class."""
    names = chance.sample(NAMES, 3)
    other = (number + 1) % 4
    lines = [
        f"from pkg.mod{other} import {chance.choice(NAMES)}",
        f"import pkg.mod{other} as near",
        "",
        "LIMIT = 1",
        "",
    ]
    for name in names:
        lines += ["", f"def {name}(a, b):", f"    value = {number}", f"    first = near.{chance.choice(NAMES)}(a, b)"]
        lines += ["    print(first)", "    return value + a", ""]
    lines += ["", f"class Box{number}:", "    def __init__(self, size):", "        self.size = size", ""]
    lines += ["    def grow(self, by):", "        self.size += by", "        return self.size", ""]
    return "\n".join(lines)


def change(tree: Tree, chance: random.Random) -> None:
    """Change one thing of a tree."""
    code = sorted(path for path in tree if path.endswith(".py"))
    path = chance.choice(code)
    text = tree[path]
    functions = re.findall(r"^def (\w+)\(", text, re.MULTILINE)
    kind = chance.randrange(12)
    name = chance.choice(functions) if functions else ""
    if kind <= 2:
        tree[path] = re.sub(r"value = \d+", f"value = {chance.randrange(9)}", text, count=chance.choice([0, 1]))
    elif kind == 3 and name:
        tree[path] = text.replace(f"def {name}(a, b", f"def {name}(a, b, extra{chance.choice(['', '=1'])}")
    elif kind == 4 and name:
        tree[path] = re.sub(rf"\b{name}\b", f"{name}_{chance.choice('xyz')}", text)
    elif kind == 5 and name:
        tree[path] = re.sub(rf"\ndef {name}\(.*?(?=\n(def|class) |\Z)", "", text, flags=re.DOTALL)
    elif kind == 6 and name:
        found = re.search(rf"\ndef {name}\(.*?(?=\n(def|class) |\Z)", text, flags=re.DOTALL)
        goal = chance.choice(code)
        if found is not None and goal != path:
            tree[path] = text.replace(found[0], "")
            tree[goal] += found[0] + "\n"
    elif kind == 7:
        called = chance.choice(NAMES)
        tree[path] = (
            text + f"\n\ndef use_{called}_{chance.randrange(3)}():\n    return {called}(1, 2) or near.{called}(3)\n"
        )
    elif kind == 8:
        tree[path] = text.replace("def __init__(self, size)", "def __init__(self, size, colour)")
    elif kind == 9:
        tree["notes.txt"] = f"line {chance.randrange(3)}\n" + tree.get("notes.txt", "")
    elif kind == 10:
        goal = path.replace("mod", chance.choice(["new", "old"]))
        tree[goal] = tree.pop(path)
    else:
        tree[path] = text.replace("LIMIT = 1", f"LIMIT = {chance.randrange(4)}") + f"\nprint({chance.randrange(3)})\n"


class ManyBranches:
    """Writes branches below `topic/` that part from several commits of `main`, or from each other."""

    def __init__(self, repo: Repo, seed: int) -> None:
        self.repo = repo
        self.chance = random.Random(seed)  # noqa: S311 - the same branches each time
        self._lines: list[bytes] = []
        self._marks = 0
        self._tree_of: dict[int, Tree] = {}
        self._time = 1_900_000_000

    def make(self, branches: int, trunk: int = 3) -> None:
        """Write `trunk` commits of the main branch and that many others."""
        tree = {f"pkg/mod{number}.py": module(number, self.chance) for number in range(4)} | {"notes.txt": "begin\n"}
        line = [self.commit("main", tree, [])]
        for _ in range(trunk):
            line.append(self.step("main", line[-1], self.chance.randrange(1, 3)))
        tips: list[int] = []
        for number in range(branches):
            start = self.chance.choice(line if not tips or self.chance.random() < 0.7 else tips)
            tip = start
            for _ in range(self.chance.randrange(1, 4)):
                tip = self.step(f"topic/{number}", tip, self.chance.randrange(1, 3))
                tips.append(tip)
            if self.chance.random() < 0.2:  # it takes the main branch in
                tree = self._tree_of[line[-1]] | self._tree_of[tip]
                tip = self.commit(f"topic/{number}", tree, [tip, line[-1]])
            tips.append(tip)
        self.repo.run("git", "fast-import", "--quiet", "--force", stdin=b"".join(self._lines))

    def step(self, branch: str, parent: int, changes: int) -> int:
        """Write a commit with so many changes; its mark."""
        tree = dict(self._tree_of[parent])
        for _ in range(changes):
            change(tree, self.chance)
        return self.commit(branch, tree, [parent])

    def commit(self, branch: str, tree: Tree, parents: list[int]) -> int:
        """Write a commit of a whole tree; its mark."""
        self._marks += 1
        self._time += 60
        self._tree_of[self._marks] = tree
        self._lines.append(f"commit refs/heads/{branch}\nmark :{self._marks}\n".encode())
        self._lines.append(b"committer %s %d +0000\ndata 1\nx\n" % (IDENT, self._time))
        for word, parent in zip(("from", *["merge"] * len(parents)), parents, strict=False):
            self._lines.append(f"{word} :{parent}\n".encode())
        self._lines.append(b"deleteall\n")
        for path, text in sorted(tree.items()):
            data = text.encode()
            self._lines.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        return self._marks
