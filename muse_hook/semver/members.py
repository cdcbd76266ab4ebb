"""What a change of a type breaks for those who make it, derive from it or use its members."""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.semver import header, written
from muse_hook.semver.annotations import renamed_types, spelled, union
from muse_hook.semver.parameters import lists, words_before_lists
from muse_hook.semver.signature import split_outside_brackets
from muse_hook.semver.spelling import MAX_STEPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.annotations import Spellings
    from muse_hook.semver.signature import ParameterChange
    from muse_hook.semver.spelling import Spelling

_SIZE = pattern(r"^(?:\[[^\]]+\]\s*)+")
_WITHIN = pattern(r"\[[\w.]*\]")
_SIMPLE = pattern(r"[\w$.'\"-]+")
_SPACE = pattern(r"\s+")
_TRAILING = pattern(r",(?=[>)\]])")
_ROOTS = pattern(r"\b(?:std|core|alloc|crate|self|super)::")


def compare_held(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what changed of the properties that the parameters of a class are, and of who may call it with them."""
    kinds = [not header.words_before_name(one).isdisjoint(table.says("held_by")) for one in (old, new)]
    before, after = (_held(one, table, is_all) for one, is_all in zip((old, new), kinds, strict=True))
    for name, is_set in before.items():
        if name in after:
            if is_set and not after[name]:
                yield "major", "setter_removed", name
        elif f"{new.qualified_name}.{name}" not in table.symbols:
            yield "major", "member_removed", name
    narrow = {*table.says("private_marks"), *table.says("narrower")}
    if not words_before_lists(new).isdisjoint(narrow) and words_before_lists(old).isdisjoint(narrow):
        yield "major", "visibility_narrowed", "constructor"


def _held(symbol: Symbol, table: SymbolTable, is_all: bool) -> dict[str, bool]:  # noqa: FBT001 - what the class says
    """Return the parameters of a class that others may read as its properties, and whether they may be set.

    Where it `is_all` those of the first list are, without a word.
    """
    hidden = {*table.says("private_marks"), *table.says("narrower")}
    found: dict[str, bool] = {}
    for at, each in enumerate(lists(symbol)):
        for one in each:
            words = {_WITHIN.sub("", word) for word in one.words}
            if ((is_all and not at) or not words.isdisjoint(table.says("held"))) and words.isdisjoint(hidden):
                found[one.name] = "var" in words
    return found


def compare_types(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield what changed of a type itself: what it is, is made with, derives and lists."""
    if written.is_alias(new) and not written.is_alias(old):
        new = spellings[1].type_named(written.right_side(new)) or new
    was, now = written.kind_of_type(old), written.kind_of_type(new)
    if was != now and was and now and f"{now}={was}" not in table.says("same_kinds"):
        yield "major", "kind_changed", f"{was} -> {now}"
        return
    is_open = ["non_exhaustive" in header.attributes(one) for one in (old, new)]
    if is_open == [False, True] and all(member.is_public for member in written.members_of(old).values()):
        yield "major", "modifier_added", "non_exhaustive"
    made, makes = written.made_with(old), written.made_with(new)
    if now == "struct" and "pub" in table.says("public_marks"):
        yield from _compare_places(old, new)
    elif made is not None and makes is not None and made != makes and "types alone" not in table.says("parameters"):
        yield from _compare_made(made, makes)
    whole = table.symbols.get(new.qualified_name, new)
    has = {base.rpartition("::")[2] for one in whole.definitions or (whole,) for base in one.bases}
    for one in sorted(written.derived(old) - written.derived(new) - has):
        yield "major", "base_removed", one
    for one in sorted(written.derived(new) - written.derived(old)):
        yield "minor", "base_added", one
    if not old.bases and not new.bases:  # what an interface derives from is no base of the symbol's
        for base in written.bases_of(old):
            taken = any(
                _tight(base) == _tight(other) or _takes_more(_tight(base), _tight(other), table)
                for other in written.bases_of(new)
            )
            if not taken and not _derives(new, base, spellings[1]):
                yield "major", "base_removed", base
    before, after = written.right_side(old), written.right_side(new)
    if before and after:
        mine, theirs = map(union, spelled(renamed_types(old, new)(before), after, spellings))
        tight, tighter = ({_tight(one): one for one in each} for each in (mine, theirs))
        gone = tight.keys() - tighter.keys()
        is_less = not tighter.keys() - tight.keys() and " extends " not in before + after
        if gone and (is_less or all(map(_SIMPLE.fullmatch, gone)) or not any(map(_is_computed, mine ^ theirs))):
            yield "major", "type_changed", f"{before} -> {after}"
        elif not gone and tighter.keys() - tight.keys():
            yield "minor", "type_widened", after
        return
    yield from compare_members(old, new, table, spellings)
    if was == now == "struct" and table.says("not_compared"):
        before, after = (written.body_of(one) for one in (old, new))
        if _is_compared(before, table, spellings[0]) and not _is_compared(after, table, spellings[1]):
            yield "major", "comparison_removed", ""


def _tight(annotation: str) -> str:
    """Return a type without white space, a comma before a closing bracket, and where the standard library has it."""
    return _ROOTS.sub("", _TRAILING.sub("", _SPACE.sub("", annotation)))


def _is_computed(annotation: str) -> bool:
    """Whether a type is made of others by conditions or by members, which may say one thing in many ways."""
    return "{" in annotation or " extends " in annotation


def _is_compared(body: str, table: SymbolTable, names: Spelling, steps: int = MAX_STEPS) -> bool:
    """Whether two values of a struct can be held against each other: those of each field can.

    `body` is what stands in its braces. What cannot be told (a type of another package, a parameter) counts as such.
    """
    for kind in written.field_types(body):
        of = _SIZE.sub("", kind)
        if of.startswith(tuple(table.says("not_compared"))):
            return False
        head, brace, inner = of.partition("{")
        other = names.type_named(of.partition("[")[0]) if steps and not brace else None
        if head.strip() == "struct" and brace:
            inside = inner.rpartition("}")[0]
        elif other is None or other.definitions:
            continue
        elif written.kind_of_type(other) == "struct":
            inside = written.body_of(other)
        else:
            inside = f"_ {written.right_side(other)}" if written.right_side(other) else ""
        if not _is_compared(inside, table, names, steps - 1):
            return False
    return True


def _compare_places(old: Symbol, new: Symbol) -> Iterator[ParameterChange]:
    """Yield what changed of the fields that a struct has by their places, and of one that has none and is a value."""
    made, makes = (written.made_with(one, is_after_words=True) for one in (old, new))
    has_none = [{"{", "("}.isdisjoint(header.text_of(one)) for one in (old, new)]
    if has_none[0] and not has_none[1]:
        yield "major", "kind_changed", "unit -> fields"
    made, makes = made or [], makes or []
    for at, one in enumerate(made):
        if one.startswith("pub "):
            if at >= len(makes) or not makes[at].startswith("pub "):
                yield "major", "member_removed", str(at)
            elif one != makes[at]:
                yield "major", "member_type_changed", f"{at}: {one} -> {makes[at]}"
    if made and len(makes) > len(made) and all(one.startswith("pub ") for one in made):
        yield "major", "member_added", str(len(made))


def _compare_made(made: Sequence[str], makes: Sequence[str]) -> Iterator[ParameterChange]:
    if len(makes) < len(made):
        yield "major", "parameter_removed", ", ".join(one for one in made if one not in makes)
    for one in makes[len(made) :]:
        yield ("minor", "parameter_added", one) if "=" in one else ("major", "parameter_added_required", one)
    for before, after in zip(made, makes, strict=False):
        if before.partition("=")[0].strip().rpartition(" ")[0] != after.partition("=")[0].strip().rpartition(" ")[0]:
            yield "major", "parameter_type_changed", f"{before} -> {after}"


def compare_members(old: Symbol, new: Symbol, table: SymbolTable, spellings: Spellings) -> Iterator[ParameterChange]:
    """Yield which fields, members of an enum or methods of an interface a type has lost, got or changed."""
    before, after = (_members(one, table, names) for one, names in zip((old, new), spellings, strict=True))
    words = header.header_words(new)
    is_contract = not words.isdisjoint(written.CONTRACTS) and "sealed" not in words
    for name, member in before.items():
        now = after.get(name)
        if not member.is_public:
            continue
        if now is None or not now.is_public:
            if not _has_from_base(new, name, spellings[1]):
                yield "major", "member_removed", name
        elif member.overloads or now.overloads:
            yield from _compare_overloads(name, [member.rest, *member.overloads], [now.rest, *now.overloads], spellings)
        elif member.rest and now.rest and len(set(spelled(member.rest, now.rest, spellings))) > 1:
            yield "major", "member_type_changed", f"{name}: {member.rest} -> {now.rest}"
        elif now.is_readonly and not member.is_readonly:
            yield "major", "setter_removed", name
        elif member.is_optional != now.is_optional:
            yield "major", "member_optional" if now.is_optional else "member_required", name
    kind = written.kind_of_type(new)
    is_whole = all(member.is_public for member in before.values())  # others can make or implement it
    is_closed = kind in table.says("closed_types") and is_whole and "non_exhaustive" not in header.attributes(new)
    for name, member in after.items():
        if name in before:
            continue
        if is_contract and not member.is_optional and is_whole:
            yield "major", "interface_member_added", name
        elif is_closed and before:
            yield "major", "member_added", name
        elif member.is_public:
            yield "minor", "member_added", name


def _compare_overloads(
    name: str, before: list[str], after: list[str], spellings: Spellings
) -> Iterator[ParameterChange]:
    """Yield the first of several members of one name that is not there any more, or that there are more."""
    for one in before:
        if not any(len(set(spelled(one, other, spellings))) == 1 for other in after):
            others = [other for other in after if other not in before]
            yield "major", "member_type_changed", f"{name}: {one} -> {others[0] if others else 'none'}"
            return
    if len(after) > len(before):
        yield "minor", "overload_added", name


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
    before, after = union(taken[0]), union(other_taken[0])
    return (name in table.says("picks") and before <= after) or (name in table.says("omits") and after <= before)


def _derives(owner: Symbol, base: str, names: Spelling, steps: int = MAX_STEPS) -> bool:
    """Whether a type derives from another one, as far as that is seen here and in the files beside."""
    for one in written.bases_of(owner) if steps else ():
        other = names.type_named(one.partition("<")[0].strip())
        if one == base or (other is not None and _derives(other, base, names, steps - 1)):
            return True
    return False
