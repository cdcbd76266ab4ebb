"""The entries of a normalised tree: texts in preorder, so that equal lists are equal trees."""

from __future__ import annotations

# OPEN + kind ... CLOSE stands around what has children. A leaf that a person wrote starts with a sign of what it is; an
# anonymous token of the grammar stands as it is.
OPEN, CLOSE = "\x02", "\x03"
NAME, STRING, NUMBER, RAW = "\x04", "\x05", "\x06", "\x07"
_STRUCTURE = (OPEN, CLOSE)
_SIGNS = (NAME, STRING, NUMBER, RAW)


def plain(text: str) -> str:
    """Return text without NUL, which separates the entries."""
    return text.replace("\\", "\\\\").replace("\0", "\\0") if "\0" in text else text


def leaves(entries: list[str]) -> list[str]:
    """Return the texts of the leaves, in order."""
    return [e[1:] if e[:1] in _SIGNS else e for e in entries if e[:1] not in _STRUCTURE]


def joined(entries: list[str]) -> str:
    """Return the leaves as one text, strings as what they mean."""
    return "".join(e.partition("'")[2] if e[:1] == STRING else "".join(leaves([e])) for e in entries)


def masked(entries: list[str], name: str) -> list[str]:
    """Return entries in which the names equal to `name` are blank."""
    own = NAME + name
    return [NAME if entry == own else entry for entry in entries] if own in entries else entries
