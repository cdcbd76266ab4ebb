"""Which statement of one body became which of another, and how much of the two bodies that is."""

from __future__ import annotations

from muse_hook.match.similarity import OWN_NAME, text_similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.match.similarity import Features, Weights

LEAST_STATEMENTS = 2
"""One statement alone says nothing that its tokens do not."""

LEAST_TEXT = 0.2
"""Bodies whose tokens are less similar than this have no statements in common that are worth a look."""

MAPPED, IN_MAPPED = 0.4, 0.08
"""The least share of tokens that two statements have in common to be one, and how much more it counts where those
around them are."""

ALL_PAIRS = 1600
"""Up to so many pairs of statements are compared; of longer bodies those that stand about as far down."""

IDENTICAL = 64
"""Of statements that are identical more than so many times each is compared with so many."""


class Body:
    """The statements of a symbol: the own leaves of each, its own name masked, and which is around it (-1: none)."""

    __slots__ = ("bags", "leaves", "outer", "weights")

    def __init__(self, features: Features, weights: Weights) -> None:
        name = features.symbol.name
        self.outer: list[int] = []
        self.leaves: list[tuple[str, ...]] = []
        self.bags: list[dict[str, int]] = []
        for part in features.parts:
            first = len(self.outer)
            for outer, own in part.statement_leaves:
                leaves = tuple([OWN_NAME if leaf == name else leaf for leaf in own]) if name in own else own
                self.outer.append(outer + first if outer >= 0 else -1)
                self.leaves.append(leaves)
                self.bags.append(bag_of(leaves))
        self.weights = [weights.of_all(bag) for bag in self.bags]


class Texts:
    """Compares texts by one set of weights, each pair and each body once."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._bodies: dict[Features, Body] = {}
        self._known: dict[tuple[Features, Features], tuple[float, float]] = {}

    def similarity(self, one: Features, other: Features) -> tuple[float, float]:
        """Return how similar two texts are, half by tokens and half by statements, and see `text_similarity`."""
        known = self._known.get((one, other))
        if known is None:
            tokens, inside = text_similarity(one, other, self.weights)
            if (
                tokens >= LEAST_TEXT
                and min(len(one.symbol.statements), len(other.symbol.statements)) >= LEAST_STATEMENTS
            ):
                tokens = (tokens + self.mapped(one, other)) / 2
            known = self._known[one, other] = tokens, inside
        return known

    def mapped(self, one: Features, other: Features) -> float:
        """Return the weight of what mapped statements have in common as a Jaccard index of both bodies."""
        a, b = self._body(one), self._body(other)
        kept = sum([shared for shared, _, _ in _mapped(a, b, self.weights)])
        total = sum(a.weights) + sum(b.weights) - kept
        return kept / total if total > 0 else 0.0

    def best_statement(self, one: Features, other: Features) -> float:
        """Return how much (Dice) the two statements have in common that are most alike, 1.0 where there are none."""
        a, b = self._body(one), self._body(other)
        if not a.bags or not b.bags:
            return 1.0
        shared = self.weights.shared
        return max(
            2 * shared(mine, theirs) / (weight + its_weight)
            for mine, weight in zip(a.bags, a.weights, strict=True)
            for theirs, its_weight in zip(b.bags, b.weights, strict=True)
            if weight + its_weight > 0
        )

    def _body(self, features: Features) -> Body:
        body = self._bodies.get(features)
        if body is None:
            body = self._bodies[features] = Body(features, self.weights)
        return body


def bag_of(leaves: Sequence[str]) -> dict[str, int]:
    """Return how often each of some leaves stands there."""
    bag: dict[str, int] = {}
    for leaf in leaves:
        bag[leaf] = bag.get(leaf, 0) + 1
    return bag


def _mapped(a: Body, b: Body, weights: Weights) -> Iterator[tuple[float, int, int]]:
    """Yield the weight in common and the numbers of each two statements that are mapped, identical ones first."""
    mapping: dict[int, int] = {-1: -1}
    free = [True] * len(b.leaves)
    places: dict[tuple[str, ...], list[int]] = {}
    for number, leaves in enumerate(b.leaves):
        places.setdefault(leaves, []).append(number)
    rest: list[int] = []
    for i, leaves in enumerate(a.leaves):
        there = [j for j in places.get(leaves, ())[:IDENTICAL] if free[j]]
        if not there:
            rest.append(i)
            continue
        around = mapping.get(a.outer[i])
        j = min(there, key=lambda j: (b.outer[j] != around, abs(i - j), j))
        mapping[i] = j
        free[j] = False
        yield a.weights[i], i, j
    left = [j for j in range(len(b.leaves)) if free[j]]
    rows: list[tuple[float, int, int, int, float]] = []
    for i, j in _near(rest, left):
        both = a.weights[i] + b.weights[j]
        if 2 * min(a.weights[i], b.weights[j]) < MAPPED * both or both <= 0:
            continue
        shared = weights.shared(a.bags[i], b.bags[j])
        dice = 2 * shared / both
        if dice >= MAPPED:
            inside = mapping.get(a.outer[i]) == b.outer[j]
            rows.append((-round(dice + IN_MAPPED * inside, 6), abs(i - j), i, j, shared))
    for _, _, i, j, shared in sorted(rows):
        if i not in mapping and free[j]:
            mapping[i] = j
            free[j] = False
            yield shared, i, j


def _near(rest: Sequence[int], left: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of statements to compare: all, or of many those about as far down in their bodies."""
    if len(rest) * len(left) <= ALL_PAIRS:
        for i in rest:
            for j in left:
                yield i, j
        return
    reach = max(1, ALL_PAIRS // len(rest))
    for number, i in enumerate(rest):
        first = max(0, min(number * len(left) // len(rest) - reach // 2, len(left) - reach))
        for j in left[first : first + reach]:
            yield i, j
