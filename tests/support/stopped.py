"""A process that ends at a call to the system, before it or after it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

CALLS = ("open", "write", "fsync", "fchmod", "replace", "unlink", "close")


def stopped_at(stop: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that ends at a call to the system; whether it came to its own end.

    Before the first call where `stop` is 0, after it where it is 1, before the second where it is 2, ...
    """
    child = os.fork()
    if child == 0:
        left = [stop]

        def dying(call: Callable[..., Any]) -> Callable[..., Any]:
            def called(*arguments: Any, **options: Any) -> Any:
                if left[0] == 0:
                    os._exit(9)
                result = call(*arguments, **options)
                if left[0] == 1:
                    os._exit(9)
                left[0] -= 2 if left[0] > 1 else 0
                return result

            return called

        for name in CALLS:
            setattr(os, name, dying(getattr(os, name)))
        try:
            work()
        except BaseException:  # noqa: BLE001 - the parent is told
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 0
