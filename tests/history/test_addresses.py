"""Addresses and summaries as numbers: what comes back is what was there, in Python and in SQL, whatever it was."""

from __future__ import annotations

import difflib
import sqlite3
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.logs import Log, delete, insert, patch, replace

from muse_hook.history.addresses import Addresses, address_in_sql, form_of_summary, summary_in_sql
from muse_hook.history.names import _close
from muse_hook.history.tables import _TABLES

_PARTS = st.lists(st.sampled_from(["a", "::", ".", "f", "g.py", ":", "import", "\1", "\3", "é", "/"]), max_size=6)
_ADDRESSES = _PARTS.map("".join)


def tables() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(_TABLES)  # what the history keeps
    return connection


@given(st.lists(_ADDRESSES, max_size=12))
@example(["a.py", "a.py::", "a.py::f", "::f", "", "a.py::f::g", "a.py"])
def test_addresses_come_back(texts: list[str]) -> None:
    connection = tables()
    numbers = dict(Addresses(connection).add(texts))
    assert len(set(numbers.values())) == len(set(texts)) == len(numbers)
    other = Addresses(connection)
    for text, number in numbers.items():
        assert other.text(number) == Addresses(connection).text(number) == text
        assert Addresses(connection).find(text) == number
        query = f"SELECT {address_in_sql('a')} FROM (SELECT ? AS a)"  # noqa: S608 - ours
        assert connection.execute(query, (number,)).fetchone() == (text,)
        assert connection.execute(query, (None,)).fetchone() == (None,)
    assert Addresses(connection).find("nobody::") is None
    assert Addresses(connection).find_all([*texts, "nobody", "a.py::nobody"]) == {
        n: text for text, n in numbers.items()
    }
    assert dict(Addresses(connection).add(texts)) == numbers


_LINES = st.one_of(st.just((None, None)), st.tuples(st.integers(1, 99), st.integers(1, 99)))


@given(_ADDRESSES, st.sampled_from(["function", "f", "", None]), _LINES, _ADDRESSES, st.sampled_from(["added ", ""]))
@example("a.py::C.f", "method", (1, 2), "", "added ")
@example("a.py", None, (None, None), "", "added ")
def test_summaries_come_back(address: str, kind: Any, lines: tuple[Any, Any], more: str, before: str) -> None:
    connection = tables()
    number = Addresses(connection).add([address])[address]
    named = address.rpartition("::")[2].rpartition(".")[2]
    end = f"  L{lines[0]}–{lines[1]}"
    for summary in (f"{before}{kind} {named}{end}", f"{before}{address} ({more})", f"{more}{named}{end}", more, end):
        form, own = form_of_summary(summary, address, kind, lines)
        query = (
            f"SELECT {summary_in_sql('e', 'f')} FROM"  # noqa: S608 - ours
            " (SELECT ? AS address, ? AS first_line, ? AS last_line, ? AS summary) e, (SELECT ? AS summary) f"
        )
        assert connection.execute(query, (number, *lines, own, form)).fetchone() == (summary,)


def test_ops_that_say_the_same_of_other_symbols_have_one_form(tmp_path: Any) -> None:
    log = Log(tmp_path / "store")
    for n in range(3):
        where = f"a.py::C{n}.f"
        lines = [3, 4 + n]
        said = f"added method f  L3–{4 + n}"
        log.commit(patch("a.py", insert(where, str(n), kind="method", content_summary=said, lines=lines)), name=str(n))
    assert log.query("SELECT count(*) FROM forms") == [(2,)]
    assert log.query("SELECT summary FROM ops WHERE is_child ORDER BY 1") == [
        (f"added method f  L3–{4 + n}",) for n in range(3)
    ]


@pytest.mark.parametrize(
    "odd", [{"kind": ["x"]}, {"new_address": ["x"]}, {"lines": ["x", {}]}, {"change": 5}, {"content_summary": {}}]
)
def test_an_entry_that_is_none_hides_no_other(tmp_path: Any, odd: dict[str, Any]) -> None:
    log = Log(tmp_path / "store")
    log.commit(patch("a.py", insert("a.py::f")), name="1")
    log.commit(patch("a.py", insert("a.py::odd", **odd)), name="2")
    log.commit(patch("a.py", replace("a.py::f"), delete("a.py::g")), name="3")
    assert log.query("SELECT address FROM ops WHERE is_child ORDER BY 1") == [
        ("a.py::f",), ("a.py::f",), ("a.py::g",)
    ]  # fmt: skip


@given(st.text("abcde", max_size=9), st.lists(st.text("abcdef", max_size=9), max_size=8))
@example("abcde", ["abcfff", "abcff", "abdde"])
def test_what_is_close_to_a_word_is_what_difflib_says(word: str, known: list[str]) -> None:
    assert _close(word, known) == difflib.get_close_matches(word, known, n=3)
