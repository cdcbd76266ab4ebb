"""A structured delta as rows for people: what the ops say, in words that fit on a line."""

from __future__ import annotations

from muse_hook.model.address import split_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

DASH = "\N{EN DASH}"
"""What stands between two line numbers."""

# Muse's summary strings (docs/delta.md): the words of its own engine, and of ops appended by hand, that carry
# no `kind`, `lines` or `change`.
_SUMMARY = (
    r"^(?:added |removed )?(?P<kind>\w+) (?P<name>.+?)(?: \((?P<what>[^()]*)\))?(?:  L(?P<lines>\d+" + DASH + r"\d+)|$)"
)
_FROM = " \N{LEFTWARDS ARROW} moved from "
_TO = " \N{RIGHTWARDS ARROW} moved to "
_OLD_CODES = {
    "signature updated": ["signature"],
    "implementation changed": ["body"],
    "modified": ["signature", "body"],
}
_IMPORT = "import::"

SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": ">", "arrived": "<"}
"""One character a style; `renamed` is also a move away, `arrived` its other end."""

_FILE_NOTES = {
    "module": "module code",
    "order": "order only",
    "mode": "mode",
    "damaged": "parsed around damage",
    "unparsed": "cannot be parsed",
    "reparsed": "parses again",
    "too_large": "too large to parse",
    "unreadable": "could not be read",
    "unrecorded": "symbols no longer told",
}


_OTHER_FUNCTION = {"extracted_from": "extracted from", "inlined_into": "inlined into"}


class SymbolRow:
    """One symbol's op.

    `style` is a key of `SIGNS`, `to` the new name or place (or ""), `notes` reason codes and remarks in order,
    `lines` (first, last) or None, `signature` the old and the new header where they differ; `op` is what it is made of.
    """

    __slots__ = ("address", "kind", "lines", "name", "notes", "op", "signature", "style", "to")

    def __init__(
        self,
        address: str,
        style: str,
        kind: str,
        name: str,
        *,
        to: str = "",
        notes: Sequence[str] = (),
        lines: tuple[int, int] | None = None,
        signature: tuple[str, str] | None = None,
        op: Mapping[str, Any] | None = None,
    ) -> None:
        self.op = op or {}
        self.signature = signature
        self.address = address
        self.style = style
        self.kind = kind
        self.name = name
        self.to = to
        self.notes = list(notes)
        self.lines = lines


class FileRow:
    """One file's op: `style`, `path`, `old_path` (where it was moved from, or ""), `notes`, and its symbols' rows."""

    __slots__ = ("notes", "old_path", "path", "style", "symbols")

    def __init__(self, path: str, style: str, *, old_path: str, notes: list[str], symbols: list[SymbolRow]) -> None:
        self.path = path
        self.style = style
        self.old_path = old_path
        self.notes = notes
        self.symbols = symbols


def file_rows(ops: Sequence[Mapping[str, Any]]) -> list[FileRow]:
    """Return the rows of a delta's ops, in their order; a file that was moved as it was is one row, not two."""
    return [_file_row(op) for op in ops if not (op.get("op") == "delete" and op.get("new_address"))]


def symbol_row(op: Mapping[str, Any], path: str = "", old_path: str = "") -> SymbolRow:
    """Return the row of one symbol op; `path` (and `old_path`) is the file whose patch holds it, where known."""
    address = str(op.get("address", ""))
    file, name = split_address(address, (path, old_path))
    parsed = _parsed_summary(op)
    kind = str(op.get("kind") or parsed.get("kind") or "symbol")
    if name.startswith(_IMPORT):
        kind, name = "import", imported(name)
    style, to, notes = _what(op, file or path)
    notes = [_note(op, note) for note in notes] + _remarks(op)
    lines = _lines(op, parsed)
    return SymbolRow(address, style, kind, name, to=to, notes=notes, lines=lines, signature=_signature(op), op=op)


def imported(name: str) -> str:
    """Return what an import's qualified name brings in: "os" of `import::os`, "* (m)" of `import::*:m`."""
    bound = name.removeprefix(_IMPORT)
    return f"* from {bound[2:]}" if bound.startswith("*:") else bound


def _file_row(op: Mapping[str, Any]) -> FileRow:
    path, old_path = str(op.get("address", "")), str(op.get("from_address", ""))
    kind = op.get("op")
    symbols = [symbol_row(child, path, old_path) for child in op.get("child_ops", ())]
    codes = [str(code) for code in op.get("change", ())]
    style = {"insert": "added", "delete": "removed"}.get(str(kind), "changed")
    if old_path or kind == "move":
        style = "renamed"
    elif codes and codes[0] in {"added", "removed"}:
        style = codes[0]
    notes = [_FILE_NOTES.get(code, code) for code in codes if code not in {"added", "removed", "moved", "renamed"}]
    if "reformatted" in str(op.get("new_summary", "")) and not notes:
        notes = ["reformatted"]
    return FileRow(path, style, old_path=old_path, notes=notes + _remarks(op), symbols=symbols)


def _what(op: Mapping[str, Any], path: str) -> tuple[str, str, list[str]]:
    """Return style, new name or place, and the reason codes of a symbol op."""
    changes = [str(code) for code in op.get("change", ())]
    new = str(op.get("new_address", ""))
    match op.get("op"):
        case "insert":
            origin = str(op.get("from_address") or str(op.get("content_summary", "")).partition(_FROM)[2])
            return ("arrived", "", [f"moved from {origin}"]) if origin else ("added", "", changes)
        case "delete":
            moved = str(op.get("content_summary", "")).partition(_TO)[2]
            if new or moved:
                place = _short_address(new, path) if new else moved
                return "renamed", place, [code for code in changes if code != "moved"] or ["moved"]
            return "removed", "", changes
        case "replace":
            summary = str(op.get("new_summary", ""))
            how, to, name = summary.partition(" to ")
            if new or (to and how in {"renamed", "moved"}):
                return "renamed", _short_address(new, path) if new else name, changes or [how]
            return "changed", "", changes or _old_codes(summary)
    return "changed", "", changes


def _short_address(new_address: str, path: str) -> str:
    """Return a new address as short as it can be said beside the old one: without the file where that stayed."""
    file, name = split_address(new_address, (path,))
    if file != path:
        return new_address
    return imported(name) if name.startswith(_IMPORT) else name


def _old_codes(summary: str) -> list[str]:
    return list(_OLD_CODES.get(_parse(summary).get("what") or "", []))


def _remarks(op: Mapping[str, Any]) -> list[str]:
    remarks = [f"follows the rename of {each}" for each in op.get("follows", ())]
    sure = op.get("confidence")
    if isinstance(sure, (int, float)) and sure < 1:
        remarks.append(f"{sure:.0%} sure")
    if op.get("from_parent"):
        remarks.append(f"from parent {op['from_parent']}")
    return remarks


def _note(op: Mapping[str, Any], code: str) -> str:
    """Return a reason code as it is shown: with the other function, where statements came from one or went to it."""
    other = op.get("body")
    if isinstance(other, str) and code in _OTHER_FUNCTION:
        return f"{_OTHER_FUNCTION[code]} {other}"
    return code


def _signature(op: Mapping[str, Any]) -> tuple[str, str] | None:
    signature = op.get("signature")
    if not isinstance(signature, dict):
        return None
    return str(signature.get("old", "")), str(signature.get("new", ""))


def _parsed_summary(op: Mapping[str, Any]) -> Mapping[str, str | None]:
    """Return what an op's summary says, where its keys leave something open."""
    if op.get("kind"):  # ours, and such an op says its lines where it has any
        return {}
    for key in ("content_summary", "new_summary", "old_summary"):
        parsed = _parse(str(op.get(key, "")).partition(_FROM)[0].partition(_TO)[0])
        if parsed and parsed["kind"] not in {"renamed", "moved"}:
            return parsed
    return {}


def _parse(summary: str) -> Mapping[str, str | None]:
    import re  # start-up time; our own ops seldom need it

    found = re.match(_SUMMARY, summary)
    return found.groupdict() if found else {}


def _lines(op: Mapping[str, Any], parsed: Mapping[str, str | None]) -> tuple[int, int] | None:
    lines = op.get("lines")
    if isinstance(lines, (list, tuple)) and len(lines) == 2:  # noqa: PLR2004 - first and last
        return int(lines[0]), int(lines[1])
    if text := parsed.get("lines"):
        first, _, last = text.partition(DASH)
        return int(first), int(last)
    return None


def flat(rows: Sequence[FileRow]) -> Iterator[SymbolRow]:
    """Return every symbol's row."""
    for row in rows:
        yield from row.symbols
