"""Classes that became others, by their text, their members' names and, last, by where most of their methods are."""

from __future__ import annotations

from muse_hook.match.evidence import is_asked_for
from muse_hook.match.pairs import CALLABLE, CONTAINER, group_of
from muse_hook.match.similarity import base_similarity, name_similarity, prose_similarity, text_similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muse_hook.match.comparison import BodyComparison
    from muse_hook.match.similarity import Features
    from muse_hook.match.unmatched import Unmatched, UnmatchedSymbols
    from muse_hook.model.address import SymbolKey

TEXT, MEMBERS, NAME, BASES, FILE, CALLS = 0.55, 0.12, 0.20, 0.05, 0.06, 0.12
"""The weights of the parts of a score."""

ACCEPTED = 0.45

SMALL, SMALL_NEEDS = 12, 0.3
"""A class of fewer tokens (an exception of its own) needs so much more to have got another name: less where its
docstring stayed or callers went over to the other name."""

NAMESAKE_NEEDS = 0.15
"""A class needs so much more to have got a name that another unmatched one had, or to have lost one that is there."""

LEAST_WORDS = 8
"""A shorter docstring says as little as a short class."""

SIMILAR_MEMBER, MEMBERS_FOR_TEXT = 0.5, 0.8
"""A class that grew is known by its old members: the share of its text that stands in members of the same name, each at
least half similar, counts eight tenths of the similarity of the whole."""

MOST_METHODS = 0.5
"""The share of a class's methods, by size, that has to stand in one class now for the class to have become it."""

LEAST_MEMBERS, LEAST_MEMBER_SHARE, BY_NAME_CONFIDENCE = 2, 0.4, 0.6
"""So many methods of two classes of one name, and so much of the smaller one, have to have the same names, those aside
that a language asks for."""

NEIGHBOURS = 2
"""So many classes have to have gone from one file to another for one of the same name to have gone along."""

ALL_PAIRS, CANDIDATES = 400, 8
"""With more pairs than this each class is compared only with those that share most members' names with it."""


def match_classes(compared: BodyComparison) -> None:
    """Pair unmatched classes, most similar first; what stands in them follows."""
    unmatched = compared.unmatched
    olds, news = unmatched.before.of_group(CONTAINER), unmatched.after.of_group(CONTAINER)
    old_members = {old: _members(unmatched, old, before=True) for old in olds}
    new_members = {new: _members(unmatched, new, before=False) for new in news}
    names = ({unmatched.before.symbols[key].name for key in olds}, {unmatched.after.symbols[key].name for key in news})
    rows: list[tuple[float, SymbolKey, SymbolKey]] = []
    candidates = _Candidates(unmatched, news, new_members) if len(olds) * len(news) > ALL_PAIRS else None
    for old in olds:
        for new in news if candidates is None else candidates.of(old, old_members[old]):
            if unmatched.may_pair(old, new):
                score = _score(compared, old, new, old_members[old], new_members[new])
                if score >= _needed(compared, old, new, names):
                    rows.append((-round(score, 6), old, new))
    for score, old, new in sorted(rows):
        if old in unmatched.before.symbols and new in unmatched.after.symbols:
            unmatched.pair_class(old, new, unmatched.said(-score))


def match_classes_by_methods(unmatched: Unmatched) -> bool:
    """Pair unmatched classes where most of one's methods were found in the other; returns whether there were any."""
    before, after = unmatched.before.symbols, unmatched.after.symbols
    moved: dict[tuple[SymbolKey, SymbolKey], int] = {}
    sizes: dict[SymbolKey, int] = {}
    for pair in unmatched.matching.pairs:
        old, new = (pair.old_path, pair.old.parent), (pair.new_path, pair.new.parent)
        if old in before and group_of(pair.old) == CALLABLE:
            size = len(pair.old.tokens)
            sizes[old] = sizes.get(old, 0) + size
            if new in after:
                moved[old, new] = moved.get((old, new), 0) + size
    rows = []
    for (old, new), size in moved.items():
        whole = sizes[old] + sum([len(before[member].tokens) for member in unmatched.before.members(old)])
        if size / whole >= MOST_METHODS and unmatched.may_pair(old, new):
            rows.append((-round(size / whole, 6), old, new))
    found = False
    for share, old, new in sorted(rows):
        if old in before and new in after:
            unmatched.pair_class(old, new, unmatched.said(-share))
            found = True
    return found


def match_classes_by_name(unmatched: Unmatched) -> bool:
    """Pair unmatched classes that alone have a name, if methods went from the one to the other or have one name.

    Such a class was written anew while it moved. So is one whose neighbours went from the one file to the other.
    Returns whether there were any.
    """
    olds, news = (_by_name(side) for side in (unmatched.before, unmatched.after))
    went: dict[tuple[SymbolKey, SymbolKey], int] = {}
    neighbours: dict[tuple[str, str], int] = {}
    for pair in unmatched.matching.pairs:
        if group_of(pair.old) == CALLABLE:
            way = (pair.old_path, pair.old.parent), (pair.new_path, pair.new.parent)
            went[way] = went.get(way, 0) + 1
        elif group_of(pair.old) == CONTAINER and pair.old_path != pair.new_path:
            files = pair.old_path, pair.new_path
            neighbours[files] = neighbours.get(files, 0) + 1
    found = False
    for name in sorted(olds.keys() & news.keys()):
        (old, *more_olds), (new, *more_news) = olds[name], news[name]
        if more_olds or more_news or not unmatched.may_pair(old, new):
            continue
        if not went.get((old, new)) and neighbours.get((old[0], new[0]), 0) < NEIGHBOURS:
            mine, theirs = _named_methods(unmatched.before, old), _named_methods(unmatched.after, new)
            both = len(mine & theirs)
            if both < LEAST_MEMBERS or both < LEAST_MEMBER_SHARE * min(len(mine), len(theirs)):
                continue
        unmatched.pair_class(old, new, BY_NAME_CONFIDENCE)
        found = True
    return found


def _by_name(side: UnmatchedSymbols) -> dict[str, list[SymbolKey]]:
    """Return the unmatched classes that stand in no other one by their names."""
    keys: dict[str, list[SymbolKey]] = {}
    for key in side.of_group(CONTAINER):
        if not side.symbols[key].parent:
            keys.setdefault(side.symbols[key].name, []).append(key)
    return keys


def _named_methods(side: UnmatchedSymbols, owner: SymbolKey) -> set[str]:
    """Return the names of the unmatched methods of a class, but none that is asked for."""
    keys = [key for key in side.members(owner) if group_of(side.symbols[key]) == CALLABLE]
    return {key[1][len(owner[1]) + 1 :] for key in keys if not is_asked_for(key, side.symbols[key].name)}


def _members(unmatched: Unmatched, owner: SymbolKey, *, before: bool) -> dict[str, SymbolKey]:
    """Return the unmatched members of a class by the name they have in it."""
    side = unmatched.before if before else unmatched.after
    return {key[1][len(owner[1]) + 1 :]: key for key in side.members(owner)}


class _Candidates:
    """The new classes by their names and those of their members: few have anything to do with an old one."""

    def __init__(
        self, unmatched: Unmatched, news: Sequence[SymbolKey], members: Mapping[SymbolKey, Mapping[str, SymbolKey]]
    ) -> None:
        self._unmatched = unmatched
        self._named: dict[str, list[SymbolKey]] = {}
        self._holders: dict[str, list[SymbolKey]] = {}
        for new in news:
            self._named.setdefault(unmatched.after.symbols[new].name, []).append(new)
            for name in members[new]:
                self._holders.setdefault(name, []).append(new)

    def of(self, old: SymbolKey, members: Iterable[str]) -> list[SymbolKey]:
        """Return the classes that are worth a comparison with an old one: of its name, or with members as it has."""
        shared: dict[SymbolKey, int] = {}
        for name in members:
            for new in self._holders.get(name, ()):
                shared[new] = shared.get(new, 0) + 1
        same = set(self._named.get(self._unmatched.before.symbols[old].name, ()))
        ranked = sorted((new not in same, -shared.get(new, 0), new) for new in {*same, *shared})
        return [new for _, _, new in ranked[:CANDIDATES]]


def _needed(compared: BodyComparison, old: SymbolKey, new: SymbolKey, names: tuple[set[str], set[str]]) -> float:
    """Return the score that a pair of classes has to reach; `names` are those of all that came into question."""
    unmatched = compared.unmatched
    one, other = unmatched.before.features(old), unmatched.after.features(new)
    if one.symbol.name == other.symbol.name:
        return ACCEPTED
    needed = ACCEPTED
    if other.symbol.name in names[0] or one.symbol.name in names[1]:
        needed += NAMESAKE_NEEDS
    if min(one.size, other.size) < SMALL:
        callers = compared.call_sites.renamed(one.symbol.name, other.symbol.name)
        needed += SMALL_NEEDS * (1 - _docstring_similarity(one, other)) * (1 - callers / 2)
    return needed


def _docstring_similarity(one: Features, other: Features) -> float:
    """Return how similar the words are that two classes say of themselves, 0 where one says little."""
    return prose_similarity(one, other) if min(one.prose_size, other.prose_size) >= LEAST_WORDS else 0.0


def _score(
    compared: BodyComparison,
    old: SymbolKey,
    new: SymbolKey,
    old_members: dict[str, SymbolKey],
    new_members: dict[str, SymbolKey],
) -> float:
    unmatched = compared.unmatched
    one, other = unmatched.before.features(old), unmatched.after.features(new)
    text, _ = text_similarity(one, other, compared.weights)
    said = _docstring_similarity(one, other)
    if said and min(one.size, other.size) < SMALL:  # it is all that there is
        code, prose = one.size + other.size, one.prose_size + other.prose_size
        text = max(text, (code * text + prose * said) / (code + prose))
    both = old_members.keys() & new_members.keys()
    every = old_members.keys() | new_members.keys()
    similar = 0
    for name in both:
        member = unmatched.before.symbols[old_members[name]]
        if group_of(member) == CALLABLE == group_of(unmatched.after.symbols[new_members[name]]):
            before, after = unmatched.before.features(old_members[name]), unmatched.after.features(new_members[name])
            if text_similarity(before, after, compared.weights)[0] >= SIMILAR_MEMBER:
                similar += before.size
    if similar and one.size:
        text = max(text, MEMBERS_FOR_TEXT * similar / one.size)
    return (
        TEXT * text
        + MEMBERS * (len(both) / len(every) if every else 0.0)
        + NAME * name_similarity(one, other)
        + BASES * base_similarity(one, other)
        + FILE * (unmatched.matching.new_path(old[0]) == new[0])
        + CALLS * compared.call_sites.renamed(one.symbol.name, other.symbol.name)
    )
