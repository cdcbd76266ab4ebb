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
# Of a file that comes or goes each symbol is an op, whose ids are worked out: 40,000 bytes of 1,000 functions took a
# tenth of a second, eight times what they take where few of them change.
ALONE = 8
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
        moved = {one.old.oid for one in changes if one.old is not None and one.new is None}
        moved.intersection_update([one.new.oid for one in changes if one.new is not None and one.old is None])
        alone: list[tuple[str, int]] = []
        for change in changes:
            for blob in (change.old, change.new):
                if blob is not None and blob.is_file:
                    try:
                        size = objects.size(blob.oid)
                    except ObjectMissingError:  # of a file whose content nobody needs, perhaps
                        continue
                    self._bytes -= size
                    if (change.old is None or change.new is None) and blob.oid not in moved:
                        alone.append((change.path, size))
        if self._bytes < (ALONE - 1) * sum([size for _, size in alone]):
            from muse_hook.languages.languages import language_for  # a picture has no symbols; few commits ask

            self._bytes -= (ALONE - 1) * sum([size for path, size in alone if language_for(path, bytes) is not None])
        return self._bytes >= 0


def is_small(repo: Repository) -> bool:
    """Say whether the whole history can be walked in the foreground: by the size of the pack indexes."""
    try:
        with os.scandir(os.path.join(repo.objects_dir, "pack")) as entries:
            size = sum(entry.stat().st_size for entry in entries if entry.name.endswith(".idx"))
    except OSError:
        return True
    return size < _SMALL
