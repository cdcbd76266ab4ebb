"""Regular expressions that are compiled when they are first asked, in a hook without the compiler."""

from __future__ import annotations

import marshal
import sys

from muse_hook import quick_import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Any

PART = "patterns"
"""The part of `muse_hook.together` that holds what Python's `re` makes of each pattern."""

_ASKED = ("search", "match", "fullmatch", "findall", "finditer", "sub")
_compiled: dict[str, bytes] | None = None  # what is in the file of the part; empty where that does not do


class _Waiting:
    """A regular expression that is not compiled yet; it has its methods from the first question on."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getattr__(self, name: str) -> Any:
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = _made(self._text)
        for each in _ASKED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def pattern(text: str) -> Pattern[str]:
    """Return what can be asked like the compiled regular expression of a text (flags: `(?s)` at its start).

    The text is written out in the call, at the top of a module: `muse_hook.together` looks for it there.
    """
    return _Waiting(text)  # type: ignore[return-value] # it has the methods of one that are asked here


REACH_KEYS = ("declares", "passes_on", "passes_all", "passes_whole")
ROW_KEYS = (*REACH_KEYS, "package")
"""Keys of a language's row that hold regular expressions, which are asked by `row_pattern`."""

_of_rows: dict[str, Pattern[str]] = {}


def row_pattern(text: str) -> Pattern[str]:
    """Return what `pattern` returns, of a text that stands in a language's row under one of `ROW_KEYS`."""
    found = _of_rows.get(text)
    if found is None:
        found = _of_rows[text] = pattern(text)
    return found


def _made(text: str) -> Pattern[str]:
    """Return a compiled expression; Python's compiler of them costs a hook 20 million instructions, a fifth of all."""
    if "re" not in sys.modules:
        written = _known().get(text)
        if written is not None:
            import _sre  # type: ignore[import-not-found] # not in typeshed

            found: Pattern[str] = _sre.compile(*marshal.loads(written))  # noqa: S302 - what Python itself made of the text
            return found
        if _compiled:  # the text is younger than the file
            quick_import.stale.add(PART)
    import re

    return re.compile(text)


def _known() -> dict[str, bytes]:
    """Return what stands in the file of the part: by text what `_sre.compile` is called with, marshalled.

    Nothing where it was made for another form of such code: a Python that took the place of an older one of its line
    reads the same byte code, and may have another `_sre.MAGIC`.
    """
    global _compiled  # noqa: PLW0603 - read once, on first use
    if _compiled is None:
        _compiled = {}
        kept = quick_import.read_together(PART)
        if kept is not None:
            form, texts = kept
            if form == _form():
                _compiled = texts
            else:
                quick_import.stale.add(PART)
    return _compiled


def _form() -> int:
    import _sre

    return int(_sre.MAGIC)
