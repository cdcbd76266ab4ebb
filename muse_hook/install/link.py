"""The link `.muse` at the top of a work tree, where Muse's own reader finds the log, and what hides it from Git."""

from __future__ import annotations

import os
import stat

from muse_hook.errors import shell_command
from muse_hook.install.findings import Finding
from muse_hook.install.hook_file import is_inside, read_file, replace_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

NAME = ".muse"
# No slash at the end: with one Git would take it for a folder's name and show the link.
_PATTERN = b"/.muse"
_ENTRY = b"# muse_hook: the link to its store\n" + _PATTERN


def work_tree_tops(repo: Repository) -> list[str]:
    """Return the top folder of every work tree that is there."""
    found = [tree.path for tree in repo.worktrees() if tree.path is not None and not tree.is_prunable]
    if repo.work_tree is not None and os.path.realpath(repo.work_tree) not in map(os.path.realpath, found):
        found.append(repo.work_tree)  # a main work tree that only the caller's environment or configuration names
    return found


def check_work_trees(repo: Repository) -> list[Finding]:
    """Return the linked work trees whose `.git` leads elsewhere: the repository, or they, were moved."""
    found = []
    for tree in repo.worktrees():
        if tree.name is None or tree.path is None or tree.is_prunable:
            continue
        named = (read_file(os.path.join(tree.path, ".git")) or b"").removeprefix(b"gitdir: ").rstrip(b"\r\n")
        leads_to = os.path.join(tree.path, os.fsdecode(named))
        if os.path.realpath(leads_to) != os.path.realpath(tree.git_dir):
            message = f"{tree.path} is none of this repository's any more: its .git leads to {leads_to}"
            found.append(Finding("work tree", "warn", message, shell_command("git", "worktree", "repair", tree.path)))
    return found


def check_link(repo: Repository, top: str) -> Finding:
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


def add_link(repo: Repository, top: str) -> Finding:
    """Make the link, unless something of that name is there or is tracked."""
    found = check_link(repo, top)
    if not found.hint:
        return found
    path = os.path.join(top, NAME)
    try:
        if _is_stale(path):
            os.unlink(path)
        os.symlink(_text(repo, top), path)
    except OSError as error:
        return Finding("link", "warn", f"{path} cannot be made: {error.strerror}")
    return check_link(repo, top)


def remove_link(repo: Repository, top: str) -> None:
    """Remove the link where it is ours."""
    path = os.path.join(top, NAME)
    if _is_ours(repo, path) and not _is_tracked(repo, top):
        os.unlink(path)


def check_exclude(repo: Repository) -> Finding:
    """Return whether the link is hidden."""
    path = _exclude_path(repo)
    if _PATTERN in [line.removesuffix(b"\r") for line in (read_file(path) or b"").split(b"\n")]:
        return Finding("exclude", "ok", f"/.muse is in {path}")
    return Finding("exclude", "warn", f"/.muse is not in {path}: git status shows the link", "muse-hook install")


def add_exclude(repo: Repository) -> Finding:
    """Hide `/.muse` in every work tree; changes nothing where it is hidden already. InstallError."""
    found = check_exclude(repo)
    if found.level == "ok":
        return found
    path = _exclude_path(repo)
    text = read_file(path) or b""
    if not is_inside(path, repo.common_dir):
        return Finding("exclude", "warn", f"{path} is a link to outside, and is left alone", "add /.muse to it")
    # A last line without its newline stays one, so that taking ours out leaves the very same bytes.
    is_ended = not text or text.endswith(b"\n")
    replace_file(path, text + (_ENTRY + b"\n" if is_ended else b"\n" + _ENTRY), _exclude_mode(path))
    return check_exclude(repo)


def remove_exclude(repo: Repository) -> None:
    """Take our line out, and the file where nothing else is left of it. InstallError."""
    path = _exclude_path(repo)
    text = read_file(path)
    if text is None or _ENTRY not in text or not is_inside(path, repo.common_dir):
        return
    kept = text.removesuffix(b"\n" + _ENTRY) if text.endswith(_ENTRY) else text.replace(_ENTRY + b"\n", b"", 1)
    if kept:
        replace_file(path, kept, _exclude_mode(path))
    else:
        os.unlink(path)


def _target(repo: Repository) -> str:
    return os.path.join(repo.common_dir, NAME)


def _text(repo: Repository, top: str) -> str:
    """Return what the link says: relative where the store moves along with the work tree, as Git's own links do."""
    target = _target(repo)
    dot_git = os.path.join(top, ".git")
    named = read_file(dot_git) or b""
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
    return bool(repo.at(top).output("ls-files", "-z", "--", NAME))


def _exclude_path(repo: Repository) -> str:
    return os.path.join(repo.common_dir, "info", "exclude")


def _exclude_mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return 0o666
