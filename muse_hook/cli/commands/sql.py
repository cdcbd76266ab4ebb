"""`muse-hook sql`: a question in SQL."""

from __future__ import annotations

import csv
import io
import math
import re
import sys

from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json, as_recorded
from muse_hook.cli.terminal import printable, width
from muse_hook.history.sql import fetch_rows, run_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen

PAGED = True
DESCRIPTION = """
Ask the log a question in SQL

The views commits, ops, symbols and renames are documented in docs/sql.md and stay as they are. Only reading is
possible. QUERY may come from stdin as "-". The database is the file index.sqlite that `muse-hook status --json`
leads to; any SQLite tool can open it, read-only.
"""
EXAMPLES = """
muse-hook sql "SELECT kind, count(*) FROM symbols WHERE alive GROUP BY kind"
muse-hook sql "SELECT address, ops FROM symbols ORDER BY ops DESC LIMIT 10"
muse-hook sql "SELECT * FROM renames" --csv > renames.csv
muse-hook sql "SELECT subject, author FROM commits" --csv --spreadsheet > commits.csv
"""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CELL = 60  # columns of one cell on a terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("query", metavar="QUERY", help="One SELECT")
    parser.add_argument("--csv", action="store_true", help="Print comma-separated values with a header")
    parser.add_argument(
        "--spreadsheet",
        action="store_true",
        help="With --csv: put a ' before each cell that a spreadsheet would take for a formula",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Answer the question."""
    if arguments.spreadsheet and not arguments.csv:
        reject("reading the command line", "--spreadsheet is for --csv", "muse-hook sql QUERY --csv --spreadsheet")
    if arguments.query == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr] # a text file
        query = sys.stdin.read()
    else:
        query = as_recorded(arguments.query)
    database = _history(invocation, query)
    invocation.superseded()  # the views say which commits were rewritten, and refs may have moved
    columns, cursor = run_query(database, query)
    out = invocation.out
    if arguments.json:
        keys = _distinct(columns)
        rows = [dict(zip(keys, map(_plain, row), strict=True)) for row in _all(cursor)]
        out.json({"version": 1, "command": "sql", "columns": keys, "rows": rows})
    elif arguments.csv:
        _write_csv(out, columns, cursor, is_for_people=arguments.spreadsheet)
    else:
        _draw(out, columns, _all(cursor))
    return 0


def _history(invocation: Invocation, query: str) -> sqlite3.Connection:
    """Return the history; with the agents that took part where a question is about them."""
    asks = re.search(r"\bagents\b|\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*", query, re.IGNORECASE)
    return invocation.attributed_history() if asks else invocation.history()


def _distinct(columns: Sequence[str]) -> list[str]:
    """Return the names of the columns with a number behind each that stands there already: name, name_2."""
    keys: list[str] = []
    for name in columns:
        key, number = name, 1
        while key in keys or (number > 1 and key in columns):
            number += 1
            key = f"{name}_{number}"
        keys.append(key)
    return keys


def _all(cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    while some := fetch_rows(cursor):
        rows += some
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number
    return value.hex() if isinstance(value, bytes) else value


def _text(value: Any) -> str:
    return "" if value is None else str(value.hex() if isinstance(value, bytes) else value)


def _inert(text: str) -> str:
    """Return a cell that no spreadsheet evaluates (OWASP, CSV injection); a number stays one."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text


def _write_csv(out: Screen, columns: Sequence[str], cursor: sqlite3.Cursor, *, is_for_people: bool) -> None:
    """Write CSV; on a terminal control characters are spelled out like everywhere, in a file they stay.

    `is_for_people`: no cell is a formula.
    """
    spelled = printable if out.width is not None else str

    def display(text: str) -> str:
        return spelled(_inert(text) if is_for_people else text)

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([display(column) for column in columns])
    while some := fetch_rows(cursor):
        writer.writerows([display(_text(value)) for value in row] for row in some)
        out.write(buffer.getvalue())
        buffer.seek(0)
        buffer.truncate()
    out.write(buffer.getvalue())


def _draw(out: Screen, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    cells = [[_cut(out, printable(_text(value))) for value in row] for row in rows]
    numbers = [bool(rows) and all(isinstance(row[at], (int, float)) for row in rows) for at in range(len(columns))]
    widths = [
        max(map(width, [column, *(row[at] for row in cells)])) for at, column in enumerate(map(printable, columns))
    ]
    heads = [_padded(column, widths[at], right=numbers[at]) for at, column in enumerate(columns)]
    out.line(("  ".join(heads), "bold"))
    for row in cells:
        out.line("  ".join(_padded(cell, widths[at], right=numbers[at]) for at, cell in enumerate(row)))


def _padded(text: str, cells: int, *, right: bool) -> str:
    gap = " " * max(cells - width(text), 0)
    return gap + text if right else text + gap


def _cut(out: Screen, text: str) -> str:
    if out.width is None or width(text) <= _CELL:
        return text
    while width(text) >= _CELL:
        text = text[:-1]
    return text + out.sign("…", "~")
