"""Git ends lines at a line feed alone; Python's own ways of parting text know a dozen more line ends."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import muse_hook

PACKAGE = Path(muse_hook.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# Read as text, where a lone carriage return would end a line: files of our own, the kernel's, and lists of ids.
TEXT_FILES = {"languages/languages.py", "report/page.py", "__main__.py", "index/database.py", "git/revisions.py"}


def parting(path: Path) -> list[str]:
    """Return where a module parts text as Python sees lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Attribute) and node.attr in {"splitlines", "readlines"}:
            found.append(f"{path}:{node.lineno}: {node.attr}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"open", "os.fdopen", "io.open"}:
            words = {word.arg for word in node.keywords}
            is_known = str(path.relative_to(PACKAGE)) in TEXT_FILES
            if "encoding" in words and "newline" not in words and not is_known:
                found.append(f"{path}:{node.lineno}: a text file without newline=")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_lines_are_parted_at_line_feeds(path: Path) -> None:
    assert parting(path) == []


def test_the_look_for_it_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("text.splitlines()\n")
    assert len(parting(path)) == 1
