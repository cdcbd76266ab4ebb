"""The order to merge in: the fewest merges that stop, and nobody before what it is stacked on."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from muse_hook.concurrent.order import EXACT, Obstacles, merge_order


def stops(order: list[str], obstacles: Obstacles) -> int:
    return sum(obstacles.stops(name, order[:place]) for place, name in enumerate(order))


def both_ways(pairs: set[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 40))
def test_of_few_branches_no_order_stops_less_often(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = [f"b{number}" for number in range(chance.randrange(1, 7))]
    pairs = {pair for pair in itertools.combinations(names, 2) if chance.random() < 0.4}
    parents = {
        name: set(names[:number]) if chance.random() < 0.3 else set()
        for number, name in enumerate(names)
        if chance.random() < 0.5
    }
    with_base = {name for name in names if chance.random() < 0.2}
    obstacles = Obstacles(both_ways(pairs), with_base, parents)
    order = [step.branch for step in merge_order(names, obstacles)]
    assert sorted(order) == names

    def is_allowed(tried: tuple[str, ...]) -> bool:
        return all(set(obstacles.below(name)) <= set(tried[:place]) for place, name in enumerate(tried))

    assert is_allowed(tuple(order))
    assert stops(order, obstacles) == min(
        stops(list(tried), obstacles) for tried in itertools.permutations(names) if is_allowed(tried)
    )


def test_the_one_that_collides_with_all_comes_last() -> None:
    names = [f"b{number:02}" for number in range(EXACT + 8)]
    obstacles = Obstacles(both_ways({("b03", other) for other in names if other != "b03"}))
    steps = merge_order(names, obstacles)
    assert steps[-1].branch == "b03"
    assert steps[-1].reason == "conflicts with b00, b01, b02 and 16 more, merged before it"
    assert steps[0].reason == "goes through; b03 will have to be merged with it by hand"
