"""The one parser of raw commit objects and of the trailers of their messages."""

from __future__ import annotations

import codecs
import time

from muse_hook.errors import InternalError
from muse_hook.model.change import Commit

_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z: ISO 8601 has four digits for a year
# What Python can decode and iconv cannot, Git neither (`encoding` is anybody's word): punycode takes the square of a
# message's length, an escape is no charset.
_NO_CHARSETS = frozenset(
    {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "charmap", "mbcs", "oem", "utf-8-sig"}
)
_LONGEST_CHARSET = 40  # bytes of a name; every name that is asked for is kept

_GIT_GENERATED = ("Signed-off-by: ", "(cherry picked from commit ")


def parse_commit(oid: str, raw: bytes) -> Commit:
    """Return the commit that the raw object `raw` says; InternalError where it is none."""
    head, _, message = raw.partition(b"\n\n")
    tree = ""
    parents = []
    author = committer = encoding = b""
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        # Continuation lines (of a signature) start with a space: their key is empty.
        if key == b"parent":
            parents.append(value.decode("ascii", "replace"))
        elif key == b"tree" and not tree:
            tree = value.decode("ascii", "replace")
        elif key == b"author" and not author:
            author = value
        elif key == b"committer" and not committer:
            committer = value
        elif key == b"encoding" and not encoding:
            encoding = value
    if not tree:
        raise InternalError("reading a commit", f"{oid} names no tree")
    # Git's own log stops at a NUL as well.
    text = _text(message.partition(b"\0")[0], encoding)
    found = trailers(text)
    author_name, authored = _signature(author)
    return Commit(
        oid,
        tree,
        parents,
        author=_text(author_name, encoding),
        authored_at=_iso(authored),
        committed_at=_iso(_signature(committer)[1]),
        summary=subject(text),
        co_authors=[value for key, value in found if key == "co-authored-by" and value],
        actor=_last(found, "muse-actor"),
        intent=_last(found, "muse-intent"),
        reservation=_last(found, "muse-reservation"),
    )


def raw_parents(raw: bytes) -> list[str]:
    """Return the parents that a raw commit object names, without the cost of parsing the rest of it."""
    parents = []
    for line in raw.split(b"\n\n", 1)[0].split(b"\n"):
        if line.startswith(b"parent "):
            parents.append(line[7:].decode("ascii", "replace"))
        elif not line.startswith(b"tree "):
            break
    return parents


def subject(message: str) -> str:
    """Return the first paragraph on one line, as `git log --format=%s` (pretty.c, format_subject)."""
    lines: list[str] = []
    for line in message.split("\n"):
        stripped = line.rstrip(" \t\r\v\f")
        if stripped:
            lines.append(stripped)
        elif lines:
            break
    return " ".join(lines)


def _text(raw: bytes, encoding: bytes) -> str:
    if encoding and len(encoding) <= _LONGEST_CHARSET:
        try:
            charset = codecs.lookup(encoding.decode("ascii")).name
            if charset not in _NO_CHARSETS:
                return raw.decode(charset)
        except (LookupError, ValueError):
            pass  # a charset that nobody knows, or that the message does not keep to
    return raw.decode("utf-8", "backslashreplace")


def _signature(line: bytes) -> tuple[bytes, int]:
    """Return "Name <email>" and the seconds since 1970, forgiving what Git forgives (ident.c, split_ident_line)."""
    opening = line.find(b"<")
    closing = line.find(b">", opening)
    if opening < 0 or closing < 0:
        return line.strip(), 0
    name = line[:opening].strip()
    email = line[opening + 1 : closing].strip()
    shown = (name + b" <" if name else b"<") + email + b">"
    digits = line[line.rfind(b">") + 1 :].strip().split(b" ")[0]
    return shown, int(digits) if digits.isdigit() and len(digits) < 20 else _beyond(digits)  # noqa: PLR2004 - 2**64


def _beyond(digits: bytes) -> int:
    """Return the end of time for a number that no clock holds, its beginning for what is no number."""
    return _LAST_SECOND if digits.isdigit() else 0


def _iso(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(min(seconds, _LAST_SECOND)))


def _last(found: list[tuple[str, str]], key: str) -> str:
    """Return the last of several: `git commit --amend --trailer` appends."""
    return next((value for name, value in reversed(found) if name == key), "")


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
