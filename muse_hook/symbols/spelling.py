"""What a literal means, whatever its spelling: quotes, escapes, prefixes, digits."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPE = re.compile(
    r"\\(?:(\n)|([\\'\"abfnrtv`/$])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|u\{([0-9a-fA-F]+)\}|(.))",
    re.DOTALL,
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def number(text: str) -> str:
    """Return a number by its value ("0XFF" and "2_55" are "255"); what is no plain number stays, in lower case."""
    plain = text.replace("_", "").lower()
    try:
        return str(int(plain, 0))
    except ValueError:
        pass
    try:
        if plain.endswith("j"):
            return repr(float(plain[:-1])) + "j"
        # an integer by its digits alone: `int` refused it (leading zeros, more digits than it converts)
        return repr(float(plain)) if not plain.isdigit() else plain
    except ValueError:
        return plain


def nfkc(text: str) -> str:
    """Return a name in Unicode's NFKC form, in which names are compared (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import normalize  # noqa: PLC0415 - few files have such names

    return normalize("NFKC", text)


def squeezed(text: str) -> str:
    """Return the text without white space."""
    return "".join(text.split())


LEAVES: dict[str, Callable[[str], str]] = {"number": number, "nfkc": nfkc, "squeezed": squeezed}


class Prefixed:
    """Strings as `rb'...'`: letters before the quotes say what escapes mean; an unknown escape keeps its backslash."""

    @staticmethod
    def prefix(start: str) -> str:
        """Return what the opening (letters and quotes) says about the meaning.

        "f" has interpolations, "b" bytes, "r" no escapes, "u" the marker that the syntax tree keeps.
        """
        letters = start.rstrip("'\"`")
        return letters if letters == "u" else letters.lower().replace("u", "")

    @staticmethod
    def value(text: str, prefix: str) -> str:
        """Return what a stretch of text between the quotes means."""
        if "f" in prefix:
            text = text.replace("{{", "{").replace("}}", "}")
        if "r" in prefix or "\\" not in text:
            return text
        wide = "b" not in prefix

        def meaning(match: re.Match[str]) -> str:
            line, simple, octal, two, four, eight, _, other = match.groups()
            if line:
                return ""
            if simple:
                return _SIMPLE.get(simple, simple) if simple not in "`/$" else match[0]
            digits = two or ((four or eight) if wide else None)
            if octal or digits:
                code = int(octal, 8) if octal else int(digits, 16)
                return chr(code) if code <= 0x10FFFF else match[0]
            return match[0] if other or not wide else match[0]

        return _ESCAPE.sub(meaning, text)


class Quoted:
    """Strings without prefixes, in which an unknown escape means its character."""

    @staticmethod
    def prefix(start: str) -> str:
        """Return "": the opening says nothing."""
        del start
        return ""

    @staticmethod
    def value(text: str, prefix: str) -> str:
        """Return what a stretch of text between the quotes means."""
        del prefix
        if "\\" not in text:
            return text

        def meaning(match: re.Match[str]) -> str:
            line, simple, octal, two, four, eight, braced, other = match.groups()
            if line:
                return ""
            if simple:
                return _SIMPLE.get(simple, simple) if simple != "a" else "a"
            digits = two or four or braced
            if octal or digits:
                code = int(octal, 8) if octal else int(digits, 16)
                return chr(code) if code <= 0x10FFFF else match[0]
            return other or match[0][1:]

        return _ESCAPE.sub(meaning, text)


STRINGS: dict[str, type[Prefixed | Quoted]] = {"prefixed": Prefixed, "quoted": Quoted}
