"""One commit's event on a screen: who and when, then a line a symbol, with its own diff where that is wanted."""

from __future__ import annotations

from muse_hook.cli.delta_rows import SIGNS, file_rows, symbol_row
from muse_hook.cli.terminal import spans_width
from muse_hook.errors import ObjectMissingError
from muse_hook.model.address import split_address
from muse_hook.model.change import Blob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.git.repository import Repository
    from muse_hook.history.events import CommitEvent

_SHORT = 10  # digits of a commit id
_COLOURS = {"added": "added", "removed": "removed", "changed": "changed", "renamed": "renamed", "arrived": "renamed"}
_CONTEXT = 3  # lines around a change, as in `git diff`
_INDENT = "      "
_NOTHING: tuple[int, list[str]] = (0, [])


def draw_event(screen: Screen, event: CommitEvent, patches: SymbolPatches | None = None, session: str = "") -> None:
    """Write a commit's line (with its session, where given), then its symbols', each with its diff if `patches`."""
    who = event.actor if event.actor in {event.author, ""} else f"{event.actor} for {event.author}"
    if event.author is None:
        who = event.actor
    commit = (event.commit_id[:_SHORT], "commit") if event.commit_id else ("by hand".ljust(_SHORT), "commit")
    lead: list[Span] = [commit, (f"  {event.created_at[:10]}  ", "dim"), _name(who)]
    if session:
        lead.append((f"  ({session})", "dim"))
    screen.line(*lead, *([("  " + event.subject, "bold")] if event.subject else []))
    came_from = {op["new_address"]: op["address"] for op in event.ops if op["op"] == "carried"}
    for op in _without_repeats(event.ops):
        screen.line(*_op_spans(screen, op))
        if patches is not None and event.commit_id is not None and "::" in op["address"]:
            before = op.get("from_address") or came_from.get(op["address"], op["address"])
            patches.draw(screen, event.commit_id, op, before)


def _name(who: str) -> str:
    """Return a person's name without the mail address."""
    return who.partition(" <")[0] or who


def _without_repeats(ops: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Leave out the second half of a move, and files whose symbols are shown."""
    gone = {op["new_address"] for op in ops if op["op"] == "delete" and op.get("new_address")}
    for op in ops:
        if op["op"] == "patch" or (op["op"] == "insert" and op["address"] in gone):
            continue
        yield op


def _op_spans(screen: Screen, op: Mapping[str, Any]) -> list[Span]:
    delta_op = _as_delta_op(op)
    if not op["is_child"] and op["op"] != "carried":
        for file in file_rows([delta_op]):
            notes = ", ".join(file.notes) or "file " + file.style
            return [f"    {SIGNS[file.style]} ", (file.path, "path"), (f"  {notes}", "dim")]
    path, name = split_address(op["address"])
    row = symbol_row(delta_op, path)
    lines = ""
    if row.lines is not None:
        first, last = row.lines
        lines = f"  L{first}" if first == last else f"  L{first}{screen.sign('–', '-')}{last}"
    spans: list[Span] = [
        "    ",
        (SIGNS[row.style], _COLOURS[row.style]),
        " ",
        (row.kind.replace("_", " "), "kind"),
        " ",
    ]
    spans += [(path, "dim"), ("::", "dim"), row.name if name else ""]
    if row.to:
        spans.append((f" {screen.sign('→', '->')} {row.to}", "renamed"))
    what = ", ".join(row.notes)
    rest: list[Span] = [(f"  {what}" if what else "", "changed"), (lines, "dim")]
    if screen.width is not None and spans_width(*spans, *rest) > screen.width:
        spans[5:7] = []  # the file is the first thing that can be spared
    return spans + rest


def _as_delta_op(op: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an op of the history in the shape of a delta's."""
    if op["op"] == "carried":
        return {**op, "op": "replace"}
    key = "new_summary" if op["op"] == "replace" else "content_summary"
    return {**op, key: op["summary"]}


class SymbolPatches:
    """Draws the diffs of symbols; holds what it has read of the repository."""

    def __init__(self, repository: Repository) -> None:
        from muse_hook.record.delta import TableCache  # loads the grammars, which events alone do not need

        self._objects = repository.objects()
        self._cache = TableCache()

    def draw(self, screen: Screen, commit_id: str, op: Mapping[str, Any], before: str) -> None:
        """Write the diff of an op of a symbol, which stood at the address `before` in the commit's first parent."""
        try:
            commit = self._objects.commit(commit_id)
            after = op.get("new_address") or op["address"]
            old = _NOTHING
            if op["op"] != "insert" and commit.parents:
                old = self._text(self._objects.commit(commit.parents[0]).tree, before)
            new = self._text(commit.tree, after) if op["op"] != "delete" or op.get("new_address") else _NOTHING
        except ObjectMissingError as missing:
            screen.line(_INDENT, (f"no diff: {missing.wrong}", "dim"))
            return
        _draw_diff(screen, old, new)

    def _text(self, tree: str, address: str) -> tuple[int, list[str]]:
        """Return a symbol's first line's number and its lines; nothing where it is not there."""
        path, name = split_address(address)
        blob = self._blob(tree, path)
        table = self._cache.table(self._objects, blob, path)
        if blob is None or table is None or name not in table.symbols:
            return _NOTHING
        first, last = table.symbols[name].lines
        source = self._objects.blob(blob.oid).decode("utf-8", "backslashreplace")
        return first, source.split("\n")[first - 1 : last]

    def _blob(self, tree: str, path: str) -> Blob | None:
        *folders, name = path.split("/")
        for folder in folders:
            entry = self._objects.entry(tree, folder)
            if entry is None:
                return None
            tree = entry[1]
        entry = self._objects.entry(tree, name)
        return entry and Blob(*entry)


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
