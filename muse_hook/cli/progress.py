"""Progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time

from muse_hook.cli.failures import Interrupted
from muse_hook.cli.terminal import printable, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from muse_hook.cli.terminal import Screen

_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0
_BAR_CELLS = 28


class Progress:
    """Shows how far a long run is: `update(done, total)` as often as you like, `end()` once.

    Nothing is shown in the first `patience` seconds: what is over by then needs no bar.
    """

    def __init__(
        self,
        screen: Screen,
        what: str,
        *,
        unit: str = "commits",
        patience: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._screen = screen
        self._what = what
        self._unit = unit
        self._clock = clock
        self._bar = screen.width is not None
        self._began = clock()
        self._next = self._began + max(patience, 0.0 if self._bar else _LINE_SECONDS)
        self._drawn = False
        self.done = 0
        self.total = 0

    def update(self, done: int, total: int) -> None:
        """Say that `done` of `total` are done; draws at most ten times a second (a line every five where no bar is)."""
        self.done, self.total = done, total
        now = self._clock()
        if now >= self._next:
            self._next = now + (_REDRAW_SECONDS if self._bar else _LINE_SECONDS)
            self._draw(now)

    def end(self) -> None:
        """Take the bar away, so that the next line stands alone; safe to call twice."""
        if self._bar and self._drawn:
            self._screen.write("\r\x1b[K")
            self._screen.flush()
        self._drawn = False

    def interrupted(self, doing: str, hint: str) -> Interrupted:
        """Return what to raise on Ctrl-C: how much is recorded, and how to go on."""
        plural = "" if self.done == 1 else "s"
        done = f"{self.done:,} commit{plural} recorded, {self.total - self.done:,} left"
        return Interrupted(doing, done, hint)

    @property
    def seconds(self) -> float:
        """The time since the start."""
        return self._clock() - self._began

    def _draw(self, now: float) -> None:
        rate = self.done / max(now - self._began, 1e-6)
        left = duration((self.total - self.done) / rate) if self.done else "?"
        figures = f"{self.done:,}/{self.total:,} {self._unit}  {rate:,.0f}/s  {left} left"
        if self._bar:
            self._draw_bar(figures)
        else:
            self._screen.line(f"{self._what}: {figures}")
        self._screen.flush()
        self._drawn = True

    def _draw_bar(self, figures: str) -> None:
        share = self.done / self.total if self.total else 1.0
        cells = round(share * _BAR_CELLS)
        full, empty = self._screen.sign("█", "#"), self._screen.sign("░", ".")
        text = printable(f"{self._what} {full * cells}{empty * (_BAR_CELLS - cells)} {share:4.0%}  {figures}")
        while width(text) >= (self._screen.width or 80):
            text = text[:-1]
        self._screen.write(f"\r{text}\x1b[K")


def duration(seconds: float) -> str:
    """Return a short length of time: "0.4 s", "42 s", "3:07", "1:02:33"."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Stages:
    """A bar for each stage of one run, on a terminal alone; nothing is shown in the first `patience` seconds of it."""

    def __init__(self, screen: Screen, *, patience: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._until = clock() + patience
        self._bar: Progress | None = None

    def begin(self, what: str, unit: str) -> Callable[[int, int], None]:
        """Begin the next stage: return what is called with how far it is, (done, total) in `unit`."""
        self.end()
        if self._screen.width is None:
            return lambda _done, _total: None
        left = max(self._until - self._clock(), 0.0)
        self._bar = Progress(self._screen, what, unit=unit, patience=left, clock=self._clock)
        return self._bar.update

    def clear(self) -> None:
        """Take the bar away, so that the next line stands alone; it comes again when there is more to show."""
        if self._bar is not None:
            self._bar.end()

    def end(self) -> None:
        """Take the bar away for good; safe to call twice."""
        self.clear()
        self._bar = None
