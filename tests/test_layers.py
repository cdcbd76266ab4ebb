"""The layers of DESIGN section 6, held by reading every import of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "muse_hook"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Low to high: a line imports only lines above it in this table, and of its own line what ARROWS allows.
LINES = (
    {"errors", "model", "digest", "quick_import"},
    {"git"},
    {"languages", "symbols", "pathrules"},
    {"match", "delta", "semver"},
    {"oplog"},
    {"index"},
    {"record"},
    {"catchup", "hook"},
    {"concurrent", "history", "replay", "report", "verify", "watch"},
    {"install", "doctor", "cli", "__main__"},
)
ARROWS = {
    ("model", "errors"),
    ("symbols", "languages"),
    ("delta", "match"),
    ("delta", "semver"),
    ("hook", "catchup"),
    ("verify", "replay"),
    ("concurrent", "history"),
    ("report", "history"),
    ("doctor", "install"),
    ("cli", "install"),
    ("cli", "doctor"),
    ("__main__", "cli"),
}


def room(module: str) -> str:
    """`muse_hook.git.trees` -> `git`; the package itself -> ``."""
    return module.split(".")[1] if "." in module else ""


def imported(path: Path) -> list[str]:
    """Return the absolute names of the modules that a file imports, those inside functions included."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            names += (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "muse_hook"
                else [str(node.module)]
            )
    return names


def own_room(path: Path) -> str:
    """Return the room that a file stands in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def line_of(name: str) -> int:
    """Return the line of a room, counted from the lowest."""
    return next(n for n, line in enumerate(LINES) if name in line)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_lower_layer_never_imports_a_higher_one(path: Path) -> None:
    here = own_room(path)
    if here == "__init__":
        return  # names, imported on first use
    for module in imported(path):
        there = room(module) if module.startswith("muse_hook") else ""
        if there in ("", here, "__version__"):
            continue
        allowed = line_of(there) < line_of(here) or (here, there) in ARROWS
        assert allowed, f"{here} imports {module}"


def test_every_room_has_a_line() -> None:
    rooms = {own_room(path) for path in MODULES} - {"__init__"}
    assert rooms <= set().union(*LINES)


def calls(path: Path, *names: str) -> list[int]:
    """Return the lines on which one of the dotted `names` is called or read."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in names
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_foreign_library_has_one_door(path: Path) -> None:
    doors = {"pygit2": {"git"}, "tree_sitter": {"languages", "symbols"}}
    for module in imported(path):
        top = module.split(".")[0]
        top = "tree_sitter" if top.startswith("tree_sitter") else top
        assert own_room(path) in doors.get(top, {own_room(path)}), f"{path} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_the_command_line_prints_and_exits(path: Path) -> None:
    if own_room(path) in ("cli", "__main__", "hook"):
        return
    assert calls(path, "print", "sys.exit", "sys.stdout", "sys.stderr") == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_git_and_the_entry_points_read_the_environment(path: Path) -> None:
    if own_room(path) in ("cli", "__main__", "hook", "git"):
        return
    assert calls(path, "os.environ", "os.getenv", "os.environb") == []
