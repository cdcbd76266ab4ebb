"""A changed text with headings, read by what is new in it, is what it is when it is read as a whole."""

from __future__ import annotations

import random
from typing import Any

import pytest

from muse_hook.languages.languages import language_named
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols import pieces, sections
from muse_hook.symbols.extract import extract
from muse_hook.symbols.reader import Reader

TEXT = """\
A text before any heading.

# Guide

Words of the guide.

## 2.0

- one

- two

### Bugs

| a | b |
|---|---|
| 1 | 2 |

### Gains

    code

## 1.0

> said

### Bugs

```
# no heading
```

1.0.1
-----

Last words.

# Other

## Alone

## Last

The end.
"""
PIECES = (
    *(
        "# New",
        "## Sub",
        "### Deep",
        "#### ",
        "##",
        "Title\n=====",
        "Title\n---",
        "",
        "",
        "words",
        "- item",
        "  goes on",
    ),
    *("    code", "```", "<!-- a", "-->", "> said", "| a | b |\n|---|---|", "---", "[x]: http://y", "<div>", "1. x"),
)


def shown(table: Any) -> tuple[Any, ...]:
    """Return everything that a table says, and the segments that its next version is read by."""
    symbols = [
        (name, one.kind, one.parent, one.lines, one.content_id, one.masked_id) for name, one in table.symbols.items()
    ]
    segments = [(one.text, one.role, one.rows, one.last, one.column) for one in table.segments]
    return table.state, table.damaged, symbols, table.module_id, table.tree_id, segments


def edited(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(len(lines))
        way = chance.random()
        if way < 0.4:
            lines[at:at] = [chance.choice(PIECES) for _ in range(chance.randint(1, 4))]
        elif way < 0.6:
            del lines[at : at + chance.randint(1, 6)]
        elif way < 0.8:
            lines[at] = chance.choice(PIECES)
        else:
            lines[at:at] = ["", chance.choice(PIECES), ""]
    return "\n".join(lines)


def whole(text: bytes) -> SymbolTable:
    """Return the table of a text that is parsed as a whole."""
    language = language_named("markdown")
    assert language is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "read_pieces", lambda *_: None)
        return extract(text, language)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return what is parsed."""
    pieces.known.forget()
    parse, found = Reader.parse, list[bytes]()

    def note(reader: Reader, source: bytes, **rest: Any) -> Any:
        found.append(source)
        return parse(reader, source, **rest)

    monkeypatch.setattr(Reader, "parse", note)
    return found


@pytest.fixture
def gaps(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Return the lengths of the gaps that were parsed, None where there was any doubt."""
    read, found = sections._read_gap, list[int | None]()

    def note(gap: bytes, *rest: Any) -> Any:
        made = read(gap, *rest)
        found.append(None if made is None else len(gap))
        return made

    monkeypatch.setattr(sections, "_read_gap", note)
    return found


def test_it_is_the_same_as_a_whole_text(gaps: list[int | None]) -> None:
    language = language_named("markdown")
    assert language is not None
    for seed in range(70):
        chance = random.Random(seed)  # noqa: S311 - a fixed text each time
        text, table = TEXT, extract(TEXT.encode(), language)
        for _ in range(3):
            text = edited(text, chance)
            table = extract(text.encode(), language, table)
            assert shown(table) == shown(whole(text.encode())), f"seed {seed}"
            assert shown(extract(text.encode(), language)) == shown(table), f"seed {seed}"
    assert len([gap for gap in gaps if gap is not None]) > 70


@pytest.mark.parametrize(
    ("old", "new", "is_read_by_its_gap"),
    [
        ("> said\n", "> said so\n", True),
        ("## 1.0\n", "## 1.1\n\nNews.\n\n## 1.0\n", True),
        ("The end.\n", "The end.\n\n## More\n\nx\n", True),
        ("## 1.0\n", "```\n\n## 1.0\n", False),
        ("# Other\n", "# Another\n\n# Other\n", True),
        ("## 2.0\n", "<!--\n\n## 2.0\n", False),
    ],
)
def test_only_what_is_new_is_parsed(old: str, new: str, *, is_read_by_its_gap: bool, gaps: list[int | None]) -> None:
    language = language_named("markdown")
    assert language is not None
    before: SymbolTable = extract(TEXT.encode(), language)
    after = TEXT.replace(old, new).encode()
    assert shown(extract(after, language, before)) == shown(whole(after))
    assert any(gap is not None and gap < len(TEXT) / 2 for gap in gaps) is is_read_by_its_gap


def test_a_text_seen_for_the_first_time_is_read_by_what_other_texts_had(parsed: list[bytes]) -> None:
    language = language_named("markdown")
    assert language is not None
    extract(
        b"---\nid: a\n\n# no heading\n---\n\n# One\n\nwords\n\n## Two\n\n```\n\n# code\n```\n\n## Last\n\nx\n", language
    )
    parsed.clear()
    text = (
        b"---\nid: b\n\n# no heading\n---\n\n# One\n\nwords\n\n## New\n\n## Two\n\n```\n\n# code\n```\n\n## Last\n\nx\n"
    )
    table = extract(text, language)
    assert [*table.symbols] == ["One", "One.New", "One.Two", "One.Last"]
    assert parsed == [b"---\nid: b\n\n# no heading\n---\n\n# One\n\n", b"## New\n\n## Two\n\n"]
    assert shown(table) == shown(whole(text))


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_a_line_far_below_makes_metadata_of_all_before_it(mark: str) -> None:
    language = language_named("markdown")
    assert language is not None
    before = f"{mark}\n\n# One\n\nwords\n\n# Two\n\nmore\n\n# Three\n\nlast\n"
    after = f"{before}\n{mark} \n\n# Four\n"
    table = extract(after.encode(), language, extract(before.encode(), language))
    assert [*table.symbols] == ["Four"]
    assert shown(table) == shown(whole(after.encode()))
