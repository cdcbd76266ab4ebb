"""Puts in the brace that is missing at the end of a function or a class of C, where the layout says where that is.

Whatever begins at the column of a block, or before, stands behind it: a block that is open there has ended before.
What the parser is given is whole then, and nothing behind the damage is another one's.
"""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.symbols.outline import indentation
from muse_hook.symbols.preprocessor import C_TOKEN, C_TOKENS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COMMENT = pattern(rb"//[^\n]*|/\*(?s:.*?)\*/")
# What follows the braces of an initialiser: others, or the body.
_GOES_ON = pattern(rb"\s*[,{]")
_BRACKETS = pattern(rb"[()\[\]]")
# A raw string is looked over for its end so far only: 8,000 that do not end took five seconds.
_TOKENS = pattern(
    rb"""(?xm)(?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^\s()\\"]{0,16})\((?s:.{0,9999}?)\)(?P=mark)")|"""
    + C_TOKEN
    + rb"""|(?P<brace>[{}])|(?P<head>^[ \t]*(?=[A-Za-z_~@\[+-]))"""
)
# A label that stands among the members of a class; one that stands among statements, anywhere.
_ACCESS = pattern(rb"(?:public|private|protected|signals|Q_SIGNALS)\b[ \w]*:(?!:)")
_LABEL = pattern(rb"(?:case\b|default[ \t]*:|else\b|\w+[ \t]*:(?!:))")
_NAMESPACE = pattern(rb"(?:inline[ \t]+)?namespace\b|extern[ \t]+\"")
_TYPE = pattern(rb"(?m)^[ \t]*(?:template\b[^()]*>\s*)?(?:class|struct|union|enum)\b[^()]*\Z")
_NAMES_NAMESPACE = pattern(rb"\}[ \t]*(?://|/\*)[^\n]*\b(?:namespace|extern)\b")
# Turns all but line ends into spaces.
_BLANK = bytes(byte if byte == 10 else 32 for byte in range(256))  # noqa: PLR2004 - the line feed, the space
_DEPTH = {b"(": 1, b")": -1, b"[": 1, b"]": -1}


class _Block:
    """A block: where it begins, in which column, at which ones its lines may close it, and in how many conditions.

    `is_flush` says whether what stands in it is no deeper; None before its first line.
    """

    __slots__ = ("at", "body", "column", "columns", "conditions", "is_flush", "is_function", "parentheses")

    def __init__(
        self, at: int, body: int, columns: tuple[int, int], counts: tuple[int, int], *, is_function: bool
    ) -> None:
        self.at = at
        self.body = body
        self.columns = columns
        self.column = columns[0]
        self.conditions, self.parentheses = counts
        self.is_function = is_function
        self.is_flush: bool | None = None


class _Layout:
    """Follows the blocks of a text by their columns; `missing` has where those are that no brace closes.

    `functions` has where those begin that stand in no other one, where their bodies do and where they end, `strays`
    where braces in functions are that close nothing. `surplus` is how many more blocks are opened than closed.
    `is_strict` says that a brace behind a blank line closes what is around a function, not the function.
    """

    def __init__(self, text: bytes, *, is_strict: bool) -> None:
        self._text = text
        self._is_strict = is_strict
        self._opened: list[_Block] = []
        self._conditions: list[bool] = []  # of each that is open, whether its first branch is over
        self._parentheses = 0  # that are open in the innermost block
        self._column = 0  # of the statement that is open
        self._begins = 0  # where that begins
        self._end = 0  # of the last token that is no comment and no directive
        self._last = b";"  # its last byte
        self._closed_conditions: list[tuple[int, int]] = []  # behind it: where each ends, in how many it stands
        self._depth = 0  # functions that are open
        self.missing: list[tuple[int, int]] = []
        self.functions: list[tuple[int, int, int]] = []
        self.strays: list[int] = []
        self.surplus = 0
        self._follow()

    def _follow(self) -> None:
        """Go through the text, in conditions through their first branches."""
        at = 0
        for found in _TOKENS.finditer(self._text):
            is_over = any(self._conditions)
            if not is_over:
                self._pass(at, found.start())
            at = found.end()
            if found["directive"]:
                self._directive(found["directive"], at)
            elif is_over:
                continue
            elif found["brace"]:
                self._brace(found.start())
            elif found["head"] is not None:
                self._head(found.end(), found.start())
            elif found[0][:2] not in {b"//", b"/*"}:
                self._token(at, b'"')
        self._pass(at, len(self._text))
        while self._opened:
            self._close_before()

    def _token(self, end: int, last: bytes) -> None:
        self._end, self._last = end, last
        self._closed_conditions.clear()

    def _directive(self, word: bytes, end: int) -> None:
        if word.startswith(b"if"):
            self._conditions.append(False)
        elif word.startswith(b"el") and self._conditions:
            self._conditions[-1] = True
        elif word == b"endif" and self._conditions:
            self._conditions.pop()
            self._closed_conditions.append((self._text.find(b"\n", end) + 1 or end, len(self._conditions)))

    def _pass(self, start: int, end: int) -> None:
        """Go on over what is neither brace nor comment, string or directive."""
        bare = self._text[start:end].rstrip()
        if bare:
            for one in _BRACKETS.findall(bare):
                self._parentheses = max(0, self._parentheses + _DEPTH[one])
            self._token(start + len(bare), bare[-1:])

    def _is_beginning(self) -> bool:
        """Whether what stands before has ended."""
        if self._parentheses:
            return False
        if self._last == b":":
            return bool(_ACCESS.match(self._text, self._begins) or _LABEL.match(self._text, self._begins))
        return self._last in b";{}"

    def _head(self, at: int, line: int) -> None:
        """Go on at the first word of a line."""
        column = indentation(self._text[line:at])
        if self._parentheses and column <= self._column and self._last in b";}":
            self._parentheses = 0  # nothing closes them
        if not (self._is_beginning() or _NAMESPACE.match(self._text, at)):
            return
        top = self._opened[-1] if self._opened else None
        if top is not None and top.is_flush is None:
            top.is_flush = column <= top.column and not top.is_function
        if _ACCESS.match(self._text, at):
            while self._opened and self._opened[-1].is_function and self._opened[-1].column > column:
                self._close_before()
        elif not _LABEL.match(self._text, at):
            while self._opened and not self._opened[-1].is_flush and self._opened[-1].column >= column:
                self._close_before()
        self._column, self._begins = column, at

    def _brace(self, at: int) -> None:
        text = self._text
        line = text.rfind(b"\n", 0, at) + 1
        space = text[line:at]
        bare = space.lstrip(b" \t")
        column = indentation(space[: len(space) - len(bare)])
        if text[at : at + 1] == b"{":
            self.surplus += 1
            header = _COMMENT.sub(b" ", text[self._begins : at])
            counts = len(self._conditions), self._parentheses
            is_function = b"(" in header and not _NAMESPACE.match(header) and not _TYPE.search(header)
            columns = self._column, column
            self._opened.append(_Block(self._begins, at, columns, counts, is_function=is_function))
            self._depth += is_function
            self._parentheses = 0
        else:
            self.surplus -= 1
            self._close(at, column, is_first=not bare)
            if not bare and not self._parentheses:
                self._column, self._begins = column, at
        self._token(at + 1, text[at : at + 1])

    def _close(self, at: int, column: int, *, is_first: bool) -> None:
        """Close what a brace closes: the innermost block that has its column, if it stands first in its line."""
        opened = self._opened
        if not opened:
            return
        number = len(opened) - 1
        if is_first:
            number = next((n for n in range(number, -1, -1) if column in opened[n].columns), number)
            if self._depth and column > max(opened[number].columns):
                self.strays.append(at)
                return
            if number and self._is_around(opened, number, at):
                number -= 1
        while len(opened) > number + 1:
            self._close_before()
        self._pop(at + 1)

    def _is_around(self, opened: list[_Block], number: int, at: int) -> bool:
        """Whether a brace closes not the block that has its column, but the one around that, which has it, too."""
        outer = opened[number - 1]
        if not outer.is_flush or outer.column != opened[number].column or opened[number].is_flush:
            return False
        if _NAMES_NAMESPACE.match(self._text, at):
            return True
        line = self._text.rfind(b"\n", 0, at)
        return self._is_strict and not self._text[self._text.rfind(b"\n", 0, max(0, line)) + 1 : line].strip()

    def _close_before(self) -> None:
        """Note that the innermost block has ended behind the last token, or behind a condition that stands in it."""
        block, end = self._opened[-1], self._end
        for after, depth in self._closed_conditions:
            if depth < block.conditions:
                break
            end = after
        self._pop(end)
        self.missing.append((block.at, end))

    def _pop(self, end: int) -> None:
        """Take off the innermost block, which ends at `end`."""
        block = self._opened.pop()
        self._parentheses = block.parentheses
        self._depth -= block.is_function
        is_whole = block.conditions == len(self._conditions) and not _GOES_ON.match(self._text, end)
        if block.is_function and not self._depth and is_whole:
            self.functions.append((block.at, block.body, end))


def closed_by_layout(text: bytes) -> tuple[bytes, bytes] | None:
    """Return a text with the braces that are missing in it, and the blocks that lacked them.

    None where none is missing, or the layout does not say where. No line begins or ends elsewhere in what is returned.
    """
    for is_strict in (True, False):
        layout = _Layout(text, is_strict=is_strict)
        if layout.surplus <= 0:
            return None
        if len(layout.missing) == layout.surplus:
            return b"".join(_with(text, layout.missing)), b"\n".join([text[at:end] for at, end in layout.missing])
    return None


def without_strays(text: bytes) -> bytes:
    """Return a text with blanks for braces that close nothing, where these are all that are too many."""
    layout = _Layout(text, is_strict=True)
    if layout.missing or len(layout.strays) != -layout.surplus:
        return text
    out = bytearray(text)
    for at in layout.strays:
        out[at : at + 1] = b" "
    return bytes(out)


def without_functions(text: bytes, is_left_out: Callable[[bytes], bool]) -> tuple[bytes, list[bytes]]:
    """Return a text with blanks for some functions, and these: what is open in their headers, or a body is left out."""
    out = bytearray(text)
    left_out: list[bytes] = []
    for start, body, end in _Layout(text, is_strict=True).functions:
        header = C_TOKENS.sub(b"", text[start:body])
        if header.count(b"(") != header.count(b")") or b'"' in header or is_left_out(text[body:end]):
            out[start:end] = out[start:end].translate(_BLANK)
            left_out.append(text[start:end])
    return bytes(out), left_out


def _with(text: bytes, missing: list[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the parts of a text, with a brace where each block ends."""
    at = 0
    for _, end in missing:
        yield text[at:end]
        yield b"}"
        at = end
    yield text[at:]
