"""What a page shows: a few facts for its head, tables of numbers for its script, and who is on its timeline."""

from __future__ import annotations

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any


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


class TimelineEntities:
    """The symbols and files in the order of their newest op, by numbers from 0; they are added newest commit first.

    `ids` are stable ids, "" of a file; `kinds`, `places` (numbers: the one that was told first, or where HEAD has it)
    and `alive` (whether HEAD has it) are columns as well.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.kinds: list[str] = []
        self.places = array("i")  # -1 as long as none was told
        self.alive = bytearray()
        self._symbols = array("i")  # by entity the number of its symbol, -1 of a file
        self._of_symbol: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}  # places after the first
        self._files: dict[int, int] = {}  # who has a path, as of the commit that is being added

    @property
    def symbols(self) -> int:
        """How many symbols there are."""
        return len(self._of_symbol)

    def find(self, symbol: int) -> int:
        """Return the entity that is a symbol (its number), -1 where none is."""
        return self._of_symbol.get(symbol, -1)

    def symbol(self, symbol: int, kind: str | None) -> int:
        """Return the entity that is a symbol; the newest op says of which kind it is."""
        entity = self._of_symbol.get(symbol)
        if entity is None:
            entity = self._of_symbol[symbol] = self._add(symbol, kind or "symbol")
        return entity

    def file(self, place: int) -> int:
        """Return the entity that is the file at a place in the commit that is being added."""
        entity = self._files.get(place)
        if entity is None:
            entity = self._files[place] = self._add(-1, "file")
        return entity

    def file_was(self, old: int, new: int) -> None:
        """Say that the file at `new` was at `old` before the commit that was just added."""
        entity = self.file(new)
        self.was_at(entity, new)
        self.was_at(entity, old)
        del self._files[new]
        self._files.setdefault(old, entity)

    def was_at(self, entity: int, place: int, *, is_alive: bool = False) -> None:
        """Note one more place, an older one than those before; the first one says whether it `is_alive`."""
        first = self.places[entity]
        if first == place:
            return
        if first < 0:
            self.places[entity] = place
            self.alive[entity] = is_alive
        elif entity not in self._others:
            self._others[entity] = [place]
        elif place not in self._others[entity]:
            self._others[entity].append(place)

    def locate(self, living: Mapping[int, int], is_code: Callable[[int], bool]) -> None:
        """Say of each symbol where HEAD has it (`living`: place -> symbol), and of each file whether it is code."""
        for entity, symbol in enumerate(self._symbols):
            places = (self.places[entity], *self._others.get(entity, ()))
            if symbol < 0:
                self.kinds[entity] = "module" if any(map(is_code, places)) else "file"
                continue
            here = next((place for place in places if living.get(place) == symbol), -1)
            self.alive[entity] = here >= 0
            if here >= 0:
                self.places[entity] = here
        self._others.clear()

    def name(self, ids: Iterable[tuple[int, str]]) -> None:
        """Take in the stable ids of symbols by their numbers."""
        for symbol, symbol_id in ids:
            entity = self._of_symbol.get(symbol)
            if entity is not None:
                self.ids[entity] = symbol_id

    def _add(self, symbol: int, kind: str) -> int:
        self.ids.append("")
        self.kinds.append(kind)
        self.places.append(-1)
        self.alive.append(False)
        self._symbols.append(symbol)
        return len(self.kinds) - 1
