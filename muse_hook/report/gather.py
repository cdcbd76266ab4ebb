"""From the history to the content of a page, in one walk from the newest commit to the oldest."""

from __future__ import annotations

from datetime import datetime

from muse_hook.history.events import recorded_commits, renames, stream
from muse_hook.history.identity import AddressHistory, symbol_numbers
from muse_hook.model.address import split_address
from muse_hook.report.content import Content
from muse_hook.report.entities import Entities
from muse_hook.report.strings import Strings
from muse_hook.report.styles import STYLES, style_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from muse_hook.history.ancestry import BranchFilter
    from muse_hook.history.events import CommitEvent, Filter
    from muse_hook.model.address import SymbolKey
    from muse_hook.report.entities import Entity

_SHORT = 12  # digits of a commit id; Git's own answer for a million objects is 10
# What only a file of a known language can have been told of.
_LANGUAGE_CODES = frozenset({"module", "order", "unparsed", "reparsed", "too_large", "added", "removed"})


def gather(
    connection: sqlite3.Connection,
    branch: BranchFilter,
    wanted: Filter,
    *,
    chosen: Callable[[str], bool] | None,
    repository: str,
    scope: list[str],
    shown: Callable[[str], str],
) -> Content:
    """Return what a page can tell of the commits that fit `wanted`, and are `chosen` (None: that HEAD reaches).

    `branch` is what HEAD reaches, by which a symbol counts as alive. `shown` makes a text of the repository safe
    to look at; it is given each text that gets onto the page.
    """
    events = stream(connection, None, wanted, branch if chosen is None else None)
    walk = _Walk(shown)
    for event in events:
        if chosen is None or event.commit_id is None or chosen(event.commit_id):
            walk.tell(event)
    walk.moves(connection, wanted)
    walk.settle(connection, branch)
    return Content(
        repository=shown(repository),
        scope=[shown(each) for each in scope],
        commits=walk.commits,
        recorded=_recorded(connection, wanted, branch, chosen),
        ops=len(walk.ops),
        symbols=sum(1 for entity in walk.entities if entity.id),
        tables=walk.tables(),
    )


def _recorded(
    connection: sqlite3.Connection, wanted: Filter, branch: BranchFilter, chosen: Callable[[str], bool] | None
) -> int:
    recorded = recorded_commits(connection, wanted)
    if chosen is None:
        return sum(branch.has(commit_id, position) for commit_id, position in recorded)
    return sum(chosen(commit_id) for commit_id, _ in recorded)


class _Walk:
    """The tables while they grow."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._strings = Strings(shown)
        self._shown = shown
        self.entities = Entities()
        self.ops: list[tuple[int, int, SymbolKey]] = []
        self._commit_numbers: dict[str, int] = {}
        self._commits: dict[str, list[Any]] = {
            key: [] for key in ("id", "at", "actor", "author", "subject", "session", "ops")
        }
        self._last = 0
        self._whats: dict[tuple[int, tuple[int, ...]], int] = {}
        self._moves: list[tuple[int, int, str, SymbolKey, SymbolKey, int]] = []
        self._code_paths: set[str] = set()
        self._symbols_told: set[tuple[int, str]] = set()  # (commit, symbol id)

    @property
    def commits(self) -> int:
        """How many commits (and entries by hand) have ops."""
        return len(self._commits["id"])

    def tell(self, event: CommitEvent) -> None:
        """Take in a commit."""
        before = len(self.ops)
        file_moves = []
        for op in event.ops:
            if op["is_child"]:
                self._code_paths.add(split_address(op["address"])[0])
            style = style_of(op)
            if style is not None:
                self._tell_op(op, style)
            if not op["is_child"] and op.get("from_address"):
                file_moves.append((op["from_address"], op["address"], _per_cent(op.get("confidence"))))
        for old, new, sure in file_moves:
            self._moves.append((self.entities.file(new), self.commits, "file moved", (old, ""), (new, ""), sure))
        for old, new, _ in file_moves:
            self.entities.file_was(old, new)
        if len(self.ops) > before or file_moves:
            self._tell_commit(event, len(self.ops) - before)

    def _tell_op(self, op: Mapping[str, Any], style: str) -> None:
        address = op.get("new_address") or op["address"]
        if op["symbol_id"]:
            place = split_address(address)
            number = self.entities.symbol(op["symbol_id"], op["kind"] or "symbol")
            self._symbols_told.add((self.commits, op["symbol_id"]))
        else:
            place = address, ""
            number = self.entities.file(address)
            if _LANGUAGE_CODES.intersection(op["change"]) or style == "reformatted":
                self._code_paths.add(address)
        entity = self.entities[number]
        if not entity.keys:
            entity.is_alive = style != "removed"
        entity.was_at(place)
        what = STYLES.index(style), tuple(map(self._strings.number, op["change"]))
        self.ops.append((number, self._whats.setdefault(what, len(self._whats)), place))

    def _tell_commit(self, event: CommitEvent, ops: int) -> None:
        at = _seconds(event.created_at)
        if event.commit_id is not None:
            self._commit_numbers[event.commit_id] = self.commits
        author = -1 if event.author in (None, event.actor) else self._strings.number(event.author)
        row = (
            (event.commit_id or "")[:_SHORT], at - self._last, self._strings.number(event.actor), author,
            self._strings.number(event.subject), self._strings.number(event.session), ops,
        )  # fmt: skip
        for column, value in zip(self._commits.values(), row, strict=True):
            column.append(value)
        self._last = at

    def moves(self, connection: sqlite3.Connection, wanted: Filter) -> None:
        """Take in the renames and moves of symbols in the commits that were told; of all others, where they led."""
        for commit_id, symbol_id, old, new, how, confidence, kind, fits in renames(connection, wanted):
            commit = self._commit_numbers.get(commit_id)
            # A symbol's own rename has an op, or a merge brought it along and another commit tells it.
            is_told = " " in how or (commit, symbol_id) in self._symbols_told
            if commit is not None and fits and is_told:
                number = self.entities.symbol(symbol_id, kind)
                self._moves.append((number, commit, how, split_address(old), split_address(new), _per_cent(confidence)))
            elif symbol_id in self.entities:
                number = self.entities.symbol(symbol_id, kind)
            else:
                continue
            self.entities[number].was_at(split_address(new))
            self.entities[number].was_at(split_address(old))

    def settle(self, connection: sqlite3.Connection, branch: BranchFilter) -> None:
        """Say of each symbol where it is, or was last, and whether HEAD has it; of each file whether it is code."""
        addresses = AddressHistory(connection, lambda: branch.ancestry)
        numbers = symbol_numbers(connection)
        addresses.preload(f"{path}::{name}" for entity in self.entities if entity.id for path, name in entity.keys)
        for entity in self.entities:
            if not entity.id:
                entity.kind = "module" if any(path in self._code_paths for path, _ in entity.keys) else "file"
                continue
            living = _living(entity, numbers[entity.id], addresses, branch)
            entity.is_alive = living is not None
            if living is not None:
                entity.keys = {living: None, **entity.keys}

    def tables(self) -> dict[str, Any]:
        """Return the tables as `Content` documents them."""
        places: dict[SymbolKey, int] = {}
        current = [places.setdefault(next(iter(entity.keys)), len(places)) for entity in self.entities]
        spots = [0 if places.get(place) == current[number] else 1 + places.setdefault(place, len(places))
                 for number, _, place in self.ops]  # fmt: skip
        number = self._strings.number
        moves = [
            (entity, commit, number(how), *(places.setdefault(place, len(places)) for place in (old, new)), sure)
            for entity, commit, how, old, new, sure in self._moves
        ]
        entities = [(entity.id, number(entity.kind), current[at], int(entity.is_alive))
                    for at, entity in enumerate(self.entities)]  # fmt: skip
        named = {
            "places": _columns(("path", "name"), [(number(path), number(name)) for path, name in places]),
            "ops": _columns(
                ("entity", "what", "place"),
                [(each, what, spot) for (each, what, _), spot in zip(self.ops, spots, strict=True)],
            ),
            "entities": _columns(("id", "kind", "place", "alive"), entities),
            "moves": _columns(("entity", "commit", "how", "old", "new", "sure"), moves),
        }
        return {
            "styles": STYLES,
            "strings": self._strings.texts(),
            "commits": self._commits,
            "whats": list(self._whats),
            **named,
        }


def _living(entity: Entity, symbol: int, addresses: AddressHistory, branch: BranchFilter) -> SymbolKey | None:
    """Return where HEAD has a symbol, None where it has not."""
    for path, name in entity.keys:
        if addresses.living(branch.reachable, f"{path}::{name}") == symbol:
            return path, name
    return None


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
