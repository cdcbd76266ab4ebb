"""Regular expressions that are compiled when they are first asked, in a hook without the compiler."""

from __future__ import annotations

import marshal
import sys

from muse_hook import quick_import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Any, AnyStr

PART = "patterns"
"""The part of `muse_hook.together` that holds what Python's `re` makes of each pattern."""

_ASKED = ("search", "match", "fullmatch", "findall", "finditer", "split", "sub")
_compiled: dict[str | bytes, bytes] | None = None  # what is in the file of the part; empty where that does not do


class _Uncompiled:
    """A regular expression that is not compiled yet; it has its methods from the first question on."""

    def __init__(self, text: Any) -> None:  # str or bytes
        self._text = text

    def __getattr__(self, name: str) -> Any:
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = _made(self._text)
        for each in _ASKED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


made: dict[str | bytes, _Uncompiled] = {}
"""What `pattern` has returned, by text; `muse_hook.together` writes what Python's `re` makes of each."""


def pattern(text: AnyStr) -> Pattern[AnyStr]:
    """Return what can be asked like the compiled regular expression of a text (flags: `(?s)` at its start).

    It is asked for at the top of a module, or with a text of a language's row or query files: `muse_hook.together`
    finds no others. Each text is remembered.
    """
    found = made.get(text)
    if found is None:
        found = made[text] = _Uncompiled(text)
    return found  # type: ignore[return-value] # it has the methods of one that are asked here


REACH_KEYS = ("declares", "passes_on", "passes_all", "passes_whole")
ROW_KEYS = (*REACH_KEYS, "package", "coding")
"""Keys of a language's row that hold regular expressions."""
BYTES_KEYS = ("access_lines",)
"""Likewise, of which one of bytes is made."""


def _made(text: AnyStr) -> Pattern[AnyStr]:
    """Return a compiled expression; Python's compiler of them costs a hook 20 million instructions, a fifth of all."""
    if "re" not in sys.modules:
        written = _known().get(text)
        if written is not None:
            import _sre  # type: ignore[import-not-found] # not in typeshed

            found: Pattern[AnyStr] = _sre.compile(*marshal.loads(written))  # noqa: S302 - what Python itself made of the text
            return found
        if _compiled:  # the text is younger than the file
            quick_import.stale.add(PART)
    import re

    return re.compile(text)


def _known() -> dict[str | bytes, bytes]:
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
