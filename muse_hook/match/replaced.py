"""Functions that were written anew, or nearly so: another one stands in their place, or is called in their stead."""

from __future__ import annotations

from muse_hook.match.assignment import assign
from muse_hook.match.evidence import have_other_subjects, is_asked_for
from muse_hook.match.extracted import is_part_of_another
from muse_hook.match.pairs import CALLABLE
from muse_hook.match.similarity import CallSites, name_similarity, parameter_similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.comparison import BodyComparison
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey

    Place = tuple[SymbolKey, tuple[str, str]]
    """A class or file, and the two neighbours in it."""

LEAST_TEXT, LEAST_NAME, LEAST_BOTH = 0.12, 0.15, 0.5
"""What text and name have to be, and both together, of two functions that stand between the same neighbours."""

SMALL, SMALL_NAME, SMALL_TEXT, SMALL_BOTH = 20, 0.75, 0.45, 0.7
"""The same where one has fewer tokens and the names are less near: accessors are alike by habit, and so are their
names."""

LARGE_TEXT = 0.35
"""Of larger bodies that much text alone is enough."""

SAME_STATEMENTS = 2
"""Of bodies that are the same, statement by statement, so many are enough."""

CALLED, CALLED_NAME = 0.8, 0.3
"""So is the name, this near, where that many callers went over."""

MARGIN, TEXT_MARGIN = 0.1, 0.05
"""How much more that has to be than of another one in the same place, and by how much the other's text may be nearer,
unless as many stand there in the same order."""

MOST_IN_PLACE, ALL_PAIRS = 8, 1600
"""Where more came or went in one place it says nothing any more; so many pairs of all places are compared."""

PLACE_CONFIDENCE = 0.5
"""The confidence of a pair by its place."""

REPLACED_NAME, REPLACED_PARAMETERS, REPLACED_CONFIDENCE = 0.3, 0.9, 0.5
"""How similar the name and the parameters of a function written anew have to be, since the bodies say nothing."""

WRAPPED_TEXT, WRAPPED_CONFIDENCE = 0.6, 0.6
"""How similar an old body has to be to the one that its namesake elsewhere names now."""

MOST_PARTS = 4
"""So many of those that it names are looked at."""

NAMESAKE_WORDS, NAMESAKE_TEXT, NAMESAKE_CONFIDENCE = 3, 0.1, 0.5
"""A method's name of so many words that nobody else in the commit has goes on beside its class, or a function's in one,
where so much of the text is the same, or a body that stayed says the name as before. Not between two classes: both may
have methods of the names that an interface asks for."""

SITES, SITES_TEXT = 2, 0.15
"""With so many bodies that call the one in the other's stead, a text that has so much in common is enough."""


def match_replaced_functions(compared: BodyComparison) -> None:
    """Pair what is left: by who calls it, by who names the body that it had, by its place."""
    unmatched = compared.unmatched
    if unmatched.has_open(CALLABLE):
        call_sites = CallSites(unmatched.before.symbols, unmatched.after.symbols, unmatched.matching.pairs)
        _match_called(compared, call_sites)
        _match_wrapped(compared)
        _match_namesakes(compared)
        _match_in_place(compared, call_sites)


def _match_called(compared: BodyComparison, call_sites: CallSites) -> None:
    """Pair functions of one scope that were renamed and written anew: whoever called the old one calls the new one."""
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    olds, news = before.of_group(CALLABLE), after.of_group(CALLABLE)
    news_by_sites: dict[frozenset[object], list[SymbolKey]] = {}
    for new in news:
        sites = call_sites.gained(after.symbols[new].name)
        if sites:
            news_by_sites.setdefault(sites, []).append(new)
    olds_by_sites: dict[frozenset[object], list[SymbolKey]] = {}
    for old in olds:
        sites = call_sites.lost(before.symbols[old].name)
        if sites in news_by_sites:
            olds_by_sites.setdefault(sites, []).append(old)
    for sites, (old, *more_olds) in olds_by_sites.items():
        new, *more_news = news_by_sites[sites]
        if not more_olds and not more_news and _is_replaced(compared, old, new, len(sites)):
            unmatched.pair(old, new, REPLACED_CONFIDENCE)


def _is_replaced(compared: BodyComparison, old: SymbolKey, new: SymbolKey, sites: int) -> bool:
    unmatched = compared.unmatched
    one, other = unmatched.before.features(old), unmatched.after.features(new)
    if not unmatched.same_scope(old, new) or one.symbol.name == other.symbol.name:
        return False
    if name_similarity(one, other) >= REPLACED_NAME and parameter_similarity(one, other) >= REPLACED_PARAMETERS:
        return True
    return sites >= SITES and compared.texts.similarity(one, other)[0] >= SITES_TEXT


def _match_wrapped(compared: BodyComparison) -> None:
    """Pair functions of one name of which the body was taken out while they moved: they name the one that has it."""
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    for name, olds in sorted(compared.old_names.items()):
        if (
            not compared.is_only(name)
            or olds[0] not in before.symbols
            or compared.open_names[name][0] not in after.symbols
        ):
            continue
        old, new = olds[0], compared.open_names[name][0]
        one, other = before.features(old), after.features(new)
        if is_asked_for(old, name) or not unmatched.may_pair(old, new):
            continue
        for part in sorted(other.tokens.keys() & compared.open_names.keys() - one.tokens.keys())[:MOST_PARTS]:
            keys = [
                key for key in compared.open_names[part] if key[0] == new[0] and key in after.symbols and key != new
            ]
            if any(compared.texts.similarity(one, after.features(key))[0] >= WRAPPED_TEXT for key in keys):
                unmatched.pair(old, new, WRAPPED_CONFIDENCE)
                break


def _match_namesakes(compared: BodyComparison) -> None:
    """Pair functions of one long name that were written anew while they left their class, or went into one."""
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    for name in sorted(compared.old_names.keys() & compared.open_names.keys()):
        old, new = compared.old_names[name][0], compared.open_names[name][0]
        if not compared.is_only(name) or old not in before.symbols or new not in after.symbols:
            continue
        one, other = before.features(old), after.features(new)
        if len(one.words) < NAMESAKE_WORDS or unmatched.matching.new_path(old[0]) != new[0]:
            continue
        if one.symbol.parent and other.symbol.parent:
            continue
        if not unmatched.may_pair(old, new):
            continue
        if compared.texts.similarity(one, other)[0] >= NAMESAKE_TEXT or _is_still_called(unmatched, name):
            unmatched.pair(old, new, NAMESAKE_CONFIDENCE)


def _is_still_called(unmatched: Unmatched, name: str) -> bool:
    """Whether a body that changed names it before and after."""
    return any(name in pair.old.tokens and name in pair.new.tokens for pair in unmatched.matching.pairs)


def _match_in_place(compared: BodyComparison, call_sites: CallSites) -> None:
    """Pair functions that stand where others stood, between the same two neighbours, if name and text say so, too."""
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    opened: dict[SymbolKey, list[SymbolKey]] = {}
    for new in after.of_group(CALLABLE):
        opened.setdefault((new[0], after.symbols[new].parent), []).append(new)
    olds: dict[Place, list[SymbolKey]] = {}
    for old in before.of_group(CALLABLE):
        scope = unmatched.new_scope((old[0], before.symbols[old].parent))
        if scope in opened:
            olds.setdefault((scope, compared.evidence.gap(old, before=True)), []).append(old)
    news: dict[Place, list[SymbolKey]] = {}
    for scope in dict.fromkeys(scope for scope, _ in olds):
        for new in opened[scope]:
            news.setdefault((scope, compared.evidence.gap(new, before=False)), []).append(new)
    pairs = 0
    for place in sorted(olds.keys() & news.keys()):
        most = max(len(olds[place]), len(news[place]))
        pairs += len(olds[place]) * len(news[place]) if most <= MOST_IN_PLACE else 0
        if most <= MOST_IN_PLACE and pairs <= ALL_PAIRS:
            _pair_in_place(compared, call_sites, olds[place], news[place])


def _pair_in_place(
    compared: BodyComparison, call_sites: CallSites, olds: Sequence[SymbolKey], news: Sequence[SymbolKey]
) -> None:
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    olds = sorted(olds, key=lambda key: (before.symbols[key].lines, key))
    news = sorted(news, key=lambda key: (after.symbols[key].lines, key))
    texts: dict[tuple[SymbolKey, SymbolKey], float] = {}
    rows = []
    for old in olds:
        for new in news:
            if unmatched.may_pair(old, new):
                text, both = _says_in_place(compared, call_sites, old, new)
                texts[old, new] = text
                if both:
                    rows.append((both, old, new))
    chosen = [rows[number] for number in assign(rows)]
    olds = [key for key in olds if any(key == old for _, old, _ in rows)]
    news = [key for key in news if any(key == new for _, _, new in rows)]
    in_order = len(olds) == len(news) and all(olds.index(old) == news.index(new) for _, old, new in chosen)
    for both, old, new in chosen:
        said = [score for score, one, other in rows if (one == old) != (other == new)]
        near = [score for (one, other), score in texts.items() if (one == old) != (other == new)]
        better = both >= max(said, default=0.0) + MARGIN and texts[old, new] >= max(near, default=0.0) - TEXT_MARGIN
        if (in_order or better) and not is_part_of_another(unmatched, old, new):
            unmatched.pair(old, new, PLACE_CONFIDENCE)


def _says_in_place(
    compared: BodyComparison, call_sites: CallSites, old: SymbolKey, new: SymbolKey
) -> tuple[float, float]:
    """Return what the text says, and what name and text say together: 0 where it is not enough."""
    one, other = compared.unmatched.before.features(old), compared.unmatched.after.features(new)
    text, name = round(compared.texts.similarity(one, other)[0], 6), name_similarity(one, other)
    both = round(text + name, 6)
    if is_asked_for(old, one.symbol.name) or is_asked_for(new, other.symbol.name):
        return text, 0.0
    if one.statements == other.statements and len(one.symbol.statements) >= SAME_STATEMENTS:
        return text, both
    if name >= CALLED_NAME and call_sites.renamed(one.symbol.name, other.symbol.name) >= CALLED:
        return text, both
    size = min(one.size, other.size)
    is_small = size < SMALL and name < SMALL_NAME
    if name < LEAST_NAME:
        is_enough = size >= SMALL and text >= LARGE_TEXT
    else:
        least_text, least = (SMALL_TEXT, SMALL_BOTH) if is_small else (LEAST_TEXT, LEAST_BOTH)
        is_enough = text >= least_text and both >= least
    return text, both if is_enough and not have_other_subjects(one, other) else 0.0
