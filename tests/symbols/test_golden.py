"""Before, after, and what the tables say of them, for each language that has a folder under `golden`."""

from __future__ import annotations

from pathlib import Path

import pytest

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract
from muse_hook.symbols.outline import Outline

GOLDEN = Path(__file__).parent.parent / "golden"
PARTS = ("signature", "body", "decorators", "bases", "docstring", "guard")


def described(old: SymbolTable, new: SymbolTable) -> str:
    """Return a line for each symbol of either table: what became of it, and which parts of it changed."""
    lines = []
    for name in sorted({*old.symbols, *new.symbols}):
        before, after = old.symbols.get(name), new.symbols.get(name)
        if before is None or after is None:
            symbol = before or after
            assert symbol is not None
            op, parts = ("insert" if before is None else "delete"), []
        else:
            symbol = after
            op = "same" if before.same_as(after) else "replace"
            parts = [part for part in PARTS if getattr(before, f"{part}_id") != getattr(after, f"{part}_id")]
        first, last = symbol.lines
        lines.append(" ".join([op, symbol.kind, name, f"L{first}-{last}", *parts]))
    lines.append("module same" if old.same_module(new) else "module changed")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_golden_files_have_the_symbols_that_are_expected(folder: Path) -> None:
    before, after = (next(folder.glob(f"{name}.*")) for name in ("before", "after"))
    language = language_for(before.name)
    assert language is not None
    old = extract(before.read_bytes(), language)
    new = extract(after.read_bytes(), language)
    assert (old.state, new.state) == ("parsed", "parsed")
    assert described(old, new) == (folder / "expected.txt").read_text(encoding="utf-8")
    again = extract(after.read_bytes(), language, old)
    assert described(new, again).replace("same ", "").count("\n") == len(new.symbols) + 1
    assert new.same_tree(again)


@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_what_is_passed_over_or_remembered_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [(path.name, path.read_bytes()) for path in folder.glob("[ab]*.*") if language_for(path.name)]
    read = []
    for is_spared in (True, False):
        if not is_spared:
            monkeypatch.setattr(Outline, "_has_tests", lambda *_: True)
            monkeypatch.setattr(Outline, "_is_alike", lambda *_: False)
        for name, source in sources:
            language = language_for(name)
            assert language is not None
            for lines in (b"", b"\n", b"\n\n\n"):
                table = extract(lines + source, language)
                symbols = [(one.qualified_name, one.kind, one.lines, one.content_id) for one in table.symbols.values()]
                read.append((symbols, table.module_id, table.tree_id))
    assert read[: len(read) // 2] == read[len(read) // 2 :]
