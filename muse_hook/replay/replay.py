"""The symbols at any commit, replayed from the log: the ops of all that it reaches, applied parents first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from muse_hook.errors import DamagedLogError, MuseHookError, RevisionError
from muse_hook.model.address import carried_along, split_address
from muse_hook.oplog.reader import OpenLogs
from muse_hook.replay.tables import TreeSymbols, causal_order, recorded_ancestors
from muse_hook.replay.trees import Trees, read_symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping

    from muse_hook.git.repository import Repository
    from muse_hook.index.index import Index
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.ops import DomainOp, PatchOp, StructuredDelta
    from muse_hook.replay.tables import RecordedCommit, Symbols

_UNKNOWN = ("unparsed", "too_large", "unreadable")


def replay(
    repo: Repository, index: Index, commit_id: str, progress: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, str] | None]:
    """Return the symbols at a recorded commit, as the log has them: path -> qualified name -> content id.

    A file without symbols has no entry; None stands for one whose symbols are not known, since it could not be parsed
    or is too large. Where a parent is not recorded its symbols come from its Git tree. `index` is a refreshed one;
    `progress` is called with (done, to do) commits.

    Raises RevisionError (not recorded), DamagedLogError, StoreError, and ObjectMissingError where what is not recorded
    is not in Git either.
    """
    with OpenLogs(index.store) as logs, repo.objects() as objects:
        commits = recorded_ancestors(index, logs, commit_id)
        if not commits:
            raise RevisionError(f"replaying {commit_id}", "it is not recorded", f"muse-hook backfill {commit_id[:12]}")
        trees = Trees(objects)
        walk = Walk(
            commits,
            lambda commit: _ops(logs, commit),
            lambda parent: trees.symbols(objects.commit(parent).tree),
        )
        for done, (commit, symbols, _) in enumerate(walk, 1):
            if progress is not None:
                progress(done, len(commits))
            if commit.commit_id == commit_id:
                return _plain(symbols)
    raise AssertionError("the commit itself comes last")


def _ops(logs: OpenLogs, commit: RecordedCommit) -> list[DomainOp]:
    try:
        return logs.reader(commit.session).batch(commit).ops()
    except DamagedLogError as error:
        doing = f"reading the batch of {commit.commit_id} in {commit.session}"
        raise DamagedLogError(doing, error.wrong, "muse-hook verify, then muse-hook sync") from error


class Walk:
    """The symbols at each of some recorded commits, which are closed: a parent that is not among them is not recorded.

    `ops` reads a commit's top-level ops, `outside` gives the symbols of a parent that is not recorded. What one of them
    raises ends the walk, unless `on_error` is given: that is called with it, and the commit and all its descendants
    are passed over.
    """

    def __init__(
        self,
        commits: Mapping[str, RecordedCommit],
        ops: Callable[[RecordedCommit], list[DomainOp]],
        outside: Callable[[str], TreeSymbols],
        on_error: Callable[[RecordedCommit, MuseHookError], None] | None = None,
    ) -> None:
        self._commits = commits
        self._ops = ops
        self._outside = outside
        self._on_error = on_error
        self._symbols: dict[str, TreeSymbols | None] = {}
        # By commit, how many children still need its symbols: the last one may have them for its own.
        self._children_left = Counter(parent for commit in commits.values() for parent in commit.parents)

    def __iter__(self) -> Iterator[tuple[RecordedCommit, TreeSymbols, Sequence[DomainOp]]]:
        """Yield each commit with its symbols, which are good until the next one is asked for, and its ops."""
        for oid in causal_order(self._commits):
            commit = self._commits[oid]
            ops: list[DomainOp] = []
            try:
                ops = self._ops(commit)
                symbols = self._applied(commit, ops)
            except MuseHookError as error:
                if self._on_error is None:
                    raise
                self._on_error(commit, error)
                symbols = None
            for parent in commit.parents:
                self._children_left[parent] -= 1
                if not self._children_left[parent]:
                    self._symbols.pop(parent, None)
            if self._children_left[oid]:
                self._symbols[oid] = symbols
            if symbols is not None:
                yield commit, symbols, ops

    def _applied(self, commit: RecordedCommit, ops: list[DomainOp]) -> TreeSymbols | None:
        first: TreeSymbols | None = TreeSymbols()
        if commit.parents:
            first = self._symbols_of(commit.parents[0])
            if first is not None and self._children_left[commit.parents[0]] > 1:
                first = first.copy()
        if first is None or any(self._is_lost(parent) for parent in commit.parents[1:]):
            return None
        try:
            apply(first, {"domain": "code", "ops": ops, "summary": ""}, _FurtherParents(self, commit.parents[1:]))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise DamagedLogError(
                f"replaying {commit.commit_id}", f"its ops cannot be folded ({type(error).__name__}: {error})"
            ) from error
        return first

    def _symbols_of(self, parent: str) -> TreeSymbols | None:
        if parent not in self._symbols:
            self._symbols[parent] = self._outside(parent)
        return self._symbols[parent]

    def _is_lost(self, parent: str) -> bool:
        return self._symbols.get(parent, self) is None


class _FurtherParents(Sequence[TreeSymbols]):
    """The symbols of a merge's further parents; one that is not recorded is read when it is asked for."""

    def __init__(self, walk: Walk, parents: Sequence[str]) -> None:
        self._walk = walk
        self._parents = parents

    def __getitem__(self, at: int) -> TreeSymbols:  # type: ignore[override] # nobody slices it
        return self._walk._symbols_of(self._parents[at])  # type: ignore[return-value] # noqa: SLF001

    def __len__(self) -> int:
        return len(self._parents)


def apply(
    symbols: MutableMapping[str, Symbols], delta: StructuredDelta, parents: Sequence[Mapping[str, Symbols]] = ()
) -> None:
    """Turn the symbols of a commit's first parent into the commit's own, in place.

    `parents` are the symbols of a merge's second, third, ... parent: a file-level op with `from_parent` takes its path
    (or that of `from_address`) from there. What stands for a path is replaced and never changed, so that trees may
    share it.
    """
    patches = [op for op in delta["ops"] if op["op"] == "patch"]
    after = _PatchedFiles(symbols, patches).after if patches else {}
    for op in delta["ops"]:
        if op["op"] == "patch":
            source = op.get("from_address")
            if source is not None and source not in after:
                symbols.pop(source, None)
        else:
            _apply_to_file(symbols, op, parents)
    for path, names in after.items():
        if names:
            symbols[path] = names
        else:
            symbols.pop(path, None)


def _apply_to_file(
    symbols: MutableMapping[str, Symbols], op: DomainOp, parents: Sequence[Mapping[str, Symbols]]
) -> None:
    path, change = op["address"], op.get("change", ())
    parent = op.get("from_parent")
    if parent is not None:
        theirs = parents[parent - 2]
        there = op.get("from_address", path)
        if there in theirs:
            symbols[path] = theirs[there]
        else:
            symbols.pop(path, None)
    elif op["op"] == "delete" or "unrecorded" in change:
        symbols.pop(path, None)
    elif any(code in change for code in _UNKNOWN):
        symbols[path] = None
    elif op["op"] == "insert":
        symbols.pop(path, None)


class _PatchedFiles:
    """The symbols of the patched files after a commit, by path: `after`."""

    def __init__(self, symbols: Mapping[str, Symbols], patches: Sequence[PatchOp]) -> None:
        self.after: dict[str, dict[str, str]] = {op["address"]: {} for op in patches}
        self._moved = {op["from_address"]: op["address"] for op in patches if "from_address" in op}
        self._new_keys: dict[SymbolKey, SymbolKey] = {}
        self._named: set[SymbolKey] = set()
        for op in patches:
            self._read(op)
        for op in patches:
            source = op.get("from_address", op["address"])
            # Damage may have hidden symbols of a file that is gone now, or of one that is whole again.
            before = None if "reparsed" in op.get("change", ()) else symbols.get(source)
            is_removed = not {"removed", "unrecorded"}.isdisjoint(op.get("change", ()))
            for name, content_id in (before or {}).items():
                if (source, name) not in self._named:
                    path, new_name = carried_along((source, name), self._moved, self._new_keys)
                    if not is_removed or path != source:  # a class that is elsewhere now took it along
                        self.after[path][new_name] = content_id
        for op in patches:
            self._write(op)

    def _read(self, op: PatchOp) -> None:
        """Collect which symbols of before an op names, and where it takes them."""
        path = op["address"]
        source = op.get("from_address", path)
        for child in op["child_ops"]:
            new_address = child.get("new_address")
            if child["op"] == "insert" or (child["op"] == "replace" and new_address is None):
                continue
            start = source if child["op"] == "delete" else path
            key = source, child["address"][len(start) + 2 :]
            self._named.add(key)
            if new_address is not None:
                self._new_keys[key] = split_address(new_address, self.after)

    def _write(self, op: PatchOp) -> None:
        path = op["address"]
        names = self.after[path]
        for child in op["child_ops"]:
            if child["op"] == "insert":
                names[child["address"][len(path) + 2 :]] = child["content_id"]
            elif child["op"] == "replace":
                names[child.get("new_address", child["address"])[len(path) + 2 :]] = child["new_content_id"]


def _plain(symbols: TreeSymbols) -> dict[str, dict[str, str] | None]:
    found: dict[str, dict[str, str] | None] = {}
    for path in sorted(symbols):
        names = read_symbols(symbols[path])
        if names is None:
            found[path] = None
        elif names:
            found[path] = dict(names)
    return found
