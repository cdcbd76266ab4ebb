"""How branches stand to a base branch and to each other: what each has of its own, and where any two parted."""

from __future__ import annotations

from muse_hook.errors import MuseHookError, RevisionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muse_hook.git.repository import Repository

_NONE: frozenset[str] = frozenset()


class BranchGraph:
    """The commits that `tips` (full ids) have and the `base` commit has not, and where they leave its history.

    Two walks of Git's answer for any number of pairs: the first over what is not on the base, the second over the base
    itself as far back as the oldest place where a tip leaves it. `broken` says of tips whose history cannot be walked
    why that is so; they are in no other answer.
    """

    def __init__(self, repository: Repository, base: str, tips: Iterable[str]) -> None:
        self._repository = repository
        self._base = base
        self.broken: dict[str, str] = {}
        tips = list(dict.fromkeys(tips))
        self._parents = self._walk(tips)
        self._own: dict[str, frozenset[str]] = {}
        self._forks: dict[str, frozenset[str]] = {}
        self._left_at: dict[str, list[str]] = {}
        for tip in tips:
            if tip not in self._parents:
                continue
            self._own[tip], self._forks[tip] = self._reached_by(tip)
        self._line = _BaseLine(repository, base, {fork for tip in tips for fork in self._forks.get(tip, ())})
        self._asked: dict[tuple[str, str], list[str]] = {}

    def is_contained(self, tip: str) -> bool:
        """Whether the base has all of a tip."""
        return tip not in self._parents and tip not in self.broken

    def own(self, tip: str) -> list[str]:
        """Return the commits that a tip has and the base has not, in no promised order."""
        return list(self._own.get(tip, ()))

    def has(self, tip: str, commit: str) -> bool:
        """Whether a tip reaches a commit that the base does not reach."""
        return commit in self._own.get(tip, ())

    def ahead(self, tip: str) -> int:
        """Return how many commits a tip has and the base has not."""
        return len(self._own.get(tip, ()))

    def behind(self, tip: str) -> int:
        """Return how many commits the base has and a tip has not."""
        return self._line.missing(self._forks[tip]) if tip in self._forks else 0

    def forks(self, tip: str) -> list[str]:
        """Return where a tip, or a commit below one, leaves the base: its merge bases with it, sorted; [] of none."""
        if tip not in self._parents:
            return [tip]
        found = self._left_at.get(tip)  # it is asked four times a pair
        if found is None:
            if tip not in self._own:
                self._own[tip], self._forks[tip] = self._reached_by(tip)
            found = self._left_at[tip] = sorted(self._line.youngest(self._forks[tip]))
        return list(found)

    def merge_bases(self, ours: str, theirs: str) -> list[str]:
        """Return what `git merge-base --all` would say of two tips, or of a tip and the base; [] of nothing common."""
        if ours == theirs:
            return [ours]
        if self._base in (ours, theirs):
            found = self.forks(theirs if ours == self._base else ours)
            return found if len(found) < 2 else self._ask(ours, theirs)  # noqa: PLR2004 - Git says in which order
        shared = self._own.get(ours, _NONE) & self._own.get(theirs, _NONE)
        # What both reach is closed towards the past: a head of it is nobody's parent.
        heads = sorted(shared.difference(*(self._parents[oid] for oid in shared))) if shared else []
        if heads in ([ours], [theirs]):
            return heads
        one, other = self.forks(ours), self.forks(theirs)
        if not one or not other:
            return heads if len(heads) < 2 else self._ask(ours, theirs)  # noqa: PLR2004
        if len(one) > 1 or len(other) > 1 or len(heads) > 1:
            return self._ask(ours, theirs)
        older = self._line.older(one[0], other[0])
        if older is None:
            return self._ask(one[0], other[0]) if not heads else self._ask(ours, theirs)
        if heads:
            reached = self.forks(heads[0])
            covers = len(reached) == 1 and self._line.older(older, reached[0]) == older
            return heads if covers else self._ask(ours, theirs)
        return [older]

    def sharing(self, tips: Iterable[str]) -> list[set[str]]:
        """Return the sets of tips that have a commit in common that the base has not; a tip may be in several."""
        having: dict[str, set[str]] = {}
        for tip in tips:
            for oid in self._own.get(tip, ()):
                having.setdefault(oid, set()).add(tip)
        return [set(each) for each in {frozenset(tips_of) for tips_of in having.values() if len(tips_of) > 1}]

    def shares(self, ours: str, theirs: str) -> bool:
        """Whether two tips have a commit in common that the base has not."""
        return not self._own.get(ours, _NONE).isdisjoint(self._own.get(theirs, _NONE))

    def older(self, one: str, other: str) -> str | None:
        """Return which of two places where tips leave the base is an ancestor of the other; None where neither is."""
        return self._line.older(one, other)

    def own_commits(self) -> set[str]:
        """Return all commits that the base has not."""
        return set(self._parents)

    def news(self) -> set[str]:
        """Return the commits of the base that no tip has, as far back as the oldest place where one leaves it."""
        return self._line.news()

    def base_commits(self) -> set[str]:
        """Return the commits of the base that are younger than the oldest place where a tip leaves it."""
        return self._line.commits()

    def _reached_by(self, tip: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return what a tip has of its own, and the commits of the base that these are children of."""
        own: set[str] = set()
        forks: set[str] = set()
        pending = [tip]
        while pending:
            oid = pending.pop()
            if oid not in own:
                own.add(oid)
                inner = [parent for parent in self._parents[oid] if parent in self._parents]
                forks.update(parent for parent in self._parents[oid] if parent not in self._parents)
                pending += inner
        return frozenset(own), frozenset(forks)

    def _ask(self, ours: str, theirs: str) -> list[str]:
        found = self._asked.get((ours, theirs))
        if found is None:
            output = self._repository.run("merge-base", "--all", ours, theirs)[1]
            found = self._asked[ours, theirs] = output.decode("ascii").split()
        return found

    def _walk(self, tips: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the parents of what is not on the base, parents first; who cannot be walked is put into `broken`."""
        if not tips:
            return {}
        try:
            return dict(self._repository.rev_list(tips, [self._base]))
        except MuseHookError as error:
            if len(tips) == 1:
                self.broken[tips[0]] = error.wrong
                return {}
        half = len(tips) // 2
        return self._walk(tips[:half]) | self._walk(tips[half:])


class _BaseLine:
    """The base's own history as far back as the oldest of some commits on it."""

    def __init__(self, repository: Repository, base: str, forks: set[str]) -> None:
        self._parents: Mapping[str, tuple[str, ...]] = {}
        self._reached: dict[str, int] = {}
        self._missing: dict[frozenset[str], int] = {}
        self._numbers = {fork: number for number, fork in enumerate(sorted(forks))}
        self._count = 0
        self._repository, self._base = repository, base
        if not forks:
            return
        oldest = self._oldest(repository, forks)
        self._parents = dict(repository.rev_list([base], oldest))
        self._count = len(self._parents)
        for oid, parents in self._parents.items():
            bits = 1 << self._numbers[oid] if oid in self._numbers else 0
            for parent in parents:
                bits |= self._reached.get(parent, 1 << self._numbers[parent] if parent in self._numbers else 0)
            self._reached[oid] = bits

    def older(self, one: str, other: str) -> str | None:
        """Return which of two forks is the other's ancestor, or both; None where neither is."""
        if one == other or self._reaches(other, one):
            return one
        return other if self._reaches(one, other) else None

    def youngest(self, forks: Iterable[str]) -> set[str]:
        """Return those of some forks that no other one of them reaches."""
        found = set(forks)
        if len(found) > 1:
            return {one for one in found if not any(one != each and self._reaches(each, one) for each in found)}
        return found

    def missing(self, forks: frozenset[str]) -> int:
        """Return how many commits of the base none of some forks reaches."""
        known = self._missing.get(forks)
        if known is None and not forks:
            known = self._missing[forks] = _count(self._repository, self._base)
        if known is None:
            seen: set[str] = set()
            pending = [fork for fork in forks if fork in self._parents]
            while pending:
                oid = pending.pop()
                if oid not in seen:
                    seen.add(oid)
                    pending += [parent for parent in self._parents[oid] if parent in self._parents]
            known = self._missing[forks] = self._count - len(seen)
        return known

    def commits(self) -> set[str]:
        """Return the commits, younger than the oldest fork."""
        return set(self._parents)

    def news(self) -> set[str]:
        """Return the commits, younger than the oldest fork, that no fork reaches."""
        seen: set[str] = set()
        pending = [fork for fork in self._numbers if fork in self._parents]
        while pending:
            oid = pending.pop()
            if oid not in seen:
                seen.add(oid)
                pending += [parent for parent in self._parents[oid] if parent in self._parents]
        return self._parents.keys() - seen

    def _reaches(self, one: str, other: str) -> bool:
        """Say whether a fork has another one; the oldest ones stand outside of what was walked, and have none."""
        return bool(self._reached.get(one, 0) >> self._numbers[other] & 1)

    def _oldest(self, repository: Repository, forks: set[str]) -> list[str]:
        """Return what all forks have in common, newest first; [] where that is nothing: all is walked then."""
        if len(forks) == 1:
            return list(forks)
        status, output, _ = repository.run("merge-base", "--octopus", *sorted(forks))
        return output.decode("ascii").split()[:1] if status == 0 else []


def _count(repository: Repository, base: str) -> int:
    try:
        return int(repository.output("rev-list", "--count", base))
    except (MuseHookError, ValueError):
        raise RevisionError("counting the commits of the base", "its history cannot be walked", "git fsck") from None
