"""One commit's part of the fold: the story of each of its ops, from what its parents knew."""

from __future__ import annotations

from typing import NamedTuple

from muse_hook.model.address import prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.history.ancestry import Reach
    from muse_hook.history.link import Fold, Node

OPS = (
    "SELECT position, inside, op, address, kind, change, new_address, from_address, from_parent, confidence,"
    " coalesce(old_content_id, new_content_id, '') FROM entries WHERE record = ? ORDER BY position"
)


class Op(NamedTuple):
    """A row of `entries`, as far as identity asks; `content_id` is the old one where the op has one."""

    position: int
    inside: int | None
    op: str
    address: str
    kind: str | None
    change: str
    new_address: str | None
    from_address: str | None
    from_parent: int | None
    confidence: float | None
    content_id: str


class Move(NamedTuple):
    """A row of `moves`, but for whose; `from_parent` is the parent of a merge where it had gone there already."""

    record: int
    old: str
    new: str
    how: str
    confidence: float | None
    from_parent: int | None


class CommitFold:
    """One commit's ops, from what its parents knew."""

    def __init__(self, fold: Fold, node: Node, views: list[Reach | None], ops: Sequence[Op]) -> None:
        self._fold = fold
        self._record = node.record
        self._place = node.place
        self._parents = node.parents
        self._views = views  # what each parent reaches
        self._first = views[0] if views else None
        self._files = {op.position: op for op in ops if op.inside is None}
        self._ops = [(op, self._before(op)) for op in ops if op.inside is not None]
        # What has an op that says where it went is not carried along by its file or class.
        self._told = {before for op, before in self._ops if op.op == "delete" or op.new_address}
        self._moved: dict[str, int] = {}
        self._carried: set[str] = set()

    def fold(self) -> None:
        """Give each op its story; deletes and renames first, since an insert may be where one of them went."""
        for op, before in self._ops:
            if op.op == "delete":
                self._delete(op)
            elif op.op != "insert":
                self._replace(op, before)
        for op, _ in self._ops:
            if op.op == "insert":
                self._insert(op)
        for op in self._files.values():
            if op.from_address and op.op == "patch":
                self._carry(op.from_address + "::", op.address + "::", "file moved", op.confidence)
        if self._first is not None and len(self._views) > 1:
            self._settle(self._first)

    def _settle(self, first: Reach) -> None:
        """Say who has which address where a merge's parents do not agree and no op tells.

        A file that came in whole is as in that parent, every other one as in the first.
        """
        places = self._fold.places
        whole = {op.address: op.from_parent or 1 for op in self._files.values() if op.op != "patch" and op.from_parent}
        open_addresses = {
            address for node in self._fold.brought(self._parents[1:], first) for address in places.touched(node.record)
        }
        for path in whole:
            open_addresses.update(places.under(path + "::"))
        merged = self._fold.together(first, self._parents[1:])
        for address in sorted(open_addresses.difference(places.touched(self._record))):
            number = next((whole[path] for path in (each[:-2] for each in prefixes(address)) if path in whole), 1)
            truth = places.living(self._views[number - 1], address) if number <= len(self._views) else None
            if places.living(merged, address) == truth:
                continue
            if truth is None:
                places.end(address, self._place, self._record)
            else:
                places.begin(address, self._place, self._record, truth)

    def _before(self, op: Op) -> str:
        """Return where the op's symbol was in the first parent; in a moved file ops (but deletes) tell the new path."""
        if op.from_address:
            return op.from_address
        file = self._files[op.inside or 0]
        if file.from_address and op.op != "delete" and op.address.startswith(file.address + "::"):
            return file.from_address + op.address[len(file.address) :]
        return op.address

    def _delete(self, op: Op) -> None:
        symbol = self._fold.lookup(self._first, op.address, op.content_id)
        self._fold.places.end(op.address, self._place, self._record)
        if op.new_address:
            self._moved[op.new_address] = symbol
            self._move(symbol, op.address, op.new_address, _how(op), op.confidence)
            self._carry(op.address + ".", op.new_address + ".", "class moved", op.confidence)
        self._fold.tell(symbol, self._record, op, op.new_address or op.address, alive=bool(op.new_address))

    def _insert(self, op: Op) -> None:
        symbol = self._moved.get(op.address)
        if symbol is None and op.from_address:
            symbol = self._fold.lookup(self._first, op.from_address, op.content_id)
        if symbol is None:
            symbol = self._elsewhere(op)
        if symbol is None:
            symbol = self._fold.stories.begin(op.address, op.content_id, self._record)
        self._fold.places.begin(op.address, self._place, self._record, symbol)
        self._fold.tell(symbol, self._record, op, op.address, alive=True)

    def _elsewhere(self, op: Op) -> int | None:
        """Return the story of a symbol that a merge's other parents have at the address."""
        number = op.from_parent or 0
        others = self._views[number - 1 : number] if number else self._views[1:]
        for view in others:
            symbol = self._fold.places.living(view, op.address)
            if symbol is not None:
                return symbol
        return None

    def _replace(self, op: Op, before: str) -> None:
        after = op.new_address or op.address
        symbol = None
        if op.from_parent and op.from_parent <= len(self._views):
            symbol = self._fold.places.living(self._views[op.from_parent - 1], after)
        if symbol is None:
            symbol = self._fold.lookup(self._first, before, op.content_id)
        if op.new_address:
            self._fold.places.end(before, self._place, self._record)
            self._move(symbol, before, after, _how(op), op.confidence)
            self._carry(before + ".", after + ".", "class renamed", op.confidence)
        if after != before:
            self._fold.places.begin(after, self._place, self._record, symbol)
        self._fold.tell(symbol, self._record, op, after, alive=True)

    def _carry(self, old: str, new: str, how: str, confidence: float | None) -> None:
        """Take along whatever lived under the old place and has no op that says where it went."""
        found = [
            address
            for address in self._fold.places.under(old)
            if address not in self._told and self._carried.isdisjoint(prefixes(address))
        ]
        self._carried.add(old)
        if found or old.endswith("::"):
            self._fold.places.carry(old, new, self._place, self._record)
        for address in found:
            symbol = self._fold.places.living(self._first, address)
            if symbol is None:
                continue
            after = new + address[len(old) :]
            self._fold.places.end(address, self._place, self._record)
            self._fold.places.begin(after, self._place, self._record, symbol)
            self._move(symbol, address, after, how, confidence)

    def _move(self, symbol: int, old: str, new: str, how: str, confidence: float | None) -> None:
        living = self._fold.places.living
        others = range(1, len(self._views))
        brought = next((number + 1 for number in others if living(self._views[number], new) == symbol), None)
        self._fold.move(symbol, Move(self._record, old, new, how, confidence, brought))


def _how(op: Op) -> str:
    codes = op.change.split(",")
    return "renamed" if "renamed" in codes else "moved"
