"""What is public in languages that say it by modifiers and capitals.

A row of languages.toml says which: `public` is "marked" (one of `public_marks` stands before the name), "capital" or
"unmarked" (none of `private_marks` does);
`private_marks` hide what they stand before; with `members = "open"` a member needs no mark of its own, nor does one of
a class whose header has one of `open_classes`; what is in `internal_folders` is not public.
"""

from __future__ import annotations

from muse_hook.patterns import pattern
from muse_hook.semver import header
from muse_hook.semver.public import is_excluded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol, SymbolTable

_LISTED = pattern(
    r"export\s*\{([^}]*)\}|module\.exports\s*=\s*\{([^}]*)\}"
    r"|(?:module\.exports|\bexports\.\w+|export\s+default)\s*=?\s*([A-Za-z_$][\w$]*)\s*(?:;|\n|$)"
)


def is_marked_public(path: str, table: SymbolTable, symbol: Symbol) -> bool:
    """Whether a symbol is public by the rules of its language's row."""
    if is_excluded(path) or symbol.kind in {"import", "test"}:
        return False
    if not set(path.split("/")[:-1]).isdisjoint(table.says("internal_folders")):
        return False
    names = symbol.qualified_name.split(".")
    if "capital" in table.says("public"):
        return all(name[:1].isupper() for name in names)
    owners: list[Symbol | None] = [None]
    for at in range(len(names)):
        found = table.symbols.get(".".join(names[: at + 1]))
        if found is not None:
            is_elsewhere = _is_elsewhere(found, table)
            if is_elsewhere and at == len(names) - 1:  # it is its members that others use
                members = (one for one in table.symbols.values() if one.parent == found.qualified_name)
                return any(is_marked(one, table, found) for one in members)
            if not is_elsewhere and not is_marked(found, table, owners[-1]):
                return False
            owners.append(found)
    return True


def is_program(table: SymbolTable) -> bool:
    """Whether a file says that it is a program, which nobody imports."""
    marks = table.says("programs")
    return bool(marks) and not set(map(str.strip, table.unowned_text().split("\n"))).isdisjoint(marks)


def package_of(table: SymbolTable) -> str:
    """Return the package that a file says its names are in, "" where it, or its language, says none."""
    found = (pattern(text).findall(table.unowned_text()) for text in table.says("package"))
    return ".".join(one for each in found for one in each)


def _is_elsewhere(symbol: Symbol, table: SymbolTable) -> bool:
    """Whether a type is written in another file, and all that stands here adds to it and is not hidden."""
    marks = table.says("reopened")
    words = [header.words_before_name(one) for one in symbol.definitions or (symbol,)] if marks else []
    return bool(words) and not any(one.isdisjoint(marks) or _is_hidden(one, table) for one in words)


def _is_added_in_public(symbol: Symbol, owner: Symbol, table: SymbolTable) -> bool:
    """Whether a member stands in an addition to a type that says that all of it is public."""
    first, last = symbol.lines
    for one in (owner.definitions or (owner,)) if table.says("reopened") else ():
        words = header.words_before_name(one)
        is_around = one.lines[0] <= first and last <= one.lines[1]
        if (
            is_around
            and not words.isdisjoint(table.says("reopened"))
            and not words.isdisjoint(table.says("public_marks"))
        ):
            return "internal" not in header.words_before_name(symbol)
    return False


def is_test(table: SymbolTable, symbol: Symbol) -> bool:
    """Whether a symbol, or a class that it stands in, is marked as a test in the source."""
    marks = table.says("test_marks")
    names = symbol.qualified_name.split(".") if marks else ()
    owners = (table.symbols.get(".".join(names[: at + 1])) for at in range(len(names)))
    return any(mark in header.attributes(owner) for owner in owners if owner is not None for mark in marks)


def is_marked(symbol: Symbol, table: SymbolTable, owner: Symbol | None) -> bool:
    """Whether a symbol is marked as public, or needs no mark in the class that it stands in."""
    if symbol.name.startswith("#"):
        return False
    if any(mark in header.attributes(symbol) for mark in table.says("private_attributes")):
        return False
    before = [header.words_before_name(one) for one in symbol.definitions or (symbol,)]
    if all(_is_hidden(words, table) for words in before):
        return False
    if "unmarked" in table.says("public"):
        return True
    if owner is not None and (
        _is_added_in_public(symbol, owner, table)
        or "open" in table.says("members")
        or not header.words_before_name(owner).isdisjoint(table.says("open_classes"))
        or (not owner.definitions and symbol.name == owner.name and not any(before))
    ):
        return True
    if any(not words.isdisjoint(table.says("public_marks")) for words in before):
        return True
    if any(mark in header.attributes(symbol) for mark in table.says("public_attributes")):
        return True
    if any(not words.isdisjoint(table.says("public_untyped")) for words in before):
        return symbol.name != "_" and header.is_untyped_value(symbol)
    is_exported = symbol.qualified_name.startswith(("module", "exports"))
    return owner is None and (is_exported or symbol.qualified_name.partition(".")[0] in listed(table))


def _is_hidden(words: set[str], table: SymbolTable) -> bool:
    """Whether the words before a name hide it: `protected internal` does not, `private protected` does."""
    marks = table.says("private_marks")
    return not words.isdisjoint(marks[:1]) or (
        not words.isdisjoint(marks) and words.isdisjoint(table.says("public_marks"))
    )


def listed(table: SymbolTable) -> set[str]:
    """Return the names that a file lists: `export { ... }`, `module.exports = { ... }`, `export default a`."""
    found: set[str] = set()
    default = table.symbols.get("default")  # `export default a` is a symbol of this name
    said = default.texts()[0].decode(errors="replace") if default is not None else ""
    for match in _LISTED.finditer(f"{table.unowned_text()}\n{said}"):
        for part in (match[1] or match[2] or match[3] or "").split(","):
            found.add(part.split(" as ")[0].rpartition(":")[2].strip())
    return found - {""}
