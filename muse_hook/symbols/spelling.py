"""What a literal means, whatever its spelling: quotes, escapes, prefixes, digits."""

from __future__ import annotations

import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# compiled on first use: most files that a hook reads have changed no escape
_ESCAPE = r"(?s)\\(?:[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|U[0-9a-fA-F]{8}|N\{[^}]+\}|.)"
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"', "\n": ""}
_OCTAL, _HEXADECIMAL = 8, 16


def number(text: str) -> str:
    """Return a number by its value ("0XFF" and "2_55" are "255"); what is no plain number stays, in lower case."""
    plain = text.replace("_", "").lower()
    try:
        return str(int(plain, 0))
    except ValueError:
        pass
    if plain.isdigit():
        return plain  # `int` refuses leading zeros, and more digits than it likes to convert
    imaginary = plain.endswith("j")
    try:
        return repr(float(plain[:-1] if imaginary else plain)) + "j" * imaginary
    except ValueError:
        return plain


def nfkc(text: str) -> str:
    """Return a name in Unicode's NFKC form, in which names are compared (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import normalize  # few files have such names

    return normalize("NFKC", text)


def squeezed(text: str) -> str:
    """Return the text without white space."""
    return "".join(text.split())


LEAVES: dict[str, Callable[[str], str]] = {"number": number, "nfkc": nfkc, "squeezed": squeezed}


def _character(digits: str, base: int) -> str | None:
    code = int(digits, base)
    return chr(code) if code <= sys.maxunicode else None


def _named(name: str) -> str | None:
    from unicodedata import lookup  # few strings name a character

    try:
        return lookup(name)
    except KeyError:
        return None


class Prefixed:
    """Strings as `rb'...'`: letters before the quotes say what escapes mean; an unknown escape keeps its backslash."""

    escapes = {**_SIMPLE, "a": "\a"}  # noqa: RUF012 - never written to
    unknown = staticmethod(lambda escape: escape)

    @classmethod
    def prefix(cls, start: str) -> str:
        """Return what the opening (letters and quotes) means, in lower case: "f", "b", "r", or "u" alone.

        A small "u" is a mark that Python's own syntax tree keeps; a large one is not.
        """
        letters = start.rstrip("'\"`")
        return letters if letters == "u" else letters.lower().replace("u", "")

    @classmethod
    def value(cls, text: str, prefix: str) -> str:
        """Return what a stretch of text between the quotes means."""
        if "f" in prefix:
            text = text.replace("{{", "{").replace("}}", "}")
        if "r" in prefix or "\\" not in text:
            return text
        return re.sub(_ESCAPE, lambda match: cls._meaning(match[0], wide="b" not in prefix), text)

    @classmethod
    def _meaning(cls, escape: str, *, wide: bool) -> str:
        """Return what one escape means; only `wide` strings know code points."""
        body = escape[1:]
        if body in cls.escapes:
            return cls.escapes[body]
        found = None
        if body.startswith("N{"):
            return (_named(body[2:-1]) if wide else None) or escape
        if body[0] in "01234567":
            found = _character(body, _OCTAL)
        elif len(body) > 1 and (wide or body[0] == "x"):
            found = _character(body[1:].strip("{}"), _HEXADECIMAL)
        return cls.unknown(escape) if found is None else found


class Quoted(Prefixed):
    """Strings without prefixes, in which an unknown escape means its character."""

    escapes = _SIMPLE
    unknown = staticmethod(lambda escape: escape[1:])

    @classmethod
    def prefix(cls, start: str) -> str:
        """Return "": the opening says nothing."""
        del start
        return ""


STRINGS: dict[str, type[Prefixed]] = {"prefixed": Prefixed, "quoted": Quoted}
