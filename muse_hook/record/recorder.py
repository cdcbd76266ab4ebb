"""A delta into the log: Muse's `record_delta_ops`, and the same for a commit, sealed."""

from __future__ import annotations

from muse_hook.errors import DeltaError
from muse_hook.index.index import Index
from muse_hook.oplog.batch import ManualEntries, make_batch
from muse_hook.oplog.entry import walk_ops
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.sessions import check
from muse_hook.oplog.store import OP_LOG, Store
from muse_hook.oplog.writer import append, highest_stamp, stand_at_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from muse_hook.model.change import Commit
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.oplog.batch import Batch
    from muse_hook.oplog.log import OpLog


def open_code_session(repo_root: str | os.PathLike[str], session_id: str) -> OpLog:
    """Return the log of a session (a branch name or any plain name), ready for appending. Raises SessionError."""
    from muse_hook.oplog.log import OpLog  # the hook only records

    return OpLog(repo_root, session_id)


def record_delta_ops(
    repo_root: str | os.PathLike[str] | Store,
    delta: StructuredDelta,
    *,
    session_id: str,
    actor_id: str,
    parent_op_ids: Sequence[str] | None = None,
    commit: Commit | None = None,
    generation: int | None = None,
    shallow: bool = False,
    engine: str | None = None,
    index: Index | None = None,
    sync: bool = True,
) -> list[str]:
    """Append a delta's ops, each patch's children right after it with the patch as their cause; their ids in order.

    Muse's function, as one write that is there whole or not at all. Top-level ops have `parent_op_ids` as their
    causes. Stamps go on from the log's highest (0 in an empty log); nothing to record is [] and writes nothing.

    With a `commit` and its `generation` (1 + the largest of its parents') ids, stamps, time and causes derive from
    the commit, and its seal, whose id is not among those returned, is appended even where the delta is empty. What is
    sealed already, in whatever session, is not recorded again: the ids are those that stand there. Who holds the
    store's lock and a refreshed `index` hands it on. Without `sync` it is durable only after `muse_hook.oplog.sync`.

    Raises SessionError (the id would escape the store), DeltaError (not of Muse's shape) and StoreError (cannot be
    written); the log is then as it was.
    """
    store = repo_root if isinstance(repo_root, Store) else Store.of(repo_root)
    session_id = check(session_id)
    if commit is not None:
        if generation is None:
            raise DeltaError(f"recording {commit.id}", "its generation is not given")
        batch = make_batch(
            commit,
            delta,
            generation,
            _engine() if engine is None else engine,
            shallow=shallow,
            actor_id=actor_id,
            parent_op_ids=parent_op_ids,
        )
        with store.lock(LOCK_SECONDS):
            if index is not None:
                return _seal(store, session_id, batch, index, sync=sync)
            store.ensure(OP_LOG)
            with Index(store) as own:
                own.refresh(end_torn=True)
                return _seal(store, session_id, batch, own, sync=sync)
    ops = list(walk_ops(delta))
    if not ops:
        return []
    with store.lock(LOCK_SECONDS):
        first = highest_stamp(store, session_id, locked=True) + 1
        lines = ManualEntries.of_ops(ops, actor_id, parent_op_ids or (), first)
        append(store, session_id, [lines], sync=sync)
    return lines.op_ids


def record_batches(store: Store, session_id: str, batches: Sequence[Batch], *, index: Index, sync: bool = True) -> int:
    """Append commits' batches to a session in one write, without those that are sealed already; how many went in.

    The store's lock must be held, `index` be refreshed. Raises SessionError, and StoreError with the log as it was.
    """
    new = _unsealed(store, session_id, batches, index)
    if new:
        start, _ = append(store, session_id, new, sync=sync)
        index.add(session_id, start, new)
    return len(new)


def _unsealed(store: Store, session_id: str, batches: Sequence[Batch], index: Index) -> list[Batch]:
    """Return the batches whose commits are sealed nowhere; the log's own end is asked as well as its cache."""
    sealed = index.find([batch.commit_id for batch in batches])
    new = [batch for batch in batches if batch.commit_id not in sealed]
    if new and stand_at_end(store, session_id, [batch.commit_id for batch in new]):
        index.reread(session_id)  # it hid what stands there, or that is damaged
        sealed = index.find([batch.commit_id for batch in new])
        new = [batch for batch in new if batch.commit_id not in sealed]
    return new


def _seal(store: Store, session_id: str, batch: Batch, index: Index, *, sync: bool) -> list[str]:
    if not _unsealed(store, session_id, [batch], index):
        return index.batch(index.find([batch.commit_id])[batch.commit_id]).op_ids
    start, _ = append(store, session_id, [batch], sync=sync)
    index.add(session_id, start, [batch])
    return batch.op_ids


def _engine() -> str:
    """Return the versions at work here."""
    from muse_hook.languages.languages import engine  # a delta that no grammar made names its engine

    return str(engine())
