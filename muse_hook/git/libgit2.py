"""The reader for ranges: libgit2's object database, several times faster per object once it is loaded."""

from __future__ import annotations

import pygit2

from muse_hook.errors import ObjectMissingError
from muse_hook.git.objects import KINDS, ObjectReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Libgit2Reader(ObjectReader):
    """Reads objects straight from the object database at `folder`, without opening the repository around it.

    So neither libgit2's opinion of the repository's owner nor a ref storage that it does not know matters.
    """

    def __init__(self, folder: str, id_size: int) -> None:
        super().__init__(id_size)
        self._database = pygit2.Odb(folder)

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind and the content of an object; ObjectMissingError."""
        kind, content = self._found(self._database.read, oid)
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
        except pygit2.GitError as error:  # damaged
            raise ObjectMissingError(oid, f"reading a Git object ({error})") from None
