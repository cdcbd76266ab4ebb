"""What is public, and what a change breaks, in languages that say it by modifiers, capitals and types.

A row of languages.toml says which: `public` is "marked" (one of `public_marks` stands before the name) or "capital";
`private_marks` hide what they stand before; with `members = "open"` a member needs no mark of its own, nor does one of
a class whose header has one of `open_classes`; what is in `internal_folders` is not public.
"""

from __future__ import annotations

from re import compile as pattern
from re import escape, search

from muse_hook.model.symbol import Parameter
from muse_hook.semver.public import is_excluded
from muse_hook.semver.signature import VARIADIC, compare_passed, split_outside_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import ParameterKind, Symbol, SymbolTable
    from muse_hook.semver.signature import ParameterChange

RECEIVERS = ("self", "&self", "&mut self", "mut self", "this")
NOTHING = ("", "void", "()", "undefined")
"""Results that no caller uses."""

CONTRACTS = ("interface", "trait")
"""Classes that others implement: what is added to them, these lack."""

_COMMENTS = pattern(r"//[^\n]*|/\*.*?\*/|#\[[^\]]*\]")
_LISTED = pattern(r"export\s*\{([^}]*)\}|module\.exports\s*=\s*\{([^}]*)\}")
_MEMBER = pattern(
    r"\s*((?:@\w+\s*|[a-z]+(?:\([\w ]+\))?\s+(?=[\w$#\[]))*)([A-Za-z_$][\w$]*)\s*(\?)?\s*(.?)", 16
)  # DOTALL
_SPACE = pattern(r"\s+")


def is_marked_public(path: str, table: SymbolTable, symbol: Symbol) -> bool:
    """Whether a symbol is public by the rules of its language's row."""
    if is_excluded(path) or symbol.kind in {"import", "test"}:
        return False
    if not set(path.split("/")[:-1]).isdisjoint(table.says("internal_folders")):
        return False
    names = symbol.qualified_name.split(".")
    if "capital" in table.says("public"):
        return all(name[:1].isupper() for name in names)
    owners = [table.symbols.get(".".join(names[: at + 1])) for at in range(len(names))]
    return all(
        owner is None or _is_marked(owner, table, owners[at - 1] if at else None) for at, owner in enumerate(owners)
    )


def _is_marked(symbol: Symbol, table: SymbolTable, owner: Symbol | None) -> bool:
    """Whether a symbol is marked as public, or needs no mark in the class that it stands in."""
    if symbol.name.startswith("#"):
        return False
    before = [_before_name(one) for one in symbol.definitions or (symbol,)]
    if all(not words.isdisjoint(table.says("private_marks")) for words in before):
        return False
    if owner is not None and (
        "open" in table.says("members")
        or not _before_name(owner).isdisjoint(table.says("open_classes"))
        or (not owner.definitions and symbol.name == owner.name and not any(before))
    ):
        return True
    if any(not words.isdisjoint(table.says("public_marks")) for words in before):
        return True
    return owner is None and (symbol.name.startswith(("module", "exports")) or symbol.name in _listed(table))


def _before_name(symbol: Symbol) -> set[str]:
    """Return the words before the name of a definition; `pub(crate)` is one."""
    text = symbol.texts()[0].decode(errors="replace")
    found = search(rf"(?<![\w$#]){escape(symbol.name)}(?![\w$])", _COMMENTS.sub(lambda m: " " * len(m[0]), text))
    head = text[: found.start()] if found else text.partition("{")[0]
    return set(_SPACE.sub(" ", _COMMENTS.sub(" ", head).replace(" (", "(")).split())


def _listed(table: SymbolTable) -> set[str]:
    """Return the names that a file lists in `export { ... }` or `module.exports = { ... }`."""
    found: set[str] = set()
    for match in _LISTED.finditer(table.unowned_text()):
        for part in (match[1] or match[2] or "").split(","):
            found.add(part.split(" as ")[0].rpartition(":")[2].strip())
    return found


def compare_typed(old: Symbol, before: SymbolTable, new: Symbol, after: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what changed for those who call, implement or use a symbol; of overloads each has to be there still."""
    olds, news = _public_ones(old, before), _public_ones(new, after)
    for one in olds:
        found = ([*_compare(one, other)] for other in news)
        best = min(found, key=lambda changes: sum(bump == "major" for bump, _, _ in changes))
        yield from best if len(olds) == len(news) == 1 else (change for change in best if change[0] == "major")


def _public_ones(symbol: Symbol, table: SymbolTable) -> Sequence[Symbol]:
    """Return the definitions of a symbol that others can use; all of them where no mark says which."""
    marks = table.says("public_marks")
    found = [one for one in symbol.definitions if not _before_name(one).isdisjoint(marks)]
    return found or symbol.definitions or (symbol,)


def is_contract_member(symbol: Symbol, owner: Symbol | None) -> bool:
    """Whether a member has to be written by those who implement its class."""
    if owner is None or _header_words(owner).isdisjoint(CONTRACTS):
        return False
    text = symbol.texts()[0].rstrip()
    return not text.endswith(b"}") and _before_name(symbol).isdisjoint(("static", "default"))


def _header_words(owner: Symbol) -> set[str]:
    return set(owner.texts()[0].decode(errors="replace").partition("{")[0].split())


def _compare(old: Symbol, new: Symbol) -> Iterator[ParameterChange]:
    if _group(old) != _group(new):
        yield "major", "kind_changed", f"{old.kind} -> {new.kind}"
    elif _group(old) == "class":
        yield from _compare_members(old, new)
    elif _group(old) == "function":
        yield from _compare_callables(old, new)


def _group(symbol: Symbol) -> str:
    if symbol.kind.endswith(("function", "method")):
        return "function"
    return "variable" if symbol.kind in {"variable", "attribute"} else "class"


def _compare_callables(old: Symbol, new: Symbol) -> Iterator[ParameterChange]:
    olds, news = _passed(old), _passed(new)
    yield from compare_passed(olds, news)
    by_name = {parameter.name: parameter for parameter in news}
    for at, before in enumerate(olds):
        after = by_name.get(before.name) or (news[at] if at < len(news) and len(olds) == len(news) else None)
        if after is None or before.annotation is None or after.annotation is None:
            continue
        if not _union(before.annotation) <= _union(after.annotation):
            detail = f"{after.name}: {_plain(before.annotation)} -> {_plain(after.annotation)}"
            yield "major", "parameter_type_changed", detail
    before_result, after_result = _result(old.returns), _result(new.returns)
    is_narrower = bool(after_result) and _union(after_result) <= _union(before_result)
    if before_result not in NOTHING and not is_narrower:
        yield "major", "return_annotation_changed", f"{before_result} -> {after_result or 'nothing'}"


def _passed(symbol: Symbol) -> list[Parameter]:
    """Return the parameters that callers pass, by position; what may be left out has a default."""
    text = symbol.signature or symbol.texts()[0].decode(errors="replace").partition("{")[0]
    found = []
    for one in symbol.parameters:
        if one.name in RECEIVERS:
            continue
        is_rest = one.kind in VARIADIC or search(rf"\bparams\b[^,]*\b{escape(one.name)}\b", text) is not None
        is_optional = search(rf"(?<![\w$]){escape(one.name)}\s*(\?|=(?!>))", text) is not None
        default = one.default or ("..." if is_optional else None)
        kind: ParameterKind = "var_positional" if is_rest else "positional_only"
        found.append(Parameter(one.name, kind, default, one.annotation))
    return found


def _plain(annotation: str) -> str:
    return _SPACE.sub(" ", annotation.strip().removeprefix(":").strip())


def _result(annotation: str) -> str:
    """Return a result without the names of its parts: `(n int, err error)` is `(int, error)`."""
    text = _plain(annotation)
    if not (text.startswith("(") and text.endswith(")")):
        return text
    types: list[str] = []
    named = False
    for part in reversed(split_outside_brackets(text[1:-1], ",")):
        name, _, kind = part.strip().partition(" ")
        if kind and name.isidentifier() and (kind[0].isalnum() or kind[0] in "*[.(<_"):
            types.append(kind)
            named = True
        else:
            types.append(types[-1] if named else part.strip())  # `a, b int`: one type for both
    types.reverse()
    return types[0] if len(types) == 1 else f"({', '.join(types)})"


def _union(annotation: str) -> set[str]:
    if _plain(annotation).endswith("?"):
        return {_plain(annotation)[:-1], "null"}
    return {part.strip() for part in split_outside_brackets(_plain(annotation), "|") if part.strip()}


def _compare_members(old: Symbol, new: Symbol) -> Iterator[ParameterChange]:
    """Yield which fields, members of an enum or methods of an interface a type has lost or got."""
    before, after = _members(old), _members(new)
    for name in before:
        if name not in after:
            yield "major", "member_removed", name
    is_contract = not _header_words(new).isdisjoint(CONTRACTS)
    for name, is_optional in after.items():
        if name not in before:
            if is_contract and not is_optional:
                yield "major", "interface_member_added", name
            else:
                yield "minor", "member_added", name


def _members(symbol: Symbol) -> dict[str, bool]:
    """Return the members that are written in a type itself, each with whether it may be left out."""
    first, *plain = (_COMMENTS.sub(" ", text.decode(errors="replace")) for text in symbol.texts())
    head, brace, body = first.partition("{")
    if not brace and "enum" in head.split():
        body = "\n".join(plain) + "}"  # its members stand beside others that are symbols
    elif not brace:
        return {}
    words = set(head.split())
    body = body.rpartition("}")[0]
    needs_mark = "pub" in words and "struct" in words
    needs_capital = bool({"struct", "interface"} & words) and "pub" not in words and head.split()[:1] == [symbol.name]
    found: dict[str, bool] = {}
    for part in _parts(body):
        member = _MEMBER.match(part)
        if member is None:
            continue
        if (needs_mark and "pub" not in member[1].split()) or (needs_capital and not member[2][:1].isupper()):
            continue
        found.setdefault(member[2], member[3] == "?")
    return found


def _parts(body: str) -> list[str]:
    """Return what stands between the commas, semicolons and line ends that are in no brackets."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(body):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter in ",;\n" and not depth:
            parts.append(body[start:at])
            start = at + 1
    return [part for part in [*parts, body[start:]] if part.strip()]
