"""Classes paired by their address that are strangers: one took the name of another, which got a new one or is gone."""

from __future__ import annotations

from muse_hook.match.assignment import assign
from muse_hook.match.pairs import CALLABLE, CONTAINER, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

LEAST_METHODS = 2
"""One method says nothing of a class."""

KNOWN = 0.8
"""So similar, a class is what it was."""

FITS, BETTER = 0.5, 0.2
"""A class is found at another address where the two are so similar, and so much more than those that share the address
with either are."""

STAYS = 0.1
"""What it is worth beside the similarity to stay where one is."""

ALONE_FITS = 0.7
"""How similar two classes have to be where nobody takes over the name, nor gives his away."""

ALL_PAIRS = 900
"""So many pairs of classes are compared at most."""


class _Class:
    """A class on one side: its own methods by their names, and their lines."""

    __slots__ = ("key", "lines", "methods", "symbol")

    def __init__(self, key: SymbolKey, symbol: Symbol, symbols: Mapping[str, Symbol]) -> None:
        self.key = key
        self.symbol = symbol
        name = key[1]
        self.methods = {
            one.name: one
            for qualified, one in symbols.items()
            if one.parent == name and qualified != name and group_of(one) == CALLABLE
        }
        self.lines = sum(map(_lines, self.methods.values()))


def part_classes(unmatched: Unmatched) -> bool:
    """Part classes of one address that became others, and pair those; returns whether there were any."""
    suspects = _suspects(unmatched)
    if not suspects:
        return False
    olds = [old for old, _, _ in suspects]
    news = [new for _, new, _ in suspects]
    for found, side, symbols in (
        (olds, unmatched.before, unmatched.symbols_before),
        (news, unmatched.after, unmatched.symbols_after),
    ):
        open_ones = [_Class(key, side.symbols[key], symbols(key[0])) for key in side.of_group(CONTAINER)]
        found += [one for one in open_ones if len(one.methods) >= LEAST_METHODS]
    own_of_old = {old.key: own for old, _, own in suspects}
    own_of_new = {new.key: own for _, new, own in suspects}
    new_key = {old.key: new.key for old, new, _ in suspects}
    old_key = {new: old for old, new in new_key.items()}
    rows = []
    for old, new in _to_compare(olds, news):
        if (old.key not in new_key and new.key not in old_key) or new_key.get(old.key) == new.key:
            continue
        if not unmatched.may_pair_parted(old.key, new.key):
            continue
        own = max(own_of_old.get(old.key, 0.0), own_of_new.get(new.key, 0.0))
        fit = round(_likeness(old, new), 6)
        if fit >= max(FITS, own + BETTER):
            rows.append((fit, old, new))
    rows.sort(key=lambda row: (-row[0], row[1].key, row[2].key))
    stay = [(own + STAYS, old.key, new.key) for old, new, own in suspects]
    chosen = assign([*stay, *((fit, old.key, new.key) for fit, old, new in rows)])
    taken = _linked([rows[n - len(stay)] for n in chosen if n >= len(stay)], new_key, old_key)
    for _, old, new in taken:
        for parted in (old.key, old_key.get(new.key)):
            if parted in new_key:
                unmatched.open_class(parted, new_key[parted])
    for fit, old, new in taken:
        if old.key in unmatched.before.symbols and new.key in unmatched.after.symbols:
            unmatched.pair_class(old.key, new.key, unmatched.said(fit))
    return bool(taken)


def may_be_other_class(file: ChangedFile, name: str) -> bool:
    """Whether a class that stands at one address before and after may be a suspect: little of it is the same."""
    path, symbols = file.path, (file.old_symbols, file.new_symbols)
    if any(group_of(table[name]) != CONTAINER for table in symbols):
        return False
    one, other = [_Class((path, name), table[name], table) for table in symbols]
    if min(len(one.methods), len(other.methods)) < LEAST_METHODS:
        return False
    changed = set(file.changed)
    touched = {
        each.name
        for key in changed
        for each in (file.old_symbols[key],)
        if each.parent == name and group_of(each) == CALLABLE
    }
    return _likeness(one, other, touched) < KNOWN


def _suspects(unmatched: Unmatched) -> list[tuple[_Class, _Class, float]]:
    """Return the classes of one address of which a method came, went or changed, and that are not known to be one."""
    touched: dict[SymbolKey, set[str]] = {}
    for pair in unmatched.matching.pairs:
        if pair.old.parent and group_of(pair.old) == CALLABLE and pair.old.parent == pair.new.parent:
            touched.setdefault((pair.old_path, pair.old.parent), set()).add(pair.old.name)
    for path, name in (*unmatched.before.of_group(CALLABLE), *unmatched.after.of_group(CALLABLE)):
        owner = name.rpartition(".")[0]
        if owner:
            touched.setdefault(unmatched.old_scope((path, owner)), set())
    found = []
    for key in sorted(touched):
        there = unmatched.new_scope(key)
        old, new = unmatched.symbol_before(key), unmatched.symbol_after(there)
        if old is None or new is None or key in unmatched.before.symbols or there in unmatched.after.symbols:
            continue
        if group_of(old) != CONTAINER or group_of(new) != CONTAINER:
            continue
        one = _Class(key, old, unmatched.symbols_before(key[0]))
        other = _Class(there, new, unmatched.symbols_after(there[0]))
        if min(len(one.methods), len(other.methods)) < LEAST_METHODS:
            continue
        if _least_likeness(one, other, touched[key]) >= KNOWN:  # mostly: one method of many has changed
            continue
        own = _likeness(one, other, touched[key])
        if own < KNOWN:
            found.append((one, other, round(own, 6)))
    return found


def _likeness(old: _Class, new: _Class, changed: set[str] | None = None) -> float:
    """Return the lines of methods of one name, as far as they are alike, as a Jaccard index of both classes.

    Where `changed` is given, methods that are not in it are known to be equal.
    """
    shared = 0.0
    for name, one in old.methods.items():
        other = new.methods.get(name)
        if other is None:
            continue
        if changed is not None and name not in changed:
            shared += _lines(one)
        else:
            shared += (_lines(one) + _lines(other)) / 2 * _alike(one, other)
    return shared / max(1.0, old.lines + new.lines - shared)


def _least_likeness(old: _Class, new: _Class, changed: set[str]) -> float:
    """Return the likeness of two classes if no method that is in `changed` were alike at all; no text is read."""
    same = old.methods.keys() & new.methods.keys() - changed
    shared = float(sum(_lines(old.methods[name]) for name in same))
    return shared / max(1.0, old.lines + new.lines - shared)


def _alike(one: Symbol, other: Symbol) -> float:
    """Return the Jaccard index of the tokens of two methods."""
    if one.masked_id == other.masked_id:
        return 1.0
    counts: dict[str, int] = {}
    for token in one.tokens:
        counts[token] = counts.get(token, 0) + 1
    shared = 0
    for token in other.tokens:
        if counts.get(token, 0):
            counts[token] -= 1
            shared += 1
    return shared / max(1, len(one.tokens) + len(other.tokens) - shared)


def _lines(symbol: Symbol) -> int:
    return symbol.lines[1] - symbol.lines[0] + 1


def _to_compare(olds: Sequence[_Class], news: Sequence[_Class]) -> list[tuple[_Class, _Class]]:
    """Return the pairs to compare: of many those that share the names of most methods."""
    holders: dict[str, list[int]] = {}
    for number, new in enumerate(news):
        for name in new.methods:
            holders.setdefault(name, []).append(number)
    pairs = [
        (old, news[number])
        for old in olds
        for number in sorted({number for name in old.methods for number in holders.get(name, ())})
    ]
    if len(pairs) > ALL_PAIRS:
        pairs.sort(key=lambda pair: (-len(pair[0].methods.keys() & pair[1].methods), pair[0].key, pair[1].key))
    return pairs[:ALL_PAIRS]


def _linked(
    taken: Sequence[tuple[float, _Class, _Class]],
    new_key: Mapping[SymbolKey, SymbolKey],
    old_key: Mapping[SymbolKey, SymbolKey],
) -> list[tuple[float, _Class, _Class]]:
    """Return the rows that are links of a chain, and those that are sure alone."""
    olds, news = {old.key for _, old, _ in taken}, {new.key for _, _, new in taken}
    found = []
    for fit, old, new in taken:
        is_free = new.key not in old_key or old_key[new.key] in olds
        is_left = old.key not in new_key or new_key[old.key] in news
        if (is_free and is_left) or (fit >= ALONE_FITS and not _is_base(old, new)):
            found.append((fit, old, new))
    return found


def _is_base(old: _Class, new: _Class) -> bool:
    """Whether one is named among the bases of the other: what was common was taken out, the name stays whose it is."""
    one, other = old.symbol.name, new.symbol.name
    return any(one in base for base in new.symbol.bases) or any(other in base for base in old.symbol.bases)
