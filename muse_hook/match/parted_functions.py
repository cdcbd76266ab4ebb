"""Functions paired by their address that are strangers: names that were handed on, swapped, or numbered anew."""

from __future__ import annotations

from muse_hook.match.assignment import assign
from muse_hook.match.evidence import is_asked_for
from muse_hook.match.pairs import CALLABLE, group_of
from muse_hook.match.similarity import Features, Weights, name_similarity, text_similarity
from muse_hook.match.statements import LEAST_STATEMENTS, Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import Pair
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

IN_COMMON, KNOWN = 0.9, 0.85
"""With so many of the smaller one's statements in common, or so similar, two bodies of one address are no strangers."""

STRANGER = 0.4
"""Less similar than this are two functions that have nothing to do with each other, or a body that was written anew."""

FITS, BETTER = 0.55, 0.25
"""A body is found elsewhere than at its own address where the two are so similar, and so much more than those that
share the address with either are."""

MOULD_FITS, MOULD_BETTER = 0.8, 0.12
"""The same among functions that are alike by habit: numbered variants, one method in several classes."""

ALONE_FITS, ALONE_BETTER = 0.6, 0.35
"""The same where nobody takes over the name, nor gives his away."""

STAYS, NAME = 0.1, 0.08
"""What it is worth beside the similarity to stay where one is, and to have the same name elsewhere."""

LEAST_TOKENS = 0.3
"""Bodies whose tokens are less similar are not compared statement by statement."""

MOST_ROWS, HOLDERS = 400, 24
"""So many pairs are compared at most, the most similar by their tokens; a statement that more have says nothing."""


def part_functions(unmatched: Unmatched) -> bool:
    """Part pairs of which an end is found elsewhere; what is left over is open again. Returns whether there was any."""
    suspects = {pair.old_key: pair for pair in unmatched.matching.pairs if may_be_parted(pair.old, pair.new)}
    sharing = _sharing(unmatched, suspects) if suspects else []
    if not sharing:
        return False
    parting = _Parting(unmatched, suspects)
    rows = parting.rows(sharing)
    if not rows:
        return False
    olds, news = {old.key for _, old, _ in rows}, {new.key for _, _, new in rows}
    own = [
        (parting.rival_of_old(old) + STAYS, old, pair.new_key)
        for old, pair in suspects.items()
        if old in olds or pair.new_key in news
    ]
    worth = [(round(fit + NAME * name_similarity(old, new), 6), old.key, new.key) for fit, old, new in rows]
    chosen = assign([*own, *worth])
    taken = [rows[number - len(own)] for number in chosen if number >= len(own)]
    return parting.pair_anew(parting.linked(taken))


def may_be_parted(old: Symbol, new: Symbol) -> bool:
    """Whether two bodies of one address have changed so much that they may be strangers; cheaper than likeness."""
    if group_of(old) != CALLABLE or group_of(new) != CALLABLE:
        return False
    if min(len(old.statements), len(new.statements)) < LEAST_STATEMENTS:
        return False
    before, after = set(old.statements), set(new.statements)
    return len(before & after) < IN_COMMON * min(len(before), len(after))


class _Parting:
    """The suspects, who else there is, and how similar they are."""

    def __init__(self, unmatched: Unmatched, suspects: dict[SymbolKey, Pair]) -> None:
        self._unmatched = unmatched
        self._suspects = suspects
        self._texts = Texts(Weights(()))
        self._old_key = {pair.new_key: pair.old_key for pair in suspects.values()}
        self._olds: dict[SymbolKey, Features] = {}
        self._news: dict[SymbolKey, Features] = {}
        self._rivals: dict[SymbolKey, float] = {}
        self._files = {(p.old_path, p.new_path) for p in unmatched.matching.pairs if p.old_path != p.new_path}

    def rows(self, sharing: Sequence[tuple[SymbolKey, SymbolKey]]) -> list[tuple[float, Features, Features]]:
        """Return which of the pairs of two addresses are better than what they would break up."""
        flat = self._texts.weights
        pairs = []
        for before, after in sharing:
            if self._unmatched.may_pair_parted(before, after):
                old, new = self._old(before), self._new(after)
                tokens = text_similarity(old, new, flat)[0]
                if tokens >= LEAST_TOKENS:
                    pairs.append((-round(tokens, 6), before, after))
        found = []
        for _, before, after in sorted(pairs)[:MOST_ROWS]:
            old, new = self._old(before), self._new(after)
            if new.key in self._old_key and is_asked_for(after, new.symbol.name) > is_asked_for(
                before, old.symbol.name
            ):
                continue  # what the language asks for was there before, and stays what it is
            rival = max(self.rival_of_old(old.key), self.rival_of_new(new.key))
            if rival >= KNOWN and old.symbol.masked_id != new.symbol.masked_id:
                continue
            fit = self._fit(old, new)
            if rival < STRANGER:
                fits = fit >= max(FITS, rival + BETTER)
            else:
                fits = fit >= max(MOULD_FITS, rival + MOULD_BETTER) and self._is_mould(old.key, new.key)
            if fits:
                found.append((fit, old, new))
        found.sort(key=lambda row: (-row[0], row[1].key, row[2].key))
        return found

    def rival_of_old(self, key: SymbolKey) -> float:
        """Return how similar an old body is to the one that it is paired with, 0 for an open one."""
        pair = self._suspects.get(key)
        if pair is None:
            return 0.0
        if key not in self._rivals:
            self._rivals[key] = self._fit(self._old(key), self._new(pair.new_key))
        return self._rivals[key]

    def rival_of_new(self, key: SymbolKey) -> float:
        """Return the same for a new body."""
        return self.rival_of_old(self._old_key[key]) if key in self._old_key else 0.0

    def linked(self, taken: Sequence[tuple[float, Features, Features]]) -> list[tuple[float, Features, Features]]:
        """Return the rows that are links of a chain, and those that are sure alone.

        Where functions that hand their names on call each other, each seems to call what moved out of it: there the
        chain has to go on.
        """
        found = list(taken)
        count = -1
        while len(found) != count:
            count = len(found)
            olds, news = {old.key for _, old, _ in found}, {new.key for _, _, new in found}
            found = [row for row in found if self._is_heir_and_owner(row[1], row[2], olds, news)]
        taken = found
        olds, news = {old.key for _, old, _ in taken}, {new.key for _, _, new in taken}
        found = []
        for fit, old, new in taken:
            rival = max(self.rival_of_old(old.key), self.rival_of_new(new.key))
            heir = old.key in self._suspects and self._suspects[old.key].new_key in news
            owner = self._old_key.get(new.key) in olds
            if heir or owner or (rival < STRANGER and fit >= max(ALONE_FITS, rival + ALONE_BETTER)):
                found.append((fit, old, new))
        return found

    def pair_anew(self, rows: Sequence[tuple[float, Features, Features]]) -> bool:
        """Make these pairs in the place of those of the suspects; returns whether there are any."""
        unmatched = self._unmatched
        olds, news = {old.key for _, old, _ in rows}, {new.key for _, _, new in rows}
        broken = [p for p in self._suspects.values() if p.old_key in olds or p.new_key in news]
        unmatched.open_pairs(broken)
        for fit, old, new in rows:
            exact = old.symbol.masked_id == new.symbol.masked_id
            unmatched.pair(old.key, new.key, 1.0 if exact else unmatched.said(fit))
        return bool(rows)

    def _fit(self, old: Features, new: Features) -> float:
        if old.symbol.masked_id == new.symbol.masked_id:
            return 1.0
        return round(self._texts.similarity(old, new)[0], 6)

    def _is_mould(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether two functions that are alike may be told from each other by what differs."""
        if old[0] != new[0]:
            return (old[0], new[0]) in self._files
        one, other = old[1].rpartition(".")[0], new[1].rpartition(".")[0]
        return self._unmatched.new_scope((old[0], one)) == (new[0], other)

    def _is_heir_and_owner(self, old: Features, new: Features, olds: set[SymbolKey], news: set[SymbolKey]) -> bool:
        """Whether the old body neither only moved out and is called from where it was, nor stands in its caller now.

        It did where that body is not found to come from elsewhere, or to have gone elsewhere, itself.
        """
        pair = self._suspects.get(old.key)
        if pair is not None and pair.new_key not in news and _calls(self._new(pair.new_key), new):
            return False
        owner = self._old_key.get(new.key)
        return owner is None or owner in olds or not _calls(self._old(owner), old)

    def _old(self, key: SymbolKey) -> Features:
        """Return what an old function, a suspect or an open one, is compared by."""
        if key not in self._suspects:
            return self._unmatched.before.features(key)
        if key not in self._olds:
            self._olds[key] = Features(key, self._suspects[key].old)
        return self._olds[key]

    def _new(self, key: SymbolKey) -> Features:
        """Return what a new function is compared by."""
        if key not in self._old_key:
            return self._unmatched.after.features(key)
        if key not in self._news:
            self._news[key] = Features(key, self._suspects[self._old_key[key]].new)
        return self._news[key]


def _sharing(unmatched: Unmatched, suspects: dict[SymbolKey, Pair]) -> list[tuple[SymbolKey, SymbolKey]]:
    """Return the pairs of two addresses with more statements in common than those that share one of them.

    One of them at least is a suspect's.
    """
    before, after = unmatched.before, unmatched.after
    olds = {old: frozenset(pair.old.statements) for old, pair in suspects.items()}
    news = {pair.new_key: frozenset(pair.new.statements) for pair in suspects.values()}
    own_of_old = {old: len(olds[old] & news[pair.new_key]) for old, pair in suspects.items()}
    own_of_new = {pair.new_key: own_of_old[old] for old, pair in suspects.items()}
    for found, side in ((olds, before), (news, after)):
        for key in side.of_group(CALLABLE):
            statements = side.symbols[key].statements
            if len(statements) >= LEAST_STATEMENTS:
                found[key] = frozenset(statements)
    holders: dict[str, list[SymbolKey]] = {}
    for new in sorted(news):
        for digest in news[new]:
            holders.setdefault(digest, []).append(new)
    sharing = []
    for old in sorted(olds):
        counts: dict[SymbolKey, int] = {}
        for digest in olds[old]:
            for new in holders.get(digest, ())[:HOLDERS]:
                counts[new] = counts.get(new, 0) + 1
        own = own_of_old.get(old, 0)
        sharing += [
            (old, new)
            for new in sorted(counts)
            if (old in suspects or new in own_of_new) and counts[new] > max(own, own_of_new.get(new, 0))
        ]
    return sharing


def _calls(caller: Features, called: Features) -> bool:
    """Whether a body names a function, or the class that it stands in; its own name where it stands more than once."""
    name, owner = called.symbol.name, called.symbol.parent.rpartition(".")[2]
    if caller.symbol.name == name:
        return caller.symbol.tokens.count(name) > 1
    return name in caller.tokens or (owner != "" and owner in caller.tokens)
