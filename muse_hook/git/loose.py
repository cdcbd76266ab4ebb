"""The source of objects for who may need new ones alone: files of their own, read by zlib, before any libgit2."""

from __future__ import annotations

import sys

from muse_hook.errors import InstallationError, ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import sha1

    from muse_hook.git.objects import ObjectSource
else:
    try:
        from _sha1 import sha1  # the package around it costs more than all of this
    except ImportError:
        from hashlib import sha1

_KINDS = {b"commit": "commit", b"tree": "tree", b"blob": "blob", b"tag": "tag"}
_ID_DIGITS = 40
_BEGINNING = 4096  # bytes of a file that its header surely is in
_LONGEST_HEADER = 64


class LooseFirst:
    """Reads objects from files of their own, and those that have none from `packed()`, which is called for the first.

    A new commit and what it changed is loose, and often what it changed it from. To load libgit2 takes 12 of the 135
    million instructions of a hook, most of them OpenSSL's, which gets ready for networks. What is read here has the
    length and the SHA-1 that it should have. Over a file that was cut short libgit2 1.9 loops for ever, so `git()`,
    Git itself, is asked whether a pack has what a damaged file should have.
    """

    def __init__(self, folder: str, packed: Callable[[], ObjectSource], git: Callable[[], ObjectSource]) -> None:
        self._folder = folder
        self._packed = packed
        self._git = git
        self._opened: dict[Callable[[], ObjectSource], ObjectSource] = {}

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object; ObjectMissingError."""
        data = self._file(oid)
        if data is None:
            return self._source(self._packed).read(oid)
        found = _content(data)
        if found is None or _id(*found) != oid:
            found = self._source(self._git).read(oid)
            if _id(*found) != oid:  # Git takes one object's file for another's
                raise ObjectMissingError(oid, "reading a damaged Git object")
        return found

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, from its header."""
        data = self._file(oid, _BEGINNING)
        header = None if data is None else _header(data)
        if header is not None:
            return header[1]
        return self._source(self._packed if data is None else self._git).size(oid)

    def close(self) -> None:
        """Let go of what else was opened."""
        for source in self._opened.values():
            source.close()

    def _source(self, make: Callable[[], ObjectSource]) -> ObjectSource:
        if make not in self._opened:
            try:
                self._opened[make] = make()
            except ImportError as error:  # no commit's fault: the next one would fare no better
                raise InstallationError(error, sys.executable) from error
        return self._opened[make]

    def _file(self, oid: str, length: int = -1) -> bytes | None:
        """Return what the file of an object begins with, all of it for -1; None where there is none."""
        if len(oid) != _ID_DIGITS or not oid.isalnum():
            raise ObjectMissingError(oid)
        try:
            with open(f"{self._folder}/{oid[:2]}/{oid[2:]}", "rb", buffering=0) as file:
                return file.read(length) or b""
        except OSError:
            return None


def _header(data: bytes) -> tuple[str, int, int] | None:
    """Return the kind that the file of an object says, the length of its content and its own; None without one."""
    from zlib import decompressobj, error

    try:
        header, end, _ = decompressobj().decompress(data, _LONGEST_HEADER).partition(b"\0")
    except error:
        return None
    kind, _, size = header.partition(b" ")
    return (_KINDS[kind], int(size), len(header) + 1) if end and kind in _KINDS and size.isdigit() else None


def _content(data: bytes) -> tuple[str, bytes] | None:
    """Return the kind and the content that the file of an object has; None where it is not as long as it says."""
    from zlib import decompressobj, error

    header = _header(data)
    if header is None:
        return None
    kind, size, start = header
    stream = decompressobj()
    try:
        content = stream.decompress(data, start + size + 1)[start:]
    except error:
        return None
    return (kind, content) if stream.eof and not stream.unused_data and len(content) == size else None


def _id(kind: str, content: bytes) -> str:
    return sha1(b"%s %d\0%s" % (kind.encode(), len(content), content)).hexdigest()  # noqa: S324 - Git's ids
