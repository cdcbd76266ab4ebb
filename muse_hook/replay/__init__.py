"""The symbols at any commit, folded from the log."""

from __future__ import annotations

from muse_hook.errors import RevisionError
from muse_hook.replay.batches import Batches
from muse_hook.replay.nodes import ancestors
from muse_hook.replay.replay import Walk
from muse_hook.replay.trees import Trees, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from muse_hook.git import Repository
    from muse_hook.index.index import Index
    from muse_hook.replay.tables import Table

__all__ = ["replay"]


def replay(
    repo: Repository, index: Index, commit_id: str, progress: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, str] | None]:
    """Return the symbols at a recorded commit, as the log tells them: path -> qualified name -> content id.

    A file without symbols has no entry; None stands for one whose symbols are not known, since it could not be parsed
    or is too large. Where a parent is not recorded its symbols come from its Git tree. `index` is a refreshed one;
    `progress` is called with (done, to do) commits.

    Raises RevisionError (not recorded), DamagedLogError, StoreError, and ObjectMissingError where what is not recorded
    is not in Git either.
    """
    with Batches(index.store) as batches, repo.objects() as objects:
        nodes = ancestors(index, batches, commit_id)
        if not nodes:
            raise RevisionError(f"replaying {commit_id}", "it is not recorded", f"muse-hook backfill {commit_id[:12]}")
        trees = Trees(objects)
        walk = Walk(nodes, batches.ops, lambda parent: trees.table(objects.commit(parent).tree))
        for done, (node, table, _) in enumerate(walk, 1):
            if progress is not None:
                progress(done, len(nodes))
            if node.commit_id == commit_id:
                return _plain(table)
    raise AssertionError("the commit itself comes last")


def _plain(table: Table) -> dict[str, dict[str, str] | None]:
    found: dict[str, dict[str, str] | None] = {}
    for path in sorted(table):
        symbols = known(table[path])
        if symbols is None:
            found[path] = None
        elif symbols:
            found[path] = dict(symbols)
    return found
