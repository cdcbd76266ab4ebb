"""The symbols without a partner, before and after, and who of them may be paired."""

from __future__ import annotations

from muse_hook.match.pairs import CONTAINER, Pair, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muse_hook.match.pairs import ChangedFile, Matching
    from muse_hook.match.similarity import Features
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

MOST = 0.92
"""The most confidence in a pair whose content is not equal; docs/delta.md has how often what is said is right."""


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

    `files` are all files that are compared.
    """

    def __init__(self, matching: Matching, files: Iterable[ChangedFile]) -> None:
        self.matching = matching
        self.files = {file.path: file for file in files}
        self.before = UnmatchedSymbols()
        self.after = UnmatchedSymbols()
        self._damaged = {path for path, file in self.files.items() if file.is_damaged}
        self._old_paths = {new.path: old for old, new in matching.renamed_files.items()}
        self._new_classes: dict[SymbolKey, SymbolKey] = {}
        self._old_classes: dict[SymbolKey, SymbolKey] = {}

    def has_open(self, group: int) -> bool:
        """Whether both sides have unmatched symbols of a group."""
        return bool(self.before.of_group(group) and self.after.of_group(group))

    def same_scope(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether two symbols stand in the same file and class, renamed files and classes followed."""
        return self.new_scope((old[0], self.before.symbols[old].parent)) == (new[0], self.after.symbols[new].parent)

    def new_scope(self, scope: SymbolKey) -> SymbolKey:
        """Return where a class (or with "" for its name a file) is now: where it was, if nothing else is known."""
        return self._new_classes.get(scope) or (self.matching.new_path(scope[0]), scope[1])

    def old_scope(self, scope: SymbolKey) -> SymbolKey:
        """Return where a class, or a file, was before."""
        return self._old_classes.get(scope) or (self._old_paths.get(scope[0], scope[0]), scope[1])

    def symbols_before(self, path: str) -> Mapping[str, Symbol]:
        """Return all symbols of a file before, by qualified name."""
        return self.files[path].old_symbols if path in self.files else {}

    def symbols_after(self, path: str) -> Mapping[str, Symbol]:
        """Return all symbols of a file after, by qualified name."""
        return self.files[path].new_symbols if path in self.files else {}

    def symbol_before(self, key: SymbolKey) -> Symbol | None:
        """Return what stood at an address before."""
        return self.symbols_before(key[0]).get(key[1])

    def symbol_after(self, key: SymbolKey) -> Symbol | None:
        """Return what stands at an address after."""
        return self.symbols_after(key[0]).get(key[1])

    def may_pair(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether a pair may be made at all: where a file has syntax errors, nothing changes its scope."""
        if self._damaged and (old[0] in self._damaged or new[0] in self._damaged):
            return self.same_scope(old, new)
        return True

    def may_pair_parted(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether a pair across two addresses that are both taken may be made."""
        return old[0] == new[0] or self.is_sound(old[0], new[0])

    def said(self, score: float) -> float:
        """Return the confidence that a score is said with: what is not exact is never sure."""
        return round(min(MOST, score), 2)

    def is_sound(self, *paths: str) -> bool:
        """Whether none of the files has a syntax error."""
        return not any(path in self._damaged for path in paths)

    def pair_same_addresses(self) -> None:
        """Pair again what is unmatched on both sides of one address: there can be no insert beside a delete."""
        for path, name in sorted(self.before.symbols):
            there = self.matching.new_path(path), name
            if there not in self.after.symbols:
                continue
            old, new = self.before.symbols[path, name], self.after.symbols[there]
            if (
                there[0] == path and self._stayed(path, old) and old.same_as(new)
            ):  # opened with its class, and unchanged
                del self.before.symbols[path, name], self.after.symbols[there]
            else:
                self.pair((path, name), there)

    def _stayed(self, path: str, symbol: Symbol) -> bool:
        """Whether the classes that a symbol stood in are where they were."""
        parent = symbol.parent
        return not parent or self.new_scope((path, parent)) == (path, parent)

    def open_pairs(self, pairs: Iterable[Pair]) -> None:
        """Break up pairs."""
        gone = {id(pair): pair for pair in pairs}
        self.matching.pairs[:] = [pair for pair in self.matching.pairs if id(pair) not in gone]
        for pair in gone.values():
            self.before.put_back(pair.old_key, pair.old)
            self.after.put_back(pair.new_key, pair.new)

    def open_class(self, old: SymbolKey, new: SymbolKey) -> None:
        """Break up the pair of two classes at one address, and those of all that stands in them."""
        prefixes = old[1] + ".", new[1] + "."
        for side, path, name, symbols, prefix in (
            (self.before, old[0], old[1], self.symbols_before(old[0]), prefixes[0]),
            (self.after, new[0], new[1], self.symbols_after(new[0]), prefixes[1]),
        ):
            for qualified, symbol in symbols.items():
                if qualified == name or qualified.startswith(prefix):
                    side.put_back((path, qualified), symbol)
        self.matching.pairs[:] = [
            pair
            for pair in self.matching.pairs
            if not (pair.old_path == old[0] and (pair.old.qualified_name + ".").startswith(prefixes[0]))
        ]

    def pair(self, old: SymbolKey, new: SymbolKey, confidence: float = 1.0) -> None:
        """Pair two unmatched symbols."""
        pair = Pair(old[0], self.before.symbols.pop(old), new[0], self.after.symbols.pop(new), confidence)
        self.matching.pairs.append(pair)
        if group_of(pair.old) == CONTAINER:
            self._new_classes[old] = new
            self._old_classes[new] = old

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
