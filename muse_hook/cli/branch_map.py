"""Making the branch map for a command, in sight of whoever looks on."""

from __future__ import annotations

from contextlib import ExitStack

from muse_hook.concurrent.branches import find_branches
from muse_hook.concurrent.map import branch_map
from muse_hook.concurrent.own_work import with_uncommitted
from muse_hook.record.workers import processors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.cli.invocation import Invocation
    from muse_hook.concurrent.branches import BranchSelection
    from muse_hook.concurrent.live import BranchMap
    from muse_hook.oplog.store import Store


def make_map(invocation: Invocation, base: str, selection: BranchSelection, *, work_trees: bool = False) -> BranchMap:
    """Return the map of the selected branches against a base; `work_trees` counts what is not committed there."""
    repository = invocation.repository
    recorded = invocation.recorded_symbols()
    stages = invocation.stages()
    progress = stages.begin("comparing", "branches")
    try:
        with ExitStack() as held:
            objects = held.enter_context(repository.objects())
            branches, unseen = find_branches(repository, objects, selection, base)
            if work_trees:
                made = held.enter_context(with_uncommitted(repository, objects, branches, unseen, base))
                repository, objects = made.repository, made.objects
            return branch_map(
                repository,
                objects,
                base,
                branches,
                recorded=recorded,
                store=writable_store(invocation),
                unseen=unseen,
                may_fork=processors() > 1,
                progress=(lambda _done, _all: None) if invocation.has_pager else progress,  # which has the terminal
            )
    finally:
        stages.end()


def writable_store(invocation: Invocation) -> Store | None:
    """Return the store where there is one that may be written to."""
    return invocation.store if invocation.store.exists() and not invocation.is_unwritable else None
