"""Spells what a grammar cannot read in other bytes of the same number, for its parser alone."""

from __future__ import annotations

import re
from itertools import pairwise

from muse_hook.digest import hex_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    # Kind, start, end.
    Token = tuple[str, int, int]

_SPACE, _LINE_END = b" "[0], b"\n"[0]

_TOKEN = re.compile(
    rb"""(?P<comment>\#[^\n]*)
    |(?P<string>[A-Za-z]{0,2}(?:'''(?s:[^\\]|\\.)*?'''|\"\"\"(?s:[^\\]|\\.)*?\"\"\"
        |'(?:[^\\'\n]|\\(?s:.))*'|"(?:[^\\"\n]|\\(?s:.))*"))
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<line>\n)
    |(?P<name>[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)
    |(?P<sign>->|\*\*|==|[!<>:]=|[^\s])""",
    re.VERBOSE,
)


_FORMATTED = re.compile(rb"[A-Za-z]?[fFtT]")
_FILLED = re.compile(rb"((?<!\{)(?:\{\{)*\{[^{}:'\"]*:)=(?=[<>=^])")


def brackets_first(source: bytes) -> bytes:
    """Return Python as tree-sitter-python can read it, which ends a block where a line in brackets is not indented.

    - Line ends and comments inside brackets are blanks.
    - `lazy import` is `lazy;import`: a statement of its own before the import.
    - The default of a type parameter, `[T = int]`, is written with `@`, which no type has, and stars there with `-`.
    - An annotation `X[int] or None` (or `if`) stands in round brackets, for which its spaces have room.
    - What a format is filled up with, `{x:=^9}`, is a character that no text has where it is "=".

    Nothing else of these forms is Python, so no two texts that mean different things come out alike.
    """
    tokens = [(str(found.lastgroup), *found.span()) for found in _TOKEN.finditer(source)]
    out = bytearray(source)
    opened: list[bytes] = []  # brackets; "T" is one of type parameters
    before: list[bytes] = []  # the words of the line so far
    for index, (kind, start, end) in enumerate(tokens):
        word = source[start:end]
        if kind == "string":
            if b":=" in word and _FORMATTED.match(word):
                out[start:end] = _FILLED.sub(b"\\1\x1f", word)
        elif kind == "open":
            is_parameters = word == b"[" and len(before) > 1 and before[-2] in {b"def", b"class", b"type"}
            opened.append(b"T" if is_parameters and not opened else word)
        elif kind == "close":
            if opened:
                opened.pop()
        elif opened and kind == "comment":
            out[start:end] = b" " * (end - start)
        elif opened and kind == "line":
            out[start] = _SPACE
        elif opened == [b"T"] and word in {b"=", b"*", b"**"}:
            out[start:end] = b"@" if word == b"=" else b"-" * len(word)
        elif not before and word == b"lazy" and source[end : end + 1] == b" ":
            following = tokens[index + 1] if index + 1 < len(tokens) else ("", 0, 0)
            if source[following[1] : following[2]] in {b"import", b"from"}:
                out[end] = b";"[0]
        elif word in {b"or", b"and", b"if"} and index and source[tokens[index - 1][1]] == b"]"[0]:
            _embrace(source, out, tokens, index)
        if kind == "line" and not opened:
            before = []
        elif kind not in {"comment", "line"}:
            before = [*before[-1:], word]
    return bytes(out)


def _embrace(source: bytes, out: bytearray, tokens: Sequence[Token], index: int) -> None:
    """Put the annotation around the operator at `index` in brackets, moving what is between two spaces of it."""
    depth = 0
    first = index - 1
    while first >= 0:  # back to what stands before the annotation
        kind, start, end = tokens[first]
        depth += (kind == "close") - (kind == "open")
        if depth < 0 or (not depth and kind not in {"open", "name"} and source[start:end] != b"."):
            break
        first -= 1
    last = index + 1
    depth = 0
    while last < len(tokens):  # and on to what stands behind it
        kind, start, end = tokens[last]
        if not depth and (kind in {"close", "line", "comment"} or source[start:end] in {b":", b",", b"="}):
            break
        depth += (kind == "open") - (kind == "close")
        last += 1
    if first < 0 or last >= len(tokens) or source[tokens[first][1] : tokens[first][2]] not in {b"->", b":"}:
        return
    gap, end = tokens[first][2], tokens[last - 1][2]
    before = tokens[index][1] - 1
    if source[gap : gap + 1] != b" " or source[before : before + 1] != b" ":
        return
    out[gap] = b"("[0]
    out[before:end] = out[before + 1 : end] + b")"


# A macro with the name of a type that the language has; nothing but `!=` looks like it.
_TYPE_MACRO = re.compile(rb"\b(?:str|bool|char|[iu](?:16|32|64|128|size)|f(?:32|64))(?=![^=])")


def named_as_types(source: bytes) -> bytes:
    """Return Rust with other names for macros that are called as types are (`str![]`), which no macro's name can be.

    The names begin with a letter that is no ASCII.
    """
    return _TYPE_MACRO.sub(lambda found: b"\xc3\x9f" + found[0][2:], source)


_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(if|elif|else|endif)\b[^\n]*", re.MULTILINE)
_BLANK = bytes(byte if byte in {9, 10, 13} else 32 for byte in range(256))


def first_branches(source: bytes) -> bytes:
    """Return C# without its preprocessor's conditions: their first branches alone, which the grammar reads anywhere."""
    out = bytearray(source)
    opened: list[list[int]] = []  # where each branch that is left out begins, [] in a first branch
    for found in _DIRECTIVE.finditer(source):
        word = found[1]
        if word == b"if":
            opened.append([])
        elif not opened:
            return source
        elif word == b"endif":
            left_out = opened.pop()
            if left_out:
                out[left_out[0] : found.start()] = out[left_out[0] : found.start()].translate(_BLANK)
        elif not opened[-1]:
            opened[-1].append(found.end())
        out[found.start() : found.end()] = out[found.start() : found.end()].translate(_BLANK)
    return source if opened else bytes(out)


# What is left as it is: comments and strings.
_LITERAL = rb"""(?P<literal>//[^\n]*|/\*(?s:.*?)\*/|`(?:[^`\\]|\\(?s:.))*`
    |\"\"\"(?s:.*?)\"\"\"|@"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""

_NEWER_TYPES = re.compile(
    rb"""(?P<imported>\bimport\([ ]*(?:'[^'\n]*'|"[^"\n]*")[^()\n]*\)(?=(?:\.[\w$]+)+[<\[]))
    |(?<=[<,])(?P<variance>\s*(?:in[ ]out|in|out)[ ])(?=[A-Za-z_$][\w$]*\s*(?:[,>=]|extends\b))
    |\bexport[ ]type[ ]\*(?P<all>(?:[ ]as[ ][\w$]+)?)(?=[ ]from\b)
    |(?m:(?P<before>(?:^|[{;)])[ \t]*)(?P<words>(?:[a-z]+[ ])*)accessor[ ]
        (?=[#\w$\["'])(?!(?:in|of|as|is|instanceof|satisfies)\b))
    |(?<=['"])[ ](?P<attributes>assert)(?=[ ]*\{)
    |"""
    + _LITERAL,
    re.VERBOSE,
)


_NEWER_WORDS = (b"import(", b"accessor ", b"export type *", b"in ", b"out ", b" assert")


def newer_types(source: bytes) -> bytes:
    """Return TypeScript, or JavaScript, with other bytes for what its grammar is too old for.

    - `import('a').B<T>` as a type: a name that is the digest of `import('a')` stands for it.
    - `<in T, out U>`: the words are part of the name; `accessor a` is a decorated `a`.
    - `export type * from` gets a name, which a plain star has not; `assert {` is `with {`, which is the same.

    The names have a letter that is no ASCII.
    """

    def other(found: re.Match[bytes]) -> bytes:
        text = found[0]
        if found["imported"]:
            return b"\xc3\x9f" + (hex_sha256(text) * (len(text) // 64 + 1))[: len(text) - 2].encode()
        if found["variance"]:
            return text.replace(b"in ", b"i\xc3\x9f").replace(b"out ", b"ou\xc3\x9f")
        if found["all"]:
            return b"export {\xc3\x9f" + found["all"] + b"}  "
        if found["before"] is not None:
            return found["before"] + b"@\xc3\x9f\xc3\x9f\xc3\x9f_ " + found["words"]
        if found["attributes"]:
            return b" with  "
        return text if found["literal"] else b"export *as \xc3\x9f"

    return _NEWER_TYPES.sub(other, source) if any(word in source for word in _NEWER_WORDS) else source


_WORDS = re.compile(
    rb"""\b(?P<name>async)\b(?=\s*[^\s\w(\[@])
    |(?P<rest>\.\.[ ]?var[ ])(?=[A-Za-z_])
    |\[(?P<any>\.\.)\]
    |\b(?P<partial>ref[ ]partial[ ]struct)\b
    |\b(?P<allows>allows[ ]ref[ ]struct)\b
    |"""
    + _LITERAL,
    re.VERBOSE,
)
_OLDER_WORDS = (b"async", b"..", b"ref ")
_BEFORE_VALUES = frozenset(b"return await in case when is as and or not throw else out ref".split())


def words_as_names(source: bytes) -> bytes:
    """Return C# with other bytes for names and patterns that its grammar takes for something else.

    - `async` as a name, where it is used: `if (async)`.
    - `[a, .. var b]` and `[..]`: a name stands for the dots.
    - `ref partial struct` is `partial ref struct`; `allows ref struct` is a name.

    The names have a letter that is no ASCII, or are no C# elsewhere.
    """

    def other(found: re.Match[bytes]) -> bytes:
        text = found[0]
        if found["name"]:
            return b"\xc3\x9fync" if _is_value(source, found.start(), found.end()) else text
        if found["rest"]:
            return b"var \xc3\x9f" + b"_" * (len(text) - 6)
        if found["any"]:
            return b"[\xc3\x9f]"
        if found["partial"]:
            return b"partial ref struct"
        return text.replace(b" ", b"_") if found["allows"] else text

    return _WORDS.sub(other, source) if any(word in source for word in _OLDER_WORDS) else source


def _is_value(source: bytes, start: int, end: int) -> bool:
    """Whether a name is used at `start`, and not declared: no type stands before it."""
    before = source[max(0, start - 80) : start].rstrip()
    word = re.search(rb"\w*$", before)
    if word is not None and word[0]:
        return word[0] in _BEFORE_VALUES
    if before[-1:] in (b">", b"]") and not before.endswith(b"=>"):
        return False
    return before[-1:] != b"?" or source[end : end + 20].lstrip()[:1] == b":"


_PRIMARY = re.compile(
    rb"\bclass\s+[\w`]+(?:\s*<[^(){}=]*>)?\s*?\n(?:[^(){}=\"/]|\([^(){}]*\)(?=\s))*?\bconstructor\s*\("
)


def constructors_beside(source: bytes) -> bytes:
    """Return Kotlin with each primary constructor on the line of its class's name, where the grammar looks for it."""
    return _PRIMARY.sub(lambda found: found[0].replace(b"\n", b" "), source)


_PHP = re.compile(
    rb"""'(?:[^\\']|\\(?s:.))*'|"(?:[^\\"]|\\(?s:.))*"|/\*(?s:.*?)\*/|(?:\#(?!\[)|//)(?:(?!\?>)[^\n])*|(?P<end>\?>)"""
)
_MARK = re.compile(rb"<\?(?:php\b|=)?")


def code_alone(source: bytes) -> bytes:
    """Return PHP in which each text between `?>` and `<?php` is a statement, a string.

    What has `<?` before any `?>` begins with such text, unless with that mark itself.
    """
    out = bytearray(source)
    first = _MARK.search(source)
    code = _PHP.search(source) if first is None or first.start() else None
    at = 0
    if first is not None and first.start():
        while code is not None and not code["end"]:
            code = _PHP.search(source, code.end())
        if code is None or first.start() < code.start():
            _quote(out, 0, first)
            at = first.end()
    while found := _PHP.search(source, at):
        at = found.end()
        if found["end"]:
            mark = _MARK.search(source, at)
            out[at - 2 : at] = b";'"
            if mark is None:
                if source[at:].isspace() or at == len(source):
                    out[at - 2 : at] = b"; "
                else:
                    _quote(out, at, None)
                break
            _quote(out, at, mark)
            at = mark.end()
    return bytes(out)


def _quote(out: bytearray, start: int, mark: re.Match[bytes] | None) -> None:
    """Make a text that begins at `start` and ends at a mark (None: with the source) the inner of a string."""
    end = len(out) if mark is None else mark.start()
    out[start:end] = out[start:end].replace(b"\\", b"/").replace(b"'", b"`")
    if not start and end:
        out[0] = b"'"[0]
    if mark is not None:
        out[end : mark.end()] = b"';".ljust(mark.end() - end)
    elif end - start > 1:
        out[end - 2 : end] = b"';"


_C_TOKENS = re.compile(
    rb"""(?P<other>//[^\n]*|/\*(?s:.*?)\*/|"(?:[^"\\\n]|\\(?s:.))*"|'(?:[^'\\\n]|\\.)*')
    |^[ \t]*\#[ \t]*(?P<directive>\w+)(?P<rest>(?:\\\n|/\*(?s:.*?)\*/|[^\n])*)""",
    re.VERBOSE | re.MULTILINE,
)
# A statement that ends a line, before one that is blank or not indented: no token goes across that, unless a comment
# does, and no macro's surroundings.
_ENDS = re.compile(rb"[;}][ \t]*\n(?=[^ \t])")
# Of the parts of C files so many bytes are remembered: versions of a file, and what is tried where one is damaged, have
# nearly all of them in common (half the time of hiredis' last 300 commits).
_REMEMBERED = 3_000_000


class _Directive:
    """A line of the preprocessor: where it stands, its word and what follows that."""

    __slots__ = ("end", "rest", "start", "word")

    def __init__(self, word: bytes, rest: bytes, start: int, end: int) -> None:
        self.word = word
        self.rest = rest
        self.start = start
        self.end = end


class _Part:
    """Part of a C file: what stands before a function, and that. `directives` has words, rests and where they stand."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._apart: bytes | None = None
        self.directives = [
            (found["directive"], found["rest"].strip(), *found.span())
            for found in _C_TOKENS.finditer(text)
            if found["directive"]
        ]

    def macros_apart(self) -> bytes:
        """Return it without macros."""
        if self._apart is None:
            self._apart = _without_macros(self._text)
        return self._apart


class _Parts:
    """The parts of C files that were read last."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Part] = {}
        self._size = 0

    def part(self, text: bytes) -> _Part:
        """Return a part of that text."""
        found = self._known.get(text)
        if found is None:
            self._size += len(text)
            if self._size > _REMEMBERED:
                self._known.clear()
                self._size = len(text)
            found = self._known[text] = _Part(text)
        return found


_known_parts = _Parts()


def _parts(source: bytes) -> Iterator[tuple[int, _Part]]:
    """Yield the parts of a C file that can be read one by one, each with where it begins."""
    start = 0
    for found in _ENDS.finditer(source):
        end = found.end()
        opened = source.rfind(b"/*", start, end)
        if opened < 0 or source.find(b"*/", opened + 2, end) >= 0:
            yield start, _known_parts.part(source[start:end])
            start = end
    yield start, _known_parts.part(source[start:])


def _directives(source: bytes) -> Iterator[_Directive]:
    for at, part in _parts(source):
        for word, rest, start, end in part.directives:
            yield _Directive(word, rest, at + start, at + end)


_LINKAGE = re.compile(rb"\s*(?:extern\s+\"C\"\s*\{?|\}\s*(?:/\*[^\n]*\*/|//[^\n]*)?)\s*")
_OF_CLASS = re.compile(
    rb"^(?P<before>[ \t]*(?:template[ ]*<[^;{}()]*>\s*|typedef[ ]+)?(?:class|struct|union|enum(?:[ ]class)?)[ ]+)"
    rb"(?P<macro>[A-Z_][A-Z0-9_]{2,}(?:[ ]?\([^()\n]*\))?)"
    rb"(?=[ ]+(?!final\b)[A-Za-z_][\w:]*(?:<[^;{}()]*>)?\s*(?:final\s*)?[:{])",
    re.MULTILINE,
)
_GUARD = re.compile(rb"\s*#[ \t]*define[ \t]+(\w+)[ \t]*(?:/\*.*?\*/[ \t]*)?(?://[^\n]*)?\n")


def guards_apart(source: bytes) -> bytes:
    """Return C without what every header has: the guard around all of it, and `extern "C"` where that is no C.

    Both go on to the end of the file, so that one error would be everybody's. So is a macro before a class's name
    (`class API A {`), with which a class is read as a function that has the macro's type.
    """
    source = _OF_CLASS.sub(lambda found: found["before"] + b" " * len(found["macro"]), source)
    if b"#" not in source:
        return source
    out = bytearray(source)
    opened: list[_Directive] = []
    first = last = None
    for found in _directives(source):
        if found.word in {b"if", b"ifdef", b"ifndef"}:
            opened.append(found)
            first = first or found
        elif found.word == b"endif" and opened:
            begun = opened.pop()
            if b"__cplusplus" in begun.rest and _LINKAGE.fullmatch(source, begun.end, found.start):
                out[begun.start : found.end] = out[begun.start : found.end].translate(_BLANK)
            last = (begun, found)
    if first is not None and last is not None and not opened and last[0] is first:
        guard = _GUARD.match(source, first.end)
        if first.word == b"ifndef" and guard is not None and guard[1] == first.rest.partition(b" ")[0]:
            out[first.start : guard.end()] = out[first.start : guard.end()].translate(_BLANK)
            out[last[1].start : last[1].end] = b" " * (last[1].end - last[1].start)
    return bytes(out)


_APART = rb"""//[^\n]*|/\*(?s:.*?)\*/|"(?:[^"\\\n]|\\(?s:.))*"|'(?:[^'\\\n]|\\.)*'|^[ \t]*\#(?:\\\n|[^\n])*"""
_RESERVED = (
    rb"(?!(?:if|else|for|while|do|switch|case|default|return|goto|break|continue|struct|union|enum|typedef|static|extern"
    rb"|const|volatile|unsigned|signed|inline|register|class|namespace|template|using|public|private|protected|virtual"
    rb"|explicit|friend|constexpr|operator|new|delete|throw|void|int|char|long|short|float|double|bool|auto|typename"
    rb"|concept|requires|export|module|import|mutable|decltype|consteval|constinit)\b)"
)
_TYPE = (
    rb"(?:(?:const|static|inline|extern|struct|unsigned|signed|enum|union|constexpr|volatile)\s+)*"
    rb"[A-Za-z_][\w:]*(?:<[^;{}()]*>)?[\s*&]+(?:[A-Z_][A-Z0-9_]{2,}\s+)?[A-Za-z_~][\w:~]*(?:<[^;{}()]*>[\w:~]*)?"
    rb"(?:(?<=operator)\s*(?:\(\)|[^\w\s(]+))?\s*[(;=\[,{]"
)
_TEMPLATE = rb"template\s*<(?:[^<>;{}()]|\([^;{}()]*\)|<[^<>;{}]*>)*>\s*"
_MODIFIERS = (
    rb"(?:(?:static|extern|inline|typedef|virtual|explicit|constexpr|friend|template)[ ]+|" + _TEMPLATE + rb")*"
)
_CAPITALS = rb"[A-Z_][A-Z0-9_]{2,}(?:[ ]?\([^()\n]*\))?"
# What no function has but one that makes its class's objects, or turns them into others: neither has a type before it.
_TYPELESS = (
    rb"(?:operator\s+(?!new\b|delete\b)[A-Za-z_]|~[A-Za-z_]\w*\s*\("
    rb"|[A-Za-z_]\w*\s*\((?:[^(){};]|\([^(){};]*\))*\)\s*(?:noexcept\s*)?(?::\s*[A-Za-z_]|=\s*default\b))"
)
_MACROS = re.compile(
    b"(?P<other>" + _APART + rb")"
    rb"|^(?P<typed>[A-Z_][A-Z0-9_]{3,}\()(?P<result>[A-Za-z_][\w \t]*[* \t]*)\)(?=[ \t]+[A-Za-z_]\w*\s*\()"
    rb"|^(?P<call>[A-Z_][A-Z0-9_]{2,}[ ]?\((?:[^;{}\"'\n#/]|\"[^\"\n]*\")*)\)(?P<ended>;?)(?=[ \t]*$)(?!\s*[{:])"
    rb"|^(?P<alone>[A-Z_][A-Z0-9_]{3,})(?=[ \t]*$)(?=\s*(?:[A-Za-z_#/]|\}|\[\[|\Z))"
    rb"|^[ \t]+(?P<made>[A-Z_][A-Z0-9_]{3,}\([^;{}\n]*,[ ]*\([^;{}\n]*\)[^;{}\n]*\))(?=;)"
    rb"|\b(?P<type>va_arg[ ]*\([^(),\n]*,[ ]*)(?P<of>[^()\n]+)(?=\))"
    rb"|(?P<using>\busing[ ]+)(?P<typename>typename)\b"
    rb"|^[ \t]+(?:\}[ ]*)?(?P<block>[A-Z_][A-Z0-9_]{3,}(?:[ ]?\(\.\.\.\))?)(?=[ \t]*\{[ \t]*$)"
    rb"|\bif[ ](?P<when>[A-Z_][A-Z0-9_]{3,})(?=[ ]?\()"
    rb"|^(?P<before>"
    + _MODIFIERS
    + b")"
    + _RESERVED
    + rb"(?P<macro>[A-Za-z_]\w*)(?=\s+(?![A-Z_][A-Z0-9_]+\s)"
    + _TYPE
    + b")"
    rb"|(?P<inner>(?:^|[;{}])[ \t]*" + _MODIFIERS + b")(?P<capitals>(?:" + _CAPITALS + rb"\s+)*" + _CAPITALS + b")"
    rb"(?=\s+(?:" + _TYPE + b"|" + _TYPELESS + rb""
    rb"|(?:class|struct|template|typedef|static|inline|constexpr|explicit|virtual|enum|friend)\b))"
    rb"|(?<=[\w*&>])(?<!\bconst)(?<!\bstatic)(?<!\bextern)(?<!\btypedef)(?<!\bunsigned)(?<!\bstruct)(?<!\bunion)"
    rb"(?<!\benum)(?<!\bvolatile)(?<!\breturn)(?<!\binline)(?<!\bcase)(?<!\bnew)(?<!\belse)"
    rb"[ ](?P<middle>[A-Z_][A-Z0-9_]{2,})(?=\s+[A-Za-z_~][\w:~]*\s*[\[(;])"
    rb"|\}[ ]?(?P<named>[A-Z_][A-Z0-9_]{2,})(?=[ ]+[A-Za-z_]\w*\s*;)"
    rb"|\((?P<calling>[A-Z_][A-Z0-9_]{2,})(?=[ ]*\*+[ ]*\w+\)\s*\()"
    rb"|\b(?!(?:const|static|extern|struct|union|enum|volatile|return|inline|register|typedef|case|else|sizeof|new|in)\b)"
    rb"[A-Za-z_]\w*[ ](?P<pointer>[A-Z_][A-Z0-9_]{2,})(?=[ ]*\*+[ ]*[\w),])"
    rb"|(?:(?<=\))|(?<=\bconst)|(?<=\boverride)|(?<=\bnoexcept))\s+"
    rb"(?P<after>[A-Z_][A-Z0-9_]{3,}(?:\((?:[^()]|\([^()]*\))*\))?)(?=\s*(?:[;{]|:[^:]|override\b|const\b|=\s*0\b))"
    rb"|(?<=[\w\]])\s+(?P<tail>[A-Z_][A-Z0-9_]{3,}\([^()]*\))(?=\s*(?:[;{]|=[^=]))"
    rb"|\bnew[ ]+[\w:]+(?:<[^;{}()]*>)?(?P<stars>\s*\*[\s*]*)(?=\[)"
    rb"|\b(?:class|struct|union|enum)[ ](?P<of_type>" + _CAPITALS + rb")"
    rb"(?=[ ]+[A-Za-z_]\w*(?:<[^;{}]*>)?\s*(?:final\s*)?[:{])",
    re.MULTILINE,
)
_PARAMETERS = re.compile(
    rb"(?<=[<,\s])[A-Z_][A-Z0-9_]{3,}\((?:[^(){};]|\((?:[^(){};]|\([^(){};]*\))*\))*\)(?=\s*[,>])"
    rb"|(?P<empty>[\w&*>][ ]?=[ ]?\{\}(?=[ \t]*[,)]))"
)
_INCLUDED = re.compile(rb"(?<=\()[<\"][\w./+-]+[>\"](?=\))")


def macros_apart(source: bytes) -> bytes:
    """Return C or C++ without the macros that stand among the words of a declaration (`API int f(void)`).

    Such macros are names in capitals, or what stands first in a line before a type. Other names stand for

    - a macro that is all of a line (`DECLARE(a, int)`, `BEGIN_NAMESPACE`), and one that makes a member of a class;
    - one among the parameters of a template, and a file that a condition asks for (`__has_include(<a>)`);
    - what `va_arg` is told, and what `new A*[n]` makes.
    """
    return b"".join(part.macros_apart() for _, part in _parts(source))


def _without_macros(text: bytes) -> bytes:
    return _MACROS.sub(_without_macro, _PARAMETERS.sub(_parameter, text))


def _without_macro(found: re.Match[bytes]) -> bytes:
    text = found[0]
    if (found["after"] or found["tail"]) and not _is_declared(found):
        return text
    if found["alone"]:
        return text[:-1] + b";" if _begins_statement(found.string, found.start()) else text
    if found["other"]:
        return _directive(text) if text.lstrip()[:1] == b"#" else text
    if found["call"]:
        return _name_of(found["call"]) + (b"_;" if found["ended"] else b";")
    if found["typed"]:
        return b" " * len(found["typed"]) + found["result"] + b" "
    if found["made"]:
        return text.replace(found["made"], _name_of(found["made"]))
    if found["type"]:
        return found["type"] + b"_" + re.sub(rb"\W", b"_", found["of"][1:])
    if found["stars"]:
        return text[: -len(found["stars"])] + b"$" * len(found["stars"])
    for key in (
        "macro",
        "capitals",
        "middle",
        "pointer",
        "after",
        "tail",
        "of_type",
        "typename",
        "when",
        "block",
        "named",
        "calling",
    ):
        if found[key]:
            start, end = found.start(key) - found.start(), found.end(key) - found.start()
            return text[:start] + text[start:end].translate(_BLANK) + text[end:]
    return text


def _parameter(found: re.Match[bytes]) -> bytes:
    """Return a parameter with a name where the grammar takes neither a macro nor `{}`."""
    text = found[0]
    if found["empty"]:
        return text.replace(b"{}", b"$$")
    first, line_end, rest = text.partition(b"\n")
    return _name_of(first) + line_end + rest.translate(_BLANK) if _is_of_template(found.string, found.start()) else text


_REMARK = re.compile(rb"/\*[^\n]*?\*/(?=[ \t]*\\\n)")


def _directive(text: bytes) -> bytes:
    """Return a line of the preprocessor without what its grammar takes for something else."""
    if b"clude(" in text.lower():
        text = _INCLUDED.sub(_as_name, text)
    return _REMARK.sub(lambda found: b" " * len(found[0]), text) if b"*/" in text else text


def _as_name(found: re.Match[bytes]) -> bytes:
    return _name_of(found[0])


def _name_of(text: bytes) -> bytes:
    """Return a name of the same length that says what a text says."""
    return re.sub(rb"\W", b"_", text)


_MACRO = re.compile(rb"[A-Z_][A-Z0-9_]{3,}")
_OPENED = re.compile(rb"\btemplate\s*<[^;{}]*\Z")


def _begins_statement(source: bytes, at: int) -> bool:
    """Whether what stands before `at` has ended."""
    before = source[max(0, at - 400) : at].rstrip()
    line, _, comment = before[before.rfind(b"\n") + 1 :].lstrip().partition(b"//")
    line = line.rstrip()
    return (
        not before
        or line.endswith((b";", b"}", b"*/"))
        or line.startswith(b"#")
        or _MACRO.fullmatch(line) is not None
        or (bool(comment) and (not line or comment.rstrip().endswith((b";", b"}"))))
    )


def _is_of_template(source: bytes, at: int) -> bool:
    """Whether what stands at `at` is among the parameters of a template."""
    found = _OPENED.search(source, max(0, at - 400), at)
    if found is None:
        return False
    depth = 0
    for byte in found[0]:
        depth += (byte == b"<"[0]) - (byte == b">"[0])
    return depth > 0


_STATEMENT = re.compile(rb"\b(?:if|else|for|while|do|switch|case|return|throw|new|delete|goto)\b")
_DATA = re.compile(
    rb"\s*(?:(?:static|mutable|const|extern|inline|constexpr|thread_local|volatile|struct|class|enum|unsigned)\s+)*"
    + _RESERVED.replace(b"|void|int|char|long|short|float|double|bool|auto", b"")
    + rb"[A-Za-z_][\w:]*(?:<.*>)?[\s*&]+(?:const\s+)?"
    + _RESERVED
    + rb"[A-Za-z_]\w*(?:\[[^\]]*\])*\s*",
    re.DOTALL,
)


def _is_declared(found: re.Match[bytes]) -> bool:
    """Whether a macro stands behind what is declared (`int a GUARDED_BY(b);`), and is no statement of its own."""
    start = found.start()
    before = re.split(rb"[;{}]|\b(?:public|private|protected)\s*:", found.string[max(0, start - 500) : start])[-1]
    before = _COMMENT_OR_LINE.sub(b" ", before)
    return _STATEMENT.search(before) is None if found["after"] else _DATA.fullmatch(before) is not None


_COMMENT_OR_LINE = re.compile(rb"//[^\n]*|/\*(?s:.*?)\*/|^[ \t]*\#(?:\\\n|[^\n])*", re.MULTILINE)


def whole_branches(source: bytes) -> bytes:
    """Return C without the preprocessor's conditions that cut a statement: their first branches alone.

    Those whose branches are whole statements, or nothing, stay.
    """
    if b"#" not in source:
        return source
    out = bytearray(source)
    opened: list[list[_Directive]] = []
    for found in _directives(source):
        if found.word in {b"if", b"ifdef", b"ifndef"}:
            opened.append([found])
        elif found.word in {b"elif", b"else", b"elifdef", b"elifndef"} and opened:
            opened[-1].append(found)
        elif found.word == b"endif" and opened:
            marks = [*opened.pop(), found]
            branches = [bytes(out[one.end : other.start]) for one, other in pairwise(marks)]
            if all(map(_is_whole, branches)):
                continue
            for mark in marks:
                out[mark.start : mark.end] = out[mark.start : mark.end].translate(_BLANK)
            out[marks[1].start : found.start] = out[marks[1].start : found.start].translate(_BLANK)
    return bytes(out)


def _is_whole(branch: bytes) -> bool:
    """Whether a branch is nothing but whole statements or declarations."""
    text = _COMMENT_OR_LINE.sub(b" ", branch).strip()
    if not text:
        return True
    if any(text.count(one) != text.count(other) for one, other in ((b"{", b"}"), (b"(", b")"))):
        return False
    is_ended = text.endswith((b";", b"}")) or re.search(rb"(?:^|\n)\s*(?:case\b[^\n?]*|\w+)\s*:$", text) is not None
    return is_ended and re.match(rb"else\b|[&|)+?.=-]", text) is None


_TABLE_ENDS = re.compile(
    rb"(?P<other>--[^\n]*|/\*(?s:.*?)\*/|'(?:[^']|'')*'|\"[^\"]*\"|\$\w*\$)"
    rb"|(?<=\))(?P<before>\s*)"
    rb"(?:(?P<inherits>INHERITS\s*)\((?P<of>[^()]*)\)|(?P<strict>STRICT)|(?P<rows>WITHOUT[ ]ROWID))(?=\s*[,;])",
    re.IGNORECASE,
)


def table_options(source: bytes) -> bytes:
    """Return SQL in which what stands behind the columns of a table is an option that the grammar knows (`A=B`)."""

    def other(found: re.Match[bytes]) -> bytes:
        text = found[0]
        if found["inherits"]:
            of = re.sub(rb"[^\w\s]|(?<=\S)\s+(?=\S)", lambda one: b"_" * len(one[0]), found["of"])
            return found["before"] + found["inherits"] + b"=" + of + b" "
        if found["strict"]:
            return found["before"] + b"S=" + text[-4:]
        return found["before"] + b"WITHOU=_" + text[-5:] if found["rows"] else text

    return _TABLE_ENDS.sub(other, source)


RULES: dict[str, Callable[[bytes], bytes]] = {
    "brackets_first": brackets_first,
    "named_as_types": named_as_types,
    "first_branches": first_branches,
    "newer_types": newer_types,
    "words_as_names": words_as_names,
    "constructors_beside": constructors_beside,
    "code_alone": code_alone,
    "guards_apart": guards_apart,
    "macros_apart": macros_apart,
    "whole_branches": whole_branches,
    "table_options": table_options,
}

PARTIAL = frozenset(RULES) - {"brackets_first"}
"""Rules whose text is the better one to read also where other errors remain in it."""
