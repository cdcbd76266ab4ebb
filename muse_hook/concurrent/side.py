"""What each of two branches did since they parted, symbol by symbol, by where each symbol was before."""

from __future__ import annotations

from muse_hook.delta.ops import changed_parts
from muse_hook.delta.sides import is_comparable
from muse_hook.delta.symbols import Carried
from muse_hook.history.ancestry import BranchFilter, is_recorded
from muse_hook.history.identity import symbol_id_of
from muse_hook.history.names import SymbolNames
from muse_hook.match.match import match
from muse_hook.match.pairs import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from muse_hook.git.repository import Repository
    from muse_hook.match.pairs import ChangedFile, Matching
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol, SymbolTable

    SymbolAt = Callable[[SymbolKey], int | None]
    """The number of the symbol that has a key, None where that is not recorded."""


class BranchChange:
    """A symbol that a branch changed, before and after; `new` and `key` are None where it was deleted.

    `key_change` says what became of its key ("renamed", "moved", "deleted").
    """

    __slots__ = ("_change", "key", "key_change", "new", "old")

    def __init__(self, old: Symbol, new: Symbol | None, key: SymbolKey | None, key_change: Sequence[str]) -> None:
        self.old = old
        self.new = new
        self.key = key
        self.key_change = tuple(key_change)
        self._change: list[str] | None = None

    @property
    def change(self) -> list[str]:
        """What was done to it, as reason codes; worked out when it is asked for, since few are."""
        if self._change is None:
            self._change = list(self.key_change)
            if self.new is not None and (not self.key_change or self.old.masked_id != self.new.masked_id):
                self._change += changed_parts(self.old, self.new)
        return self._change

    @property
    def is_elsewhere(self) -> bool:
        """Whether it was renamed or moved by itself, not along with its file or class."""
        return "renamed" in self.key_change or "moved" in self.key_change

    @property
    def is_docstring_only(self) -> bool:
        """Whether nothing but its docstring was changed."""
        return self.change == ["docstring"]

    def same_as(self, other: BranchChange) -> bool:
        """Whether both sides made the same of the symbol."""
        if self.new is None or other.new is None:
            return self.new is other.new
        return self.key == other.key and self.new.same_as(other.new)


class BranchChanges:
    """What one branch did since the two parted.

    `changed` holds what it changed, renamed, moved or deleted, by the symbol key before; `added` what is new, by the
    key now. `files` are all differing paths, `renamed` says where a file is now, `without_symbols` which paths differ
    and have no symbols that could be compared (a text file, one that cannot be parsed).
    """

    def __init__(self, files: Sequence[ChangedFile], identity: tuple[SymbolAt, SymbolAt] | None = None) -> None:
        """Match the symbols of `files`; `identity` says which is which before and now, where that is recorded."""
        self.files = {file.path: file for file in files}
        compared = [file for file in files if is_comparable(file)]
        self.without_symbols = {file.path: file for file in files if not is_comparable(file)}
        found = match(compared, extracted=False)
        if identity is not None:
            _pair_by_identity(found, *identity)
        self.renamed = {old: goal.path for old, goal in found.renamed_files.items()}
        self._old_paths = {new: old for old, new in self.renamed.items()}
        self.changed: dict[SymbolKey, BranchChange] = dict(self._changes(found))
        self.added: dict[SymbolKey, Symbol] = dict(found.inserted)

    def path_now(self, path: str) -> str:
        """Return where a path of before is now."""
        return self.renamed.get(path, path)

    def path_before(self, path: str) -> str:
        """Return where a path of now was before."""
        return self._old_paths.get(path, path)

    def has_deleted(self, path: str) -> bool:
        """Whether a path of before is gone."""
        file = self.files.get(path)
        return file is not None and file.change.new is None and path not in self.renamed

    def table(self, path: str) -> SymbolTable | None:
        """Return the table, as it is now, of a differing path of before."""
        file = self.files.get(self.path_now(path))
        return file.new if file is not None else None

    def symbols(self, path: str) -> Mapping[str, Symbol]:
        """Return the symbols of a differing path of now, by qualified name."""
        file = self.files.get(path)
        return file.new_symbols if file is not None else {}

    def still_binds(self, path: str, symbol: Symbol) -> bool:
        """Say whether a file of before still has the name of one of its symbols: something took its place."""
        there = self.symbols(self.path_now(path)).values()
        return any(each.name == symbol.name and each.parent == symbol.parent for each in there)

    def at_new_keys(self) -> Iterator[tuple[SymbolKey, Symbol, SymbolKey | None]]:
        """Yield what stands where it did not stand before: (key now, symbol, key before or None)."""
        for key, symbol in self.added.items():
            yield key, symbol, None
        for before, change in self.changed.items():
            if change.new is not None and change.key is not None and change.is_elsewhere:
                yield change.key, change.new, before

    def _changes(self, found: Matching) -> Iterator[tuple[SymbolKey, BranchChange]]:
        carried = Carried(found)
        for pair in found.pairs:
            key_change = []
            if not carried.is_carried(pair):
                key_change += ["renamed"] if pair.old.name != pair.new.name else []
                stayed = self.path_now(pair.old_path) == pair.new_path and pair.old.parent == pair.new.parent
                key_change += [] if stayed else ["moved"]
            if key_change or not pair.old.same_as(pair.new):
                yield pair.old_key, BranchChange(pair.old, pair.new, pair.new_key, key_change)
        for key, symbol in found.deleted.items():
            yield key, BranchChange(symbol, None, None, ["deleted"])


class RecordedSymbols:
    """Which symbol is which, as some commits see it, by the history; `connection` has it, up to date."""

    def __init__(self, repository: Repository, connection: sqlite3.Connection) -> None:
        self._repository = repository
        self._sql = connection
        self._names_of_commit: dict[str, SymbolNames] = {}

    def has(self, commit: str) -> bool:
        """Whether a commit is recorded."""
        return is_recorded(self._sql, commit)

    def at(self, commit: str) -> SymbolAt:
        """Return what finds the number of the symbol that has a key at a commit."""
        names = self._names_of_commit.get(commit)
        if names is None:
            names = self._names_of_commit[commit] = SymbolNames(
                self._sql, BranchFilter(self._repository, self._sql, [commit])
            )
        return lambda key: names.symbol_at(f"{key[0]}::{key[1]}")

    def symbol_id(self, number: int | None) -> str:
        """Return a symbol's stable id; "" for None."""
        return symbol_id_of(self._sql, number)


def _pair_by_identity(found: Matching, before: SymbolAt, after: SymbolAt) -> None:
    """Put pairs by identity in the place of what was guessed, or not seen, between two trees.

    Steps that were recorded one by one go further than one look at both ends: each may be a small edit, and together
    nothing is left that is alike.
    """
    guessed = {pair.old_key: pair for pair in found.pairs if pair.confidence < 1.0}
    old_keys: dict[SymbolKey, Symbol] = found.deleted | {key: pair.old for key, pair in guessed.items()}
    new_keys: dict[SymbolKey, Symbol] = found.inserted | {pair.new_key: pair.new for pair in guessed.values()}
    key_of_symbol = {number: key for key in new_keys if (number := after(key)) is not None}
    wanted: dict[SymbolKey, SymbolKey] = {}
    taken: set[SymbolKey] = set()
    for key in old_keys:
        new_key = key_of_symbol.get(before(key) or 0)
        if new_key is not None and new_key not in taken:
            wanted[key] = new_key
            taken.add(new_key)
    if not wanted:
        return
    kept = []
    for pair in found.pairs:
        old, new = pair.old_key, pair.new_key
        if old in guessed and (old in wanted or new in taken):
            found.deleted[old], found.inserted[new] = pair.old, pair.new
        else:
            kept.append(pair)
    for old, new in wanted.items():
        kept.append(Pair(old[0], found.deleted.pop(old), new[0], found.inserted.pop(new)))
    kept.sort(key=lambda pair: pair.old_key)
    found.pairs = kept
