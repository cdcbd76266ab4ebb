"""Which file that is no longer there became which new one: Git's rename detection, by symbols."""

from __future__ import annotations

from muse_hook.match.pairs import CONTAINER, IMPORT, RenamedFile, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.symbol import Symbol

LEAST_SIMILARITY = 0.5
"""The share of two files that has to be the same, as of Git's rename detection."""

SAME_BASENAME = 0.1
"""A file that kept its own name in another folder may be that much less similar."""

CANDIDATES = 6
"""How many new files each vanished one is compared with: those that share the most names and contents with it."""

COMMON = 30
"""A name or content that more files than this have does not make them candidates."""


def find_renamed_files(files: Sequence[ChangedFile]) -> dict[str, RenamedFile]:
    """Return old path -> new file: those of the same blob first, then by their symbols, most similar first."""
    vanished = [f for f in files if f.vanished and f.old_symbols]
    appeared = [f for f in files if f.appeared and f.new_symbols]
    renamed: dict[str, RenamedFile] = {}
    if not vanished or not appeared:
        return renamed
    taken: set[str] = set()
    for old, new in _same_blobs(vanished, appeared):
        renamed[old] = RenamedFile(new, 1.0)
        taken.add(new)
    olds = [_FileLines(f.path, f.old_symbols.values()) for f in vanished if f.path not in renamed]
    news = [_FileLines(f.path, f.new_symbols.values()) for f in appeared if f.path not in taken]
    found = []
    for one, other in _candidates(olds, news):
        similarity = one.similarity(other) + SAME_BASENAME * (_basename(one.path) == _basename(other.path))
        if similarity >= LEAST_SIMILARITY:
            found.append((-round(similarity, 6), one.path, other.path))
    for similarity, before, after in sorted(found):
        if before not in renamed and after not in taken:
            renamed[before] = RenamedFile(after, round(min(0.99, -similarity), 2))
            taken.add(after)
    return renamed


def _basename(path: str) -> str:
    return path.rpartition("/")[2]


def _same_blobs(vanished: Sequence[ChangedFile], appeared: Sequence[ChangedFile]) -> Iterator[tuple[str, str]]:
    """Yield the paths of equal blobs; of several those with the same file name, then in order."""
    by_blob: dict[str, list[str]] = {}
    for file in appeared:
        if file.change.new is not None:
            by_blob.setdefault(file.change.new.oid, []).append(file.path)
    rest: list[tuple[str, list[str]]] = []
    for file in vanished:
        paths = by_blob.get(file.change.old.oid, []) if file.change.old is not None else []
        named = [path for path in paths if _basename(path) == _basename(file.path)]
        if named:
            paths.remove(named[0])
            yield file.path, named[0]
        elif paths:
            rest.append((file.path, paths))
    for path, paths in rest:
        if paths:
            yield path, paths.pop(0)


class _FileLines:
    """The symbols of a file that hold its text: a class counts with its own lines only, imports one line each."""

    def __init__(self, path: str, symbols: Collection[Symbol]) -> None:
        self.path = path
        self.by_name: dict[str, Symbol] = {}
        self.sizes: dict[str, int] = {}
        self.contents: dict[str, str] = {}
        simple: dict[str, int] = {}
        for symbol in symbols:
            simple[symbol.name] = simple.get(symbol.name, 0) + 1
        for symbol in symbols:
            # Alone with its name a method is found again also where its class was renamed.
            name = symbol.name if simple[symbol.name] == 1 else symbol.qualified_name
            group = group_of(symbol)
            self.by_name[name] = symbol
            self.sizes[name] = 1 if group in (IMPORT, CONTAINER) else symbol.lines[1] - symbol.lines[0] + 1
            if group not in (IMPORT, CONTAINER):
                self.contents.setdefault(symbol.masked_id, name)
        self.size = sum(self.sizes.values())

    def similarity(self, other: _FileLines) -> float:
        """Return the share of both files' lines that they have in common, symbols of one name in part."""
        shared = 0.0
        met: set[str] = set()
        rest = []
        for name, symbol in self.by_name.items():
            there = other.by_name.get(name)
            if there is not None:
                met.add(name)
                size = min(self.sizes[name], other.sizes[name])
                if symbol.kind == "import" or symbol.same_as(there):
                    shared += size
                elif group_of(symbol) != CONTAINER:
                    shared += size * _token_similarity(symbol.tokens, there.tokens)
            else:
                rest.append(name)
        for name in rest:
            equal = other.contents.get(self.by_name[name].masked_id)
            if equal is not None and equal not in met and equal not in self.by_name:
                met.add(equal)
                shared += min(self.sizes[name], other.sizes[equal])
        return 2 * shared / (self.size + other.size)


def _token_similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of two texts' tokens that they have in common."""
    counts: dict[str, int] = {}
    for token in one:
        counts[token] = counts.get(token, 0) + 1
    shared = 0
    for token in other:
        count = counts.get(token, 0)
        if count:
            counts[token] = count - 1
            shared += 1
    return 2 * shared / (len(one) + len(other)) if one or other else 0.0


def _candidates(olds: Sequence[_FileLines], news: Sequence[_FileLines]) -> Iterator[tuple[_FileLines, _FileLines]]:
    """Yield for each vanished file the new ones that share the most with it."""
    holders: dict[str, list[int]] = {}
    for number, new in enumerate(news):
        for key in (*new.by_name, *new.contents, _basename(new.path)):
            holders.setdefault(key, []).append(number)
    for old in olds:
        votes: dict[int, int] = {}
        for key in (*old.by_name, *old.contents, _basename(old.path)):
            held = holders.get(key, ())
            if len(held) <= COMMON:
                for number in held:
                    votes[number] = votes.get(number, 0) + 1
        for number in sorted(votes, key=lambda n: (-votes[n], n))[:CANDIDATES]:
            yield old, news[number]
