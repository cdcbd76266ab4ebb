"""What of a delta is nothing but the consequence of a rename that it tells as well."""

from __future__ import annotations

from muse_hook.match.followed import followed_renames
from muse_hook.model.address import SEPARATOR, carried_along, simple_name, split_address
from muse_hook.record.delta import TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.symbol import Symbol


class OldAddresses:
    """Where the symbols of a delta's ops stood before."""

    def __init__(self, ops: Sequence[Mapping[str, Any]]) -> None:
        self._paths = {op["address"]: op["from_address"] for op in ops if "from_address" in op}
        self._keys = {
            split_address(child["new_address"], (op["address"],)): split_address(child["address"], (op["address"],))
            for op in ops
            for child in op.get("child_ops", ())
            if "new_address" in child
        }

    def of(self, op: Mapping[str, Any], path: str) -> str:
        """Return the old address of the symbol of an op in the patch of a file."""
        address: str = op["address"]
        if "new_address" in op or op["op"] != "replace":
            return address
        return SEPARATOR.join(carried_along(split_address(address, (path,)), self._paths, self._keys))


def with_follows(
    delta: Mapping[str, Any], objects: ObjectReader, old_tree: str | None, new_tree: str
) -> Mapping[str, Any]:
    """Return a delta whose ops that only follow renames have the key `follows`: the old addresses of what was renamed.

    Files are read only where the delta has both, a rename and a change of a body alone. ObjectMissingError.
    """
    ops = delta["ops"]
    renamed = _renamed(ops)
    if (
        not renamed
        or old_tree is None
        or not any(_is_body_alone(op) for file in ops for op in file.get("child_ops", ()))
    ):
        return delta
    new_names = {name: new for name, (new, _) in renamed.items()}
    olds = OldAddresses(ops)
    cache = TableCache()

    def symbol(tree: str, address: str, paths: Sequence[str]) -> Symbol | None:
        path, name = split_address(address, paths)
        table = cache.table(objects, objects.blob_at(tree, path), path)
        return None if table is None else table.symbols.get(name)

    def followed(op: Mapping[str, Any], file: Mapping[str, Any]) -> Mapping[str, Any]:
        if not _is_body_alone(op):
            return op
        paths = file["address"], file.get("from_address", "")
        old, new = symbol(old_tree, olds.of(op, file["address"]), paths), symbol(new_tree, op["address"], paths)
        names = followed_renames(old, new, new_names) if old is not None and new is not None else ()
        return {**op, "follows": sorted(renamed[name][1] for name in names)} if names else op

    return {**delta, "ops": [_with_children(file, followed) for file in ops]}


def _with_children(file: Mapping[str, Any], followed: Any) -> Mapping[str, Any]:
    if "child_ops" not in file:
        return file
    return {**file, "child_ops": [followed(op, file) for op in file["child_ops"]]}


def _is_body_alone(op: Mapping[str, Any]) -> bool:
    return op["op"] == "replace" and op.get("change") == ["body"] and "new_address" not in op


def _renamed(ops: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return {old simple name: (new one, old address)} of what a delta renames, modules too."""
    found: dict[str, tuple[str, str]] = {}
    for file in ops:
        former = file.get("from_address")
        if former is not None and _stem(former) != _stem(file["address"]):
            found[_stem(former)] = _stem(file["address"]), former
        for op in file.get("child_ops", ()):
            if "new_address" in op:
                old, new = simple_name(op["address"]), simple_name(op["new_address"])
                if old != new:
                    found[old] = new, op["address"]
    return found


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
