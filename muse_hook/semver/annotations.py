"""Types as they are written, in a form in which two of them can be held together."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.semver import written
from muse_hook.semver.signature import split_outside_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muse_hook.model.symbol import Symbol
    from muse_hook.semver.spelling import Spelling

    Spellings = tuple[Spelling, Spelling]
    """Of the file before and after."""

_SPACE = pattern(r"\s+")
_WORD = pattern(r"[A-Za-z_]\w*")
_LIFETIME = pattern(r"'\w+\s*")
_BOUND = pattern(r"(?<=:)\s*'\w+\s*(?:\+|$)|\s*\+\s*'\w+")


def plain(annotation: str) -> str:
    """Return a type on one line, without the names that some languages allow before its parts."""
    return written.without_names(_SPACE.sub(" ", annotation.strip()))


def result(annotation: str) -> str:
    """Return a result without the names of its parts: `(n int, err error)` is `(int, error)`."""
    text = plain(annotation)
    if not (text.startswith("(") and text.endswith(")")):
        return text
    types = written.types_of(split_outside_brackets(text[1:-1], ","))
    return types[0] if len(types) == 1 else f"({', '.join(types)})"


def union(annotation: str) -> set[str]:
    """Return the types of which a value may have any: `A | B`, and `A?`, which is `A | null`."""
    text = plain(annotation)
    if text.endswith("?") or text.startswith("?"):
        return {text.strip("?"), "null"}
    parts = (part.strip() for part in written.split_types(text, "|"))
    return {_without_parentheses(part) for part in parts if part}


def _without_parentheses(text: str) -> str:
    """Return a type without parentheses around all of it."""
    if text[:1] != "(" or text[-1:] != ")":
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return text[1:-1] if at == len(text) - 1 and len(split_outside_brackets(text[1:-1], ",")) == 1 else text
    return text


def spelled(before: str, after: str, spellings: Spellings) -> tuple[str, str]:
    """Return two types in one spelling; what is written in the same words is the same."""
    if plain(before) == plain(after):
        return before, after
    return spellings[0](before), spellings[1](after)


def renamed_types(old: Symbol, new: Symbol) -> Callable[[str], str]:
    """Return what writes a type with the names that the type parameters of a function have now."""
    pairs = zip(written.type_parameters(old), written.type_parameters(new), strict=False)
    words = (tuple(_WORD.findall(one)[:1]) for pair in pairs for one in pair)
    names = {mine: theirs for (mine,), (theirs,) in zip(words, words, strict=True) if mine != theirs}
    if not names:
        return str
    return lambda annotation: _WORD.sub(lambda found: names.get(found[0], found[0]), annotation)


def without_lifetime(receiver: str) -> str:
    """Return `&self` of `&'a self`."""
    return _LIFETIME.sub("", receiver) if "'" in receiver else receiver


def without_lifetimes(parts: Sequence[str], is_type: bool) -> list[str]:  # noqa: FBT001 - what is asked of them
    """Return type parameters without the lifetimes that nobody writes: a function's, and the bounds of a type's."""
    kept = [part for part in parts if is_type or part[:1] != "'"]
    kept = [part.partition(":")[0] if part[:1] == "'" else _LIFETIME.sub("", _BOUND.sub("", part)) for part in kept]
    return [part.replace("& ", "&").replace("&[", "& [").strip() for part in kept]
