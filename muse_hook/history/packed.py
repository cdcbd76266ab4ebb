"""Ids as the tables keep them: bytes in the place of hexadecimal digits, else as text.

Anybody can append to a log what has an id of another form. An op's id is a UUID's digits and dashes.
"""

from __future__ import annotations

_UUID, _BLOB = 36, 16


def pack_digits(text: str | None) -> bytes | str | None:
    """Return the bytes of lower-case digits, else the text as it is."""
    if not text:
        return text
    try:
        packed = bytes.fromhex(text)
    except (ValueError, TypeError):
        return text
    return packed if packed.hex() == text else text


def unpack_digits(value: bytes | str | None) -> str | None:
    """Return what `pack_digits` was given."""
    return value.hex() if isinstance(value, bytes) else value


def pack_op_id(text: str) -> bytes | str:
    """Return the bytes of an op's id, else the text as it is."""
    if not isinstance(text, str) or len(text) != _UUID:
        return text
    try:
        packed = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        return text
    return packed if len(packed) == _BLOB and _dashed(packed.hex()) == text else text


def unpack_op_id(value: bytes | str) -> str:
    """Return what `pack_op_id` was given."""
    return _dashed(value.hex()) if isinstance(value, bytes) else value


def digits_in_sql(column: str) -> str:
    """Return the expression that is `unpack_digits` of a column."""
    return f"CASE typeof({column}) WHEN 'blob' THEN lower(hex({column})) ELSE {column} END"


def op_id_in_sql(column: str) -> str:
    """Return the expression that is `unpack_op_id` of a column."""
    parts = (f"lower(hex(substr({column}, {first}, {count})))" for first, count in _PARTS)
    joined = " || '-' || ".join(parts)
    return f"CASE typeof({column}) WHEN 'blob' THEN {joined} ELSE {column} END"


_PARTS = ((1, 4), (5, 2), (7, 2), (9, 2), (11, 6))  # of a UUID, in bytes: the first, and how many


def _dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
