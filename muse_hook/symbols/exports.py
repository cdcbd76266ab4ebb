"""The list of names that a module says is public, followed through every statement that builds it."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.symbols.tokens import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tree_sitter import Node

    from muse_hook.symbols.query import Captures
    from muse_hook.symbols.source import SourceText

COPIES = ("list", "tuple", "set", "sorted")
"""Calls that hold what their first argument holds."""

SPLIT = "split"
"""The method that takes the words of a text."""

OWN_NAME = "__name__"
"""The attribute of what a module defines that is its name there."""


_NUMBER = pattern(r"(-?\d+)?")

MAX_NAMES = 8
"""So many lists may be made of each other in a row."""


def exported(
    texts_of: Callable[[str], Iterable[tuple[SourceText, bool]]], name: str, before: tuple[str, ...] = ()
) -> tuple[str, ...] | None:
    """Return what the list `name` holds after its module's statements, in their order; None where it cannot be told.

    A name stands for itself, "*.a" for all that the module `.a` lists. `texts_of` yields the statements that set a
    list or begin with its name, each with whether it stands under a condition: what is set there is held beside what
    was before. `before` are the lists that are being asked for already.

    Captures: `@export.list` is the list that a statement sets (`@export.set`), adds to (`@export.add`), deletes
    (`@export.delete`) or calls an `@export.method` of, with `@export.argument`; `@export.at`, an index or a slice, is
    the part of it. In a value `@export.known` are kinds that hold their `@export.part`, `@export.copy` is what a
    call calls, `@export.name` a string, `@export.same` a list, perhaps itself, `@export.module` what another list, or
    the name, is an attribute of.
    """
    found: list[str] | None = None

    def listed(other: str) -> Sequence[str] | None:
        if other == name:
            return found or []
        if other in before or len(before) > MAX_NAMES:
            return None
        return exported(texts_of, other, (*before, name))

    for text, is_conditional in texts_of(name):
        node = text.node()
        for captures in text.reader.query.captures("export", node) if node is not None else ():
            if text.reader.normaliser.name(captures["export.list"][0]) != name:
                continue
            method = text.reader.normaliser.name(captures["export.method"][0]) if "export.method" in captures else ""
            values = [*captures.get("export.set", ()), *captures.get("export.add", ())]
            values += [one for one in captures.get("export.argument", ()) if not one.is_extra]
            at = None
            if "export.at" in captures or (method in {"insert", "pop"} and values):
                at = _part(text.reader.normaliser.display_text((captures.get("export.at") or values)[0]))
            if found is None and ("export.set" not in captures or "export.at" in captures):
                return None
            if method == "insert":
                values = values[1:]
            if "export.delete" in captures and "export.at" not in captures:
                found = None
                continue
            if "export.delete" in captures or method == "pop":
                if found is None or (at is None and ("export.at" in captures or values)):
                    return None
                found = _without(found, slice(-1, None) if at is None else at)
                continue
            held = _held(values, text, (*before, name)[0], listed)
            if held is None:
                return None
            if method in {"remove", "discard"}:
                found = [one for one in found or () if one not in held]
            elif "export.at" in captures:
                if at is None:
                    return None
                found = _with(found or [], at, held)
            elif method == "insert" and at is not None:
                found = _with(found or [], slice(at.start, at.start), held)
            elif method in {"", "append", "extend", "insert", "add", "update"}:
                is_new = "export.set" in captures and not is_conditional
                found = held if is_new else [*(found or ()), *held]
            elif method == "clear":
                found = []
    return None if found is None else tuple(dict.fromkeys(found))


def _part(text: str) -> slice | None:
    """Return the part of a list that an index or a slice of plain numbers is, None for any other."""
    bounds = [bound.strip() for bound in text.split(":")]
    if len(bounds) > 2 or not all(_NUMBER.fullmatch(bound) for bound in bounds):  # noqa: PLR2004 - no step
        return None
    numbers = [int(bound) if bound else None for bound in bounds]
    if len(numbers) == 1:
        start = numbers[0]
        return None if start is None else slice(start, start + 1 or None)
    return slice(*numbers)


def _without(names: list[str], part: slice) -> list[str]:
    return _with(names, part, [])


def _with(names: list[str], part: slice, held: list[str]) -> list[str]:
    changed = list(names)
    changed[part] = held
    return changed


def _held(
    values: Iterable[Node], text: SourceText, exports: str, listed: Callable[[str], Sequence[str] | None]
) -> list[str] | None:
    """Return the names that values hold, None where any cannot be told.

    A list of the module holds what `listed` says; modules have their lists under the name `exports`.
    """
    query, normaliser = text.reader.query, text.reader.normaliser
    found: list[str] = []
    stack = [*values][::-1]
    while stack:
        node = stack.pop()
        captures: Captures = next(iter(query.captures("export", node)), {})
        if "export.name" in captures:
            found.append(joined(normaliser.write([node]).entries))
        elif "export.same" in captures:
            same = listed(normaliser.name(node))
            if same is None:
                return None
            found += same
        elif "export.module" in captures:
            module, attribute = captures["export.module"][0], normaliser.name(captures["export.list"][0])
            said = normaliser.display_text(module).lstrip("* ")  # `[*a.__all__]` is read as `(*a).__all__`
            if attribute not in {exports, OWN_NAME}:
                return None
            found.append("*" + said if attribute == exports else said.rpartition(".")[2])
        elif "export.copy" in captures:
            held = _called(captures, text)
            if held is None:
                return None
            stack += held if isinstance(held, tuple) else ()
            found += held if isinstance(held, list) else ()
        elif "export.known" in captures:
            stack += [part for part in captures.get("export.part", ()) if not part.is_extra][::-1]
        else:
            chained = next(iter(query.captures("value", node)), {}).get("value.of")  # a = b = [...]
            if not chained:
                return None
            stack += chained
    return found


def _called(captures: Captures, text: SourceText) -> tuple[Node, ...] | list[str] | None:
    """Return the nodes whose names a call holds, the words that it takes from a text, None where it cannot be told."""
    query, normaliser = text.reader.query, text.reader.normaliser
    called = captures["export.copy"][0]
    given = tuple(one for one in captures.get("export.part", ()) if not one.is_extra)
    if normaliser.name(called) in COPIES:
        return given[:1]
    method = next(iter(query.captures("export", called)), {})
    said = method["export.module"][0] if "export.list" in method else called
    is_text = "export.name" in next(iter(query.captures("export", said)), {})
    if not is_text or normaliser.name(method["export.list"][0]) != SPLIT:
        return None
    words, *signs = (joined(normaliser.write([one]).entries) for one in (said, *given[:1]))
    return [word.strip() for word in words.split(signs[0] if signs else None)]
