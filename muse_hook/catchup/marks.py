"""Which rewrite marks are true: Git's pairs are hints, and what was dropped is not among them (section 4)."""

from __future__ import annotations

from muse_hook.catchup.rewrite import Rewrite
from muse_hook.catchup.session import session_of_event
from muse_hook.errors import ObjectMissingError
from muse_hook.oplog import make_dropped, make_superseded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muse_hook.catchup.events import Event
    from muse_hook.catchup.plan import Plan
    from muse_hook.catchup.recording import Recording
    from muse_hook.git import Repository
    from muse_hook.index import Index
    from muse_hook.oplog import MarkLine

_ONTO = " onto "


def find_marks(plan: Plan, repo: Repository, index: Index, recording: Recording) -> list[tuple[str, MarkLine]]:
    """Return the marks that the plan's events and reflogs justify, as (session, mark).

    A rebase that only leaves out the last commits fires no hook: the branch's reflog tells it.
    """
    maker = _Maker(repo, index, recording)
    marks: list[tuple[str, MarkLine]] = []
    ended: set[str] = set()
    for event in plan.events:
        if event.hook != "post-rewrite":
            continue
        if event.kind == "amend":
            marks += maker.amended(event)
        elif event.head is not None:
            rewrite = Rewrite(repo, recording.objects, event)
            ended.add(f"{rewrite.orig_head} {event.head}")
            marks += maker.rebased(rewrite, session_of_event(event))
    for branch, entry in plan.ends:
        if f"{entry.old} {entry.new}" not in ended:
            marks += maker.cut_off(entry.old, entry.new, entry.message.rpartition(_ONTO)[2], branch)
    return marks


class _Maker:
    """Makes marks whose session, generation and words fit what is recorded."""

    def __init__(self, repo: Repository, index: Index, recording: Recording) -> None:
        self._repo = repo
        self._index = index
        self._recording = recording

    def amended(self, event: Event) -> Iterator[tuple[str, MarkLine]]:
        for old, new in event.pairs:
            if old == new or not self._same_parents(old, new):
                continue
            yield from self._superseded(old, new, "amend", session_of_event(event))

    def rebased(self, rewrite: Rewrite, session: str) -> Iterator[tuple[str, MarkLine]]:
        for old, new in rewrite.superseded():
            yield from self._superseded(old, new, "rebase", session)
        for old in rewrite.dropped():
            yield from self._dropped(old, session)

    def cut_off(self, old: str, new: str, onto: str, session: str) -> Iterator[tuple[str, MarkLine]]:
        """Mark what a rebase left out that rewrote nothing: every commit it kept is the one that was there."""
        hide = [old, onto] if len(onto) == len(old) else [old]
        try:
            if next(iter(list(self._repo.rev_list([new], hide, ignore_missing=True))), None) is not None:
                return  # it made commits: its hook told which for which, or nobody did
            gone = [oid for oid, _ in self._repo.rev_list([old], [new], ignore_missing=True)]
        except ObjectMissingError:
            return
        for oid in gone:
            if oid in self._index.sealed([oid]):
                yield from self._dropped(oid, session)

    def _superseded(self, old: str, new: str, reason: str, session: str) -> Iterator[tuple[str, MarkLine]]:
        try:
            generation = max(self._generations([old, new]))
            commit = self._recording.objects.commit(new)
        except ObjectMissingError:
            return
        yield self._session(new, session), make_superseded(old, commit, reason, generation)

    def _dropped(self, old: str, session: str) -> Iterator[tuple[str, MarkLine]]:
        try:
            generation = self._generations([old])[0]
            commit = self._recording.objects.commit(old)
        except ObjectMissingError:
            return
        yield self._session(old, session), make_dropped(commit, generation)

    def _session(self, oid: str, otherwise: str) -> str:
        sealed = self._index.sealed([oid]).get(oid)
        return otherwise if sealed is None else sealed.session

    def _generations(self, oids: Iterable[str]) -> list[int]:
        rows = [(oid, self._recording.objects.commit(oid).parents) for oid in oids]
        known = [self._recording.generation(oid) for oid, _ in rows]
        if None in known:
            self._recording.learn(rows)
            known = [self._recording.generation(oid) for oid, _ in rows]
        return [generation or 1 for generation in known]

    def _same_parents(self, old: str, new: str) -> bool:
        try:
            return self._recording.objects.commit(old).parents == self._recording.objects.commit(new).parents
        except ObjectMissingError:
            return False
