"""What a change of typed parameters and results breaks for those who call a function."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter
from muse_hook.patterns import pattern
from muse_hook.semver import header, parameters, written
from muse_hook.semver.annotations import plain, renamed_types, result, spelled, union, without_lifetime
from muse_hook.semver.header import words_at
from muse_hook.semver.signature import VARIADIC, compare_passed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.model.symbol import ParameterKind, Symbol, SymbolTable
    from muse_hook.semver.annotations import Spellings
    from muse_hook.semver.signature import ParameterChange

RECEIVERS = ("self", "&self", "&mut self", "mut self", "this")

NOTHING = ("", "void", "()", "undefined", "Unit", "Void")
"""Results that no caller uses."""

ANY = "mixed"
"""The type of what has none that is written, where that is anything."""

UNCHECKED = ("RuntimeException", "Error", "IllegalArgumentException", "IllegalStateException", "NullPointerException")
"""How exceptions end that nobody has to catch."""

_WORD = pattern(r"\w+")
_REST = pattern(r"\b(?:params|vararg)\b([^,]*)")
_RETURNED = pattern(r"(?<![\w$.])return\b(?!\s*[;}])[ \t]*(\S[^\n]*)")
_LITERAL = pattern(r"[\d'\"`\[{!]|(?:true|false|null|typeof)\b")
_SELF = pattern(r"(?<![\w$])self(?!\w)")
_ANY = pattern(r"\bany\b")
_POINTER = pattern(r"func\s*\(\s*\w*\s*\*")


def compare_callables(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield what changed of what a function is called with and gives; `table` is that of the file after."""
    if table.says("labels"):
        olds, news = parameters.passed_of_both(old, new, table)
        yield from parameters.compare_lists(old, new, table)
    else:
        olds, news = _passed(old, table), _passed(new, table)
    is_by_place = not table.says("labels") or new.name in table.says("by_place")
    if is_by_place and len(olds) == len(news) and {one.name for one in olds} != {one.name for one in news}:
        # they count by their places: one may have the name that another had
        olds = [Parameter(b.name, a.kind, a.default, a.annotation) for a, b in zip(olds, news, strict=True)]
    yield from compare_passed(olds, news)
    renamed = renamed_types(old, new)
    by_name = {parameter.name: parameter for parameter in news}
    for at, before in enumerate(olds):
        after = by_name.get(before.name) or (news[at] if at < len(news) and len(olds) == len(news) else None)
        if after is None or after.annotation is None:
            continue
        if before.annotation is None:
            if "any" in table.says("untyped") and after.annotation != ANY:
                yield "major", "parameter_type_changed", f"{after.name}: {ANY} -> {plain(after.annotation)}"
            continue
        is_array = plain(before.annotation) == f"{plain(after.annotation)}[]" and "array" in table.says("rest")
        if is_array and after.kind in VARIADIC and before.kind not in VARIADIC:
            continue
        mine, theirs = map(union, spelled(renamed(before.annotation), after.annotation, spellings))
        if _is_given_more(mine, theirs, table) or _takes_as_much(mine, theirs, table):
            yield "minor", "parameter_type_widened", after.name
        elif not mine <= theirs:
            detail = f"{after.name}: {plain(before.annotation)} -> {plain(after.annotation)}"
            yield "major", "parameter_type_changed", detail
        elif mine < theirs:
            yield "minor", "parameter_type_widened", after.name
    shown = result(old.returns), result(new.returns)
    results = (_SELF.sub(one.parent.rpartition(".")[2] or "self", one.returns) for one in (old, new))
    before_result, after_result = map(result, spelled(renamed(next(results)), next(results), spellings))
    if written.may_fail(old) != written.may_fail(new):
        yield "major", "return_annotation_changed", "may fail" if written.may_fail(new) else "cannot fail"
    says = table.says("results")
    is_narrower = bool(after_result) and union(after_result) <= union(before_result)
    if "exact" in says:
        is_narrower = before_result == after_result
    if "inferred" in says and not after_result:
        is_narrower = written.is_inferred(new)
    is_nothing = before_result in NOTHING
    if (not is_nothing and not is_narrower) or (is_nothing and after_result not in NOTHING and "fixed" in says):
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


def _takes_as_much(mine: set[str], theirs: set[str], table: SymbolTable) -> bool:
    """Whether a parameter takes what it took, in a language where types are told apart by their members."""
    if "open" not in table.says("members") or mine <= theirs:
        return False
    return all(any(_is_same_known(one, other) or _holds_more(one, other) for other in theirs) for one in mine - theirs)


def _is_same_known(before: str, after: str) -> bool:
    """Whether two types differ in `any` and `unknown` alone: both take anything, and so does who calls what is passed.

    A function that is passed may ask for more than `unknown` of what it is called with.
    """
    if _ANY.sub("unknown", before) != _ANY.sub("unknown", after):
        return False
    given = [one.rpartition("=>")[0].count("unknown") for one in (before, after)]
    return given[1] <= given[0]


def _holds_more(before: str, after: str) -> bool:
    """Whether two types are objects with the same members, and all that one has more may be left out."""
    if before[:1] != "{" or after[:1] != "{":
        return False
    olds, news = written.members_in_line(before), written.members_in_line(after)
    kept = (
        name in news and news[name].rest == one.rest and news[name].is_optional >= one.is_optional
        for name, one in olds.items()
    )
    return bool(olds) and all(kept) and all(one.is_optional for name, one in news.items() if name not in olds)


def _is_generator(symbol: Symbol) -> bool:
    return "*" in header.text_of(symbol).partition("(")[0]


def _kind_of_function(symbol: Symbol) -> str:
    return symbol.kind + (" with yield" if _is_generator(symbol) else "")


def _returns_value(symbol: Symbol) -> bool:
    """Whether a function gives something that is surely no promise and no iterator."""
    found = _RETURNED.findall(header.text_of(symbol))
    return bool(found) and all(_LITERAL.match(one) for one in found)


def _receiver(symbol: Symbol) -> int:
    """Return how much a method asks of what it is called on."""
    first = without_lifetime(symbol.parameters[0].name) if symbol.parameters else ""
    if first in RECEIVERS:
        return ("&self", "&mut self", "self", "mut self").index(first) if first != "this" else 0
    return _POINTER.match(header.text_of(symbol)) is not None


def needed_parameters(symbol: Symbol, table: SymbolTable) -> list[str]:
    """Return the names of the parameters that have to be passed."""
    return [one.name for one in _passed(symbol, table) if one.default is None and one.kind not in VARIADIC]


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
        if without_lifetime(one.name) in RECEIVERS:
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
    return any(name in _WORD.findall(found) for found in _REST.findall(text))


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
