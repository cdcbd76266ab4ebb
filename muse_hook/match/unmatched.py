"""The symbols that have no partner yet."""

from __future__ import annotations

from muse_hook.match.kinds import CALLABLE, CONTAINER, group_of
from muse_hook.match.pairs import Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from muse_hook.match.evidence import Callers
    from muse_hook.match.pairs import Matching
    from muse_hook.match.profile import Profile, Weights
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol


class Side:
    """The open symbols of one side (before or after), by place."""

    def __init__(self) -> None:
        self.symbols: dict[SymbolKey, Symbol] = {}
        self._profiles: dict[SymbolKey, Profile] = {}
        self._members: dict[SymbolKey, list[SymbolKey]] | None = None

    def of_group(self, group: int) -> list[SymbolKey]:
        """Return the places of one group of kinds, sorted."""
        return sorted(place for place, symbol in self.symbols.items() if group_of(symbol) == group)

    def members(self, owner: SymbolKey) -> list[SymbolKey]:
        """Return the places of all open symbols that stand in a class, deep ones too, sorted."""
        if self._members is None:
            self._members = {}
            for path, name in sorted(self.symbols):
                outer = name.partition(".")[0]
                if outer != name:
                    self._members.setdefault((path, outer), []).append((path, name))
        path, name = owner
        prefix = name + "."
        near = self._members.get((path, name.partition(".")[0]), ())
        return [place for place in near if place[1].startswith(prefix) and place in self.symbols]

    def profile(self, place: SymbolKey) -> Profile:
        """Return what makes the symbol at `place` like others, with that of its members."""
        profile = self._profiles.get(place)
        if profile is None:
            from muse_hook.match.profile import Profile

            symbol = self.symbols[place]
            inside = [self.symbols[m] for m in self.members(place)] if group_of(symbol) == CONTAINER else ()
            profile = self._profiles[place] = Profile(place, symbol, inside)
        return profile

    def reopen(self, place: SymbolKey, symbol: Symbol) -> None:
        """Put a symbol back whose pair was broken up."""
        self.symbols[place] = symbol
        self._members = None


class Open:
    """Both sides and the rules of who may be paired; pairs go straight into `found`.

    `weights` and `callers` are there after `weigh`.
    """

    weights: Weights
    callers: Callers

    def __init__(self, found: Matching, damaged: Collection[str]) -> None:
        self.found = found
        self.gone = Side()
        self.come = Side()
        self._damaged = damaged
        self._owners: dict[SymbolKey, SymbolKey] = {}

    def weigh(self) -> None:
        """Look at the open functions and at the pairs so far: what a token and what a caller says about identity."""
        from muse_hook.match.evidence import Callers
        from muse_hook.match.profile import Weights

        profiles = [side.profile(place) for side in (self.gone, self.come) for place in side.of_group(CALLABLE)]
        self.weights = Weights(profiles)
        self.callers = Callers(self.gone.symbols, self.come.symbols, self.found.pairs)

    def home(self, path: str) -> str:
        """Return where a path's symbols are expected after the commit."""
        moved = self.found.renamed_files.get(path)
        return moved.path if moved else path

    def same_scope(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether two places are in the same file and class, moved files and renamed classes followed."""
        path, parent = old[0], self.gone.symbols[old].parent
        expected = self._owners.get((path, parent)) or (self.home(path), parent)
        return expected == (new[0], self.come.symbols[new].parent)

    def allowed(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether a pair may be made at all: where a file has syntax errors, nothing changes its scope."""
        if self._damaged and (old[0] in self._damaged or new[0] in self._damaged):
            return self.same_scope(old, new)
        return True

    def is_sound(self, *paths: str) -> bool:
        """Whether none of the files has a syntax error."""
        return not any(path in self._damaged for path in paths)

    def close_addresses(self) -> None:
        """Pair again what is open on both sides of one address: there can be no insert beside a delete."""
        for path, name in sorted(self.gone.symbols):
            if (self.home(path), name) in self.come.symbols:
                self.take((path, name), (self.home(path), name))

    def take(self, old: SymbolKey, new: SymbolKey, confidence: float = 1.0) -> Pair:
        """Pair two open symbols."""
        pair = Pair(old[0], self.gone.symbols.pop(old), new[0], self.come.symbols.pop(new), confidence)
        self.found.pairs.append(pair)
        if group_of(pair.old) == CONTAINER:
            self._owners[old] = new
        return pair

    def take_class(self, old: SymbolKey, new: SymbolKey, confidence: float = 1.0) -> None:
        """Pair two classes, and their open members that have the same name in both."""
        self.take(old, new, confidence)
        for member in self.gone.members(old):
            goal = new[0], new[1] + member[1][len(old[1]) :]
            if goal in self.come.symbols:
                before, after = self.gone.symbols[member], self.come.symbols[goal]
                if group_of(before) == group_of(after):
                    exact = before.masked_id == after.masked_id
                    self.take(member, goal, 1.0 if exact else confidence)
