"""Spells the statements of SQL that its grammar cannot read as one that it can, which holds their names and words."""

from __future__ import annotations

from muse_hook.digest import hex_sha256
from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # Where a statement begins and ends, and what closes it where the text has nothing that does.
    Span = tuple[int, int, bytes]

# What is not closed goes on to the end of the text: looked for once.
_DOLLARS = rb"|\$(?P<tag>(?:[a-z_]\w*)?)\$(?s:.*?)(?:\$(?P=tag)\$|\Z)"
_STRING = rb"""'(?:[^'\\]|''|\\(?!'\s*[,;)])(?s:.)|\\)*(?:'|\Z)|"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z)"""
_COMMENT = rb"""--[^\n]*|/\*(?s:.*?)(?:\*/|\Z)"""
_LITERAL = _COMMENT + b"|" + _STRING + _DOLLARS
_TOKEN = rb"""(?im)(?P<literal>%s)
    |(?P<delimiter>^DELIMITER[ \t]+(?P<mark>\S+)[^\n]*)
    |(?P<batch>^[ \t]*(?:GO|/)[ \t\r]*$)
    |(?P<command>^\\[a-z!?][^\n]*)
    |(?P<end>%s)
    |\b(?P<open>BEGIN(?!\s+TRAN)|CASE)\b
    |\bEND\s+(?:IF|LOOP|WHILE|REPEAT|FOR)\b
    |\b(?P<close>END)\b"""
_PART = rb"""(?:[\w$#@\x80-\xff]+|"[^"]+"|`[^`]+`|\[[^\]]+\])"""
_CREATED = pattern(
    rb"""(?ix)CREATE (?P<words>\s (?:[^();'"]|"[^"]*"|'[^']*')*?
        (?<![.\w$@]) (?P<kind>TABLE|VIEW|TYPE|FUNCTION|PROCEDURE|PROC|TRIGGER|INDEX|SEQUENCE)
        (?:\s+CONCURRENTLY)? (?:\s+IF\s+NOT\s+EXISTS)?) \s+
        (?P<name>(?!ON\b)%s (?:\s*\.\s*%s){0,2}) (?![\w$.])"""
    % (_PART, _PART)
)
_ROUTINE = pattern(rb"(?i)(?:CREATE|ALTER)\s[^;('\"]{0,200}?\b(?:FUNCTION|PROC(?:EDURE)?|TRIGGER|EVENT|PACKAGE)\b")
_BATCH = pattern(rb"(?im)^[ \t]*(?:GO|/)[ \t\r]*$")
_FROM_HERE = pattern(rb"(?is)COPY\b[^;]*\bFROM\s+STDIN\b[^;]*")
_MORE = pattern(rb"\w+")
_END_OF_DATA = b"\n\\.\n"
_NEXT = pattern(rb"(?im)^[ \t]*CREATE\b")
_GAP = pattern(rb"(?:\s|%s)+" % _COMMENT)
_WORD = pattern(rb"(?i)(?P<gap>(?:\s|%s)+)|(?P<rest>%s|[^\s'\"`$/-]+|.)" % (_COMMENT, _STRING + _DOLLARS))

# A letter that no word of SQL begins with.
_MARK = b"\xc3\x9f"
# What stands for a quote and a backslash in the string that holds a statement's words.
_IN_STRING = bytes.maketrans(b"'\\", b"\x01\x02")
# What stands for a kind, where its first letter is another one's.
_LETTERS = {b"TY": b"Y", b"TR": b"R"}
_SIGNS = frozenset(b"(),=<>+")
_SHORTEST = 17  # bytes that a digest takes


def _token(ends: bytes) -> bytes:
    """Return the expression for all that matters for where a statement ends."""
    literal = _LITERAL.removesuffix(_DOLLARS) if b"$" in ends else _LITERAL
    return (_TOKEN % (literal, ends)).replace(b"\n    ", b"")


_TO_SEMICOLON = pattern(_token(b";"))


def statements_apart(source: bytes, is_read: Callable[[bytes], bool]) -> bytes:
    """Return SQL in which each statement that cannot be read by itself is `SET`, a name, and a string of its words.

    `is_read` says of a statement whether it can. `CREATE TABLE a PARTITION OF b` is `SET ßT.a='PARTITION OF b'`; of
    what creates nothing with a name a digest stands in the string. White space and comments of such a statement mean
    nothing; one that seems to have taken in another one is left as it is.
    """
    out = bytearray(source)
    for start, end, closing in _statements(source, out):
        text = source[start:end]
        if not is_read(text + b";\n") and not _takes_in_another(source, start, end):
            out[start:end] = _spelled(text, closing)
    return bytes(out)


def _statements(source: bytes, out: bytearray) -> Iterator[Span]:
    """Yield where each statement stands; what ends one, and is no `;`, is one in `out`."""
    batches = _BATCH.search(source) is not None
    ends, token = b";", _TO_SEMICOLON
    at = start = _begin(source, 0)
    depth, is_routine = 0, _ROUTINE.match(source, at) is not None
    while start < len(source):
        found = token.search(source, at)
        if found is None:
            yield start, start + len(source[start:].rstrip()), b""
            return
        at, ending, closing = found.end(), found.start(), b""
        if is_routine and (found["open"] or found["close"]):
            depth = max(0, depth + (1 if found["open"] else -1))
        if found["delimiter"]:
            import re  # few texts have another delimiter

            ends = re.escape(found["mark"])
            token = re.compile(_token(ends))
        elif found["end"]:
            if is_routine and ends == b";" and (depth or batches):
                continue
            data = source.find(_END_OF_DATA, at - 1) if _FROM_HERE.fullmatch(source, start, ending) else -1
            if data >= 0:
                at = ending = data + len(_END_OF_DATA)
                closing = b";"
        elif found["command"] and ending == start:
            ending, closing = at, b";"
        elif not found["batch"]:
            continue
        end = start + len(source[start:ending].rstrip())
        if end > start:
            yield start, end, closing
        if not closing and found["end"] != b";":
            out[ending:at] = (b";" if end > start or found["end"] else b"").ljust(at - ending)
        start = at = _begin(source, at)
        depth, is_routine = 0, _ROUTINE.match(source, at) is not None


def _begin(source: bytes, at: int) -> int:
    """Return where the next statement begins."""
    found = _GAP.match(source, at)
    return found.end() if found is not None else at


def _takes_in_another(source: bytes, start: int, end: int) -> bool:
    """Whether a line in a statement begins, no deeper than it does, as one that creates something."""
    column = start - source.rfind(b"\n", 0, start) - 1
    return any(len(found[0]) - len(found[0].lstrip()) <= column for found in _NEXT.finditer(source, start + 1, end))


def _spelled(text: bytes, closing: bytes) -> bytes:
    """Return a statement as one that the grammar can read, of as many bytes; as it is where there is no room."""
    found = _CREATED.match(text)
    if found is None:
        head, tail = b"SET " + _MARK + b"='", b"'" + closing
        room = len(text) - len(head) - len(tail)
        return text if len(text) < _SHORTEST else head + _digest(_words(text), room) + tail
    words = b"_".join(found["words"].upper().split())
    kind = _LETTERS.get(found["kind"][:2].upper(), found["kind"][:1].upper())
    more = words.replace(found["kind"].upper(), b"", 1).strip(b"_")
    if more and not _MORE.fullmatch(more):
        more = _digest(more, min(len(more), 16))
    name = found["name"].replace(b"[", b'"').replace(b"]", b'"')
    head = b"SET " + _MARK + kind + (b"_" + more if more else b"") + b"." + name + b"="
    rest = b"'" + _words(text[found.end() :]) + b"'"
    gap = len(text) - len(head) - len(rest)
    return text if gap < 0 else head + b" " * gap + rest


def _words(text: bytes) -> bytes:
    """Return the words of a statement, for a string: without comments, in single spaces where they need them."""
    parts: list[bytes] = []
    is_apart = False
    for found in _WORD.finditer(text):
        if found["gap"] is not None:
            is_apart = True
            continue
        word = found["rest"]
        if is_apart and parts and parts[-1][-1] not in _SIGNS and word[0] not in _SIGNS:
            parts.append(b" ")
        parts.append(word.translate(_IN_STRING))
        is_apart = False
    return b"".join(parts)


def _digest(text: bytes, size: int) -> bytes:
    """Return a digest of so many bytes at most, as a string's text."""
    return hex_sha256(text)[:size].encode().ljust(size)
