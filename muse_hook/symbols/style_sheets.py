"""How the leaves of a style sheet are spelled: the same however the sheet is laid out."""

from __future__ import annotations

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_STRING = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_ATTRIBUTE = rf"""\[\s*([^][=~|^$*\s"']+)\s*([~|^$*]?=)\s*({_STRING}|[^][\s"']+)\s*([a-zA-Z]?)\s*\]"""
_PART = pattern(rf"(?s)(?:\\.|{_STRING}|{_ATTRIBUTE}|\s+|.)")
_MEASURE = pattern(r"([-+]?)([0-9]*)(?:\.([0-9]*))?(?:e\+?(-?[0-9]+))?([a-z%]*)")
_COMBINATORS = {">", "+", "~"}


def selectors(text: str) -> str:
    """Return selectors in their usual layout: `a>b,c[d=e]` is `a > b, c[d="e"]`."""
    out: list[str] = []
    for found in _PART.finditer(text):
        part = found[0]
        before = out[-1] if out else ""
        is_first = before in {"", "("}  # `:has(> a)`; `:nth-child(+3)`, where it is a sign
        if part.isspace():
            out += [] if is_first or before == " " else [" "]
        elif part in _COMBINATORS:
            out += (
                [part] if is_first and part == "+" else [part, " "] if is_first or before == " " else [" ", part, " "]
            )
        elif part in {",", ")"}:
            if before == " ":
                out.pop()
            out += [part, " "] if part == "," else [part]
        else:
            out.append(part if found[2] is None else _attribute(*found.groups("")))
    return "".join(out).strip()


def _attribute(name: str, sign: str, value: str, flag: str) -> str:
    bare = value[1:-1] if value[0] in {"'", '"'} else value
    return f"[{name}{sign}" + (value if '"' in bare else f'"{bare}"') + (f" {flag}]" if flag else "]")


def measure(text: str) -> str:
    """Return a number and its unit in their usual layout: `.50EM` is `0.5em`."""
    found = _MEASURE.fullmatch(text.lower())
    if found is None:
        return " ".join(text.split())
    sign, whole, fraction, exponent, unit = (part or "" for part in found.groups())
    fraction = fraction.rstrip("0")
    return sign + (whole or "0") + (f".{fraction}" if fraction else "") + (f"e{exponent}" if exponent else "") + unit


def style_property(text: str) -> str:
    """Return the name of a property, which is the same in capitals, but for variables."""
    return text if text.startswith("--") else text.lower()


LEAVES: dict[str, Callable[[str], str]] = {
    "selectors": selectors,
    "measure": measure,
    "property": style_property,
    "lower": str.lower,
}
