"""The line of info/exclude that hides the link `.muse` from `git status`."""

from __future__ import annotations

import os
import stat

from muse_hook.install import files
from muse_hook.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository

# No slash at the end: with one Git would take it for a folder's name and show the link.
PATTERN = b"/.muse"
_ENTRY = b"# muse_hook: the link to its store\n" + PATTERN


def look(repo: Repository) -> Finding:
    """Return whether the link is hidden."""
    path = _path(repo)
    if PATTERN in (files.read(path) or b"").splitlines():
        return Finding("exclude", "ok", f"/.muse is in {path}")
    return Finding("exclude", "warn", f"/.muse is not in {path}: git status shows the link", "muse-hook install")


def put(repo: Repository) -> Finding:
    """Hide `/.muse` in every work tree; changes nothing where it is hidden already. InstallError."""
    found = look(repo)
    if found.level == "ok":
        return found
    path = _path(repo)
    text = files.read(path) or b""
    if not files.is_inside(path, repo.common_dir):
        return Finding("exclude", "warn", f"{path} is a link to outside, and is left alone", "add /.muse to it")
    # A last line without its newline stays one, so that taking ours out leaves the very same bytes.
    whole = not text or text.endswith(b"\n")
    files.replace(path, text + (_ENTRY + b"\n" if whole else b"\n" + _ENTRY), _mode(path))
    return look(repo)


def take(repo: Repository) -> None:
    """Take our line out, and the file where nothing else is left of it. InstallError."""
    path = _path(repo)
    text = files.read(path)
    if text is None or _ENTRY not in text or not files.is_inside(path, repo.common_dir):
        return
    kept = text.removesuffix(b"\n" + _ENTRY) if text.endswith(_ENTRY) else text.replace(_ENTRY + b"\n", b"", 1)
    if kept:
        files.replace(path, kept, _mode(path))
    else:
        os.unlink(path)


def _path(repo: Repository) -> str:
    return os.path.join(repo.common_dir, "info", "exclude")


def _mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return 0o666
