"""Texts that begin behind the line that says so, of which some lose what all their lines are indented by."""

from __future__ import annotations

from muse_hook.symbols.literals import text_of
from muse_hook.symbols.tokens import CLOSE, NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from muse_hook.symbols.shapes import Act, Entries, Kinds


def dedented(kinds: Kinds, mark: str) -> Act:
    """Return the action for text of several lines, which lose what they are all indented by where it begins so.

    What it begins with stands before it, beside it: `mark` and the word that ends it. How deep that one stands is
    no part of the text.
    """

    def act(node: Node, out: list[str]) -> Entries:  # noqa: ARG001 - as every action
        if not node.children:
            return ()
        *parts, end = node.children
        width = _indentation(parts) if _begins_with(mark, node, text_of(end).strip()) else 0
        found: list[Node | str] = [kinds.opens[node.kind_id]]
        for part in parts:
            text = text_of(part)
            if part.children or text[:1] == "\\" or "\n" not in text:
                found.append(part)
                continue
            first, *lines = text.split("\n")
            if part is parts[-1]:
                lines[-1] = lines[-1].lstrip(" \t")
            kept = (
                [line[width:] if line[:width].isspace() else line.lstrip(" \t") for line in lines] if width else lines
            )
            found.append(NAME + "\n".join((first, *kept)))
        return [*found, end, CLOSE]

    return act


def closed_deep(kinds: Kinds) -> Act:
    """Return the action for text whose lines lose as many columns as what closes it, behind it, stands deep."""

    def act(node: Node, out: list[str]) -> Entries:  # noqa: ARG001 - as every action
        end = node.next_sibling
        width = end.start_point.column if end is not None else 0
        found: list[Node | str] = [kinds.opens[node.kind_id]]
        for part in node.children:
            if part.children or (part.start_point.column and b"\n" not in (part.text or b"")):
                found.append(part)
                continue
            first, *lines = text_of(part).split("\n")
            first = first if part.start_point.column else first[width:]
            found.append(NAME + "\n".join((first, *(line[width:] for line in lines))))
        return [*found, CLOSE]

    return act


def _begins_with(mark: str, node: Node, word: str) -> bool:
    """Whether the nearest beginning of a text that ends with a word, among what stands beside it, has a mark."""
    before = node.prev_sibling
    while before is not None:
        begun = [part for part in text_of(before).split("<<")[1:] if part.lstrip("~-\"'`").startswith(word)]
        if begun:
            return f"<<{begun[-1]}".startswith(mark)
        before = before.prev_sibling if before.kind_id == node.kind_id else None
    return False


def _indentation(parts: Sequence[Node]) -> int:
    """Return by how many columns all lines with anything in them are indented, the one behind the text left out."""
    found: list[int] = []
    for at, part in enumerate(parts):
        lines = [] if part.children or text_of(part)[:1] == "\\" else text_of(part).split("\n")[1:]
        found += [len(line) - len(line.lstrip(" \t")) for line in lines[:-1] if line.strip()]
        if lines and (at < len(parts) - 1 or lines[-1].strip()):
            found.append(len(lines[-1]) - len(lines[-1].lstrip(" \t")))
    return min(found, default=0)
