"""What a page shows: a few facts for its head, tables of numbers for its script, and who is on its timeline."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from muse_hook.model.address import SymbolKey


class PageContent:
    """What `page` makes a page of; every text is fit to be shown, none is fit to be HTML.

    `repository` is the name, `scope` where it was looked from and what was chosen, `commits` how many of `recorded`
    commits have ops, `ops` and `symbols` how many there are. `tables` go to the page's script:

    - `styles`: the six categories of an op; `strings`: every text once, named by its number from here on
    - `commits`: columns, the newest first in causal order: `id`, `at` (seconds since 1970, each as its distance from
      the one before), `actor`, `author` (-1: the actor), `subject`, `session`, how many `ops` the commit has, and
      `agents` that took part (-1: none is known),
      `superseded` (by which commit, or "dropped"; -1: it was not)
    - `whats`: (category, strings of reason codes) of an op; `places`: symbol keys, columns `path`, `name`
    - `ops`: columns `entity`, `what`, `place` (0: where the entity was last, else 1 + the number of a place)
    - `entities`: symbols and files: columns `id`, `kind`, `place`, `alive` (whether HEAD has it)
    - `branches` (where it was asked for): the `base`, the `names` of live branches, and `meets`: rows of two numbers
      (0: the base, else 1 + that of a name), 1 where Git's merge stops, and of each collision (how, address, what Git
      makes of it)
    - `diffs`: columns `op`, `text`: lines of a diff, the first character of each saying what it is
    - `links` (null: no host is known): addresses with `{id}`, `{path}`, `{first}` and `{last}` in them (`commit`,
      `file`, `lines` and `line`, for behind that of a file), and columns `op`, `first`, `last`: the lines of an op
      after its commit; `id` of `commits` is whole then
    - `moves`: columns `entity`, `commit`, `how`, `old`, `new` (places), `sure` (per cent)
    """

    __slots__ = ("commits", "ops", "recorded", "repository", "scope", "symbols", "tables")

    def __init__(
        self,
        *,
        repository: str,
        scope: list[str],
        commits: int,
        recorded: int,
        ops: int,
        symbols: int,
        tables: dict[str, Any],
    ) -> None:
        self.repository = repository
        self.scope = scope
        self.commits = commits
        self.recorded = recorded
        self.ops = ops
        self.symbols = symbols
        self.tables = tables


class TimelineSymbol:
    """A symbol or a file: `keys` are those that ops name it by, the newest first; `id` is "" for a file."""

    __slots__ = ("id", "is_alive", "keys", "kind")

    def __init__(self, id_: str, kind: str) -> None:
        self.id = id_
        self.kind = kind
        self.keys: dict[SymbolKey, None] = {}
        self.is_alive = False

    def was_at(self, key: SymbolKey) -> None:
        """Note one more key, an older one than those before."""
        self.keys.setdefault(key)


class TimelineSymbols:
    """All of them in the order of their newest op; they are added from the newest commit to the oldest."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._all: list[TimelineSymbol] = []
        self._files: dict[str, int] = {}  # who has a path, as of the commit that is being added

    def __iter__(self) -> Iterator[TimelineSymbol]:
        return iter(self._all)

    def __contains__(self, symbol_id: str) -> bool:
        return symbol_id in self._numbers

    def __getitem__(self, number: int) -> TimelineSymbol:
        return self._all[number]

    def symbol(self, symbol_id: str, kind: str) -> int:
        """Return the number of the symbol with a stable id; the newest op says of which kind it is."""
        number = self._numbers.get(symbol_id)
        return self._add(symbol_id, symbol_id, kind) if number is None else number

    def file(self, path: str) -> int:
        """Return the number of the file that is at a path in the commit that is being added."""
        number = self._files.get(path)
        if number is None:
            number = self._files[path] = self._add(f"\0{path}\0{len(self._all)}", "", "file")
        return number

    def file_was(self, old: str, new: str) -> None:
        """Say that the file at `new` was at `old` before the commit that was just added."""
        number = self.file(new)
        self._all[number].was_at((new, ""))
        self._all[number].was_at((old, ""))
        del self._files[new]
        self._files.setdefault(old, number)

    def _add(self, key: str, id_: str, kind: str) -> int:
        self._numbers[key] = len(self._all)
        self._all.append(TimelineSymbol(id_, kind))
        return self._numbers[key]
