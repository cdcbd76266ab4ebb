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


def _made(text: str) -> Pattern[str]:
    """Return a compiled expression; Python's compiler of them costs a hook 20 million instructions, a fifth of all."""
    if "re" not in sys.modules:
        written = _known().get(text)
        if written is not None:
            try:
                from _sre import compile as made  # type: ignore[import-not-found] # not in typeshed
            except ImportError:
                pass
            else:
                found: Pattern[str] = made(*marshal.loads(written))  # noqa: S302 - what Python itself made of the text
                return found
        elif _compiled:  # the text is younger than the file
            quick_import.stale.add(PART)
    import re

    return re.compile(text)


def _known() -> dict[str, bytes]:
    """Return what stands in the file of the part: by text what `_sre.compile` is called with, marshalled."""
    global _compiled  # noqa: PLW0603 - read once, on first use
    if _compiled is None:
        _compiled = quick_import.read_together(PART) or {}
    return _compiled
