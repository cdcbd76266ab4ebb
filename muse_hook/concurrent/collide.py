"""Two sides held against each other."""

from __future__ import annotations

from muse_hook.concurrent.callers import breaks, new_callers
from muse_hook.concurrent.collision import (
    BOTH_ADDED,
    BOTH_CHANGED,
    BOTH_RENAMED,
    CHANGED_AND_DELETED,
    LINES,
    SIGNATURE_AND_CALLER,
    Collision,
    End,
)
from muse_hook.concurrent.lines import CONFLICTS, MERGES, WHOLE, Lines, first_line, span_of
from muse_hook.match.pairs import CONTAINER, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.concurrent.side import Side, Touch
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol, SymbolTable

FILE = "file"
"""The kind of what no symbol holds."""


def collide(ours: Side, theirs: Side, lines: Lines) -> list[Collision]:
    """Return what both sides touched and did not make the same of; each thing once."""
    found = [
        *_both_touched(ours, theirs, lines),
        *_both_added(ours, theirs, lines),
        *_added_inside_deleted(ours, theirs, lines, swapped=False),
        *_added_inside_deleted(theirs, ours, lines, swapped=True),
        *_outside_symbols(ours, theirs, lines),
        *_callers(ours, theirs, swapped=False),
        *_callers(theirs, ours, swapped=True),
    ]
    told = {each.address.partition("::")[0] for each in found if each.text == CONFLICTS}
    return found + list(_lines_alone(ours, theirs, lines, told))


def _both_touched(ours: Side, theirs: Side, lines: Lines) -> Iterator[Collision]:
    for place, mine in ours.touched.items():
        other = theirs.touched.get(place)
        if other is None or mine.same_as(other):
            continue
        kind = BOTH_CHANGED
        if mine.new is None or other.new is None:
            kind = CHANGED_AND_DELETED
        elif mine.is_elsewhere and other.is_elsewhere and mine.place != other.place:
            kind = BOTH_RENAMED
        members = _members(ours, theirs, place)
        text = lines.of_symbol(place[0], mine.old, members)
        if text == MERGES and kind == BOTH_CHANGED and not (mine.is_elsewhere or other.is_elsewhere):
            # Words about the code touch no code, and what both sides made alike is settled.
            inner = [span_of(each) for each in members]
            if mine.is_words or other.is_words or lines.is_one_sided(place[0], span_of(mine.old), inner):
                continue
        yield Collision(kind, _address(place), mine.old.kind, _end(mine), _end(other), text=text)


def _both_added(ours: Side, theirs: Side, lines: Lines) -> Iterator[Collision]:
    there = {(theirs.before(each[0][0]), each[0][1]): each for each in theirs.occupants()}
    for place, symbol, before in ours.occupants():
        found = there.get((ours.before(place[0]), place[1]))
        if found is None:
            continue
        other_place, other, other_before = found
        if symbol.same_as(other) or (before is not None and before == other_before):
            continue
        text = lines.of_addition(ours.before(place[0]), symbol)
        mine = End(_address(place), _arrival(ours, before), symbol.lines)
        yield Collision(
            BOTH_ADDED, _address(place), symbol.kind, mine,
            End(_address(other_place), _arrival(theirs, other_before), other.lines), text=text,
        )  # fmt: skip


def _arrival(side: Side, before: SymbolKey | None) -> list[str]:
    return ["added"] if before is None else side.touched[before].change


def _added_inside_deleted(adder: Side, deleter: Side, lines: Lines, *, swapped: bool) -> Iterator[Collision]:
    """Yield classes and files that one side deleted and the other put something new into."""
    told: set[SymbolKey] = set()
    for (path, name), symbol in adder.added.items():
        source = adder.before(path)
        owner = (source, symbol.parent)
        if owner in told or owner in adder.touched:
            continue
        end = End(_address((path, name)), ["added"], symbol.lines)
        touch = deleter.touched.get(owner)
        if touch is not None and touch.new is None:
            told.add(owner)
            text = lines.of_symbol(source, touch.old)
            ends = (end, _end(touch))
            yield _collision(CHANGED_AND_DELETED, _address(owner), touch.old.kind, ends, text, swapped=swapped)
        elif not symbol.parent and deleter.has_deleted(source):
            told.add(owner)
            ends = (end, End("", ["deleted"]))
            yield _collision(CHANGED_AND_DELETED, source, FILE, ends, lines.of_file(source), swapped=swapped)


def _outside_symbols(ours: Side, theirs: Side, lines: Lines) -> Iterator[Collision]:
    """Yield files whose own code both sides changed, or that could not be parsed on one of them."""
    for path, mine in ours.files.items():
        other = theirs.files.get(path)
        if other is None or mine.change.old is None:
            continue
        kind = CHANGED_AND_DELETED if ours.has_deleted(path) or theirs.has_deleted(path) else BOTH_CHANGED
        if path in ours.plain or path in theirs.plain:
            changed = [_plain_end(side, path) for side in (ours, theirs)]
            is_code = any(table is not None for file in (mine, other) for table in (file.old, file.new))
            if is_code and mine.change.new != other.change.new:  # a file of no language of ours is Git's own affair
                yield Collision(kind, path, FILE, *changed, text=lines.of_file(path))
            continue
        before = mine.old
        changed = [_module_end(side, path, before) for side in (ours, theirs) if before is not None]
        if before is None or not all(end.change for end in changed) or _same_module(ours, theirs, path):
            continue
        text = lines.outside(path, before)
        inner = [span_of(each) for each in before.symbols.values()]
        if text == MERGES and kind == BOTH_CHANGED and lines.is_one_sided(path, WHOLE, inner):
            continue
        yield Collision(kind, path, FILE, *changed, text=text)


def _plain_end(side: Side, path: str) -> End:
    if side.has_deleted(path):
        return End("", ["deleted"])
    return End(side.home(path), ["unparsed"] if path in side.plain else ["changed"])


def _module_end(side: Side, path: str, before: SymbolTable) -> End:
    """Return what a side did to the code of a file that no symbol holds; no change code for nothing."""
    if side.has_deleted(path):
        return End("", ["deleted"])
    after = side.table(path)
    return End(side.home(path), [] if after is None or before.same_module(after) else ["module"])


def _same_module(ours: Side, theirs: Side, path: str) -> bool:
    mine, other = ours.table(path), theirs.table(path)
    if mine is None or other is None:
        return mine is other
    return mine.same_module(other)


def _lines_alone(ours: Side, theirs: Side, lines: Lines, told: set[str]) -> Iterator[Collision]:
    """Yield the files (paths of before) whose lines conflict although nothing said so yet."""
    for path in sorted(ours.files.keys() & theirs.files.keys() - told):
        hits = lines.at(path)
        if hits:
            spans = (first_line(hits[0].ours), first_line(hits[0].theirs))
            ends = [End(side.home(path), ["lines"], span) for side, span in zip((ours, theirs), spans, strict=True)]
            yield Collision(LINES, path, FILE, *ends, text=CONFLICTS)


def _callers(changer: Side, caller: Side, *, swapped: bool) -> Iterator[Collision]:
    told: set[tuple[SymbolKey, SymbolKey]] = set()
    for kind, place, touch, user_place, user in new_callers(changer, caller):
        if place in caller.touched and caller.touched[place].same_as(touch):
            continue
        if changer.has_deleted(caller.before(user_place[0])):
            continue  # told already: the caller's file is no more
        if (place, user_place) not in told:
            told.add((place, user_place))
            theirs = End(_address(user_place), ["calls"], user.lines)
            ends = (_end(touch), theirs)
            collision = _collision(kind, _address(place), touch.old.kind, ends, None, swapped=swapped)
            collision.breaks = breaks(touch) if kind == SIGNATURE_AND_CALLER else None
            yield collision


def _collision(
    kind: str, address: str, symbol_kind: str, ends: tuple[End, End], text: str | None, *, swapped: bool
) -> Collision:
    mine, other = reversed(ends) if swapped else ends
    return Collision(kind, address, symbol_kind, mine, other, text=text)


def _members(ours: Side, theirs: Side, place: SymbolKey) -> list[Symbol]:
    """Return the symbols that stand inside a class, before: what happens there is theirs."""
    file = ours.files.get(place[0]) or theirs.files[place[0]]
    symbol = file.old_symbols[place[1]]
    if group_of(symbol) != CONTAINER:
        return []
    return [each for each in file.old_symbols.values() if each.parent == place[1]]


def _end(touch: Touch) -> End:
    if touch.new is None or touch.place is None:
        return End("", touch.change)
    return End(_address(touch.place), touch.change, touch.new.lines)


def _address(place: SymbolKey) -> str:
    return f"{place[0]}::{place[1]}"
