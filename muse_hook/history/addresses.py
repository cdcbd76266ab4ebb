"""The parts of an address: `src/a.py::Model.save`, `src/a.py::import::os`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def simple_name(address: str) -> str:
    """Return the last part of a symbol's name: "save" of "a.py::Model.save", "os" of "a.py::import::os"."""
    name = address.rpartition("::")[2]
    return name if name.startswith("*") else name.rpartition(".")[2]


def carriers(address: str) -> Iterator[str]:
    """Yield the prefixes that could carry an address along, the nearest first: its classes, then its file."""
    at = len(address)
    start = address.find("::")
    while (at := address.rfind(".", start, at)) > start >= 0:
        yield address[: at + 1]
    while start >= 0:
        yield address[: start + 2]
        start = address.find("::", start + 2)


def after_all(prefix: str) -> str:
    """Return the first text that sorts after everything that begins with a prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
