"""The symbols of a commit by path: tables that share what they have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

Symbols = Mapping[str, str] | None
"""Qualified name -> content id; None where they are not known: the file could not be parsed."""


class Table(MutableMapping[str, Symbols]):
    """Path -> symbols. A copy costs one entry a folder: folders are shared until one side writes to them.

    What stands in a table is replaced and never changed.
    """

    __slots__ = ("_folders", "_own")

    def __init__(self, folders: dict[str, dict[str, Symbols]] | None = None) -> None:
        self._folders = folders if folders is not None else {}
        self._own: set[str] = set()

    def copy(self) -> Table:
        """Return a table of the same content."""
        self._own.clear()
        return Table(dict(self._folders))

    def __getitem__(self, path: str) -> Symbols:
        folder, _, name = path.rpartition("/")
        return self._folders[folder][name]

    def __contains__(self, path: object) -> bool:
        folder, _, name = str(path).rpartition("/")
        return name in self._folders.get(folder, ())

    def __setitem__(self, path: str, symbols: Symbols) -> None:
        folder, _, name = path.rpartition("/")
        self._owned(folder)[name] = symbols

    def __delitem__(self, path: str) -> None:
        if path not in self:
            raise KeyError(path)
        folder, _, name = path.rpartition("/")
        owned = self._owned(folder)
        del owned[name]
        if not owned:
            del self._folders[folder]

    def __iter__(self) -> Iterator[str]:
        for folder, names in self._folders.items():
            prefix = f"{folder}/" if folder else ""
            for name in names:
                yield prefix + name

    def __len__(self) -> int:
        return sum(map(len, self._folders.values()))

    def _owned(self, folder: str) -> dict[str, Symbols]:
        if folder not in self._own or folder not in self._folders:
            self._folders[folder] = dict(self._folders.get(folder, {}))
            self._own.add(folder)
        return self._folders[folder]
