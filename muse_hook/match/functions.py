"""Functions and methods that were renamed or moved and edited, most similar first."""

from __future__ import annotations

from muse_hook.match.assignment import assign
from muse_hook.match.evidence import ALIKE, SHORT, have_other_subjects, is_constructor
from muse_hook.match.pairs import CALLABLE
from muse_hook.match.similarity import (
    SAME_WORDS,
    Features,
    name_similarity,
    parameter_similarity,
    text_similarity_bound,
    words_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.match.comparison import BodyComparison
    from muse_hook.match.similarity import Weights
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey

TEXT, NAME, PARAMETERS, SCOPE, CALLS, CHORUS, PLACE = 0.62, 0.20, 0.08, 0.06, 0.12, 0.10, 0.02
"""The weights of the parts of a score. PLACE, between the same neighbours, is there to tell alike bodies apart."""

ACCEPTED = 0.40
"""The least score."""

OTHER_FILE = 0.03
"""What a pair across files needs more."""

SMALL, SMALL_NEEDS = 20, 0.15
"""Bodies of fewer tokens need up to so much more."""

TINY, TINY_NEEDS = 8, 0.25
"""And those that say next to nothing (`pass`, `return None`) a name or a caller that speaks for them."""

LEAST_TEXT = 0.28
"""Names and scope alone make no pair."""

WENT, LEAST_TEXT_WENT = 0.10, 0.15
"""What it is worth that others went the same way, and what the text has to be then, where nobody else has the name."""

LEAST_TEXT_STRANGE = 0.36
"""What the text has to be between two classes of which nothing else went from one to the other, if others have the
name as well."""

ONE_STATEMENT = 0.6
"""A short body in another scope has to have a statement in common that is so similar (Dice)."""

GROWN, GROWN_SIZE, GROWN_NAME = 0.8, 16, 0.5
"""A body that only grew counts by the share of the old one in it (squared, times GROWN), if the name stays near."""

TIE, TIE_NAME = 0.015, 0.4
"""Scores nearer than TIE leave it open who is whose."""

PART = 0.7
"""A poorer pair is none where one of the two is a part of a body that stayed."""

TWIN = 0.5
"""The most confidence where another one would do just as well, and one of them it is."""

POOR, POOR_TIE = 0.45, 0.03
"""So do poor ones that are nearer than this: several functions that were made one are each as much like it."""

ALL_PAIRS = 400
"""Up to so many pairs everything is compared with everything."""

CANDIDATES = 12
"""With more, each symbol is compared with those that share the most with it in rare tokens and statements."""

RARE = 24
"""A token or statement that more symbols than this have says nothing about who is whose."""

UNRELATED = 0.2
"""A method of a name that many have needs so much more where it goes to a class that has nothing to do with its own."""

NEAR_NAME, NEAR_SIZE, NEAR_SHARE, NEAR_CONFIDENCE = 0.85, 8, 0.3, 0.6
"""How near two names of one scope have to be, how large the bodies, and how much of the smaller one in the larger, to
be one where nobody else comes into question."""

CALLED, CALLED_BETTER, CALLED_OWN = 0.55, 0.08, 0.12
"""A body of which a part was taken out: how similar the old one has to be to the rest and the part together, how much
more than to the part (where no caller speaks), and how similar to the rest alone, for the rest to be the old one."""

MOST_CALLED = 4
"""So many functions at most are looked at as parts that were taken out."""


def match_functions(compared: BodyComparison) -> None:
    """Pair unmatched functions and methods by similarity; a tie without a word in common stays open."""
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    olds = [before.features(key) for key in before.of_group(CALLABLE)]
    news = [after.features(key) for key in after.of_group(CALLABLE)]
    scores = _Scores(unmatched)
    rows: list[tuple[float, Features, Features]] = []
    for old, new in _candidates(olds, news, compared.weights):
        if not unmatched.may_pair(old.key, new.key):
            continue
        scored = _score(compared, old, new)
        if scored is not None:
            score, needed = scored
            scores.add(score, old, new)
            if score >= needed:
                rows.append((score, old, new))
    # An equal one further down comes first: a line diff, too, shows what was put before it as the new one.
    rows.sort(key=lambda row: (-row[0], row[1].key, row[2].key[0], -row[2].symbol.lines[0]))
    found = True
    while found:
        found = False
        rows = [row for row in rows if row[1].key in before.symbols and row[2].key in after.symbols]
        # What a score is worth is what it has beyond chance, cubed: two poor pairs are not worth more than a good one.
        worth = [(round((score - LEAST_TEXT) ** 3, 6), old.key, new.key) for score, old, new in rows]
        for number in assign(worth):
            score, old, new = rows[number]
            if old.symbol.name == new.symbol.name or not scores.is_tie(score, old, new):
                if score < PART and _is_part_of_another(unmatched, old, new):
                    continue
                said = unmatched.said(score)
                unmatched.pair(old.key, new.key, min(said, TWIN) if scores.has_twin(score, old, new) else said)
                found = True


def match_near_names(compared: BodyComparison) -> None:
    """Pair functions of one scope whose names are nearly the same and that share something, if only they do."""
    unmatched = compared.unmatched
    before, after = unmatched.before, unmatched.after
    olds = [before.features(key) for key in before.of_group(CALLABLE)]
    news: dict[SymbolKey, list[Features]] = {}
    for key in after.of_group(CALLABLE):
        news.setdefault((key[0], after.symbols[key].parent), []).append(after.features(key))
    found: list[tuple[Features, Features]] = []
    for old in olds:
        near = news.get(unmatched.new_scope((old.key[0], old.symbol.parent)), [])
        if len(near) <= ALL_PAIRS:
            found += [(old, new) for new in near if name_similarity(old, new) >= NEAR_NAME]
    times_old = [old.key for old, _ in found]
    times_new = [new.key for _, new in found]
    for old, new in found:
        if times_old.count(old.key) > 1 or times_new.count(new.key) > 1 or min(old.size, new.size) < NEAR_SIZE:
            continue
        shared = compared.weights.shared(old.tokens, new.tokens)
        if shared < NEAR_SHARE * min(compared.weights.total(old), compared.weights.total(new)):
            continue
        if unmatched.may_pair(old.key, new.key) and not have_other_subjects(old, new):
            unmatched.pair(old.key, new.key, NEAR_CONFIDENCE)


def _candidates(
    olds: Sequence[Features], news: Sequence[Features], weights: Weights
) -> Iterator[tuple[Features, Features]]:
    """Yield the pairs that are worth a comparison; their number grows with that of the symbols."""
    if len(olds) * len(news) <= ALL_PAIRS:
        for old in olds:
            for new in news:
                yield old, new
        return
    holders: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    for number, new in enumerate(news):
        names.setdefault(new.symbol.name, []).append(number)
        for token in (*new.tokens, *new.statements):
            holders.setdefault(token, []).append(number)
    for old in olds:
        shared: dict[int, float] = {}
        for token in (*old.tokens, *old.statements):
            held = holders.get(token, ())
            if len(held) <= RARE:
                weight = weights.of(token)
                for number in held:
                    shared[number] = shared.get(number, 0.0) + weight
        best = sorted(shared, key=lambda number: (-shared[number], number))[:CANDIDATES]
        same = [n for n in names.get(old.symbol.name, ())[:RARE] if n not in best]
        for number in (*best, *same):
            yield old, news[number]


def _score(compared: BodyComparison, old: Features, new: Features) -> tuple[float, float] | None:
    """Return the score and what it has to reach; None where it cannot."""
    unmatched = compared.unmatched
    same_scope = unmatched.same_scope(old.key, new.key)
    evidence = compared.evidence
    name = name_similarity(old, new) if same_scope else _name_with_owner(old, new)
    callers = compared.call_sites.renamed(old.symbol.name, new.symbol.name)
    beside = NAME * name + SCOPE * same_scope + CALLS * callers
    if same_scope:
        beside += CHORUS * evidence.is_chorus(old, new)
    size = min(old.size + old.prose_size, new.size + new.prose_size)
    if size < ALIKE and not (name or callers or (same_scope and _say_the_same(old, new))):
        return None
    if old.symbol.name != new.symbol.name and is_part(compared, old, new):
        return None
    least = LEAST_TEXT
    scopes = (old.key[0], old.symbol.parent), (new.key[0], new.symbol.parent)
    followed = False
    if not same_scope:
        if is_constructor(old.key, old.symbol.name) and is_constructor(new.key, new.symbol.name):
            return None
        went, is_only = evidence.went(*scopes), name == 1.0 and compared.is_only(old.symbol.name)
        followed = bool(went) and (is_only or name >= NEAR_NAME)
        if went and is_only:
            beside += WENT
            least = LEAST_TEXT_WENT
        elif not went and not is_only and old.symbol.parent and new.symbol.parent:
            least = LEAST_TEXT_STRANGE
    needed = ACCEPTED
    if unmatched.matching.new_path(old.key[0]) != new.key[0]:
        needed += OTHER_FILE
    if size < SMALL:
        needed += SMALL_NEEDS * (1 - size / SMALL)
        if size < TINY:
            needed += TINY_NEEDS
    grown = same_scope and name >= GROWN_NAME and min(old.size, new.size) >= GROWN_SIZE
    called = _called(compared, old, new)
    if not grown and not called:
        bound = text_similarity_bound(old, new, compared.weights)
        if bound < least or TEXT * bound + beside + PARAMETERS + PLACE < needed - TIE:
            return None
    if not same_scope and not evidence.may_move(old.key, new.key):
        if size < SHORT:
            return None
        needed += UNRELATED
    text, inside = compared.texts.similarity(old, new)
    if grown:
        text = max(text, GROWN * inside * inside)
    if called:
        text = max(text, _text_with_called(compared, old, new, text, called))
    if text < least or (not callers and have_other_subjects(old, new)):
        return None
    alone = size < SMALL and not (same_scope or callers or followed)
    if alone and compared.texts.best_statement(old, new) < ONE_STATEMENT:
        return None
    score = TEXT * text + beside + PARAMETERS * parameter_similarity(old, new)
    if same_scope and score >= needed:
        score += PLACE * evidence.has_same_place(old, new)
    return round(score, 6), needed


def _name_with_owner(old: Features, new: Features) -> float:
    """Return how similar two names are; the name of a method's class may have gone into that of a function, or back."""
    name = name_similarity(old, new)
    if name < NEAR_NAME and bool(old.symbol.parent) != bool(new.symbol.parent):
        method, function = (old, new) if old.symbol.parent else (new, old)
        if method.words < function.words:
            owner = words_of(method.symbol.parent.rpartition(".")[2])
            return SAME_WORDS if method.words | owner == function.words else name
    return name


def _say_the_same(old: Features, new: Features) -> bool:
    """Whether two bodies are equal, the name aside that each is defined by: `def get` may call `table.get`."""
    one, other = list(old.symbol.tokens), list(new.symbol.tokens)
    if len(one) != len(other) or old.symbol.name not in one or new.symbol.name not in other:
        return False
    one.remove(old.symbol.name)
    other.remove(new.symbol.name)
    return one == other


def is_part(compared: BodyComparison, old: Features, new: Features) -> bool:
    """Whether one of the two is only a part of its body's heir: taken out of it, or put into it.

    Where the old name is open on the new side, too, and that one calls `new`, which `old` did not, the name stays whose
    it is and `new` is what was taken out; the other way round `old` was put into the one that has called it.
    """
    after, before = compared.unmatched.after.symbols, compared.unmatched.before.symbols
    name, other = old.symbol.name, new.symbol.name
    for key in compared.open_names.get(name, ()):
        if key in after and key[0] == new.key[0] and other in after[key].tokens and other not in old.tokens:
            return True
    for key in compared.old_names.get(other, ()):
        if key in before and key[0] == old.key[0] and name in before[key].tokens and name not in new.tokens:
            return True
    return False


def _is_part_of_another(unmatched: Unmatched, old: Features, new: Features) -> bool:
    if old.symbol.name == new.symbol.name:
        return False
    from muse_hook.match.extracted import is_part_of_another  # few pairs are poor

    return is_part_of_another(unmatched, old.key, new.key)


def _called(compared: BodyComparison, old: Features, new: Features) -> list[SymbolKey]:
    """Return the open functions that a body calls and the old one did not: parts that may have been taken out of it."""
    open_names = compared.open_names
    called = compared.called_by(new)
    if not called:
        return []
    calls = old.symbol.calls
    keys = [key for name in called if name not in calls for key in open_names[name] if key != new.key]
    after = compared.unmatched.after.symbols
    return [key for key in keys if key[0] == new.key[0] and key in after][:MOST_CALLED]


def _text_with_called(
    compared: BodyComparison, old: Features, new: Features, text: float, called: Sequence[SymbolKey]
) -> float:
    """Return how similar the old body is to the new one and one that it calls now, where that says more; else 0."""
    best = 0.0
    if text < CALLED_OWN:
        return best
    speaks = compared.call_sites.renamed(old.symbol.name, new.symbol.name)
    for key in called:
        part = compared.unmatched.after.features(key)
        together = compared.texts.similarity(old, compared.together(new, part))[0]
        better = 0.0 if speaks else CALLED_BETTER
        if together >= max(CALLED, compared.texts.similarity(old, part)[0] + better):
            best = max(best, together)
    return best


class _Scores:
    """The scores of all pairs that were compared, to see whether another partner would do as well."""

    def __init__(self, unmatched: Unmatched) -> None:
        self._unmatched = unmatched
        self._of_old: dict[SymbolKey, list[tuple[float, SymbolKey]]] = {}
        self._of_new: dict[SymbolKey, list[tuple[float, SymbolKey]]] = {}

    def add(self, score: float, old: Features, new: Features) -> None:
        """Add the score of a pair."""
        self._of_old.setdefault(old.key, []).append((score, new.key))
        self._of_new.setdefault(new.key, []).append((score, old.key))

    def is_tie(self, score: float, old: Features, new: Features) -> bool:
        """Whether another unmatched symbol would do as well for either end.

        Those beside it that are no better are no tie where the names have words in common: one of them it is.
        """
        near = name_similarity(old, new) >= TIE_NAME
        margin = TIE if score >= POOR else POOR_TIE
        return any(
            other > score - margin and not (near and other <= score and is_sibling)
            for other, is_sibling in self._rivals(old, new)
        )

    def has_twin(self, score: float, old: Features, new: Features) -> bool:
        """Whether another unmatched symbol would do just as well for either end, or nearly so."""
        return any(other > score - TIE for other, _ in self._rivals(old, new))

    def _rivals(self, old: Features, new: Features) -> Iterator[tuple[float, bool]]:
        """Yield the scores of those that are unmatched and could take an end's place, and if they stand beside it."""
        for partner, scores, side in (
            (new, self._of_old[old.key], self._unmatched.after),
            (old, self._of_new[new.key], self._unmatched.before),
        ):
            for score, key in scores:
                if key != partner.key and key in side.symbols:
                    yield score, key[0] == partner.key[0] and side.symbols[key].parent == partner.symbol.parent
