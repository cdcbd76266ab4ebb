"""A delta into the log: Muse's `record_delta_ops`, and the same for a commit, sealed."""

from __future__ import annotations

from muse_hook.errors import DeltaError
from muse_hook.index import Index
from muse_hook.oplog import clock
from muse_hook.oplog.batch import DOMAIN, make_batch
from muse_hook.oplog.canonical import text_json, texts_json
from muse_hook.oplog.entry import entry_line, now, random_id, tail_json
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.ops import walk_ops
from muse_hook.oplog.sessions import check
from muse_hook.oplog.store import OP_LOG, Store
from muse_hook.oplog.writer import append, stand_at_end

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
            shallow=shallow,
            engine=engine,
            actor_id=actor_id,
            parent_op_ids=parent_op_ids,
        )
        with store.lock(LOCK_SECONDS):
            if index is not None:
                return _seal(store, session_id, batch, index, sync=sync)
            store.ensure(OP_LOG)
            with Index(store) as own:
                own.refresh(mend=True)
                return _seal(store, session_id, batch, own, sync=sync)
    ops = list(walk_ops(delta))
    if not ops:
        return []
    with store.lock(LOCK_SECONDS):
        hand = _by_hand(ops, actor_id, parent_op_ids or (), clock.highest(store, session_id, locked=True) + 1)
        append(store, session_id, [hand], sync=sync)
    return hand.op_ids


def record_batches(store: Store, session_id: str, batches: Sequence[Batch], *, index: Index, sync: bool = True) -> int:
    """Append commits' batches to a session in one write, without those that are sealed already; how many went in.

    The store's lock must be held, `index` be refreshed. Raises SessionError, and StoreError with the log as it was.
    """
    new = _unsealed(store, session_id, batches, index)
    if new:
        append(store, session_id, new, sync=sync)
        index.follow(session_id)
    return len(new)


class _Hand:
    """The lines of a delta that is no commit's; as a `Batch` without a seal."""

    __slots__ = ("highest", "lines", "op_ids")

    def __init__(self, lines: bytes, op_ids: list[str], highest: int) -> None:
        self.lines = lines
        self.op_ids = op_ids
        self.highest = highest


def _unsealed(store: Store, session_id: str, batches: Sequence[Batch], index: Index) -> list[Batch]:
    """Return the batches whose commits are sealed nowhere; the log's own end is asked as well as its cache."""
    sealed = index.sealed([batch.commit_id for batch in batches])
    new = [batch for batch in batches if batch.commit_id not in sealed]
    if new and stand_at_end(store, session_id, [batch.commit_id for batch in new]):
        index.reread(session_id)  # it hid what stands there, or that is damaged
        sealed = index.sealed([batch.commit_id for batch in new])
        new = [batch for batch in new if batch.commit_id not in sealed]
    return new


def _seal(store: Store, session_id: str, batch: Batch, index: Index, *, sync: bool) -> list[str]:
    if not _unsealed(store, session_id, [batch], index):
        there = index.find(batch.commit_id)
        assert there is not None, "it is sealed"  # noqa: S101 - for the type checker
        from muse_hook.oplog.reading import read_batch  # seldom

        return [entry["op_id"] for entry in read_batch(store, there.session, there.start, there.end)[:-1]]
    append(store, session_id, [batch], sync=sync)
    index.follow(session_id)
    return batch.op_ids


def _by_hand(ops: Sequence[tuple[str, bool]], actor_id: str, parent_op_ids: Sequence[str], first: int) -> _Hand:
    op_ids = [random_id() for _ in ops]
    causes = texts_json(parent_op_ids, "parent_op_ids")
    actor = text_json(actor_id, "actor_id")
    lines = []
    patch_id = ""
    for position, (op_json, is_child) in enumerate(ops):
        if not is_child:
            patch_id = op_ids[position]
        lines.append(
            entry_line(
                op_ids[position],
                first + position,
                DOMAIN,
                actor_json=actor,
                parents_json=f'["{patch_id}"]' if is_child else causes,
                op_json=op_json,
                tail_json=tail_json(now()),
            )
        )
    return _Hand("".join(lines).encode("ascii"), op_ids, first + len(ops) - 1)
