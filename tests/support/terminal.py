"""A person at a real terminal: a program under a pseudo-terminal, what is typed and what it shows."""

from __future__ import annotations

import os
import pty
import select
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Self

_LONGEST_SECONDS = 20.0


class Terminal:
    """A program at a terminal; leaving the context kills it."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._output = bytearray()
        self._pid, self._fd = pty.fork()
        if not self._pid:
            try:
                os.chdir(folder)
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 - a test's own words
            finally:
                os._exit(127)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._fd, keys.encode())

    def wait(self, text: str) -> None:
        """Read until `text` is shown that was not shown when this was called last."""
        while (found := self._output.find(text.encode())) < 0:
            if not self._read():
                raise AssertionError(f"{text!r} was not shown, but {bytes(self._output)!r}")
        del self._output[: found + len(text.encode())]

    def wait_for_end(self) -> None:
        """Read until it has ended."""
        while self._read():
            pass

    def _read(self) -> bool:
        """Read some more; False where it has ended or says nothing for long."""
        if not select.select([self._fd], [], [], _LONGEST_SECONDS)[0]:
            return False
        try:
            part = os.read(self._fd, 1 << 16)
        except OSError:  # how Linux tells that the other side is closed
            return False
        self._output += part
        return bool(part)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self._pid, 0)
