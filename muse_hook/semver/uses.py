"""What callers meet under a name: all its definitions that may be in force, and what a change of them breaks."""

from __future__ import annotations

from re import compile as pattern

from muse_hook.semver.signature import POSITIONAL, RECEIVERS, compare_passed, is_broken_promise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muse_hook.model.symbol import Parameter, Symbol, SymbolTable, Value
    from muse_hook.semver.signature import ParameterChange

FUNCTION, CLASS, PROPERTY, ATTRIBUTE, OPEN = "function", "class", "property", "attribute", "?"
"""Kinds of use beside those of symbols; an open one is bound to something that is not seen here."""

CACHED = "cached_property"
"""A property that keeps its value, which can be set like any."""

ACCESSORS = ("setter", "deleter", "getter")
MAX_ALIASES = 8
"""So many names may stand for each other in a row."""

TYPE_VARIABLES = ("TypeVar", "ParamSpec", "TypeVarTuple")
_NAMES = pattern(r"[^\W\d]\w*")

CONSTRUCTORS = ("__init__", "__new__")


class Use:
    """One definition as callers meet it.

    `kind` is "function" (a method is called as one), "async_function", "property", "class", "variable", "attribute",
    "import" or "?"; `binding` of a method "static", "class" or "", of a property "cached_property" or "".
    `parameters` are those that callers pass, of a class those of its constructor, None where they are not seen;
    `accessors` is what else than reading a property can.
    """

    __slots__ = ("accessors", "binding", "kind", "parameters", "returns")

    def __init__(self, kind: str, parameters: Sequence[Parameter] | None = None, returns: str = "") -> None:
        self.kind = kind
        self.parameters = parameters
        self.returns = returns
        self.binding = ""
        self.accessors: set[str] = set()


class Uses:
    """All that may be met under one name: `found`, one of which is in force, or `overloads` where nothing else is."""

    __slots__ = ("found", "overloads")

    def __init__(self) -> None:
        self.found: list[Use] = []
        self.overloads: list[Use] = []

    @property
    def shown(self) -> list[Use]:
        """What callers are shown."""
        return self.found or self.overloads

    def add(self, one: Symbol, table: SymbolTable | None, depth: int) -> None:
        """Add a later definition, which takes the place of all former ones unless it stands under a condition."""
        tails = [decorator.partition("(")[0].lstrip("@").rpartition(".")[2] for decorator in one.decorators]
        accessor = next((tail for tail in tails if tail in ACCESSORS), "")
        if accessor and self.found and self.found[-1].kind == PROPERTY:
            self.found[-1].accessors.add(accessor)
            return
        if "overload" in tails:
            self.overloads.append(_function(one, table, tails))
            return
        value = one.value
        if value is not None and one.name in value.arguments and self.found:
            return  # decorated by hand
        if not one.guards:
            self.found.clear()
        self.found += _found(one, value, table, tails, depth)


def uses_of(symbol: Symbol, table: SymbolTable | None, depth: int = 0) -> Uses:
    """Return what callers meet under the name of `symbol`; `table` has what else stands in its file."""
    uses = Uses()
    definitions = symbol.definitions or (symbol,)
    seen = [one for one in definitions if table is None or not table.is_hidden(one)]
    for one in seen or definitions:
        uses.add(one, table, depth)
    return uses


def _found(one: Symbol, value: Value | None, table: SymbolTable | None, tails: Sequence[str], depth: int) -> list[Use]:
    kind = one.kind
    if kind.endswith(("function", "method")):
        if one.parent and any(tail.endswith(PROPERTY) for tail in tails):  # cached_property, abstractproperty, ...
            use = Use(PROPERTY)
            use.binding = CACHED if CACHED in tails else ""
            return [use]
        return [_function(one, table, tails)]
    if kind == CLASS:
        return [Use(CLASS, _constructor(one, table))]
    symbols: Mapping[str, Symbol] = table.symbols if table is not None else {}
    if value is None:
        return [Use(kind)]
    if value.parameters is not None:
        return [Use(FUNCTION, _passed(one, value.parameters, table, ()))]
    if value.alias:
        target = symbols.get(f"{one.parent}.{value.alias}") if one.parent else symbols.get(value.alias)
        if target is None or target is one or depth >= MAX_ALIASES or target.qualified_name == one.qualified_name:
            return [Use(OPEN)]
        return uses_of(target, table, depth + 1).shown or [Use(OPEN)]
    if value.called.rpartition(".")[2] == PROPERTY:
        use = Use(PROPERTY)
        use.accessors.update(ACCESSORS[: len(value.arguments) - 1])
        return [use]
    if value.text.replace(".", "").isidentifier() and "." in value.text:
        return [Use(OPEN)]  # of another module
    prefix = f"{one.parent}." if one.parent else ""
    given = [symbols.get(prefix + name) for name in value.arguments]
    if any(found is not None and found.kind.endswith(("function", "method", CLASS)) for found in given):
        return [Use(OPEN)]  # made of a function
    return [Use(kind)]


def _function(one: Symbol, table: SymbolTable | None, tails: Sequence[str]) -> Use:
    # under these the annotation is not what callers get
    is_made = any(tail.endswith("contextmanager") for tail in tails)
    returns = "Any" if is_made or _is_generic(one.returns, table) else one.returns
    use = Use(one.kind.replace("method", "function"), _passed(one, one.parameters, table, tails), returns)
    use.binding = next((tail.removesuffix("method") for tail in tails if tail in {"staticmethod", "classmethod"}), "")
    return use


def _is_generic(annotation: str, table: SymbolTable | None) -> bool:
    """Whether an annotation names a type variable of its module: what it stands for, callers decide."""
    symbols: Mapping[str, Symbol] = table.symbols if annotation and table is not None else {}
    for name in _NAMES.findall(annotation) if symbols else ():
        value = symbols[name].value if name in symbols else None
        if value is not None and value.called.rpartition(".")[2] in TYPE_VARIABLES:
            return True
    return False


def _passed(
    one: Symbol, parameters: Sequence[Parameter], table: SymbolTable | None, tails: Sequence[str]
) -> Sequence[Parameter]:
    """Return the parameters that callers pass: all but the object or class that a method is called on."""
    if not parameters or "staticmethod" in tails:
        return parameters
    first = parameters[0]
    is_receiver = first.name in RECEIVERS or (
        bool(one.parent) and table is not None and table.has_receivers and first.kind in POSITIONAL
    )
    return parameters[1:] if is_receiver else parameters


def _constructor(owner: Symbol, table: SymbolTable | None) -> Sequence[Parameter] | None:
    for name in CONSTRUCTORS if table is not None else ():
        made = table.symbols.get(f"{owner.qualified_name}.{name}") if table is not None else None
        if made is not None and not made.definitions:
            return _passed(made, made.parameters, table, ())
    return None if owner.bases or owner.decorators else ()


def compare_uses(before: Uses, after: Uses) -> Iterator[ParameterChange]:
    """Yield what changed for callers.

    Of several definitions, one of which is in force, each has to take what was taken before: by their order where there
    are as many, else as the one that is most like it. Of overloads each has to be taken still, by any.
    """
    olds, news = before.shown, after.shown
    if not (before.found and after.found):
        rows = [[(old, new) for new in news] for old in olds]
    elif len(olds) == len(news):
        rows = [[pair] for pair in zip(olds, news, strict=True)]
    else:
        rows = [[(old, new) for old in olds] for new in news]
    has_overloads = bool(before.overloads or after.overloads)
    seen = set()
    for pairs in rows if olds and news else ():
        found = [list(_compare(old, new, has_overloads=has_overloads)) for old, new in pairs]
        for change in min(found, key=lambda changes: sum(bump == "major" for bump, _, _ in changes)):
            if change not in seen:
                seen.add(change)
                yield change


def _compare(old: Use, new: Use, *, has_overloads: bool) -> Iterator[ParameterChange]:
    if OPEN in {old.kind, new.kind}:
        return
    if old.kind != new.kind:
        yield from _kind_changed(old, new)
    elif old.kind == PROPERTY and CACHED not in {old.binding, new.binding}:
        yield from (("major", f"{one}_removed", "") for one in ACCESSORS[:2] if one in old.accessors - new.accessors)
        yield from (("minor", f"{one}_added", "") for one in ACCESSORS[:2] if one in new.accessors - old.accessors)
    elif old.kind not in {CLASS, PROPERTY} and old.parameters is not None and new.parameters is not None:
        if old.binding and not new.binding:
            yield "major", "kind_changed", f"{old.binding}method -> method"
        yield from compare_passed(old.parameters, new.parameters)
        # with overloads the definition itself is not the one that callers are shown
        if not has_overloads and is_broken_promise(old.returns, new.returns):
            yield "major", "return_annotation_changed", f"{old.returns} -> {new.returns}"


def _kind_changed(old: Use, new: Use) -> Iterator[ParameterChange]:
    if old.kind == PROPERTY and new.kind == ATTRIBUTE:
        return
    if old.kind == ATTRIBUTE and new.kind == PROPERTY:
        if "setter" not in new.accessors and new.binding != CACHED:
            yield "major", "setter_removed", f"{old.kind} -> {new.kind}"
    elif old.kind == FUNCTION and new.kind == CLASS:
        if old.parameters is not None and new.parameters is not None:
            yield from compare_passed(old.parameters, new.parameters)
    else:
        yield "major", "kind_changed", f"{old.kind} -> {new.kind}"
