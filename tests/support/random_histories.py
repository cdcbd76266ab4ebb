"""Random histories in a real repository: what people do to files, and what no editor would."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from support.repository import Repo

    Draw = Callable[[st.SearchStrategy[Any]], Any]

NAMES = ("load", "save", "Model", "Store", "run", "x")
PATHS = ("a.py", "b.py", "pkg/c.py", "pkg/d.py", "pkg/sub/e.py", "vendor/f.py", "g.txt", "pkg")
LINK, LINKED_REPOSITORY, FILE, PROGRAM = 0o120000, 0o160000, 0o100644, 0o100755

CLASS = """\
class {n}:
    '''Doc {v}.'''

    level = {v}

    def save(self, {p}):
        return self.level

    def load(self):
        return {v}
"""
PROPERTY = """\
@decorate({v})
class {n}:
    @property
    def value(self):
        return {v}

    @value.setter
    def value(self, value):
        self._value = value
"""
BLOCKS = (
    CLASS,
    PROPERTY,
    "def {n}({p}):\n    return {v}\n",
    "def {n}({p}):\n    if ready:\n        wait({v})\n    return compute(key, depth + {v})\n",
    "async def {n}({p}):\n    async with session as s:\n        await s.get({v})\n",
    "class {n}(Base):\n    class Inner:\n        def run(self):\n            return {v}\n\n    x = {v}\n",
    "{n} = {v}\n",
    "{n}, other = {v}, {v}\n",
    "{n} += {v}\n",
    "import {n}\n",
    "from m{v} import {n}, other as {n}2\n",
    "from m{v} import *\n",
    "if sys.version_info > ({v},):\n    def {n}({p}):\n        return {v}\nelse:\n    def {n}({p}):\n        pass\n",
    "try:\n    import {n}\nexcept ImportError:\n    {n} = {v}\n",
    "print({v})\n",
    '"""A module, {v}."""\n',
    "if __name__ == '__main__':\n    {n}({v})\n",
    "match {v}:\n    case 1:\n        {n} = 1\n",
    "\tdef {n}(): return {v}\n",
)
BROKEN = (
    "class (:\n", "def f(:\n  class\n", ")\n", "def {n}({p}:\n    return {v}\n", "def {n}():\n    x = = {v}\n",
    "'''\n", "def {n}():\n  a\n    b\n", "<<<<<<< ours\n{n} = {v}\n=======\n{n} = 2\n>>>>>>> theirs\n", "\0{n} = {v}\n",
)  # fmt: skip
PARAMETERS = ("", "rows", "path, default=None", "key, *, depth=0")
IGNORED = (b"", b'[global]\npatterns = ["pkg/"]\n', b'[domain.code]\npatterns = ["*.py", "!a.py"]\n', b"not TOML [\n")
ATTRIBUTES = (
    b"", b"vendor/** linguist-vendored\n", b"pkg/*.py linguist-generated\n",
    b"*.py linguist-generated\na.py -linguist-generated\n",
)  # fmt: skip


class Block:
    """A stretch of a module."""

    def __init__(self, template: str, name: str, parameters: str, value: int) -> None:
        self.template, self.name, self.parameters, self.value = template, name, parameters, value

    def source(self) -> str:
        return self.template.format(n=self.name, p=self.parameters, v=self.value)


class File:
    """A path's entry: blocks of text with a mode, and how they are written down."""

    def __init__(self, blocks: list[Block], mode: int = FILE) -> None:
        self.blocks = blocks
        self.mode = mode
        self.gap = "\n"
        self.newline = "\n"
        self.start = b""

    def content(self) -> bytes:
        if self.mode == LINK:
            return b"a.py"
        text = self.gap.join(block.source() for block in self.blocks)
        return self.start + text.replace("\n", self.newline).encode()


class Tree:
    """What a commit holds: files, and the rules of what is recorded."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.ignored = b""
        self.attributes = b""
        self.nested = b""

    def entries(self) -> dict[str, tuple[int, bytes]]:
        """Return (mode, content) by path, as Git is given them; where a file is in a folder's way it is left out."""
        found = {path: (file.mode, file.content()) for path, file in self.files.items()}
        found |= {
            path: (FILE, content)
            for path, content in (
                (".museignore", self.ignored), (".gitattributes", self.attributes), ("pkg/.gitattributes", self.nested),
            )
            if content
        }  # fmt: skip
        folders = {path.rpartition("/")[0] for path in found} | {"pkg" for path in found if path.startswith("pkg/")}
        return {path: entry for path, entry in found.items() if path not in folders}

    def told(self) -> dict[str, bytes]:
        """Return the content of the files whose symbols are recorded, by a second reading of the rules."""
        found = {}
        for path, (mode, content) in self.entries().items():
            if not path.endswith(".py") or mode not in (FILE, PROGRAM):
                continue
            if self.ignored == IGNORED[1] and path.startswith("pkg/"):
                continue
            if self.ignored == IGNORED[2] and path != "a.py":
                continue
            if self.attributes == ATTRIBUTES[1] and path.startswith("vendor/"):
                continue
            in_pkg = os.path.dirname(path) == "pkg"
            if self.attributes == ATTRIBUTES[2] and in_pkg and not self.nested:
                continue
            if self.attributes == ATTRIBUTES[3] and path != "a.py" and not (self.nested and path.startswith("pkg/")):
                continue
            found[path] = content
        return found


values = st.integers(0, 5)
blocks = st.builds(Block, st.sampled_from(BLOCKS), st.sampled_from(NAMES), st.sampled_from(PARAMETERS), values)
files = st.builds(File, st.lists(blocks, max_size=5))


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    tree = Tree()
    tree.files = {path: draw(files) for path in sorted(draw(st.sets(st.sampled_from(PATHS), min_size=1, max_size=5)))}
    return tree


EDITS = (
    "add", "add", "delete", "rename", "rename", "edit", "edit", "edit", "move", "move", "reformat", "newlines",
    "reorder", "break", "break", "mend", "mend", "rename file", "rename file", "copy file", "add file", "delete file",
    "swap files", "link", "mode", "ignore", "attributes", "nested attributes", "swap names", "empty",
)  # fmt: skip


def edit(draw: Draw, tree: Tree) -> None:
    """Change a tree in place."""
    what = draw(st.sampled_from(EDITS))
    if what == "ignore":
        tree.ignored = draw(st.sampled_from(IGNORED))
    elif what == "attributes":
        tree.attributes = draw(st.sampled_from(ATTRIBUTES))
    elif what == "nested attributes":
        tree.nested = draw(st.sampled_from((b"", b"*.py -linguist-generated\n")))
    elif what == "add file" or not tree.files:
        tree.files[draw(st.sampled_from(PATHS))] = draw(files)
    else:
        path = draw(st.sampled_from(sorted(tree.files)))
        _edit_file(draw, what, tree, path)


def _edit_file(draw: Draw, what: str, tree: Tree, path: str) -> None:
    file = tree.files[path]
    block = draw(st.sampled_from(file.blocks)) if file.blocks else None
    other = draw(st.sampled_from(PATHS)) if "file" in what else draw(st.sampled_from(sorted(tree.files)))
    if what == "add":
        file.blocks.insert(draw(st.integers(0, len(file.blocks))), draw(blocks))
    elif what == "delete" and block:
        file.blocks.remove(block)
    elif what == "rename" and block:
        block.name = draw(st.sampled_from(NAMES))
    elif what == "edit" and block:
        block.value, block.parameters = draw(values), draw(st.sampled_from(PARAMETERS))
    elif what == "move" and block:
        file.blocks.remove(block)
        tree.files[other].blocks.insert(0, block)
    elif what == "reformat":
        file.gap = draw(st.sampled_from(("\n", "\n\n\n", "# note\n", "\f\n")))
    elif what == "newlines":
        file.newline = draw(st.sampled_from(("\n", "\r\n", "\r")))
        file.start = draw(st.sampled_from((b"", b"\xef\xbb\xbf", b"# coding: latin-1\n")))
    elif what == "reorder":
        file.blocks.reverse()
    elif what == "break":
        broken = Block(draw(st.sampled_from(BROKEN)), draw(st.sampled_from(NAMES)), "rows", draw(values))
        file.blocks.insert(draw(st.integers(0, len(file.blocks))), broken)
    elif what == "mend":
        file.blocks = [each for each in file.blocks if each.template not in BROKEN]
    elif what == "rename file":
        tree.files[other] = tree.files.pop(path)
    elif what == "copy file":
        tree.files[other] = copy.deepcopy(file)
    elif what == "delete file":
        del tree.files[path]
    elif what == "swap files":
        there = tree.files.get(other, File([]))
        tree.files[path], tree.files[other] = there, file
    elif what == "link":
        file.mode = FILE if file.mode == LINK else LINK
    elif what == "mode":
        file.mode = PROGRAM if file.mode == FILE else FILE
    elif what == "swap names" and len(file.blocks) > 1:
        one, two = file.blocks[0], file.blocks[-1]
        one.name, two.name = two.name, one.name
    elif what == "empty":
        file.blocks = []


class Made:
    """A commit to be made: its parents by their numbers, and its tree."""

    def __init__(self, parents: Sequence[int], tree: Tree) -> None:
        self.parents = list(parents)
        self.tree = tree

    def __repr__(self) -> str:
        return f"Made({self.parents}, {self.tree.entries()})"


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Make commits that stand on each other, merges of two and three among them."""
    made = [Made([], draw(trees()))]
    for number in range(1, draw(st.integers(2, 7))):
        among = range(max(0, number - 3), number)
        parents = draw(st.lists(st.sampled_from(among), min_size=1, max_size=3, unique=True))
        tree = copy.deepcopy(made[parents[0]].tree)
        if len(parents) > 1:
            _merge(draw, tree, [made[parent].tree for parent in parents[1:]])
        for _ in range(draw(st.integers(0 if len(parents) > 1 else 1, 3))):
            edit(draw, tree)
        made.append(Made(parents, tree))
    return made


def _merge(draw: Draw, tree: Tree, others: Sequence[Tree]) -> None:
    for other in others:
        for path in sorted(tree.files.keys() | other.files.keys()):
            match draw(st.integers(0, 3)):
                case 0 if path in other.files:
                    tree.files[path] = copy.deepcopy(other.files[path])
                case 1 if path not in other.files:
                    del tree.files[path]
                case 2 if path in other.files and path in tree.files:
                    tree.files[path].blocks += copy.deepcopy(other.files[path].blocks)
                case _:
                    pass
        tree.ignored = draw(st.sampled_from((tree.ignored, other.ignored)))
        tree.attributes = draw(st.sampled_from((tree.attributes, other.attributes)))


def write(repo: Repo, made: Sequence[Made]) -> list[str]:
    """Make the commits with one `git fast-import`; their ids."""
    stream: list[bytes] = []
    for number, commit in enumerate(made, 1):
        stream.append(b"commit refs/heads/c%d\nmark :%d\n" % (number, number))
        stream.append(b"committer Ada <ada@example.org> %d +0000\ndata 1\nc\n" % (1_700_000_000 + number))
        for at, parent in enumerate(commit.parents):
            stream.append(b"%s :%d\n" % (b"merge" if at else b"from", parent + 1))
        stream.append(b"deleteall\n")
        for path, (mode, content) in commit.tree.entries().items():
            stream.append(b"M %o inline %s\ndata %d\n%s\n" % (mode, path.encode(), len(content), content))
    stream += (b"get-mark :%d\n" % number for number in range(1, len(made) + 1))
    said = repo.git("fast-import", "--quiet", "--force", "--cat-blob-fd=1", stdin=b"".join(stream))
    return said.split()
