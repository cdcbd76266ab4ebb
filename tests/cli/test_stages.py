"""Progress of a reading command: a bar a stage on a terminal, and not a word anywhere else."""

from __future__ import annotations

import io

from muse_hook.cli.progress import Stages
from muse_hook.cli.terminal import Screen


class Stream(io.StringIO):
    encoding = "utf-8"


def run(width: int | None, seconds: float) -> str:
    """Return what two stages show, each of ten steps of so many seconds."""
    now = [0.0]
    stream = Stream()
    stages = Stages(Screen(stream, width=width), patience=1.0, clock=lambda: now[0])
    for what in ("first", "second"):
        update = stages.begin(what, "bytes")
        for done in range(10):
            now[0] += seconds
            update(done, 10)
    stages.end()
    return stream.getvalue()


def test_a_short_run_shows_nothing() -> None:
    assert run(100, 0.04) == ""


def test_each_stage_of_a_long_run_has_a_bar_that_is_taken_away() -> None:
    text = run(100, 0.3)
    assert "\n" not in text
    assert text.count("\rfirst ") == 7
    assert text.count("\rsecond ") == 10
    assert text.index("\r\x1b[K") < text.index("\rsecond ")
    assert text.endswith("\r\x1b[K")


def test_without_a_terminal_there_is_nothing_to_see() -> None:
    assert run(None, 30.0) == ""
