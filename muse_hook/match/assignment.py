"""The best assignment: of all ways to give each old symbol at most one new one, the one worth most in all."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    Row = tuple[float, Hashable, Hashable]
    """What a pair is worth (above 0), its old and its new end."""

ENDS = 80
"""The assignment takes the cube of the number of ends; with more of them on a side the best pair comes first."""

MICRO = 1_000_000
"""Worths are compared to so many parts of one; in whole numbers, so that the order of a sum does not matter."""


def assign(rows: Sequence[Row]) -> list[int]:
    """Return which rows (by their numbers, ascending) make the best assignment; of equal ones the earlier rows'."""
    chosen: list[int] = []
    for part in _parts(rows):
        first = _best_first(rows, part)
        if _is_best(rows, part, first):
            chosen += first
        else:
            chosen += _hungarian(rows, part)
    return sorted(chosen)


def _parts(rows: Sequence[Row]) -> list[list[int]]:
    """Part the rows into those that have no end in common with others."""
    leader = list(range(len(rows)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    seen: dict[tuple[int, Hashable], int] = {}
    for number, (_, old, new) in enumerate(rows):
        for end in ((0, old), (1, new)):
            one, other = sorted((find(number), find(seen.setdefault(end, number))))
            leader[other] = one
    parts: dict[int, list[int]] = {}
    for number in range(len(rows)):
        parts.setdefault(find(number), []).append(number)
    return list(parts.values())


def _best_first(rows: Sequence[Row], part: Sequence[int]) -> list[int]:
    """Return the rows that are left when the best one is taken, then the best of those without its ends, ..."""
    olds: set[Hashable] = set()
    news: set[Hashable] = set()
    chosen = []
    for number in sorted(part, key=lambda n: (-round(rows[n][0] * MICRO), n)):
        _, old, new = rows[number]
        if old not in olds and new not in news:
            olds.add(old)
            news.add(new)
            chosen.append(number)
    return chosen


def _is_best(rows: Sequence[Row], part: Sequence[int], chosen: Sequence[int]) -> bool:
    """Whether nothing can be worth more: no side has more than one end, both are large, or no chosen end has better."""
    olds, news = {rows[n][1] for n in part}, {rows[n][2] for n in part}
    if len(olds) == 1 or len(news) == 1 or max(len(olds), len(news)) > ENDS:
        return True
    best_of_old: dict[Hashable, float] = {}
    for number in part:
        worth, old, _ = rows[number]
        best_of_old[old] = max(worth, best_of_old.get(old, worth))
    # every old end has its best new one
    return len(chosen) == len(olds) and all(rows[n][0] == best_of_old[rows[n][1]] for n in chosen)


def _hungarian(rows: Sequence[Row], part: Sequence[int]) -> list[int]:
    """Return the rows of the assignment that is worth most (the method of Kuhn and Munkres, with potentials)."""
    olds = list(dict.fromkeys(rows[n][1] for n in part))
    news = list(dict.fromkeys(rows[n][2] for n in part))
    across = len(olds) > len(news)
    lines, columns = (news, olds) if across else (olds, news)
    line_of = {end: number for number, end in enumerate(lines, 1)}
    column_of = {end: number for number, end in enumerate(columns, 1)}
    height, width = len(lines), len(columns)
    ranks = len(part) + 1
    cost = [[0] * (width + 1) for _ in range(height + 1)]
    row_at: dict[tuple[int, int], int] = {}
    for rank, number in enumerate(part):
        worth, old, new = rows[number]
        place = (line_of[new], column_of[old]) if across else (line_of[old], column_of[new])
        row_at[place] = number
        cost[place[0]][place[1]] = -(round(worth * MICRO) * ranks * ranks + ranks - rank)
    line_potential, column_potential = [0] * (height + 1), [0] * (width + 1)
    line_at = [0] * (width + 1)  # which line has the column, 0: none
    for line in range(1, height + 1):
        line_at[0], column = line, 0
        least: list[int | None] = [None] * (width + 1)
        before = [0] * (width + 1)
        used = [False] * (width + 1)
        while line_at[column]:
            used[column] = True
            here = line_at[column]
            costs, potential = cost[here], line_potential[here]
            delta: int | None = None
            following = 0
            for other in range(1, width + 1):
                if used[other]:
                    continue
                reduced = costs[other] - potential - column_potential[other]
                known = least[other]
                if known is None or reduced < known:
                    least[other] = known = reduced
                    before[other] = column
                if delta is None or known < delta:
                    delta, following = known, other
            step = delta or 0
            for other in range(width + 1):
                value = least[other]
                if used[other]:
                    line_potential[line_at[other]] += step
                    column_potential[other] -= step
                elif value is not None:
                    least[other] = value - step
            column = following
        while column:
            line_at[column] = line_at[before[column]]
            column = before[column]
    places = ((line_at[column], column) for column in range(1, width + 1))
    return [row_at[place] for place in places if place in row_at]
