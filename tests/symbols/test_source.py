"""A statement's text says the same, whether its tree is that of its file or that of its text parsed alone."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from muse_hook.languages.languages import language_for
from muse_hook.symbols import reader as cache
from muse_hook.symbols.extract import extract
from muse_hook.symbols.reader import reader_of
from muse_hook.symbols.source import SourceText
from muse_hook.symbols.table import SegmentedTable

ROOT = Path(__file__).parent.parent.parent
OWN = sorted(ROOT.glob("muse_hook/**/*.py"))
LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::6]
GOLDEN = [path for path in sorted(ROOT.glob("tests/golden/*/*")) if path.suffix != ".txt"]


def facts(text: SourceText) -> list[object]:
    """Return what a text says; of a header's captures those that end before the body."""
    normal = text.normal
    captures = {
        name: [node.text for node in nodes]
        for name, nodes in text.captures().items()
        if name not in {"body", "container", "module", "through"} and not name.startswith(("definition.", "scope."))
    }
    return [normal.entries, normal.roles, normal.statements, captures, text.is_header or text.calls]


def texts(table: SegmentedTable) -> list[SourceText]:
    """Return every text that stands in a table's file, in its order."""
    found = []
    for segment in table.segments:
        found += [segment.opened.header] if segment.opened is not None else []
        found += [part for one in segment.statements for part in one.tree if isinstance(part, SourceText)]
    return found


@pytest.mark.parametrize("paths", [OWN, LIBRARY, GOLDEN], ids=["own", "library", "golden"])
def test_a_text_says_alone_what_it_says_in_its_file(monkeypatch: pytest.MonkeyPatch, paths: list[Path]) -> None:
    monkeypatch.setattr(cache, "TREE_CACHE_SIZE", 10**9)
    met = 0
    for path in paths:
        language = language_for(str(path))
        assert language is not None
        source = path.read_bytes()
        table = extract(source, language)
        assert isinstance(table, SegmentedTable)
        is_other = table.damaged or reader_of(language).is_in_context
        for text in () if is_other else texts(table):
            alone = SourceText(text.reader, text.source, text.kind, text.name, is_header=text.is_header)
            assert facts(text) == facts(alone), (path, text.source)
            met += 1
    assert met > 20


def test_a_reader_is_made_once() -> None:
    language = language_for("a.py")
    assert language is not None
    assert reader_of(language) is reader_of(language)


def test_a_text_whose_tree_is_gone_is_parsed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "TREE_CACHE_SIZE", 1)
    language = language_for("a.py")
    assert language is not None
    first = extract(b"def f():\n    return 1\n", language)
    extract(b"def g():\n    return 2\n", language)
    again = extract(b"def f():\n    return 1\n", language)
    assert first.symbols["f"].content_id == again.symbols["f"].content_id


# Each is tried once from the left and once from the right: spelling, comments, layout, meaning.
EDITS = [
    (b"'", b'"'), (b'"', b"'"), (b"\n", b"\n\n"), (b"\n", b"  # why\n"), (b"(", b"( "), (b"(", b"(\n"),
    (b", ", b",\n    "), (b")", b",)"), (b")", b"  )"), (b"    ", b"        "), (b" == ", b" != "), (b"self", b"this"),
    (b"return ", b"yield "), (b"0", b"0x0"), (b"1", b"2"), (b"1", b"1_0"), (b" and ", b" or "), (b"not ", b""),
    (b"elif ", b"if "), (b"a", b"b"), (b", ", b" + "), (b"=", b" = "), (b"else:", b"finally:"), (b".", b" . "),
    (b"[", b"("), (b"r'", b"'"), (b"f'", b"'"),
]  # fmt: skip


def edited(text: bytes) -> list[bytes]:
    """Return what the edits make of a text, without those that change nothing."""
    made = [text.replace(old, new, 1) for old, new in EDITS]
    made += [new.join(text.rsplit(old, 1)) for old, new in EDITS]
    return [one for one in made if one != text]


def test_two_texts_are_the_same_where_their_normal_forms_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "TREE_CACHE_SIZE", 10**9)
    met = {True: 0, False: 0}
    for path in [*OWN[::9], *LIBRARY[::9], *GOLDEN]:
        language = language_for(str(path))
        assert language is not None
        table = extract(path.read_bytes(), language)
        assert isinstance(table, SegmentedTable)
        for text in texts(table)[::7]:
            for other in edited(text.source):
                mine, theirs, read, theirs_read = (
                    SourceText(text.reader, one, text.kind, text.name, is_header=text.is_header)
                    for one in (text.source, other, text.source, other)
                )
                same = mine.same_as(theirs)
                assert same == (read.normal.entries == theirs_read.normal.entries), other
                assert theirs.same_as(mine) == same  # known by now
                met[same] += 1
    assert min(met.values()) > 500, met


def test_what_stands_beside_damage_says_the_same_at_each_asking() -> None:
    """Trees come and go, and what was asked before must not matter."""
    language = language_for("a.c")
    assert language is not None
    text = b"int add(int a, int b) {\n    return a + b;\n}\n\nint broken(int a) {\n    a = = ;\n}\n"
    first, second = extract(text, language), extract(text.replace(b"broken", b"damaged"), language)
    signature = first.symbols["add"].signature
    assert signature.startswith("add(int a, int b)")
    assert first.symbols["add"].same_as(second.symbols["add"])
    for symbol in (first.symbols["add"], second.symbols["add"]):
        symbol.content.text.forget_normal()  # type: ignore[attr-defined]
        assert symbol.content.text.normal.entries[0].endswith("function_definition")  # type: ignore[attr-defined]
        assert symbol.signature == signature


def test_what_is_remembered_of_statements_is_written_as_ever() -> None:
    count = parts = 0
    for path in GOLDEN:
        language = language_for(str(path))
        assert language is not None
        table = extract(path.read_bytes(), language)
        assert isinstance(table, SegmentedTable)
        normaliser = reader_of(language).normaliser
        known = normaliser._known
        warm = []
        for text in texts(table):
            warm.append((text.normal.entries, text.normal.statements))
            text.forget_normal()
        count += len(known) if reader_of(language).is_in_context else 0
        parts += len(normaliser._parts_known)
        for text, (entries, statements) in zip(texts(table), warm, strict=True):
            assert (text.normal.entries, text.normal.statements) == (entries, statements)  # remembered
            known.clear()
            normaliser._parts_known.clear()
            text.forget_normal()
            assert (text.normal.entries, text.normal.statements) == (entries, statements)
    assert count > 100
    assert parts > 100


def test_what_surely_differs_has_another_id() -> None:
    told = 0
    for path in (one for one in GOLDEN if one.stem == "before"):
        language = language_for(path.name)
        assert language is not None
        before, after = (extract(one.read_bytes(), language) for one in (path, path.with_stem("after")))
        assert isinstance(before, SegmentedTable)
        assert isinstance(after, SegmentedTable)
        olds, news = ([one for one in table.tree() if isinstance(one, SourceText)] for table in (before, after))
        for old in olds:
            for new in news[:12]:
                if old.differs(new):
                    told += 1
                    assert old.id != new.id, (old.source, new.source)
    assert told > 100
