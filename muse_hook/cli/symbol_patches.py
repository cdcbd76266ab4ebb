"""The diff of one symbol on a screen: its lines before and after, read from Git."""

from __future__ import annotations

from muse_hook.errors import ObjectMissingError
from muse_hook.model.address import split_address
from muse_hook.record.delta import TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.cli.terminal import Screen
    from muse_hook.git.objects import ObjectReader

_CONTEXT = 3  # lines around a change, as in `git diff`
_INDENT = "      "
_NOTHING: tuple[int, list[str]] = (0, [])


class SymbolPatches:
    """Draws the diffs of symbols; holds what it has read of the repository."""

    def __init__(self, objects: ObjectReader) -> None:
        self._objects = objects
        self._cache = TableCache()

    def draw(self, screen: Screen, commit_id: str, op: Mapping[str, Any], before: str) -> None:
        """Write the diff of an op of a symbol, which stood at the address `before` in the commit's first parent."""
        try:
            commit = self._objects.commit(commit_id)
            parent = self._objects.commit(commit.parents[0]).tree if commit.parents else None
        except ObjectMissingError as missing:
            screen.line(_INDENT, (f"no diff: {missing.wrong}", "dim"))
            return
        self.draw_between(screen, parent, commit.tree, op, before)

    def draw_between(
        self, screen: Screen, old_tree: str | None, new_tree: str, op: Mapping[str, Any], before: str
    ) -> None:
        """Write the diff of an op of a symbol between two trees (None: nothing), the old one having it at `before`."""
        after = op.get("new_address") or op["address"]
        try:
            old = self._text(old_tree, before) if op["op"] != "insert" and old_tree is not None else _NOTHING
            new = self._text(new_tree, after) if op["op"] != "delete" or op.get("new_address") else _NOTHING
        except ObjectMissingError as missing:
            screen.line(_INDENT, (f"no diff: {missing.wrong}", "dim"))
            return
        _draw_diff(screen, old, new)

    def _text(self, tree: str, address: str) -> tuple[int, list[str]]:
        """Return a symbol's first line's number and its lines; nothing where it is not there."""
        path, name = split_address(address)
        blob = self._objects.blob_at(tree, path)
        table = self._cache.table(self._objects, blob, path)
        if blob is None or table is None or name not in table.symbols:
            return _NOTHING
        first, last = table.symbols[name].lines
        source = self._objects.blob(blob.oid).decode("utf-8", "backslashreplace")
        return first, source.split("\n")[first - 1 : last]


def _draw_diff(screen: Screen, old: tuple[int, Sequence[str]], new: tuple[int, Sequence[str]]) -> None:
    (old_first, old_lines), (new_first, new_lines) = old, new
    import difflib

    matcher = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        (_, old_from, _, new_from, _), (_, _, old_to, _, new_to) = group[0], group[-1]
        where = f"@@ -{old_first + old_from},{old_to - old_from} +{new_first + new_from},{new_to - new_from} @@"
        screen.line(_INDENT, (where, "renamed"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                for line in old_lines[a:b]:
                    screen.line(_INDENT, " ", _spaced(line))
                continue
            for line in old_lines[a:b]:
                screen.line(_INDENT, ("-" + _spaced(line), "removed"))
            for line in new_lines[c:d]:
                screen.line(_INDENT, ("+" + _spaced(line), "added"))


def _spaced(line: str) -> str:
    return line.removesuffix("\r").expandtabs()
