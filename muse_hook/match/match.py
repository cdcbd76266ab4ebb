"""The matcher: file map, same address, classes before their members, exact bodies, likeness."""

from __future__ import annotations

from muse_hook.match.kinds import CALLABLE, CONTAINER, VALUE, group_of
from muse_hook.match.pairs import Matching, Pair
from muse_hook.match.unmatched import Open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import ChangedFile, RenamedFile


def match(files: Sequence[ChangedFile], *, origins: bool = True) -> Matching:
    """Pair the symbols before with the symbols after, commit-wide; the order of `files` does not matter.

    Every file of `files` must be comparable: parsed on each side that exists. A symbol that did not change and stayed
    where it was, or went along with its file, is in no pair. Without `origins` nobody asks where statements came from
    (`extracted`, `inlined`).
    """
    found = Matching(_moved_files(files))
    open_ = Open(found, {file.path for file in files if file.is_damaged})
    pair_addresses(files, open_)
    _part_strangers(open_)
    if open_.gone.symbols and open_.come.symbols:
        match_open(open_)
        open_.close_addresses()
    if origins and found.pairs and (open_.gone.of_group(CALLABLE) or open_.come.of_group(CALLABLE)):
        from muse_hook.match.extracted import trace_origins

        trace_origins(open_)
    found.deleted, found.inserted = open_.gone.symbols, open_.come.symbols
    found.pairs.sort(key=lambda pair: pair.old_key)
    return found


def _moved_files(files: Sequence[ChangedFile]) -> dict[str, RenamedFile]:
    """Return the file map; an ordinary commit moves nothing and does not load what would find it."""
    if not any(file.vanished for file in files) or not any(file.appeared for file in files):
        return {}
    from muse_hook.match.renamed_files import map_files

    return map_files(files)


def _part_strangers(open_: Open) -> None:
    """Part pairs of strangers, where there is anybody else that they could be paired with."""
    changed = sum(group_of(pair.old) == CALLABLE for pair in open_.found.pairs)
    others = open_.gone.of_group(CALLABLE) or open_.come.of_group(CALLABLE)
    if not changed or (changed == 1 and not others):
        return
    from muse_hook.match.swapped import part_strangers

    part_strangers(open_)


def pair_addresses(files: Sequence[ChangedFile], open_: Open) -> None:
    """Pair what has the same address through the file map; what is left stays open."""
    moved = open_.found.renamed_files
    arrived = {goal.path: source for source, goal in moved.items()}
    sources = {file.path: file for file in files if file.path in moved}
    gone, come = open_.gone.symbols, open_.come.symbols
    for file in files:
        if file.path in moved:
            continue
        source = sources[arrived[file.path]] if file.path in arrived else file
        before, after = source.old_symbols, file.new_symbols
        gone.update(((source.path, name), before[name]) for name in before if name not in after)
        come.update(((file.path, name), after[name]) for name in after if name not in before)
        if source is file:
            changed = file.changed
        else:
            changed = source.old.changed(file.new) if source.old is not None and file.new is not None else []
        open_.found.pairs += (Pair(source.path, before[name], file.path, after[name]) for name in changed)


def match_open(open_: Open) -> None:
    """Pair what is gone with what has come."""
    from muse_hook.match.exact import match_exact

    match_exact(open_, CONTAINER)
    groups = {group: (open_.gone.of_group(group), open_.come.of_group(group)) for group in (CONTAINER, CALLABLE)}
    if not any(olds and news for olds, news in groups.values()):
        match_exact(open_, VALUE)
        return
    from muse_hook.match.classes import lift_classes, match_classes
    from muse_hook.match.functions import match_callables
    from muse_hook.match.roles import match_roles

    open_.weigh()
    match_classes(open_)
    match_exact(open_, CALLABLE)
    match_exact(open_, VALUE)
    match_callables(open_)
    if lift_classes(open_):
        match_callables(open_)
    match_roles(open_)
