"""What one side did since the two parted: every symbol it touched, by where that was before."""

from __future__ import annotations

from muse_hook.concurrent.identity import settle
from muse_hook.delta.ops import changed_parts
from muse_hook.delta.sides import is_comparable
from muse_hook.delta.symbols import Carried
from muse_hook.match.match import match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muse_hook.concurrent.identity import Story
    from muse_hook.match.pairs import ChangedFile, Matching
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol, SymbolTable


class Touch:
    """A symbol before and after; `new` and `place` are None where it was deleted.

    `went` says what became of its place ("renamed", "moved", "deleted").
    """

    __slots__ = ("_change", "new", "old", "place", "went")

    def __init__(self, old: Symbol, new: Symbol | None, place: SymbolKey | None, went: Sequence[str]) -> None:
        self.old = old
        self.new = new
        self.place = place
        self.went = tuple(went)
        self._change: list[str] | None = None

    @property
    def change(self) -> list[str]:
        """What was done to it, as reason codes; worked out when it is asked for, since few are."""
        if self._change is None:
            self._change = list(self.went)
            if self.new is not None and (not self.went or self.old.masked_id != self.new.masked_id):
                self._change += changed_parts(self.old, self.new)
        return self._change

    @property
    def is_elsewhere(self) -> bool:
        """Whether it was renamed or moved by itself, not along with its file or class."""
        return "renamed" in self.went or "moved" in self.went

    @property
    def is_words(self) -> bool:
        """Whether nothing but its docstring was changed."""
        return self.change == ["docstring"]

    def same_as(self, other: Touch) -> bool:
        """Whether both sides made the same of the symbol."""
        if self.new is None or other.new is None:
            return self.new is other.new
        return self.place == other.place and self.new.same_as(other.new)


class Side:
    """The way from where the two parted to one of them.

    `touched` holds what the side changed, renamed, moved or deleted, by its place before; `added` what is new, by its
    place now. `files` are all differing paths, `moved` says where a file went, `plain` which paths differ and have no
    symbols that could be compared (a text file, one that cannot be parsed).
    """

    def __init__(self, files: Sequence[ChangedFile], stories: tuple[Story, Story] | None = None) -> None:
        """Match the symbols of `files`; `stories` tell who is who before and now, where that is recorded."""
        self.files = {file.path: file for file in files}
        compared = [file for file in files if is_comparable(file)]
        self.plain = {file.path: file for file in files if not is_comparable(file)}
        found = match(compared, extracted=False)
        if stories is not None:
            settle(found, *stories)
        self.moved = {old: goal.path for old, goal in found.renamed_files.items()}
        self._arrived = {new: old for old, new in self.moved.items()}
        self.touched: dict[SymbolKey, Touch] = dict(self._touches(found))
        self.added: dict[SymbolKey, Symbol] = dict(found.inserted)

    def home(self, path: str) -> str:
        """Return where a path of before is now."""
        return self.moved.get(path, path)

    def before(self, path: str) -> str:
        """Return where a path of now was before."""
        return self._arrived.get(path, path)

    def has_deleted(self, path: str) -> bool:
        """Whether a path of before is gone."""
        file = self.files.get(path)
        return file is not None and file.change.new is None and path not in self.moved

    def table(self, path: str) -> SymbolTable | None:
        """Return the table, as it is now, of a differing path of before."""
        file = self.files.get(self.home(path))
        return file.new if file is not None else None

    def symbols(self, path: str) -> Mapping[str, Symbol]:
        """Return the symbols of a differing path of now, by qualified name."""
        file = self.files.get(path)
        return file.new_symbols if file is not None else {}

    def still_binds(self, path: str, symbol: Symbol) -> bool:
        """Say whether a file of before still has the name of one of its symbols: something took its place."""
        there = self.symbols(self.home(path)).values()
        return any(each.name == symbol.name and each.parent == symbol.parent for each in there)

    def occupants(self) -> Iterator[tuple[SymbolKey, Symbol, SymbolKey | None]]:
        """Yield what stands where it did not stand before: (place now, symbol, place before or None)."""
        for place, symbol in self.added.items():
            yield place, symbol, None
        for before, touch in self.touched.items():
            if touch.new is not None and touch.place is not None and touch.is_elsewhere:
                yield touch.place, touch.new, before

    def _touches(self, found: Matching) -> Iterator[tuple[SymbolKey, Touch]]:
        carried = Carried(found)
        for pair in found.pairs:
            went = []
            if not carried.is_carried(pair):
                went += ["renamed"] if pair.old.name != pair.new.name else []
                stayed = self.home(pair.old_path) == pair.new_path and pair.old.parent == pair.new.parent
                went += [] if stayed else ["moved"]
            if went or not pair.old.same_as(pair.new):
                yield pair.old_key, Touch(pair.old, pair.new, pair.new_key, went)
        for place, symbol in found.deleted.items():
            yield place, Touch(symbol, None, None, ["deleted"])
