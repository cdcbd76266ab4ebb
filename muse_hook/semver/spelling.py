"""What the names in a type stand for: one of two that a language has, an alias beside it, an import's other name."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.semver import written
from muse_hook.semver.header import words_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from re import Match

    from muse_hook.model.symbol import Symbol, SymbolTable

MAX_STEPS = 8
"""So many aliases may stand for each other in a row."""

_NAME = pattern(r"(?<![\w$.])[A-Za-z_$][\w$]*(?!\s*:)")
_LIFETIME = pattern(r"'(?!static\b)\w+\s*,?\s*")
_EMPTY = pattern(r"<\s*>")
_MAY_BE_NULL = pattern(r"([\w.]+|[>\]])\?")
_ALONE = pattern(r"\(([\w.]+)\)([?!])")
_VERSION = pattern(r"v\d+$")


class Spelling:
    """One spelling of the types that a file writes, as far as it and the files beside it, `beside`, say what a name is.

    `beside` is asked for at the first type that is looked into: it may have to read files.
    """

    def __init__(self, table: SymbolTable, beside: Callable[[], Iterable[SymbolTable]] = lambda: ()) -> None:
        self._table = table
        self._beside = beside
        self._types: dict[str, Symbol] | None = None
        self._renamed: dict[str, str] | None = None

    def __call__(self, annotation: str) -> str:
        """Return a type in the language's own names, each alias as what it stands for."""
        annotation = self._in_own_names(annotation)
        for _ in range(MAX_STEPS):
            written_out = _NAME.sub(lambda found: self._alias(found[0]), annotation)
            if written_out == annotation:
                break
            annotation = self._in_own_names(written_out)
        for name, origin in self._imports().items():
            if name in annotation:
                annotation = _renamed(annotation, name, origin, frozenset("."))
        return annotation

    def type_named(self, name: str) -> Symbol | None:
        """Return the type of a name, in this file or beside it."""
        if self._types is None:
            self._types = {}
            for table in (self._table, *self._beside()):
                for symbol in table.symbols.values():
                    if symbol.kind == "class" and not symbol.parent:
                        self._types.setdefault(symbol.name, symbol)
        return self._types.get(name)

    def _in_own_names(self, annotation: str) -> str:
        if self._table.says("type_words"):
            annotation = self._without_words(annotation)
        for one in self._table.says("same_types"):
            name, _, other = one.partition("=")
            if name in annotation:
                annotation = _renamed(annotation, name, other)
        if "?" in annotation and self._table.says("value_types"):
            annotation = _MAY_BE_NULL.sub(self._without_question, annotation)
        if "'" in annotation and "inferred" in self._table.says("lifetimes"):
            annotation = _EMPTY.sub("", _LIFETIME.sub("", annotation))
        return annotation

    def _without_words(self, annotation: str) -> str:
        """Return a type without the words that say nothing of what it takes: `(any Error)?` is `Error?`."""
        for word in self._table.says("type_words"):
            at = annotation.find(f"{word} ")
            while at >= 0:
                if annotation[at - 1 : at].isalnum() or annotation[at - 1 : at] == "_":
                    at = annotation.find(f"{word} ", at + 1)
                else:
                    annotation = annotation[:at] + annotation[at + len(word) :].lstrip()
                    at = annotation.find(f"{word} ", at)
        return _ALONE.sub(lambda found: found[1] + found[2], annotation)

    def _without_question(self, found: Match[str]) -> str:
        """Return `A` of `A?` where A is no value: the compiler warns at most, and both are one type when it runs."""
        name = found[1].partition("<")[0].rpartition(".")[2]
        symbol = self.type_named(name)
        is_value = name in self._table.says("value_types") or (
            symbol is not None and written.kind_of_type(symbol) in {"struct", "enum"}
        )
        return found[0] if is_value else found[1]

    def _alias(self, name: str) -> str:
        symbol = self.type_named(name)
        if symbol is None or symbol.definitions or not written.is_alias(symbol) or written.type_parameters(symbol):
            return name
        right = written.right_side(symbol)
        return right if right and len(right) < MAX_ALIAS and name not in _NAME.findall(right) else name

    def _imports(self) -> Mapping[str, str]:
        """Return what a name is called where it is imported from, where the file calls it otherwise."""
        if self._renamed is None:
            self._renamed = {}
            for symbol in self._table.symbols.values():
                if symbol.kind == "import" and symbol.imported is not None:
                    module, name, alias = symbol.imported
                    origin = _last(name or module)
                    if alias.isidentifier() and origin.isidentifier() and alias != origin:
                        self._renamed[alias] = origin
        return self._renamed


def _renamed(annotation: str, name: str, other: str, before: frozenset[str] = frozenset()) -> str:
    """Return a type with `other` for each whole name that is no part of a path, and has none of `before` before it."""
    for at, end in reversed(words_at(annotation, name, before)):
        is_in_path = annotation[:at].endswith(".") and _is_of_word(annotation[max(0, at - 2) : at - 1])
        if not is_in_path and not _is_of_word(annotation[end : end + 1]):
            annotation = annotation[:at] + other + annotation[end:]
    return annotation


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


MAX_ALIAS = 1000
"""Letters; what is longer stays a name."""


def _last(path: str) -> str:
    """Return what the end of an import path is called: `c` of `a/b/c`, of `a/b/c/v2` and of `a.b.c`."""
    parts: Sequence[str] = path.strip("\"'").split("/")
    if len(parts) > 1 and _VERSION.match(parts[-1]):
        parts = parts[:-1]
    return parts[-1].rpartition(".")[2]
