"""Taking commits' batches out of the store for good, after a secret got in."""

from __future__ import annotations

import os

from muse_hook.errors import RevisionError
from muse_hook.index import database
from muse_hook.index.index import Index
from muse_hook.oplog.batch import make_cut
from muse_hook.oplog.cut import cut_log
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.shape import is_commit_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.oplog.batch import RewriteMark
    from muse_hook.oplog.seal import Seal
    from muse_hook.oplog.store import Store

_BLOCK = 1 << 20


class PurgedCommit:
    """A purged commit: `sessions` whose logs held it, `batches` and `lines` that were taken out; `already`: earlier."""

    __slots__ = ("already", "batches", "commit_id", "lines", "sessions")

    def __init__(self, commit_id: str, *, already: bool) -> None:
        self.commit_id = commit_id
        self.already = already
        self.sessions: list[str] = []
        self.batches = 0
        self.lines = 0


def purge(store: Store, words: Sequence[str]) -> list[PurgedCommit]:
    """Take the batches of commits out of logs, index and history, and note them, so that nobody records them again.

    `words` are ids, or the beginnings of such, of commits that a log holds; Git need not have them any more. First the
    commits are noted, then each log that holds one is replaced in one atomic step: stopped in between, the same call
    does the rest. RevisionError, and nothing is done, where a word names no commit or several; StoreBusyError,
    StoreError.
    """
    with store.lock(LOCK_SECONDS):
        with Index(store) as index:
            index.refresh(end_torn=True)
            before = store.purged()
            names = {_named(index, before, word): None for word in words}
        found = {oid: PurgedCommit(oid, already=oid in before) for oid in names}
        new = [oid for oid in found if oid not in before]
        if new:
            store.add_purged(new)
        for session, _ in list(store.sessions()):
            path = store.log_path(session)
            if os.path.lexists(path) and _holds(store, path, list(found)):
                taken = _Taken(session, found)
                loose = cut_log(store, session, taken.in_place_of, tuple(found)) - taken.batches
                if loose and len(found) == 1:
                    taken.count(next(iter(found)), 0, loose)
        # Whole, with what stands in pages that SQLite has freed: it is made again from the logs.
        database.remove(store)
    return list(found.values())


class _Taken:
    """What is taken out of a session's log."""

    def __init__(self, session: str, found: dict[str, PurgedCommit]) -> None:
        self._session = session
        self._found = found
        self.batches = 0

    def in_place_of(self, seal: Seal) -> RewriteMark | None:
        """Return what stands for a batch that is taken out, None for others."""
        if seal.commit_id not in self._found:
            return None
        self.batches += 1
        self.count(seal.commit_id, 1, seal.entries + 1)
        return make_cut(seal.commit_id, seal.entry["created_at"], seal.generation)

    def count(self, commit_id: str, batches: int, lines: int) -> None:
        """Add to what is told of a commit."""
        row = self._found[commit_id]
        row.batches += batches
        row.lines += lines
        if self._session not in row.sessions:
            row.sessions.append(self._session)


def _named(index: Index, purged: frozenset[str], word: str) -> str:
    """Return the commit that a word names: one that a log holds or held, whole or damaged."""
    known = {*index.commits_from(word), *(oid for oid in purged if word and oid.startswith(word))}
    known |= {each.commit_id for each in index.damaged() if each.commit_id.startswith(word)}
    if word in known:
        return word
    known = {oid for oid in known if is_commit_id(oid)}
    if len(known) == 1:
        return known.pop()
    wrong = "several recorded commits begin with that" if known else "no log holds a commit of that id"
    raise RevisionError(f"purging {word!r}", wrong, "muse-hook log --all")


def _holds(store: Store, path: str, commit_ids: Sequence[str]) -> bool:
    """Say whether a log holds one of some ids anywhere, in a child's line perhaps."""
    wanted = [oid.encode("ascii") for oid in commit_ids]
    longest = max(map(len, wanted))
    fd = store.open_file(path, os.O_RDONLY)
    try:
        at, rest = 0, b""
        while block := os.pread(fd, _BLOCK, at):
            at += len(block)
            data = rest + block
            if any(each in data for each in wanted):
                return True
            rest = data[-longest:]
    finally:
        os.close(fd)
    return False
