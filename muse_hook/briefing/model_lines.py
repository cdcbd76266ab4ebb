"""Which lines of a file's symbols a model wrote, as git-ai's notes say, followed to where they are now."""

from __future__ import annotations

from difflib import SequenceMatcher

from muse_hook.agents.notes import REF, NoteError, parse_note
from muse_hook.agents.table import agent_table
from muse_hook.briefing.tree import CommitTree
from muse_hook.errors import ObjectMissingError
from muse_hook.history.identity import symbol_numbers
from muse_hook.history.recorded import RecordedSymbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from muse_hook.agents.notes import NotedLines
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.history.names import SymbolNames
    from muse_hook.model.symbol import Symbol, SymbolTable

_ALIKE = 0.4
"""How alike two symbols of one name must be where nothing else says that they are one."""


class ModelLines:
    """The notes of a repository, and the lines that they speak of, as they are in one commit."""

    def __init__(
        self,
        repository: Repository,
        objects: ObjectReader,
        database: sqlite3.Connection,
        names: SymbolNames,
        warn: Callable[[str], None],
    ) -> None:
        """`names` knows who is who at the commit that is looked at; `warn` is told of notes that cannot be read."""
        self._repository = repository
        self._objects = objects
        self._names = names
        self._recorded = RecordedSymbols(repository, database)
        self._number_of_id = symbol_numbers(database)
        self._warn = warn
        self._trees: dict[str, CommitTree] = {}

    def of_file(self, path: str, table: SymbolTable, lines: list[str]) -> dict[str, list[dict[str, Any]]]:
        """Return, by qualified name, the noted lines of a file's symbols: `lines`, `agent`, `model`, `commit`.

        A line stays with its symbol, through renames and moves as the history has them, through squashed and rebased
        copies by content and by name; within it, it is found by what it says. Of two notes the younger commit's counts.
        """
        former = self._former_paths(path, table)
        goals = _Goals(path, table, lines, self._contents(path, table))
        found: dict[str, dict[int, tuple[str, str, str]]] = {}
        for commit_id, note in self._notes():
            for noted_path in former & note.keys():
                for name, number, agent, model in self._now(commit_id, noted_path, note[noted_path], goals):
                    found.setdefault(name, {})[number] = (agent, model, commit_id)
        return {name: _grouped(numbers) for name, numbers in found.items()}

    def _notes(self) -> Iterable[tuple[str, Mapping[str, list[NotedLines]]]]:
        """Yield (commit, what its note says), the oldest commit first."""
        status, output, _ = self._repository.run("notes", f"--ref={REF}", "list")
        rows = [line.split() for line in output.decode("ascii", "replace").split("\n") if line] if status == 0 else []
        known = []
        for blob, commit_id in (row for row in rows if len(row) == 2):  # noqa: PLR2004 - a note and what it is on
            try:
                commit = self._objects.commit(commit_id)
                note = parse_note(self._objects.blob(blob).decode("utf-8", "backslashreplace"))
            except ObjectMissingError:
                continue  # of a commit that is gone
            except NoteError as error:
                self._warn(f"the note on {commit_id[:10]} is passed over: {error.wrong}")
                continue
            known.append((commit.committed_at, commit_id, note))
        return [(commit_id, note) for _, commit_id, note in sorted(known, key=lambda each: each[:2])]

    def _former_paths(self, path: str, table: SymbolTable) -> set[str]:
        """Return every path that the file, or one of its symbols, ever had."""
        numbers = (self._names.symbol_at(f"{path}::{name}") for name in table.symbols)
        former = self._names.addresses_of([number for number in numbers if number is not None])
        return {path, *self._names.former_paths(path), *(address.partition("::")[0] for address in former)}

    def _now(
        self, commit_id: str, noted_path: str, noted: list[NotedLines], goals: _Goals
    ) -> Iterable[tuple[str, int, str, str]]:
        """Yield (qualified name now, line now, agent, model) of what a note says of one file."""
        if commit_id not in self._trees:
            self._trees[commit_id] = CommitTree(self._repository, self._objects, commit_id)
        tree = self._trees[commit_id]
        old = tree.table(noted_path)
        if old is None:
            return
        source = tree.source(noted_path)
        owner_of = _owners(old)
        for each in noted:
            by_symbol: dict[str, list[int]] = {}
            for first, last in each.ranges:
                for number in range(first, min(last, len(source)) + 1):
                    if number in owner_of:
                        by_symbol.setdefault(owner_of[number], []).append(number)
            agent = agent_table().of_actor(each.tool) or each.tool
            for name, numbers in by_symbol.items():
                where = self._goal(commit_id, noted_path, old.symbols[name], goals)
                if where is None:
                    continue
                goal, is_sure = where
                for number in _aligned(old.symbols[name], source, numbers, goal, goals.lines, is_sure=is_sure):
                    if goals.owners.get(number) == goal.qualified_name:
                        yield goal.qualified_name, number, agent, each.model

    def _contents(self, path: str, table: SymbolTable) -> dict[str, set[str]]:
        """Return every content that each symbol of the file has had, by qualified name."""
        numbers = {name: self._names.symbol_at(f"{path}::{name}") for name in table.symbols}
        return {
            name: {table.symbols[name].content_id, *(() if number is None else self._names.contents_of(number))}
            for name, number in numbers.items()
        }

    def _goal(self, commit_id: str, noted_path: str, symbol: Symbol, goals: _Goals) -> tuple[Symbol, bool] | None:
        """Return the symbol that another one has become, and whether that is certain.

        The history says so; of one that was squashed or picked, and so began anew, a content that both have had does.
        What has neither is known by its name.
        """
        symbols, contents = goals.table.symbols, {symbol.content_id}
        symbol_id = self._recorded.symbol_id(commit_id, (noted_path, symbol.qualified_name))
        number = self._number_of_id.get(symbol_id)
        if number is not None:
            address = self._names.address_of(number)
            if self._names.symbol_at(address) == number:  # it lives: here, or it is none of this file's
                here, _, name = address.partition("::")
                return (symbols[name], True) if here == goals.path and name in symbols else None
            contents |= self._names.contents_of(number)
        shared = [name for name, had in goals.contents.items() if not contents.isdisjoint(had)]
        if symbol.qualified_name in shared:
            return symbols[symbol.qualified_name], True
        if len(shared) == 1:
            return symbols[shared[0]], True
        same = symbols.get(symbol.qualified_name) if not shared else None
        if same is not None:
            return same, False
        alike = [each for each in symbols.values() if each.masked_id == symbol.masked_id]
        return (alike[0], True) if len(alike) == 1 else None


class _Goals:
    """The file that is looked at: where lines may be now."""

    def __init__(self, path: str, table: SymbolTable, lines: list[str], contents: Mapping[str, set[str]]) -> None:
        self.path = path
        self.table = table
        self.lines = lines
        self.contents = contents
        self.owners = _owners(table)


def _owners(table: SymbolTable) -> dict[int, str]:
    """Return, by line, the innermost symbol that it is in."""
    found: dict[int, str] = {}
    for name, symbol in sorted(table.symbols.items(), key=lambda item: item[0].count(".")):
        for number in range(symbol.lines[0], symbol.lines[1] + 1):
            found[number] = name
    return found


def _aligned(
    old: Symbol, source: list[str], numbers: list[int], new: Symbol, lines: list[str], *, is_sure: bool
) -> Iterable[int]:
    """Yield where lines of a symbol are now: those that say the same, in order; none where the two are not alike."""
    before = [line.strip() for line in source[old.lines[0] - 1 : old.lines[1]]]
    after = [line.strip() for line in lines[new.lines[0] - 1 : new.lines[1]]]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if not is_sure and matcher.ratio() < _ALIKE:
        return
    wanted = {number - old.lines[0] for number in numbers}
    for a, b, size in matcher.get_matching_blocks():
        for at in range(size):
            if a + at in wanted:
                yield new.lines[0] + b + at


def _grouped(numbers: Mapping[int, tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return lines that follow each other and are by the same as ranges."""
    rows: list[dict[str, Any]] = []
    for number in sorted(numbers):
        agent, model, commit_id = numbers[number]
        about = {"agent": agent, "model": model, "commit": commit_id}
        if rows and rows[-1]["lines"][1] == number - 1 and {**rows[-1], **about} == rows[-1]:
            rows[-1]["lines"][1] = number
        else:
            rows.append({"lines": [number, number], **about})
    return rows
