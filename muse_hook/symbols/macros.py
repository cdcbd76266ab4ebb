"""What a macro stands for, which no grammar reads: its tokens, however they are laid out."""

from __future__ import annotations

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Maximal munch, as C's standard has it (6.4); a `\` at a line's end joins two lines.
_TOKEN = pattern(
    r"(?s)\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|/\*.*?\*/|//(?:[^\n\\]|\\.)*|[\w.]+"
    r"|<<=|>>=|\.\.\.|->|\+\+|--|&&|\|\||<<|>>|::|##|[-+*/%&|^!=<>]=|\\\n|\S"
)


def macro(text: str) -> str:
    """Return the tokens of a macro's body in single spaces, strings in a row as one, without comments."""
    found: list[str] = []
    for one in _TOKEN.findall(text):
        if one == "\\\n" or one.startswith(("/*", "//")):
            continue
        if one[0] == '"' and found and found[-1][0] == '"':
            found[-1] = found[-1][:-1] + one[1:]
        else:
            found.append(one)
    return " ".join(found)


LEAVES: Mapping[str, Callable[[str], str]] = {"macro": macro}
