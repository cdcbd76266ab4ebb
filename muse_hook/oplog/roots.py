"""The folder that a store belongs to, found by files: Git is not started for it."""

from __future__ import annotations

import os


def find_root(folder: str | os.PathLike[str]) -> str:
    """Return the common git directory of the repository whose top (or git directory) `folder` is, else `folder`.

    Never searches upward. What makes a git directory is Git's own rule (`is_git_directory`): `HEAD`, `objects`,
    `refs`; a linked work tree's has `commondir` in their place.
    """
    path = os.path.abspath(os.fspath(folder))
    for git_dir in (_linked(os.path.join(path, ".git")), path):
        common = _common(git_dir) if git_dir else ""
        if common:
            return common
    return path


def _linked(dot_git: str) -> str:
    """Return the git directory that `.git` is or, being a file, names ("gitdir: PATH"); "" where there is none."""
    if os.path.isdir(dot_git):
        return dot_git
    text = _read(dot_git)
    if not text.startswith("gitdir: "):
        return ""
    return os.path.normpath(os.path.join(os.path.dirname(dot_git), text[len("gitdir: ") :].rstrip("\r\n")))


def _common(git_dir: str) -> str:
    """Return the common directory of a git directory; "" where `git_dir` is none."""
    if not os.path.lexists(os.path.join(git_dir, "HEAD")):
        return ""
    other = _read(os.path.join(git_dir, "commondir")).rstrip("\r\n")
    common = os.path.normpath(os.path.join(git_dir, other)) if other else git_dir
    is_whole = all(os.path.isdir(os.path.join(common, name)) for name in ("objects", "refs"))
    return os.path.realpath(common) if is_whole else ""


def _read(path: str) -> str:
    """Return a small file's text, "" where there is none."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(1 << 16))
    except OSError:
        return ""
