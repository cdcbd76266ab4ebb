"""Cuts a C file where a function or a type is closed, by its braces, and where these are not paired by its layout."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.symbols.outline import indentation
from muse_hook.symbols.preprocessor import C_TOKEN, remembered, split_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# A line that may close a function or a type, before one that is blank or not indented.
_MAY_CLOSE = pattern(rb"\n[ \t]*\};?[ \t]*\n(?=[^ \t])")
_INDENTED = pattern(rb"\n*(?:\t|  )")
_BRACES = pattern(b"(?xm)" + C_TOKEN + rb"|(?P<brace>[{}])")
# What may stand between the parameters of a function and its body.
_QUALIFIERS = pattern(rb"\)(?:\s*(?:const|noexcept|override|final))*\s*\Z")
_NAMES_NO_BLOCK = pattern(rb"(?!(?:if|else|for|while|do|switch|case|try|catch)\b)[A-Za-z_~]")
# Bytes before a brace in which its parameters are looked for.
_LOOKED_BACK = 600


class _Brace:
    """A brace, `{` or `}`: whether it stands first in its line, and the column of that.

    For one that opens, whether that is the column of what it opens (`is_sure`), and whether this is a function.
    """

    __slots__ = ("column", "is_first", "is_function", "is_sure", "word")

    def __init__(self, text: bytes, at: int) -> None:
        line = text.rfind(b"\n", 0, at) + 1
        bare = text[line:at].lstrip(b" \t")
        self.word = text[at : at + 1]
        self.is_first = not bare
        self.is_sure = self.is_function = False
        if self.word == b"{":
            has_parameters = _QUALIFIERS.search(text, max(0, at - _LOOKED_BACK), at)
            if has_parameters:
                begins = _opening(text, has_parameters.start())
                line = text.rfind(b"\n", 0, begins) + 1 if begins >= 0 else line
                bare = text[line : max(begins, line)].lstrip(b" \t")
            self.is_sure = _begins(text, line)
            self.is_function = (
                bool(has_parameters) and self.is_sure and b"{" not in bare and bool(_NAMES_NO_BLOCK.match(bare))
            )
        space = text[line:at]
        self.column = indentation(space[: len(space) - len(space.lstrip(b" \t"))])


def _opening(text: bytes, end: int) -> int:
    """Return where the parenthesis opens that closes at `end`; -1 where that is far."""
    depth = 0
    for at in range(end, max(-1, end - _LOOKED_BACK), -1):
        depth += {b")": 1, b"(": -1}.get(text[at : at + 1], 0)
        if not depth:
            return at
    return -1


def _begins(text: bytes, line: int) -> bool:
    """Whether a line begins a statement: it is not indented, or what stands before it has ended."""
    bare = text[line : line + _LOOKED_BACK].lstrip(b" \t")
    if not (bare[:1].isalpha() or bare[:1] in b"_~{}"):
        return False
    before = text[max(0, line - _LOOKED_BACK) : line].rstrip()
    last = before[before.rfind(b"\n") + 1 :].lstrip()
    return text[line : line + 1] not in b" \t" or last[-1:] in b";{}:>" or last[:1] in b"#/"


class _Braces:
    """What a part of a C file opens and closes: braces, in conditions those of their first branches, and conditions."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._places: list[int] = []
        self._braces: list[_Brace] | None = None
        self.words: list[bytes] = []
        for found in _BRACES.finditer(text):
            word = found["brace"] or found["directive"]
            if found["brace"]:
                self.words.append(word)
                self._places.append(found.start())
            elif word and word.startswith((b"if", b"el", b"endif")):
                self.words.append(word[:2])
        self.is_plain = all(one in b"{}" for one in self.words)
        self.depth = self.words.count(b"{") - self.words.count(b"}")
        level, self.lowest = 0, 0
        for word in self.words:
            level += (word == b"{") - (word == b"}")
            self.lowest = min(self.lowest, level)

    def braces(self) -> list[_Brace]:
        """Return its braces."""
        if self._braces is None:
            self._braces = [_Brace(self._text, at) for at in self._places]
        return self._braces


class _Conditions:
    """The conditions that are open, of each whether its first branch is over."""

    def __init__(self) -> None:
        self.opened: list[bool] = []

    def take(self, word: bytes) -> bool:
        """Go on behind a word; tell whether it is a brace that counts."""
        if word == b"if":
            self.opened.append(False)
        elif word == b"el" and self.opened:
            self.opened[-1] = True
        elif word == b"en" and self.opened:
            self.opened.pop()
        return word in b"{}" and not any(self.opened)


def closed_parts(source: bytes) -> tuple[list[bytes], bool]:
    """Return the parts of a C file at whose ends no brace and no condition is open; only one where that is not sure.

    With that whether its braces pair.
    """
    cut = [(at + len(text), _braces_of(text)) for at, text in split_at(source, _MAY_CLOSE)]
    ends = _by_count(cut)
    parts: list[bytes] = []
    start = 0
    for end in _by_layout(cut) if ends is None else ends:
        if not _INDENTED.match(source, end):
            parts.append(source[start:end])
            start = end
    if start < len(source):
        parts.append(source[start:])
    return parts, ends is not None


def _by_count(cut: list[tuple[int, _Braces]]) -> list[int] | None:
    """Return where no brace is open, given parts and where they end; None where the braces of the file do not pair."""
    ends: list[int] = []
    depth = 0
    conditions = _Conditions()
    for end, part in cut:
        if part.is_plain and not any(conditions.opened):
            if depth + part.lowest < 0:
                return None
            depth += part.depth
        else:
            for word in part.words:
                if conditions.take(word):
                    depth += 1 if word == b"{" else -1
                    if depth < 0:
                        return None
        if not depth and not conditions.opened:
            ends.append(end)
    return None if depth else ends


def _by_layout(cut: list[tuple[int, _Braces]]) -> Iterator[int]:
    """Yield where no brace is open, by the columns of their lines: one that closes nothing there says nothing."""
    conditions = _Conditions()
    opened: list[_Brace] = []
    for end, part in cut:
        braces = iter(part.braces())
        last = None
        for word in part.words:
            brace = next(braces) if word in b"{}" else None
            if not conditions.take(word) or brace is None:
                continue
            last = brace
            if word == b"{":
                _open(opened, brace)
            else:
                _close(opened, brace)
        # one that is indented and closes nothing may stand in a function
        if not opened and not conditions.opened and last is not None and not last.column:
            yield end


def closing_of(text: bytes, at: int, limit: int) -> int:
    """Return where the brace stands that closes the one which ends at `at`, by the layout; -1 where none does."""
    conditions = _Conditions()
    opened = [_Brace(text, at - 1)]
    opened[0].is_function = False
    for found in _BRACES.finditer(text, at, limit):
        word = found["brace"] or (found["directive"] or b"")[:2]
        if word not in {b"{", b"}", b"if", b"el", b"en"} or not conditions.take(word):
            continue
        brace = _Brace(text, found.start())
        if word == b"{":
            _open(opened, brace)
        else:
            _close(opened, brace)
            if not opened:
                return found.start()
    return -1


def _open(opened: list[_Brace], brace: _Brace) -> None:
    """Put a brace with those that are open, without functions that this one's function cannot stand in."""
    while brace.is_function and opened and opened[-1].is_function and opened[-1].column == brace.column:
        opened.pop()
    opened.append(brace)


def _close(opened: list[_Brace], brace: _Brace) -> None:
    """Take off what a brace closes: what begins at its column, with what stands in that."""
    if not opened or not brace.is_first:
        del opened[-1:]
        return
    while opened and opened[-1].column > brace.column:
        if not opened.pop().is_sure:
            return
    if opened and opened[-1].column == brace.column:
        opened.pop()


_braces_of = remembered(_Braces)
