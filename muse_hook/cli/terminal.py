"""The one way to a stream that a person reads: spans of text, escaped here, coloured here, and paged."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import lru_cache

from muse_hook.errors import MuseHookError
from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Mapping
    from typing import Any, TextIO

Span = str | tuple[str, str]
"""Plain text, or text and the name of a style of `STYLES`; line breaks are not for spans."""

_USUAL_COLUMNS = 80
IN_PAGER = "GIT_PAGER_IN_USE"
"""Set by Git for what it starts while a pager shows its output."""

STYLES = {
    "bold": "1",
    "dim": "2",
    "commit": "33",  # Git's own yellow for commit ids
    "added": "32",
    "removed": "31",
    "changed": "33",
    "renamed": "36",
    "path": "1",
    "kind": "2",
    "error": "1;31",
    "warning": "1;33",
    "hint": "36",
    "major": "1;31",
    "minor": "33",
    "patch": "32",
    "none": "2",
}

_PAGER_DEFAULTS = {"LESS": "FRX", "LV": "-c"}  # what Git sets where the user did not (PAGER_ENV in its Makefile)
_SHELL_SIGNS = frozenset("|&;<>()$`\\\"' \t\n*?[#~=%")  # what Git takes to a shell for (prepare_shell_cmd)

# Controls (C0, DEL, C1), line and paragraph separators, lone surrogates, interlinear marks, and all that Unicode lets a
# terminal leave out (Default_Ignorable_Code_Point in DerivedCoreProperties.txt): what reorders or hides text, fillers,
# joiners and variation selectors. Two names that differ in one of these look alike.
_UNSAFE = pattern(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class ClosedStreamError(Exception):
    """The reader of our output has gone (`| head -1`, a quit pager)."""


class LostOutputError(MuseHookError):
    """Output could not be written to its end: no room."""

    def __init__(self, error: OSError) -> None:
        super().__init__("writing the output", error.strerror or str(error), "look for room where it goes: df -h")


class Screen:
    """A stream for people.

    `width` is the number of columns to wrap to, or None where nobody looks (a pipe, a file). `colour` says whether
    styles become escape sequences, `unicode` whether the stream can show more than ASCII. A write to a reader that
    has gone raises `ClosedStreamError`, one that finds no room `LostOutputError`; both are dropped where `optional`
    (messages on stderr must stop no work).
    """

    def __init__(
        self, stream: TextIO, *, colour: bool = False, width: int | None = None, optional: bool = False
    ) -> None:
        self.stream = stream
        self.optional = optional
        self.colour = colour
        self.width = width
        self.unicode = (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")
        if hasattr(stream, "reconfigure"):  # a real text file
            stream.reconfigure(errors="backslashreplace")

    def sign(self, pretty: str, plain: str) -> str:
        """Return `pretty` where the stream can show it, else its ASCII stand-in."""
        return pretty if self.unicode else plain

    def line(self, *spans: Span) -> None:
        """Write one line; every span is escaped, so repository text may be handed in as it is."""
        self.write("".join(map(self._escape_codes, spans)).rstrip() + "\n")

    def json(self, value: Any) -> None:
        """Write one line of ASCII JSON: nothing in it can reach a terminal raw, and any reader of JSON takes it."""
        import json  # 2 ms that plain output need not pay

        text = json.dumps(value, separators=(",", ":"))
        if "\\ud" in text:  # a surrogate, or one of a pair; half a pair is refused or bent by other languages' readers
            text = json.dumps(escaped(value), separators=(",", ":"))
        self.write(text.replace("\x7f", "\\u007f") + "\n")

    def write(self, text: str) -> None:
        """Write text that is safe as it stands (ours, or escaped for its format)."""
        try:
            self.stream.write(text)
        except (OSError, ValueError) as gone:  # ValueError: the stream was closed before we started
            self._lost(gone)

    def flush(self) -> None:
        """Hand on what is buffered."""
        try:
            self.stream.flush()
        except (OSError, ValueError) as gone:
            self._lost(gone)

    def _lost(self, gone: Exception) -> None:
        if self.optional:
            return
        if isinstance(gone, OSError) and not isinstance(gone, BrokenPipeError):
            raise LostOutputError(gone) from gone
        raise ClosedStreamError from gone

    def _escape_codes(self, span: Span) -> str:
        if isinstance(span, str):
            return printable(span)
        text, style = span
        safe = printable(text)
        if not (self.colour and safe and style):
            return safe
        return f"\x1b[{STYLES[style]}m{safe}\x1b[m"


def spans_width(*spans: Span) -> int:
    """Return how many columns the spans take, once escaped."""
    return sum(width(printable(span if isinstance(span, str) else span[0])) for span in spans)


def columns(stream: TextIO) -> int | None:
    """Return the width to wrap to where `stream` is a terminal (COLUMNS wins, as everywhere), else None."""
    if not stream.isatty():
        return None
    try:
        asked = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        asked = 0
    wanted = os.environ.get("COLUMNS", "")
    return (int(wanted) if wanted.isdigit() else 0) or asked or _USUAL_COLUMNS


def wants_colour(stream: TextIO, choice: str, environ: Mapping[str, str]) -> bool:
    """Decide on colour: `choice` ("always", "never", or "auto"), NO_COLOR and TERM=dumb counting.

    "auto" is on a terminal, and in a pager that Git has started before us (`git -p muse ...`), as for Git's commands.
    """
    if choice in {"always", "never"}:
        return choice == "always"
    is_looked_at = stream.isatty() or bool(environ.get(IN_PAGER))
    return is_looked_at and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


class Pager:
    """A running pager: write to `stream`, then `close`."""

    def __init__(self, command: str, environ: Mapping[str, str]) -> None:
        """Start `command`, as Git does: through a shell where it is more than a word; OSError where that fails."""
        import subprocess

        sys.stdout.flush()
        self._process = subprocess.Popen(
            command,
            shell=not _SHELL_SIGNS.isdisjoint(command),
            stdin=subprocess.PIPE,
            env=_PAGER_DEFAULTS | dict(environ),
            encoding="utf-8",
        )
        self.stream: TextIO = self._process.stdin  # type: ignore[assignment] # a pipe, as asked for

    def close(self) -> None:
        """Tell the pager that this is all, and wait for its reader to quit."""
        with contextlib.suppress(BrokenPipeError):  # the reader has quit already
            self.stream.close()
        while self._process.returncode is None:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C belongs to the pager as long as it runs
                self._process.wait()


def _code_of(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python writes a byte that is not UTF-8
        code -= 0xDC00
    if code <= 0xFF:  # noqa: PLR2004 - the last code that \xNN can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - likewise for \uNNNN


def printable(text: str) -> str:
    r"""Return `text` with everything that steers a terminal, reorders a line or hides in it as `\x1b`, `\u202e`, ..."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_code_of, text)


def escaped(value: Any) -> Any:
    r"""Return a value of JSON with what no UTF-8 can write as it is shown: a byte of a name as `\xNN`."""
    if isinstance(value, str):
        try:
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        except UnicodeEncodeError:  # half of a surrogate pair that stands for no byte
            return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {escaped(key): escaped(each) for key, each in value.items()}
    return [escaped(each) for each in value] if isinstance(value, (list, tuple)) else value


def width(text: str) -> int:
    """Return the number of terminal cells of a `printable` text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


@lru_cache(maxsize=1024)
def _cells(character: str) -> int:
    import unicodedata

    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
