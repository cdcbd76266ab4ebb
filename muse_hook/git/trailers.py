"""Trailers of a commit message, found as `git interpret-trailers --parse` finds them."""

from __future__ import annotations

_GIT_GENERATED = ("Signed-off-by: ", "(cherry picked from commit ")


def trailers(message: str) -> list[tuple[str, str]]:
    """Return the (lower-case key, value) pairs of the last paragraph, in order, folded values on one line.

    The rule is trailer.c's (find_trailer_block_start): the first paragraph is the title; the last one holds
    trailers if it has nothing else, or at least one of Git's own and a quarter of trailers.
    """
    lines = message.split("\n")
    while lines and not lines[0].strip():  # Git's log begins at the subject
        del lines[0]
    first = _block_start(lines)
    found: list[tuple[str, str]] = []
    open_value = False  # whether a line that starts with a space goes on with the last one
    for line in lines[first:]:
        separator = _separator(line)
        if separator >= 1:
            found.append((line[:separator].rstrip(" \t").lower(), line[separator + 1 :]))
            open_value = True
        elif open_value and line[:1].isspace() and line.strip():
            key, value = found[-1]
            found[-1] = (key, f"{value} {line.lstrip()}")
        else:
            open_value = False
    return [(key, value.strip()) for key, value in found]


def _separator(line: str) -> int:
    """Return the index of the colon that ends a key, -1 where `line` is no trailer."""
    colon = line.find(":")
    if colon < 1 or line[0] in " \t":
        return -1
    key = line[:colon].rstrip(" \t")
    return colon if key.isascii() and key.replace("-", "a").isalnum() else -1


def _block_start(lines: list[str]) -> int:
    """Return the index of the first line of the trailers, `len(lines)` where there are none."""
    title_end = len(lines)
    for index, line in enumerate(lines):
        if not line.startswith("#") and not line.strip():
            title_end = index
            break
    trailer = other = continuation = 0
    recognized = False
    only_blank = True
    for index in range(len(lines) - 1, title_end - 1, -1):
        line = lines[index]
        if line.startswith("#"):
            other += continuation
            continuation = 0
            continue
        if not line.strip():
            if only_blank:
                continue
            other += continuation
            if (recognized and trailer * 3 >= other) or (trailer and not other):
                return index + 1
            return len(lines)
        only_blank = False
        if line.startswith(_GIT_GENERATED):
            trailer += 1
            continuation = 0
            recognized = True
        elif _separator(line) >= 1:
            trailer += 1
            continuation = 0
        elif line[0].isspace():
            continuation += 1
        else:
            other += 1 + continuation
            continuation = 0
    return len(lines)
