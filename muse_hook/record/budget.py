"""How much a hook does while a person waits; the rest goes to the background."""

from __future__ import annotations

import os

from muse_hook.errors import ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.model.change import FileChange

# Measured on texar and flask: a file of 10 kB costs some 2 ms, so what is let through here ends within half a second.
COMMITS = 25
FILES = 100
BYTES = 2 << 20
# 30 bytes an object: 50,000 objects, some 10,000 commits, are walked in under 0.2 s.
_SMALL = 1500 << 10


class Budget:
    """What is left to spend in the foreground: commits, changed files, bytes of their blobs."""

    __slots__ = ("_bytes", "_commits", "_files")

    def __init__(self, commits: int = COMMITS, files: int = FILES, size: int = BYTES) -> None:
        self._commits = commits
        self._files = files
        self._bytes = size

    @property
    def files(self) -> int:
        """How many changed files a commit may have yet."""
        return max(0, self._files)

    def allows(self, commits: int) -> bool:
        """Say whether that many commits may be begun at all."""
        return commits <= self._commits

    def allows_message(self, objects: ObjectReader, commit_id: str) -> bool:
        """Take a commit's own bytes off, nearly all of them its message, before it is parsed; False where too many."""
        self._bytes -= objects.size(commit_id)
        return self._bytes >= 0

    def spend(self, objects: ObjectReader, changes: Sequence[FileChange]) -> bool:
        """Take a commit's cost off, known from its list of changes before any work; False where it is too much."""
        self._commits -= 1
        self._files -= len(changes)
        if self._commits < 0 or self._files < 0:
            return False
        for change in changes:
            for blob in (change.old, change.new):
                if blob is not None and blob.is_file:
                    try:
                        self._bytes -= objects.size(blob.oid)
                    except ObjectMissingError:  # of a file whose content nobody needs, perhaps
                        continue
        return self._bytes >= 0


def is_small(repo: Repository) -> bool:
    """Say whether the whole history can be walked in the foreground: by the size of the pack indexes."""
    try:
        with os.scandir(os.path.join(repo.objects_dir, "pack")) as entries:
            size = sum(entry.stat().st_size for entry in entries if entry.name.endswith(".idx"))
    except OSError:
        return True
    return size < _SMALL
