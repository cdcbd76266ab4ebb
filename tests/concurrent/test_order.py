"""The order to merge in: the fewest merges that stop, and nobody before what it is stacked on."""

from __future__ import annotations

import itertools
import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from muse_hook.concurrent.order import EXACT, Obstacles, _greedy, merge_order


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


def test_what_stands_on_the_base_comes_last_but_before_what_is_stacked_on_it() -> None:
    obstacles = Obstacles({}, parents={"a": {"z"}})
    steps = [step.as_json() for step in merge_order(["a", "b", "c", "z"], obstacles, {"b", "z"}, "main")]
    assert [step["branch"] for step in steps] == ["z", "a", "c", "b"]
    assert steps[0]["reason"] == steps[-1]["reason"] == "all of it stands on main already"
    assert steps[1]["reason"] == "stacked on z; conflicts with none"


def test_the_one_that_collides_with_all_comes_last() -> None:
    names = [f"b{number:02}" for number in range(EXACT + 8)]
    obstacles = Obstacles(both_ways({("b03", other) for other in names if other != "b03"}))
    steps = merge_order(names, obstacles)
    assert steps[-1].branch == "b03"
    assert steps[-1].reason == "conflicts with b00, b01, b02 and 16 more, merged before it"
    assert steps[0].reason == "goes through; b03 will have to be merged with it by hand"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 40))
def test_among_many_the_next_one_goes_through_and_stops_the_fewest(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = [f"b{number:02}" for number in range(EXACT + chance.randrange(2, 14))]
    spine = {(one, other) for one, other in itertools.pairwise(names)}
    conflicts = both_ways(spine | {pair for pair in itertools.combinations(names, 2) if chance.random() < 0.1})
    stacks = [(one, other) for one, other in itertools.combinations(names, 2) if chance.random() < 0.03]
    parents = {name: {one for one, other in stacks if other == name} for name in names}
    with_base = {name for name in names if chance.random() < 0.1}
    obstacles = Obstacles(conflicts, with_base, parents)
    left, stopped, expected = set(names), set(with_base), list[str]()
    while left:
        name = min(
            (each for each in left if left.isdisjoint(obstacles.below(each))),
            key=lambda each: (
                each in stopped,
                len(left & conflicts[each] - stopped),
                len(left & conflicts[each]),
                each,
            ),
        )
        left.discard(name)
        expected.append(name)
        stopped |= {other for other in left if name in obstacles.of(other)}
    assert _greedy(names, obstacles) == expected


def test_thousands_that_hang_together_are_ordered_in_a_second() -> None:
    names = [f"b{number:04}" for number in range(4_000)]
    conflicts = both_ways({(one, other) for at, one in enumerate(names) for other in names[at + 1 : at + 4]})
    began = time.process_time()
    assert len(merge_order(names, Obstacles(conflicts))) == len(names)
    assert time.process_time() - began < 5
