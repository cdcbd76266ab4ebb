"""The order of the steps: renamed files, same address, classes before their members, equal bodies, similarity."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE, CONTAINER, VALUE, Matching, Pair, group_of
from muse_hook.match.unmatched import Unmatched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import ChangedFile, RenamedFile
    from muse_hook.model.address import SymbolKey

ALIAS_CONFIDENCE = 0.8
"""The confidence of a pair of which nothing else is known than that the old name is an alias of the new one now."""

# Imports inside functions: most commits delete and insert nothing, and load none of what would pair it.


def match(files: Sequence[ChangedFile], *, extracted: bool = True) -> Matching:
    """Pair the symbols before with the symbols after, commit-wide; the order of `files` does not matter.

    Every file of `files` must be comparable: parsed on each side that exists. A symbol that did not change and kept its
    address, or was carried along by its file, is in no pair. Without `extracted` the two fields that say where
    statements came from stay empty; all else is the same.
    """
    matching = Matching(_renamed_files(files))
    unmatched = Unmatched(matching, files)
    _pair_addresses(files, unmatched)
    aliases = _open_aliases(unmatched)
    _part_strangers(unmatched)
    if unmatched.before.symbols and unmatched.after.symbols:
        _match_unmatched(unmatched)
        _pair_aliases(unmatched, aliases)
        unmatched.pair_same_addresses()
    if extracted and matching.pairs and (unmatched.before.of_group(CALLABLE) or unmatched.after.of_group(CALLABLE)):
        from muse_hook.match.extracted import find_extracted

        find_extracted(unmatched)
    matching.deleted, matching.inserted = unmatched.before.symbols, unmatched.after.symbols
    matching.pairs.sort(key=lambda pair: pair.old_key)
    return matching


def _renamed_files(files: Sequence[ChangedFile]) -> dict[str, RenamedFile]:
    if not any(file.vanished for file in files) or not any(file.appeared for file in files):
        return {}
    from muse_hook.match.renamed_files import find_renamed_files

    return find_renamed_files(files)


def _pair_addresses(files: Sequence[ChangedFile], unmatched: Unmatched) -> None:
    """Pair what has the same address, renamed files followed; all else is unmatched."""
    renamed = unmatched.matching.renamed_files
    old_paths = {new.path: old for old, new in renamed.items()}
    sources = {file.path: file for file in files if file.path in renamed}
    for file in files:
        if file.path in renamed:
            continue
        source = sources[old_paths[file.path]] if file.path in old_paths else file
        before, after = source.old_symbols, file.new_symbols
        unmatched.before.symbols.update(((source.path, name), before[name]) for name in before if name not in after)
        unmatched.after.symbols.update(((file.path, name), after[name]) for name in after if name not in before)
        if source is file:
            changed = file.changed
        else:
            changed = source.old.changed(file.new) if source.old is not None and file.new is not None else []
        unmatched.matching.pairs += (Pair(source.path, before[name], file.path, after[name]) for name in changed)


def _open_aliases(unmatched: Unmatched) -> list[tuple[SymbolKey, SymbolKey]]:
    """Open what kept its address only as another name of something new: `FileMode = Mode` stays where a class was.

    Returns what it was, and what the name stands for now.
    """
    opened = []
    aliases = []
    for pair in unmatched.matching.pairs:
        group = group_of(pair.old)
        if group == group_of(pair.new) or group == VALUE or group_of(pair.new) != VALUE:
            continue
        value, parent = pair.new.value, pair.new.parent
        if value is None or not value.alias:
            continue
        there = pair.new_path, f"{parent}.{value.alias}" if parent else value.alias
        named = unmatched.after.symbols.get(there)
        if named is not None and group_of(named) == group:
            opened.append(pair)
            aliases.append((pair.old_key, there))
    if opened:
        unmatched.open_pairs(opened)
    return aliases


def _pair_aliases(unmatched: Unmatched, aliases: Sequence[tuple[SymbolKey, SymbolKey]]) -> None:
    """Pair what has an alias in its place with what the alias stands for, if nobody else is either."""
    for old, new in aliases:
        if old in unmatched.before.symbols and new in unmatched.after.symbols and unmatched.may_pair(old, new):
            unmatched.pair_class(old, new, ALIAS_CONFIDENCE)


def _part_strangers(unmatched: Unmatched) -> None:
    """Part classes and functions of one address that are others', where there is anybody who could have taken it."""
    changed = [pair for pair in unmatched.matching.pairs if group_of(pair.old) == CALLABLE]
    before, after = unmatched.before, unmatched.after
    olds, news = before.of_group(CALLABLE), after.of_group(CALLABLE)
    if not changed and not (olds and news):
        return
    owners = {(pair.old_path, pair.old.parent) for pair in changed if pair.old.parent}
    owners.update((path, owner) for path, name in (*olds, *news) if (owner := name.rpartition(".")[0]))
    if owners and (len(owners) > 1 or before.of_group(CONTAINER) or after.of_group(CONTAINER)):
        from muse_hook.match.parted_classes import part_classes

        part_classes(unmatched)
    _part_functions(unmatched)


def _part_functions(unmatched: Unmatched) -> bool:
    changed = sum(group_of(pair.old) == CALLABLE for pair in unmatched.matching.pairs)
    others = unmatched.before.of_group(CALLABLE) or unmatched.after.of_group(CALLABLE)
    if not changed or (changed == 1 and not others):
        return False
    from muse_hook.match.parted_functions import part_functions

    return part_functions(unmatched)


def _match_unmatched(unmatched: Unmatched) -> None:
    before, after = unmatched.before, unmatched.after
    groups = [group for group in (CONTAINER, CALLABLE, VALUE) if before.of_group(group) and after.of_group(group)]
    if not groups:
        return
    if groups != [VALUE]:
        _match_code(unmatched)
    if before.of_group(VALUE) and after.of_group(VALUE):
        from muse_hook.match.exact import match_exact
        from muse_hook.match.values import match_values

        match_exact(unmatched, VALUE)
        match_values(unmatched)


def _match_code(unmatched: Unmatched) -> None:
    from muse_hook.match.classes import match_classes, match_classes_by_methods, match_classes_by_name
    from muse_hook.match.comparison import BodyComparison
    from muse_hook.match.exact import match_exact, match_in_place
    from muse_hook.match.functions import match_functions, match_near_names
    from muse_hook.match.replaced import match_replaced_functions

    match_exact(unmatched, CONTAINER)
    match_in_place(unmatched)
    compared = BodyComparison(unmatched)
    match_classes(compared)
    if _part_functions(unmatched):  # members that came along with their class by name
        compared = BodyComparison(unmatched)
    found = -1
    while len(unmatched.matching.pairs) != found and unmatched.has_open(CALLABLE):
        found = len(unmatched.matching.pairs)
        match_exact(unmatched, CALLABLE, compared)
        match_functions(compared)
        match_classes_by_methods(unmatched)
        match_classes_by_name(unmatched)
    match_near_names(compared)
    match_replaced_functions(compared)
