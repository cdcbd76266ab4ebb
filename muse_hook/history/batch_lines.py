"""The entries of a batch from its lines, each op parsed once: a patch's line holds its children's ops already."""

from __future__ import annotations

from muse_hook.oplog.lines import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Raw quotes are structure: inside a JSON text they would be escaped.
_ID, _ID_END = b'{"op_id":"', 46
_OP, _AFTER_OP = b',"domain_op":', b',"created_at":"'
_CHILDREN = b'"child_ops":['


def parsed(data: bytes) -> list[dict[str, Any] | None]:
    """Return the entry of each line of a batch; None for what is no JSON object.

    Of a child's entry `op_id` and `domain_op` alone where its op is written, byte for byte, as in its patch.
    """
    entries: list[dict[str, Any] | None] = []
    patch, at = b"", 0
    children: list[Any] = []  # that are still to come, the next one last
    for line in data.split(b"\n")[:-1]:
        if children:
            text = _op_of(line)
            child = children.pop()
            if text and patch.startswith(text, at) and patch[at + len(text)] in b",]":
                at += len(text) + 1
                entries.append({"op_id": line[len(_ID) : _ID_END].decode("ascii"), "domain_op": child})
                continue
            children = []
        entry = parse(line)
        entries.append(entry)
        begin = line.find(_CHILDREN)
        if begin > 0 and entry is not None:
            op = entry.get("domain_op")
            found = op.get("child_ops") if isinstance(op, dict) else None
            if isinstance(found, list):
                children, patch, at = found[::-1], line, begin + len(_CHILDREN)
    return entries


def _op_of(line: bytes) -> bytes:
    """Return the text of the op of an entry as our writer writes it, b"" for any other line."""
    begin = line.find(_OP) + len(_OP)
    end = line.find(_AFTER_OP, begin)
    has_id = line.startswith(_ID) and line[_ID_END : _ID_END + 1] == b'"' and b"\\" not in line[:_ID_END]
    return line[begin:end] if has_id and begin >= len(_OP) and end > 0 and line[:_ID_END].isascii() else b""
