"""The entries of a normal form: texts in preorder, so that equal lists are equal trees."""

from __future__ import annotations

# OPEN + kind ... CLOSE stands around what has children. A leaf that a person wrote begins with a character that says
# what it is; an anonymous token of the grammar stands as it is.
OPEN, CLOSE = "\x02", "\x03"
NAME, STRING, NUMBER, RAW = "\x04", "\x05", "\x06", "\x07"
_TOKENS = "\x08"  # what tokens of a grammar begin with, or greater

_SPACE_AROUND = ("|", "=", "->", "=>")
_NO_SPACE_BEFORE = (",", ")", "]", "}", ":", ".")


def without_nul(text: str) -> str:
    """Return text without NUL, which separates the entries where they are hashed."""
    return text.replace("\\", "\\\\").replace("\0", "\\0") if "\0" in text else text


def leaves(entries: list[str]) -> list[str]:
    """Return the texts of the leaves, in order."""
    # those of a leaf lie between the two of brackets and all that a token of a grammar begins with
    return [
        entry if entry >= _TOKENS or entry < OPEN else entry[1:] for entry in entries if entry >= NAME or entry < OPEN
    ]


def words(entries: list[str]) -> list[str]:
    """Return the texts of the leaves that a person wrote, in order: without the tokens of the grammar."""
    return [entry[1:] for entry in entries if NAME <= entry < _TOKENS]


def joined(entries: list[str]) -> str:
    """Return the leaves as one text, strings as what they mean."""
    return "".join(e.partition("'")[2] if e[:1] == STRING else "".join(leaves([e])) for e in entries)


def masked(entries: list[str], name: str) -> list[str]:
    """Return entries in which the names equal to `name` are blank."""
    own = NAME + name
    return [NAME if entry == own else entry for entry in entries] if own in entries else entries


def quoted(entries: list[str]) -> str:
    """Return a plain string literal in double quotes; "" for anything else."""
    if len(entries) != 1 or entries[0][:1] != STRING:
        return ""
    prefix, _, value = entries[0][1:].partition("'")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'{prefix}"{escaped}"'


def spaced(words: list[str]) -> str:
    """Return words with the white space that is usual; a comma before a closing bracket is left out."""
    out: list[str] = []
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else ""
        if word == "," and after in {")", "]", "}"}:
            continue
        before = out[-1] if out else ""
        is_word = before[-1:].isalnum() or before[-1:] in {"_", '"'}
        is_spaced = before in {",", ":", *_SPACE_AROUND} or word in _SPACE_AROUND
        if (
            before
            and word not in _NO_SPACE_BEFORE
            and (is_spaced or (is_word and (word[0].isalnum() or word[0] in "_\"'")))
        ):
            out.append(" ")
        out.append(word)
    return "".join(out)
