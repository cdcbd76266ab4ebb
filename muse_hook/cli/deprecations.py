"""What a range newly deprecates."""

from __future__ import annotations

from muse_hook.cli.follows import OldAddresses
from muse_hook.model.address import split_address
from muse_hook.record.delta import TableCache
from muse_hook.semver.deprecated import deprecation
from muse_hook.semver.public import is_public

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.diff_ends import DiffEnds
    from muse_hook.model.symbol import Symbol, SymbolTable


def newly_deprecated(ends: DiffEnds, ops: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield a verdict (as in JSON) for each public symbol deprecated in the new tree and was not in the old one.

    No delta holds it: the log says what became of the symbol, and whether a version has to tell of it is asked here.
    Semantic Versioning wants a minor version for it (paragraph 7).
    """
    cache = TableCache()
    olds = OldAddresses(ops)

    def table(tree: str | None, path: str) -> SymbolTable | None:
        return None if tree is None else cache.table(ends.objects, ends.objects.blob_at(tree, path), path)

    def symbol(tree: str | None, address: str, paths: Sequence[str]) -> Symbol | None:
        path, name = split_address(address, paths)
        found = table(tree, path)
        return None if found is None else found.symbols.get(name)

    for file in ops:
        for op in file.get("child_ops", ()):
            if op["op"] != "replace":
                continue
            paths = file["address"], file.get("from_address", "")
            address = op.get("new_address") or op["address"]
            after = symbol(ends.new_tree, address, paths)
            path = split_address(address, paths)[0]
            if after is None or not is_public(path, table(ends.new_tree, path), after):
                continue
            said = deprecation(after)
            before = symbol(ends.old_tree, olds.of(op, file["address"]), paths)
            if said is not None and (before is None or deprecation(before) is None):
                yield {"address": address, "bump": "minor", "reason": "deprecated", "detail": said}
