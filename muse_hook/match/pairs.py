"""What matching is given and what it finds: changed files, pairs of symbols, renamed files, what has no partner."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.model.address import SymbolKey
    from muse_hook.model.change import FileChange
    from muse_hook.model.symbol import Symbol, SymbolTable


CALLABLE, CONTAINER, VALUE, IMPORT = range(4)
"""What can become what: four groups of kinds, whatever the language."""

_VALUES = frozenset(("variable", "attribute", "constant", "field"))


def group_of(symbol: Symbol) -> int:
    """Return the group of a symbol: a function may become a method, a class an interface, and nothing an import."""
    kind = symbol.kind
    if kind.endswith(("function", "method")):
        return CALLABLE
    if kind == "import":
        return IMPORT
    return VALUE if kind in _VALUES else CONTAINER


class ChangedFile:
    """A changed path and its symbol tables.

    `old` or `new` is None where that side has no symbols to tell: the path is absent there, a symbolic link, a
    submodule, of no known language, or recorded at file level only (`linguist-generated`, `.museignore`). `others`
    are the tables of the same path in a merge's second, third, ... parent, in the order of `change.others`.
    `change.old == change.new` means that a rule has changed for the path.
    """

    __slots__ = ("__weakref__", "_changed", "change", "new", "old", "others")

    def __init__(
        self,
        change: FileChange,
        old: SymbolTable | None,
        new: SymbolTable | None,
        others: Sequence[SymbolTable | None] = (),
    ) -> None:
        self.change = change
        self.old = old
        self.new = new
        self.others = tuple(others)
        self._changed: list[str] | None = None

    @property
    def path(self) -> str:
        """The path, as text."""
        return self.change.path

    @property
    def old_symbols(self) -> Mapping[str, Symbol]:
        """The symbols before, by qualified name, without those that damage has swallowed; empty where `old` is None."""
        if self.old is None:
            return {}
        return _known(self.old.symbols, self.new) if self.new is not None and self.new.swallowed else self.old.symbols

    @property
    def new_symbols(self) -> Mapping[str, Symbol]:
        """The symbols after, by qualified name, without those that were swallowed before; empty where `new` is None."""
        if self.new is None:
            return {}
        return _known(self.new.symbols, self.old) if self.old is not None and self.old.swallowed else self.new.symbols

    @property
    def uncovered(self) -> list[Symbol]:
        """The symbols that damage had swallowed, and has no longer: what they were is not known."""
        if self.new is None or self.old is None or not self.old.swallowed:
            return []
        return [symbol for _, symbol in sorted(self.new.symbols.items()) if self.old.swallows(symbol)]

    @property
    def changed(self) -> list[str]:
        """The names of the symbols that both sides have and that do not mean the same; worked out once."""
        if self._changed is None:
            self._changed = self.old.changed(self.new) if self.old is not None and self.new is not None else []
        return self._changed

    @property
    def vanished(self) -> bool:
        """A regular file was here and nothing is now."""
        return self.change.old is not None and self.change.old.is_file and self.change.new is None

    @property
    def appeared(self) -> bool:
        """Nothing was here and a regular file is now."""
        return self.change.old is None and self.change.new is not None and self.change.new.is_file

    @property
    def is_damaged(self) -> bool:
        """There is a syntax error on either side."""
        return bool((self.old is not None and self.old.damaged) or (self.new is not None and self.new.damaged))

    def __repr__(self) -> str:
        return f"ChangedFile({self.change!r})"


def _known(symbols: Mapping[str, Symbol], other: SymbolTable) -> Mapping[str, Symbol]:
    return {name: symbol for name, symbol in symbols.items() if not other.swallows(symbol)}


class Pair:
    """A symbol before and the same symbol after; `confidence` is 1.0 where nothing was guessed."""

    __slots__ = ("confidence", "new", "new_path", "old", "old_path")

    def __init__(self, old_path: str, old: Symbol, new_path: str, new: Symbol, confidence: float = 1.0) -> None:
        self.old_path = old_path
        self.old = old
        self.new_path = new_path
        self.new = new
        self.confidence = confidence

    @property
    def old_key(self) -> SymbolKey:
        """Its path and qualified name before."""
        return self.old_path, self.old.qualified_name

    @property
    def new_key(self) -> SymbolKey:
        """Its path and qualified name after."""
        return self.new_path, self.new.qualified_name

    def __repr__(self) -> str:
        return f"Pair({self.old_key} -> {self.new_key} {self.confidence:.2f})"


class RenamedFile:
    """The new path of a file; `similarity` is 1.0 for the same blob, else that of its symbols."""

    __slots__ = ("path", "similarity")

    def __init__(self, path: str, similarity: float) -> None:
        self.path = path
        self.similarity = similarity


class Matching:
    """The whole answer for one commit.

    `renamed_files` has the renamed files by their old paths, `pairs` every pair that changed its content or its address
    (sorted by the old one), `deleted` and `inserted` the symbols without a partner. `extracted` maps an inserted symbol
    to the one that its statements were taken out of, `inlined` a deleted one to the one that they went into (each where
    it is after the commit).
    """

    __slots__ = ("deleted", "extracted", "inlined", "inserted", "pairs", "renamed_files")

    def __init__(self, renamed_files: dict[str, RenamedFile]) -> None:
        self.renamed_files = renamed_files
        self.pairs: list[Pair] = []
        self.deleted: dict[SymbolKey, Symbol] = {}
        self.inserted: dict[SymbolKey, Symbol] = {}
        self.extracted: dict[SymbolKey, SymbolKey] = {}
        self.inlined: dict[SymbolKey, SymbolKey] = {}

    def new_path(self, path: str) -> str:
        """Return where a path's symbols are after the commit: another path for a renamed file."""
        renamed = self.renamed_files.get(path)
        return renamed.path if renamed else path
