"""What the text of a definition says where modifiers and types declare it: words, members, type parameters."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.semver.header import (
    COMMENTS,
    around_name,
    attributes,
    header_words,
    text_of,
    without_annotations,
    words_before_name,
)
from muse_hook.semver.signature import split_outside_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.symbol import Symbol

CONTRACTS = ("interface", "trait", "@interface", "protocol")
"""Classes that others implement: what is added to them, these lack."""

KINDS = frozenset(("class", "struct", "enum", "interface", "@interface", "record", "trait", "union", "namespace"))

_MEMBER = pattern(r"(?s)\s*((?:@\w+\s*|[a-z]+(?:\([\w ]+\))?\s+(?=[\w$#\[]))*)([A-Za-z_$][\w$]*)\s*(\?)?\s*(.*)")
_COMPOSITE = pattern(r"\s*(&)?([A-Za-z_][\w.]*)\{")
_GIVEN = pattern(r"=\s*(?:async\s+)?(?=<)")
_THIS = pattern(r"\s*this\s*:")
_FIELD = pattern(r"(?s)\s*\*?()([A-Za-z_]\w*)()\s*(.*)")
_EMBEDDED = pattern(r"(?s)\s*\*?(\w+\.\w+)(?:\[.*\])?\s*$")
_TAKEN = pattern(r"^\s*\[\s*\w[\w, ]*\s[^\]]*\]")
_TAG = pattern(r"`[^`]*`")
_USED = pattern(r"\s*use\s+([\w\\\s,]+)")
_NAME_OF_MEMBER = pattern(r"(?:\breadonly )?\b([\w$]+)(\?)?$")
_LIFETIME = pattern(r"for\s*<\s*'[^>]*>\s*|'\w+\s*")
_SPACE = pattern(r"\s+")
_BRACKETS = pattern(r"(?:<|(?<![-=])>)(?!:)")
_DERIVED = pattern(r"#\[derive\(([^)]*)\)\]")
_ACCESSORS_ONLY = pattern(r"\{[\s\w;]*\}\s*$")
_ACCESSOR = pattern(r"((?:\b(?:private|protected|internal)\s+)*)\b(get|set|init)\b\s*(?=[;{}]|=>|[gs]et\b)")
_COMPUTED = pattern(r"[^={]*\{")
_SETS = pattern(r"\b(?:set|didSet|willSet|_modify)\b")
_HIDDEN_SETTER = pattern(r"\b(?:private|fileprivate|internal|protected)(?:\(set\)|\s+set\b)")
_CALLED_ON = pattern(r"(?s)\b(?:fun|va[lr])\s+(?:<.*>\s*)?(\S.*)\.\s*$")
_THROWS = pattern(r"\)\s*throws\s+([^{;]+)")
_NAMED = pattern(r"(?s)([A-Za-z_]\w*)(?:\s+|(?=\*|\[\d*\]))(?=[\w*\[(<.])(.+)")
_ANY_NAME = pattern(r"(?s)(?:readonly\s+)?\[\s*\w+\s*:([^\]]*)\]\s*:(.*)")
_OPEN = frozenset(("", *":(,|&="))


class Member:
    """What a type lists itself: whether it may be left out, be set, whether others see it, what stands behind its name.

    `overloads` is what stands behind the same name elsewhere in the type.
    """

    __slots__ = ("is_optional", "is_public", "is_readonly", "overloads", "rest")

    def __init__(self, rest: str, *, is_optional: bool, is_public: bool, is_readonly: bool = False) -> None:
        self.rest = rest
        self.is_optional = is_optional
        self.is_public = is_public
        self.is_readonly = is_readonly
        self.overloads: list[str] = []


def bases_of(owner: Symbol) -> list[str]:
    """Return what a type derives from: its bases, or what its header has behind `extends`."""
    if owner.bases:
        return list(owner.bases)
    _, extends, said = around_name(owner)[1].partition("{")[0].rpartition(" extends ")
    if "interface" not in header_words(owner) or said.count(">") > said.count("<"):  # `<T extends A>`
        return []
    parts = split_outside_brackets(_BRACKETS.sub(lambda found: "[]"[found[0] == ">"], said), ",")
    return [_SPACE.sub(" ", part.strip().replace("[", "<").replace("]", ">")) for part in parts] if extends else []


def used(owner: Symbol) -> list[str]:
    """Return the traits whose members a class has: `use A, B;` in its body."""
    texts = (text.decode(errors="replace") for text in owner.texts()[1:])
    found = (_USED.match(COMMENTS.sub(" ", text)) for text in texts)
    return [one.strip() for each in found if each is not None for one in each[1].split(",")]


def kind_of_type(symbol: Symbol) -> str:
    """Return the word for what a type is, where it says one: before its name, in Go behind it."""
    before, after = around_name(symbol)
    found = (KINDS | {"object"}).intersection(before.split())
    if found or before.strip():
        return "record" if "record" in found else min(found, default="")
    return next((word for word in after.split("{")[0].split()[:4] if word in KINDS), "")


def type_parameters(symbol: Symbol) -> list[str]:
    """Return the parameters of a type or function that are types, as they are written: `T extends A`."""
    if symbol.kind in {"variable", "attribute"}:
        return []
    before, after = around_name(symbol)
    ahead = before.partition("fun ")[2].lstrip()
    after = ahead if ahead[:1] == "<" else after.lstrip()  # `fun <T> f(a: T)`
    after = _GIVEN.sub("", after)  # `f = <T>(a: T) => a`
    if after[:1] not in {"<", "["}:
        return []
    depth = 0
    for at, letter in enumerate(after):
        is_bound = after[at + 1 : at + 2] == ":" and letter in "<>"  # `A <: B`
        depth += 0 if is_bound else (letter in "<[(") - (letter in ">])" and after[at - 1] not in "=-")
        if not depth:
            parts = split_types(_in_round(after[1:at]), ",")
            found = [_SPACE.sub(" ", part.strip()) for part in parts if part.strip()]
            # `[3]int` and `[]string` are arrays, `[T any]` is none
            is_type = after[0] == "<" or all(" " in part for part in found[-1:])
            return found if is_type or not {"def", "class", "trait"}.isdisjoint(words_before_name(symbol)) else []
    return []


def bounds(symbol: Symbol) -> set[tuple[str, str]]:
    """Return what is asked of type parameters, each with the place of its parameter or the type that is spoken of.

    They may stand with it (`<T: A + B>`, `<T extends A & B>`) or behind the word `where`. A function may have its type
    parameters before its name (Java). `?Sized` asks for less: what is asked is `Sized` where it is not there.
    """
    before, after = around_name(symbol)
    parts = type_parameters(symbol)
    if not parts and (at := f" {before}".find(" <")) >= 0:
        parts = _inside_angles(before[at:])
    said: list[tuple[str, str]] = []
    for part in parts:
        if part[0] == "'":
            continue
        name, _, asked = part.partition(" extends ") if " extends " in part else part.partition(":")
        said.append(((name.split() or [""])[-1], asked.partition("=")[0]))
    names = [name for name, _ in said]
    header = _SPACE.sub(" ", after.partition("{")[0].partition(";")[0].partition("=>")[0])
    for clause in header.split(" where ")[1:]:
        for one in split_types(clause, ","):
            name, colon, asked = _LIFETIME.sub("", one).partition(":")
            is_next = not colon or asked[:1] == ":"  # `where T : A, B`
            said.append((said[-1][0], one) if is_next and said else (name.strip(), asked))
    found: set[tuple[str, str]] = set()
    for name, asked in said:
        of = str(names.index(name)) if name in names else name
        every = (_in_round(_SPACE.sub("", one)) for one in split_types(_LIFETIME.sub("", asked), "+&"))
        found |= {(of, one) for one in every if one}
    return found


def _in_round(text: str) -> str:
    """Return a type with round brackets for angles."""
    return _BRACKETS.sub(lambda found: "()"[found[0] == ">"], text)


def _inside_angles(text: str) -> list[str]:
    """Return what stands, apart by commas, in the angles that a text begins with."""
    inside = text[1 : max(_end_of_angles(text) - 1, 0)]
    return [_SPACE.sub(" ", one.strip()) for one in split_types(inside, ",") if one.strip()]


def _end_of_angles(text: str) -> int:
    """Return where the angles end that a text begins with; 0 where they are open."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">" and text[at - 1] not in "=-")
        if not depth:
            return at + 1
    return 0


def called_on(symbol: Symbol) -> str:
    """Return the type that a function extends, which stands before its name: `fun String.f()`; "" for none."""
    before = around_name(symbol)[0]
    if not before.rstrip().endswith("."):
        return ""  # a hook loads no regular expressions for a function that has another body
    found = _CALLED_ON.search(before)
    return _SPACE.sub("", found[1]) if found else ""


def effects(symbol: Symbol) -> set[str]:
    """Return the words between the parameters of a function and its result or body."""
    after = around_name(symbol)[1].partition("{")[0]
    depth, end = 0, 0
    for at, letter in enumerate(after):
        depth += (letter in "([<") - (letter in ")]>" and after[at - 1] != "-")
        if not depth and letter == ")":
            end = at + 1
            break
    return set(after[end:].partition("->")[0].split())


def is_computed_only(symbol: Symbol) -> bool:
    """Whether a property stands for what braces behind its name compute, and nothing in them sets it."""
    after = around_name(symbol)[1]
    return _COMPUTED.match(after) is not None and _SETS.search(after) is None


def has_hidden_setter(symbol: Symbol) -> bool:
    """Whether a property says that others may not set it."""
    return _HIDDEN_SETTER.search(text_of(symbol)) is not None


def made_with(symbol: Symbol, *, is_after_words: bool = False) -> list[str] | None:
    """Return the parameters in the header of a type (a record's, a tuple's), None where it has none.

    Where it `is_after_words` they may stand behind words, type parameters and annotations.
    """
    after = around_name(symbol)[1].lstrip()
    before_body = after.partition("{")[0].partition(" where ")[0]
    at = before_body.find("(")
    if is_after_words and at > 0 and before_body[:at].count("[") + before_body[:at].count("<"):
        at = before_body.find("(", max(before_body.find("]"), before_body.find(">")))
        before_body = before_body[max(at, 0) :] if ":" in before_body[:at] or "=" in before_body[:at] else before_body
        at = before_body.find("(")
    if at < 0 or ":" in before_body[:at] or "=" in before_body[:at]:
        return None
    depth = 0
    for end in range(at, len(before_body)):
        depth += (before_body[end] in "([") - (before_body[end] in ")]")
        if not depth:
            inside = split_outside_brackets(before_body[at + 1 : end], ",")
            return [_SPACE.sub(" ", one.strip()) for one in inside if one.strip()]
    return None


def taken_in_brackets(symbol: Symbol) -> list[str]:
    """Return the types of what an indexer takes: `this[int at]`."""
    after = around_name(symbol)[1] if symbol.name == "this" else ""
    if after[:1] != "[":
        return []
    parts = split_types(after[1:].partition("]")[0], ",")
    return [part.partition("=")[0].strip().rpartition(" ")[0] for part in parts]


def unnamed_parameters(symbol: Symbol) -> list[str]:
    """Return the types of the parameters of a function that has no names for them."""
    after = around_name(symbol)[1]
    at = after.find("(", after.find("]") if after.lstrip().startswith("[") else 0)
    depth = 0
    for end in range(at, len(after) if at >= 0 else 0):
        depth += (after[end] in "([{") - (after[end] in ")]}")
        if not depth:
            parts = split_outside_brackets(after[at + 1 : end], ",")
            return [_SPACE.sub(" ", one.strip()) for one in parts if one.strip()]
    return []


def thrown(symbol: Symbol) -> set[str]:
    """Return the exceptions that a method is said to throw."""
    found = _THROWS.search(around_name(symbol)[1].partition("{")[0] + "{")
    return {one.strip().rpartition(".")[2] for one in found[1].split(",")} if found else set()


def derived(symbol: Symbol) -> set[str]:
    """Return what a type has the compiler derive."""
    return {one.strip() for found in _DERIVED.findall(attributes(symbol)) for one in found.split(",") if one.strip()}


def accessors(symbol: Symbol) -> set[str]:
    """Return which accessors of a property others may use."""
    after = around_name(symbol)[1]
    if after.lstrip().startswith("=>"):
        return {"get"}
    if "get" not in after and "set" not in after and "init" not in after:
        return set()
    return {word for marks, word in _ACCESSOR.findall(after) if not marks}


def is_accessors_only(symbol: Symbol) -> bool:
    """Whether a property has accessors without bodies: `{ get; }`."""
    return _ACCESSORS_ONLY.search(text_of(symbol)) is not None and bool(accessors(symbol))


def right_side(symbol: Symbol) -> str:
    """Return what a type is another name for, "" for a type with members."""
    before, after = around_name(symbol)
    equals = _equals_at(after)
    right = after[equals + 1 :] if equals >= 0 else ""
    if equals < 0 and not before.strip():
        right = _TAKEN.sub("", after)  # Go: `type A int`, `type A[T any] struct`
    right = _SPACE.sub(" ", right.strip().rstrip(";").strip())
    return "" if right.startswith("{") or right.split("{")[0].strip() in KINDS else right


def may_fail(symbol: Symbol) -> bool:
    """Whether what a constructor makes may be nothing: `init?(a: Int)`."""
    return around_name(symbol)[1][:1] == "?" and symbol.kind == "method"


def is_property(symbol: Symbol) -> bool:
    """Whether what holds a value can be set, where names of properties have a sign of their own."""
    return symbol.name[:1] == "$"


def is_inferred(symbol: Symbol) -> bool:
    """Whether a function is what stands behind an equals sign: `fun f() = 1`."""
    return _equals_at(around_name(symbol)[1]) >= 0


def constraints(symbol: Symbol) -> list[str]:
    """Return what is said of types behind `where` in a header: `T: A`."""
    _, where, said = around_name(symbol)[1].partition("{")[0].rpartition(" where ")
    return [_SPACE.sub(" ", part.strip()) for part in split_types(said, ",")] if where else []


def is_alias(symbol: Symbol) -> bool:
    """Whether a type is another name for one that is written behind an equals sign."""
    return _equals_at(around_name(symbol)[1]) >= 0


def has_given_type(symbol: Symbol) -> bool:
    """Whether a function is what a name with a type of its own is given: `const f: F = (a) => a`."""
    return symbol.kind.endswith("function") and around_name(symbol)[1].lstrip()[:1] == ":"


def given_type(symbol: Symbol) -> str:
    """Return the type of what a variable is given where it is written as `T{...}` or `&T{...}`, "" for all else."""
    after = around_name(symbol)[1]
    found = _COMPOSITE.match(after, _equals_at(after) + 1) if "=" in after else None
    return ("*" if found[1] else "") + found[2] if found else ""


def _equals_at(text: str) -> int:
    """Return where the `=` stands that is in no brackets, before any body; -1 for none."""
    depth = 0
    for at, letter in enumerate(text):
        if letter in "([{<":
            if letter == "{" and not depth:
                break
            depth += 1
        elif letter in ")]}" or (letter == ">" and text[at - 1 : at] not in {"=", "-"}):
            depth -= 1
        elif letter == "=" and not depth and text[at + 1 : at + 2] != ">":
            return at
    return -1


def members_of(symbol: Symbol) -> dict[str, Member]:
    """Return the members that are written in a type itself."""
    texts = (text.decode(errors="replace") for text in symbol.texts())
    first, *plain = (COMMENTS.sub(lambda found: found[0] if found[0][0] == '"' else " ", text) for text in texts)
    first = without_annotations(first)
    head, brace, body = first.partition("{")
    if not brace and "enum" in head.split():
        body = "\n".join(plain) + "}"  # its members stand beside others that are symbols
    elif not brace:
        return {}
    words = set(head.split())
    body = body.rpartition("}")[0]
    needs_mark = "pub" in words and "struct" in words
    needs_capital = (
        bool({"struct", "interface"} & words)
        and "pub" not in words
        and head.partition("[")[0].split()[:1] == [symbol.name]
    )
    has_rest = "const" not in words and ("enum" not in words or "pub" in words)
    is_enum = "enum" in words
    found: dict[str, Member] = {}
    for part in _parts(_TAG.sub("", body)):
        if not needs_capital and (unnamed := _unnamed_member(part)) is not None:
            name, rest = unnamed
            _list(found, name, Member(rest, is_optional=True, is_public=True))
            continue
        embedded = _EMBEDDED.match(part) if needs_capital else None
        member = _FIELD.match(part) if needs_capital else _MEMBER.match(part)
        if member is None:
            continue
        name = embedded[1] if embedded else member[2]
        is_public = not (needs_mark and "pub" not in member[1].split())
        is_public = is_public and not (needs_capital and not name.rpartition(".")[2][:1].isupper())
        is_told = has_rest or (is_enum and "case" in member[1].split() and member[4].startswith("("))
        if is_enum and "case" in member[1].split():
            rest = _labelled(member[4]) if is_told else ""
        else:
            rest = _meaning(member[4], is_named_first=needs_capital) if is_told else ""
        is_readonly = not embedded and "readonly" in member[1].split()
        rest = "" if embedded else rest
        _list(found, name, Member(rest, is_optional=member[3] == "?", is_public=is_public, is_readonly=is_readonly))
    return found


def _list(found: dict[str, Member], name: str, member: Member) -> None:
    """Add a member, an overload to the one that has its name."""
    if found.setdefault(name, member) is not member and member.rest:
        found[name].overloads.append(member.rest)


def _unnamed_member(part: str) -> tuple[str, str] | None:
    """Return how a value can be called (`()`) or what it has under any name (`[]`), None for a member with a name."""
    text = part.strip()
    if text[:1] in {"(", "<"}:
        return "()", _meaning(text, is_named_first=False)
    found = _ANY_NAME.match(text)
    return ("[]", f"{found[1].strip()}: {_SPACE.sub(' ', found[2].strip())}") if found is not None else None


def members_in_line(text: str) -> dict[str, Member]:
    """Return the members of an object type that is written on one line, with or without signs between them."""
    starts: list[tuple[int, int, str, bool]] = []
    depth = 0
    for at, letter in enumerate(text):
        name = _NAME_OF_MEMBER.search(text, 0, at) if depth == 1 and letter == ":" else None
        if name is not None:
            starts.append((name.start(), at + 1, name[1], name[2] is not None))
        depth += (letter in "([{<") - (letter in ")]}" or (letter == ">" and text[at - 1] not in "=-"))
    ends = [start for start, *_ in starts[1:]] + [text.rfind("}")]
    return {
        name: Member(text[at:end].strip(" ,;"), is_optional=is_optional, is_public=True)
        for (_, at, name, is_optional), end in zip(starts, ends, strict=True)
    }


def body_of(symbol: Symbol) -> str:
    """Return what stands in the braces of a type, without comments and tags; "" where it has none."""
    return _TAG.sub("", text_of(symbol)).partition("{")[2].rpartition("}")[0]


def field_types(body: str) -> list[str]:
    """Return the type of each field of a struct in whose braces `body` stands, of one without a name it itself."""
    found: list[str] = []
    for part in _parts(body):
        name, *kind = part.split(None, 1)
        found.append(kind[0].strip() if kind and name.isidentifier() else part.strip())
    return found


def _meaning(rest: str, *, is_named_first: bool) -> str:
    """Return what stands behind the name of a member, without the names of parameters."""
    text = _SPACE.sub(" ", rest.strip()).removeprefix(":").strip()
    if text.startswith("="):
        return ""
    if text.startswith("<") and (end := _end_of_angles(text)):
        return text[:end] + _meaning(text[end:], is_named_first=is_named_first)
    if not text.startswith("("):
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if not depth:
            inside = split_types(text[1:at], ",")
            types = types_of(inside) if is_named_first else [_type_of(part) for part in inside]
            return f"({', '.join(types)}){text[at + 1 :]}"
    return text


def _labelled(rest: str) -> str:
    """Return what a case of an enum is made with, by the names that callers write, without defaults."""
    inside = rest.partition("(")[2].rpartition(")")[0]
    parts = (part.partition("=")[0].split() for part in split_types(inside, ","))
    return f"({', '.join(' '.join(part).replace(' :', ':') for part in parts)})"


def _type_of(part: str) -> str:
    name, colon, kind = part.partition(":")
    return ("?" if name.rstrip().endswith("?") else "") + kind.strip() if colon else part.strip()


def types_of(parts: Sequence[str]) -> list[str]:
    """Return the types of parameters or results that are written `name type`, or `a, b type`, or without names."""
    types: list[str] = []
    named = False
    for part in reversed(parts):
        found = _NAMED.fullmatch(part.strip())
        if found and found[1] not in {"func", "map", "chan", "struct", "interface"}:
            types.append(found[2])
            named = True
        else:
            types.append(types[-1] if named else part.strip())  # `a, b int`: one type for both
    types.reverse()
    return types


def without_names(annotation: str) -> str:
    """Return a type without the names of what the functions in it take: `func(a int)`, `(a: A) => B`, `(a: A) -> B`."""
    if "func(" not in annotation and "=>" not in annotation and "->" not in annotation:
        return annotation
    out, at, is_function = "", 0, False
    while (start := annotation.find("(", at)) >= 0:
        depth = 0
        for end in range(start, len(annotation)):
            depth += (annotation[end] in "([{") - (annotation[end] in ")]}")
            if not depth:
                break
        inside = split_outside_brackets(without_names(annotation[start + 1 : end]), ",")
        is_result = is_function and not annotation[at:start].strip()
        out += annotation[at:start]
        is_function = out.endswith("func")
        if is_function or is_result:
            inside = types_of(inside)
        elif annotation[end + 1 :].lstrip().startswith(("=>", "->")):
            inside = [_type_of(part) for part in inside if not _THIS.match(part)]
        out += f"({', '.join(part.strip() for part in inside)})"
        at = end + 1
    return out + annotation[at:]


def _parts(body: str) -> list[str]:
    """Return what stands between the commas, semicolons and line ends that are in no brackets."""
    return [part for part in split_types(body, ",;\n") if part.strip()]


def split_types(text: str, signs: str) -> list[str]:
    """Split at signs that stand in no brackets, those around the types that a type is given among them."""
    parts, depth, angles, start = [], 0, 0, 0
    for at, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "<" and (
            text[at - 1 : at].isalnum() or text[at - 1 : at] in {"_", "$"} or text[start:at].rstrip()[-1:] in _OPEN
        ):
            angles += 1
        elif letter == ">" and angles and text[at - 1] not in "=-":
            angles -= 1
        elif letter == ";" and not depth:
            angles = 0  # it was a comparison
        if letter in signs and not depth and not angles:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
