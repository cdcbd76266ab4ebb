"""What can become what: kinds of symbols in four groups, whatever the language."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol

CALLABLE, CONTAINER, VALUE, IMPORT = range(4)

_VALUES = frozenset(("variable", "constant", "field"))


def group_of(symbol: Symbol) -> int:
    """Return the group of a symbol: a function may become a method, a class an interface, and nothing an import."""
    kind = symbol.kind
    if kind.endswith(("function", "method")):
        return CALLABLE
    if kind == "import":
        return IMPORT
    return VALUE if kind in _VALUES else CONTAINER
