"""The branches that somebody works on: local ones, heads of work trees, remote ones, fetched pull requests."""

from __future__ import annotations

import re
import time
from fnmatch import fnmatchcase

from muse_hook.errors import InternalError, ObjectMissingError, RevisionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.model.change import Commit

LIVE_SECONDS = 90 * 86_400
"""A branch that has not moved for so long is nobody's work any more, unless `--since` says otherwise. Counted back from
the newest move of all, not from the clock: the same branches are live whenever somebody asks."""

_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"
_REQUESTS = {"refs/pull/": "pull/", "refs/merge-requests/": "merge-requests/"}
_SPAN = re.compile(r"(\d+)\s*([smhdw])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_UNRELATED = "they have no common history"
_ALONE = "it has no common history with any other branch"
_SHALLOW = "; this clone is shallow, so that it may be cut off (git fetch --unshallow)"
_MISSPELT = 3  # seconds that Git may take to say "now", which is what it makes of words that it does not know


class BranchSelection:
    """Which branches are asked about: those that the globs leave, and that moved lately.

    `since` is a time (seconds since 1970), `seconds` how long before the newest move of all a branch may have stood
    still; the former goes first.
    """

    def __init__(
        self,
        *,
        since: int | None = None,
        seconds: int = LIVE_SECONDS,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        remotes: bool = False,
    ) -> None:
        self.since = since
        self.seconds = seconds
        self.include = tuple(include)
        self.exclude = tuple(exclude)
        self.remotes = remotes

    def has(self, name: str) -> bool:
        """Say whether the globs leave a name; `*` matches slashes as well."""
        if any(fnmatchcase(name, glob) for glob in self.exclude):
            return False
        return not self.include or any(fnmatchcase(name, glob) for glob in self.include)


class Branch:
    """A branch as it is found: its `name` (short; `worktrees/NAME/HEAD`, `pull/7`), the commit `head`.

    `tip` is what is compared: the head, or a commit that no ref has, of work that is not committed yet. `worktree` is
    the top of the work tree that has it checked out, None where none has, or the main one.
    """

    __slots__ = ("head", "name", "tip", "worktree")

    def __init__(self, name: str, head: str, worktree: str | None = None) -> None:
        self.name = name
        self.head = head
        self.tip = head
        self.worktree = worktree

    def __repr__(self) -> str:
        return f"Branch({self.name!r}, {self.head[:10]})"


class Unseen:
    """Branches (names) that were not compared, and why."""

    __slots__ = ("branches", "reason")

    def __init__(self, branches: Sequence[str], reason: str) -> None:
        self.branches = list(branches)
        self.reason = reason

    def as_json(self) -> dict[str, object]:
        """Return it as docs/json.md has it."""
        return {"branches": self.branches, "reason": self.reason}

    def __repr__(self) -> str:
        return f"Unseen({self.branches}, {self.reason!r})"


def unrelated(branches: Sequence[str], *, is_shallow: bool) -> Unseen:
    """Return that branches have no common history: two have none with each other, one has none with any."""
    return Unseen(branches, (_UNRELATED if len(branches) > 1 else _ALONE) + (_SHALLOW if is_shallow else ""))


def find_branches(
    repository: Repository, objects: ObjectReader, selection: BranchSelection, base: str
) -> tuple[list[Branch], list[Unseen]]:
    """Return the selected branches sorted by name, all but the one called `base`, and those that cannot be looked at.

    Whether they are merged into the base is not asked here.
    """
    found: list[tuple[int, Branch]] = []
    unseen: list[Unseen] = []
    newest = 0
    names: set[str] = set()
    for branch, ref, git_dir in _candidates(repository, selection):
        if branch.name in names:
            branch.name = ref  # refs/pull/7/head beside a branch that is called pull/7
        names.add(branch.name)
        is_base = base in {branch.name, ref}
        if not is_base and not selection.has(branch.name):
            continue
        moved = repository.last_move(ref, git_dir)
        try:
            commit = _commit(objects, branch.head)
        except ObjectMissingError as absent:
            if not is_base:
                unseen.append(Unseen([branch.name], absent.wrong))
            continue
        except InternalError:
            continue  # a ref to a tree or a blob is no branch
        if moved is None:
            moved = seconds_of(commit.committed_at)
        newest = max(newest, moved)
        if not is_base:
            branch.head = branch.tip = commit.id
            found.append((moved, branch))
    for ref in repository.broken_refs(*_prefixes(selection)):
        name = _short(ref)
        if name is not None and base not in {name, ref} and selection.has(name):
            unseen.append(Unseen([name], "its ref is broken: it holds no commit id"))
    since = newest - selection.seconds if selection.since is None else selection.since
    return sorted((each for moved, each in found if moved >= since), key=lambda each: each.name), unseen


def parse_span(text: str) -> int | None:
    """Return the seconds of `90s`, `30m`, `12h`, `30d`, `2w`; None for whatever is no such thing."""
    span = _SPAN.fullmatch(text.strip())
    return None if span is None else int(span[1][:12]) * _UNITS[span[2]]


def parse_date(repository: Repository, text: str) -> int:
    """Return when a date was, in seconds since 1970, in any form that Git knows ("2.weeks.ago"); RevisionError."""
    now = int(time.time())
    printed = repository.run("rev-parse", f"--since={text}")[1].decode("ascii", "replace").strip()
    age = printed.removeprefix("--max-age=")
    if not age.isdigit() or (abs(int(age) - now) <= _MISSPELT and text.strip().lower() not in {"now", "today"}):
        raise RevisionError(f"reading {text!r}", "that is no time", "muse-hook concurrent --all --since 30d")
    return int(age)


def _candidates(repository: Repository, selection: BranchSelection) -> Iterator[tuple[Branch, str, str | None]]:
    """Yield (branch, what to look its reflog up by, the git directory of its work tree)."""
    trees = repository.worktrees()
    of_branch = {tree.head.branch: tree for tree in trees if tree.head.branch is not None and tree.name is not None}
    for ref, oid in repository.ref_ids(*_prefixes(selection)).items():
        name = _short(ref)
        if name is not None:
            tree = of_branch.get(name) if ref.startswith(_HEADS) else None
            yield Branch(name, oid, tree.path if tree is not None else None), ref, None
    for tree in trees:
        if tree.head.branch is None and tree.head.oid is not None:
            name = "HEAD" if tree.name is None else f"worktrees/{tree.name}/HEAD"
            path = tree.path if tree.name is not None else None
            yield Branch(name, tree.head.oid, path), "HEAD", tree.git_dir


def _prefixes(selection: BranchSelection) -> list[str]:
    return [_HEADS, *_REQUESTS, *([_REMOTES] if selection.remotes else [])]


def _short(ref: str) -> str | None:
    """Return what a ref is called here; None for what is no head of a pull request."""
    for prefix in (_HEADS, _REMOTES):
        if ref.startswith(prefix):
            return ref[len(prefix) :]
    prefix = next(prefix for prefix in _REQUESTS if ref.startswith(prefix))
    return _REQUESTS[prefix] + ref[len(prefix) : -len("/head")] if ref.endswith("/head") else None


def _commit(objects: ObjectReader, oid: str) -> Commit:
    """Return the commit that an id is of, through annotated tags."""
    for _ in range(8):
        kind, content = objects.read(oid)
        if kind != "tag":
            break
        oid = content.partition(b"\n")[0].removeprefix(b"object ").decode("ascii", "replace")
    return objects.commit(oid)


def seconds_of(moment: str) -> int:
    """Return the seconds since 1970 of a commit's time."""
    from datetime import datetime

    return int(datetime.fromisoformat(moment).timestamp())
