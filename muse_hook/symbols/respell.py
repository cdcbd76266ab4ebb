"""Spells what a grammar cannot read in other bytes of the same number, for its parser alone."""

from __future__ import annotations

from muse_hook.digest import hex_sha256
from muse_hook.patterns import pattern
from muse_hook.symbols.preprocessor import first_branches, guards_apart, macros_apart, whole_branches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from re import Match

    # Kind, start, end.
    Token = tuple[str, int, int]

_SPACE, _LINE_END = b" "[0], b"\n"[0]
_BLANK = bytes(byte if byte in b"\r\n" else _SPACE for byte in range(256))

_TOKEN = pattern(
    rb"""(?x)(?P<comment>\#[^\n]*)
    |(?P<string>[A-Za-z]{0,2}(?:'''(?s:[^\\]|\\.)*?'''|\"\"\"(?s:[^\\]|\\.)*?\"\"\"
        |'(?:[^\\'\n]|\\(?s:.))*'|"(?:[^\\"\n]|\\(?s:.))*"))
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<line>\n)
    |(?P<name>[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)
    |(?P<sign>->|\*\*|==|[!<>:]=|[^\s])"""
)


_FORMATTED = pattern(rb"[A-Za-z]?[fFtT]")
_FILLED = pattern(rb"((?<!\{)(?:\{\{)*\{[^{}:'\"]*:)=(?=[<>=^])")


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
                out[start:end] = _FILLED.sub(lambda found: found[1] + b"\x1f", word)
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
_TYPE_MACRO = pattern(rb"\b(?:str|bool|char|[iu](?:16|32|64|128|size)|f(?:32|64))(?=![^=])")
# What an `unsafe extern` block says of what anybody may use.
_SAFE = pattern(rb"(?P<before>[;{\]]\s*(?://[^\n]*\n\s*)*)(?P<public>pub(?:\([\w: ]*\))? )?safe (?=(?:fn|static) )")


def named_as_types(source: bytes) -> bytes:
    """Return Rust with other bytes for what its grammar takes for something else.

    - Macros that are called as types are (`str![]`), which no macro's name can be, get other names.
    - `safe` before a function or static is an attribute.

    The names begin with a letter that is no ASCII.
    """
    if b"safe " in source:
        source = _SAFE.sub(lambda found: found["before"] + b"#[\xc3\x9f]" + (found["public"] or b""), source)
    return _TYPE_MACRO.sub(lambda found: b"\xc3\x9f" + found[0][2:], source)


_FLAGS = pattern(
    rb"""(?x)(?P<literal>//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|\bb?r(?P<marks>\#*)"(?s:.*?)"(?P=marks)
        |"(?:[^"\\]|\\(?s:.))*"|'(?:[^'\\\n]|\\[^'\n]+|\\')')
    |(?P<macro>(?:(?:::)?\bbitflags::)?\bbitflags!)(?=\s*\{)
    |\b(?P<type>struct)(?=\s+[\w\x80-\xff]+\s*:[^:])
    |\bimpl\s+[\w\x80-\xff]+(?P<of>\s*:\s*(?P<bits>[\w:]+)\s*)(?=\{)
    |\bconst\s+[\w\x80-\xff]+(?P<value>\s*=\s*)(?!=)"""
)


def flags_as_constants(source: bytes) -> bytes:
    """Return Rust in which what `bitflags! { ... }` defines is no text of a macro.

    - The macro is a block (`extern ""`, which Rust has not), whose content is as if it stood outside.
    - `struct A: u32 {` is a trait, which has a type behind its name, and `impl A: u32 {` an `impl A<u32> {`.
    - `const B = 1` is `const B:_=1`.

    Each of them is no Rust elsewhere, so a definition parsed alone is spelled as in its file.
    """

    def other(found: Match[bytes]) -> bytes:
        text = found[0]
        if found["macro"]:
            return b'extern""'.ljust(len(text))
        if found["type"]:
            return b"trait "
        if found["bits"]:
            return _filled(text, found["of"], b"<" + found["bits"] + b">")
        return _filled(text, found["value"], b":_=") if found["value"] else text

    return _FLAGS.sub(other, source)


def _filled(text: bytes, gap: bytes, signs: bytes) -> bytes:
    """Return a text at whose end `signs` stand for `gap`, whose lines end where they did; as it is without the room."""
    places = [at for at, byte in enumerate(gap) if byte not in b"\r\n"]
    if len(places) < len(signs):
        return text
    filled = bytearray(gap.translate(_BLANK))
    for at, sign in zip(places, signs, strict=False):
        filled[at] = sign
    return text[: len(text) - len(gap)] + bytes(filled)


# What is left as it is: comments and strings.
_LITERAL = rb"""(?P<literal>//[^\n]*|/\*(?s:.*?)\*/|`(?:[^`\\]|\\(?s:.))*`
    |\"\"\"(?s:.*?)\"\"\"|@"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""

_NEWER_TYPES = pattern(
    rb"""(?x)(?P<imported>\bimport\([ ]*(?:'[^'\n]*'|"[^"\n]*")[^()\n]*\)(?=(?:\.[\w$]+)+[<\[]))
    |(?:(?<=[<,])|(?<=\*/))(?P<variance>\s*(?:in[ ]out|in|out)[ ])(?=[A-Za-z_$][\w$]*\s*(?:[,>=]|extends\b))
    |\bexport[ ]type[ ]\*(?P<all>(?:[ ]as[ ][\w$]+)?)(?=[ ]from\b)
    |\bstatic[ ](?P<index>(?:readonly[ ])?)\[(?=[\w$]+[ ]*:)
    |(?m:(?P<before>(?:^|[{};)])[ \t]*(?:@[\w$.]+[ ])*)(?P<words>(?:[a-z]+[ ])*)accessor[ ]
        (?=[#\w$\["'])(?!(?:in|of|as|is|instanceof|satisfies)\b))
    |(?<=['"])[ ](?P<attributes>assert)(?=[ ]*\{)
    |(?<=[\w$>\])}'"])(?<!=>)(?P<signature>\n)(?=(?:\s|//[^\n]*|/\*(?s:.*?)\*/)*+
        (?:<[A-Za-z_$][\w$]*(?:[ ]extends\b|[ ]?[,>=])[^\n]*\(|(?:readonly[ ])?\[[\w$.]+(?::[^\]\n]+)?\]\??:|in\??:[ ]))
    |"""
    + _LITERAL
)


def newer_types(source: bytes) -> bytes:
    """Return TypeScript, or JavaScript, with other bytes for what its grammar is too old for.

    - `import('a').B<T>` as a type: a name that is the digest of `import('a')` stands for it.
    - `<in T, out U>`: the words are part of the name; `accessor a` is a decorated `a`.
    - `static [key: string]` has the word in the name of its key.
    - `export type * from` gets a name, which a plain star has not; `assert {` is `with {`, which is the same.
    - A line end before a signature, `<A>(a: A): A`, `[a: string]: A` or `[a]: A`, or a property `in`, is a semicolon,
      also with comments between them: the grammar takes the signature for what a type is given or what is looked up.

    The names have a letter that is no ASCII.
    """

    def other(found: Match[bytes]) -> bytes:
        text = found[0]
        if found.lastgroup == "literal":  # nearly all: a file of zod's has thousands
            return text
        if found["imported"]:
            return (
                b"\xc3\x9f" + (hex_sha256(text.replace(b"'", b'"')) * (len(text) // 64 + 1))[: len(text) - 2].encode()
            )
        if found["variance"]:
            return text.replace(b"in ", b"i\xc3\x9f").replace(b"out ", b"ou\xc3\x9f")
        if found["all"]:
            return b"export {\xc3\x9f" + found["all"] + b"}  "
        if found["index"] is not None:
            return found["index"] + b"[\xc3\x9f\xc3\x9f\xc3\x9f_"
        if found["before"] is not None:
            return found["before"] + b"@\xc3\x9f\xc3\x9f\xc3\x9f_ " + found["words"]
        if found["attributes"]:
            return b" with  "
        if found["signature"]:
            line = source[source.rfind(b"\n", 0, found.start()) + 1 : found.start()]
            # the second part of a condition may go on with what is looked up in it
            return text if b"//" in line or b"? " in line else b";"
        return b"export *as \xc3\x9f"

    return _NEWER_TYPES.sub(other, source)


_MADE_LATER = pattern(
    rb"""(?x)(?P<before>[;}](?:\s|//[^\n]*|/\*(?s:.*?)\*/)*)(?P<word>super|this)(?=\s*\()
    |"""
    + _LITERAL
)


def made_later(source: bytes) -> bytes:
    """Return Java in which a constructor that calls another one behind other statements calls a method.

    Its name ends in a letter that is no ASCII.
    """

    def other(found: Match[bytes]) -> bytes:
        return found[0] if found["literal"] else found["before"] + found["word"][:-2] + b"\xc3\x9f"

    return _MADE_LATER.sub(other, source)


_WORDS = pattern(
    rb"""(?x)\b(?P<name>async)\b(?=\s*[^\s\w(\[@])
    |(?P<rest>\.\.[ ]?var[ ])(?=[A-Za-z_])
    |\[(?P<any>\.\.)\]
    |\b(?P<partial>ref[ ]partial[ ]struct)\b
    |\b(?P<allows>allows[ ]ref[ ]struct)\b
    |(?P<set>\?\.)(?=\w+(?:\.\w+)*[ ]*(?:[-+*/%&|^]|<<|>>|\?\?)?=(?![=>]))
    |\b(?P<extension>extension)(?=[ ]?[<(])(?P<of>[^;{}"]*)(?=\{)
    |"""
    + _LITERAL
)
_OLDER_WORDS = (b"async", b"..", b"ref ", b"?.", b"extension")
_INNER = pattern(rb"[^\w\s]|(?<=\S)\s+(?=\S)")
_BEFORE_VALUES = frozenset(b"return await in case when is as and or not throw else out ref".split())


def _in_one(text: bytes) -> bytes:
    """Return one name for a text, between the spaces around it."""
    return _INNER.sub(lambda one: b"_" * len(one[0]), text)


def words_as_names(source: bytes) -> bytes:
    """Return C# with other bytes for names and patterns that its grammar takes for something else.

    - `async` as a name, where it is used: `if (async)`.
    - `[a, .. var b]` and `[..]`: a name stands for the dots.
    - `ref partial struct` is `partial ref struct`; `allows ref struct` is a name.
    - `a?.b = c` sets what one name stands for; `extension(A a) {` is a struct, whose name says what it extends.

    The names have a letter that is no ASCII, or are no C# elsewhere.
    """

    def other(found: Match[bytes]) -> bytes:
        text = found[0]
        if found["name"]:
            return b"\xc3\x9fync" if _is_value(source, found.start(), found.end()) else text
        if found["rest"]:
            return b"var \xc3\x9f" + b"_" * (len(text) - 6)
        if found["any"]:
            return b"[\xc3\x9f]"
        if found["partial"]:
            return b"partial ref struct"
        if found["set"]:
            return b"\xc3\x9f"
        if found["extension"]:
            of = _in_one(found["of"])
            return b"struct \xc3\x9f" + of
        return text.replace(b" ", b"_") if found["allows"] else text

    return _WORDS.sub(other, source) if any(word in source for word in _OLDER_WORDS) else source


_LAST_WORD = pattern(rb"\w*$")


def _is_value(source: bytes, start: int, end: int) -> bool:
    """Whether a name is used at `start`, and not declared: no type stands before it."""
    before = source[max(0, start - 80) : start].rstrip()
    word = _LAST_WORD.search(before)
    if word is not None and word[0]:
        return word[0] in _BEFORE_VALUES
    if before[-1:] in (b">", b"]") and not before.endswith(b"=>"):
        return False
    return before[-1:] != b"?" or source[end : end + 20].lstrip()[:1] == b":"


_PRIMARY = pattern(
    rb"""(?x)\bclass\s+[\w`]+(?:\s*<[^(){}=]*>)?\s*?\n(?:(?!\b(?:class|interface|object|fun|va[lr]|typealias)\b)
        (?://[^\n]*|/\*(?s:.{0,9999}?)\*/|[^(){}="/]|\([^(){}]*\)(?=\s)))*?\bconstructor\s*\("""
)
_REMARK = pattern(rb"//[^\n]*|/\*(?s:.*?)\*/")


def constructors_beside(source: bytes) -> bytes:
    """Return Kotlin with each primary constructor on the line of its class's name, where the grammar looks for it.

    Comments between the two are blanks.
    """

    def beside(found: Match[bytes]) -> bytes:
        return _REMARK.sub(lambda remark: b" " * len(remark[0]), found[0]).replace(b"\n", b" ")

    return _PRIMARY.sub(beside, source)


_CLOSED = pattern(
    rb'''//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|"""(?s:.*?)(?:"""|\Z)'''
    rb"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(?P<closed>[ ]\})"""
)


def closed_on_lines(source: bytes) -> bytes:
    """Return Kotlin with each `}` that follows a space on a line of its own, where the grammar looks for a class's."""
    return _CLOSED.sub(lambda found: b"\n}" if found["closed"] else found[0], source)


_VOID = pattern(
    rb"""(?xm)(?P<before>[(,:=][ ]*|\breturn[ ])\(\)(?!\s*(?:->|throws\b|async\b|rethrows\b))
    |(?P<path>[(:=][ ])/(?=[A-Z]\w*\.\w)
    |^[ \t]*\#if\b[^\n]*\n(?P<attributes>(?:\s*@\w+(?:\((?:[^()]|\([^()]*\))*\))?(?=\s))+\s*)
        (?P<rest>(?:^[ \t]*\#else(?:if)?\b[^\n]*\n(?:\s*@\w+(?:\((?:[^()]|\([^()]*\))*\))?(?=\s))+\s*)*)
        ^[ \t]*\#endif[^\n]*
    |"""
    + _LITERAL
)


def void_values(source: bytes) -> bytes:
    """Return Swift with a name, a letter that is no ASCII, for `()` as a value: its grammar knows the type alone.

    An operator `/` before a type's name is another one. Of conditions that attributes alone stand under (`#if`,
    `@available(...)`, `#endif`) the first branch is left.
    """

    def other(found: Match[bytes]) -> bytes:
        text = found[0]
        if found["before"] is not None:
            return found["before"] + b"\xc3\x9f"
        if found["path"] is not None:
            return found["path"] + b"-"
        if found["attributes"] is None:
            return text
        first, end = found.start("attributes") - found.start(), found.end("attributes") - found.start()
        return text[:first].translate(_BLANK) + found["attributes"] + text[end:].translate(_BLANK)

    return _VOID.sub(other, source)


_AVAILABILITY = pattern(
    rb"(?m)^(?P<before>[ \t]*(?:@property\b|[-+][ ]*\()[^;{}]*?[\w*)])(?P<macros>(?:\s+[A-Z_][A-Z0-9_]{3,}"
    rb"(?:\((?:[^();{}]|\([^();{}]*\))*\))?)+)(?=\s*[;{])"
    rb"|^(?P<alone>[ \t]*[A-Z_][A-Z0-9_]{3,}(?:\((?:[^();{}]|\([^();{}]*\))*\))?)(?=[ \t]*\n\s*(?:[-+@]|\Z))"
    rb"|\btypedef[ ]+[A-Z_]{3,}(?:ENUM|OPTIONS)[ ]*\((?P<type>[^(),\n]*),[ ]*(?P<name>\w+)[ ]*\)(?=\s*[{;])"
)


def availability_apart(source: bytes) -> bytes:
    """Return Objective-C without the macros behind a member or before a class, enumerations as C writes them."""

    def other(found: Match[bytes]) -> bytes:
        if found["name"]:
            return (b"enum " + found["name"] + b" : " + found["type"]).ljust(len(found[0]))
        macros = found["alone"] or found["macros"]
        return (found["before"] or b"") + bytes(byte if byte in b"\r\n" else 32 for byte in macros)

    return _AVAILABILITY.sub(other, source)


_PHP = pattern(
    rb"""'(?:[^\\']|\\(?s:.))*'|"(?:[^\\"]|\\(?s:.))*"|/\*(?s:.*?)\*/|(?:\#(?!\[)|//)(?:(?!\?>)[^\n])*|(?P<end>\?>)"""
)
_MARK = pattern(rb"<\?(?:php\b|=)?")


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


def _quote(out: bytearray, start: int, mark: Match[bytes] | None) -> None:
    """Make a text that begins at `start` and ends at a mark (None: with the source) the inner of a string."""
    end = len(out) if mark is None else mark.start()
    out[start:end] = out[start:end].replace(b"\\", b"/").replace(b"'", b"`")
    if not start and end:
        out[0] = b"'"[0]
    if mark is not None:
        out[end : mark.end()] = b"';".ljust(mark.end() - end)
    elif end - start > 1:
        out[end - 2 : end] = b"';"


_TABLE_ENDS = pattern(
    rb"(?i)(?P<other>--[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|\$\w*\$)"
    rb"|(?<=\))(?P<before>\s*)"
    rb"(?:(?P<inherits>INHERITS\s*)\((?P<of>[^()]*)\)|(?P<strict>STRICT)|(?P<rows>WITHOUT[ ]ROWID))(?=\s*[,;])"
)


def table_options(source: bytes) -> bytes:
    """Return SQL in which what stands behind the columns of a table is an option that the grammar knows (`A=B`)."""

    def other(found: Match[bytes]) -> bytes:
        text = found[0]
        if found["inherits"]:
            of = _in_one(found["of"])
            return found["before"] + found["inherits"] + b"=" + of + b" "
        if found["strict"]:
            return found["before"] + b"S=" + text[-4:]
        return found["before"] + b"WITHOU=_" + text[-5:] if found["rows"] else text

    return _TABLE_ENDS.sub(other, source)


def statements_apart(source: bytes, is_read: Callable[[bytes], bool]) -> bytes:
    """Return SQL with other bytes for the statements that cannot be read by themselves."""
    from muse_hook.symbols import statements_apart as rule  # its patterns take 3 ms, which no other language needs

    return rule.statements_apart(source, is_read)


RULES: dict[str, Callable[[bytes], bytes]] = {
    "brackets_first": brackets_first,
    "named_as_types": named_as_types,
    "flags_as_constants": flags_as_constants,
    "first_branches": first_branches,
    "newer_types": newer_types,
    "made_later": made_later,
    "words_as_names": words_as_names,
    "constructors_beside": constructors_beside,
    "closed_on_lines": closed_on_lines,
    "availability_apart": availability_apart,
    "code_alone": code_alone,
    "void_values": void_values,
    "guards_apart": guards_apart,
    "macros_apart": macros_apart,
    "whole_branches": whole_branches,
    "table_options": table_options,
}

BY_STATEMENT: dict[str, Callable[[bytes, Callable[[bytes], bool]], bytes]] = {"statements_apart": statements_apart}
"""Rules that ask of a statement whether the grammar can read it by itself."""

PARTIAL = frozenset((*RULES, *BY_STATEMENT)) - {"brackets_first"}
"""Rules whose text is the better one to read also where other errors remain in it."""
