"""Regular expressions that wait, and words that are found without one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muse_hook.patterns import pattern
from muse_hook.semver.header import words_at
from muse_hook.semver.spelling import _renamed


def test_a_pattern_is_asked_as_if_it_were_compiled() -> None:
    waiting = pattern(r"(?s)a.b")
    assert waiting.findall("a\nb acb") == ["a\nb", "acb"]
    assert waiting.sub("-", "a.b") == "-"
    assert waiting.fullmatch("a") is None
    with pytest.raises(AttributeError):
        _ = waiting.pattern


def test_a_pattern_of_bytes_is_asked_likewise() -> None:
    waiting = pattern(rb"(?xm)^ (?P<word>\w+) ;")
    assert [one["word"] for one in waiting.finditer(b"a;\nb;c;\nd")] == [b"a", b"b"]
    assert waiting.split(b"a;\n-") == [b"", b"a", b"\n-"]
    assert pattern(rb"(?xm)^ (?P<word>\w+) ;") is waiting


@given(
    st.lists(st.sampled_from(["A", "AB", "a", ".", "_", "<", ">", " ", "interface{}", "é"]), max_size=12).map("".join),
    st.sampled_from(["A", "AB", "interface{}"]),
)
def test_names_in_a_type_are_renamed_where_the_expression_finds_them(text: str, name: str) -> None:
    for front, before in ((r"(?<![\w.])", frozenset(".")), (r"(?<!\w)(?<!\w\.)", frozenset[str]())):
        assert _renamed(text, name, "B", before) == re.sub(rf"{front}{re.escape(name)}(?!\w)", "B", text)


@given(st.text("ab_$.@é ", max_size=30), st.sampled_from(["a", "ab", "_b", "é"]), st.sampled_from(["$", "$#@", "."]))
def test_words_are_found_where_the_expression_finds_them(text: str, word: str, before: str) -> None:
    expected = [one.span(1) for one in re.finditer(rf"(?<![\w{before}])(?=({word}))", text)]
    assert words_at(text, word, frozenset(before)) == expected
