"""One commit's event on a screen: who and when, then a line a symbol, with its own diff where that is wanted."""

from __future__ import annotations

from muse_hook.cli.delta_rows import SIGNS, file_rows, symbol_row
from muse_hook.cli.terminal import spans_width
from muse_hook.history.rewrites import DROPPED
from muse_hook.model.address import split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.symbol_patches import SymbolPatches
    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.history.events import CommitEvent

_SHORT = 10  # digits of a commit id
_LONGEST = 60  # characters of a former header; `show` and `--json` have more
_COLOURS = {"added": "added", "removed": "removed", "changed": "changed", "renamed": "renamed", "arrived": "renamed"}


def draw_event(
    screen: Screen, event: CommitEvent, patches: SymbolPatches | None = None, *, session: str = "", date: str = ""
) -> None:
    """Write a commit's line (with its session, where given), then its symbols', each with its diff if `patches`.

    `date` is shown for it, by default the day in UTC on which it was made.
    """
    who = event.actor if event.actor in {event.author, ""} else f"{event.actor} for {event.author}"
    if event.author is None:
        who = event.actor
    commit = (event.commit_id[:_SHORT], "commit") if event.commit_id else ("by hand".ljust(_SHORT), "commit")
    lead: list[Span] = [commit, (f"  {date or event.created_at[:10]}  ", "dim"), _name(who)]
    if session:
        lead.append((f"  ({session})", "dim"))
    if event.superseded is not None:
        lead.append((f"  ({superseded_words(event.superseded)})", "warning"))
    screen.line(*lead, *([("  " + event.subject, "bold")] if event.subject else []))
    came_from = {op["new_address"]: op["address"] for op in event.ops if op["op"] == "carried"}
    for op in _without_repeats(event.ops):
        screen.line(*_op_spans(screen, op))
        if patches is not None and event.commit_id is not None and "::" in op["address"]:
            before = op.get("from_address") or came_from.get(op["address"], op["address"])
            patches.draw(screen, event.commit_id, op, before)


def superseded_words(new: str) -> str:
    """Return what is to be said of a commit that was rewritten: `new` is an id, or "dropped"."""
    return "superseded: dropped" if new == DROPPED else f"superseded by {new[:_SHORT]}"


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
    what = ", ".join([*row.notes, *([f"was {_cut(row.signature[0])}"] if row.signature else [])])
    rest: list[Span] = [(f"  {what}" if what else "", "changed"), (lines, "dim")]
    if screen.width is not None and spans_width(*spans, *rest) > screen.width:
        spans[5:7] = []  # the file is the first thing that can be spared
    return spans + rest


def _cut(header: str) -> str:
    return header if len(header) <= _LONGEST else header[: _LONGEST - 1] + "…"


def _as_delta_op(op: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an op of the history in the shape of a delta's."""
    if op["op"] == "carried":
        return {**op, "op": "replace"}
    key = "new_summary" if op["op"] == "replace" else "content_summary"
    return {**op, key: op["summary"]}
