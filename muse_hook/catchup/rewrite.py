"""What a rebase truly did to each commit, from Git's pairs and what else can be seen."""

from __future__ import annotations

from muse_hook.errors import ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.catchup.events import Event
    from muse_hook.git import Repository
    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.change import Commit

_FOLDS = frozenset({"squash", "fixup", "s", "f"})
_EDITS = frozenset({"edit", "e", "merge", "m"})
_LEFT_OUT = frozenset({"drop", "d"})
_START = "rebase (start)"
_SHORTEST = 4  # digits of an abbreviated id, at least (core.abbrev)
_EMPTY_TREES = {  # `git hash-object -t tree /dev/null`
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Rewrite:
    """One ended rebase. What it began with and does not end with is `old`, what is there only since is `new`.

    Git writes a pair for a skipped commit too, with the commit that HEAD stood at; so a pair counts only where `new`
    is part of the result and says who wrote `old` (author, date, subject or patch), or where `old` was folded into it.
    """

    def __init__(self, repo: Repository, objects: ObjectReader, event: Event) -> None:
        facts = event.rebase or {}
        self._repo = repo
        self._objects = objects
        self._event = event
        self._commands = {oid: command for command, oid in facts.get("commands", [])}
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
        gone = [oid for oid in self._old if oid not in self._true]
        if not gone:
            return []
        told = {old for old, _ in self._event.pairs} | self._commands.keys()
        told.update(oid for oid in gone if oid.startswith(self._listed))
        inside = self._descendants(told)
        alone: set[str] | None = None
        lost = []
        for oid in gone:
            if oid not in inside:
                if alone is None:
                    alone = self._unreachable(gone)
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
                yield likely, new
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
        if len(amends) >= len(folds):
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
        signs = {old: self._signs(old, new) for old in picks}
        best = max(signs.values(), default=0)
        likely = [old for old in picks if signs[old] == best]
        if len(likely) > 1 or best == 0:
            # Patches cost three processes each, so they are only looked at where nothing else tells.
            patch = self._patch_of(new)
            alike = [old for old in likely if self._patch_of(old) == patch]
            best, likely = (1, alike) if alike else (best, likely)
        if best == 0:
            likely = [old for old in likely if self._commands.get(old) in _EDITS or not self._commands]
        return likely[0] if likely else None

    def _signs(self, old: str, new: str) -> int:
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

    def _patch(self, old: str | None, new: str | None) -> str:
        """Return what names a change wherever it was applied: Git's patch id."""
        empty = _EMPTY_TREES[self._repo.object_format]
        patch = self._repo.run("diff-tree", "-p", "-r", "--full-index", old or empty, new or empty, check=False)
        return self._repo.run("patch-id", "--stable", input=patch).decode().partition(" ")[0] or "empty"

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
