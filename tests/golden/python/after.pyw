"""A module."""

from __future__ import annotations

import os.path
from typing import (
    TYPE_CHECKING,
    overload,
    Protocol,
)

from .sibling import *

if TYPE_CHECKING:
    from collections.abc import Iterator
try:
    import json
except (ImportError, AttributeError):
    json = None

__all__ = ['Shape', "area"]
__all__ += ["walk"]
(A, (B, *C)) = (1, (2, 3))
limit: int = 0xA
type Pair[T] = tuple[T, T]


@overload
def area(shape: int) -> int: ...
@overload
def area(shape: (str)) -> (str): ...
def area(shape):
    """Return the area of a shape."""
    with (open(os.path.join('a', str(shape),),) as file):
        print(f'{shape!r:>{limit}}', file=file)  # shown
    match shape:
        case (x, y):
            return (x * y)
        case _:
            return 0


async def walk(root, /, *args: int, depth=2, **options) -> Iterator[str]:
    async for item in root:
        yield item
        print(item)


class Shape(Base, metaclass=Meta):
    """A shape."""

    kind = "some"

    class Inner:
        x = 1

        def deep(self):
            return lambda: self.x

    def __init__(self, size=1):
        self.size = size

    @property
    def width(self):
        return self.size

    @width.setter
    def width(self, value):
        self.size = value or 1

    if os.name != "posix":
        def platform(self):
            return "windows"
    else:
        def platform(self):
            return "other"


for name in ("a", "b"):
    globals()[name] = name

if __name__ == "__main__":
    area(2)
