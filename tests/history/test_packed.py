"""Ids as bytes: what comes back is what was there, in Python and in SQL, whatever it was."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from muse_hook.history.packed import (
    digits_in_sql,
    op_id_in_sql,
    pack_digits,
    pack_op_id,
    unpack_digits,
    unpack_op_id,
)

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
_DIGITS = st.binary(max_size=32).map(bytes.hex)
_SQL = sqlite3.connect(":memory:")


@given(st.one_of(_TEXTS, _DIGITS, _DIGITS.map(str.upper), st.text("0123456789abcdefABF -", max_size=40)))
@example("ab cd")
@example("")
def test_digits_come_back(text: str) -> None:
    packed = pack_digits(text)
    assert unpack_digits(packed) == text
    assert _SQL.execute(f"SELECT {digits_in_sql('a')} FROM (SELECT ? AS a)", (packed,)).fetchone() == (text,)  # noqa: S608 - ours
    assert text == "" or isinstance(packed, bytes) == (len(text) % 2 == 0 and set(text) <= set("0123456789abcdef"))


@given(st.one_of(_TEXTS, st.uuids().map(str), st.uuids().map(str).map(str.upper), st.text("0a1-", max_size=40)))
@example("00000000-0000-0000-0000-00000000000 ")
@example("0000000-00000-0000-0000-000000000000")
def test_ids_of_ops_come_back(text: str) -> None:
    packed = pack_op_id(text)
    assert unpack_op_id(packed) == text
    assert _SQL.execute(f"SELECT {op_id_in_sql('a')} FROM (SELECT ? AS a)", (packed,)).fetchone() == (text,)  # noqa: S608 - ours


def test_an_id_of_an_op_is_sixteen_bytes() -> None:
    text = str(UUID(int=0xA1B2))
    assert pack_op_id(text) == UUID(text).bytes
    assert pack_digits(None) is None
