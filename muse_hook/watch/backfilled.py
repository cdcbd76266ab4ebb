"""Telling what a backfill recorded from what was recorded as it happened."""

from __future__ import annotations

from functools import cached_property

from muse_hook.catchup.state import read_baseline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.catchup.state import Baseline
    from muse_hook.git import Repository
    from muse_hook.oplog.store import Store
    from muse_hook.watch.follower import Arrival


class Backfilled:
    """What the baseline reaches is recorded by a backfill alone: the log itself does not say who wrote a batch."""

    def __init__(self, repository: Repository, store: Store) -> None:
        self._repository = repository
        self._store = store
        self._new: set[str] = set()

    def holds(self, arrival: Arrival) -> bool:
        """Say whether a commit is history from before the hooks.

        What comes live is told without Git: it is younger than every tip of the baseline, or the child of something
        that came live. So a commit is shown at once, however long the history is.
        """
        commit, baseline = arrival.commit_id, self._baseline
        if commit is None or baseline is None:
            return False
        told = arrival.entries[-1]["commit"]
        is_young = not baseline.shallow and told["generation"] > self._highest
        if is_young or not self._new.isdisjoint(told["parents"]):
            self._new.add(commit)
            return False
        return commit in self._history

    @cached_property
    def _baseline(self) -> Baseline | None:
        return read_baseline(self._store)

    @cached_property
    def _highest(self) -> int:
        """The largest generation among the baseline's tips."""
        baseline = self._baseline
        if baseline is None:
            return 0
        return max((baseline.generation(oid) or 0 for oid in baseline.heads()), default=0)

    @cached_property
    def _history(self) -> frozenset[str]:
        baseline = self._baseline
        tips = list(baseline.tips()) if baseline is not None else []
        return frozenset(oid for oid, _ in self._repository.rev_list(tips, ignore_missing=True))
