"""The symbols of a Git tree, each blob read when somebody looks at it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import ItemsView, Iterator, Mapping

from muse_hook.git.objects import decode_path
from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import is_too_much, path_width
from muse_hook.pathrules.rules import SYMBOLS, read_rules
from muse_hook.replay.tables import Symbols, TreeSymbols
from muse_hook.symbols.extract import read_alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.languages.languages import Language
    from muse_hook.model.change import Blob
    from muse_hook.pathrules.rules import PathRules

# Symbols whose ids are kept: some 60 MiB. What one commit's tree asks for, the next one's asks for again.
SYMBOL_CACHE_SIZE = 250_000


class BlobSymbols(Mapping[str, str]):
    """The symbols of a blob that nobody has looked at yet; two of the same blob are mostly the same object."""

    __slots__ = ("_blob", "_language", "_trees", "_width")

    def __init__(self, trees: Trees, blob: str, language: Language, width: int) -> None:
        self._trees = trees
        self._blob = blob
        self._language = language
        self._width = width

    @property
    def key(self) -> tuple[str, str]:
        """The blob and its language: whatever has the same is read once."""
        return self._blob, self._language.name

    @property
    def is_at_hand(self) -> bool:
        """Whether the blob has been read, and is kept."""
        return self._trees.has_read(self.key)

    def read(self) -> dict[str, str] | None:
        """Return the symbols, None where they are not told: unparsed, or too large. Raises ObjectMissingError."""
        found = self._trees.read_blob(self._blob, self._language)
        return None if found is not None and is_too_much(found, self._width) else found

    def __getitem__(self, name: str) -> str:
        return (self.read() or {})[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read() or ())

    def __len__(self) -> int:
        return len(self.read() or ())

    def items(self) -> ItemsView[str, str]:
        """Return names and content ids, looked up once."""
        return (self.read() or {}).items()


class PartialSymbols(dict[str, str]):
    """The symbols of a damaged file: beside them stand those that it swallows, as they were known."""


class Trees:
    """Reads trees as the recorder does, but each blob by itself: nothing is taken over from another version of it."""

    def __init__(self, objects: ObjectReader) -> None:
        self.objects = objects
        self._rule_files: dict[object, Any] = {}  # parsed
        self._blobs: dict[tuple[str, str, int], BlobSymbols] = {}
        self._read: OrderedDict[tuple[str, str], dict[str, str] | None] = OrderedDict()
        self._size = 0
        self._heads: dict[str, bytes] = {}  # by blob, of files whose names do not say their language

    def rules(self, tree: str) -> PathRules:
        """Return which paths of a tree are recorded, and how."""
        return read_rules(self.objects, tree, self._rule_files)

    def symbols(self, tree: str) -> TreeSymbols:
        """Return the symbols of every file of a tree that has some. Raises ObjectMissingError."""
        rules = self.rules(tree)
        found = TreeSymbols()
        for raw, blob in self.objects.files(tree):
            path = decode_path(raw)
            symbols = self.of(path, blob, rules)
            if symbols is not None:
                found[path] = symbols
        return found

    def of(self, path: str, blob: Blob | None, rules: PathRules) -> BlobSymbols | None:
        """Return the symbols of one file, None for what has none: no file, no language, not in scope."""
        if blob is None or not blob.is_file:
            return None
        language = language_for(path, lambda: self._head(blob.oid))
        if language is None or rules.of(path) != SYMBOLS:
            return None
        width = path_width(path)
        key = (blob.oid, language.name, width)
        if key not in self._blobs:
            self._blobs[key] = BlobSymbols(self, blob.oid, language, width)
        return self._blobs[key]

    def _head(self, blob: str) -> bytes:
        if blob not in self._heads:
            self._heads[blob] = self.objects.head(blob)
        return self._heads[blob]

    def has_read(self, key: tuple[str, str]) -> bool:
        """Say whether a blob (see `BlobSymbols.key`) has been read, and is kept."""
        return key in self._read

    def read_blob(self, blob: str, language: Language) -> dict[str, str] | None:
        """Return the content ids of a blob's symbols, None where it cannot be parsed. Raises ObjectMissingError."""
        key = (blob, language.name)
        if key in self._read:
            self._read.move_to_end(key)
            return self._read[key]
        table, content_ids = read_alone(self.objects.blob(blob), language)
        found = None
        if table.state == "parsed":
            found = PartialSymbols(content_ids) if table.swallowed else content_ids
        self._read[key] = found
        self._size += len(found or ()) + 1
        while self._size > SYMBOL_CACHE_SIZE and len(self._read) > 1:
            self._size -= len(self._read.popitem(last=False)[1] or ()) + 1
        return found


def read_symbols(symbols: Symbols) -> Mapping[str, str] | None:
    """Return the symbols of a path as they are: read where it was not, None where the file could not be parsed."""
    return symbols.read() if isinstance(symbols, BlobSymbols) else symbols
