"""The symbols without a partner, before and after, and who of them may be paired."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE, CONTAINER, Pair, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from muse_hook.match.pairs import Matching
    from muse_hook.match.similarity import CallSites, Features, Weights
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol


class UnmatchedSymbols:
    """The symbols of one side (before or after) that have no partner yet, by path and qualified name."""

    def __init__(self) -> None:
        self.symbols: dict[SymbolKey, Symbol] = {}
        self._features: dict[SymbolKey, Features] = {}
        self._members: dict[SymbolKey, list[SymbolKey]] | None = None

    def of_group(self, group: int) -> list[SymbolKey]:
        """Return the keys of one group of kinds, sorted."""
        return sorted(key for key, symbol in self.symbols.items() if group_of(symbol) == group)

    def members(self, owner: SymbolKey) -> list[SymbolKey]:
        """Return the keys of all unmatched symbols that stand in a class, deep ones too, sorted."""
        if self._members is None:
            self._members = {}
            for path, name in sorted(self.symbols):
                outer = name.partition(".")[0]
                if outer != name:
                    self._members.setdefault((path, outer), []).append((path, name))
        path, name = owner
        prefix = name + "."
        near = self._members.get((path, name.partition(".")[0]), ())
        return [key for key in near if key[1].startswith(prefix) and key in self.symbols]

    def features(self, key: SymbolKey) -> Features:
        """Return what the symbol is compared by; of a class with that of its members."""
        features = self._features.get(key)
        if features is None:
            from muse_hook.match.similarity import Features

            symbol = self.symbols[key]
            members = [self.symbols[m] for m in self.members(key)] if group_of(symbol) == CONTAINER else ()
            features = self._features[key] = Features(key, symbol, members)
        return features

    def put_back(self, key: SymbolKey, symbol: Symbol) -> None:
        """Put a symbol back whose pair was broken up."""
        self.symbols[key] = symbol
        self._members = None


class Unmatched:
    """Both sides, `before` and `after`; pairs that are made go straight into `matching`.

    `damaged` are the paths with a syntax error on either side. `weights` and `call_sites` are there after `weigh`.
    """

    weights: Weights
    call_sites: CallSites

    def __init__(self, matching: Matching, damaged: Collection[str]) -> None:
        self.matching = matching
        self.before = UnmatchedSymbols()
        self.after = UnmatchedSymbols()
        self._damaged = damaged
        self._new_classes: dict[SymbolKey, SymbolKey] = {}

    def weigh(self) -> None:
        """Look at the unmatched functions and at the pairs so far: what a token, what a call site says of identity."""
        from muse_hook.match.similarity import CallSites, Weights

        functions = [side.features(key) for side in (self.before, self.after) for key in side.of_group(CALLABLE)]
        self.weights = Weights(functions)
        self.call_sites = CallSites(self.before.symbols, self.after.symbols, self.matching.pairs)

    def same_scope(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether two symbols stand in the same file and class, renamed files and classes followed."""
        path, parent = old[0], self.before.symbols[old].parent
        expected = self._new_classes.get((path, parent)) or (self.matching.new_path(path), parent)
        return expected == (new[0], self.after.symbols[new].parent)

    def may_pair(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether a pair may be made at all: where a file has syntax errors, nothing changes its scope."""
        if self._damaged and (old[0] in self._damaged or new[0] in self._damaged):
            return self.same_scope(old, new)
        return True

    def is_sound(self, *paths: str) -> bool:
        """Whether none of the files has a syntax error."""
        return not any(path in self._damaged for path in paths)

    def pair_same_addresses(self) -> None:
        """Pair again what is unmatched on both sides of one address: there can be no insert beside a delete."""
        for path, name in sorted(self.before.symbols):
            if (self.matching.new_path(path), name) in self.after.symbols:
                self.pair((path, name), (self.matching.new_path(path), name))

    def pair(self, old: SymbolKey, new: SymbolKey, confidence: float = 1.0) -> None:
        """Pair two unmatched symbols."""
        pair = Pair(old[0], self.before.symbols.pop(old), new[0], self.after.symbols.pop(new), confidence)
        self.matching.pairs.append(pair)
        if group_of(pair.old) == CONTAINER:
            self._new_classes[old] = new

    def pair_class(self, old: SymbolKey, new: SymbolKey, confidence: float = 1.0) -> None:
        """Pair two classes, and their unmatched members that have the same name in both."""
        self.pair(old, new, confidence)
        for old_member in self.before.members(old):
            new_member = new[0], new[1] + old_member[1][len(old[1]) :]
            if new_member in self.after.symbols:
                before, after = self.before.symbols[old_member], self.after.symbols[new_member]
                if group_of(before) == group_of(after):
                    exact = before.masked_id == after.masked_id
                    self.pair(old_member, new_member, 1.0 if exact else confidence)
