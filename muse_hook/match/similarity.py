"""How alike two symbols are: the parts of the evidence, each from 0 to 1."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.profile import Profile, Weights

PROSE = 0.3
"""The share of docstrings and messages in the likeness of two texts that both have some."""

LEAST_PROSE = 4
"""With fewer words there is nothing to compare."""

SAME_WORDS = 0.95
"""The likeness of two names of the same words (`_load`, `load`; `patch_dict`, `dict_patch`)."""


def text_likeness(one: Profile, other: Profile, weights: Weights) -> tuple[float, float]:
    """Return the weighted Jaccard index of two texts, and the share of the smaller that is in the larger."""
    shared = weights.shared(one, other)
    a, b = weights.total(one), weights.total(other)
    if not a or not b:
        return 0.0, 0.0
    likeness = shared / (a + b - shared)
    if one.prose_size >= LEAST_PROSE and other.prose_size >= LEAST_PROSE:
        likeness = max(likeness, (1 - PROSE) * likeness + PROSE * prose_likeness(one, other))
    return likeness, shared / min(a, b)


def most_alike(one: Profile, other: Profile, weights: Weights) -> float:
    """Return what `text_likeness` cannot exceed, from the sizes alone."""
    a, b = weights.total(one), weights.total(other)
    if not a or not b:
        return 0.0
    bound = min(a, b) / max(a, b)
    if one.prose_size >= LEAST_PROSE and other.prose_size >= LEAST_PROSE:
        p, q = one.prose_size, other.prose_size
        bound = max(bound, (1 - PROSE) * bound + PROSE * min(p, q) / max(p, q))
    return bound


def prose_likeness(one: Profile, other: Profile) -> float:
    """Return the Jaccard index of the words of two docstrings."""
    a, b = one.prose, other.prose
    if len(a) > len(b):
        a, b = b, a
    shared = sum([min(count, b[word]) for word, count in a.items() if word in b])
    return shared / (one.prose_size + other.prose_size - shared)


def name_likeness(one: Profile, other: Profile) -> float:
    """Return the Jaccard index of the words of two names, 1.0 for the same name."""
    if one.symbol.name == other.symbol.name:
        return 1.0
    a, b = one.words, other.words
    if not a or not b:
        return 0.0
    return SAME_WORDS if a == b else len(a & b) / len(a | b)


def parameter_likeness(one: Profile, other: Profile) -> float:
    """Return how alike two parameter lists are, half by their names and half by their number."""
    a = [parameter.name for parameter in one.symbol.parameters]
    b = [parameter.name for parameter in other.symbol.parameters]
    if not a and not b:
        return 1.0
    names = len(set(a) & set(b)) / len(set(a) | set(b))
    return (names + min(len(a), len(b)) / max(len(a), len(b))) / 2


def base_likeness(one: Profile, other: Profile) -> float:
    """Return the Jaccard index of what two classes derive from; 0 where neither derives from anything."""
    a, b = set(one.symbol.bases), set(other.symbol.bases)
    return len(a & b) / len(a | b) if a | b else 0.0
