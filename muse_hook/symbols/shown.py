"""Short parts of source as people read them: defaults, annotations, bases."""

from __future__ import annotations

from muse_hook.symbols.marks import STRING

_AROUND = ("|", "=", "->", "=>")
_NEVER_BEFORE = (",", ")", "]", "}", ":", ".")


def repr_of(entries: list[str]) -> str:
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
        wordish = before[-1:].isalnum() or before[-1:] in {"_", '"'}
        wanted = before in {",", ":", *_AROUND} or word in _AROUND
        if before and word not in _NEVER_BEFORE and (wanted or (wordish and (word[0].isalnum() or word[0] in "_\"'"))):
            out.append(" ")
        out.append(word)
    return "".join(out)
