"""Which rewrite marks are true: Git's pairs are hints, and what was dropped is not among them."""

from __future__ import annotations

from muse_hook.catchup.sessions import session_of_event
from muse_hook.catchup.state import known_generations
from muse_hook.errors import ObjectMissingError
from muse_hook.oplog.batch import make_dropped, make_superseded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.catchup.plan import Plan
    from muse_hook.catchup.queue import HookEvent
    from muse_hook.catchup.state import Baseline
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.git.revisions import Generations
    from muse_hook.index.index import Index
    from muse_hook.model.change import Commit
    from muse_hook.oplog.batch import RewriteMark

_FOLDS = frozenset({"squash", "fixup", "s", "f"})
_EDITS = frozenset({"edit", "e", "merge", "m"})
_LEFT_OUT = frozenset({"drop", "d"})
_START = "rebase (start)"
_BY_HAND = ("commit: ", "commit (amend): ", "commit (cherry-pick): ")
_ONTO = " onto "
_SHORTEST = 4  # digits of an abbreviated id, at least (core.abbrev)
_EMPTY_TREES = {  # `git hash-object -t tree /dev/null`
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Rewrite:
    """One ended rebase. What it began with and does not end with is `old`, what is there only since is `new`.

    Git writes a pair for a skipped commit too, with the commit that HEAD stood at; so a pair counts only where `new`
    is part of the result and says who wrote `old` (author, date, subject or patch), where `old` was folded into it, or
    where `new` was made by hand at the conflict that `old` stopped at.
    """

    def __init__(self, repo: Repository, objects: ObjectReader, event: HookEvent) -> None:
        facts = event.rebase or {}
        self._repo = repo
        self._objects = objects
        self._event = event
        self._commands = {oid: command for command, oid in facts.get("commands", [])}
        self._halted: bool = facts.get("halted", True)
        self._listed: tuple[str, ...] = tuple(oid for oid in facts.get("listed", []) if len(oid) >= _SHORTEST)
        self._steps: list[Sequence[str]] = facts.get("steps", [])
        self.orig_head: str | None = facts.get("orig_head")
        olds = [old for old, _ in event.pairs]
        hide = [event.head] if event.head is not None else []
        began = [self.orig_head] if self.orig_head is not None else olds
        self._old = dict(repo.rev_list(began, hide, ignore_missing=True))
        onto = [step[1] for step in self._steps if step[2].startswith(_START)]
        self._new = {oid for oid, _ in repo.rev_list(hide, [*began, *onto], ignore_missing=True)}
        self._true = dict(self._verified())

    def superseded(self) -> list[tuple[str, str]]:
        """Return the pairs that hold, as (old, new)."""
        return list(self._true.items())

    def dropped(self) -> list[str]:
        """Return the commits that the branch lost, parents first.

        What `--onto` left below the range is lost only where no other ref reaches it; what was in the range is lost
        whoever else has it.
        """
        unpaired = [oid for oid in self._old if oid not in self._true]
        if not unpaired:
            return []
        named = {old for old, _ in self._event.pairs} | self._commands.keys()
        named.update(oid for oid in unpaired if oid.startswith(self._listed))
        inside = self._descendants(named)
        alone: set[str] | None = None
        lost = []
        for oid in unpaired:
            if oid not in inside:
                if alone is None:
                    alone = self._unreachable(unpaired)
                if oid not in alone:
                    continue
            lost.append(oid)
        return lost

    def _verified(self) -> Iterable[tuple[str, str]]:
        groups: dict[str, list[str]] = {}
        for old, named in self._event.pairs:
            new = self._final(named)
            if old in self._old and new is not None:
                groups.setdefault(new, []).append(old)
        for new, olds in groups.items():
            picks = [old for old in olds if self._commands.get(old) not in _FOLDS]
            folds = [old for old in olds if self._commands.get(old) in _FOLDS]
            likely = self._likeliest(picks, new)
            if likely is not None:
                # Where a fold stopped and was committed by hand, Git names that commit for what it was to go into, too.
                yield likely, (self._picked(likely) if folds and not self._surety(likely, new) else None) or new
            for old in self._folded(folds, new):
                yield old, new

    def _final(self, new: str) -> str | None:
        """Follow amends of a commit within the rebase to the one that is part of the result."""
        later = {step[0]: step[1] for step in self._steps if self._is_amend(step[0], step[1])}
        for _ in range(len(later) + 1):
            if new in self._new:
                return new
            if new not in later:
                return None
            new = later[new]
        return None

    def _picked(self, old: str) -> str | None:
        """Return the commit of the result that is surely the picked `old`."""
        surely = self._surety(old, old)
        return next(
            (step[1] for step in self._steps if step[1] in self._new and self._surety(old, step[1]) == surely), None
        )

    def _folded(self, folds: list[str], new: str) -> list[str]:
        """Return which of the commits that were to be folded into `new` are in it: each was one amend of HEAD."""
        if not self._steps or not folds:
            return folds
        before = {step[1]: step[0] for step in self._steps if self._is_amend(step[0], step[1])}
        amends: list[tuple[str, str]] = []
        at = new
        while at in before and len(amends) <= len(before):
            amends.append((before[at], at))
            at = before[at]
        if len(amends) >= len(folds) or (not amends and len(folds) == 1 and self._is_by_hand(folds[0], new)):
            return folds
        # One was skipped, at a conflict: those that went in untouched are known by their patch, the rest by order.
        patches = [self._patch(self._tree(old), self._tree(amended)) for old, amended in reversed(amends)]
        known = [fold for fold in folds if self._patch_of(fold) in patches]
        resolved = len(amends) - len(known)
        others = [fold for fold in folds if fold not in known][: max(0, resolved)]
        return [fold for fold in folds if fold in known or fold in others]

    def _likeliest(self, picks: list[str], new: str) -> str | None:
        """Return which of the commits that Git pairs with `new` it is a rewriting of; None where it is of none.

        At most one is, the others were skipped; that one's pair was written first.
        """
        surety = {old: self._surety(old, new) for old in picks}
        best = max(surety.values(), default=0)
        likely = [old for old in picks if surety[old] == best]
        if len(likely) > 1 or best == 0:
            # Patches cost three processes each, so they are only looked at where nothing else tells.
            patch = self._patch_of(new)
            same = [old for old in likely if self._patch_of(old) == patch]
            best, likely = (1, same) if same else (best, likely)
        if best == 0:
            likely = [old for old in likely if self._is_by_hand(old, new)]
        return likely[0] if likely else None

    def _is_by_hand(self, old: str, new: str) -> bool:
        """Say whether `new` is what somebody committed where the rebase had stopped at `old`.

        Only an `exec` or a `break` gives another occasion to commit; what was made there touches other files.
        """
        if not self._commands or self._commands.get(old) in _EDITS:
            return True
        if not any(step[1] == new and step[2].startswith(_BY_HAND) for step in self._steps):
            return False
        return not self._halted or not self._paths_of(old).isdisjoint(self._paths_of(new))

    def _surety(self, old: str, new: str) -> int:
        """Say how surely `new` is `old` rewritten, by what a rewriting keeps; 0 is no sign of it."""
        was, now = self._commit(old), self._commit(new)
        if was is None or now is None or was.author != now.author:
            return 0
        return 2 * (was.authored_at == now.authored_at) + (was.summary == now.summary)

    def _is_amend(self, old: str, new: str) -> bool:
        commits = self._commit(old), self._commit(new)
        return old != new and None not in commits and commits[0].parents == commits[1].parents  # type: ignore[union-attr]

    def _commit(self, oid: str) -> Commit | None:
        try:
            return self._objects.commit(oid) if oid.strip("0") else None
        except ObjectMissingError:
            return None

    def _tree(self, oid: str) -> str | None:
        commit = self._commit(oid)
        return None if commit is None else commit.tree

    def _patch_of(self, oid: str) -> str:
        commit = self._commit(oid)
        if commit is None or len(commit.parents) > 1:
            return f"no patch of {oid}"
        return self._patch(self._tree(commit.parents[0]) if commit.parents else None, commit.tree)

    def _paths_of(self, oid: str) -> set[bytes]:
        output = self._repo.output("diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-only", oid)
        return {path for path in output.split(b"\0") if path}

    def _patch(self, old: str | None, new: str | None) -> str:
        """Return what names a change wherever it was applied: Git's patch id."""
        empty = _EMPTY_TREES[self._repo.object_format]
        no_program = ("--no-ext-diff", "--no-textconv")
        patch = self._repo.run("diff-tree", "-p", "-r", *no_program, "--full-index", old or empty, new or empty)[1]
        return self._repo.output("patch-id", "--stable", input=patch).decode().partition(" ")[0] or "empty"

    def _descendants(self, oids: set[str]) -> set[str]:
        inside = {oid for oid in self._old if oid in oids}
        for oid, parents in self._old.items():  # parents first
            if inside.intersection(parents):
                inside.add(oid)
        return inside

    def _unreachable(self, oids: Iterable[str]) -> set[str]:
        own = f"refs/heads/{self._event.branch}"  # with the apply backend it has not moved yet
        others = [oid for name, oid in self._repo.refs().items() if name != own]
        return {oid for oid, _ in self._repo.rev_list(oids, [*others, *self._new], ignore_missing=True)}


def find_marks(
    plan: Plan,
    repo: Repository,
    objects: ObjectReader,
    *,
    index: Index,
    baseline: Baseline | None,
    generations: Generations,
) -> list[tuple[str, RewriteMark]]:
    """Return the marks that the plan's events and reflogs justify, as (session, mark).

    A rebase that only leaves out the last commits fires no hook: the branch's reflog tells it.
    """
    maker = _MarkMaker(repo, objects, index=index, baseline=baseline, generations=generations)
    marks: list[tuple[str, RewriteMark]] = []
    ended: set[str] = set()
    for event in plan.events:
        if event.hook != "post-rewrite":
            continue
        if event.kind == "amend":
            marks += maker.amended(event)
        elif event.head is not None:
            rewrite = Rewrite(repo, objects, event)
            ended.add(f"{rewrite.orig_head} {event.head}")
            marks += maker.rebased(rewrite, session_of_event(event))
    for branch, entry in plan.ended_rebases:
        if f"{entry.old} {entry.new}" not in ended:
            marks += maker.cut_off(entry.old, entry.new, entry.message.rpartition(_ONTO)[2], branch)
    return marks


class _MarkMaker:
    """Makes marks whose session, generation and words fit what is recorded."""

    def __init__(
        self,
        repo: Repository,
        objects: ObjectReader,
        *,
        index: Index,
        baseline: Baseline | None,
        generations: Generations,
    ) -> None:
        self._repo = repo
        self._objects = objects
        self._index = index
        self._baseline = baseline
        self._generations = generations

    def amended(self, event: HookEvent) -> Iterator[tuple[str, RewriteMark]]:
        for old, new in event.pairs:
            if old == new or not self._same_parents(old, new):
                continue
            yield from self._superseded(old, new, "amend", session_of_event(event))

    def rebased(self, rewrite: Rewrite, session: str) -> Iterator[tuple[str, RewriteMark]]:
        for old, new in rewrite.superseded():
            yield from self._superseded(old, new, "rebase", session)
        for old in rewrite.dropped():
            yield from self._dropped(old, session)

    def cut_off(self, old: str, new: str, onto: str, session: str) -> Iterator[tuple[str, RewriteMark]]:
        """Mark what a rebase left out that rewrote nothing: every commit it kept is the one that was there."""
        hide = [old, onto] if len(onto) == len(old) else [old]
        try:
            if next(iter(list(self._repo.rev_list([new], hide, ignore_missing=True))), None) is not None:
                return  # it made commits: its hook told which for which, or nobody did
            dropped = [oid for oid, _ in self._repo.rev_list([old], [new], ignore_missing=True)]
        except ObjectMissingError:
            return
        for oid in dropped:
            if oid in self._index.find([oid]):
                yield from self._dropped(oid, session)

    def _superseded(self, old: str, new: str, reason: str, session: str) -> Iterator[tuple[str, RewriteMark]]:
        try:
            generation = max(self._generations_of([old, new]))
            commit = self._objects.commit(new)
        except ObjectMissingError:
            return
        yield self._session(new, session), make_superseded(old, commit, reason, generation)

    def _dropped(self, old: str, session: str) -> Iterator[tuple[str, RewriteMark]]:
        try:
            generation = self._generations_of([old])[0]
            commit = self._objects.commit(old)
        except ObjectMissingError:
            return
        yield self._session(old, session), make_dropped(commit, generation)

    def _session(self, oid: str, otherwise: str) -> str:
        sealed = self._index.find([oid]).get(oid)
        return otherwise if sealed is None else sealed.session

    def _generations_of(self, oids: Sequence[str]) -> list[int]:
        rows = [(oid, self._objects.commit(oid).parents) for oid in oids]
        named = {*oids, *(parent for _, parents in rows for parent in parents)}
        known = known_generations(self._index, self._baseline, named, is_shallow=self._repo.is_shallow)
        self._generations.expect(rows, known)
        return [self._generations[oid] for oid in oids]

    def _same_parents(self, old: str, new: str) -> bool:
        try:
            return self._objects.commit(old).parents == self._objects.commit(new).parents
        except ObjectMissingError:
            return False
