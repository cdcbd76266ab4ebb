"""Going on in the background: a process of its own that holds nothing of the caller's."""

from __future__ import annotations

import gc
import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NICE = 5  # behind what the person is doing
_STDIO = 3


def leave_the_caller() -> None:
    """Make this process a session of its own with /dev/null for a terminal and no other descriptor open.

    A descriptor of the caller's that stayed open (a pipe on stderr) would make it wait for us.
    """
    gc.enable()  # a hook starts without
    with suppress(OSError):  # a group leader already
        os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(_STDIO):
        os.dup2(nothing, descriptor)
    os.closerange(_STDIO, _highest_descriptor())
    with suppress(OSError):
        os.chdir("/")
        os.nice(_NICE)


def run_detached(work: Callable[[], None]) -> None:
    """Run `work` in a process that nobody waits for and that outlives this one; returns at once.

    Forked twice, so that it is nobody's child. `work` must not raise; what this process holds open (children, files,
    locks) must be closed before.
    """
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        leave_the_caller()
        if os.fork() == 0:
            work()
    finally:
        os._exit(0)


def _highest_descriptor() -> int:
    try:
        return max((int(name) for name in os.listdir("/proc/self/fd")), default=_STDIO) + 1
    except (OSError, ValueError):
        return os.sysconf("SC_OPEN_MAX")
