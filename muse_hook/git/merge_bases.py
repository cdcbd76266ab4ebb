"""The merge bases of two commits, from their raw objects alone, as `git merge-base --all` finds them."""

from __future__ import annotations

from muse_hook.errors import ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.objects import ObjectReader

_ONE, _OTHER, _STALE, _RESULT = 1, 2, 4, 8
_SECONDS = slice(19)  # of an ISO time: the zone is always +00:00


def merge_bases(objects: ObjectReader, one: str, other: str) -> list[str]:
    """Return the best common ancestors of two commits (full ids), sorted; a criss-cross has several.

    A parent that is absent, as at the boundary of a shallow clone, ends the search on its side. Raises
    ObjectMissingError where `one` or `other` is absent itself.
    """
    found = _common(objects, one, other)
    # With clocks that go backwards one of them may be another's ancestor.
    return [
        oid for oid in found if not any(oid != each and oid in _common(objects, oid, each) for each in found)
    ] if len(found) > 1 else found  # fmt: skip


def _common(objects: ObjectReader, one: str, other: str) -> list[str]:
    """Return common ancestors, youngest first in time, without going on behind them (commit-reach.c)."""
    from heapq import heappop, heappush  # few merges ask

    if one == other:
        return [one]
    flags = {one: _ONE, other: _OTHER}
    heap: list[tuple[int, str]] = []
    for oid in (one, other):
        heappush(heap, (-_time(objects, oid), oid))
    fresh = {one, other}  # of the heap: who may lead to a common ancestor that is none of a common one
    while fresh:
        _, oid = heappop(heap)
        fresh.discard(oid)
        paint = flags[oid] & (_ONE | _OTHER | _STALE)
        if paint == _ONE | _OTHER:
            flags[oid] |= _RESULT
            paint |= _STALE
        for parent in objects.commit(oid).parents:
            if flags.get(parent, 0) & paint == paint:
                continue
            try:
                time = _time(objects, parent)
            except ObjectMissingError:
                continue
            flags[parent] = flags.get(parent, 0) | paint
            if flags[parent] & _STALE:
                fresh.discard(parent)
            else:
                fresh.add(parent)
            heappush(heap, (-time, parent))
    return sorted(oid for oid, flag in flags.items() if flag & _RESULT and not flag & _STALE)


def _time(objects: ObjectReader, oid: str) -> int:
    """Return a number that grows with the committer's time."""
    return int("".join([digit for digit in objects.commit(oid).committed_at[_SECONDS] if digit.isdigit()]))
