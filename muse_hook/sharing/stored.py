"""A store without its repository, as a follower keeps it: commits and branches are those that the logs know."""

from __future__ import annotations

import os
from functools import cached_property

from muse_hook.errors import ObjectMissingError, RepositoryError, RevisionError, shell_command
from muse_hook.git.environment import find_git
from muse_hook.git.process import run
from muse_hook.git.refs import Head
from muse_hook.git.repository import Repository
from muse_hook.history.recorded_graph import recorded_graph
from muse_hook.oplog.store import OP_LOG, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.refs import Worktree
    from muse_hook.history.recorded_graph import GraphCommit

_DEFAULT = ("main", "master", "trunk")
_LEAST_DIGITS = 4  # of an abbreviated id
_FATAL = 128  # Git's exit status


def find_store(folder: str) -> Store:
    """Return the store in `folder`, or the only one in the folders below it; RepositoryError."""
    doing = f"opening the store {folder}"
    if not os.path.isdir(folder):
        raise RepositoryError(doing, "no such folder", "muse-hook follow URL --into DIR")
    if os.path.isdir(os.path.join(folder, ".muse", OP_LOG)):
        return Store(folder)
    below = sorted(each.path for each in os.scandir(folder) if os.path.isdir(os.path.join(each.path, ".muse", OP_LOG)))
    if not below:
        raise RepositoryError(doing, "there is no store in it", "muse-hook follow URL --into DIR")
    if len(below) > 1:
        names = "\n".join(shell_command("--store", each) for each in below[:20])
        raise RepositoryError(doing, f"it holds the stores of {len(below)} repositories", names)
    return Store(below[0])


class StoredRepository(Repository):
    """What the reading commands ask a repository, answered from the logs; sessions stand for branches.

    What takes Git's objects (texts, trees, patches) is not there: RepositoryError, ObjectMissingError for one object.
    """

    def __init__(self, store: Store, connect: Callable[[], sqlite3.Connection], environ: Mapping[str, str]) -> None:
        """Open it; `connect` is called once, for the history of the store."""
        plain = {name: value for name, value in environ.items() if not name.startswith("GIT_") or name == "GIT_PAGER"}
        super().__init__(
            git=find_git(environ), environ=plain, outer_environ=plain, git_dir=store.root, common_dir=store.root,
            objects_dir=os.path.join(store.root, "objects"), work_tree=None, is_bare=True, is_shallow=False,
            object_format="sha1",
        )  # fmt: skip
        self._connect = connect

    @cached_property
    def _graph(self) -> dict[str, GraphCommit]:
        return recorded_graph(self._connect())

    @cached_property
    def _branches(self) -> dict[str, str]:
        """The newest commit of each session, by its name."""
        found: dict[str, str] = {}
        for commit in self._graph.values():  # in causal order
            found[commit.session] = commit.id
        return found

    # Commits

    def resolve(self, revision: str) -> str:
        """Return the commit that an id, the beginning of one, a session or HEAD names, `~N` and `^N` behind it."""
        base, steps = _parted(revision)
        if base in {"HEAD", "@", ""}:
            oid = self.head().oid
        elif base in self._branches:
            oid = self._branches[base]
        else:
            fits = [each for each in self._graph if each.startswith(base)] if len(base) >= _LEAST_DIGITS else []
            oid = fits[0] if len(fits) == 1 else None
        for number in steps:
            parents = self._graph[oid].parents if oid in self._graph else ()
            oid = parents[number - 1] if number <= len(parents) else None
        if oid is None or oid not in self._graph:
            raise RevisionError(f"looking for {revision!r}", "the store has no such commit", "muse-hook sessions")
        return oid

    def resolve_range(self, revisions: str) -> str:
        """Return a range or revision with every name in it resolved; RevisionError."""
        for dots in ("...", ".."):
            left, found, right = revisions.partition(dots)
            if found:
                return f"{self.resolve(left or 'HEAD')}{dots}{self.resolve(right or 'HEAD')}"
        return self.resolve(revisions)

    def rev_list(
        self,
        tips: Iterable[str],
        hide: Iterable[str] = (),
        *,
        options: Sequence[str] = (),
        ignore_missing: bool = False,
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (commit, parents), parents first, of what `tips` reach and `hide` does not."""
        shown, hidden = set(), set(self._reached(hide))
        for tip in tips:
            left, dots, right = tip.partition("..")
            if dots:
                hidden |= self._reached([left])
                tip = right.removeprefix(".")  # noqa: PLW2901 - the range's other end
            if ignore_missing and tip not in self._graph:
                continue
            shown |= self._reached([tip])
        most = next((int(each[2:]) for each in options if each[:2] == "-n" and each[2:].isdecimal()), None)
        found = [commit for oid, commit in self._graph.items() if oid in shown and oid not in hidden]
        for commit in found if most is None else found[-most:]:
            yield commit.id, commit.parents

    def _reached(self, tips: Iterable[str]) -> set[str]:
        found: set[str] = set()
        stack = [self.resolve(tip) for tip in tips]
        while stack:
            oid = stack.pop()
            if oid not in found and oid in self._graph:
                found.add(oid)
                stack += self._graph[oid].parents
        return found

    # Refs

    def head(self) -> Head:
        """Return the default session's newest commit: main, master, trunk, else that of the newest commit."""
        name = next((each for each in _DEFAULT if each in self._branches), None)
        if name is None and self._graph:
            name = next(reversed(self._graph.values())).session
        return Head(name, self._branches.get(name or ""), None, None)

    def branches(self) -> dict[str, str]:
        """Return the sessions, each with its newest commit."""
        return dict(self._branches)

    def refs(self) -> dict[str, str]:
        """Return the same as refs."""
        return {f"refs/heads/{name}": oid for name, oid in self._branches.items()}

    def ref_ids(self, *prefixes: str) -> dict[str, str]:
        """Return those that begin with one of `prefixes`."""
        return {ref: oid for ref, oid in self.refs().items() if ref.startswith(prefixes or ("",))}

    def default_branch(self) -> str | None:
        """Return the session that HEAD stands for."""
        return self.head().branch

    def worktrees(self) -> list[Worktree]:
        """Return none."""
        return []

    # What a repository has and a store has not

    def objects(self) -> ObjectReader:
        """Return a reader to which every object is missing."""
        return _NoObjects(self.id_size)  # type: ignore[return-value] # as far as anybody asks

    def config(self, key: str, kind: str | None = None, git_dir: str | None = None) -> str | None:
        """Return None: whose configuration would it be."""
        del key, kind, git_dir
        return None

    def config_section(self, name: str) -> dict[str, str]:
        """Return nothing."""
        del name
        return {}

    def shallow(self) -> frozenset[str]:
        """Return none."""
        return frozenset()

    @property
    def is_partial(self) -> bool:
        """False."""
        return False

    def run(self, *arguments: str, input: bytes = b"", git_dir: str | None = None) -> tuple[int, bytes, str]:
        """Ask Git for what needs no repository (`git var`); all else fails as it does outside of one."""
        del input, git_dir
        if arguments[0] == "var":
            return run([self.git, *arguments], self.environ)
        return _FATAL, b"", "fatal: that needs the repository, and --store has its log alone"


class _NoObjects:
    """A reader of objects that has none."""

    def __init__(self, id_size: int) -> None:
        self.id_size = id_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def __getattr__(self, name: str) -> Callable[..., object]:
        def missing(oid: object = "", *_: object) -> object:
            raise ObjectMissingError(str(oid))

        return missing


def _parted(revision: str) -> tuple[str, list[int]]:
    """Return a revision's base, and which parent each step behind it takes: "main~2^2" is ("main", [1, 1, 2])."""
    at = next((place for place, sign in enumerate(revision) if sign in "~^"), len(revision))
    base, rest, steps = revision[:at], revision[at:], []
    while rest:
        sign, rest = rest[0], rest[1:]
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        rest = rest[len(digits) :]
        if sign not in "~^":
            raise RevisionError(f"looking for {revision!r}", "the store has no such commit", "muse-hook sessions")
        number = int(digits) if digits else 1
        steps += [1] * number if sign == "~" else [number] * (number > 0)
    return base, steps
