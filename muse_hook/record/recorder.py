"""The one way to record: deltas made without the lock, encoded, and appended under it; Muse's functions on top."""

from __future__ import annotations

import time

from muse_hook.errors import DeltaError, InternalError, ObjectMissingError, RepositoryError
from muse_hook.index.index import Index
from muse_hook.oplog.batch import ManualEntries, make_batch
from muse_hook.oplog.entry import walk_ops
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.sessions import check
from muse_hook.oplog.shape import wrong_in_op
from muse_hook.oplog.store import OP_LOG, Store
from muse_hook.oplog.writer import append, append_all, highest_stamp, stand_at_end
from muse_hook.record.delta import TableCache, UnreadableError, commit_delta, unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import Protocol, Self

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.git.revisions import Generations
    from muse_hook.model.change import Commit
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.oplog.batch import Batch
    from muse_hook.oplog.log import OpLog
    from muse_hook.record.budget import Budget
    from muse_hook.record.delta import CommitDelta

    TakeIn = Callable[[str, int, Sequence[Batch]], None]
    """Takes in batches that were appended to a session's log from some byte on."""

    class NewBaseline(Protocol):
        """The baseline of a store that is not there yet."""

        def write(self) -> bool:
            """Write it, which makes the store; whether it was written. StoreError."""


# What a chunk holds at most: what a kill loses, and (the ops) what is kept in memory.
SECONDS = 1.0
COMMITS = 500
OPS = 20_000
# ... and from so many commits on it is written where there is nothing else to do: other processes work meanwhile, and
# little is left to write when they are done.
_IDLE_COMMITS = 48
# The cache that was used last: taking it apart would be a hundredth of a backfill's time, and the process ends soon.
_LAST_CACHE: list[TableCache] = []


class Outcome:
    """What a run of the Recorder came to.

    `written`: how many batches; `unreadable`: {commit id: why} of those that could not be recorded, `faults` those
    among them that are no object's absence but a fault of ours, as error.log says; `over_budget`: the budget was used
    up before the end. `delta` is that of the last commit that was read, None where there was none.
    """

    __slots__ = ("delta", "faults", "over_budget", "unreadable", "written")

    def __init__(self) -> None:
        self.written = 0
        self.unreadable: dict[str, str] = {}
        self.faults: set[str] = set()
        self.over_budget = False
        self.delta: StructuredDelta | None = None


class Recorder:
    """Records commits: from Git's objects to the log and the index. Close it, for it holds the open objects.

    `repo` may be None for who only appends. `generations` are asked for where the lines are made, so that Git may count
    them meanwhile. `cache` may be given to share what was read; `new_baseline` is written before the first batch where
    there is no store yet; `take_in` is called with what was appended, when the lock is free again.
    """

    def __init__(
        self,
        repo: Repository | None,
        store: Store,
        index: Index,
        generations: Generations | Mapping[str, int],
        *,
        cache: TableCache | None = None,
        new_baseline: NewBaseline | None = None,
        take_in: TakeIn | None = None,
    ) -> None:
        self._repo = repo
        self._store = store
        self._index = index
        self._generations = generations
        self._cache = cache or TableCache()
        self._new_baseline = new_baseline
        self._take_in = take_in
        self._objects: ObjectReader | None = None
        self._has_refreshed = False  # all logs were looked for once
        self._ends: dict[str, int] = {}  # of each log that this one appended to, where its bytes end
        self._appended: list[tuple[str, int, list[Batch]]] = []  # what was not taken in

    @property
    def objects(self) -> ObjectReader:
        """The repository's objects, opened on first use."""
        if self._objects is None:
            if self._repo is None:
                raise InternalError("reading a Git object", "there is no repository")
            self._objects = self._repo.objects()
        return self._objects

    def close(self) -> None:
        """Let go of the objects."""
        _LAST_CACHE[:] = [self._cache]
        objects, self._objects = self._objects, None
        if objects is not None:
            objects.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(
        self,
        commits: Sequence[str],
        sessions: Mapping[str, str],
        *,
        budget: Budget | None = None,
        jobs: int = 1,
        lock_timeout: float | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Outcome:
        """Record commits (ids, parents first, none sealed as far as the index knows), each in its session.

        What somebody else seals meanwhile is passed over. `budget` bounds the work of a hook's foreground; without one
        Ctrl-C comes between two commits, and up to `jobs` processes work. The first lock may take `lock_timeout`
        seconds (None: any time); whoever holds it already has refreshed the index since. `progress` is called with
        (done, to do) commits.

        Raises StoreBusyError, StoreError, RevisionError (of the generations) and KeyboardInterrupt; what was recorded
        until then stays.
        """
        if budget is not None:  # what was purged is passed over where it would be appended
            return self._record(
                commits, sessions, lambda oid: self._delta_within(oid, budget), lock_timeout=lock_timeout
            )
        from muse_hook.record.interrupts import Interrupts  # a hook has no use for it

        purged = self._store.purged()
        commits = [oid for oid in commits if oid not in purged]
        with Interrupts() as interrupts:
            if jobs > 1:
                from muse_hook.record.workers import Workers, useful_jobs

                jobs = useful_jobs(jobs, len(commits))
            if jobs > 1:
                self.close()  # open objects do not survive a fork
                with Workers(self._delta, commits, jobs) as workers:
                    return self._record(
                        commits,
                        sessions,
                        workers.answer,
                        interrupts.check,
                        workers.is_ready,
                        lock_timeout=lock_timeout,
                        progress=progress,
                    )
            return self._record(
                commits, sessions, self._delta, interrupts.check, lock_timeout=lock_timeout, progress=progress
            )

    def delta(self, commit_id: str) -> CommitDelta:
        """Return a commit and what it did to its first parent; nothing is written. ObjectMissingError."""
        commit = self.objects.commit(commit_id)
        return commit_delta(self.objects, commit, self._cache)

    def make(
        self, commits: Sequence[str], *, jobs: int = 1, progress: Callable[[int, int], None] | None = None
    ) -> Iterator[tuple[str, Batch | UnreadableError]]:
        """Yield each commit with the batch that would be recorded of it, or why there is none; nothing is written.

        Up to `jobs` processes work. Raises KeyboardInterrupt between two commits, and what the machine is at fault for.
        """
        from contextlib import ExitStack  # the hook has no use for these

        from muse_hook.record.interrupts import Interrupts
        from muse_hook.record.workers import Workers, useful_jobs

        jobs = useful_jobs(jobs, len(commits))
        if jobs > 1:
            self.close()  # open objects do not survive a fork
        with Interrupts() as interrupts, ExitStack() as stack:
            delta = stack.enter_context(Workers(self._delta, commits, jobs)).answer if jobs > 1 else self._delta
            for done, oid in enumerate(commits, 1):
                interrupts.check()
                try:
                    yield oid, self._made(delta(oid))
                except UnreadableError as error:
                    yield oid, error
                if progress is not None:
                    progress(done, len(commits))

    def _made(self, made: CommitDelta) -> Batch:
        commit, delta, languages, _ = made
        is_shallow = self._repo is not None and self._repo.is_shallow
        try:
            return make_batch(commit, delta, self._generations[commit.id], _engine(languages), shallow=is_shallow)
        except Exception as error:
            raise unreadable(commit.id, error) from error

    def batch(self, commit_id: str) -> Batch:
        """Return the batch that would be recorded of a commit; nothing is written.

        UnreadableError, or what the machine is at fault for.
        """
        return self._made(self._delta(commit_id))

    def append(self, session: str, batches: Sequence[Batch], *, sync: bool = True) -> int:
        """Append batches to a session's log in one write, but for what is sealed or purged; how many went in.

        The store's lock must be held and the index be refreshed. `sync` makes them durable. Raises SessionError, and
        StoreError with the log as it was.
        """
        return self._append_runs([(session, batches)], sync=sync)

    def _append_runs(self, runs: Sequence[tuple[str, Sequence[Batch]]], *, sync: bool = True) -> int:
        """Append runs of batches, each to its session's log, as `append` does; the logs become durable together."""
        if self._new_baseline is not None and not self._store.exists():
            self._new_baseline.write()
            self._index.reopen()
        purged = self._store.purged()
        lacking: list[tuple[str, list[Batch]]] = []
        passed = purged | self._index.find([batch.commit_id for _, batches in runs for batch in batches]).keys()
        for session, batches in runs:
            new = [batch for batch in batches if batch.commit_id not in passed]
            ids = [batch.commit_id for batch in new]
            if new and stand_at_end(self._store, session, ids, known_end=self._ends.get(session, 0)):
                self._index.reread(session)  # the index, a cache, hid what stands there, or that is damaged
                sealed = self._index.find(ids)
                new = [batch for batch in new if batch.commit_id not in sealed]
            if new:
                lacking.append((session, new))
        if not lacking:
            return 0
        appended = []
        for (session, new), (start, end) in zip(lacking, append_all(self._store, lacking, sync=sync), strict=True):
            self._ends[session] = end
            appended.append((session, start, new))
        self._index.add(appended)
        if self._take_in is not None:
            self._appended += appended
        return sum([len(new) for _, new in lacking])

    def _record(
        self,
        commits: Sequence[str],
        sessions: Mapping[str, str],
        delta: Callable[[str], CommitDelta | None],
        check: Callable[[], None] | None = None,
        is_ready: Callable[[str], bool] | None = None,
        *,
        lock_timeout: float | None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Outcome:
        """Record chunk by chunk what `delta` makes of each commit (UnreadableError, None beyond a budget).

        `check` is called before each commit and may raise; `is_ready` says whether nobody has to wait for `delta`.
        """
        outcome = Outcome()
        at = 0
        while at < len(commits) and not outcome.over_budget:
            chunk: list[CommitDelta] = []
            end, ops = time.monotonic() + SECONDS, 0
            some = commits[at : at + COMMITS]
            sealed = self._index.find(some) if at else {}
            try:
                for oid in some:
                    if check is not None:
                        check()
                    if is_ready is not None and len(chunk) >= _IDLE_COMMITS and not is_ready(oid):
                        break
                    if oid not in sealed:
                        try:
                            made = delta(oid)
                        except UnreadableError as error:
                            self._leave(outcome, oid, error)
                        else:
                            if made is None:
                                outcome.over_budget = True
                                break
                            chunk.append(made)
                            outcome.delta = made[1]
                            for path, fault in made[3].items():
                                self._store.append_error(f"recording {oid}: {path}: {fault}")
                            ops += _count_ops(made[1])
                    at += 1
                    if progress is not None:
                        progress(at, len(commits))
                    if ops > OPS or time.monotonic() > end:
                        break
            finally:  # what was made is kept, whatever made us stop
                self._write(chunk, sessions, outcome, lock_timeout)
            lock_timeout = None
        return outcome

    def _write(
        self, chunk: Sequence[CommitDelta], sessions: Mapping[str, str], outcome: Outcome, lock_timeout: float | None
    ) -> None:
        """Append a chunk, in the order in which it was made: one write for each run of one session, one sync a log."""
        runs: list[tuple[str, list[Batch]]] = []
        is_shallow = self._repo is not None and self._repo.is_shallow
        for commit, delta, languages, _ in chunk:
            generation = self._generations[commit.id]
            try:
                batch = make_batch(commit, delta, generation, _engine(languages), shallow=is_shallow)
            except Exception as error:  # noqa: BLE001 - see `unreadable`
                self._leave(outcome, commit.id, unreadable(commit.id, error))
                continue
            session = sessions[commit.id]
            if not runs or runs[-1][0] != session:
                runs.append((session, []))
            runs[-1][1].append(batch)
        if not runs:
            return
        with self._store.lock(lock_timeout) as is_outermost:
            if is_outermost:
                self._index.refresh(end_torn=True, fast=self._has_refreshed, sessions={each for each, _ in runs})
                self._has_refreshed = True
            outcome.written += self._append_runs(runs)
        if self._take_in is not None:
            for some in self._appended:
                self._take_in(*some)
            self._appended.clear()

    def _delta(self, commit_id: str) -> CommitDelta:
        """Return a commit's delta; UnreadableError, or what the machine is at fault for."""
        try:
            return self.delta(commit_id)
        except Exception as error:
            raise unreadable(commit_id, error) from error

    def _delta_within(self, commit_id: str, budget: Budget) -> CommitDelta | None:
        """Return a commit's delta, None where that is more than the budget allows; raises as `_delta`."""
        try:
            if not budget.allows_message(self.objects, commit_id):
                return None
            commit = self.objects.commit(commit_id)
            changes = self.objects.diff(commit, budget.files)
            if changes is None or not budget.spend(self.objects, changes):
                return None
            return commit_delta(self.objects, commit, self._cache, changes)
        except Exception as error:
            raise unreadable(commit_id, error) from error

    def _leave(self, outcome: Outcome, commit_id: str, error: UnreadableError) -> None:
        outcome.unreadable[commit_id] = error.why
        if error.details:
            outcome.faults.add(commit_id)
            self._store.append_error(error.details)


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
    store's lock and a refreshed `index` hands it on. Without `sync` it is durable only after
    `muse_hook.oplog.writer.sync`.

    Raises SessionError (the id would escape the store), DeltaError (not of Muse's shape) and StoreError (cannot be
    written); the log is then as it was.
    """
    store = repo_root if isinstance(repo_root, Store) else Store.of(repo_root)
    session_id = check(session_id)
    if commit is None:
        ops = list(walk_ops(delta))
        if not ops:
            return []
        with store.lock(LOCK_SECONDS):
            first_stamp = highest_stamp(store, session_id, locked=True) + 1
            entries = ManualEntries.of_ops(ops, actor_id, parent_op_ids or (), first_stamp)
            append(store, session_id, [entries], sync=sync)
        return entries.op_ids
    if generation is None:
        raise DeltaError(f"recording {commit.id}", "its generation is not given")
    batch = make_batch(
        commit,
        delta,
        generation,
        _engine(_languages(delta, store, commit)) if engine is None else engine,
        shallow=shallow,
        actor_id=actor_id,
        parent_op_ids=parent_op_ids,
    )
    for op in delta.get("ops", ()):
        wrong = wrong_in_op(op)
        if wrong:
            raise DeltaError("recording a delta", f"the {wrong} of {op['address']!a:.80} is not what it must be")
    with store.lock(LOCK_SECONDS):
        if index is not None:
            return _append_batch(store, index, session_id, batch, sync=sync)
        store.ensure(OP_LOG)
        with Index(store) as own:
            own.refresh(end_torn=True)
            return _append_batch(store, own, session_id, batch, sync=sync)


def _append_batch(store: Store, index: Index, session_id: str, batch: Batch, *, sync: bool) -> list[str]:
    """Append a commit's batch unless it is sealed; the ids of the entries that stand in the log then."""
    if Recorder(None, store, index, {}).append(session_id, [batch], sync=sync):
        return batch.op_ids
    there = index.read(batch.commit_id)
    return batch.op_ids if there is None else there[1].op_ids


def _count_ops(delta: StructuredDelta) -> int:
    return sum([1 + len(op["child_ops"]) if op["op"] == "patch" else 1 for op in delta["ops"]])


def _engine(languages: Collection[str]) -> str:
    """Return the versions at work here, for files in these languages."""
    from muse_hook.languages.languages import engine  # who appends by hand needs no grammar

    return engine(languages)


def _languages(delta: StructuredDelta, store: Store, commit: Commit) -> list[str]:
    """Return the languages of the files whose symbols a commit's delta names."""
    from functools import partial

    from muse_hook.git.discovery import open_repository
    from muse_hook.languages.languages import language_for

    def head(path: str) -> bytes:
        """Return what a file without extension begins with, b"" where there is no repository to say so."""
        try:
            with open_repository(store.root).objects() as objects:
                for oid in (commit.id, *commit.parents[:1]):  # of a deleted file the parent has it
                    blob = objects.blob_at(objects.commit(oid).tree, path)
                    if blob is not None:
                        return objects.head(blob.oid)
        except (RepositoryError, ObjectMissingError):
            pass
        return b""

    paths = [op["address"] for op in delta.get("ops", ()) if op.get("op") == "patch"]
    found = [language_for(path, partial(head, path)) for path in paths]
    return [language.name for language in found if language is not None]
