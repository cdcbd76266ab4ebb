"""How literals are written: strings by what they mean, joined ones as one, names and numbers by spelling rules."""

from __future__ import annotations

import sys

from muse_hook.patterns import pattern
from muse_hook.symbols.tokens import CLOSE, NAME, NUMBER, OPEN, RAW, STRING, without_nul

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from tree_sitter import Node

    from muse_hook.symbols.shapes import Act, Entries, Kinds

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Names that are remembered by their bytes; a file has a few hundred, each many times.
_REMEMBERED = 20_000
# Strings likewise, up to this length.
_REMEMBERED_LENGTH = 200

_ESCAPE = pattern(
    r"(?s)\\(?:[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|U[0-9a-fA-F]{8}|N\{[^}]+\}|.)"
)
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"', "\n": ""}
_OCTAL, _HEXADECIMAL = 8, 16
_OF_OBJECTS = b'@"'


def number(text: str) -> str:
    """Return a number by its value ("0XFF" and "2_55" are "255"); what is no plain number stays, in lower case."""
    bare = text.replace("_", "").lower()
    try:
        return str(int(bare, 0))
    except ValueError:
        pass
    if bare.isdigit():
        return bare  # `int` refuses leading zeros, and more digits than it likes to convert
    imaginary = bare.endswith("j")
    try:
        return repr(float(bare[:-1] if imaginary else bare)) + "j" * imaginary
    except ValueError:
        return bare


def nfkc(text: str) -> str:
    """Return a name in Unicode's NFKC form, in which names are compared (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import normalize  # few files have such names

    return normalize("NFKC", text)


def squeezed(text: str) -> str:
    """Return the text without white space."""
    return "".join(text.split())


def unquoted(text: str) -> str:
    """Return a name without the backticks that let it be any text, or the brackets around a header's."""
    return text.strip("`<>")


def spaced(text: str) -> str:
    """Return the text in single spaces."""
    return " ".join(text.split())


def continued(text: str) -> str:
    """Return a command in single spaces, joined where a line ends in a backslash, without lines that are comments."""
    lines = [line for line in text.split("\n") if line.lstrip()[:1] != "#"]
    return spaced(" ".join(line.rstrip().removesuffix("\\") for line in lines))


def flags(text: str) -> str:
    """Return the flags of a regular expression in order: each stands for itself."""
    return "".join(sorted(text))


def heading(text: str) -> str:
    """Return a heading in single spaces, without the `#` that may close it."""
    text = spaced(text)
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] == " " else text


def underline(text: str) -> str:
    """Return the mark of a heading as it is written before it: `=` below it is `#`, `-` is `##`."""
    return {"=": "#", "-": "##"}.get(text[:1], text)


def bullet(text: str) -> str:
    """Return the mark of an item: `-` whatever its sign, `1` whatever its number."""
    return "1" if text.strip()[:1].isdigit() else "-"


def dequoted(text: str) -> str:
    """Return the text without the quotes that may stand around it."""
    return text[1:-1] if text[:1] == text[-1:] and text[:1] in {"'", '"'} else text


def mark(text: str) -> str:
    """Return "": how it is spelled does not matter."""
    del text
    return ""


LEAVES: dict[str, Callable[[str], str]] = {
    "number": number,
    "nfkc": nfkc,
    "squeezed": squeezed,
    "spaced": spaced,
    "continued": continued,
    "flags": flags,
    "heading": heading,
    "underline": underline,
    "bullet": bullet,
    "mark": mark,
    "dequoted": dequoted,
    "unquoted": unquoted,
}


def leaf_rule(spelling: str) -> Callable[[str], str]:
    """Return a spelling rule by its name; raises KeyError."""
    if spelling in LEAVES:
        return LEAVES[spelling]
    from muse_hook.symbols import macros, style_sheets

    return {**style_sheets.LEAVES, **macros.LEAVES}[spelling]


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
        """Return what a part of the text between the quotes means."""
        if "f" in prefix or "t" in prefix:
            text = text.replace("{{", "{").replace("}}", "}")
        if "r" in prefix or "\\" not in text:
            return text
        plain, *escaped = text.split("\\")
        if all(part[:1] in cls.escapes for part in escaped):
            return plain + "".join(cls.escapes[part[0]] + part[1:] for part in escaped)
        return _ESCAPE.sub(lambda match: cls._meaning(match[0], wide="b" not in prefix), text)

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


class Doubled(Quoted):
    """Strings as `Quoted`, but in single quotes nothing is escaped: two of them are one."""

    @classmethod
    def prefix(cls, start: str) -> str:
        """Return "'" where that is the quote."""
        return start if start == "'" else ""

    @classmethod
    def value(cls, text: str, prefix: str) -> str:
        """Return what the text between the quotes means."""
        return text.replace("''", "'") if prefix else super().value(text, prefix)


class Bracketed(Quoted):
    """Strings as `Quoted`, but in brackets nothing is escaped, and they are other strings."""

    @classmethod
    def prefix(cls, start: str) -> str:
        """Return "[" where that opens one."""
        return start if start == "[" else ""

    @classmethod
    def value(cls, text: str, prefix: str) -> str:
        """Return what the text between the quotes means."""
        return f"[{text}]" if prefix else super().value(text, prefix)


class Tripled(Quoted):
    """Strings as `Quoted`; in three quotes on lines of their own, what the last ones are indented by is no text."""

    @classmethod
    def margin(cls, source: bytes) -> str:
        """Return a line end and what stands before the closing quotes; "" for a string of one line."""
        if source[:4] != b'"""\n':
            return ""
        _, line_end, last = source.removesuffix(b'"""').decode("utf-8", "backslashreplace").rpartition("\n")
        return line_end + last if not last.strip() else ""

    @classmethod
    def value(cls, text: str, prefix: str) -> str:
        """Return what the text between the quotes means."""
        return super().value(text.replace(prefix, "\n") if prefix else text, "")


STRINGS: dict[str, type[Prefixed]] = {
    "tripled": Tripled,
    "prefixed": Prefixed,
    "quoted": Quoted,
    "doubled": Doubled,
    "bracketed": Bracketed,
}


def text_of(node: Node) -> str:
    r"""Return the text of a node; bytes that are not UTF-8 stand as `\xNN`."""
    return without_nul((node.text or b"").decode("utf-8", "backslashreplace"))


def bare_text(node: Node, actions: Mapping[int, object], until: int = -1, quoted: Container[int] = ()) -> str:
    """Return the text of a node up to `until` (-1: all) without comments and what else is not written.

    Strings, the kinds `quoted`, are in double quotes where they have none in them.
    """
    start, end = node.start_byte, node.end_byte if until < 0 else until
    source = node.text or b""
    parts: list[bytes] = []
    at = start
    stack = [node]
    while stack:
        one = stack.pop()
        if one.start_byte >= end:
            continue
        if one.kind_id in quoted:
            text = one.text or b""
            if text[:1] == b"'" == text[-1:] and b'"' not in text:
                parts += (source[at - start : one.start_byte - start], b'"%b"' % text[1:-1])
                at = one.end_byte
            continue
        is_left_out = one.is_named and (actions.get(one.kind_id, "") is None or (one.is_extra and not one.is_error))
        if is_left_out and one.start_byte >= at:
            parts.append(source[at - start : one.start_byte - start])
            at = one.end_byte
        elif not is_left_out:
            stack += reversed(one.named_children)
    parts.append(source[at - start : max(end, at) - start])
    return without_nul(b"".join(parts).decode("utf-8", "backslashreplace"))


def write_damage(node: Node, out: list[str]) -> Entries:
    """Write what could not be parsed as it stands, white space apart."""
    out.append(RAW + " ".join(text_of(node).split()))
    return ()


def prose(kinds: Kinds, *, is_marked: bool = False) -> Act:
    r"""Return the action for text whose line ends are spaces, word by word; two spaces or a `\` before one break it.

    Emphasis has one spelling where the text `is_marked` by it.
    """

    def act(node: Node, out: list[str]) -> Entries:
        out.append(kinds.opens[node.kind_id])
        text = bare_text(node, kinds.actions)
        if is_marked and ("*" in text or "__" in text):
            from muse_hook.symbols.emphasis import (
                in_one_spelling,
            )  # its pattern costs a hook half a million instructions

            text = in_one_spelling(text)
        lines = text.split("\n")
        for line in lines[:-1]:
            is_broken = line.endswith(("  ", "\\"))
            out += (NAME + word for word in line.removesuffix("\\").split())
            out += [NAME + "\\"] * is_broken
        out += (NAME + word for word in lines[-1].split())
        out.append(CLOSE)
        return ()

    return act


def indented(kinds: Kinds) -> Act:
    """Return the action for text whose first line says what follows, which stands as deep as its own first line."""

    def act(node: Node, out: list[str]) -> Entries:
        out.append(kinds.opens[node.kind_id])
        header, *lines = bare_text(node, kinds.actions).rstrip().split("\n")
        first = next((line for line in lines if line.strip()), "")
        depth = 0 if any(map(str.isdigit, header)) else len(first) - len(first.lstrip(" "))
        out += (STRING + line for line in (header.strip(), *(line[depth:] for line in lines)))
        out.append(CLOSE)
        return ()

    return act


def verbatim(kinds: Kinds) -> Act:
    """Return the action for text that stands as it is, line by line."""

    def act(node: Node, out: list[str]) -> Entries:
        out.append(kinds.opens[node.kind_id])
        out += (STRING + line for line in bare_text(node, kinds.actions).rstrip().split("\n"))
        out.append(CLOSE)
        return ()

    return act


class Leaves(dict[bytes, str]):
    """The entries of leaves that are written by one of the spelling rules, by their text; worked out when missing."""

    __slots__ = ("_first", "_rule")

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self._rule, self._first = leaf_rule(spelling), NUMBER if spelling == "number" else NAME

    def __missing__(self, text: bytes) -> str:
        """Write a leaf by its text."""
        if len(self) > _REMEMBERED:
            self.clear()
        entry = self[text] = self._first + self._rule(without_nul(text.decode("utf-8", "backslashreplace")))
        return entry


def literal_actions(kinds: Kinds, row: dict[str, str]) -> dict[str, Act]:
    """Return the actions for the kinds of a row's `strings` table.

    `whole` is one string, `joined` several in a row that mean one, `start` what opens it, `interpolation` an expression
    inside, `specification` the text in that which says how to show it, `conversion` what makes `{x = }` show something
    else than a representation, `spelling` the rule for the rest.
    """
    spelling = STRINGS[row["spelling"]]
    whole, starts, interpolations, conversions = (
        kinds.numbers(row.get(key, "").split()) for key in ("whole", "start", "interpolation", "conversion")
    )

    margin = spelling.margin if issubclass(spelling, Tripled) else None

    def text(source: bytes, prefix: str) -> str:
        return spelling.value(source.decode("utf-8", "backslashreplace"), prefix)

    def parts_of(node: Node) -> tuple[str, list[Node | str]]:
        """Return what the prefix means, and texts and interpolations in order."""
        prefix = ""
        parts: list[Node | str] = []
        base, source = node.start_byte, node.text or b""
        # where the grammar has no node for the opening, it is one character, and so is the end
        at, end = (0, len(source)) if starts else (1, max(len(source) - 1, 1))
        if not starts:
            prefix = spelling.prefix(source[:1].decode("latin-1")) if margin is None else margin(source)
        for child in node.children:
            kind = child.kind_id
            if kind in starts:
                start = (child.text or b"").decode("utf-8", "replace")
                prefix, quotes = spelling.prefix(start), start.lstrip(_LETTERS).encode()
                at = child.end_byte - base
                # measured by the opening: a grammar may count a backslash before the closing quotes to these
                end -= len(quotes) if source.endswith(quotes) and end - len(quotes) >= at else 0
            elif kind in interpolations:
                parts += (text(source[at : child.start_byte - base], prefix) + own_text(child), child)
                if "t" in prefix:  # a template keeps the text of its expressions
                    parts[-1:] = (NAME + without_nul((child.text or b"").decode("utf-8", "backslashreplace")), child)
                at = child.end_byte - base
        parts.append(text(source[at:end], prefix))
        return prefix, parts

    def own_text(node: Node) -> str:
        """Return the text that `{x = }` shows before the value: its own."""
        equals = [c for c in node.children if c.type == "=" and not c.is_named]
        if not equals:
            return ""
        until = next(c.start_byte for c in node.children if c.start_byte >= equals[0].end_byte)
        return (node.text or b"")[1 : until - node.start_byte].decode("utf-8", "backslashreplace")

    known: dict[bytes, str] = {}  # the entries of short strings without expressions, by their text

    def strings(node: Node, out: list[str]) -> Entries:
        source = node.text or b""
        entry = known.get(source)
        if entry is not None:
            out.append(entry)
            return ()
        found = [node] if node.kind_id in whole else [c for c in node.children if c.kind_id in whole]
        if node.kind_id not in whole and any(not c.is_extra and c.kind_id not in whole for c in node.children):
            return beside_others(node)
        parts: list[Node | str] = [""]
        prefixes: list[str] = []
        for one in found:
            prefix, more = parts_of(one)
            if prefixes and isinstance(more[0], str) and (one.text or b"")[:2] == _OF_OBJECTS:
                more[0] = more[0][1:]  # what the first one is all are
            prefixes.append(prefix)
            for part in more:
                if isinstance(part, str) and isinstance(parts[-1], str):
                    parts[-1] += part
                else:
                    parts.append(part)
        mark = next((mark for mark in "bt" if mark in prefixes[0]), "u" if prefixes[0] == "u" else "")
        opening = f"{STRING}{mark}'"
        if len(parts) == 1 and not any("f" in prefix or "t" in prefix for prefix in prefixes):
            entry = opening + without_nul(str(parts[0]))
            out.append(entry)
            if len(source) <= _REMEMBERED_LENGTH and not node.has_error:
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[source] = entry
            return ()
        out.append(OPEN + "interpolated" + opening)
        return [*(opening + without_nul(p) if isinstance(p, str) else p for p in parts if p), CLOSE]

    def beside_others(node: Node) -> Entries:
        """Return strings in a row that a name stands among: those beside each other are one."""
        entries: list[Node | str] = [kinds.opens[node.kind_id]]
        for child in node.children:
            if child.kind_id not in whole:
                entries.append(child)
                continue
            value = "".join(part for part in parts_of(child)[1] if isinstance(part, str))
            last = entries[-1]
            if isinstance(last, str) and last.startswith(STRING):
                entries[-1] = last + without_nul(value[(child.text or b"")[:2] == _OF_OBJECTS :])
            else:
                entries.append(f"{STRING}'{without_nul(value)}")
        return [*entries, CLOSE]

    def interpolation(node: Node, out: list[str]) -> Entries:
        out.append(OPEN + "interpolation")
        children = [child for child in node.children if child.type != "="]
        shows_itself = len(children) < node.child_count
        is_converted = any(child.kind_id in conversions for child in children)
        return [*children, *([NAME + "!r"] if shows_itself and not is_converted else []), CLOSE]

    def specification(node: Node, out: list[str]) -> Entries:
        out.append(OPEN + "specification")
        source, at = node.text or b"", 1
        entries: list[Node | str] = []
        for child in node.named_children:
            before = text(source[at : child.start_byte - node.start_byte], "") + own_text(child)
            entries += (STRING + without_nul(before), child)
            at = child.end_byte - node.start_byte
        entries.append(STRING + without_nul(text(source[at:], "")))
        return [*(entry for entry in entries if entry != STRING), CLOSE]

    actions: dict[str, Act] = dict.fromkeys(row["whole"].split(), strings)
    if "joined" in row:
        actions[row["joined"]] = strings
    for kind in row.get("interpolation", "").split():
        actions[kind] = interpolation
    if "specification" in row:
        actions[row["specification"]] = specification
    return actions
