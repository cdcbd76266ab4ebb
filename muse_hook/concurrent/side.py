"""What each of two branches did since they parted, symbol by symbol, by where each symbol was before."""

from __future__ import annotations

from muse_hook.concurrent.said import Said, uses_in
from muse_hook.delta.ops import changed_parts
from muse_hook.delta.sides import is_comparable
from muse_hook.delta.symbols import Carried
from muse_hook.match.match import match
from muse_hook.match.pairs import Matching, Pair
from muse_hook.match.recorded import pair_recorded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.match.recorded import Identity
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.surface import UnchangedFiles

    T = TypeVar("T")


class BranchChange:
    """A symbol that a branch changed, before and after; `new` and `key` are None where it was deleted.

    `key_change` says what became of its key ("renamed", "moved", "deleted").
    """

    __slots__ = ("_change", "key", "key_change", "new", "old")

    def __init__(
        self,
        old: Symbol,
        new: Symbol | None,
        key: SymbolKey | None,
        key_change: Sequence[str],
        change: list[str] | None = None,
    ) -> None:
        self.old = old
        self.new = new
        self.key = key
        self.key_change = tuple(key_change)
        self._change = change  # where its text does not say it

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

    `parts` is this side alone, or of a way that was put together (`joined`) its stretches.

    `changed` holds what it changed, renamed, moved or deleted, by the symbol key before; `added` what is new, by the
    key now. `files` are all differing paths, `renamed` says where a file is now, `without_symbols` which paths differ
    and have no symbols that could be compared (a text file, one that cannot be parsed). `rest` has the files that it
    did not touch, where these are at hand.
    """

    rest: UnchangedFiles | None = None

    def __init__(
        self,
        files: Sequence[ChangedFile],
        identity: Identity | None = None,
        *,
        strangers: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Match the symbols of `files`; `identity` says which is which before and now, where that is recorded.

        Or, given `strangers`, pair them by their addresses alone: those, by path, are added ones as well.
        """
        self.files = {file.path: file for file in files}
        compared = [file for file in files if is_comparable(file)]
        self.without_symbols = {file.path: file for file in files if not is_comparable(file)}
        found = match(compared, extracted=False) if strangers is None else _by_address(compared, strangers)
        if identity is not None:
            pair_recorded(found, identity)
        self.renamed = {old: goal.path for old, goal in found.renamed_files.items()}
        self._old_paths = {new: old for old, new in self.renamed.items()}
        self.changed: dict[SymbolKey, BranchChange] = dict(self._changes(found))
        self.added: dict[SymbolKey, Symbol] = dict(found.inserted)
        self.parts: tuple[BranchChanges, ...] = (self,)
        self._kept: dict[str, Any] = {}

    @classmethod
    def joined(cls, first: BranchChanges, then: BranchChanges) -> BranchChanges:
        """Return what two stretches of one way did together, of which neither has anything to do with the other.

        They touch other paths, and matching both at once would pair what matching each alone does: see
        `Footprint.is_apart`.
        """
        made = cls.__new__(cls)
        made.files = first.files | then.files
        made.without_symbols = first.without_symbols | then.without_symbols
        made.renamed = first.renamed | then.renamed
        made._old_paths = first._old_paths | then._old_paths  # noqa: SLF001 - of this very class
        made.changed = first.changed | then.changed
        made.added = first.added | then.added
        made.rest = then.rest
        made.parts = (*first.parts, *then.parts)
        made._kept = {}  # noqa: SLF001 - likewise
        return made

    def once(self, name: str, make: Callable[[BranchChanges], T]) -> T:
        """Return what `make` makes of this side; asked again by the same `name` it is what was made."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: T = self._kept[name]
        return found

    def said(self) -> list[Said]:
        """Return what the symbols that are new or changed say, by parts."""
        return [part.once("said", _said) for part in self.parts]

    def imports_of(self, path: str) -> Mapping[str, list[Symbol]]:
        """Return the imports of a differing path of now by the name that each binds; see `Said.imports_of`."""
        part = next((each for each in self.parts if path in each.files), self)
        return part.once("said", _said).imports_of(path)

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

    def language(self, path: str) -> str:
        """Return the name of the language of a differing path, of before or of now; "" where it has none."""
        for file in (self.files.get(path), self.files.get(self.path_now(path))):
            for table in (file.old, file.new) if file is not None else ():
                if table is not None:
                    return table.language_name
        return ""

    def symbols(self, path: str) -> Mapping[str, Symbol]:
        """Return the symbols of a differing path of now, by qualified name."""
        file = self.files.get(path)
        return file.new_symbols if file is not None else {}

    def tables(self, path: str) -> list[Mapping[str, Symbol]]:
        """Return the symbols of a path of before, as they were and are; none where the side did not touch it."""
        file, goal = self.files.get(path), self.files.get(self.path_now(path))
        return [*([file.old_symbols] if file is not None else []), *([goal.new_symbols] if goal is not None else [])]

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


def _by_address(files: Sequence[ChangedFile], strangers: Mapping[str, Collection[str]]) -> Matching:
    found = Matching({})
    for file in files:
        path, old, new = file.path, file.old_symbols, file.new_symbols
        found.pairs += (Pair(path, old[name], path, new[name]) for name in file.changed)
        found.deleted.update(((path, name), old[name]) for name in old if name not in new)
        found.inserted.update(((path, name), new[name]) for name in new if name not in old)
        found.inserted.update(((path, name), new[name]) for name in strangers[path])
    return found


def _said(side: BranchChanges) -> Said:
    changed = [(each.key, each.new, each.old) for each in side.changed.values() if each.key and each.new is not None]
    return Said(side.files, uses_in(side.added, changed))
