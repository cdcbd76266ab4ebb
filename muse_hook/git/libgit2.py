"""The reader for ranges: libgit2's object database, several times faster per object once it is loaded."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from types import ModuleType

from muse_hook.errors import ObjectMissingError
from muse_hook.git.objects import KINDS, ObjectReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _pygit2() -> Any:
    """Return pygit2's compiled module, which is all that is needed here, without what the package imports around it.

    That (tarfile, ssl, pathlib, dataclasses, dozens of enums) is nine tenths of the 75 ms that `import pygit2` costs.
    So the module is loaded below a package that has nothing in it, which is taken out again, and is told to make plain
    numbers of Git's; where that cannot be, pygit2 is imported.
    """
    name = "pygit2"
    if name not in sys.modules:
        spec = PathFinder.find_spec(name)
        hollow, enums = ModuleType(name), ModuleType(name + ".enums")
        hollow.__path__ = (spec and spec.submodule_search_locations) or []
        enums.__getattr__ = lambda _: int  # type: ignore[method-assign] # each type of number (PEP 562)
        sys.modules |= {name: hollow, enums.__name__: enums}
        try:
            from pygit2 import _pygit2

            _pygit2._cache_enums()  # noqa: SLF001 - what the package's `__init__` does after it
            _trust_hashes()
        except (ImportError, AttributeError):
            pass
        else:
            return _pygit2
        finally:
            del sys.modules[name], sys.modules[enums.__name__]
    import pygit2

    return pygit2


def _trust_hashes() -> None:
    """Let libgit2 read as Git does, which does not hash again what it reads: half of the time that an object takes.

    Zlib's checksum is held against it as before, and so is all of it by `git fsck`.
    """
    from pygit2._libgit2 import ffi, lib  # type: ignore[import-not-found]  # compiled; below the hollow package

    lib.git_libgit2_opts(lib.GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, ffi.cast("int", 0))


def _without_certificates(load: Callable[[], Any]) -> Any:
    """Load a module with nothing said of certificates: libgit2 would read 200 kB of them, and we go to no network."""
    said = {name: os.environ.pop(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ}
    try:
        return load()
    finally:
        os.environ.update(said)


_MODULE = _without_certificates(_pygit2)


# Bytes read after which the database is opened anew: libgit2 keeps up to 256 MB of what it has read, and every page of
# a pack that it has looked at. To open it takes 1 ms.
_KEPT = 16 << 20


class Libgit2Reader(ObjectReader):
    """Reads objects straight from the object database at `folder`, without opening the repository around it.

    So neither libgit2's opinion of the repository's owner nor a ref storage that it does not know matters.
    """

    def __init__(self, folder: str, id_size: int) -> None:
        super().__init__(id_size)
        self._folder = folder
        self._database = _MODULE.Odb(folder)
        self._bytes = 0

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind and the content of an object; ObjectMissingError."""
        kind, content = self._found(self._database.read, oid)
        self._bytes += len(content)
        if self._bytes > _KEPT:
            self._bytes = 0
            del self._database  # first: two that are open at once share what is kept
            self._database = _MODULE.Odb(self._folder)
        return KINDS[int(kind)], content

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, from its header."""
        return int(self._found(self._database.read_header, oid)[1])

    def _found(self, ask: Callable[[str], Any], oid: str) -> Any:
        if len(oid) != 2 * self.id_size:  # libgit2 would take an abbreviation
            raise ObjectMissingError(oid)
        try:
            return ask(oid)
        except (KeyError, ValueError):
            raise ObjectMissingError(oid) from None
        except _MODULE.GitError as error:  # damaged
            raise ObjectMissingError(oid, f"reading a Git object ({error})") from None
