"""What replay works on: recorded commits as their seals have them, in causal order, and the symbols of a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

from muse_hook.errors import DamagedLogError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.index.index import Index
    from muse_hook.oplog.reader import OpenLogs
    from muse_hook.oplog.seal import Seal

Symbols = Mapping[str, str] | None
"""Qualified name -> content id; None where they are not known: the file could not be parsed."""


class RecordedCommit:
    """A recorded commit: its tree and parents, the engine that made its batch, and where that stands.

    The batch is `start` to `end` in the log of `session`, its seal's line starts at `line` (bytes).
    """

    __slots__ = ("commit_id", "end", "engine", "line", "parents", "session", "start", "tree")

    def __init__(self, session: str, seal: Seal, start: int) -> None:
        self.commit_id = seal.commit_id
        self.tree = seal.tree
        self.parents = seal.parents
        self.engine = seal.engine
        self.session = session
        self.start = start
        self.line = seal.line
        self.end = seal.end

    def __repr__(self) -> str:
        return f"RecordedCommit({self.commit_id[:10]} in {self.session!r})"


def recorded_ancestors(index: Index, logs: OpenLogs, commit_id: str) -> dict[str, RecordedCommit]:
    """Return a commit and everything that it reaches over recorded commits; empty where it is not recorded itself.

    Raises DamagedLogError where the logs are not what the index has read.
    """
    found: dict[str, RecordedCommit] = {}
    wanted = [commit_id]
    seen = {commit_id}
    while wanted:
        indexed = index.find(wanted)
        wanted = []
        for there in indexed.values():
            seal = logs.reader(there.session).seal(there.line, there.end)
            if seal is None or seal.commit_id != there.commit_id:
                raise DamagedLogError(
                    f"reading the log of {there.session}",
                    f"no seal stands at byte {there.line}",
                    "muse-hook verify, then muse-hook sync",
                )
            found[there.commit_id] = RecordedCommit(there.session, seal, there.start)
            wanted += (parent for parent in seal.parents if parent not in seen)
            seen.update(seal.parents)
    return found


def causal_order(commits: Mapping[str, RecordedCommit]) -> list[str]:
    """Return the commits, parents before children; a line of commits stays together as long as nothing holds it up."""
    waits = {oid: len({parent for parent in commit.parents if parent in commits}) for oid, commit in commits.items()}
    children: dict[str, list[str]] = {}
    for oid, commit in commits.items():
        for parent in dict.fromkeys(commit.parents):
            if parent in commits:
                children.setdefault(parent, []).append(oid)
    ready = [oid for oid, count in waits.items() if not count][::-1]
    order = []
    while ready:
        oid = ready.pop()
        order.append(oid)
        for child in children.get(oid, ()):
            waits[child] -= 1
            if not waits[child]:
                ready.append(child)
    return order


class TreeSymbols(MutableMapping[str, Symbols]):
    """Path -> its symbols; a file without symbols has no entry, or an empty one.

    A copy costs one entry a folder: folders are shared until one side writes to them. What stands for a path is
    replaced and never changed.
    """

    __slots__ = ("_folders", "_own")

    def __init__(self, folders: dict[str, dict[str, Symbols]] | None = None) -> None:
        self._folders = folders if folders is not None else {}
        self._own: set[str] = set()

    def copy(self) -> TreeSymbols:
        """Return another one of the same content."""
        self._own.clear()
        return TreeSymbols(dict(self._folders))

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
