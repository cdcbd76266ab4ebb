"""The work trees of a repository: the main one and those of `git worktree add`."""

from __future__ import annotations

import os

from muse_hook.git.heads import Head, read_head, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository


class Worktree:
    """One work tree.

    `name` is Git's for a linked one (the last part of `git_dir`), `None` for the main one. `path` is the top of
    its files, `None` for a bare repository; a folder that is gone makes it prunable, and it stays listed until
    Git prunes it.
    """

    __slots__ = ("git_dir", "head", "name", "path")

    def __init__(self, name: str | None, git_dir: str, path: str | None, head: Head) -> None:
        self.name = name
        self.git_dir = git_dir
        self.path = path
        self.head = head

    @property
    def is_prunable(self) -> bool:
        """Whether its folder is gone."""
        return self.name is not None and (self.path is None or not os.path.lexists(os.path.join(self.path, ".git")))

    def __repr__(self) -> str:
        return f"Worktree({self.name!r}, {self.path!r}, {self.head!r})"


def worktrees(repository: Repository) -> list[Worktree]:
    """Return the main work tree first (a bare repository too: it has a HEAD), then the linked ones by name."""
    common = repository.common_dir
    found = [Worktree(None, common, _main_path(repository), read_head(repository, common))]
    folder = os.path.join(common, "worktrees")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return found
    for name in names:
        git_dir = os.path.join(folder, name)
        if os.path.lexists(os.path.join(git_dir, "HEAD")):
            found.append(Worktree(name, git_dir, _linked_path(git_dir), read_head(repository, git_dir)))
    return found


def _main_path(repository: Repository) -> str | None:
    if repository.git_dir == repository.common_dir:
        return repository.work_tree
    setting = repository.config("core.worktree", "path", git_dir=repository.common_dir)
    if setting is not None:
        return os.path.normpath(os.path.join(repository.common_dir, setting))
    if repository.config("core.bare", "bool", git_dir=repository.common_dir) == "true":
        return None
    top, name = os.path.split(repository.common_dir)
    return top if name == ".git" else None


def _linked_path(git_dir: str) -> str | None:
    """Return the folder that a linked work tree's `gitdir` file names, relative to `git_dir` or absolute."""
    link = read_text(git_dir, "gitdir")
    return os.path.dirname(os.path.normpath(os.path.join(git_dir, link))) if link else None
