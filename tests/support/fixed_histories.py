"""Histories whose every commit id is fixed: written through `git fast-import`, or commit by commit as a person does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from support.repository import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from support.repository import Repo

GOLDEN = Path(__file__).parent.parent / "golden"
ADA = "Ada Lovelace <ada@example.org>"
GRACE = "Grace Höpper <grace@example.org>"
DEAD = ("-c", "core.hooksPath=/dev/null")
FILE, PROGRAM, LINK, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o160000

Tree = dict[bytes, tuple[int, bytes]]


class Step(NamedTuple):
    """A commit: `parents` are numbers of earlier steps, the first of them what `branch` stands at."""

    branch: str
    parents: tuple[int, ...]
    tree: Tree
    message: str
    author: str
    when: int


class History:
    """Steps being made. Changes are {path: source, None for a deletion}, on top of the first parent's tree."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.tips: dict[str, int] = {}

    def commit(
        self,
        message: str,
        changes: Mapping[Any, str | bytes | tuple[int, str | bytes] | None] | None = None,
        *,
        branch: str = "main",
        parents: Sequence[str] | None = None,
        author: str = ADA,
    ) -> None:
        """Add a commit to `branch`; `parents` are branches (default: the branch itself, where it is there)."""
        named = parents if parents is not None else [branch] if branch in self.tips else []
        above = tuple(self.tips[name] for name in named)
        tree = dict(self.steps[above[0]].tree) if above else {}
        for path, change in (changes or {}).items():
            name = path.encode() if isinstance(path, str) else path
            if change is None:
                del tree[name]
            else:
                mode, data = change if isinstance(change, tuple) else (FILE, change)
                tree[name] = mode, data.encode() if isinstance(data, str) else data
        self.tips[branch] = len(self.steps)
        self.steps.append(Step(branch, above, tree, message, author, EPOCH + 60 * len(self.steps)))

    def move(self, old: str, new: str, source: str | None = None, message: str = "Move a file") -> None:
        """Add a commit to `main` that moves a file and, with `source`, changes it."""
        mode, data = self.steps[self.tips["main"]].tree[old.encode()]
        self.commit(message, {old: None, new: (mode, data if source is None else source)})

    def stream(self, refs: str = "refs/heads/", hash_size: int = 40) -> bytes:
        """Return what `git fast-import` reads: each branch below `refs`."""
        out: list[bytes] = []
        for number, step in enumerate(self.steps, 1):
            data = step.message.encode() + b"\n"
            out.append(b"reset %s%s\n" % (refs.encode(), step.branch.encode()))
            out.append(b"commit %s%s\nmark :%d\n" % (refs.encode(), step.branch.encode(), number))
            out += [
                b"%s %s %d +0100\n" % (role, who.encode(), step.when)
                for role, who in ((b"author", step.author), (b"committer", GRACE))
            ]
            out.append(b"data %d\n%s\n" % (len(data), data))
            for word, parent in zip([b"from", *[b"merge"] * len(step.parents)], step.parents, strict=False):
                out.append(b"%s :%d\n" % (word, parent + 1))
            out.append(b"deleteall\n")
            for path, (mode, content) in step.tree.items():
                if mode == SUBMODULE:
                    out.append(b"M 160000 %s %s\n" % (b"1" * hash_size, quoted(path)))
                else:
                    out.append(b"M %o inline %s\ndata %d\n%s\n" % (mode, quoted(path), len(content), content))
            out.append(b"\n")
        return b"".join(out)

    def write(self, repo: Repo, refs: str = "refs/heads/", hash_size: int = 40) -> list[str]:
        """Write all branches at once; the commits' ids. No hook fires."""
        marks = repo.path.parent / f"{repo.path.name}-marks"
        repo.git(
            *("-c", "fastimport.unpackLimit=1000000", "fast-import", "--quiet", f"--export-marks={marks}"),
            stdin=self.stream(refs, hash_size),
        )
        rows = [line.split(" ") for line in marks.read_text().split("\n") if line]
        by_mark = {int(mark[1:]): oid for mark, oid in rows}
        return [by_mark[number] for number in range(1, len(self.steps) + 1)]


def quoted(path: bytes) -> bytes:
    """Return a path as fast-import reads it."""
    # As C writes a string: every byte beside the printable ones in octal.
    return b'"%s"' % b"".join(
        b"\\%03o" % byte if byte < 0x20 or byte > 0x7E or byte in b'"\\' else bytes([byte]) for byte in path
    )


def golden(*languages: str) -> History:
    """Return each golden pair, or some languages': added, changed and back, moved and changed, merged, deleted."""
    made = History()
    folders = [folder for folder in sorted(GOLDEN.iterdir()) if not languages or folder.name in languages]
    for folder in folders:
        before, after = (next(folder.glob(f"{name}.*")) for name in ("before", "after"))
        path, moved = f"src/{folder.name}{before.suffix}", f"lib/{folder.name}{before.suffix}"
        old, new = before.read_bytes(), after.read_bytes()
        made.commit(f"{folder.name}: add", {path: old})
        made.commit(f"{folder.name}: change", {path: new})
        made.commit(f"{folder.name}: change back", {path: old})
        made.commit(f"{folder.name}: move and change", {path: None, moved: new})
        made.commit(f"{folder.name}: elsewhere", {moved: new + b"\n"}, branch=folder.name, parents=["main"])
        made.commit(f"{folder.name}: here", {moved: old})
        made.commit(f"{folder.name}: merge", {moved: new + b"\n"}, parents=["main", folder.name])
    for folder in folders:
        suffix = next(folder.glob("before.*")).suffix
        made.commit(f"{folder.name}: delete", {f"lib/{folder.name}{suffix}": None})
    return made


APP = '''"""An app."""

import os
from sys import argv, path as search_path

__all__ = ["App", "start", "stop"]

LIMIT = 10


class App(object):
    """What runs."""

    name: str = "app"

    def __init__(self, name, size=LIMIT):
        self.name = name
        self.size = size

    def run(self, once=False):
        for each in range(self.size):
            print(each, self.name)
            if once:
                return each
        return None

    @property
    def width(self):
        return self.size * 2


def start(app: App, *, fast=False) -> None:
    app.run(once=fast)
    os.getcwd()


def stop(app, code=0):
    print("stopping", app.name, code)
    return code


def _helper(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)
'''
TOOLS = '''"""Tools."""
import json


def read(path):
    with open(path) as file:
        return json.load(file)


def write(path, value):
    text = json.dumps(value, indent=2)
    with open(path, "w") as file:
        file.write(text)
    return len(text)


class Tool:
    def use(self, what):
        return read(what)

    def drop(self):
        pass
'''
BROKEN_BODY = APP.replace("print(each, self.name)", "print(each, self.name")
BROKEN_ACROSS = APP.replace('    """What runs."""', '    """What runs.')
EXTRACTED = APP.replace(
    "    total = 0\n    for value in values:\n        total += value\n    return total / len(values)\n",
    "    return _sum(values) / len(values)\n\n\n"
    "def _sum(values):\n    total = 0\n    for value in values:\n        total += value\n    return total\n",
)


def made() -> History:
    """Return merges of every sort, renames, moves, rules that come and go, broken files, odd paths and modes."""
    made = History()
    _beginning(made)
    _merges(made)
    _rules(made)
    _broken(made)
    _odd(made)
    return made


def _beginning(made: History) -> None:
    made.commit("Begin", {"src/app.py": APP, "src/tools.py": TOOLS, "README.md": "# App\n"})
    made.commit("Change nothing")
    app = APP.replace("def start(app: App, *, fast=False)", "def start(app: App, fast, *, slow=True)")
    made.commit("Change a signature", {"src/app.py": app})
    app = app.replace("def stop(app, code=0)", "def finish(app, code=0)").replace('"stop"', '"finish"')
    made.commit(
        "Rename a function\n\nMuse-Actor: agent 7\nMuse-Intent: tidy\nMuse-Reservation: r-1\n", {"src/app.py": app}
    )
    helper = app[app.index("def _helper") :]
    made.commit(
        "Move a function to another file\n\nCo-authored-by: " + GRACE + "\n",
        {"src/app.py": app.replace(helper, ""), "src/tools.py": TOOLS + "\n\n" + helper},
        author=GRACE,
    )
    made.commit(
        "Format",
        {"src/tools.py": (TOOLS + "\n\n" + helper).replace('"w"', "'w'").replace("    pass", "    pass  # done")},
    )
    made.move("src/tools.py", "lib/tools.py")
    made.move("lib/tools.py", "lib/kit/tools.py", TOOLS.replace("class Tool:", "class Kit:") + "\n\n" + helper)
    made.commit(
        "Rename a method with its class's file",
        {"src/app.py": app.replace(helper, "").replace("def run(", "def go(").replace(".run(", ".go(")},
    )
    made.commit(
        "Order",
        {
            "lib/kit/tools.py": "import json\n"
            + TOOLS.partition("import json\n")[2].replace("def read", "def READ").replace("READ", "read")
        },
    )
    made.commit("Start again", {"src/app.py": APP, "lib/kit/tools.py": TOOLS})
    made.commit("Extract a function", {"src/app.py": EXTRACTED})
    made.commit("Inline it", {"src/app.py": APP})


def _merges(made: History) -> None:
    left = APP.replace('print("stopping", app.name, code)', 'print("halting", app.name)')
    right = APP.replace("return self.size * 2", "return self.size * 3")
    both = left.replace("return self.size * 2", "return self.size * 3")
    made.commit("Topic: width", {"src/app.py": right}, branch="topic", parents=["main"])
    made.commit("Main: stop", {"src/app.py": left})
    made.commit("Merge topic", {"src/app.py": both}, parents=["main", "topic"])
    made.commit(
        "Evil: a merge with its own",
        {"src/new.py": "def evil():\n    return 1\n", "src/app.py": right},
        branch="topic",
        parents=["topic", "main"],
    )
    # Criss-cross: both sides merge what the other was before its own merge.
    made.commit("Cross: main", {"src/one.py": "def one():\n    return 1\n"}, branch="cross-a", parents=["main"])
    made.commit("Cross: other", {"src/two.py": "def two():\n    return 2\n"}, branch="cross-b", parents=["main"])
    made.tips |= {"kept-a": made.tips["cross-a"]}
    made.commit(
        "Cross a with b", {"src/two.py": "def two():\n    return 2\n"}, branch="cross-a", parents=["cross-a", "cross-b"]
    )
    made.commit(
        "Cross b with a", {"src/one.py": "def one():\n    return 11\n"}, branch="cross-b", parents=["cross-b", "kept-a"]
    )
    del made.tips["kept-a"]
    uncrossed = {"src/two.py": "def two():\n    return 2\n", "src/one.py": "def one():\n    return 11\n"}
    made.commit("Uncross", uncrossed, branch="cross-a", parents=["cross-a", "cross-b"])
    made.commit("Merge what was crossed", uncrossed, parents=["main", "cross-a"])
    # An octopus, one of whose arms has moved a file.
    for number in range(3):
        made.commit(
            f"Arm {number}",
            {f"arms/a{number}.py": f"def arm{number}():\n    return {number}\n"},
            branch=f"arm{number}",
            parents=["main"],
        )
    made.commit(
        "Arm moves", {"lib/kit/tools.py": None, "lib/tools.py": TOOLS.replace("indent=2", "indent=4")}, branch="arm2"
    )
    made.commit("Main goes on", {"lib/kit/tools.py": TOOLS.replace("return read(what)", "return read(str(what))")})
    moved = TOOLS.replace("indent=2", "indent=4").replace("return read(what)", "return read(str(what))")
    made.commit(
        "Octopus",
        {f"arms/a{number}.py": f"def arm{number}():\n    return {number}\n" for number in range(3)}
        | {"lib/kit/tools.py": None, "lib/tools.py": moved},
        parents=["main", "arm0", "arm1", "arm2"],
    )
    made.commit("Another root", {"other/root.py": TOOLS}, branch="orphan", parents=[])
    made.commit("Unrelated", {"other/root.py": TOOLS}, parents=["main", "orphan"])
    made.commit(
        "A cascade\n\nRenames on one side, edits on the other.",
        {
            "src/app.py": both.replace("class App", "class Application")
            .replace("app: App", "app: Application")
            .replace('"App"', '"Application"')
        },
        branch="rename",
        parents=["main"],
    )
    made.commit("Edit what the other renames", {"src/app.py": both.replace("return each\n", "return each + 1\n")})
    made.commit(
        "Callers",
        {"src/caller.py": "from src.app import stop\n\n\ndef call():\n    return stop(None, 1)\n"},
        branch="callers",
        parents=["main"],
    )
    made.commit(
        "Take away what the other calls",
        {
            "src/app.py": both.replace("def stop(app, code=0)", "def stop(app)")
            .replace(", code)", ")")
            .replace("return code", "return 0")
        },
    )


def _rules(made: History) -> None:
    generated = {f"gen/g{number}.py": f"def generated{number}():\n    return {number}\n" for number in range(2)}
    made.commit("Generated files", {**generated})
    made.commit("Ignore them", {".museignore": '[global]\npatterns = ["gen/*"]\n'})
    made.commit("Change what is ignored", {"gen/g0.py": "def generated0():\n    return 10\n"})
    made.commit("Mark a vendored folder", {".gitattributes": "lib/** linguist-vendored\n*.md text\n"})
    made.commit("Change what is vendored", {"lib/tools.py": TOOLS})
    made.commit("Ignore one no more", {".museignore": '[domain.code]\npatterns = ["gen/g1.py"]\n'})
    made.commit("A broken rule file", {".museignore": "[global\n"})
    made.commit("No rules", {".museignore": None, ".gitattributes": None})


def _broken(made: History) -> None:
    made.commit("Break a body", {"src/app.py": BROKEN_BODY})
    made.commit("Break across symbols", {"src/app.py": BROKEN_ACROSS})
    made.commit("Change it while it is broken", {"src/app.py": BROKEN_ACROSS.replace("LIMIT = 10", "LIMIT = 11")})
    made.commit("Mend it", {"src/app.py": APP})
    made.commit(
        "No text",
        {
            "src/zero.py": b"def a():\n    return '\0'\n",
            "src/latin.py": "# caf\xe9\ndef b():\n    return 'é'\n".encode("latin-1"),
        },
    )
    made.commit(
        "Line endings and a mark",
        {"src/dos.py": TOOLS.replace("\n", "\r\n"), "src/bom.py": b"\xef\xbb\xbf" + TOOLS.encode()},
    )
    made.commit("Line endings back", {"src/dos.py": TOOLS, "src/bom.py": TOOLS})
    made.commit("Too large", {"src/large.py": "x = 1\n" * 400_000})
    made.commit("Small again", {"src/large.py": "x = 1\n"})
    made.commit("Deep", {"src/deep.py": "x = " + "(" * 3000 + "1" + ")" * 3000 + "\n", "src/empty.py": ""})


def _odd(made: History) -> None:
    made.commit(
        "Odd paths",
        {
            b"odd/caf\xe9.py": "def latin():\n    return 1\n",
            "odd/caf\u00e9.py": "def composed():\n    return 1\n",
            "odd/cafe\u0301.py": "def decomposed():\n    return 1\n",
            'odd/a"b\\c\n.py': "def quoted():\n    return 1\n",
            "odd/ space .py": "def space():\n    return 1\n",
            "odd/\u202eyp.py": "def bidi():\n    return 1\n",
            "odd/::.py": "class Name:\n    def 変数(self):\n        return 1\n",
        },
    )
    made.commit(
        "Change odd paths",
        {
            b"odd/caf\xe9.py": "def latin():\n    return 2\n",
            'odd/a"b\\c\n.py': None,
            "odd/quoted.py": "def quoted():\n    return 1\n",
        },
    )
    made.commit(
        "Modes",
        {
            "src/one.py": (PROGRAM, "def one():\n    return 11\n"),
            "odd/link.py": (LINK, "../src/one.py"),
            "odd/module": (SUBMODULE, ""),
        },
    )
    made.commit(
        "A file becomes a link, a link a file",
        {"src/two.py": (LINK, "one.py"), "odd/link.py": "def link():\n    return 1\n"},
    )
    made.commit(
        "A file becomes a folder",
        {b"odd/caf\xe9.py": None, "odd/link.py": None, "odd/link.py/inner.py": TOOLS, "src/large.py": None},
    )
    made.commit(
        "\u202eright to left \x1b[31mred \u00e9\n\nA body.\n",
        {"script": (PROGRAM, "#!/usr/bin/env python3\ndef main():\n    return 1\n")},
    )
    made.commit("Last", {"src/app.py": APP.replace("LIMIT = 10", "LIMIT = 12")})
