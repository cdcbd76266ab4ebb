"""What callers meet under a name: all its definitions that may be in force, and what a change of them breaks."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter
from muse_hook.patterns import pattern
from muse_hook.semver.bases import plain_bases, simple_base
from muse_hook.semver.signature import POSITIONAL, RECEIVERS, compare_passed, is_broken_promise, split_outside_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable, Value
    from muse_hook.semver.signature import ParameterChange

FUNCTION, CLASS, PROPERTY, ATTRIBUTE, OPEN = "function", "class", "property", "attribute", "?"
"""Kinds of use beside those of symbols; an open one is bound to something that is not seen here."""

FUNCTIONS = ("function", "async_function")

MANAGER, GENERATOR = "context manager", "generator"
MANAGERS = ("contextmanager", "asynccontextmanager")
"""Decorators of a generator that make what `with` takes of it."""

PARTIALS = ("partial", "partialmethod")
"""Calls that give a function which passes some of its parameters itself."""

CACHED = "cached_property"
"""A property that keeps its value, which can be set like any."""

ACCESSORS = ("setter", "deleter", "getter")
ACCESSOR_KEYWORDS = (("fset", "setter"), ("fdel", "deleter"))
MAX_ALIASES = 8
"""So many names may stand for each other in a row."""

TYPE_VARIABLES = ("TypeVar", "ParamSpec", "TypeVarTuple")
_NAMES = pattern(r"[^\W\d]\w*")
_OUTER_NAMES = pattern(r"(?<![\w.])[^\W\d]\w*")
_TYPES = pattern(r"[\w.\[\], |\"']+")
"""What the value of a type's alias is made of."""

AWAITABLE = ("Awaitable", "Coroutine", "Future", "Task", "typing.Awaitable", "typing.Coroutine", "asyncio.Future")
BINDINGS = ("staticmethod", "classmethod")
NAMED_TUPLES = ("namedtuple", "NamedTuple")
ENUMS = ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")
CLASS_MAKERS = (*ENUMS, "TypedDict", "NewType", "type", "new_class", "make_dataclass", "make_class")
"""Calls that make a class; of an enum the members are known, of a dictionary the keys."""

KEEPERS = ("cache", "lru_cache", "contextmanager", "asynccontextmanager", "wraps", "update_wrapper", "deprecated")
"""Calls of a function that give one that takes the same."""

CONSTRUCTORS = ("__init__", "__new__")


class Use:
    """One definition as callers meet it.

    `kind` is "function" (a method is called as one), "async_function", "property", "class", "variable", "attribute",
    "import" or "?"; `binding` of a method "static", "class" or "", of a property "cached_property" or "", of a class
    "fields" where its value lists them, "made" by any other call that makes one, of a variable or attribute "called"
    where it is what a function gives.
    `parameters` are those that callers pass, of a class those of its constructor, None where they are not seen;
    `accessors` is what else than reading a property can; `members` those of an enum, of a dictionary its
    keys, None where they are not seen.
    `manager` says of a function whether it gives what `with` takes: MANAGER by its decorator, GENERATOR where it has
    none and yields, "" where it is not known. `table` has what stands beside it.
    """

    __slots__ = ("accessors", "binding", "kind", "manager", "members", "parameters", "returns", "table")

    def __init__(self, kind: str, parameters: Sequence[Parameter] | None = None, returns: str = "") -> None:
        self.kind = kind
        self.parameters = parameters
        self.returns = returns
        self.binding = ""
        self.accessors: set[str] = set()
        self.members: Sequence[str] | None = None
        self.manager = ""
        self.table: SymbolTable | None = None


class Uses:
    """All that may be met under one name: `found`, one of which is in force, or `overloads` where nothing else is."""

    __slots__ = ("found", "last", "overloads")

    def __init__(self) -> None:
        self.found: list[Use] = []
        self.overloads: list[Use] = []
        self.last: Symbol | None = None

    @property
    def shown(self) -> list[Use]:
        """What callers are shown."""
        return self.found or self.overloads

    def add(self, one: Symbol, table: SymbolTable | None, depth: int) -> None:
        """Add a later definition, which takes the place of all former ones unless it stands under a condition."""
        tails = [decorator.partition("(")[0].lstrip("@").rpartition(".")[2] for decorator in one.decorators]
        accessor = next((tail for tail in tails if tail in ACCESSORS), "")
        if accessor and one.parent:
            if not (self.found and self.found[-1].kind == PROPERTY):
                self.found.append(Use(PROPERTY))  # of a property of the base: `@Base.width.setter`
            self.found[-1].accessors.add(accessor)
            return
        if "overload" in tails:
            self.overloads.append(_function(one, table, tails))
            return
        value = one.value
        if value is not None and one.name in value.arguments and self.found:
            self._decorate(value.called.rpartition(".")[2], table)
            return
        self.last = one
        if not one.guards:
            self.found.clear()
        self.found += _found(one, value, table, tails, depth)

    def _decorate(self, decorator: str, table: SymbolTable | None) -> None:
        """Note `f = decorator(f)`."""
        last = self.last
        if last is None or not last.kind.endswith(("function", "method")):
            return
        if decorator in BINDINGS:
            self.found[-1] = _function(last, table, [decorator])
        elif decorator in MANAGERS:
            self.found[-1].manager = MANAGER
        elif decorator.endswith(PROPERTY):
            self.found[-1] = Use(PROPERTY)


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
        use = Use(CLASS, _constructor(one, table))
        use.members = _members(one, table)
        return [use]
    return [Use(kind)] if value is None else _bound(one, value, table, depth)


def _bound(one: Symbol, value: Value, table: SymbolTable | None, depth: int) -> list[Use]:
    """Return what a variable or attribute is to callers by its value."""
    symbols: Mapping[str, Symbol] = table.symbols if table is not None else {}
    prefix = f"{one.parent}." if one.parent else ""
    if value.parameters is not None:
        return [Use(FUNCTION, _passed(one, value.parameters, table, ()))]
    if value.alias:
        target = symbols.get(prefix + value.alias)
        if target is None or target is one or depth >= MAX_ALIASES or target.qualified_name == one.qualified_name:
            return [Use(OPEN)]
        return uses_of(target, table, depth + 1).shown or [Use(OPEN)]
    fields = _named_tuple(value)
    if fields is not None:
        use = Use(CLASS, fields)
        use.binding = "fields"
        return [use]
    called = value.called.partition("(")[0].rpartition(".")[2]
    if called in CLASS_MAKERS:
        use = Use(CLASS)
        use.binding = "made"
        use.members = _listed(value) if called in {*ENUMS, "TypedDict"} else None
        return [use]
    if called == PROPERTY:
        use = Use(PROPERTY)
        given = [text for text in value.arguments if text.partition(" ")[0] not in value.keywords]
        made = dict(zip(("getter", "setter", "deleter"), given, strict=False))
        made.update((name, value.keywords[key]) for key, name in ACCESSOR_KEYWORDS if key in value.keywords)
        use.accessors.update(name for name, text in made.items() if text != "None")
        return [use]
    if value.text.replace(".", "").isidentifier() and "." in value.text:
        return [Use(OPEN)]  # of another module
    found = [symbols.get(prefix + name) for name in value.arguments]
    if called in KEEPERS and len(found) == 1 and depth < MAX_ALIASES:
        kept = found[0]
        shown = (uses_of(kept, table, depth + 1).shown if kept is not None else []) or [Use(OPEN)]
        for use in shown if called in MANAGERS else ():
            use.manager = MANAGER
        return shown
    if called in PARTIALS and value.arguments and depth < MAX_ALIASES:
        return _partial(value, symbols.get(prefix + value.arguments[0]), table, depth)
    if any(kept is not None and kept.kind.endswith(("function", "method", CLASS)) for kept in found):
        return [Use(OPEN)]  # made of a function
    if any(text.startswith("lambda") for text in value.arguments):
        return [Use(OPEN)]
    maker, call = symbols.get(called), symbols.get(f"{called}.__call__")
    if maker is not None and maker.kind == CLASS and call is not None:
        return [Use(FUNCTION, _passed(call, call.parameters, table, ()))]
    use = Use(one.kind)
    use.binding = "called" if called[:1].islower() else ""
    return [use]


def _partial(value: Value, of: Symbol | None, table: SymbolTable | None, depth: int) -> list[Use]:
    """Return what callers still pass to a function some of whose parameters are given already."""
    given = [text for text in value.arguments[1:] if text.partition(" ")[0] not in value.keywords]
    made = []
    for use in uses_of(of, table, depth + 1).shown if of is not None else ():
        known = use.parameters
        if known is None or use.kind not in FUNCTIONS or any(text.startswith("*") for text in value.arguments):
            return [Use(OPEN)]
        left = [one for at, one in enumerate(known) if at >= len(given) or one.kind not in POSITIONAL]
        first = next((at for at, one in enumerate(left) if one.name in value.keywords), len(left))
        named = [
            Parameter(one.name, "keyword_only", value.keywords.get(one.name, one.default), one.annotation)
            if at >= first and one.kind in POSITIONAL
            else one
            for at, one in enumerate(left)
        ]
        made.append(Use(use.kind, named, use.returns))
    return made or [Use(OPEN)]


def _function(one: Symbol, table: SymbolTable | None, tails: Sequence[str]) -> Use:
    # under these the annotation is not what callers get
    is_made = any(tail in MANAGERS for tail in tails)
    returns = "Any" if is_made or _is_generic(one.returns, table) else _spelled_out(one.returns, one, table)
    use = Use(one.kind.replace("method", "function"), _passed(one, one.parameters, table, tails), returns)
    use.binding = next((tail.removesuffix("method") for tail in tails if tail in BINDINGS), "")
    use.table = table
    if is_made:
        use.manager = MANAGER
    elif not tails or use.binding:
        # its text first: the tokens of all that changed are half a per cent of requests' last 60 commits
        use.manager = GENERATOR if one.mentions(("yield",)) and "yield" in one.tokens else ""
    return use


def _spelled_out(annotation: str, one: Symbol, table: SymbolTable | None, depth: int = 0) -> str:
    """Return an annotation in which names that the module gives to other types are written as these."""
    if not annotation or table is None or depth >= MAX_ALIASES or ("Literal" in annotation and not depth):
        return annotation

    def written(name: str) -> str:
        if name == "Self" and one.parent:
            return one.parent.rpartition(".")[2]
        imported, alias = table.symbols.get(f"import::{name}"), table.symbols.get(name)
        if imported is not None and imported.imported is not None and imported.imported[0]:
            return imported.imported[1]
        if alias is None or alias.definitions or alias.kind != "variable":
            return name
        value = alias.value
        text = value.text if value is not None and not value.called else ""
        if value is None and alias.texts()[0].startswith(b"type "):
            text = alias.texts()[0].decode(errors="replace").partition("=")[2].strip()
        if not _TYPES.fullmatch(text) or text.isdecimal() or (text[:1] in "\"'" and value is None):
            return name
        if text[:1] in "\"'" and value is not None and not value.annotation.endswith("TypeAlias"):
            return name
        return _spelled_out(text.strip("\"'"), one, table, depth + 1)

    return _OUTER_NAMES.sub(lambda found: written(found[0]), annotation)


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
        return _by_position(parameters, one)
    first = parameters[0]
    has_receivers = table is not None and table.has_receivers  # a function's first parameter is none
    is_receiver = (bool(one.parent) and first.kind in POSITIONAL) if has_receivers else first.name in RECEIVERS
    return _by_position(parameters[1:] if is_receiver else parameters, one)


def _by_position(parameters: Sequence[Parameter], one: Symbol) -> Sequence[Parameter]:
    """Return parameters, of which those named `__a` at the beginning can only be passed by position (PEP 484)."""
    if not any(parameter.name.startswith("__") for parameter in parameters) or one.name in CONSTRUCTORS:
        return parameters
    found = list(parameters)
    for at, parameter in enumerate(found):
        if parameter.kind == "positional_or_keyword":
            if not parameter.name.startswith("__") or parameter.name.endswith("__"):
                break
            found[at] = Parameter(parameter.name, "positional_only", parameter.default, parameter.annotation)
    return found


def _listed(value: Value) -> list[str] | None:
    """Return the names in the second argument of a call, a text (`"x y"`) or a list; None where it is neither."""
    given = [one for one in value.arguments if one.partition(" ")[0] not in value.keywords]
    if len(given) != 2:  # noqa: PLR2004 - name, fields
        return None
    text = given[1].strip()
    if text[:1] in "[({" and text[-1:] in "])}":
        sign = ":" if text[0] == "{" else ","
        parts = [one.strip().lstrip("(").partition(sign)[0] for one in split_outside_brackets(text[1:-1], ",")]
    else:
        parts = text.strip("\"'").replace(",", " ").split()
    names = [one.strip().strip("\"'") for one in parts if one.strip()]
    return names if all(name.isidentifier() for name in names) else None


def _named_tuple(value: Value) -> list[Parameter] | None:
    """Return the fields of `namedtuple("A", "x y")`, None for anything else."""
    names = _listed(value) if value.called.rpartition(".")[2] in NAMED_TUPLES else None
    if names is None:
        return None
    defaults = value.keywords.get("defaults", "")
    count = len(split_outside_brackets(defaults[1:-1].rstrip(","), ",")) if defaults.strip("[()] ") else 0
    first = len(names) - count
    return [Parameter(name, "positional_or_keyword", "..." if at >= first else None) for at, name in enumerate(names)]


def _constructor(owner: Symbol, table: SymbolTable | None) -> Sequence[Parameter] | None:
    for name in CONSTRUCTORS if table is not None else ():
        made = table.symbols.get(f"{owner.qualified_name}.{name}") if table is not None else None
        if made is not None and not made.definitions:
            return _passed(made, made.parameters, table, ())
    if table is not None:
        from muse_hook.semver.fields import constructor

        fields = constructor(owner, table)
        if fields is not None:
            return fields
    return None if owner.bases or owner.decorators else ()


def _members(owner: Symbol, table: SymbolTable | None) -> list[str] | None:
    """Return the names that the body of an enum binds, None for any other class."""
    if table is None or not any(base.rpartition(".")[2] in ENUMS for base in owner.bases):
        return None
    inside = (one for one in table.symbols.values() if one.parent == owner.qualified_name and one.kind == ATTRIBUTE)
    return [one.name for one in inside]


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
    if "made" in {old.binding, new.binding} and old.members is not None and new.members is not None:
        yield from (("major", "member_removed", name) for name in old.members if name not in new.members)
    if old.kind != new.kind:
        yield from _kind_changed(old, new)
    elif old.kind == PROPERTY and CACHED not in {old.binding, new.binding}:
        yield from (("major", f"{one}_removed", "") for one in ACCESSORS[:2] if one in old.accessors - new.accessors)
        yield from (("minor", f"{one}_added", "") for one in ACCESSORS[:2] if one in new.accessors - old.accessors)
    elif (
        (old.kind not in {CLASS, PROPERTY} or old.binding == new.binding == "fields")
        and old.parameters is not None
        and new.parameters is not None
    ):
        if old.binding in {"static", "class"} and not new.binding:
            yield "major", "kind_changed", f"{old.binding}method -> method"
        yield from compare_passed(old.parameters, new.parameters)
        # with overloads the definition itself is not the one that callers are shown
        if {old.manager, new.manager} == {MANAGER, GENERATOR}:
            yield "major", "kind_changed", f"{old.manager} -> {new.manager}"
        elif not has_overloads and is_broken_promise(old.returns, new.returns, _bases_of(new)):
            yield "major", "return_annotation_changed", f"{old.returns} -> {new.returns}"


def _bases_of(use: Use) -> Mapping[str, Collection[str]]:
    """Return the names of the classes that those which an annotation names derive from, by the module's own word."""
    found: dict[str, Collection[str]] = {}
    symbols: Mapping[str, Symbol] = use.table.symbols if use.table is not None and use.returns else {}
    for name in _NAMES.findall(use.returns) if symbols else ():
        waiting, seen = [name], {name}
        while waiting:
            owner = symbols.get(waiting.pop())
            for base in plain_bases(owner.bases) if owner is not None and owner.kind == CLASS else ():
                if simple_base(base) not in seen:
                    seen.add(simple_base(base))
                    waiting.append(simple_base(base))
        found[name] = seen
    return found


def _kind_changed(old: Use, new: Use) -> Iterator[ParameterChange]:
    if old.kind == PROPERTY and new.kind == ATTRIBUTE:
        return
    if (old.binding == "called" and new.kind in FUNCTIONS) or (new.binding == "called" and old.kind in FUNCTIONS):
        return  # what a function makes may be a function
    if old.kind == ATTRIBUTE and new.kind == PROPERTY:
        if "setter" not in new.accessors and new.binding != CACHED:
            yield "major", "setter_removed", f"{old.kind} -> {new.kind}"
    elif (old.kind == FUNCTION and new.kind == CLASS) or (
        old.kind == f"async_{FUNCTION}" and new.kind == FUNCTION and new.returns.partition("[")[0] in AWAITABLE
    ):
        if old.parameters is not None and new.parameters is not None:
            yield from compare_passed(old.parameters, new.parameters)
    else:
        yield "major", "kind_changed", f"{old.kind} -> {new.kind}"
