"""Variables, fields and attributes that were moved or renamed: the functions that use them say so."""

from __future__ import annotations

from muse_hook.match.assignment import assign
from muse_hook.match.evidence import Evidence, says_anything
from muse_hook.match.pairs import CALLABLE, VALUE, group_of
from muse_hook.match.similarity import CallSites, name_similarity, overlap, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.similarity import Features
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey

MODIFIERS = frozenset(
    [
        "public",
        "private",
        "protected",
        "internal",
        "static",
        "final",
        "readonly",
        "const",
        "let",
        "var",
        "val",
        "volatile",
        "transient",
        "export",
        "declare",
    ]
)
"""Words of a declaration that say nothing of what is declared."""

ALIKE, SAME_TYPE = 0.34, 0.5
"""The least share of two declarations' tokens that they have in common, and what it counts that they say one type: the
value went into a constructor."""

USER_WENT, FUNCTION_WENT, RELATED, LONG_NAME, LONG_WORD = 1.0, 0.8, 0.7, 0.4, 0.2
"""What speaks for a move: a function that uses the name went the same way, any function did, the classes are related,
or no more than that nobody else has the name (of several words, of one)."""

LETTERS = 5
"""A shorter name is soon somebody else's."""

MOVED = 0.55
"""The least mean of the likeness of the declarations and of what speaks for a move."""

UNDERSCORE = 0.05
"""What a moved value is worth less whose name got or lost an underscore in front: it became public, or private."""

HALF, QUARTER, NEAR, NEARER = 0.5, 0.25, 0.5, 0.6
"""A rename is told where of the bodies that lost the old or got the new name so many did both: half, a quarter if two
bodies did; one body and names so near; or the same content and names so much nearer."""

IN_PLACE = 0.5
"""What it counts that a value which says anything has another name between the same two neighbours."""

LEAST_CONTENT = 3
"""The tokens beside the name that make equal contents say anything."""

TIE = 0.02
"""Renames whose evidence is nearer than this to another's are left open."""

MOST = 0.95
"""The most confidence: a declaration is short."""

CANDIDATES = 400
"""So many pairs of one scope are compared at most."""


def match_values(unmatched: Unmatched) -> None:
    """Pair unmatched values: those that moved by name, underscores in front aside, of one scope by their users."""
    _match_moved(unmatched)
    if unmatched.has_open(VALUE):
        _match_renamed(unmatched)


def _match_moved(unmatched: Unmatched) -> None:
    before, after = unmatched.before, unmatched.after
    olds, news = _by_name(unmatched, before=True), _by_name(unmatched, before=False)
    evidence = Evidence(unmatched)
    users: dict[tuple[SymbolKey, SymbolKey], set[str]] = {}
    rows = []
    for name in sorted(olds.keys() & news.keys()):
        if len(olds[name]) * len(news[name]) > CANDIDATES:
            continue
        for old in olds[name]:
            for new in news[name]:
                if unmatched.same_scope(old, new) or not unmatched.may_pair(old, new):
                    continue
                one, other = before.features(old), after.features(new)
                alike = _alike(one, other)
                if alike < ALIKE:
                    continue
                only = len(olds[name]) == len(news[name]) == 1
                speaks = _moved(unmatched, evidence, old, new, only=only, users=users)
                same = one.symbol.name == other.symbol.name
                score = round((alike + speaks) / 2 - (0 if same else UNDERSCORE), 6)
                if score >= MOVED:
                    rows.append((score, old, new))
    rows.sort(key=lambda row: (-row[0], row[1], row[2]))
    for number in assign(rows):
        score, old, new = rows[number]
        unmatched.pair(old, new, round(min(MOST, score), 2))


def _moved(
    unmatched: Unmatched,
    evidence: Evidence,
    old: SymbolKey,
    new: SymbolKey,
    *,
    only: bool,
    users: dict[tuple[SymbolKey, SymbolKey], set[str]],
) -> float:
    """Return what speaks for a value's move from one scope to another."""
    one, other = unmatched.before.symbols[old], unmatched.after.symbols[new]
    scopes = (old[0], one.parent), (new[0], other.parent)
    if evidence.went(*scopes):
        if scopes not in users:
            users[scopes] = _names_used(unmatched, *scopes)
        return USER_WENT if one.name in users[scopes] else FUNCTION_WENT
    if (one.parent or other.parent) and evidence.are_related(*scopes):
        return RELATED
    if only and len(one.name) >= LETTERS:
        return LONG_NAME if len(words_of(one.name)) > 1 else LONG_WORD
    return 0.0


def _names_used(unmatched: Unmatched, old: SymbolKey, new: SymbolKey) -> set[str]:
    """Return the tokens of the functions that went from one scope to another."""
    found: set[str] = set()
    for pair in unmatched.matching.pairs:
        if (pair.old_path, pair.old.parent) == old and (pair.new_path, pair.new.parent) == new:
            found.update(pair.old.tokens if group_of(pair.old) == CALLABLE else ())
    return found


def _match_renamed(unmatched: Unmatched) -> None:
    before, after = unmatched.before, unmatched.after
    evidence = Evidence(unmatched)
    news: dict[SymbolKey, list[SymbolKey]] = {}
    for key in after.of_group(VALUE):
        news.setdefault((key[0], after.symbols[key].parent), []).append(key)
    call_sites: CallSites | None = None
    rows = []
    for old in before.of_group(VALUE):
        there = news.get(unmatched.new_scope((old[0], before.symbols[old].parent)), ())
        for new in there if len(there) <= CANDIDATES else ():
            one, other = before.features(old), after.features(new)
            alike = _alike(one, other)
            if alike < ALIKE or not unmatched.may_pair(old, new):
                continue
            if call_sites is None:  # counted again, over all pairs that were found
                call_sites = CallSites(before.symbols, after.symbols, unmatched.matching.pairs)
            speaks = _renamed(call_sites, one, other)
            if not speaks and one.symbol.masked_id == other.symbol.masked_id and says_anything(one):
                speaks = IN_PLACE if evidence.has_same_place(one, other) else 0.0
            if speaks:
                rows.append((round((alike + speaks) / 2, 6), old, new))
    rows.sort(key=lambda row: (-row[0], row[1], row[2]))
    for number in assign(rows):
        score, old, new = rows[number]
        rivals = [s for s, a, b in rows if ((a == old) != (b == new)) and s > score - TIE]
        if not rivals:
            unmatched.pair(old, new, round(min(MOST, score), 2))


def _renamed(call_sites: CallSites, one: Features, other: Features) -> float:
    """Return what speaks for a rename within a scope, 0 where it is not enough."""
    name = name_similarity(one, other)
    lost, gained = call_sites.lost(one.symbol.name), call_sites.gained(other.symbol.name)
    both = len(lost & gained)
    share = both / len(lost | gained) if both else 0.0
    if share >= HALF or (share >= QUARTER and both > 1):
        return 0.5 + 0.5 * share
    if both and name >= NEAR:
        return name
    same = one.symbol.masked_id == other.symbol.masked_id and sum(_declared(one).values()) >= LEAST_CONTENT
    return name if same and name >= NEARER else 0.0


def _by_name(unmatched: Unmatched, *, before: bool) -> dict[str, list[SymbolKey]]:
    """Return the unmatched values by their names without underscores in front."""
    side = unmatched.before if before else unmatched.after
    keys: dict[str, list[SymbolKey]] = {}
    for key in side.of_group(VALUE):
        name = side.symbols[key].name
        keys.setdefault(name.lstrip("_") or name, []).append(key)
    return keys


def _declared(features: Features) -> dict[str, int]:
    """Return the tokens of a declaration without modifiers and its own name."""
    own = features.symbol.name
    bag: dict[str, int] = {}
    for token in features.symbol.tokens:
        if token != own and token not in MODIFIERS:
            bag[token] = bag.get(token, 0) + 1
    return bag


def _alike(one: Features, other: Features) -> float:
    """Return the Jaccard index of the tokens of two declarations; of equal types alone SAME_TYPE at least."""
    a, b = _declared(one), _declared(other)
    shared = overlap(a, b)
    alike = shared / max(1, sum(a.values()) + sum(b.values()) - shared)
    if alike < SAME_TYPE:
        mine, theirs = _type_of(one), _type_of(other)
        if mine and mine == theirs:
            return SAME_TYPE
    return alike


def _type_of(features: Features) -> list[str]:
    """Return the tokens of a declared type: what stands before the value, modifiers and the own name aside."""
    tokens = features.symbol.tokens
    head = tokens[: tokens.index("=")] if "=" in tokens else tokens
    return [token for token in head if token != features.symbol.name and token not in MODIFIERS]
