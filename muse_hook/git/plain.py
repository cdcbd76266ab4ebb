"""The plainest repository of all, told from its files: what `git rev-parse` would say costs a hook a process."""

from __future__ import annotations

import os
import stat

from muse_hook.git import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Variables that Git sets for a hook, or we for every git, and that change nothing of where the repository is.
_HARMLESS = {"GIT_INDEX_FILE", "GIT_PREFIX", *environment.READ_ONLY}
_DECIDING = frozenset(environment.LOCAL_VARIABLES) - _HARMLESS
# Where any of these stands in a configuration, Git decides.
_UNUSUAL = (b"extensions", b"include", b"worktree", b"\\")
_LARGEST = 1 << 20
_HEX = frozenset(b"0123456789abcdef")
_ID_DIGITS = 40


def plain_repository(top: str, environ: Mapping[str, str]) -> str | None:
    """Return the git directory of the work tree whose top is `top` (a real path); `None` where Git has to be asked.

    It is `.git` in there, of the first version of the format, ours by its owner (Git's `safe.directory`), no linked or
    shallow one, no submodule, and neither the environment nor its configuration moves a part of it.
    """
    if not _DECIDING.isdisjoint(environ):
        return None
    git_dir = top + "/.git"
    try:
        places = os.lstat(top), os.lstat(git_dir)
        user = os.geteuid()
        if any(not stat.S_ISDIR(place.st_mode) or place.st_uid != user for place in places):
            return None
        if any(os.path.lexists(f"{git_dir}/{name}") for name in ("commondir", "shallow", "config.worktree")):
            return None
        if not all(os.path.isdir(f"{git_dir}/{name}") for name in ("objects", "refs")):
            return None
        with open(git_dir + "/HEAD", "rb") as file:
            head = file.read(_LARGEST)
        with open(git_dir + "/config", "rb") as file:
            config = file.read(_LARGEST)
    except OSError:
        return None
    return git_dir if _is_head(head) and _is_usual(config) else None


def _is_head(text: bytes) -> bool:
    """Say whether Git takes it for a HEAD (setup.c, validate_headref)."""
    return text.startswith(b"ref: refs/heads/") or (
        len(text) == _ID_DIGITS + 1 and text.endswith(b"\n") and _HEX.issuperset(text[:-1])
    )


def _is_usual(config: bytes) -> bool:
    """Say whether a configuration is of version 0, not bare, and says nothing of where things are."""
    text = config.lower()
    if len(text) == _LARGEST or any(word in text for word in _UNUSUAL):
        return False
    lines = [b"".join(line.split()) for line in text.split(b"\n")]
    if lines.count(b"bare=false") != text.count(b"bare"):
        return False
    return lines.count(b"repositoryformatversion=0") == text.count(b"repositoryformatversion") == 1
