"""Whether two annotations of a result promise the same."""

from __future__ import annotations

from re import compile as pattern  # tree_sitter has imported re before us

_NAME = pattern(r"[A-Za-z_][\w.]*")
_NONE = frozenset(("", "None", "NoReturn", "Never"))
_OPTIONAL, _UNION = "Optional[", "Union["


def is_broken_promise(before: str, after: str) -> bool:
    """Whether a result's annotation changed in a way that callers may notice.

    They do not where it was not annotated or said None, where it is no longer annotated, where only the spelling
    changed (`Optional[X]`, `X | None`, `typing.List`, quotes), or where a union lost members.
    """
    old, new = members_of(before), members_of(after)
    if old <= _NONE or not after or "Any" in old or "Any" in new:
        return False
    return not new <= old


def members_of(annotation: str) -> frozenset[str]:
    """Return the members of a union in one spelling; of anything else the annotation itself."""
    text = "".join(annotation.split()).replace('"', "").replace("'", "")
    text = _NAME.sub(lambda match: match[0].rpartition(".")[2], text)
    for capital in ("List", "Dict", "Set", "FrozenSet", "Tuple", "Type"):
        text = text.replace(f"{capital}[", f"{capital.lower()}[")
    found: set[str] = set()
    for member in _split(text, "|"):
        if member.startswith(_OPTIONAL) and member.endswith("]"):
            found |= members_of(member[len(_OPTIONAL) : -1]) | {"None"}
        elif member.startswith(_UNION) and member.endswith("]"):
            for inner in _split(member[len(_UNION) : -1], ","):
                found |= members_of(inner)
        else:
            found.add(member)
    return frozenset(found)


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
