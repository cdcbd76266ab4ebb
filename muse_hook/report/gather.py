"""From the history to the content of a page, in one walk from the newest commit to the oldest."""

from __future__ import annotations

from datetime import datetime

from muse_hook.history.events import recorded_commits, renames, stream
from muse_hook.history.identity import AddressHistory, symbol_numbers
from muse_hook.model.address import split_address
from muse_hook.report.content import PageContent, TimelineSymbols
from muse_hook.report.diffs import StoryStep

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from muse_hook.git.hosting import Host
    from muse_hook.history.ancestry import BranchFilter
    from muse_hook.history.events import CommitEvent, Filter
    from muse_hook.model.address import SymbolKey
    from muse_hook.report.content import TimelineSymbol

_SHORT = 12  # digits of a commit id; Git's own answer for a million objects is 10
# What only a file of a known language can have been said of.
_LANGUAGE_CODES = frozenset(
    {"module", "order", "damaged", "unparsed", "reparsed", "too_large", "unreadable", "added", "removed"}
)
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
    diffs: Callable[[Sequence[StoryStep]], Mapping[int, str]] | None = None,
) -> PageContent:
    """Return what a page can show of the commits that fit `wanted`, and are `chosen` (None: that HEAD reaches).

    `branch` is what HEAD reaches, by which a symbol counts as alive. `display` makes a text of the repository safe
    to look at; it is given each text that gets onto the page. `agents` has the names of those that took part, by
    commit, `superseded` what came in the place of one that was rewritten. `host` is where commits and lines are looked
    at, `diffs` gives the text of the diff of steps, by their numbers.
    """
    events = stream(connection, None, wanted, branch if chosen is None else None)
    walk = _PageWalk(display, agents or {}, superseded or {}, host)
    for event in events:
        if chosen is None or event.commit_id is None or chosen(event.commit_id):
            walk.add_commit(event)
    walk.add_moves(connection, wanted)
    walk.locate(connection, branch)
    return PageContent(
        repository=display(repository),
        scope=[display(each) for each in scope],
        commits=walk.commits,
        recorded=_recorded(connection, wanted, branch, chosen),
        ops=len(walk.ops),
        symbols=sum(1 for symbol in walk.symbols if symbol.id),
        tables=walk.tables(diffs(walk.steps) if diffs is not None else {}),
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


class _PageWalk:
    """The tables while they grow."""

    def __init__(
        self,
        display: Callable[[str], str],
        agents: Mapping[str, str],
        superseded: Mapping[str, str],
        host: Host | None,
    ) -> None:
        self._host = host
        self.steps: list[StoryStep] = []
        self._strings = _Strings(display)
        self._agents = agents
        self._superseded = superseded
        self.symbols = TimelineSymbols()
        self.ops: list[tuple[int, int, SymbolKey]] = []
        self._commit_numbers: dict[str, int] = {}
        self._commits: dict[str, list[Any]] = {
            key: [] for key in ("id", "at", "actor", "author", "subject", "session", "ops", "agents", "superseded")
        }
        self._last = 0
        self._whats: dict[tuple[int, tuple[int, ...]], int] = {}
        self._moves: list[tuple[int, int, str, SymbolKey, SymbolKey, int]] = []
        self._code_paths: set[str] = set()
        self._symbols_in_commits: set[tuple[int, str]] = set()  # (commit, symbol id)

    @property
    def commits(self) -> int:
        """How many commits (and entries by hand) have ops."""
        return len(self._commits["id"])

    def add_commit(self, event: CommitEvent) -> None:
        """Take in a commit."""
        before = len(self.ops)
        file_moves = []
        for op in event.ops:
            if op["is_child"]:
                self._code_paths.add(split_address(op["address"])[0])
            category = category_of(op)
            if category is not None:
                self._add_step(op, event.commit_id)
                self._add_op(op, category)
            if not op["is_child"] and op.get("from_address"):
                file_moves.append((op["from_address"], op["address"], _per_cent(op.get("confidence"))))
        for old, new, sure in file_moves:
            self._moves.append((self.symbols.file(new), self.commits, "file moved", (old, ""), (new, ""), sure))
        for old, new, _ in file_moves:
            self.symbols.file_was(old, new)
        if len(self.ops) > before or file_moves:
            self._add_row(event, len(self.ops) - before)

    def _add_step(self, op: Mapping[str, Any], commit_id: str | None) -> None:
        """Note where in its commit the next op is told of, if it is one of a symbol's lines."""
        if commit_id is None or not op["symbol_id"] or not op.get("lines"):
            return
        first, last = op["lines"]
        is_gone = op["op"] == "delete"
        address = op["address"] if is_gone else op.get("new_address") or op["address"]
        self.steps.append(
            StoryStep(len(self.ops), commit_id, split_address(address)[0], (first, last), is_gone=is_gone)
        )

    def _add_op(self, op: Mapping[str, Any], category: str) -> None:
        address = op.get("new_address") or op["address"]
        if op["symbol_id"]:
            key = split_address(address)
            number = self.symbols.symbol(op["symbol_id"], op["kind"] or "symbol")
            self._symbols_in_commits.add((self.commits, op["symbol_id"]))
        else:
            key = address, ""
            number = self.symbols.file(address)
            if _LANGUAGE_CODES.intersection(op["change"]) or category == "reformatted":
                self._code_paths.add(address)
        symbol = self.symbols[number]
        if not symbol.keys:
            symbol.is_alive = category != "removed"
        symbol.was_at(key)
        what = CATEGORIES.index(category), tuple(map(self._strings.number, op["change"]))
        self.ops.append((number, self._whats.setdefault(what, len(self._whats)), key))

    def _add_row(self, event: CommitEvent, ops: int) -> None:
        at = _seconds(event.created_at)
        if event.commit_id is not None:
            self._commit_numbers[event.commit_id] = self.commits
        author = -1 if event.author in (None, event.actor) else self._strings.number(event.author)
        agents = self._agents.get(event.commit_id or "")
        new = self._superseded.get(event.commit_id or "")
        digits = None if self._host is not None else _SHORT
        row = (
            (event.commit_id or "")[:digits], at - self._last, self._strings.number(event.actor), author,
            self._strings.number(event.subject), self._strings.number(event.session), ops,
            -1 if agents is None else self._strings.number(agents),
            -1 if new is None else self._strings.number(new[:_SHORT]),
        )  # fmt: skip
        for column, value in zip(self._commits.values(), row, strict=True):
            column.append(value)
        self._last = at

    def add_moves(self, connection: sqlite3.Connection, wanted: Filter) -> None:
        """Take in the renames and moves of symbols in the commits that were added; of all others, where they led."""
        for commit_id, symbol_id, old, new, how, confidence, kind, fits in renames(connection, wanted):
            commit = self._commit_numbers.get(commit_id)
            # A symbol's own rename has an op, or a merge brought it along and another commit has it.
            has_op = " " in how or (commit, symbol_id) in self._symbols_in_commits
            if commit is not None and fits and has_op:
                number = self.symbols.symbol(symbol_id, kind)
                self._moves.append((number, commit, how, split_address(old), split_address(new), _per_cent(confidence)))
            elif symbol_id in self.symbols:
                number = self.symbols.symbol(symbol_id, kind)
            else:
                continue
            self.symbols[number].was_at(split_address(new))
            self.symbols[number].was_at(split_address(old))

    def locate(self, connection: sqlite3.Connection, branch: BranchFilter) -> None:
        """Say of each symbol where it is, or was last, and whether HEAD has it; of each file whether it is code."""
        addresses = AddressHistory(connection, lambda: branch.ancestry)
        numbers = symbol_numbers(connection)
        addresses.preload(f"{path}::{name}" for symbol in self.symbols if symbol.id for path, name in symbol.keys)
        for symbol in self.symbols:
            if not symbol.id:
                symbol.kind = "module" if any(path in self._code_paths for path, _ in symbol.keys) else "file"
                continue
            current_key = _current_key(symbol, numbers[symbol.id], addresses, branch)
            symbol.is_alive = current_key is not None
            if current_key is not None:
                symbol.keys = {current_key: None, **symbol.keys}

    def tables(self, diffs: Mapping[int, str]) -> dict[str, Any]:
        """Return the tables as `PageContent` documents them; `diffs` are those of steps, by their ops."""
        keys: dict[SymbolKey, int] = {}
        current = [keys.setdefault(next(iter(symbol.keys)), len(keys)) for symbol in self.symbols]
        columns = [
            0 if keys.get(key) == current[number] else 1 + keys.setdefault(key, len(keys))
            for number, _, key in self.ops
        ]
        number = self._strings.number
        moves = [
            (symbol, commit, number(how), *(keys.setdefault(key, len(keys)) for key in (old, new)), sure)
            for symbol, commit, how, old, new, sure in self._moves
        ]
        symbols = [
            (symbol.id, number(symbol.kind), key, int(symbol.is_alive))
            for symbol, key in zip(self.symbols, current, strict=True)
        ]
        named = {
            "places": _columns(("path", "name"), [(number(path), number(name)) for path, name in keys]),
            "ops": _columns(
                ("entity", "what", "place"),
                [(symbol, what, column) for (symbol, what, _), column in zip(self.ops, columns, strict=True)],
            ),
            "entities": _columns(("id", "kind", "place", "alive"), symbols),
            "moves": _columns(("entity", "commit", "how", "old", "new", "sure"), moves),
        }
        return {
            "styles": CATEGORIES,
            "strings": self._strings.texts(),
            "commits": self._commits,
            "whats": list(self._whats),
            "links": self._links(),
            "diffs": _columns(("op", "text"), sorted(diffs.items())),
            **named,
        }

    def _links(self) -> dict[str, Any] | None:
        """Return how the page's script makes addresses on the host, and the lines that it may lead to."""
        if self._host is None:
            return None
        rows = [(step.number, step.first, step.last) for step in self.steps if not step.is_gone]
        return {**self._host.patterns(), **_columns(("op", "first", "last"), rows)}


def _current_key(
    symbol: TimelineSymbol, number: int, addresses: AddressHistory, branch: BranchFilter
) -> SymbolKey | None:
    """Return where HEAD has a symbol, None where it has not."""
    for path, name in symbol.keys:
        if addresses.living(branch.reachable, f"{path}::{name}") == number:
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
