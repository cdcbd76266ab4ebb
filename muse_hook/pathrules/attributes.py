"""`.gitattributes`: which paths Linguist's attributes call generated or vendored (the rules are Git's, attr.c)."""

from __future__ import annotations

from muse_hook.pathrules.patterns import Glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WANTED = ("linguist-generated", "linguist-vendored")

_LINE_LIMIT = 2048  # bytes; Git passes over a longer line (attr.h, ATTR_MAX_LINE_LENGTH)
_MACRO = b"[attr]"
_BOM = b"\xef\xbb\xbf"
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}

# An attribute's state: set, unset, unspecified (None), or a value.
State = bool | str | None
Assignments = tuple[tuple[str, State], ...]


class Attributes:
    """The lines of one `.gitattributes` that bear on WANTED.

    `macros` are those of the root's file; the root's own file is the one that may define them (`is_root`).
    """

    __slots__ = ("lines", "macros")

    def __init__(self, content: bytes, macros: Mapping[str, Assignments] | None = None) -> None:
        found: list[tuple[str, Assignments]] = []
        defined: dict[str, Assignments] = dict(macros or {})
        for raw in content.removeprefix(_BOM).split(b"\n"):
            line = raw.strip(b" \t\r")
            if not line or line.startswith(b"#") or len(raw) >= _LINE_LIMIT:
                continue
            if line.startswith(_MACRO):
                if macros is None:
                    name, *words = line[len(_MACRO) :].split()
                    defined[name.decode("utf-8", "surrogateescape")] = _assignments(words)
                continue
            pattern, words = _pattern(line)
            if pattern and not pattern.startswith("!"):
                found.append((pattern, _assignments(words)))
        wanted = _reaching(defined)
        self.macros = {
            name: tuple(item for item in assignments if item[0] in wanted)
            for name, assignments in defined.items()
            if name in wanted
        }
        self.lines = [
            (pattern, kept)
            for pattern, assignments in found
            if (kept := tuple(item for item in assignments if item[0] in wanted))
        ]

    def compiled(self) -> list[tuple[Glob, Assignments]]:
        """Return the lines with their patterns ready to match paths relative to the file's folder."""
        return [(glob, assignments) for pattern, assignments in self.lines if (glob := _glob(pattern)) is not None]


def states(matched: Iterable[Assignments], macros: Mapping[str, Assignments]) -> dict[str, State]:
    """Return the state of each attribute, of the assignments that match a path, the most telling line first."""
    found: dict[str, State] = {}
    for assignments in matched:
        pending = list(assignments)  # the last one of a line counts first; a macro's own come right after it
        while pending:
            name, state = pending.pop()
            if name not in found:
                found[name] = state
                if state is True:
                    pending.extend(macros.get(name, ()))
    return found


def is_true(state: State) -> bool:
    """Whether Linguist takes a state for yes: anything said but "false"."""
    return state is not None and state is not False and state != "false"


def _glob(pattern: str) -> Glob | None:
    """Return a line's pattern: without a slash it matches a name at any depth; one for a folder matches no file."""
    if pattern.endswith("/"):
        return None
    return Glob(pattern.removeprefix("/"), anywhere="/" not in pattern)


def _assignments(words: Sequence[bytes]) -> Assignments:
    found: list[tuple[str, State]] = []
    for raw in words:
        word = raw.decode("utf-8", "surrogateescape")
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            found.append((word[1:], False))
        elif word.startswith("!"):
            found.append((word[1:], None))
        else:
            found.append((name, value if equals else True))
    return tuple(found)


def _reaching(macros: Mapping[str, Assignments]) -> set[str]:
    """Return WANTED and the macros that set one of them, through others or not."""
    reaching = set(WANTED)
    grown = True
    while grown:
        grown = False
        for name, assignments in macros.items():
            if name not in reaching and any(attribute in reaching for attribute, _ in assignments):
                reaching.add(name)
                grown = True
    return reaching


def _pattern(line: bytes) -> tuple[str, list[bytes]]:
    if not line.startswith(b'"'):
        first, *words = line.split()
        return first.decode("utf-8", "surrogateescape"), words
    text = line.decode("utf-8", "surrogateescape")
    pattern, index = "", 1
    while index < len(text) and text[index] != '"':
        if text[index] == "\\" and text[index + 1 : index + 2] in _ESCAPES:
            pattern += _ESCAPES[text[index + 1]]
            index += 2
        elif text[index] == "\\" and text[index + 1 : index + 4].isdigit():
            byte = bytes([int(text[index + 1 : index + 4], 8) & 0xFF])
            pattern += byte.decode("ascii", "surrogateescape")
            index += 4
        else:
            pattern += text[index]
            index += 1
    joined = pattern.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")  # \303\244 is one letter
    return joined, text[index + 1 :].encode("utf-8", "surrogateescape").split()
