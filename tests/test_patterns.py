"""Regular expressions that wait, and words that are found without one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muse_hook.patterns import pattern
from muse_hook.semver.header import words_at


def test_a_pattern_is_asked_as_if_it_were_compiled() -> None:
    waiting = pattern(r"(?s)a.b")
    assert waiting.findall("a\nb acb") == ["a\nb", "acb"]
    assert waiting.sub("-", "a.b") == "-"
    assert waiting.fullmatch("a") is None
    with pytest.raises(AttributeError):
        _ = waiting.pattern


@given(st.text("ab_$.@é ", max_size=30), st.sampled_from(["a", "ab", "_b", "é"]), st.sampled_from(["$", "$#@", "."]))
def test_words_are_found_where_the_expression_finds_them(text: str, word: str, before: str) -> None:
    expected = [one.span(1) for one in re.finditer(rf"(?<![\w{before}])(?=({word}))", text)]
    assert words_at(text, word, frozenset(before)) == expected
