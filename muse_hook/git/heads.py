"""HEAD of a work tree: what it points to, and the branch that a rebase has in hand."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

_BRANCHES = "refs/heads/"
_HEX = frozenset("0123456789abcdef")


class Head:
    """Where a work tree stands.

    `branch` is the short name ("feature/x") or `None` where HEAD is detached; bytes that are not UTF-8 are
    surrogate-escaped. `oid` is the commit, `None` on a branch without commits. `rebasing` is the branch that a
    rebase in progress will move, "HEAD" where it began detached, "" where Git has not said yet, `None` without a
    rebase; it can still be set when HEAD is back on its branch. `worktree` is the name of a linked work tree as Git
    names it, `None` for the main one.
    """

    __slots__ = ("branch", "oid", "rebasing", "worktree")

    def __init__(self, branch: str | None, oid: str | None, rebasing: str | None, worktree: str | None) -> None:
        self.branch = branch
        self.oid = oid
        self.rebasing = rebasing
        self.worktree = worktree

    def __repr__(self) -> str:
        return f"Head({self.branch!r}, {self.oid!r}, rebasing={self.rebasing!r}, worktree={self.worktree!r})"


def read_head(repository: Repository, git_dir: str) -> Head:
    """Return the HEAD of the work tree whose git directory is `git_dir`."""
    ref, oid = _from_files(repository, git_dir) or _from_git(repository, git_dir)
    branch = ref[len(_BRANCHES) :] if ref is not None and ref.startswith(_BRANCHES) else None
    return Head(branch, oid, _rebasing(git_dir), worktree_name(repository.common_dir, git_dir))


def worktree_name(common_dir: str, git_dir: str) -> str | None:
    """Return a linked work tree's name, the last part of its git directory; `None` for the main one."""
    folder, name = os.path.split(git_dir)
    return name if folder == os.path.join(common_dir, "worktrees") else None


def read_text(*parts: str) -> str | None:
    """Return the first line of a small file of the git directory, `None` where it cannot be read."""
    try:
        with open(os.path.join(*parts), "rb") as file:
            return file.readline().rstrip(b"\r\n").decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _from_files(repository: Repository, git_dir: str) -> tuple[str | None, str | None] | None:
    """Return (ref, commit) where plain files say it beyond doubt, which is so after every commit; else `None`.

    Symbolic links, other ref storages (their HEAD names "refs/heads/.invalid") and whatever else is unusual are left
    to Git.
    """
    if os.path.islink(os.path.join(git_dir, "HEAD")):
        return None
    text = read_text(git_dir, "HEAD")
    if text is None:
        return None
    if _is_id(repository, text):
        return None, text
    ref = text[4:].lstrip() if text.startswith("ref:") else ""
    if not ref.startswith(_BRANCHES) or any(part.startswith(".") for part in ref.split("/")):
        return None
    oid = read_text(repository.common_dir, ref) or _packed(repository.common_dir, ref)
    return (ref, oid) if oid is not None and _is_id(repository, oid) else None


def _packed(common_dir: str, ref: str) -> str | None:
    """Return what `packed-refs` says of a branch that has no file of its own, `None` where it says nothing.

    Its lines are "<id> <name>", and "^<id>" for what a tag leads to.
    """
    path = os.path.join(common_dir, ref)
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            data = file.read()
    except OSError:
        return None
    end = data.find(f" {ref}\n".encode("utf-8", "surrogateescape"))
    if end < 0 or os.path.lexists(path):  # a folder, or a file that was written meanwhile
        return None
    return data[data.rfind(b"\n", 0, end) + 1 : end].decode("ascii", "replace")


def _from_git(repository: Repository, git_dir: str) -> tuple[str | None, str | None]:
    status, ref, _ = repository.start_to_end("symbolic-ref", "-q", "HEAD", git_dir=git_dir)
    found, oid, _ = repository.start_to_end("rev-parse", "-q", "--verify", "HEAD^{commit}", git_dir=git_dir)
    return (
        ref.rstrip(b"\n").decode("utf-8", "surrogateescape") if status == 0 else None,
        oid.decode("ascii").strip() if found == 0 else None,
    )


def _rebasing(git_dir: str) -> str | None:
    # The merge backend, then the apply backend, which writes head-name only where it stops for a conflict. Without
    # "rebasing", rebase-apply belongs to `git am`.
    for folder, sign in (("rebase-merge", ""), ("rebase-apply", "rebasing")):
        name = read_text(git_dir, folder, "head-name")
        if name is not None:
            return name[len(_BRANCHES) :] if name.startswith(_BRANCHES) else "HEAD"
        if os.path.exists(os.path.join(git_dir, folder, sign)):
            return ""
    return None


def _is_id(repository: Repository, text: str) -> bool:
    return len(text) == repository.id_size * 2 and _HEX.issuperset(text)
