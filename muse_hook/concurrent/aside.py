"""Part of a long work, done meanwhile by a second process."""

from __future__ import annotations

import os
import pickle
import signal
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, Self


class Aside:
    """A process, forked from this one, that works out what `make` returns (plain values); a context manager.

    `make` opens anew what it reads: of what is open here both have one place in the file. It is killed at the end,
    whatever it does, and holds nothing that matters. Not for a process of several threads.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._answer, answer = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:  # no more processes, or no memory: then there is no answer
            self._pid = -1
        if self._pid == 0:
            os.close(self._answer)
            _work(make, answer)
        os.close(answer)

    def result(self) -> Any:
        """Wait for what it found and return it; None where it came to nothing."""
        pieces = []
        while piece := os.read(self._answer, 1 << 20):
            pieces.append(piece)
        try:
            return pickle.loads(b"".join(pieces))  # noqa: S301 - our own fork's
        except (EOFError, pickle.UnpicklingError):
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._answer)
        if self._pid > 0:
            with suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


def _work(make: Callable[[], Any], answer: int) -> NoReturn:
    """Be that process. What it raises is not told: the first process does the work itself, and meets it there."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both; the first process decides
        data = memoryview(pickle.dumps(make(), pickle.HIGHEST_PROTOCOL))
        while data:
            data = data[os.write(answer, data) :]
    finally:
        os._exit(0)  # nothing of the first process's is to be tidied up here, nor is anything printed
