"""Which names stand for heirs of a class anywhere in some trees, by the words of their files: nothing is parsed."""

from __future__ import annotations

import re

from muse_hook.concurrent.inherited import CONSTRUCTORS
from muse_hook.git.objects import decode_path
from muse_hook.languages.languages import language_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.concurrent.kept import KeptMap
    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.change import Blob

_CLASS = re.compile(r"^[ \t]*class[ \t]+(\w+)[^(:\n]*\(([^:]*):", re.MULTILINE)
_ALIAS = re.compile(r"\b(\w+)[ \t]+as[ \t]+(\w+)")
_ASSIGNED = re.compile(r"^(\w+)[ \t]*=[ \t]*(?:\w+\.)*(\w+)[ \t]*(?:#.*)?$", re.MULTILINE)
_WORD = re.compile(r"\w+")
_PLAIN = frozenset({"object", "Exception", "metaclass", "Generic", "Protocol", "ABC"})
"""Words among bases whose constructors nobody changes; they would fill what is kept."""


class Heirs:
    """The heirs of classes in the trees of some commits; `ways` are pairs of these, a commit and one that came from it.

    What a branch calls may have its constructor through classes in files that neither side touched. These stand in the
    trees of both; so the trees where the branches leave the base and those of their tips have them all. A name is said
    to be a class's heir where a class has that among its bases, or where it is another name of it: too many rather
    than too few. Trees are read when the first class is asked for, and what was read is `kept` by commits.
    """

    def __init__(self, objects: ObjectReader, kept: KeptMap, ways: Sequence[tuple[str, str]]) -> None:
        self._objects = objects
        self._kept = kept
        self._ways = ways
        self._heirs: dict[str, set[str]] | None = None
        self._blobs: dict[str, list[tuple[str, str]]] = {}

    def of(self, names: Iterable[str]) -> frozenset[str]:
        """Return the simple names of all heirs of classes of these names. ObjectMissingError."""
        if self._heirs is None:
            self._heirs = self._read()
        found: set[str] = set()
        pending = list(names)
        while pending:
            new = self._heirs.get(pending.pop(), set()) - found
            found |= new
            pending += new
        return frozenset(found)

    def _read(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for base, heir in self._pairs():
            found.setdefault(base, set()).add(heir)
        return found

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Yield (base, heir) of every tree: of one that is read whole, and of what differs between others."""
        forks = list(dict.fromkeys(fork for fork, _ in self._ways))
        if not forks:
            return
        first = next((fork for fork in forks if self._kept.heirs("", fork) is not None), forks[0])
        for before, after in [("", first), *((first, fork) for fork in forks if fork != first), *self._ways]:
            if before == after:
                continue
            pairs = self._kept.heirs(before, after)
            if pairs is None:
                pairs = sorted(
                    {pair for path, blob in self._files(before, after) for pair in self._of_file(path, blob)}
                )
                self._kept.add_heirs(before, after, pairs)
            yield from pairs

    def _files(self, before: str, after: str) -> Iterator[tuple[str, Blob]]:
        tree = self._objects.commit(after).tree
        if not before:
            yield from ((decode_path(raw), blob) for raw, blob in self._objects.files(tree))
            return
        for change in self._objects.diff_trees(self._objects.commit(before).tree, tree):
            if change.new is not None:
                yield change.path, change.new

    def _of_file(self, path: str, blob: Blob) -> list[tuple[str, str]]:
        language = language_for(path) if blob.is_file else None
        if language is None or set(CONSTRUCTORS).isdisjoint(language.strings("constructors")):
            return []
        if blob.oid not in self._blobs:
            self._blobs[blob.oid] = list(_heirs_in(self._objects.blob(blob.oid).decode(errors="replace")))
        return self._blobs[blob.oid]


def _heirs_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (a word of a class's bases, or what has another name; the class, or that name)."""
    for found in _CLASS.finditer(text):
        for word in _WORD.findall(found[2]):
            if word not in _PLAIN:
                yield word, found[1]
    yield from ((found[1], found[2]) for found in _ALIAS.finditer(text) if found[1] != found[2])
    yield from ((found[2], found[1]) for found in _ASSIGNED.finditer(text))
