"""What other code may rely on: public names in public files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable

EXCLUDED = frozenset(("tests", "docs", "__tests__", "testdata"))
"""Folders, anywhere, whose code nobody depends on."""

TESTS = (".Tests", ".Test", "UnitTests", "IntegrationTests", "FunctionalTests")
"""How the folders of such projects end."""

EXCLUDED_ON_TOP = frozenset((
    "test", "doc", "examples", "example", "benchmarks", "benchmark", "benches", "bench", "scripts", "fuzz", "samples",
    "buildSrc",
))  # fmt: skip
"""Likewise, but only at the top of the repository: deeper down they may be packages (`django/test`)."""

INTERNAL_ON_TOP = frozenset(("setup", "conftest", "noxfile", "tasks", "fabfile"))
"""Files at the top that serve the repository and not those who install it."""

TOOLS = frozenset(("Gruntfile", "gulpfile"))
"""Files that tell a tool what to do with the repository."""

BUILDS = (".gradle.kts", ".sbt")
"""How files end that say how the repository is built."""

SOURCE_ROOTS = ("src/", "lib/", "python/")
"""Folders that are no part of a module's name."""

PACKAGE = "__init__"
"""The file that is the package itself: what it imports is the package's too."""

MAIN = "__main__"
"""The file that runs a package."""

NAMED = "named"
"""What a language's row says where names, lists and imports make public."""

NOBODY_ASKS = frozenset(("__metaclass__", "__slots__", "__all__", "__tracebackhide__"))
"""Names of the language's own that say something to it alone."""

# By path, of the last so many: each is asked for with every symbol of a file. With `Surface`'s own memory 3.5 % of a
# backfill of requests.
_PATHS = 4096
_excluded: dict[str, bool] = {}
_public_paths: dict[str, bool] = {}


def is_excluded(path: str) -> bool:
    """Whether a file is a test or documentation: no change of it asks for a new version."""
    found = _excluded.get(path)
    return _keep(_excluded, path, _is_excluded(path)) if found is None else found


def _keep(kept: dict[str, bool], path: str, value: bool) -> bool:  # noqa: FBT001 - what is kept
    if len(kept) >= _PATHS:
        kept.clear()
    kept[path] = value
    return value


def _is_excluded(path: str) -> bool:
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if any(folder in EXCLUDED or folder[:1] == "." or folder.endswith(TESTS) for folder in folders):
        return True
    if folders and folders[0] in EXCLUDED_ON_TOP:
        return True
    _, of_set, inside = path.partition("src/") if path[:4] == "src/" or "/src/" in path else ("", "", "")
    if (
        (of_set and inside.partition("/")[0].endswith("Test"))
        or name.endswith(BUILDS)
        or (folders == ["project"] and name.endswith(".scala"))
    ):
        return True  # `src/commonTest`: a source set of tests
    if "src/test/" in path or any(mark in name for mark in (".test.", ".spec.", ".min.", ".config.", ".conf.")):
        return True
    is_named_so = stem.endswith("_test") or name.rpartition(".")[0].endswith("_test")  # `a_1.17_test.go`
    is_tool = not stem or stem in TOOLS  # `.eslintrc.js` has no stem
    return is_named_so or is_tool or stem.startswith("test_") or stem == "conftest"


def is_public_path(path: str) -> bool:
    """Whether a file can be imported by name: neither excluded nor underscored, nor a tool of the repository."""
    found = _public_paths.get(path)
    return _keep(_public_paths, path, _is_public_path(path)) if found is None else found


def _is_public_path(path: str) -> bool:
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if is_excluded(path) or stem == MAIN or any(is_underscored(part) for part in (*folders, stem)):
        return False
    return bool(folders) or stem not in INTERNAL_ON_TOP


def module_name(path: str) -> str:
    """Return what a file is imported as: `src/a/__init__.py` and `a.py` are both `a`."""
    for root in SOURCE_ROOTS:
        if path.startswith(root):
            path = path[len(root) :]
            break
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if stem == PACKAGE:
        return folder
    return f"{folder}/{stem}" if folder else stem


def is_public(path: str, table: SymbolTable | None, symbol: Symbol) -> bool:
    """Whether a symbol is public: no part of its name underscored, and listed where its module has a list.

    Names with two underscores on both sides are the language's own, and public. An import is public where it is listed,
    where it says so (`from .m import x as x`), or where it brings a module's name into its own package.
    """
    if not is_public_path(path):
        return False
    exports = table.exports if table is not None else None
    outermost = table.symbols.get(symbol.qualified_name.partition(".")[0], symbol) if table is not None else symbol
    if table is not None and (table.is_hidden(symbol) or table.is_hidden(outermost)):
        return False
    if symbol.kind == "import":
        name = symbol.name
        if exports is not None:
            return name in exports or _is_listed_elsewhere(exports, symbol)
        return not is_underscored(name) and _is_reexport(path, symbol)
    if symbol.name in NOBODY_ASKS:
        return False
    imported = table.symbols.get(f"import::{symbol.qualified_name}") if table is not None else None
    if imported is not None and table is not None and not table.is_hidden(imported):
        return exports is not None and symbol.name in exports  # what stands in for an import that failed
    outer, *inner = symbol.qualified_name.split(".")
    if outer not in exports if exports is not None else is_underscored(outer):
        return False
    return not any(is_underscored(part) for part in inner)


def _is_listed_elsewhere(exports: Sequence[str], symbol: Symbol) -> bool:
    """Whether an import comes from a module whose whole list its module repeats (`__all__ = [*a.__all__]`)."""
    imported = symbol.imported
    if imported is None or is_underscored(symbol.name):
        return False
    return _last(imported[0]) in {_last(one[1:]) for one in exports if one.startswith("*")}


def _last(module: str) -> str:
    return module.rpartition(".")[2]


def is_underscored(name: str) -> bool:
    """Whether a name is private by how it is written; names such as `__init__` are the language's own."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _is_reexport(path: str, symbol: Symbol) -> bool:
    """Whether an import is there for others: renamed to itself, or from the package that this file is."""
    if symbol.imported is None:
        return False
    module, name, alias = symbol.imported
    if alias and alias == name:
        return True
    folder, _, file = path.rpartition("/")
    if file.partition(".")[0] != PACKAGE or not module:
        return False
    if module.startswith("."):
        return not module.startswith("..")
    return module.partition(".")[0] == folder.rpartition("/")[2]


def may_have_private_base(owner: Symbol) -> bool:
    """Whether a class may derive from one that is not public, which says nothing of what it passes on itself."""
    header = owner.texts()[0] if not owner.definitions else b""
    return any(sign in header for sign in (b"(_", b", _", b"._"))
