"""How big a repository is, at a glance."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository

# 30 bytes an object: 50,000 objects, some 10,000 commits, are walked in under 0.2 s.
_SMALL = 1500 << 10


def is_small(repo: Repository) -> bool:
    """Say whether the whole history can be walked in the foreground: by the size of the pack indexes."""
    try:
        with os.scandir(os.path.join(repo.objects_dir, "pack")) as entries:
            size = sum(entry.stat().st_size for entry in entries if entry.name.endswith(".idx"))
    except OSError:
        return True
    return size < _SMALL
