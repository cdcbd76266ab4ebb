"""The rules of one tree: how each of its paths is recorded."""

from __future__ import annotations

from muse_hook.model.change import REGULAR_MODES, TREE_MODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.pathrules.attributes import Assignments, Attributes
    from muse_hook.pathrules.ignore import IgnoreRules
    from muse_hook.pathrules.patterns import Glob

SYMBOLS, FILE, NONE = "symbols", "file", "none"

IGNORE_FILE = ".museignore"
ATTRIBUTES_FILE = ".gitattributes"

_KEPT = 8  # trees: a commit's old ones are the new ones of the commits before it
_SIZE_LIMIT = 1 << 20  # bytes; larger rules are a mistake or an attack

Folder = tuple[str, ...]

# Imports inside functions: the parsers (tomllib, regular expressions) cost start-up time, and few trees have rules.


class Rules:
    """The rules of one tree; `read_rules` makes them.

    `ignore` is the root's `.museignore`, `None` without one. `problems` says, a line each, which rule files could
    not be used: they count as empty. Nested `.gitattributes` are read when a path below them is asked for.
    """

    def __init__(self, objects: ObjectReader, tree: str | None, memory: dict[object, Any]) -> None:
        self.problems: list[str] = []
        self._objects = objects
        self._memory = memory
        self._folders: dict[Folder, str | None] = {(): tree}
        self._lines: dict[str, list[tuple[int, list[tuple[Glob, Assignments]]]]] = {}
        self.ignore = self._ignore_rules()
        self._root = self._root_attributes()

    def of(self, path: str) -> str:
        """Return how a path is recorded: 'symbols', 'file' (file-level ops only) or 'none'."""
        if self.ignore is not None and self.ignore.ignores(tuple(path.split("/"))):
            return NONE
        lines = self._lines_for(path.rpartition("/")[0])
        if not lines:
            return SYMBOLS
        parts = tuple(path.split("/"))
        matched = [assignments for depth, some in lines for glob, assignments in some if glob.matches(parts[depth:])]
        if not matched:
            return SYMBOLS
        from muse_hook.pathrules.attributes import WANTED, is_true, states

        found = states(matched, self._root.macros if self._root is not None else {})
        return FILE if any(is_true(found.get(name)) for name in WANTED) else SYMBOLS

    def attributes(self, folder: Folder) -> Attributes | None:
        """Return what the `.gitattributes` of a folder says of the attributes that count; `None` without one."""
        if not folder:
            return self._root
        oid = self._rule_file(folder, ATTRIBUTES_FILE)
        if oid is None:
            return None
        from muse_hook.pathrules.attributes import Attributes

        macros = self._root.macros if self._root is not None else {}
        # What a nested file means depends on the macros that the root's defines.
        key = (oid, self._rule_file((), ATTRIBUTES_FILE) if macros else None)
        if key not in self._memory:
            self._memory[key] = Attributes(self._objects.blob(oid), macros)
        found: Attributes = self._memory[key]
        return found

    def folder(self, parts: Folder) -> str | None:
        """Return the id of a folder's tree, `None` where there is no such folder."""
        if parts not in self._folders:
            parent = self.folder(parts[:-1])
            entry = self._objects.entry(parent, parts[-1]) if parent is not None else None
            self._folders[parts] = entry[1] if entry is not None and entry[0] == TREE_MODE else None
        return self._folders[parts]

    def reads(self, objects: ObjectReader) -> bool:
        """Say whether these rules are read from `objects`."""
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
        from muse_hook.pathrules.attributes import Attributes

        if oid not in self._memory:
            self._memory[oid] = Attributes(self._objects.blob(oid))
        found: Attributes = self._memory[oid]
        return found

    def _ignore_rules(self) -> IgnoreRules | None:
        oid = self._rule_file((), IGNORE_FILE)
        if oid is None:
            return None
        from muse_hook.pathrules.ignore import IgnoreRules

        key = (IGNORE_FILE, oid)
        if key not in self._memory:
            try:
                self._memory[key] = IgnoreRules(self._objects.blob(oid))
            except ValueError as error:
                self._memory[key] = str(error)
        found: IgnoreRules | str = self._memory[key]
        if isinstance(found, str):
            self.problems.append(f"{IGNORE_FILE} is not used: {found}")
            return None
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


def read_rules(objects: ObjectReader, tree: str | None, memory: dict[object, Any] | None = None) -> Rules:
    """Return the rules of a tree (`None`: an empty one, without rules).

    `memory` keeps parsed rule files, and the rules of a few trees: share it between the trees of one repository.
    """
    if memory is None:
        return Rules(objects, tree, {})
    kept: dict[str | None, Rules] = memory.setdefault(Rules, {})
    rules = kept.get(tree)
    if rules is None or not rules.reads(objects):
        rules = kept[tree] = Rules(objects, tree, memory)
        if len(kept) > _KEPT:
            del kept[next(iter(kept))]
    return rules
