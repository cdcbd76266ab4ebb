"""What other people's code may rely on: public names in public files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol, SymbolTable

UNTOLD = frozenset(("tests", "docs"))
"""Folders, anywhere, whose code nobody depends on."""

UNTOLD_ON_TOP = frozenset(("test", "doc", "examples", "example", "benchmarks"))
"""Likewise, but only at the top of the repository: deeper down they may be packages (`django/test`)."""

INTERNAL_ON_TOP = frozenset(("setup", "conftest", "noxfile", "tasks", "fabfile"))
"""Files at the top that serve the repository and not those who install it."""

SOURCE_ROOTS = ("src/", "lib/", "python/")
"""Folders that are no part of a module's name."""

FACE = "__init__"
"""The file whose imports are the package's face."""


def is_untold(path: str) -> bool:
    """Whether a file is a test or documentation: no change of it asks for a new version."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if any(folder in UNTOLD or folder.startswith(".") for folder in folders):
        return True
    if folders and folders[0] in UNTOLD_ON_TOP:
        return True
    return stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"


def is_public_path(path: str) -> bool:
    """Whether a file can be imported by name: neither untold nor underscored, nor a tool of the repository."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if is_untold(path) or any(_underscored(part) for part in (*folders, stem)):
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
    if stem == FACE:
        return folder
    return f"{folder}/{stem}" if folder else stem


def is_public(path: str, table: SymbolTable | None, symbol: Symbol) -> bool:
    """Whether a symbol is public: no part of its name underscored, and listed where its module has a list.

    Names with two underscores on both sides are the language's own, and public. An import is public where it is listed,
    where it says so (`from .m import x as x`), or where it brings a package's own name to its face.
    """
    if not is_public_path(path):
        return False
    exports = table.exports if table is not None else None
    if symbol.kind == "import":
        name = symbol.name
        if exports is not None:
            return name in exports
        return not _underscored(name) and _is_reexport(path, symbol)
    outer, *inner = symbol.qualified_name.split(".")
    if outer not in exports if exports is not None else _underscored(outer):
        return False
    return not any(_underscored(part) for part in inner)


def _underscored(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _is_reexport(path: str, symbol: Symbol) -> bool:
    """Whether an import is there for others: renamed to itself, or from the package that this is the face of."""
    tokens = symbol.tokens
    if len(tokens) > 2 and tokens[-1] == tokens[-2]:  # noqa: PLR2004 - module, name, alias
        return True
    folder, _, name = path.rpartition("/")
    if name.partition(".")[0] != FACE or len(tokens) < 2:  # noqa: PLR2004 - `import x` has no module
        return False
    module = tokens[0]
    if module.startswith("."):
        return not module.startswith("..")
    return module.partition(".")[0] == folder.rpartition("/")[2]
