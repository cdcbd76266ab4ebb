"""What is reachable and not recorded, and why: the answer of `status`."""

from __future__ import annotations

import os

from muse_hook.catchup import queue
from muse_hook.catchup.plan import read_ref_state
from muse_hook.catchup.sessions import assign_sessions
from muse_hook.catchup.state import read_baseline, read_frontier, read_unreadable
from muse_hook.index.index import Index
from muse_hook.index.searched import search
from muse_hook.oplog.lines import open_log, parse
from muse_hook.record.renew import count_older

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from muse_hook.git.repository import Repository
    from muse_hook.index.index import DamagedBatch
    from muse_hook.oplog.store import Store


class Unrecorded:
    """What is reachable and in no log.

    `missing`: (commit, branch) that hooks or `sync` should have recorded, oldest first; `history`: how many commits of
    before install only a backfill records; `blobs_absent`: those of `missing`, and others of before install, that an
    earlier run could not read, as (commit, branch); `damaged`: batches that do not count, of commits that no other
    batch holds; `beyond_boundary`: how many commits stand at the boundary of a shallow clone; `events`: how many files
    wait in the queue; `by_file`: (commit, path, code) of the files that recorded commits tell without symbols, as too
    large or unreadable; `by_older_engine`: how many an older engine recorded; `purged`: how many were purged and are
    not to be recorded; `baseline`: "" (there is none), "install", or "anew" (made after the first one was lost).
    """

    __slots__ = (
        "baseline", "beyond_boundary", "blobs_absent", "by_file", "by_older_engine", "damaged", "events", "history",
        "missing", "purged",
    )  # fmt: skip

    def __init__(self) -> None:
        self.missing: list[tuple[str, str]] = []
        self.history = 0
        self.blobs_absent: list[tuple[str, str]] = []
        self.damaged: list[DamagedBatch] = []
        self.beyond_boundary = 0
        self.by_older_engine = 0
        self.purged = 0
        self.events = 0
        self.by_file: list[tuple[str, str, str]] = []
        self.baseline = ""


def find_unrecorded(
    repo: Repository, store: Store, whole: Container[str] | None = None, *, caught_up: bool = False
) -> Unrecorded:
    """Compare Git with the logs, walking everything that branches and work trees reach; nothing is written.

    Looks at no frontier: a hole is found wherever it is. `whole` are the commits whose batches somebody has just read
    (the index has seen each once). Who has just `caught_up` has looked for logs that others brought into the store.
    """
    found = Unrecorded()
    ref_state = read_ref_state(repo)
    tips = {*ref_state.branches.values(), *(head.oid for head in ref_state.heads if head.oid is not None)}
    tips.update(oid for _, oid in ref_state.others)
    rows = list(repo.rev_list(tips, ignore_missing=True))
    baseline = read_baseline(store)
    shallow = repo.shallow()
    found.events = len(queue.event_paths(store))
    with Index(store) as index:
        if not caught_up:
            index.refresh()
        sealed = index.find([oid for oid, _ in rows])
        if caught_up and (len(sealed) < len(rows) or index.is_in_memory):
            index.refresh(fast=True)  # somebody else may have recorded it since, or the first look was not kept
            sealed = index.find([oid for oid, _ in rows])
        if whole is not None:
            sealed = {oid: batch for oid, batch in sealed.items() if oid in whole}
        found.damaged = index.damaged()
        found.by_file = sorted(
            (row[0], row[1], row[2])
            for row in search(index, "by file", "", lambda *part: _told_by_file(store, *part))
            if row[0] in sealed
        )
        found.by_older_engine = count_older(repo, store, sealed.values(), index)
    purged = store.purged()
    found.purged = sum(oid in purged for oid, _ in rows)
    unsealed = [oid for oid, _ in rows if oid not in sealed and oid not in purged]
    found.beyond_boundary = sum(oid in shallow for oid in unsealed)
    if baseline is None:
        beyond = set()
    else:
        found.baseline = "anew" if baseline.anew else "install"
        beyond = {oid for oid, _ in repo.rev_list(unsealed, [*baseline.tips(), *shallow], ignore_missing=True)}
    history = [oid for oid in unsealed if oid not in beyond and oid not in shallow]
    unreadable = read_unreadable(store) if history else {}
    found.blobs_absent = [(oid, unreadable[oid]) for oid in history if oid in unreadable]
    found.history = len(history) - len(found.blobs_absent)
    missing = [oid for oid in unsealed if oid in beyond and oid not in shallow]
    if missing:
        sessions = assign_sessions(
            rows,
            events=[],
            reflogs=ref_state.reflogs,
            branches=ref_state.branches,
            order=ref_state.order(repo),
            heads=ref_state.heads,
            others=ref_state.others,
        )
        tried = read_frontier(store).unreadable
        found.missing = [(oid, sessions[oid]) for oid in missing]
        found.blobs_absent += [(oid, sessions[oid]) for oid in missing if oid in tried]
    return found


def _told_by_file(store: Store, session: str, start: int, end: int) -> Iterator[tuple[str, str, str]]:
    """Yield (commit, path, code) of the files that a part of a log tells without symbols; other lines stay unparsed."""
    import mmap  # status alone looks

    fd = open_log(store.log_path(session))
    if fd is None:
        return
    try:
        size = min(os.fstat(fd).st_size, end)
        if not size:
            return
        with mmap.mmap(fd, size, access=mmap.ACCESS_READ) as data:
            for code in ("too_large", "unreadable"):
                sign = f'"change":["{code}"'.encode()
                at = data.find(sign, start, end)
                while at >= 0:
                    line = data.find(b"\n", at)
                    entry = parse(data[data.rfind(b"\n", 0, at) + 1 : line]) if line >= 0 else None
                    if entry is not None and code in entry["domain_op"].get("change", ()):
                        yield entry.get("commit_id", ""), entry["domain_op"]["address"], code
                    at = data.find(sign, line, end) if line >= 0 else -1
    finally:
        os.close(fd)
