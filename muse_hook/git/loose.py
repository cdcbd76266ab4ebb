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
    length and the SHA-1 that it should have. A damaged file is nobody else's to read: over one that was cut short
    libgit2 1.9 loops for ever.
    """

    def __init__(self, folder: str, packed: Callable[[], ObjectSource]) -> None:
        self._folder = folder
        self._packed = packed
        self._source: ObjectSource | None = None

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object; ObjectMissingError."""
        found = self._loose(oid)
        return self._whole().read(oid) if found is None else found

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, from its header."""
        size = self._loose_size(oid)
        return self._whole().size(oid) if size is None else size

    def close(self) -> None:
        """Let go of what else was opened."""
        if self._source is not None:
            self._source.close()

    def _whole(self) -> ObjectSource:
        if self._source is None:
            try:
                self._source = self._packed()
            except ImportError as error:  # no commit's fault: the next one would fare no better
                raise InstallationError(error, sys.executable) from error
        return self._source

    def _file(self, oid: str, length: int = -1) -> bytes | None:
        """Return what the file of an object begins with, all of it for -1; None where there is none."""
        if len(oid) != _ID_DIGITS or not oid.isalnum():
            raise ObjectMissingError(oid)
        try:
            with open(f"{self._folder}/{oid[:2]}/{oid[2:]}", "rb", buffering=0) as file:
                return file.read(length) or b""
        except OSError:
            return None

    def _loose(self, oid: str) -> tuple[str, bytes] | None:
        data = self._file(oid)
        if data is None:
            return None
        from zlib import decompressobj, error

        stream = decompressobj()
        try:
            whole = stream.decompress(data)
        except error:
            raise damaged(oid) from None
        header, _, content = whole.partition(b"\0")
        kind, _, size = header.partition(b" ")
        is_sound = stream.eof and not stream.unused_data and size == b"%d" % len(content) and kind in _KINDS
        if not is_sound or sha1(whole).hexdigest() != oid:  # noqa: S324 - Git's ids
            raise damaged(oid)
        return _KINDS[kind], content

    def _loose_size(self, oid: str) -> int | None:
        data = self._file(oid, _BEGINNING)
        if data is None:
            return None
        from zlib import decompressobj, error

        try:
            header, end, _ = decompressobj().decompress(data, _LONGEST_HEADER).partition(b"\0")
        except error:
            raise damaged(oid) from None
        kind, _, size = header.partition(b" ")
        if not (end and kind in _KINDS and size.isdigit()):
            raise damaged(oid)
        return int(size)


def damaged(oid: str) -> ObjectMissingError:
    """Return what there is to say of an object whose file is not what it should be."""
    return ObjectMissingError(oid, "reading a damaged Git object")
