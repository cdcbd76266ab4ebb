"""What the symbols of one side newly say: who may use a name, and what its files import, worked out once a side."""

from __future__ import annotations

import re

from muse_hook.match.pairs import IMPORT, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

STAR = "*:"
"""How the name of an import of everything in a module begins."""

_WORD = re.compile(r"\w+", re.ASCII)
_WORDS = re.compile(rb"\w+")


class NewUse:
    """A symbol that a side changed or added; its names are looked for when somebody asks."""

    __slots__ = ("_calls", "_identifiers", "_may_import", "key", "old", "symbol")

    def __init__(self, key: SymbolKey, symbol: Symbol, old: Symbol | None) -> None:
        self.key = key
        self.symbol = symbol
        self.old = old
        self._calls: frozenset[str] | None = None
        self._identifiers: frozenset[str] | None = None
        self._may_import: bool | None = None

    @property
    def calls(self) -> frozenset[str]:
        """The names that are newly called."""
        if self._calls is None:
            found = self.symbol.calls
            self._calls = found - self.old.calls if found and self.old is not None else found
        return self._calls

    def newly_calls(self, name: str) -> bool:
        """Whether a name is newly called; what stood there before is read only where it is called now."""
        return name in self.symbol.calls and (self.old is None or name not in self.old.calls)

    @property
    def may_import(self) -> bool:
        """Whether the text may import for itself; nothing is parsed."""
        if self._may_import is None:
            self._may_import = any(b"import" in text for text in self.symbol.texts())
        return self._may_import

    @property
    def identifiers(self) -> frozenset[str]:
        """The identifiers that are new."""
        if self._identifiers is None:
            self._identifiers = frozenset(self.symbol.tokens).difference(
                self.old.tokens if self.old is not None else ()
            )
        return self._identifiers


class Said:
    """The uses of a side (imports are none) by the words of their texts, and the imports of its files.

    Beyond ASCII a name has several spellings, so such a text may say any of them. A side that is asked once is read for
    the names that are asked for; one that is asked again keeps an index of its words.
    """

    def __init__(self, files: Mapping[str, ChangedFile], uses: Iterable[NewUse]) -> None:
        self._files = files
        self._uses = list(uses)
        self._unclear: list[NewUse] = []
        self._uses_of_word: dict[bytes, list[NewUse]] | None = None
        self._imports: dict[str, dict[str, list[Symbol]]] = {}
        self._aliases: dict[str, set[str]] | None = None
        self._words: set[bytes] | None = None
        self._is_asked_again = False

    @property
    def uses(self) -> Sequence[NewUse]:
        """All of them."""
        return self._uses

    def may_say(self, names: Iterable[str]) -> bool:
        """Whether any of `names` may be newly said by a text, or stand for what a file imports under another name.

        A name that is no plain word may always be said. Nothing of plain ASCII is parsed.
        """
        words = self._all_words()
        return any(not _WORD.fullmatch(name) or name.encode() in words for name in names)

    def uses_of(self, names: Collection[str]) -> dict[str, list[NewUse]]:
        """Return who may say which of `names`."""
        found: dict[str, list[NewUse]] = {}
        if not names:
            return found
        if self._is_asked_again:
            uses_of_word = self._index()
            for name in names:
                uses = self._unclear
                if _WORD.fullmatch(name):
                    uses = uses + uses_of_word.get(name.encode(), [])
                else:
                    uses = uses + [use for use in self._uses if _says(use, name.encode())]
                if uses:
                    found[name] = uses
            return found
        self._is_asked_again = True
        words = {name.encode(): name for name in names if _WORD.fullmatch(name)}
        others = [name for name in names if not _WORD.fullmatch(name)]
        for use in self._uses:
            for name in _names_in(use.symbol.texts(), names, words, others):
                found.setdefault(name, []).append(use)
        return found

    def aliases_of(self, names: Collection[str]) -> dict[str, set[str]]:
        """Return under which other names the files import any of `names`: alias -> the names that it stands for."""
        aliases = self._all_aliases()
        found: dict[str, set[str]] = {}
        for name in aliases.keys() & set(names):
            for alias in aliases[name]:
                found.setdefault(alias, set()).add(name)
        return found

    def imports_of(self, path: str) -> dict[str, list[Symbol]]:
        """Return the imports of a file as it is now by the name that each binds, those of all in a module by `STAR`."""
        imports = self._imports.get(path)
        if imports is None:
            imports = self._imports[path] = {}
            file = self._files.get(path)
            for each in file.new_symbols.values() if file is not None else ():
                if group_of(each) == IMPORT:
                    imports.setdefault(STAR if each.name.startswith(STAR) else each.name, []).append(each)
        return imports

    def _all_aliases(self) -> dict[str, set[str]]:
        """Return under which other names the files import what, by its own name."""
        if self._aliases is None:
            self._aliases = {}
            for path in self._files:
                for alias, imports in self.imports_of(path).items():
                    for each in imports:
                        original = imported_name(each)
                        if original and original != alias:
                            self._aliases.setdefault(original, set()).add(alias)
        return self._aliases

    def _all_words(self) -> set[bytes]:
        """Return the words of all uses, but a symbol's own name where it kept it and says it once: there it is defined.

        Of texts beyond ASCII what they newly say and call, which are parsed.
        """
        if self._words is None:
            self._words = {name.encode() for name in self._all_aliases()}
            for use in self._uses:
                texts = use.symbol.texts()
                if not all(text.isascii() for text in texts):
                    self._words.update(name.encode() for name in (*use.identifiers, *use.calls))
                    continue
                said = [word for text in texts for word in _WORDS.findall(text)]
                words = set(said)
                own = use.symbol.name.encode()
                if use.old is not None and use.old.name == use.symbol.name and said.count(own) == 1:
                    words.discard(own)
                self._words |= words
        return self._words

    def _index(self) -> dict[bytes, list[NewUse]]:
        if self._uses_of_word is None:
            self._uses_of_word = {}
            for use in self._uses:
                texts = list(use.symbol.texts())
                if not all(text.isascii() for text in texts):
                    self._unclear.append(use)
                    continue
                for word in {word for text in texts for word in _WORDS.findall(text)}:
                    self._uses_of_word.setdefault(word, []).append(use)
        return self._uses_of_word


def imported_name(imported: Symbol) -> str:
    """Return what an import of a name brings in, as its own module calls it; "" for a module or all that is in one.

    `from m import f as g` and `from m import f` bring `f`. `import m as f` looks like the latter.
    """
    names = imported.tokens
    if len(names) < 2 or names[1] == "*":  # noqa: PLR2004 - where from, and what
        return ""
    return names[1]


def uses_in(added: Mapping[SymbolKey, Symbol], changed: Iterable[tuple[SymbolKey, Symbol, Symbol]]) -> Iterator[NewUse]:
    """Yield a use of each symbol that was added, or changed (key, symbol, the symbol before), and is no import."""
    for key, symbol in added.items():
        if group_of(symbol) != IMPORT:
            yield NewUse(key, symbol, None)
    for key, symbol, old in changed:
        if group_of(symbol) != IMPORT:
            yield NewUse(key, symbol, old)


def _says(use: NewUse, text: bytes) -> bool:
    return all(each.isascii() for each in use.symbol.texts()) and any(text in each for each in use.symbol.texts())


def _names_in(
    texts: Iterable[bytes], names: Collection[str], words: Mapping[bytes, str], others: Iterable[str]
) -> Collection[str]:
    """Return which of `names` may stand in the texts; those that are no plain words are `others`."""
    texts = list(texts)
    if not all(text.isascii() for text in texts):
        return names
    found = {words[word] for text in texts for word in words.keys() & _WORDS.findall(text)}
    found.update(name for name in others if any(name.encode() in text for text in texts))
    return found
