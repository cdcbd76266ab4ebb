"""Spells emphasis in a Markdown text in one of its two ways."""

from __future__ import annotations

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Match

# What stands in code is none.
_EMPHASIS = pattern(
    r"(?s)(?P<code>(?P<mark>`+)(?!`).+?(?<!`)(?P=mark)(?!`))"
    r"|(?<![\w*\\])\*\*\*(?=[^\s*])(?P<both>[^*`]+)(?<=[^\s*\\])\*\*\*(?![\w*])"
    r"|(?<![\w*\\])\*(?=[^\s*])(?P<weak>[^*`]+)(?<=[^\s*\\])\*(?![\w*])"
    r"|(?<![\w_\\])__(?=[^\s_])(?P<strong>[^_`]+)(?<=[^\s_\\])__(?![\w_])"
)


def in_one_spelling(text: str) -> str:
    """Return a text with `*a*` written as `_a_`, `__a__` as `**a**`, and `***a***` as `_**a**_`."""
    return _EMPHASIS.sub(_respelled, text)


def _respelled(found: Match[str]) -> str:
    if found["code"]:
        return found[0]
    if found["both"]:
        return f"_**{found['both']}**_"
    return f"_{found['weak']}_" if found["weak"] else f"**{found['strong']}**"
