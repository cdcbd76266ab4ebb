"""What was worked out of a language's row, its query files and its grammar, kept beside this module for later hooks."""

from __future__ import annotations

import marshal
import os
from _frozen_importlib_external import MAGIC_NUMBER

from muse_hook.quick_import import FOLDER, stale, together_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    # A file of the package, when it was changed last (ns), and its size in bytes.
    Stamp = tuple[str, int, int]

PART = "languages/kept"
"""The part that `symbols.kept` writes. It is Python's magic number, the length of a table, the table of where what is
kept of each language begins and how long it is, and that, each marshalled: a hook reads what it needs."""

LENGTH = 4  # bytes of a length
_stamps: dict[str, Stamp] = {}


def stamp(origin: str) -> Stamp:
    """Return what tells whether a file of the package is another one than it was. Raises OSError."""
    found = _stamps.get(origin)
    if found is None:
        there = os.stat(FOLDER + origin)
        found = _stamps[origin] = origin, there.st_mtime_ns, there.st_size
    return found


def find_kept(name: str) -> dict[str, Any]:
    """Return what is kept of a language, {} where there is nothing that does; `quick_import.stale` says so.

    What Python wrote in another version, and what was made of other sources, does not.
    """
    try:
        with open(together_file(PART), "rb", buffering=0) as file:
            start = len(MAGIC_NUMBER) + LENGTH
            head = file.read(start)
            length = int.from_bytes(head[-LENGTH:], "little")
            if head[:-LENGTH] == MAGIC_NUMBER:
                at, size = marshal.loads(file.read(length))[name]  # noqa: S302 - our own
                file.seek(start + length + at)
                found: dict[str, Any] = marshal.loads(file.read(size))  # noqa: S302 - likewise
                if _is_as_it_was(found["sources"]):
                    return found
    except (OSError, ValueError, EOFError, TypeError, KeyError):
        pass
    stale.add(PART)
    return {}


def _is_as_it_was(sources: Sequence[Stamp]) -> bool:
    return all(stamp(one[0]) == one for one in sources)
