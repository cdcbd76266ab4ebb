"""Whether everything is recorded and whole, for monitoring: every line is read, nothing is recorded or mended."""

from __future__ import annotations

import os
import re
import time

from muse_hook.catchup.pending import find_unrecorded
from muse_hook.oplog.lines import read_lines
from muse_hook.oplog.reader import OpenLogs
from muse_hook.oplog.seal import Seal
from muse_hook.oplog.sessions import LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store

# A quote inside of a JSON text would be escaped.
_COMMIT = re.compile(rb'"commit_id":"([0-9a-f]{40}|[0-9a-f]{64})"')


class Check:
    """What was found.

    `commits` that are recorded; `missing` (commit, branch); `damaged` (session, what) of batches that no whole one
    stands for; `last` when a log grew last (seconds since the epoch), `age` how long ago, None: never.
    """

    __slots__ = ("age", "commits", "damaged", "last", "missing")

    def __init__(self) -> None:
        self.commits = 0
        self.missing: list[tuple[str, str]] = []
        self.damaged: list[tuple[str, str]] = []
        self.last: float | None = None
        self.age: float | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a log, nothing is missing and nothing damaged."""
        return self.last is not None and not self.missing and not self.damaged

    def as_json(self) -> dict[str, Any]:
        """Return it as docs/json.md has it."""
        last = None if self.last is None else time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.last))
        return {
            "ok": self.ok,
            "commits": self.commits,
            "last_record": last,
            "age": None if self.age is None else round(self.age, 3),
            "missing": [{"commit": commit, "branch": branch} for commit, branch in self.missing],
            "damaged": [{"session": session, "reason": reason} for session, reason in self.damaged],
        }


def check_store(repo: Repository, store: Store) -> Check:
    """Read every log from its first byte to its last, and compare with what Git reaches. StoreError."""
    found = Check()
    if not store.exists():
        return found
    whole: set[str] = set()
    broken: list[tuple[str, str, str]] = []  # (session, commit, why)
    loose: list[tuple[str, str]] = []  # (session, commit) of lines that no whole batch holds
    with OpenLogs(store) as logs:
        for session, folder in list(store.sessions()):
            path = os.path.join(folder, LOG)
            if not os.path.lexists(path):
                continue
            found.last = max(found.last or 0.0, os.stat(path).st_mtime)
            fd, at = logs.fd(session), 0
            for seal in logs.reader(session):
                if not isinstance(seal, Seal):
                    continue
                if seal.intact:
                    whole.add(seal.commit_id)
                    loose += [(session, oid) for oid in _commits_between(fd, at, seal.start)]
                    at = seal.end
                else:
                    broken.append((session, seal.commit_id, seal.reason))
            loose += [(session, oid) for oid in _commits_between(fd, at, os.fstat(fd).st_size)]
    found.commits = len(whole)
    told = {oid for _, oid, _ in broken}
    broken += [(session, oid, "its batch has no whole seal") for session, oid in loose if oid not in told]
    found.damaged = [(session, f"{oid[:12]}: {why}") for session, oid, why in broken if oid not in whole]
    # The index was told of what it has seen once; a batch that was altered since is recorded no more.
    found.missing = find_unrecorded(repo, store, whole).missing
    if found.last is not None:
        found.age = max(0.0, time.time() - found.last)
    return found


def _commits_between(fd: int, start: int, end: int) -> dict[str, None]:
    """Return the commits whose lines stand between two batches: what a crash or a damage left of theirs."""
    lines = read_lines(fd, start, end)
    return dict.fromkeys(match[1].decode("ascii") for line in lines for match in _COMMIT.finditer(line))
