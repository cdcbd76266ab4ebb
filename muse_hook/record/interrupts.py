"""Ctrl-C between two commits, never within one."""

from __future__ import annotations

import signal
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Self


class Interrupts:
    """While entered, SIGINT waits for `check`, which raises KeyboardInterrupt; a second one is Python's own again.

    Only the main thread may change handlers; elsewhere this does nothing.
    """

    def __init__(self) -> None:
        self._pending = False
        self._active = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if one has come meanwhile."""
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt

    def __enter__(self) -> Self:
        self._active = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if self._active:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._active:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if kind is None:
            self.check()

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        if self._pending:
            raise KeyboardInterrupt
        self._pending = True
