"""Grammar packages are found, and loaded without their `__init__` where they are laid out as usual."""

from __future__ import annotations

import pytest

from muse_hook.languages import grammar


def test_a_grammar_that_is_laid_out_otherwise_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "_binding", lambda _package: None)
    assert grammar.load("tree_sitter_python").node_kind_count > 0


def test_a_version_without_its_folder_comes_from_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = grammar.version("tree_sitter_python")
    monkeypatch.setattr(grammar, "_found", {"": ""})
    assert grammar.version("tree_sitter_python") == expected
    assert not grammar.version("tree_sitter_of_nothing")
