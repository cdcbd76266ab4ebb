"""The matcher: file map, same address, exact bodies, classes before their members."""

from __future__ import annotations

from muse_hook.match.exact import match_exact
from muse_hook.match.filemap import map_files
from muse_hook.match.pairs import Matching, Open, Pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.files import FileSymbols

__all__ = ["Matching", "Pair", "match"]


def match(files: Sequence[FileSymbols]) -> Matching:
    """Pair the symbols before with the symbols after, commit-wide; deterministic in the order of `files` too.

    Every file of `files` must be comparable: parsed on each side that exists. A symbol that did not change and stayed
    where it was, or went along with its file, is in no pair.
    """
    found = Matching(map_files(files))
    left = pair_addresses(files, found)
    if left.gone and left.come:
        match_exact(left, found)
    found.gone = left.gone
    found.come = left.come
    found.pairs.sort(key=lambda p: (p.old_path, p.old.qualified_name))
    return found


def pair_addresses(files: Sequence[FileSymbols], found: Matching) -> Open:
    """Pair what has the same address through the file map; returns what is left on both sides."""
    left = Open(found.files)
    arrived = {moved.path: source for source, moved in found.files.items()}
    sources = {f.path: f for f in files if f.path in found.files}
    for file in files:
        if file.path in found.files:
            continue
        source = sources[arrived[file.path]] if file.path in arrived else file
        before, after = source.old_symbols, file.new_symbols
        for name, old in before.items():
            new = after.get(name)
            if new is None:
                left.gone[source.path, name] = old
            elif not old.same_as(new):
                found.pairs.append(Pair(source.path, old, file.path, new))
        for name, new in after.items():
            if name not in before:
                left.come[file.path, name] = new
    return left
