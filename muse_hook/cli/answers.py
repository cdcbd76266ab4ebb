"""Answers for agents: facts in order of weight, cut into pages that a cursor goes on with, as text and as JSON."""

from __future__ import annotations

import json

from muse_hook.cli.terminal import printable
from muse_hook.digest import digest
from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

LIMIT = 8000
"""Characters of an answer's text, and of its JSON."""

_SPARE = 300  # for the cursor and the last brackets
_LONGEST = 400  # characters of one text
_LONGEST_LIST = 1500  # and of one list
_DIGITS = 8


class WrongCursorError(MuseHookError):
    """A cursor that no answer to this question gave."""


class Fact:
    """One thing to say: `value` (JSON) and `text` (a line); `about` says of what, a JSON object, and `section` as what.

    Facts about the same thing that follow each other stand in one object, those of a section in a list of it. A fact
    without a section is a row of its own.
    """

    __slots__ = ("about", "section", "text", "value")

    def __init__(
        self, value: Mapping[str, Any], text: str, about: Mapping[str, Any] | None = None, section: str = ""
    ) -> None:
        self.value = {key: _clipped(each) for key, each in value.items()}
        self.text = printable(text)[:_LONGEST]
        self.about = about
        self.section = section


class Page:
    """What one call answers: `structured` is the JSON object, `text` what a person would read."""

    __slots__ = ("structured", "text")

    def __init__(self, structured: dict[str, Any], text: str) -> None:
        self.structured = structured
        self.text = text


def offset_of(cursor: str | None, question: str, tool: str) -> int:
    """Return how many facts a cursor says were told; WrongCursorError. `question` is what makes two answers one."""
    if not cursor:
        return 0
    number, _, key = cursor.partition("-")
    if not number.isdecimal() or len(number) > _DIGITS or len(key) != _DIGITS:
        raise WrongCursorError(f"reading the cursor {cursor[:40]!r}", f"no answer of {tool} gave it", _again(tool))
    if key != _key(question):
        wrong = "it belongs to another question, or what it goes on with has changed"
        raise WrongCursorError(f"reading the cursor {cursor}", wrong, _again(tool))
    return int(number)


def cursor_at(number: int, question: str) -> str:
    """Return the cursor of somebody who was told a number of facts."""
    return f"{number}-{_key(question)}"


def page(
    head: Mapping[str, Any],
    title: str,
    name: str,
    facts: Iterable[Fact],
    *,
    start: int,
    cursor_after: Callable[[int], str],
    last: str | None = None,
) -> Page:
    """Return the facts from `start` on that fit, under `name`; the next cursor, or `last` where these were all."""
    rows: list[dict[str, Any]] = []
    head = {key: _clipped(value) for key, value in head.items()}
    lines = [printable(line) for line in title.split("\n")]
    structured: dict[str, Any] = {**head, name: rows}
    size, length = len(json.dumps(structured)) + _SPARE, sum(map(len, lines)) + _SPARE
    about: Mapping[str, Any] | None = None
    number = 0
    cut = False
    for number, fact in enumerate(facts, 1):
        if number <= start:
            continue
        is_new = fact.about is None or fact.about != about
        more = len(json.dumps(fact.value)) + len(fact.section) + 12
        longer = len(fact.text) + 3
        if is_new and fact.about is not None:
            more += len(json.dumps(fact.about)) + 4
            longer += len(str(fact.about.get("address", ""))) + 30
        if rows and (size + more > LIMIT or length + longer > LIMIT):
            cut = True
            break
        size, length, about = size + more, length + longer, fact.about
        if fact.about is None:
            rows.append(fact.value)
            lines.append(fact.text)
            continue
        if is_new:
            rows.append(dict(fact.about))
            lines.append(_heading(fact.about))
        rows[-1].setdefault(fact.section, []).append(fact.value)
        lines.append("  " + fact.text)
    structured["cursor"] = cursor_after(number - 1) if cut else last
    if cut:
        lines.append(f"more: call again with cursor {structured['cursor']}")
    return Page(structured, "\n".join(lines))


def _heading(about: Mapping[str, Any]) -> str:
    first, last = about.get("lines") or (0, 0)
    where = f"  L{first}-{last}" if first else ""
    return printable(f"{about['address']}  {about.get('kind', '')}{where}")[:_LONGEST]


def _again(tool: str) -> str:
    return f"call {tool} without a cursor"


def _key(question: str) -> str:
    return digest((question,))[:_DIGITS]


def _clipped(value: Any) -> Any:
    if isinstance(value, str):
        text = printable(value)
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    if isinstance(value, list):
        kept: list[Any] = []
        size = 0
        for each in map(_clipped, value):
            size += len(json.dumps(each)) + 2
            if kept and size > _LONGEST_LIST:
                break
            kept.append(each)
        return kept
    return value
