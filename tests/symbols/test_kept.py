"""What is kept of a language says what its row, its query files and its grammar say, or nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import muse_hook
from muse_hook import quick_import
from muse_hook.languages import kept
from muse_hook.languages.languages import Language, language_for, languages
from muse_hook.symbols.extract import read_alone
from muse_hook.symbols.kept import write_kept
from muse_hook.symbols.query import NamedKind, Pattern, Predicate, _Waiting
from muse_hook.symbols.reader import Reader, reader_of

PACKAGE = Path(muse_hook.__file__).parent
GOLDEN = Path(__file__).parent.parent / "golden"
INSTALLED = [language for language in languages() if language.grammar_version]
SAMPLES = sorted(path for path in GOLDEN.rglob("*") if path.is_file() and path.suffix != ".txt")

READ = """
import sys, time
sys.path.insert(0, sys.argv[1])
from muse_hook import quick_import
from muse_hook.languages.languages import language_named
from muse_hook.symbols.kept import write_kept
if sys.argv[2:]:
    write_kept(time.time() + float(sys.argv[2]))
    sys.exit()
language = language_named("go")
language.grammar
print(language.kept("query") is not None, sorted(quick_import.stale))
"""
KEPT, NOT_KEPT = "True []", f"False ['{kept.PART}']"


@pytest.fixture(scope="module", autouse=True)
def written() -> None:
    write_kept(time.time())


def _again(language: Language) -> Language:
    """Return the same language as another process would find it: as it is kept."""
    found = Language(language.name, language._text, kept.find_kept(language.name))
    assert found.grammar
    assert found.kept("query")
    assert found.kept("kinds")
    return found


def _plain(value: object, seen: dict[int, int]) -> object:
    """Return a pattern, or what is in one, as plain values: of what was met before its number."""
    if isinstance(value, _Waiting):
        _ = value.is_named  # the first question
    if isinstance(value, Pattern | Predicate | NamedKind):
        if id(value) in seen:
            return seen[id(value)]
        seen[id(value)] = len(seen)
        if isinstance(value, Pattern):
            names = sorted({*vars(Pattern), *vars(value)} - {"kind", "_all"})
            names = [name for name in names if not callable(getattr(value, name)) and name[:2] != "__"]
        else:
            names = [*value.__slots__]
        return [(name, _plain(getattr(value, name), seen)) for name in names]
    if isinstance(value, dict):
        return [(key, _plain(one, seen)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(one, seen) for one in value]
    return value


@pytest.mark.parametrize("language", INSTALLED, ids=lambda language: str(language.name))
def test_what_is_kept_is_what_is_read(language: Language) -> None:
    fresh, again = language.afresh(), _again(language)
    assert (again.head, again.row) == (fresh.head, fresh.row)
    made, found = Reader(fresh), Reader(again)
    made.query.read()
    found.query.read()
    assert made.query._families.keys() == found.query._families.keys()
    for family, kinds in made.query._families.items():
        assert kinds.keys() == found.query._families[family].keys()
        for kind, patterns in kinds.items():
            assert _plain(patterns, {}) == _plain(found.query._families[family][kind], {})
        assert made.query.kinds(family) == found.query.kinds(family)
    assert _plain(made.query._named, {}) == _plain(found.query._named, {})
    assert made.query.test_words == found.query.test_words
    assert made.query.imports == found.query.imports
    named = ("has_headings", "has_parts", "has_parts_below", "has_whole_names", "_has_wrappers")
    assert all(getattr(made.query, name) == getattr(found.query, name) for name in named)
    ours, others = made.normaliser._normalisation.kinds, found.normaliser._normalisation.kinds
    assert ours.actions.keys() == others.actions.keys()
    for number in range(fresh.grammar.node_kind_count):
        assert ours.opens[number] == others.opens[number]
        one, other = ours.actions.get(number), others.actions.get(number)
        assert one == other or (callable(one) and callable(other))
    assert made.normaliser._normalisation.statements == found.normaliser._normalisation.statements
    assert made.attached == found.attached


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_a_file_has_the_same_symbols_with_and_without(path: Path) -> None:
    language = language_for(path.name)
    assert language is not None
    read = [read_alone(path.read_bytes(), one)[1] for one in (language.afresh(), _again(language))]
    assert read[0] == read[1]
    assert read[0] or "empty" in path.name or not reader_of(language).query.kinds("structure")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a copy of the package, with what is kept."""
    folder = tmp_path / "muse_hook"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyo"))
    _read(folder, "1")
    assert _read(folder) == KEPT
    return folder


def _read(package: Path, *words: str) -> str:
    command = (sys.executable, "-c", READ, str(package.parent), *words)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("name", ["languages.toml", "queries/go.scm", "symbols/query.py"])
def test_what_was_kept_is_passed_over_once_a_source_has_changed(package: Path, name: str) -> None:
    source = package / name
    before = source.stat()
    mark = "#" if source.suffix != ".scm" else ";"
    source.write_text(f"{source.read_text()}{mark} more\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))  # the size tells
    assert _read(package) == NOT_KEPT
    _read(package, "1")
    assert _read(package) == KEPT


@pytest.mark.parametrize("size", [0, 3, 500, -100_000])
def test_file_that_was_cut_is_passed_over(package: Path, size: int) -> None:
    file = Path(package / f"{kept.PART}.pyo")
    file.write_bytes(file.read_bytes()[:size])
    assert _read(package) in {KEPT, NOT_KEPT}
    assert _read(package) == NOT_KEPT or size < 0


def test_file_of_another_python_is_passed_over(package: Path) -> None:
    file = Path(package / f"{kept.PART}.pyo")
    file.write_bytes(b"\0" + file.read_bytes()[1:])
    assert _read(package) == NOT_KEPT


def test_copy_has_nothing_kept_until_it_is_written_anew(package: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "same" / "muse_hook", tmp_path / "other" / "muse_hook"
    shutil.copytree(package, same)  # with times
    shutil.copytree(package, other, copy_function=shutil.copyfile)
    assert _read(same) == KEPT
    assert _read(other) == NOT_KEPT


def test_another_grammar_takes_nothing_of_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    language = _again(INSTALLED[0])
    monkeypatch.setattr(quick_import, "stale", set())
    monkeypatch.setattr("muse_hook.languages.languages.stale", quick_import.stale)
    monkeypatch.setattr(language, "stamp", lambda: ("0.0.1", "0.0.1", 0, 0))
    assert language.kept("query") is None
    assert quick_import.stale == {kept.PART}
    assert {*Reader(language).query.kinds("structure")} == {*Reader(INSTALLED[0]).query.kinds("structure")}


def test_what_was_changed_while_a_process_ran_is_not_written(package: Path) -> None:
    file = Path(package / f"{kept.PART}.pyo")
    file.unlink()
    _read(package, "-3600")
    assert not file.exists()


def test_folder_that_cannot_be_written_has_nothing(package: Path) -> None:
    file = Path(package / f"{kept.PART}.pyo")
    file.unlink()
    file.mkdir()
    _read(package, "1")
    assert _read(package) == NOT_KEPT
    assert {*package.glob("languages/kept*")} == {file, file.with_suffix(".py")}


def test_it_lies_where_pip_takes_it_away() -> None:
    file = Path(quick_import.together_file(kept.PART))
    assert file.is_file()
    assert file.with_suffix(".py").is_file()
