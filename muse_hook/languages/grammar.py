"""Finds grammar packages, their versions, and what is in them, without running their `__init__`."""

from __future__ import annotations

import os
import sys

from muse_hook.quick_import import with_stand_ins

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from importlib.machinery import PathFinder
    from types import ModuleType
    from typing import Any

    from tree_sitter import Language

_found: dict[str, str] = {}
_paths: dict[str, str] = {}  # of the compiled modules that were loaded, by package


def version(package: str) -> str:
    """Return the version of an installed distribution ("0.25.0"), "" where there is none.

    Its name is looked up as the folder `<package>-<version>.dist-info` on `sys.path`: `importlib.metadata` would cost a
    hook 30 ms. Without such a folder (some zipped or distribution-made installations) metadata decides.
    """
    if not _found:
        for folder in sys.path:
            try:
                names = os.listdir(folder or ".")
            except OSError:
                continue
            for name in names:
                if name[:11] == "tree_sitter" and name.endswith(".dist-info"):
                    distribution, _, number = name.removesuffix(".dist-info").partition("-")
                    _found.setdefault(distribution, number)
        _found.setdefault("", "")
    if package not in _found:
        _found[package] = _metadata_version(package)
    return _found[package]


def _metadata_version(package: str) -> str:
    if _path_finder().find_spec(package) is None:
        return ""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def tree_sitter() -> ModuleType:
    """Return tree-sitter's own compiled module; its package imports `typing` (2 ms) for a protocol nobody asks for.

    The module takes `re.compile`, for a query's predicates, and `IntEnum`, for what a logger gets: a tenth of a hook's
    instructions. Raises ImportError where tree-sitter is not installed.
    """
    plain: dict[str, dict[str, object]] = {
        "re": {"compile": _compile},
        "enum": {"IntEnum": lambda name, numbers: type(name, (int,), numbers)},
    }
    module: ModuleType | None = with_stand_ins(plain, lambda: _binding("tree_sitter"))
    if module is None:
        from importlib import import_module

        module = import_module("tree_sitter")
    return module


def _compile(*arguments: Any) -> re.Pattern[str]:
    import re

    return re.compile(*arguments)


def load(package: str, function: str = "language") -> Language:
    """Return the grammar that a function of an installed package gives; raises ImportError where it cannot be loaded.

    Grammar packages are one compiled module, `_binding`, behind an `__init__` that imports `importlib.resources`
    (10 ms) for query files that nobody asks for. The compiled module is loaded by itself where it is found.
    """
    module = _binding(package)
    if module is None:
        from importlib import import_module

        module = import_module(package)
    language: Language = tree_sitter().Language(getattr(module, function)())
    return language


def path_of(package: str) -> str:
    """Return the path of a package's compiled module, which is loaded; "" where it has none."""
    return _paths.get(package) or getattr(sys.modules.get(f"{package}._binding"), "__file__", None) or ""


def stamp(package: str) -> tuple[object, ...] | None:
    """Return what tells a package that is loaded from another one of its name; None where nothing does.

    That is its version and tree-sitter's, and when its compiled module was changed last (ns), and its size in bytes.
    """
    path = path_of(package)
    if not path:
        return None
    try:
        found = os.stat(path)
    except OSError:
        return None
    return version(package), version("tree_sitter"), found.st_mtime_ns, found.st_size


def _binding(package: str) -> ModuleType | None:
    """Return the package's compiled module, None where it is not laid out as expected.

    It is noted under its full name, so that whoever imports the package finds the same module in it.
    """
    name = f"{package}._binding"
    if name in sys.modules:
        return sys.modules[name]
    finder = _path_finder()
    try:
        spec = finder.find_spec(package)
        found = spec and spec.submodule_search_locations and finder.find_spec(name, spec.submodule_search_locations)
        if not found or found.loader is None:
            return None
        module = found.loader.create_module(found)
        if module is None:
            return None
        found.loader.exec_module(module)
    except (ImportError, AttributeError):
        return None
    sys.modules[name] = module
    _paths[package] = found.origin or ""
    return module


def _path_finder() -> type[PathFinder]:
    try:
        from _frozen_importlib_external import PathFinder  # `importlib` costs a hook 0.3 ms
    except ImportError:
        from importlib.machinery import PathFinder
    return PathFinder
