"""The symbols of a tree from those of its parents and the ops between them."""

from __future__ import annotations

from muse_hook.model.address import carried_along, split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from muse_hook.model.address import SymbolKey
    from muse_hook.model.ops import DomainOp, PatchOp, StructuredDelta
    from muse_hook.replay.tables import Symbols

    Table = MutableMapping[str, Symbols]
    """Path -> its symbols; a file without symbols has no entry, or an empty one."""

UNKNOWN = ("unparsed", "too_large")


def fold(table: Table, delta: StructuredDelta, parents: Sequence[Mapping[str, Symbols]] = ()) -> None:
    """Turn the symbols of a commit's first parent into the commit's own, in place.

    `parents` are the tables of a merge's second, third, ... parent: a file-level op with `from_parent` takes its path
    from there. What stands in a table is replaced and never changed, so tables may share it.
    """
    patches = [op for op in delta["ops"] if op["op"] == "patch"]
    after = _Patched(table, patches).tables if patches else {}
    for op in delta["ops"]:
        if op["op"] == "patch":
            source = op.get("from_address")
            if source is not None and source not in after:
                table.pop(source, None)
        else:
            _whole_file(table, op, parents)
    for path, symbols in after.items():
        if symbols:
            table[path] = symbols
        else:
            table.pop(path, None)


def _whole_file(table: Table, op: DomainOp, parents: Sequence[Mapping[str, Symbols]]) -> None:
    path, change = op["address"], op.get("change", ())
    parent = op.get("from_parent")
    if parent is not None:
        theirs = parents[parent - 2]
        if path in theirs:
            table[path] = theirs[path]
        else:
            table.pop(path, None)
    elif op["op"] == "delete" or "unrecorded" in change:
        table.pop(path, None)
    elif any(code in change for code in UNKNOWN):
        table[path] = None
    elif op["op"] == "insert":
        table.pop(path, None)


class _Patched:
    """The tables of the patched files after a commit."""

    def __init__(self, table: Table, patches: Sequence[PatchOp]) -> None:
        self.tables: dict[str, dict[str, str]] = {op["address"]: {} for op in patches}
        self._moved = {op["from_address"]: op["address"] for op in patches if "from_address" in op}
        self._new_keys: dict[SymbolKey, SymbolKey] = {}
        self._gone: set[SymbolKey] = set()
        for op in patches:
            self._read(op)
        for op in patches:
            source = op.get("from_address", op["address"])
            before = None if "reparsed" in op.get("change", ()) else table.get(source)
            for name, content_id in (before or {}).items():
                if (source, name) not in self._gone:
                    path, goal = carried_along((source, name), self._moved, self._new_keys)
                    self.tables[path][goal] = content_id
        for op in patches:
            self._write(op)

    def _read(self, op: PatchOp) -> None:
        """Note which old places an op names, and where it takes them."""
        path = op["address"]
        source = op.get("from_address", path)
        for child in op["child_ops"]:
            goal = child.get("new_address")
            if child["op"] == "insert" or (child["op"] == "replace" and goal is None):
                continue
            start = source if child["op"] == "delete" else path
            key = source, child["address"][len(start) + 2 :]
            self._gone.add(key)
            if goal is not None:
                self._new_keys[key] = split_address(goal, self.tables)

    def _write(self, op: PatchOp) -> None:
        path = op["address"]
        symbols = self.tables[path]
        for child in op["child_ops"]:
            if child["op"] == "insert":
                symbols[child["address"][len(path) + 2 :]] = child["content_id"]
            elif child["op"] == "replace":
                symbols[child.get("new_address", child["address"])[len(path) + 2 :]] = child["new_content_id"]
