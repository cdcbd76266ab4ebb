"""The link `.muse` at the top of a work tree, through which Muse's own reader finds the log."""

from __future__ import annotations

import os

from muse_hook.install import files
from muse_hook.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository

NAME = ".muse"


def tops(repo: Repository) -> list[str]:
    """Return the top folder of every work tree that is there."""
    found = [tree.path for tree in repo.worktrees() if tree.path is not None and not tree.is_prunable]
    if repo.work_tree is not None and os.path.realpath(repo.work_tree) not in map(os.path.realpath, found):
        found.append(repo.work_tree)  # a main work tree that only the caller's environment or configuration names
    return found


def look(repo: Repository, top: str) -> Finding:
    """Return how the link of one work tree stands."""
    path = os.path.join(top, NAME)
    if _is_ours(repo, path):
        return Finding("link", "ok", f"{path} leads to the store")
    if _is_stale(path) and not _is_tracked(repo, top):
        return Finding("link", "warn", f"{path} leads to where the store was", "muse-hook install")
    if os.path.lexists(path):
        return Finding("link", "warn", f"{path} is not ours and stays; the log is in {_target(repo)}")
    if _is_tracked(repo, top):
        return Finding("link", "warn", f"{path} is tracked by Git and stays; the log is in {_target(repo)}")
    return Finding("link", "warn", f"there is no {path}", "muse-hook install")


def put(repo: Repository, top: str) -> Finding:
    """Make the link, unless something of that name is there or is tracked."""
    found = look(repo, top)
    if not found.hint:
        return found
    path = os.path.join(top, NAME)
    try:
        if _is_stale(path):
            os.unlink(path)
        os.symlink(_text(repo, top), path)
    except OSError as error:
        return Finding("link", "warn", f"{path} cannot be made: {error.strerror}")
    return look(repo, top)


def take(repo: Repository, top: str) -> None:
    """Remove the link where it is ours."""
    path = os.path.join(top, NAME)
    if _is_ours(repo, path) and not _is_tracked(repo, top):
        os.unlink(path)


def _target(repo: Repository) -> str:
    return os.path.join(repo.common_dir, NAME)


def _text(repo: Repository, top: str) -> str:
    """Return what the link says: relative where the store moves along with the work tree, as Git's own links do."""
    target = _target(repo)
    dot_git = os.path.join(top, ".git")
    named = files.read(dot_git) or b""
    if os.path.isdir(dot_git) or (named.startswith(b"gitdir: ") and not os.path.isabs(named[len(b"gitdir: ") :])):
        return os.path.relpath(os.path.realpath(target), os.path.realpath(top))
    return target


def _is_ours(repo: Repository, path: str) -> bool:
    return os.path.islink(path) and os.path.realpath(path) == os.path.realpath(_target(repo))


def _is_stale(path: str) -> bool:
    """Whether a link leads to the store of a Git directory that has moved away."""
    if not os.path.islink(path) or os.path.exists(path):
        return False
    folder, name = os.path.split(os.path.join(os.path.dirname(path), os.readlink(path)))
    return name == NAME and not os.path.exists(folder)


def _is_tracked(repo: Repository, top: str) -> bool:
    return bool(repo.at(top).run("ls-files", "-z", "--", NAME))
