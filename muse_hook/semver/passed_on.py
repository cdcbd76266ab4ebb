"""What a file gives to others without defining it: names that it takes from elsewhere and passes on."""

from __future__ import annotations

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.model.symbol import SymbolTable

ALL = "* from "
"""How the name of what passes on all of a module begins."""

_EXPORTED = pattern(
    r"(?s)\bexport\s+(?:type\s+)?(?:\{([^}]*)\}|\*(?:\s+as\s+([\w$]+))?)(?:\s*from\s*[\"']([^\"']+)[\"'])?"
)
_ASSIGNED = pattern(r"(?m)^\s*(?:module\.)?exports\.([\w$]+)\s*=")
_MODULE = pattern(r"(?m)^\s*(pub\s+)?(?:pub\s*\([^)]*\)\s*)?mod\s+(\w+)\s*;")
_WORD = pattern(r"\w+")
_LEAF = pattern(r"([\w]+)\s*(?=$|[,}])")
_WHOLE = pattern(r"(\w+)\s*::\s*(?:\{[^{}:]*)?\*")
_COMMENT = pattern(r"(?s)//[^\n]*|/\*.*?\*/")


def passing_text(table: SymbolTable) -> tuple[str, ...]:
    """Return the parts of a file's text that can pass on names: what no symbol holds, and behind it each `pub use`."""
    if "declared" not in table.says("reached"):
        return (table.unowned_text(),)
    text = table.text() or b""
    said: list[str] = []
    at = text.find(b"pub use ")
    while at >= 0:
        end = text.find(b";", at)
        if b"//" not in text[text.rfind(b"\n", 0, at) + 1 : at]:
            said.append(text[at + 8 : end if end >= 0 else len(text)].decode(errors="replace"))
        at = text.find(b"pub use ", at + 8)
    return (table.unowned_text(), *said)


def passed_on(table: SymbolTable) -> set[str]:
    """Return the names that a file passes on, and `* from M` where it passes on all of a module."""
    plain, *used = (_COMMENT.sub(" ", text) for text in passing_text(table))
    if "declared" not in table.says("reached"):
        return {*_exported(plain)} - table.symbols.keys()
    leaves = {name for said in used for name in _LEAF.findall(said)} - {"self", "_"}
    return leaves | {ALL + module for said in used for module in _WHOLE.findall(said)}


def modules(table: SymbolTable, *, is_open: bool) -> set[str]:
    """Return the modules that a file declares for others, or for itself."""
    if "declared" not in table.says("reached"):
        return set()
    return {name for mark, name in _MODULE.findall(passing_text(table)[0]) if bool(mark) is is_open}


def mentions(table: SymbolTable, module: str) -> bool:
    """Whether a file still names the module of `* from M`, so that it may pass on some of it by name."""
    text = (table.text() or b"").decode(errors="replace")
    return module in _WORD.findall(text) if module.isidentifier() else module in text


def _exported(text: str) -> Iterator[str]:
    for names, alias, module in _EXPORTED.findall(text):
        if alias:
            yield alias
        elif not names and module:
            yield ALL + module
        for part in names.split(","):
            words = part.split()
            if words:
                yield words[-1]
    yield from _ASSIGNED.findall(text)
