"""What a merge has from which parent: each of its symbols looked up in its second, third, ... parent."""

from __future__ import annotations

from muse_hook.delta.sides import EMPTY, PARSED, is_comparable
from muse_hook.match.match import match
from muse_hook.match.pairs import CONTAINER, group_of
from muse_hook.match.renamed_files import find_renamed_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from muse_hook.match.pairs import ChangedFile, Matching, Pair
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.change import Blob, FileChange
    from muse_hook.model.symbol import Symbol, SymbolTable

    class MergeSource(Protocol):
        """What is read of a merge's other parents (`number` is 2 for the second one) where an op asks for it."""

        def files(self, number: int) -> list[ChangedFile]:
            """Return what differs between a parent and the merge."""

        def files_from_bases(self, number: int) -> list[list[ChangedFile]]:
            """Return what differs between each base of the first and another parent, and the first parent."""

        def vanished(self, number: int) -> dict[str, Blob]:
            """Return the paths of a parent that the merge has no longer."""

        def recorded_alike(self, number: int, there: str, here: str) -> bool:
            """Whether a path of a parent is recorded as one of the merge is."""

        def has(self, number: int, path: str) -> bool:
            """Whether a parent (1 for the first one) has a path."""

        def deleted_by(self, change: FileChange) -> int:
            """Return the number of the parent that deleted a path of the first one: a merge base had it. 0 for none."""

        def base_tables(self, number: int, path: str) -> list[SymbolTable]:
            """Return the symbols of a path in each such base that has some."""

        def table(self, number: int, path: str) -> SymbolTable | None:
            """Return the symbols of a path in a parent (1 for the first one), None where it has none to tell."""


class Origin:
    """Where a symbol of a merge stood in parent `number`: as `symbol` at `path`.

    `is_in_place` says that its file and name are the merge's own (a renamed file or class followed), `is_whole` that it
    is the same there in every respect.
    """

    __slots__ = ("confidence", "is_in_place", "is_whole", "number", "path", "symbol")

    def __init__(
        self, number: int, path: str, symbol: Symbol, new: Symbol, *, is_in_place: bool, confidence: float = 1.0
    ) -> None:
        self.number = number
        self.path = path
        self.symbol = symbol
        self.is_in_place = is_in_place
        self.is_whole = is_in_place and is_same(symbol, new)
        self.confidence = confidence


def is_same(old: Symbol, new: Symbol) -> bool:
    """Whether two symbols mean the same, their own names aside."""
    return old.same_as(new) if old.name == new.name else old.masked_id == new.masked_id


MOST_TAKEN = 100
"""In so many files that came in whole from another parent a symbol of the first one is looked for."""

Whole = tuple["ChangedFile", int, str]
"""A path that came in whole: the number of the parent that it is from, and its path there ("": deleted there)."""


def split_whole(files: Sequence[ChangedFile], source: MergeSource) -> tuple[list[ChangedFile], list[Whole]]:
    """Part what a merge changed against its first parent into what has to be compared, and what came in whole.

    A code file that another parent deleted is compared where the merge has new files that nobody had: one of them may
    be what that parent moved it to. `OtherParents.take_deleted` has the rest of them.
    """
    paths = _WholePaths(source)
    whole: list[Whole] = []
    rest: list[ChangedFile] = []
    deleted: list[Whole] = []
    for file in files:
        number, there = paths.parent_of(file)
        if not number:
            rest.append(file)
        else:
            (whole if there else deleted).append((file, number, there))
    moved: set[str] = set()
    if deleted and any(file.appeared and file.new_symbols for file in rest):
        # What was moved to a file that came in whole is nowhere else.
        candidates = [file for file, _, _ in [*deleted, *whole]] + rest
        came = {file.path for file, _, _ in whole}
        moved = {old for old, new in find_renamed_files(candidates).items() if new.path in came}
        rest += [file for file, _, _ in deleted if file.path not in moved and is_comparable(file)]
    kept = {file.path for file in rest}
    return rest, whole + [each for each in deleted if each[0].path not in kept]


class _WholePaths:
    """Which paths of a merge came in whole, and from which parent: decided before symbols are looked at."""

    def __init__(self, source: MergeSource) -> None:
        self._source = source
        self._vanished: dict[int, dict[str, dict[str, None]]] = {}  # by parent, the paths of a blob

    def parent_of(self, file: ChangedFile) -> tuple[int, str]:
        """Return the number of the parent that has this path's entry, and its path there; 0 and "" for none.

        Of a path that the merge has no longer: the number of the parent that deleted it.
        """
        new = file.change.new
        if new is None:
            return self._source.deleted_by(file.change), ""
        for n, entry in enumerate(file.change.others, 2):
            if entry == new:
                theirs = file.others[n - 2] if n - 2 < len(file.others) else file.new
                # A rule that differs between that parent and the merge: one has symbols, the other has none.
                if (theirs is None) == (file.new is None):
                    return n, file.path
        for n, entry in enumerate(file.change.others, 2):
            there = self._moved_from(n, file, new) if entry is None and new.oid not in EMPTY else ""
            # Where the first parent has it at neither place, or moved it. Else the merge did, and that is told.
            if there and (file.change.old is not None or not self._source.has(1, there)):
                return n, there
        return 0, ""

    def _moved_from(self, number: int, file: ChangedFile, blob: Blob) -> str:
        """Return the path that parent `number` has a blob at and the merge has not: that of the same name first.

        "" where the blob does not say the same at both: a name's ending may make it another language, or none.
        """
        path = file.path
        if number not in self._vanished:
            paths: dict[str, dict[str, None]] = {}
            for there, old in self._source.vanished(number).items():
                paths.setdefault(f"{old.mode} {old.oid}", {})[there] = None
            self._vanished[number] = paths
        found = list(self._vanished[number].get(f"{blob.mode} {blob.oid}", ()))
        named = [there for there in found if there.rpartition("/")[2] == path.rpartition("/")[2]]
        for there in named if len(named) == 1 else found if len(found) == 1 else ():
            if self._source.recorded_alike(number, there, path):
                theirs = self._source.table(number, there)
                return there if _form(theirs) == _form(file.new) else ""
        return ""


def _form(table: SymbolTable | None) -> tuple[str, str] | None:
    """Return what two tables of one blob have in common where they have the same symbols."""
    return None if table is None else (table.language_name, table.state)


class OtherParents:
    """The symbols of a merge's second, third, ... parent: by their addresses, and only if need be by a matching."""

    def __init__(self, files: Sequence[ChangedFile], source: MergeSource, whole: Sequence[Whole] = ()) -> None:
        self._files = {file.path: file for file in files}
        self._source = source
        changed = [each for each in whole if each[0].change.old is not None and each[0].change.new is not None]
        self._taken = changed if len(changed) <= MOST_TAKEN else []
        self._left: dict[str, list[tuple[str, Symbol]]] | None = None
        self._numbers = range(2, 2 + max((len(file.change.others) for file in files), default=0))
        self._whole = _WholePaths(source)
        self._parent_files: dict[int, list[ChangedFile]] = {}
        self._old_paths: dict[int, dict[str, str]] = {}
        self._matched: dict[int, _Matched] = {}
        self._asked: dict[SymbolKey, Symbol] = {}
        self._pairs: dict[SymbolKey, Pair] = {}
        self._wanted: dict[int, tuple[set[str], bool]] = {}
        self._bases: dict[int, list[_Matched]] = {}

    def take_deleted(self, matching: Matching) -> list[Whole]:
        """Return the files that another parent deleted, nothing of them being elsewhere; `matching` forgets them."""
        moved = {pair.old_path for pair in matching.pairs} | matching.renamed_files.keys()
        whole = []
        for file in self._files.values():
            if file.change.new is not None or file.change.old is None or file.path in moved:
                continue
            number, there = self._whole.parent_of(file)
            if number:
                whole.append((file, number, there))
                for name in file.old_symbols:
                    matching.deleted.pop((file.path, name), None)
        return whole

    def separate(self, matching: Matching) -> None:
        """Take apart a symbol of the first parent and one that another parent has beside it: they are two."""
        for pair in list(matching.pairs):
            if pair.old_key == pair.new_key or group_of(pair.old) == CONTAINER:
                continue
            for n in self._numbers:
                table = self._file(n, pair.new_path)
                there = table.get(pair.new.qualified_name) if table is not None else None
                if there is None or not is_same(there, pair.new):
                    continue
                before = self._source.table(n, pair.old_path)
                if before is not None and pair.old.qualified_name in before.symbols:
                    matching.pairs.remove(pair)
                    matching.deleted[pair.old_key] = pair.old
                    matching.inserted[pair.new_key] = pair.new
                    break
        self._pairs = {pair.new_key: pair for pair in matching.pairs}
        self._asked = matching.inserted | {pair.new_key: pair.new for pair in matching.pairs}

    def of_pair(self, pair: Pair, parts: Sequence[str], *, is_carried: bool) -> int:
        """Return the number of the first parent that all that differs from the first one came from, 0 for none.

        `parts` of its content differ; its address does unless `is_carried`.
        """
        key, new = pair.new_key, pair.new
        if pair.old_path != pair.new_path and pair.old.qualified_name == new.qualified_name and not is_carried:
            mover = self._mover(1, pair.old_path, pair.new_path)
            if mover and not parts:
                return mover
            is_carried = bool(mover)
        for origin in self._origins(key, new):
            if (origin.is_in_place or is_carried) and (not parts or is_same(origin.symbol, new)):
                return origin.number
        owner = self._pairs.get((pair.new_path, new.parent)) if new.parent and not parts else None
        if owner is not None and (pair.old_path, pair.old.name, pair.old.parent) == (
            owner.old_path,
            new.name,
            owner.old.qualified_name,
        ):
            return self.of_pair(owner, (), is_carried=False)  # who renamed its class took it along
        return 0

    def of_move(self, pair: Pair) -> Origin | None:
        """Return where another parent has a symbol that has left its address in the first one, and was edited then.

        That parent has it under the name that it has now: who took it there is known, and the edit is the merger's.
        """
        name = pair.new.qualified_name
        return next(
            (
                origin
                for origin in self._origins(pair.new_key, pair.new)
                if origin.is_in_place and origin.symbol.qualified_name == name
            ),
            None,
        )

    def of_inserted(self, key: SymbolKey, new: Symbol) -> Origin | None:
        """Return where a symbol stood that the first parent has not: the first parent with all of it before others."""
        found = None
        for origin in self._origins(key, new):
            if origin.is_whole:
                return origin
            found = found or origin
        return self._from_first(new) or found

    def _from_first(self, new: Symbol) -> Origin | None:
        """Return where the first parent has a symbol whose file came in whole from another one, which took it out.

        That one moved it, or the merger did; what it says is the first parent's.
        """
        if self._left is None:
            self._left = {}
            for file, number, there in self._taken:
                mine, theirs = self._source.table(1, file.path), self._source.table(number, there)
                if mine is None or theirs is None or {mine.state, theirs.state} != {PARSED}:
                    continue
                for name, symbol in mine.symbols.items():
                    if name not in theirs.symbols and group_of(symbol) != CONTAINER:
                        self._left.setdefault(symbol.masked_id, []).append((file.path, symbol))
        left = [(path, one) for path, one in self._left.get(new.masked_id, ()) if one.name == new.name]
        if len(left) != 1:
            return None
        ((path, one),) = left
        origin = Origin(1, path, one, new, is_in_place=False)
        origin.is_whole = True
        return origin

    def of_deleted(self, key: SymbolKey, new_path: str) -> int:
        """Return the number of the parent that deleted a symbol of the first one, 0 where the merge did.

        `new_path` is where its file is now. It is that parent's deletion only if a merge base had the symbol.
        """
        path, name = key
        for n in self._numbers:
            if self._has(n, {path, new_path}, name):
                continue
            if any(name in table.symbols for table in self._source.base_tables(n, path)):
                return n
            for base in self._from_bases(n):
                origin = base.origin(key)
                if origin is not None:
                    theirs = self._source.table(n, origin[0])
                    if theirs is None or origin[1].qualified_name not in theirs.symbols:
                        return n
        return 0

    def _origins(self, key: SymbolKey, new: Symbol) -> list[Origin]:
        """Return where a symbol stood in the other parents that have it, those with the very address first."""
        found = []
        rest = []
        for n in self._numbers:
            table = self._file(n, key[0])
            if table is not None and key[1] in table:
                found.append(Origin(n, key[0], table[key[1]], new, is_in_place=True))
            else:
                rest.append(n)
        if any(origin.is_whole for origin in found):
            return found
        for n in list(rest):
            there = self._old_path(n, key[0])
            before = self._source.table(n, there) if there else None
            if before is not None and key[1] in before.symbols:
                found.append(Origin(n, there, before.symbols[key[1]], new, is_in_place=True))
                rest.remove(n)
        if any(origin.is_whole for origin in found):
            return found
        for n in rest:
            origin = self._match(n).origin(key)
            if origin is not None:
                path, old, confidence = origin
                matched = self._match(n)
                is_here = matched.new_path(path) == key[0] or bool(self._mover(n, path, key[0]))
                in_place = is_here and (
                    old.qualified_name == new.qualified_name or matched.is_carried(path, old, key[0], new)
                )
                found.append(Origin(n, path, old, new, is_in_place=in_place, confidence=confidence))
        return found

    def _mover(self, number: int, old_path: str, path: str) -> int:
        """Return the number of a parent that moved a file, which parent `number` has at its old path; 0 for none.

        Symbols say that it is the file, of which not enough is the same for `find_renamed_files`.
        """
        has = self._source.has
        if old_path == path or has(number, path):
            return 0
        others = [n for n in (1, *self._numbers) if n != number]
        mover = next((n for n in others if has(n, path) and not has(n, old_path)), 0)
        return mover or self._part_mover(number, others, old_path, path)

    def _part_mover(self, number: int, others: Sequence[int], old_path: str, path: str) -> int:
        """Return the number of a parent that gave a file only the folder, or only the name, that the merge has.

        One renamed the folder, another the file in it: the merge's path stands in no parent, and both are no change of
        the merger's.
        """
        if any(self._source.has(n, path) for n in (number, *others)):
            return 0
        folder, _, name = path.rpartition("/")
        old_folder, _, old_name = old_path.rpartition("/")
        vanished = {n: sorted(self._source.vanished(n)) for n in others}
        for n, paths in vanished.items():
            for there in paths:
                their_folder, slash, their_name = there.rpartition("/")
                if their_name == name != old_name:
                    before = their_folder + slash + old_name
                    is_whole = folder == old_folder or any(f"{folder}/{old_name}" in each for each in vanished.values())
                else:
                    before = f"{old_folder}/{their_name}" if old_folder else their_name
                    is_whole = their_folder == folder != old_folder and name == old_name
                if is_whole and not self._source.has(n, before) and self._source.base_tables(max(n, number), before):
                    return n
        return 0

    def _file(self, number: int, path: str) -> Mapping[str, Symbol] | None:
        """Return the symbols of one of the merge's changed paths in a parent, None where they are not known."""
        file = self._files.get(path)
        if file is None or number - 2 >= len(file.others):
            return None
        table = file.others[number - 2]
        return table.symbols if table is not None and table.state == PARSED else None

    def _has(self, number: int, paths: set[str], name: str) -> bool:
        """Whether a parent has a symbol in a file of one of these paths, or may have it: the file cannot be parsed."""
        tables = [self._source.table(number, path) for path in sorted(paths)]
        known = [table for table in tables if table is not None]
        if known:
            return any(table.state != PARSED or table.swallowed or name in table.symbols for table in known)
        return any(self._match(number).has(path, name) for path in sorted(paths))

    def _old_path(self, number: int, path: str) -> str:
        """Return where a parent has a file of the merge that was renamed, "" for one that was not."""
        file = self._files.get(path)
        if file is None or file.change.others[number - 2] is not None:
            return ""
        if number not in self._old_paths:
            renamed = find_renamed_files(self._changed(number))
            self._old_paths[number] = {new.path: old for old, new in renamed.items()}
        return self._old_paths[number].get(path, "")

    def _changed(self, number: int) -> list[ChangedFile]:
        if number not in self._parent_files:
            self._parent_files[number] = [file for file in self._source.files(number) if is_comparable(file)]
        return self._parent_files[number]

    def _match(self, number: int) -> _Matched:
        if number not in self._matched:
            files = [file for file in self._changed(number) if self._is_of_use(number, file)]
            self._matched[number] = _Matched(files)
        return self._matched[number]

    def _is_of_use(self, number: int, file: ChangedFile) -> bool:
        """Whether what differs between a parent and the merge in a file can say where a symbol of ours was.

        Without this a merge of two lines that parted long ago would be matched as a whole for one function.
        """
        if file.path in self._files:
            return True
        if number not in self._wanted:
            wanted: set[str] = set()
            is_new = False
            for path, name in self._asked:
                theirs = self._file(number, path)
                if theirs is None or name not in theirs:
                    wanted.add(self._asked[path, name].name)
                    is_new |= theirs is None
            self._wanted[number] = wanted, is_new
        wanted, is_new = self._wanted[number]
        if is_new and file.vanished:
            return True
        return any(s.name in wanted and name not in file.new_symbols for name, s in file.old_symbols.items())

    def _from_bases(self, number: int) -> list[_Matched]:
        if number not in self._bases:
            self._bases[number] = [_Matched(files) for files in self._source.files_from_bases(number)]
        return self._bases[number]


class _Matched:
    """Two trees matched as one commit's with the next one's, asked backwards: what a symbol was before."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        compared = [file for file in files if is_comparable(file)]
        self._matching: Matching = match(compared, extracted=False)
        self._pairs = {pair.new_key: pair for pair in self._matching.pairs}
        self._old_paths = {new.path: old for old, new in self._matching.renamed_files.items()}
        self._old_symbols = {file.path: file.old_symbols for file in compared}

    def origin(self, key: SymbolKey) -> tuple[str, Symbol, float] | None:
        """Return the path and symbol that a symbol after was before, and how sure that is; None where it was none.

        A symbol of a file that is the same in both trees is not known here.
        """
        pair = self._pairs.get(key)
        if pair is not None:
            return pair.old_path, pair.old, pair.confidence
        if key in self._matching.inserted:
            return None
        path = self._old_paths.get(key[0], key[0])
        symbol = self._old_symbols.get(path, {}).get(key[1])
        return None if symbol is None or (path, key[1]) in self._matching.deleted else (path, symbol, 1.0)

    def is_carried(self, old_path: str, old: Symbol, path: str, new: Symbol) -> bool:
        """Whether a member kept its name in a class that has another one after."""
        owner = self.origin((path, new.parent)) if new.parent and old.name == new.name else None
        return owner is not None and (owner[0], owner[1].qualified_name) == (old_path, old.parent)

    def new_path(self, path: str) -> str:
        """Return where a path's symbols are after."""
        return self._matching.new_path(path)

    def has(self, new_path: str, name: str) -> bool:
        """Whether the file that is at `new_path` after had a symbol of that name before."""
        return name in self._old_symbols.get(self._old_paths.get(new_path, new_path), {})
