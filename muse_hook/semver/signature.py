"""What a changed parameter list means for callers; after griffe's catalogue of breakages."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.ops import SemVerBump
    from muse_hook.model.symbol import Parameter

    Finding = tuple[SemVerBump, str, str]
    """Bump, reason code, detail."""

POSITIONAL = ("positional_only", "positional_or_keyword")
VARIADIC = ("var_positional", "var_keyword")
RECEIVERS = ("self", "cls", "mcs", "this")
"""First parameters that no caller passes."""

STARS = {"var_positional": "*", "var_keyword": "**"}

WIDENED = frozenset((
    ("positional_only", "positional_or_keyword"),
    ("keyword_only", "positional_or_keyword"),
))  # fmt: skip
"""Changes of kind that take nothing from a caller."""


def compare_parameters(before: Sequence[Parameter], after: Sequence[Parameter]) -> Iterator[Finding]:
    """Yield what changed for callers, in the order of the parameters."""
    olds, news = _passed(before), _passed(after)
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
        elif _swallowed(old, kinds):
            yield "minor", "parameter_swallowed", old.name
        else:
            yield "major", "parameter_removed", _shown(old)
    arrived = {parameter.name for parameter in renamed.values()}
    added = [new for new in news if new.name not in old_names and new.name not in arrived]
    for new in added:
        if _required(new):
            yield "major", "parameter_added_required", new.name
        else:
            yield "minor", "parameter_added", _shown(new)
    yield from _moved(olds, news, renamed)


def _passed(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Return the parameters that callers pass."""
    return list(parameters[1:] if parameters and parameters[0].name in RECEIVERS else parameters)


def _required(parameter: Parameter) -> bool:
    return parameter.default is None and parameter.kind not in VARIADIC


def _shown(parameter: Parameter) -> str:
    return STARS.get(parameter.kind, "") + parameter.name


def _renamed(olds: Sequence[Parameter], news: Sequence[Parameter]) -> dict[str, Parameter]:
    """Return old name -> new parameter, where one name gave way to another at the same place."""
    old_names, new_names = {p.name for p in olds}, {p.name for p in news}
    gone = [(n, p) for n, p in enumerate(olds) if p.name not in new_names]
    come = {n: p for n, p in enumerate(news) if p.name not in old_names}
    found = {
        old.name: come[n] for n, old in gone if n in come and (come[n].kind == old.kind) and _same_need(old, come[n])
    }
    for kind in VARIADIC:  # their place moves with the others, and there is one of each
        star_old = [p for _, p in gone if p.kind == kind]
        star_new = [p for p in come.values() if p.kind == kind]
        if star_old and star_new:
            found[star_old[0].name] = star_new[0]
    return found


def _same_need(old: Parameter, new: Parameter) -> bool:
    return _required(old) == _required(new)


def _swallowed(old: Parameter, kinds: set[str]) -> bool:
    """Whether the new list still takes whatever was passed."""
    if old.kind == "keyword_only":
        return "var_keyword" in kinds
    if old.kind == "positional_only":
        return "var_positional" in kinds
    return old.kind == "positional_or_keyword" and {"var_positional", "var_keyword"} <= kinds


def _compare(old: Parameter, new: Parameter, kinds: set[str]) -> Iterator[Finding]:
    if _required(new) and not _required(old) and old.kind not in VARIADIC:
        yield "major", "default_removed", new.name
    elif not _required(new) and _required(old):
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


def _moved(olds: Sequence[Parameter], news: Sequence[Parameter], renamed: dict[str, Parameter]) -> Iterator[Finding]:
    """Yield positional parameters that callers by position would miss; a removal, a required one say so themselves."""
    new_names = {parameter.name for parameter in news}
    old_names = {parameter.name for parameter in olds} | {parameter.name for parameter in renamed.values()}
    before = [
        renamed[p.name].name if p.name in renamed else p.name
        for p in olds
        if p.kind in POSITIONAL and (p.name in new_names or p.name in renamed)
    ]
    after = [p.name for p in news if p.kind in POSITIONAL and (p.name in old_names or not _required(p))]
    for index, name in enumerate(before):
        if name in after and after.index(name) != index:
            yield "major", "parameter_moved", name
