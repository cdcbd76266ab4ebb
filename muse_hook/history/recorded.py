"""Which symbol is which in two commits, as the log has it."""

from __future__ import annotations

from muse_hook.history.ancestry import BranchFilter, is_recorded
from muse_hook.history.identity import addresses_of, symbol_id_of
from muse_hook.history.names import SymbolNames
from muse_hook.model.address import carried_along, split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from muse_hook.git.repository import Repository
    from muse_hook.model.address import SymbolKey

_CHUNK = 500  # parameters of one question

_KEPT, _KEPT_IN_TABLES = 256, 64
"""Commits whose reach is at hand, and is put into the tables. Each takes 8 bytes a branch, 80 kB of 10,000;
all of these took 1.1 GB of memory and 490 MB of the index."""


class RecordedSymbols:
    """Which symbol is which, as some commits see it, by the history; `connection` has it, up to date."""

    def __init__(self, repository: Repository, connection: sqlite3.Connection) -> None:
        self._repository = repository
        self._sql = connection
        self._commits: dict[str, tuple[BranchFilter, SymbolNames]] = {}
        self._first: BranchFilter | None = None
        self._asked = 0

    def between(self, old: str, new: str) -> RecordedIdentity | None:
        """Return who is who in two commits (full ids); None where neither is recorded.

        One will do: the steps that lead there from what was there before the log began are known.
        """
        if not is_recorded(self._sql, old) and not is_recorded(self._sql, new):
            return None
        return RecordedIdentity(self._sql, self._at(old), self._at(new))

    def symbol_id(self, commit: str, key: SymbolKey) -> str:
        """Return the stable id of the symbol that has a key at a commit; "" where that is not recorded."""
        return symbol_id_of(self._sql, _number(self._at(commit)[1], key))

    def has(self, commit: str) -> bool:
        """Whether a commit is recorded."""
        return is_recorded(self._sql, commit)

    def number(self, commit: str, key: SymbolKey) -> int | None:
        """Return the number of the symbol that has a key at a commit; None where that is not recorded."""
        return _number(self._at(commit)[1], key)

    def stood_only_at(self, number: int, key: SymbolKey) -> bool:
        """Whether a symbol never had another address by itself than that of a key."""
        return addresses_of(self._sql, number) == [f"{key[0]}::{key[1]}"]

    def has_all(self, commits: Iterable[str]) -> bool:
        """Whether every one of some distinct commits is recorded, and its symbols are known."""
        asked = list(commits)
        return self._count(asked) == len(asked)

    def count_without(self, commits: Iterable[str]) -> int:
        """Return how many commits are recorded beside those named: it stays what it is while only these come."""
        counted = self._sql.execute("SELECT count(*) FROM records WHERE linked").fetchone()[0]
        return int(counted) - self._count(list(commits))

    def _count(self, commits: Sequence[str]) -> int:
        """Return how many of some commits are recorded."""
        counted = 0
        for start in range(0, len(commits), _CHUNK):
            part = commits[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            query = f"SELECT count(*) FROM records WHERE linked AND commit_id IN ({marks})"  # noqa: S608 - question marks
            counted += self._sql.execute(query, part).fetchone()[0]
        return counted

    def _at(self, commit: str) -> tuple[BranchFilter, SymbolNames]:
        known = self._commits.pop(commit, None)
        if known is None:
            self._asked += 1
            branch = BranchFilter(
                self._repository, self._sql, [commit], self._first, is_kept=self._asked <= _KEPT_IN_TABLES
            )
            self._first = self._first or branch
            known = branch, SymbolNames(self._sql, branch)
            if len(self._commits) >= _KEPT:
                del self._commits[next(iter(self._commits))]
        self._commits[commit] = known
        return known


class RecordedIdentity:
    """Who is who in an old commit and a new one; see `muse_hook.match.recorded.Identity`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        old: tuple[BranchFilter, SymbolNames],
        new: tuple[BranchFilter, SymbolNames],
    ) -> None:
        self._sql = connection
        self._reach = old[0], new[0]
        self._names = old[1], new[1]

    def before(self, key: SymbolKey) -> int | None:
        """Return the number of the symbol that has a key in the old commit."""
        return _number(self._names[0], key)

    def after(self, key: SymbolKey) -> int | None:
        """Return the number of the symbol that has a key in the new commit."""
        return _number(self._names[1], key)

    def confidence(self, number: int) -> float:
        """Return the product of the confidences of a symbol's moves that one of the two commits has and the other not.

        A way of several guesses is less sure than each of them.
        """
        sure = 1.0
        for confidence, commit_id, *position in self._sql.execute(
            "SELECT m.confidence, r.commit_id, r.chain, r.step, r.generation FROM moves m JOIN records r USING (record)"
            " WHERE m.symbol = ? AND m.confidence IS NOT NULL AND m.from_parent IS NULL AND r.commit_id IS NOT NULL",
            (number,),
        ):
            where = (position[0], position[1], position[2])
            if self._reach[0].has(commit_id, where) != self._reach[1].has(commit_id, where):
                sure *= confidence
        return round(sure, 2)


class UncommittedIdentity:
    """Who is who in an old commit and in what is not committed, by the `identity` of the old commit and HEAD.

    `delta` says how the index or the work tree differs from HEAD.
    """

    def __init__(self, identity: RecordedIdentity, delta: Mapping[str, Any]) -> None:
        self._identity = identity
        self.before = identity.before
        self.confidence = identity.confidence
        self._old_paths: dict[str, str] = {}
        self._old_keys: dict[SymbolKey, SymbolKey] = {}
        self._new: set[SymbolKey] = set()
        for file in delta["ops"]:
            path, former = file["address"], file.get("from_address", file["address"])
            if former != path:
                self._old_paths[path] = former
            for op in file.get("child_ops", ()):
                paths = path, former
                if "new_address" in op:
                    new = op["new_address"]
                    key = split_address(new, (*paths, new.partition("::")[0]))
                    self._old_keys[key] = split_address(op["address"], paths)
                elif op["op"] == "insert" and "from_address" not in op:
                    self._new.add(split_address(op["address"], paths))

    def after(self, key: SymbolKey) -> int | None:
        """Return the number of the symbol that has a key in what is not committed."""
        if key in self._new:
            return None
        old = self._old_keys.get(key) or carried_along(key, self._old_paths, self._old_keys)
        return self._identity.after(old)


def _number(names: SymbolNames, key: SymbolKey) -> int | None:
    return names.symbol_at(f"{key[0]}::{key[1]}")
