"""The short way of a hook: one commit whose parents are all accounted for needs no look at branches and reflogs."""

from __future__ import annotations

from muse_hook.catchup.recording import Recording
from muse_hook.errors import ObjectMissingError
from muse_hook.index.index import Index
from muse_hook.record.budget import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository
    from muse_hook.oplog.store import Store

# Bytes of log that may be read to learn what is sealed: the batches of the last few commits, not a cloned store.
_BEHIND = 4 << 20
_PATIENCE = 1.0  # seconds for an index that another process keeps locked


def record_head(repo: Repository, store: Store, oid: str, session: str, budget: Budget | None) -> bool:
    """Record `oid` alone, under the store's lock; False where it takes catch-up to tell what is to be done.

    True where it is sealed now. The frontier stays where it is. `budget` bounds the work (None: no bound). StoreError.
    """
    if not store.exists():
        return False
    with Index(store, timeout=_PATIENCE) as index:
        if not index.refresh(end_torn=True, fast=True, limit=_BEHIND):
            return False
        if index.is_sealed(oid):
            return True
        with Recording(repo, store, index, None, prefer="plumbing") as recording:
            try:
                parents = recording.objects.commit(oid).parents
                sealed = index.find(parents)
                if len(sealed) < len(set(parents)):
                    # Only the first commit of each branch after install comes here: the file can be long.
                    from muse_hook.catchup.state import read_baseline  # start-up time

                    recording.baseline = baseline = read_baseline(store)
                    if baseline is None or any(parent not in sealed and parent not in baseline for parent in parents):
                        return False
                if not recording.knows_below([(oid, parents)]) or oid in repo.shallow():
                    return False
                recording.learn([(oid, parents)])
                if not recording.record(oid, session, budget=budget):
                    return False
            except ObjectMissingError:
                return False  # catch-up says which
        return True
