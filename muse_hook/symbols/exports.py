"""The list of names that a module says is public, followed through every statement that builds it."""

from __future__ import annotations

from muse_hook.symbols.tokens import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from muse_hook.symbols.query import Captures
    from muse_hook.symbols.source import SourceText

COPIES = ("list", "tuple", "set", "sorted")
"""Calls that hold what their first argument holds."""


def exported(texts: Iterable[SourceText], name: str) -> tuple[str, ...] | None:
    """Return what the list `name` holds after these statements, in their order; None where that cannot be told.

    A name stands for itself, "*.a" for all that the module `.a` lists. Captures: `@export.list` is the list that a
    statement sets (`@export.set`), adds to (`@export.add`) or calls an `@export.method` of, with `@export.argument`. In
    a value `@export.known` are kinds that hold their `@export.part`, `@export.copy` is a call that does, `@export.name`
    a string, `@export.same` perhaps the list itself, `@export.module` what another list is an attribute of.
    """
    found: list[str] | None = None
    for text in texts:
        node = text.node()
        for captures in text.reader.query.captures("export", node) if node is not None else ():
            if text.reader.normaliser.name(captures["export.list"][0]) != name:
                continue
            method = text.reader.normaliser.name(captures["export.method"][0]) if "export.method" in captures else ""
            values = [*captures.get("export.set", ()), *captures.get("export.add", ())]
            values += [one for one in captures.get("export.argument", ()) if not one.is_extra]
            if found is None and "export.set" not in captures:
                return None
            if method == "insert":
                values = values[1:]
            held = _held(values, text, name, found or [])
            if held is None:
                return None
            if method in {"remove", "discard"}:
                found = [one for one in found or () if one not in held]
            elif method in {"", "append", "extend", "insert", "add", "update"}:
                found = held if "export.set" in captures else [*(found or ()), *held]
    return None if found is None else tuple(dict.fromkeys(found))


def _held(values: Iterable[Node], text: SourceText, name: str, before: list[str]) -> list[str] | None:
    """Return the names that values hold, None where any cannot be told; the list itself held `before`."""
    query, normaliser = text.reader.query, text.reader.normaliser
    found: list[str] = []
    stack = [*values][::-1]
    while stack:
        node = stack.pop()
        captures: Captures = next(iter(query.captures("export", node)), {})
        if "export.name" in captures:
            found.append(joined(normaliser.write([node]).entries))
        elif "export.same" in captures and normaliser.name(node) == name:
            found += before
        elif "export.module" in captures and normaliser.name(captures["export.list"][0]) == name:
            found.append("*" + normaliser.display_text(captures["export.module"][0]))
        elif "export.known" in captures or (
            "export.copy" in captures and normaliser.name(captures["export.copy"][0]) in COPIES
        ):
            stack += [part for part in captures.get("export.part", ()) if not part.is_extra][::-1]
        else:
            return None
    return found
