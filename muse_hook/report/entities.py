"""Who has a story on the page: symbols by their stable ids, files through their moves."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.model.address import SymbolKey


class Entity:
    """A symbol or a file: `keys` are those it was told at, the newest first; `id` is "" for a file."""

    __slots__ = ("id", "is_alive", "keys", "kind")

    def __init__(self, id_: str, kind: str) -> None:
        self.id = id_
        self.kind = kind
        self.keys: dict[SymbolKey, None] = {}
        self.is_alive = False

    def was_at(self, key: SymbolKey) -> None:
        """Note one more key, an older one than those before."""
        self.keys.setdefault(key)


class Entities:
    """Every entity in the order of its newest op; what is told is told from the newest to the oldest."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._all: list[Entity] = []
        self._files: dict[str, int] = {}  # who has a path, as of the commit that is being told

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._all)

    def __contains__(self, symbol_id: str) -> bool:
        return symbol_id in self._numbers

    def __getitem__(self, number: int) -> Entity:
        return self._all[number]

    def symbol(self, symbol_id: str, kind: str) -> int:
        """Return the number of the symbol with a stable id; the newest op says of which kind it is."""
        number = self._numbers.get(symbol_id)
        return self._add(symbol_id, symbol_id, kind) if number is None else number

    def file(self, path: str) -> int:
        """Return the number of the file that is at a path in the commit that is being told."""
        number = self._files.get(path)
        if number is None:
            number = self._files[path] = self._add(f"\0{path}\0{len(self._all)}", "", "file")
        return number

    def file_was(self, old: str, new: str) -> None:
        """Say that the file at `new` was at `old` before the commit that was just told."""
        number = self.file(new)
        self._all[number].was_at((new, ""))
        self._all[number].was_at((old, ""))
        del self._files[new]
        self._files.setdefault(old, number)

    def _add(self, key: str, id_: str, kind: str) -> int:
        self._numbers[key] = len(self._all)
        self._all.append(Entity(id_, kind))
        return self._numbers[key]
