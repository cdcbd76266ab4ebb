"""Whether a function stands in for the class of its name: those who only make objects of it notice nothing."""

from __future__ import annotations

from muse_hook.semver.bases import broader_bases, plain_bases, simple_base
from muse_hook.semver.public import is_underscored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.surface import Surface

ASKING = ("isinstance", "issubclass", "except")
"""What is said of a class and of nothing else."""

CONSTRUCTORS = ("__init__", "__new__")

MANAGED = {
    "contextmanager": frozenset(("__enter__", "__exit__")),
    "asynccontextmanager": frozenset(("__aenter__", "__aexit__")),
}
"""What the objects have that a function makes under a decorator."""


def stands_in(
    old: tuple[str, Symbol], new: tuple[str, Symbol], surfaces: tuple[Surface, Surface], tables: Iterable[SymbolTable]
) -> bool:
    """Whether the function `new` makes what the class `old`, at its address before, made.

    `surfaces` are those before and after, `tables` the files that the commit changed, as they were. It does if a class
    that the function calls, or its decorator, has every public member and base of the class, and nobody derived from
    the class or asked for it by `isinstance` or `except`: who did in the tree was changed with it, and is among
    `tables`.
    """
    path, cls = old
    if cls.definitions or "BaseException" in {name for base in plain_bases(cls.bases) for name in broader_bases(base)}:
        return False
    if any(_uses_as_class(one, cls) for table in tables for one in table.symbols.values()):
        return False
    made = [
        found
        for name in sorted(new[1].calls)
        if (found := surfaces[1].bound(new[0], name)) is not None and found[1].kind == "class"
    ]
    table = surfaces[0].table(path)
    members = (one for one in table.symbols.values() if one.parent == cls.qualified_name) if table is not None else ()
    names = [one.name for one in members if not is_underscored(one.name) and one.name not in CONSTRUCTORS]
    bases = [base for base in plain_bases(cls.bases) if simple_base(base) != "object"]
    for decorator in new[1].decorators:
        managed = MANAGED.get(decorator.lstrip("@").partition("(")[0].rpartition(".")[2])
        if managed is not None and names and managed.issuperset(names) and not bases:
            return True
    return any(
        all(surfaces[1].member_of(*one, name) is not None for name in names)
        and all(surfaces[1].derives(*one, base) for base in bases)
        for one in made
    )


def _uses_as_class(one: Symbol, cls: Symbol) -> bool:
    if one.kind == "class":
        return any(simple_base(base) == cls.name for base in plain_bases(one.bases))
    if one.kind == "import" or not one.mentions((cls.name,)):
        return False
    tokens = one.tokens
    return cls.name in tokens and any(asking in tokens for asking in ASKING)
