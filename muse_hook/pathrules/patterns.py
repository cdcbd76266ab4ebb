"""Patterns over paths: the part of Git's wildmatch that .museignore and .gitattributes share."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ANY_FOLDERS = "**"
_SPECIAL = re.compile(r"[*?\[\\\udc80-\udcff]")
_NAMED_CLASS = re.compile(r"\[:(\w+):\]")
_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \t", "cntrl": "\0-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": " \t\n\r\v\f",
    "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip


class Glob:
    """A pattern that a whole path, given as its parts, matches or not.

    `*`, `?` and `[...]` never match a `/`; `**` between slashes stands for any number of folders, at the end for
    everything below, and is one star elsewhere. `?` is one character (Git: one byte). The cost is the product of
    the lengths at worst, whatever the pattern (it may be hostile).
    """

    __slots__ = ("parts",)

    def __init__(self, pattern: str, *, anywhere: bool) -> None:
        parts = _split(pattern)
        if anywhere:
            parts.insert(0, _ANY_FOLDERS)
        if _is_any_folders(parts[-1]):
            parts.append("*")
        self.parts: list[Callable[[str], object] | None] = [
            None if _is_any_folders(part) else _part_matcher(part) for part in parts
        ]

    def matches(self, path: Sequence[str]) -> bool:
        """Whether the pattern matches the path with these parts."""
        parts = self.parts
        at = step = 0
        retry_at, retry_step = -1, -1  # where the last `**` goes on, and what it has swallowed
        while at < len(path):
            part = parts[step] if step < len(parts) else None
            if step < len(parts) and part is None:
                retry_at, retry_step = at, step
                step += 1
            elif part is not None and part(path[at]):
                at += 1
                step += 1
            elif retry_step >= 0:
                retry_at += 1
                at, step = retry_at, retry_step + 1
            else:
                return False
        return all(part is None for part in parts[step:])


def _is_any_folders(part: str) -> bool:
    return part.startswith(_ANY_FOLDERS) and not part.strip("*")  # three stars are two


def _split(pattern: str) -> list[str]:
    """Split a pattern at its slashes; one between brackets is none (and matches nothing)."""
    parts = []
    start = index = 0
    while index < len(pattern):
        if pattern[index] == "[":
            _, index = _bracket(pattern, index + 1)
        elif pattern[index] == "\\" and pattern[index + 1 : index + 2] != "/":
            index += 2
        elif pattern[index] in "/\\":
            parts.append(pattern[start:index])
            index += 1 + (pattern[index] == "\\")
            start = index
        else:
            index += 1
    return [*parts, pattern[start:]]


def _part_matcher(part: str) -> Callable[[str], object]:
    """Return what says whether the name of one file or folder matches one part of a pattern."""
    if not _SPECIAL.search(part):
        return part.__eq__
    return _regular_expression(part).fullmatch


def _regular_expression(part: str) -> re.Pattern[str]:
    """Translate one part. The first match of what follows a star is as good as any later one: never look back."""
    pieces: list[list[str]] = [[]]  # what stands between the stars
    index = 0
    while index < len(part):
        character = part[index]
        index += 1
        if character == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append([])
        elif character == "?":
            pieces[-1].append(".")
        elif character == "\\" and index < len(part):
            pieces[-1].append(re.escape(part[index]))
            index += 1
        elif character == "[":
            bracket, index = _bracket(part, index)
            pieces[-1].append(bracket)
        else:
            pieces[-1].append(re.escape(_as_in_paths(character)))
    texts = ["".join(piece) for piece in pieces]
    if len(texts) == 1:
        expression = texts[0]
    else:
        expression = texts[0] + "".join(f"(?>.*?{text})" for text in texts[1:-1]) + ".*" + texts[-1]
    return re.compile(expression, re.DOTALL)


def _bracket(part: str, index: int) -> tuple[str, int]:
    """Translate `[...]` whose inside starts at `index`; also where to go on. Unclosed, it matches nothing."""
    negated = part[index : index + 1] in ("!", "^")
    index += negated
    start = index
    inside = ""
    while index < len(part):
        if part[index] == "]" and index > start:
            if not inside:
                return ("." if negated else "(?!)"), index + 1
            return f"[{'^' if negated else ''}{inside}]", index + 1
        named = _NAMED_CLASS.match(part, index)
        if named:
            inside += _CLASSES.get(named[1], "")
            index = named.end()
            continue
        low, index = _bracket_character(part, index)
        inside += re.escape(low)  # Git takes the start of a range for itself too, in an empty one as well
        if part[index : index + 1] == "-" and part[index + 1 : index + 2] not in ("", "]"):
            high, index = _bracket_character(part, index + 1)
            if low <= high:
                inside += f"{re.escape(low)}-{re.escape(high)}"
    return "(?!)", index


def _bracket_character(part: str, index: int) -> tuple[str, int]:
    """Return one character between brackets, a backslash taken off, and the index after it."""
    if part[index] == "\\" and index + 1 < len(part):
        index += 1
    return part[index], index + 1


def _as_in_paths(character: str) -> str:
    r"""Return a byte that is not UTF-8 (a lone surrogate) as paths show it: `\xNN`."""
    return f"\\x{ord(character) - 0xDC00:02x}" if "\udc80" <= character <= "\udcff" else character
