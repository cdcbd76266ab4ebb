"""Fetching a hub's remotes before catching up: one process at a time, and a remote that fails ever more seldom."""

from __future__ import annotations

import fcntl
import os
import time

from muse_hook.errors import RepositoryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store

FETCHED = ("refs/remotes",)
"""The refs that count beside branches where remotes were fetched."""
_LOCK = "fetch.lock"
_LONGEST_WAIT = 900.0  # seconds between two tries of a remote that keeps failing


class Fetching:
    """Fetches all remotes, again and again; `every` seconds pass between two calls of `fetch`, 0 for a single one."""

    def __init__(self, repo: Repository, store: Store, every: float = 0.0) -> None:
        self._repo = repo
        self._store = store
        self._every = every
        self._failures: dict[str, int] = {}
        self._next: dict[str, float] = {}  # by remote that failed

    def fetch(self) -> list[RepositoryError]:
        """Fetch each remote whose turn it is, all of them whichever fails; what went wrong, a remote's name in each.

        Waits for another process that fetches here. StoreError.
        """
        from muse_hook.git import remotes  # the one user of `subprocess` on this way

        self._store.ensure()
        lock = self._store.open_file(self._store.path(_LOCK), os.O_RDWR | os.O_CREAT)
        failed = []
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for remote in remotes.names(self._repo):
                if self._next.get(remote, 0.0) > time.monotonic():
                    continue
                try:
                    remotes.fetch(self._repo, remote)
                except RepositoryError as error:
                    failed.append(error)
                    times = self._failures[remote] = self._failures.get(remote, 0) + 1
                    wait = min(self._every * 2.0 ** min(times, 20), _LONGEST_WAIT)
                    self._next[remote] = time.monotonic() + wait
                else:
                    self._failures.pop(remote, None)
                    self._next.pop(remote, None)
        finally:
            os.close(lock)
        return failed
