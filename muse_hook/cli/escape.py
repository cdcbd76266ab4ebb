"""What a terminal may be given of somebody else's text, and how wide it stands there."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

# Controls (C0, DEL, C1), line and paragraph separators, lone surrogates, and every format character that can
# reorder or hide text: bidirectional marks, embeddings, overrides and isolates, the byte order mark, zero-width
# space, word joiner and invisible operators, interlinear marks, tags. The zero-width joiners stay: scripts and
# emoji need them, and they reorder nothing.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python writes a byte that is not UTF-8
        code -= 0xDC00
    if code <= 0xFF:  # noqa: PLR2004 - the last code that \xNN can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - likewise for \uNNNN


def printable(text: str) -> str:
    r"""Return `text` with everything that could steer a terminal or reorder a line as `\x1b`, `\u202e`, ..."""
    if text.isprintable():  # for Python nothing of the below is, nor a few harmless things, such as a joiner
        return text
    import re  # start-up time; most text is plain

    return re.sub(_UNSAFE, _escaped, text)


def spelled(value: Any) -> Any:
    r"""Return a value of JSON with what no UTF-8 can write as it is shown: a byte of a name as `\xNN`."""
    if isinstance(value, str):
        try:
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        except UnicodeEncodeError:  # half of a surrogate pair that stands for no byte
            return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {spelled(key): spelled(each) for key, each in value.items()}
    return [spelled(each) for each in value] if isinstance(value, (list, tuple)) else value


def width(text: str) -> int:
    """Return the number of terminal cells of a `printable` text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    import unicodedata

    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
