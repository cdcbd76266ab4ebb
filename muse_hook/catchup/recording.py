"""Writing chosen commits: their generations, then each through the pipeline into its session."""

from __future__ import annotations

from muse_hook.languages.languages import engine
from muse_hook.oplog.batch import make_batch
from muse_hook.record.delta import Memory, batch_of, delta_of, record_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Protocol, Self

    from muse_hook.catchup.state import Baseline
    from muse_hook.git import Repository
    from muse_hook.git.objects import ObjectReader
    from muse_hook.index.index import Index
    from muse_hook.model.change import Commit, FileChange
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.oplog.batch import Batch
    from muse_hook.oplog.store import Store
    from muse_hook.record.budget import Budget

    class Counted(Protocol):
        """Who counts generations beside us; `muse_hook.git.generations`."""

        def begin(self, tips: Iterable[str]) -> None:
            """Let the counting begin."""

        def is_counting(self) -> bool:
            """Say whether it goes on."""

        def of(self, tips: Iterable[str]) -> Mapping[str, int]:
            """Return what was counted; waits for it."""


class Draft:
    """A commit and its delta: all of its batch but the generation."""

    __slots__ = ("commit", "delta")

    def __init__(self, commit: Commit, delta: StructuredDelta) -> None:
        self.commit = commit
        self.delta = delta


class Recording:
    """One run's writing: holds the open objects, the symbol tables and the generations; close it.

    `prefer` is the reader of objects: 'plumbing' for a few commits, 'auto' for many (see `Repository.objects`);
    `memory` may be given, to keep what was read beyond the run.
    """

    def __init__(
        self,
        repo: Repository,
        store: Store,
        index: Index,
        baseline: Baseline | None,
        *,
        prefer: str = "auto",
        memory: Memory | None = None,
    ) -> None:
        self.repo = repo
        self.store = store
        self.index = index
        self.baseline = baseline
        self.prefer = prefer
        self.counted: Counted | None = None  # the repository's own, if nobody else
        self._shallow = repo.is_shallow
        self._objects: ObjectReader | None = None
        self._memory = memory or Memory()
        self._generations: dict[str, int] = {}
        self._rows: list[tuple[str, Sequence[str]]] = []  # commits whose generations nobody has asked for yet
        self._below: set[str] = set()  # ... and the parents that a walk is to tell them from

    @property
    def objects(self) -> ObjectReader:
        """The repository's objects, opened on first use: a run that has nothing to record loads no reader."""
        if self._objects is None:
            self._objects = self.repo.objects(self.prefer)
        return self._objects

    def generation(self, oid: str) -> int | None:
        """Return what is known of a commit's generation without walking: in this run, the index or the baseline."""
        self.settle()
        known = self._generations.get(oid)
        if known is None:
            known = self._remembered([oid]).get(oid)
        return known

    def learn(self, commits: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Find the generations of (commit, parents), parents first; what lies below them costs one walk of it.

        That walk goes on beside us until a generation is needed.
        """
        self.settle()
        rows = [(oid, parents) for oid, parents in commits if oid not in self._generations]
        inside = {oid for oid, _ in rows}
        outside = {parent for _, parents in rows for parent in parents} - inside - self._generations.keys()
        self._generations |= self._remembered(outside)
        self._rows = rows
        self._below = outside - self._generations.keys()
        if self._below:
            self._counted.begin(self._below)

    @property
    def awaited(self) -> frozenset[str]:
        """The commits whose generations are being counted."""
        return frozenset(self._below)

    def settle(self, *, wait: bool = True) -> None:
        """Give every commit that was learnt its generation, once the walk is over, if there is one; RevisionError."""
        if not self._rows or not (wait or not self._below or not self._counted.is_counting()):
            return
        known = self._generations
        if self._below:
            walked = self._counted.of(self._below)
            known |= {oid: walked[oid] for oid in self._below if oid in walked}
        for oid, parents in self._rows:
            known[oid] = 1 + max([known.get(parent, 0) for parent in parents], default=0)
        self._rows = []
        self._below = set()

    def knows_below(self, commits: Iterable[tuple[str, Sequence[str]]]) -> bool:
        """Say whether `learn` would find the generations of these commits without a walk."""
        rows = list(commits)
        outside = {parent for _, parents in rows for parent in parents} - {oid for oid, _ in rows}
        return len(self._remembered(outside)) == len(outside)

    def record(self, oid: str, session: str, *, budget: Budget | None = None) -> bool:
        """Record one commit whose generation is known, under the store's lock; False where the budget is used up.

        Raises ObjectMissingError (nothing is written) and StoreError.
        """
        self.settle()
        commit = self.objects.commit(oid)
        changes = self._changes(commit, budget)
        if changes is None:
            return False
        record_commit(
            self.store,
            self.objects,
            commit,
            session=session,
            generation=self._generations[oid],
            shallow=self._shallow,
            memory=self._memory,
            changes=changes,
            index=self.index,
        )
        return True

    def batch(self, oid: str, budget: Budget | None = None) -> Batch | Draft | None:
        """Return the batch of a commit that was learnt, None where the budget is used up.

        Before the generations are settled it is a draft. Nothing is written, and no lock is needed. Raises
        ObjectMissingError.
        """
        commit = self.objects.commit(oid)
        changes = self._changes(commit, budget)
        if changes is None:
            return None
        if self._rows:
            return Draft(commit, delta_of(self.objects, commit, self._memory, changes))
        return batch_of(
            self.objects,
            commit,
            generation=self._generations[oid],
            shallow=self._shallow,
            memory=self._memory,
            changes=changes,
        )

    def finish(self, draft: Draft) -> Batch:
        """Return the batch of a draft, the generations being settled."""
        commit = draft.commit
        return make_batch(commit, draft.delta, self._generations[commit.id], str(engine()), shallow=self._shallow)

    def close(self) -> None:
        """Let go of the objects."""
        objects, self._objects = self._objects, None
        if objects is not None:
            objects.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _counted(self) -> Counted:
        return self.repo.generations if self.counted is None else self.counted

    def _changes(self, commit: Commit, budget: Budget | None) -> list[FileChange] | None:
        if budget is None:
            return self.objects.diff(commit)
        few = self.objects.diff_within(commit, budget.files)
        return few if few is not None and budget.spend(self.objects, few) else None

    def _remembered(self, oids: Iterable[str]) -> dict[str, int]:
        wanted = list(oids)
        # What was counted from the boundary of a shallow clone counts for nothing once there is more history.
        sealed = self.index.find(wanted)
        found = {oid: seal.generation for oid, seal in sealed.items() if self._shallow or not seal.shallow}
        baseline = self.baseline
        if baseline is not None and baseline.shallow <= self._shallow:
            for oid in wanted:
                generation = None if oid in found else baseline.generation(oid)
                if generation is not None:
                    found[oid] = generation
        return found
