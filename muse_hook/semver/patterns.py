"""Regular expressions that are compiled when they are first asked."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Any

_ASKED = ("search", "match", "fullmatch", "findall", "finditer", "sub")


class _Waiting:
    """A regular expression that is not compiled yet; it has its methods from the first question on."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getattr__(self, name: str) -> Any:
        if name not in _ASKED:
            raise AttributeError(name)
        import re  # with all that verdicts know, 24 of them, 25 million of a hook's instructions

        compiled = re.compile(self._text)
        for each in _ASKED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def pattern(text: str) -> Pattern[str]:
    """Return what can be asked like the compiled regular expression of a text (flags: `(?s)` at its start)."""
    return _Waiting(text)  # type: ignore[return-value] # it has the methods of one that are asked here


def words_at(text: str, word: str, before: frozenset[str]) -> list[tuple[int, int]]:
    r"""Return where a word stands in a text, and where it ends, with no `\w` and none of `before` in front of it.

    Without a regular expression for each word: compiling them took 4 % of a backfill of trpc.
    """
    found: list[tuple[int, int]] = []
    at = text.find(word)
    while at >= 0:
        front = text[at - 1 : at]
        if not (front.isalnum() or front == "_" or front in before):
            found.append((at, at + len(word)))
        at = text.find(word, at + 1)
    return found
