"""The reader for ranges: libgit2's object database, several times faster per object once it is loaded."""

from __future__ import annotations

import pygit2

from muse_hook.errors import ObjectMissingError
from muse_hook.git.objects import KINDS, ObjectReader


class Libgit2Reader(ObjectReader):
    """Reads objects straight from the object database at `folder`, without opening the repository around it.

    So neither libgit2's opinion of the repository's owner nor a ref storage that it does not know matters.
    """

    def __init__(self, folder: str, id_size: int) -> None:
        super().__init__(id_size)
        self._database = pygit2.Odb(folder)

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind and the content of an object; ObjectMissingError."""
        try:
            kind, content = self._database.read(oid)
        except (KeyError, ValueError):
            raise ObjectMissingError(oid) from None
        except pygit2.GitError as error:
            raise ObjectMissingError(oid, f"reading a Git object ({error})") from None
        return KINDS[int(kind)], content

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content, from its header."""
        try:
            return int(self._database.read_header(oid)[1])
        except (KeyError, ValueError):
            raise ObjectMissingError(oid) from None
        except pygit2.GitError as error:
            raise ObjectMissingError(oid, f"reading a Git object ({error})") from None
