"""Noticing that a log grew: by the system's own notice (watchdog) where there is any, else by looking."""

from __future__ import annotations

import contextlib
import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

_LOOK_SECONDS = 0.05  # between looks without notices; a look is one `stat` a session


class FileWatcher:
    """A context manager; `wait` returns when something may have changed below a folder.

    `refusal` says why the system gives no notices, "" where it does or nobody asked.
    """

    def __init__(self, folder: str, *, polling: bool = False) -> None:
        self._folder = folder
        self._changed = threading.Event()
        self._observer: Any = None
        self.refusal = ""
        if not polling:
            with contextlib.suppress(ImportError):
                from watchdog import events  # 0.1 s, and where it does not load, looking does
                from watchdog.observers import Observer

                self._observer = Observer()
                # Not what is opened or closed: looking would wake itself.
                self._kinds = [
                    events.FileModifiedEvent, events.FileCreatedEvent, events.FileMovedEvent, events.FileDeletedEvent,
                    events.DirCreatedEvent, events.DirMovedEvent,
                ]  # fmt: skip

    @property
    def is_polling(self) -> bool:
        """Whether it looks by itself."""
        return self._observer is None

    def wait(self, seconds: float) -> None:
        """Wait for a change, at most so long; without notices for a moment."""
        if self._observer is None:
            time.sleep(min(seconds, _LOOK_SECONDS))
            return
        self._changed.wait(seconds)
        self._changed.clear()

    def dispatch(self, _event: object) -> None:
        """Take a notice of the system's (watchdog calls it)."""
        self._changed.set()

    def __enter__(self) -> Self:
        if self._observer is not None:
            try:
                os.makedirs(self._folder, exist_ok=True)
                self._observer.schedule(self, self._folder, recursive=True, event_filter=self._kinds)
                self._observer.start()
            except OSError as error:  # no more inotify watches to be had
                self._observer = None
                self.refusal = error.strerror or str(error)
        return self

    def __exit__(self, *_: object) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
