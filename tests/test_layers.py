"""The walls of docs/architecture.md, held by reading every import of the package."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "muse_hook"

# Low to high: a room imports rooms of lower lines alone, and of its own line only along the arrow.
LINES = (
    "errors quick_import",
    "patterns",
    "model digest languages together",
    "git symbols match semver oplog agents",
    "delta index pathrules",
    "record history replay",
    "catchup concurrent report sharing verify watch",
    "hook install briefing",
    "doctor",
    "cli",
    "__main__",
)
ARROWS = {("watch", "catchup")}
LINE_OF = {room: number for number, line in enumerate(LINES) for room in line.split()}

# The rooms that may import a foreign library. Each is imported where it is needed first: see the table below.
DOORS = {
    "pygit2": {"git"},
    "tree_sitter": {"languages", "symbols"},
    "sqlite3": {"index", "history"},
    "_sqlite3": {"index", "history"},
    "watchdog": {"watch"},
    "pyarrow": {"sharing"},
    "nats": {"sharing"},
    "mcp": {"cli"},
    "anyio": {"cli"},
}
PRINT = {"cli", "__main__", "hook"}
READ_THE_ENVIRONMENT = {"cli", "__main__", "hook", "git"}

# Built into every interpreter, and there before anything is imported.
ALWAYS = {"gc", "_frozen_importlib", "_frozen_importlib_external"}
# Which standard modules a file may import at its top. A hook lives for 50 ms, a command that reads for 100: what only
# some of them need is imported in the function that needs it.
HOOK = {
    "__future__",
    "os",
    "sys",
    "time",
    "fcntl",
    "errno",
    "stat",
    "codecs",
    "operator",
    "marshal",
    "re",  # in what only some commits load
    "_collections",
    "_json",
    "_operator",
    "_sqlite3",
    "_sha1",
    "_sha2",
    "_sha256",
    "_thread",
}
READER = HOOK | {
    "collections",
    "argparse",
    "json",
    "itertools",
    "functools",
    "array",
    "bisect",
    "zlib",
    "base64",
    "sqlite3",
    "contextlib",
}
LOADED_BY_A_HOOK = {
    "": "hook errors digest patterns quick_import",
    "model": "change symbol address",
    "git": "environment discovery process repository refs commits objects loose libgit2 reflogs",
    "pathrules": "rules",
    "languages": "languages grammar kept",
    "symbols": "extract reader reuse outline statement query source normal shapes literals tokens definition damage"
    " table",
    "match": "pairs match unmatched similarity extracted",
    "semver": "judge case rules named public",
    "delta": "build symbols sides ops",
    "oplog": "store files sessions lock entry batch lines shape seal reader writer",
    "index": "index follow database",
    "record": "recorder delta budget",
    "catchup": "fast_path queue rebase sessions",
}
# Files, or whole rooms, whose work takes longer than their imports, and one that the type checker alone loads.
FREE = {
    *("doctor", "install", "report", "concurrent", "sharing", "verify", "record.workers", "record.interrupts"),
    "together",
    *(
        "watch.file_watcher",
        "history.link",
        "model.ops",
        "git.snapshot",
        "git.remotes",
        "briefing",
        "cli.briefs",
        "cli.mcp_server",
    ),
    *(
        f"cli.commands.{name}"
        for name in ("doctor", "install", "uninstall", "report", "concurrent", "verify", "sql", "share", "take")
    ),
}

_SQL = re.compile(r"\s*(SELECT|INSERT|REPLACE|UPDATE|DELETE|CREATE|DROP|WITH|PRAGMA)\s[\s\S]*")


def name_of(path: Path) -> str:
    """`muse_hook/git/objects.py` -> `git.objects`, `muse_hook/git/__init__.py` -> `git`, the package itself -> ``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
NAMES = [name for name in PATHS if name]  # the package itself hands out names, imported on first use
each_module = pytest.mark.parametrize("name", NAMES)


def room_of(name: str) -> str:
    """`git.objects` -> `git`."""
    return name.partition(".")[0]


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(PATHS[name].read_bytes())


def imports(node: ast.AST) -> Iterator[str]:
    """Yield the absolute names that one import statement may load, `muse_hook.` and all."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, "a relative import"
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        ours = [module for module in whole if module.removeprefix("muse_hook.") in PATHS]
        yield from ours if len(ours) == len(whole) else [*ours, str(node.module)]


@cache
def imported(name: str, *, for_types: bool = True) -> frozenset[str]:
    """Return what a module imports, in functions and, with `for_types`, for the type checker as well."""
    skipped = [node for node in tree_of(name).body if is_for_types(node) and not for_types]
    hidden = {id(inner) for node in skipped for inner in ast.walk(node)}
    nodes = [node for node in ast.walk(tree_of(name)) if id(node) not in hidden]
    return frozenset(module for node in nodes for module in imports(node))


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def ours(name: str) -> set[str]:
    """Return the modules of this package that a module imports; the package itself does not count."""
    found = {module.removeprefix("muse_hook.") for module in imported(name) if module.startswith("muse_hook.")}
    assert found <= PATHS.keys(), f"{name} imports {found - PATHS.keys()}"
    return found


def at_the_top(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what is loaded when the module is: what stands in no function and is not for the type checker."""
    for node in body:
        yield from imports(node)
        if isinstance(node, ast.If) and not is_for_types(node):
            yield from at_the_top([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from at_the_top([*node.body, *node.orelse, *node.finalbody])
            yield from (module for handler in node.handlers for module in at_the_top(handler.body))


def test_every_room_has_a_line() -> None:
    assert {room_of(name) for name in NAMES} == LINE_OF.keys()


@each_module
def test_no_room_imports_a_higher_one(name: str) -> None:
    here = room_of(name)
    for there in {room_of(module) for module in ours(name)} - {here}:
        assert LINE_OF[there] < LINE_OF[here] or (here, there) in ARROWS, f"{here} imports {there}"


def test_no_circle() -> None:
    """A module can be read, and tested, with what it imports alone."""
    left = {name: ours(name) for name in NAMES}
    while ready := {name for name, needed in left.items() if not needed & left.keys()}:
        left = {name: needed for name, needed in left.items() if name not in ready}
    # What is left is in a circle, or imports what is: take away what nothing in it imports.
    while idle := left.keys() - {module for needed in left.values() for module in needed}:
        left = {name: needed for name, needed in left.items() if name not in idle}
    assert {name: sorted(needed & left.keys()) for name, needed in left.items()} == {}


@each_module
def test_a_package_file_is_its_docstring(name: str) -> None:
    if PATHS[name].name == "__init__.py":
        body = tree_of(name).body
        assert len(body) == 1
        assert ast.get_docstring(tree_of(name))


@each_module
def test_each_foreign_library_has_its_door(name: str) -> None:
    for module in imported(name, for_types=False):
        top = module.split(".")[0]
        library = "tree_sitter" if top.startswith("tree_sitter") else top
        if top not in {*sys.stdlib_module_names, "_sha2", "_sha256", "muse_hook"}:  # names of two Pythons
            assert library in DOORS, f"{library} has no door"
        assert room_of(name) in DOORS.get(library, {room_of(name)}), f"{name} imports {module}"


@each_module
def test_sql_stands_where_its_tables_are(name: str) -> None:
    if room_of(name) in DOORS["sqlite3"]:
        return
    texts = [node.value for node in ast.walk(tree_of(name)) if isinstance(node, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and _SQL.fullmatch(text)] == []


def uses(name: str, *wanted: str) -> list[int]:
    """Return the lines on which one of the dotted names is called or read."""
    return [
        node.lineno
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in wanted
    ]


@each_module
def test_only_the_command_line_and_the_hook_print_and_exit(name: str) -> None:
    if room_of(name) not in PRINT:
        assert uses(name, "print", "sys.exit", "sys.stdout", "sys.stderr") == []


@each_module
def test_only_git_and_the_entry_points_read_the_environment(name: str) -> None:
    if room_of(name) not in READ_THE_ENVIRONMENT:
        assert uses(name, "os.environ", "os.getenv", "os.environb") == []


def in_hook() -> set[str]:
    return {f"{room}.{file}" if room else file for room, files in LOADED_BY_A_HOOK.items() for file in files.split()}


def test_the_table_names_modules_that_are_there() -> None:
    assert in_hook() | FREE <= set(NAMES)


@each_module
def test_what_a_module_loads_at_its_top(name: str) -> None:
    if name in FREE or room_of(name) in FREE:
        return
    allowed = HOOK if name in in_hook() else READER
    loaded = {module.split(".")[0] for module in at_the_top(tree_of(name).body)} & sys.stdlib_module_names
    assert loaded <= allowed | ALWAYS
    if name in in_hook():
        modules = {module.removeprefix("muse_hook.") for module in at_the_top(tree_of(name).body)}
        assert (modules & PATHS.keys()) - in_hook() - {"model"} == set()
