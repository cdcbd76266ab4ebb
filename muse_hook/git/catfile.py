"""The source of objects where libgit2 refuses: one `git cat-file`."""

from __future__ import annotations

import os

from muse_hook.errors import ObjectMissingError, RepositoryError
from muse_hook.git.process import first_error_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.process import Child, Git

_HEADER_WORDS = 3  # <id> <kind> <size>
_USAGE = 129  # Git's exit status for an option that it does not know


class CatFile:
    """Reads objects through one `git cat-file` that is asked for one object at a time, started for the first one.

    A request is one short line and the next one goes out after the answer is read, so neither side can block on a
    full pipe, however big the object.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._child: Child | None = None
        self._has_commands = True  # `--batch-command`, since Git 2.36, can be asked for a size alone
        self._last: tuple[str, str, bytes] | None = None  # what an older Git had to send when asked for a size

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object; ObjectMissingError."""
        if self._last is not None and self._last[0] == oid:
            return self._last[1:]
        try:
            kind, size = self._ask(b"contents ", oid)
            return kind, self._content(oid, size)
        except KeyboardInterrupt:
            self.close()  # an answer may be half read
            raise

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content; Git before 2.36 has to send all of it."""
        if self._last is not None and self._last[0] == oid:
            return len(self._last[2])
        try:
            kind, size = self._ask(b"info ", oid)
            if not self._has_commands:
                self._last = (oid, kind, self._content(oid, size))
        except KeyboardInterrupt:
            self.close()
            raise
        return size

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _ask(self, command: bytes, oid: str) -> tuple[str, int]:
        """Return the kind and size of an object; after "contents " (or an old Git) its content is to be read."""
        if not self._is_id(oid):
            raise ObjectMissingError(oid)
        if self._child is None:
            self._child = self._git.start(
                "cat-file", "--batch-command" if self._has_commands else "--batch", interactive=True
            )
        child = self._child
        line = (command if self._has_commands else b"") + oid.encode() + b"\n"
        try:
            os.write(child.stdin, line)
            header = child.stdout.readline().split()
        except BrokenPipeError:
            header = []
        if not header:
            if self._has_commands and child.wait() == _USAGE:
                self._has_commands = False
                self.close()
                return self._ask(command, oid)
            raise self._lost(oid)
        if len(header) != _HEADER_WORDS:  # "<id> missing"
            raise ObjectMissingError(oid)
        return header[1].decode(), int(header[2])

    def _is_id(self, oid: str) -> bool:
        return len(oid) == 2 * self._git.id_size and oid.isalnum()

    def _content(self, oid: str, size: int) -> bytes:
        child = self._child
        content = child.stdout.read(size + 1) if child is not None else b""
        if len(content) != size + 1:
            raise self._lost(oid)
        return content[:-1]

    def _lost(self, oid: str) -> ObjectMissingError | RepositoryError:
        """Return the error for a child that died over an object: damaged, or (old Git) not fetched on demand."""
        child, self._child = self._child, None
        if child is None:
            return ObjectMissingError(oid)
        child.stdout.close()
        status, stderr = child.wait(), child.stderr()
        child.close()
        if status < 0 or "not a git repository" in stderr:
            return RepositoryError("reading a Git object", first_error_line(stderr, f"git died of signal {-status}"))
        return ObjectMissingError(oid, f"reading a Git object ({first_error_line(stderr, f'exit status {status}')})")
