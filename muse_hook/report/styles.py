"""What an op of the history is to people: one of six styles, or nothing that is counted."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

STYLES = ("added", "removed", "changed", "renamed", "moved", "reformatted")

_PLAIN = {"insert": "added", "delete": "removed", "replace": "changed", "patch": "changed", "mutate": "changed"}
_OWN_STYLE = ("added", "removed", "renamed", "moved")


def style_of(op: Mapping[str, Any]) -> str | None:
    """Return the style of an op (keys as in docs/json.md, `log`).

    None for what another op tells: a patch whose symbols say what happened, and the second half of a move.
    """
    codes = op["change"]
    if op["op"] == "insert" and op.get("from_address"):
        return None
    if op["op"] == "patch" and not codes and not op.get("from_address"):
        return None
    if op["op"] == "move" or (op["op"] == "patch" and op.get("from_address")):
        return "moved"
    if op["op"] == "delete" and op.get("new_address"):
        return "renamed" if "renamed" in codes else "moved"
    if not op["is_child"] and not codes and "reformatted" in op["summary"]:
        return "reformatted"
    for style in _OWN_STYLE:
        if style in codes:
            return style
    return _PLAIN.get(op["op"], "changed")
