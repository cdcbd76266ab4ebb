"""Reads `languages.toml`: what is known of each language, as plain strings, lists and tables."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    Value = str | list[str]
    Row = dict[str, "Value | dict[str, Value]"]

FILE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "languages.toml")


def read_rows(text: str) -> dict[str, Row]:
    """Return the tables of `text` by name, sub-tables inside theirs.

    This is the part of TOML that the file keeps to: tables of depth two, bare or quoted keys, strings in one line
    without escapes, lists of such strings over any number of lines. `tomllib` reads the same (a test holds it) and
    costs a hook 11 ms.
    """
    rows: dict[str, Row] = {}
    table: dict[str, Value] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        line = line.strip()  # noqa: PLW2901 - the same line, bare
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            name, _, part = line[1 : line.index("]")].partition(".")
            row = rows.setdefault(name, {})
            table = row.setdefault(part, {}) if part else row  # type: ignore[assignment] # no value has a table's name
            continue
        key, value = (part.strip() for part in line.split(" = ", 1))
        if value[0] != "[":
            table[key.strip('"')] = value[1 : value.rindex(value[0])]
            continue
        while "]" not in _outside(value):
            value += " " + next(lines).strip()
        table[key.strip('"')] = value.split('"')[1::2]
    return rows


def _outside(value: str) -> str:
    """Return what of a list stands outside its strings."""
    return " ".join(value.split('"')[::2])
