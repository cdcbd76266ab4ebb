"""In which order branches are best merged: so that Git's merge stops as seldom as can be."""

from __future__ import annotations

from functools import cache
from heapq import heapify, heappop, heappush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

EXACT = 12
"""So many branches that hang together are tried in every order (2^n states), more than that one by one."""

_NAMED = 3


class MergeStep:
    """A branch and the reason for its place."""

    __slots__ = ("branch", "reason")

    def __init__(self, branch: str, reason: str) -> None:
        self.branch = branch
        self.reason = reason

    def as_json(self) -> dict[str, str]:
        """Return the step as docs/json.md has it."""
        return {"branch": self.branch, "reason": self.reason}


class Obstacles:
    """What stands in the way of merging branches one after the other.

    `conflicts` names with whom a branch conflicts in a merge of lines (both ways), `with_base` those that do so with
    the base already, `parents` on which branches one is stacked (all of them, not the nearest alone).
    """

    def __init__(
        self,
        conflicts: Mapping[str, Collection[str]],
        with_base: Collection[str] = (),
        parents: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.conflicts = conflicts
        self.with_base = with_base
        self.parents = parents or {}

    def of(self, name: str) -> list[str]:
        """Return with whom a branch conflicts, but for those that it is stacked on."""
        below = self.parents.get(name, ())
        return [other for other in self.conflicts.get(name, ()) if other not in below]

    def below(self, name: str) -> Collection[str]:
        """Return what a branch is stacked on."""
        return self.parents.get(name, ())

    def stops(self, name: str, before: Collection[str]) -> bool:
        """Say whether Git's merge of a branch stops once others (best in a set) are merged."""
        return name in self.with_base or any(other in before for other in self.of(name))


def merge_order(
    branches: Sequence[str],
    obstacles: Obstacles,
    merged: Collection[str] = (),
    base: str = "the base",
    unsure: Collection[str] = (),
) -> list[MergeStep]:
    """Return every branch once, with the reason for its place.

    Who is stacked on others comes behind them. A merge stops where a branch conflicts with one that was merged before
    it, so those that conflict with the fewest come first: exactly so (the fewest merges that stop) among up to `EXACT`
    that hang together. Who is `merged` comes last, all of it stands on the base; but before those that are stacked on
    it: merged first, it is where they part. Of the `unsure`, which were not compared with all, no reason says that they
    conflict with nobody.
    """
    needed = {other for name in branches if name not in merged for other in obstacles.below(name)}
    left = [name for name in branches if name not in merged or name in needed]
    order: list[str] = []
    for group in _groups(left, obstacles):
        order += (_exact if len(group) <= EXACT else _greedy)(group, obstacles)
    place = {name: number for number, name in enumerate(order)}
    # Between groups nothing depends on anything: those that go through come first, by name.
    stops = {
        name: name in obstacles.with_base
        or any(place[other] < place[name] for other in obstacles.of(name) if other in place)
        for name in order
    }
    order = _settle(order, stops, obstacles)
    place = {name: number for number, name in enumerate(order)}
    settled = f"all of it stands on {base} already"
    return [
        *(
            MergeStep(
                name,
                settled if name in merged else _reason(name, place, obstacles, base, is_sure=name not in unsure),
            )
            for name in order
        ),
        *(MergeStep(name, settled) for name in branches if name not in place),
    ]


def _groups(names: Sequence[str], obstacles: Obstacles) -> list[list[str]]:
    """Return the branches that hang together, by conflict or since one is stacked on the other."""
    near: dict[str, set[str]] = {name: set() for name in names}
    for links in (obstacles.conflicts, obstacles.parents):
        for name in names:
            for other in links.get(name, ()):
                if other in near:
                    near[name].add(other)
                    near[other].add(name)
    groups, seen = [], set[str]()
    for name in names:
        if name in seen:
            continue
        group, pending = [], [name]
        while pending:
            each = pending.pop()
            if each not in seen:
                seen.add(each)
                group.append(each)
                pending += near[each]
        groups.append(sorted(group))
    return groups


def _exact(group: Sequence[str], obstacles: Obstacles) -> list[str]:
    """Return the order with the fewest merges that stop, and of these the one in which they come last."""
    bits = {name: 1 << number for number, name in enumerate(group)}
    hits = [sum(bits.get(other, 0) for other in obstacles.of(name)) for name in group]
    needs = [sum(bits.get(other, 0) for other in obstacles.below(name)) for name in group]
    whole = (1 << len(group)) - 1

    @cache
    def best(done: int) -> tuple[int, int, tuple[int, ...]]:
        if done == whole:
            return 0, 0, ()
        found = None
        for number, name in enumerate(group):
            bit = 1 << number
            if done & bit or needs[number] & ~done:
                continue
            stops, early, rest = best(done | bit)
            is_stopped = name in obstacles.with_base or bool(hits[number] & done)
            # One that stops early costs the more: whoever comes after it is merged with what was settled by hand.
            each = (stops + is_stopped, early + is_stopped * (len(group) - done.bit_count()), (number, *rest))
            if found is None or each[:2] < found[:2]:
                found = each
        if found is None:  # two that are each other's parent: not of Git's making
            return 0, 0, tuple(number for number in range(len(group)) if not done >> number & 1)
        return found

    return [group[number] for number in best(0)[2]]


def _greedy(group: Sequence[str], obstacles: Obstacles) -> list[str]:
    """Return an order in which always the one is next that goes through and stops the fewest of those that are left."""
    left, order = set(group), list[str]()
    stopped = set(obstacles.with_base) & left
    above: dict[str, list[str]] = {}
    waits_for = {name: left.intersection(obstacles.below(name)) for name in group}
    for name, below in waits_for.items():
        for other in below:
            above.setdefault(other, []).append(name)

    def cost(name: str) -> tuple[bool, int, int, str]:
        hits = left.intersection(obstacles.conflicts.get(name, ()))
        return name in stopped, len(hits - stopped), len(hits), name

    # What a step changes is pushed again; an entry that is no longer true is passed over.
    now = {name: cost(name) for name in group}
    heap = [now[name] for name in group if not waits_for[name]]
    heapify(heap)
    while left:
        if not heap:  # two that are each other's parent: not of Git's making
            heap = [now[name] for name in left]
            heapify(heap)
        found = heappop(heap)
        name = found[-1]
        if name not in left or now[name] != found:
            continue
        left.discard(name)
        order.append(name)
        touched = {other for other in obstacles.conflicts.get(name, ()) if other in left}
        stops = {other for other in touched if other not in stopped and name in obstacles.of(other)}
        stopped |= stops
        for other in stops:
            touched.update(each for each in obstacles.conflicts.get(other, ()) if each in left)
        freed = {other for other in above.get(name, ()) if other in left}
        for other in freed:
            waits_for[other].discard(name)
        for other in touched | freed:
            now[other] = cost(other)
            if not waits_for[other]:
                heappush(heap, now[other])
    return order


def _settle(order: Sequence[str], stops: Mapping[str, bool], obstacles: Obstacles) -> list[str]:
    """Put those that stop behind all that go through, but for those that such a one is stacked on."""
    needed: set[str] = set()
    for name in order:
        if not stops[name]:
            needed.update(obstacles.below(name))
    return [name for name in order if not stops[name] or name in needed] + [
        name for name in order if stops[name] and name not in needed
    ]


def _reason(name: str, place: Mapping[str, int], obstacles: Obstacles, base: str, *, is_sure: bool) -> str:
    here = place[name]
    below = [other for other in obstacles.below(name) if place.get(other, here) < here]
    hits = sorted(
        (other for other in obstacles.of(name) if place.get(other, here) < here), key=lambda each: place[each]
    )
    later = sorted(
        (
            other
            for other in obstacles.conflicts.get(name, ())
            if place.get(other, here) > here and name not in obstacles.below(other)
        ),
        key=lambda each: place[each],
    )
    said = [f"stacked on {_names(sorted(below))}"] if below else []
    if name in obstacles.with_base:
        said.append(f"conflicts with {base}")
    if hits:
        said.append(f"conflicts with {_names(hits)}, merged before it")
    if not hits and name not in obstacles.with_base:
        said.append(
            f"goes through; {_names(later)} will have to be merged with it by hand"
            if later
            else "conflicts with none"
            if is_sure
            else "conflicts with none that it was compared with"
        )
    if not is_sure:
        said.append("not compared with all")
    return "; ".join(said)


def _names(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
