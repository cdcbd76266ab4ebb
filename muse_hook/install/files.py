"""Changing one small file of somebody else's git directory: whole or not at all."""

from __future__ import annotations

import os
import stat

from muse_hook.errors import InstallError


def read(path: str) -> bytes | None:
    """Return the content of a regular file (or of the one a link leads to); `None` for anything else."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError:
        return None


def replace(path: str, data: bytes, mode: int) -> None:
    """Put a file of this content in the place of `path`, `mode` less the umask; InstallError."""
    half = f"{path}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
            file.write(data)
        os.replace(half, path)
    except OSError as error:
        if os.path.lexists(half):
            os.unlink(half)
        raise InstallError(
            f"writing {path}", error.strerror or str(error), "look at its permissions, then run this again"
        ) from error


def is_inside(path: str, folder: str) -> bool:
    """Whether a path, links followed, lies in a folder (or is it)."""
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return real == root or real.startswith(root.rstrip("/") + "/")
