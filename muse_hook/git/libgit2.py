"""The source of objects: libgit2's object database, by the light door to pygit2."""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import PathFinder

from muse_hook.errors import ObjectMissingError
from muse_hook.quick_import import with_stand_ins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}  # Git's numbers (pack format)
_ID_DIGITS = 40

# Bytes read after which hashes are trusted: to say so costs 0.5 ms, as hashing so many does; it saves half of the time
# that an object takes.
_TRUSTING = 1 << 17
# Bytes of a pack that are mapped at a time, and of all packs: else every page that was looked at counts as ours,
# up to 115 MB in ansible.
_WINDOW_SIZE, _MAPPED_SIZE = 4 << 20, 32 << 20
# Bytes read after which the database is opened anew: libgit2 keeps up to 256 MB of what it has read, and every page of
# a pack that it has looked at. To open it takes 1 ms.
_CACHE_SIZE = 16 << 20


def _load(compiled: Callable[[], Any]) -> Any:
    """Return what `compiled` imports of pygit2's compiled modules, without what the package imports around them.

    That (tarfile, ssl, pathlib, dataclasses, dozens of enums) is nine tenths of the 75 ms that `import pygit2` costs.
    So a package that has nothing in it stands in its place meanwhile.
    """
    name = "pygit2"
    if name in sys.modules:
        return compiled()
    spec = PathFinder.find_spec(name)
    numbers = {"__getattr__": lambda _: int}  # plain numbers of each type (PEP 562)
    path = (spec and spec.submodule_search_locations) or []
    return with_stand_ins({name: {"__path__": path}, name + ".enums": numbers}, compiled)


def _module() -> Any:
    """Import the module with nothing said of certificates: libgit2 would read 200 kB of them; we go to no network."""
    certificates = {name: os.environ.pop(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ}
    try:
        from pygit2 import _pygit2

        _pygit2._cache_enums()  # noqa: SLF001 - the package's `__init__` does it; without it a read is a TypeError
    finally:
        os.environ.update(certificates)
    return _pygit2


def _library() -> Any:
    from pygit2 import _libgit2

    return _libgit2


_PYGIT2 = _load(_module)


class Libgit2:
    """Reads objects straight from the object database at `folder`, without opening the repository around it.

    So neither libgit2's opinion of the repository's owner nor a ref storage that it does not know matters.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._database = _PYGIT2.Odb(folder)
        self._bytes = 0
        self._trusts_hashes = False

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind ('commit', 'tree', 'blob', 'tag') and the content of an object; ObjectMissingError."""
        kind, content = self._found(self._database.read, oid)
        self._bytes += len(content)
        if self._bytes > _TRUSTING and not self._trusts_hashes:
            self._trust_hashes()
        if self._bytes > _CACHE_SIZE:
            self._bytes = 0
            del self._database  # first: two that are open at once share what is kept
            self._database = _PYGIT2.Odb(self._folder)
        return _KINDS[int(kind)], content

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, from its header."""
        return int(self._found(self._database.read_header, oid)[1])

    def close(self) -> None:
        """Let go of the database."""
        self.__dict__.pop("_database", None)

    def _found(self, ask: Callable[[str], Any], oid: str) -> Any:
        if len(oid) != _ID_DIGITS:  # libgit2 would take an abbreviation
            raise ObjectMissingError(oid)
        try:
            return ask(oid)
        except (KeyError, ValueError):
            raise ObjectMissingError(oid) from None
        except _PYGIT2.GitError as error:  # damaged
            raise ObjectMissingError(oid, f"reading a Git object ({error})") from None

    def _trust_hashes(self) -> None:
        """Let libgit2 read as Git does, which does not hash again what it reads; and map less of a pack at a time.

        Zlib's checksum is held against it as before, and so is all of it by `git fsck`.
        """
        self._trusts_hashes = True
        library = _load(_library)
        lib, ffi = library.lib, library.ffi
        lib.git_libgit2_opts(lib.GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, ffi.cast("int", 0))
        lib.git_libgit2_opts(lib.GIT_OPT_SET_MWINDOW_SIZE, ffi.cast("size_t", _WINDOW_SIZE))
        lib.git_libgit2_opts(lib.GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, ffi.cast("size_t", _MAPPED_SIZE))
