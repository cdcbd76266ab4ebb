"""`.museignore` and `.gitattributes`, and the globs in them: the part of Git's wildmatch that the two share."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

_ANY_FOLDERS = "**"
_SPECIAL = re.compile(r"[*?\[\\\udc80-\udcff]")
_NAMED_CLASS = re.compile(r"\[:(\w+):\]")
_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \t", "cntrl": "\0-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": " \t\n\r\v\f",
    "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip

WANTED = ("linguist-generated", "linguist-vendored")
"""The attributes of `.gitattributes` that count: Linguist's."""

_LINE_LIMIT = 2048  # bytes; Git passes over a longer line (attr.h, ATTR_MAX_LINE_LENGTH)
_MACRO = b"[attr]"
_BLANK = b" \t\r"  # attr.c: a vertical tab and a form feed are letters
_BOM = b"\xef\xbb\xbf"
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}

AttributeState = bool | str | None
"""Set, unset, unspecified (None), or a value."""

Assignments = tuple[tuple[str, AttributeState], ...]

_DOMAIN = "code"  # the section of `.museignore` that is ours

# What a `.museignore` may hold: a thousand times what people write, and read in a tenth of a second. tomllib takes the
# square of a dotted key's length, in time and memory, and a bracket of a pattern up to 5 ms to compile.
_IGNORE_LIMIT = 64 << 10  # bytes
_DOTS_LIMIT = 16  # in one key
_PATTERNS_LIMIT = 2000
_PATTERN_LIMIT = 1024  # characters of one pattern
_BRACKETS_LIMIT = 200  # in all patterns
_STRING = r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*'
_NAME = r"(?:[\w-]+|\"\")"
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME}){{{_DOTS_LIMIT}}}"


class IgnoreRules:
    """The patterns of one `.museignore`, `[global]` before `[domain.code]`; the last one that matches decides.

    The rules are Muse's (`muse.core.ignore`). `languages` of `[domain.code]`, those that are recorded where they are
    asked for, is ours. ValueError, with what is wrong, where the file is not TOML, or more than anybody writes.
    """

    __slots__ = ("_rules", "languages", "patterns")

    def __init__(self, content: bytes) -> None:
        import tomllib  # 10 ms, and few trees have a `.museignore`

        _refuse_long(content)
        try:
            raw = tomllib.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not TOML: {error}") from None
        domains = raw.get("domain")
        domain = domains.get(_DOMAIN) if isinstance(domains, dict) else None
        self.patterns = (*_strings(raw.get("global"), "patterns"), *_strings(domain, "patterns"))
        self.languages = frozenset(_strings(domain, "languages"))
        _refuse_too_much(self.patterns)
        self._rules = [rule for pattern in self.patterns if (rule := _ignore_glob(pattern)) is not None]

    def ignores(self, path: Sequence[str]) -> bool:
        """Whether the file with these parts is left out."""
        return next((ignored for ignored, glob in reversed(self._rules) if glob.matches(path)), False)


def _refuse_long(content: bytes) -> None:
    """Raise ValueError where a TOML file is more than tomllib takes in at once."""
    if len(content) > _IGNORE_LIMIT:
        raise ValueError(f"it is over {_IGNORE_LIMIT} bytes")
    without_strings = re.sub(_STRING, '""', content.decode("utf-8", "replace"), flags=re.DOTALL)
    if re.search(_DOTTED, without_strings, re.ASCII):
        raise ValueError(f"a key has {_DOTS_LIMIT} dots or more")


def _refuse_too_much(patterns: Sequence[str]) -> None:
    """Raise ValueError where patterns are more than can be compiled at once: by number and length, never by clock."""
    if len(patterns) > _PATTERNS_LIMIT:
        raise ValueError(f"it has over {_PATTERNS_LIMIT} patterns")
    if max(map(len, patterns), default=0) > _PATTERN_LIMIT:
        raise ValueError(f"a pattern has over {_PATTERN_LIMIT} characters")
    if sum(pattern.count("[") for pattern in patterns) > _BRACKETS_LIMIT:
        raise ValueError(f"its patterns have over {_BRACKETS_LIMIT} brackets")


def _strings(section: Any, key: str) -> tuple[str, ...]:
    found = section.get(key) if isinstance(section, dict) else None
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def _ignore_glob(pattern: str) -> tuple[bool, Glob] | None:
    """Return (whether it ignores, its glob).

    `/x` is anchored to the root; all else matches from the right, at any depth. `x/` stands for every file below a
    folder. A name without a slash is a file's name: Muse tracks files, not folders.
    """
    ignored = not pattern.startswith("!")
    text = pattern if ignored else pattern[1:]
    anywhere = not text.startswith("/")
    text = text.removeprefix("/")
    if text.endswith("/"):
        text = text.rstrip("/") + "/**"
    return (ignored, Glob(text, anywhere=anywhere)) if text.strip("/") not in ("", "/**") else None


class Attributes:
    """The lines of one `.gitattributes` that bear on WANTED; the rules are Git's (attr.c).

    `macros` are those of the root's file; the root's own file is the one that may define them.
    """

    __slots__ = ("lines", "macros")

    def __init__(self, content: bytes, macros: Mapping[str, Assignments] | None = None) -> None:
        found: list[tuple[str, Assignments]] = []
        defined: dict[str, Assignments] = dict(macros or {})
        for raw in content.removeprefix(_BOM).split(b"\n"):
            line = raw.strip(_BLANK)
            if not line or line.startswith(b"#") or len(raw) >= _LINE_LIMIT:
                continue
            if line.startswith(_MACRO):
                if macros is None:
                    name, *words = _words(line[len(_MACRO) :]) or [b""]
                    defined[name.decode("utf-8", "surrogateescape")] = _assignments(words)
                continue
            pattern, words = _first_word(line)
            if pattern and not pattern.startswith("!"):
                found.append((pattern, _assignments(words)))
        wanted = _reaching(defined)
        self.macros = {
            name: tuple(item for item in assignments if item[0] in wanted)
            for name, assignments in defined.items()
            if name in wanted
        }
        self.lines = [
            (pattern, relevant)
            for pattern, assignments in found
            if (relevant := tuple(item for item in assignments if item[0] in wanted))
        ]

    def compiled(self) -> list[tuple[Glob, Assignments]]:
        """Return the lines with their patterns ready to match paths relative to the file's folder."""
        return [
            (glob, assignments)
            for pattern, assignments in self.lines
            if (glob := _attributes_glob(pattern)) is not None
        ]


def attribute_states(matched: Iterable[Assignments], macros: Mapping[str, Assignments]) -> dict[str, AttributeState]:
    """Return the state of each attribute, of the assignments that match a path, the line that decides first."""
    found: dict[str, AttributeState] = {}
    for assignments in matched:
        pending = list(assignments)  # the last one of a line counts first; a macro's own come right after it
        while pending:
            name, state = pending.pop()
            if name not in found:
                found[name] = state
                if state is True:
                    pending.extend(macros.get(name, ()))
    return found


def is_true(state: AttributeState) -> bool:
    """Whether Linguist takes a state for yes: anything said but "false"."""
    return state is not None and state is not False and state != "false"


def _attributes_glob(pattern: str) -> Glob | None:
    """Return a line's pattern: without a slash it matches a name at any depth; one for a folder matches no file."""
    if pattern.endswith("/"):
        return None
    return Glob(pattern.removeprefix("/"), anywhere="/" not in pattern)


def _assignments(words: Sequence[bytes]) -> Assignments:
    found: list[tuple[str, AttributeState]] = []
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
    macros_that_set: dict[str, list[str]] = {}
    for name, assignments in macros.items():
        for attribute, _ in assignments:
            macros_that_set.setdefault(attribute, []).append(name)
    reaching, pending = set(WANTED), list(WANTED)
    while pending:
        for name in macros_that_set.pop(pending.pop(), ()):
            if name not in reaching:
                reaching.add(name)
                pending.append(name)
    return reaching


def _words(line: bytes) -> list[bytes]:
    """Return the words of a line, parted as Git parts them."""
    return [word for word in line.translate(bytes.maketrans(_BLANK, b"   ")).split(b" ") if word]


def _first_word(line: bytes) -> tuple[str, list[bytes]]:
    """Return a line's pattern, which may be quoted, and its other words."""
    if not line.startswith(b'"'):
        first, *words = _words(line)
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
    return joined, _words(text[index + 1 :].encode("utf-8", "surrogateescape"))


class Glob:
    """A pattern that a whole path, given as its parts, matches or not.

    `*`, `?` and `[...]` never match a `/`; `**` between slashes stands for any number of folders, at the end for
    everything below, and is one star elsewhere. `?` is one character (Git: one byte). The cost is the product of
    the lengths at worst, whatever the pattern (it may be hostile).
    """

    __slots__ = ("parts",)

    def __init__(self, pattern: str, *, anywhere: bool) -> None:
        parts = _split(pattern)
        if anywhere:
            parts.insert(0, _ANY_FOLDERS)
        if _is_any_folders(parts[-1]):
            parts.append("*")
        self.parts: list[Callable[[str], object] | None] = [
            None if _is_any_folders(part) else _part_matcher(part) for part in parts
        ]

    def matches(self, path: Sequence[str]) -> bool:
        """Whether the pattern matches the path with these parts."""
        parts = self.parts
        at = step = 0
        retry_at, retry_step = -1, -1  # where the last `**` goes on, and what it has swallowed
        while at < len(path):
            part = parts[step] if step < len(parts) else None
            if step < len(parts) and part is None:
                retry_at, retry_step = at, step
                step += 1
            elif part is not None and part(path[at]):
                at += 1
                step += 1
            elif retry_step >= 0:
                retry_at += 1
                at, step = retry_at, retry_step + 1
            else:
                return False
        return all(part is None for part in parts[step:])


def _is_any_folders(part: str) -> bool:
    return part.startswith(_ANY_FOLDERS) and not part.strip("*")  # three stars are two


def _split(pattern: str) -> list[str]:
    """Split a pattern at its slashes; one between brackets is none (and matches nothing)."""
    parts = []
    start = index = 0
    while index < len(pattern):
        if pattern[index] == "[":
            _, index = _bracket(pattern, index + 1)
        elif pattern[index] == "\\" and pattern[index + 1 : index + 2] != "/":
            index += 2
        elif pattern[index] in "/\\":
            parts.append(pattern[start:index])
            index += 1 + (pattern[index] == "\\")
            start = index
        else:
            index += 1
    return [*parts, pattern[start:]]


def _part_matcher(part: str) -> Callable[[str], object]:
    """Return what says whether the name of one file or folder matches one part of a pattern."""
    if not _SPECIAL.search(part):
        return part.__eq__
    return regular_expression(part).fullmatch


def regular_expression(part: str) -> re.Pattern[str]:
    """Translate one part. The first match of what follows a star is as good as any later one: never look back."""
    pieces: list[list[str]] = [[]]  # what stands between the stars
    index = 0
    while index < len(part):
        character = part[index]
        index += 1
        if character == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append([])
        elif character == "?":
            pieces[-1].append(".")
        elif character == "\\" and index < len(part):
            pieces[-1].append(re.escape(part[index]))
            index += 1
        elif character == "[":
            bracket, index = _bracket(part, index)
            pieces[-1].append(bracket)
        else:
            pieces[-1].append(re.escape(_as_in_paths(character)))
    texts = ["".join(piece) for piece in pieces]
    if len(texts) == 1:
        expression = texts[0]
    else:
        expression = texts[0] + "".join(f"(?>.*?{text})" for text in texts[1:-1]) + ".*" + texts[-1]
    return re.compile(expression, re.DOTALL)


def _bracket(part: str, index: int) -> tuple[str, int]:
    """Translate `[...]` whose inside starts at `index`; also where to go on. Unclosed, it matches nothing."""
    negated = part[index : index + 1] in ("!", "^")
    index += negated
    start = index
    inside = ""
    while index < len(part):
        if part[index] == "]" and index > start:
            if not inside:
                return ("." if negated else "(?!)"), index + 1
            return f"[{'^' if negated else ''}{inside}]", index + 1
        named = _NAMED_CLASS.match(part, index)
        if named:
            inside += _CLASSES.get(named[1], "")
            index = named.end()
            continue
        low, index = _bracket_character(part, index)
        inside += re.escape(low)  # Git takes the start of a range for itself too, in an empty one as well
        if part[index : index + 1] == "-" and part[index + 1 : index + 2] not in ("", "]"):
            high, index = _bracket_character(part, index + 1)
            if low <= high:
                inside += f"{re.escape(low)}-{re.escape(high)}"
    return "(?!)", index


def _bracket_character(part: str, index: int) -> tuple[str, int]:
    """Return one character between brackets, a backslash taken off, and the index after it."""
    if part[index] == "\\" and index + 1 < len(part):
        index += 1
    return part[index], index + 1


def _as_in_paths(character: str) -> str:
    r"""Return a byte that is not UTF-8 (a lone surrogate) as paths show it: `\xNN`."""
    return f"\\x{ord(character) - 0xDC00:02x}" if "\udc80" <= character <= "\udcff" else character
