"""Classes that became others, by their text, their members' names and, last, by where most of their methods went."""

from __future__ import annotations

from muse_hook.match.kinds import CALLABLE, CONTAINER, group_of
from muse_hook.match.similarity import base_likeness, name_likeness, text_likeness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.unmatched import Open
    from muse_hook.model.address import SymbolKey

TEXT, MEMBERS, NAME, BASES, FILE, CALLS = 0.55, 0.12, 0.20, 0.05, 0.06, 0.12
"""The weights of the evidence."""

ACCEPTED = 0.45

SMALL, SMALL_NEEDS = 12, 0.3
"""A class of fewer tokens (an exception of its own) needs so much more to have got another name."""

ALIKE_MEMBER, MEMBERS_FOR_TEXT = 0.5, 0.8
"""A class that grew is told by its old members: the share of its text that stands in members of the same name, each
at least half alike, counts eight tenths of the likeness of the whole."""

MOST_METHODS = 0.5
"""The share of a class's methods, by size, that has to have gone to one class for the class to have become it."""

ALL_PAIRS, RIVALS = 400, 8
"""With more pairs than this each class is compared only with those that share most members' names with it."""


def match_classes(open_: Open) -> None:
    """Pair open classes best first; what stands in them follows."""
    olds, news = open_.gone.of_group(CONTAINER), open_.come.of_group(CONTAINER)
    names_old = {old: _member_names(open_, old, before=True) for old in olds}
    names_new = {new: _member_names(open_, new, before=False) for new in news}
    rows: list[tuple[float, SymbolKey, SymbolKey]] = []
    for old in olds:
        for new in _rivals(open_, old, news, names_old, names_new):
            if open_.allowed(old, new):
                score = _score(open_, old, new, names_old[old], names_new[new])
                if score >= _needed(open_, old, new):
                    rows.append((-round(score, 6), old, new))
    for score, old, new in sorted(rows):
        if old in open_.gone.symbols and new in open_.come.symbols:
            open_.take_class(old, new, round(min(0.99, -score), 2))


def lift_classes(open_: Open) -> bool:
    """Pair open classes where most of one's methods were found in the other; returns whether there were any."""
    gone, come = open_.gone.symbols, open_.come.symbols
    went: dict[tuple[SymbolKey, SymbolKey], int] = {}
    sizes: dict[SymbolKey, int] = {}
    for pair in open_.found.pairs:
        old, new = (pair.old_path, pair.old.parent), (pair.new_path, pair.new.parent)
        if old in gone and group_of(pair.old) == CALLABLE:
            size = len(pair.old.tokens)
            sizes[old] = sizes.get(old, 0) + size
            if new in come:
                went[old, new] = went.get((old, new), 0) + size
    rows = []
    for (old, new), size in went.items():
        whole = sizes[old] + sum([len(gone[member].tokens) for member in open_.gone.members(old)])
        if size / whole >= MOST_METHODS and open_.allowed(old, new):
            rows.append((-round(size / whole, 6), old, new))
    lifted = False
    for share, old, new in sorted(rows):
        if old in gone and new in come:
            open_.take_class(old, new, round(min(0.99, -share), 2))
            lifted = True
    return lifted


def _member_names(open_: Open, owner: SymbolKey, *, before: bool) -> dict[str, SymbolKey]:
    """Return the open members of a class by the name they have in it."""
    side = open_.gone if before else open_.come
    return {place[1][len(owner[1]) + 1 :]: place for place in side.members(owner)}


def _rivals(
    open_: Open,
    old: SymbolKey,
    news: list[SymbolKey],
    names_old: dict[SymbolKey, dict[str, SymbolKey]],
    names_new: dict[SymbolKey, dict[str, SymbolKey]],
) -> list[SymbolKey]:
    """Return the classes that are worth a comparison with `old`."""
    if len(names_old) * len(news) <= ALL_PAIRS:
        return news
    name, mine = open_.gone.symbols[old].name, names_old[old].keys()
    ranked = sorted((-(open_.come.symbols[new].name == name), -len(mine & names_new[new].keys()), new) for new in news)
    return [new for same, shared, new in ranked[:RIVALS] if same or shared]


def _needed(open_: Open, old: SymbolKey, new: SymbolKey) -> float:
    """Return the score that a pair of classes has to reach."""
    one, other = open_.gone.profile(old), open_.come.profile(new)
    if one.symbol.name != other.symbol.name and min(one.size, other.size) < SMALL:
        return ACCEPTED + SMALL_NEEDS
    return ACCEPTED


def _score(
    open_: Open,
    old: SymbolKey,
    new: SymbolKey,
    names_old: dict[str, SymbolKey],
    names_new: dict[str, SymbolKey],
) -> float:
    one, other = open_.gone.profile(old), open_.come.profile(new)
    text, _ = text_likeness(one, other, open_.weights)
    both = names_old.keys() & names_new.keys()
    every = names_old.keys() | names_new.keys()
    alike = 0
    for name in both:
        member = open_.gone.symbols[names_old[name]]
        if group_of(member) == CALLABLE == group_of(open_.come.symbols[names_new[name]]):
            before, after = open_.gone.profile(names_old[name]), open_.come.profile(names_new[name])
            if text_likeness(before, after, open_.weights)[0] >= ALIKE_MEMBER:
                alike += before.size
    if alike and one.size:
        text = max(text, MEMBERS_FOR_TEXT * alike / one.size)
    return (
        TEXT * text
        + MEMBERS * (len(both) / len(every) if every else 0.0)
        + NAME * name_likeness(one, other)
        + BASES * base_likeness(one, other)
        + FILE * (open_.home(old[0]) == new[0])
        + CALLS * open_.callers.renamed(one.symbol.name, other.symbol.name)
    )
