"""An attribute that is worked out once: `functools.cached_property` without what functools brings along (2 ms)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from functools import cached_property as kept
    from typing import Any
else:

    class kept:  # noqa: N801 - a decorator
        """Put what a method returns in its place, the first time that it is asked for."""

        def __init__(self, method: Any) -> None:
            self._method = method
            self.__doc__ = method.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, thing: Any, owner: type | None = None) -> Any:
            if thing is None:
                return self
            value = thing.__dict__[self._name] = self._method(thing)
            return value


__all__ = ["kept"]
