"""Which language a path is in, and what is known of that language: rows of data, no language named in code."""

from __future__ import annotations

import os

from muse_hook import ENGINE
from muse_hook.languages import grammar
from muse_hook.languages.kept import PART, find_kept
from muse_hook.quick_import import stale

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import Any

    import tree_sitter

    Value = str | list[str]
    LanguageRow = dict[str, "Value | dict[str, Value]"]


_PACKAGE = os.path.dirname(os.path.dirname(__file__))
FILE = os.path.join(_PACKAGE, "languages.toml")


class Language:
    """One row of `languages.toml`, read when it is asked for, or as it was `kept`.

    `package` is the package that holds its grammar, `grammar_version` is "" where that is not installed. Files whose
    names end in one of `generated` are in no language. `or_else` names the row that shares extensions with it, "" for
    none.
    """

    def __init__(self, name: str, text: str, kept: Mapping[str, Any] | None = None) -> None:
        self.name = name
        self._text = text
        self._kept = kept
        self.head: LanguageRow = kept["head"] if kept else _head(name, text)
        self.package, _, self._function = str(self.head["grammar"]).partition(":")
        self.generated = tuple(self.head.get("generated", ()))
        self.or_else = str(self.head.get("or_else", ""))
        self._row: LanguageRow | None = kept["row"] if kept else None
        self._version: str | None = None
        self._grammar: tree_sitter.Language | None = None

    @property
    def row(self) -> LanguageRow:
        """What the row says, over what the row says that it is `like`."""
        if self._row is None:
            rows = parse_rows(self._text)
            found = rows[self.name]
            like = self.head.get("like")
            other = _read().named(str(like)) if like else None
            self._row = {**other.row, **found} if other is not None else found
        return self._row

    @property
    def grammar_version(self) -> str:
        """The version of the grammar's package, looked up on first use."""
        if self._version is None:
            self._version = grammar.version(self.package)
        return self._version

    def finders(self, key: str) -> list[str]:
        """Return a list of what finds a file: `extensions`, `file_names`, `interpreters`, `shared`, `marks`."""
        value = self.head.get(key, [])
        return value if isinstance(value, list) else []

    def is_marked(self, head: bytes) -> bool:
        """Whether a line of what a file begins with begins as none of another language would."""
        marks = tuple(mark.encode() for mark in self.finders("marks"))
        return any(line.startswith(marks) for line in head.split(b"\n"))

    @property
    def is_asked_for(self) -> bool:
        """Whether files have symbols only where the commit's `.museignore` names the language."""
        return self.head.get("recorded") == "when asked"

    def strings(self, key: str) -> list[str]:
        """Return a list of the row, empty where the row has none of that name."""
        value = self.row.get(key, [])
        return value if isinstance(value, list) else []

    def table(self, key: str) -> dict[str, Value]:
        """Return a table of the row, empty where the row has none of that name."""
        value = self.row.get(key, {})
        return value if isinstance(value, dict) else {}

    @property
    def grammar(self) -> tree_sitter.Language:
        """The grammar, loaded on first use; raises ImportError."""
        if self._grammar is None:
            self._grammar = grammar.load(self.package, self._function or "language")
        return self._grammar

    def query_files(self) -> list[str]:
        """Return the paths in the package of the query files: those that the row names, else the one of its name."""
        return [f"queries/{name}.scm" for name in self.strings("queries") or [str(self.head.get("like", self.name))]]

    def query(self) -> str:
        """Return the text of the language's query files."""
        texts = []
        for name in self.query_files():
            with open(os.path.join(_PACKAGE, name), encoding="utf-8") as file:
                texts.append(file.read())
        return "\n".join(texts)

    def stamp(self) -> tuple[object, ...] | None:
        """Return what tells the grammar that is loaded from another one, None where nothing does."""
        return grammar.stamp(self.package)

    def kept(self, part: str) -> Any:
        """Return what is kept of the grammar, which is loaded: its `query`, its `kinds`; None where nothing does."""
        if self._kept is None:
            return None
        stamp = self.stamp()
        if stamp is not None and stamp != self._kept.get("stamp", ()):
            stale.add(PART)
            return None
        return self._kept.get(part)

    def afresh(self) -> Language:
        """Return the same row, of which nothing is kept."""
        return Language(self.name, self._text)

    def __repr__(self) -> str:
        return f"Language({self.name})"


def _head(name: str, text: str) -> LanguageRow:
    """Return what finds a file, of a row's text: it ends with the line that names the grammar."""
    end = text.find("\n", text.find("\ngrammar = ") + 1)
    return parse_rows(text[: end if end >= 0 else len(text)])[name]


# So many names of files and extensions are remembered with their languages.
_REMEMBERED = 4096


class _Languages:
    """The rows of the file, each looked up in its text when it is asked for: a hook asks for one or two."""

    def __init__(self) -> None:
        with open(FILE, encoding="utf-8") as file:
            self._text = "\n" + file.read()
        self._by_name: dict[str, Language | None] = {}
        self._finders: dict[str, dict[str, str]] = {}
        self._by_base: dict[str, Language | None] = {}  # by file name, where that tells

    def names(self) -> list[str]:
        """Return the name of every row, in the file's order."""
        heads = (table[: table.index("]")] for table in self._text.split("\n[")[1:])
        return [head for head in heads if "." not in head]

    def place(self, language: Language) -> int:
        """Return where a row stands in the file."""
        return self._text.find(f"\n[{language.name}]\n")

    def named(self, name: str) -> Language | None:
        """Return the row of a name; its tables follow it."""
        if name not in self._by_name:
            text = self._text
            start = text.find(f"\n[{name}]\n")
            end = text.find("\n[", start + 1)
            while end >= 0 and text.startswith(f"{name}.", end + 2):
                end = text.find("\n[", end + 1)
            is_known = start >= 0 and "." not in name
            row = text[start : end if end >= 0 else None]
            self._by_name[name] = Language(name, row, find_kept(name)) if is_known else None
        return self._by_name[name]

    def of_file(self, name: str) -> tuple[Language | None, bool]:
        """Return the row of a file's name, None for none, and whether what the file begins with may say another.

        Remembered: each path of a commit is asked about up to six times (1.5 % of a backfill).
        """
        if name in self._by_base:
            return self._by_base[name], False
        dot = name.rfind(".")
        found = self.found_by("file_names", name)
        if found is None and dot > 0:
            found = self.found_by("extensions", name[dot:])
            if found is not None and found.generated and name.endswith(found.generated):
                found = None
        if found is None and dot <= 0:
            return None, True
        if len(self._by_base) >= _REMEMBERED:
            self._by_base.clear()
        self._by_base[name] = found
        return found, False

    def found_by(self, key: str, value: str) -> Language | None:
        """Return the row that has a value in one of its `finders`, which stand in one line each; None for none."""
        found = self._finders.setdefault(key, {})
        name = found.get(value)
        if name is None:
            name, at = "", 0
            text, quoted = self._text, f'"{value}"'
            while not name and '"' not in value and (at := text.find(quoted, at + 1)) > 0:
                if text.startswith(f"{key} = [", text.rindex("\n", 0, at) + 1):
                    first = text.rindex("\n[", 0, at) + 2
                    name = text[first : text.index("]", first)]
            if len(found) >= _REMEMBERED:
                found.clear()
            found[value] = name  # "" as well: most names are in no row, and a backfill asks for each many times (3 %)
        return self.named(name) if name else None


_languages: _Languages | None = None


def _read() -> _Languages:
    global _languages  # noqa: PLW0603 - read once, on first use
    if _languages is None:
        _languages = _Languages()
    return _languages


def languages() -> list[Language]:
    """Return every language known, whether or not its grammar is installed."""
    found = _read()
    return [one for one in map(found.named, found.names()) if one is not None]


def language_named(name: str) -> Language | None:
    """Return the language of a name, None where there is none."""
    return _read().named(name)


def languages_named(names: Iterable[str]) -> list[Language]:
    """Return the languages of these names, in the order of the file."""
    found = _read()
    known = [one for one in map(found.named, dict.fromkeys(names)) if one is not None]
    return sorted(known, key=found.place) if len(known) > 1 else known


def language_for(path: str, read_head: Callable[[], bytes] | None = None) -> Language | None:
    """Return the language of a path (see `known_language`); None where its grammar is not installed."""
    found = known_language(path, read_head)
    return found if found is not None and found.grammar_version else None


def known_language(path: str, read_head: Callable[[], bytes] | None = None) -> Language | None:
    """Return the language of a path by its file name or extension, installed or not; None where there is none.

    What programs write (lock files) is in none. A path without extension has that of the interpreter in its first
    line; one whose extension is `shared` is in the other row where one of its first lines has a mark of that.
    `read_head`, called for such paths alone, returns what the file begins with.
    """
    found = _read()
    by_name, is_open = found.of_file(path[path.rfind("/") + 1 :])
    if not is_open:
        if by_name is None or not by_name.or_else or read_head is None:
            return by_name
        other = found.named(by_name.or_else)
        is_other = other is not None and path.endswith(tuple(other.finders("shared"))) and other.is_marked(read_head())
        return other if is_other else by_name
    head = b"" if read_head is None else read_head()
    return _language_of_script(found, head) if head[:2] == b"#!" else None


def _language_of_script(found: _Languages, head: bytes) -> Language | None:
    words = head.split(b"\n", 1)[0][2:].split()
    if words and words[0].endswith(b"/env"):
        words = [word for word in words[1:] if word[:1] != b"-" and b"=" not in word]
    program = words[0].rpartition(b"/")[2].decode("latin-1") if words else ""
    return found.found_by("interpreters", program.rstrip("0123456789."))


def engine(names: Collection[str]) -> str:
    """Return what a delta depends on beside its commit, whose files are in the languages of these names.

    That is the number of our engine, tree-sitter's version, and each of their grammars' with its ABI: one version of a
    package may hold several grammars. What is not installed is left out.
    """
    if not names:
        return f"muse_hook engine {ENGINE}; tree-sitter {grammar.version('tree_sitter')}"
    grammars = [
        f"{language.name} grammar {language.grammar_version} abi {language.grammar.abi_version}"
        for language in languages_named(names)
        if language.grammar_version
    ]
    return "; ".join([engine(()), *grammars])


def parse_rows(text: str) -> dict[str, LanguageRow]:
    """Return the tables of `text` by name, sub-tables inside theirs.

    This is the part of TOML that the file keeps to: tables of depth two, bare or quoted keys, strings in one line
    without escapes, lists of such strings in double quotes over any number of lines, where one may be `'"'`. `tomllib`
    reads the same (a test holds it) and costs a hook 11 ms.
    """
    text = text.replace("'\"'", '"\0"')
    rows: dict[str, LanguageRow] = {}
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
        found = value.split('"')[1::2]
        table[key.strip('"')] = ['"' if one == "\0" else one for one in found] if "\0" in found else found
    return rows


def _outside(value: str) -> str:
    """Return what of a list stands outside its strings."""
    return " ".join(value.split('"')[::2])
