"""An address (`src/a.py::Model.save`, `src/a.py::import::os`) taken apart, and which file or class takes it along."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    SymbolKey = tuple[str, str]
    """Path and qualified name; the name of a file itself is ""."""

SEPARATOR = "::"


def split_address(address: str, paths: Container[str] = ()) -> SymbolKey:
    """Split an address into path and qualified name; a file's own address has the name "".

    A path may hold `::` itself, so `paths` decide, those that may be meant, the longest first; without one of them the
    path ends at the first `::`.
    """
    at = len(address)
    while paths and (at := address.rfind(SEPARATOR, 0, at)) > 0:
        if address[:at] in paths:
            return address[:at], address[at + len(SEPARATOR) :]
    path, _, name = address.partition(SEPARATOR)
    return path, name


def simple_name(address: str) -> str:
    """Return the last part of a symbol's name: "save" of "a.py::Model.save", "os" of "a.py::import::os"."""
    name = address.rpartition(SEPARATOR)[2]
    return name if name.startswith("*") else name.rpartition(".")[2]


def prefixes(address: str) -> Iterator[str]:
    """Yield the prefixes that can take an address along, the nearest first: its classes (`a.py::C.`), then its file."""
    at = len(address)
    start = address.find(SEPARATOR)
    while (at := address.rfind(".", start, at)) > start >= 0:
        yield address[: at + 1]
    while start >= 0:
        yield address[: start + len(SEPARATOR)]
        start = address.find(SEPARATOR, start + len(SEPARATOR))


def after_all(prefix: str) -> str:
    """Return the first text that sorts after everything that begins with a prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def carried_along(key: SymbolKey, new_paths: Mapping[str, str], new_keys: Mapping[SymbolKey, SymbolKey]) -> SymbolKey:
    """Return where a symbol is after a commit none of whose ops names it: the rule that ops are written and read by.

    `new_paths` has the files that were moved (old path -> new path): a file takes its symbols along, each with its
    qualified name. Else the outermost class of `new_keys`, the symbols that an op takes elsewhere, takes along what
    stands in it, with the part of the name behind its own.
    """
    path, name = key
    new_path = new_paths.get(path)
    if new_path is not None:
        return new_path, name
    dot = name.find(".") if new_keys else -1
    while dot > 0:
        new_key = new_keys.get((path, name[:dot]))
        if new_key is not None:
            return new_key[0], new_key[1] + name[dot:]
        dot = name.find(".", dot + 1)
    return key
