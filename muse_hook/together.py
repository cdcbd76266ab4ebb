"""Writes the modules that hooks load into files that are read at once (`quick_import.import_together` reads them)."""

from __future__ import annotations

import ast
import marshal
import os
import re
import tomllib
from _frozen_importlib_external import MAGIC_NUMBER
from importlib import import_module

from muse_hook import patterns
from muse_hook.quick_import import FOLDER, together_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import TypeVar

    Node = TypeVar("Node", ast.Module, ast.ClassDef, ast.FunctionDef)

# What an ordinary commit imports in functions, what one of code, and what verdicts of languages with marked names; what
# these import at their top comes with them. A module that is missing here is imported by itself (tests/test_together.py
# names it), one too many costs a hook what its import costs. Each has the path of a module for a name.
PARTS = {
    "hook": (
        "catchup.rebase git.discovery oplog.store catchup.fast_path catchup.queue catchup.sessions record.budget"
        " git.objects git.loose git.reflogs languages.languages"
    ),
    "symbols/extract": "symbols.extract semver.named",
    "semver/marked": "semver.marked semver.passed_on",
}
# What every command that reads imports, whichever it is, and what `log` and `blame` do beside that.
READERS = {
    "cli/main": (
        "cli.main cli.options cli.progress git.discovery git.config git.reflogs git.settings catchup.catchup"
        " history.rewrites index.follow index.index oplog.reader oplog.writer"
    ),
    "history/events": "cli.dates history.events history.follow history.names",
}
_PACKAGE = "muse_hook"


def write_together() -> None:
    """Write the file of each part, where that can be done; nobody needs to be told where it cannot."""
    if not os.access(FOLDER, os.W_OK):
        return
    for parts in (PARTS, READERS):
        before: set[str] = {_PACKAGE}
        for part, roots in parts.items():
            found = _in_order([f"{_PACKAGE}.{root}" for root in roots.split()])
            modules = [name for name in found if name not in before]
            before.update(modules)
            write_beside(together_file(part), MAGIC_NUMBER + marshal.dumps([_compiled(name) for name in modules]))
    write_beside(together_file(patterns.PART), MAGIC_NUMBER + marshal.dumps(_patterns()))


def write_beside(path: str, data: bytes) -> None:
    """Write a file at once, whoever else does; not at all where that fails."""
    half = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(half, "xb") as file:
            file.write(data)
        os.replace(half, path)
    except OSError:
        if os.path.lexists(half):
            os.unlink(half)


def _compiled(name: str) -> tuple[str, str, int, int, CodeType]:
    """Return (name, path within the package, time of its last change in ns, its size in bytes, code) of a module."""
    path = _path(name)
    found = os.stat(path)  # before it is read: a later change is seen
    code = compile(_Bare().visit(_tree(name)), path, "exec", dont_inherit=True)
    return name, path.removeprefix(FOLDER), found.st_mtime_ns, found.st_size, code


def _patterns() -> tuple[int, dict[str | bytes, bytes]]:
    """Return `_sre.MAGIC`, and by each regular expression's text what `_sre.compile` is called with, marshalled.

    Where this Python's `re` works in another way there are none, and hooks compile theirs.
    """
    found: dict[str | bytes, bytes] = {}
    texts = pattern_texts()
    try:
        import _sre  # type: ignore[import-not-found] # not in typeshed
        from re import _compiler  # type: ignore[attr-defined] # likewise

        for text in texts:
            parsed = _compiler._parser.parse(text)  # noqa: SLF001 - nobody else says it
            groups = parsed.state.groupdict
            names = [None] * parsed.state.groups
            for name, number in groups.items():
                names[number] = name
            code = list(map(int, _compiler._code(parsed, 0)))  # noqa: SLF001
            arguments = (text, int(parsed.state.flags), code, parsed.state.groups - 1, groups, tuple(names))
            if _sre.compile(*arguments) == _compiler.compile(text):
                found[text] = marshal.dumps(arguments)
    except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):
        return 0, {}
    return _sre.MAGIC, found


def pattern_texts() -> list[str | bytes]:
    """Return the text of each regular expression that the package makes by `patterns.pattern` (or `expression`).

    Its modules are imported for that, where they were not: what stands at their tops may be put together from parts.
    """
    texts: list[str | bytes] = []
    with open(os.path.join(FOLDER, "languages.toml"), "rb") as rows:
        for row in tomllib.load(rows).values():
            texts += (str(row[key]) for key in patterns.ROW_KEYS if key in row)
            texts += (str(row[key]).encode() for key in patterns.BYTES_KEYS if key in row)
    query = import_module(f"{_PACKAGE}.symbols.query")
    for name in sorted(os.listdir(os.path.join(FOLDER, "queries"))):
        with open(os.path.join(FOLDER, "queries", name), encoding="utf-8", newline="\n") as file:
            texts += query.matched_texts(file.read())
    for folder, _, names in os.walk(FOLDER):
        for name in (name for name in names if name.endswith(".py")):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                has_some = re.search(rb"(?m)^\w.* = (?:pattern|expression)\(", file.read()) is not None
            if has_some:
                import_module(f"{_PACKAGE}." + path.removeprefix(FOLDER).removesuffix(".py").replace(os.sep, "."))
    return [*dict.fromkeys((*patterns.made, *texts))]


def _path(name: str) -> str:
    base = FOLDER + name.removeprefix(_PACKAGE + ".").replace(".", "/")
    return base + ".py" if os.path.exists(base + ".py") else base + "/__init__.py"


def _tree(name: str) -> ast.Module:
    with open(_path(name), "rb") as file:
        return ast.parse(file.read())


def _in_order(roots: list[str]) -> list[str]:
    """Return the modules of this package that these import at their tops, and they, each after what it needs."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done or not os.path.exists(_path(name)):
            return
        if name != _PACKAGE:
            visit(name.rpartition(".")[0])
            for needed in _imported(_Bare().visit(_tree(name)).body):
                visit(needed)
        done[name] = None

    for root in roots:
        visit(root)
    return list(done)


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what of this package the statements may import: a name that is taken from a package may be a module."""
    for node in body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _PACKAGE:
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.If | ast.Try):
            yield from _imported([*node.body, *node.orelse])


class _Bare(ast.NodeTransformer):
    """Takes out what a hook has no use for: docstrings, annotations, what is for the type checker."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        return self._without_docstring(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        return self._without_docstring(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node

    def _without_docstring(self, node: Node) -> Node:
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), first)]
        self.generic_visit(node)
        return node
