"""Two sides held against each other."""

from __future__ import annotations

from muse_hook.concurrent.collision import (
    BOTH_ADDED,
    BOTH_CHANGED,
    BOTH_RENAMED,
    CHANGED_AND_DELETED,
    GONE_AND_CALLER,
    LINES,
    Collision,
    CollisionSide,
)
from muse_hook.concurrent.merge import CONFLICTS, MERGES, WHOLE, first_line, span_of
from muse_hook.concurrent.uses import IMPORTS, new_imports_of_moved, new_users
from muse_hook.match.pairs import CONTAINER, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.concurrent.merge import LineMerge
    from muse_hook.concurrent.side import BranchChange, BranchChanges
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol, SymbolTable

FILE = "file"
"""The kind of what no symbol holds."""


def collide(ours: BranchChanges, theirs: BranchChanges, merge: LineMerge) -> list[Collision]:
    """Return what both sides touched and did not make the same of; each thing once."""
    found = [
        *_both_changed(ours, theirs, merge),
        *_both_added(ours, theirs, merge),
        *_added_inside_deleted(ours, theirs, merge, swapped=False),
        *_added_inside_deleted(theirs, ours, merge, swapped=True),
        *_outside_symbols(ours, theirs, merge),
        *_users(ours, theirs, swapped=False),
        *_users(theirs, ours, swapped=True),
    ]
    seen = {each.address.partition("::")[0] for each in found if each.text == CONFLICTS}
    return found + list(_lines_only(ours, theirs, merge, seen))


def _both_changed(ours: BranchChanges, theirs: BranchChanges, merge: LineMerge) -> Iterator[Collision]:
    for key, mine in ours.changed.items():
        other = theirs.changed.get(key)
        if other is None or mine.same_as(other):
            continue
        kind = BOTH_CHANGED
        if mine.new is None or other.new is None:
            kind = CHANGED_AND_DELETED
        elif mine.is_elsewhere and other.is_elsewhere and mine.key != other.key:
            kind = BOTH_RENAMED
        members = _members(ours, theirs, key)
        text = merge.of_symbol(key[0], mine.old, members)
        if text == MERGES and kind == BOTH_CHANGED and not (mine.is_elsewhere or other.is_elsewhere):
            # Words about the code touch no code, and what both sides made alike is settled.
            inner = [span_of(each) for each in members]
            if (
                mine.is_docstring_only
                or other.is_docstring_only
                or merge.is_one_sided(key[0], span_of(mine.old), inner)
            ):
                continue
        yield Collision(kind, _address(key), mine.old.kind, _side_of(mine), _side_of(other), text=text)


def _both_added(ours: BranchChanges, theirs: BranchChanges, merge: LineMerge) -> Iterator[Collision]:
    there = {(theirs.path_before(each[0][0]), each[0][1]): each for each in theirs.at_new_keys()}
    for key, symbol, before in ours.at_new_keys():
        found = there.get((ours.path_before(key[0]), key[1]))
        if found is None:
            continue
        other_key, other, other_before = found
        if symbol.same_as(other) or (before is not None and before == other_before):
            continue
        text = merge.of_addition(ours.path_before(key[0]), symbol)
        mine = CollisionSide(_address(key), _change_at(ours, before), symbol.lines)
        yield Collision(
            BOTH_ADDED, _address(key), symbol.kind, mine,
            CollisionSide(_address(other_key), _change_at(theirs, other_before), other.lines), text=text,
        )  # fmt: skip


def _change_at(side: BranchChanges, before: SymbolKey | None) -> list[str]:
    return ["added"] if before is None else side.changed[before].change


def _added_inside_deleted(
    adder: BranchChanges, deleter: BranchChanges, merge: LineMerge, *, swapped: bool
) -> Iterator[Collision]:
    """Yield classes and files that one side deleted and the other put something new into."""
    seen: set[SymbolKey] = set()
    for (path, name), symbol in adder.added.items():
        source = adder.path_before(path)
        owner = (source, symbol.parent)
        if owner in seen or owner in adder.changed:
            continue
        side = CollisionSide(_address((path, name)), ["added"], symbol.lines)
        change = deleter.changed.get(owner)
        if change is not None and change.new is None:
            seen.add(owner)
            text = merge.of_symbol(source, change.old)
            sides = (side, _side_of(change))
            yield _collision(CHANGED_AND_DELETED, _address(owner), change.old.kind, sides, text, swapped=swapped)
        elif not symbol.parent and deleter.has_deleted(source):
            seen.add(owner)
            sides = (side, CollisionSide("", ["deleted"]))
            yield _collision(CHANGED_AND_DELETED, source, FILE, sides, merge.of_file(source), swapped=swapped)


def _outside_symbols(ours: BranchChanges, theirs: BranchChanges, merge: LineMerge) -> Iterator[Collision]:
    """Yield files whose own code both sides changed, or that could not be parsed on one of them."""
    for path, mine in ours.files.items():
        other = theirs.files.get(path)
        if other is None or mine.change.old is None:
            continue
        kind = CHANGED_AND_DELETED if ours.has_deleted(path) or theirs.has_deleted(path) else BOTH_CHANGED
        if path in ours.without_symbols or path in theirs.without_symbols:
            changed = [_file_side(side, path) for side in (ours, theirs)]
            is_code = any(table is not None for file in (mine, other) for table in (file.old, file.new))
            if is_code and mine.change.new != other.change.new:  # a file of no language of ours is Git's own affair
                yield Collision(kind, path, FILE, *changed, text=merge.of_file(path))
            continue
        before = mine.old
        changed = [_module_side(side, path, before) for side in (ours, theirs) if before is not None]
        if before is None or not all(side.change for side in changed) or _same_module(ours, theirs, path):
            continue
        text = merge.outside(path, before)
        inner = [span_of(each) for each in before.symbols.values()]
        if text == MERGES and kind == BOTH_CHANGED and merge.is_one_sided(path, WHOLE, inner):
            continue
        yield Collision(kind, path, FILE, *changed, text=text)


def _file_side(side: BranchChanges, path: str) -> CollisionSide:
    if side.has_deleted(path):
        return CollisionSide("", ["deleted"])
    return CollisionSide(side.path_now(path), ["unparsed"] if path in side.without_symbols else ["changed"])


def _module_side(side: BranchChanges, path: str, before: SymbolTable) -> CollisionSide:
    """Return what a side did to the code of a file that no symbol holds; no change code for nothing."""
    if side.has_deleted(path):
        return CollisionSide("", ["deleted"])
    after = side.table(path)
    return CollisionSide(side.path_now(path), [] if after is None or before.same_module(after) else ["module"])


def _same_module(ours: BranchChanges, theirs: BranchChanges, path: str) -> bool:
    mine, other = ours.table(path), theirs.table(path)
    if mine is None or other is None:
        return mine is other
    return mine.same_module(other)


def _lines_only(ours: BranchChanges, theirs: BranchChanges, merge: LineMerge, seen: set[str]) -> Iterator[Collision]:
    """Yield the files (paths of before) whose lines conflict although nothing said so yet."""
    for path in sorted(ours.files.keys() & theirs.files.keys() - seen):
        hits = merge.at(path)
        if hits:
            spans = (first_line(hits[0].ours), first_line(hits[0].theirs))
            sides = [
                CollisionSide(side.path_now(path), ["lines"], span)
                for side, span in zip((ours, theirs), spans, strict=True)
            ]
            yield Collision(LINES, path, FILE, *sides, text=CONFLICTS)


def _users(changer: BranchChanges, user: BranchChanges, *, swapped: bool) -> Iterator[Collision]:
    seen: set[tuple[SymbolKey, SymbolKey]] = set()
    for expected, user_key, symbol, how in new_users(changer, user):
        key, change = expected.key, expected.change
        if key in user.changed and user.changed[key].same_as(change):
            continue
        if changer.has_deleted(user.path_before(user_key[0])):
            continue  # reported already: the user's file is no more
        if (key, user_key) not in seen:
            seen.add((key, user_key))
            sides = (_side_of(change), CollisionSide(_address(user_key), [how], symbol.lines))
            collision = _collision(expected.kind, _address(key), change.old.kind, sides, None, swapped=swapped)
            collision.breaks = expected.breaks
            yield collision
    for path, user_key, symbol in new_imports_of_moved(changer, user):
        now = "" if changer.has_deleted(path) else changer.path_now(path)
        sides = (
            CollisionSide(now, ["moved" if now else "deleted"]),
            CollisionSide(_address(user_key), [IMPORTS], symbol.lines),
        )
        yield _collision(GONE_AND_CALLER, path, FILE, sides, None, swapped=swapped)


def _collision(
    kind: str,
    address: str,
    symbol_kind: str,
    sides: tuple[CollisionSide, CollisionSide],
    text: str | None,
    *,
    swapped: bool,
) -> Collision:
    mine, other = reversed(sides) if swapped else sides
    return Collision(kind, address, symbol_kind, mine, other, text=text)


def _members(ours: BranchChanges, theirs: BranchChanges, key: SymbolKey) -> list[Symbol]:
    """Return the symbols that stand inside a class, before: what happens there is theirs."""
    file = ours.files.get(key[0]) or theirs.files[key[0]]
    symbol = file.old_symbols[key[1]]
    if group_of(symbol) != CONTAINER:
        return []
    return [each for each in file.old_symbols.values() if each.parent == key[1]]


def _side_of(change: BranchChange) -> CollisionSide:
    if change.new is None or change.key is None:
        return CollisionSide("", change.change)
    return CollisionSide(_address(change.key), change.change, change.new.lines)


def _address(key: SymbolKey) -> str:
    return f"{key[0]}::{key[1]}"
