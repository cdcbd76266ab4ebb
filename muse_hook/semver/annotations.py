"""Whether two annotations of a result promise the same."""

from __future__ import annotations

from re import compile as pattern  # tree_sitter has imported re before us

_NAME = pattern(r"[A-Za-z_][\w.]*")
_NONE = frozenset(("", "None", "NoReturn", "Never"))
_ALIASES = {"List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type"}


def is_broken_promise(before: str, after: str) -> bool:
    """Whether a result's annotation changed in a way that callers may notice.

    They do not where it was not annotated or said None, where it is no longer annotated, where only the spelling
    changed (`Optional[X]`, `X | None`, `typing.List`, quotes), where a union lost members, or where only one of the two
    says what a container holds (`list`, `list[int]`).
    """
    old, new = members_of(before), members_of(after)
    if old <= _NONE or not after or "Any" in old or "Any" in new:
        return False
    bare = {member.partition("[")[0] for member in old if "[" in member}
    return not all(member in old or member in bare or member.partition("[")[0] in old for member in new)


def members_of(annotation: str) -> frozenset[str]:
    """Return the members of a union in one spelling; of anything else the annotation itself."""
    text = "".join(annotation.split()).replace('"', "").replace("'", "")
    return frozenset(_members(_NAME.sub(lambda match: match[0].rpartition(".")[2], text)))


def _members(text: str) -> set[str]:
    found: set[str] = set()
    for member in _split(text, "|"):
        head, bracket, inside = member.partition("[")
        if not bracket or not inside.endswith("]"):
            found.add(member)
            continue
        parts = _split(inside[:-1], ",")
        if head == "Optional":
            found |= _members(parts[0]) | {"None"}
        elif head == "Union":
            found = found.union(*map(_members, parts))
        else:
            inner = ",".join("|".join(sorted(_members(part))) for part in parts)
            found.add(f"{_ALIASES.get(head, head)}[{inner}]")
    return found


def _split(text: str, sign: str) -> list[str]:
    """Split at a sign that stands in no brackets."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        if letter in "[(":
            depth += 1
        elif letter in "])":
            depth -= 1
        elif letter == sign and not depth:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]
