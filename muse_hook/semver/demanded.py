"""What those who derive from a class have to write themselves: abstract methods, members of a protocol."""

from __future__ import annotations

from muse_hook.semver.bases import plain_bases, simple_base
from muse_hook.semver.public import is_underscored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.surface import Surface

ABSTRACT = "abstract"
"""How the decorators begin that ask for a method."""


def is_abstract(symbol: Symbol) -> bool:
    """Whether a method says that it has to be written."""
    last = (symbol.definitions or (symbol,))[-1]
    return any(one.partition("(")[0].rpartition(".")[2].lstrip("@").startswith(ABSTRACT) for one in last.decorators)


def is_newly_demanded(
    path: str, member: Symbol, before: SymbolTable | None, after: SymbolTable | None, olds: Surface
) -> bool:
    """Whether a member that a class got breaks those who derive from it: they did not have to write it before.

    `before` and `after` have what stood and stands beside the class; what is inherited is looked for in `olds`.
    """
    owner = before.symbols.get(member.parent) if before is not None and member.parent else None
    now = after.symbols.get(member.parent) if after is not None and owner is not None else None
    if owner is None or now is None or owner.kind != "class":
        return False
    if is_abstract(member):
        had = olds.member_of(path, owner, member.name)
        return had is None or not (is_abstract(had[1]) or _is_protocol(owner))
    if is_underscored(member.name) or not _is_protocol(now):
        return False
    return olds.member_of(path, owner, member.name) is None


def _is_protocol(owner: Symbol) -> bool:
    return any(simple_base(base) == "Protocol" for base in plain_bases(owner.bases))
