"""The rules of one tree: how each of its paths is recorded, and what a change of rules does to unchanged paths."""

from __future__ import annotations

from muse_hook.git.objects import decode_path
from muse_hook.model.change import REGULAR_MODES, TREE_MODE, Blob, FileChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.pathrules.patterns import Assignments, Attributes, Glob, IgnoreRules

SYMBOLS, FILE, NONE = "symbols", "file", "none"

IGNORE_FILE = ".museignore"
ATTRIBUTES_FILE = ".gitattributes"

_CACHE_SIZE = 8  # trees: a commit's old ones are the new ones of the commits before it
_REMEMBERED = 4096  # file names
_NO_MODE = 0  # of no entry of any tree, so that it equals none
_SIZE_LIMIT = 1 << 20  # bytes; larger rules are a mistake or an attack

Folder = tuple[str, ...]

# Imports inside functions: the parsers (tomllib, regular expressions) cost start-up time, and few trees have rules.


class PathRules:
    """The rules of one tree; `read_rules` makes them.

    `ignore` is the root's `.museignore`, `None` without one. `problems` says, a line each, which rule files could
    not be used: they count as empty. Nested `.gitattributes` are read when a path below them is asked for.
    """

    def __init__(self, objects: ObjectReader, tree: str | None, cache: dict[object, Any]) -> None:
        self.problems: list[str] = []
        self._objects = objects
        self._cache = cache
        # By file name, the language that has symbols only where it is asked for: each path is asked about twice.
        self._asked: dict[str, str] = cache.setdefault(SYMBOLS, {})
        self._folders: dict[Folder, str | None] = {(): tree}
        self._lines: dict[str, list[tuple[int, list[tuple[Glob, Assignments]]]]] = {}
        self.ignore = self._ignore_rules()
        self._root = self._root_attributes()

    def of(self, path: str) -> str:
        """Return how a path is recorded: 'symbols', 'file' (file-level ops only) or 'none'."""
        if self.ignore is not None and self.ignore.ignores(tuple(path.split("/"))):
            return NONE
        if self._is_unasked(path):
            return FILE
        lines = self._lines_for(path.rpartition("/")[0])
        if not lines:
            return SYMBOLS
        parts = tuple(path.split("/"))
        matched = [assignments for depth, some in lines for glob, assignments in some if glob.matches(parts[depth:])]
        if not matched:
            return SYMBOLS
        from muse_hook.pathrules.patterns import WANTED, attribute_states, is_true

        states = attribute_states(matched, self._root.macros if self._root is not None else {})
        return FILE if any(is_true(states.get(name)) for name in WANTED) else SYMBOLS

    @property
    def languages(self) -> frozenset[str]:
        """The languages that are asked for."""
        return self.ignore.languages if self.ignore is not None else frozenset()

    def _is_unasked(self, path: str) -> bool:
        name = path[path.rfind("/") + 1 :]
        asked = self._asked.get(name)
        if asked is None:
            from muse_hook.languages.languages import known_language

            language = known_language(name)
            asked = language.name if language is not None and language.is_asked_for else ""
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            self._asked[name] = asked
        return bool(asked) and asked not in self.languages

    def attributes(self, folder: Folder) -> Attributes | None:
        """Return what the `.gitattributes` of a folder says of the attributes that count; `None` without one."""
        if not folder:
            return self._root
        oid = self._rule_file(folder, ATTRIBUTES_FILE)
        if oid is None:
            return None
        from muse_hook.pathrules.patterns import Attributes

        macros = self._root.macros if self._root is not None else {}
        # What a nested file means depends on the macros that the root's defines.
        key = (oid, self._rule_file((), ATTRIBUTES_FILE) if macros else None)
        if key not in self._cache:
            self._cache[key] = Attributes(self._objects.blob(oid), macros)
        found: Attributes = self._cache[key]
        return found

    def folder(self, parts: Folder) -> str | None:
        """Return the id of a folder's tree, `None` where there is no such folder."""
        known = len(parts)
        while parts[:known] not in self._folders:
            known -= 1
        for depth in range(known, len(parts)):  # a path may be 1,500 folders deep
            parent = self._folders[parts[:depth]]
            entry = self._objects.entry(parent, parts[depth]) if parent is not None else None
            self._folders[parts[: depth + 1]] = entry[1] if entry is not None and entry[0] == TREE_MODE else None
        return self._folders[parts]

    def is_of(self, objects: ObjectReader) -> bool:
        """Whether these rules are read from `objects`."""
        return self._objects is objects

    def _lines_for(self, folder: str) -> list[tuple[int, list[tuple[Glob, Assignments]]]]:
        """Return the lines that count for the files of a folder, by the depth of their own one.

        The nearest file wins, so it comes first, and in each the last line.
        """
        if folder not in self._lines:
            parts = tuple(folder.split("/")) if folder else ()
            found = []
            for depth in range(len(parts), -1, -1):
                attributes = self.attributes(parts[:depth])
                lines = attributes.compiled() if attributes is not None else []
                if lines:
                    found.append((depth, lines[::-1]))
            self._lines[folder] = found
        return self._lines[folder]

    def _root_attributes(self) -> Attributes | None:
        oid = self._rule_file((), ATTRIBUTES_FILE)
        if oid is None:
            return None
        from muse_hook.pathrules.patterns import Attributes

        if oid not in self._cache:
            self._cache[oid] = Attributes(self._objects.blob(oid))
        found: Attributes = self._cache[oid]
        return found

    def _ignore_rules(self) -> IgnoreRules | None:
        oid = self._rule_file((), IGNORE_FILE)
        if oid is None:
            return None
        from muse_hook.pathrules.patterns import IgnoreRules

        key = (IGNORE_FILE, oid)
        if key not in self._cache:
            try:
                self._cache[key] = IgnoreRules(self._objects.blob(oid))
            except ValueError as error:
                self._cache[key] = str(error)
            except MemoryError:  # it is one file of somebody's; the commit is recorded without
                self._cache[key] = "it takes more memory than there is"
        found: IgnoreRules | str = self._cache[key]
        if isinstance(found, str):
            self.problems.append(f"{IGNORE_FILE} is not used: {found}")
            return None
        if found.languages:
            from muse_hook.languages.languages import language_named

            unknown = sorted(name for name in found.languages if language_named(name) is None)
            if unknown:
                self.problems.append(f"{IGNORE_FILE} asks for what is no language here: {', '.join(unknown)}")
        return found

    def _rule_file(self, folder: Folder, name: str) -> str | None:
        """Return the id of a rule file that is a regular file of a bearable size."""
        tree = self.folder(folder)
        entry = self._objects.entry(tree, name) if tree is not None else None
        if entry is None or entry[0] not in REGULAR_MODES:
            return None
        if self._objects.size(entry[1]) > _SIZE_LIMIT:
            self.problems.append(f"{'/'.join((*folder, name))} is not used: over {_SIZE_LIMIT} bytes")
            return None
        return entry[1]


def read_rules(objects: ObjectReader, tree: str | None, cache: dict[object, Any] | None = None) -> PathRules:
    """Return the rules of a tree (`None`: an empty one, without rules).

    `cache` keeps parsed rule files, and the rules of a few trees: share it between the trees of one repository.
    """
    if cache is None:
        return PathRules(objects, tree, {})
    of_tree: dict[str | None, PathRules] = cache.setdefault(PathRules, {})
    rules = of_tree.get(tree)
    if rules is None or not rules.is_of(objects):
        rules = of_tree[tree] = PathRules(objects, tree, cache)
        if len(of_tree) > _CACHE_SIZE:
            del of_tree[next(iter(of_tree))]
    return rules


def rule_changes(
    objects: ObjectReader,
    old: PathRules,
    new: PathRules,
    changes: Iterable[FileChange],
    others: Sequence[str | None] = (),
) -> list[FileChange]:
    """Return `FileChange(path, blob, blob)` of each unchanged file that `old` and `new` record differently.

    `changes` is everything that differs between the two trees, `others` are those of a merge's further parents. Without
    a rule file among the changes the answer is there at once; else the folders below the changed rules are walked
    whole. Sorted by the bytes of the path.
    """
    changes = list(changes)
    tops = _changed_folders(old, new, changes)
    changed = {change.path for change in changes} if tops else set()
    found = []
    for top in tops:
        prefix = "".join(part + "/" for part in top)
        for raw, blob in objects.files(new.folder(top), prefix.encode()):
            path = decode_path(raw)
            if path not in changed and old.of(path) != new.of(path):
                there = [None if tree is None else objects.blob_at(tree, path) for tree in others]
                found.append((raw, FileChange(path, blob, blob, there)))
    return [change for _, change in sorted(found, key=lambda item: item[0])]


def recorded_changes(
    changes: Sequence[FileChange], old: PathRules, new: PathRules, others: Sequence[PathRules] = ()
) -> list[tuple[FileChange, bool, bool]]:
    """Return the changes as the log sees them, each with whether its old and its new side have symbols to tell.

    A side that is not recorded is not there; where neither is, the change is left out. `others` are the rules of a
    merge's further parents: an entry that is not recorded there is not there either, and one that has symbols to tell
    there alone, or in the merge alone, is another entry than the merge's, whatever its blob.
    """
    found = []
    for change in changes:
        before, after = old.of(change.path), new.of(change.path)
        recorded = change
        if others or NONE in (before, after):
            old_blob = change.old if before != NONE else None
            new_blob = change.new if after != NONE else None
            if old_blob is None and new_blob is None:
                continue
            further = [
                _as_recorded(blob, rules.of(change.path), after)
                for blob, rules in zip(change.others, others, strict=False)
            ]
            recorded = FileChange(change.path, old_blob, new_blob, further or change.others)
        found.append((recorded, before == SYMBOLS, after == SYMBOLS))
    return found


def _as_recorded(blob: Blob | None, there: str, here: str) -> Blob | None:
    """Return another parent's entry as a merge that records its path in the way `here` sees it."""
    if blob is None or there == NONE:
        return None
    return blob if (there == SYMBOLS) == (here == SYMBOLS) else Blob(_NO_MODE, blob.oid)


def _changed_folders(old: PathRules, new: PathRules, changes: Sequence[FileChange]) -> list[Folder]:
    """Return the folders below which rules that count have changed, none of them inside another."""
    tops: set[Folder] = set()
    for change in changes:
        folder, _, name = change.path.rpartition("/")
        if name not in (ATTRIBUTES_FILE, IGNORE_FILE):
            continue
        top = tuple(folder.split("/")) if folder else ()
        if (not top and name == IGNORE_FILE and _ignored(old) != _ignored(new)) or (
            name == ATTRIBUTES_FILE and _effect(old, top) != _effect(new, top)
        ):
            tops.add(top)
    return sorted(top for top in tops if not any(top[:depth] in tops for depth in range(len(top))))


def _ignored(rules: PathRules) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return what of `.museignore` can matter."""
    return rules.ignore.patterns if rules.ignore is not None else (), rules.languages


def _effect(rules: PathRules, folder: Folder) -> tuple[object, object]:
    """Return what of a folder's `.gitattributes` can matter: `* text=auto` does not."""
    attributes = rules.attributes(folder)
    if attributes is None:
        return [], {}
    return attributes.lines, attributes.macros if not folder else {}
