"""The parameters of a constructor that a class makes of its attributes: dataclasses, attrs, named tuples and others."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter
from muse_hook.semver.signature import compare_passed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import ParameterKind, Symbol, SymbolTable
    from muse_hook.semver.signature import ParameterChange

ATTRS = frozenset(("attr.s", "attr.attrs", "attr.dataclass", "attr.define", "attr.frozen", "attr.mutable"))
DECORATORS = frozenset(("dataclass", "define", "frozen", "mutable", "attrs", "attributes"))
POSITIONAL_BASES = frozenset(("NamedTuple",))
KEYWORD_BASES = frozenset(("TypedDict", "BaseModel"))
FIELD_MAKERS = frozenset(("field", "Field", "ib", "attrib"))
DEFAULTS = ("default", "default_factory", "factory")

WORDS = (b"dataclass", b"attr", b"define", b"frozen", b"mutable", b"NamedTuple", b"TypedDict", b"BaseModel")
"""One of these stands in the header of every such class."""

TOLD = frozenset(("parameter_removed", "parameter_renamed", "parameter_added"))
"""What the ops on the attributes say themselves."""


def compare_fields(old: Symbol, before: SymbolTable, new: Symbol, after: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what changed for those who make objects of a class whose constructor is made of its attributes.

    Without what the attributes' own ops say: a public one that was removed, renamed or added with a default.
    """
    if not (_may_have_fields(old) and _may_have_fields(new)):
        return
    mine, theirs = attributes_of(old, before), attributes_of(new, after)
    same = old.same_as(new) and len(mine) == len(theirs)
    if same and all(a.name == b.name and a.same_as(b) for a, b in zip(mine, theirs, strict=True)):
        return
    olds, news = constructor(old, before), constructor(new, after)
    if olds is None or news is None:
        return
    for bump, reason, detail in compare_passed(olds, news):
        if reason not in TOLD or (detail.startswith("_") and bump == "major"):
            yield bump, reason, detail


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
    is_partial = any("total=False" in base.replace(" ", "") for base in owner.bases)
    found: list[Parameter] = []
    for attribute in attributes_of(owner, table):
        value = (attribute.definitions or (attribute,))[-1].value
        if value is None or value.annotation.partition("[")[0].rpartition(".")[2] == "ClassVar":
            continue
        if value.annotation.rpartition(".")[2] == "KW_ONLY":
            kind = "keyword_only"
            continue
        is_made = value.called.rpartition(".")[2] in FIELD_MAKERS
        keywords = value.keywords if is_made else {}
        if keywords.get("init") == "False" or not (value.annotation or is_made):
            continue
        default: str | None = value.text or None
        if is_made:
            given = [one for one in value.arguments if "=" not in one and one != "..."]
            default = next((keywords[one] for one in DEFAULTS if one in keywords), given[0] if given else None)
        if is_partial or "NotRequired[" in value.annotation:
            default = default or "..."
        own_kind: ParameterKind = "keyword_only" if keywords.get("kw_only") == "True" else kind
        found.append(Parameter(attribute.name, own_kind, default, value.annotation))
    return found


def _may_have_fields(owner: Symbol) -> bool:
    header = owner.texts()[0] if owner.kind == "class" and not owner.definitions else b""
    return any(word in header for word in WORDS)


def _kind_of_fields(owner: Symbol) -> ParameterKind | None:
    """Return the kind of parameter that an annotated attribute becomes, None where it becomes none."""
    bases: Sequence[str] = [base.partition("[")[0].rpartition(".")[2] for base in owner.bases]
    if not POSITIONAL_BASES.isdisjoint(bases):
        return "positional_or_keyword"
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
