"""The branch map: every two live branches, and each with the base, held against each other; closely where they meet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from contextlib import suppress
from itertools import pairwise, product

from muse_hook.concurrent.aside import Aside
from muse_hook.concurrent.branches import Unseen, unrelated
from muse_hook.concurrent.compare import RULE_FILES, Comparer, Comparison, Way, in_order
from muse_hook.concurrent.excerpt import Excerpts, Stretch
from muse_hook.concurrent.footprint import Footprint, FootprintIndex, footprint_of
from muse_hook.concurrent.graph import BranchGraph
from muse_hook.concurrent.heirs import Heirs
from muse_hook.concurrent.kept import KeptMap
from muse_hook.concurrent.live import BranchMap, LiveBranch
from muse_hook.concurrent.merge import CONFLICTS
from muse_hook.concurrent.on_base import ALL, NONE, share_on_base
from muse_hook.concurrent.order import MergeStep, Obstacles, merge_order
from muse_hook.errors import MuseHookError, ObjectMissingError
from muse_hook.record.delta import TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from muse_hook.concurrent.branches import Branch
    from muse_hook.concurrent.collision import Collision
    from muse_hook.concurrent.footprint import Loose
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.history.recorded import RecordedSymbols
    from muse_hook.oplog.store import Store

TABLES = 64 << 20
"""Bytes of source whose tables are kept between branches: the base's files are in nearly every comparison."""

PAIRS = 20_000
"""So many pairs are looked at closely at most, half a minute's work: 10,000 branches with one file in common have fifty
million."""

MANY_WAYS = 40
"""So many ways that are not known are read by two processes, where there are two processors."""

_FILE = "file"  # the group of `Footprint.gone` and `come`


class MapMaker:
    """Looks at branches, given by name and distinct commit, that all part from one history.

    `progress` is told how many of how many commits to look at are done. What it finds out is put into `kept`. `aside`,
    in a process that may be forked, reads by itself what differs on some ways: their footprints, as far as it can.
    """

    def __init__(
        self,
        objects: ObjectReader,
        graph: BranchGraph,
        comparer: Comparer,
        base: tuple[str, str],
        kept: KeptMap,
        *,
        is_shallow: bool = False,
        aside: Callable[[Sequence[tuple[str, str]]], dict[tuple[str, str], Footprint]] | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        self._objects = objects
        self._aside = aside
        self._graph = graph
        self._comparer = comparer
        self._base, self._base_id = base
        self._kept = kept
        self._is_shallow = is_shallow
        self._progress = progress
        self._excerpts = Excerpts(comparer)
        self._heirs = Heirs(objects, kept, [], comparer)
        self._footprints: dict[tuple[str, str], Footprint] = {}
        self._place: dict[str, int] = {}
        self._line: list[str] = []
        self._steps: list[Footprint] = []
        self._own: dict[str, tuple[int, Footprint]] = {}
        self._apart: dict[tuple[str, str, str], bool] = {}
        self._touched: dict[str, set[str]] = {}
        self._unreadable: set[str] = set()
        self.unseen: list[Unseen] = []

    def pairs(self, branches: Sequence[Branch]) -> list[tuple[tuple[str, str], Comparison]]:
        """Return the pairs of live branches that were looked at, those with the base first."""
        names_of: dict[str, list[str]] = {}
        for branch in branches:
            names_of.setdefault(branch.tip, []).append(branch.name)
        forks = [(fork, tip) for tip in names_of for fork in self._graph.forks(tip)[:1]]
        ways = [*forks, (self._base_id, self._base_id)]
        self._heirs = Heirs(self._objects, self._kept, ways, self._comparer)
        self._line = self._line_through(names_of)
        if self._aside is not None:
            self._read_half(sorted(forks) + list(pairwise(self._line)), self._aside)
        names_of = self._readable(names_of)
        self._lay_out_line(names_of)
        found = self._with_base(names_of)
        jobs = sorted(self._meeting(names_of), key=self._in_turn)
        for number, (one, other, bases) in enumerate(jobs):
            self._progress(number, len(jobs))
            for mine in names_of[one]:
                for theirs in names_of[other]:
                    # Of two names the smaller one is ours: `concurrent A B` and `concurrent B A` differ in words.
                    (ours, tip), (them, goal) = sorted([(mine, one), (theirs, other)])
                    comparison = self._compare(tip, goal, bases, [ours, them])
                    if comparison is not None:
                        found.append(((ours, them), comparison))
        return sorted(found, key=lambda pair: (pair[0][0] != self._base, pair[0]))

    def _in_turn(self, job: tuple[str, str, list[str]]) -> tuple[int, int, str]:
        """Return when a pair is looked at: those that parted at one place, and of these who came by the same way."""
        one, other, bases = job
        ends = [self._own.get(tip) for tip in (one, other)]
        places = [end[0] if end is not None else -1 for end in ends]
        later = "" if places[0] == places[1] else one if places[0] > places[1] else other
        return self._place.get(bases[0], -1), max(places), later

    def _own_meet(self, one: str, other: str) -> bool:
        """Whether what two tips did since they left the base meets, as far as that is known."""
        ends = [self._own.get(tip) for tip in (one, other)]
        return ends[0] is None or ends[1] is None or ends[0][1].meets(ends[1][1])

    def _ways(self, one: str, other: str, bases: list[str]) -> dict[str, Way]:
        """Return {tip: its way} of the one that left the base later than where the two parted, if that is known.

        Two branches that left the base at different commits part at the earlier one, so what the later one did includes
        what the base did in between: hundreds of files, which are put together once for all that left there. Where
        those steps and its own have nothing to do with each other, they are not even matched again; and where its
        own do not meet the other branch, the place where it left stands for it.
        """
        ends = [self._own.get(tip) for tip in (one, other)]
        if ends[0] is None or ends[1] is None or ends[0][0] == ends[1][0] or len(bases) != 1:
            return {}
        earlier, later = (one, other) if ends[0][0] < ends[1][0] else (other, one)
        via = self._graph.forks(later)[0]
        if bases[0] != self._graph.forks(earlier)[0]:
            return {}
        return {later: Way(via, is_apart=self._is_apart(bases[0], via, later))}

    def _is_apart(self, base: str, via: str, tip: str) -> bool:
        """Whether a tip's steps since it left the base have nothing to do with those of the base before."""
        known = self._apart.get((base, via, tip))
        if known is None:
            known = self._kept.is_apart(base, via, tip)
            if known is None:
                known = self._works_out_apart(base, via, tip)
                self._kept.add_apart(base, via, tip, is_apart=known)
            self._apart[base, via, tip] = known
        return known

    def _works_out_apart(self, base: str, via: str, tip: str) -> bool:
        own, steps = self._own[tip][1], self._steps[self._place[base] : self._place[via]]
        if any(path.endswith(RULE_FILES) for each in (own, *steps) for path in each.paths) or not own.is_apart(steps):
            return False
        before, after = self._loose(base, via), self._loose(via, tip)
        if not before.is_apart(after):
            return False
        if not self._comparer.is_recorded:
            return True
        if tip not in self._touched:
            self._touched[tip] = self._comparer.paths_touched(self._graph.own(tip))
        if any(not each.paths.isdisjoint(self._touched[tip]) for each in steps):
            return False
        if not self._comparer.has_same_symbols(base, via, tip):
            return False
        # The record is asked where anything came or went: of both together, also of the stretch where nothing did.
        opens = [self._has_open(before, steps), self._has_open(after, [own])]
        if None in opens:
            return False
        if opens == [True, False]:
            return self._comparer.stays(via, tip)
        return opens != [False, True] or self._comparer.stays(base, via)

    @staticmethod
    def _has_open(loose: Loose, steps: Sequence[Footprint]) -> bool | None:
        """Return whether anything came or went on a way; None where it may be but a file that has another name now."""
        is_renamed = any(_FILE in each.gone for each in steps) and any(_FILE in each.come for each in steps)
        if loose.has_open or not loose.has_open_file:
            return loose.has_open
        return None if is_renamed else True

    def _loose(self, base: str, tip: str) -> Loose:
        known = self._kept.loose(base, tip)
        if known is None:
            known = self._comparer.loose(base, tip)
            self._kept.add_loose(base, tip, known)
        return known

    def describe(self, branch: Branch) -> LiveBranch:
        """Return what is said of a live branch."""
        own = [self._objects.commit(oid) for oid in self._graph.own(branch.tip)]
        own.sort(key=lambda commit: (commit.committed_at, commit.id))
        actors = dict.fromkeys(commit.actor or commit.author for commit in own)
        forks = self._graph.forks(branch.tip)
        is_known = bool(forks) and branch.tip not in self._unreadable
        return LiveBranch(
            branch,
            symbols=self._footprint(forks[0], branch.tip).symbols if is_known else 0,
            behind=self._graph.behind(branch.tip),
            ahead=self._graph.ahead(branch.tip) - (branch.tip != branch.head),  # what is not committed is no commit
            actors=list(actors),
            on_base=self._on_base(branch.tip) if is_known else NONE,
            moved_at=own[-1].committed_at if own else "",
        )

    def _read_half(
        self,
        ways: Sequence[tuple[str, str]],
        aside: Callable[[Sequence[tuple[str, str]]], dict[tuple[str, str], Footprint]],
    ) -> None:
        """Take the footprints of many ways with a second process, which does one half by the paths that differ."""
        unknown = [way for way in ways if self._kept.footprint(*way) is None]
        if len(unknown) < MANY_WAYS:
            return
        try:
            sizes = [len(self._comparer.differing(*way)) for way in unknown]
        except ObjectMissingError:
            return  # what cannot be read is told way by way
        at, left = len(unknown), sum(sizes) // 2
        while at and left > 0:
            at -= 1
            left -= sizes[at]
        with Aside(lambda: aside(unknown[at:])) as other:
            for number, way in enumerate(unknown[:at]):
                self._progress(number, len(unknown))
                with suppress(ObjectMissingError):
                    self._narrow_footprint(*way)
            for (base, tip), footprint in (other.result() or {}).items():
                self._kept.add_footprint(base, tip, footprint)

    def _readable(self, names_of: dict[str, list[str]]) -> dict[str, list[str]]:
        """Return those whose own footprint can be taken; the others are `unseen`."""
        # Those from one fork in turn: they read the same trees of it. What heirs there are is asked when all are read.
        forks = sorted((fork, tip) for tip in names_of for fork in self._graph.forks(tip)[:1])
        for number, (look, (fork, tip)) in enumerate(product((self._narrow_footprint, self._footprint), forks)):
            if number < len(forks):
                self._progress(number, len(forks))
            if tip not in self._unreadable:
                try:
                    look(fork, tip)
                except ObjectMissingError as absent:
                    self.unseen += [Unseen([name], absent.wrong) for name in names_of[tip]]
                    self._unreadable.add(tip)
        return {tip: names for tip, names in names_of.items() if tip not in self._unreadable}

    def _on_base(self, tip: str) -> str:
        forks = self._graph.forks(tip)
        if len(forks) != 1 or forks[0] == self._base_id:
            return NONE
        known = self._kept.on_base(self._base_id, tip)
        if known is None:
            known = share_on_base(self._objects, self._comparer, forks[0], tip, self._base_id)
            self._kept.add_on_base(self._base_id, tip, known)
        return known

    def _with_base(self, names_of: dict[str, list[str]]) -> list[tuple[tuple[str, str], Comparison]]:
        """Compare each branch with the base."""
        found = []
        for tip, names in names_of.items():
            bases = self._graph.merge_bases(self._base_id, tip)
            if not bases or self._base_id in bases:
                if not bases:
                    self._say_unrelated([self._base, names[0]])
                continue
            place = self._place.get(bases[0])
            comparison = Comparison(self._base_id, tip, bases, [])
            if (
                len(bases) > 1
                or place is None
                or self._first_step_that_meets(place, self._footprint(bases[0], tip)) < self._place[self._base_id]
            ):
                compared = self._compare(self._base_id, tip, bases, [self._base, names[0]])
                if compared is None:
                    continue
                comparison = compared
            found += [((self._base, name), comparison) for name in names]
        return found

    def _meeting(self, names_of: dict[str, list[str]]) -> Iterator[tuple[str, str, list[str]]]:
        """Yield (tip, tip, merge bases) of every two branches of which a close look may find something."""
        graph, tips = self._graph, list(names_of)
        unrelated: dict[str, list[str]] = {}
        for one, others in self._partners(tips, names_of):
            for other in others:
                ours, theirs = tips[one], tips[other]
                bases = graph.merge_bases(ours, theirs)
                if not bases:
                    unrelated.setdefault(ours, []).append(theirs)
                elif ours not in bases and theirs not in bases and self._may_collide(ours, theirs, bases[0]):
                    yield ours, theirs, bases
        self._tell_unrelated(unrelated, names_of)

    def _partners(self, tips: Sequence[str], names_of: dict[str, list[str]]) -> Iterator[tuple[int, list[int]]]:
        """Yield of each tip (by its number) the later ones that it may collide with.

        Where they are more than `PAIRS` pairs, each tip is held against some of them only, and that is said.
        """
        graph, own = self._graph, self._own
        index = FootprintIndex({tip: footprint for tip, (_, footprint) in own.items()})
        number = {tip: at for at, tip in enumerate(tips)}
        odd = [number[tip] for tip in tips if tip not in own]
        later = sorted(own, key=lambda tip: own[tip][0])
        places = [own[tip][0] for tip in later]
        sharing: dict[str, list[set[str]]] = {}  # of these the footprints since the base do not say all
        for each in graph.sharing(tips):
            for tip in each:
                sharing.setdefault(tip, []).append(each)
        reach = {tip: self._first_step_that_meets(*at) for tip, at in own.items()}
        late = sorted((reach[tip], number[tip]) for tip in own)

        def of(tip: str) -> set[int]:
            """Return the numbers of a tip's partners that come after it."""
            here = number[tip]
            if tip not in own:
                return set(range(here + 1, len(tips)))
            place, footprint = own[tip]
            found = {number[other] for other in index.met_by(footprint)}
            # The way of one that left later begins with steps of the base: of the other, or of this one.
            found.update(number[other] for other in later[bisect_right(places, reach[tip]) :])
            found.update(other for _, other in late[: bisect_left(late, (place, -1))])
            found.update(number[other] for each in sharing.get(tip, ()) for other in each)
            found.update(odd)
            return {other for other in found if other > here}

        left = PAIRS
        for tip in tips:
            left -= len(of(tip))
            if left < 0:
                break
        most = len(tips) if left >= 0 else max(1, PAIRS // len(tips))
        cut: list[str] = []
        for one, tip in enumerate(tips):
            others = sorted(of(tip))
            if len(others) > most:
                cut += names_of[tip]
            yield one, others[:most]
        if cut:
            reason = f"more than {PAIRS} pairs meet: each was held against {most} others at most (--include, --since)"
            self.unseen.append(Unseen(cut, reason))

    def _may_collide(self, ours: str, theirs: str, base: str) -> bool:
        try:
            for tip in (ours, theirs):
                if base in self._place and base not in self._graph.forks(tip):
                    return True  # its steps were asked already
            return self._footprint(base, ours).meets(self._footprint(base, theirs))
        except ObjectMissingError:
            return True  # the close look says what is absent

    def _lay_out_line(self, tips: dict[str, list[str]]) -> None:
        """Take the footprints of the steps of the base's line, and of what each branch did since it left that."""
        self._line = self._line_through(tips)
        self._place = {fork: number for number, fork in enumerate(self._line)}
        self._steps = []
        for older, younger in pairwise(self._line):
            try:
                self._steps.append(self._footprint(older, younger))
            except ObjectMissingError:
                self._place, self._line = {}, []  # a step that is not known meets everything: each pair is looked at
                return
        for tip in tips:
            forks = self._graph.forks(tip)
            if len(forks) == 1 and forks[0] in self._place:
                self._own[tip] = self._place[forks[0]], self._footprint(forks[0], tip)

    def _line_through(self, tips: Iterable[str]) -> list[str]:
        """Return where branches leave the base, each place an ancestor of the next; others stand aside."""
        line: list[str] = []
        for fork in dict.fromkeys(fork for tip in tips for fork in self._graph.forks(tip)[:1]):
            if fork == self._base_id:
                continue
            at = 0
            while at < len(line) and self._graph.older(line[at], fork) == line[at]:
                at += 1
            if at == len(line) or self._graph.older(fork, line[at]) == fork:
                line.insert(at, fork)
        line.append(self._base_id)
        return line

    def _first_step_that_meets(self, place: int, own: Footprint) -> int:
        steps = enumerate(self._steps[place:], place)
        return next((number for number, step in steps if step.meets(own)), len(self._steps))

    def _footprint(self, base: str, tip: str) -> Footprint:
        found = self._footprints.get((base, tip))
        if found is None:
            found = self._footprints[base, tip] = self._narrow_footprint(base, tip).widened(self._heirs.of)
        return found

    def _narrow_footprint(self, base: str, tip: str) -> Footprint:
        """Return a footprint that knows no heirs: these are read once all files that differ are."""
        known = self._kept.footprint(base, tip)
        if known is None:
            known = footprint_of(self._comparer.files(base, tip))
            self._kept.add_footprint(base, tip, known)
        return known

    def _compare(self, ours: str, theirs: str, bases: list[str], names: list[str]) -> Comparison | None:
        """Return what two tips collide on: as it is kept, by the files in which they meet, or by all of them."""
        known = self._kept.comparison(ours, theirs, bases)
        if known is not None:
            return known
        try:
            collisions = self._excerpt(ours, theirs, bases)
            if collisions is None:
                collisions = self._look_at_all(ours, theirs, bases)
        except MuseHookError as failure:
            self.unseen.append(Unseen(names, failure.wrong))
            return None
        found = Comparison(ours, theirs, bases, in_order(collisions))
        self._kept.add_comparison(found)
        return found

    def _excerpt(self, ours: str, theirs: str, bases: list[str]) -> list[Collision] | None:
        if len(bases) != 1 or {ours, theirs}.intersection(bases):
            return None
        ways = [self._stretches(bases[0], tip) for tip in (ours, theirs)]
        return self._excerpts.collisions(*ways) if all(ways) else None

    def _stretches(self, base: str, tip: str) -> list[Stretch]:
        """Return the way from where a tip and another parted, step by step of the base's line; [] where it has none."""
        end = self._own[tip][0] if tip in self._own else self._place.get(tip, -1)
        start = self._place.get(base, len(self._line))
        if start > end:
            return []
        way = [Stretch(self._line[at], self._line[at + 1], self._steps[at]) for at in range(start, end)]
        return [*way, Stretch(self._line[end], tip, self._own[tip][1])] if tip in self._own else way

    def _look_at_all(self, ours: str, theirs: str, bases: list[str]) -> list[Collision]:
        ways = self._ways(ours, theirs, bases)
        stand_ins = {} if self._own_meet(ours, theirs) else {tip: way.via for tip, way in ways.items() if way.is_apart}
        sides = stand_ins.get(ours, ours), stand_ins.get(theirs, theirs)
        known = self._kept.comparison(*sides, bases) if stand_ins else None
        if known is None:
            known = self._comparer.compare(*sides, bases, ways)
            if stand_ins:
                self._kept.add_comparison(known)
        return known.collisions

    def _say_unrelated(self, names: Sequence[str]) -> None:
        self.unseen.append(unrelated(names, is_shallow=self._is_shallow))

    def _tell_unrelated(self, unrelated: dict[str, list[str]], names_of: dict[str, list[str]]) -> None:
        """Say which branches have nothing to do with which; one that has with none of them once."""
        partners: dict[str, set[str]] = {}
        for ours, others in unrelated.items():
            for theirs in others:
                partners.setdefault(ours, set()).add(theirs)
                partners.setdefault(theirs, set()).add(ours)
        alone = {tip for tip, others in partners.items() if len(others) == len(names_of) - 1 and len(others) > 1}
        for tip in sorted(alone, key=lambda each: names_of[each]):
            self._say_unrelated(names_of[tip][:1])
        for ours, others in unrelated.items():
            for theirs in others:
                if ours not in alone and theirs not in alone:
                    self._say_unrelated(sorted([names_of[ours][0], names_of[theirs][0]]))


def branch_map(
    repository: Repository,
    objects: ObjectReader,
    base: str,
    branches: Sequence[Branch],
    *,
    recorded: RecordedSymbols | None = None,
    store: Store | None = None,
    unseen: Sequence[Unseen] = (),
    may_fork: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> BranchMap:
    """Return the map of `branches` against `base` (a revision) and each other; who is merged into it is left out.

    `store` keeps what is found out for the next time, `unseen` is what was left out before. Of a pair that is not told
    `compare` finds nothing. Who `may_fork`, having no threads, has half of what differs read by a second process: of
    200 branches of ansible the first one has 5.5 s to do instead of 8.1 (both 8.7). Raises RevisionError where there is
    no such base, ObjectMissingError where its objects are absent.
    """
    base_id = repository.resolve(base)
    graph = BranchGraph(repository, base_id, [branch.tip for branch in branches])
    unseen = [*unseen, *(Unseen([each.name], graph.broken[each.tip]) for each in branches if each.tip in graph.broken)]
    live = [branch for branch in branches if not graph.is_contained(branch.tip) and branch.tip not in graph.broken]
    state = "" if recorded is None else str(recorded.count_without(graph.own_commits() | graph.news()))
    kept = KeptMap(store, state)
    with Comparer(objects, recorded=recorded, tables=TableCache(TABLES), shares=1) as comparer:
        comparer.is_whole = recorded is not None and recorded.has_all(graph.own_commits() | graph.base_commits())
        maker = MapMaker(
            objects,
            graph,
            comparer,
            (base, base_id),
            kept,
            is_shallow=repository.is_shallow,
            aside=(lambda ways: _footprints(repository, ways)) if may_fork else None,
            progress=progress,
        )
        pairs = maker.pairs(live)
        told = [maker.describe(branch) for branch in live]
        kept.save()
        unseen = [*unseen, *maker.unseen]
        # Here, while nothing is collected: to look for circles in all that is held takes 0.2 s (200 branches, 270 MB).
        order = _order(graph, base, told, pairs, {name for each in unseen for name in each.branches})
        found = BranchMap(base, told, pairs, unseen, order, is_recorded=recorded is not None)
        del comparer, maker, kept
    return found


def _footprints(repository: Repository, ways: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Footprint]:
    """Return the footprints of ways, from one commit to another, without heirs; those that can be taken."""
    found = {}
    tables = TableCache()
    with repository.objects() as objects:
        for base, tip in ways:
            # One that keeps nothing: 200 branches of ansible take 206 MB of a process that does.
            with Comparer(objects, tables=tables) as comparer, suppress(ObjectMissingError):
                found[base, tip] = footprint_of(comparer.files(base, tip))
    return found


def _order(
    graph: BranchGraph,
    base: str,
    branches: Sequence[LiveBranch],
    pairs: Sequence[tuple[tuple[str, str], Comparison]],
    unsure: set[str],
) -> list[MergeStep]:
    conflicts: dict[str, set[str]] = {}
    for (ours, theirs), comparison in pairs:
        if any(each.text == CONFLICTS for each in comparison.collisions):
            conflicts.setdefault(ours, set()).add(theirs)
            conflicts.setdefault(theirs, set()).add(ours)
    tips = {branch.name: branch.branch.tip for branch in branches}
    names_at: dict[str, set[str]] = {}
    for name, tip in tips.items():
        names_at.setdefault(tip, set()).add(name)
    stacked = {
        name: {other for oid in graph.own(tip) if oid != tip for other in names_at.get(oid, ())}
        for name, tip in tips.items()
    }
    return merge_order(
        list(tips),
        Obstacles(conflicts, conflicts.get(base, ()), {name: others for name, others in stacked.items() if others}),
        {branch.name for branch in branches if branch.on_base == ALL},
        base,
        unsure,
    )
