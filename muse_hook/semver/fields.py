"""The parameters that making an object of a class takes: those of its constructor, or of one made of its attributes."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter
from muse_hook.semver.bases import ROOTS, plain_bases, simple_base
from muse_hook.semver.public import is_underscored, may_have_private_base
from muse_hook.semver.signature import POSITIONAL, compare_passed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import ParameterKind, Symbol, SymbolTable
    from muse_hook.semver.signature import ParameterChange
    from muse_hook.semver.surface import Surface

ATTRS = frozenset(("attr.s", "attr.attrs", "attr.dataclass", "attr.define", "attr.frozen", "attr.mutable"))
DECORATORS = frozenset(("dataclass", "define", "frozen", "mutable", "attrs", "attributes"))
MARKED_ONLY = frozenset(("attr.s", "attr.attrs", "attr.attributes", "attributes"))
"""Decorators of a class whose fields are those that a call makes, unless `auto_attribs` is said."""
ORDERED = frozenset(("attr.s", "attr.attrs", "attr.attributes"))
"""Decorators whose classes have an order unless it is switched off."""

POSITIONAL_BASES = frozenset(("NamedTuple", "Struct"))
KEYWORD_BASES = frozenset(("TypedDict", "BaseModel"))
FIELD_MAKERS = frozenset(("field", "Field", "ib", "attrib"))
DEFAULTS = ("default", "default_factory", "factory")

WORDS = (b"dataclass", b"attr", b"define", b"frozen", b"mutable", b"NamedTuple", b"TypedDict", b"BaseModel", b"Struct")
"""One of these stands in the header of every such class."""

TOLD = frozenset(("parameter_removed", "parameter_renamed", "parameter_added"))
"""What the ops on the attributes say themselves."""

CONSTRUCTORS = ("__init__", "__new__")


def compare_constructors(
    before: tuple[str, Symbol], after: tuple[str, Symbol], surfaces: tuple[Surface, Surface]
) -> Iterator[ParameterChange]:
    """Yield what changed for those who make objects of a class, given with its path on both sides.

    Nothing where a method says it on both sides, or where it is not known. What the attributes' own ops say is left
    out: a public one that was removed, renamed or added with a default.
    """
    (old_path, old), (path, new) = before, after
    old_table, table = surfaces[0].table(old_path), surfaces[1].table(path)
    if old_table is None or table is None:
        return
    said = [_said(one, where) is not None for one, where in ((old, old_table), (new, table))]
    has_fields = _may_have_fields(old) or _may_have_fields(new)
    if all(said) or not (any(said) or has_fields):
        return
    mine, theirs = attributes_of(old, old_table), attributes_of(new, table)
    same = old.same_as(new) and len(mine) == len(theirs) and said[0] == said[1]
    same = same and not may_have_private_base(old)
    if same and all(a.name == b.name and a.same_as(b) for a, b in zip(mine, theirs, strict=True)):
        return
    olds, news = constructor_of(surfaces[0], old_path, old), constructor_of(surfaces[1], path, new)
    if olds is None or news is None:
        return
    gone = {one.name for one in mine if not surfaces[1].offers(path, one)}
    for bump, reason, detail in compare_passed(olds, news):
        name = detail.partition(" ")[0]
        is_told = reason in TOLD and (bump != "major" or (name in gone and not is_underscored(name)))
        if not is_told and (bump == "major" or not any(said)):
            yield bump, reason, detail


def compare_generated(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what changed for those who set the fields of an object or order objects, of a class made of fields.

    `table` has what stands beside `new`.
    """
    if not (_may_have_fields(old) and _may_have_fields(new)):
        return
    before, after = _said_of_fields(old), _said_of_fields(new)
    if before is None or after is None:
        return
    if "frozen=True" in after - before:
        yield "major", "setter_removed", "frozen"
    elif "frozen=True" in before - after:
        yield "minor", "setter_added", "frozen"
    if "order=True" in before - after and f"{new.qualified_name}.__lt__" not in table.symbols:
        yield "major", "member_removed", "__lt__"


def _said_of_fields(owner: Symbol) -> set[str] | None:
    """Return what is said of all fields of a class (`frozen=True`, `order=True`), None where it has none."""
    bases = [base.replace(" ", "") for base in owner.bases]
    names = {base.partition("[")[0].rpartition(".")[2] for base in bases}
    if "NamedTuple" in names:
        return {"frozen=True", "order=True"}
    if not {"BaseModel", "Struct"}.isdisjoint(names):
        return set(bases)
    for decorator in owner.decorators:
        name, _, arguments = decorator.lstrip("@").partition("(")
        if name in ATTRS or name.rpartition(".")[2] in DECORATORS:
            said = set(arguments.rstrip(")").replace(" ", "").split(","))
            if name.rpartition(".")[2] == "frozen":
                said.add("frozen=True")
            if name in ORDERED and not said & {"order=False", "eq=False", "cmp=False"}:
                said.add("order=True")
            return said
    return None


def constructor_of(surface: Surface, path: str, owner: Symbol) -> Sequence[Parameter] | None:
    """Return the parameters that making an object of a class takes, None where that is not known."""
    for there, cls in surface.ancestry(path, owner):
        table = surface.table(there)
        if table is None:
            return None
        said = _said(cls, table)
        if said is not None:
            return said
        if _kind_of_fields(cls) is not None:
            return _all_fields(surface, there, cls)
        is_open = any(simple_base(one) not in ROOTS and not surface.base(there, one) for one in plain_bases(cls.bases))
        decorators = () if _has_fields(cls) else cls.decorators  # those that make no constructor here
        if is_open or decorators or any(one.startswith("metaclass=") for one in cls.bases):
            return None
    return ()


def _said(owner: Symbol, table: SymbolTable) -> Sequence[Parameter] | None:
    """Return the parameters of a class's own constructor but the object, None where it has none."""
    for name in CONSTRUCTORS:
        made = table.symbols.get(f"{owner.qualified_name}.{name}")
        if made is not None:
            parameters = made.parameters
            return parameters[1:] if parameters and parameters[0].kind in POSITIONAL else parameters
    return None


def _all_fields(surface: Surface, path: str, owner: Symbol) -> list[Parameter] | None:
    """Return the fields of a class and of those that it derives from, the bases' first."""
    found: dict[str, Parameter] = {}
    for there, cls in reversed(list(surface.ancestry(path, owner))):
        table = surface.table(there)
        for one in (constructor(cls, table) if table is not None else None) or ():
            found[one.name] = one
    return list(found.values())


def attributes_of(owner: Symbol, table: SymbolTable) -> list[Symbol]:
    """Return the attributes of a class, in their order."""
    name = owner.qualified_name
    return [symbol for symbol in table.symbols.values() if symbol.parent == name and symbol.kind == "attribute"]


def constructor(owner: Symbol, table: SymbolTable) -> list[Parameter] | None:
    """Return the parameters that a class makes of its attributes, None where it makes no constructor of them."""
    if f"{owner.qualified_name}.__init__" in table.symbols:
        return None
    kind = _kind_of_fields(owner)
    if kind is None:
        return None
    is_attrs = any(_is_attrs(one) for one in owner.decorators)
    defaults = _defaults_by_method(owner, table) if is_attrs else ()
    is_partial = any("total=False" in base.replace(" ", "") for base in owner.bases)
    is_marked = is_attrs and any(_is_marked_only(one) for one in owner.decorators)
    found: list[Parameter] = []
    for attribute in attributes_of(owner, table):
        value = (attribute.definitions or (attribute,))[-1].value
        if value is None or value.annotation.strip("\"'").partition("[")[0].rpartition(".")[2] == "ClassVar":
            continue
        if value.annotation.rpartition(".")[2] == "KW_ONLY":
            kind = "keyword_only"
            continue
        is_made = value.called.rpartition(".")[2] in FIELD_MAKERS
        keywords = value.keywords if is_made else {}
        if keywords.get("init") == "False" or not ((value.annotation and not is_marked) or is_made):
            continue
        default: str | None = value.text or None
        if is_made:
            given = [one for one in value.arguments if "=" not in one and one != "..."]
            default = next((keywords[one] for one in DEFAULTS if one in keywords), given[0] if given else None)
        if "NotRequired[" in value.annotation or (is_partial and "Required[" not in value.annotation):
            default = default or "..."
        if default is None and attribute.name in defaults:
            default = "..."
        own_kind: ParameterKind = "keyword_only" if keywords.get("kw_only") == "True" else kind
        name = keywords.get("alias", "").strip("\"'") or attribute.name
        found.append(Parameter(name.lstrip("_") or name if is_attrs else name, own_kind, default, value.annotation))
    return found


def _is_attrs(decorator: str) -> bool:
    name = decorator.lstrip("@").partition("(")[0]
    return name in ATTRS or name.rpartition(".")[2] in DECORATORS - {"dataclass"}


def _is_marked_only(decorator: str) -> bool:
    name, _, arguments = decorator.lstrip("@").partition("(")
    return name in MARKED_ONLY and "auto_attribs=True" not in arguments.replace(" ", "")


def _defaults_by_method(owner: Symbol, table: SymbolTable) -> set[str]:
    """Return the attributes whose default a method gives: `@x.default`."""
    methods = (one for one in table.symbols.values() if one.parent == owner.qualified_name and one.kind == "method")
    tails = (one.lstrip("@").rpartition(".") for method in methods for one in method.decorators)
    return {name for name, _, what in tails if what == "default"}


def _has_fields(owner: Symbol) -> bool:
    """Whether a decorator makes fields of attributes."""
    names = (one.lstrip("@").partition("(")[0] for one in owner.decorators)
    return any(name in ATTRS or name.rpartition(".")[2] in DECORATORS for name in names)


def _may_have_fields(owner: Symbol) -> bool:
    """Whether the header has one of the words that a class with fields has."""
    header = owner.texts()[0] if owner.kind == "class" and not owner.definitions else b""
    return any(word in header for word in WORDS)


def _kind_of_fields(owner: Symbol) -> ParameterKind | None:
    """Return the kind of parameter that an annotated attribute becomes, None where it becomes none."""
    bases: Sequence[str] = [base.partition("[")[0].rpartition(".")[2] for base in owner.bases]
    if not POSITIONAL_BASES.isdisjoint(bases):
        is_named = any(base.replace(" ", "") == "kw_only=True" for base in owner.bases)
        return "keyword_only" if is_named else "positional_or_keyword"
    if not KEYWORD_BASES.isdisjoint(bases):
        return "keyword_only"
    for decorator in owner.decorators:
        name, _, arguments = decorator.lstrip("@").partition("(")
        if name in ATTRS or name.rpartition(".")[2] in DECORATORS:
            said = arguments.replace(" ", "")
            if "init=False" in said:
                return None
            return "keyword_only" if "kw_only=True" in said else "positional_or_keyword"
    return None
