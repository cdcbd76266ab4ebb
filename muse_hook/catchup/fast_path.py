"""The fast path of a hook: one commit whose parents are all accounted for needs no look at branches.

Of the reflogs it looks at the end of HEAD's alone: a commit that was made while no hook ran, and reset away since, is
no parent of any other.
"""

from __future__ import annotations

from muse_hook.errors import ObjectMissingError
from muse_hook.index.index import Index
from muse_hook.record.budget import BYTES
from muse_hook.record.recorder import Outcome, Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.git.reflogs import ReflogEntry
    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store
    from muse_hook.record.budget import Budget

# Bytes of log that may be read to learn what is sealed: the batches of the last few commits, not a cloned store.
_BEHIND = 4 << 20
_WAKES = ("commit: ", "commit (amend): ", "commit (initial): ", "commit (merge): ", "am: ")  # moves that run our hooks
_INDEX_SECONDS = 0.02  # for an index that another process keeps locked: the record is the log


def record_head(repo: Repository, store: Store, oid: str, session: str, budget: Budget | None) -> Outcome | None:
    """Record `oid` alone, under the store's lock; None where it takes catch-up to find out what is to be done.

    The frontier stays where it is. `budget` bounds the work (None: no bound). StoreError.
    """
    if not store.exists():
        return None
    with Index(store, timeout=_INDEX_SECONDS, waits=False) as index:
        if not index.refresh(end_torn=True, fast=True, limit=_BEHIND, sessions=[session]):
            return None
        generations: dict[str, int] = {}
        with Recorder(repo, store, index, generations) as recorder:
            try:
                if budget is not None and recorder.objects.size(oid) > BYTES:
                    return None  # a message that nobody waits for: the background's
                parents = recorder.objects.commit(oid).parents
            except ObjectMissingError:
                return None
            found = index.find([oid, *parents])
            if oid in found:
                return Outcome()
            known = {
                parent: found[parent].generation
                for parent in parents
                if parent in found and (repo.is_shallow or not found[parent].shallow)
            }
            if len(known) < len(set(parents)):
                # Only the first commit of each branch after install comes here: the file can be long.
                from muse_hook.catchup.state import known_generations, read_baseline

                known = known_generations(index, read_baseline(store), parents, is_shallow=repo.is_shallow)
                if len(known) < len(set(parents)):
                    return None
            if repo.is_shallow and oid in repo.shallow():
                return None
            if not _saw_all(repo, store, index, {oid, *parents}):
                return None
            generations[oid] = 1 + max(known.values(), default=0)
            outcome = recorder.record([oid], {oid: session}, budget=budget)
        is_left = outcome.over_budget or outcome.unreadable.keys() - outcome.faults
        return None if is_left else outcome  # of an absent object catch-up says which


def _saw_all(repo: Repository, store: Store, index: Index, seen: set[str]) -> bool:
    """Say whether nothing that HEAD went through since the last commit that woke a hook is unaccounted for.

    `seen` are commits that are known to be.
    """
    moves, is_whole = repo.last_moves_of_head()
    last, before = moves[-1:], moves[-2:-1]
    if all(move.old in seen or not move.old.strip("0") for move in last) and all(_woke(move, seen) for move in before):
        return True
    passed = {oid for move in moves for oid in (move.old, move.new) if oid.strip("0")} - seen
    known = seen.union(index.find(passed))
    if _all_known(moves, known, is_whole=is_whole):
        return True
    from muse_hook.catchup.state import (
        known_generations,
        read_baseline,
    )  # after a checkout of what is not recorded only

    known.update(known_generations(index, read_baseline(store), passed, is_shallow=repo.is_shallow))
    return _all_known(moves, known, is_whole=is_whole)


def _all_known(moves: Sequence[ReflogEntry], known: set[str], *, is_whole: bool) -> bool:
    """Say whether all that HEAD went through since it last woke a hook is known."""
    for move in reversed(moves):
        if move is not moves[-1] and _woke(move, known):
            return True  # that hook looked at all that was before
        if move.new not in known or (move.old.strip("0") and move.old not in known):
            return False
    return is_whole


def _woke(move: ReflogEntry, known: set[str]) -> bool:
    return move.new in known and move.message.startswith(_WAKES)
