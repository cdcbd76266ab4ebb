"""What a person sees: escaping, rows of a delta, columns, progress."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muse_hook.cli.delta_rows import file_rows, symbol_row
from muse_hook.cli.delta_view import draw_delta
from muse_hook.cli.progress import Progress, duration
from muse_hook.cli.terminal import ClosedStreamError, Screen, printable, spans_width, wants_colour, width

SGR = re.compile(r"\x1b\[[0-9;]*m")


class Stream(io.StringIO):
    encoding = "utf-8"


def drawn(delta: dict[str, Any], *, columns: int | None = None, colour: bool = False) -> str:
    stream = Stream()
    draw_delta(Screen(stream, colour=colour, width=columns), delta)
    return stream.getvalue()


def delta_of(*ops: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"domain": "code", "ops": list(ops), "summary": ""} | keys


def patch(path: str, *children: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"op": "patch", "address": path, "child_ops": list(children), "child_domain": "code_symbols"} | keys


def inserted(address: str, **keys: Any) -> dict[str, Any]:
    name = address.rpartition("::")[2]
    return {"op": "insert", "address": address, "content_summary": f"added function {name}  L3–9"} | keys


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\nc\td", "a\\x0db\\x0ac\\x09d"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\x9b31m", "\\x9b31m"),
        ("\udcff\ud800", "\\xff\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("naïve 漢字 👩", "naïve 漢字 👩"),
        ("👩\u200d💻 \u2764\ufe0f", "👩\\u200d💻 \u2764\\ufe0f"),
    ],
)
def test_what_steers_a_terminal_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_no_text_brings_a_control_or_a_bidirectional_character_to_the_terminal(text: str) -> None:
    stream = Stream()
    Screen(stream, colour=True).line(text, (text, "error"))
    shown = SGR.sub("", stream.getvalue()).removesuffix("\n")
    assert all(
        unicodedata.category(each) not in {"Cc", "Zl", "Zp", "Cs"}
        and unicodedata.bidirectional(each) not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for each in shown
    )


@given(st.text())
def test_json_on_a_screen_is_printable_ascii_and_comes_back_whole(text: str) -> None:
    stream = Stream()
    Screen(stream).json({text: [text]})
    line = stream.getvalue().removesuffix("\n")
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {text: [text]}


def test_width_counts_cells_not_characters() -> None:
    assert width("漢字") == 4
    assert width("e\u0301") == 1
    assert spans_width("a\x1b", ("漢", "dim")) == 7


def test_colour_is_for_terminals_that_want_it() -> None:
    class Terminal(Stream):
        def isatty(self) -> bool:
            return True

    assert wants_colour(Terminal(), "auto", {"TERM": "xterm"})
    assert not wants_colour(Terminal(), "auto", {"TERM": "xterm", "NO_COLOR": "1"})
    assert wants_colour(Terminal(), "auto", {"TERM": "xterm", "NO_COLOR": ""})
    assert not wants_colour(Terminal(), "auto", {"TERM": "dumb"})
    assert not wants_colour(Stream(), "auto", {"TERM": "xterm"})
    assert wants_colour(Stream(), "always", {"NO_COLOR": "1"})
    assert not wants_colour(Terminal(), "never", {})


def test_a_reader_that_has_gone_is_told_apart_from_messages_nobody_reads() -> None:
    class Gone(Stream):
        def write(self, text: str) -> int:
            raise BrokenPipeError(text)

    with pytest.raises(ClosedStreamError):
        Screen(Gone()).line("data")
    Screen(Gone(), optional=True).line("a message")


def test_columns_line_up_and_names_are_sorted_by_line() -> None:
    text = drawn(
        delta_of(
            patch(
                "a.py",
                inserted("a.py::later", kind="function", lines=[100, 120]),
                inserted("a.py::C.first", kind="async_method", lines=[7, 7]),
                {
                    "op": "replace",
                    "address": "a.py::C.run",
                    "kind": "method",
                    "lines": [8, 9],
                    "change": ["signature", "body"],
                    "old_summary": "method run",
                    "new_summary": "method run (modified)  L8–9",
                },
            ),
            sem_ver_bump="minor",
            breaking_changes=[],
        )
    )
    assert text.splitlines() == [
        "~ a.py",
        "    + async method        L7  C.first",
        "    ~ method            L8–9  C.run    signature, body",
        "    + function      L100–120  later",
        "",
        "1 file; 3 symbols (2 added, 1 changed); SemVer: minor",
    ]


def test_imports_that_came_together_share_a_row() -> None:
    ops = [inserted(f"a.py::import::{name}", kind="import") for name in ("os", "sys", "*:m")]
    assert "    + import  os, sys, * from m" in drawn(delta_of(patch("a.py", *ops))).splitlines()


def test_a_rename_and_a_move_say_where_to() -> None:
    renamed = {
        "op": "replace",
        "address": "a.py::C.old",
        "new_address": "a.py::C.new",
        "kind": "method",
        "change": ["renamed", "body"],
        "confidence": 0.87,
        "old_summary": "method old",
        "new_summary": "renamed to new",
    }
    gone = {"op": "delete", "address": "a.py::f", "content_summary": "removed function f  L1–2 → moved to b.py"}
    come = inserted("b.py::f") | {"content_summary": "added function f  L5–6 ← moved from a.py"}
    text = drawn(delta_of(patch("a.py", renamed, gone), patch("b.py", come)))
    assert "> method          C.old → C.new  renamed, body, 87% sure" in text
    assert "> function  L1–2  f → b.py       moved" in text
    assert "< function  L5–6  f  moved from a.py" in text
    assert "2 symbols (2 renamed or moved)" in text


def test_ops_of_muses_own_engine_are_read_from_their_summaries() -> None:
    row = symbol_row(
        {
            "op": "replace",
            "address": "dir/a.py::C.run",
            "old_summary": "method run (signature changed)",
            "new_summary": "method run (signature updated)  L40–42",
        }
    )
    assert (row.kind, row.name, row.notes, row.lines) == ("method", "C.run", ["signature"], (40, 42))


def test_a_path_may_hold_two_colons() -> None:
    (row,) = file_rows([patch("odd::name.py", inserted("odd::name.py::f"))])
    assert row.symbols[0].name == "f"


def test_file_level_changes_say_what_they_are() -> None:
    replaced = {"op": "replace", "old_summary": "x (before)", "new_summary": "x (after)"}
    text = drawn(
        delta_of(
            {"op": "insert", "address": "new.txt", "content_summary": "added new.txt"},
            {"op": "delete", "address": "gone.txt", "content_summary": "removed gone.txt"},
            replaced | {"address": "a.py", "new_summary": "a.py (reformatted — no semantic change)"},
            replaced | {"address": "b.py", "change": ["module"]},
            replaced | {"address": "c.py", "change": ["unparsed"], "from_parent": 2},
            patch("to.py", from_address="from.py"),
            {"op": "delete", "address": "a.txt", "new_address": "b.txt", "change": ["moved"]},
            {"op": "insert", "address": "b.txt", "from_address": "a.txt", "change": ["moved"]},
            patch("whole.py", change=["added"]),
        )
    )
    assert text.splitlines()[:8] == [
        "+ new.txt",
        "- gone.txt",
        "~ a.py  (reformatted)",
        "~ b.py  (module code)",
        "~ c.py  (cannot be parsed, from parent 2)",
        "> from.py → to.py",
        "> a.txt → b.txt",
        "+ whole.py",
    ]


def test_every_breaking_change_stands_with_its_reason() -> None:
    text = drawn(
        delta_of(
            patch("a.py", inserted("a.py::f")),
            sem_ver_bump="major",
            breaking_changes=["a.py::g: parameter_removed debug", "a.py::h"],
        )
    )
    assert text.endswith("SemVer: major\n  ! a.py::g  parameter removed: debug\n  ! a.py::h\n")


def test_a_minor_verdict_stands_with_its_reasons() -> None:
    verdicts = [
        {"address": "a.py::f", "bump": "minor", "reason": "public_added", "detail": ""},
        {"address": "a.py::g", "bump": "patch", "reason": "implementation_changed", "detail": "body"},
    ]
    text = drawn(delta_of(patch("a.py", inserted("a.py::f")), sem_ver_bump="minor", verdicts=verdicts))
    assert text.endswith("SemVer: minor\n  + a.py::f  public added\n")


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_rows_wrap_to_the_width_of_the_terminal(columns: int) -> None:
    names = [f"a.py::import::name_{number}" for number in range(40)]
    ops = [inserted(name, kind="import") for name in names]
    ops.append(inserted("a.py::a_function", kind="function", lines=[1, 2], change=["body", "docstring"]))
    lines = drawn(delta_of(patch("a.py", *ops)), columns=columns, colour=True).splitlines()
    assert all(width(SGR.sub("", line)) <= columns for line in lines)
    assert "".join(lines).count("name_") == 40


def test_hostile_names_are_escaped_wherever_they_stand() -> None:
    evil = "\x1b]0;owned\x07\u202e"
    text = drawn(
        delta_of(
            patch(f"{evil}.py", inserted(f"{evil}.py::{evil}", kind=evil, change=[evil]), from_address=evil),
            sem_ver_bump=evil,
            breaking_changes=[evil, f"{evil}: {evil} {evil}"],
        ),
        colour=True,
    )
    assert not set(SGR.sub("", text)) & set(evil) - set("]0;owned")


def test_a_bar_is_drawn_over_itself_and_taken_away() -> None:
    now = [0.0]
    stream = Stream()
    progress = Progress(Screen(stream, width=100), "recording", clock=lambda: now[0])
    for done in range(100, 1001, 100):
        now[0] += 0.25
        for _ in range(50):
            progress.update(done, 1000)
    progress.end()
    text = stream.getvalue()
    assert "\n" not in text
    assert text.count("\r") == 11
    assert "\rrecording ██████████████░░░░░░░░░░░░░░  50%  500/1,000 commits  400/s  1 s left\x1b[K" in text
    assert text.endswith("\r\x1b[K")


def test_without_a_terminal_progress_is_a_plain_line_now_and_then() -> None:
    now = [0.0]
    stream = Stream()
    progress = Progress(Screen(stream), "recording", clock=lambda: now[0])
    for done in range(100):
        now[0] += 0.11
        progress.update(done, 100)
    progress.end()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0] == "recording: 45/100 commits  9/s  6 s left"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (42.4, "42 s"), (187, "3:07"), (3753, "1:02:33"), (59.7, "60 s")]
)
def test_durations_are_short(seconds: float, said: str) -> None:
    assert duration(seconds) == said


# Default_Ignorable_Code_Point, of Unicode 16's DerivedCoreProperties.txt.
_IGNORABLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip


def test_what_a_terminal_may_leave_out_is_spelled() -> None:
    for first, last in _IGNORABLE:
        for code in range(first, last + 1):
            assert printable(f"a{chr(code)}b") in (f"a\\u{code:04x}b", f"a\\U{code:08x}b", f"a\\x{code:02x}b")
