"""What `diff`, `changelog` and `semver` compare: two commits, or one and what is not committed; and how they differ."""

from __future__ import annotations

import os

from muse_hook.cli.failures import reject, warn
from muse_hook.errors import RevisionError, shell_command
from muse_hook.record.delta import diff_trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from muse_hook.cli.invocation import Invocation
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.git.uncommitted import UncommittedTree
    from muse_hook.match.recorded import Identity
    from muse_hook.model.ops import StructuredDelta

INDEX, WORK_TREE = "index", "work tree"


class DiffEnds:
    """The two ends of a comparison; use it as a context manager.

    `old` is a commit's id (None: HEAD is not born), `new` one, or `INDEX`, or `WORK_TREE`; `old_tree` and `new_tree`
    are the ids of their trees, read from `objects`. `tip` is the commit that the new end is, or builds upon.
    """

    def __init__(self, invocation: Invocation, old: str | None, new: str, *, untracked: bool = False) -> None:
        self._invocation = invocation
        self._uncommitted: UncommittedTree | None = None
        self.old = old
        self.new = new
        repository = invocation.repository
        self.tip: str | None = new
        if new in (INDEX, WORK_TREE):
            from muse_hook.git.uncommitted import UncommittedTree

            self.tip = repository.head().oid
            self._uncommitted = UncommittedTree(repository, staged=new == INDEX, untracked=untracked)
            for note in self._uncommitted.notes:
                warn(invocation.messages, note)
        self.objects: ObjectReader = repository.objects() if self._uncommitted is None else self._uncommitted.objects()
        self.old_tree = None if old is None else self.objects.commit(old).tree
        self.new_tree = self.objects.commit(new).tree if self._uncommitted is None else self._uncommitted.tree

    def delta(self) -> StructuredDelta:
        """Return how the two ends differ; where the commits are recorded, the log says which symbol became which."""
        return diff_trees(self.objects, self.old_tree, self.new_tree, self._identity())

    def _identity(self) -> Identity | None:
        if self.old is None or self.tip is None or (self.old == self.tip and self._uncommitted is not None):
            return None  # what is not committed yet is no log's
        recorded = self._invocation.recorded_symbols()
        identity = None if recorded is None else recorded.between(self.old, self.tip)
        if identity is None or self._uncommitted is None:
            return identity
        from muse_hook.history.recorded import UncommittedIdentity

        return UncommittedIdentity(
            identity, diff_trees(self.objects, self.objects.commit(self.tip).tree, self.new_tree)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.objects.close()
        if self._uncommitted is not None:
            self._uncommitted.close()


def commits_of_range(repository: Repository, old: str | None, tip: str | None) -> list[str]:
    """Return the commits that `tip` has and `old` has not, parents first."""
    if tip is None or tip == old:
        return []
    return [oid for oid, _ in repository.rev_list([tip], [] if old is None else [old])]


def split_revisions(
    repository: Repository, words: Sequence[str], paths: Sequence[str], *, has_dashes: bool
) -> tuple[list[str], list[str]]:
    """Return the revisions (ranges too) in front, and the paths behind them, as Git parts them.

    Without a `--` the first word that names no commit, and does name a file, begins the paths.
    """
    if len(words) > 1 and ".." in words[0] and (has_dashes or not os.path.lexists(words[1])):
        wrong, hint = "a range is one argument, not two", shell_command("muse-hook", "diff", words[0])
        reject("reading the command line", wrong, hint)
    revisions: list[str] = []
    for at, word in enumerate(words):
        is_file = not has_dashes and os.path.lexists(word)
        try:
            repository.resolve_range(word)
        except RevisionError:
            if not is_file:
                raise
            return revisions, [*words[at:], *paths]
        if is_file:
            reject(
                "reading the command line",
                f"{word!r} is a revision and a file",
                f"{shell_command('muse-hook', 'diff', word)} --\n{shell_command('muse-hook', 'diff', '--', word)}",
            )
        revisions.append(word)
    return revisions, list(paths)


def ends_of_range(repository: Repository, words: Sequence[str]) -> tuple[str, str]:
    """Return the ids of the older and the newer commit that `A B`, `A..B` or `A...B` name; RevisionError."""
    if len(words) > 1:
        if len(words) > 2 or ".." in words[1]:  # noqa: PLR2004 - two ends
            reject(
                "reading the command line", "two commits are compared", shell_command("muse-hook", "diff", *words[:2])
            )
        return repository.resolve(words[0]), repository.resolve(words[1])
    (word,) = words
    if "..." in word:
        left, _, right = word.partition("...")
        return merge_base(repository, left or "HEAD", right or "HEAD", f"comparing {word}"), repository.resolve(
            right or "HEAD"
        )
    left, _, right = word.partition("..")
    return repository.resolve(left or "HEAD"), repository.resolve(right or "HEAD")


def ends_since_parted(repository: Repository, word: str) -> tuple[str, str]:
    """Return the ids of where B parted from A, and of B, for A..B (A alone: A..HEAD); RevisionError.

    What A did since then was not taken back by B.
    """
    left, dots, right = word.partition("..")
    if not word:
        repository.resolve("")  # an empty word is no missing one: it names nothing
    return ends_of_range(repository, [f"{left}...{right.removeprefix('.')}" if dots else f"{left}...HEAD"])


def merge_base(repository: Repository, left: str, right: str, doing: str) -> str:
    """Return the id of the commit where two parted; RevisionError where they have no common history."""
    ends = repository.resolve(left), repository.resolve(right)
    base = repository.run("merge-base", *ends)[1].decode("ascii").strip()
    if not base:
        raise RevisionError(doing, "the two have no common history", shell_command("muse-hook", "diff", left, right))
    return base
