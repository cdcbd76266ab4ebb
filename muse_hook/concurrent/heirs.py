"""Which names stand for heirs of a class anywhere in some trees, by the words of their files: nothing is parsed."""

from __future__ import annotations

import re

from muse_hook.concurrent.inherited import CONSTRUCTORS
from muse_hook.languages.languages import languages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.concurrent.compare import Comparer
    from muse_hook.concurrent.kept import KeptMap
    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.change import Blob

# Each begins with plain characters, which are looked for four times as fast: 9 MB of ansible take .1 s, not .5.
_CLASS = re.compile(r"class[ \t]+(\w+)[^(:\n]*\(([^:]*):")
_ALIASES = re.compile(r" as[ \t]+(\w+)"), re.compile(r"\tas[ \t]+(\w+)")
_LONGEST = 200  # characters of a name
_ASSIGNED = re.compile(r"\n(\w+)[ \t]*=[ \t]*(?:\w+\.)*(\w+)[ \t]*(?:#.*)?(?=\n)")
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

    def __init__(
        self,
        objects: ObjectReader,
        kept: KeptMap,
        ways: Sequence[tuple[str, str]],
        comparer: Comparer,
    ) -> None:
        self._objects = objects
        self._comparer = comparer
        self._kept = kept
        self._ways = ways
        self._heirs: dict[str, set[str]] | None = None
        self._endings: tuple[bytes, ...] = ()
        self._languages: tuple[str, ...] = ()
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
        named = [one for one in languages() if not set(CONSTRUCTORS).isdisjoint(one.strings("constructors"))]
        self._endings = tuple(ending.encode() for one in named for ending in one.finders("extensions"))
        self._languages = tuple(one.name for one in named)
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
                pairs = sorted({pair for blob in self._files(before, after) for pair in self._of_file(blob)})
                self._kept.add_heirs(before, after, pairs)
            yield from pairs

    def _files(self, before: str, after: str) -> Iterator[Blob]:
        """Yield the files of languages whose classes have constructors that go by our names: modules, no scripts."""
        if not before:
            tree = self._objects.commit(after).tree
            yield from (blob for raw, blob in self._objects.files(tree) if raw.endswith(self._endings))
            return
        for change in self._comparer.differing(before, after):
            if change.new is not None and change.path.encode(errors="replace").endswith(self._endings):
                yield change.new

    def _of_file(self, blob: Blob) -> list[tuple[str, str]]:
        if blob.oid not in self._blobs:
            text = self._comparer.text(blob.oid, self._languages) if blob.is_file else b""
            self._blobs[blob.oid] = list(_heirs_in(text.decode(errors="replace")))
        return self._blobs[blob.oid]


def _heirs_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (a word of a class's bases, or what has another name; the class, or that name)."""
    text = f"\n{text}\n"
    for found in _CLASS.finditer(text):
        if not text[text.rfind("\n", 0, found.start()) : found.start()].isspace():
            continue
        for word in _WORD.findall(found[2]):
            if word not in _PLAIN:
                yield word, found[1]
    for alias in _ALIASES:
        for found in alias.finditer(text):
            before = text[max(0, found.start() - _LONGEST) : found.start()].rsplit(None, 1)[-1:]
            words = _WORD.findall(before[0]) if before else []
            if words and before[0].endswith(words[-1]) and words[-1] != found[1]:
                yield words[-1], found[1]
    yield from ((found[2], found[1]) for found in _ASSIGNED.finditer(text))
