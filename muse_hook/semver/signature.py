"""What changed parameters and results mean for callers; after griffe's catalogue of breakages."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from muse_hook.model.ops import SemVerBump
    from muse_hook.model.symbol import Parameter

    ParameterChange = tuple[SemVerBump, str, str]
    """Bump, reason code, detail."""

POSITIONAL = ("positional_only", "positional_or_keyword")
VARIADIC = ("var_positional", "var_keyword")
RECEIVERS = ("self", "cls", "mcs", "this")
"""First parameters that no caller passes."""

QUOTES = "\"'"

SENT = ("Generator", "AsyncGenerator")
"""Types whose last parts, what is sent and returned, are None where they are not said (PEP 696)."""

STARS = {"var_positional": "*", "var_keyword": "**"}

WIDENED = frozenset((
    ("positional_only", "positional_or_keyword"),
    ("keyword_only", "positional_or_keyword"),
))  # fmt: skip
"""Changes of kind that take nothing from a caller."""

NESTED = 100
"""Brackets in each other up to which an annotation's spelling is looked into; what is deeper is compared as text."""

_COLLECTION = ("Collection", "Iterable", "Container", "Sized")
NARROWER = {
    "Generator": ("Iterator", "Iterable"), "Iterator": ("Iterable",), "Coroutine": ("Awaitable",),
    "AsyncGenerator": ("AsyncIterator", "AsyncIterable"), "AsyncIterator": ("AsyncIterable",), "bool": ("int", "float"),
    "int": ("float", "complex"), "float": ("complex",),
    "list": ("Sequence", "MutableSequence", "Reversible", *_COLLECTION),
    "tuple": ("Sequence", "Reversible", *_COLLECTION), "deque": ("MutableSequence", "Sequence", *_COLLECTION),
    "MutableSequence": ("Sequence", *_COLLECTION), "Sequence": ("Reversible", *_COLLECTION),
    "set": ("AbstractSet", "MutableSet", *_COLLECTION), "frozenset": ("AbstractSet", *_COLLECTION),
    "MutableSet": ("AbstractSet", *_COLLECTION), "AbstractSet": _COLLECTION, "Collection": _COLLECTION[1:],
    "dict": ("Mapping", "MutableMapping", *_COLLECTION), "MutableMapping": ("Mapping", *_COLLECTION),
    "defaultdict": ("dict", "Mapping", "MutableMapping", *_COLLECTION), "Mapping": _COLLECTION,
    "OrderedDict": ("dict", "Mapping", "MutableMapping", *_COLLECTION),
}  # fmt: skip
"""Types that have all that these others have, and hold what those hold."""

MAPPINGS = frozenset(("dict", "Mapping", "MutableMapping"))
"""Types that hold two things; as a collection they are the first."""

_NONE = frozenset(("", "None", "NoReturn", "Never"))
_ALIASES = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type",
    "DefaultDict": "defaultdict", "Deque": "deque", "Text": "str", "NoneType": "None",
    "type(None)": "None", "TextIO": "IO[str]", "BinaryIO": "IO[bytes]",
    "ContextManager": "AbstractContextManager", "AsyncContextManager": "AbstractAsyncContextManager",
    "collections.abc.Set": "AbstractSet", "abc.Set": "AbstractSet",
}  # fmt: skip
"""Names of one meaning; of any other name the last part counts, whichever module it is taken from."""


def compare_parameters(before: Sequence[Parameter], after: Sequence[Parameter]) -> Iterator[ParameterChange]:
    """Yield what changed for callers, in the order of the parameters; what no caller passes is left out."""
    yield from compare_passed(_passed(before), _passed(after))


def compare_passed(olds: Sequence[Parameter], news: Sequence[Parameter]) -> Iterator[ParameterChange]:
    """Yield what changed for callers, who pass all of these parameters, in their order."""
    new_by_name = {parameter.name: parameter for parameter in news}
    old_names = {parameter.name for parameter in olds}
    kinds: set[str] = {parameter.kind for parameter in news}
    renamed = _renamed(olds, news)
    for old in olds:
        new = new_by_name.get(old.name)
        if new is not None:
            yield from _compare(old, new, kinds)
        elif old.name in renamed:
            new = renamed[old.name]
            if old.kind != "positional_only" and old.kind not in VARIADIC and "var_keyword" not in kinds:
                yield "major", "parameter_renamed", f"{old.name} -> {new.name}"
            yield from _compare(old, new, kinds)
        elif _is_swallowed(old, kinds):
            yield "minor", "parameter_swallowed", old.name
        else:
            yield "major", "parameter_removed", _with_stars(old)
    new_names = {parameter.name for parameter in renamed.values()}
    added = [new for new in news if new.name not in old_names and new.name not in new_names]
    for new in added:
        if _is_required(new):
            yield "major", "parameter_added_required", new.name
        else:
            yield "minor", "parameter_added", _with_stars(new)
    yield from _moved(olds, news, renamed)


def _passed(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Return the parameters that callers pass."""
    return list(parameters[1:] if parameters and parameters[0].name in RECEIVERS else parameters)


def _is_required(parameter: Parameter) -> bool:
    return parameter.default is None and parameter.kind not in VARIADIC


def _with_stars(parameter: Parameter) -> str:
    return STARS.get(parameter.kind, "") + parameter.name


def _renamed(olds: Sequence[Parameter], news: Sequence[Parameter]) -> dict[str, Parameter]:
    """Return old name -> new parameter, where one name gave way to another at the same place."""
    old_names, new_names = {p.name for p in olds}, {p.name for p in news}
    removed = [(n, p) for n, p in enumerate(olds) if p.name not in new_names]
    added = {n: p for n, p in enumerate(news) if p.name not in old_names}
    found = {
        old.name: added[n]
        for n, old in removed
        if n in added and added[n].kind == old.kind and _is_required(added[n]) == _is_required(old)
    }
    for kind in VARIADIC:  # their place moves with the others, and there is one of each
        star_old = [p for _, p in removed if p.kind == kind]
        star_new = [p for p in added.values() if p.kind == kind]
        if star_old and star_new:
            found[star_old[0].name] = star_new[0]
    return found


def _is_swallowed(old: Parameter, kinds: set[str]) -> bool:
    """Whether the new list still takes whatever was passed."""
    if old.kind == "keyword_only":
        return "var_keyword" in kinds
    if old.kind == "positional_only":
        return "var_positional" in kinds
    return old.kind == "positional_or_keyword" and {"var_positional", "var_keyword"} <= kinds


def _compare(old: Parameter, new: Parameter, kinds: set[str]) -> Iterator[ParameterChange]:
    if _is_required(new) and not _is_required(old) and old.kind not in VARIADIC:
        yield "major", "default_removed", new.name
    elif not _is_required(new) and _is_required(old):
        yield "minor", "default_added", new.name
    elif old.default != new.default:
        yield "minor", "default_changed", f"{new.name}: {old.default} -> {new.default}"
    if old.kind == new.kind:
        return
    detail = f"{new.name}: {old.kind} -> {new.kind}"
    compatible = (
        (old.kind, new.kind) in WIDENED
        or (new.kind == "var_keyword" and (old.kind == "keyword_only" or "var_positional" in kinds))
        or (new.kind == "var_positional" and (old.kind == "positional_only" or "var_keyword" in kinds))
    )
    if compatible:
        yield "minor", "parameter_kind_widened", detail
    else:
        yield "major", "parameter_kind_changed", detail


def _moved(
    olds: Sequence[Parameter], news: Sequence[Parameter], renamed: dict[str, Parameter]
) -> Iterator[ParameterChange]:
    """Yield positional parameters that callers by position would miss; a removal, a required one say so themselves."""
    new_names = {parameter.name for parameter in news}
    old_names = {parameter.name for parameter in olds} | {parameter.name for parameter in renamed.values()}
    before = [
        renamed[p.name].name if p.name in renamed else p.name
        for p in olds
        if p.kind in POSITIONAL and (p.name in new_names or p.name in renamed)
    ]
    after = [p.name for p in news if p.kind in POSITIONAL and (p.name in old_names or not _is_required(p))]
    for index, name in enumerate(before):
        if name in after and after.index(name) != index:
            yield "major", "parameter_moved", name


def is_broken_promise(before: str, after: str, bases: Mapping[str, Collection[str]] | None = None) -> bool:
    """Whether a result's annotation changed in a way that callers may notice.

    They do not where it was not annotated or said None, where it is no longer annotated, where only the spelling
    changed (`Optional[X]`, `X | None`, `typing.List`, quotes), where a union lost members, where only one of the two
    says what a container holds (`list`, `list[int]`), or where it is narrower: `bases` are the classes that others,
    by name, derive from.
    """
    old, new = members_of(before), members_of(after)
    if old <= _NONE or not after or "Any" in old or "Any" in new:
        return False
    return not all(
        any(_fits(member, other) or other in (bases or {}).get(member, ()) for other in old) for member in new
    )


def _fits(new: str, old: str) -> bool:
    """Whether a member of a union is an old one, as far as both say what they hold."""
    (head, _, inside), (old_head, _, old_inside) = new.partition("["), old.partition("[")
    if old == "object":
        return new != "None"
    if head == "Literal" and not old_inside:
        return old_head in _types_of_literal(inside[:-1])
    if old_head in NARROWER.get(head, ()):
        parts = split_outside_brackets(inside[:-1], ",")
        if head == "tuple":
            parts = ["|".join(dict.fromkeys(part for part in parts if part != "..."))]
        elif old_head in MAPPINGS:
            parts = [inside[:-1]]
        head = old_head
        inside = f"{parts[-1 if old_head == 'Awaitable' else 0]}]" if inside else ""
        new = f"{head}[{inside}" if inside else head
    if new == old or head != old_head or not inside or not old_inside:
        return head == old_head
    parts, old_parts = (split_outside_brackets(text[:-1], ",") for text in (inside, old_inside))
    return (
        head != "Literal"
        and len(parts) == len(old_parts)
        and all(
            any(_fits(one, other) for other in split_outside_brackets(old_part, "|"))
            for part, old_part in zip(parts, old_parts, strict=True)
            for one in split_outside_brackets(part, "|")
        )
    )


def _types_of_literal(value: str) -> tuple[str, ...]:
    if value[:1] in QUOTES:
        return ("str",)
    if value in {"True", "False"}:
        return "bool", *NARROWER["bool"]
    return ("int", *NARROWER["int"]) if value.lstrip("-").isdecimal() else ()


def members_of(annotation: str) -> frozenset[str]:
    """Return the members of a union in one spelling; of anything else the annotation itself."""
    depth = deepest = 0
    for letter in annotation:
        depth += (letter in "[(") - (letter in "])")
        deepest = max(deepest, depth)
    if deepest > NESTED:
        return frozenset(("".join(annotation.split()),))
    return frozenset(_members(annotation))


def _members(text: str) -> set[str]:
    text = text.strip()
    if text and text[0] in QUOTES and text.find(text[0], 1) == len(text) - 1 > 0:
        return _members(text[1:-1])
    parts = split_outside_brackets(text, "|")
    if len(parts) > 1:
        return set().union(*map(_members, parts))
    head, bracket, inside = text.partition("[")
    head = same_name(head.strip())
    if not bracket or not inside.endswith("]"):
        return {same_name(text)}
    parts = [part.strip() for part in split_outside_brackets(inside[:-1], ",") if part.strip()]
    if head == "Optional":
        return {"None"}.union(*map(_members, parts))
    if head == "Union":
        return set().union(*map(_members, parts))
    if head == "Literal":
        return {f"Literal[{part}]" for part in parts}
    if head in {"Required", "NotRequired", "Final", "ClassVar"} and len(parts) == 1:
        return _members(parts[0])
    if head == "Annotated" and parts:
        return _members(parts[0])
    if head in SENT:
        parts = parts[:1] if all(part == "None" for part in parts[1:]) else parts
    inner = ["|".join(sorted(_members(part))) for part in parts]
    return {head} if head and {"Any", "..."}.issuperset(inner) else {f"{head}[{','.join(inner)}]"}


def same_name(name: str) -> str:
    """Return the last part of a dotted name in one spelling: `typing.List` -> list."""
    tail = name.rpartition(".")[2] if name.strip(".") else name
    return _ALIASES.get(name) or _ALIASES.get(tail, tail)


def split_outside_brackets(text: str, sign: str) -> list[str]:
    """Split at a sign that stands in no brackets and no string."""
    parts, depth, start = [], 0, 0
    quote = ""
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in QUOTES:
            quote = letter
        elif letter in "[(":
            depth += 1
        elif letter in "])":
            depth -= 1
        elif letter == sign and not depth:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]
