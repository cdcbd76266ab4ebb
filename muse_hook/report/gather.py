"""From the history to the content of a page, in one walk from the newest commit to the oldest."""

from __future__ import annotations

from array import array
from contextlib import suppress
from datetime import datetime
from itertools import accumulate

from muse_hook.errors import InternalError, StoreError
from muse_hook.history.addresses import NAME_MASK, AddressTexts
from muse_hook.history.events import forms, plain_ops, recorded_commits, renames
from muse_hook.history.identity import AddressHistory, symbol_ids_of_numbers
from muse_hook.record.workers import Workers, processors
from muse_hook.report.content import PageContent, TimelineEntities
from muse_hook.report.diffs import StoryStep

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, Self

    from muse_hook.git.hosting import Host
    from muse_hook.history.ancestry import BranchFilter, ChainPosition
    from muse_hook.history.events import Filter, PlainOp, PlainRecord
    from muse_hook.model.address import SymbolKey

_SHORT = 12  # digits of a commit id; Git's own answer for a million objects is 10
# What only a file of a known language can have been said of.
_LANGUAGE_CODES = frozenset(
    {"module", "order", "damaged", "unparsed", "reparsed", "too_large", "unreadable", "added", "removed"}
)
# From so many ops on another process makes the diffs: of 298,742 ops they are .9 of 3.9 s.
_APART = 20_000
_ALL = "all"
_LONGEST = 500  # characters; a subject line of a megabyte is somebody's joke

CATEGORIES = ("added", "removed", "changed", "renamed", "moved", "reformatted")

_BY_OP = {
    "insert": "added",
    "delete": "removed",
    "replace": "changed",
    "patch": "changed",
    "mutate": "changed",
}
_OWN_CATEGORY = ("added", "removed", "renamed", "moved")


def gather(
    connection: sqlite3.Connection,
    branch: BranchFilter,
    wanted: Filter,
    *,
    chosen: Callable[[str], bool] | None,
    repository: str,
    scope: list[str],
    display: Callable[[str], str],
    agents: Mapping[str, str] | None = None,
    superseded: Mapping[str, str] | None = None,
    host: Host | None = None,
    diffs: Callable[[Iterable[StoryStep]], Mapping[int, str]] | None = None,
) -> PageContent:
    """Return what a page can show of the commits that fit `wanted`, and are `chosen` (None: that HEAD reaches).

    `branch` is what HEAD reaches, by which a symbol counts as alive. `display` makes a text of the repository safe
    to look at; it is given each text that gets onto the page. `agents` has the names of those that took part, by
    commit, `superseded` what came in the place of one that was rewritten. `host` is where commits and lines are looked
    at, `diffs` gives the text of the diff of steps, by their numbers.
    """

    def has(commit_id: str | None, position: ChainPosition) -> bool:
        if commit_id is None:
            return True
        return branch.has(commit_id, position) if chosen is None else chosen(commit_id)

    walk = _PageWalk(display, agents or {}, superseded or {}, host, connection)
    for record, ops in plain_ops(connection, wanted, has):
        walk.add_commit(record, ops)
    with _Diffs(diffs, walk) as made:
        walk.add_moves(connection, wanted)
        walk.locate(connection, branch)
        return PageContent(
            repository=display(repository),
            scope=[display(each) for each in scope],
            commits=walk.commits,
            recorded=_recorded(connection, wanted, branch, chosen),
            ops=walk.ops,
            symbols=walk.symbols,
            tables=walk.tables(made.texts),
        )


def category_of(op: Mapping[str, Any]) -> str | None:
    """Return what an op is to people, one of `CATEGORIES` (keys as in docs/json.md, `log`).

    None for what another op says: a patch whose symbols say what happened, and the second half of a move.
    """
    codes = op["change"]
    if op["op"] == "insert" and op.get("from_address"):
        return None
    if op["op"] == "patch" and not codes and not op.get("from_address"):
        return None
    if op["op"] == "move" or (op["op"] == "patch" and op.get("from_address")):
        return "moved"
    if op["op"] == "delete" and op.get("new_address"):
        return "renamed" if "renamed" in codes else "moved"
    if not op["is_child"] and not codes and "reformatted" in op["summary"]:
        return "reformatted"
    for category in _OWN_CATEGORY:
        if category in codes:
            return category
    return _BY_OP.get(op["op"], "changed")


def _recorded(
    connection: sqlite3.Connection, wanted: Filter, branch: BranchFilter, chosen: Callable[[str], bool] | None
) -> int:
    recorded = recorded_commits(connection, wanted)
    if chosen is None:
        return sum(branch.has(commit_id, position) for commit_id, position in recorded)
    return sum(chosen(commit_id) for commit_id, _ in recorded)


class _Diffs:
    """The diffs of a walk's steps, by their numbers; a context manager. Of many ops another process makes them.

    It reads no database: the steps are made of what the walk has at hand.
    """

    def __init__(self, make: Callable[[Iterable[StoryStep]], Mapping[int, str]] | None, walk: _PageWalk) -> None:
        self._make = make
        self._walk = walk
        self._workers: Workers | None = None

    def __enter__(self) -> Self:
        if self._make is not None and self._walk.ops >= _APART and processors() > 1:
            with suppress(StoreError):  # it cannot be started: here
                self._workers = Workers(lambda _: self._made(), [_ALL], 1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._workers is not None:
            self._workers.close()

    def texts(self) -> Mapping[int, str]:
        """Return them; waits for them."""
        if self._workers is not None:
            with suppress(InternalError, StoreError):  # it was killed, or the machine failed it: here that shows
                found: Mapping[int, str] = self._workers.answer(_ALL)
                return found
        return self._made()

    def _made(self) -> Mapping[int, str]:
        return self._make(self._walk.steps()) if self._make is not None else {}


class _Strings:
    """A table of texts; each is kept once, however often it stands on the page."""

    def __init__(self, display: Callable[[str], str]) -> None:
        self._display = display
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text, which is added where it is new."""
        return self._numbers.setdefault(text, len(self._numbers))

    def texts(self) -> list[str]:
        """Return every text, in order; what is too long for a page ends in an ellipsis."""
        return [
            self._display(text) if len(text) <= _LONGEST else self._display(text[:_LONGEST]) + "\N{HORIZONTAL ELLIPSIS}"
            for text in self._numbers
        ]


class _Places:
    """Where ops say that symbols and files are or were: each is a number, as small as it is early."""

    def __init__(self, texts: AddressTexts) -> None:
        self._texts = texts
        self.addresses = array("q")  # their numbers in the tables
        self._is_file = bytearray()
        self.of_symbols: dict[int, int] = {}
        self._of_files: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.addresses)

    def of_symbol(self, address: int) -> int:
        """Return the number of a symbol's address."""
        number = self.of_symbols.get(address)
        if number is None:
            if not address & NAME_MASK:
                return self.of_file(address)
            number = self.of_symbols[address] = self._add(address, is_file=False)
        return number

    def of_file(self, address: int) -> int:
        """Return the number of a file's own address."""
        number = self._of_files.get(address)
        if number is None:
            number = self._of_files[address] = self._add(address, is_file=True)
        return number

    def _add(self, address: int, *, is_file: bool) -> int:
        self.addresses.append(address)
        self._is_file.append(is_file)
        return len(self.addresses) - 1

    def key(self, number: int) -> SymbolKey:
        """Return a place as a symbol key."""
        address = self.addresses[number]
        return (self._texts.text(address), "") if self._is_file[number] else self._texts.key(address)


class _What:
    """What an op is, wherever it is: the number of its category and codes (-1: it is not told), its symbol's kind.

    `is_last` where nothing is there after it, `is_code` where only a file of a known language can have it.
    """

    __slots__ = ("is_code", "is_gone", "is_last", "kind", "number")

    def __init__(self, number: int, kind: str | None, *, is_last: bool, is_gone: bool, is_code: bool) -> None:
        self.number = number
        self.kind = kind
        self.is_last = is_last
        self.is_gone = is_gone
        self.is_code = is_code


class _PageWalk:
    """The tables while they grow: of an op no more than numbers, since a history has hundreds of thousands."""

    def __init__(
        self,
        display: Callable[[str], str],
        agents: Mapping[str, str],
        superseded: Mapping[str, str],
        host: Host | None,
        connection: sqlite3.Connection,
    ) -> None:
        self._host = host
        self._strings = _Strings(display)
        self._agents = agents
        self._superseded = superseded
        self._places = _Places(AddressTexts(connection))
        self._forms = forms(connection)
        self._entities = TimelineEntities()
        self._ops = {column: array("i") for column in ("entity", "what", "place")}
        self._commit_ids: list[str | None] = []
        self._commits: dict[str, list[Any]] = {
            key: [] for key in ("id", "at", "actor", "author", "subject", "session", "ops", "agents", "superseded")
        }
        self._last = 0
        self._numbers_of_whats: dict[tuple[int, tuple[int, ...]], int] = {}
        self._whats: dict[tuple[Any, ...], _What] = {}
        self._moves: list[tuple[int, int, str, int, int, int]] = []
        self._code_files: set[int] = set()  # addresses
        # Of an op of a symbol's lines: its number, the lines, and the place that these are of.
        self._steps = {column: array("i") for column in ("op", "first", "last", "place")}
        self._gone_steps: set[int] = set()

    @property
    def commits(self) -> int:
        """How many commits (and entries by hand) have ops."""
        return len(self._commits["id"])

    @property
    def ops(self) -> int:
        """How many ops are told."""
        return len(self._ops["what"])

    @property
    def symbols(self) -> int:
        """How many symbols they are of."""
        return self._entities.symbols

    def add_commit(self, record: PlainRecord, ops: Iterable[PlainOp]) -> None:
        """Take in a commit."""
        commit_id = record[0]
        before, commits = self.ops, self.commits
        of_symbol, of_file, entities, whats = self._places.of_symbol, self._places.of_file, self._entities, self._whats
        add_entity, add_what, add_place = (column.append for column in self._ops.values())
        add_op, add_first, add_last, add_lines_of = (column.append for column in self._steps.values())
        number = before
        code_files, file_moves = self._code_files, []
        for (
            _, form, address, new_address, from_address, confidence, first, last, symbol, is_child, is_layout,
        ) in ops:  # fmt: skip
            if is_child:
                code_files.add(address & ~NAME_MASK)
            elif from_address:
                file_moves.append((of_file(from_address), of_file(address), _per_cent(confidence)))
            key = form, not new_address, not from_address, is_child, is_layout
            what = whats.get(key) or self._add_what(key)
            if what.number < 0:
                continue
            there = new_address or address
            if symbol is not None:
                place = of_symbol(there)
                entity = entities.symbol(symbol, what.kind)
                if first is not None and commit_id is not None:
                    add_op(number)
                    add_first(first)
                    add_last(last)
                    add_lines_of(of_symbol(address) if what.is_gone else place)
                    if what.is_gone:
                        self._gone_steps.add(number)
            else:
                place = of_file(there)
                entity = entities.file(place)
                if what.is_code:
                    code_files.add(there)
            entities.was_at(entity, place, is_alive=not what.is_last)
            add_entity(entity)
            add_what(what.number)
            add_place(place)
            number += 1
        for old, new, sure in file_moves:
            self._moves.append((entities.file(new), commits, "file moved", old, new, sure))
        for old, new, _ in file_moves:
            entities.file_was(old, new)
        if self.ops > before or file_moves:
            self._add_row(record, self.ops - before)

    def _add_what(self, key: tuple[Any, ...]) -> _What:
        form, has_no_new, has_no_old, is_child, is_layout = key
        op, kind, codes, summary = self._forms[form]
        seen = {
            "op": op, "change": codes, "new_address": not has_no_new, "from_address": not has_no_old,
            "is_child": is_child, "summary": summary if is_layout is None else "reformatted" * is_layout,
        }  # fmt: skip
        category = category_of(seen)
        number = -1
        if category is not None:
            what = CATEGORIES.index(category), tuple(map(self._strings.number, codes))
            number = self._numbers_of_whats.setdefault(what, len(self._numbers_of_whats))
        is_code = category == "reformatted" or not _LANGUAGE_CODES.isdisjoint(codes)
        made = _What(number, kind, is_last=category == "removed", is_gone=op == "delete", is_code=is_code)
        self._whats[key] = made
        return made

    def steps(self) -> Iterator[StoryStep]:
        """Yield the ops of symbols' lines, the newest first."""
        commits = accumulate(self._commits["ops"])
        at, end = -1, 0
        for op, first, last, place in zip(*self._steps.values(), strict=True):
            while op >= end:
                at, end = at + 1, next(commits)
            commit_id = self._commit_ids[at]
            if commit_id is not None:
                path = self._places.key(place)[0]
                yield StoryStep(op, commit_id, path, (first, last), is_gone=op in self._gone_steps)

    def _add_row(self, record: PlainRecord, ops: int) -> None:
        commit_id, created_at, session, subject, actor, given_author = record
        at = _seconds(created_at)
        self._commit_ids.append(commit_id)
        number = self._strings.number
        author = -1 if given_author in (None, actor) else number(given_author)
        agents = self._agents.get(commit_id or "")
        new = self._superseded.get(commit_id or "")
        digits = None if self._host is not None else _SHORT
        row = (
            (commit_id or "")[:digits], at - self._last, number(actor), author, number(subject or ""), number(session),
            ops, -1 if agents is None else number(agents), -1 if new is None else number(new[:_SHORT]),
        )  # fmt: skip
        for column, value in zip(self._commits.values(), row, strict=True):
            column.append(value)
        self._last = at

    def add_moves(self, connection: sqlite3.Connection, wanted: Filter) -> None:
        """Take in the renames and moves of symbols in the commits that were added; of all others, where they led."""
        number_of_commit = {commit_id: number for number, commit_id in enumerate(self._commit_ids) if commit_id}
        starts = [0, *accumulate(self._commits["ops"])]
        known, told = -1, set[int]()
        entities, of_symbol = self._entities, self._places.of_symbol
        for commit_id, symbol, old, new, how, confidence, kind, fits in renames(connection, wanted):
            commit = number_of_commit.get(commit_id, -1)
            if commit not in (-1, known):
                known, told = commit, set(self._ops["entity"][starts[commit] : starts[commit + 1]])
            # A symbol's own rename has an op, or a merge brought it along and another commit has it.
            has_op = " " in how or (commit >= 0 and entities.find(symbol) in told)
            if commit >= 0 and fits and has_op:
                entity = entities.symbol(symbol, kind)
                places = of_symbol(old), of_symbol(new)
                self._moves.append((entity, commit, how, *places, _per_cent(confidence)))
            else:
                entity = entities.find(symbol)
                if entity < 0:
                    continue
            entities.was_at(entity, of_symbol(new))
            entities.was_at(entity, of_symbol(old))

    def locate(self, connection: sqlite3.Connection, branch: BranchFilter) -> None:
        """Say of each symbol where it is, or was last, and whether HEAD has it; of each file whether it is code."""
        addresses = AddressHistory(connection, lambda: branch.ancestry)
        living = addresses.living_at(branch.reachable, self._places.of_symbols)
        self._entities.locate(living, lambda place: self._places.addresses[place] in self._code_files)
        self._entities.name(symbol_ids_of_numbers(connection))

    def tables(self, diffs: Callable[[], Mapping[int, str]]) -> dict[str, Any]:
        """Return the tables as `PageContent` documents them; `diffs` returns those of steps, by their ops."""
        # Places are told in the order in which they stand here; -1 as long as they do not.
        told = array("i", [-1]) * len(self._places)
        order = array("i")

        def number_of(place: int) -> int:
            if told[place] < 0:
                told[place] = len(order)
                order.append(place)
            return told[place]

        current = self._entities.places
        here = array("i", map(number_of, current))
        columns = array(
            "l",
            [
                0 if place == current[entity] else 1 + (told[place] if told[place] >= 0 else number_of(place))
                for entity, place in zip(self._ops["entity"], self._ops["place"], strict=True)
            ],
        )
        number = self._strings.number
        moves = [
            (entity, commit, number(how), number_of(old), number_of(new), sure)
            for entity, commit, how, old, new, sure in self._moves
        ]
        kinds = self._entities.kinds
        entities = {
            "id": self._entities.ids, "kind": array("i", map(number, kinds)), "place": here,
            "alive": list(self._entities.alive),
        }  # fmt: skip
        places = {"path": array("i"), "name": array("i")}
        for place in order:
            for column, text in zip(places.values(), self._places.key(place), strict=True):
                column.append(number(text))
        return {
            "styles": CATEGORIES,
            "strings": self._strings.texts(),
            "commits": self._commits,
            "whats": list(self._numbers_of_whats),
            "links": self._links(),
            "diffs": _columns(("op", "text"), sorted(diffs().items())),
            "places": places,
            "ops": {"entity": self._ops["entity"], "what": self._ops["what"], "place": columns},
            "entities": entities,
            "moves": _columns(("entity", "commit", "how", "old", "new", "sure"), moves),
        }

    def _links(self) -> dict[str, Any] | None:
        """Return how the page's script makes addresses on the host, and the lines that it may lead to."""
        if self._host is None:
            return None
        columns = (self._steps[column] for column in ("op", "first", "last"))
        rows = [row for row in zip(*columns, strict=True) if row[0] not in self._gone_steps]
        return {**self._host.patterns(), **_columns(("op", "first", "last"), rows)}


def _columns(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def _per_cent(confidence: float | None) -> int:
    return 100 if confidence is None else round(100 * confidence)


def _seconds(created_at: str) -> int:
    """Return an ISO time in seconds since 1970; 0 for one that is none (an op appended by hand may say anything)."""
    try:
        return int(datetime.fromisoformat(created_at).timestamp())
    except (ValueError, OverflowError):
        return 0
