"""What is not committed yet, held against every live branch."""

from __future__ import annotations

from contextlib import contextmanager

from muse_hook.concurrent.branches import Branch, Unseen, unrelated
from muse_hook.concurrent.compare import Comparer, Comparison
from muse_hook.concurrent.graph import BranchGraph
from muse_hook.errors import MuseHookError
from muse_hook.git.snapshot import snapshots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from muse_hook.concurrent.collision import Collision, CollisionSide
    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.git.snapshot import Snapshots
    from muse_hook.history.recorded import RecordedSymbols


class OwnWork:
    """The pairs of one's own work and a branch that collide, by the branch's name, and what was not compared.

    `touched` are the addresses of the symbols that are being changed, before and after, and the paths of other files.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[tuple[str, str], Comparison]],
        unseen: Sequence[Unseen],
        touched: Iterable[str] = (),
    ) -> None:
        self.pairs = list(pairs)
        self.unseen = list(unseen)
        self.touched = sorted(touched)

    def as_json(self) -> dict[str, Any]:
        """Return it as docs/json.md has it."""
        return {
            "branches": [names[1] for names, _ in self.pairs],
            "collisions": [
                {**each.as_json(), "branches": list(names)} for names, found in self.pairs for each in found.collisions
            ],
            "not_compared": [each.as_json() for each in self.unseen],
        }


@contextmanager
def own_work(
    repository: Repository,
    objects: ObjectReader,
    base: str,
    branches: Sequence[Branch],
    *,
    staged: bool,
    recorded: RecordedSymbols | None,
    unseen: Sequence[Unseen],
) -> Iterator[OwnWork]:
    """Give what the work on top of HEAD (`staged`, or all of it) collides on with the base and each live branch.

    Left out is what the commits below it collide on already: what is told has to do with what is being changed now.
    RepositoryError where there is no commit yet, or the index holds a merge that is not settled.
    """
    head = repository.head()
    own = head.branch or "HEAD"
    with snapshots(repository, objects) as made:
        tip = made.staged(repository) if staged else made.work_tree(repository)
        if tip is None or head.oid is None:
            yield OwnWork([], unseen)
            return
        base_id = repository.resolve(base)
        # A detached HEAD of our own is no other branch.
        others = [each for each in branches if each.name != own and (each.head != head.oid or each.tip != each.head)]
        graph = BranchGraph(repository, base_id, [head.oid, *(branch.tip for branch in others)])
        told = list(unseen)
        sides = [(branch.name, branch.tip) for branch in others if not graph.is_contained(branch.tip)]
        if own != base:
            sides.append((base, base_id))
        pairs = []
        with Comparer(made.objects, recorded=recorded) as comparer:
            touched = comparer.side(head.oid, tip)
            for name, goal in sorted(sides):
                if goal in graph.broken:
                    told.append(Unseen([name], graph.broken[goal]))
                    continue
                bases = graph.merge_bases(head.oid, goal)
                if not bases:
                    told.append(unrelated([own, name], is_shallow=repository.is_shallow))
                    continue
                try:
                    found = comparer.compare(tip, goal, bases)
                except MuseHookError as failure:
                    told.append(Unseen([own, name], failure.wrong))
                    continue
                found.collisions = [each for each in found.collisions if is_of(touched, each)]
                if found.collisions:
                    pairs.append(((own, name), found))
        yield OwnWork(pairs, told, _touched(touched))


def _touched(changes: BranchChanges) -> set[str]:
    """Return the addresses that some work touches, before and after; of a file without symbols its path."""
    keys = {*changes.changed, *changes.added, *(each.key for each in changes.changed.values() if each.key is not None)}
    return {f"{path}::{name}" for path, name in keys} | set(changes.without_symbols)


@contextmanager
def with_uncommitted(
    repository: Repository, objects: ObjectReader, branches: list[Branch], unseen: list[Unseen], base: str
) -> Iterator[Snapshots]:
    """Let each branch that a linked work tree has checked out end with the work there that is not committed.

    Gives what reads the commits that they end with then. A branch that the selection left out, since it is merged or
    old, comes back with such work; the base stays what it is.
    """
    with snapshots(repository, objects) as made:
        known = {branch.name: branch for branch in branches}
        for tree in repository.worktrees():
            if tree.name is None or tree.path is None or tree.is_prunable or tree.head.oid is None:
                continue
            name = tree.head.branch or f"worktrees/{tree.name}/HEAD"
            if name == base:
                name = f"worktrees/{tree.name}"
            try:
                tip = made.work_tree(repository.at(tree.path))
            except MuseHookError as failure:
                unseen.append(Unseen([name], f"what is not committed there cannot be read: {failure.wrong}"))
                continue
            if tip is None:
                continue
            branch = known.get(name)
            if branch is None:
                branch = known[name] = Branch(name, tree.head.oid, tree.path)
                branches.append(branch)
            branch.tip = tip
        branches.sort(key=lambda each: each.name)
        yield made


def is_of(touched: BranchChanges, collision: Collision) -> bool:
    """Say whether a collision has to do with what was touched on our side."""
    mine: CollisionSide = collision.ours
    path, _, name = (mine.address or collision.address).partition("::")
    if not name:
        return path in touched.files or any(old for old, new in touched.renamed.items() if new == path)
    if any(change.key == (path, name) for change in touched.changed.values()) or (path, name) in touched.added:
        return True
    # Gone, or known by where it was before: then the file and the name have to do.
    return any(
        old == (path, name) or (change.key is None and old[1] == name) for old, change in touched.changed.items()
    )
