"""Where a page may be written: a place that somebody named, that is nobody's file and not the store."""

from __future__ import annotations

import contextlib
import os
import stat

from muse_hook.errors import MuseHookError, typed
from muse_hook.report.page import GENERATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository

_HEAD = 4096  # bytes of a page in which its generator stands


class TargetError(MuseHookError):
    """A place where no page may be written."""


class Target:
    """A place for a page: `path` as it was given, `real` with links followed. TargetError where it is not fit."""

    def __init__(self, repository: Repository, path: str) -> None:
        self.path = path
        self.real = os.path.realpath(path)
        if os.path.exists(path) and not os.path.isfile(path):
            self.real = os.path.abspath(path)  # a pipe (/dev/stdout) has a name only as it was given
        self._doing = f"writing {path}"
        folder = os.path.dirname(self.real)
        if os.path.isdir(self.real):
            raise self._refused("it is a folder", typed("--output", os.path.join(path, "report.html")))
        if not os.path.isdir(folder):
            raise self._refused("its folder is not there", typed("mkdir", "-p", os.path.dirname(path)))
        for inside in (repository.common_dir, repository.git_dir):
            if os.path.commonpath((os.path.realpath(inside), self.real)) == os.path.realpath(inside):
                raise self._refused("that is inside the repository's own folder", "--output ../report.html")
        if any(map(self._is_tracked, {os.path.abspath(path), self.real}, [repository] * 2)):
            raise self._refused("Git tracks a file there", "--output ../report.html")
        if self._is_regular() and os.path.getsize(self.real) and not self._is_page():
            raise self._refused("a file is there that is no report", typed("rm", path))

    def write(self, page: bytes) -> None:
        """Write the page, whole or not at all; a pipe or device is written as it is. OSError."""
        if os.path.exists(self.real) and not self._is_regular():
            with open(self.real, "wb") as file:
                file.write(page)
            return
        temporary = os.path.join(os.path.dirname(self.real), f".{os.path.basename(self.real)}.{os.getpid()}")
        try:
            with open(temporary, "xb") as file:
                file.write(page)
            os.replace(temporary, self.real)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _refused(self, wrong: str, hint: str) -> TargetError:
        return TargetError(self._doing, wrong, hint)

    def _is_tracked(self, path: str, repository: Repository) -> bool:
        """Whether the index has a file at this path; through a link in between Git sees none."""
        top = repository.work_tree
        folder, name = os.path.split(path)
        path = os.path.join(os.path.realpath(folder), name)
        if top is None or os.path.commonpath((os.path.realpath(top), path)) != os.path.realpath(top):
            return False
        inside = os.path.relpath(path, os.path.realpath(top))
        return bool(repository.run("--literal-pathspecs", "ls-files", "-z", "--", inside))

    def _is_regular(self) -> bool:
        try:
            return stat.S_ISREG(os.stat(self.real).st_mode)
        except FileNotFoundError:
            return False

    def _is_page(self) -> bool:
        with open(self.real, "rb") as file:
            return f'content="{GENERATOR} '.encode() in file.read(_HEAD)
