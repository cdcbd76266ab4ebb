"""Spells what a preprocessor reads before the grammar does in other bytes of the same number: C, C++, C#."""

from __future__ import annotations

from itertools import pairwise

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from re import Match, Pattern
    from typing import TypeVar

    _T = TypeVar("_T")

_DIRECTIVE = pattern(rb"(?m)^[ \t]*#[ \t]*(if|elif|else|endif)\b[^\n]*")
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


C_TOKEN = rb"""(?P<other>//[^\n]*|/\*(?s:.*?)\*/|"(?:[^"\\\n]|\\(?s:.))*"|'(?:[^'\\\n]|\\.)*')
    |^[ \t]*\#[ \t]*(?P<directive>\w+)(?P<rest>(?:\\\n|/\*(?s:.*?)\*/|[^\n])*)"""
"""What comments, literals and directives of C are, to be read with the flags `(?xm)`."""
C_TOKENS = pattern(b"(?xm)" + C_TOKEN)
# A statement that ends a line, before one that is blank or not indented: no token goes across that, unless a comment
# does, and no macro's surroundings.
_ENDS = pattern(rb"[;}][ \t]*\n(?=[^ \t])")
# Likewise, but where a line begins with what closes a function or a type.
_CLOSES = pattern(rb"\n\};?[ \t]*\n(?=[^ \t])")
# Of the parts of C files so many bytes are remembered: versions of a file, and what is tried where one is damaged, have
# nearly all of them in common (half the time of hiredis' last 300 commits).
_REMEMBERED = 3_000_000
# Bytes before a macro that are looked at for what it follows.
_LOOKED_BACK = 400


class _Directive:
    """A line of the preprocessor: where it stands, its word and what follows that."""

    __slots__ = ("end", "rest", "start", "word")

    def __init__(self, word: bytes, rest: bytes, start: int, end: int) -> None:
        self.word = word
        self.rest = rest
        self.start = start
        self.end = end


# The directives that are asked about: a header may have 20,000 others.
_CONDITIONS = frozenset((b"if", b"ifdef", b"ifndef", b"elif", b"else", b"elifdef", b"elifndef", b"endif"))


class _Part:
    """Part of a C file: what stands before a function, and that.

    `directives` has words, rests and places of its conditions.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._apart: bytes | None = None
        self.directives = [
            (found["directive"], found["rest"].strip(), *found.span())
            for found in C_TOKENS.finditer(text)
            if found["directive"] in _CONDITIONS
        ]

    def macros_apart(self) -> bytes:
        """Return it without macros."""
        if self._apart is None:
            self._apart = _without_macros(self._text)
        return self._apart


class _Piece:
    """Parts of a C file that stand beside each other: looking up all the parts of a file takes as long as reading it.

    `directives` are as of a part, `classes_apart` is the text without macros before the names of classes.
    """

    def __init__(self, text: bytes) -> None:
        self.classes_apart = _OF_CLASS.sub(lambda found: found["before"] + b" " * len(found["macro"]), text)
        self._parts = [(at, _part(part)) for at, part in split_at(text, _ENDS)]
        self._apart: bytes | None = None
        self.directives = [
            (word, rest, at + start, at + end) for at, part in self._parts for word, rest, start, end in part.directives
        ]

    def macros_apart(self) -> bytes:
        """Return it without macros."""
        if self._apart is None:
            self._apart = b"".join(part.macros_apart() for _, part in self._parts)
        return self._apart


def remembered(make: Callable[[bytes], _T]) -> Callable[[bytes], _T]:
    """Return what makes something of a text, and makes nothing again of the texts that it was given last."""
    known: dict[bytes, _T] = {}
    size = 0

    def find(text: bytes) -> _T:
        nonlocal size
        found = known.get(text)
        if found is None:
            found = make(text)
            size += len(text)
            if size > _REMEMBERED:
                known.clear()
                size = len(text)
            known[text] = found
        return found

    return find


def split_at(source: bytes, ends: Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of a C file that can be read one by one, each with where it begins."""
    start = 0
    for found in ends.finditer(source):
        end = found.end()
        opened = source.rfind(b"/*", start, end)
        if opened < 0 or source.find(b"*/", opened + 2, end) >= 0:
            yield start, source[start:end]
            start = end
    yield start, source[start:]


def _read_pieces(source: bytes) -> list[tuple[int, _Piece]]:
    return [(at, _piece(text)) for at, text in split_at(source, _CLOSES)]


def _directives(source: bytes) -> Iterator[_Directive]:
    for at, piece in _pieces(source):
        for word, rest, start, end in piece.directives:
            yield _Directive(word, rest, at + start, at + end)


# A recovery leaves blanks of what it has read (symbols/recover.py), of which no rule says anything: runs of so many
# bytes are left out, but for as many at either end as are ever looked back.
_LONG_BLANKS = pattern(rb"\n[ \t\n]{3000,}\n")
_BLANKS_LEFT = 1_000


def _but_long_blanks(rule: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return a rule that is not asked about long runs of blank lines."""

    def applied(source: bytes) -> bytes:
        left: list[bytes] = []  # what is asked about
        out: list[tuple[int, bytes]] = []  # what is not, each with where in that it belongs
        at = size = 0
        for found in _LONG_BLANKS.finditer(source):
            first = source.find(b"\n", found.start() + _BLANKS_LEFT, found.end()) + 1
            last = source.rfind(b"\n", found.start(), found.end() - _BLANKS_LEFT) + 1
            if first < last:
                left.append(source[at:first])
                size += first - at
                out.append((size, source[first:last]))
                at = last
        if not out:
            return rule(source)
        done = rule(b"".join((*left, source[at:])))
        parts: list[bytes] = []
        at = 0
        for end, blanks in out:
            parts += (done[at:end], blanks)
            at = end
        return b"".join((*parts, done[at:]))

    vars(applied)["__wrapped__"] = rule  # as functools has it, which is loaded for nothing else
    return applied


# A label, `if (a)` or `else` before a condition: the grammar has a statement there alone.
_LABEL = pattern(
    rb"(?:(?:^|[\n;{}])[ \t]*(?!(?:case|default|public|private|protected|signals|slots)\b)[A-Za-z_]\w*[ \t]*:"
    rb"|\n[ \t]*(?:\}[ \t]*)?(?:(?:else[ \t]+)?(?:if|for|while)[ \t]*"
    rb"\((?:[^(){}]|\((?:[^(){}]|\([^(){}]*\))*\))*\)|else))\s*\Z"
)
_LINKAGE = pattern(rb"\s*(?:extern\s+\"C\"\s*\{?|\}\s*(?:/\*[^\n]*\*/|//[^\n]*)?)\s*")
_OF_CLASS = pattern(
    rb"(?m)^(?P<before>[ \t]*(?:template[ ]*<[^;{}()]*>\s*|typedef[ ]+)?(?:class|struct|union|enum(?:[ ]class)?)[ ]+)"
    rb"(?P<macro>[A-Z_][A-Z0-9_]{2,}(?:[ ]?\([^()\n]*\))?)"
    rb"(?=[ ]+(?!final\b)[A-Za-z_][\w:]*(?:<[^;{}()]*>)?\s*(?:final\s*)?[:{])"
)
_GUARD = pattern(rb"\s*#[ \t]*define[ \t]+(\w+)[ \t]*(?:/\*.*?\*/[ \t]*)?(?://[^\n]*)?\n")


@_but_long_blanks
def guards_apart(source: bytes) -> bytes:
    """Return C without what every header has: the guard around all of it, and `extern "C"` where that is no C.

    Both go on to the end of the file, so that one error would be everybody's. So is a macro before a class's name
    (`class API A {`), with which a class is read as a function that has the macro's type.
    """
    return unguarded(b"".join([piece.classes_apart for _, piece in _pieces(source)]))


def unguarded(source: bytes) -> bytes:
    """Return C without the guard around all of it, and without `extern "C"` where that is no C."""
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


# Blank lines, as a recovery leaves them of what it has read (symbols/recover.py): no file has so many.
_BLANKS = rb"\n[ \t\n]{400,}\n"
_APART = rb"""//[^\n]*|/\*(?s:.*?)\*/|"(?:[^"\\\n]|\\(?s:.))*"|'(?:[^'\\\n]|\\.)*'|^[ \t]*\#(?:\\\n|[^\n])*"""
_RESERVED = (
    rb"(?!(?:if|else|for|while|do|switch|case|default|return|goto|break|continue|struct|union|enum|typedef|static|extern"
    rb"|const|volatile|unsigned|signed|inline|register|class|namespace|template|using|public|private|protected|virtual"
    rb"|explicit|friend|constexpr|operator|new|delete|throw|void|int|char|long|short|float|double|bool|auto|typename"
    rb"|concept|requires|export|module|import|mutable|decltype|consteval|constinit)\b)"
)
_TYPE = (
    rb"(?:(?:const|static|inline|extern|struct|unsigned|signed|enum|union|constexpr|volatile)\s+)*"
    rb"[A-Za-z_][\w:]*(?:<[^;{}()]*>)?[\s*&]+(?:[A-Z_][A-Z0-9_]{2,}[\s*&]+){0,2}[A-Za-z_~][\w:~]*(?:<[^;{}()]*>[\w:~]*)?"
    rb"(?:(?<=operator)\s*(?:\(\)|[^\w\s(]+))?\s*[(;=\[,{]"
)
_TEMPLATE = rb"template\s*<(?:[^<>;{}()]|\([^;{}()]*\)|<[^<>;{}]*>)*>\s*"
_MODIFIERS = (
    rb"(?:(?:static|extern|inline|typedef|virtual|explicit|constexpr|friend|template)[ ]+|" + _TEMPLATE + rb")*"
)
# Several, too (`internal forced int f(void)`): no type is made of two names.
_WORDS = b"(?P<macro>" + _RESERVED + rb"[A-Za-z_]\w*(?:[ \t]+" + _RESERVED + rb"[A-Za-z_]\w*)*)"
_CAPITALS = rb"[A-Z_][A-Z0-9_]{2,}(?:[ ]?\([^()\n]*\))?"
# A name that is no word of the language, nor of its compilers.
_NAME = (
    _RESERVED
    + rb"(?!(?:_Atomic|_Complex|_Noreturn|_Thread_local|__\w+|sizeof|restrict|asm|final|override|noexcept|and|or|not"
    rb"|in|co_\w+|emit|thread_local|alignas|typeof)\b)[A-Za-z_]\w*"
)
# What no function has but one that makes its class's objects, or turns them into others: neither has a type before it.
_TYPELESS = (
    rb"(?:operator\s+(?!new\b|delete\b)[A-Za-z_]|~[A-Za-z_]\w*\s*\("
    rb"|(?:[A-Za-z_]\w*::)*(?P<class>[A-Za-z_]\w*)(?:<[^<>;{}()]*>)?::~?(?P=class)\s*\("
    rb"|[A-Za-z_]\w*\s*\((?:[^(){};]|\([^(){};]*\))*\)\s*(?:noexcept\s*)?(?::\s*[A-Za-z_]|=\s*default\b))"
)
_MACROS = pattern(
    b"(?m)(?P<other>" + _APART + b"|" + _BLANKS + rb")"
    rb"|^(?P<typed>[A-Z_][A-Z0-9_]{3,}\()(?P<result>[A-Za-z_][\w \t]*[* \t]*)\)(?=[ \t]+[A-Za-z_]\w*\s*\()"
    rb"|^(?P<call>[A-Z_][A-Z0-9_]{2,}[ ]?\((?:[^;{}\"'\n#/]|\"[^\"\n]*\")*)\)(?P<ended>;?)(?=[ \t]*$)(?!\s*[{:])"
    rb"|^(?P<alone>[A-Z_][A-Z0-9_]{3,})(?=[ \t]*$)(?=\s*(?:[A-Za-z_#/]|[{}]|\[\[|\Z))"
    rb"|^[ \t]+(?P<inside>[A-Z_][A-Z0-9_]{3,})(?=[ \t]*\n\s*(?:[}#]|[A-Za-z_]\w*[\s*&:(]))"
    rb"|^[ \t]+(?P<made>[A-Z_][A-Z0-9_]{3,}\([^;{}\n]*,[ ]*\([^;{}\n]*\)[^;{}\n]*\))(?=;)"
    rb"|\b(?P<type>va_arg[ ]*\([^(),\n]*,[ ]*)(?P<of>[^()\n]+)(?=\))"
    rb"|(?P<using>\busing[ ]+)(?P<typename>typename)\b"
    rb"|^[ \t]+(?:\}[ ]*)?(?P<block>[A-Z_][A-Z0-9_]{3,}(?:[ ]?\(\.\.\.\))?)(?=[ \t]*\{[ \t]*$)"
    rb"|\bif[ ](?P<when>[A-Z_][A-Z0-9_]{3,})(?=[ ]?\()"
    rb"|^(?P<before>" + _MODIFIERS + b")" + _WORDS + rb"(?=(?:\s*//[^\n]*)*\s+(?![A-Z_][A-Z0-9_]+\s)" + _TYPE + b")"
    rb"|(?P<inner>(?:^|[;{}])[ \t]*" + _MODIFIERS + b")(?P<capitals>(?:" + _CAPITALS + rb"\s+)*" + _CAPITALS + b")"
    rb"(?=\s+(?:" + _TYPE + b"|" + _TYPELESS + rb""
    rb"|(?:class|struct|template|typedef|static|inline|constexpr|explicit|virtual|enum|friend)\b))"
    rb"|(?<=[\w*&>])(?<!\bconst)(?<!\bstatic)(?<!\bextern)(?<!\btypedef)(?<!\bunsigned)(?<!\bstruct)(?<!\bunion)"
    rb"(?<!\benum)(?<!\bvolatile)(?<!\breturn)(?<!\binline)(?<!\bcase)(?<!\bnew)(?<!\belse)"
    rb"[ \t]+(?P<middle>[A-Z_][A-Z0-9_]{2,})(?=\s+[A-Za-z_~][\w:~]*\s*(?:[\[(;]|=[^=]))"
    rb"|\b(?:void|int|char|long|short|unsigned)[ ]+(?P<result_of>"
    + _NAME
    + rb")(?=[ ]+(?![A-Z_][A-Z0-9_]{2,}\b)[A-Za-z_]\w*[ ]*\()"
    rb"|\b(?P<builtin>" + _NAME + rb")(?=[ \t]+(?:unsigned|signed|char|int|long|short|void|float|double|bool)\b)"
    rb"|(?:^[ \t]+|[({,;][ \t]*)(?P<lower>"
    + _NAME
    + rb")(?=[ \t]+"
    + _NAME
    + rb"[ \t]*\*+[ \t]*(?:[A-Za-z_]\w*[ \t]*)?[;,)=\[])"
    rb"|\}[ ]?(?P<named>[A-Z_][A-Z0-9_]{2,})(?=[ ]+[A-Za-z_]\w*\s*;)"
    rb"|\((?P<calling>[A-Z_][A-Z0-9_]{2,})(?=[ ]*\*+[ ]*\w+\)\s*\()"
    rb"|\b(?!(?:const|static|extern|struct|union|enum|volatile|return|inline|register|typedef|case|else|sizeof|new|in)\b)"
    rb"[A-Za-z_]\w*[ ](?P<pointer>[A-Z_][A-Z0-9_]{2,})(?=[ ]*\*+[ ]*[\w),])"
    rb"|(?:(?<=\))|(?<=\bconst)|(?<=\boverride)|(?<=\bnoexcept))\s+"
    rb"(?P<after>[A-Z_][A-Z0-9_]{3,}(?:\((?:[^()]|\([^()]*\))*\))?)(?=\s*(?:[;{]|:[^:]|override\b|const\b|=\s*0\b))"
    rb"|(?<=[\w\]])\s+(?P<tail>[A-Z_][A-Z0-9_]{3,}\([^()]*\))(?=\s*(?:[;{]|=[^=]))"
    rb"|\bnew[ ]+[\w:]+(?:<[^;{}()]*>)?(?P<stars>\s*\*[\s*]*)(?=\[)"
    rb"|\b(?:class|struct|union|enum)[ ](?P<of_type>" + _CAPITALS + rb")"
    rb"(?=[ ]+[A-Za-z_]\w*(?:<[^;{}]*>)?\s*(?:final\s*)?[:{])"
)
_PARAMETERS = pattern(
    rb"(?<=[<,\s])[A-Z_][A-Z0-9_]{3,}\((?:[^(){};]|\((?:[^(){};]|\([^(){};]*\))*\))*\)(?=\s*[,>])"
    rb"|(?P<empty>[\w&*>][ ]?=[ ]?\{\}(?=[ \t]*[,)]))"
)
_INCLUDED = pattern(rb"(?<=\()[<\"][\w./+-]+[>\"](?=\))")


@_but_long_blanks
def macros_apart(source: bytes) -> bytes:
    """Return C or C++ without the macros that stand among the words of a declaration (`API int f(void)`).

    Such macros are names in capitals, or what stands first in a line before a type. Other names stand for

    - a macro that is all of a line (`DECLARE(a, int)`, `BEGIN_NAMESPACE`), and one that makes a member of a class;
    - one among the parameters of a template, and a file that a condition asks for (`__has_include(<a>)`);
    - what `va_arg` is told, and what `new A*[n]` makes.
    """
    return b"".join([piece.macros_apart() for _, piece in _pieces(source)])


def _without_macros(text: bytes) -> bytes:
    return _MACROS.sub(_without_macro, _PARAMETERS.sub(_parameter, text))


def _without_macro(found: Match[bytes]) -> bytes:
    text = found[0]
    if (found["after"] or found["tail"]) and not _is_declared(found):
        return text
    if found["middle"] and _MACROS_ALONE.search(found.string, max(0, found.start() - _LOOKED_BACK), found.start()):
        return text  # one of them is the type
    if found["alone"]:
        return text[:-1] + b";" if _begins_statement(found.string, found.start()) else text
    if found["inside"]:
        is_last = found.string[found.end() :].lstrip()[:1] in b"}#"
        return text[:-1] + b";" if _follows(found.string, found.start(), b";}" if is_last else b";{}") else text
    if found["other"]:
        return _directive(text) if text.lstrip()[:1] == b"#" else text
    if found["call"]:
        return _name_of(found["call"]) + (b"_;" if found["ended"] else b";")
    if found["typed"]:
        return b" " * len(found["typed"]) + found["result"] + b" "
    if found["made"]:
        return text.replace(found["made"], _name_of(found["made"]))
    if found["type"]:
        return found["type"] + b"_" + _name_of(found["of"][1:])
    if found["stars"]:
        return text[: -len(found["stars"])] + b"$" * len(found["stars"])
    for key in (
        "macro",
        "capitals",
        "middle",
        "result_of",
        "builtin",
        "lower",
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


def _parameter(found: Match[bytes]) -> bytes:
    """Return a parameter with a name where the grammar takes neither a macro nor `{}`."""
    text = found[0]
    if found["empty"]:
        return text.replace(b"{}", b"$$")
    first, line_end, rest = text.partition(b"\n")
    return _name_of(first) + line_end + rest.translate(_BLANK) if _is_of_template(found.string, found.start()) else text


_REMARK = pattern(rb"/\*(?:[^*\n]|\*(?!/))*+\*/(?=[ \t]*\\\n)")
_REMARK_INSIDE = pattern(rb"/\*(?:[^*\n]|\*(?!/))*+\*/(?=[ \t]*[^\s/])")


def _directive(text: bytes) -> bytes:
    """Return a line of the preprocessor without what its grammar takes for something else."""
    if text.strip() == b"#":
        return text.translate(_BLANK)
    if b"clude(" in text.lower():
        text = _INCLUDED.sub(_as_name, text)
    if b"*/" not in text:
        return text
    # the grammar knows a remark at the end of a directive alone
    remark = _REMARK_INSIDE if text.lstrip(b"# \t").startswith(b"define") else _REMARK
    return remark.sub(lambda found: found[0].translate(_BLANK), text)


def _as_name(found: Match[bytes]) -> bytes:
    return _name_of(found[0])


_NO_WORD = pattern(rb"\W")


def _name_of(text: bytes) -> bytes:
    """Return a name of the same length that says what a text says."""
    return _NO_WORD.sub(b"_", text)


_MACRO = pattern(rb"[A-Z_][A-Z0-9_]{3,}")
_CASE = pattern(rb"(?:case\b[^?]*|default\s*):")
_MACROS_ALONE = pattern(
    rb"(?m)(?:^|[;{}])[ \t]*(?:(?:static|extern|inline|typedef)[ ]+)*(?:[A-Z_][A-Z0-9_]{2,}\s+)*[A-Z_][A-Z0-9_]{2,}\Z"
)
_OPENED = pattern(rb"\btemplate\s*<[^;{}]*\Z")


def _follows(source: bytes, at: int, ends: bytes) -> bool:
    """Whether the last line before `at` that is no comment and no preprocessor's ends in one of `ends`.

    So does what stands before a part (see `_ENDS`).
    """
    for line in reversed(source[max(0, at - _LOOKED_BACK) : at].split(b"\n")):
        text = line.partition(b"//")[0].strip()
        if text and text[:1] != b"#" and not text.endswith(b"*/"):
            return text[-1] in ends
    return at <= _LOOKED_BACK


def _begins_statement(source: bytes, at: int) -> bool:
    """Whether what stands before `at` has ended."""
    before = source[max(0, at - _LOOKED_BACK) : at].rstrip()
    line, _, comment = before[before.rfind(b"\n") + 1 :].lstrip().partition(b"//")
    line = line.rstrip()
    return (
        not before
        or line.endswith((b";", b"}", b"*/"))
        or line.startswith(b"#")
        or _MACRO.fullmatch(line) is not None
        or _CASE.fullmatch(line) is not None
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


_STATEMENT = pattern(rb"\b(?:if|else|for|while|do|switch|case|return|throw|new|delete|goto)\b")
_DATA = pattern(
    rb"(?s)\s*(?:(?:static|mutable|const|extern|inline|constexpr|thread_local|volatile|struct|class|enum|unsigned)\s+)*"
    + _RESERVED.replace(b"|void|int|char|long|short|float|double|bool|auto", b"")
    + rb"[A-Za-z_][\w:]*(?:<.*>)?[\s*&]+(?:const\s+)?"
    + _RESERVED
    + rb"[A-Za-z_]\w*(?:\[[^\]]*\])*\s*"
)
_BORDER = pattern(rb"[;{}]|\b(?:public|private|protected)\s*:")


def _is_declared(found: Match[bytes]) -> bool:
    """Whether a macro stands behind what is declared (`int a GUARDED_BY(b);`), and is no statement of its own."""
    start = found.start()
    if found["after"] and found.string[:start].endswith(b")") and _is_cast(found.string, start - 1):
        return False
    before = _BORDER.split(found.string[max(0, start - 500) : start])[-1]
    before = _COMMENT_OR_LINE.sub(b" ", before)
    return _STATEMENT.search(before) is None if found["after"] else _DATA.fullmatch(before) is not None


_OPERATOR = pattern(rb"\boperator\s*[^\w\s]+\Z")


def _is_cast(source: bytes, end: int) -> bool:
    """Whether the parentheses that are closed at `end` stand behind nothing that is called or declared."""
    depth, at = 0, end
    first = max(0, end - _LOOKED_BACK)
    while at >= first:
        depth += {b")": 1, b"(": -1}.get(source[at : at + 1], 0)
        if not depth:
            break
        at -= 1
    before = source[first : max(at, first)].rstrip()
    return _OPERATOR.search(before) is None and before.endswith(
        (b"=", b"(", b",", b"&", b"|", b"?", b":", b"+", b"-", b"return")
    )


_COMMENT_OR_LINE = pattern(rb"(?m)//[^\n]*|/\*(?s:.*?)\*/|^[ \t]*\#(?:\\\n|[^\n])*")


@_but_long_blanks
def whole_branches(source: bytes) -> bytes:
    """Return C without the conditions that cut a statement, or follow a label: their first branches alone.

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
            if all(map(_is_whole_branch, branches)) and not _LABEL.search(
                source, max(0, marks[0].start - 200), marks[0].start
            ):
                continue
            for mark in marks:
                out[mark.start : mark.end] = out[mark.start : mark.end].translate(_BLANK)
            out[marks[1].start : found.start] = out[marks[1].start : found.start].translate(_BLANK)
    return bytes(out)


_LABEL_ENDS = pattern(rb"(?:^|\n)\s*(?:case\b[^\n?]*|\w+)\s*:$")
_MORE = pattern(rb"else\b|[&|)+?.=-]")


def _is_whole(branch: bytes) -> bool:
    """Whether a branch is nothing but whole statements or declarations."""
    text = _COMMENT_OR_LINE.sub(b" ", branch).strip()
    if not text:
        return True
    if any(text.count(one) != text.count(other) for one, other in ((b"{", b"}"), (b"(", b")"))):
        return False
    is_ended = text.endswith((b";", b"}")) or _LABEL_ENDS.search(text) is not None
    return is_ended and _MORE.match(text) is None


_part = remembered(_Part)
_piece = remembered(_Piece)
_pieces = remembered(_read_pieces)  # the rules ask for those of one text in turn
_is_whole_branch = remembered(_is_whole)
