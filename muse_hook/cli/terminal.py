"""The one way to a stream that a person reads: spans of text, escaped here and coloured here."""

from __future__ import annotations

import os

from muse_hook.cli.escape import printable, spelled, width
from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
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
        self.write("".join(map(self._painted, spans)).rstrip() + "\n")

    def json(self, value: Any) -> None:
        """Write one line of ASCII JSON: nothing in it can reach a terminal raw, and any reader of JSON takes it."""
        import json

        text = json.dumps(value, separators=(",", ":"))
        if "\\ud" in text:  # a surrogate, or one of a pair; half a pair is refused or bent by other languages' readers
            text = json.dumps(spelled(value), separators=(",", ":"))
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

    def _painted(self, span: Span) -> str:
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
    shown = stream.isatty() or bool(environ.get(IN_PAGER))
    return shown and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
