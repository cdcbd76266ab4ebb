"""What is public, and what a change breaks, in languages that say it by modifiers, capitals and types.

A row of languages.toml says which: `public` is "marked" (one of `public_marks` stands before the name), "capital" or
"unmarked" (none of `private_marks` does);
`private_marks` hide what they stand before; with `members = "open"` a member needs no mark of its own, nor does one of
a class whose header has one of `open_classes`; what is in `internal_folders` is not public.
"""

from __future__ import annotations

from muse_hook.model.symbol import Parameter
from muse_hook.semver import written
from muse_hook.semver.patterns import pattern, words_at
from muse_hook.semver.public import is_excluded
from muse_hook.semver.signature import VARIADIC, compare_passed, split_outside_brackets
from muse_hook.semver.spelling import MAX_STEPS, Spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muse_hook.model.symbol import ParameterKind, Symbol, SymbolTable
    from muse_hook.semver.signature import ParameterChange

    Spellings = tuple[Spelling, Spelling]
    """Of the file before and after."""

RECEIVERS = ("self", "&self", "&mut self", "mut self", "this")
NOTHING = ("", "void", "()", "undefined", "Unit", "Void")
"""Results that no caller uses."""

UNCHECKED = ("RuntimeException", "Error", "IllegalArgumentException", "IllegalStateException", "NullPointerException")
"""How exceptions end that nobody has to catch."""

STILL_OPEN = {"abstract", "override", "sealed"}
"""Words beside which one that is gone was not needed."""

MODIFIERS = {"abstract", "default", "static"}
"""Words that say whether a member of an interface has a body, and whose coming and going is told."""

_LISTED = pattern(
    r"export\s*\{([^}]*)\}|module\.exports\s*=\s*\{([^}]*)\}"
    r"|(?:module\.exports|\bexports\.\w+|export\s+default)\s*=?\s*([A-Za-z_$][\w$]*)\s*(?:;|\n|$)"
)
_TYPE_ARGUMENTS = pattern(r"<[^<>]*>")
_SPACE = pattern(r"\s+")
_WORD = pattern(r"[A-Za-z_]\w*")
_SIMPLE = pattern(r"[\w$.'\"-]+")
_RETURNED = pattern(r"(?<![\w$.])return\b(?!\s*[;}])[ \t]*(\S[^\n]*)")
_LITERAL = pattern(r"[\d'\"`\[{!]|(?:true|false|null|typeof)\b")
_LISTING = pattern(r"(?s)\bconst\b[^={]*=\s*(?:Object\.freeze\(\s*)?\{[^(]*\}\s*(?:as\s+const\s*)?\)?\s*;?\s*$")
_LIFETIME = pattern(r"'\w+\s*")
_BOUND = pattern(r"(?<=:)\s*'\w+\s*(?:\+|$)|\s*\+\s*'\w+")
_POINTER = pattern(r"func\s*\(\s*\w*\s*\*")


def is_marked_public(path: str, table: SymbolTable, symbol: Symbol) -> bool:
    """Whether a symbol is public by the rules of its language's row."""
    if is_excluded(path) or symbol.kind in {"import", "test"}:
        return False
    if not set(path.split("/")[:-1]).isdisjoint(table.says("internal_folders")):
        return False
    names = symbol.qualified_name.split(".")
    if "capital" in table.says("public"):
        return all(name[:1].isupper() for name in names)
    owners: list[Symbol | None] = [None]
    for at in range(len(names)):
        found = table.symbols.get(".".join(names[: at + 1]))
        if found is not None:
            is_elsewhere = _is_elsewhere(found, table)
            if is_elsewhere and at == len(names) - 1:  # it is its members that others use
                members = (one for one in table.symbols.values() if one.parent == found.qualified_name)
                return any(is_marked(one, table, found) for one in members)
            if not is_elsewhere and not is_marked(found, table, owners[-1]):
                return False
            owners.append(found)
    return True


def is_program(table: SymbolTable) -> bool:
    """Whether a file says that it is a program, which nobody imports."""
    marks = table.says("programs")
    return bool(marks) and not set(map(str.strip, table.unowned_text().split("\n"))).isdisjoint(marks)


def _is_elsewhere(symbol: Symbol, table: SymbolTable) -> bool:
    """Whether a type is written in another file, and all that stands here adds to it and is not hidden."""
    marks = table.says("reopened")
    words = [written.words_before_name(one) for one in symbol.definitions or (symbol,)] if marks else []
    return bool(words) and not any(one.isdisjoint(marks) or _is_hidden(one, table) for one in words)


def _is_added_in_public(symbol: Symbol, owner: Symbol, table: SymbolTable) -> bool:
    """Whether a member stands in an addition to a type that says that all of it is public."""
    first, last = symbol.lines
    for one in (owner.definitions or (owner,)) if table.says("reopened") else ():
        words = written.words_before_name(one)
        is_around = one.lines[0] <= first and last <= one.lines[1]
        if (
            is_around
            and not words.isdisjoint(table.says("reopened"))
            and not words.isdisjoint(table.says("public_marks"))
        ):
            return "internal" not in written.words_before_name(symbol)
    return False


def is_test(table: SymbolTable, symbol: Symbol) -> bool:
    """Whether a symbol, or a class that it stands in, is marked as a test in the source."""
    marks = table.says("test_marks")
    names = symbol.qualified_name.split(".") if marks else ()
    owners = (table.symbols.get(".".join(names[: at + 1])) for at in range(len(names)))
    return any(mark in written.attributes(owner) for owner in owners if owner is not None for mark in marks)


def is_marked(symbol: Symbol, table: SymbolTable, owner: Symbol | None) -> bool:
    """Whether a symbol is marked as public, or needs no mark in the class that it stands in."""
    if symbol.name.startswith("#"):
        return False
    if any(mark in written.attributes(symbol) for mark in table.says("private_attributes")):
        return False
    before = [written.words_before_name(one) for one in symbol.definitions or (symbol,)]
    if all(_is_hidden(words, table) for words in before):
        return False
    if "unmarked" in table.says("public"):
        return True
    if owner is not None and (
        _is_added_in_public(symbol, owner, table)
        or "open" in table.says("members")
        or not written.words_before_name(owner).isdisjoint(table.says("open_classes"))
        or (not owner.definitions and symbol.name == owner.name and not any(before))
    ):
        return True
    if any(not words.isdisjoint(table.says("public_marks")) for words in before):
        return True
    if any(mark in written.attributes(symbol) for mark in table.says("public_attributes")):
        return True
    is_exported = symbol.qualified_name.startswith(("module", "exports"))
    return owner is None and (is_exported or symbol.qualified_name.partition(".")[0] in listed(table))


def _is_hidden(words: set[str], table: SymbolTable) -> bool:
    """Whether the words before a name hide it: `protected internal` does not, `private protected` does."""
    marks = table.says("private_marks")
    return not words.isdisjoint(marks[:1]) or (
        not words.isdisjoint(marks) and words.isdisjoint(table.says("public_marks"))
    )


def listed(table: SymbolTable) -> set[str]:
    """Return the names that a file lists: `export { ... }`, `module.exports = { ... }`, `export default a`."""
    found: set[str] = set()
    default = table.symbols.get("default")  # `export default a` is a symbol of this name
    said = default.texts()[0].decode(errors="replace") if default is not None else ""
    for match in _LISTED.finditer(f"{table.unowned_text()}\n{said}"):
        for part in (match[1] or match[2] or match[3] or "").split(","):
            found.add(part.split(" as ")[0].rpartition(":")[2].strip())
    return found - {""}


def compare_typed(
    old: Symbol, before: SymbolTable, new: Symbol, after: SymbolTable, spellings: Spellings | None = None
) -> Iterator[ParameterChange]:
    """Yield what changed for those who call, implement or use a symbol; of overloads each has to be there still.

    `spellings` say what types are called, before and after, where more than these two files is known.
    """
    spellings = spellings or (Spelling(before), Spelling(after))
    olds, news = _public_ones(old, before), _public_ones(new, after)
    for one in olds:
        found = ([*_compare(one, other, after, spellings)] for other in news)
        best = min(found, key=_distance)
        yield from best if len(olds) == len(news) == 1 else (change for change in best if change[0] == "major")
    if len(news) > len(olds) and _group(new) == "function":
        yield "minor", "overload_added", str(len(news))
    if not new.definitions and _has_lost_body(old, before, new, after):
        yield "major", "default_removed", ""
    bases = {base for one in old.definitions or (old,) for base in one.bases}
    for base in sorted({base for one in new.definitions or (new,) for base in one.bases} - bases):
        yield "minor", "base_added", base


def _distance(changes: Sequence[ParameterChange]) -> tuple[bool, int]:
    """Return how far two definitions are apart: first those of another kind (an interface and a class of one name)."""
    broken = [reason for bump, reason, _ in changes if bump == "major"]
    return "kind_changed" in broken, len(broken)


def _public_ones(symbol: Symbol, table: SymbolTable) -> Sequence[Symbol]:
    """Return the definitions of a symbol that others can use; all of them where no mark says which."""
    marks = table.says("public_marks")
    found = [one for one in symbol.definitions if not written.words_before_name(one).isdisjoint(marks)]
    return found or symbol.definitions or (symbol,)


def is_contract_member(symbol: Symbol, owner: Symbol | None) -> bool:
    """Whether a member has to be written by those who implement its class, or derive from it."""
    if owner is None or "sealed" in written.header_words(owner):
        return False
    words = written.words_before_name(symbol)
    if "abstract" in words:
        return True
    if len(symbol.definitions) > 1 and not all(is_contract_member(one, owner) for one in symbol.definitions):
        return False  # an extension has it
    if "def" in words and {"abstract", "class"} <= written.header_words(owner):
        return not _is_given(written.text_of(symbol))
    if written.header_words(owner).isdisjoint(written.CONTRACTS) or not words.isdisjoint(("static", "default")):
        return False
    text = written.text_of(symbol).rstrip()
    return written.is_accessors_only(symbol) or not (
        text.endswith("}") or " default " in text or "=>" in text or _is_given(text)
    )


def _has_lost_body(old: Symbol, before: SymbolTable, new: Symbol, after: SymbolTable) -> bool:
    """Whether a member of an interface has to be written now by those who implement it, and no modifier says so."""
    was, now = (written.words_before_name(one) for one in (old, new))
    owners = before.symbols.get(old.parent), after.symbols.get(new.parent)
    return (
        was & MODIFIERS == now & MODIFIERS
        and is_contract_member(new, owners[1])
        and owners[0] is not None
        and not is_contract_member(old, owners[0])
    )


def _is_given(text: str) -> bool:
    """Whether a member is written as `... = value`."""
    before = ""
    while text != before:
        before, text = text, _TYPE_ARGUMENTS.sub("", text)
    return len(split_outside_brackets(text, "=")) > 1


def _compare(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    if _group(old) != _group(new) and not (_is_value(old, table) and _is_value(new, table)):
        yield "major", "kind_changed", f"{old.kind} -> {new.kind}"
        return
    yield from _compare_words(old, new, table)
    if old.parameters or new.parameters or _group(old) == _group(new) == "function":
        yield from _compare_callables(old, new, table, spellings)
        if _group(old) == "class" and table.says("held"):
            yield from _compare_held(old, new, table)
        if _group(old) == "class" and "unmarked" in table.says("public"):
            yield from _compare_members(old, new, table, spellings)
    elif _group(old) == _group(new) == "class":
        yield from _compare_types(old, new, table, spellings)
    else:
        yield from _compare_values(old, new, table, spellings)
        if "open" in table.says("members") and all(map(_is_listing, (old, new))):
            yield from _compare_members(old, new, table, spellings)


def _is_value(symbol: Symbol, table: SymbolTable) -> bool:
    """Whether who uses a name does not see if a function without parameters is behind it."""
    if _group(symbol) == "class" or "def" not in table.says("read_only"):
        return False
    return "(" not in written.text_of(symbol).partition("=")[0].partition(":")[0]


def _group(symbol: Symbol) -> str:
    if symbol.kind.endswith(("function", "method")):
        return "function"
    return "variable" if symbol.kind in {"variable", "attribute"} else "class"


def _compare_words(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield which modifiers came or went that others notice, and which parameters that are types."""
    before, after = written.words_before_name(old), written.words_before_name(new)
    if not after.isdisjoint(table.says("narrower")) and before.isdisjoint(table.says("narrower")):
        yield "major", "visibility_narrowed", ""
    is_type = _group(new) == "class"
    for word in table.says("added_breaks"):
        if word in after - before and not (is_type and word in {"readonly", "static"}):
            yield "major", "modifier_added", word
    for word in table.says("removed_breaks"):
        if word in before - after and after.isdisjoint(STILL_OPEN) and not (is_type and word == "static"):
            yield "major", "modifier_removed", word
    if written.called_on(old) != written.called_on(new):
        yield "major", "receiver_changed", f"{written.called_on(old) or 'none'} -> {written.called_on(new) or 'none'}"
    for word in table.says("added_effects") if _group(new) == "function" else ():
        if word in written.effects(new) - written.effects(old):
            yield "major", "modifier_added", word
    mine, theirs = written.type_parameters(old), written.type_parameters(new)
    if "inferred" in table.says("lifetimes"):
        mine, theirs = (_without_lifetimes(parts, is_type) for parts in (mine, theirs))
    needed = [[one for one in parts if "=" not in one] for parts in (mine, theirs)]
    if len(theirs) < len(mine) or len(needed[0]) != len(needed[1]):
        yield "major", "type_parameters_changed", f"{', '.join(mine) or 'none'} -> {', '.join(theirs) or 'none'}"
    elif any(" " in b.partition("=")[0].strip() + b.partition(":")[1] and a != b for a, b in zip(mine, theirs)):  # noqa: B905 - new ones have defaults
        yield "major", "type_parameters_changed", f"{', '.join(mine)} -> {', '.join(theirs)}"


def _without_lifetimes(parts: Sequence[str], is_type: bool) -> list[str]:  # noqa: FBT001 - what is asked of them
    """Return type parameters without the lifetimes that nobody writes: a function's, and the bounds of a type's."""
    kept = [part for part in parts if is_type or part[:1] != "'"]
    kept = [part.partition(":")[0] if part[:1] == "'" else _LIFETIME.sub("", _BOUND.sub("", part)) for part in kept]
    return [part.replace("& ", "&").replace("&[", "& [").strip() for part in kept]


def _compare_callables(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    olds, news = _passed(old, table), _passed(new, table)
    if "named" in table.says("labels"):
        yield from _compare_labels(old, new)
    if len(olds) == len(news) and {one.name for one in olds} != {one.name for one in news}:
        # they count by their places: one may have the name that another had
        olds = [Parameter(b.name, a.kind, a.default, a.annotation) for a, b in zip(olds, news, strict=True)]
    yield from compare_passed(olds, news)
    renamed = _renamed_types(old, new)
    by_name = {parameter.name: parameter for parameter in news}
    for at, before in enumerate(olds):
        after = by_name.get(before.name) or (news[at] if at < len(news) and len(olds) == len(news) else None)
        if after is None or before.annotation is None or after.annotation is None:
            continue
        is_array = _plain(before.annotation) == f"{_plain(after.annotation)}[]" and "array" in table.says("rest")
        if is_array and after.kind in VARIADIC and before.kind not in VARIADIC:
            continue
        mine, theirs = map(_union, _spelled(renamed(before.annotation), after.annotation, spellings))
        if _is_given_more(mine, theirs, table):
            yield "minor", "parameter_type_widened", after.name
        elif not mine <= theirs:
            detail = f"{after.name}: {_plain(before.annotation)} -> {_plain(after.annotation)}"
            yield "major", "parameter_type_changed", detail
        elif mine < theirs:
            yield "minor", "parameter_type_widened", after.name
    shown = _result(old.returns), _result(new.returns)
    before_result, after_result = map(_result, _spelled(renamed(old.returns), new.returns, spellings))
    is_narrower = bool(after_result) and _union(after_result) <= _union(before_result)
    is_nothing = before_result in NOTHING
    if (not is_nothing and not is_narrower) or (
        is_nothing and after_result not in NOTHING and "fixed" in table.says("results")
    ):
        yield "major", "return_annotation_changed", f"{shown[0] or 'nothing'} -> {shown[1] or 'nothing'}"
    if not before_result and not after_result and "open" in table.says("members"):
        given = [(one.kind.partition("_")[0] == "async", _is_generator(one), one) for one in (old, new)]
        if given[0][:2] != given[1][:2] and any(_returns_value(one) for *kind, one in given if not any(kind)):
            yield "major", "kind_changed", " -> ".join(_kind_of_function(one) for *_, one in given)
    for one in sorted(written.thrown(new) - written.thrown(old)) if not table.says("added_effects") else ():
        if not one.endswith(UNCHECKED):
            yield "major", "exception_added", one
    mine_receiver, their_receiver = _receiver(old), _receiver(new)
    if their_receiver > mine_receiver:
        yield "major", "receiver_changed", ""


def _is_given_more(mine: set[str], theirs: set[str], table: SymbolTable) -> bool:
    """Whether a function that is passed is called with more than before, which it need not take."""
    if "open" not in table.says("members") or len(mine) != 1 or len(theirs) != 1:
        return False
    (old,), (new,) = mine, theirs
    taken, arrow, result = old.rpartition(") => ")
    gets, _, gives = new.rpartition(") => ")
    return bool(arrow) and result == gives and taken[:1] == "(" and gets.startswith((f"{taken}, ", f"{taken},"))


def _renamed_types(old: Symbol, new: Symbol) -> Callable[[str], str]:
    """Return what writes a type with the names that the type parameters of a function have now."""
    pairs = zip(written.type_parameters(old), written.type_parameters(new), strict=False)
    names = {mine: theirs for mine, theirs in pairs if mine != theirs and mine.isidentifier() and theirs.isidentifier()}
    if not names:
        return str
    return lambda annotation: _WORD.sub(lambda found: names.get(found[0], found[0]), annotation)


def _compare_labels(old: Symbol, new: Symbol) -> Iterator[ParameterChange]:
    """Yield which names that callers write have changed; `_` is none."""
    before, after = written.labels(old), written.labels(new)
    if len(before) == len(after):
        for mine, theirs in zip(before, after, strict=True):
            if mine != theirs:
                yield "major", "parameter_renamed", f"{mine} -> {theirs}"


def _is_generator(symbol: Symbol) -> bool:
    return "*" in written.text_of(symbol).partition("(")[0]


def _kind_of_function(symbol: Symbol) -> str:
    return symbol.kind + (" with yield" if _is_generator(symbol) else "")


def _returns_value(symbol: Symbol) -> bool:
    """Whether a function gives something that is surely no promise and no iterator."""
    found = _RETURNED.findall(written.text_of(symbol))
    return bool(found) and all(_LITERAL.match(one) for one in found)


def _is_listing(symbol: Symbol) -> bool:
    """Whether a constant is an object that lists its members, which an enum is written as."""
    text = written.text_of(symbol)
    return "..." not in text and _LISTING.search(text) is not None


def _spelled(before: str, after: str, spellings: Spellings) -> tuple[str, str]:
    """Return two types in one spelling; what is written in the same words is the same."""
    if _plain(before) == _plain(after):
        return before, after
    return spellings[0](before), spellings[1](after)


def _receiver(symbol: Symbol) -> int:
    """Return how much a method asks of what it is called on."""
    first = _without_lifetime(symbol.parameters[0].name) if symbol.parameters else ""
    if first in RECEIVERS:
        return ("&self", "&mut self", "self", "mut self").index(first) if first != "this" else 0
    return _POINTER.match(written.text_of(symbol)) is not None


def _without_lifetime(receiver: str) -> str:
    """Return `&self` of `&'a self`."""
    return _LIFETIME.sub("", receiver) if "'" in receiver else receiver


def _compare_held(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what changed of the properties that the parameters of a class are, and of who may call it with them."""
    kinds = [not written.words_before_name(one).isdisjoint(table.says("held_by")) for one in (old, new)]
    before, after = (written.held(one, table.says("held"), kind) for one, kind in zip((old, new), kinds, strict=True))
    for name, is_set in before.items():
        if name in after:
            if is_set and not after[name]:
                yield "major", "setter_removed", name
        elif f"{new.qualified_name}.{name}" not in table.symbols:
            yield "major", "member_removed", name
    narrow = {*table.says("private_marks"), *table.says("narrower")}
    if not written.constructor_words(new).isdisjoint(narrow) and written.constructor_words(old).isdisjoint(narrow):
        yield "major", "visibility_narrowed", "constructor"


def _can_be_set(symbol: Symbol, table: SymbolTable) -> bool:
    """Whether others may set what holds a value, as far as words say so."""
    if not written.words_before_name(symbol).isdisjoint(table.says("read_only")) or written.has_hidden_setter(symbol):
        return False
    return not table.says("accessors") or not written.is_computed_only(symbol)


def _compare_values(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield what changed of the type and the accessors of what holds a value."""
    shown = [
        _plain(one.returns or (other.returns and written.given_type(one))) for one, other in ((old, new), (new, old))
    ]
    before, after = (_plain(one) for one in _spelled(shown[0], shown[1], spellings))
    is_read_only = not written.words_before_name(new).isdisjoint(("const", "readonly", *table.says("read_only")))
    if before and after and before != after and not (is_read_only and _union(after) <= _union(before)):
        yield "major", "type_changed", f"{shown[0]} -> {shown[1]}"
    if table.says("read_only") and _can_be_set(old, table) != _can_be_set(new, table):
        is_lost = _can_be_set(old, table)
        yield ("major", "setter_removed", "") if is_lost else ("minor", "setter_added", "")
        return
    mine, theirs = written.accessors(old), written.accessors(new)
    if not mine or not theirs:
        return
    if "set" in theirs:
        theirs = theirs | {"init"}
    for word in sorted(mine - theirs):
        yield "major", "getter_removed" if word == "get" else "setter_removed", ""
    if theirs - mine - {"init"}:
        yield "minor", "setter_added", ""


def _passed(symbol: Symbol, table: SymbolTable) -> list[Parameter]:
    """Return the parameters that callers pass, by position; what may be left out has a default."""
    text = symbol.signature if "(" in symbol.signature else ""
    text = text or symbol.texts()[0].decode(errors="replace").partition("{")[0]
    found: list[Parameter] = []
    if not symbol.parameters and "types alone" in table.says("parameters"):
        for at, kind_of in enumerate(written.unnamed_parameters(symbol)):
            is_any = kind_of.startswith("...")
            kind: ParameterKind = "var_positional" if is_any else "positional_only"
            found.append(Parameter(f"_{at}", kind, None, kind_of.removeprefix("...")))
    for one in symbol.parameters:
        if _without_lifetime(one.name) in RECEIVERS:
            continue
        is_rest = one.kind in VARIADIC or (("params" in text or "vararg" in text) and _takes_rest(text, one.name))
        behind = (text[end:].lstrip()[:2] for _, end in words_at(text, one.name, frozenset("$")))
        is_optional = any(two[:1] == "?" or (two[:1] == "=" and two != "=>") for two in behind)
        is_optional = is_optional or _has_default(text, one.name)
        default = one.default or ("..." if is_optional else None)
        kind = "var_positional" if is_rest else "positional_only"
        # what has no name is told by its place
        name = one.name if one.name != "_" else f"_{len(found)}"
        found.append(Parameter(name, kind, default, one.annotation))
    return found


def _takes_rest(text: str, name: str) -> bool:
    import re  # few languages have such words

    return re.search(rf"\b(?:params|vararg)\b[^,]*\b{re.escape(name)}\b", text) is not None


def _has_default(text: str, name: str) -> bool:
    """Whether a parameter has `= value` behind its type."""
    colons = (text.find(":", end) for _, end in words_at(text, name, frozenset("$")) if text[end:].lstrip()[:1] == ":")
    depth = 0
    for at in range(next(colons, len(text)) + 1, len(text)):
        letter = text[at]
        if letter in "([{<":
            depth += 1
        elif letter in ")]}>":
            depth -= text[at - 1] not in "-="
        elif letter == "=" and not depth and text[at + 1 : at + 2] != ">":
            return True
        if depth < 0 or (letter == "," and not depth):
            break
    return False


def _plain(annotation: str) -> str:
    return written.without_names(_SPACE.sub(" ", annotation.strip()))


def _result(annotation: str) -> str:
    """Return a result without the names of its parts: `(n int, err error)` is `(int, error)`."""
    text = _plain(annotation)
    if not (text.startswith("(") and text.endswith(")")):
        return text
    types = written.types_of(split_outside_brackets(text[1:-1], ","))
    return types[0] if len(types) == 1 else f"({', '.join(types)})"


def _union(annotation: str) -> set[str]:
    plain = _plain(annotation)
    if plain.endswith("?") or plain.startswith("?"):
        return {plain.strip("?"), "null"}
    parts = (part.strip() for part in written.split_types(plain, "|"))
    return {_without_parentheses(part) for part in parts if part}


def _without_parentheses(text: str) -> str:
    """Return a type without parentheses around all of it."""
    if text[:1] != "(" or text[-1:] != ")":
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return text[1:-1] if at == len(text) - 1 and len(split_outside_brackets(text[1:-1], ",")) == 1 else text
    return text


def _compare_types(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield what changed of a type itself: what it is, is made with, derives and lists."""
    if written.is_alias(new) and not written.is_alias(old):
        new = spellings[1].type_named(written.right_side(new)) or new
    was, now = written.kind_of_type(old), written.kind_of_type(new)
    if was != now and was and now and f"{now}={was}" not in table.says("same_kinds"):
        yield "major", "kind_changed", f"{was} -> {now}"
        return
    made, makes = written.made_with(old), written.made_with(new)
    if made is not None and makes is not None and made != makes:
        yield from _compare_made(made, makes)
    whole = table.symbols.get(new.qualified_name, new)
    has = {base.rpartition("::")[2] for one in whole.definitions or (whole,) for base in one.bases}
    for one in sorted(written.derived(old) - written.derived(new) - has):
        yield "major", "base_removed", one
    for one in sorted(written.derived(new) - written.derived(old)):
        yield "minor", "base_added", one
    if not old.bases and not new.bases:  # what an interface derives from is no base of the symbol's
        for base in written.bases_of(old):
            taken = any(base == other or _takes_more(base, other, table) for other in written.bases_of(new))
            if not taken and not _derives(new, base, spellings[1]):
                yield "major", "base_removed", base
    before, after = written.right_side(old), written.right_side(new)
    if before and after:
        mine, theirs = map(_union, _spelled(before, after, spellings))
        if all(_SIMPLE.fullmatch(one) for one in mine - theirs) and mine - theirs:
            yield "major", "type_changed", f"{before} -> {after}"
        elif mine < theirs:
            yield "minor", "type_widened", after
        return
    yield from _compare_members(old, new, table, spellings)


def _compare_made(made: Sequence[str], makes: Sequence[str]) -> Iterator[ParameterChange]:
    if len(makes) < len(made):
        yield "major", "parameter_removed", ", ".join(one for one in made if one not in makes)
    for one in makes[len(made) :]:
        yield ("minor", "parameter_added", one) if "=" in one else ("major", "parameter_added_required", one)
    for before, after in zip(made, makes, strict=False):
        if before.partition("=")[0].strip().rpartition(" ")[0] != after.partition("=")[0].strip().rpartition(" ")[0]:
            yield "major", "parameter_type_changed", f"{before} -> {after}"


def _compare_members(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield which fields, members of an enum or methods of an interface a type has lost, got or changed."""
    before, after = (_members(one, table, names) for one, names in zip((old, new), spellings, strict=True))
    header = written.header_words(new)
    is_contract = not header.isdisjoint(written.CONTRACTS) and "sealed" not in header
    for name, member in before.items():
        now = after.get(name)
        if not member.is_public:
            continue
        if now is None or not now.is_public:
            if not _has_from_base(new, name, spellings[1]):
                yield "major", "member_removed", name
        elif member.rest and now.rest and len(set(_spelled(member.rest, now.rest, spellings))) > 1:
            yield "major", "member_type_changed", f"{name}: {member.rest} -> {now.rest}"
        elif member.is_optional != now.is_optional:
            yield "major", "member_optional" if now.is_optional else "member_required", name
    kind = written.kind_of_type(new)
    is_whole = all(member.is_public for member in before.values())  # others can make or implement it
    is_closed = kind in table.says("closed_types") and is_whole and "non_exhaustive" not in written.attributes(new)
    for name, member in after.items():
        if name in before:
            continue
        if is_contract and not member.is_optional and is_whole:
            yield "major", "interface_member_added", name
        elif is_closed and before:
            yield "major", "member_added", name
        elif member.is_public:
            yield "minor", "member_added", name


def _members(symbol: Symbol, table: SymbolTable, names: Spelling, steps: int = MAX_STEPS) -> dict[str, written.Member]:
    """Return the members of a type; of one that has those of others in it by their names, theirs as well."""
    found = written.members_of(symbol)
    if not steps or written.kind_of_type(symbol) not in table.says("embedding"):
        return found
    all_found: dict[str, written.Member] = {}
    for name, member in found.items():
        other = names.type_named(name) if not member.rest else None
        if other is None or written.kind_of_type(other) != written.kind_of_type(symbol):
            all_found[name] = member
        else:
            all_found |= _members(other, table, names, steps - 1)
    return all_found


def _has_from_base(owner: Symbol, name: str, names: Spelling, steps: int = MAX_STEPS) -> bool:
    """Whether a type has a member from one that it derives from, here or in a file beside."""
    for base in written.bases_of(owner) if steps else ():
        other = names.type_named(base.partition("<")[0].strip())
        if other is not None and (name in written.members_of(other) or _has_from_base(other, name, names, steps - 1)):
            return True
    return False


def _takes_more(base: str, other: str, table: SymbolTable) -> bool:
    """Whether both take members of one type by their names, and the other all that the first one takes."""
    name, opened, given = base.partition("<")
    if not opened or not other.startswith(name + opened):
        return False
    (of, *taken), (other_of, *other_taken) = (
        [part.strip() for part in split_outside_brackets(one.rstrip()[:-1], ",")]
        for one in (given, other[len(name) + 1 :])
    )
    if of != other_of or len(taken) != 1 or len(other_taken) != 1:
        return False
    before, after = _union(taken[0]), _union(other_taken[0])
    return (name in table.says("picks") and before <= after) or (name in table.says("omits") and after <= before)


def _derives(owner: Symbol, base: str, names: Spelling, steps: int = MAX_STEPS) -> bool:
    """Whether a type derives from another one, as far as that is seen here and in the files beside."""
    for one in written.bases_of(owner) if steps else ():
        other = names.type_named(one.partition("<")[0].strip())
        if one == base or (other is not None and _derives(other, base, names, steps - 1)):
            return True
    return False
