"""What a change breaks in languages that say it by modifiers and types; public_marks.py says what is public there."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.semver import header, written
from muse_hook.semver.annotations import plain, renamed_types, spelled, union, without_lifetimes
from muse_hook.semver.calls import ANY, compare_callables, needed_parameters
from muse_hook.semver.members import compare_held, compare_members, compare_types
from muse_hook.semver.parameters import compare_promoted, words_before_lists
from muse_hook.semver.signature import split_outside_brackets
from muse_hook.semver.spelling import Spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.annotations import Spellings
    from muse_hook.semver.signature import ParameterChange

STILL_OPEN = {"abstract", "override", "sealed"}
"""Words beside which one that is gone was not needed."""

MODIFIERS = {"abstract", "default", "static"}
"""Words that say whether a member of an interface has a body, and whose coming and going is told."""

_TYPE_ARGUMENTS = pattern(r"<[^<>]*>")
_LISTING = pattern(r"(?s)\bconst\b[^={]*=\s*(?:Object\.freeze\(\s*)?\{[^(]*\}\s*(?:as\s+const\s*)?\)?\s*;?\s*$")


def compare_typed(
    old: Symbol, before: SymbolTable, new: Symbol, after: SymbolTable, spellings: Spellings | None = None
) -> Iterator[ParameterChange]:
    """Yield what changed for those who call, implement or use a symbol; of overloads each has to be there still.

    `spellings` say what types are called, before and after, where more than these two files is known.
    """
    spellings = spellings or (Spelling(before), Spelling(after))
    olds, news = _public_ones(old, before), _public_ones(new, after)
    kept = {_said_by(one) for one in olds} & {_said_by(one) for one in news} if len(olds) > 1 else set()
    # what another one is still comes last, where two are as near
    others = sorted(news, key=lambda one: _said_by(one) in kept) if kept else news
    for one in olds:
        found = ([*_compare(one, other, after, spellings)] for other in others)
        best = min(found, key=_distance)
        yield from best if len(olds) == len(news) == 1 else (change for change in best if change[0] == "major")
    if len(news) > len(olds) and _group(new) == "function":
        yield "minor", "overload_added", str(len(news))
    if not new.definitions and _has_lost_body(old, before, new, after):
        yield "major", "default_removed", ""
    bases = {base for one in old.definitions or (old,) for base in one.bases}
    is_demanded = written.kind_of_type(new) in after.says("demanding")
    for base in sorted({base for one in new.definitions or (new,) for base in one.bases} - bases):
        yield "major" if is_demanded else "minor", "base_added", base


def needed(symbol: Symbol, table: SymbolTable) -> list[str]:
    """Return the names of the parameters that have to be passed, of public overloads those of the one with fewest."""
    return min((needed_parameters(one, table) for one in _public_ones(symbol, table)), key=len)


def _said_by(symbol: Symbol) -> bytes:
    """Return what a definition says."""
    return b"".join(symbol.texts())


def _distance(changes: Sequence[ParameterChange]) -> tuple[bool, int]:
    """Return how far two definitions are apart: first those of another kind (an interface and a class of one name)."""
    broken = [reason for bump, reason, _ in changes if bump == "major"]
    return "kind_changed" in broken, len(broken)


def _public_ones(symbol: Symbol, table: SymbolTable) -> Sequence[Symbol]:
    """Return the definitions of a symbol that others can use; all of them where no mark says which."""
    words = [(one, header.words_before_name(one)) for one in symbol.definitions]
    if "unmarked" in table.says("public"):
        found = [one for one, before in words if before.isdisjoint(table.says("private_marks"))]
    else:
        found = [one for one, before in words if not before.isdisjoint(table.says("public_marks"))]
    return found or symbol.definitions or (symbol,)


def is_contract_member(symbol: Symbol, owner: Symbol | None) -> bool:
    """Whether a member has to be written by those who implement its class, or derive from it."""
    if owner is None or "sealed" in header.header_words(owner):
        return False
    words = header.words_before_name(symbol)
    if "abstract" in words:
        return True
    if len(symbol.definitions) > 1 and not all(is_contract_member(one, owner) for one in symbol.definitions):
        return False  # an extension has it
    if "def" in words and {"abstract", "class"} <= header.header_words(owner):
        return not _is_given(header.text_of(symbol))
    if header.header_words(owner).isdisjoint(written.CONTRACTS) or not words.isdisjoint(("static", "default")):
        return False
    text = header.text_of(symbol).rstrip()
    return written.is_accessors_only(symbol) or not (
        text.endswith("}") or " default " in text or "=>" in text or _is_given(text)
    )


def _has_lost_body(old: Symbol, before: SymbolTable, new: Symbol, after: SymbolTable) -> bool:
    """Whether a member of an interface has to be written now by those who implement it, and no modifier says so."""
    was, now = (header.words_before_name(one) for one in (old, new))
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
        hidden = words_before_lists(old) if _group(old) == "class" and table.says("held") else set()
        is_called = "enum" not in header.words_before_name(new) and hidden.isdisjoint(table.says("private_marks"))
        changes = compare_callables(old, new, table, spellings) if is_called else iter(())
        if "delegate" in header.words_before_name(new):  # a function that takes less is none of this type
            changes = (("major", *one[1:]) if one[1] == "parameter_added" else one for one in changes)
        yield from _of_contract(changes, old, new, table) if "exact" in table.says("contracts") else changes
        yield from compare_promoted(old, new, table)
        if _group(old) == "class" and table.says("held"):
            yield from compare_held(old, new, table)
        if _group(old) == "class" and "unmarked" in table.says("public"):
            yield from compare_members(old, new, table, spellings)
    elif _group(old) == _group(new) == "class":
        yield from compare_types(old, new, table, spellings)
    else:
        yield from _compare_values(old, new, table, spellings)
        if "open" in table.says("members") and all(map(_is_listing, (old, new))):
            yield from compare_members(old, new, table, spellings)


def _of_contract(
    changes: Iterator[ParameterChange], old: Symbol, new: Symbol, table: SymbolTable
) -> Iterator[ParameterChange]:
    """Yield what changed for those who implement a member as well: they take just what it takes, and give that."""
    is_contract = is_contract_member(new, table.symbols.get(new.parent)) if new.parent else False
    is_told = False
    for bump, reason, detail in changes:
        is_more = is_contract and bump == "minor" and reason in {"parameter_added", "parameter_type_widened"}
        is_told = is_told or bump == "major"
        yield ("major", "interface_member_changed", f"{reason} {detail}") if is_more else (bump, reason, detail)
    if is_contract and not is_told and old.returns and new.returns and plain(old.returns) != plain(new.returns):
        yield "major", "interface_member_changed", f"{plain(old.returns)} -> {plain(new.returns)}"


def _is_value(symbol: Symbol, table: SymbolTable) -> bool:
    """Whether who uses a name does not see if a function without parameters is behind it."""
    if _group(symbol) == "class" or "def" not in table.says("read_only"):
        return False
    return "(" not in header.text_of(symbol).partition("=")[0].partition(":")[0]


def _group(symbol: Symbol) -> str:
    if symbol.kind.endswith(("function", "method")):
        return "function"
    return "variable" if symbol.kind in {"variable", "attribute"} else "class"


def _compare_words(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield which modifiers came or went that others notice, and which parameters that are types."""
    before, after = header.words_before_name(old), header.words_before_name(new)
    if not after.isdisjoint(table.says("narrower")) and before.isdisjoint(table.says("narrower")):
        yield "major", "visibility_narrowed", ""
    is_type, of_types = _group(new) == "class", table.says("added_breaks_types")
    for word in table.says("added_breaks"):
        if word in after - before and not (is_type and _is_usual(word, new) and word not in of_types):
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
    if "where" in table.says("constraints"):
        mine, theirs = (_with_constraints(parts, one) for parts, one in ((mine, old), (theirs, new)))
    if "inferred" in table.says("lifetimes"):
        mine, theirs = (without_lifetimes(parts, is_type) for parts in (mine, theirs))
    shown = mine, theirs
    lost = [a for a, b in zip(mine, theirs, strict=False) if is_type and _variance(a) - _variance(b)]
    mine, theirs = ([_without_variance(one) for one in parts] if is_type else parts for parts in (mine, theirs))
    mine = [renamed_types(old, new)(part) for part in mine]
    needed = [[one for one in parts if "=" not in one] for parts in (mine, theirs)]
    is_apart = bool(table.says("bounds"))
    asks = is_apart and _asks_more(written.bounds(old), written.bounds(new))
    if written.has_given_type(old) != written.has_given_type(new):
        return  # `const f: F = ...`: F has the type parameters of one of them
    if lost or len(theirs) < len(mine) or len(needed[0]) != len(needed[1]):
        yield "major", "type_parameters_changed", f"{', '.join(shown[0]) or 'none'} -> {', '.join(shown[1]) or 'none'}"
    elif asks:
        detail = f"{', '.join(mine) or 'none'} -> {', '.join(theirs)}" if mine != theirs else asks
        yield "major", "type_parameters_changed", detail
    elif not is_apart and any(_has_bound(b) and a != b for a, b in zip(mine, theirs)):  # noqa: B905 - new ones have defaults
        yield "major", "type_parameters_changed", f"{', '.join(mine)} -> {', '.join(theirs)}"


def _variance(part: str) -> set[str]:
    """Return the signs and words by which a type parameter says that types of narrower ones fit: `out T`, `+A`."""
    return {"in", "out"}.intersection(part.split()[:-1]) | {"+", "-"}.intersection(part[:1])


def _without_variance(part: str) -> str:
    return " ".join(word for word in part.lstrip("+-").split() if word not in {"in", "out"})


def _with_constraints(parts: Sequence[str], symbol: Symbol) -> list[str]:
    """Return type parameters with what is said of them behind `where`, each bound in one spelling."""
    said = [part.replace(" :", ":").replace(":", " :") for part in (*parts, *written.constraints(symbol))]
    bounds = [" ".join(part.split()) for part in said]
    names = {part.partition(" :")[0] for part in bounds if " :" in part}
    return [part for part in dict.fromkeys(bounds) if part not in names]


def _has_bound(parameter: str) -> bool:
    """Whether something is asked of a type parameter: `T extends A`, `T: A`."""
    return " " in parameter.partition("=")[0].strip() + parameter.partition(":")[1]


def _is_usual(word: str, of_type: Symbol) -> bool:
    """Whether a modifier says of a type what those who use it need not mind, or what it is anyway within another."""
    return word == "readonly" or (word == "static" and written.kind_of_type(of_type) != "class")


def _asks_more(before: set[tuple[str, str]], after: set[tuple[str, str]]) -> str:
    """Return what is asked of type parameters now and was not, "" for nothing.

    `?Sized` asks for less, and C#'s compiler only warns of `notnull`.
    """
    more = sorted(one for one in after - before if one[1][0] != "?" and one[1] != "notnull")
    more += sorted((of, one[1:]) for of, one in before - after if one[0] == "?")
    return ", ".join(f"{of}: {one}" if not of.isdigit() else one for of, one in more)


def _is_listing(symbol: Symbol) -> bool:
    """Whether a constant is an object that lists its members, which an enum is written as."""
    text = header.text_of(symbol)
    return "..." not in text and _LISTING.search(text) is not None


def _can_be_set(symbol: Symbol, table: SymbolTable) -> bool:
    """Whether others may set what holds a value, as far as words say so."""
    if not header.words_before_name(symbol).isdisjoint(table.says("read_only")) or written.has_hidden_setter(symbol):
        return False
    return not table.says("accessors") or not written.is_computed_only(symbol)


def _compare_values(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield what changed of the type and the accessors of what holds a value."""
    shown = [
        plain(one.returns or (other.returns and written.given_type(one))) for one, other in ((old, new), (new, old))
    ]
    before, after = (plain(one) for one in spelled(shown[0], shown[1], spellings))
    if "any" in table.says("untyped") and written.is_property(new):
        before, after = before or ANY, after or ANY
    is_read_only = not header.words_before_name(new).isdisjoint(("const", "readonly", *table.says("read_only")))
    if before and after and before != after and not (is_read_only and union(after) <= union(before)):
        yield "major", "type_changed", f"{shown[0] or before} -> {shown[1] or after}"
    if table.says("read_only") and _can_be_set(old, table) != _can_be_set(new, table):
        is_lost = _can_be_set(old, table)
        yield ("major", "setter_removed", "") if is_lost else ("minor", "setter_added", "")
        return
    taken = [written.taken_in_brackets(one) for one in (old, new)]
    if taken[0] != taken[1]:
        yield "major", "parameter_type_changed", " -> ".join(", ".join(one) for one in taken)
    mine, theirs = written.accessors(old), written.accessors(new)
    if not mine or not theirs:
        return
    if "set" in theirs:
        theirs = theirs | {"init"}
    for word in sorted(mine - theirs):
        yield "major", "getter_removed" if word == "get" else "setter_removed", ""
    if theirs - mine - {"init"}:
        is_demanded = is_contract_member(new, table.symbols.get(new.parent))
        yield ("major", "interface_member_added", "set") if is_demanded else ("minor", "setter_added", "")
